/* SPDX-License-Identifier: GPL-2.0 */
// A cluster: nodes on a network, with state in a run folder so that other processes find it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "files.h"
#include "network.h"
#include "node.h"

namespace sheen::vm {

struct NodeSpec {
    std::string name;
    int index = 0;        // last part of its addresses
    bool server = false;  // has an empty disk "data" of its own (/dev/vdb)
    bool tree = false;    // has a read-only disk "tree" with files to copy (/dev/vdb)
    // Another server, whose disk "data" it can reach as "partner", too.
    std::string partner = {};
};

// mds1, oss1, oss2, client1, client2.
const std::vector<NodeSpec> &standard_nodes();

struct ClusterOptions {
    std::filesystem::path run_folder;
    std::filesystem::path source;  // 9p folder /host of every node
    std::filesystem::path share;   // 9p folder /share of every node; empty: none
    std::string kernel = "6.1";
    std::string more_packages = {};  // another list of them in config/, for every node
    bool full_tree = false;          // the disk "tree" holds everything
    bool keep = false;               // machines outlive this process
    int memory_mib = 640;
    int cpus = 1;
    std::vector<NodeSpec> nodes = standard_nodes();
};

constexpr std::uintmax_t kDataDiskBytes = std::uintmax_t(2) << 30;  // sparse

class Cluster {
public:
    using Progress = std::function<void(const std::string &line)>;

    // A new cluster, with empty disks unless options.keep is set and the folder has some.
    explicit Cluster(ClusterOptions options, Progress progress = nullptr);

    // The cluster that another process left running in a run folder. Throws when there is none.
    static std::unique_ptr<Cluster> open(const std::filesystem::path &run_folder);

    // Without `keep`, cuts the power of all nodes and removes the network.
    ~Cluster();
    Cluster(const Cluster &) = delete;
    Cluster &operator=(const Cluster &) = delete;

    void start();                     // starts the nodes that are off and waits until all are ready
    void stop(bool orderly = false);  // turns all nodes off and removes the network

    Node &node(const std::string &name);
    std::vector<Node *> nodes();
    Network &network() { return network_; }
    const Kernel &kernel() const { return kernel_; }
    const std::string &accelerator() const { return accelerator_; }
    const ClusterOptions &options() const { return options_; }
    // The disk "root" of every node; empty in a cluster that open() returned.
    const std::filesystem::path &root_disk() const { return root_; }

    // Names and faults of all nodes' kernel logs, one line each; empty when all are clean.
    std::vector<std::string> kernel_log_faults();

    // Keeps the kernel logs of the nodes that are on, as nodes/NAME/dmesg in the run folder.
    void save_kernel_logs();

    // Every node that may exist by default resolves by name, chosen or not.
    static std::string host_list(const std::vector<NodeSpec> &nodes);

private:
    Cluster(ClusterOptions options, Progress progress, bool existing);
    void prepare_images();
    void prepare_nodes();
    void make_disks();
    void forget_consoles();
    MachineOptions machine_for(const NodeSpec &spec) const;
    std::filesystem::path node_folder(const std::string &name) const;
    void save() const;
    void say(const std::string &line) const;

    ClusterOptions options_;
    Progress progress_;
    std::unique_ptr<FileLock> lock_;  // held by the process that runs a cluster of its own
    Network network_;
    Kernel kernel_;
    std::string accelerator_;
    std::filesystem::path initramfs_, root_, modules_, tree_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

// Keeps the kernel logs, and prints what is wrong in them and where they are, as errors.
void report_failure(Cluster &cluster);

}  // namespace sheen::vm
