// SPDX-License-Identifier: GPL-2.0
// Servers that lose power while clients stay: nothing acknowledged is lost, and nothing is done twice.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <atomic>

#include "tests/sim/cluster/node_scope.h"

#include <linux/sched/signal.h>

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
    EXPECT_TRUE(floor_log_contains("recovery is over"));
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

// Who lends memory for a write may use it for something else afterwards: a replay sends what was there, from a copy when
// it is little, and there is nothing to replay when it is much.
TEST_F(SimRecoveryTest, BorrowedMemoryIsNotLookedAtAgain) {
    for (const unsigned int pages : {1, 4, 5, 64}) {
        SCOPED_TRACE(pages);
        RunSim({.seed = 40 + pages}, [pages](SimCluster &c) {
            const struct fid object = {FID_SEQ_OST(0), 1, 0};
            const std::string content = Content("/f", pages * PAGE_SIZE);
            SimClient &cl = c.client();

            ASSERT_EQ(0, cl.Create("/f"));
            {
                NodeScope scope(cl.node());
                std::vector<osc_page> pieces(pages);
                osc_io io = {};
                ldlm_lock *lock;
                uint32_t bytes;
                for (unsigned int i = 0; i < pages; i++) {
                    pieces[i].page = alloc_page(GFP_KERNEL);
                    pieces[i].off = i * PAGE_SIZE;
                    pieces[i].len = PAGE_SIZE;
                    memcpy(page_address(pieces[i].page), content.data() + i * PAGE_SIZE, PAGE_SIZE);
                }
                io.osc = cl.osc(0);
                io.obj = object;
                io.write = true;
                io.borrowed = true;
                io.nr = pages;
                io.pages = pieces.data();
                ASSERT_EQ(0, osc_lock(cl.osc(0), &object, 0, content.size() - 1, LCK_PW, nullptr, &lock));
                EXPECT_EQ(0, osc_io_wait(&io, &bytes));
                osc_unlock(lock, LCK_PW);
                for (auto &piece : pieces) {
                    memset(page_address(piece.page), 'x', PAGE_SIZE);
                    put_page(piece.page);
                }
            }
            c.PowerOffOst(0);
            SimCluster::Sleep(3000);
            c.PowerOnOst(0);
            cl.Forget();
            ExpectContent(cl, "/f", content.size());
            ExpectSmooth();
        });
    }
}

// A file that is open lives on without a name, however often the MDS restarts, and is gone when it is closed.
TEST_F(SimRecoveryTest, OpenUnlinkedFilesLiveOn) {
    for (int commit = 0; commit < 4; commit++) {
        SCOPED_TRACE(commit);
        RunSim({.seed = 10u + commit, .osts = 1, .clients = 2}, [commit](SimCluster &c) {
            SimClient &cl = c.client(0);
            uint64_t handle;
            struct fid fid;
            std::string data;
            SimStat st;

            // Committed or not: the file, its removal.
            ASSERT_EQ(0, cl.Create("/open", -1));
            ASSERT_EQ(0, cl.Write("/open", 0, Content("/open", 10000)));
            if (commit & 1) {
                ASSERT_EQ(0, cl.Sync());
            }
            ASSERT_EQ(0, cl.Open("/open", &handle, &fid));
            ASSERT_EQ(0, c.client(1).Unlink("/open"));
            if (commit & 2) {
                ASSERT_EQ(0, c.client(1).Sync());
            }
            for (int i = 0; i < 2; i++) {
                c.PowerOffMds();
                SimCluster::Sleep(2000);
                c.PowerOnMds();
                EXPECT_EQ(-ENOENT, cl.Stat("/open", &st));
                cl.Forget();
                ASSERT_EQ(0, cl.ReadOpen(fid, 0, 20000, &data));
                EXPECT_TRUE(Content("/open", 10000) == data);
            }
            ExpectSmooth();
            EXPECT_EQ(0, cl.Close(fid, handle));
            cl.Forget();
            EXPECT_NE(0, cl.ReadOpen(fid, 0, 20000, &data));
        });
    }
}

// A program that is killed does not wait for a server that does not answer; what it had to give back is given back.
TEST_F(SimRecoveryTest, ClosesOfKilledProgramsGoOn) {
    RunSim({.seed = 21, .osts = 1}, [](SimCluster &c) {
        SimClient &cl = c.client();
        uint64_t handle;
        struct fid fid;
        std::string data;

        ASSERT_EQ(0, cl.Create("/f", -1));
        ASSERT_EQ(0, cl.Write("/f", 0, Content("/f", 10000)));
        ASSERT_EQ(0, cl.Open("/f", &handle, &fid));
        ASSERT_EQ(0, cl.Unlink("/f"));
        c.PowerOffMds();

        const ktime_t killed = ktime_get();
        floor_send_signal(floor_current, SIGKILL);
        EXPECT_EQ(-EINTR, cl.Close(fid, handle));
        flush_signals(floor_current);
        EXPECT_LE(ktime_ms_delta(ktime_get(), killed), 1000);

        c.PowerOnMds();
        EXPECT_EQ(0, cl.Sync());
        cl.Forget();
        EXPECT_NE(0, cl.ReadOpen(fid, 0, 20000, &data));
        ExpectSmooth();
    });
}

