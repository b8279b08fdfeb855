// SPDX-License-Identifier: GPL-2.0
// Transactions: whole or not at all after a power cut, commits in order.
#include "store.h"

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/random.h>

namespace {

using TransTest = StoreTest;

TEST_F(TransTest, UncommittedIsLostCommittedStays)
{
    Run([&] {
        ASSERT_EQ(0, Touch(root, "kept"));
        ASSERT_EQ(0, osd_sync(dev));
        ASSERT_EQ(0, Touch(root, "lost"));
        osd_object *kept = Open(root, "kept");
        ASSERT_EQ(0, Rename(root, "kept", root, "moved", kept));
        osd_object_put(kept);
        Crash();
        EXPECT_EQ(0, Lookup(root, "kept"));
        EXPECT_EQ(-ENOENT, Lookup(root, "lost"));
        EXPECT_EQ(-ENOENT, Lookup(root, "moved"));
        EXPECT_EQ(2u, Nlink(root));
        EXPECT_EQ(2u, osd_mount_count(dev));
    });
}

TEST_F(TransTest, CommitsAfterFiveSeconds)
{
    Run([&] {
        ASSERT_EQ(0, Touch(root, "a"));
        msleep(MEM_COMMIT_SECONDS * 1000 + 100);
        ASSERT_EQ(0, Touch(root, "b"));
        msleep(MEM_COMMIT_SECONDS * 1000 - 500);
        Crash();
        EXPECT_EQ(0, Lookup(root, "a"));
        EXPECT_EQ(-ENOENT, Lookup(root, "b"));
    });
}

TEST_F(TransTest, SyncStopIsDurable)
{
    Run([&] {
        struct osd_file *file;
        struct fid fid = NewFid();
        struct osd_attr attr = Attr(S_IFREG | 0600);
        osd_object *obj;
        u32 slot = 7;

        ASSERT_EQ(0, osd_file_open(dev, "last_rcvd", 8192, &file));
        EXPECT_EQ(0, Trans(
                         {root},
                         [&](osd_trans *th) {
                             int rc = osd_create(th, root, "x", 1, &fid, &attr, 0, nullptr,
                                                 nullptr, 0, &obj);
                             return rc ? rc : osd_file_write(th, file, 4096, &slot, 4);
                         },
                         true));
        osd_object_put(obj);
        osd_file_close(file);
        Crash();
        ASSERT_EQ(0, osd_file_open(dev, "last_rcvd", 8192, &file));
        slot = 0;
        EXPECT_EQ(4, osd_file_read(file, 4096, &slot, 4));
        EXPECT_EQ(7u, slot);
        EXPECT_EQ(0, Lookup(root, "x"));
        osd_file_close(file);
    });
}

TEST_F(TransTest, NewObjectCountsAsLocked)
{
    Run([&] {
        struct fid fid = NewFid();
        struct osd_attr attr = Attr(S_IFREG | 0600);
        osd_object *obj;

        EXPECT_EQ(0, Trans({root}, [&](osd_trans *th) {
                      int rc = osd_create(th, root, "x", 1, &fid, &attr, 0, nullptr, nullptr, 0,
                                          &obj);
                      return rc ? rc : osd_xattr_set(th, obj, "trusted.lov", "abc", 3, 0);
                  }));
        char buf[8];
        EXPECT_EQ(3, osd_xattr_get(obj, "trusted.lov", buf, sizeof(buf)));
        osd_object_put(obj);
    });
}

// The version that an object is marked with is that of the change that is on disk with it.
TEST_F(TransTest, VersionsGoWithTheirTransactions)
{
    Run([&] {
        struct fid fid = NewFid();
        struct osd_attr attr = Attr(S_IFREG | 0600);
        osd_object *obj;
        u64 version = 1;
        const auto mark = [&](uint64_t as, bool sync) {
            attr.version = as;
            attr.mode = S_IFREG | as;
            return Trans(
                {obj},
                [&](osd_trans *th) {
                    return osd_attr_set(th, obj, &attr, OSD_A_MODE | OSD_A_VERSION);
                },
                sync);
        };

        EXPECT_EQ(0, osd_version_get(root, &version));
        EXPECT_EQ(0u, version);
        attr.version = 0600;
        ASSERT_EQ(0, Trans({root}, [&](osd_trans *th) {
                      return osd_create(th, root, "x", 1, &fid, &attr, 0, nullptr, nullptr, 0,
                                        &obj);
                  }));
        EXPECT_EQ(0, osd_version_get(obj, &version));
        EXPECT_EQ(0600u, version);
        EXPECT_EQ(0, mark(0640, true));
        EXPECT_EQ(0, mark(0644, false));
        EXPECT_EQ(0, osd_version_get(obj, &version));
        EXPECT_EQ(0644u, version);
        osd_object_put(obj);
        Crash();
        ASSERT_EQ(0, osd_object_find(dev, &fid, &obj));
        EXPECT_EQ(0, osd_attr_get(obj, &attr));
        EXPECT_EQ(0640u, attr.mode & 07777);
        EXPECT_EQ(0, osd_version_get(obj, &version));
        EXPECT_EQ(0640u, version);
        osd_object_put(obj);
    });
}

struct Order {
    std::vector<int> *seen;
    int number;
    static void Fn(void *data, int err)
    {
        auto *o = static_cast<Order *>(data);
        o->seen->push_back(err ? -o->number : o->number);
    }
};

TEST_F(TransTest, CallbacksComeInOrderAndOnce)
{
    Run([&] {
        std::vector<int> seen, want;
        std::vector<Order> orders;

        for (int i = 1; i <= 50; i++)
            orders.push_back({&seen, i});
        for (Order &o : orders) {
            EXPECT_EQ(0, Trans({}, [&](osd_trans *th) {
                          return osd_trans_on_commit(th, Order::Fn, &o);
                      }));
            want.push_back(o.number);
        }
        EXPECT_TRUE(seen.empty());
        EXPECT_EQ(0, osd_sync(dev));
        EXPECT_EQ(want, seen);
        EXPECT_EQ(0, osd_sync(dev));
        EXPECT_EQ(want, seen);
    });
}

TEST_F(TransTest, CallbacksOfALostTransactionSayIt)
{
    Run([&] {
        std::vector<int> seen;
        Order o{&seen, 3};

        EXPECT_EQ(0, Trans({}, [&](osd_trans *th) {
                      return osd_trans_on_commit(th, Order::Fn, &o);
                  }));
        Crash();
        EXPECT_EQ(std::vector<int>{-3}, seen);
    });
}

TEST_F(TransTest, AtMostFourCallbacks)
{
    Run([&] {
        std::vector<int> seen;
        Order o{&seen, 1};

        EXPECT_EQ(-E2BIG, Trans({}, [&](osd_trans *th) {
                      for (int i = 0; i < 4; i++)
                          EXPECT_EQ(0, osd_trans_on_commit(th, Order::Fn, &o));
                      return osd_trans_on_commit(th, Order::Fn, &o);
                  }));
        EXPECT_EQ(0, osd_sync(dev));
        EXPECT_EQ(std::vector<int>(4, 1), seen);
    });
}

TEST_F(TransTest, ADeadDeviceSaysSo)
{
    Run([&] {
        osd_object *file;
        struct osd_trans *th;
        struct osd_attr attr = Attr(S_IFREG | 0600);
        struct fid fid = NewFid();
        osd_object *locked[] = {root}, *obj;

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0644, &file));
        ASSERT_EQ(0, osd_trans_start(dev, locked, 1, 4, &th));
        mem_power_cut(dev);
        EXPECT_EQ(-EIO, osd_create(th, root, "x", 1, &fid, &attr, 0, nullptr, nullptr, 0, &obj));
        EXPECT_EQ(-EIO, osd_trans_stop(th, true));
        EXPECT_EQ(-EIO, Lookup(root, "f"));
        EXPECT_EQ(-EIO, osd_attr_get(file, &attr));
        EXPECT_EQ(-EIO, osd_sync(dev));
        osd_object_put(file);
        Crash();
        EXPECT_EQ(-ENOENT, Lookup(root, "f"));
    });
}

