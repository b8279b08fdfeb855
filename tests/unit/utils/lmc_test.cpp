// SPDX-License-Identifier: GPL-2.0
// The commands of lmc, on the command line and in batch files.
#include <ctime>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cluster.h"
#include "lib/config_xml.h"

namespace sheen {
namespace {

using test::Build;
using test::Failure;

TEST(Lmc, SameCommandsGiveTheSameBytes) {
    EXPECT_EQ(WriteXml(Build(test::kSmallCluster)), WriteXml(Build(test::kSmallCluster)));
}

TEST(Lmc, MergingGivesTheSameBytesAsOneRun) {
    std::string merged;

    for (std::string_view rest = test::kSmallCluster; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
        std::vector<std::string> notes;
        Result<ConfigDb> db = merged.empty() ? Result<ConfigDb>(ConfigDb()) : ParseXml(merged, "merged", nullptr);
        ASSERT_TRUE(db);
        ASSERT_TRUE(lmc::ApplyBatch(std::string(rest.substr(0, rest.find('\n'))), &*db, &notes));
        merged = WriteXml(*db);
    }
    EXPECT_EQ(merged, WriteXml(Build(test::kSmallCluster)));
}

TEST(Lmc, DefaultNames) {
    ConfigDb db = Build(
        "--add net --node n --nid n --nettype tcp\n"
        "--add mds --node n\n"
        "--add lov --lov l --mds MDS_n\n"
        "--add ost --node n --lov l\n"
        "--add mtpt --node n --path /a --mds MDS_n --lov l\n"
        "--add mtpt --node n --path /b --mds MDS_n --lov l\n");

    for (const char *uuid :
         {"n_UUID", "PROFILE_n_UUID", "NET_n_tcp_UUID", "MDS_n_UUID", "MDD_MDS_n_n_UUID", "OST_n_UUID",
          "OSD_OST_n_n_UUID", "l_UUID", "LVCFG_l_UUID", "FS_fsname_UUID", "MNT_n_UUID", "MNT_n_2_UUID"})
        EXPECT_NE(db.FindUuid(uuid), nullptr) << uuid;
    EXPECT_EQ(db.Class("filesystem").size(), 1u);
}

TEST(Lmc, NodeAndTargetMayShareAName) {
    ConfigDb db = Build(
        "--add net --node same --nid same --nettype tcp\n"
        "--add mds --node same --mds same\n");

    EXPECT_EQ(db.FindName("mds", "same")->uuid(), "same_UUID_2");
    EXPECT_TRUE(ParseXml(WriteXml(db), "test", nullptr));
}

TEST(Lmc, AnExistingNodeIsNoError) {
    std::vector<std::string> notes;
    ConfigDb db;

    ASSERT_TRUE(lmc::ApplyBatch("--add node --node n\n", &db, &notes));
    std::string before = WriteXml(db);
    EXPECT_TRUE(lmc::ApplyBatch("--add node --node n --timeout 5\n", &db, &notes));
    EXPECT_EQ(WriteXml(db), before);
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_NE(notes[0].find("exists"), std::string::npos);
}

TEST(Lmc, FailoverPairsAreOneTargetWithTwoDevices) {
    ConfigDb db = Build(std::string(test::kSmallCluster) +
                        "--add ost --node st1 --ost data0 --group g --failover --dev /dev/sdc\n");

    EXPECT_EQ(db.FindName("ost", "data0")->Refs("active"), std::vector<std::string>{"OSD_data0_st0_UUID"});
    EXPECT_EQ(db.FindName("ost", "data0")->Value("failover"), "1");
    EXPECT_EQ(db.FindName("ost", "data0")->Value("group"), "g");
    EXPECT_EQ(db.FindName("lov", "vol")->Refs("obd").size(), 2u);
    EXPECT_EQ(db.Class("osd").size(), 3u);
}

TEST(Lmc, MetadataTargetsHavePairs) {
    ConfigDb db = Build(test::kPairs);

    EXPECT_EQ(db.Class("mds").size(), 1u);
    EXPECT_EQ(db.FindName("mds", "meta")->Refs("active"), std::vector<std::string>{"MDD_meta_md0_UUID"});
    EXPECT_EQ(db.FindName("mds", "meta")->Value("failover"), "1");
    EXPECT_EQ(db.Class("mdsdev").size(), 2u);
    EXPECT_EQ(db.FindName("mdsdev", "MDD_meta_md1")->Refs("node"), std::vector<std::string>{"md1_UUID"});
    EXPECT_NE(Failure(test::kPairs + "--add mds --node md1 --mds meta --failover --dev /dev/sdd\n")
                  .find("node md1 has a device of meta already"),
              std::string::npos);
}

TEST(Lmc, MountsNeedAVolume) {
    std::string base = test::kSmallCluster;

    EXPECT_NE(Failure(base + "--add mtpt --node client --path /x --mds meta")
                  .find("--add mtpt requires --lov lov_name or --ost ost_name"),
              std::string::npos);
    ConfigDb db = Build(base + "--add mtpt --node client --path /x --mds meta --ost data0");
    ASSERT_NE(db.FindUuid("lov_default_UUID"), nullptr);
    EXPECT_EQ(db.FindUuid("lov_default_UUID")->Number("stripecount"), 1);
}

TEST(Lmc, WrongCommandsAreRefused) {
    std::string base = test::kSmallCluster;

    EXPECT_NE(Failure("--add net --node n --nettype tcp").find("--add net requires --nid <value>"), std::string::npos);
    EXPECT_NE(Failure("--add net --node n --nid n --nettype x25").find("unknown nettype"), std::string::npos);
    EXPECT_NE(Failure("--add net --node n --nid n --nettype tcp --port x").find("--port x (value must be integer)"),
              std::string::npos);
    EXPECT_NE(Failure("--add node --node n\n--add mds --node n").find("node n has no network"), std::string::npos);
    EXPECT_NE(Failure(base + "--add ost --node st0 --lov nope").find("lov nope not found"), std::string::npos);
    EXPECT_NE(Failure(base + "--add ost --node st0 --ost z --ostuuid data0_UUID").find("Duplicate OST UUID"),
              std::string::npos);
    EXPECT_NE(Failure(base + "--add ost --node st0 --ost data0").find("has a device of data0 already"),
              std::string::npos);
    EXPECT_NE(Failure("--add echo_client --node n").find("not supported"), std::string::npos);
    EXPECT_NE(Failure("--nid").find("requires a value"), std::string::npos);
    EXPECT_NE(Failure("stray").find("stray"), std::string::npos);
    EXPECT_NE(Failure("--node n").find("Missing command"), std::string::npos);
    EXPECT_NE(Failure("--merge x --add node --node n").find("within a batch file"), std::string::npos);
}

const std::string kMdsLine = "--add net --node n --nid n --nettype tcp\n--add mds --node n --mds m ";

TEST(Lmc, RootSquashIsOfTheDevice) {
    std::string xml =
        WriteXml(Build(kMdsLine + "--root_squash 99:98 --no_root_squash 10.0.0.5 --no_root_squash=admin@tcp0\n"));

    EXPECT_NE(xml.find("<root_squash>99:98</root_squash>"), std::string::npos) << xml;
    EXPECT_NE(xml.find("<no_root_squash>10.0.0.5@tcp</no_root_squash>"), std::string::npos) << xml;
    EXPECT_NE(xml.find("<no_root_squash>admin@tcp</no_root_squash>"), std::string::npos) << xml;
    EXPECT_TRUE(ParseXml(xml, "test", nullptr));
    EXPECT_EQ(WriteXml(Build(kMdsLine)).find("root_squash"), std::string::npos);
}

TEST(Lmc, RootSquashMustMakeSense) {
    for (const char *ids : {"99", "99:", ":99", "a:b", "1:2:3", "-1:5", "5:4294967295", "0:99", "99:0", "nobody"})
        EXPECT_NE(Failure(kMdsLine + "--root_squash=" + ids).find(fmt::format("root_squash '{}'", ids)),
                  std::string::npos)
            << ids;
    EXPECT_EQ(Failure(kMdsLine + "--root_squash 0:0"), "");
    EXPECT_EQ(Failure(kMdsLine + "--root_squash 4294967294:1"), "");
    EXPECT_NE(Failure(kMdsLine + "--no_root_squash 10.0.0.5").find("no_root_squash without root_squash"),
              std::string::npos);
    EXPECT_NE(Failure(kMdsLine + "--root_squash 1:1 --no_root_squash x@elan").find("no_root_squash: 'x@elan'"),
              std::string::npos);
    std::string many;
    for (int i = 0; i < 33; i++)
        many += fmt::format(" --no_root_squash 10.0.0.{}", i);
    EXPECT_NE(Failure(kMdsLine + "--root_squash 1:1" + many).find("more than 32 NIDs"), std::string::npos);
}

TEST(Lmc, HomesThatSquashDifferentlyAreNoticed) {
    std::vector<std::string> notes;
    ConfigDb db;
    std::string one = kMdsLine + "--root_squash 99:99\n--add net --node n2 --nid n2 --nettype tcp\n";

    ASSERT_TRUE(lmc::ApplyBatch(one + "--add mds --node n2 --mds m --root_squash 99:99\n", &db, &notes));
    EXPECT_TRUE(notes.empty());
    db = ConfigDb();
    ASSERT_TRUE(lmc::ApplyBatch(one + "--add mds --node n2 --mds m\n", &db, &notes));
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0], "warning: MDD_m_n and MDD_m_n2 do not squash root in the same way");
}

