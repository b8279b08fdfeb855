// SPDX-License-Identifier: GPL-2.0
// Clients that are given up: who hears what of it, what is lost, and that they work again by themselves.
#include "tests/sim/cluster/cluster.h"

#include "tests/sim/cluster/node_scope.h"

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mm.h>

#include <floor.h>

namespace {

constexpr char kMdt[] = "sheen-MDT0000", kOst[] = "sheen-OST0000";

class SimEvictionTest : public SimTest {
protected:
    // What a client does while the test goes on.
    class Meanwhile {
    public:
        Meanwhile(SimClient &client, std::function<void(SimClient &)> fn) : client_(client), fn_(std::move(fn)) {
            NodeScope scope(client.node());
            init_completion(&done_);
            kthread_run(Run, this, "meanwhile");
        }
        ~Meanwhile() { Join(); }
        void Join() {
            if (!joined_)
                wait_for_completion(&done_);
            joined_ = true;
        }

    private:
        static int Run(void *arg) {
            auto *self = static_cast<Meanwhile *>(arg);
            self->fn_(self->client_);
            complete(&self->done_);
            return 0;
        }

        SimClient &client_;
        std::function<void(SimClient &)> fn_;
        completion done_;
        bool joined_ = false;
    };

    static void CutClient(SimCluster &c, unsigned int index, bool cut) {
        const unsigned int node = SimCluster::ClientNode(index);
        c.net.Cut(SimCluster::kMdsNode, node, cut);
        c.net.Cut(SimCluster::OstNode(0), node, cut);
    }

    static int Op(unsigned int node, const char *device, const char *op, std::vector<std::string> args) {
        NodeScope scope(node);
        std::string text;
        return SimCluster::DeviceOp(device, op, std::move(args), &text);
    }

    static std::string Name(const struct fid &fid) {
        char text[64];
        snprintf(text, sizeof(text), FID_FMT, (unsigned long long)fid.seq, fid.oid, fid.ver);
        return text;
    }
};

TEST_F(SimEvictionTest, NamesClientLockFileAndReason) {
    RunSim({.seed = 1, .clients = 2}, [](SimCluster &c) {
        SimStat st;
        std::string data;

        ASSERT_EQ(0, c.client(1).Create("/f"));
        ASSERT_EQ(0, c.client(1).Write("/f", 0, std::string(10000, 'a')));
        ASSERT_EQ(0, c.client(1).Flush());
        ASSERT_EQ(0, c.client(1).Stat("/f", &st));
        ASSERT_EQ(0, c.client(1).Write("/f", 10000, std::string(30000, 'b')));
        CutClient(c, 1, true);
        ASSERT_EQ(0, c.client(0).Read("/f", 0, 100000, &data));
        EXPECT_EQ(std::string(10000, 'a'), data);
        const std::string who = "sheen-OST0000: client 10.0.0.101@tcp (uuid client-101-1) is evicted: ";
        EXPECT_EQ(1u, floor_log_count((who + "it did not give back PW lock 0x").c_str()));
        EXPECT_TRUE(floor_log_contains((" of file " + Name(st.fid) + " within ").c_str()));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, std::string(50000, 'c')));

        // The client hears of it, says what that costs, and goes on; what others have written meanwhile stays.
        CutClient(c, 1, false);
        SimCluster::Sleep(200000);
        const std::string loss = "evicted by ost0_UUID: 1 locks and 0 requests under way are lost; so are 32 KiB of "
                                 "data not yet stored there, of file " + Name(st.fid) + " (32 KiB): the next fsync";
        EXPECT_EQ(1u, floor_log_count(loss.c_str()));
        EXPECT_EQ(1u, floor_log_count("evicted by ost0_UUID"));
        ExpectFile(c.client(1), "/f", std::string(50000, 'c'));
        ASSERT_EQ(0, c.client(1).Write("/f", 0, std::string(10, 'd')));
        ExpectFile(c.client(0), "/f", std::string(10, 'd') + std::string(49990, 'c'));
    });
}

