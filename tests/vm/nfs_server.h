/* SPDX-License-Identifier: GPL-2.0 */
// The kernel's NFS server on a node, exporting a folder to one client with NFSv4.2 only.
#pragma once

#include <string>

#include "node.h"

namespace sheen::vm {

class NfsServer {
public:
    enum class Promise { kSync, kAsync };  // of the export: answers when it is on the disk, or before

    NfsServer(Node &server, Node &client) : server_(server), client_(client) {}

    // Starts the server's threads. Both nodes have their addresses from `network`.
    void start(const std::string &server_address, const std::string &client_address);

    // Exports a folder as the root of what the client sees, or changes how. Nobody may have mounted it.
    void export_folder(const std::string &folder, Promise promise);

    void mount(const std::string &mount_point);

    // Gives up the folder, which can be unmounted then. Nobody may have mounted the export.
    void stop();

private:
    Node &server_, &client_;
    std::string server_address_, client_address_;
};

}  // namespace sheen::vm
