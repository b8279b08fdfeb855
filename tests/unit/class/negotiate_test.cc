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

// A client that asks for these flags, with values that make each of them possible.
wire_connect Ask(u64 flags, u64 flags2) {
    wire_connect ask = {};
    ask.flags = cpu_to_le64(flags);
    ask.flags2 = cpu_to_le64(flags2);
    ask.brw_size = cpu_to_le32(OBD_BRW_SIZE);
    ask.cksum_types = cpu_to_le32(CKSUM_CRC32C);
    ask.ibits_known = cpu_to_le64(~0ULL);
    ask.grant = cpu_to_le32(1 << 20);
    return ask;
}

// Flags that are granted are asked for; fields are there only with their flags, and not beyond what was asked.
void ExpectNothingUnasked(const wire_connect &ask, const wire_connect &data) {
    const u64 asked = le64_to_cpu(ask.flags), granted = le64_to_cpu(data.flags);

    ASSERT_EQ(0u, granted & ~asked);
    ASSERT_EQ(0u, data.flags2 & ~ask.flags2);
    if (!(granted & CONN_FLAGS2)) {
        ASSERT_EQ(0u, data.flags2);
    }
    ASSERT_EQ(!(granted & CONN_BRW_SIZE), !data.brw_size);
    if (granted & CONN_BRW_SIZE) {
        ASSERT_LE(le32_to_cpu(data.brw_size), le32_to_cpu(ask.brw_size));
        ASSERT_LE(4096u, le32_to_cpu(data.brw_size));
    }
    ASSERT_EQ(!(granted & CONN_CKSUM), !data.cksum_types);
    ASSERT_EQ(0u, le32_to_cpu(data.cksum_types) & ~le32_to_cpu(ask.cksum_types));
    ASSERT_EQ(0u, data.ibits_known & ~ask.ibits_known);
    if (!(granted & CONN_IBITS)) {
        ASSERT_EQ(0u, data.ibits_known);
    }
    if (!(granted & CONN_GRANT)) {
        ASSERT_EQ(0u, data.grant);
    }
    ASSERT_EQ(!(granted & CONN_MULTIMODRPCS), !data.maxmodrpcs);
}

TEST(NegotiateTest, SingleFlagsAndAllButOne) {
    for (const target_kind kind : kKinds) {
        for (unsigned int bit = 0; bit < 128; bit++) {
            const u64 first = bit < 64 ? 1ULL << bit : 0, second = bit < 64 ? 0 : 1ULL << (bit - 64);
            for (const wire_connect &ask : {Ask(first, second), Ask(~first, ~second)}) {
                wire_connect data = ask;
                ASSERT_EQ(0, obd_negotiate(&data, kind)) << kind << " " << bit;
                ExpectNothingUnasked(ask, data);
                if (HasFatalFailure())
                    FAIL() << kind << " " << bit;
            }
        }
    }
}

TEST(NegotiateTest, RandomSetsAndValues) {
    std::mt19937_64 random(1);
    int passed = 0;

    for (int i = 0; i < 300000; i++) {
        wire_connect ask, data;
        Fill(&ask, &random);
        // Few flags or many.
        if (i % 2)
            ask.flags &= cpu_to_le64(random() & random() & random());
        data = ask;
        if (obd_negotiate(&data, kKinds[random() % 3]))
            continue;
        passed++;
        ExpectNothingUnasked(ask, data);
        if (HasFatalFailure())
            return;
    }
    EXPECT_LT(100000, passed);
}

TEST(NegotiateTest, OurOwnClientGetsAllThatItAsksFor) {
    for (const target_kind kind : kKinds) {
        wire_connect ask, data;
        obd_ask(&ask, kind);
        data = ask;
        ASSERT_EQ(0, obd_negotiate(&data, kind));
        EXPECT_EQ(ask.flags, data.flags);
        EXPECT_EQ(ask.flags2, data.flags2);
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

TEST(NegotiateTest, SecondWordIsGrantedByOstsThatAreAskedForIt) {
    for (const target_kind kind : kKinds) {
        for (const u64 flags : {0ULL, CONN_FLAGS2}) {
            wire_connect data = Ask(flags, ~0ULL);
            ASSERT_EQ(0, obd_negotiate(&data, kind));
            EXPECT_EQ(kind == TARGET_OST && flags ? CONN2_LSEEK : 0, le64_to_cpu(data.flags2)) << kind;
        }
    }
}

TEST(NegotiateTest, ImpossibleWishesAreRefused) {
    wire_connect data = {};
    data.flags = cpu_to_le64(CONN_BRW_SIZE);
    data.brw_size = cpu_to_le32(4095);
    EXPECT_EQ(-EPROTO, obd_negotiate(&data, TARGET_OST));
    data = {};
    data.flags = cpu_to_le64(CONN_CKSUM);
    data.cksum_types = cpu_to_le32(0x10);  // T10 guards
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
