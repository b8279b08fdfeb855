// SPDX-License-Identifier: GPL-2.0
// Multi-mount protection of ext4 (feature "mmp"): a block on the disk that the node which has it mounted keeps
// changing. The kernel goes by it when it mounts; here it is looked at for the administrator's sake, and before a disk
// is formatted.
#ifndef SHEEN_UTILS_LCONF_MULTI_MOUNT_H
#define SHEEN_UTILS_LCONF_MULTI_MOUNT_H

#include <cstdint>
#include <string>

#include "lib/result.h"

namespace sheen::lconf {

struct MultiMount {
    bool present = false;  // the disk holds an ext4 file system with this feature
    uint32_t sequence = 0;
    std::string node;       // that had it last
    unsigned interval = 0;  // seconds, in which a node that has it changes the block at least once

    /// Nobody has given it back: a node has it mounted, or lost its power while it had.
    bool Held() const;
    /// How long it takes to find out which of the two, in seconds.
    unsigned Patience() const { return 2 * interval + 1; }
};

Result<MultiMount> ReadMultiMount(const std::string &path);

/// Whether another node than @self has the disk mounted at this moment; waits if that cannot be told otherwise.
Result<> CheckNotMountedElsewhere(const std::string &path, const std::string &self);

/// The name of this host, as the kernel writes it to such disks.
std::string NodeName();

}  // namespace sheen::lconf

#endif
