// SPDX-License-Identifier: GPL-2.0
// One MDS, one OST, one client: names.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <set>

#include <linux/stat.h>

#include <floor.h>

extern "C" {
#include "obd/class/negotiate.h"
}

namespace {

class SimNamesTest : public SimTest {};

TEST_F(SimNamesTest, MountsAndUnmounts) {
    RunSim({}, [](SimCluster &c) {
        SimStat st;
        ASSERT_EQ(0, c.client().Stat("/", &st));
        EXPECT_TRUE(S_ISDIR(st.mode));
        c.client().Unmount();
        ASSERT_EQ(0, c.client().Mount());
    });
}

// What Sheen's nodes add to the protocol is used between them only: a stock client does not ask, a stock server does
// not answer.
TEST_F(SimNamesTest, OnlyOurOwnKindIsAgreedWith) {
    RunSim({}, [](SimCluster &c) {
        SimStat st;
        EXPECT_EQ(obd_vendor(TARGET_MDT), rpc_import_vendor(mdc_import(c.client().mdc())));
        EXPECT_NE(0u, obd_vendor(TARGET_MDT));
        EXPECT_EQ(0u, rpc_import_vendor(c.client().mgs()));
        c.client().Unmount();
        obd_vendor_on = false;
        ASSERT_EQ(0, c.client().Mount());
        EXPECT_EQ(0u, rpc_import_vendor(mdc_import(c.client().mdc())));
        EXPECT_EQ(0, c.client().Stat("/", &st));
        c.client().Unmount();
        obd_vendor_on = true;
        ASSERT_EQ(0, c.client().Mount());
        EXPECT_NE(0u, rpc_import_vendor(mdc_import(c.client().mdc())));
    });
}

TEST_F(SimNamesTest, CreateLookupUnlink) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat st;

        ASSERT_EQ(0, cl.Mkdir("/d"));
        EXPECT_EQ(-EEXIST, cl.Mkdir("/d"));
        ASSERT_EQ(0, cl.Create("/d/f"));
        EXPECT_EQ(-EEXIST, cl.Create("/d/f"));
        ASSERT_EQ(0, cl.Stat("/d/f", &st));
        EXPECT_EQ(S_IFREG | 0644u, st.mode);
        EXPECT_EQ(1u, st.nlink);
        EXPECT_EQ(0u, st.size);
        EXPECT_EQ(1u, st.stripes);
        EXPECT_EQ(-ENOENT, cl.Stat("/d/g", &st));
        EXPECT_EQ(-ENOTEMPTY, cl.Rmdir("/d"));
        ASSERT_EQ(0, cl.Unlink("/d/f"));
        EXPECT_EQ(-ENOENT, cl.Stat("/d/f", &st));
        EXPECT_EQ(0, cl.Rmdir("/d"));
        EXPECT_EQ(-ENOENT, cl.Stat("/d", &st));
    });
}

TEST_F(SimNamesTest, LinksSymlinksRenames) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat a, b;
        std::string text;

        ASSERT_EQ(0, cl.Mkdir("/x"));
        ASSERT_EQ(0, cl.Mkdir("/y"));
        ASSERT_EQ(0, cl.Create("/x/f"));
        ASSERT_EQ(0, cl.Link("/x/f", "/y/l"));
        ASSERT_EQ(0, cl.Stat("/x/f", &a));
        ASSERT_EQ(0, cl.Stat("/y/l", &b));
        EXPECT_EQ(2u, a.nlink);
        EXPECT_EQ(a.fid.oid, b.fid.oid);
        ASSERT_EQ(0, cl.Symlink("../x/f", "/y/s"));
        ASSERT_EQ(0, cl.ReadLink("/y/s", &text));
        EXPECT_EQ("../x/f", text);

        ASSERT_EQ(0, cl.Rename("/x/f", "/y/g"));
        EXPECT_EQ(-ENOENT, cl.Stat("/x/f", &a));
        ASSERT_EQ(0, cl.Stat("/y/g", &a));
        EXPECT_EQ(a.fid.oid, b.fid.oid);
        // Over an existing name: what it named is gone.
        ASSERT_EQ(0, cl.Create("/y/old"));
        ASSERT_EQ(0, cl.Rename("/y/g", "/y/old"));
        ASSERT_EQ(0, cl.Stat("/y/old", &a));
        EXPECT_EQ(a.fid.oid, b.fid.oid);
        EXPECT_EQ(2u, a.nlink);
        // A directory into itself.
        ASSERT_EQ(0, cl.Mkdir("/x/in"));
        EXPECT_EQ(-EINVAL, cl.Rename("/x", "/x/in/x"));
        ASSERT_EQ(0, cl.Rename("/x", "/y/x"));
        EXPECT_EQ(0, cl.Stat("/y/x/in", &a));
    });
}

