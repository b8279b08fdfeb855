// SPDX-License-Identifier: GPL-2.0
// A client stays away after a restart of the MDS, and what it had done last is lost. The others lose only what they had
// done on top of that.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>

#include "tests/sim/cluster/node_scope.h"

extern "C" {
#include "obd/rpc/internal.h"
}

namespace {

constexpr char kMdt[] = "sheen-MDT0000";
constexpr char kRefused[] = "what it followed on is lost";

class SimVersionsTest : public SimTest {
protected:
    static constexpr unsigned int kGone = 0;  // the client that stays away

    // Three clients and files that are on disk: /d, /d/f, /d/u and /f, /g, /o.
    void Run(uint64_t seed, const std::function<void(SimCluster &)> &body) {
        RunSim({.seed = seed, .osts = 1, .clients = 3}, [&body](SimCluster &c) {
            ASSERT_EQ(0, c.client(1).Mkdir("/d"));
            for (const char *path : {"/d/f", "/d/u", "/f", "/g", "/o"})
                ASSERT_EQ(0, c.client(1).Create(path)) << path;
            ASSERT_EQ(0, c.client(1).Write("/f", 0, "text"));
            ASSERT_EQ(0, c.client(1).Sync());
            body(c);
            if (!HasFatalFailure())
                Return(&c);
        });
    }

    static void CutOff(SimCluster *c, unsigned int client, bool cut) {
        c->net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(client), cut);
    }

    // The MDS loses power, and what it had not committed; one client does not find the way back.
    static void Crash(SimCluster *c) {
        c->PowerOffMds();
        SimCluster::Sleep(1000);
        c->PowerOnMds();
        CutOff(c, kGone, true);
    }

    // The same, and the others wait until recovery is over.
    static void CrashAndRecover(SimCluster *c) {
        SimStat st;

        Crash(c);
        ASSERT_EQ(0, c->client(1).Stat("/", &st));
        ASSERT_EQ(0, c->client(2).Stat("/", &st));
        EXPECT_TRUE(floor_log_contains("2 of 3 clients are back"));
        EXPECT_FALSE(floor_log_contains("evicted by"));
    }

    // All three see the same afterwards, and go on.
    static void Return(SimCluster *c) {
        SimStat st;

        CutOff(c, kGone, false);
        SimCluster::Sleep(120000);
        ASSERT_EQ(0, c->client(kGone).Stat("/", &st));
        for (const std::string dir : {"/", "/d"}) {
            std::vector<std::vector<std::string>> names(c->clients());
            for (unsigned int i = 0; i < c->clients(); i++) {
                ASSERT_EQ(0, c->client(i).List(dir, &names[i]));
                EXPECT_EQ(names[0], names[i]) << dir << " of client " << i;
            }
            for (const std::string &name : names[0])
                ExpectSame(c, dir == "/" ? dir + name : dir + "/" + name);
        }
        for (unsigned int i = 0; i < c->clients(); i++) {
            const std::string path = "/d/again" + std::to_string(i);
            ASSERT_EQ(0, c->client(i).Create(path));
            ASSERT_EQ(0, c->client(i).Write(path, 0, "text"));
        }
    }

    static void ExpectSame(SimCluster *c, const std::string &path) {
        SimStat one, other;

        ASSERT_EQ(0, c->client(0).Stat(path, &one)) << path;
        for (unsigned int i = 1; i < c->clients(); i++) {
            ASSERT_EQ(0, c->client(i).Stat(path, &other)) << path;
            EXPECT_TRUE(fid_eq(&one.fid, &other.fid)) << path << " of client " << i;
            EXPECT_EQ(one.mode, other.mode) << path << " of client " << i;
            EXPECT_EQ(one.nlink, other.nlink) << path << " of client " << i;
        }
    }

    static uint32_t ModeOf(SimClient &client, const std::string &path) {
        SimStat st = {};
        EXPECT_EQ(0, client.Stat(path, &st)) << path;
        return st.mode & 07777;
    }

    static bool Exists(SimClient &client, const std::string &path) {
        SimStat st;
        const int rc = client.Stat(path, &st);
        EXPECT_TRUE(!rc || rc == -ENOENT) << path << ": " << rc;
        return !rc;
    }

    static void ForgetVersions(SimClient &client) {
        mdc_import(client.mdc())->ask.flags &= ~cpu_to_le64(CONN_VBR);
    }
};

