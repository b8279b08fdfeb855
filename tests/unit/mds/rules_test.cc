// SPDX-License-Identifier: GPL-2.0
// What a client is granted, who may do what, what layouts may be asked for: the parts that need no storage.
#include <gtest/gtest.h>

#include <cstring>

extern "C" {
#include <linux/capability.h>
#include <linux/stat.h>

#include "mds/mds_internal.h"
#include "obd/class/negotiate.h"
}

namespace {

// What stock clients of 2.15.8 and 2.17.0 ask for.
constexpr uint64_t kStockFlags = 0xae7e5e7be374d2b8ULL;

wire_connect Ask(uint64_t flags) {
    wire_connect data{};
    data.flags = cpu_to_le64(flags);
    data.brw_size = cpu_to_le32(4u << 20);
    data.ibits_known = cpu_to_le64(0x7f);
    return data;
}

TEST(MdsConnect, GrantsOnlyWhatIsAsked) {
    wire_connect data = Ask(kStockFlags);
    ASSERT_EQ(0, obd_negotiate(&data, TARGET_MDT));
    uint64_t granted = le64_to_cpu(data.flags);
    EXPECT_EQ(0u, granted & ~kStockFlags);
    EXPECT_EQ(0u, data.flags2);
    for (uint64_t bit : {CONN_FID, CONN_ATTRFID, CONN_FULL20, CONN_LVB_TYPE, CONN_LAYOUTLOCK, CONN_ACL})
        EXPECT_TRUE(granted & bit) << std::hex << bit;
    EXPECT_FALSE(granted & CONN_FLAGS2);
    EXPECT_EQ(0x1fu, le64_to_cpu(data.ibits_known));
    EXPECT_EQ(1u << 20, le32_to_cpu(data.brw_size));
}

TEST(MdsConnect, EveryFlagAloneIsNeverExceeded) {
    uint64_t needed = CONN_FID | CONN_ATTRFID | CONN_FULL20 | CONN_IBITS;
    for (int bit = 0; bit < 64; bit++) {
        wire_connect data = Ask(needed | 1ULL << bit);
        ASSERT_EQ(0, obd_negotiate(&data, TARGET_MDT));
        EXPECT_EQ(0u, le64_to_cpu(data.flags) & ~(needed | 1ULL << bit)) << bit;
    }
}

// A stock client that is granted a bulk size of 0 dies.
TEST(MdsConnect, ABulkSizeOfZeroIsRefused) {
    wire_connect data = Ask(kStockFlags);
    data.brw_size = 0;
    EXPECT_EQ(-EPROTO, obd_negotiate(&data, TARGET_MDT));
}

TEST(MdsOpen, WritersAndExecutersExcludeEachOther) {
    EXPECT_EQ(0, mds_mode_conflict(0, MDS_FMODE_WRITE));
    EXPECT_EQ(0, mds_mode_conflict(2, MDS_FMODE_WRITE));
    EXPECT_EQ(-ETXTBSY, mds_mode_conflict(-1, MDS_FMODE_WRITE));
    EXPECT_EQ(0, mds_mode_conflict(-1, MDS_FMODE_EXEC));
    EXPECT_EQ(-ETXTBSY, mds_mode_conflict(1, MDS_FMODE_EXEC));
    EXPECT_EQ(0, mds_mode_conflict(1, MDS_FMODE_READ));
    EXPECT_EQ(0, mds_mode_conflict(-1, MDS_FMODE_READ));
}

TEST(MdsNames, SomeMayNotBeMade) {
    auto check = [](const std::string &s) {
        mds_name n{s.c_str(), static_cast<u32>(s.size())};
        return mds_name_check(&n);
    };
    EXPECT_EQ(0, check("a"));
    EXPECT_EQ(0, check("..."));
    EXPECT_EQ(0, check(".a"));
    EXPECT_EQ(-EINVAL, check(""));
    EXPECT_EQ(-EINVAL, check("."));
    EXPECT_EQ(-EINVAL, check(".."));
    EXPECT_EQ(-EINVAL, check("a/b"));
    EXPECT_EQ(0, check(std::string(255, 'x')));
    EXPECT_EQ(-ENAMETOOLONG, check(std::string(256, 'x')));
}

osd_cred User(uint32_t uid, uint32_t cap = 0) {
    osd_cred cred{};
    cred.uid = uid;
    cred.gid = uid;
    cred.cap = cap;
    return cred;
}

constexpr uint32_t kRootCaps = 1u << CAP_FOWNER | 1u << CAP_CHOWN | 1u << CAP_FSETID;

TEST(MdsPermission, StickyDirectory) {
    osd_attr dir{}, file{};
    dir.mode = S_IFDIR | S_ISVTX | 0777;
    dir.uid = 10;
    file.mode = S_IFREG | 0666;
    file.uid = 20;
    osd_cred other = User(30), owner = User(20), dir_owner = User(10), root = User(0, kRootCaps);
    EXPECT_EQ(-EPERM, mds_delete_check(&dir, &file, &other));
    EXPECT_EQ(0, mds_delete_check(&dir, &file, &owner));
    EXPECT_EQ(0, mds_delete_check(&dir, &file, &dir_owner));
    EXPECT_EQ(0, mds_delete_check(&dir, &file, &root));
    dir.mode &= ~S_ISVTX;
    EXPECT_EQ(0, mds_delete_check(&dir, &file, &other));
    file.flags = MDS_FL_IMMUTABLE;
    EXPECT_EQ(-EPERM, mds_delete_check(&dir, &file, &root));
}

class MdsSetattr : public testing::Test {
protected:
    MdsSetattr() {
        old_.mode = S_IFREG | S_ISUID | S_ISGID | 0755;
        old_.uid = 20;
        old_.gid = 20;
        old_.ctime = 1000;
    }
    int Plan(const osd_cred &cred, uint64_t valid) {
        rec_.valid = cpu_to_le64(valid);
        return mds_setattr_plan(&old_, &cred, &rec_, &ns_, &change_);
    }