TEST_F(SimNamesTest, AttributesAndXattrs) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat st;
        std::string value;

        ASSERT_EQ(0, cl.Create("/f"));
        ASSERT_EQ(0, cl.Chmod("/f", 0600));
        ASSERT_EQ(0, cl.Stat("/f", &st));
        EXPECT_EQ(S_IFREG | 0600u, st.mode);
        ASSERT_EQ(0, cl.SetXattr("/f", "user.color", "green"));
        ASSERT_EQ(0, cl.GetXattr("/f", "user.color", &value));
        EXPECT_EQ("green", value);
        EXPECT_EQ(-ENODATA, cl.GetXattr("/f", "user.none", &value));
    });
}

TEST_F(SimNamesTest, ListsALargeDirectory) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        std::set<std::string> made;
        std::vector<std::string> names;

        ASSERT_EQ(0, cl.List("/", &names));
        EXPECT_TRUE(names.empty());
        ASSERT_EQ(0, cl.Mkdir("/d"));
        for (int i = 0; i < 400; i++) {
            const std::string name = "a-name-of-some-length-" + std::to_string(i);
            ASSERT_EQ(0, cl.Mkdir("/d/" + name));
            made.insert(name);
        }
        ASSERT_EQ(0, cl.List("/d", &names));
        EXPECT_EQ(made.size(), names.size());
        EXPECT_EQ(made, std::set<std::string>(names.begin(), names.end()));
    });
}

TEST_F(SimNamesTest, OpenFileOutlivesItsName) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        uint64_t handle;
        struct fid fid;
        std::string data;

        ASSERT_EQ(0, cl.Create("/f"));
        ASSERT_EQ(0, cl.Write("/f", 0, "still there"));
        ASSERT_EQ(0, cl.Open("/f", &handle, &fid));
        ASSERT_EQ(0, cl.Unlink("/f"));
        ASSERT_EQ(0, cl.ReadOpen(fid, 0, 100, &data));
        EXPECT_EQ("still there", data);
        EXPECT_EQ(0, cl.Close(fid, handle));
        EXPECT_EQ(-ESTALE, cl.Close(fid, handle));
    });
}

// It goes with its client, also when the MDS stops right after that.
TEST_F(SimNamesTest, RemovedFilesThatAreOpenGoWithTheirClient) {
    RunSim({}, [](SimCluster &c) {
        uint64_t handle;
        struct fid fid;

        ASSERT_EQ(0, c.client().Create("/f"));
        ASSERT_EQ(0, c.client().Open("/f", &handle, &fid));
        ASSERT_EQ(0, c.client().Unlink("/f"));
    });
}

// An open by identity holds the file's name, and asks for more of the file, while somebody waits to remove it.
TEST_F(SimNamesTest, OpensAndRemovalsDoNotWaitForEachOther) {
    RunSim({.seed = 40, .clients = 3, .preempt_odds = 3}, [](SimCluster &c) {
        c.Parallel([](SimClient &cl, unsigned int index) {
            for (int i = 0; i < 60; i++) {
                struct fid fid;
                uint64_t handle;
                if (!index) {
                    EXPECT_EQ(0, cl.Create("/f"));
                    EXPECT_EQ(0, cl.Unlink("/f"));
                    continue;
                }
                const int rc = cl.OpenFile("/f", 0, &handle, &fid);
                EXPECT_TRUE(!rc || rc == -ENOENT || rc == -ESTALE) << rc;
                if (!rc) {
                    EXPECT_EQ(0, cl.Close(fid, handle));
                }
            }
        });
        EXPECT_FALSE(floor_log_contains("gave up waiting"));
    });
}

