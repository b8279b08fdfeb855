// SPDX-License-Identifier: GPL-2.0
#include "kernel_log.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace sheen::vm {
namespace {

constexpr std::array<std::string_view, 33> kFaults = {
    "WARNING:",
    "BUG:",
    "kernel BUG at",
    "Oops:",
    "Kernel panic",
    "general protection fault",
    "Unable to handle kernel",
    "unable to handle page fault",
    "blocked for more than",
    "soft lockup",
    "hard LOCKUP",
    "detected stalls",
    "self-detected stall",
    "possible circular locking",
    "possible recursive locking",
    "suspicious RCU usage",
    "inconsistent lock state",
    "bad unlock balance",
    "held lock freed",
    "refcount_t:",
    "KASAN:",
    "UBSAN:",
    "KFENCE:",
    "kmemleak:",
    "Objects remaining in",
    "still has objects when",
    "Slab cache still",
    "list_add corruption",
    "list_del corruption",
    "scheduling while atomic",
    "Bad page state",
    // of stock Lustre nodes
    "LBUG",
    "ASSERTION(",
};

// Words that our own modules use when they count what they did not get back.
constexpr std::array<std::string_view, 3> kOwnFaults = {"leaked", "memory leak", "LEAK"};

// Harmless lines that contain one of the above.
constexpr std::array<std::string_view, 4> kHarmless = {
    "Spectre V2",  // mitigations=off is announced as a warning
    "Kernel memory leak detector initialized",
    "Automatic memory scanning thread",
    "unreferenced object scanning",
};

template <typename List>
bool contains_any(const std::string &line, const List &list) {
    return std::any_of(list.begin(), list.end(),
                       [&line](std::string_view word) { return line.find(word) != std::string::npos; });
}

template <typename Wanted>
std::vector<std::string> select_lines(const std::string &log, Wanted wanted) {
    std::vector<std::string> selected;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
        while (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (wanted(line))
            selected.push_back(line);
    }
    return selected;
}

}  // namespace

std::vector<std::string> kernel_log_faults(const std::string &log) {
    return select_lines(log, [](const std::string &line) {
        return !contains_any(line, kHarmless) && (contains_any(line, kFaults) || contains_any(line, kOwnFaults));
    });
}

std::vector<std::string> evictions(const std::string &log) {
    return select_lines(log, [](const std::string &line) {
        return line.find("evicted") != std::string::npos && line.find(" 0 were evicted") == std::string::npos;
    });
}

std::vector<std::string> lost_connections(const std::string &log) {
    return select_lines(log, [](const std::string &line) {
        return line.find("Connection to ") != std::string::npos && line.find(" was lost") != std::string::npos;
    });
}

}  // namespace sheen::vm
