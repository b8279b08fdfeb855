// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <vector>

#include "error.h"
#include "options.h"

namespace sheen::vm {
namespace {

Options parse(std::vector<std::string> words) {
    words.insert(words.begin(), "sheen-run");
    std::vector<char *> argv;
    for (std::string &word : words)
        argv.push_back(word.data());
    return parse_options(static_cast<int>(argv.size()), argv.data());
}

TEST(CommandLine, OptionsMayStandAnywhere) {
    const Options options = parse({"--kernel", "6.12", "demo", "--full"});
    EXPECT_EQ(options.verb, "demo");
    EXPECT_EQ(options.kernel, "6.12");
    EXPECT_TRUE(options.full);
}

TEST(CommandLine, WhatFollowsSshNodeIsTheCommand) {
    const Options options = parse({"ssh", "mds1", "ls", "--full", "-l"});
    EXPECT_EQ(options.arguments, (std::vector<std::string>{"mds1", "ls", "--full", "-l"}));
    EXPECT_FALSE(options.full);
}

TEST(CommandLine, ChoosesNodes) {
    const ClusterOptions cluster = parse({"up", "--nodes=oss2,mds1"}).cluster();
    ASSERT_EQ(cluster.nodes.size(), 2u);
    EXPECT_EQ(cluster.nodes[0].name, "oss2");
    EXPECT_TRUE(cluster.nodes[1].server);
}

TEST(CommandLine, BenchSaysWhatToKeep) {
    const Options options = parse({"bench", "--json", "out.json", "--rounds=3", "--filter", "stat", "--quick"});
    EXPECT_EQ(options.json, std::filesystem::absolute("out.json"));
    EXPECT_FALSE(options.plot.empty());
    EXPECT_EQ(options.rounds, 3);
    EXPECT_EQ(options.words.size(), 7u);
    EXPECT_TRUE(options.quick);
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
    EXPECT_THROW(parse({"bench", "--rounds", "0"}), Error);
    EXPECT_THROW(parse({"up", "--colour"}), Error);
    EXPECT_THROW(parse({"up", "--kernel"}), Error);
    EXPECT_THROW(parse({"up", "--full=yes"}), Error);
    EXPECT_THROW(parse({"up", "--memory", "lots"}), Error);
    EXPECT_THROW(parse({"up", "--share", "/no/such/folder"}), Error);
    EXPECT_THROW(parse({"up", "--nodes", "oss7"}).cluster(), Error);
}

}  // namespace
}  // namespace sheen::vm