// A client whose network fails in the middle of giving back what it has written does not go on with that when it is
// back: others have written meanwhile.
TEST_F(SimEvictionTest, NothingIsWrittenUnderLostLocks) {
    for (uint64_t seed : Seeds(2)) {
        RunSim({.seed = seed, .clients = 2, .preempt_odds = 20}, [seed](SimCluster &c) {
            // More than can be on its way at once; the end has to wait.
            constexpr size_t kBytes = 10 << 20, kEnd = 1 << 20;
            const std::string other(kEnd, 'b');
            std::string data;

            ASSERT_EQ(0, c.client(1).Create("/f"));
            ASSERT_EQ(0, c.client(1).Write("/f", 0, std::string(kBytes, 'a')));
            c.net.faults.delay_min_us = c.net.faults.delay_max_us = 5000;
            Meanwhile writer(c.client(0), [&other](SimClient &cl) {
                EXPECT_EQ(0, cl.Write("/f", kBytes - kEnd, other));
                EXPECT_EQ(0, cl.Flush());
            });
            SimCluster::Sleep(50 + 4 * seed);
            CutClient(c, 1, true);
            writer.Join();
            EXPECT_TRUE(floor_log_contains("(uuid client-101-1) is evicted: it did not give back PW lock"));
            CutClient(c, 1, false);
            SimCluster::Sleep(200000);
            EXPECT_TRUE(floor_log_contains("locks and 8 requests under way are lost; so are 10240 KiB"));
            c.client(0).Forget();
            ASSERT_EQ(0, c.client(0).Read("/f", kBytes - kEnd, kEnd, &data));
            EXPECT_TRUE(data == other);
        });
    }
}

// Not even by who had the lock in use all the time.
TEST_F(SimEvictionTest, ALockInUseIsLostToo) {
    RunSim({.seed = 2}, [](SimCluster &c) {
        const struct fid object = {FID_SEQ_OST(0), 1, 0};
        SimClient &cl = c.client();
        ldlm_lock *lock;

        ASSERT_EQ(0, cl.Create("/f"));
        NodeScope scope(cl.node());
        const auto write = [&] {
            osc_page piece = {};
            osc_io io = {};
            uint32_t bytes;
            piece.page = alloc_page(GFP_KERNEL);
            piece.len = PAGE_SIZE;
            io.osc = cl.osc(0);
            io.obj = object;
            io.write = true;
            io.nr = 1;
            io.pages = &piece;
            const int rc = osc_io_wait(&io, &bytes);
            put_page(piece.page);
            return rc;
        };
        ASSERT_EQ(0, osc_lock(cl.osc(0), &object, 0, 4095, LCK_PW, nullptr, &lock));
        EXPECT_EQ(0, write());
        EXPECT_EQ(0, Op(SimCluster::OstNode(0), kOst, "evict_client", {"client-100-1"}));
        SimCluster::Sleep(60000);
        EXPECT_TRUE(floor_log_contains("evicted by ost0_UUID: 1 locks"));
        EXPECT_EQ(-EIO, write());
        osc_unlock(lock, LCK_PW);
        ASSERT_EQ(0, osc_lock(cl.osc(0), &object, 0, 4095, LCK_PW, nullptr, &lock));
        EXPECT_EQ(0, write());
        osc_unlock(lock, LCK_PW);
    });
}

// What an OST had taken and not stored is lost when it restarts and the client stays away: who waits for fsync is told.
TEST_F(SimEvictionTest, WrittenAndNotStoredIsLostWithARestart) {
    RunSim({.seed = 3, .clients = 2}, [](SimCluster &c) {
        SimStat stored, taken;
        std::string data;

        ASSERT_EQ(0, c.client(1).Create("/stored"));
        ASSERT_EQ(0, c.client(1).Create("/taken"));
        ASSERT_EQ(0, c.client(1).Stat("/stored", &stored));
        ASSERT_EQ(0, c.client(1).Stat("/taken", &taken));
        ASSERT_EQ(0, c.client(1).Write("/stored", 0, std::string(20000, 's')));
        ASSERT_EQ(0, c.client(1).Sync());
        ASSERT_EQ(0, c.client(1).Write("/taken", 0, std::string(20000, 't')));
        ASSERT_EQ(0, c.client(1).Flush());
        c.PowerOffOst(0);
        c.PowerOnOst(0);
        c.net.Cut(SimCluster::OstNode(0), SimCluster::ClientNode(1), true);
        ASSERT_EQ(0, c.client(0).Read("/stored", 0, 100000, &data));
        EXPECT_TRUE(floor_log_contains("sheen-OST0000: client 10.0.0.101@tcp (uuid client-101-1) is evicted: it has not "
                                       "come back after the restart; what it had not stored here is lost"));
        c.net.Cut(SimCluster::OstNode(0), SimCluster::ClientNode(1), false);
        SimCluster::Sleep(120000);
        EXPECT_TRUE(floor_log_contains(("; so are 20 KiB of data not yet stored there, of file " + Name(taken.fid) +
                                        " (20 KiB): ").c_str()));
        EXPECT_TRUE(c.client(1).lost(taken.fid));
        EXPECT_FALSE(c.client(1).lost(stored.fid));
        ExpectFile(c.client(1), "/stored", std::string(20000, 's'));
        ExpectFile(c.client(1), "/taken", "");
    });
}

