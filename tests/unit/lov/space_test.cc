// SPDX-License-Identifier: GPL-2.0
// Data, holes and extents of striped files against a model that looks at each block of each object.
#include "tests/unit/floor_test.h"

#include <cerrno>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <linux/types.h>

extern "C" {
#include <linux/fiemap.h>

#include "obd/lov/lov.h"
}

namespace {

constexpr u64 kBlock = 4096;

// A layout of two components, the last without an end; the first may have no objects.
lov_layout *Layout(u32 first, u32 second, u32 stripe_size) {
    auto *lay = static_cast<lov_layout *>(calloc(1, sizeof(lov_layout) + (first + second) * sizeof(lov_stripe)));

    lay->comp_count = 2;
    lay->stripe_count = first + second;
    lay->comps = static_cast<lov_comp *>(calloc(2, sizeof(lov_comp)));
    lay->comps[0] = {0, 10 * stripe_size, 0, stripe_size, first};
    lay->comps[1] = {10 * stripe_size, U64_MAX, first, stripe_size, second};
    for (u32 i = 0; i < lay->stripe_count; i++)
        lay->stripes[i].comp = i >= first;
    return lay;
}

// Objects with data in some of their blocks.
struct Objects {
    lov_layout *lay;
    std::vector<std::set<u64>> blocks;  // by their number, per stripe
    std::vector<u64> sizes;
    unsigned int asked = 0;
    std::vector<osd_extent> taken;
    bool last = false;

