// SPDX-License-Identifier: GPL-2.0
// Targets with two homes: they move, and their clients find them and recover there.
#include "tests/sim/cluster/cluster.h"

#include "tests/sim/cluster/node_scope.h"

#include <floor.h>

extern "C" {
#include "kernel/uapi/sheen_netlink.h"
}

namespace {

class SimFailoverTest : public SimTest {
protected:
    static std::string Content(const std::string &path) {
        std::string text;
        while (text.size() < 100000)
            text += path + " at " + std::to_string(text.size()) + ";";
        return text;
    }

    static void MakeFiles(SimClient &client, const std::string &prefix, int count) {
        for (int i = 0; i < count; i++) {
            const std::string path = prefix + std::to_string(i);
            ASSERT_EQ(0, client.Create(path, -1)) << path;
            ASSERT_EQ(0, client.Write(path, 0, Content(path))) << path;
        }
    }

    void CheckFiles(SimClient &client, const std::string &prefix, int count) {
        client.Forget();
        for (int i = 0; i < count; i++)
            ExpectFile(client, prefix + std::to_string(i), Content(prefix + std::to_string(i)));
    }

    // Nobody has lost anything.
    static void ExpectSmooth() {
        EXPECT_FALSE(floor_log_contains("evicted by"));
        EXPECT_FALSE(floor_log_contains("refused the replay"));
        EXPECT_FALSE(floor_log_contains("is evicted"));
        EXPECT_TRUE(floor_log_contains("recovery is over"));
    }
};

// What was acknowledged and not committed is replayed at the other home, and again after the way back.
TEST_F(SimFailoverTest, MdsMovesAfterAPowerCutAndBack) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 2, .clients = 2, .pairs = true}, [this](SimCluster &c) {
            for (const char *prefix : {"/there", "/back"}) {
                MakeFiles(c.client(0), prefix, 20);
                ASSERT_EQ(0, c.client(1).Mkdir(std::string(prefix) + "-dir"));
                c.PowerOffMds();
                SimCluster::Sleep(2000);
                c.MoveMds();
                c.PowerOnMds();
                CheckFiles(c.client(1), prefix, 20);
                ASSERT_EQ(0, c.client(0).Rmdir(std::string(prefix) + "-dir"));
            }
            CheckFiles(c.client(0), "/there", 20);
            ExpectSmooth();
        });
    }
}

TEST_F(SimFailoverTest, OstMovesAfterAPowerCutAndBack) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 2, .clients = 2, .pairs = true}, [this](SimCluster &c) {
            for (const char *prefix : {"/there", "/back"}) {
                MakeFiles(c.client(0), prefix, 20);
                // Written to the OSTs, but not committed there.
                ASSERT_EQ(0, c.client(0).Flush());
                c.PowerOffOst(1);
                SimCluster::Sleep(2000);
                c.MoveOst(1);
                c.PowerOnOst(1);
                CheckFiles(c.client(1), prefix, 20);
                MakeFiles(c.client(1), std::string(prefix) + "more", 20);
                CheckFiles(c.client(0), std::string(prefix) + "more", 20);
            }
            ExpectSmooth();
        });
    }
}

// While clients work, without a power cut: they have nothing to lose, and programs notice nothing.
TEST_F(SimFailoverTest, TargetsAreHandedOverUnderLoad) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 2, .clients = 3, .pairs = true}, [this](SimCluster &c) {
            c.Parallel([&](SimClient &client, unsigned int i) {
                if (i) {
                    MakeFiles(client, "/f" + std::to_string(i) + "-", 60);
                    return;
                }
                for (int turn = 0; turn < 2; turn++) {
                    SimCluster::Sleep(50);
                    c.HandOverMds();
                    SimCluster::Sleep(50);
                    c.HandOverOst(0);
                }
            });
            CheckFiles(c.client(0), "/f1-", 60);
            CheckFiles(c.client(1), "/f2-", 60);
            ExpectSmooth();
        });
    }
}

// A client that comes while a target is away from its first home finds it, too.
TEST_F(SimFailoverTest, NewClientsFindTheSecondHome) {
    RunSim({.seed = 1, .osts = 1, .clients = 2, .pairs = true}, [this](SimCluster &c) {
        MakeFiles(c.client(0), "/f", 3);
        c.client(1).Unmount();
        c.HandOverMds();
        c.HandOverOst(0);
        ASSERT_EQ(0, c.client(1).Mount());
        CheckFiles(c.client(1), "/f", 3);
        MakeFiles(c.client(1), "/g", 3);
        CheckFiles(c.client(0), "/g", 3);
    });
}

// Who ends a target by force and does not hand it over gives its clients up: the next start waits for nobody.
TEST_F(SimFailoverTest, AForcedStopForgetsClients) {
    RunSim({.seed = 1, .osts = 1, .pairs = true}, [this](SimCluster &c) {
        SimStat st;

        MakeFiles(c.client(), "/f", 3);
        ASSERT_EQ(0, c.client().Sync());
        c.RestartMds(SHEEN_CLEANUP_FORCE);
        EXPECT_FALSE(floor_log_contains("recovery: waiting for"));
        for (int i = 0; i < 100 && c.client().Stat("/", &st); i++)
            SimCluster::Sleep(1000);
        EXPECT_TRUE(floor_log_contains("evicted by mdt_UUID"));
        CheckFiles(c.client(), "/f", 3);
    });
}

}  // namespace
