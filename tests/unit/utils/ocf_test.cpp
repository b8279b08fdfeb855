// SPDX-License-Identifier: GPL-2.0
// The resource agent, with the real tools but for what would need a kernel: targets "run" when their names are in a
// file.  tests/cluster runs it with real targets.
#include <sys/stat.h>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cluster.h"
#include "lib/config_xml.h"
#include "lib/process.h"
#include "lib/strings.h"
#include "slapd.h"

namespace sheen {
namespace {

constexpr const char *kShellFunctions = "/usr/lib/ocf/lib/heartbeat/ocf-shellfuncs";
constexpr const char *kTester = "/usr/sbin/ocf-tester";

constexpr const char *kPair =
    "--add net --node a --nid 10.0.0.1 --nettype tcp\n"
    "--add net --node b --nid 10.0.0.2 --nettype tcp\n"
    "--add net --node c --nid 10.0.0.3 --nettype tcp\n"
    "--add mds --node a --mds meta --dev /dev/sdb --group pair --failover\n"
    "--add mds --node b --mds meta --dev /dev/sdb --group pair --failover\n"
    "--add lov --lov vol --mds meta\n"
    "--add ost --node a --ost data0 --lov vol --dev /dev/sdc --group pair --failover\n"
    "--add ost --node b --ost data0 --dev /dev/sdc --group pair --failover\n"
    "--add ost --node b --ost data1 --lov vol --dev /dev/sdd\n";

/// Takes a plan of the real lconf as done.  A file "refuse" makes it fail like one whose disk is in use.
constexpr const char *kLconf = R"(#!/bin/sh
echo "$*" >> @dir@/calls
case " $* " in *" --noexec "*) exec @tools@/lconf "$@" ;; esac
plan=$(@tools@/lconf --noexec "$@") || exit
[ ! -e @dir@/refuse ] || { echo "lconf: disk in use" >&2; exit 16; }
touch @dir@/devices
echo "$plan" | while read -r plus verb type name uuid; do
    case $verb in
    attach) echo "  0 UP $type $name $uuid 3" >> @dir@/devices ;;
    cfg_device) case " $* " in
        *" --cleanup "*) grep -v " $type " @dir@/devices > @dir@/rest; mv @dir@/rest @dir@/devices ;; esac ;;
    esac
done
)";

constexpr const char *kLctl = R"(#!/bin/sh
[ -e @dir@/devices ] || exit 19
exec cat @dir@/devices
)";

class OcfTest : public testing::Test {
protected:
    enum { kSuccess = 0, kGeneric = 1, kUnimplemented = 3, kInstalled = 5, kConfigured = 6, kNotRunning = 7 };

    void SetUp() override {
        if (access(kShellFunctions, R_OK) < 0)
            GTEST_SKIP() << "there is no " << kShellFunctions << " here (Debian's package resource-agents)";
        std::filesystem::create_directory(slapd_.path("bin"));
        Tool("lconf", kLconf);
        Tool("lctl", kLctl);
        for (const char *tool : {"lmc", "lactive"})
            std::filesystem::create_symlink(SHEEN_TOOLS_DIR "/" + std::string(tool), slapd_.path("bin/") + tool);
        slapd_.Write("demo.xml", WriteXml(test::Build(kPair)));
        Set("target", "pair");
        Set("config", slapd_.path("demo.xml"));
        Set("node", "a");
    }

    void Tool(const std::string &name, std::string text) {
        for (const auto &[word, value] :
             {std::pair<std::string, std::string>{"@dir@", slapd_.path("")}, {"@tools@", SHEEN_TOOLS_DIR}})
            for (size_t at; (at = text.find(word)) != std::string::npos;)
                text.replace(at, word.size(), value);
        slapd_.Write("bin/" + name, text, 0755);
    }

    void Set(const std::string &parameter, const std::string &value) { parameters_[parameter] = value; }