// Names of one directory, times, and other objects have nothing to do with each other.
TEST_F(SimVersionsTest, WhatHasNothingToDoWithTheLostIsKept) {
    Run(1, [](SimCluster &c) {
        SimClient &gone = c.client(kGone), &cl = c.client(1);
        uint64_t handle;
        struct fid fid;
        std::string data;

        ASSERT_EQ(0, cl.Open("/o", &handle, &fid));
        ASSERT_EQ(0, gone.Create("/d/lost"));
        ASSERT_EQ(0, gone.Rename("/g", "/d/g"));
        ASSERT_EQ(0, cl.Create("/d/kept", -1));
        ASSERT_EQ(0, cl.Write("/d/kept", 0, "kept"));
        ASSERT_EQ(0, gone.SetTimes("/d", {5, 0}, {6, 0}, {7, 0}));
        ASSERT_EQ(0, cl.Mkdir("/d/sub"));
        ASSERT_EQ(0, cl.Create("/d/sub/deep"));
        ASSERT_EQ(0, gone.Unlink("/d/f"));
        ASSERT_EQ(0, cl.Unlink("/d/u"));
        ASSERT_EQ(0, cl.Chmod("/f", 0600));
        ASSERT_EQ(0, gone.SetTimes("/f", {5, 0}, {6, 0}, {7, 0}));
        ASSERT_EQ(0, cl.Rename("/f", "/d/moved"));
        ASSERT_EQ(0, cl.Link("/d/moved", "/l"));
        ASSERT_EQ(0, cl.SetXattr("/d/moved", "user.a", "value"));
        ASSERT_EQ(0, cl.WriteOpen(fid, 0, "open"));
        CrashAndRecover(&c);

        EXPECT_FALSE(floor_log_contains("refused the replay"));
        EXPECT_FALSE(Exists(cl, "/d/lost"));
        EXPECT_TRUE(Exists(cl, "/g"));
        EXPECT_TRUE(Exists(cl, "/d/f"));
        EXPECT_FALSE(Exists(cl, "/d/u"));
        EXPECT_TRUE(Exists(cl, "/d/sub/deep"));
        EXPECT_FALSE(Exists(cl, "/f"));
        EXPECT_EQ(0600u, ModeOf(cl, "/l"));
        EXPECT_EQ(0, cl.GetXattr("/d/moved", "user.a", &data));
        EXPECT_EQ("value", data);
        ExpectFile(cl, "/d/kept", "kept");
        ASSERT_EQ(0, cl.ReadOpen(fid, 0, 100, &data));
        EXPECT_EQ("open", data);
        EXPECT_EQ(0, cl.Close(fid, handle));
    });
}

// A step of the client that is lost, one of another on top of it, and what there is instead of its result.
struct Case {
    const char *name;
    std::function<int(SimClient &)> lost, after;
    std::function<void(SimClient &)> check;
};

class SimDependenceTest : public SimVersionsTest, public testing::WithParamInterface<int> {
public:
    static std::vector<Case> Cases();
};

std::vector<Case> SimDependenceTest::Cases() {
    return {
        {"mode", [](SimClient &cl) { return cl.Chmod("/f", 0600); }, [](SimClient &cl) { return cl.Chmod("/f", 0640); },
         [](SimClient &cl) { EXPECT_EQ(0644u, ModeOf(cl, "/f")); }},
        {"attribute", [](SimClient &cl) { return cl.SetXattr("/f", "user.a", "one"); },
         [](SimClient &cl) { return cl.SetXattr("/f", "user.a", "two"); },
         [](SimClient &cl) {
             std::string value;
             EXPECT_EQ(-ENODATA, cl.GetXattr("/f", "user.a", &value));
         }},
        {"chain of renames", [](SimClient &cl) { return cl.Rename("/f", "/h"); },
         [](SimClient &cl) { return cl.Rename("/h", "/i"); },
         [](SimClient &cl) {
             ExpectFile(cl, "/f", "text");
             EXPECT_FALSE(Exists(cl, "/i"));
         }},
        {"name made free", [](SimClient &cl) { return cl.Unlink("/f"); }, [](SimClient &cl) { return cl.Create("/f"); },
         [](SimClient &cl) { ExpectFile(cl, "/f", "text"); }},
        {"name made free for a rename", [](SimClient &cl) { return cl.Rename("/f", "/d/x"); },
         [](SimClient &cl) { return cl.Rename("/g", "/f"); },
         [](SimClient &cl) {
             ExpectFile(cl, "/f", "text");
             EXPECT_TRUE(Exists(cl, "/g"));
         }},
        {"last but one name", [](SimClient &cl) { return cl.Link("/f", "/l"); },
         [](SimClient &cl) { return cl.Unlink("/f"); }, [](SimClient &cl) { ExpectFile(cl, "/f", "text"); }},
        {"name of another file", [](SimClient &cl) { return cl.Rename("/g", "/f"); },
         [](SimClient &cl) { return cl.Unlink("/f"); }, [](SimClient &cl) { ExpectFile(cl, "/f", "text"); }},
        {"directory", [](SimClient &cl) { return cl.Mkdir("/x"); }, [](SimClient &cl) { return cl.Create("/x/f"); },
         [](SimClient &cl) { EXPECT_FALSE(Exists(cl, "/x")); }},
        {"directory's rules", [](SimClient &cl) { return cl.Chmod("/d", 0700); },
         [](SimClient &cl) { return cl.Create("/d/new"); },
         [](SimClient &cl) {
             EXPECT_FALSE(Exists(cl, "/d/new"));
             EXPECT_EQ(0755u, ModeOf(cl, "/d"));
         }},
        {"directory's layout", [](SimClient &cl) { return cl.StripeNewFiles("/d", 1); },
         [](SimClient &cl) { return cl.Mkdir("/d/new"); },
         [](SimClient &cl) { EXPECT_FALSE(Exists(cl, "/d/new")); }},
    };
}

