// SPDX-License-Identifier: GPL-2.0
#include "tests/sim/cluster/cluster.h"

#include <cstdlib>
#include <cerrno>
#include <iostream>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include <floor.h>

#include "obd/osd/mem/mem.h"
#include "tests/sim/cluster/node_scope.h"

extern "C" {
#include "kernel/uapi/sheen_netlink.h"
#include "mds/mds.h"
#include "obd/class/obd_init.h"
#include "ost/ost.h"
}

namespace {

constexpr char kFsname[] = "sheen";
constexpr char kMdtDisk[] = "mdt";

std::string OstDisk(unsigned int index) {
    return "ost" + std::to_string(index);
}

std::string NidText(unsigned int node) {
    return "10.0.0." + std::to_string(node) + "@tcp";
}

}  // namespace

// ---- nodes ----

SimCluster::SimCluster(const SimOptions &options) : net(options.seed), options_(options), osts_(options.osts) {
    std::vector<lnet_nid_t> mgs = {SimNet::Nid(kMdsNode)};

    if (options.pairs)
        mgs.push_back(SimNet::Nid(kMdsOtherNode));
    mds_.node = kMdsNode;
    mds_.other = kMdsOtherNode;
    for (unsigned int i = 0; i < options.osts; i++) {
        osts_[i].node = OstNode(i);
        osts_[i].other = OstOtherNode(i);
    }
    StartMds(true);
    for (unsigned int i = 0; i < options.osts; i++)
        StartOst(i);
    for (unsigned int i = 0; i < options.clients; i++) {
        const unsigned int node = ClientNode(i);
        NodeScope scope(node);
        StartNode(node);
        clients_.push_back(std::make_unique<SimClient>(node, mgs, kFsname));
        EXPECT_EQ(0, clients_.back()->Mount());
    }
    net.faults = options.faults;
}

SimCluster::~SimCluster() {
    net.faults = SimFaults();
    for (const auto &client : clients_) {
        if (client->mounted())
            client->Unmount();
        StopNode(client->node());
    }
    clients_.clear();
    // The MDT disconnects from the OSTs.
    if (mds_.up)
        StopMds(SHEEN_CLEANUP_FORCE);
    for (unsigned int i = 0; i < osts_.size(); i++) {
        if (osts_[i].up)
            StopOst(i, SHEEN_CLEANUP_FORCE);
        EXPECT_EQ(0, mem_disk_destroy(OstDisk(i).c_str()));
    }
    EXPECT_EQ(0, mem_disk_destroy(kMdtDisk));
}

void SimCluster::StartNode(unsigned int node) {
    NodeScope scope(node);

    ASSERT_EQ(0, net.StartNode(node));
    ASSERT_EQ(0, obd_init());
    ASSERT_EQ(0, mem_backend_init());
}

void SimCluster::StopNode(unsigned int node) {
    NodeScope scope(node);

    mem_backend_exit();
    obd_exit();
    net.StopNode(node);
    floor_settle();
    floor_node_forget(node);
}

void SimCluster::StartDevice(Server *server, const char *type, const std::string &name, const std::string &uuid,
                             const std::vector<std::string> &args) {
    std::vector<char *> argv;
    char why[OBD_WHY_SIZE] = "";

    for (const std::string &arg : args)
        argv.push_back(const_cast<char *>(arg.c_str()));
    ASSERT_EQ(0, obd_attach(type, name.c_str(), uuid.c_str(), why)) << why;
    ASSERT_EQ(0, obd_setup(name.c_str(), argv.size(), argv.data(), why)) << why;
    server->devices.push_back({type, name});
}

void SimCluster::StopDevices(Server *server, unsigned int flags) {
    char why[OBD_WHY_SIZE] = "";

    while (!server->devices.empty()) {
        const std::string name = server->devices.back().name;
        EXPECT_EQ(0, obd_cleanup(name.c_str(), flags, why)) << why;
        EXPECT_EQ(0, obd_detach(name.c_str(), why)) << why;
        server->devices.pop_back();
    }
}

// A word per home, as a description has them.
std::string SimCluster::Homes(unsigned int node, unsigned int other) const {
    return NidText(node) + (options_.pairs ? " " + NidText(other) : "") + "\n";
}

