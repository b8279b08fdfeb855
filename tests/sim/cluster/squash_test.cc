// SPDX-License-Identifier: GPL-2.0
// Clients whose root is nobody special, and those whose root is root.
#include "tests/sim/cluster/cluster.h"

#include <utility>

#include <linux/stat.h>

#include "tests/sim/cluster/node_scope.h"

#include <floor.h>

extern "C" {
#include "obd/class/negotiate.h"
}

namespace {

class SimSquashTest : public SimTest {};

constexpr const char *kMdt = "sheen-MDT0000";

int Squash(const std::vector<std::string> &args, std::string *text) {
    NodeScope scope(SimCluster::kMdsNode);
    return SimCluster::DeviceOp(kMdt, "root_squash", args, text);
}

std::string ClientNid(unsigned int index) {
    return "10.0.0." + std::to_string(SimCluster::ClientNode(index)) + "@tcp";
}

void ExpectOwner(SimClient &client, const std::string &path, uint32_t uid, uint32_t gid) {
    SimStat st;
    ASSERT_EQ(0, client.Stat(path, &st)) << path;
    EXPECT_EQ(uid, st.uid) << path;
    EXPECT_EQ(gid, st.gid) << path;
}

TEST_F(SimSquashTest, RootOfAClientIsSquashed) {
    RunSim({.clients = 2}, [](SimCluster &c) {
        SimClient &cl = c.client(0), &admin = c.client(1);
        std::string text;
        std::vector<std::string> names;
        uint64_t handle;
        struct fid fid;
        SimStat st;

        // What root made before: closed to others, and open to them.
        ASSERT_EQ(0, cl.Mkdir("/closed", 0700));
        ASSERT_EQ(0, cl.Create("/closed/f"));
        ASSERT_EQ(0, cl.Mkdir("/group", 0750));
        ASSERT_EQ(0, cl.Create("/group/f"));
        ASSERT_EQ(0, cl.Mkdir("/tmp"));
        ASSERT_EQ(0, cl.Chmod("/tmp", 0777));
        ASSERT_EQ(0, cl.Create("/secret", 0, 0600));
        ASSERT_EQ(0, cl.Create("/open"));
        ASSERT_EQ(0, cl.Chmod("/open", 0666));
        ASSERT_EQ(0, Squash({"99:98", ClientNid(1)}, &text)) << text;

        EXPECT_EQ(-EACCES, cl.OpenFile("/secret", MDS_FMODE_READ, &handle, &fid));
        EXPECT_EQ(-EACCES, cl.OpenFile("/secret", MDS_FMODE_WRITE, &handle, &fid));
        EXPECT_EQ(-EACCES, cl.OpenFile("/new", MDS_FMODE_WRITE | MDS_OPEN_CREAT, &handle, &fid));
        EXPECT_EQ(-EACCES, cl.Create("/closed/g"));
        EXPECT_EQ(-EACCES, cl.Mkdir("/closed/d"));
        EXPECT_EQ(-EACCES, cl.Symlink("x", "/closed/s"));
        EXPECT_EQ(-EACCES, cl.Link("/open", "/closed/l"));
        EXPECT_EQ(-EACCES, cl.Unlink("/closed/f"));
        EXPECT_EQ(-EACCES, cl.Rmdir("/tmp"));
        EXPECT_EQ(-EACCES, cl.Rename("/open", "/tmp/open"));
        EXPECT_EQ(-EPERM, cl.Chmod("/open", 0777));
        EXPECT_EQ(-EPERM, cl.Chgrp("/open", 98));
        EXPECT_EQ(-EACCES, cl.SetXattr("/secret", "user.x", "1"));
        EXPECT_EQ(-EACCES, cl.GetXattr("/secret", "user.x", &text));
        EXPECT_EQ(-EPERM, cl.SetXattr("/open", "trusted.x", "1"));

        // All kinds of files that it makes belong to whom it is taken for, who may do with them what an owner may.
        ASSERT_EQ(0, cl.OpenFile("/tmp/f", MDS_FMODE_WRITE | MDS_OPEN_CREAT, &handle, &fid));
        EXPECT_EQ(0, cl.Close(fid, handle));
        ASSERT_EQ(0, cl.Mkdir("/tmp/d"));
        ASSERT_EQ(0, cl.Symlink("f", "/tmp/s"));
        // But no devices: a whiteout is none.
        EXPECT_EQ(-EPERM, cl.Mknod("/tmp/b", S_IFBLK | 0600, 0x801));
        EXPECT_EQ(-EPERM, cl.Mknod("/tmp/c", S_IFCHR | 0600, 0x103));
        EXPECT_EQ(-EACCES, cl.Mknod("/closed/c", S_IFCHR | 0600, 0x103));
        EXPECT_EQ(-EEXIST, cl.Mknod("/tmp/d", S_IFCHR | 0600, 0x103));
        EXPECT_EQ(0, cl.Mknod("/tmp/w", S_IFCHR, 0));
        EXPECT_EQ(0, cl.Mknod("/tmp/p", S_IFIFO | 0600, 0));
        EXPECT_EQ(0, admin.Mknod("/tmp/c", S_IFCHR | 0600, 0x103));
        for (const char *path : {"/tmp/f", "/tmp/d", "/tmp/s"})
            ExpectOwner(admin, path, 99, 98);
        EXPECT_EQ(0, cl.Chmod("/tmp/f", 0600));
        EXPECT_EQ(0, cl.Chgrp("/tmp/f", 98));
        EXPECT_EQ(-EPERM, cl.Chgrp("/tmp/f", 0));
        EXPECT_EQ(0, cl.OpenFile("/open", MDS_FMODE_WRITE, &handle, &fid));
        EXPECT_EQ(0, cl.Close(fid, handle));

        // Others are who they say, but not of root's group.
        cl.Become(1000, 1000);
        ASSERT_EQ(0, cl.Create("/tmp/mine"));
        ExpectOwner(admin, "/tmp/mine", 1000, 1000);
        for (const auto &[gid, groups] : {std::pair{0u, std::vector<uint32_t>{}}, {1000u, {0u, 5u}}}) {
            cl.Become(1000, gid, groups);
            EXPECT_EQ(-EACCES, cl.Stat("/group/f", &st)) << gid;
            admin.Become(1000, gid, groups);
            EXPECT_EQ(0, admin.Stat("/group/f", &st)) << gid;
        }
        cl.Become(1000, 0);
        ASSERT_EQ(0, cl.Create("/tmp/group"));
        ExpectOwner(admin, "/tmp/group", 1000, 98);
        cl.Become(0, 0);
        admin.Become(0, 0);
        EXPECT_EQ(-EPERM, cl.Chmod("/tmp/mine", 0777));

        // Root of a trusted node is root.
        EXPECT_EQ(0, admin.List("/closed", &names));
        EXPECT_EQ(0, admin.Chmod("/tmp/mine", 0600));
        ASSERT_EQ(0, admin.Create("/closed/g"));
        ExpectOwner(admin, "/closed/g", 0, 0);
        EXPECT_EQ(0, admin.OpenFile("/secret", MDS_FMODE_READ, &handle, &fid));
        EXPECT_EQ(0, admin.Close(fid, handle));
    });
}

TEST_F(SimSquashTest, RootSquashIsShownChangedAndEnded) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        std::string text;

