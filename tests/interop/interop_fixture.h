/* SPDX-License-Identifier: GPL-2.0 */
// Sheen and stock Lustre together, either as servers and either as clients.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "kernel_log.h"
#include "manifest.h"
#include "posix_fixture.h"
#include "stock_node.h"

namespace sheen::vm {

// How much the tests do: what emulated machines bear in minutes or, with --full, what is asked of real ones.
struct Amount {
    std::string tree;  // on client1, to be copied
    long big_bytes;
    int names;
    std::chrono::seconds idle;
};

class InteropTest : public PosixFixture {
protected:
    static constexpr char kTree[] = "/mnt/tree";  // a disk with files to copy, on client1

    static const Amount &amount();

    void SetUp() override {
        memory_mib_ = 1536;  // with less the modules of a 2.16 client fail an assertion when they are loaded
        share_ = stock_folder();
        if (share_.empty())
            GTEST_SKIP() << "needs a stock client: ./run test interop --oracle DIR";
    }

    // Boots and starts Sheen servers and both clients, and mounts. The clients named in @stock are stock ones, the
    // others Sheen's.
    void start_with(const std::set<std::string> &stock) {
        start();
        mount_clients(stock);
    }

    // The same with stock servers, all on mds1.
    void start_on_stock_servers(const std::set<std::string> &stock);

    void mount_client(const std::string &client, bool stock);
    void mount_clients(const std::set<std::string> &stock);
    void unmount_clients();

    // A command in the file system that may take long under emulation.
    std::string on_long(const std::string &name, const std::string &command);

    void mount_tree() {
        node("client1").must(std::string("mkdir -p /mnt/tree && mount -r -t erofs /dev/disk/by-id/virtio-tree ") +
                             kTree);
    }

    // Every node pings every other one.
    void check_pings();

    // What both clients see of the work of either. Each works in the root with names of its own.
    void check_tree();
    void check_big_file();
    void check_names();
    void check_many_names();
    void check_attributes();
    void check_sizes();
    void check_direct_io();
    void check_unlinked_while_open();
    void check_turns();

    // Most of these, for two clients of one kind and for two kinds.
    void check_what_programs_expect();
    void check_two_kinds_of_clients();

    // A copy, seen from @client, is what the original on client1 is.
    void expect_same(const std::string &original, const std::string &client, const std::string &copy) {
        const auto nobody = [](std::size_t) {};
        Node &first = node("client1"), &other = node(client);
        for (const std::string &line : differences(read_attributes(first, original), read_attributes(other, copy)))
            ADD_FAILURE() << "attributes on " << client << ": " << line;
        for (const std::string &line :
             differences(read_checksums(first, original, nobody), read_checksums(other, copy, nobody)))
            ADD_FAILURE() << "contents on " << client << ": " << line;
    }

    // Nobody but a client that was turned off may be evicted, and without power cuts a client hardly ever loses a
    // connection.
    std::vector<std::string> faults() override {
        std::vector<std::string> found = cluster_->kernel_log_faults();
        for (Node *one : cluster_->nodes()) {
            for (const std::string &line : one->search_kernel_log(evictions))
                if (turned_off_.empty() || line.find("client " + turned_off_ + " ") == std::string::npos)
                    found.push_back(one->name() + ": " + line);
            const std::size_t lost = one->search_kernel_log(lost_connections).size();
            if (lost > lost_connections_allowed_)
                found.push_back(one->name() + ": lost a connection " + std::to_string(lost) + " times");
        }
        return found;
    }

    std::string turned_off_;                    // NID of a client
    std::size_t lost_connections_allowed_ = 6;  // of one client; emulated nodes on a busy machine may be late
};

}  // namespace sheen::vm