// Only that step fails; what its client has done before and afterwards is kept.
TEST_P(SimDependenceTest, OnlyWhatFollowsOnTheLostFails) {
    const Case test = Cases()[GetParam()];
    SCOPED_TRACE(test.name);
    Run(10 + GetParam(), [&test](SimCluster &c) {
        SimClient &cl = c.client(1), &third = c.client(2);
        std::vector<std::string> names;

        ASSERT_EQ(0, cl.Mkdir("/before"));
        ASSERT_EQ(0, test.lost(c.client(kGone)));
        ASSERT_EQ(0, third.Create("/third"));
        ASSERT_EQ(0, test.after(cl));
        ASSERT_EQ(0, cl.Create("/before/f"));
        ASSERT_EQ(0, cl.Rename("/before/f", "/after"));
        ASSERT_EQ(0, third.Chmod("/third", 0600));
        // What both have seen of it they must not go on to see.
        ASSERT_EQ(0, third.List("/", &names));
        CrashAndRecover(&c);

        EXPECT_TRUE(floor_log_contains("refused the replay") || floor_log_contains("could not be opened again"));
        EXPECT_TRUE(Exists(cl, "/before"));
        EXPECT_TRUE(Exists(cl, "/after"));
        EXPECT_EQ(0600u, ModeOf(cl, "/third"));
        test.check(cl);
        test.check(third);
    });
}

INSTANTIATE_TEST_SUITE_P(Cases, SimDependenceTest,
                         testing::Range(0, static_cast<int>(SimDependenceTest::Cases().size())));

// What is refused is lost, too: who had gone on from there is refused in turn.
TEST_F(SimVersionsTest, WhatFollowsOnTheRefusedFails) {
    Run(30, [](SimCluster &c) {
        ASSERT_EQ(0, c.client(kGone).Chmod("/f", 0600));
        ASSERT_EQ(0, c.client(1).Chmod("/f", 0640));
        ASSERT_EQ(0, c.client(2).Chmod("/f", 0660));
        ASSERT_EQ(0, c.client(2).Chmod("/g", 0660));
        CrashAndRecover(&c);
        EXPECT_TRUE(floor_log_contains("2 requests were refused"));
        EXPECT_EQ(0644u, ModeOf(c.client(2), "/f"));
        EXPECT_EQ(0660u, ModeOf(c.client(1), "/g"));
        // That is over: new requests are as good as any.
        ASSERT_EQ(0, c.client(2).Chmod("/f", 0664));
        c.PowerOffMds();
        c.PowerOnMds();
        EXPECT_EQ(0664u, ModeOf(c.client(1), "/f"));
    });
}

// When all are back nothing is looked at, and a request whose answer was lost does not harm those after it.
TEST_F(SimVersionsTest, WithoutALossNothingIsRefused) {
    Run(31, [](SimCluster &c) {
        for (int i = 0; i < 5; i++) {
            for (unsigned int client = 0; client < c.clients(); client++) {
                ASSERT_EQ(0, c.client(client).Chmod("/f", 0600 + i));
                ASSERT_EQ(0, c.client(client).Rename(client % 2 ? "/h" : "/g", client % 2 ? "/g" : "/h"));
            }
            ASSERT_EQ(0, c.client(0).Rename("/h", "/g"));
        }
        c.PowerOffMds();
        c.PowerOnMds();
        EXPECT_EQ(0604u, ModeOf(c.client(1), "/f"));
        EXPECT_TRUE(Exists(c.client(2), "/g"));
        EXPECT_TRUE(floor_log_contains("3 of 3 clients are back, 0 requests were refused"));
    });
}

