// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/floor_test.h"

#include <cstring>
#include <random>
#include <vector>

#include <linux/mm.h>

extern "C" {
#include "obd/wire/cksum.h"
#include "obd/wire/wire.h"
}

namespace {

class WireCksumTest : public FloorTest {};

u32 Sum(u32 flags, const std::vector<bio_vec> &bv, u32 len) {
    u32 sum = 0;
    EXPECT_TRUE(wire_cksum(flags, bv.data(), bv.size(), len, &sum));
    return sum;
}

bio_vec Piece(page *p, u32 offset, u32 len) {
    bio_vec v = {};
    v.bv_page = p;
    v.bv_offset = offset;
    v.bv_len = len;
    return v;
}

TEST_F(WireCksumTest, KnownVectors) {
    Run([] {
        page *p = alloc_page(GFP_KERNEL);
        memcpy(page_address(p), "123456789", 9);
        const std::vector<bio_vec> bv = {Piece(p, 0, 9)};
        EXPECT_EQ(0xe3069283u, Sum(OFL_CKSUM_CRC32C, bv, 9));
        // The usual value of this one is inverted at the end; this wire's is not.
        EXPECT_EQ(~0xcbf43926u, Sum(OFL_CKSUM_CRC32, bv, 9));
        EXPECT_EQ(0x091e01deu, Sum(OFL_CKSUM_ADLER, bv, 9));
        put_page(p);
    });
}

TEST_F(WireCksumTest, PiecesAndLengthDoNotMatter) {
    Run([] {
        page *p = alloc_page(GFP_KERNEL), *q = alloc_page(GFP_KERNEL);
        std::mt19937 random(1);
        for (page *x : {p, q})
            for (unsigned int i = 0; i < PAGE_SIZE; i++)
                static_cast<u8 *>(page_address(x))[i] = random();
        for (const u32 kind : {OFL_CKSUM_CRC32, OFL_CKSUM_CRC32C, OFL_CKSUM_ADLER}) {
            const u32 whole = Sum(kind, {Piece(p, 0, 4096), Piece(q, 0, 4096)}, 5000);
            EXPECT_EQ(whole, Sum(kind, {Piece(p, 0, 1), Piece(p, 1, 4095), Piece(q, 0, 904)}, 5000));
            EXPECT_NE(whole, Sum(kind, {Piece(p, 0, 4096), Piece(q, 0, 4096)}, 5001));
        }
        put_page(p);
        put_page(q);
    });
}

TEST_F(WireCksumTest, KindsWeDoNotHave) {
    u32 sum;
    EXPECT_FALSE(wire_cksum(0x8000, nullptr, 0, 0, &sum));
    EXPECT_FALSE(wire_cksum(0, nullptr, 0, 0, &sum));
    EXPECT_EQ(OFL_CKSUM_CRC32C, wire_cksum_flag(CKSUM_CRC32 | CKSUM_CRC32C | CKSUM_ADLER));
    EXPECT_EQ(OFL_CKSUM_CRC32, wire_cksum_flag(CKSUM_CRC32));
    EXPECT_EQ(OFL_CKSUM_ADLER, wire_cksum_flag(CKSUM_ADLER));
    EXPECT_EQ(0u, wire_cksum_flag(0x10));
}

}  // namespace
