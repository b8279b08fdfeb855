/* SPDX-License-Identifier: GPL-2.0 */
// Sheen servers with stock clients.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "kernel_log.h"
#include "manifest.h"
#include "posix_fixture.h"
#include "stock_client.h"

namespace sheen::vm {

class InteropTest : public PosixFixture {
protected:
    static constexpr char kTree[] = "/mnt/tree";  // a disk with files to copy, on client1

    void SetUp() override {
        share_ = stock_client_folder();
        if (share_.empty())
            GTEST_SKIP() << "needs a stock client: ./run test interop --oracle DIR";
    }

    // Boots and starts servers and clients, and mounts. The clients named in @stock are stock ones, the others Sheen's.
    void start_with(const std::vector<std::string> &clients, const std::set<std::string> &stock) {
        stock_ = stock;
        start(clients);
        for (const std::string &client : clients) {
            if (stock.count(client))
                install_stock_client(node(client));
            files_->mount(client, "user_xattr");  // which a stock client does not do unasked
            give_probe(client);
        }
    }

    void mount_tree() {
        node("client1").must(std::string("mkdir -p /mnt/tree && mount -r -t erofs /dev/disk/by-id/virtio-tree ") +
                             kTree);
    }

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

    // Nobody may be evicted in any of these tests, and without power cuts a client hardly ever loses a connection.
    std::vector<std::string> faults() override {
        std::vector<std::string> found = cluster_->kernel_log_faults();
        for (Node *one : cluster_->nodes()) {
            for (const std::string &line : one->search_kernel_log(evictions))
                found.push_back(one->name() + ": " + line);
            const std::size_t lost = one->search_kernel_log(lost_connections).size();
            if (lost > lost_connections_allowed_)
                found.push_back(one->name() + ": lost a connection " + std::to_string(lost) + " times");
        }
        return found;
    }

    std::size_t lost_connections_allowed_ = 6;  // of one client; emulated nodes on a busy machine may be late
    std::set<std::string> stock_;
};

}  // namespace sheen::vm
