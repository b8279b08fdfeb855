/* SPDX-License-Identifier: GPL-2.0 */
// A Sheen file system on the standard nodes, set up as an administrator would: lmc writes the
// configuration, lconf applies it, clients mount.
#pragma once

#include <string>
#include <vector>

#include "cluster.h"

namespace sheen::vm {

class FileSystem {
public:
    static constexpr char kName[] = "sheen";
    static constexpr char kMountPoint[] = "/mnt/sheen";
    static constexpr char kSource[] = "mds1@tcp:/sheen";

    struct Home {
        std::string node, device;
    };
    struct Target {
        std::string node, device;
        Home second = {};  // the node that takes over
    };
    struct Targets {
        Target mdt;
        std::vector<Target> osts;
    };

    // With the MDT on mds1 and an OST each on oss1 and oss2, or as it is said.
    explicit FileSystem(Cluster &cluster);
    FileSystem(Cluster &cluster, Targets targets);

    // Writes the configuration with lmc (on the host) and gives it to every node.
    void configure();
    void give_configuration(const std::string &node);

    // Servers: first start with empty disks, later starts, and the end.
    void format_and_start();
    void start_servers();
    void start_server(const std::string &node);

    void mount(const std::string &node, const std::string &options = "rw");
    void unmount(const std::string &node);

    // lconf --cleanup on the servers.
    void stop_servers();
    // The same everywhere; throws when a module of ours stays loaded.
    void stop();

    // The standard nodes.
    static const std::vector<std::string> &servers();
    static const std::vector<std::string> &clients();

private:
    void apply(const std::string &node, const std::string &options);
    // Throws the first node's error when all have ended.
    void apply_at_once(const std::vector<std::string> &nodes, const std::string &options);
    void expect_unloaded(const std::string &node);

    Cluster &cluster_;
    Targets targets_;
    std::vector<std::string> server_nodes_;  // the one of the MDT first
};

}  // namespace sheen::vm
