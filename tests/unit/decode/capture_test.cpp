// SPDX-License-Identifier: GPL-2.0
// Traffic between stock nodes: every message is understood in full, and encodes to what was sent. The captures that
// are too large for the repository are read from $SHEEN_CAPTURES when that is set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "lib/decode/capture.h"

namespace sheen::decode {
namespace {

std::vector<std::string> Files(const std::string &folder) {
    std::vector<std::string> files;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".pcap")
            files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

void ExpectUnderstood(const std::string &file, const Capture::Sink &also = {}) {
    size_t count = 0;
    const Result<CaptureFaults> faults = DecodeFile(file, [&](const Message &message) {
        count++;
        EXPECT_EQ(count, message.number);
        EXPECT_EQ(0u, CountUnknown(message.value)) << file << " " << message.number << "\n" << Show(message.value, 0);
        EXPECT_TRUE(message.Same()) << file << " " << message.number << "\n" << Show(message.value, 0);
        EXPECT_FALSE(Json(message.value).dump().empty());
        if (also)
            also(message);
    });
    ASSERT_TRUE(faults) << faults.error().what;
    EXPECT_LT(0u, count) << file;
    EXPECT_EQ(0u, faults->cut) << file;
    EXPECT_EQ(0u, faults->fragments) << file;
    EXPECT_EQ(0u, faults->missing) << file;
}

TEST(CaptureTest, EveryMessageIsUnderstood) {
    const auto files = Files(SHEEN_CAPTURES);
    ASSERT_LT(15u, files.size());
    for (const std::string &file : files)
        ExpectUnderstood(file);
}

TEST(CaptureTest, EveryMessageOfMoreCaptures) {
    const char *folder = getenv("SHEEN_CAPTURES");
    if (!folder)
        GTEST_SKIP() << "SHEEN_CAPTURES names no folder with more captures";
    for (const std::string &file : Files(folder))
        ExpectUnderstood(file);
}

// Requests that a client sent, by number and operation.
using Requests = std::set<std::pair<uint64_t, uint64_t>>;

const Value *Descend(const Value &value, const std::vector<std::string> &path) {
    const Value *at = &value;
    for (const std::string &name : path)
        at = at ? at->Find(name) : nullptr;
    return at;
}

Requests RequestsIn(const std::string &file) {
    constexpr uint64_t kRequest = 4711;
    Requests requests;

    ExpectUnderstood(file, [&](const Message &message) {
        const Value *type = Descend(message.value, {"message", "buffers", "body", "type"});
        if (!type || type->number != kRequest || !message.from.starts_with("10.99.0.2:"))
            return;
        requests.insert({Descend(message.value, {"lnet", "match_bits"})->number,
                         Descend(message.value, {"message", "buffers", "body", "opc"})->number});
    });
    return requests;
}

// SEND process:uuid:pid:number:nid:operation:job
Requests RequestsListed(const std::string &file) {
    std::ifstream list(file);
    std::string line;
    Requests requests;

    while (std::getline(list, line)) {
        if (!line.starts_with("SEND "))
            continue;
        std::vector<std::string> words;
        std::stringstream rest(line);
        for (std::string word; std::getline(rest, word, ':');)
            words.push_back(word);
        if (words.size() >= 6)
            requests.insert({std::stoull(words[3]), std::stoull(words[5])});
    }
    return requests;
}

TEST(CaptureTest, AllRequestsThatTheClientListed) {
    size_t compared = 0;
    for (const std::string &file : Files(SHEEN_CAPTURES)) {
        const std::string list = file.substr(0, file.size() - std::string(".pcap").size()) + ".rpc.txt";
        if (!std::filesystem::exists(list))
            continue;
        const Requests sent = RequestsIn(file), listed = RequestsListed(list);
        // The client does not list every request, nor is each of those here its own.
        EXPECT_TRUE(std::includes(sent.begin(), sent.end(), listed.begin(), listed.end())) << file;
        compared += listed.size();
    }
    EXPECT_LT(80u, compared);
}

// A few values that are known from elsewhere.
TEST(CaptureTest, FieldsAreWhatTheyShouldBe) {
    std::map<std::string, std::string> found;
    ExpectUnderstood(std::string(SHEEN_CAPTURES) + "/06-create.pcap", [&](const Message &message) {
        const Value *name = Descend(message.value, {"message", "buffers", "name"});
        const Value *mode = Descend(message.value, {"message", "buffers", "rec", "mode"});
        if (name && mode) {
            found["name"] = name->bytes;
            found["mode"] = std::to_string(mode->number & 0777);
            found["intent"] = Descend(message.value, {"message", "buffers", "intent", "opc"})->note;
        }
    });
    EXPECT_EQ(std::string("c1\0", 3), found["name"]);
    EXPECT_EQ(std::to_string(0640), found["mode"]);
    EXPECT_EQ("OPEN|CREAT", found["intent"]);
}

TEST(CaptureTest, FilesThatAreNoCaptures) {
    EXPECT_FALSE(DecodeFile("/nonexistent", {}));
    EXPECT_FALSE(DecodeFile(std::string(SHEEN_CAPTURES) + "/README.md", {}));
}

}  // namespace
}  // namespace sheen::decode