    osd_attr old_{};
    wire_rec_setattr rec_{};
    osd_attr ns_{};
    mds_attr_change change_{};
};

TEST_F(MdsSetattr, ChmodIsTheOwners) {
    rec_.mode = cpu_to_le32(0600);
    EXPECT_EQ(-EPERM, Plan(User(30), MDS_ATTR_MODE));
    ASSERT_EQ(0, Plan(User(20), MDS_ATTR_MODE));
    EXPECT_EQ(S_IFREG | 0600u, change_.attr.mode);
    EXPECT_EQ(OSD_A_MODE, change_.what);
}

TEST_F(MdsSetattr, SetGidNeedsTheGroup) {
    old_.gid = 99;
    rec_.mode = cpu_to_le32(02755);
    ASSERT_EQ(0, Plan(User(20), MDS_ATTR_MODE));
    EXPECT_EQ(S_IFREG | 0755u, change_.attr.mode);
}

TEST_F(MdsSetattr, ChownTakesSetIdBits) {
    rec_.uid = cpu_to_le32(30);
    EXPECT_EQ(-EPERM, Plan(User(20), MDS_ATTR_UID));
    ASSERT_EQ(0, Plan(User(0, kRootCaps), MDS_ATTR_UID));
    EXPECT_EQ(30u, change_.attr.uid);
    EXPECT_EQ(S_IFREG | S_ISGID | 0755u, change_.attr.mode);
    EXPECT_EQ(OSD_A_UID | OSD_A_MODE, change_.what);
}

// By a write, or a chown. Without group-exec the bit is no danger in the hands of those who could set it.
TEST_F(MdsSetattr, SetGidGoesWithWritesOfStrangers) {
    osd_cred member = User(30);
    member.gid = 20;
    ASSERT_EQ(0, Plan(member, MDS_ATTR_KILL_SGID));
    EXPECT_EQ(S_IFREG | S_ISUID | 0755u, change_.attr.mode);
    EXPECT_EQ(OSD_A_MODE, change_.what);
    old_.mode = S_IFREG | S_ISGID | 0666;
    ASSERT_EQ(0, Plan(member, MDS_ATTR_KILL_SGID));
    EXPECT_EQ(0u, change_.what);
    ASSERT_EQ(0, Plan(User(0, kRootCaps), MDS_ATTR_KILL_SGID));
    EXPECT_EQ(0u, change_.what);
    ASSERT_EQ(0, Plan(User(30), MDS_ATTR_KILL_SGID));
    EXPECT_EQ(S_IFREG | 0666u, change_.attr.mode);
    EXPECT_EQ(OSD_A_MODE, change_.what);
}

TEST_F(MdsSetattr, ChgrpWithinOwnGroups) {
    osd_cred cred = User(20);
    rec_.gid = cpu_to_le32(77);
    EXPECT_EQ(-EPERM, Plan(cred, MDS_ATTR_GID));
    cred.groups[0] = 77;
    cred.nr_groups = 1;
    ASSERT_EQ(0, Plan(cred, MDS_ATTR_GID));
    EXPECT_EQ(77u, change_.attr.gid);
    EXPECT_EQ(S_IFREG | S_ISUID | 0755u, change_.attr.mode);
}

TEST_F(MdsSetattr, TruncateNeedsWrite) {
    rec_.size = cpu_to_le64(5);
    ASSERT_EQ(0, Plan(User(30), MDS_ATTR_SIZE));
    EXPECT_EQ(MDS_MAY_WRITE, change_.need);
    ASSERT_EQ(0, Plan(User(20), MDS_ATTR_SIZE | MDS_ATTR_OVERRIDE));
    EXPECT_EQ(0, change_.need);
    rec_.size = cpu_to_le64(-1LL);
    EXPECT_EQ(-EINVAL, Plan(User(20), MDS_ATTR_SIZE));
    old_.mode = S_IFDIR | 0755;
    EXPECT_EQ(-EISDIR, Plan(User(20), MDS_ATTR_SIZE));
}

TEST_F(MdsSetattr, TimesNeverTakeTheCtimeBack) {
    rec_.mtime = cpu_to_le64(5);
    rec_.ctime = cpu_to_le64(999);
    ASSERT_EQ(0, Plan(User(20), MDS_ATTR_MTIME | MDS_ATTR_CTIME));
    EXPECT_EQ(OSD_A_MTIME, change_.what);
    EXPECT_EQ(5, change_.attr.mtime);
    EXPECT_EQ(0, change_.need);
    ASSERT_EQ(0, Plan(User(30), MDS_ATTR_MTIME | MDS_ATTR_CTIME));
    EXPECT_EQ(MDS_MAY_WRITE, change_.need);
    ASSERT_EQ(0, Plan(User(30), MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET));
    EXPECT_EQ(0, change_.need);
}

TEST_F(MdsSetattr, ImmutableStaysAsItIs) {
    old_.flags = MDS_FL_IMMUTABLE;
    EXPECT_EQ(-EPERM, Plan(User(0, kRootCaps), MDS_ATTR_MODE));
    rec_.attr_flags = 0;
    EXPECT_EQ(-EPERM, Plan(User(0, kRootCaps), MDS_ATTR_ATTR_FLAG));
    ASSERT_EQ(0, Plan(User(0, kRootCaps | 1u << CAP_LINUX_IMMUTABLE), MDS_ATTR_ATTR_FLAG));
    EXPECT_EQ(0u, change_.attr.flags);
}

// As with local file systems: what only grows may be touched, but nothing else of it changes.
TEST_F(MdsSetattr, AppendOnlyMayBeTouched) {
    old_.flags = MDS_FL_APPEND;
    EXPECT_EQ(0, Plan(User(0, kRootCaps), MDS_ATTR_MTIME | MDS_ATTR_MTIME_SET | MDS_ATTR_ATIME | MDS_ATTR_CTIME));
    EXPECT_EQ(-EPERM, Plan(User(0, kRootCaps), MDS_ATTR_MODE));
    EXPECT_EQ(-EPERM, Plan(User(0, kRootCaps), MDS_ATTR_SIZE));
    old_.flags |= MDS_FL_IMMUTABLE;
    EXPECT_EQ(-EPERM, Plan(User(0, kRootCaps), MDS_ATTR_MTIME | MDS_ATTR_CTIME));
}

wire_lov_v1 Wish(uint32_t size, uint16_t count, uint16_t offset) {
    wire_lov_v1 v{};
    v.magic = cpu_to_le32(LOV_MAGIC_V1);
    v.stripe_size = cpu_to_le32(size);
    v.stripe_count = cpu_to_le16(count);
    v.layout_gen = cpu_to_le16(offset);
    return v;
}

TEST(MdsLayout, ReadsWhatUsersAsk) {
    layout_wish wish;
    wire_lov_v1 v = Wish(1 << 20, LOV_ALL_STRIPES, 3);
    ASSERT_EQ(0, mds_layout_wish(&v, sizeof(v), &wish));
    EXPECT_EQ(1u << 20, wish.stripe_size);
    EXPECT_EQ(-1, wish.stripe_count);
    EXPECT_EQ(3, wish.stripe_offset);
    EXPECT_FALSE(mds_layout_is_default(&wish));
    v = Wish(0, 0, LOV_OFFSET_DEFAULT);
    ASSERT_EQ(0, mds_layout_wish(&v, sizeof(v), &wish));
    EXPECT_TRUE(mds_layout_is_default(&wish));
}

TEST(MdsLayout, RefusesNonsense) {
    layout_wish wish;
    wire_lov_v1 v = Wish(4096, 1, 0);
    EXPECT_EQ(-EINVAL, mds_layout_wish(&v, sizeof(v), &wish));
    v = Wish(65536, 1, 0);
    for (u32 len = 0; len < sizeof(v); len++)
        EXPECT_EQ(-EINVAL, mds_layout_wish(&v, len, &wish)) << len;
    v.magic = cpu_to_le32(LOV_MAGIC_COMP_V1);
    EXPECT_EQ(-EOPNOTSUPP, mds_layout_wish(&v, sizeof(v), &wish));
    v.magic = 0;
    EXPECT_EQ(-EINVAL, mds_layout_wish(&v, sizeof(v), &wish));
    v = Wish(65536, 2001, 0);
    EXPECT_EQ(-EINVAL, mds_layout_wish(&v, sizeof(v), &wish));
}

TEST(MdsLayout, CountsNoMoreObjectsThanThereAre) {
    wire_lov_v1 v = Wish(65536, 500, 0);
    EXPECT_EQ(0u, mds_layout_objects(&v, sizeof(v)));
    EXPECT_EQ(0u, mds_layout_objects(nullptr, 0));
}

}  // namespace
