// SPDX-License-Identifier: GPL-2.0
// The tools with a real LDAP server.
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cluster.h"
#include "lib/config_directory.h"
#include "lib/config_xml.h"
#include "lib/process.h"
#include "lib/strings.h"
#include "same_config.h"
#include "slapd.h"

namespace sheen {
namespace {

/// Two nodes that can both run the OST and the MDS of a group, and an OST that stays where it is.
constexpr const char *kPair =
    "--add net --node a --nid 10.0.0.1 --nettype tcp\n"
    "--add net --node b --nid 10.0.0.2 --nettype tcp --hostaddr 10.0.0.22 --hostaddr 10.0.0.21\n"
    "--add net --node client --nid '*' --nettype tcp\n"
    "--add mds --node a --mds meta --dev /dev/sdb --group pair --failover\n"
    "--add mds --node b --mds meta --dev /dev/sdb --group pair --failover\n"
    "--add lov --lov vol --mds meta\n"
    "--add ost --node a --ost data0 --lov vol --dev /dev/sdc --group pair --failover\n"
    "--add ost --node b --ost data0 --dev /dev/sdc --group pair --failover\n"
    "--add ost --node b --ost data1 --lov vol --dev /dev/sdd\n"
    "--add mtpt --node client --path /mnt/demo --mds meta --lov vol\n";

class SlapdTest : public testing::Test {
protected:
    void SetUp() override {
        if (!test::Slapd::Installed())
            GTEST_SKIP() << "there is no slapd here (Debian's package slapd)";
        ASSERT_EQ(slapd_.Start(), "");
    }

    /// What a tool prints, or its complaint.
    std::string Run(const std::string &tool, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), SHEEN_TOOLS_DIR "/" + tool);
        Result<std::string> out = RunProgram(arguments);
        code_ = out ? 0 : out.error().code;
        return out ? *out : out.error().what;
    }

    std::string Writing(const std::string &tool, std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--ldapurl", slapd_.url(), "--pwfile", slapd_.path("password")});
        return Run(tool, arguments);
    }

    std::string Load(const std::string &batch, const std::string &name = "demo") {
        slapd_.Write(name + ".xml", WriteXml(test::Build(batch)));
        return Writing("lmc", {"--load-ldap", slapd_.path(name + ".xml")});
    }

    std::string Fetch(const std::string &name = "demo") {
        return Run("lmc", {"--ldapurl", slapd_.url(), "--config", name});
    }

    /// What lconf would do on a node.
    std::string Plan(const std::string &node, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments = {"-n", "--node", node, "--config", "demo", "--ldapurl", slapd_.url()};

        arguments.insert(arguments.end(), more.begin(), more.end());
        return Run("lconf", arguments);
    }

    static std::string Meaning(const std::string &xml) {
        Result<ConfigDb> db = ParseXml(xml, "fetched", nullptr);
        return db ? test::Canonical(*db) : db.error().what;
    }

    test::Slapd slapd_;
    int code_ = 0;
};

TEST_F(SlapdTest, WhatIsLoadedIsReadBack) {
    EXPECT_EQ(Load(kPair), "");
    EXPECT_EQ(code_, 0);
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(kPair)));
    // To a file, and a second configuration beside the first.
    EXPECT_EQ(Load(test::kSmallCluster, "other"), "");
    EXPECT_EQ(Run("lmc", {"--ldapurl", slapd_.url(), "--config", "other", "-o", slapd_.path("out.xml")}), "");
    EXPECT_EQ(*ReadFile(slapd_.path("out.xml")), WriteXml(test::Build(test::kSmallCluster)));
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(kPair)));
}

TEST_F(SlapdTest, LoadingAgainChangesWhatDiffers) {
    std::string more = std::string(kPair) +
                       "--add net --node c --nid 10.0.0.3 --nettype tcp --timeout 3\n"
                       "--add ost --node c --ost data2 --lov vol --dev /dev/sdb\n";

    Load(more);
    EXPECT_EQ(Load(kPair), "");
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(kPair)));
    EXPECT_EQ(Load(more), "");
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(more)));
    EXPECT_EQ(Load(more), "");
}

