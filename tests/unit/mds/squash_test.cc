// SPDX-License-Identifier: GPL-2.0
// Root squash: what it leaves of a caller, and how it is told to.
#include <gtest/gtest.h>

#include <string>
#include <vector>

extern "C" {
#include <linux/capability.h>

#include "mds/mds_internal.h"
}

namespace {

constexpr lnet_nid_t kAdmin = LNET_MKNID(LNET_NET_TCP, 0, 0x0a000005);
constexpr lnet_nid_t kClient = LNET_MKNID(LNET_NET_TCP, 0, 0x0a000006);
constexpr lnet_nid_t kAdminElsewhere = LNET_MKNID(LNET_NET_TCP, 1, 0x0a000005);

class MdsSquash : public testing::Test {
protected:
    MdsSquash() {
        squash_.uid = 99;
        squash_.gid = 98;
        squash_.nids[squash_.nr_nids++] = kAdmin;
    }
    osd_cred Caller(uint32_t uid, uint32_t gid, std::vector<uint32_t> groups, std::vector<uint32_t> list) {
        osd_cred cred{};
        cred.uid = uid;
        cred.gid = gid;
        cred.cap = ~0u;
        for (uint32_t group : groups)
            cred.groups[cred.nr_groups++] = group;
        list_.clear();
        for (uint32_t group : list)
            list_.push_back(cpu_to_le32(group));
        cred.more = list_.data();
        cred.nr_more = list_.size();
        return cred;
    }

    mds_squash squash_{};
    std::vector<__le32> list_;
};

TEST_F(MdsSquash, RootBecomesTheOtherWithNothingElse) {
    for (uint32_t gid : {0u, 7u}) {
        osd_cred cred = Caller(0, gid, {0, 5}, {0, 5, 6});
        mds_squash_cred(&squash_, kClient, &cred);
        EXPECT_EQ(99u, cred.uid);
        EXPECT_EQ(98u, cred.gid);
        EXPECT_EQ(0u, cred.cap);
        EXPECT_EQ(0u, cred.nr_groups);
        EXPECT_EQ(0u, cred.nr_more);
        EXPECT_FALSE(mds_in_group(&cred, 5));
    }
}

TEST_F(MdsSquash, TrustedNodesAndNoSquashLeaveItAlone) {
    osd_cred cred = Caller(0, 0, {5}, {6});
    mds_squash_cred(&squash_, kAdmin, &cred);
    EXPECT_EQ(0u, cred.uid);
    EXPECT_EQ(~0u, cred.cap);
    EXPECT_TRUE(mds_in_group(&cred, 6));
    squash_.uid = squash_.gid = 0;
    mds_squash_cred(&squash_, kClient, &cred);
    EXPECT_EQ(0u, cred.uid);
    EXPECT_EQ(~0u, cred.cap);
    EXPECT_TRUE(mds_in_group(&cred, 5));
}

// The same address of another network is another node.
TEST_F(MdsSquash, TrustIsOfTheWholeNid) {
    osd_cred cred = Caller(0, 0, {}, {});
    mds_squash_cred(&squash_, kAdminElsewhere, &cred);
    EXPECT_EQ(99u, cred.uid);
}

TEST_F(MdsSquash, OthersLoseWhatIsRoots) {
    osd_cred cred = Caller(1000, 1000, {0, 5}, {0, 6, 7});
    mds_squash_cred(&squash_, kClient, &cred);
    EXPECT_EQ(1000u, cred.uid);
    EXPECT_EQ(1000u, cred.gid);
    EXPECT_FALSE(mds_cap(&cred, CAP_DAC_OVERRIDE));
    EXPECT_FALSE(mds_in_group(&cred, 0));
    for (uint32_t group : {5u, 6u, 7u})
        EXPECT_TRUE(mds_in_group(&cred, group)) << group;
    cred = Caller(1000, 0, {5, 0}, {6, 0, 7});
    mds_squash_cred(&squash_, kClient, &cred);
    EXPECT_EQ(98u, cred.gid);
    EXPECT_FALSE(mds_in_group(&cred, 0));
    EXPECT_TRUE(mds_in_group(&cred, 5));
    EXPECT_TRUE(mds_in_group(&cred, 6));
    cred = Caller(1000, 1000, {0, 0}, {0, 0});
    mds_squash_cred(&squash_, kClient, &cred);
    EXPECT_FALSE(mds_in_group(&cred, 0));
}

int Parse(std::vector<std::string> words, mds_squash *s, std::string *why = nullptr) {
    std::vector<char *> argv;
    char text[OBD_WHY_SIZE] = "";

    for (std::string &word : words)
        argv.push_back(word.data());
    const int rc = mds_squash_parse(s, argv.size(), argv.data(), text, sizeof(text));
    if (why)
        *why = text;
    return rc;
}

TEST(MdsSquashText, IdsAndNids) {
    mds_squash s;

    ASSERT_EQ(0, Parse({"99:98"}, &s));
    EXPECT_EQ(99u, s.uid);
    EXPECT_EQ(98u, s.gid);
    EXPECT_EQ(0u, s.nr_nids);
    ASSERT_EQ(0, Parse({"4294967294:1", "10.0.0.5@tcp", "10.0.0.5@tcp1"}, &s));
    EXPECT_EQ(4294967294u, s.uid);
    ASSERT_EQ(2u, s.nr_nids);
    EXPECT_EQ(kAdmin, s.nids[0]);
    EXPECT_EQ(kAdminElsewhere, s.nids[1]);
    ASSERT_EQ(0, Parse({"0:0", "10.0.0.5@tcp"}, &s));
    EXPECT_EQ(0u, s.uid);
}

TEST(MdsSquashText, NonsenseIsRefusedByName) {
    mds_squash s;
    std::string why;

    for (const char *ids : {"", ":", "99", "99:", ":99", "a:b", "1:2:3", "-1:5", "5:-1", "4294967295:5", "5:4294967295",
                            "99999999999:1", "0:99", "99:0", "1 :1"}) {
        EXPECT_EQ(-EINVAL, Parse({ids}, &s, &why)) << ids;
        EXPECT_NE(std::string::npos, why.find("'" + std::string(ids) + "'")) << why;
    }
    for (const char *nid : {"", "10.0.0.5", "host@tcp", "10.0.0.5@elan", "*"}) {
        EXPECT_EQ(-EINVAL, Parse({"1:1", "10.0.0.6@tcp", nid}, &s, &why)) << nid;
        EXPECT_NE(std::string::npos, why.find("'" + std::string(nid) + "' is not a NID")) << why;
    }
    EXPECT_EQ(-EINVAL, Parse({std::string(4000, '9') + ":1"}, &s, &why));
    std::vector<std::string> words = {"1:1"};
    for (int i = 0; i < SHEEN_SQUASH_NIDS_MAX; i++)
        words.push_back("10.0.0." + std::to_string(i) + "@tcp");
    EXPECT_EQ(0, Parse(words, &s));
    words.push_back("10.0.0.99@tcp");
    EXPECT_EQ(-E2BIG, Parse(words, &s, &why));
    EXPECT_EQ("root_squash: at most 32 NIDs can be exempt", why);
}

}  // namespace