// What the MDT opens for a program that is dead by then is closed: a removed file does not stay open.
TEST_F(SimRecoveryTest, OpensOfKilledProgramsAreClosed) {
    RunSim({.seed = 22, .osts = 1}, [](SimCluster &c) {
        SimClient &cl = c.client();
        uint64_t handle;
        struct fid fid;
        std::string data;
        SimStat st;

        // It has FIDs to give out, so that the open is the only request.
        ASSERT_EQ(0, cl.Create("/other"));
        floor_send_signal(floor_current, SIGKILL);
        EXPECT_EQ(-EINTR, cl.OpenFile("/f", MDS_OPEN_CREAT, &handle, &fid));
        flush_signals(floor_current);
        SimCluster::Sleep(1000);
        ASSERT_EQ(0, cl.Stat("/f", &st));
        ASSERT_EQ(0, cl.Write("/f", 0, Content("/f", 10000)));
        ASSERT_EQ(0, cl.Unlink("/f"));
        cl.Forget();
        EXPECT_NE(0, cl.ReadOpen(st.fid, 0, 20000, &data));
    });
}

// Closes that were answered are not forgotten: a removed file does not stay open for ever.
TEST_F(SimRecoveryTest, ClosesAreReplayed) {
    RunSim({.seed = 20, .osts = 1}, [](SimCluster &c) {
        SimClient &cl = c.client();
        uint64_t handle;
        struct fid fid;
        std::string data;

        ASSERT_EQ(0, cl.Create("/f", -1));
        ASSERT_EQ(0, cl.Write("/f", 0, Content("/f", 10000)));
        ASSERT_EQ(0, cl.Open("/f", &handle, &fid));
        ASSERT_EQ(0, cl.Unlink("/f"));
        ASSERT_EQ(0, cl.Close(fid, handle));
        c.PowerOffMds();
        c.PowerOnMds();
        cl.Forget();
        EXPECT_NE(0, cl.ReadOpen(fid, 0, 20000, &data));
        ExpectSmooth();
    });
}

// Every client works while servers lose power at any moment: each name is made once, and all that was answered is there.
class SimCrashTest : public SimRecoveryTest {
protected:
    void Crash(uint64_t seed, const std::function<void(SimCluster &)> &cut) {
        RunSim({.seed = seed, .osts = 2, .clients = 3, .preempt_odds = 20}, [&cut](SimCluster &c) {
            std::atomic<unsigned int> working = 2;

            c.Parallel([&](SimClient &cl, unsigned int index) {
                if (index == 2) {
                    while (working) {
                        SimCluster::Sleep(1500 + 700 * (working % 2));
                        cut(c);
                    }
                    return;
                }
                Work(cl, "/c" + std::to_string(index));
                working--;
            });
            ExpectSmooth();
            for (unsigned int i = 0; i < 2; i++)
                Check(c.client(1 - i), "/c" + std::to_string(i));
            c.client(0).Forget();
            c.client(1).Forget();
            for (unsigned int i = 0; i < 2; i++)
                Check(c.client(i), "/c" + std::to_string(i));
        });
    }

private:
    static constexpr int kFiles = 40;

    // Each step is done exactly once, or its result would be another one.
    static void Work(SimClient &cl, const std::string &dir) {
        ASSERT_EQ(0, cl.Mkdir(dir));
        for (int i = 0; i < kFiles; i++) {
            const std::string path = dir + "/f" + std::to_string(i);
            ASSERT_EQ(0, cl.Create(path, -1)) << path;
            ASSERT_EQ(0, cl.Write(path, 0, Content(path, 3000 * i))) << path;
            if (i % 3 == 0) {
                ASSERT_EQ(0, cl.Rename(path, path + "r")) << path;
            }
            if (i % 3 == 1) {
                ASSERT_EQ(0, cl.Link(path, path + "l")) << path;
                ASSERT_EQ(0, cl.Unlink(path)) << path;
            }
            if (i % 5 == 0) {
                ASSERT_EQ(0, cl.Flush());
            }
            SimCluster::Sleep(170);
        }
    }