// Two directories, or a directory and a file, that change places are locked at once while others go from directories to
// what is in them, or move something between directories.
TEST_F(SimNamesTest, DirectoriesThatChangePlacesDoNotHoldUpOthers) {
    for (unsigned int seed = 1; seed <= 8; seed++) {
        SCOPED_TRACE(seed);
        RunSim({.seed = seed, .clients = 4, .preempt_odds = 3}, [](SimCluster &c) {
            // What the second client makes comes before the directories in the order of FIDs.
            ASSERT_EQ(0, c.client(1).Create("/v"));
            ASSERT_EQ(0, c.client(0).Mkdir("/x"));
            ASSERT_EQ(0, c.client(0).Mkdir("/y"));
            ASSERT_EQ(0, c.client(0).Create("/y/f"));
            c.Parallel([](SimClient &cl, unsigned int index) {
                for (int i = 0; i < 60; i++) {
                    if (!index) {
                        EXPECT_EQ(0, cl.Rename("/x", "/y", EXTRA_RENAME_EXCHANGE));
                        EXPECT_EQ(0, cl.Rename("/x", "/v", EXTRA_RENAME_EXCHANGE));
                        EXPECT_EQ(0, cl.Rename("/x", "/v", EXTRA_RENAME_EXCHANGE));
                    } else if (index == 1) {
                        cl.Mkdir("/x/z");
                        cl.Rmdir("/x/z");
                    } else if (index == 2) {
                        cl.Rename("/y/f", "/x/z/f");
                        cl.Rename("/x/z/f", "/y/f");
                    } else {
                        cl.Link("/v", "/x/v");
                        cl.Unlink("/x/v");
                    }
                }
            });
            EXPECT_FALSE(floor_log_contains("gave up waiting"));
        });
    }
}

// The MDT decides whether a name is free, or there to be exchanged: another client may have changed that.
TEST_F(SimNamesTest, RenameOfBothKindsIsDecidedByTheMdt) {
    RunSim({.clients = 2}, [](SimCluster &c) {
        SimClient &one = c.client(0), &two = c.client(1);
        SimStat f, g, d, now;

        ASSERT_EQ(0, one.Mkdir("/d"));
        ASSERT_EQ(0, one.Create("/f"));
        ASSERT_EQ(0, two.Create("/d/g"));
        ASSERT_EQ(0, one.Stat("/f", &f));
        ASSERT_EQ(0, one.Stat("/d/g", &g));
        ASSERT_EQ(0, one.Stat("/d", &d));
        EXPECT_EQ(-EEXIST, one.Rename("/f", "/d/g", EXTRA_RENAME_NOREPLACE));
        EXPECT_EQ(-EEXIST, one.Rename("/f", "/f", EXTRA_RENAME_NOREPLACE));
        EXPECT_EQ(0, one.Rename("/f", "/d/f", EXTRA_RENAME_NOREPLACE));
        EXPECT_EQ(0, one.Rename("/d/f", "/f"));

        EXPECT_EQ(-ENOENT, one.Rename("/f", "/d/none", EXTRA_RENAME_EXCHANGE));
        EXPECT_EQ(-ENOENT, one.Rename("/none", "/f", EXTRA_RENAME_EXCHANGE));
        EXPECT_EQ(0, one.Rename("/f", "/d/g", EXTRA_RENAME_EXCHANGE));
        ASSERT_EQ(0, two.Stat("/f", &now));
        EXPECT_EQ(g.fid.oid, now.fid.oid);
        EXPECT_EQ(g.fid.seq, now.fid.seq);
        ASSERT_EQ(0, two.Stat("/d/g", &now));
        EXPECT_EQ(f.fid.oid, now.fid.oid);
        // A file and a directory; a directory and what is in it.
        EXPECT_EQ(0, two.Rename("/f", "/d", EXTRA_RENAME_EXCHANGE));
        ASSERT_EQ(0, one.Stat("/f/g", &now));
        EXPECT_EQ(f.fid.oid, now.fid.oid);
        ASSERT_EQ(0, one.Mkdir("/f/in"));
        EXPECT_EQ(-EINVAL, one.Rename("/f", "/f/in", EXTRA_RENAME_EXCHANGE));
        EXPECT_EQ(-EINVAL, one.Rename("/f/in", "/f", EXTRA_RENAME_EXCHANGE));
        ASSERT_EQ(0, one.Mkdir("/f/in/deep"));
        EXPECT_EQ(-EINVAL, one.Rename("/f/in/deep", "/f", EXTRA_RENAME_EXCHANGE));
        EXPECT_EQ(-ENOTEMPTY, one.Rename("/f/in/deep", "/f"));
        EXPECT_EQ(-EINVAL, one.Rename("/f", "/d", EXTRA_RENAME_EXCHANGE | EXTRA_RENAME_NOREPLACE));
        EXPECT_EQ(-EINVAL, one.Rename("/f", "/d", 4));
    });
}

