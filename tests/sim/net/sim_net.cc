// SPDX-License-Identifier: GPL-2.0
#include "tests/sim/net/sim_net.h"

#include <cstring>

#include <floor.h>
#include <linux/jiffies.h>
#include <linux/module.h>

extern "C" {
#include "lnet/internal.h"
}

namespace {

// How long a node tries to connect to one that does not answer.
constexpr uint64_t kConnectTimeoutUs = 5000000;
// Until a node that answers to nothing of a connection has said so.
constexpr uint64_t kResetUs = 200;

}  // namespace

SimNet *SimNet::current_;

SimNet::SimNet(uint64_t seed) : random_(seed) {
    init_waitqueue_head(&quiet_);
    current_ = this;
}

SimNet::~SimNet() {
    wait_event(quiet_, packets_ == 0);
    current_ = nullptr;
}

int SimNet::StartNode(unsigned int node) {
    lnet_report why = {};
    lnet_lnd &driver = drivers_[node];

    NewLife(node);
    floor_set_node(node);
    int rc = lnet_core_init();
    if (rc)
        return rc;
    driver = {};
    driver.name = "sim";
    driver.type = LNET_NET_TCP;
    driver.owner = THIS_MODULE;
    driver.startup = Startup;
    driver.is_on = IsOn;
    driver.shutdown = Shutdown;
    driver.release = Release;
    driver.send = Send;
    driver.doubt = Doubt;
    rc = lnet_lnd_register(&driver);
    if (rc)
        return rc;
    return lnet_net_up(("tcp(10.0.0." + std::to_string(node) + ")").c_str(), &why);
}

void SimNet::StopNode(unsigned int node) {
    floor_set_node(node);
    lnet_core_exit();
    drivers_.erase(node);
}

void SimNet::Cut(unsigned int a, unsigned int b, bool cut) {
    const std::pair<lnet_nid_t, lnet_nid_t> ab(Nid(a), Nid(b));
    const std::pair<lnet_nid_t, lnet_nid_t> ba(Nid(b), Nid(a));

    if (cut) {
        cuts_.insert(ab);
        cuts_.insert(ba);
    } else {
        cuts_.erase(ab);
        cuts_.erase(ba);
    }
}

bool SimNet::IsCut(lnet_nid_t a, lnet_nid_t b) const {
    return cuts_.count({a, b}) > 0;
}

SimNet::Port *SimNet::FindPort(lnet_nid_t nid) {
    const auto it = ports_.find(nid);
    return it == ports_.end() ? nullptr : &it->second;
}

int SimNet::Startup(lnet_ni *ni, const char *interface, lnet_report *) {
    lnet_nid_t nid;

    if (lnet_nid_parse((std::string(interface) + "@tcp").c_str(), &nid))
        return -ENODEV;
    if (current_->FindPort(nid))
        return -EADDRINUSE;
    Port &port = current_->ports_[nid];
    port.node = floor_node();
    port.ni = ni;
    init_waitqueue_head(&port.idle);
    ni->nid = nid;
    return 0;
}

int SimNet::IsOn(lnet_ni *ni, const char *interface, lnet_report *) {
    lnet_nid_t nid;

    if (lnet_nid_parse((std::string(interface) + "@tcp").c_str(), &nid))
        return -ENODEV;
    return nid == ni->nid ? 0 : -EEXIST;
}

void SimNet::Shutdown(lnet_ni *ni) {
    Port *port = current_->FindPort(ni->nid);
    std::set<lnet_msg *> held;

    // From now on nothing is delivered here.
    port->ni = nullptr;
    held.swap(port->held);
    for (lnet_msg *msg : held)
        lnet_send_done(msg, -ENETDOWN);
    wait_event(port->idle, port->receiving == 0);
}

void SimNet::Release(lnet_ni *ni) {
    current_->ports_.erase(ni->nid);
}

void SimNet::Send(lnet_ni *ni, lnet_msg *msg) {
    Port *port = current_->FindPort(ni->nid);

    if (!port->ni) {
        lnet_send_done(msg, -ENETDOWN);
        return;
    }
    current_->Transmit(port, msg);
}

