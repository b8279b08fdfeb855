/* SPDX-License-Identifier: GPL-2.0 */
// Sheen beside the kernel's NFS: the same rows, on the same two machines, each row on one file system after the other.
#pragma once

#include <vector>

#include "cluster.h"
#include "report.h"

namespace sheen::bench {

struct Plan {
    std::vector<Row> rows;
    int rounds = 1;
    Amounts amounts;
};

// Takes a cluster with mds1 and client1, which it starts. Throws when an operation fails, never for the time
// that it takes.
Report run_bench(vm::Cluster &cluster, const Plan &plan);

}  // namespace sheen::bench
