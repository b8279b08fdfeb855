// SPDX-License-Identifier: GPL-2.0
// OSTs that are added to a running file system.
#include "tests/sim/cluster/cluster.h"

#include <floor.h>

namespace {

class SimGrowTest : public SimTest {
protected:
    static unsigned int Stripes(SimClient &client, const std::string &path) {
        SimStat st;
        EXPECT_EQ(0, client.Create(path, -1)) << path;
        EXPECT_EQ(0, client.Stat(path, &st)) << path;
        return st.stripes;
    }

    // Data on all of the file's OSTs, seen by another client.
    void ExpectUsable(SimClient &writer, SimClient &reader, const std::string &path) {
        const std::string content(300000, path.back());
        ASSERT_EQ(0, writer.Write(path, 0, content));
        ExpectFile(reader, path, content);
    }
};

TEST_F(SimGrowTest, MountedClientsAndTheMdtTakeANewOst) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 1, .clients = 2}, [this](SimCluster &c) {
            EXPECT_EQ(1u, Stripes(c.client(0), "/old"));
            ExpectUsable(c.client(0), c.client(1), "/old");
            for (unsigned int osts = 2; osts <= 4; osts++) {
                const std::string path = "/new" + std::to_string(osts);
                ASSERT_EQ(0, c.AddOst());
                SimCluster::Sleep(15000);
                EXPECT_NE(nullptr, c.client(0).osc(osts - 1));
                EXPECT_NE(nullptr, c.client(1).osc(osts - 1));
                EXPECT_EQ(osts, Stripes(c.client(0), path));
                ExpectUsable(c.client(0), c.client(1), path);
                ExpectUsable(c.client(1), c.client(0), "/old");
            }
            // Also what comes later, and after a restart of all that know it.
            c.client(1).Unmount();
            ASSERT_EQ(0, c.client(1).Mount());
            ExpectFile(c.client(1), "/new4", std::string(300000, '4'));
            c.PowerOffMds();
            c.PowerOnMds();
            SimCluster::Sleep(20000);
            EXPECT_EQ(4u, Stripes(c.client(0), "/last"));
            ExpectUsable(c.client(0), c.client(1), "/last");
            EXPECT_FALSE(floor_log_contains("evicted by"));
        });
    }
}

// Who works all the time notices nothing but the new OST.
TEST_F(SimGrowTest, GrowsUnderLoad) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .osts = 1, .clients = 3}, [this](SimCluster &c) {
            c.Parallel([&](SimClient &client, unsigned int i) {
                if (!i) {
                    SimCluster::Sleep(500);
                    EXPECT_EQ(0, c.AddOst());
                    return;
                }
                for (int n = 0; n < 100; n++) {
                    const std::string path = "/f" + std::to_string(i) + "-" + std::to_string(n);
                    ASSERT_EQ(0, client.Create(path, 1)) << path;
                    ASSERT_EQ(0, client.Write(path, 0, path)) << path;
                    SimCluster::Sleep(200);
                }
            });
            for (int n = 0; n < 100; n++)
                ExpectFile(c.client(1), "/f2-" + std::to_string(n), "/f2-" + std::to_string(n));
        });
    }
}

// Who cannot reach the MGS at that moment hears of it later.
TEST_F(SimGrowTest, AClientThatWasAwayLearnsOfItLater) {
    RunSim({.seed = 1, .osts = 1, .clients = 2}, [this](SimCluster &c) {
        c.net.Cut(SimCluster::kMdsNode, c.client(1).node(), true);
        ASSERT_EQ(0, c.AddOst());
        SimCluster::Sleep(15000);
        EXPECT_EQ(nullptr, c.client(1).osc(1));
        EXPECT_EQ(2u, Stripes(c.client(0), "/f"));
        c.net.Cut(SimCluster::kMdsNode, c.client(1).node(), false);
        for (int i = 0; i < 300 && !c.client(1).osc(1); i++)
            SimCluster::Sleep(1000);
        ExpectUsable(c.client(0), c.client(1), "/f");
    });
}

}  // namespace