// A server that does not know of this is never asked.
TEST_F(SimNamesTest, StockServersAreNotAskedForKindsOfRename) {
    obd_vendor_on = false;
    RunSim({}, [](SimCluster &c) {
        SimStat st;
        ASSERT_EQ(0, c.client().Create("/f"));
        EXPECT_EQ(-EINVAL, c.client().Rename("/f", "/g", EXTRA_RENAME_NOREPLACE));
        EXPECT_EQ(0, c.client().Stat("/f", &st));
        EXPECT_EQ(0, c.client().Rename("/f", "/g"));
        EXPECT_EQ(0, c.client().SetTimes("/g", {5, 6}, {7, 8}, {2000000000, 9}));
        ASSERT_EQ(0, c.client().Stat("/g", &st));
        EXPECT_EQ(7, st.times.mtime.tv_sec);
        EXPECT_EQ(0, st.times.mtime.tv_nsec);
    });
    obd_vendor_on = true;
}

// An exchange that was acknowledged is there after a power cut, and is done once.
TEST_F(SimNamesTest, ExchangedNamesSurviveAPowerCut) {
    RunSim({.seed = 3}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat f, g, now;

        ASSERT_EQ(0, cl.Create("/f"));
        ASSERT_EQ(0, cl.Create("/g"));
        ASSERT_EQ(0, cl.Sync());
        ASSERT_EQ(0, cl.Stat("/f", &f));
        ASSERT_EQ(0, cl.Stat("/g", &g));
        ASSERT_EQ(0, cl.Rename("/f", "/g", EXTRA_RENAME_EXCHANGE));
        c.PowerOffMds();
        SimCluster::Sleep(3000);
        c.PowerOnMds();
        ASSERT_EQ(0, cl.Stat("/f", &now));
        EXPECT_EQ(g.fid.oid, now.fid.oid);
        ASSERT_EQ(0, cl.Stat("/g", &now));
        EXPECT_EQ(f.fid.oid, now.fid.oid);
    });
}

bool Is(const timespec64 &t, int64_t seconds, long ns) {
    return t.tv_sec == seconds && t.tv_nsec == ns;
}

TEST_F(SimNamesTest, TimesHaveNanosecondsOnAllClients) {
    RunSim({.clients = 2}, [](SimCluster &c) {
        SimStat st;

        ASSERT_EQ(0, c.client(0).Mkdir("/d"));
        ASSERT_EQ(0, c.client(1).Stat("/d", &st));
        EXPECT_TRUE(Is(st.times.mtime, 1000000000, 123456789));
        EXPECT_TRUE(Is(st.times.ctime, 1000000000, 123456789));
        EXPECT_TRUE(Is(st.times.btime, 1000000000, 123456789));
        ASSERT_EQ(0, c.client(0).SetTimes("/d", {5, 6}, {7, 999999999}, {1000000001, 8}));
        ASSERT_EQ(0, c.client(1).Stat("/d", &st));
        EXPECT_TRUE(Is(st.times.atime, 5, 6));
        EXPECT_TRUE(Is(st.times.mtime, 7, 999999999));
        EXPECT_TRUE(Is(st.times.ctime, 1000000001, 8));
        EXPECT_TRUE(Is(st.times.btime, 1000000000, 123456789));
        // The ctime never goes back, not by a nanosecond.
        ASSERT_EQ(0, c.client(0).SetTimes("/d", {5, 6}, {7, 1}, {1000000001, 7}));
        ASSERT_EQ(0, c.client(1).Stat("/d", &st));
        EXPECT_TRUE(Is(st.times.mtime, 7, 1));
        EXPECT_TRUE(Is(st.times.ctime, 1000000001, 8));
        // A new entry is a change of the directory.
        ASSERT_EQ(0, c.client(0).SetTimes("/d", {5, 6}, {7, 1}, {5, 0}));
        ASSERT_EQ(0, c.client(0).Create("/d/f"));
        ASSERT_EQ(0, c.client(1).Stat("/d", &st));
        EXPECT_TRUE(Is(st.times.mtime, 1000000000, 123456789));
    });
}