    explicit Objects(lov_layout *l) : lay(l), blocks(l->stripe_count), sizes(l->stripe_count) {}
    ~Objects() {
        free(lay->comps);
        free(lay);
    }
    // Fills blocks of the file at random; its size.
    u64 Fill(std::mt19937 *random, u64 units) {
        const u64 size = ((*random)() % (units * lay->comps[1].stripe_size)) + 1;
        const unsigned int odds = 1 + (*random)() % 20;

        for (u64 pos = 0, on = 1; pos < size; pos += kBlock) {
            const u32 stripe = lov_stripe_of(lay, pos);
            if ((*random)() % odds == 0)
                on = !on;
            if (stripe == LOV_NO_STRIPE || !on)
                continue;
            blocks[stripe].insert(lov_obj_offset(lay, pos) / kBlock);
            sizes[stripe] = std::max(sizes[stripe], lov_obj_offset(lay, std::min(pos + kBlock, size) - 1) + 1);
        }
        return size;
    }
    bool Data(u64 pos) const {
        const u32 stripe = lov_stripe_of(lay, pos);
        return stripe != LOV_NO_STRIPE && blocks[stripe].count(lov_obj_offset(lay, pos) / kBlock) &&
               lov_obj_offset(lay, pos) < sizes[stripe];
    }
    static int Seek(void *arg, u32 stripe, u64 start, bool hole, u64 *pos) {
        auto *self = static_cast<Objects *>(arg);

        self->asked++;
        if (start >= self->sizes[stripe])
            return -ENXIO;
        for (u64 at = start; at < self->sizes[stripe]; at = at / kBlock * kBlock + kBlock) {
            if (!self->blocks[stripe].count(at / kBlock) == hole) {
                *pos = at;
                return 0;
            }
        }
        *pos = self->sizes[stripe];
        return hole ? 0 : -ENXIO;
    }
    // Neighbours on the disk where they are so in the object.
    static int Fetch(void *arg, u32 stripe, u64 start, u64 end, osd_extent *ext, unsigned int room) {
        auto *self = static_cast<Objects *>(arg);
        unsigned int nr = 0;

        self->asked++;
        for (const u64 block : self->blocks[stripe]) {
            const u64 at = block * kBlock;
            if (at + kBlock <= start || at >= end)
                continue;
            if (nr && ext[nr - 1].logical + ext[nr - 1].length == at) {
                ext[nr - 1].length += kBlock;
                continue;
            }
            if (nr == room)
                break;
            ext[nr++] = {at, (stripe + 1) * (1ULL << 40) + at, kBlock, 0};
        }
        return nr;
    }
    static int Take(void *arg, const osd_extent *ext, bool last) {
        auto *self = static_cast<Objects *>(arg);

        EXPECT_FALSE(self->last) << "more after the last";
        self->taken.push_back(*ext);
        self->last = last;
        return 0;
    }
};

class LovSpaceTest : public FloorTest {};

TEST_F(LovSpaceTest, SeekAgainstLookingAtEachBlock) {
    Run([] {
        std::mt19937 random(1);
        for (int round = 0; round < 300; round++) {
            Objects o(Layout(random() % 4, 1 + random() % 3, 65536));
            const u64 size = o.Fill(&random, 40);

            for (int i = 0; i < 30; i++) {
                const u64 start = random() % (size + 1);
                const bool hole = i % 2;
                u64 want = start, pos = 0;

                while (want < size && o.Data(want) == hole)
                    want = want / kBlock * kBlock + kBlock;
                want = std::min(want, size);
                const int rc = lov_seek(o.lay, size, start, hole, Objects::Seek, &o, &pos);
                if (start >= size || (want == size && !hole)) {
                    ASSERT_EQ(-ENXIO, rc) << round << " " << start << " of " << size;
                } else {
                    ASSERT_EQ(0, rc);
                    // The last block of an object may be half of one.
                    ASSERT_TRUE(pos == want || (hole && pos < want && !o.Data(pos))) << pos << " " << want;
                    ASSERT_GE(pos, start);
                }
            }
        }
    });
}

TEST_F(LovSpaceTest, ObjectsThatCannotTellAreData) {
    Run([] {
        Objects o(Layout(0, 2, 65536));
        const lov_seek_fn dumb = [](void *, u32, u64, bool, u64 *) { return -EOPNOTSUPP; };
        const u64 gap = 10 * 65536, size = 20 * 65536;
        u64 pos;

        ASSERT_EQ(0, lov_seek(o.lay, size, 5, false, dumb, &o, &pos));
        EXPECT_EQ(gap, pos) << "where there are no objects is no data";
        ASSERT_EQ(0, lov_seek(o.lay, size, 5, true, dumb, &o, &pos));
        EXPECT_EQ(5u, pos);
        ASSERT_EQ(0, lov_seek(o.lay, size, gap + 70000, true, dumb, &o, &pos));
        EXPECT_EQ(size, pos);
        const lov_seek_fn broken = [](void *, u32, u64, bool, u64 *) { return -EIO; };
        EXPECT_EQ(-EIO, lov_seek(o.lay, size, 0, false, broken, &o, &pos));
    });
}

TEST_F(LovSpaceTest, ExtentsAgainstLookingAtEachBlock) {
    Run([] {
        std::mt19937 random(2);
        for (int round = 0; round < 300; round++) {
            Objects o(Layout(random() % 4, 1 + random() % 3, 65536));
            const u64 size = o.Fill(&random, 40);
            const u64 start = random() % size / kBlock * kBlock;
            const u64 end = random() % 3 ? U64_MAX : start + random() % size + 1;
            std::set<u64> seen;

            ASSERT_EQ(0, lov_extents(o.lay, start, end, Objects::Fetch, Objects::Take, &o));
            u64 at = start;
            for (size_t i = 0; i < o.taken.size(); i++) {
                const osd_extent &e = o.taken[i];
                ASSERT_GE(e.logical, at);
                ASSERT_LT(e.logical, end);
                at = e.logical + e.length;
                for (u64 pos = e.logical; pos < at; pos += kBlock) {
                    const u32 stripe = lov_stripe_of(o.lay, pos);
                    ASSERT_TRUE(o.Data(pos));
                    ASSERT_EQ((stripe + 1) * (1ULL << 40) + lov_obj_offset(o.lay, pos), e.physical + (pos - e.logical));
                    seen.insert(pos);
                }
                if (i) {
                    const osd_extent &before = o.taken[i - 1];
                    ASSERT_FALSE(before.logical + before.length == e.logical &&
                                 before.physical + before.length == e.physical)
                        << "two that are one";
                }
            }
            bool more = false;
            for (u64 pos = start; pos < size; pos += kBlock) {
                if (pos < end) {
                    ASSERT_EQ(o.Data(pos), seen.count(pos) == 1) << round << " " << pos;
                }
                more |= pos >= at && o.Data(pos);
            }
            ASSERT_EQ(!o.taken.empty() && !more, o.last) << round;
        }
    });
}

// Each part of an object is asked for once, and the walk ends when its taker has enough.
TEST_F(LovSpaceTest, ExtentsAreNotAskedForTwice) {
    Run([] {
        Objects o(Layout(0, 3, 65536));
        for (u64 block = 0; block < 100; block++)
            o.blocks[block % 3].insert(block * 7);
        ASSERT_EQ(0, lov_extents(o.lay, 0, U64_MAX, Objects::Fetch, Objects::Take, &o));
        EXPECT_LE(o.asked, 9u);
        const lov_extent_fn enough = [](void *, const osd_extent *, bool) { return 1; };
        EXPECT_EQ(1, lov_extents(o.lay, 0, U64_MAX, Objects::Fetch, enough, &o));
        const lov_extents_fn stuck = [](void *, u32, u64, u64, osd_extent *ext, unsigned int) {
            ext[0] = {0, 0, 1, 0};
            return 1;
        };
        EXPECT_EQ(-EPROTO, lov_extents(o.lay, 10 * 65536, U64_MAX, stuck, Objects::Take, &o));
    });
}

}  // namespace
