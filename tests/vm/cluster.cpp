// SPDX-License-Identifier: GPL-2.0
#include "cluster.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "debug_kernel.h"
#include "error.h"
#include "images.h"

namespace sheen::vm {
namespace {

constexpr char kStateFile[] = "cluster";  // one "key value" per line, in the run folder

std::string network_name(const fs::path &run_folder) {
    return "sheen-" + digest(run_folder).substr(0, 10);
}

NodeSpec standard_node(const std::string &name) {
    for (const NodeSpec &spec : standard_nodes()) {
        if (spec.name == name)
            return spec;
    }
    fail("no node is called {}; there are mds1, oss1, oss2, client1 and client2", name);
}

ClusterOptions load_options(const fs::path &run_folder) {
    std::ifstream file(run_folder / kStateFile);
    if (!file)
        fail("no cluster is up; start one with ./run up");
    ClusterOptions options;
    options.run_folder = run_folder;
    options.keep = true;
    options.nodes.clear();
    for (std::string line; std::getline(file, line);) {
        const auto space = line.find(' ');
        const std::string key = line.substr(0, space);
        const std::string value = space == std::string::npos ? "" : line.substr(space + 1);
        if (key == "source")
            options.source = value;
        else if (key == "share")
            options.share = value;
        else if (key == "kernel")
            options.kernel = value;
        else if (key == "full")
            options.full_tree = value == "1";
        else if (key == "memory")
            options.memory_mib = std::stoi(value);
        else if (key == "cpus")
            options.cpus = std::stoi(value);
        else if (key == "node")
            options.nodes.push_back(standard_node(value));
    }
    return options;
}

// The agent is built beside the program that uses this library.
fs::path agent_program() {
    return fs::path(SHEEN_VM_AGENT);
}

}  // namespace

const std::vector<NodeSpec> &standard_nodes() {
    static const std::vector<NodeSpec> nodes = {
        {.name = "mds1", .index = 1, .server = true},
        {.name = "oss1", .index = 2, .server = true},
        {.name = "oss2", .index = 3, .server = true},
        {.name = "client1", .index = 4, .tree = true},
        {.name = "client2", .index = 5},
    };
    return nodes;
}

std::string Cluster::host_list(const std::vector<NodeSpec> &nodes) {
    std::string list;
    for (const NodeSpec &spec : nodes)
        list += fmt::format("{}{}:{}", list.empty() ? "" : ",", spec.name, Network::data_address(spec.index));
    return list;
}

Cluster::Cluster(ClusterOptions options, Progress progress) : Cluster(std::move(options), std::move(progress), false) {}

Cluster::Cluster(ClusterOptions options, Progress progress, bool existing)
    : options_(std::move(options)), progress_(std::move(progress)), network_(network_name(options_.run_folder)) {
    if (options_.kernel == kDebugKernel)
        options_.memory_mib = std::max(options_.memory_mib, kDebugMemoryMib);
    if (geteuid() != 0)
        fail("virtual machines with a network need root; run this as root");
    fs::create_directories(options_.run_folder);
    lock_ = std::make_unique<FileLock>(options_.run_folder / "lock", FileLock::Wait::kNo);
    if (!lock_->held() && !existing)
        fail("another process runs a cluster in {}; choose another folder with SHEEN_RUN=DIR",
             options_.run_folder.string());
    if (existing)
        lock_.reset();  // commands on a cluster may run side by side
    else
        prepare_images();
    if (!options_.keep)
        fs::remove_all(options_.run_folder / "nodes");
    prepare_nodes();
    if (!existing)
        forget_consoles();
}

std::unique_ptr<Cluster> Cluster::open(const fs::path &run_folder) {
    return std::unique_ptr<Cluster>(new Cluster(load_options(run_folder), nullptr, true));
}

Cluster::~Cluster() {
    if (options_.keep)
        return;
    try {
        stop();
    } catch (const std::exception &error) {
        fmt::print(stderr, "sheen-run: {}\n", error.what());
    }
}

void Cluster::say(const std::string &line) const {
    if (progress_)
        progress_(line);
}

void Cluster::prepare_images() {
    say("preparing kernel " + options_.kernel);
    kernel_ = prepare_kernel(options_.kernel);
    initramfs_ = initramfs(kernel_, agent_program());
    say("preparing the root image");
    root_ = root_image(options_.source, options_.more_packages);
    modules_ = modules_image(options_.source, kernel_);
    const bool needs_tree =
        std::any_of(options_.nodes.begin(), options_.nodes.end(), [](const NodeSpec &spec) { return spec.tree; });
    if (needs_tree)
        tree_ = tree_image(kernel_, options_.full_tree);
    accelerator_ = choose_accelerator(kernel_, initramfs_);
}

fs::path Cluster::node_folder(const std::string &name) const {
    return options_.run_folder / "nodes" / name;
}

MachineOptions Cluster::machine_for(const NodeSpec &spec) const {
    MachineOptions machine;
    machine.name = spec.name;
    machine.index = spec.index;
    if (kernel_.boot_image.empty())
        return machine;  // of another process, which wrote down how to start it
    machine.accelerator = accelerator_;
    machine.memory_mib = options_.memory_mib;
    machine.cpus = options_.cpus;
    machine.boot_image = kernel_.boot_image;
    machine.patience = kernel_.series == kDebugKernel ? kDebugPatience : 1;
    machine.initramfs = initramfs_;
    machine.host_folder = options_.source;
    machine.share_folder = options_.share;
    machine.data_tap = Network::data_tap(spec.index);
    machine.control_tap = Network::control_tap(spec.index);
    machine.data_mtu = kDataMtu;
    machine.append = fmt::format(
        "sheen.node={} sheen.addr={} sheen.ctl={} sheen.mtu={} "
        "sheen.hosts={}",
        spec.name, Network::data_address(spec.index), Network::control_address(spec.index), kDataMtu,
        host_list(standard_nodes()));
    if (!options_.share.empty())
        machine.append += " sheen.share";
    machine.disks.push_back({root_, "root", true});
    if (spec.server)
        machine.disks.push_back({node_folder(spec.name) / "data.img", "data", false});
    if (!spec.partner.empty())
        machine.disks.push_back({node_folder(spec.partner) / "data.img", "partner", false});
    if (spec.tree)
        machine.disks.push_back({tree_, "tree", true});
    machine.disks.push_back({modules_, "mods", true});
    return machine;
}

void Cluster::prepare_nodes() {
    for (const NodeSpec &spec : options_.nodes)
        nodes_.push_back(std::make_unique<Node>(machine_for(spec), network_, node_folder(spec.name), options_.keep));
}

// A new cluster starts with a clean slate, also on disks that are kept.
void Cluster::forget_consoles() {
    for (auto &node : nodes_) {
        if (!node->running())
            fs::remove(node_folder(node->name()) / "console.log");
    }
}

void Cluster::save() const {
    std::string text = fmt::format("source {}\nshare {}\nkernel {}\nfull {}\nmemory {}\ncpus {}\n",
                                   options_.source.string(), options_.share.string(), options_.kernel,
                                   options_.full_tree ? 1 : 0, options_.memory_mib, options_.cpus);
    for (const NodeSpec &spec : options_.nodes)
        text += "node " + spec.name + "\n";
    write_file(options_.run_folder / kStateFile, text);
}

// All of them before the first node starts, since one may belong to two.
void Cluster::make_disks() {
    for (const NodeSpec &spec : options_.nodes) {
        const fs::path disk = node_folder(spec.name) / "data.img";
        if (!spec.server || fs::exists(disk))
            continue;
        std::ofstream(disk).flush();
        fs::resize_file(disk, kDataDiskBytes);
    }
}

void Cluster::start() {
    if (!network_.exists())
        network_.create();
    save();
    make_disks();
    std::vector<Node *> started;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const NodeSpec &spec = options_.nodes[i];
        Node &node = *nodes_[i];
        if (node.running())
            continue;
        network_.add_node(spec.index);
        node.start();
        started.push_back(&node);
    }
    for (Node *node : started) {
        node->wait_ready();
        say(fmt::format("{} is ready after {:.1f} s", node->name(),
                        static_cast<double>(node->boot_time().count()) / 1000));
    }
}

