/* SPDX-License-Identifier: GPL-2.0 */
// What the storage tests share: a fixture with a disk in memory, and single operations in transactions of their own.
#ifndef SHEEN_TESTS_OSD_STORE_H
#define SHEEN_TESTS_OSD_STORE_H

#include <gtest/gtest.h>

#include <floor.h>

#include <cstring>
#include <string>
#include <vector>

#include <linux/bvec.h>
#include <linux/stat.h>

extern "C" {
#include "obd/osd/osd.h"
}
#include "obd/osd/mem/mem.h"

inline std::string Text(const struct fid &f)
{
    return std::to_string(f.seq) + ":" + std::to_string(f.oid);
}

inline bool operator==(const struct fid &a, const struct fid &b)
{
    return fid_eq(&a, &b);
}

// Every test body runs as a fiber through Run().
class StoreTest : public testing::Test {
protected:
    void SetUp() override { floor_init(seed); }

    void TearDown() override
    {
        EXPECT_EQ(expected_warnings, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    template <class F> void Run(F body, osd_role role = OSD_MDT)
    {
        int left = FloorRun([&] {
            ASSERT_EQ(0, osd_init());
            ASSERT_EQ(0, mem_backend_init());
            Mount(role);
            body();
            Unmount();
            EXPECT_EQ(0, mem_disk_destroy("disk"));
            mem_backend_exit();
            osd_exit();
        });
        EXPECT_EQ(0, left);
    }

    void Mount(osd_role role)
    {
        char why[OSD_WHY_SIZE];

        ASSERT_EQ(0, osd_get("disk", "mem", role, &dev, why)) << why;
        if (role == OSD_MDT) {
            ASSERT_EQ(0, osd_root(dev, &root));
        }
    }

    void Unmount()
    {
        if (root)
            osd_object_put(root);
        root = nullptr;
        osd_put(dev);
        dev = nullptr;
    }

    // Power off and on again.  Objects that a test still holds must be put before.
    void Crash(osd_role role = OSD_MDT)
    {
        mem_power_cut(dev);
        Unmount();
        Mount(role);
    }

    struct fid NewFid() { return {0x200000400ULL, ++next, 0}; }

    static struct osd_attr Attr(u32 mode)
    {
        struct osd_attr a = {};

        a.mode = mode;
        a.uid = 1000;
        a.gid = 1001;
        a.atime = 1;
        a.mtime = 2;
        a.ctime = 3;
        return a;
    }

    // Runs op(th) in a transaction with these objects locked; returns its result, or that of the stop.
    template <class F> int Trans(std::vector<osd_object *> locked, F op, bool sync = false)
    {
        struct osd_trans *th;
        int rc = osd_trans_start(dev, locked.data(), locked.size(), 8, &th);

        if (rc)
            return rc;
        rc = op(th);
        int stop = osd_trans_stop(th, sync);
        return rc ? rc : stop;
    }

    int Make(osd_object *dir, const std::string &name, u32 mode, osd_object **obj,
             const char *target = nullptr, u32 umask = 0)
    {
        struct fid fid = NewFid();
        struct osd_attr attr = Attr(mode);

        return Trans({dir}, [&](osd_trans *th) {
            return osd_create(th, dir, name.data(), name.size(), &fid, &attr, umask, target,
                              nullptr, 0, obj);
        });
    }

    // Makes an object and lets go of it.
    int Touch(osd_object *dir, const std::string &name, u32 mode = S_IFREG | 0644)
    {
        osd_object *obj;
        int rc = Make(dir, name, mode, &obj);

        if (!rc)
            osd_object_put(obj);
        return rc;
    }

    int Link(osd_object *dir, const std::string &name, osd_object *obj)
    {
        return Trans({dir, obj}, [&](osd_trans *th) {
            return osd_link(th, dir, name.data(), name.size(), obj);
        });
    }

    int Unlink(osd_object *dir, const std::string &name, osd_object *obj, bool orphan = false)
    {
        return Trans({dir, obj}, [&](osd_trans *th) {
            return osd_unlink(th, dir, name.data(), name.size(), obj, orphan);
        });
    }

    int Rename(osd_object *from, const std::string &name, osd_object *to, const std::string &as,
               osd_object *obj, osd_object *victim = nullptr, bool orphan = false)
    {
        return Trans({from, to, obj, victim}, [&](osd_trans *th) {
            return osd_rename(th, from, name.data(), name.size(), to, as.data(), as.size(), obj,
                              victim, orphan);
        });
    }

    int Exchange(osd_object *from, const std::string &name, osd_object *to, const std::string &as,
                 osd_object *obj, osd_object *other)
    {
        return Trans({from, to, obj, other}, [&](osd_trans *th) {
            return osd_exchange(th, from, name.data(), name.size(), to, as.data(), as.size(), obj,
                                other);
        });
    }

    int Destroy(osd_object *obj)
    {
        return Trans({obj}, [&](osd_trans *th) { return osd_orphan_destroy(th, obj); });
    }

    int Lookup(osd_object *dir, const std::string &name, struct fid *fid = nullptr)
    {
        struct fid local;

        return osd_lookup(dir, name.data(), name.size(), fid ? fid : &local);
    }

    // The object of a name; the caller puts it.
    osd_object *Open(osd_object *dir, const std::string &name)
    {
        struct fid fid;
        osd_object *obj = nullptr;

        if (!Lookup(dir, name, &fid))
            osd_object_find(dev, &fid, &obj);
        return obj;
    }

    static u32 Nlink(osd_object *obj)
    {
        struct osd_attr attr = {};

        osd_attr_get(obj, &attr);
        return attr.nlink;
    }

    std::vector<struct fid> Orphans()
    {
        std::vector<struct fid> fids;

        EXPECT_EQ(0, osd_orphan_iterate(
                         dev,
                         [](void *data, const struct fid *fid) {
                             static_cast<std::vector<struct fid> *>(data)->push_back(*fid);
                             return 0;
                         },
                         &fids));
        return fids;
    }

    osd_device *dev = nullptr;
    osd_object *root = nullptr;
    u32 next = 0;
    uint64_t seed = 0;
    unsigned int expected_warnings = 0;
};

#endif