TEST(Lmc, OptionsTakeDashesPrefixesAndEqualsSigns) {
    ConfigDb db = Build(
        "--add=net --node=n --nid n --nett tcp\n--add mds --node n --mds m\n"
        "--add lov --lov l --mds m --stripe-sz=65536 --stripe-c 2\n");

    EXPECT_EQ(db.FindName("lov", "l")->Value("stripesize"), "65536");
    EXPECT_EQ(db.FindName("lov", "l")->Value("stripecount"), "2");
    EXPECT_NE(Failure("--add lov --stripe 1").find("not unique"), std::string::npos);
}

TEST(Lmc, BatchLinesAreQuotedLikeInAShell) {
    for (const char *value : {"\"-I 128\"", "'-I 128'", "\\-\\I\\ \\128", "-I\" \"128", "'-I'' 128'"}) {
        ConfigDb db =
            Build(fmt::format("--add net --node n --nid n --nettype tcp\n\n# comment\n"
                              "--add mds --node n --mds m --mkfsoptions {}\n",
                              value));
        EXPECT_NE(WriteXml(db).find(">-I 128<"), std::string::npos) << value;
    }
    EXPECT_NE(Failure("--add node --node 'n").find("line 1: no closing '"), std::string::npos);
    EXPECT_NE(Failure("--add node --node n\\").find("backslash"), std::string::npos);
}

