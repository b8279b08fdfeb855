// SPDX-License-Identifier: GPL-2.0
#include "lib/nid.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <cctype>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "lib/strings.h"

namespace sheen {

namespace {

constexpr size_t kMaxHostName = 253;
constexpr int64_t kMaxNetworkNumber = 65535;
constexpr std::string_view kLoopback = "127.";

bool IsHostChar(char c) {
    return isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

std::string Dotted(const sockaddr *address) {
    char text[INET_ADDRSTRLEN] = "";
    sockaddr_in in;

    memcpy(&in, address, sizeof(in));
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
    return text;
}

}  // namespace

Result<Nid> ParseNid(std::string_view text) {
    auto bad = [&](std::string_view why) {
        return Error{EINVAL, fmt::format("'{}' is not a NID: {}", text, why), "a NID looks like 10.0.0.1@tcp"};
    };
    size_t at = text.find('@');
    std::string address(text.substr(0, at));
    std::string network = at == std::string_view::npos ? "tcp" : std::string(text.substr(at + 1));

    if (address.empty() || address.size() > kMaxHostName)
        return bad("no address");
    for (char c : address)
        if (!IsHostChar(c))
            return bad("the address is neither a host name nor an IPv4 address");
    size_t digits = network.find_first_of("0123456789");
    std::string type = network.substr(0, digits);
    if (type != "tcp" && type != "lo")
        return bad(fmt::format("network {} is not supported, only tcp is", network));
    if (digits != std::string::npos) {
        std::optional<int64_t> number = ParseInt(network.substr(digits));
        if (!number || *number > kMaxNetworkNumber || network.size() - digits > 5)
            return bad("the number of the network is out of range");
        network = *number ? fmt::format("{}{}", type, *number) : type;
    }
    return Nid{address, network};
}

Result<std::string> ResolveHost(const std::string &host) {
    addrinfo hints{}, *list = nullptr;

    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (error)
        return Error{EHOSTUNREACH,
                     fmt::format("host {}: {}", host, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error)),
                     "check the name in /etc/hosts or DNS"};
    // Some distributions let the name of a host mean 127.0.1.1 on that host, which no other node could reach.
    std::string address = Dotted(list->ai_addr);
    for (const addrinfo *entry = list; entry && address.starts_with(kLoopback); entry = entry->ai_next)
        address = Dotted(entry->ai_addr);
    freeaddrinfo(list);
    if (address.starts_with(kLoopback))
        return Error{EADDRNOTAVAIL,
                     fmt::format("host {}: {} is a loopback address, which other nodes cannot reach", host, address),
                     "correct /etc/hosts"};
    return address;
}

Result<std::string> ResolveNid(std::string_view text, const Resolver &resolver) {
    Result<Nid> nid = ParseNid(text);
    in_addr number;

    if (!nid)
        return nid.error();
    if (inet_pton(AF_INET, nid->address.c_str(), &number) != 1) {
        Result<std::string> address = resolver(nid->address);
        if (!address)
            return address;
        nid->address = *address;
    }
    return nid->Text();
}

Result<std::string> ResolveNidList(std::string_view text, const Resolver &resolver) {
    std::vector<std::string> nodes;

    for (const std::string &node : Split(text, ':')) {
        std::vector<std::string> nids;
        for (const std::string &name : Split(node, ',')) {
            Result<std::string> nid = ResolveNid(name, resolver);
            if (!nid)
                return nid;
            nids.push_back(*nid);
        }
        nodes.push_back(Join(nids, ","));
    }
    return Join(nodes, ":");
}

Result<std::vector<LocalAddress>> LocalAddresses() {
    std::vector<LocalAddress> addresses;
    ifaddrs *list;

    if (getifaddrs(&list) < 0)
        return SystemError(errno, "list of network interfaces");
    for (const ifaddrs *entry = list; entry; entry = entry->ifa_next)
        if (entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET)
            addresses.push_back({entry->ifa_name, Dotted(entry->ifa_addr)});
    freeifaddrs(list);
    return addresses;
}

}  // namespace sheen
