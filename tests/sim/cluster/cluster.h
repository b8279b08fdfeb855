// SPDX-License-Identifier: GPL-2.0
// A cluster in one process: an MDS (with the MGS), OSTs and clients, over a network and disks in memory.
#ifndef SHEEN_TESTS_SIM_CLUSTER_CLUSTER_H
#define SHEEN_TESTS_SIM_CLUSTER_CLUSTER_H

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernel/uapi/sheen_netlink.h"
#include "tests/sim/cluster/client.h"
#include "tests/sim/net/sim_net.h"

struct SimOptions {
    uint64_t seed = 0;
    unsigned int osts = 1;
    unsigned int clients = 1;
    std::vector<uint64_t> ost_bytes = {};  // sizes of the first disks; others are as large as can be
    SimFaults faults = {};  // once all is mounted
    unsigned int preempt_odds = 0;
    unsigned int limit_minutes = 120;  // of virtual time
    // UID:GID and NIDs: root squash from the start of the MDS on
    std::vector<std::string> squash = {};
    bool pairs = false;    // every target has a second home
    bool failout = false;  // clients of OSTs get errors while these are down
    bool announce = true;  // OSTs tell the MGS when they are up
};

class SimCluster {
public:
    // Boots all servers and mounts all clients.
    explicit SimCluster(const SimOptions &options);
    ~SimCluster();
    SimCluster(const SimCluster &) = delete;
    SimCluster &operator=(const SimCluster &) = delete;

    SimNet net;

    SimClient &client(unsigned int index = 0) { return *clients_[index]; }
    unsigned int clients() const { return clients_.size(); }

    // Power of a server: what its disk had not committed is lost, and nobody hears of it.
    void PowerOffMds();
    void PowerOnMds();
    void PowerOffOst(unsigned int index);
    void PowerOnOst(unsigned int index);

    // Another OST, on a node of its own, and the configuration that has it.
    int AddOst();

    // To be followed by a start, as long as a target is down: it starts at its other home.
    void MoveMds() { mds_.Move(); }
    void MoveOst(unsigned int index) { osts_[index].Move(); }
    // A target that runs goes to its other home without a power cut, as by lconf --failover here and --select there.
    void HandOverMds();
    void HandOverOst(unsigned int index);
    // Stops a target with SHEEN_CLEANUP_* and starts it again.
    static constexpr unsigned int kKeepClients = SHEEN_CLEANUP_FORCE | SHEEN_CLEANUP_FAILOVER;
    void RestartMds(unsigned int flags);
    void RestartOst(unsigned int index, unsigned int flags);

    // A server that hangs: it has power, but nothing that is sent to it or by it arrives.
    void HangOst(unsigned int index, bool hang) { Isolate(osts_[index].node, hang); }

    // Runs a function per client at once, each on a fiber of its own.
    void Parallel(const std::function<void(SimClient &, unsigned int)> &fn);

    // Operation of a device of a node, as the control channel gives it.
    static int DeviceOp(const char *name, const char *op, std::vector<std::string> args, std::string *text);

    static void Sleep(unsigned int ms);

    // First homes; those of pairs have a second one.
    static constexpr unsigned int kMdsNode = 1, kMdsOtherNode = 2;
    static unsigned int OstNode(unsigned int index) { return 10 + index; }
    static unsigned int OstOtherNode(unsigned int index) { return 60 + index; }
    static unsigned int ClientNode(unsigned int index) { return 100 + index; }
    std::string Configuration(unsigned int osts) const;

private:
    struct Device {
        std::string type, name;
    };
    // A server, at the one of its homes where it runs or will start next.
    struct Server {
        unsigned int node = 0, other = 0;
        std::vector<Device> devices;
        bool up = false;

        void Move() { std::swap(node, other); }
    };

    void StartNode(unsigned int node);
    void StopNode(unsigned int node);
    void StartDevice(Server *server, const char *type, const std::string &name, const std::string &uuid,
                     const std::vector<std::string> &args);
    void StopDevices(Server *server, unsigned int flags);
    void StartMds(bool format);
    void StopMds(unsigned int flags);
    void StartOst(unsigned int index);
    void StopOst(unsigned int index, unsigned int flags);
    std::string Homes(unsigned int node, unsigned int other) const;
    void Isolate(unsigned int node, bool cut);
    std::vector<unsigned int> Nodes() const;

    const SimOptions options_;
    Server mds_;
    std::vector<Server> osts_;
    std::vector<std::unique_ptr<SimClient>> clients_;
};

// Runs a test body on a cluster and checks that nothing is left over. Says how to run a failed seed again.
class SimTest : public testing::Test {
protected:
    void RunSim(SimOptions options, const std::function<void(SimCluster &)> &body);
    // $SHEEN_SIM_SEED: only that seed; $SHEEN_SIM_SEEDS: so many instead of "count", $SHEEN_SIM_FIRST: from that on.
    static std::vector<uint64_t> Seeds(unsigned int count);
    static std::string Random(std::mt19937_64 *random, size_t length);
    // A file has this content, and this size.
    static void ExpectFile(SimClient &client, const std::string &path, const std::string &content);
};

#endif