    static void Check(SimClient &cl, const std::string &dir) {
        std::vector<std::string> names;

        ASSERT_EQ(0, cl.List(dir, &names));
        EXPECT_EQ(static_cast<size_t>(kFiles), names.size());
        for (int i = 0; i < kFiles; i++) {
            const std::string path = dir + "/f" + std::to_string(i);
            const std::string suffix = i % 3 == 0 ? "r" : i % 3 == 1 ? "l" : "";
            std::string data;
            ASSERT_EQ(0, cl.Read(path + suffix, 0, 200000, &data)) << path;
            EXPECT_TRUE(Content(path, 3000 * i) == data) << path << ": " << data.size() << " bytes";
        }
    }
};

TEST_F(SimCrashTest, OfTheMds) {
    for (uint64_t seed : Seeds(2))
        Crash(seed, [](SimCluster &c) {
            c.PowerOffMds();
            SimCluster::Sleep(800);
            c.PowerOnMds();
            SimCluster::Sleep(20000);
        });
}

TEST_F(SimCrashTest, OfAnOst) {
    for (uint64_t seed : Seeds(2))
        Crash(seed, [](SimCluster &c) {
            c.PowerOffOst(0);
            SimCluster::Sleep(800);
            c.PowerOnOst(0);
            SimCluster::Sleep(20000);
        });
}

TEST_F(SimCrashTest, OfTheMdsAndAnOst) {
    for (uint64_t seed : Seeds(2))
        Crash(seed, [](SimCluster &c) {
            c.PowerOffMds();
            c.PowerOffOst(1);
            SimCluster::Sleep(800);
            c.PowerOnOst(1);
            SimCluster::Sleep(300);
            c.PowerOnMds();
            SimCluster::Sleep(20000);
        });
}

// The power goes again at any step of the recovery.
TEST_F(SimCrashTest, InRecovery) {
    for (uint64_t seed : Seeds(3)) {
        unsigned int ms = 100 * seed;
        Crash(seed, [&ms](SimCluster &c) {
            c.PowerOffMds();
            c.PowerOnMds();
            SimCluster::Sleep(ms);
            ms = ms * 7 / 4 % 9000;
            c.PowerOffMds();
            SimCluster::Sleep(100);
            c.PowerOnMds();
            SimCluster::Sleep(20000);
        });
    }
}

// Objects of removed files go, even when the MDS loses power before it has told the OST, or the OST before it has committed.
TEST_F(SimRecoveryTest, ObjectsOfRemovedFilesGo) {
    RunSim({.seed = 40, .osts = 1}, [](SimCluster &c) {
        SimClient &cl = c.client();
        struct fid none = {};
        wire_statfs before, after;

        ASSERT_EQ(0, cl.Mkdir("/d"));
        for (int i = 0; i < 20; i++) {
            const std::string path = "/d/f" + std::to_string(i);
            ASSERT_EQ(0, cl.Create(path, -1));
            ASSERT_EQ(0, cl.Write(path, 0, Content(path, 200000)));
        }
        ASSERT_EQ(0, cl.Sync());
        {
            NodeScope scope(cl.node());
            ASSERT_EQ(0, osc_statfs(cl.osc(0), &before));
        }
        c.net.Cut(SimCluster::kMdsNode, SimCluster::OstNode(0), true);
        for (int i = 0; i < 20; i++)
            ASSERT_EQ(0, cl.Unlink("/d/f" + std::to_string(i)));
        cl.Forget();
        {
            NodeScope scope(cl.node());
            ASSERT_EQ(0, mdc_sync(cl.mdc(), nullptr));
        }
        c.PowerOffMds();
        c.PowerOnMds();
        SimCluster::Sleep(3000);
        c.PowerOffOst(0);
        c.PowerOnOst(0);
        SimCluster::Sleep(60000);
        EXPECT_TRUE(floor_log_contains("destroying 20 objects of files that were removed before the restart"));
        {
            NodeScope scope(cl.node());
            ASSERT_EQ(0, osc_sync(cl.osc(0), &none));
            ASSERT_EQ(0, osc_statfs(cl.osc(0), &after));
        }
        EXPECT_LE(le64_to_cpu(before.bfree) + 20 * 200000 / le32_to_cpu(before.bsize), le64_to_cpu(after.bfree));
        ExpectSmooth();
    });
}

// A client that does not come back is named and given up, and the others go on.
TEST_F(SimRecoveryTest, AClientThatStaysAwayIsEvicted) {
    RunSim({.seed = 30, .osts = 1, .clients = 2}, [](SimCluster &c) {
        SimStat st;
        uint64_t handle;
        struct fid fid;

        ASSERT_EQ(0, c.client(1).Create("/open"));
        ASSERT_EQ(0, c.client(1).Sync());
        ASSERT_EQ(0, c.client(1).Open("/open", &handle, &fid));
        ASSERT_EQ(0, c.client(0).Unlink("/open"));
        ASSERT_EQ(0, c.client(0).Sync());
        ASSERT_EQ(0, c.client(0).Mkdir("/kept"));
        c.PowerOffMds();
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), true);
        c.PowerOnMds();
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), true);
        // It waits for the window to close.
        ASSERT_EQ(0, c.client(0).Stat("/kept", &st));
        EXPECT_TRUE(floor_log_contains("client 10.0.0.101@tcp (uuid client-101-1) is evicted: it has not come back after the restart"));
        EXPECT_TRUE(floor_log_contains("1 of 2 clients are back"));
        EXPECT_TRUE(floor_log_contains("destroyed 1 files that were removed while open"));
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), false);
        SimCluster::Sleep(120000);
        // It starts anew.
        EXPECT_EQ(0, c.client(1).Stat("/kept", &st));
    });
}

