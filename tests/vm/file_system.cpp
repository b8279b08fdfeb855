// SPDX-License-Identifier: GPL-2.0
#include "file_system.h"

#include <algorithm>
#include <future>

#include "error.h"
#include "process.h"

namespace sheen::vm {
namespace {

constexpr char kConfigOnNode[] = "/etc/lustre/sheen.xml";
constexpr char kDataDisk[] = "/dev/disk/by-id/virtio-data";

using Targets = FileSystem::Targets;

// What lmc is asked to add, one call each.
std::vector<Argv> configuration(const Targets &targets, const std::vector<std::string> &servers) {
    const std::string mount_point = FileSystem::kMountPoint;
    std::vector<Argv> calls;
    for (const std::string &server : servers)
        calls.push_back({"net", "--node", server, "--nid", server, "--nettype", "tcp"});
    calls.push_back({"net", "--node", "client", "--nid", "*", "--nettype", "tcp"});
    const auto add_target = [&calls](const std::string &kind, const std::string &name, const FileSystem::Target &target,
                                     const Argv &more) {
        for (const FileSystem::Home &home : {FileSystem::Home{target.node, target.device}, target.second}) {
            if (home.node.empty())
                continue;
            Argv call = {kind, "--node", home.node, "--" + kind, name, "--fstype", "ext4", "--dev", home.device};
            call.insert(call.end(), more.begin(), more.end());
            if (!target.second.node.empty())
                call.push_back("--failover");
            calls.push_back(call);
        }
    };
    add_target("mds", "meta", targets.mdt, {});
    calls.push_back({"lov", "--lov", "volume", "--mds", "meta", "--stripe_sz", "1048576", "--stripe_cnt", "1",
                     "--stripe_pattern", "0"});
    int number = 0;
    for (const FileSystem::Target &ost : targets.osts)
        add_target("ost", fmt::format("data{}", ++number), ost, {"--lov", "volume"});
    calls.push_back({"mtpt", "--node", "client", "--path", mount_point, "--mds", "meta", "--lov", "volume"});
    return calls;
}

std::vector<std::string> nodes_of(const Targets &targets) {
    std::vector<std::string> nodes = {targets.mdt.node};
    for (const FileSystem::Target &ost : targets.osts) {
        if (std::find(nodes.begin(), nodes.end(), ost.node) == nodes.end())
            nodes.push_back(ost.node);
    }
    return nodes;
}

}  // namespace

FileSystem::FileSystem(Cluster &cluster)
    : FileSystem(cluster, {{"mds1", kDataDisk}, {{"oss1", kDataDisk}, {"oss2", kDataDisk}}}) {}

FileSystem::FileSystem(Cluster &cluster, Targets targets)
    : cluster_(cluster), targets_(std::move(targets)), server_nodes_(nodes_of(targets_)) {}

const std::vector<std::string> &FileSystem::servers() {
    static const std::vector<std::string> names = {"mds1", "oss1", "oss2"};
    return names;
}

const std::vector<std::string> &FileSystem::clients() {
    static const std::vector<std::string> names = {"client1", "client2"};
    return names;
}

void FileSystem::configure() {
    const fs::path lmc = SHEEN_VM_BUILD "/utils/lmc";
    if (!fs::exists(lmc))
        fail("{} is not built", lmc.string());
    const fs::path file = cluster_.options().run_folder / "sheen.xml";
    fs::remove(file);
    for (const Argv &call : configuration(targets_, server_nodes_)) {
        Argv argv = {lmc, "-m", file, "--add"};
        argv.insert(argv.end(), call.begin(), call.end());
        check(argv);
    }
    for (Node *node : cluster_.nodes())
        give_configuration(node->name());
}

void FileSystem::give_configuration(const std::string &node) {
    cluster_.node(node).push(cluster_.options().run_folder / "sheen.xml", kConfigOnNode);
}

void FileSystem::apply(const std::string &node, const std::string &options) {
    const auto &clients = FileSystem::clients();
    const bool client = std::find(clients.begin(), clients.end(), node) != clients.end();
    cluster_.node(node).must(fmt::format("lconf {} --node {} {}", options, client ? "client" : node, kConfigOnNode));
}

void FileSystem::apply_at_once(const std::vector<std::string> &nodes, const std::string &options) {
    std::vector<std::future<void>> all;
    for (const std::string &node : nodes)
        all.push_back(std::async(std::launch::async, [=, this] { apply(node, options); }));
    for (std::future<void> &one : all)
        one.wait();
    for (std::future<void> &one : all)
        one.get();
}

void FileSystem::format_and_start() {
    apply_at_once(server_nodes_, "--reformat");
}

void FileSystem::start_servers() {
    apply_at_once(server_nodes_, "");
}

void FileSystem::start_server(const std::string &node) {
    apply(node, "");
}

void FileSystem::mount(const std::string &node, const std::string &options) {
    cluster_.node(node).must(
        fmt::format("mkdir -p {0} && mount -t lustre -o {2} {1} {0}", kMountPoint, kSource, options));
}

void FileSystem::unmount(const std::string &node) {
    cluster_.node(node).must(fmt::format("umount {}", kMountPoint));
}

void FileSystem::stop_servers() {
    apply(server_nodes_.front(), "--cleanup");
    apply_at_once({server_nodes_.begin() + 1, server_nodes_.end()}, "--cleanup");
}

void FileSystem::stop() {
    // Each layer leaves before the one that it uses.
    apply_at_once(clients(), "--cleanup");
    stop_servers();
    for (Node *node : cluster_.nodes())
        expect_unloaded(node->name());
}

void FileSystem::expect_unloaded(const std::string &node) {
    const std::string loaded = cluster_.node(node).must(
        "for file in /lib/modules/$(uname -r)/extra/*.ko; do name=$(basename $file .ko); "
        "if [ -d /sys/module/$name ]; then echo -n \" $name\"; fi; done");
    if (!loaded.empty())
        fail("{}: still loaded after lconf --cleanup:{}", node, loaded);
}

}  // namespace sheen::vm