// The active homes are what the directory is for: an old file does not bring them back.
TEST_F(SlapdTest, LoadingAgainKeepsActiveHomes) {
    Load(kPair);
    Result<Directory> directory = Directory::Connect(slapd_.url(), kDirectoryManager, "secret");
    ASSERT_TRUE(directory) << directory.error().what;
    Result<std::vector<Switch>> switches = PlanSwitch(test::Build(kPair), "pair", "b");
    ASSERT_TRUE(switches) << switches.error().what;
    ASSERT_EQ(switches->size(), 2u);
    for (const Switch &change : *switches)
        ASSERT_TRUE(ApplySwitch(&*directory, "demo", change));
    std::string moved = Fetch();
    EXPECT_NE(moved.find("<active_ref uuidref=\"OSD_data0_b_UUID\"/>"), std::string::npos);
    EXPECT_EQ(Load(kPair), "");
    EXPECT_EQ(Fetch(), moved);
}

TEST_F(SlapdTest, LconfDoesWhatTheDirectorySays) {
    slapd_.Write("demo.xml", WriteXml(test::Build(kPair)));
    Load(kPair);
    for (const char *node : {"a", "b", "client"}) {
        std::string from_file = Run("lconf", {"-n", "--node", node, slapd_.path("demo.xml")});
        EXPECT_EQ(code_, 0) << from_file;
        EXPECT_EQ(Plan(node), from_file);
    }
    EXPECT_NE(Plan("a").find("attach mds meta meta_UUID"), std::string::npos);
    EXPECT_NE(Plan("a").find("attach obdfilter data0"), std::string::npos);
    EXPECT_NE(Plan("b").find("OSD_data0_b is not active here"), std::string::npos);
    EXPECT_EQ(Plan("b").find("attach obdfilter data0"), std::string::npos);
    EXPECT_NE(Plan("b", {"--select", "data0=b"}).find("attach obdfilter data0"), std::string::npos);
    EXPECT_NE(Plan("nobody").find("no node nobody in demo at ldapi://"), std::string::npos);
    EXPECT_EQ(code_, 1);
}

TEST_F(SlapdTest, LconfTellsWhatIsWrongWithTheServer) {
    Load(kPair);
    EXPECT_NE(Run("lconf", {"-n", "--ldapurl", slapd_.url()}).find("--ldapurl requires --config"), std::string::npos);
    EXPECT_NE(Run("lconf", {"-n", "--ldapurl", slapd_.url(), "--config", "c", "c.xml"}).find("either in c.xml or at"),
              std::string::npos);
    EXPECT_NE(Run("lconf", {"-n", "--ldapurl", slapd_.url(), "--config", "c"}).find("no configuration c at"),
              std::string::npos);
    // The first server of a list that is there is asked.
    EXPECT_NE(Run("lconf", {"-n", "--ldapurl", "ldapi://%2Fnowhere " + slapd_.url(), "--config", "demo", "--node", "a"})
                  .find("attach mds meta"),
              std::string::npos);
    slapd_.Stop();
    EXPECT_NE(Plan("a").find("Unable to connect to ldap server:" + slapd_.url()), std::string::npos);
    EXPECT_EQ(code_, EHOSTUNREACH);
}

