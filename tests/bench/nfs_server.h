/* SPDX-License-Identifier: GPL-2.0 */
// The kernel's NFS server on a node, exporting a folder to one client with NFSv4.2 only.
#pragma once

#include <string>

#include "node.h"

namespace sheen::bench {

class NfsServer {
public:
    enum class Promise { kSync, kAsync };  // of the export: answers when it is on the disk, or before

    NfsServer(vm::Node &server, vm::Node &client) : server_(server), client_(client) {}

    // Makes an ext4 on a device and starts the server's threads. Both nodes have their addresses from `network`.
    void start(const std::string &device, const std::string &server_address, const std::string &client_address);

    // Exports it, or changes how. Nobody may have mounted it.
    void export_with(Promise promise);

    void mount(const std::string &mount_point);

private:
    vm::Node &server_, &client_;
    std::string server_address_, client_address_;
};

}  // namespace sheen::bench
