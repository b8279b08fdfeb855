// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/floor_test.h"

#include <random>
#include <string>
#include <vector>

#include <linux/types.h>

extern "C" {
#include "mds/mgs_internal.h"
}

namespace {

const std::string kHead = "sheen-config 1\nfsname sheen\nlov lov1_UUID 1048576 2 -1 0\n";
const std::string kMdt = "mdt 0 mdt_UUID 10.0.0.1@tcp\n";

class MgsConfTest : public FloorTest {
protected:
    static int Parse(std::string text, mgs_conf **conf, std::string *why) {
        char buffer[OBD_WHY_SIZE] = "";
        const int rc = mgs_conf_parse(text.data(), conf, buffer);
        *why = buffer;
        return rc;
    }
};

TEST_F(MgsConfTest, ReadsAll) {
    Run([] {
        mgs_conf *c;
        std::string why;
        ASSERT_EQ(0, Parse("# a comment\n\n" + kHead + "timeout 20 # seconds\n" + kMdt +
                               "ost 3 ost3_UUID 10.0.0.2@tcp,10.1.0.2@tcp1 10.0.0.3@tcp\r\n",
                           &c, &why))
            << why;
        EXPECT_STREQ("sheen", c->fsname);
        EXPECT_EQ(1048576u, c->stripe_size);
        EXPECT_EQ(2, c->stripe_count);
        EXPECT_EQ(-1, c->stripe_offset);
        EXPECT_EQ(20u, c->timeout);
        ASSERT_EQ(2u, c->nr_targets);
        EXPECT_TRUE(c->targets[0].is_mdt);
        const mgs_target &ost = c->targets[1];
        EXPECT_FALSE(ost.is_mdt);
        EXPECT_EQ(3u, ost.index);
        EXPECT_STREQ("ost3_UUID", ost.uuid);
        ASSERT_EQ(2u, ost.nr_nodes);
        EXPECT_EQ(2u, ost.nodes[0].nr);
        EXPECT_EQ(1u, ost.nodes[1].nr);
        EXPECT_EQ(LNET_MKNID(LNET_NET_TCP, 1, 0x0a010002), ost.nodes[0].nids[1]);
        mgs_conf_free(c);
    });
}

TEST_F(MgsConfTest, StripeCountZeroIsOne) {
    Run([] {
        mgs_conf *c;
        std::string why;
        ASSERT_EQ(0, Parse("sheen-config 1\nfsname a\nlov l 65536 0 -1 0\n" + kMdt, &c, &why)) << why;
        EXPECT_EQ(1, c->stripe_count);
        mgs_conf_free(c);
    });
}

// What is wrong, and what the administrator is told.
struct Bad {
    std::string text;
    const char *why;
};

TEST_F(MgsConfTest, EveryErrorIsNamedWithItsLine) {
    const std::string long_uuid(40, 'u');
    const Bad bad[] = {
        {"sheen-config 2\n", "line 1 of the configuration: only version 1"},
        {"sheen-config\n", "only version 1"},
        {"fsname toolongname\n", "1 to 8 characters"},
        {"fsname a/b\n", "letters, digits"},
        {"lov " + long_uuid + " 65536 1 -1 0\n", "at most 39"},
        {"lov l 65537 1 -1 0\n", "multiple of 65536"},
        {"lov l 0 1 -1 0\n", "multiple of 65536"},
        {"lov l 4294967296 1 -1 0\n", "multiple of 65536"},
        {"lov l x 1 -1 0\n", "multiple of 65536"},
        {"lov l 65536 2001 -1 0\n", "stripe count"},
        {"lov l 65536 -2 -1 0\n", "stripe count"},
        {"lov l 65536 1 -2 0\n", "stripe offset"},
        {"lov l 65536 1 -1 2\n", "stripe pattern"},
        {"lov l 65536 1 -1\n", "not understood"},
        {kHead + kMdt + "ost 65536 o 10.0.0.2@tcp\n", "line 5 of the configuration: a target index"},
        {kHead + kMdt + "ost -1 o 10.0.0.2@tcp\n", "a target index"},
        {kHead + kMdt + "ost 0 " + long_uuid + " 10.0.0.2@tcp\n", "at most 39"},
        {kHead + kMdt + "ost 0 mdt_UUID 10.0.0.2@tcp\n", "earlier line"},
        {kHead + kMdt + kMdt, "earlier line"},
        {kHead + kMdt + "ost 0 o nonsense\n", "a NID looks like"},
        {kHead + kMdt + "ost 0 o 10.0.0.2@tcp,\n", "a NID looks like"},
        {kHead + kMdt + "ost 0 o 1.1.1.1@tcp,1.1.1.2@tcp,1.1.1.3@tcp,1.1.1.4@tcp,1.1.1.5@tcp\n", "too many NIDs"},
        {kHead + kMdt + "ost 0 o 1.1.1.1@tcp 1.1.1.2@tcp 1.1.1.3@tcp 1.1.1.4@tcp 1.1.1.5@tcp\n", "too many words"},
        {kHead + kMdt + "ost 0 o\n", "not understood"},
        {kHead + kMdt + "timeout x\n", "bad number of seconds"},
        {kHead + kMdt + "frobnicate\n", "not understood"},
        {kHead, "end reached"},
        {"sheen-config 1\nfsname a\n" + kMdt, "end reached"},
        {"lov l 65536 1 -1 0\n" + kMdt, "end reached"},
        {"", "end reached"},
    };

    Run([&] {
        for (const Bad &b : bad) {
            mgs_conf *c;
            std::string why;
            EXPECT_EQ(-EINVAL, Parse(b.text, &c, &why)) << b.text;
            EXPECT_NE(std::string::npos, why.find(b.why)) << b.text << " -> " << why;
            EXPECT_NE(std::string::npos, why.find("line ")) << why;
        }
    });
}

TEST_F(MgsConfTest, RandomText) {
    static const char *const kWords[] = {"sheen-config", "1",   "fsname", "a",     "lov", "mdt", "ost", "timeout",
                                         "65536",        "-1",  "0",      "#",     "\n",  "\n",  "\t",  "10.0.0.1@tcp",
                                         ",",            "u_UUID", "99999999999", ""};
    Run([&] {
        std::mt19937_64 random(1);
        for (int i = 0; i < 30000; i++) {
            std::string text = random() % 2 ? kHead : "";
            for (int k = random() % 20; k > 0; k--)
                text += std::string(kWords[random() % 20]) + (random() % 4 ? " " : "");
            mgs_conf *c;
            std::string why;
            if (!Parse(text, &c, &why))
                mgs_conf_free(c);
            else
                EXPECT_FALSE(why.empty()) << text;
        }
    });
}

}  // namespace
