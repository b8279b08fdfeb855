// SPDX-License-Identifier: GPL-2.0
// Options of mount.lustre: which are flags of mount(2), which the helper's own, which the file system's.
#ifndef SHEEN_UTILS_MOUNT_OPTIONS_H
#define SHEEN_UTILS_MOUNT_OPTIONS_H

#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace sheen::mount {

struct Options {
    unsigned long flags = 0;  // MS_*
    std::string data;         // for the file system, separated by commas
    int retries = 0;          // further attempts while the MGS does not answer
};

/// Reads the argument of -o.
Result<Options> ParseOptions(std::string_view text);

}  // namespace sheen::mount

#endif