// A pair fails over and back; each node looks at the directory before it starts anything.
TEST_F(SlapdTest, ActiveHomesMoveWithTheirGroup) {
    Load(kPair);
    EXPECT_EQ(Writing("lactive", {"--config", "demo", "--group", "pair", "--active", "b"}),
              "meta: MDD_meta_a -> MDD_meta_b\ndata0: OSD_data0_a -> OSD_data0_b\n");
    // The node that has run them and comes back after a reboot starts neither.
    std::string a = Plan("a"), b = Plan("b");
    EXPECT_NE(a.find("MDD_meta_a is not active here"), std::string::npos);
    EXPECT_NE(a.find("OSD_data0_a is not active here"), std::string::npos);
    EXPECT_EQ(a.find("attach"), std::string::npos) << a;
    EXPECT_NE(b.find("attach mds meta meta_UUID"), std::string::npos);
    EXPECT_NE(b.find("attach obdfilter data0 data0_UUID"), std::string::npos);
    EXPECT_NE(b.find("attach obdfilter data1 data1_UUID"), std::string::npos);
    // New mounts try the active home first.
    EXPECT_NE(Plan("client").find("mount -t lustre 10.0.0.22@tcp:10.0.0.1@tcp:/demo"), std::string::npos)
        << Plan("client");
    // What the administrator says here and now goes before the directory, and does not change it.
    std::string chosen = Plan("a", {"--select", "meta=a"});
    EXPECT_NE(chosen.find("attach mds meta"), std::string::npos);
    EXPECT_EQ(chosen.find("attach obdfilter data0"), std::string::npos);
    EXPECT_EQ(Plan("b", {"--select", "meta=a,data0=a"}).find("attach mds meta"), std::string::npos);
    EXPECT_NE(Plan("a", {"--service", "pair"}).find("attach obdfilter data0"), std::string::npos);
    EXPECT_EQ(Plan("a"), a);
    // The group alone, as a cluster manager has it.
    EXPECT_EQ(Plan("b", {"--group", "pair"}).find("attach obdfilter data1"), std::string::npos);
    EXPECT_EQ(Writing("lactive", {"--config", "demo", "--group", "pair", "--active", "b"}), "");
    EXPECT_EQ(code_, 0);
    // One target by its name, and everything back.
    EXPECT_EQ(Writing("lactive", {"--config", "demo", "--group", "data0", "--active", "a"}),
              "data0: OSD_data0_b -> OSD_data0_a\n");
    EXPECT_EQ(Writing("lactive", {"--config", "demo", "--group", "pair", "--active", "a"}),
              "meta: MDD_meta_b -> MDD_meta_a\n");
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(kPair)));
}

TEST_F(SlapdTest, LactiveChangesNothingByMistake) {
    Load(std::string(kPair) +
         "--add net --node c --nid 10.0.0.3 --nettype tcp\n"
         "--add ost --node c --ost data0 --dev /dev/sdc\n");
    std::string before = Fetch();
    auto refusal = [&](std::vector<std::string> arguments) {
        std::string text = Writing("lactive", arguments);
        EXPECT_EQ(code_, 1) << text;
        return text;
    };

    EXPECT_NE(refusal({"--config", "demo", "--active", "b"}).find("--group is missing"), std::string::npos);
    EXPECT_NE(refusal({"--config", "demo", "--group", "pair"}).find("--active is missing"), std::string::npos);
    EXPECT_NE(refusal({"--group", "pair", "--active", "b"}).find("--config is missing"), std::string::npos);
    EXPECT_NE(refusal({"--config", "demo", "--group", "other", "--active", "b"}).find("no target is in group other"),
              std::string::npos);
    EXPECT_NE(refusal({"--config", "demo", "--group", "pair", "--active", "z"}).find("no node z"), std::string::npos);
    // It has a home of one of the two targets.
    EXPECT_NE(refusal({"--config", "demo", "--group", "pair", "--active", "c"}).find("node c has no device of meta"),
              std::string::npos);
    EXPECT_EQ(Writing("lactive", {"-n", "--config", "demo", "--group", "data0", "--active", "c"}),
              "data0: OSD_data0_a -> OSD_data0_c\n");
    EXPECT_NE(Run("lactive", {"--ldapurl", slapd_.url(), "--config", "demo", "--group", "pair", "--active", "b"})
                  .find("authentication"),
              std::string::npos);
    EXPECT_EQ(Fetch(), before);
    slapd_.Stop();
    Writing("lactive", {"--config", "demo", "--group", "pair", "--active", "b"});
    EXPECT_EQ(code_, EHOSTUNREACH);
}

