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
    const char *why = nullptr;
    const int rc = lov_layout_parse(copy.get(), ea.size(), lay, &why);
    EXPECT_EQ(rc != 0, why != nullptr);
    return rc;
}

class LovTest : public FloorTest {};

TEST_F(LovTest, ParsesBothVersions) {
    Run([] {
        for (const u32 magic : {LOV_MAGIC_V1, LOV_MAGIC_V3}) {
            lov_layout *lay;
            ASSERT_EQ(0, Parse(Ea(magic, 3, 65536), &lay));
            EXPECT_EQ(3u, lay->stripe_count);
            EXPECT_EQ(65536u, lay->comps[0].stripe_size);
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
        const std::vector<u8> foreign = Ea(LOV_MAGIC_FOREIGN, 0, 65536);
        EXPECT_EQ(-EOPNOTSUPP, Parse({foreign.begin(), foreign.begin() + 16}, &lay));
        std::vector<u8> released = good;
        reinterpret_cast<wire_lov_v1 *>(released.data())->pattern =
            cpu_to_le32(LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
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

TEST_F(LovTest, SizesBeyondAllThatCanBe) {
    Run([] {
        lov_layout *lay;
        ASSERT_EQ(0, Parse(Ea(LOV_MAGIC_V1, 4, 65536), &lay));
        EXPECT_EQ(0x7fffffffffffffffULL, lov_file_size(lay, 0, 1ULL << 62));
        EXPECT_EQ(0x7fffffffffffffffULL, lov_file_size(lay, 3, ~0ULL));
        EXPECT_EQ(~0ULL, lov_file_offset(lay, 3, ~0ULL));
        lov_layout_free(lay);
    });
}

// ---- composite layouts ----

constexpr u64 kEof = ~0ULL;
constexpr u64 kUnit = 65536;

struct Component {
    u64 start, end;
    u32 flags;
    u32 count;
    u32 stripe_size = kUnit;
    u32 pattern = LOV_PATTERN_RAID0;
    u32 first_oid = 100;
};

std::vector<u8> Composite(const std::vector<Component> &comps) {
    std::vector<u8> bytes(sizeof(wire_lov_comp) + comps.size() * sizeof(wire_lov_comp_entry));

    for (size_t i = 0; i < comps.size(); i++) {
        const Component &c = comps[i];
        std::vector<u8> blob = Ea(LOV_MAGIC_V1, c.flags & LCME_FL_INIT ? c.count : 0, c.stripe_size);
        auto *ea = reinterpret_cast<wire_lov_v1 *>(blob.data());

        ea->stripe_count = cpu_to_le16(c.count);
        ea->pattern = cpu_to_le32(c.pattern);
        for (u32 k = 0; c.flags & LCME_FL_INIT && k < c.count; k++)
            ea->objects[k].id.fid.oid = cpu_to_le32(c.first_oid + k);
        auto *head = reinterpret_cast<wire_lov_comp *>(bytes.data());
        head->entries[i].id = cpu_to_le32(i + 1);
        head->entries[i].flags = cpu_to_le32(c.flags);
        head->entries[i].start = cpu_to_le64(c.start);
        head->entries[i].end = cpu_to_le64(c.end);
        head->entries[i].offset = cpu_to_le32(bytes.size());
        head->entries[i].size = cpu_to_le32(blob.size());
        bytes.insert(bytes.end(), blob.begin(), blob.end());
    }
    auto *head = reinterpret_cast<wire_lov_comp *>(bytes.data());
    head->magic = cpu_to_le32(LOV_MAGIC_COMP_V1);
    head->size = cpu_to_le32(bytes.size());
    head->entry_count = cpu_to_le16(comps.size());
    return bytes;
}

// What most systems have today: one stripe for small files, more for large ones.
std::vector<Component> Progressive(unsigned int with_objects) {
    std::vector<Component> comps = {
        {.start = 0, .end = 4 * kUnit, .flags = 0, .count = 1, .first_oid = 100},
        {.start = 4 * kUnit, .end = 16 * kUnit, .flags = 0, .count = 2, .first_oid = 200},
        {.start = 16 * kUnit, .end = kEof, .flags = 0, .count = 3, .stripe_size = 2 * kUnit, .first_oid = 300},
    };
    for (unsigned int i = 0; i < with_objects; i++)
        comps[i].flags = LCME_FL_INIT;
    return comps;
}

class CompositeTest : public FloorTest {};

TEST_F(CompositeTest, ObjectsAreNumberedThroughAllComponents) {
    Run([] {
        lov_layout *lay;
        ASSERT_EQ(0, Parse(Composite(Progressive(3)), &lay));
        EXPECT_EQ(3u, lay->comp_count);
        EXPECT_EQ(6u, lay->stripe_count);
        EXPECT_EQ(0u, lov_stripe_of(lay, 0));
        EXPECT_EQ(0u, lov_stripe_of(lay, 4 * kUnit - 1));
        EXPECT_EQ(1u, lov_stripe_of(lay, 4 * kUnit));
        EXPECT_EQ(2u, lov_stripe_of(lay, 5 * kUnit));
        EXPECT_EQ(5u, lov_stripe_of(lay, 16 * kUnit));  // unit 8 of 3
        EXPECT_EQ(302u, lay->stripes[5].fid.oid);
        EXPECT_EQ(4 * kUnit, lov_unit_end(lay, 4 * kUnit - 1));
        EXPECT_EQ(18 * kUnit, lov_unit_end(lay, 16 * kUnit));
        lov_layout_free(lay);
    });
}

// A lock that ends within a unit says nothing of the rest of it.
TEST_F(CompositeTest, ExtentsReachToTheEndOfTheUnitAtMost) {
    Run([] {
        lov_layout *lay;
        ASSERT_EQ(0, Parse(Composite(Progressive(3)), &lay));
        const u64 off = 5 * kUnit + 4096, obj = lov_obj_offset(lay, off);
        EXPECT_EQ(off + 1, lov_reach(lay, off, obj));
        EXPECT_EQ(off + 8192, lov_reach(lay, off, obj + 8191));
        EXPECT_EQ(lov_unit_end(lay, off) - 1, lov_reach(lay, off, obj + lov_unit_end(lay, off) - off - 2));
        EXPECT_EQ(lov_unit_end(lay, off), lov_reach(lay, off, obj + lov_unit_end(lay, off) - off - 1));
        EXPECT_EQ(lov_unit_end(lay, off), lov_reach(lay, off, kEof));
        lov_layout_free(lay);
    });
}

// Offsets in objects count from the beginning of the file, as other clients of the same file do.
TEST_F(CompositeTest, AgainstDealingBytes) {
    Run([] {
        const std::vector<Component> comps = Progressive(3);
        lov_layout *lay;
        ASSERT_EQ(0, Parse(Composite(comps), &lay));
        for (const u64 size : {u64{1}, kUnit, 4 * kUnit - 1, 4 * kUnit, 5 * kUnit + 7, 16 * kUnit, 40 * kUnit + 3}) {
            std::vector<u64> sizes(lay->stripe_count);
            for (u64 off = 0; off < size; off += off % kUnit == 0 && off + kUnit < size ? kUnit - 1 : 1) {
                size_t c = 0;
                u32 first = 0;
                while (off >= comps[c].end)
                    first += comps[c++].count;
                const u64 unit = comps[c].stripe_size, row = off / unit / comps[c].count;
                const u32 stripe = first + off / unit % comps[c].count;
                ASSERT_EQ(stripe, lov_stripe_of(lay, off)) << off;
                ASSERT_EQ(row * unit + off % unit, lov_obj_offset(lay, off)) << off;
                ASSERT_EQ(off, lov_file_offset(lay, stripe, row * unit + off % unit)) << off;
                sizes[stripe] = std::max(sizes[stripe], row * unit + off % unit + 1);
            }
            // The component in which the file ends is cut to what its objects have, those before are full.
            u64 back = 0;
            for (u32 i = 0; i < lay->stripe_count; i++) {
                back = std::max(back, lov_file_size(lay, i, sizes[i]));
                if (lay->comps[lay->stripes[i].comp].end >= size) {
                    EXPECT_LE(lov_file_size(lay, i, lov_obj_size(lay, i, size)), size);
                }
            }
            EXPECT_EQ(size, back);
        }
        lov_layout_free(lay);
    });
}

TEST_F(CompositeTest, ExtentsStayInTheirComponent) {
    Run([] {
        lov_layout *lay;
        u64 start, end;
        ASSERT_EQ(0, Parse(Composite(Progressive(3)), &lay));
        EXPECT_FALSE(lov_extent_in_stripe(lay, 0, 4 * kUnit, 5 * kUnit, &start, &end));
        EXPECT_FALSE(lov_extent_in_stripe(lay, 1, 0, 4 * kUnit - 1, &start, &end));
        ASSERT_TRUE(lov_extent_in_stripe(lay, 0, kUnit, 30 * kUnit, &start, &end));
        EXPECT_EQ(kUnit, start);
        EXPECT_EQ(4 * kUnit - 1, end);
        ASSERT_TRUE(lov_extent_in_stripe(lay, 1, 0, 30 * kUnit, &start, &end));
        EXPECT_EQ(2 * kUnit, start);
        EXPECT_EQ(8 * kUnit - 1, end);
        ASSERT_TRUE(lov_extent_in_stripe(lay, 0, 3 * kUnit, kEof, &start, &end));
        EXPECT_EQ(kEof, end);
        EXPECT_FALSE(lov_extent_in_stripe(lay, 0, 4 * kUnit, kEof, &start, &end));
        lov_layout_free(lay);
    });
}

TEST_F(CompositeTest, PlacesWithoutObjects) {
    Run([] {
        lov_layout *lay;
        ASSERT_EQ(0, Parse(Composite(Progressive(1)), &lay));
        EXPECT_EQ(1u, lay->stripe_count);
        EXPECT_EQ(LOV_NO_STRIPE, lov_stripe_of(lay, 4 * kUnit));
        EXPECT_EQ(16 * kUnit, lov_unit_end(lay, 5 * kUnit));
        EXPECT_FALSE(lov_lacks_objects(lay, 0, 4 * kUnit - 1));
        EXPECT_TRUE(lov_lacks_objects(lay, 0, 4 * kUnit));
        EXPECT_TRUE(lov_lacks_objects(lay, 100 * kUnit, 100 * kUnit));
        lov_layout_free(lay);

        std::vector<Component> finite = Progressive(2);
        finite.pop_back();
        ASSERT_EQ(0, Parse(Composite(finite), &lay));
        EXPECT_EQ(LOV_NO_STRIPE, lov_stripe_of(lay, 16 * kUnit));
        EXPECT_EQ(nullptr, lov_comp_of(lay, 16 * kUnit));
        EXPECT_FALSE(lov_lacks_objects(lay, 16 * kUnit, kEof));
        lov_layout_free(lay);
    });
}

TEST_F(CompositeTest, WhichChangeOnlyAddsObjects) {
    Run([] {
        lov_layout *one, *two, *other, *grown;
        std::vector<Component> comps = Progressive(1);
        ASSERT_EQ(0, Parse(Composite(comps), &one));
        ASSERT_EQ(0, Parse(Composite(Progressive(2)), &two));
        comps[0].first_oid = 999;
        ASSERT_EQ(0, Parse(Composite(comps), &other));
        // Room of the second component goes to the first, which may be extended.
        comps = Progressive(1);
        comps[0].end = comps[1].start = 8 * kUnit;
        comps[1].flags = LCME_FL_EXTENSION;
        ASSERT_EQ(0, Parse(Composite(comps), &grown));
        EXPECT_TRUE(lov_layout_equal(one, one));
        EXPECT_FALSE(lov_layout_equal(one, two));
        EXPECT_FALSE(lov_layout_equal(one, other));
        EXPECT_TRUE(lov_layout_extends(one, two));
        EXPECT_FALSE(lov_layout_extends(two, one));
        EXPECT_FALSE(lov_layout_extends(one, other));
        EXPECT_TRUE(lov_layout_extends(one, grown));
        EXPECT_FALSE(lov_layout_extends(grown, one));
        for (lov_layout *lay : {one, two, other, grown})
            lov_layout_free(lay);
    });
}

TEST_F(CompositeTest, RefusesWhatIsBrokenOrUnknown) {
    Run([] {
        lov_layout *lay;
        const std::vector<u8> good = Composite(Progressive(3));
        for (size_t size = 0; size < good.size(); size++)
            EXPECT_EQ(-EINVAL, Parse({good.begin(), good.begin() + size}, &lay)) << size;
        const auto changed = [&](auto &&change) {
            std::vector<Component> comps = Progressive(3);
            change(comps);
            return Parse(Composite(comps), &lay);
        };
        EXPECT_EQ(-EINVAL, changed([](auto &c) { c.clear(); }));
        EXPECT_EQ(-EINVAL, changed([](auto &c) { c.erase(c.begin()); }));
        EXPECT_EQ(-EINVAL, changed([](auto &c) { c.erase(c.begin() + 1); }));
        EXPECT_EQ(-EINVAL, changed([](auto &c) { std::swap(c[0], c[1]); }));
        EXPECT_EQ(-EINVAL, changed([](auto &c) { c[0].end = c[1].start = 4 * kUnit + 512; }));
        EXPECT_EQ(-EINVAL, changed([](auto &c) { c[1].count = 2001; }));
        EXPECT_EQ(-EINVAL, changed([](auto &c) { c[1].stripe_size = 3; }));
        EXPECT_EQ(-EOPNOTSUPP, changed([](auto &c) { c[0].pattern = LOV_PATTERN_MDT; }));
        EXPECT_EQ(-EOPNOTSUPP, changed([](auto &c) { c[0].flags |= 0x100; }));
        const auto head = [&](auto &&change) {
            std::vector<u8> ea = good;
            change(*reinterpret_cast<wire_lov_comp *>(ea.data()));
            return Parse(ea, &lay);
        };
        EXPECT_EQ(-EOPNOTSUPP, head([](wire_lov_comp &c) { c.mirror_count = cpu_to_le16(1); }));
        EXPECT_EQ(-EOPNOTSUPP, head([](wire_lov_comp &c) { c.flags = cpu_to_le16(1); }));
        EXPECT_EQ(-EINVAL, head([](wire_lov_comp &c) { c.entries[1].offset = cpu_to_le32(~0u); }));
        EXPECT_EQ(-EINVAL, head([](wire_lov_comp &c) { c.entries[1].size = cpu_to_le32(~0u); }));
        EXPECT_EQ(-EINVAL, head([](wire_lov_comp &c) {
            c.entries[1].offset = cpu_to_le32(le32_to_cpu(c.entries[1].offset) + 4);
        }));
    });
}

TEST_F(CompositeTest, RandomDamage) {
    Run([] {
        std::mt19937_64 random(4);
        for (int i = 0; i < 50000; i++) {
            std::vector<u8> ea = Composite(Progressive(random() % 4));
            for (int k = random() % 4; k > 0; k--)
                ea[random() % ea.size()] = random();
            ea.resize(ea.size() - (random() % 4 ? 0 : random() % ea.size()));
            lov_layout *lay;
            if (!Parse(ea, &lay))
                lov_layout_free(lay);
        }
    });
}

}  // namespace