TEST_F(TransTest, ReadonlyKeepsNothing)
{
    Run([&] {
        ASSERT_EQ(0, Touch(root, "a"));
        ASSERT_EQ(0, osd_sync(dev));
        ASSERT_EQ(0, Touch(root, "b"));
        EXPECT_EQ(0, osd_set_readonly(dev));
        EXPECT_EQ(-EROFS, Touch(root, "c"));
        Unmount();
        Mount(OSD_MDT);
        EXPECT_EQ(0, Lookup(root, "a"));
        EXPECT_EQ(-ENOENT, Lookup(root, "b"));
    });
}

// Fibers make files and write their number to a slot in the same transaction until the power goes.
class CutTest : public TransTest, public testing::WithParamInterface<uint64_t> {
protected:
    void SetUp() override
    {
        seed = GetParam();
        TransTest::SetUp();
    }
};

struct Worker {
    osd_device *dev;
    struct osd_file *slots;
    u32 id;
    u32 committed = 0;
    bool done = false;
};

struct Mark {
    Worker *worker;
    u32 number;
};

int Work(void *arg)
{
    auto *w = static_cast<Worker *>(arg);
    osd_object *root, *obj;

    EXPECT_EQ(0, osd_root(w->dev, &root));
    for (u32 i = 1;; i++) {
        std::string name = std::to_string(w->id) + "-" + std::to_string(i);
        struct fid fid = {0x200000400ULL + w->id, i, 0};
        struct osd_attr attr = {};
        struct osd_trans *th;

        attr.mode = S_IFREG | 0600;
        if (osd_trans_start(w->dev, &root, 1, 6, &th))
            break;
        int rc = osd_create(th, root, name.data(), name.size(), &fid, &attr, 0, nullptr, nullptr, 0,
                            &obj);
        if (!rc) {
            osd_object_put(obj);
            rc = osd_file_write(th, w->slots, w->id * 4, &i, 4);
        }
        auto *mark = new Mark{w, i};
        osd_trans_on_commit(
            th,
            [](void *data, int err) {
                auto *m = static_cast<Mark *>(data);
                if (!err) {
                    EXPECT_EQ(m->worker->committed + 1, m->number);
                    m->worker->committed = m->number;
                }
                delete m;
            },
            mark);
        osd_trans_stop(th, get_random_u32_below(50) == 0);
        if (rc)
            break;
        msleep(get_random_u32_below(200));
    }
    osd_object_put(root);
    w->done = true;
    return 0;
}

