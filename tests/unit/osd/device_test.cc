// SPDX-License-Identifier: GPL-2.0
// The table of devices, and attributes that need no namespace.
#include "store.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/timekeeping.h>

extern "C" {
#include "obd/osd/osd_backend.h"
}

namespace {

using DeviceTest = StoreTest;

TEST_F(DeviceTest, OneMountPerPath)
{
    Run([&] {
        char why[OSD_WHY_SIZE];
        osd_device *other;

        ASSERT_EQ(0, osd_get("disk", "mem", OSD_MDT, &other, why));
        EXPECT_EQ(dev, other);
        osd_put(other);
        EXPECT_EQ(-EMEDIUMTYPE, osd_get("disk", "mem", OSD_OST, &other, why));
        EXPECT_EQ(-ENODEV, osd_get("other", "ext4", OSD_OST, &other, why));
        EXPECT_NE(nullptr, strstr(why, "osd_ext4")) << why;
        EXPECT_EQ(-EBUSY, osd_get("disk", "ext4", OSD_MDT, &other, why));
        EXPECT_EQ(-EBUSY, mem_disk_destroy("disk"));
        EXPECT_EQ(-ENOENT, mem_disk_destroy("other"));
    });
}

TEST_F(DeviceTest, RoleIsKept)
{
    Run([&] {
        char why[OSD_WHY_SIZE];
        osd_device *other;

        Unmount();
        EXPECT_EQ(-EMEDIUMTYPE, osd_get("disk", "mem", OSD_OST, &other, why));
        EXPECT_STREQ("disk: is an MDT, not an OST", why);
        Mount(OSD_MDT);
        EXPECT_EQ(2u, osd_mount_count(dev));
    });
}

TEST_F(DeviceTest, ADiskBelongsToOneNode)
{
    Run([&] {
        char why[OSD_WHY_SIZE];
        osd_device *other;
        unsigned int home = floor_set_node(1);

        ASSERT_EQ(0, osd_init());
        ASSERT_EQ(0, mem_backend_init());
        EXPECT_EQ(-EBUSY, osd_get("disk", "mem", OSD_MDT, &other, why));
        mem_disk_power_cut("disk");
        ASSERT_EQ(0, osd_get("disk", "mem", OSD_MDT, &other, why)) << why;
        osd_put(other);
        mem_backend_exit();
        osd_exit();
        floor_set_node(home);
    });
    floor_node_forget(1);
}

TEST_F(DeviceTest, ExtendedAttributes)
{
    Run([&] {
        osd_object *file;
        char buf[64];

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0644, &file));
        auto set = [&](const char *name, const char *value, int flags) {
            return Trans({file}, [&](osd_trans *th) {
                return osd_xattr_set(th, file, name, value, strlen(value), flags);
            });
        };
        auto del = [&](const char *name) {
            return Trans({file}, [&](osd_trans *th) { return osd_xattr_del(th, file, name); });
        };
        EXPECT_EQ(0, osd_xattr_list(file, buf, sizeof(buf)));
        EXPECT_EQ(0, set("user.a", "one", 0));
        EXPECT_EQ(-EEXIST, set("user.a", "two", 1));
        EXPECT_EQ(-ENODATA, set("user.b", "two", 2));
        EXPECT_EQ(0, set("user.a", "three", 2));
        EXPECT_EQ(0, set("user.bb", "", 0));
        EXPECT_EQ(5, osd_xattr_get(file, "user.a", nullptr, 0));
        EXPECT_EQ(-ERANGE, osd_xattr_get(file, "user.a", buf, 4));
        EXPECT_EQ(0, osd_xattr_get(file, "user.bb", buf, 4));
        EXPECT_EQ(15, osd_xattr_list(file, nullptr, 0));
        EXPECT_EQ(-ERANGE, osd_xattr_list(file, buf, 14));
        EXPECT_EQ(15, osd_xattr_list(file, buf, sizeof(buf)));
        EXPECT_EQ(0, del("user.a"));
        EXPECT_EQ(-ENODATA, del("user.a"));
        EXPECT_EQ(-ENODATA, osd_xattr_get(file, "user.a", buf, 4));
        EXPECT_EQ(8, osd_xattr_list(file, buf, sizeof(buf)));
        osd_object_put(file);
    });
}

