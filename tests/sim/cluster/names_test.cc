// SPDX-License-Identifier: GPL-2.0
// One MDS, one OST, one client: names.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <set>

#include <linux/stat.h>

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

// What Sheen's nodes add to the protocol is used between them only: a stock client does not ask, a stock server does not
// answer.
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

}  // namespace