// A server that lives has what it was given, stored or not.
TEST_F(SimEvictionTest, WrittenIsNotLostWithoutARestart) {
    RunSim({.seed = 4}, [](SimCluster &c) {
        SimStat st;

        ASSERT_EQ(0, c.client().Create("/f"));
        ASSERT_EQ(0, c.client().Stat("/f", &st));
        ASSERT_EQ(0, c.client().Write("/f", 0, std::string(20000, 'f')));
        ASSERT_EQ(0, c.client().Flush());
        ASSERT_EQ(0, Op(SimCluster::OstNode(0), kOst, "evict_client", {"client-100-1"}));
        SimCluster::Sleep(60000);
        EXPECT_EQ(1u, floor_log_count("evicted by ost0_UUID: 1 locks and 0 requests under way are lost"));
        EXPECT_FALSE(floor_log_contains("not yet stored there"));
        EXPECT_FALSE(c.client().lost(st.fid));
        ExpectFile(c.client(), "/f", std::string(20000, 'f'));
    });
}

TEST_F(SimEvictionTest, TheAdministratorEvicts) {
    RunSim({.seed = 5, .clients = 2}, [](SimCluster &c) {
        uint64_t handle;
        struct fid fid;
        SimStat st;

        ASSERT_EQ(0, c.client(1).Create("/open"));
        ASSERT_EQ(0, c.client(1).Open("/open", &handle, &fid));
        EXPECT_EQ(-ENOENT, Op(SimCluster::kMdsNode, kMdt, "evict_client", {"nobody"}));
        EXPECT_EQ(-ENOENT, Op(SimCluster::kMdsNode, kMdt, "evict_client", {"10.0.0.77@tcp"}));
        EXPECT_EQ(-EINVAL, Op(SimCluster::kMdsNode, kMdt, "evict_client", {"x@y"}));
        EXPECT_EQ(-EINVAL, Op(SimCluster::kMdsNode, kMdt, "evict_client", {}));
        EXPECT_FALSE(floor_log_contains("is evicted"));
        EXPECT_EQ(0, Op(SimCluster::kMdsNode, kMdt, "evict_client", {"nid:10.0.0.101@tcp"}));
        EXPECT_EQ(1u, floor_log_count("sheen-MDT0000: client 10.0.0.101@tcp (uuid client-101-1) is evicted: the "
                                      "administrator wants it"));
        SimCluster::Sleep(60000);
        EXPECT_EQ(1u, floor_log_count("evicted by mdt_UUID"));
        EXPECT_TRUE(floor_log_contains(("; it has closed 1 open files, which may be removed now: " + Name(fid)).c_str()));
        EXPECT_EQ(0, c.client(1).Stat("/open", &st));
        EXPECT_EQ(0, c.client(1).Create("/new"));
        EXPECT_EQ(-ESTALE, c.client(1).Close(fid, handle));
        EXPECT_EQ(0, c.client(0).Stat("/new", &st));
        EXPECT_FALSE(floor_log_contains("client 10.0.0.100@tcp"));
    });
}

// One that recovery waits for is given up by name, and the others go on at once.
TEST_F(SimEvictionTest, TheAdministratorEvictsWhoIsAway) {
    RunSim({.seed = 6, .clients = 2}, [](SimCluster &c) {
        SimStat st;

        ASSERT_EQ(0, c.client(0).Mkdir("/kept"));
        ASSERT_EQ(0, c.client(1).Mkdir("/too"));
        c.PowerOffMds();
        c.PowerOnMds();
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), true);
        SimCluster::Sleep(20000);
        EXPECT_FALSE(floor_log_contains("is evicted"));
        EXPECT_EQ(0, Op(SimCluster::kMdsNode, kMdt, "evict_client", {"10.0.0.101@tcp"}));
        const ktime_t evicted = ktime_get();
        EXPECT_EQ(0, c.client(0).Stat("/kept", &st));
        EXPECT_LE(ktime_ms_delta(ktime_get(), evicted), 30000);
        EXPECT_EQ(1u, floor_log_count("client 10.0.0.101@tcp (uuid client-101-1) is evicted: "));
        EXPECT_TRUE(floor_log_contains("1 of 2 clients are back"));
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), false);
        SimCluster::Sleep(120000);
        EXPECT_EQ(0, c.client(1).Stat("/kept", &st));
    });
}

