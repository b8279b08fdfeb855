// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/floor_test.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include <asm/byteorder.h>
#include <linux/types.h>

extern "C" {
#include "obd/lov/lov.h"
}

namespace {

std::vector<u8> Ea(u32 magic, u32 count, u32 stripe_size) {
    const bool v3 = magic == LOV_MAGIC_V3;
    const size_t head = v3 ? sizeof(wire_lov_v3) : sizeof(wire_lov_v1);
    std::vector<u8> bytes(head + count * sizeof(wire_lov_object));
    auto *ea = reinterpret_cast<wire_lov_v1 *>(bytes.data());
    auto *objects = reinterpret_cast<wire_lov_object *>(bytes.data() + head);

    ea->magic = cpu_to_le32(magic);
    ea->pattern = cpu_to_le32(LOV_PATTERN_RAID0);
    ea->stripe_size = cpu_to_le32(stripe_size);
    ea->stripe_count = cpu_to_le16(count);
    for (u32 i = 0; i < count; i++) {
        objects[i].id.fid.seq = cpu_to_le64(FID_SEQ_OST(i));
        objects[i].id.fid.oid = cpu_to_le32(100 + i);
        objects[i].idx = cpu_to_le32(i);
    }
    return bytes;
}

int Parse(const std::vector<u8> &ea, lov_layout **lay) {
    // Memory of exactly its size.
    std::unique_ptr<u8[]> copy(new u8[ea.size() ? ea.size() : 1]);
    std::copy(ea.begin(), ea.end(), copy.get());
    return lov_layout_parse(copy.get(), ea.size(), lay);
}

class LovTest : public FloorTest {};

TEST_F(LovTest, ParsesBothVersions) {
    Run([] {
        for (const u32 magic : {LOV_MAGIC_V1, LOV_MAGIC_V3}) {
            lov_layout *lay;
            ASSERT_EQ(0, Parse(Ea(magic, 3, 65536), &lay));
            EXPECT_EQ(3u, lay->stripe_count);
            EXPECT_EQ(65536u, lay->stripe_size);
            EXPECT_EQ(102u, lay->stripes[2].fid.oid);
            EXPECT_EQ(2u, lay->stripes[2].ost_idx);
            lov_layout_free(lay);
        }
    });
}

TEST_F(LovTest, RefusesWhatIsBroken) {
    Run([] {
        lov_layout *lay;
        const std::vector<u8> good = Ea(LOV_MAGIC_V1, 3, 65536);
        for (size_t size = 0; size < good.size(); size++)
            EXPECT_EQ(-EINVAL, Parse({good.begin(), good.begin() + size}, &lay)) << size;
        EXPECT_EQ(-EINVAL, Parse(Ea(LOV_MAGIC_V1, 0, 65536), &lay));
        EXPECT_EQ(-EINVAL, Parse(Ea(LOV_MAGIC_V1, 1, 0), &lay));
        EXPECT_EQ(-EINVAL, Parse(Ea(LOV_MAGIC_V1, 1, 65537), &lay));
        EXPECT_EQ(-EINVAL, Parse(Ea(LOV_MAGIC_V1, 2001, 65536), &lay));
        EXPECT_EQ(-EINVAL, Parse(Ea(0x12345678, 1, 65536), &lay));
        EXPECT_EQ(-EOPNOTSUPP, Parse(Ea(LOV_MAGIC_COMP_V1, 1, 65536), &lay));
        EXPECT_EQ(-EOPNOTSUPP, Parse(Ea(LOV_MAGIC_FOREIGN, 1, 65536), &lay));
        std::vector<u8> released = good;
        reinterpret_cast<wire_lov_v1 *>(released.data())->pattern = cpu_to_le32(LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
        EXPECT_EQ(-EOPNOTSUPP, Parse(released, &lay));
    });
}

TEST_F(LovTest, RandomDamage) {
    Run([] {
        std::mt19937_64 random(1);
        for (int i = 0; i < 50000; i++) {
            std::vector<u8> ea = Ea(random() % 2 ? LOV_MAGIC_V1 : LOV_MAGIC_V3, random() % 5, 65536 << random() % 3);
            for (int k = random() % 4; k > 0; k--)
                ea[random() % ea.size()] = random();
            ea.resize(random() % (ea.size() + 1));
            lov_layout *lay;
            if (!Parse(ea, &lay))
                lov_layout_free(lay);
        }
    });
}

// The arithmetic against dealing out byte after byte, in units of 1/1024 of the real stripe size.
TEST_F(LovTest, StripesAgainstDealingBytes) {
    Run([] {
        std::mt19937_64 random(2);
        for (int round = 0; round < 60; round++) {
            const u32 count = 1 + random() % 5, unit = 65536 * (1 + random() % 3);
            const u64 step = 1021, size = random() % (unit * count * 4) + 1;
            std::vector<u64> objects(count);
            lov_layout *lay;

            ASSERT_EQ(0, Parse(Ea(LOV_MAGIC_V1, count, unit), &lay));
            for (u64 off = 0; off < size; off++) {
                const u32 stripe = off / unit % count;
                if (off % step == 0 || off % unit < 2 || off + 1 == size) {
                    ASSERT_EQ(stripe, lov_stripe_of(lay, off));
                    ASSERT_EQ(objects[stripe], lov_obj_offset(lay, off));
                    ASSERT_EQ(off, lov_file_offset(lay, stripe, objects[stripe]));
                }
                objects[stripe]++;
            }
            u64 back = 0;
            for (u32 i = 0; i < count; i++) {
                EXPECT_EQ(objects[i], lov_obj_size(lay, i, size));
                back = std::max<u64>(back, lov_file_size(lay, i, objects[i]));
            }
            EXPECT_EQ(size, back);
            lov_layout_free(lay);
        }
    });
}

TEST_F(LovTest, ExtentsAgainstDealingBytes) {
    Run([] {
        std::mt19937_64 random(3);
        for (int round = 0; round < 100; round++) {
            const u32 count = 1 + random() % 4, unit = 65536;
            const u64 start = random() % (unit * count * 3), end = start + random() % (unit * count * 2);
            lov_layout *lay;

            ASSERT_EQ(0, Parse(Ea(LOV_MAGIC_V1, count, unit), &lay));
            for (u32 i = 0; i < count; i++) {
                u64 first = ~0ULL, last = 0, ostart, oend;
                for (u64 off = start; off <= end; off++) {
                    if (off / unit % count != i)
                        continue;
                    const u64 ooff = off / unit / count * unit + off % unit;
                    first = std::min(first, ooff);
                    last = std::max(last, ooff);
                }
                const bool in = lov_extent_in_stripe(lay, i, start, end, &ostart, &oend);
                ASSERT_EQ(first != ~0ULL, in);
                if (in) {
                    EXPECT_EQ(first, ostart);
                    EXPECT_EQ(last, oend);
                }
                EXPECT_TRUE(lov_extent_in_stripe(lay, i, start, ~0ULL, &ostart, &oend));
                EXPECT_EQ(~0ULL, oend);
            }
            lov_layout_free(lay);
        }
    });
}

TEST_F(LovTest, MaxBytesDoesNotOverflow) {
    Run([] {
        lov_layout *lay;
        ASSERT_EQ(0, Parse(Ea(LOV_MAGIC_V1, 4, 65536), &lay));
        EXPECT_EQ(4096u, lov_max_bytes(lay, 1024));
        EXPECT_EQ(0x7fffffffffffffffULL, lov_max_bytes(lay, 1ULL << 62));
        EXPECT_EQ(0x7fffffffffffffffULL, lov_max_bytes(lay, ~0ULL));
        lov_layout_free(lay);
    });
}

}  // namespace
