// SPDX-License-Identifier: GPL-2.0
// Commands about a debug log, which the modules do not keep: what they have to say is in the kernel log.
#include <cerrno>

#include "lctl/lctl.h"

namespace sheen::lctl {

namespace {

Result<> NoDebugLog(Session *, const Words &words) {
    return Error{EOPNOTSUPP, words[0] + ": not supported", "messages of the modules are in the kernel log, see dmesg"};
}

Result<> Modules(Session *, const Words &) {
    return Error{EOPNOTSUPP, "modules: not supported", "debuggers find the modules in /sys/module/*/sections"};
}

}  // namespace

// Known to old scripts; without help they are not listed.
const std::vector<Command> kDebugCommands = {
    {"debug_kernel", 0, kAnyNumber, "", "", NoDebugLog},
    {"dk", 0, kAnyNumber, "", "", NoDebugLog},
    {"clear", 0, kAnyNumber, "", "", NoDebugLog},
    {"mark", 0, kAnyNumber, "", "", NoDebugLog},
    {"modules", 0, kAnyNumber, "", "", Modules},
};

}  // namespace sheen::lctl