// A live client is not evicted because the network was gone for a moment, whatever was lost just then.
TEST_F(SimEvictionTest, LostMessagesEvictNobody) {
    for (uint64_t seed : Seeds(6)) {
        RunSim({.seed = seed, .clients = 2}, [seed](SimCluster &c) {
            std::string data;

            ASSERT_EQ(0, c.client(1).Create("/f"));
            ASSERT_EQ(0, c.client(1).Write("/f", 0, std::string(300000, 'a')));
            c.net.faults.delay_min_us = c.net.faults.delay_max_us = 1000;
            Meanwhile reader(c.client(0), [&data](SimClient &cl) { EXPECT_EQ(0, cl.Read("/f", 0, 400000, &data)); });
            // Before the callback arrives, its answer, the data, or the cancel.
            SimCluster::Sleep(2 * seed);
            CutClient(c, 1, true);
            SimCluster::Sleep(4000);
            CutClient(c, 1, false);
            reader.Join();
            EXPECT_TRUE(std::string(300000, 'a') == data);
            EXPECT_FALSE(floor_log_contains("is evicted"));
            EXPECT_FALSE(floor_log_contains("evicted by"));
        });
    }
}

// A client connects anew while an answer with a lock is on its way, and asks again: it takes the first answer, and the
// server answers again. Both must be the same lock, or the client cannot give back what it does not know.
TEST_F(SimEvictionTest, AnAnswerThatComesTwiceIsOneLock) {
    RunSim({.seed = 9, .clients = 2}, [](SimCluster &c) {
        SimClient &cl = c.client(1);
        std::mt19937_64 random(9);

        ASSERT_EQ(0, c.client(0).Create("/f"));
        ASSERT_EQ(0, c.client(0).Symlink("target", "/l"));
        c.net.faults.delay_min_us = 100;
        c.net.faults.delay_max_us = 20000;
        for (unsigned int i = 0; i < 400; i++) {
            const std::string path = i % 2 ? "/f" : "/l";
            const unsigned int mode = 0600 + i % 64;
            ASSERT_EQ(0, c.client(0).Chmod(path, mode));
            SimStat st;
            Meanwhile looker(cl, [&](SimClient &client) { EXPECT_EQ(0, client.Stat(path, &st)); });
            SimCluster::Sleep(random() % 40);
            {
                NodeScope scope(cl.node());
                rpc_import_recover(mdc_import(cl.mdc()), LNET_NID_ANY);
            }
            looker.Join();
            EXPECT_EQ(mode, st.mode & 0777) << i;
            const ktime_t before = ktime_get();
            ASSERT_EQ(0, c.client(0).Chmod(path, 0700));
            ASSERT_LE(ktime_ms_delta(ktime_get(), before), 5000) << i;
        }
        EXPECT_FALSE(floor_log_contains("is evicted"));
    });
}

// notransno and readonly, then a stop: all that was done in between is replayed.
TEST_F(SimEvictionTest, AStopBehindABarrierIsRecovered) {
    RunSim({.seed = 7, .clients = 2}, [](SimCluster &c) {
        SimStat st;

        ASSERT_EQ(0, c.client(0).Create("/before"));
        ASSERT_EQ(0, c.client(0).Sync());
        ASSERT_EQ(0, Op(SimCluster::kMdsNode, kMdt, "notransno", {}));
        ASSERT_EQ(0, c.client(0).Create("/after"));
        ASSERT_EQ(0, c.client(0).Rename("/before", "/renamed"));
        // Stored or not, the client is not told.
        SimCluster::Sleep(30000);
        ASSERT_EQ(0, c.client(1).Mkdir("/lost"));
        ASSERT_EQ(0, Op(SimCluster::kMdsNode, kMdt, "readonly", {}));
        Meanwhile maker(c.client(0), [](SimClient &cl) { EXPECT_EQ(0, cl.Create("/late")); });
        SimCluster::Sleep(2000);
        c.RestartMds(SimCluster::kKeepClients);
        maker.Join();
        for (const char *name : {"/after", "/renamed", "/lost", "/late"})
            EXPECT_EQ(0, c.client(1).Stat(name, &st)) << name;
        EXPECT_EQ(-ENOENT, c.client(1).Stat("/before", &st));
        EXPECT_TRUE(floor_log_contains("2 of 2 clients are back, 0 requests were refused"));
        EXPECT_FALSE(floor_log_contains("is evicted"));
    });
}

// The same on an OST, whose writes nobody has stored.
TEST_F(SimEvictionTest, AnOstThatIsReadonlyAnswersNobody) {
    RunSim({.seed = 8, .clients = 2}, [](SimCluster &c) {
        ASSERT_EQ(0, c.client(0).Create("/f"));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, std::string(200000, 'f')));
        ASSERT_EQ(0, c.client(0).Flush());
        ASSERT_EQ(0, Op(SimCluster::OstNode(0), kOst, "readonly", {}));
        Meanwhile reader(c.client(1), [](SimClient &cl) { ExpectFile(cl, "/f", std::string(200000, 'f')); });
        // Its clients' silence is its own.
        SimCluster::Sleep(200000);
        c.RestartOst(0, SimCluster::kKeepClients);
        reader.Join();
        EXPECT_FALSE(floor_log_contains("is evicted"));
    });
}

}  // namespace