int SimCluster::AddOst() {
    const unsigned int index = osts_.size();
    std::string why;

    osts_.emplace_back();
    osts_[index].node = OstNode(index);
    osts_[index].other = OstOtherNode(index);
    StartOst(index);
    NodeScope scope(mds_.node);
    return DeviceOp("MGS", "conf_set", {kFsname, Configuration(osts_.size())}, &why);
}

std::string SimCluster::Configuration(unsigned int osts) const {
    std::string text = "sheen-config 1\nfsname " + std::string(kFsname) + "\nlov lov1_UUID 65536 1 -1 0\n" +
                       "mdt 0 mdt_UUID " + Homes(kMdsNode, kMdsOtherNode);

    for (unsigned int i = 0; i < osts; i++)
        text += "ost " + std::to_string(i) + " ost" + std::to_string(i) + "_UUID " + Homes(OstNode(i), OstOtherNode(i));
    return text;
}

int SimCluster::DeviceOp(const char *name, const char *op, std::vector<std::string> args, std::string *text) {
    std::vector<char> buffer(SHEEN_CONF_TEXT_MAX);
    std::vector<char *> argv;
    obd_device *dev = obd_find(name);

    if (!dev)
        return -ENODEV;
    for (std::string &arg : args)
        argv.push_back(arg.data());
    const int rc = dev->type->op(dev, op, argv.size(), argv.data(), buffer.data(), buffer.size());
    obd_put(dev);
    if (text)
        *text = buffer.data();
    return rc;
}

void SimCluster::StartMds(bool format) {
    NodeScope scope(mds_.node);
    std::string why;

    StartNode(mds_.node);
    ASSERT_EQ(0, mds_init());
    StartDevice(&mds_, "mgs", "MGS", "MGS", {kMdtDisk, "mem"});
    if (format) {
        ASSERT_EQ(0, DeviceOp("MGS", "conf_set", {kFsname, Configuration(options_.osts)}, &why)) << why;
    }
    StartDevice(&mds_, "mdt", "MDT", "MDT_UUID", {});
    std::vector<std::string> args = {kMdtDisk, "mem", "f", kFsname, "0", NidText(mds_.node)};
    args.insert(args.end(), options_.squash.begin(), options_.squash.end());
    StartDevice(&mds_, "mds", "sheen-MDT0000", "mdt_UUID", args);
    mds_.up = true;
}

void SimCluster::StopMds(unsigned int flags) {
    NodeScope scope(mds_.node);

    StopDevices(&mds_, flags);
    mds_exit();
    StopNode(mds_.node);
    mds_.up = false;
}

void SimCluster::StartOst(unsigned int index) {
    NodeScope scope(osts_[index].node);
    const std::string number = std::to_string(index);
    Server *server = &osts_[index];

    StartNode(osts_[index].node);
    ASSERT_EQ(0, ost_init());
    StartDevice(server, "ost", "OSS", "OSS_UUID", {});
    std::vector<std::string> args = {OstDisk(index), "mem", options_.failout ? "n" : "f", kFsname, number};
    if (options_.announce)
        args.push_back(NidText(kMdsNode) + (options_.pairs ? "," + NidText(kMdsOtherNode) : ""));
    StartDevice(server, "obdfilter", "sheen-OST000" + number, "ost" + number + "_UUID", args);
    if (index < options_.ost_bytes.size()) {
        ASSERT_EQ(0, mem_disk_set_size(OstDisk(index).c_str(), options_.ost_bytes[index]));
    }
    server->up = true;
}

void SimCluster::StopOst(unsigned int index, unsigned int flags) {
    NodeScope scope(osts_[index].node);

    StopDevices(&osts_[index], flags);
    ost_exit();
    StopNode(osts_[index].node);
    osts_[index].up = false;
}

// ---- power ----

std::vector<unsigned int> SimCluster::Nodes() const {
    std::vector<unsigned int> nodes = {mds_.node, mds_.other};

    for (const Server &ost : osts_)
        nodes.insert(nodes.end(), {ost.node, ost.other});
    for (const auto &client : clients_)
        nodes.push_back(client->node());
    return nodes;
}

void SimCluster::Isolate(unsigned int node, bool cut) {
    for (unsigned int other : Nodes()) {
        if (other != node)
            net.Cut(node, other, cut);
    }
}

