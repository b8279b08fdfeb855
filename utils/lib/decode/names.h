// SPDX-License-Identifier: GPL-2.0
// Names of numbers, for people who read messages.
#ifndef SHEEN_UTILS_DECODE_NAMES_H
#define SHEEN_UTILS_DECODE_NAMES_H

#include <cstdint>
#include <string>
#include <vector>

namespace sheen::decode {

struct Names {
    struct Name {
        uint64_t number;
        const char *name;
    };
    bool bits;  // names are of single bits, and several may be set
    std::vector<Name> names;
    std::string (*text)(uint64_t number) = nullptr;  // instead of names

    /// "" when the number has no name.
    std::string Of(uint64_t number) const;
};

extern const Names kOpcodes, kPortals, kMessageTypes, kBodyFlags, kConnectOps, kLockTypes, kLockModes, kLockFlags, kInodeBits,
    kIntents, kDispositions, kReints, kSockTypes, kLnetTypes, kConnTypes, kCfgCommands, kRecordTypes, kNids;

}  // namespace sheen::decode

#endif