    /// The agent's exit status; what it says goes to said_.
    int Agent(const std::string &action) {
        std::vector<std::string> words = {"env",
                                          "PATH=" + slapd_.path("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin",
                                          "HA_RSCTMP=" + slapd_.path("state"),
                                          "OCF_ROOT=/usr/lib/ocf",
                                          "OCF_RESOURCE_INSTANCE=r",
                                          "HA_LOGFILE=/dev/null"};
        for (const auto &[name, value] : parameters_)
            words.push_back("OCF_RESKEY_" + name + "=" + value);
        words.insert(words.end(), {SHEEN_SOURCE_DIR "/config/ocf/Target", action});
        Result<std::string> out = RunProgram(words);
        said_ = out ? *out : out.error().what;
        return out ? 0 : out.error().code;
    }

    std::string Devices() {
        Result<std::string> text = ReadFile(slapd_.path("devices"));
        return text ? *text : "";
    }

    test::Slapd slapd_;
    std::map<std::string, std::string> parameters_;
    std::string said_;
};

TEST_F(OcfTest, StartsWatchesAndStopsAGroup) {
    EXPECT_EQ(Agent("monitor"), kNotRunning);
    EXPECT_EQ(Agent("validate-all"), kSuccess) << said_;
    EXPECT_EQ(Agent("start"), kSuccess) << said_;
    EXPECT_NE(Devices().find(" mds meta "), std::string::npos);
    EXPECT_NE(Devices().find(" obdfilter data0 "), std::string::npos);
    EXPECT_EQ(Agent("monitor"), kSuccess) << said_;
    EXPECT_EQ(Agent("start"), kSuccess);
    EXPECT_EQ(Agent("stop"), kSuccess) << said_;
    EXPECT_EQ(Devices(), "");
    EXPECT_EQ(Agent("monitor"), kNotRunning);
    EXPECT_EQ(Agent("stop"), kSuccess);
    std::string calls = *ReadFile(slapd_.path("calls"));
    EXPECT_NE(calls.find("--maxlevel 40 --service pair --node a --config demo"), std::string::npos) << calls;
    EXPECT_NE(calls.find("--cleanup --failover --group pair --node a --config demo"), std::string::npos) << calls;
}

TEST_F(OcfTest, OneTargetOfANodeLeavesOthersAlone) {
    Set("node", "b");
    Set("target", "data1");
    slapd_.Write("devices", "  0 UP obdfilter data0 data0_UUID 3\n");
    EXPECT_EQ(Agent("monitor"), kNotRunning);
    EXPECT_EQ(Agent("start"), kSuccess) << said_;
    EXPECT_EQ(Agent("monitor"), kSuccess);
    EXPECT_EQ(Devices().find("meta"), std::string::npos);
    EXPECT_EQ(Agent("stop"), kSuccess) << said_;
    EXPECT_NE(Devices().find("data0"), std::string::npos);
    EXPECT_EQ(Devices().find("data1"), std::string::npos);
}

TEST_F(OcfTest, HalfAGroupIsAnError) {
    ASSERT_EQ(Agent("start"), kSuccess) << said_;
    slapd_.Write("devices", "  0 UP obdfilter data0 data0_UUID 3\n");
    EXPECT_EQ(Agent("monitor"), kGeneric);
    EXPECT_NE(said_.find("running: data0; not running: meta"), std::string::npos) << said_;
    slapd_.Write("devices", "  0 ST obdfilter data0 data0_UUID 3\n");
    EXPECT_EQ(Agent("monitor"), kGeneric);
    EXPECT_NE(said_.find("data0 is neither up nor stopped"), std::string::npos) << said_;
    EXPECT_EQ(Agent("stop"), kSuccess) << said_;
}

TEST_F(OcfTest, FailuresSayWhy) {
    slapd_.Write("refuse", "");
    EXPECT_EQ(Agent("start"), kGeneric);
    EXPECT_NE(said_.find("disk in use"), std::string::npos) << said_;
    EXPECT_EQ(Agent("monitor"), kNotRunning);
    std::filesystem::remove(slapd_.path("refuse"));
    ASSERT_EQ(Agent("start"), kSuccess);
    // A stop that fails says so: the cluster has to fence the node.
    slapd_.Write("refuse", "");
    EXPECT_EQ(Agent("stop"), kGeneric);
    EXPECT_EQ(Agent("monitor"), kSuccess);
}

TEST_F(OcfTest, MistakesAreNamed) {
    Set("node", "c");
    EXPECT_EQ(Agent("validate-all"), kInstalled);
    EXPECT_NE(said_.find("node c is no home of pair"), std::string::npos) << said_;
    EXPECT_EQ(Agent("start"), kInstalled);
    Set("config", "/nowhere/demo.xml");
    EXPECT_EQ(Agent("start"), kInstalled);
    EXPECT_EQ(Agent("monitor"), kNotRunning);
    EXPECT_EQ(Agent("stop"), kSuccess);
    Set("target", "");
    EXPECT_EQ(Agent("validate-all"), kConfigured);
    EXPECT_EQ(Agent("dance"), kUnimplemented);
}

// What runs is watched and stopped without the file that it was started from.
TEST_F(OcfTest, TheConfigurationOfTheStartCounts) {
    ASSERT_EQ(Agent("start"), kSuccess) << said_;
    slapd_.Write("demo.xml", "");
    EXPECT_EQ(Agent("monitor"), kSuccess) << said_;
    EXPECT_EQ(Agent("stop"), kSuccess) << said_;
    EXPECT_EQ(Agent("start"), kGeneric);
}

TEST_F(OcfTest, AStartMovesTheActiveHomeInTheDirectory) {
    if (!test::Slapd::Installed())
        GTEST_SKIP() << "there is no slapd here (Debian's package slapd)";
    ASSERT_EQ(slapd_.Start(), "");
    Result<std::string> loaded = RunProgram({SHEEN_TOOLS_DIR "/lmc", "--load-ldap", slapd_.path("demo.xml"),
                                             "--ldapurl", slapd_.url(), "--pwfile", slapd_.path("password")});
    ASSERT_TRUE(loaded) << loaded.error().what;
    auto active = [&] {
        Result<std::string> xml = RunProgram({SHEEN_TOOLS_DIR "/lmc", "--ldapurl", slapd_.url(), "--config", "demo"});
        Result<ConfigDb> db = ParseXml(*xml, "test", nullptr);
        return db->FirstRef(*db->FindName("mds", "meta"), "active")->name() + " " +
               db->FirstRef(*db->FindName("ost", "data0"), "active")->name();
    };
    Set("config", "demo");
    Set("ldapurl", slapd_.url());
    Set("node", "b");
    EXPECT_EQ(Agent("start"), kSuccess) << said_;
    EXPECT_EQ(active(), "MDD_meta_a OSD_data0_a");
    EXPECT_EQ(Agent("stop"), kSuccess) << said_;
    Set("pwfile", slapd_.path("password"));
    EXPECT_EQ(Agent("start"), kSuccess) << said_;
    EXPECT_EQ(active(), "MDD_meta_b OSD_data0_b");
    // Without the server all goes on, but nothing starts.
    slapd_.Stop();
    EXPECT_EQ(Agent("monitor"), kSuccess) << said_;
    EXPECT_EQ(Agent("stop"), kSuccess) << said_;
    EXPECT_EQ(Agent("monitor"), kNotRunning);
    EXPECT_EQ(Agent("start"), kGeneric);
    EXPECT_NE(said_.find("Unable to connect to ldap server:"), std::string::npos) << said_;
}

TEST_F(OcfTest, PassesTheTesterOfThePackage) {
    if (access(kTester, X_OK) < 0)
        GTEST_SKIP() << "there is no " << kTester << " here";
    std::string path = "PATH=" + slapd_.path("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin";
    std::string agent = slapd_.path("Target");

    // It also runs the agent as nobody.
    chmod(slapd_.path("").c_str(), 0755);
    slapd_.Write("Target", *ReadFile(SHEEN_SOURCE_DIR "/config/ocf/Target"), 0755);
    Result<std::string> out =
        RunProgram({"env", path, "HA_RSCTMP=" + slapd_.path("state"), kTester, "-n", "r", "-o", "target=pair", "-o",
                    "node=a", "-o", "config=" + slapd_.path("demo.xml"), agent});
    ASSERT_TRUE(out) << out.error().what;
    EXPECT_NE(out->find("passed all tests"), std::string::npos) << *out;
    EXPECT_EQ(out->find("* rc="), std::string::npos) << *out;
}

}  // namespace
}  // namespace sheen
