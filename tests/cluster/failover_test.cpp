// SPDX-License-Identifier: GPL-2.0
// Two servers that can reach each other's disks: one takes over what the other ran when that loses its power, by hand.
#include "pair_fixture.h"

namespace sheen::vm {
namespace {

class FailoverTest : public PairTest {};

TEST_F(FailoverTest, OneServerTakesOverFromTheOther) {
    start_pair();
    start_client();
    start_copies();
    wait_for_more(60);

    node("oss1").power_cut();
    lconf("mds1", "--select data1=mds1");
    wait_for_more(30);

    // Back again, it would like to run what it ran before, and must not.
    boot_again("oss1");
    const Result refused = node("oss1").run(command("oss1", ""));
    EXPECT_NE(refused.status, 0);
    EXPECT_NE(refused.errors.find("data1 is running at mds1"), std::string::npos) << refused.errors;
    wait_for_more(10);
    lconf("mds1", "--cleanup --failover --group data1");
    lconf("oss1", "");
    wait_for_more(30);

    EXPECT_EQ(finish_copies(), "0\n");
    expect_copies();
    EXPECT_EQ(node("client1").must("dmesg | grep -c 'evicted by' || true"), "0\n");
    lconf("client1", "--cleanup");
    lconf("mds1", "--cleanup");
    lconf("oss1", "--cleanup");
}

}  // namespace
}  // namespace sheen::vm
