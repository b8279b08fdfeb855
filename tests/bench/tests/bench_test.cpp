// SPDX-License-Identifier: GPL-2.0
// A short benchmark on real kernels: rows of every kind work on every file system.
#include "bench.h"

#include "cluster_fixture.h"

namespace sheen::vm {
namespace {

class BenchTest : public ClusterTest {};

TEST_F(BenchTest, RowsWorkEverywhere) {
    boot({"mds1", "client1"});
    bench::Plan plan;
    plan.rows = bench::choose_rows("^(write|read-cold|random-write-direct|create|readdir|rename|rmdir|tar)$");
    plan.amounts = {10, 2, 10, 2, 10};
    const bench::Report report = bench::run_bench(*cluster_, plan);
    ASSERT_EQ(report.lines.size(), plan.rows.size());
    for (const bench::Line &line : report.lines) {
        for (const bench::Cell &cell : line.cells) {
            ASSERT_EQ(cell.samples.size(), 1u) << line.row.name;
            EXPECT_GT(cell.per(bench::Measure::kClock), 0) << line.row.name;
        }
    }
}

}  // namespace
}  // namespace sheen::vm
