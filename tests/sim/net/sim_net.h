// SPDX-License-Identifier: GPL-2.0
// A network in memory: a driver for LNet that can lose, delay, reorder and cut off, all by a seed.
#ifndef SHEEN_TESTS_SIM_NET_SIM_NET_H
#define SHEEN_TESTS_SIM_NET_SIM_NET_H

#include <cstdint>
#include <list>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

extern "C" {
#include "lnet/lnd.h"
#include "lnet/lnet.h"
}

// What a real network of sockets may do to messages. A duplicate never starts anything twice on a real one either, so
// only answers (ACK, REPLY) are duplicated.
struct SimFaults {
    double loss = 0;                 // chance that a message vanishes although it seemed sent
    double duplicate = 0;            // chance that an answer comes twice
    double broken = 0;               // chance that the payload is cut off on its way
    unsigned int delay_min_us = 50;  // messages overtake each other when the delays differ
    unsigned int delay_max_us = 50;
};

// One network per process at a time. Nodes are numbered from 1; node N has the NID 10.0.0.N@tcp.
class SimNet {
public:
    explicit SimNet(uint64_t seed);
    // Waits until nothing is on its way any more.
    ~SimNet();
    SimNet(const SimNet &) = delete;
    SimNet &operator=(const SimNet &) = delete;

    SimFaults faults;

    // Makes the calling fiber belong to the node and brings LNet up there.
    int StartNode(unsigned int node);
    // Takes LNet down on a node and forgets it.
    void StopNode(unsigned int node);
    // Cuts or mends the connection of two nodes.
    void Cut(unsigned int a, unsigned int b, bool cut);
    // Begins another life of a node, as after a power cut: the first message that another node sends it on a
    // connection with the life before is lost, and that node hears that the connection has broken.
    void NewLife(unsigned int node) { lives_[Nid(node)]++; }

    uint64_t delivered() const { return delivered_; }
    // How often LNet has called a connection into question.
    uint64_t doubts() const { return doubts_; }

    static lnet_nid_t Nid(unsigned int node) { return LNET_MKNID(LNET_NET_TCP, 0, 0x0a000000u + node); }

private:
    // An interface that is up.
    struct Port {
        unsigned int node = 0;
        lnet_ni *ni = nullptr;
        int receiving = 0;          // calls into LNet that have not returned
        std::set<lnet_msg *> held;  // messages that wait for a connection that will not come
        wait_queue_head_t idle;
    };
    // A message on its way, or one that is held until its time is up.
    struct Packet {
        delayed_work work;
        SimNet *net = nullptr;
        lnet_nid_t from = 0;
        lnet_nid_t to = 0;
        lnet_msg *held = nullptr;
        lnet_nid_t lost = 0;  // no message: the connection with this node has broken
        lnet_wire_hdr hdr;
        std::vector<char> payload;
    };

    static int Startup(lnet_ni *ni, const char *interface, lnet_report *why);
    static int IsOn(lnet_ni *ni, const char *interface, lnet_report *why);
    static void Shutdown(lnet_ni *ni);
    static void Release(lnet_ni *ni);
    static void Send(lnet_ni *ni, lnet_msg *msg);
    static void Doubt(lnet_ni *, lnet_nid_t) { current_->doubts_++; }
    static void PacketWork(work_struct *work);

    bool Chance(double odds) { return std::uniform_real_distribution<>(0, 1)(random_) < odds; }
    bool IsCut(lnet_nid_t a, lnet_nid_t b) const;
    Port *FindPort(lnet_nid_t nid);
    bool Connected(Port *port, lnet_nid_t from, lnet_nid_t to);
    void Schedule(unsigned int node, Packet *packet, uint64_t delay_us);
    void Transmit(Port *port, lnet_msg *msg);
    void Deliver(Packet *packet);
    void GiveUp(Packet *packet);

    static SimNet *current_;

    std::mt19937_64 random_;
    std::map<lnet_nid_t, Port> ports_;
    std::map<unsigned int, lnet_lnd> drivers_;
    std::set<std::pair<lnet_nid_t, lnet_nid_t>> cuts_;
    std::map<lnet_nid_t, unsigned int> lives_;  // how often a node was started
    // Which life of the second node the first one was connected with last, and in which life of its own.
    std::map<std::pair<lnet_nid_t, lnet_nid_t>, std::pair<unsigned int, unsigned int>> connections_;
    uint64_t delivered_ = 0;
    uint64_t doubts_ = 0;
    int packets_ = 0;  // that exist
    wait_queue_head_t quiet_;
};

#endif