// The node is cut off and its disk frozen before its parts are taken down, so that nothing of that can be noticed.
void SimCluster::PowerOffMds() {
    Isolate(mds_.node, true);
    mem_disk_power_cut(kMdtDisk);
    StopMds(kKeepClients);
}

void SimCluster::PowerOnMds() {
    Isolate(mds_.node, false);
    StartMds(false);
}

void SimCluster::PowerOffOst(unsigned int index) {
    Isolate(osts_[index].node, true);
    mem_disk_power_cut(OstDisk(index).c_str());
    StopOst(index, kKeepClients);
}

void SimCluster::PowerOnOst(unsigned int index) {
    Isolate(osts_[index].node, false);
    StartOst(index);
}

void SimCluster::HandOverMds() {
    StopMds(kKeepClients);
    MoveMds();
    PowerOnMds();
}

void SimCluster::RestartMds(unsigned int flags) {
    StopMds(flags);
    PowerOnMds();
}

void SimCluster::HandOverOst(unsigned int index) {
    StopOst(index, kKeepClients);
    MoveOst(index);
    PowerOnOst(index);
}

void SimCluster::RestartOst(unsigned int index, unsigned int flags) {
    StopOst(index, flags);
    PowerOnOst(index);
}

// ---- running ----

namespace {

struct Job {
    std::function<void()> run;
    completion done;
};

int RunJob(void *arg) {
    auto *job = static_cast<Job *>(arg);
    job->run();
    complete(&job->done);
    return 0;
}

}  // namespace

void SimCluster::Parallel(const std::function<void(SimClient &, unsigned int)> &fn) {
    std::vector<Job> jobs(clients_.size());

    for (unsigned int i = 0; i < clients_.size(); i++) {
        NodeScope scope(clients_[i]->node());
        jobs[i].run = [&fn, i, this] { fn(*clients_[i], i); };
        init_completion(&jobs[i].done);
        kthread_run(RunJob, &jobs[i], "client%u", i);
    }
    for (Job &job : jobs)
        wait_for_completion(&job.done);
}

void SimCluster::Sleep(unsigned int ms) {
    msleep(ms);
}

void SimTest::RunSim(SimOptions options, const std::function<void(SimCluster &)> &body) {
    floor_init(options.seed);
    floor_set_preempt_odds(options.preempt_odds);
    floor_set_time_limit_ns(options.limit_minutes * 60ULL * 1000000000ULL);
    const int left = FloorRun([&] {
        SimCluster cluster(options);
        if (!HasFatalFailure())
            body(cluster);
    });
    EXPECT_EQ(0, left);
    EXPECT_EQ(0u, floor_warn_count());
    EXPECT_FALSE(floor_log_contains("leaked"));
    if (HasFailure()) {
        const testing::TestInfo *info = testing::UnitTest::GetInstance()->current_test_info();
        floor_log_dump();
        std::cerr << "To see this again: SHEEN_SIM_SEED=" << options.seed << " FLOOR_LOG=8 " << program_invocation_name
                  << " --gtest_filter=" << info->test_suite_name() << "." << info->name() << std::endl;
    }
    EXPECT_EQ(0u, floor_fini());
}

std::vector<uint64_t> SimTest::Seeds(unsigned int count) {
    std::vector<uint64_t> seeds;

    if (const char *one = getenv("SHEEN_SIM_SEED"))
        return {strtoull(one, nullptr, 0)};
    if (const char *many = getenv("SHEEN_SIM_SEEDS"))
        count = atoi(many);
    const char *first = getenv("SHEEN_SIM_FIRST");
    const uint64_t from = first ? strtoull(first, nullptr, 0) : 1;
    for (unsigned int i = 0; i < count; i++)
        seeds.push_back(from + i);
    return seeds;
}

std::string SimTest::Random(std::mt19937_64 *random, size_t length) {
    std::string data(length, 0);
    for (char &c : data)
        c = static_cast<char>((*random)());
    return data;
}

void SimTest::ExpectFile(SimClient &client, const std::string &path, const std::string &content) {
    SimStat st;
    std::string data;

    ASSERT_EQ(0, client.Stat(path, &st));
    EXPECT_EQ(content.size(), st.size);
    ASSERT_EQ(0, client.Read(path, 0, content.size() + 100, &data));
    EXPECT_TRUE(content == data) << path << ": " << data.size() << " bytes, wanted " << content.size();
}
