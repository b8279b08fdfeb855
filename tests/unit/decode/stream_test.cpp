// SPDX-License-Identifier: GPL-2.0
// Segments in any order, messages in any pieces, and packets that mean no good.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "lib/decode/capture.h"
#include "lib/decode/stream.h"

namespace sheen::decode {
namespace {

TEST(ReassemblyTest, InOrderAndRepeated) {
    Reassembly r;
    EXPECT_EQ("", r.Add(99, true, ""));
    EXPECT_EQ("abc", r.Add(100, false, "abc"));
    EXPECT_EQ("", r.Add(100, false, "abc"));
    EXPECT_EQ("de", r.Add(101, false, "bcde"));
    EXPECT_EQ("f", r.Add(105, false, "f"));
    EXPECT_EQ(0u, r.pending());
}

TEST(ReassemblyTest, OutOfOrderAcrossTheEndOfTheNumbers) {
    Reassembly r;
    EXPECT_EQ("ab", r.Add(0xfffffffe, false, "ab"));
    EXPECT_EQ("", r.Add(4, false, "ghi"));
    EXPECT_EQ("", r.Add(2, false, "efg"));
    EXPECT_EQ(6u, r.pending());
    EXPECT_EQ("cdefghi", r.Add(0, false, "cd"));
    EXPECT_EQ(0u, r.pending());
}

TEST(ReassemblyTest, ANewConnectionStartsAnew) {
    Reassembly r;
    r.Add(10, true, "");
    r.Add(20, false, "late");
    EXPECT_EQ(4u, r.pending());
    EXPECT_EQ("", r.Add(1000, true, ""));
    EXPECT_EQ(0u, r.pending());
    EXPECT_EQ("x", r.Add(1001, false, "x"));
}

TEST(ReassemblyTest, AnyOrder) {
    std::mt19937 random(1);
    for (int round = 0; round < 100; round++) {
        std::string text;
        std::vector<std::pair<uint32_t, std::string>> segments;
        const uint32_t start = random();
        for (int i = 0; i < 50; i++) {
            const std::string piece(1 + random() % 9, static_cast<char>('a' + i % 26));
            // Some overlap with what is before them.
            const size_t back = std::min<size_t>(text.size(), random() % 4);
            segments.push_back({start + 1 + static_cast<uint32_t>(text.size() - back), text.substr(text.size() - back) + piece});
            text += piece;
        }
        std::shuffle(segments.begin(), segments.end(), random);
        Reassembly r;
        std::string got = r.Add(start, true, "");
        for (const auto &[sequence, bytes] : segments)
            got += r.Add(sequence, false, bytes);
        ASSERT_EQ(text, got);
        ASSERT_EQ(0u, r.pending());
    }
}

// The directions of a capture, as streams.
std::vector<std::string> Streams(const std::string &name) {
    std::map<std::string, std::string> streams;
    const auto faults = DecodeFile(std::string(SHEEN_CAPTURES) + "/" + name, [&](const Message &message) {
        streams[message.from + message.to] += message.bytes;
    });
    EXPECT_TRUE(faults);
    std::vector<std::string> all;
    for (const auto &[flow, bytes] : streams)
        all.push_back(bytes);
    return all;
}

struct Outcome {
    size_t messages = 0;
    size_t unknown = 0;
    size_t bytes = 0;
};

Outcome Feed(const std::string &stream, size_t piece) {
    Conversation conversation;
    Outcome outcome;
    SocketStream socket(&conversation, [&](const std::string &, const Value &value, std::string_view bytes) {
        outcome.messages++;
        outcome.unknown += CountUnknown(value);
        outcome.bytes += bytes.size();
        EXPECT_EQ(bytes, Encode(value));
    });
    for (size_t at = 0; at < stream.size(); at += piece)
        socket.Add(std::string_view(stream).substr(at, piece));
    socket.Finish();
    return outcome;
}

TEST(SocketStreamTest, PiecesDoNotMatter) {
    for (const std::string &stream : Streams("01-lctl-ping-fresh.pcap")) {
        const Outcome whole = Feed(stream, stream.size());
        EXPECT_EQ(stream.size(), whole.bytes);
        for (const size_t piece : {1, 7, 100}) {
            const Outcome cut = Feed(stream, piece);
            EXPECT_EQ(whole.messages, cut.messages);
            EXPECT_EQ(whole.bytes, cut.bytes);
        }
    }
}

TEST(SocketStreamTest, TheEndIsToldOf) {
    // The client's; the server's would need it to be understood.
    const std::string stream = Streams("06-create.pcap").back();
    const Outcome whole = Feed(stream, stream.size()), cut = Feed(stream.substr(0, stream.size() - 1), stream.size());
    EXPECT_EQ(whole.messages, cut.messages);
    EXPECT_EQ(stream.size() - 1, cut.bytes);
    EXPECT_EQ(0u, whole.unknown);
    EXPECT_EQ(1u, cut.unknown);
}

// Whatever is damaged, what is shown is what was sent.
TEST(SocketStreamTest, Damage) {
    static const char kBytes[] = {0, 1, 7, 127, -128, -1};
    std::mt19937 random(1);
    for (const char *name : {"01-lctl-ping-fresh.pcap", "06-create.pcap", "20-statfs.pcap"}) {
        for (const std::string &stream : Streams(name)) {
            for (int i = 0; i < 300; i++) {
                std::string bad = stream;
                for (int k = random() % 8; k >= 0; k--)
                    bad[random() % bad.size()] = random() % 2 ? kBytes[random() % sizeof(kBytes)] : static_cast<char>(random());
                EXPECT_EQ(bad.size(), Feed(bad, bad.size()).bytes);
            }
        }
    }
}

TEST(SocketStreamTest, SomethingElseAltogether) {
    const Outcome outcome = Feed("GET / HTTP/1.1\r\n\r\n", 3);
    EXPECT_EQ(1u, outcome.messages);
    EXPECT_EQ(1u, outcome.unknown);
}

TEST(CaptureTest, PacketsOfAllKinds) {
    std::mt19937 random(1);
    size_t messages = 0;
    Capture capture([&](const Message &message) {
        messages++;
        EXPECT_TRUE(message.Same());
    });
    for (int i = 0; i < 100000; i++) {
        std::string packet(random() % 90, '\0');
        for (char &byte : packet)
            byte = static_cast<char>(random());
        // Often enough an IP packet to port 988.
        if (packet.size() >= 40 && random() % 4) {
            packet[0] = 0x45;
            packet[6] = packet[7] = 0;
            packet[9] = 6;
            packet[22] = 3;
            packet[23] = static_cast<char>(0xdc);
            packet[12] = packet[13] = packet[16] = packet[17] = 0;
        }
        capture.Add(static_cast<Link>(random() % 4), i, packet, packet.size() + random() % 2);
    }
    EXPECT_LT(0u, capture.Finish().cut);
    EXPECT_LT(0u, messages);
}

}  // namespace
}  // namespace sheen::decode
