// SPDX-License-Identifier: GPL-2.0
// Layouts: the bytes of the extended attribute and what lfs makes of them.
#include <gtest/gtest.h>

#include "lfs/lfs.h"
#include "lib/layout.h"

namespace sheen {
namespace {

std::string Bytes(std::initializer_list<int> values) {
    std::string bytes;

    for (int value : values)
        bytes.push_back(static_cast<char>(value));
    return bytes;
}

const std::string kTwoStripes =
    Bytes({0xd0, 0x0b, 0xd1, 0x0b, 1, 0, 0, 0}) +              // magic v1, RAID0
    Bytes({5, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0}) +  // owner: id, sequence 0x200000400
    Bytes({0, 0, 0x10, 0, 2, 0, 7, 0}) +                       // 1 MiB, 2 stripes, generation 7
    Bytes({9, 0, 0, 0, 0, 0, 0, 0}) + std::string(8, '\0') + Bytes({0, 0, 0, 0, 1, 0, 0, 0}) +
    Bytes({10, 0, 0, 0, 0, 0, 0, 0}) + std::string(8, '\0') + Bytes({0, 0, 0, 0, 0, 0, 0, 0});

TEST(Layout, ParsesV1) {
    Result<Layout> layout = ParseLayout(kTwoStripes);

    ASSERT_TRUE(layout) << layout.error().what;
    EXPECT_EQ(layout->stripe_size, 1048576u);
    EXPECT_EQ(layout->stripe_count, 2);
    EXPECT_EQ(layout->offset_or_generation, 7);
    EXPECT_EQ(layout->object_group, 0x200000400u);
    ASSERT_EQ(layout->objects.size(), 2u);
    EXPECT_EQ(layout->objects[0].index, 1u);
    EXPECT_EQ(layout->objects[1].id, 10u);
    EXPECT_EQ(ObjectFid(layout->objects[0]), "0x100010000:0x9:0x0");
}

TEST(Layout, EveryTruncationIsRefused) {
    for (size_t size = 0; size < kTwoStripes.size(); size++) {
        bool header_alone = size == 32;  // that is a template
        EXPECT_EQ(static_cast<bool>(ParseLayout(std::string_view(kTwoStripes).substr(0, size))), header_alone) << size;
    }
    EXPECT_FALSE(ParseLayout(std::string(64, 'x')));
    EXPECT_FALSE(ParseLayout(Bytes({0xd0, 0x0b, 0xd6, 0x0b}) + std::string(60, '\0')));
}

TEST(Layout, RequestsCanBeReadBack) {
    Layout wanted;

    wanted.stripe_size = 4 << 20;
    wanted.stripe_count = kAllStripes;
    wanted.offset_or_generation = 3;
    EXPECT_EQ(LayoutRequest(wanted).size(), 32u);
    wanted.pool = "fast";
    std::string bytes = LayoutRequest(wanted);
    EXPECT_EQ(bytes.size(), 48u);
    Result<Layout> layout = ParseLayout(bytes);
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->stripe_size, wanted.stripe_size);
    EXPECT_EQ(layout->stripe_count, kAllStripes);
    EXPECT_EQ(layout->offset_or_generation, 3);
    EXPECT_EQ(layout->pool, "fast");
    EXPECT_TRUE(layout->objects.empty());
}

TEST(Lfs, StripeOptions) {
    lfs::StripeOptions options;

    options.count = "-1";
    options.size = "4M";
    options.index = "2";
    Result<Layout> layout = lfs::RequestedLayout(options);
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->stripe_count, kAllStripes);
    EXPECT_EQ(layout->stripe_size, 4u << 20);
    EXPECT_EQ(layout->offset_or_generation, 2);
    for (const char *size : {"1000", "4G", "x", "-64k"}) {
        options.size = size;
        EXPECT_FALSE(lfs::RequestedLayout(options)) << size;
    }
    options.size = "";
    options.pool = "p";
    EXPECT_FALSE(lfs::RequestedLayout(options));
}

TEST(Lfs, GetstripeLooksAsUsersKnowIt) {
    Result<Layout> layout = ParseLayout(kTwoStripes);
    lfs::GetstripeOptions options;

    ASSERT_TRUE(layout);
    EXPECT_EQ(lfs::LayoutText(*layout, false, options),
              "lmm_stripe_count:  2\n"
              "lmm_stripe_size:   1048576\n"
              "lmm_pattern:       raid0\n"
              "lmm_layout_gen:    7\n"
              "lmm_stripe_offset: 1\n"
              "\tobdidx\t\t objid\t\t objid\t\t group\n"
              "\t     1\t             9\t          0x9\t             0\n"
              "\t     0\t            10\t          0xa\t             0\n"
              "\n");
    EXPECT_EQ(lfs::LayoutText(Layout(), true, options),
              "stripe_count:  0 stripe_size:   0 pattern:       raid0 stripe_offset: -1\n");
    options.only_count = true;
    EXPECT_EQ(lfs::LayoutText(*layout, false, options), "2\n");
}

TEST(Lfs, DfLooksAsUsersKnowIt) {
    lfs::DfOptions options;
    lfs::DfRow ost{"sheen-OST0000_UUID", 325368 << 10, 13508 << 10, 284700 << 10, "/mnt/s[OST:0]", false};
    lfs::DfRow gone{"sheen-OST0001_UUID", 0, 0, 0, "/mnt/s[OST:1]", true};
    lfs::DfRow sum = ost;

    sum.name = "filesystem_summary:";
    sum.where = "/mnt/s";
    EXPECT_EQ(lfs::DfText({ost, gone}, sum, options),
              "UUID                   1K-blocks        Used   Available Use% Mounted on\n"
              "sheen-OST0000_UUID        325368       13508      284700   5% /mnt/s[OST:0]\n"
              "sheen-OST0001_UUID  : inactive device\n"
              "\n"
              "filesystem_summary:       325368       13508      284700   5% /mnt/s\n"
              "\n");
}

}  // namespace
}  // namespace sheen