TEST_F(DeviceTest, ChangesNeedTheLock)
{
    expected_warnings = 2;
    Run([&] {
        osd_object *file;
        struct osd_attr attr = {};

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0644, &file));
        EXPECT_EQ(-EINVAL, Trans({}, [&](osd_trans *th) {
                      return osd_attr_set(th, file, &attr, OSD_A_UID);
                  }));
        EXPECT_EQ(-EINVAL, Trans({root}, [&](osd_trans *th) {
                      return osd_unlink(th, root, "f", 1, file, false);
                  }));
        osd_object_put(file);
    });
}

// A file system that takes its time, like one with multi-mount protection whose last node lost its power.
constexpr unsigned int kPatienceMs = 22000;
unsigned int slow_mounts, slow_unmounts;

int SlowMount(const char *, osd_role, osd_device **dev, char *)
{
    msleep(kPatienceMs);
    slow_mounts++;
    *dev = new osd_device();
    return 0;
}

void SlowUnmount(osd_device *dev)
{
    msleep(kPatienceMs);
    slow_unmounts++;
    delete dev;
}

class SlowDisks {
public:
    SlowDisks()
    {
        slow_mounts = slow_unmounts = 0;
        ops_.mount = SlowMount;
        ops_.unmount = SlowUnmount;
        backend_.fstype = "slow";
        backend_.ops = &ops_;
        EXPECT_EQ(0, osd_backend_register(&backend_));
    }
    ~SlowDisks() { osd_backend_unregister(&backend_); }

private:
    osd_ops ops_{};
    osd_backend backend_{};
};

struct Getter {
    const char *path;
    osd_device *dev = nullptr;
    int rc = -1;
    completion done;
};

int Get(void *arg)
{
    auto *g = static_cast<Getter *>(arg);
    char why[OSD_WHY_SIZE];

    g->rc = osd_get(g->path, "slow", OSD_OST, &g->dev, why);
    complete(&g->done);
    return 0;
}

int Put(void *arg)
{
    auto *g = static_cast<Getter *>(arg);

    osd_put(g->dev);
    complete(&g->done);
    return 0;
}

// Runs a function of all at once; how long it took, in ms.
u64 AllAtOnce(std::vector<Getter> *all, int (*fn)(void *))
{
    const u64 before = ktime_get_ns();

    for (Getter &g : *all) {
        init_completion(&g.done);
        kthread_run(fn, &g, "getter");
    }
    for (Getter &g : *all)
        wait_for_completion(&g.done);
    return (ktime_get_ns() - before) / 1000000;
}

TEST_F(DeviceTest, DisksDoNotWaitForEachOther)
{
    Run([&] {
        SlowDisks disks;
        std::vector<Getter> all(4);

        all[0].path = all[1].path = "a";
        all[2].path = "b";
        all[3].path = "c";
        EXPECT_LT(AllAtOnce(&all, Get), kPatienceMs + 1000u);
        for (Getter &g : all)
            ASSERT_EQ(0, g.rc);
        EXPECT_EQ(3u, slow_mounts);
        EXPECT_EQ(all[0].dev, all[1].dev);
        EXPECT_LT(AllAtOnce(&all, Put), kPatienceMs + 1000u);
        EXPECT_EQ(3u, slow_unmounts);
    });
}

// Who wants a disk that is being unmounted gets it when that is over.
TEST_F(DeviceTest, AMountWaitsForTheUnmount)
{
    Run([&] {
        SlowDisks disks;
        Getter first, second;

        first.path = second.path = "a";
        init_completion(&first.done);
        init_completion(&second.done);
        Get(&first);
        kthread_run(Put, &first, "putter");
        msleep(kPatienceMs / 2);
        EXPECT_EQ(0u, slow_unmounts);
        Get(&second);
        EXPECT_EQ(0, second.rc);
        EXPECT_EQ(1u, slow_unmounts);
        EXPECT_EQ(2u, slow_mounts);
        osd_put(second.dev);
    });
}

} // namespace
