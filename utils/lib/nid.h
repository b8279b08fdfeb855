// SPDX-License-Identifier: GPL-2.0
// Network identifiers as text: ADDRESS@NETWORK, e.g. 10.0.0.1@tcp.
#ifndef SHEEN_UTILS_NID_H
#define SHEEN_UTILS_NID_H

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace sheen {

struct Nid {
    std::string address;  // IPv4 address or host name
    std::string network;  // "tcp", "tcp1"...; the number 0 is left out

    std::string Text() const { return address + "@" + network; }
};

/// Reads "mds1", "mds1@tcp" or "10.0.0.1@tcp0".  The network is tcp when it is missing.
Result<Nid> ParseNid(std::string_view text);

/// Finds the IPv4 address of a host.  Tests put their own in place of ResolveHost().
using Resolver = std::function<Result<std::string>(const std::string &host)>;
Result<std::string> ResolveHost(const std::string &host);

/// A NID whose address may be a host name, with the address in numbers.
Result<std::string> ResolveNid(std::string_view text, const Resolver &resolver = ResolveHost);

/// The same for lists: NIDs of one node are separated by ',', nodes by ':'.
Result<std::string> ResolveNidList(std::string_view text, const Resolver &resolver = ResolveHost);

struct LocalAddress {
    std::string interface;
    std::string address;
};
/// IPv4 addresses of this machine.
Result<std::vector<LocalAddress>> LocalAddresses();

}  // namespace sheen

#endif