// Runs the packet's work after a delay as part of a node.
void SimNet::Schedule(unsigned int node, Packet *packet, uint64_t delay_us) {
    const unsigned int self = floor_node();

    INIT_DELAYED_WORK(&packet->work, PacketWork);
    packet->net = this;
    packets_++;
    floor_set_node(node);
    queue_delayed_work(system_unbound_wq, &packet->work, usecs_to_jiffies(delay_us));
    floor_set_node(self);
}

// Whether a message can go from one node to another: not when its connection is of an earlier life of the other one.
// Either way the two are connected afterwards.
bool SimNet::Connected(Port *port, lnet_nid_t from, lnet_nid_t to) {
    const auto known = connections_.find({from, to});
    const bool stale = known != connections_.end() && known->second.second == lives_[from] &&
                       known->second.first != lives_[to];

    connections_[{from, to}] = {lives_[to], lives_[from]};
    connections_[{to, from}] = {lives_[from], lives_[to]};
    if (stale) {
        auto *packet = new Packet;
        packet->lost = to;
        Schedule(port->node, packet, kResetUs);
    }
    return !stale;
}

void SimNet::Transmit(Port *port, lnet_msg *msg) {
    auto *packet = new Packet;
    packet->hdr = msg->wire.hdr;
    packet->from = le64_to_cpu(msg->wire.hdr.src_nid);
    packet->to = le64_to_cpu(msg->wire.hdr.dst_nid);

    Port *target = FindPort(packet->to);
    if (!target || IsCut(packet->from, packet->to)) {
        packet->held = msg;
        port->held.insert(msg);
        Schedule(port->node, packet, target ? kConnectTimeoutUs : 1000);
        return;
    }
    if (!Connected(port, packet->from, packet->to)) {
        delete packet;
        lnet_send_done(msg, 0);
        return;
    }
    packet->payload.resize(msg->len);
    if (msg->len)
        copy_from_iter(packet->payload.data(), msg->len, &msg->iter);
    if (Chance(faults.loss)) {
        delete packet;
        lnet_send_done(msg, 0);
        return;
    }
    std::uniform_int_distribution<uint64_t> delay(faults.delay_min_us, faults.delay_max_us);
    const uint32_t type = le32_to_cpu(packet->hdr.type);
    if ((type == LNET_WIRE_ACK || type == LNET_WIRE_REPLY) && Chance(faults.duplicate)) {
        auto *twin = new Packet;
        twin->hdr = packet->hdr;
        twin->from = packet->from;
        twin->to = packet->to;
        twin->payload = packet->payload;
        Schedule(target->node, twin, delay(random_));
    }
    Schedule(target->node, packet, delay(random_));
    lnet_send_done(msg, 0);
}

void SimNet::PacketWork(work_struct *work) {
    delayed_work *delayed = to_delayed_work(work);
    Packet *packet = reinterpret_cast<Packet *>(reinterpret_cast<char *>(delayed) - offsetof(Packet, work));

    SimNet *net = packet->net;

    if (packet->lost)
        lnet_peer_lost(packet->lost);
    else if (packet->held)
        net->GiveUp(packet);
    else
        net->Deliver(packet);
    delete packet;
    if (--net->packets_ == 0)
        wake_up(&net->quiet_);
}

// The connection did not come about in time.
void SimNet::GiveUp(Packet *packet) {
    Port *port = FindPort(packet->from);

    if (port && port->held.erase(packet->held))
        lnet_send_done(packet->held, -EHOSTUNREACH);
}

void SimNet::Deliver(Packet *packet) {
    Port *port = FindPort(packet->to);
    lnet_msg *msg = nullptr;

    if (!port || !port->ni || IsCut(packet->from, packet->to))
        return;
    port->receiving++;
    if (!lnet_recv_begin(port->ni, packet->from, &packet->hdr, &msg) && msg) {
        const bool broken = Chance(faults.broken);

        if (!broken && msg->len)
            copy_to_iter(packet->payload.data(), msg->len, &msg->iter);
        lnet_recv_done(msg, broken ? -ECONNRESET : 0);
    }
    delivered_++;
    if (--port->receiving == 0)
        wake_up(&port->idle);
}