// Who knows no versions cannot tell what its requests followed on.
TEST_F(SimVersionsTest, AClientWithoutVersionsIsEvictedAtAGap) {
    Run(32, [](SimCluster &c) {
        SimClient &old = c.client(1);

        ForgetVersions(old);
        ASSERT_EQ(0, old.Create("/before"));
        ASSERT_EQ(0, c.client(kGone).Create("/lost"));
        ASSERT_EQ(0, c.client(2).Create("/kept"));
        ASSERT_EQ(0, old.Create("/after"));
        ASSERT_EQ(0, c.client(2).Create("/kept too"));
        Crash(&c);
        EXPECT_TRUE(Exists(c.client(2), "/kept"));
        EXPECT_TRUE(Exists(c.client(2), "/kept too"));
        EXPECT_TRUE(Exists(c.client(2), "/before"));
        EXPECT_FALSE(Exists(c.client(2), "/after"));
        EXPECT_TRUE(floor_log_contains("(uuid client-101-1) is evicted: it knows no versions, "));
        EXPECT_TRUE(floor_log_contains("1 of 3 clients are back, 0 requests were refused"));
        SimCluster::Sleep(60000);
    });
}

// Before the gap all is as it was.
TEST_F(SimVersionsTest, AClientWithoutVersionsGoesOnWhenThereIsNoGap) {
    Run(33, [](SimCluster &c) {
        SimClient &old = c.client(1);

        ForgetVersions(old);
        ASSERT_EQ(0, old.Create("/before"));
        ASSERT_EQ(0, old.Chmod("/f", 0600));
        ASSERT_EQ(0, c.client(kGone).Create("/lost"));
        CrashAndRecover(&c);
        EXPECT_TRUE(Exists(c.client(2), "/before"));
        EXPECT_EQ(0600u, ModeOf(c.client(2), "/f"));
    });
}

// A loss is remembered when the power goes again before the others have replayed.
TEST_F(SimVersionsTest, ALossIsRemembered) {
    Run(34, [](SimCluster &c) {
        SimClient &cl = c.client(1);
        std::string text;

        ASSERT_EQ(0, c.client(kGone).Chmod("/f", 0600));
        ASSERT_EQ(0, cl.Chmod("/f", 0640));
        ASSERT_EQ(0, cl.Create("/kept"));
        Crash(&c);
        // It is back, but does not come to replay anything.
        do {
            SimCluster::Sleep(1);
            NodeScope scope(SimCluster::kMdsNode);
            ASSERT_EQ(0, SimCluster::DeviceOp(kMdt, "recovery_status", {}, &text));
        } while (text.find("missing client: client-101-1") != std::string::npos);
        CutOff(&c, 1, true);
        while (!floor_log_contains("(uuid client-100-1) is evicted: it has not come back"))
            SimCluster::Sleep(1000);
        SimCluster::Sleep(10000);
        EXPECT_FALSE(floor_log_contains(kRefused));
        c.PowerOffMds();
        c.PowerOnMds();
        CutOff(&c, kGone, true);
        EXPECT_EQ(0644u, ModeOf(cl, "/f"));
        EXPECT_TRUE(Exists(cl, "/kept"));
        EXPECT_TRUE(floor_log_contains(kRefused));
        EXPECT_TRUE(floor_log_contains("2 of 2 clients are back, 1 requests were refused"));
    });
}

// A client that comes back and then stops is as good as one that stays away.
TEST_F(SimVersionsTest, WhoStopsInTheMiddleIsLost) {
    Run(35, [](SimCluster &c) {
        SimClient &cl = c.client(1);
        std::string text;

        ASSERT_EQ(0, c.client(kGone).Chmod("/f", 0600));
        ASSERT_EQ(0, cl.Chmod("/f", 0640));
        ASSERT_EQ(0, cl.Create("/kept"));
        c.PowerOffMds();
        c.PowerOnMds();
        do {
            SimCluster::Sleep(1);
            NodeScope scope(SimCluster::kMdsNode);
            ASSERT_EQ(0, SimCluster::DeviceOp(kMdt, "recovery_status", {}, &text));
        } while (text.find("missing client: client-100-1") != std::string::npos);
        CutOff(&c, kGone, true);
        EXPECT_EQ(0644u, ModeOf(cl, "/f"));
        EXPECT_TRUE(Exists(cl, "/kept"));
        EXPECT_TRUE(floor_log_contains("(uuid client-100-1) is evicted: it has stopped in the middle of recovery"));
        EXPECT_TRUE(floor_log_contains("1 requests were refused"));
    });
}

}  // namespace
