// SPDX-License-Identifier: GPL-2.0
// NIDs and lists of networks as text.
#include <gtest/gtest.h>

#include <string>

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

extern "C" {
#include "lnet/internal.h"
}

namespace {

std::string Text(lnet_nid_t nid) {
    char buf[LNET_NIDSTR_SIZE];
    return lnet_nid_str(nid, buf);
}

TEST(LnetNid, TextOfEveryKind) {
    EXPECT_EQ("10.0.0.1@tcp", Text(LNET_MKNID(LNET_NET_TCP, 0, 0x0a000001)));
    EXPECT_EQ("255.255.255.255@tcp65535", Text(LNET_MKNID(LNET_NET_TCP, 65535, 0xffffffff)));
    EXPECT_EQ("192.168.1.2@o2ib3", Text(LNET_MKNID(LNET_NET_O2IB, 3, 0xc0a80102)));
    EXPECT_EQ("0@lo", Text(LNET_NID_LO));
    EXPECT_EQ("*", Text(LNET_NID_ANY));
    EXPECT_EQ("0.0.0.1@<77>", Text(LNET_MKNID(77, 0, 1)));
    EXPECT_GT(LNET_NIDSTR_SIZE, (int)Text(LNET_MKNID(65535, 65534, 0xffffffff)).size());
}

TEST(LnetNid, ParsesWhatItPrints) {
    for (const char *text : {"10.0.0.1@tcp", "1.2.3.4@tcp7", "0@lo", "9.8.7.6@o2ib"}) {
        lnet_nid_t nid = 0;
        ASSERT_EQ(0, lnet_nid_parse(text, &nid)) << text;
        EXPECT_EQ(text, Text(nid));
    }
    lnet_nid_t nid;
    ASSERT_EQ(0, lnet_nid_parse("10.0.0.1@tcp0", &nid));
    EXPECT_EQ("10.0.0.1@tcp", Text(nid));
}

TEST(LnetNid, RefusesNonsense) {
    for (const char *text : {"", "@", "10.0.0.1", "10.0.0.1@", "10.0.0@tcp", "10.0.0.256@tcp", "10.0.0.1.2@tcp",
                             "10.0.0.1@tcp65536", "10.0.0.1@tcpx", "10.0.0.1@eth", "1@lo", "0@lo1", " 10.0.0.1@tcp",
                             "10.0.0.1 @tcp", "-1.0.0.0@tcp", "99999999999.0.0.1@tcp"}) {
        lnet_nid_t nid;
        EXPECT_EQ(-EINVAL, lnet_nid_parse(text, &nid)) << text;
    }
}

TEST(LnetNetworks, ParsesLists) {
    lnet_net_spec specs[4];

    ASSERT_EQ(1, lnet_net_specs_parse("tcp", specs, 4));
    EXPECT_EQ((u32)LNET_NET_TCP, specs[0].type);
    EXPECT_EQ(0u, specs[0].num);
    EXPECT_STREQ("", specs[0].interface);

    ASSERT_EQ(3, lnet_net_specs_parse("tcp0(eth0), tcp1( 10.77.0.5 ) ,o2ib(ib0)", specs, 4));
    EXPECT_STREQ("eth0", specs[0].interface);
    EXPECT_EQ(1u, specs[1].num);
    EXPECT_STREQ("10.77.0.5", specs[1].interface);
    EXPECT_EQ((u32)LNET_NET_O2IB, specs[2].type);
}

TEST(LnetNetworks, RefusesNonsense) {
    lnet_net_spec specs[2];

    for (const char *text : {"", ",", "tcp,", "tcp,tcp", "tcp0,tcp", "lo", "tcp(", "tcp)", "tcp()", "tcp(eth0",
                             "tcp)eth0(", "tcp(eth0)x", "ether"})
        EXPECT_EQ(-EINVAL, lnet_net_specs_parse(text, specs, 2)) << text;
    EXPECT_EQ(-E2BIG, lnet_net_specs_parse("tcp,tcp1,tcp2", specs, 2));
    EXPECT_EQ(-EINVAL, lnet_net_specs_parse(("tcp(" + std::string(100, 'x') + ")").c_str(), specs, 2));
}

}  // namespace