TEST_F(SlapdTest, APasswordThatOthersCanReadIsWorthAWarning) {
    std::string warning;

    EXPECT_EQ(*ReadPassword(slapd_.path("password"), &warning), "secret");
    EXPECT_EQ(warning, "");
    slapd_.Write("password", "secret\r\nmore\n", 0640);
    EXPECT_EQ(*ReadPassword(slapd_.path("password"), &warning), "secret");
    EXPECT_NE(warning.find("can be read by others"), std::string::npos);
    slapd_.Write("password", "\nsecret\n");
    EXPECT_FALSE(ReadPassword(slapd_.path("password"), &warning));
}

std::string ManyTargets(int count) {
    std::string batch =
        "--add net --node m --nid 10.0.0.1 --nettype tcp\n--add mds --node m --mds meta --dev /dev/sda\n"
        "--add lov --lov big --mds meta\n";

    for (int i = 0; i < count; i++)
        batch += fmt::format(
            "--add net --node oss{0} --nid 10.1.{1}.{2} --nettype tcp\n"
            "--add ost --node oss{0} --ost ost{0} --lov big --dev /dev/sdb\n",
            i, i / 200, 1 + i % 200);
    return batch;
}

TEST_F(SlapdTest, HundredsOfTargets) {
    std::string batch = ManyTargets(400);

    EXPECT_EQ(Load(batch), "");
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(batch)));
}

// Servers give only some hundred entries to anybody unless they are told to; half a configuration is not taken.
TEST_F(SlapdTest, ALimitOfTheServerIsNamed) {
    Load(ManyTargets(110));
    slapd_.Stop();
    ASSERT_EQ(slapd_.Start(""), "");
    EXPECT_NE(Fetch().find("Size limit exceeded; give the server 'sizelimit unlimited'"), std::string::npos);
    EXPECT_EQ(code_, 1);
}

TEST_F(SlapdTest, MistakesAreNamed) {
    Load(kPair);
    EXPECT_NE(Fetch("nothing").find("there is no configuration nothing at ldapi://"), std::string::npos);
    EXPECT_EQ(code_, 1);
    EXPECT_NE(Run("lmc", {"--ldapurl", slapd_.url()}).find("--ldapurl requires --config"), std::string::npos);
    EXPECT_NE(
        Run("lmc", {"--load-ldap", slapd_.path("demo.xml"), "--ldapurl", "gopher://x"}).find("ldap server gopher"),
        std::string::npos);
    // Nobody writes without a password, or with a wrong one.
    slapd_.Write("demo.xml", WriteXml(test::Build(test::kSmallCluster)));
    EXPECT_NE(Run("lmc", {"--load-ldap", slapd_.path("demo.xml"), "--ldapurl", slapd_.url()}).find("authentication"),
              std::string::npos);
    slapd_.Write("password", "wrong\n");
    EXPECT_NE(Writing("lmc", {"--load-ldap", slapd_.path("demo.xml")}).find("Invalid credentials"), std::string::npos);
    EXPECT_EQ(Meaning(Fetch()), test::Canonical(test::Build(kPair)));
    slapd_.Stop();
    EXPECT_NE(Fetch().find("Unable to connect to ldap server:" + slapd_.url()), std::string::npos);
    EXPECT_EQ(code_, 1);
}

// For servers with cn=config, which get the schema as LDIF.
TEST_F(SlapdTest, TheSchemaAsLdif) {
    std::string config = slapd_.path("config");

    std::filesystem::create_directory(config);
    slapd_.Write("init.ldif",
                 "dn: cn=config\nobjectClass: olcGlobal\ncn: config\n\n"
                 "dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n");
    for (const std::string &ldif : {slapd_.path("init.ldif"), std::string(SHEEN_TOOLS_DIR "/lustre.ldif")}) {
        Result<std::string> done = RunProgram({"/usr/sbin/slapadd", "-n", "0", "-F", config, "-l", ldif});
        ASSERT_TRUE(done) << done.error().what;
    }
    Result<std::string> all = RunProgram({"/usr/sbin/slapcat", "-n", "0", "-F", config});
    ASSERT_TRUE(all) << all.error().what;
    EXPECT_NE(all->find("NAME 'LUSTRECONFIG'"), std::string::npos);
    EXPECT_NE(all->find("NAME 'UPDATE'"), std::string::npos);
}

}  // namespace
}  // namespace sheen