TEST_P(CutTest, WholeTransactionsOnly)
{
    Run([&] {
        std::vector<Worker> workers(4);
        struct osd_file *slots;
        u32 slot[4];

        ASSERT_EQ(0, osd_file_open(dev, "slots", 4096, &slots));
        for (u32 i = 0; i < workers.size(); i++) {
            workers[i].dev = dev;
            workers[i].slots = slots;
            workers[i].id = i;
            kthread_run(Work, &workers[i], "work%u", i);
        }
        msleep(1000 + get_random_u32_below(15000));
        mem_power_cut(dev);
        for (Worker &w : workers)
            while (!w.done)
                msleep(10);
        osd_file_close(slots);
        Crash();
        ASSERT_EQ(0, osd_file_open(dev, "slots", 4096, &slots));
        ASSERT_EQ(16, osd_file_read(slots, 0, slot, 16));
        for (Worker &w : workers) {
            EXPECT_EQ(w.committed, slot[w.id]);
            for (u32 i = 1; i <= slot[w.id] + 3; i++) {
                struct fid fid = {0x200000400ULL + w.id, i, 0}, got;
                int want = i <= slot[w.id] ? 0 : -ENOENT;
                osd_object *obj;

                EXPECT_EQ(want, Lookup(root, std::to_string(w.id) + "-" + std::to_string(i), &got));
                EXPECT_EQ(want, osd_object_find(dev, &fid, &obj));
                if (!want)
                    osd_object_put(obj);
            }
        }
        osd_file_close(slots);
    });
}

INSTANTIATE_TEST_SUITE_P(Seeds, CutTest, testing::Range<uint64_t>(1, 31));

} // namespace
