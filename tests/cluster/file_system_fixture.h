/* SPDX-License-Identifier: GPL-2.0 */
// A Sheen file system on a cluster of a test's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cluster_fixture.h"
#include "file_system.h"

namespace sheen::vm {

class FileSystemTest : public ClusterTest {
protected:
    // Boots the servers and some clients, formats, and starts the servers.
    void start(const std::vector<std::string> &clients = FileSystem::clients()) {
        std::vector<std::string> names = FileSystem::servers();
        names.insert(names.end(), clients.begin(), clients.end());
        boot(names);
        files_ = std::make_unique<FileSystem>(*cluster_);
        files_->configure();
        files_->format_and_start();
    }

    // The same with two servers that can reach each other's disks, and client1: the MDT on mds1, an OST on oss1.
    void start_pair() {
        partners_ = {{"mds1", "oss1"}, {"oss1", "mds1"}};
        boot({"mds1", "oss1", "client1"});
        const std::string own = "/dev/disk/by-id/virtio-data", partners = "/dev/disk/by-id/virtio-partner";
        files_ = std::make_unique<FileSystem>(
            *cluster_, FileSystem::Targets{{"mds1", own, {"oss1", partners}}, {{"oss1", own, {"mds1", partners}}}});
        files_->configure();
        files_->format_and_start();
    }

    static std::string command(const std::string &name, const std::string &options) {
        return "lconf " + options + " --node " + (name.starts_with("client") ? "client" : name) + " " + kConfig;
    }

    void lconf(const std::string &name, const std::string &options) { node(name).must(command(name, options)); }

    void boot_again(const std::string &name) {
        node(name).start();
        node(name).wait_ready();
        files_->give_configuration(name);
    }

    // Runs a command in the mounted file system of a client.
    std::string on(const std::string &name, const std::string &command) {
        return node(name).must(std::string("cd ") + FileSystem::kMountPoint + " && " + command);
    }

    static constexpr char kConfig[] = "/etc/lustre/sheen.xml";
    std::unique_ptr<FileSystem> files_;
};

}  // namespace sheen::vm
