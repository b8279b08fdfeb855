// SPDX-License-Identifier: GPL-2.0
// What a client mounts: NIDS:/FSNAME[/SUBDIR], where NIDs of one MGS node are separated by ',' and nodes by ':'.
#ifndef SHEEN_UTILS_MOUNT_SOURCE_H
#define SHEEN_UTILS_MOUNT_SOURCE_H

#include <string>
#include <string_view>

#include "lib/nid.h"

namespace sheen {

struct MountSource {
    std::string nids;  // resolved, in the form they were given in
    std::string fsname;
    std::string subdir;  // a directory below the root, "/projects/a"; empty: the root

    std::string Text() const { return nids + ":/" + fsname + subdir; }
};

Result<MountSource> ParseMountSource(std::string_view text, const Resolver &resolver = ResolveHost);

/// Whether a file system of type "lustre" is mounted at exactly this path.
bool IsLustreMount(const std::string &path);

}  // namespace sheen

#endif
