// SPDX-License-Identifier: GPL-2.0
// Packing of messages, and messages from somebody who means no good.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include <asm/byteorder.h>
#include <linux/types.h>

extern "C" {
#include "obd/wire/wire.h"
}

namespace {

// A message in memory of exactly its size, so that a step outside is noticed.
class Message {
public:
    explicit Message(const std::vector<u32> &lens)
        : size_(wire_msg_size(lens.size(), lens.data())), mem_(new u8[size_]) {
        wire_msg_init(get(), lens.size(), lens.data());
    }
    Message(const void *bytes, size_t size) : size_(size), mem_(new u8[size ? size : 1]) {
        memcpy(mem_.get(), bytes, size);
    }
    wire_msg *get() { return reinterpret_cast<wire_msg *>(mem_.get()); }
    u32 size() const { return size_; }
    int Check() { return wire_msg_check(get(), size_); }

private:
    u32 size_;
    std::unique_ptr<u8[]> mem_;
};

constexpr u32 kBody = sizeof(wire_body);

TEST(WireMsgTest, PackAndFind) {
    Message m({kBody, 5, 0, 16});

    EXPECT_EQ(static_cast<int>(m.size()), m.Check());
    EXPECT_EQ(0u, m.size() % 8);
    EXPECT_EQ(48u, reinterpret_cast<u8 *>(wire_msg_body(m.get())) - reinterpret_cast<u8 *>(m.get()));
    EXPECT_EQ(5u, wire_msg_buflen(m.get(), 1));
    EXPECT_NE(nullptr, wire_msg_buf(m.get(), 1, 5));
    EXPECT_EQ(nullptr, wire_msg_buf(m.get(), 1, 6));
    EXPECT_EQ(nullptr, wire_msg_buf(m.get(), 4, 0));
    EXPECT_EQ(0u, wire_msg_buflen(m.get(), 4));
    EXPECT_EQ(8, static_cast<u8 *>(wire_msg_buf(m.get(), 3, 16)) - static_cast<u8 *>(wire_msg_buf(m.get(), 1, 5)));
}

TEST(WireMsgTest, SizeThatDoesNotFitIsRefused) {
    const u32 lens[] = {0xffffffff, 0xffffffff};
    EXPECT_EQ(0u, wire_msg_size(2, lens));
}

// What follows the connect data counts only when it is whole and is ours.
TEST(WireVendorTest, OnlyOurOwnBlockIsRead) {
    constexpr u32 kLen = sizeof(wire_connect) + sizeof(wire_vendor);
    std::unique_ptr<u8[]> mem(new u8[kLen]());
    auto *data = reinterpret_cast<wire_connect *>(mem.get());
    auto *vendor = reinterpret_cast<wire_vendor *>(data + 1);

    EXPECT_EQ(0u, wire_vendor_features(data, kLen));
    wire_vendor_init(vendor, 5);
    EXPECT_EQ(5u, wire_vendor_features(data, kLen));
    EXPECT_EQ(0u, wire_vendor_features(data, kLen - 1));
    EXPECT_EQ(0u, wire_vendor_features(data, sizeof(wire_connect)));
    for (unsigned int i = 0; i < 16; i++) {
        vendor->magic[i] ^= 1;
        EXPECT_EQ(0u, wire_vendor_features(data, kLen));
        vendor->magic[i] ^= 1;
    }
}

TEST(WireMsgTest, OldBodiesWithoutJobIdAreTaken) {
    EXPECT_LT(0, Message({152}).Check());
    EXPECT_EQ(-EPROTO, Message({151}).Check());
}

TEST(WireMsgTest, OtherByteOrderIsNamed) {
    Message m({kBody});
    m.get()->magic = cpu_to_le32(WIRE_MSG_MAGIC_SWABBED);
    EXPECT_EQ(-EAFNOSUPPORT, m.Check());
}

TEST(WireMsgTest, EveryCutIsRefused) {
    Message whole({kBody, 24, 3});
    for (u32 size = 0; size < whole.size(); size++) {
        Message cut(whole.get(), size);
        const int rc = cut.Check();
        // Only the padding after the last buffer may be missing.
        EXPECT_EQ(size >= whole.size() - 5, rc > 0) << size;
    }
}

TEST(WireMsgTest, ShrinkMovesWhatIsBehind) {
    Message m({kBody, 40, 8});
    *static_cast<u64 *>(wire_msg_buf(m.get(), 2, 8)) = 0x1122334455667788;
    memset(wire_msg_buf(m.get(), 1, 40), 'x', 40);
    const u32 size = wire_msg_shrink(m.get(), 1, 9);
    EXPECT_EQ(m.size() - 24, size);
    EXPECT_EQ(9u, wire_msg_buflen(m.get(), 1));
    EXPECT_EQ(0x1122334455667788u, *static_cast<u64 *>(wire_msg_buf(m.get(), 2, 8)));
    EXPECT_EQ(static_cast<int>(size), wire_msg_check(m.get(), size));
    // Never longer.
    EXPECT_EQ(size, wire_msg_shrink(m.get(), 1, 100));
    EXPECT_EQ(9u, wire_msg_buflen(m.get(), 1));
}

TEST(WireMsgTest, StringsEndWithinTheirBuffer) {
    Message m({kBody, 4, 4, 1});
    memcpy(wire_msg_buf(m.get(), 1, 4), "abc", 4);
    memcpy(wire_msg_buf(m.get(), 2, 4), "abcd", 4);
    EXPECT_STREQ("abc", wire_str(m.get(), 1, false));
    EXPECT_EQ(nullptr, wire_str(m.get(), 2, false));
    EXPECT_EQ(nullptr, wire_str(m.get(), 3, false));
    EXPECT_STREQ("", wire_str(m.get(), 3, true));
    EXPECT_EQ(nullptr, wire_str(m.get(), 9, true));
}

// Whatever is changed, a message that passes has all its buffers inside.
TEST(WireMsgTest, RandomDamage) {
    static const u32 kNumbers[] = {0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};
    std::mt19937_64 random(1);
    int passed = 0;

    for (int i = 0; i < 200000; i++) {
        Message m({kBody, static_cast<u32>(random() % 50), static_cast<u32>(random() % 50)});
        auto *words = reinterpret_cast<u32 *>(m.get());
        for (int k = random() % 3; k >= 0; k--)
            words[random() % 12] = random() % 2 ? kNumbers[random() % 8] : random() % 300;
        if (m.Check() <= 0)
            continue;
        passed++;
        const u8 *start = reinterpret_cast<u8 *>(m.get());
        for (u32 b = 0; b < le32_to_cpu(m.get()->bufcount); b++) {
            const u32 len = wire_msg_buflen(m.get(), b);
            const u8 *buf = static_cast<u8 *>(wire_msg_buf(m.get(), b, 0));
            ASSERT_GE(buf, start);
            ASSERT_LE(buf + len, start + m.size());
            wire_str(m.get(), b, true);
        }
    }
    EXPECT_LT(1000, passed);
}

TEST(WireMsgTest, FormatsNameEachFieldOnce) {
    for (const wire_format *f : {&fmt_connect, &fmt_intent_open, &fmt_reint_rename, &fmt_ost_write}) {
        EXPECT_EQ(WF_BODY, f->req[0]);
        for (unsigned int i = 0; i < f->nr_req; i++)
            EXPECT_EQ(static_cast<int>(i), wire_field_index(f->req, f->nr_req, static_cast<wire_field>(f->req[i])));
        EXPECT_EQ(-1, wire_field_index(f->req, f->nr_req, WF_RCS));
    }
}

}  // namespace
