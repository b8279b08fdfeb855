// SPDX-License-Identifier: GPL-2.0
// What targets grant: never a flag that was not asked for, and never a field without its flag.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include <asm/byteorder.h>
#include <linux/types.h>

extern "C" {
#include "obd/class/negotiate.h"
#include "mds/mds_internal.h"
}

namespace {

const target_kind kKinds[] = {TARGET_MGS, TARGET_MDT, TARGET_OST};

void Fill(wire_connect *data, std::mt19937_64 *random) {
    auto *bytes = reinterpret_cast<u8 *>(data);
    for (size_t i = 0; i < sizeof(*data); i++)
        bytes[i] = (*random)();
}

TEST(NegotiateTest, NeverAFlagThatWasNotAskedFor) {
    std::mt19937_64 random(1);

    for (int i = 0; i < 300000; i++) {
        wire_connect ask, data;
        Fill(&ask, &random);
        // Few flags, many flags, single ones.
        if (i % 3 == 0)
            ask.flags &= cpu_to_le64(random() & random() & random());
        else if (i % 3 == 1)
            ask.flags = cpu_to_le64(1ULL << random() % 64);
        const target_kind kind = kKinds[random() % 3];
        data = ask;
        if (obd_negotiate(&data, kind))
            continue;
        const u64 asked = le64_to_cpu(ask.flags), granted = le64_to_cpu(data.flags);
        ASSERT_EQ(0u, granted & ~asked);
        ASSERT_EQ(0u, data.flags2);
        if (granted & CONN_BRW_SIZE) {
            ASSERT_LE(le32_to_cpu(data.brw_size), le32_to_cpu(ask.brw_size));
            ASSERT_LE(4096u, le32_to_cpu(data.brw_size));
        } else {
            ASSERT_EQ(0u, data.brw_size);
        }
        if (!(granted & CONN_CKSUM)) {
            ASSERT_EQ(0u, data.cksum_types);
        } else {
            ASSERT_EQ(0u, le32_to_cpu(data.cksum_types) & ~le32_to_cpu(ask.cksum_types));
        }
        if (!(granted & CONN_IBITS)) {
            ASSERT_EQ(0u, data.ibits_known);
        }
        if (!(granted & CONN_GRANT)) {
            ASSERT_EQ(0u, data.grant);
        }
        if (!(granted & CONN_MULTIMODRPCS)) {
            ASSERT_EQ(0u, data.maxmodrpcs);
        }
    }
}

TEST(NegotiateTest, OurOwnClientGetsAllThatItAsksFor) {
    for (const target_kind kind : kKinds) {
        wire_connect ask, data;
        obd_ask(&ask, kind);
        data = ask;
        ASSERT_EQ(0, obd_negotiate(&data, kind));
        EXPECT_EQ(ask.flags, data.flags);
        EXPECT_EQ(ask.brw_size, data.brw_size);
    }
}

TEST(NegotiateTest, OurOwnClientIsGoodEnoughForTheMdt) {
    wire_connect ask, data;
    obd_ask(&ask, TARGET_MDT);
    data = ask;
    ASSERT_EQ(0, obd_negotiate(&data, TARGET_MDT));
    EXPECT_EQ(ask.flags, data.flags);
}

TEST(NegotiateTest, ImpossibleWishesAreRefused) {
    wire_connect data = {};
    data.flags = cpu_to_le64(CONN_BRW_SIZE);
    data.brw_size = cpu_to_le32(4095);
    EXPECT_EQ(-EPROTO, obd_negotiate(&data, TARGET_OST));
    data = {};
    data.flags = cpu_to_le64(CONN_CKSUM);
    data.cksum_types = cpu_to_le32(CKSUM_ADLER);
    EXPECT_EQ(-EPROTO, obd_negotiate(&data, TARGET_OST));
}

TEST(NegotiateTest, FlagNamesFitTheirBuffer) {
    char text[20];
    EXPECT_LT(obd_flag_names(~0ULL, text, sizeof(text)), 20);
    EXPECT_LT(strlen(text), sizeof(text));
    EXPECT_EQ(0, obd_flag_names(0, text, sizeof(text)));
    EXPECT_STREQ("", text);
}

}  // namespace
