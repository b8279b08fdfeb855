// SPDX-License-Identifier: GPL-2.0
// Tunables and counters of the modules: files under two roots, known by dotted names.
#ifndef SHEEN_UTILS_PARAMETERS_H
#define SHEEN_UTILS_PARAMETERS_H

#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace sheen {

inline constexpr const char *kSysfsRoot = "/sys/fs/sheen";
inline constexpr const char *kDebugfsRoot = "/sys/kernel/debug/sheen";

struct Parameter {
    std::string name;  // "osc.sheen-OST0000.max_pages"
    std::string path;
    bool directory;
};

/// Parameters that match a name with shell wildcards, sorted by name.  A name that matches nothing is an error.
/// @roots are searched in this order; a name in an earlier one hides the same name in a later one.
Result<std::vector<Parameter>> FindParameters(std::string_view pattern,
                                              const std::vector<std::string> &roots = {kSysfsRoot, kDebugfsRoot});

/// Writes a value in one write(2), as such files want it.
Result<> WriteParameter(const Parameter &parameter, std::string_view value);

}  // namespace sheen

#endif
