// SPDX-License-Identifier: GPL-2.0
// An OST that fails: new files go elsewhere, the others are undisturbed, and its own wait or get an error.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>

#include "tests/sim/cluster/node_scope.h"

#include <floor.h>

namespace {

constexpr char kOsp[] = "OST0001-osc-MDT0000";  // the MDT's device for the second OST

class SimFailingTest : public SimTest {
protected:
    // Makes files of one stripe; the longest that one took, in ms.
    int64_t MakeFiles(SimClient &client, const std::string &prefix, int count) {
        int64_t longest = 0;
        for (int i = 0; i < count; i++) {
            const ktime_t start = ktime_get();
            EXPECT_EQ(0, client.Create(prefix + std::to_string(i), 1));
            longest = std::max(longest, int64_t(ktime_ms_delta(ktime_get(), start)));
        }
        return longest;
    }

    // How many of these files lie on the first OST.
    int OnFirstOst(SimClient &client, const std::string &prefix, int count) {
        int on_first = 0;
        for (int i = 0; i < count; i++)
            on_first += OstOf(client, prefix + std::to_string(i)) == 0;
        return on_first;
    }

    unsigned int OstOf(SimClient &client, const std::string &path) {
        std::string ea;
        EXPECT_EQ(0, client.GetXattr(path, "trusted.lov", &ea)) << path;
        const auto *v1 = reinterpret_cast<const wire_lov_v1 *>(ea.data());
        EXPECT_GE(ea.size(), sizeof(*v1) + sizeof(v1->objects[0]));
        return le32_to_cpu(v1->objects[0].idx);
    }

    static void SetActive(SimClient &client, unsigned int ost, bool active) {
        NodeScope scope(client.node());
        osc_set_active(client.osc(ost), active);
    }

    static int64_t PingMs() {
        NodeScope scope(SimCluster::kMdsNode);
        return obd_ping_interval_ms();
    }
};

// One that hangs is found out within a ping interval, long before its requests time out.
TEST_F(SimFailingTest, NewFilesAvoidAnOstThatDoesNotAnswer) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 2}, [this](SimCluster &c) {
            SimClient &cl = c.client();

            MakeFiles(cl, "/before", 20);
            const int before = OnFirstOst(cl, "/before", 20);
            EXPECT_GT(before, 0);
            EXPECT_LT(before, 20);
            c.HangOst(1, true);
            SimCluster::Sleep(PingMs());
            EXPECT_LT(MakeFiles(cl, "/during", 50), 1000);
            EXPECT_EQ(50, OnFirstOst(cl, "/during", 50));
            // Also files that would like to have all OSTs.
            for (int i = 0; i < 5; i++) {
                const ktime_t start = ktime_get();
                ASSERT_EQ(0, cl.Create("/wide" + std::to_string(i), -1));
                EXPECT_LT(ktime_ms_delta(ktime_get(), start), 1000);
            }
            for (int i = 0; i < 50; i++) {
                ASSERT_EQ(0, cl.Write("/during" + std::to_string(i), 0, "written meanwhile"));
                ExpectFile(cl, "/during" + std::to_string(i), "written meanwhile");
            }
            c.HangOst(1, false);
            SimCluster::Sleep(60000);
            MakeFiles(cl, "/after", 20);
            EXPECT_LT(OnFirstOst(cl, "/after", 20), 20);
        });
    }
}

// The one that is down has objects in stock and the other none: nobody waits for more than one answer of the other.
TEST_F(SimFailingTest, CreatesDoNotWaitWhileAnotherOstCanServe) {
    RunSim({.seed = 4, .osts = 2}, [this](SimCluster &c) {
        SimClient &cl = c.client();

        MakeFiles(cl, "/before", 4);
        c.PowerOffOst(1);
        SimCluster::Sleep(PingMs());
        // More than there are in stock.
        EXPECT_LT(MakeFiles(cl, "/during", 600), 1000);
        EXPECT_EQ(600, OnFirstOst(cl, "/during", 600));
        c.PowerOnOst(1);
        SimCluster::Sleep(60000);
        MakeFiles(cl, "/after", 20);
        EXPECT_LT(OnFirstOst(cl, "/after", 20), 20);
    });
}

// An OST that recovers for long, since it waits for a client that will not come, is none to wait for.
TEST_F(SimFailingTest, CreatesDoNotWaitForAnOstInRecovery) {
    RunSim({.seed = 5, .osts = 2, .clients = 2}, [this](SimCluster &c) {
        SimClient &cl = c.client(0);

        MakeFiles(cl, "/before", 4);
        c.net.Cut(SimCluster::ClientNode(1), SimCluster::OstNode(1), true);
        c.PowerOffOst(1);
        c.PowerOnOst(1);
        c.net.Cut(SimCluster::ClientNode(1), SimCluster::OstNode(1), true);
        SimCluster::Sleep(25000);
        EXPECT_FALSE(floor_log_contains("recovery is over"));
        for (int i = 0; i < 10; i++) {
            const ktime_t start = ktime_get();
            ASSERT_EQ(0, cl.Create("/wide" + std::to_string(i), -1));
            EXPECT_LT(ktime_ms_delta(ktime_get(), start), 1000);
        }
        c.net.Cut(SimCluster::ClientNode(1), SimCluster::OstNode(1), false);
    });
}

