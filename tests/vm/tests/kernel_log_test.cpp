// SPDX-License-Identifier: GPL-2.0
#include "kernel_log.h"

#include <gtest/gtest.h>

namespace sheen::vm {
namespace {

TEST(KernelLog, FindsFaults) {
    for (const char *line : {
             "[    2.2] WARNING: CPU: 0 PID: 84 at kernel/sched.c:3 f+0xf/0x10 [lnet]",
             "[    2.2] BUG: kernel NULL pointer dereference, address: 0000000000000008",
             "[    2.2] Oops: 0000 [#1] PREEMPT SMP NOPTI",
             "[  240.1] INFO: task umount:512 blocked for more than 120 seconds.",
             "[    9.9] refcount_t: underflow; use-after-free.",
             "[   22.1] rcu: INFO: rcu_preempt self-detected stall on CPU",
             "[    9.9] BUG obd_req (Tainted: G   OE): Objects remaining in obd_req on shutdown",
             "[    3.0] lnet: 2 messages leaked",
             "[    1.0] Kernel panic - not syncing: Fatal exception",
             "[    8.1] LustreError: 412:0:(file.c:80:f()) ASSERTION( count > 0 ) failed:",
             "[    8.1] LustreError: 412:0:(file.c:80:f()) LBUG",
         })
        EXPECT_EQ(kernel_log_faults(line).size(), 1u) << line;
}

TEST(KernelLog, LeavesOrdinaryLinesAlone) {
    EXPECT_TRUE(kernel_log_faults("[    1.0] lnet: loading out-of-tree module taints kernel.\n"
                                  "[    1.0] EXT4-fs (vdb): recovery complete\n"
                                  "[    0.0] tsc: Unable to calibrate against PIT\n"
                                  "sheen-agent: ready\n")
                    .empty());
}

TEST(KernelLog, KeepsTheOrderAndDropsLineEnds) {
    const auto faults = kernel_log_faults("a BUG: one\r\nfine\r\nWARNING: two\r\n");
    EXPECT_EQ(faults, (std::vector<std::string>{"a BUG: one", "WARNING: two"}));
}

TEST(KernelLog, FindsEvictionsAndLostConnections) {
    const std::string log =
        "[    1.0] LustreError: sheen-MDT0000-mdc-1: This client was evicted by sheen-MDT0000; in progress operations "
        "fail\n"
        "[    1.1] Lustre: sheen-OST0000-osc-1: Connection to sheen-OST0000 (at 10.0.0.2@tcp) was lost; in progress "
        "operations using this service will wait for recovery to complete\n"
        "[    1.2] Lustre: sheen-OST0000-osc-1: Connection restored to 10.0.0.2@tcp (at 10.0.0.2@tcp)\n"
        "[    1.3] sheen-MDT0000: client 10.0.0.3@tcp (uuid 4-5-6) is evicted: nothing was heard of it for 150 s\n"
        "[    1.4] Lustre: sheen-MDT0000: Recovery over after 0:06, of 2 clients 2 recovered and 0 were evicted.\n";
    EXPECT_EQ(evictions(log).size(), 2u);
    EXPECT_EQ(lost_connections(log).size(), 1u);
}

}  // namespace
}  // namespace sheen::vm
