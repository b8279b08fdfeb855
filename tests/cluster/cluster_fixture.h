/* SPDX-License-Identifier: GPL-2.0 */
// What tests on real kernels share: a cluster of their own, and a clean kernel log at the end.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cluster.h"
#include "debug_kernel.h"

namespace sheen::vm {

class ClusterTest : public ::testing::Test {
protected:
    // Boots the named nodes on the kernel that ./run test --kernel chose.
    void boot(const std::vector<std::string> &names) {
        const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
        ClusterOptions options;
        options.run_folder = std::string(SHEEN_VM_BUILD "/test-run/") + info->test_suite_name() + "." + info->name();
        options.source = SHEEN_VM_SOURCE;
        options.share = share_;
        options.more_packages = more_packages_;
        if (memory_mib_)
            options.memory_mib = memory_mib_;
        if (const char *kernel = std::getenv("SHEEN_KERNEL"))
            options.kernel = kernel;
        options.nodes.clear();
        for (const NodeSpec &spec : standard_nodes()) {
            for (const std::string &name : names) {
                if (spec.name != name)
                    continue;
                options.nodes.push_back(spec);
                options.nodes.back().partner = partners_[name];
            }
        }
        cluster_ = std::make_unique<Cluster>(options);
        cluster_->start();
    }

    Node &node(const std::string &name) { return cluster_->node(name); }

    // On a kernel that can: looks for memory that nobody points to any more. What is younger than five seconds does
    // not count, so it is looked for twice. The kernel log has the number of finds, this has where they came from.
    void find_leaks() {
        if (cluster_->options().kernel != kDebugKernel)
            return;
        for (const NodeSpec &spec : cluster_->options().nodes) {
            if (!node(spec.name).running())
                continue;
            const std::string found = node(spec.name).must(
                "mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug; cd /sys/kernel/debug; "
                "echo scan > kmemleak; sleep 6; echo scan > kmemleak; cat kmemleak");
            EXPECT_EQ(found, "") << "memory that was lost on " << spec.name;
        }
    }

    // What must not be in the nodes' kernel logs at the end of a test.
    virtual std::vector<std::string> faults() { return cluster_->kernel_log_faults(); }

    // A test that does not expect kernel faults has none.
    void TearDown() override {
        if (!cluster_)
            return;
        find_leaks();
        for (const std::string &line : faults())
            ADD_FAILURE() << line;
        if (HasFailure())
            cluster_->save_kernel_logs();
        const auto folder = cluster_->options().run_folder;
        cluster_.reset();
        if (!HasFailure())
            std::filesystem::remove_all(folder);
    }

    std::filesystem::path share_;                  // a further host folder, /share in every node
    std::string more_packages_;                    // a list of further packages for every node, in config/
    int memory_mib_ = 0;                           // of every node; 0: the usual
    std::map<std::string, std::string> partners_;  // whose disk a node can reach, too
    std::unique_ptr<Cluster> cluster_;
};

}  // namespace sheen::vm