// The storage has a clock of its own, which differs from the clients'.
TEST_F(SimNamesTest, TimesOfChangedNamesAreTheCallers) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        auto check = [&cl](const char *after, std::initializer_list<const char *> paths) {
            SimStat st;
            for (const char *path : paths) {
                ASSERT_EQ(0, cl.Stat(path, &st));
                EXPECT_TRUE(Is(st.times.ctime, 1000000000, 123456789)) << path << " after " << after;
            }
        };

        ASSERT_EQ(0, cl.Mkdir("/d"));
        ASSERT_EQ(0, cl.Create("/f"));
        ASSERT_EQ(0, cl.Create("/d/g"));
        check("create", {"/", "/d", "/f", "/d/g"});
        ASSERT_EQ(0, cl.Link("/f", "/d/f"));
        check("link", {"/f", "/d"});
        ASSERT_EQ(0, cl.Rename("/f", "/h"));
        check("rename", {"/", "/h"});
        ASSERT_EQ(0, cl.Rename("/h", "/d/g", EXTRA_RENAME_EXCHANGE));
        check("exchange", {"/", "/d", "/h", "/d/g"});
        ASSERT_EQ(0, cl.Rename("/h", "/d/g"));
        check("rename over", {"/", "/d", "/d/f", "/d/g"});
        ASSERT_EQ(0, cl.Link("/d/f", "/f"));
        ASSERT_EQ(0, cl.Unlink("/f"));
        check("unlink", {"/", "/d/f"});
    });
}

// All groups of a caller count, not only those that the protocol has room for.
TEST_F(SimNamesTest, SupplementaryGroups) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        SimStat st;

        ASSERT_EQ(0, cl.Mkdir("/d"));
        ASSERT_EQ(0, cl.Chmod("/d", 0770));
        ASSERT_EQ(0, cl.Chgrp("/d", 77));
        cl.Become(1000, 1000, {5, 6, 7});
        EXPECT_EQ(-EACCES, cl.Create("/d/f"));
        EXPECT_EQ(-EACCES, cl.Stat("/d/f", &st));
        cl.Become(1000, 1000, {5, 6, 7, 77, 78, 79});
        EXPECT_EQ(0, cl.Create("/d/f"));
        // To a group that he is in, and keeps set-group-ID there.
        EXPECT_EQ(-EPERM, cl.Chgrp("/d/f", 80));
        EXPECT_EQ(0, cl.Chgrp("/d/f", 79));
        EXPECT_EQ(0, cl.Chmod("/d/f", 02755));
        ASSERT_EQ(0, cl.Stat("/d/f", &st));
        EXPECT_EQ(S_IFREG | 02755u, st.mode);
        EXPECT_EQ(79u, st.gid);
        cl.Become(1000, 1000, {77});
        EXPECT_EQ(0, cl.Chmod("/d/f", 02755));
        ASSERT_EQ(0, cl.Stat("/d/f", &st));
        EXPECT_EQ(S_IFREG | 0755u, st.mode);
        EXPECT_EQ(0, cl.Unlink("/d/f"));
        // More than can be told: only the ones that a request names.
        std::vector<uint32_t> many;
        for (uint32_t i = 0; i < EXTRA_MAX_GROUPS; i++)
            many.push_back(77 + i);
        cl.Become(1000, 1000, many);
        EXPECT_EQ(0, cl.Create("/d/f"));
        many.push_back(5);
        cl.Become(1000, 1000, many);
        EXPECT_EQ(-EACCES, cl.Unlink("/d/f"));
    });
}

// As long as a program has a file open for writing it may cut it; what other clients say of that is not believed.
TEST_F(SimNamesTest, WhoHasAFileOpenForWritingMayCutIt) {
    RunSim({.clients = 2}, [](SimCluster &c) {
        SimClient &cl = c.client(0), &other = c.client(1);
        uint64_t reads, writes;
        struct fid fid;

        ASSERT_EQ(0, other.Create("/f"));
        ASSERT_EQ(0, other.Chmod("/f", 0666));
        cl.Become(1000, 1000);
        ASSERT_EQ(0, cl.OpenFile("/f", 0, &writes, &fid));
        ASSERT_EQ(0, cl.Open("/f", &reads, &fid));
        ASSERT_EQ(0, other.Chmod("/f", 0644));
        EXPECT_EQ(0, cl.TellSize(fid, 5));
        other.Become(1000, 1000);
        EXPECT_EQ(-EACCES, other.TellSize(fid, 5));
        ASSERT_EQ(0, cl.Close(fid, writes));
        EXPECT_EQ(-EACCES, cl.TellSize(fid, 5));
        EXPECT_EQ(0, cl.Close(fid, reads));
    });
}

}  // namespace
