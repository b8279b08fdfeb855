// SPDX-License-Identifier: GPL-2.0
// Commands about what the clients of this node have sent to their targets and what they keep.
#include <string_view>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/decode/names.h"
#include "lib/output.h"

namespace sheen::lctl {

namespace {

/// Is the device of the command line, if any, meant? A part of its name will do: a mount's devices have one in common.
bool Wanted(const Words &words, std::string_view name) {
    return words.size() < 2 || name.find(words[1]) != std::string_view::npos;
}

std::string OpcodeName(uint32_t opcode) {
    std::string name = decode::kOpcodes.Of(opcode);

    return name.empty() ? fmt::format("{}", opcode) : name;
}

Result<> RpcStats(Session *session, const Words &words) {
    Table table({{"device", "DEVICE", false, 0},
                 {"target", "TARGET", false, 0},
                 {"state", "STATE", false, 0},
                 {"request", "REQUEST", false, 0},
                 {"sent", "SENT", true, 0},
                 {"again", "AGAIN", true, 0}});
    Result<ObdControl *> obd = session->Obd();

    if (!obd)
        return obd.error();
    Result<std::vector<RpcCount>> counts = (*obd)->Rpcs();
    if (!counts)
        return counts.error();
    for (const RpcCount &count : *counts)
        if (Wanted(words, count.name))
            table.Add({count.name, count.target, count.state, OpcodeName(count.opcode), count.sent, count.again});
    table.Print(session->json);
    return {};
}

Result<> CacheStats(Session *session, const Words &words) {
    Table table({{"device", "DEVICE", false, 0},
                 {"locks", "LOCKS", true, 0},
                 {"unused", "UNUSED", true, 0},
                 {"pages", "PAGES", true, 0}});
    Result<ObdControl *> obd = session->Obd();

    if (!obd)
        return obd.error();
    Result<std::vector<CacheCount>> caches = (*obd)->Caches();
    if (!caches)
        return caches.error();
    for (const CacheCount &cache : *caches)
        if (Wanted(words, cache.name))
            table.Add({cache.name, cache.locks, cache.unused, cache.pages});
    table.Print(session->json);
    return {};
}

}  // namespace

const std::vector<Command> kStatisticsCommands = {
    {"rpc_stats", 0, 1, "[DEVICE]", "requests that clients on this node have sent to each target", RpcStats},
    {"cache_stats", 0, 1, "[DEVICE]", "locks that clients on this node keep, and pages kept for a replay", CacheStats},
};

}  // namespace sheen::lctl
