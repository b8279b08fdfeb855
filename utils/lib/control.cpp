// SPDX-License-Identifier: GPL-2.0
#include "lib/control.h"

#include <cerrno>

#include <fmt/format.h>

#include "sheen_netlink.h"

namespace sheen {

namespace {

Result<> Done(const Result<std::vector<Record>> &answer, std::string_view context) {
    if (!answer)
        return answer.error().In(context);
    return {};
}

std::vector<Interface> ReadInterfaces(const std::vector<Record> &records) {
    std::vector<Interface> interfaces;

    for (const Record &record : records)
        interfaces.push_back({record.Text(SHEEN_LNET_ATTR_NID), record.Text(SHEEN_LNET_ATTR_STATUS)});
    return interfaces;
}

}  // namespace

Result<LnetControl> LnetControl::Open() {
    Result<Channel> channel = Channel::Open(SHEEN_LNET_GENL_NAME, SHEEN_LNET_GENL_VERSION, "lnet");
    if (!channel)
        return channel.error();
    return LnetControl(std::move(*channel));
}

Result<> LnetControl::Up(const std::string &networks) {
    Channel::Request request;

    if (!networks.empty())
        request.Text(SHEEN_LNET_ATTR_NETWORKS, networks);
    return Done(channel_.Call(SHEEN_LNET_CMD_NET_UP, request), "network up " + networks);
}

Result<> LnetControl::Down() {
    return Done(channel_.Call(SHEEN_LNET_CMD_NET_DOWN, {}), "network down");
}

Result<std::vector<Interface>> LnetControl::Interfaces() {
    Result<std::vector<Record>> records = channel_.Call(SHEEN_LNET_CMD_NI_GET, {}, true);
    if (!records)
        return records.error();
    return ReadInterfaces(*records);
}

Result<std::vector<Interface>> LnetControl::Ping(const std::string &nid, uint32_t timeout_ms) {
    Channel::Request request;

    request.Text(SHEEN_LNET_ATTR_NID, nid).Number(SHEEN_LNET_ATTR_TIMEOUT, timeout_ms);
    Result<std::vector<Record>> records = channel_.Call(SHEEN_LNET_CMD_PING, request);
    if (!records)
        return records.error().In(records.error().what.starts_with(nid) ? "ping" : "ping " + nid);
    return ReadInterfaces(*records);
}

Result<std::vector<Peer>> LnetControl::Peers() {
    Result<std::vector<Record>> records = channel_.Call(SHEEN_LNET_CMD_PEER_GET, {}, true);
    std::vector<Peer> peers;

    if (!records)
        return records.error();
    for (const Record &record : *records)
        peers.push_back({record.Text(SHEEN_LNET_ATTR_NID), static_cast<uint32_t>(record.Number(SHEEN_LNET_ATTR_CONNS)),
                         static_cast<int32_t>(record.Number(SHEEN_LNET_ATTR_CREDITS)),
                         static_cast<uint32_t>(record.Number(SHEEN_LNET_ATTR_QUEUED)),
                         record.Number(SHEEN_LNET_ATTR_SENT), record.Number(SHEEN_LNET_ATTR_RECEIVED)});
    return peers;
}

Result<ObdControl> ObdControl::Open() {
    Result<Channel> channel = Channel::Open(SHEEN_OBD_GENL_NAME, SHEEN_OBD_GENL_VERSION, "obd");
    if (!channel)
        return channel.error();
    return ObdControl(std::move(*channel));
}

Result<> ObdControl::Attach(const std::string &type, const std::string &name, const std::string &uuid) {
    Channel::Request request;

    request.Text(SHEEN_OBD_ATTR_TYPE, type).Text(SHEEN_OBD_ATTR_NAME, name).Text(SHEEN_OBD_ATTR_UUID, uuid);
    return Done(channel_.Call(SHEEN_OBD_CMD_ATTACH, request), fmt::format("attach {} {}", type, name));
}

Result<> ObdControl::Setup(const std::string &name, const std::vector<std::string> &arguments) {
    Channel::Request request;

    request.Text(SHEEN_OBD_ATTR_NAME, name);
    for (const std::string &argument : arguments)
        request.Text(SHEEN_OBD_ATTR_ARG, argument);
    return Done(channel_.Call(SHEEN_OBD_CMD_SETUP, request), "setup " + name);
}

Result<> ObdControl::Cleanup(const std::string &name, uint32_t flags) {
    Channel::Request request;

    request.Text(SHEEN_OBD_ATTR_NAME, name).Number(SHEEN_OBD_ATTR_FLAGS, flags);
    return Done(channel_.Call(SHEEN_OBD_CMD_CLEANUP, request), "cleanup " + name);
}

Result<> ObdControl::Detach(const std::string &name) {
    Channel::Request request;

    request.Text(SHEEN_OBD_ATTR_NAME, name);
    return Done(channel_.Call(SHEEN_OBD_CMD_DETACH, request), "detach " + name);
}

Result<std::vector<Device>> ObdControl::Devices() {
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_DEVICE_GET, {}, true);
    std::vector<Device> devices;

