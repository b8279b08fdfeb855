// SPDX-License-Identifier: GPL-2.0
// The description of a file system for the MGS.
#include <gtest/gtest.h>

#include "cluster.h"
#include "lib/conf_text.h"

namespace sheen {
namespace {

TEST(ConfText, SmallCluster) {
    ConfigDb db = test::Build(test::kSmallCluster);
    Result<std::string> text = BuildConfText(db, "demo", 20);

    ASSERT_TRUE(text) << text.error().what;
    EXPECT_EQ(*text,
              "sheen-config 1\n"
              "fsname demo\n"
              "lov vol_UUID 1048576 -1 -1 0\n"
              "mdt 0 meta_UUID md0@tcp\n"
              "ost 0 data0_UUID st0@tcp\n"
              "ost 1 data1_UUID st1@tcp\n"
              "timeout 20\n");
    Result<std::string> resolved = ResolveConfText(*text, test::FakeResolver);
    ASSERT_TRUE(resolved) << resolved.error().what;
    EXPECT_NE(resolved->find("mdt 0 meta_UUID 10.0.0.1@tcp\n"), std::string::npos);
    EXPECT_NE(resolved->find("ost 1 data1_UUID 10.0.0.3@tcp\n"), std::string::npos);
}

TEST(ConfText, FailoverNodesAndSeveralNetworksOfANode) {
    ConfigDb db = test::Build(std::string(test::kSmallCluster) +
                              "--add net --node st0 --nid 10.1.0.2 --nettype tcp --cluster_id 1\n"
                              "--add ost --node st1 --ost data0 --failover --dev /dev/sdc\n");
    Result<std::string> text = BuildConfText(db, "demo", 0);

    ASSERT_TRUE(text) << text.error().what;
    EXPECT_NE(text->find("ost 0 data0_UUID st0@tcp,10.1.0.2@tcp1 st1@tcp\n"), std::string::npos) << *text;
    EXPECT_EQ(text->find("timeout"), std::string::npos);
}

// The MGS and all clients know both homes, and nothing changes for them when a target moves.
TEST(ConfText, TheActiveHomeDoesNotMatter) {
    ConfigDb db = test::Build(test::kPairs);
    Result<std::string> text = BuildConfText(db, "demo", 0);

    ASSERT_TRUE(text) << text.error().what;
    EXPECT_NE(text->find("mdt 0 meta_UUID md0@tcp md1@tcp\n"
                         "ost 0 data0_UUID st0@tcp st1@tcp\n"
                         "ost 1 data1_UUID st1@tcp st0@tcp\n"),
              std::string::npos)
        << *text;
    for (auto &[target, home] : {std::pair{"mds", "MDD_meta_md1_UUID"}, std::pair{"ost", "OSD_data0_st1_UUID"}}) {
        Element *element = db.FindName(target, target == std::string("mds") ? "meta" : "data0");
        for (auto &child : element->children)
            if (child->tag == "active_ref")
                child->SetAttribute("uuidref", home);
        ASSERT_EQ(element->Refs("active"), std::vector<std::string>{home});
    }
    EXPECT_EQ(*BuildConfText(db, "demo", 0), *text);
    EXPECT_EQ(*TargetNids(db, *db.FindName("mds", "meta")), (std::vector<std::string>{"md1@tcp", "md0@tcp"}));
}

TEST(ConfText, ServersNeedAddresses) {
    ConfigDb db = test::Build(
        "--add net --node m --nid '*' --nettype tcp\n--add mds --node m --mds meta\n"
        "--add lov --lov l --mds meta\n");
    Result<std::string> text = BuildConfText(db, "demo", 0);

    ASSERT_FALSE(text);
    EXPECT_NE(text.error().what.find("clients cannot find a server"), std::string::npos);
}

TEST(ConfText, StripeSizesMustSuitClients) {
    ConfigDb db = test::Build(
        "--add net --node m --nid m --nettype tcp\n--add mds --node m --mds meta\n"
        "--add lov --lov l --mds meta --stripe_sz 5000\n");

    EXPECT_FALSE(BuildConfText(db, "demo", 0));
}

TEST(ConfText, UnknownHostsAreNamed) {
    Result<std::string> resolved = ResolveConfText("mdt 0 u nobody@tcp\n", test::FakeResolver);

    ASSERT_FALSE(resolved);
    EXPECT_NE(resolved.error().what.find("nobody"), std::string::npos);
}

TEST(ConfText, CommentsAndSpacingDoNotMatter) {
    EXPECT_TRUE(SameConf("a b\n# mtime 5\nc\n", "a   b # x\n\nc"));
    EXPECT_FALSE(SameConf("a b\n", "a c\n"));
    EXPECT_EQ(ConfMtime("x\n# mtime 77\n"), 77);
    EXPECT_EQ(ConfMtime("x\n"), 0);
}

TEST(ConfText, NamesOfFileSystems) {
    for (const char *good : {"a", "sheen", "a-b_c123"})
        EXPECT_TRUE(IsFsname(good)) << good;
    for (const char *bad : {"", "ninechars", "a b", "a/b", "a.b"})
        EXPECT_FALSE(IsFsname(bad)) << bad;
}

}  // namespace
}  // namespace sheen
