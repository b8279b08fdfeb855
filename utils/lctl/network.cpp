// SPDX-License-Identifier: GPL-2.0
// Commands about the network: local interfaces, peers, reachability.
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/nid.h"
#include "lib/output.h"
#include "lib/strings.h"

namespace sheen::lctl {

namespace {

constexpr uint32_t kPingTimeoutMs = 10000;

Result<> Network(Session *session, const Words &words) {
    std::string what = words[1];

    if (what != "up" && what != "down" && what != "unconfigure" && what != "configure")
        return Error{EINVAL, fmt::format("network {}: expected up, down or unconfigure", what), ""};
    Result<LnetControl *> lnet = session->Lnet();
    if (!lnet)
        return lnet.error();
    if (what == "up" || what == "configure")
        return (*lnet)->Up(words.size() > 2 ? words[2] : "");
    return (*lnet)->Down();
}

void PrintInterfaces(const Session &session, const std::vector<Interface> &interfaces, bool loopback) {
    Table table({{"nid", "", false, 0}, {"status", "", false, 0}});

    for (const Interface &interface : interfaces) {
        if (!loopback && interface.nid.ends_with("@lo"))
            continue;
        if (session.json)
            table.Add({interface.nid, interface.status});
        else
            fmt::print("{}\n", interface.nid);
    }
    if (session.json)
        table.Print(true);
}

Result<> ListNids(Session *session, const Words &words) {
    Result<LnetControl *> lnet = session->Lnet();

    if (!lnet)
        return lnet.error();
    Result<std::vector<Interface>> interfaces = (*lnet)->Interfaces();
    if (!interfaces)
        return interfaces.error();
    if (interfaces->empty())
        return Error{ENETDOWN, "no network is configured", "network up"};
    PrintInterfaces(*session, *interfaces, words.size() > 1 && words[1] == "all");
    return {};
}

/// Prints the first of the NIDs that is on a network of this node, which is the one to reach that node by.
Result<> WhichNid(Session *session, const Words &words) {
    Result<LnetControl *> lnet = session->Lnet();

    if (!lnet)
        return lnet.error();
    Result<std::vector<Interface>> interfaces = (*lnet)->Interfaces();
    if (!interfaces)
        return interfaces.error();
    for (size_t i = 1; i < words.size(); i++) {
        Result<std::string> nid = ResolveNid(words[i]);
        if (!nid)
            return nid.error();
        std::string network = nid->substr(nid->find('@'));
        for (const Interface &interface : *interfaces) {
            if (interface.nid.ends_with(network)) {
                fmt::print("{}\n", *nid);
                return {};
            }
        }
    }
    return Error{EHOSTUNREACH, "which_nid: none of the NIDs is on a network of this node", ""};
}

Result<> Ping(Session *session, const Words &words) {
    uint32_t timeout_ms = kPingTimeoutMs;

    if (words.size() > 2) {
        std::optional<int64_t> seconds = ParseInt(words[2]);
        if (!seconds || *seconds < 1 || *seconds > 3600)
            return Error{EINVAL, fmt::format("ping: timeout {} is not a number of seconds", words[2]), ""};
        timeout_ms = static_cast<uint32_t>(*seconds) * 1000;
    }
    Result<std::string> nid = ResolveNid(words[1]);
    if (!nid)
        return nid.error();
    Result<LnetControl *> lnet = session->Lnet();
    if (!lnet)
        return lnet.error();
    Result<std::vector<Interface>> interfaces = (*lnet)->Ping(*nid, timeout_ms);
    if (!interfaces)
        return interfaces.error();
    PrintInterfaces(*session, *interfaces, true);
    return {};
}

Result<> PeerList(Session *session, const Words &) {
    Table table({{"nid", "NID", false, 0},
                 {"connections", "CONNS", true, 0},
                 {"credits", "CREDITS", true, 0},
                 {"queued", "QUEUED", true, 0},
                 {"sent_bytes", "SENT", true, 0},
                 {"received_bytes", "RECEIVED", true, 0}});
    Result<LnetControl *> lnet = session->Lnet();

    if (!lnet)
        return lnet.error();
    Result<std::vector<Peer>> peers = (*lnet)->Peers();
    if (!peers)
        return peers.error();
    for (const Peer &peer : *peers)
        table.Add({peer.nid, peer.connections, peer.credits, peer.queued, peer.sent, peer.received});
    if (session->json || !table.empty())
        table.Print(session->json);
    return {};
}

}  // namespace

const std::vector<Command> kNetworkCommands = {
    {"network", 1, 2, "up [NETWORKS] | down | unconfigure", "start or stop the network, e.g. network up tcp(eth0)",
     Network},
    {"list_nids", 0, 1, "[all]", "NIDs of this node", ListNids},
    {"which_nid", 1, kAnyNumber, "NID...", "the NID of another node that this node would use", WhichNid},
    {"ping", 1, 2, "NID [TIMEOUT]", "see whether a node answers, and its NIDs; timeout in seconds", Ping},
    {"peer_list", 0, 0, "", "nodes that this one has talked to", PeerList},
};

}  // namespace sheen::lctl