// One that dies without a word is given up, even when nobody wants what it has, and a restart does not wait for it.
TEST_F(SimRecoveryTest, AClientThatIsSilentIsGivenUp) {
    RunSim({.seed = 32, .osts = 1, .clients = 2}, [](SimCluster &c) {
        SimStat st;

        ASSERT_EQ(0, c.client(1).Create("/f"));
        ASSERT_EQ(0, c.client(1).Write("/f", 0, "text"));
        ASSERT_EQ(0, c.client(1).Sync());
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), true);
        c.net.Cut(SimCluster::OstNode(0), SimCluster::ClientNode(1), true);
        // An idle one that still sends its pings is not touched.
        SimCluster::Sleep(250000);
        EXPECT_TRUE(floor_log_contains("sheen-MDT0000: client 10.0.0.101@tcp (uuid client-101-1) is evicted: nothing was heard of it for 150 s"));
        EXPECT_TRUE(floor_log_contains("sheen-OST0000: client 10.0.0.101@tcp (uuid client-101-1) is evicted: nothing was heard of it for 150 s"));
        EXPECT_FALSE(floor_log_contains("client 10.0.0.100@tcp (uuid client-100-1) is evicted"));
        c.PowerOffMds();
        c.PowerOnMds();
        EXPECT_EQ(0, c.client(0).Stat("/f", &st));
        EXPECT_FALSE(floor_log_contains("it has not come back after the restart"));
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), false);
        c.net.Cut(SimCluster::OstNode(0), SimCluster::ClientNode(1), false);
        SimCluster::Sleep(120000);
        EXPECT_EQ(0, c.client(1).Stat("/f", &st));
    });
}

// A new file gets the stripes that it was asked to have from OSTs that are just starting, but does not wait for ever.
TEST_F(SimRecoveryTest, StripesWaitForOstsThatStart) {
    RunSim({.seed = 33, .osts = 2}, [](SimCluster &c) {
        SimStat st;

        c.PowerOffMds();
        c.PowerOffOst(1);
        c.PowerOnMds();
        c.PowerOnOst(1);
        ASSERT_EQ(0, c.client().Create("/both", -1));
        ASSERT_EQ(0, c.client().Stat("/both", &st));
        EXPECT_EQ(2u, st.stripes);
        c.PowerOffMds();
        c.PowerOffOst(1);
        c.PowerOnMds();
        ASSERT_EQ(0, c.client().Create("/one", -1));
        c.PowerOnOst(1);
        ASSERT_EQ(0, c.client().Stat("/one", &st));
        EXPECT_EQ(1u, st.stripes);
    });
}

TEST_F(SimRecoveryTest, TheAdministratorEndsTheWaiting) {
    RunSim({.seed = 31, .osts = 1, .clients = 2}, [](SimCluster &c) {
        SimStat st;
        std::string text;

        ASSERT_EQ(0, c.client(0).Mkdir("/kept"));
        ASSERT_EQ(0, c.client(1).Mkdir("/too"));
        c.PowerOffMds();
        c.PowerOnMds();
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), true);
        SimCluster::Sleep(20000);
        {
            NodeScope scope(SimCluster::kMdsNode);
            ASSERT_EQ(0, SimCluster::DeviceOp(kMdt, "recovery_status", {}, &text));
            EXPECT_NE(std::string::npos, text.find("missing client: client-101-1")) << text;
            EXPECT_EQ(0, SimCluster::DeviceOp(kMdt, "abort_recovery", {}, &text));
        }
        SimCluster::Sleep(5000);
        {
            NodeScope scope(SimCluster::kMdsNode);
            EXPECT_EQ(-EALREADY, SimCluster::DeviceOp(kMdt, "abort_recovery", {}, &text));
            ASSERT_EQ(0, SimCluster::DeviceOp(kMdt, "recovery_status", {}, &text));
            EXPECT_NE(std::string::npos, text.find("status: complete")) << text;
        }
        c.net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(1), false);
        SimCluster::Sleep(120000);
        EXPECT_EQ(0, c.client(0).Stat("/kept", &st));
        EXPECT_EQ(0, c.client(1).Stat("/kept", &st));
    });
}

}  // namespace