void Cluster::stop(bool orderly) {
    std::vector<std::thread> threads;
    for (auto &node : nodes_) {
        threads.emplace_back([&node, orderly] {
            try {
                orderly ? node->shut_down() : node->power_cut();
            } catch (const std::exception &error) {
                fmt::print(stderr, "sheen-run: {}: {}\n", node->name(), error.what());
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    network_.destroy();
    fs::remove(options_.run_folder / kStateFile);
}

Node &Cluster::node(const std::string &name) {
    for (auto &node : nodes_) {
        if (node->name() == name)
            return *node;
    }
    std::string names;
    for (auto &node : nodes_)
        names += " " + node->name();
    fail("this cluster has no node {}; it has{}", name, names);
}

std::vector<Node *> Cluster::nodes() {
    std::vector<Node *> result;
    for (auto &node : nodes_)
        result.push_back(node.get());
    return result;
}

std::vector<std::string> Cluster::kernel_log_faults() {
    std::vector<std::string> faults;
    for (auto &node : nodes_) {
        for (const std::string &line : node->kernel_log_faults())
            faults.push_back(node->name() + ": " + line);
    }
    return faults;
}

void Cluster::save_kernel_logs() {
    RunOptions options;
    options.timeout = std::chrono::seconds(10);
    for (auto &node : nodes_) {
        if (!node->running())
            continue;
        try {
            write_file(node_folder(node->name()) / "dmesg", node->run("dmesg", options).text);
        } catch (const Error &error) {
            fmt::print(stderr, "sheen-run: {}\n", error.what());
        }
    }
}

void report_failure(Cluster &cluster) {
    cluster.save_kernel_logs();
    for (const std::string &line : cluster.kernel_log_faults())
        fmt::print(stderr, "  {}\n", line);
    fmt::print(stderr, "  kernel logs: {}\n", (cluster.options().run_folder / "nodes/*/{dmesg,console.log}").string());
}

}  // namespace sheen::vm
