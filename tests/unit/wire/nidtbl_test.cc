// SPDX-License-Identifier: GPL-2.0
// The table of targets that are up.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include <linux/types.h>

extern "C" {
#include "lnet/lnet.h"
#include "obd/wire/nidtbl.h"
}

namespace {

constexpr u64 kNid = 0x000200030a0b0c0dULL;  // 10.11.12.13@tcp3

nidtbl_entry Entry(u64 version, unsigned int nids) {
    nidtbl_entry e = {};
    e.version = version;
    e.instance = 1000 + version;
    e.index = version % 7;
    e.is_mdt = version % 2;
    e.nr_nids = nids;
    for (unsigned int i = 0; i < nids; i++)
        e.nids[i] = kNid + i;
    return e;
}

void ExpectEqual(const nidtbl_entry &a, const nidtbl_entry &b) {
    EXPECT_EQ(a.version, b.version);
    EXPECT_EQ(a.instance, b.instance);
    EXPECT_EQ(a.index, b.index);
    EXPECT_EQ(a.is_mdt, b.is_mdt);
    ASSERT_EQ(a.nr_nids, b.nr_nids);
    EXPECT_EQ(0, memcmp(a.nids, b.nids, a.nr_nids * sizeof(a.nids[0])));
}

class NidtblTest : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(BigNids, NidtblTest, testing::Bool());

TEST_P(NidtblTest, WhatIsWrittenIsRead) {
    std::vector<u64> memory(3 * NIDTBL_UNIT / 8);
    nidtbl_writer w = {};
    w.buf = memory.data();
    w.size = memory.size() * 8;
    w.big = GetParam();
    unsigned int nr = 0;
    for (nidtbl_entry e = Entry(1, 1); nidtbl_add(&w, &e); e = Entry(nr + 1, nr % NIDTBL_MAX_NIDS + 1))
        nr++;
    ASSERT_GT(nr, 40u);
    // The last one that does not fit changes nothing.
    nidtbl_entry more = Entry(nr + 1, NIDTBL_MAX_NIDS);
    const u32 used = w.used;
    EXPECT_FALSE(nidtbl_add(&w, &more));
    EXPECT_EQ(used, w.used);

    nidtbl_entry e;
    u32 off = 0, start;
    for (unsigned int i = 0; i < nr; i++) {
        start = off;
        ASSERT_EQ(1, nidtbl_next(memory.data(), w.used, &off, &e));
        ExpectEqual(Entry(i + 1, i ? (i % NIDTBL_MAX_NIDS) + 1 : 1), e);
        EXPECT_EQ(start / NIDTBL_UNIT, (off - 1) / NIDTBL_UNIT) << "it crosses the border of a unit";
    }
    EXPECT_EQ(0, nidtbl_next(memory.data(), w.used, &off, &e));
}

// What stock clients expect byte for byte.
TEST(NidtblBytesTest, Layout) {
    u64 memory[16] = {};
    nidtbl_writer w = {};
    w.buf = memory;
    w.size = sizeof(memory);
    nidtbl_entry e = Entry(0x20002, 1);
    ASSERT_TRUE(nidtbl_add(&w, &e));
    const u8 small[] = {2, 0, 2, 0, 0, 0, 0, 0, 0xea, 3, 2, 0, static_cast<u8>(0x20002 % 7), 0, 0, 0,
                        32, 0, 0, 0, 2, 0, 8, 1, 0x0d, 0x0c, 0x0b, 0x0a, 3, 0, 2, 0};
    ASSERT_EQ(sizeof(small), w.used);
    EXPECT_EQ(0, memcmp(small, memory, sizeof(small)));

    memset(memory, 0, sizeof(memory));
    w.used = 0;
    w.big = true;
    ASSERT_TRUE(nidtbl_add(&w, &e));
    const u8 big[] = {48, 0, 0, 0, 2, 1, 20, 1, 0, 2, 0, 3, 10, 11, 12, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    ASSERT_EQ(48u, w.used);
    EXPECT_EQ(0, memcmp(big, reinterpret_cast<u8 *>(memory) + 16, sizeof(big)));
}

TEST(NidtblBytesTest, BrokenTables) {
    u64 memory[64] = {};
    nidtbl_writer w = {};
    w.buf = memory;
    w.size = sizeof(memory);
    nidtbl_entry e = Entry(3, 2), out;
    ASSERT_TRUE(nidtbl_add(&w, &e));
    auto *entry = reinterpret_cast<wire_nidtbl *>(memory);
    const auto read = [&](u32 len) {
        u32 off = 0;
        return nidtbl_next(memory, len, &off, &out);
    };
    for (u32 len = 1; len < w.used; len++)
        EXPECT_EQ(-EPROTO, read(len)) << len;
    entry->length = cpu_to_le32(w.used - 8);
    EXPECT_EQ(-EPROTO, read(w.used)) << "NIDs beyond its end";
    entry->length = 0;
    EXPECT_EQ(-EPROTO, read(w.used));
    entry->length = cpu_to_le32(~0u);
    EXPECT_EQ(-EPROTO, read(w.used));
    entry->length = cpu_to_le32(w.used);
    entry->nid_count = 255;
    EXPECT_EQ(-EPROTO, read(w.used));
}

// Longer addresses and kinds that are not invented yet: the rest of the table is of use all the same.
TEST(NidtblBytesTest, UnknownNidsAreLeftOut) {
    u64 memory[64] = {};
    nidtbl_writer w = {};
    w.buf = memory;
    w.size = sizeof(memory);
    w.big = true;
    nidtbl_entry e = Entry(3, 2), out;
    ASSERT_TRUE(nidtbl_add(&w, &e));
    auto *entry = reinterpret_cast<wire_nidtbl *>(memory);
    reinterpret_cast<wire_nid *>(entry + 1)->more = 12;
    u32 off = 0;
    ASSERT_EQ(1, nidtbl_next(memory, w.used, &off, &out));
    ASSERT_EQ(1u, out.nr_nids);
    EXPECT_EQ(kNid + 1, out.nids[0]);
    entry->nid_type = 2;
    off = 0;
    ASSERT_EQ(1, nidtbl_next(memory, w.used, &off, &out));
    EXPECT_EQ(0u, out.nr_nids);
    EXPECT_EQ(3u, out.version);
}

}  // namespace