// With no other OST, whoever makes a file waits for the one that is away, as who reads does, unless it is switched off.
TEST_F(SimFailingTest, CreatesWaitForTheOnlyOst) {
    RunSim({.seed = 5, .clients = 2}, [](SimCluster &c) {
        ASSERT_EQ(0, c.client().Create("/before", 1));
        c.PowerOffOst(0);
        // Until then the MDT gives out what it has.
        SimCluster::Sleep(20000);
        const ktime_t start = ktime_get();
        c.Parallel([&](SimClient &client, unsigned int index) {
            if (index == 0) {
                EXPECT_EQ(0, client.Create("/during", 1));
                EXPECT_GE(ktime_ms_delta(ktime_get(), start), 100000);
                return;
            }
            SimCluster::Sleep(100000);
            c.PowerOnOst(0);
        });
        SimCluster::Sleep(20000);
        NodeScope scope(SimCluster::kMdsNode);
        ASSERT_EQ(0, SimCluster::DeviceOp("OST0000-osc-MDT0000", "deactivate", {}, nullptr));
        EXPECT_EQ(-EIO, c.client().Create("/never", 1));
    });
    RunSim({.seed = 6, .failout = true}, [](SimCluster &c) {
        ASSERT_EQ(0, c.client().Create("/before", 1));
        c.PowerOffOst(0);
        SimCluster::Sleep(20000);
        EXPECT_EQ(-EIO, c.client().Create("/never", 1));
    });
}

TEST_F(SimFailingTest, TheAdministratorDeactivatesAnOst) {
    RunSim({.seed = 6, .osts = 2}, [this](SimCluster &c) {
        SimClient &cl = c.client();
        std::string data;

        MakeFiles(cl, "/before", 10);
        for (int i = 0; i < 10; i++)
            ASSERT_EQ(0, cl.Write("/before" + std::to_string(i), 0, "before"));
        ASSERT_EQ(0, cl.Sync());
        {
            NodeScope scope(SimCluster::kMdsNode);
            ASSERT_EQ(0, SimCluster::DeviceOp(kOsp, "deactivate", {}, nullptr));
        }
        EXPECT_LT(MakeFiles(cl, "/during", 20), 1000);
        EXPECT_EQ(20, OnFirstOst(cl, "/during", 20));
        // What lies there can still be read: it is the MDT that does not use it.
        for (int i = 0; i < 10; i++)
            ExpectFile(cl, "/before" + std::to_string(i), "before");
        {
            NodeScope scope(SimCluster::kMdsNode);
            ASSERT_EQ(0, SimCluster::DeviceOp(kOsp, "activate", {}, nullptr));
        }
        SimCluster::Sleep(30000);
        MakeFiles(cl, "/after", 20);
        EXPECT_LT(OnFirstOst(cl, "/after", 20), 20);

        // On a client: an error at once, for what lies there only.
        SetActive(cl, 1, false);
        for (int i = 0; i < 10; i++) {
            const std::string path = "/before" + std::to_string(i);
            const bool there = OstOf(cl, path) == 0;
            EXPECT_EQ(there ? 0 : -EIO, cl.Read(path, 0, 10, &data)) << path;
        }
        SetActive(cl, 1, true);
        SimCluster::Sleep(10000);
        for (int i = 0; i < 10; i++)
            ExpectFile(cl, "/before" + std::to_string(i), "before");
    });
}

// Failout: whoever needs the OST that is down gets an error, whether he waits already or comes later.
TEST_F(SimFailingTest, FailoutTargetsGiveErrors) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 2, .failout = true}, [this](SimCluster &c) {
            SimClient &cl = c.client();
            std::string data;

            MakeFiles(cl, "/f", 10);
            for (int i = 0; i < 10; i++)
                ASSERT_EQ(0, cl.Write("/f" + std::to_string(i), 0, "content"));
            ASSERT_EQ(0, cl.Sync());
            cl.Forget();
            c.PowerOffOst(1);
            for (int i = 0; i < 10; i++) {
                const std::string path = "/f" + std::to_string(i);
                const bool there = OstOf(cl, path) == 0;
                EXPECT_EQ(there ? 0 : -EIO, std::min(cl.Read(path, 0, 10, &data), 0)) << path;
                // Once it is known, at once.
                const ktime_t start = ktime_get();
                EXPECT_EQ(there ? 0 : -EIO, std::min(cl.Read(path, 0, 10, &data), 0)) << path;
                EXPECT_LT(ktime_ms_delta(ktime_get(), start), 1000);
            }
            c.PowerOnOst(1);
            EXPECT_FALSE(floor_log_contains("recovery: waiting for"));
            SimCluster::Sleep(60000);
            for (int i = 0; i < 10; i++)
                ExpectFile(cl, "/f" + std::to_string(i), "content");
            ASSERT_EQ(0, cl.Create("/new", -1));
            ASSERT_EQ(0, cl.Write("/new", 0, std::string(200000, 'x')));
            cl.Forget();
            ExpectFile(cl, "/new", std::string(200000, 'x'));
        });
    }
}

}  // namespace
