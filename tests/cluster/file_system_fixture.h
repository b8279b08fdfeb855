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

    // Runs a command in the mounted file system of a client.
    std::string on(const std::string &name, const std::string &command) {
        return node(name).must(std::string("cd ") + FileSystem::kMountPoint + " && " + command);
    }

    std::unique_ptr<FileSystem> files_;
};

}  // namespace sheen::vm