TEST(Lmc, RoutesLiveInTheirNode) {
    ConfigDb db = Build(
        "--add net --router --node gw --nid gw --nettype tcp\n"
        "--add route --node gw --nettype tcp --gw gw --lo a\n"
        "--add route --node gw --nettype tcp --gw gw --tgt b --hi c\n");
    const Element *table = db.FindUuid("RTBL_gw_UUID");

    ASSERT_NE(table, nullptr);
    ASSERT_EQ(table->children.size(), 2u);
    EXPECT_EQ(table->children[0]->Value("hi"), "a");
    EXPECT_EQ(table->children[1]->Value("lo"), "b");
    EXPECT_TRUE(ParseXml(WriteXml(db), "test", nullptr));
}

TEST(Lmc, FourHundredOstsTakeLessThanFiveSeconds) {
    // Processor time: other work on this machine does not count.
    std::clock_t start = std::clock();
    std::string batch =
        "--add net --node m --nid m --nettype tcp\n--add mds --node m --mds meta\n"
        "--add lov --lov big --mds meta --stripe_cnt 4\n";

    for (int i = 0; i < 400; i++)
        batch += fmt::format(
            "--add net --node oss{0} --nid oss{0} --nettype tcp\n"
            "--add ost --node oss{0} --ost ost{0} --lov big --dev /dev/sdb\n",
            i);
    ConfigDb db = Build(batch);
    EXPECT_EQ(db.FindName("lov", "big")->Refs("obd").size(), 400u);
    EXPECT_TRUE(ParseXml(WriteXml(db), "big", nullptr));
    EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 5);
}

}  // namespace
}  // namespace sheen
