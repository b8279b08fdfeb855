// SPDX-License-Identifier: GPL-2.0
// Power of servers, and a network that loses messages.
#include "tests/sim/cluster/cluster.h"

#include <random>

#include <linux/mm.h>

namespace {

class SimPowerTest : public SimTest {};

std::string Content(int i, size_t length) {
    std::string text;
    while (text.size() < length)
        text += "file " + std::to_string(i) + " at " + std::to_string(text.size()) + ";";
    text.resize(length);
    return text;
}

// A restarted server does not know its clients any more: what they had under way with it fails once.
void ExpectUsable(SimClient &client) {
    SimStat st;
    SimCluster::Sleep(120000);
    for (int i = 0; i < 3 && client.Stat("/", &st); i++)
        SimCluster::Sleep(1000);
    ASSERT_EQ(0, client.Stat("/", &st));
}

void MakeFiles(SimClient &client, int first, int last) {
    for (int i = first; i < last; i++) {
        const std::string path = "/f" + std::to_string(i);
        ASSERT_EQ(0, client.Create(path, -1)) << path;
        ASSERT_EQ(0, client.Write(path, 0, Content(i, 30000 * (i % 5)))) << path;
    }
}

void CheckFiles(SimClient &client, int first, int last) {
    for (int i = first; i < last; i++) {
        const std::string path = "/f" + std::to_string(i);
        std::string data;
        ASSERT_EQ(0, client.Read(path, 0, 200000, &data)) << path;
        EXPECT_TRUE(Content(i, 30000 * (i % 5)) == data) << path;
    }
}

// After a sync everything survives all servers losing power at once.
TEST_F(SimPowerTest, SyncedDataSurvivesPowerCutOfAllServers) {
    RunSim({.seed = 1, .osts = 2}, [](SimCluster &c) {
        SimClient &cl = c.client();

        MakeFiles(cl, 0, 20);
        ASSERT_EQ(0, cl.Sync());
        cl.Unmount();
        c.PowerOffMds();
        c.PowerOffOst(0);
        c.PowerOffOst(1);
        c.PowerOnOst(0);
        c.PowerOnOst(1);
        c.PowerOnMds();
        ASSERT_EQ(0, cl.Mount());
        CheckFiles(cl, 0, 20);
        MakeFiles(cl, 20, 30);
        CheckFiles(cl, 0, 30);
    });
}

// A client that stays mounted goes on when its servers are back.
TEST_F(SimPowerTest, MountedClientGoesOnAfterPowerCutOfAnOst) {
    RunSim({.seed = 2, .osts = 2}, [](SimCluster &c) {
        SimClient &cl = c.client();

        MakeFiles(cl, 0, 10);
        ASSERT_EQ(0, cl.Sync());
        c.PowerOffOst(1);
        SimCluster::Sleep(20000);
        c.PowerOnOst(1);
        ExpectUsable(cl);
        CheckFiles(cl, 0, 10);
        MakeFiles(cl, 10, 20);
        CheckFiles(cl, 0, 20);
    });
}

TEST_F(SimPowerTest, MountedClientGoesOnAfterPowerCutOfTheMds) {
    RunSim({.seed = 3, .osts = 1}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat st;

        MakeFiles(cl, 0, 10);
        ASSERT_EQ(0, cl.Sync());
        c.PowerOffMds();
        SimCluster::Sleep(5000);
        c.PowerOnMds();
        ExpectUsable(cl);
        CheckFiles(cl, 0, 10);
        ASSERT_EQ(0, cl.Mkdir("/after"));
        EXPECT_EQ(0, cl.Stat("/after", &st));
    });
}

// What was not synced is there whole or not at all, and never half.
TEST_F(SimPowerTest, UnsyncedNamesAreWholeOrGone) {
    RunSim({.seed = 4, .osts = 2}, [](SimCluster &c) {
        SimClient &cl = c.client();

        MakeFiles(cl, 0, 5);
        ASSERT_EQ(0, cl.Sync());
        for (int i = 0; i < 60; i++) {
            ASSERT_EQ(0, cl.Create("/n" + std::to_string(i), -1));
            SimCluster::Sleep(300);
        }
        c.PowerOffMds();
        cl.Unmount(true);
        c.PowerOnMds();
        ASSERT_EQ(0, cl.Mount());
        CheckFiles(cl, 0, 5);
        bool gone = false;
        for (int i = 0; i < 60; i++) {
            SimStat st;
            const int rc = cl.Stat("/n" + std::to_string(i), &st);
            if (!rc) {
                EXPECT_FALSE(gone) << "n" << i << " is there but an earlier one is not";
                EXPECT_EQ(2u, st.stripes);
            } else {
                EXPECT_EQ(-ENOENT, rc);
                gone = true;
            }
        }
        EXPECT_TRUE(gone);
        // New files get objects that no old file has.
        MakeFiles(cl, 5, 15);
        CheckFiles(cl, 0, 15);
    });
}

TEST_F(SimPowerTest, LostMessagesChangeNothing) {
    RunSim({.seed = 5, .osts = 2, .faults = {.loss = 0.01, .delay_min_us = 10, .delay_max_us = 500}},
           [](SimCluster &c) {
               SimClient &cl = c.client();
               SimStat st;

               MakeFiles(cl, 0, 15);
               CheckFiles(cl, 0, 15);
               for (int i = 0; i < 15; i += 2)
                   ASSERT_EQ(0, cl.Unlink("/f" + std::to_string(i)));
               for (int i = 0; i < 15; i++)
                   EXPECT_EQ(i % 2 ? 0 : -ENOENT, cl.Stat("/f" + std::to_string(i), &st));
           });
}

}  // namespace
