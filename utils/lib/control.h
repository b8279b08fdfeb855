// SPDX-License-Identifier: GPL-2.0
// The control channel to the kernel modules; kernel/uapi/sheen_netlink.h says what the requests mean.
#ifndef SHEEN_UTILS_CONTROL_H
#define SHEEN_UTILS_CONTROL_H

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/result.h"

struct nl_sock;

namespace sheen {

/// Attributes of one message, copied out of it.
class Record {
public:
    void Add(int attribute, std::string bytes) { attributes_.emplace_back(attribute, std::move(bytes)); }
    /// First attribute of that number as text, up to its NUL; "" when it is missing.
    std::string Text(int attribute) const;
    /// First attribute of that number as an unsigned number of whatever size it has; 0 when it is missing.
    uint64_t Number(int attribute) const;

private:
    std::vector<std::pair<int, std::string>> attributes_;
};

/// A socket that talks to one generic netlink family.
class Channel {
public:
    /// Fails with ENODEV and a hint to load @module when nobody serves the family.
    static Result<Channel> Open(const char *family, int version, const char *module);

    /// What a request carries; attributes keep their order.
    class Request {
    public:
        Request &Text(int attribute, std::string value);
        Request &Number(int attribute, uint32_t value);

    private:
        friend class Channel;
        std::vector<std::pair<int, std::string>> attributes_;
    };

    /// Sends a request and waits for all messages of the answer.  The text of a failure is the kernel's own where it
    /// gave one.
    Result<std::vector<Record>> Call(int command, const Request &request, bool dump = false);

private:
    struct Close {
        void operator()(nl_sock *socket) const;
    };

    Result<std::vector<Record>> CallOnce(int command, const Request &request, bool dump, bool *interrupted);

    std::unique_ptr<nl_sock, Close> socket_;
    int family_ = 0;
    int version_ = 0;
};

struct Interface {
    std::string nid, status;
};

struct Peer {
    std::string nid;
    uint32_t connections;
    int32_t credits;
    uint32_t queued;
    uint64_t sent, received;  // bytes
};

/// The message layer (module lnet).
class LnetControl {
public:
    static Result<LnetControl> Open();

    /// Networks as "tcp(eth0),tcp1(eth1)"; empty leaves the choice to the kernel.
    Result<> Up(const std::string &networks);
    Result<> Down();
    Result<std::vector<Interface>> Interfaces();
    Result<std::vector<Interface>> Ping(const std::string &nid, uint32_t timeout_ms);
    Result<std::vector<Peer>> Peers();

private:
    explicit LnetControl(Channel channel) : channel_(std::move(channel)) {}
    Channel channel_;
};

struct Device {
    uint32_t index;
    std::string status, type, name, uuid;
    uint32_t refs;
};

struct Export {
    std::string name, uuid, nid;
};

struct TargetStatus {
    std::string name, uuid, type;  // type: "mdc" or "osc"
    uint32_t index;
    std::string status;  // "UP", "IN"...
    uint64_t block_size, blocks, blocks_free, blocks_available, files, files_free;
};

struct RpcCount {
    std::string name, target, state;  // of the connection: "FULL", "DISCONN"...
    uint32_t opcode;
    uint64_t sent, again;
};

struct CacheCount {
    std::string name;
    uint64_t locks, unused, pages;  // pages: kept for a replay
};

/// The devices (module obd).
class ObdControl {
public:
    static Result<ObdControl> Open();

    Result<> Attach(const std::string &type, const std::string &name, const std::string &uuid);
    Result<> Setup(const std::string &name, const std::vector<std::string> &arguments);
    Result<> Cleanup(const std::string &name, uint32_t flags);
    Result<> Detach(const std::string &name);
    Result<std::vector<Device>> Devices();
    Result<std::string> Operate(const std::string &name, const std::string &operation,
                                const std::vector<std::string> &arguments);
    Result<> SetConf(const std::string &fsname, const std::string &text);
    Result<std::string> GetConf(const std::string &fsname);
    Result<std::vector<Export>> Exports(const std::string &name = "");
    /// Targets as this client sees them; @instance limits it to one mount.
    Result<std::vector<TargetStatus>> Statfs(const std::string &instance = "");
    /// What the client devices of this node have sent, and what they keep.
    Result<std::vector<RpcCount>> Rpcs();
    Result<std::vector<CacheCount>> Caches();

private:
    explicit ObdControl(Channel channel) : channel_(std::move(channel)) {}
    Channel channel_;
};

}  // namespace sheen

#endif