    if (!records)
        return records.error().In("device list");
    for (const Record &record : *records)
        devices.push_back({static_cast<uint32_t>(record.Number(SHEEN_OBD_ATTR_INDEX)),
                           record.Text(SHEEN_OBD_ATTR_STATUS), record.Text(SHEEN_OBD_ATTR_TYPE),
                           record.Text(SHEEN_OBD_ATTR_NAME), record.Text(SHEEN_OBD_ATTR_UUID),
                           static_cast<uint32_t>(record.Number(SHEEN_OBD_ATTR_REFS))});
    return devices;
}

Result<std::string> ObdControl::Operate(const std::string &name, const std::string &operation,
                                        const std::vector<std::string> &arguments) {
    Channel::Request request;

    request.Text(SHEEN_OBD_ATTR_NAME, name).Text(SHEEN_OBD_ATTR_OP, operation);
    for (const std::string &argument : arguments)
        request.Text(SHEEN_OBD_ATTR_ARG, argument);
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_DEVICE_OP, request);
    if (!records)
        return records.error().In(fmt::format("{} {}", operation, name));
    return records->empty() ? std::string() : records->front().Text(SHEEN_OBD_ATTR_TEXT);
}

Result<> ObdControl::SetConf(const std::string &fsname, const std::string &text) {
    Channel::Request request;

    if (text.size() + 1 > SHEEN_CONF_TEXT_MAX)
        return Error{E2BIG,
                     fmt::format("write_conf {}: the description has {} bytes, {} are possible", fsname, text.size(),
                                 SHEEN_CONF_TEXT_MAX - 1),
                     ""};
    request.Text(SHEEN_OBD_ATTR_FSNAME, fsname).Text(SHEEN_OBD_ATTR_TEXT, text);
    return Done(channel_.Call(SHEEN_OBD_CMD_CONF_SET, request), "write_conf " + fsname);
}

Result<std::string> ObdControl::GetConf(const std::string &fsname) {
    Channel::Request request;

    request.Text(SHEEN_OBD_ATTR_FSNAME, fsname);
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_CONF_GET, request);
    if (!records)
        return records.error().In("read_conf " + fsname);
    return records->empty() ? std::string() : records->front().Text(SHEEN_OBD_ATTR_TEXT);
}

Result<std::vector<Export>> ObdControl::Exports(const std::string &name) {
    Channel::Request request;
    std::vector<Export> exports;

    if (!name.empty())
        request.Text(SHEEN_OBD_ATTR_NAME, name);
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_EXPORT_GET, request, true);
    if (!records)
        return records.error().In("export list");
    for (const Record &record : *records)
        exports.push_back(
            {record.Text(SHEEN_OBD_ATTR_NAME), record.Text(SHEEN_OBD_ATTR_UUID), record.Text(SHEEN_OBD_ATTR_NID)});
    return exports;
}

Result<std::vector<TargetStatus>> ObdControl::Statfs(const std::string &instance) {
    Channel::Request request;
    std::vector<TargetStatus> targets;

    if (!instance.empty())
        request.Text(SHEEN_OBD_ATTR_NAME, instance);
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_STATFS, request, true);
    if (!records)
        return records.error().In("statfs");
    for (const Record &record : *records)
        targets.push_back({record.Text(SHEEN_OBD_ATTR_NAME), record.Text(SHEEN_OBD_ATTR_UUID),
                           record.Text(SHEEN_OBD_ATTR_TYPE), static_cast<uint32_t>(record.Number(SHEEN_OBD_ATTR_INDEX)),
                           record.Text(SHEEN_OBD_ATTR_STATUS), record.Number(SHEEN_OBD_ATTR_BSIZE),
                           record.Number(SHEEN_OBD_ATTR_BLOCKS), record.Number(SHEEN_OBD_ATTR_BFREE),
                           record.Number(SHEEN_OBD_ATTR_BAVAIL), record.Number(SHEEN_OBD_ATTR_FILES),
                           record.Number(SHEEN_OBD_ATTR_FFREE)});
    return targets;
}

Result<std::vector<RpcCount>> ObdControl::Rpcs() {
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_RPC_GET, {}, true);
    std::vector<RpcCount> counts;

    if (!records)
        return records.error().In("counts of requests");
    for (const Record &record : *records)
        counts.push_back({record.Text(SHEEN_OBD_ATTR_NAME), record.Text(SHEEN_OBD_ATTR_UUID),
                          record.Text(SHEEN_OBD_ATTR_STATUS),
                          static_cast<uint32_t>(record.Number(SHEEN_OBD_ATTR_OPCODE)),
                          record.Number(SHEEN_OBD_ATTR_SENT), record.Number(SHEEN_OBD_ATTR_AGAIN)});
    return counts;
}

Result<std::vector<CacheCount>> ObdControl::Caches() {
    Result<std::vector<Record>> records = channel_.Call(SHEEN_OBD_CMD_CACHE_GET, {}, true);
    std::vector<CacheCount> counts;

    if (!records)
        return records.error().In("caches");
    for (const Record &record : *records)
        counts.push_back({record.Text(SHEEN_OBD_ATTR_NAME), record.Number(SHEEN_OBD_ATTR_LOCKS),
                          record.Number(SHEEN_OBD_ATTR_UNUSED), record.Number(SHEEN_OBD_ATTR_PAGES)});
    return counts;
}

}  // namespace sheen
