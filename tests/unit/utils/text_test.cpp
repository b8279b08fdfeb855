// SPDX-License-Identifier: GPL-2.0
// Small helpers: numbers, sizes, words, tables, parameters.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "lctl/lctl.h"
#include "lib/output.h"
#include "lib/parameters.h"
#include "lib/process.h"
#include "lib/strings.h"

namespace sheen {
namespace {

TEST(Text, Numbers) {
    EXPECT_EQ(ParseInt("12"), 12);
    EXPECT_EQ(ParseInt("-12"), -12);
    EXPECT_EQ(ParseInt("0x10"), 16);
    for (const char *bad : {"", "-", "1x", " 1", "--1", "0x", "99999999999999999999", "+1"})
        EXPECT_FALSE(ParseInt(bad)) << bad;
    EXPECT_EQ(ParseSize("4M"), 4u << 20);
    EXPECT_EQ(ParseSize("64k"), 65536u);
    for (const char *bad : {"", "M", "-1M", "9999999999P"})
        EXPECT_FALSE(ParseSize(bad)) << bad;
    EXPECT_EQ(HumanSize(1536), "1.5K");
    EXPECT_EQ(HumanSize(12), "12");
    EXPECT_EQ(HumanSize(UINT64_MAX), "16.0E");
}

TEST(Text, QuotedWordsComeBack) {
    for (const std::string word : {"plain", "two words", "it's", "", "a\\b", "\"q\"", "$x;*"}) {
        Result<std::vector<std::string>> words = SplitQuoted(Quote(word));
        ASSERT_TRUE(words);
        EXPECT_EQ(*words, std::vector<std::string>{word});
    }
    EXPECT_EQ(*SplitQuoted("a\"b \\\" c\"d  e"), (std::vector<std::string>{"ab \" cd", "e"}));
}

TEST(Text, Tables) {
    Table table({{"name", "NAME", false, 0}, {"size", "SIZE", true, 0}});

    table.Add({"a", 5});
    table.Add({"long", 1000});
    EXPECT_EQ(table.Text(), "NAME SIZE\na       5\nlong 1000\n");
    EXPECT_EQ(table.Json().dump(), "[{\"name\":\"a\",\"size\":5},{\"name\":\"long\",\"size\":1000}]");
}

TEST(Text, ParametersAreFoundByDottedNames) {
    char root[] = "/tmp/sheen-parameters-XXXXXX";

    ASSERT_NE(mkdtemp(root), nullptr);
    std::filesystem::create_directories(std::string(root) + "/peers/10.0.0.1@tcp");
    std::ofstream(std::string(root) + "/peers/10.0.0.1@tcp/credits") << "8\n";
    std::ofstream(std::string(root) + "/timeout") << "100\n";
    for (const char *pattern : {"peers.10.0.0.1@tcp.credits", "peers.*.credits", "peers/*/credits", "p*.*.c*"}) {
        Result<std::vector<Parameter>> found = FindParameters(pattern, {root});
        ASSERT_TRUE(found) << pattern;
        ASSERT_EQ(found->size(), 1u) << pattern;
        EXPECT_EQ(found->front().name, "peers.10.0.0.1@tcp.credits");
    }
    EXPECT_FALSE(FindParameters("../*", {root}));
    EXPECT_FALSE(FindParameters("nothing", {root}));
    EXPECT_EQ(FindParameters("*", {root})->size(), 2u);
    std::filesystem::remove_all(root);
}

TEST(Text, ProgramsThatFailSayWhy) {
    EXPECT_EQ(*RunProgram({"echo", "hello"}), "hello\n");
    Result<std::string> failed = RunProgram({"sh", "-c", "echo first >&2; echo last >&2; exit 7"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, 7);
    EXPECT_NE(failed.error().what.find(": last"), std::string::npos);
    EXPECT_EQ(RunProgram({"/no/such/program"}, "install it").error().hint, "install it");
}

Result<> RunScript(const std::string &script, bool *quit) {
    lctl::Session session;
    FILE *input = fmemopen(const_cast<char *>(script.data()), script.size(), "r");
    Result<> done = lctl::RunStream(&session, input, false);

    fclose(input);
    *quit = session.quit;
    return done;
}

TEST(Lctl, ScriptsStopAtTheFirstError) {
    bool quit;

    EXPECT_FALSE(RunScript("nonsense\nquit\n", &quit));
    EXPECT_FALSE(quit);
    EXPECT_FALSE(RunScript("ignore_errors\nnonsense\nquit\n", &quit));
    EXPECT_TRUE(quit);
    EXPECT_TRUE(RunScript("# comment\n\nQUI\n", &quit));
    EXPECT_TRUE(quit);
    Result<> done = RunScript("de\n", &quit);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("not unique"), std::string::npos);
}

}  // namespace
}  // namespace sheen
