// SPDX-License-Identifier: GPL-2.0
// Servers that lose power while clients stay: nothing acknowledged is lost, and nothing is done twice.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <atomic>

#include <linux/mm.h>

#include <floor.h>

namespace {

class SimRecoveryTest : public SimTest {};

constexpr char kMdt[] = "sheen-MDT0000";

std::string Content(const std::string &path, size_t length) {
    std::string text;
    while (text.size() < length)
        text += path + " at " + std::to_string(text.size()) + ";";
    text.resize(length);
    return text;
}

void ExpectContent(SimClient &client, const std::string &path, size_t length) {
    std::string data;
    ASSERT_EQ(0, client.Read(path, 0, length + 1000, &data)) << path;
    EXPECT_TRUE(Content(path, length) == data) << path << ": " << data.size() << " bytes";
}

// No client was evicted, and every replay was taken.
void ExpectSmooth() {
    EXPECT_FALSE(floor_log_contains("evicted by"));
    EXPECT_FALSE(floor_log_contains("refused the replay"));
    EXPECT_FALSE(floor_log_contains("is evicted"));
    EXPECT_FALSE(floor_log_contains("went back in time"));
}

// What was acknowledged is there after the MDS was cut off at once, whether it was committed or not.
TEST_F(SimRecoveryTest, AcknowledgedNamesSurviveAPowerCutOfTheMds) {
    RunSim({.seed = 1, .osts = 2}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat st;

        for (int i = 0; i < 40; i++) {
            const std::string path = "/f" + std::to_string(i);
            ASSERT_EQ(0, cl.Create(path, -1));
            ASSERT_EQ(0, cl.Write(path, 0, Content(path, 5000 * i)));
            SimCluster::Sleep(300);
        }
        ASSERT_EQ(0, cl.Mkdir("/d"));
        ASSERT_EQ(0, cl.Rename("/f0", "/d/g0"));
        ASSERT_EQ(0, cl.Unlink("/f1"));
        ASSERT_EQ(0, cl.Chmod("/f2", 0600));
        ASSERT_EQ(0, cl.Link("/f3", "/l3"));
        ASSERT_EQ(0, cl.Symlink("target", "/s"));
        c.PowerOffMds();
        SimCluster::Sleep(3000);
        c.PowerOnMds();
        for (int i = 4; i < 40; i++)
            ExpectContent(cl, "/f" + std::to_string(i), 5000 * i);
        EXPECT_EQ(0, cl.Stat("/d/g0", &st));
        EXPECT_EQ(-ENOENT, cl.Stat("/f0", &st));
        EXPECT_EQ(-ENOENT, cl.Stat("/f1", &st));
        ASSERT_EQ(0, cl.Stat("/f2", &st));
        EXPECT_EQ(0600u, st.mode & 0777);
        ASSERT_EQ(0, cl.Stat("/l3", &st));
        EXPECT_EQ(2u, st.nlink);
        EXPECT_EQ(0, cl.Stat("/s", &st));
        ExpectSmooth();
        // New files do not get objects that replayed ones have.
        for (int i = 0; i < 40; i++) {
            const std::string path = "/n" + std::to_string(i);
            ASSERT_EQ(0, cl.Create(path, -1));
            ASSERT_EQ(0, cl.Write(path, 0, Content(path, 70000)));
        }
        for (int i = 4; i < 40; i++)
            ExpectContent(cl, "/f" + std::to_string(i), 5000 * i);
    });
}

TEST_F(SimRecoveryTest, WrittenDataSurvivesAPowerCutOfAnOst) {
    RunSim({.seed = 2, .osts = 2}, [](SimCluster &c) {
        SimClient &cl = c.client();

        for (int i = 0; i < 30; i++) {
            const std::string path = "/f" + std::to_string(i);
            ASSERT_EQ(0, cl.Create(path, -1));
            ASSERT_EQ(0, cl.Write(path, 0, Content(path, 100000)));
            SimCluster::Sleep(400);
        }
        // Written to the OSTs, but not committed there.
        ASSERT_EQ(0, cl.Flush());
        c.PowerOffOst(0);
        SimCluster::Sleep(3000);
        c.PowerOnOst(0);
        cl.Forget();
        for (int i = 0; i < 30; i++)
            ExpectContent(cl, "/f" + std::to_string(i), 100000);
        ExpectSmooth();
    });
}

}  // namespace
