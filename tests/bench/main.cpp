// SPDX-License-Identifier: GPL-2.0
// sheen-bench: ./run bench, after sheen-run has made what the machines need. It takes the same command line.
#include <fmt/core.h>
#include <signal.h>

#include <cstdio>

#include "bench.h"
#include "demo.h"
#include "error.h"
#include "files.h"
#include "options.h"

namespace sheen::bench {
namespace {

constexpr int kFullRounds = 3;

Plan plan_of(const vm::Options &options) {
    Plan plan;
    plan.rows = choose_rows(options.filter);
    if (options.full)
        plan.amounts = full_amounts();
    else if (options.quick)
        plan.amounts = quick_amounts();
    plan.rounds = options.rounds ? options.rounds : options.full ? kFullRounds : 1;
    return plan;
}

vm::ClusterOptions machines(const vm::Options &options) {
    vm::Options two = options;
    two.nodes = {"mds1", "client1"};
    two.full = false;  // the tree of 2,000 files will do
    return two.cluster();
}

void show(const Report &report, const vm::Options &options) {
    fmt::print("\n{}\n", table(report));
    vm::write_file(options.plot, plot(report));
    fmt::print("plot: {}\n", options.plot.string());
    if (options.json.empty())
        return;
    vm::write_file(options.json, json(report));
    fmt::print("JSON: {}\n", options.json.string());
}

int run(const vm::Options &options) {
    const Plan plan = plan_of(options);
    vm::Cluster cluster(machines(options), [](const std::string &line) {
        fmt::print("{}\n", line);
        std::fflush(stdout);
    });
    try {
        show(run_bench(cluster, plan), options);
        const std::vector<std::string> faults = cluster.kernel_log_faults();
        if (!faults.empty())
            vm::fail("the kernels found faults");
    } catch (const vm::Error &error) {
        std::fflush(stdout);
        fmt::print(stderr, "sheen-bench: {}\n", error.what());
        report_failure(cluster);
        return 1;
    }
    return 0;
}

}  // namespace
}  // namespace sheen::bench

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    try {
        return sheen::bench::run(sheen::vm::parse_options(argc, argv));
    } catch (const std::exception &error) {
        std::fflush(stdout);
        fmt::print(stderr, "sheen-bench: {}\n", error.what());
        return 1;
    }
}