        ASSERT_EQ(0, Squash({}, &text));
        EXPECT_EQ("root_squash: 0:0\n", text);
        ASSERT_EQ(0, Squash({"99:99", "10.1.2.3@tcp", "10.1.2.4@tcp1"}, &text));
        ASSERT_EQ(0, Squash({}, &text));
        EXPECT_EQ("root_squash: 99:99\nno_root_squash: 10.1.2.3@tcp\nno_root_squash: 10.1.2.4@tcp1\n", text);
        // What is wrong changes nothing.
        EXPECT_EQ(-EINVAL, Squash({"99"}, &text));
        EXPECT_EQ("root_squash: '99' is not UID:GID", text);
        EXPECT_EQ(-EINVAL, Squash({"7:7", "here"}, &text));
        EXPECT_EQ("root_squash: 'here' is not a NID, like 10.0.0.1@tcp", text);
        EXPECT_EQ(-EACCES, cl.Create("/f"));
        ASSERT_EQ(0, Squash({"99:99", ClientNid(0)}, &text));
        EXPECT_EQ(0, cl.Create("/f"));
        ASSERT_EQ(0, Squash({"99:99"}, &text));
        EXPECT_EQ(-EACCES, cl.Unlink("/f"));
        ASSERT_EQ(0, Squash({"0:0"}, &text));
        EXPECT_EQ(0, cl.Unlink("/f"));
    });
}

// As the configuration has it: before the first client is there, and for what is done again after a restart.
TEST_F(SimSquashTest, RootSquashFromTheStartHoldsForReplays) {
    RunSim({.clients = 2, .squash = {"99:98", ClientNid(1)}}, [](SimCluster &c) {
        SimClient &cl = c.client(0), &admin = c.client(1);

        EXPECT_EQ(-EACCES, cl.Mkdir("/d"));
        ASSERT_EQ(0, admin.Mkdir("/tmp"));
        ASSERT_EQ(0, admin.Chmod("/tmp", 0777));
        ASSERT_EQ(0, cl.Sync());
        ASSERT_EQ(0, cl.Mkdir("/tmp/d"));
        ASSERT_EQ(0, cl.Create("/tmp/f"));
        ASSERT_EQ(0, admin.Create("/tmp/admin"));
        c.PowerOffMds();
        c.PowerOnMds();
        ExpectOwner(admin, "/tmp/d", 99, 98);
        ExpectOwner(admin, "/tmp/f", 99, 98);
        ExpectOwner(admin, "/tmp/admin", 0, 0);
        EXPECT_EQ(-EACCES, cl.Mkdir("/d"));
    });
}

// A stock client's requests are no different.
TEST_F(SimSquashTest, RootOfAStockClientIsSquashed) {
    obd_vendor_on = false;
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        std::string text;

        ASSERT_EQ(0, cl.Mkdir("/tmp"));
        ASSERT_EQ(0, cl.Chmod("/tmp", 0777));
        ASSERT_EQ(0, Squash({"99:98"}, &text)) << text;
        EXPECT_EQ(-EACCES, cl.Create("/f"));
        ASSERT_EQ(0, cl.Mkdir("/tmp/d"));
        ExpectOwner(cl, "/tmp/d", 99, 98);
    });
    obd_vendor_on = true;
}

}  // namespace
