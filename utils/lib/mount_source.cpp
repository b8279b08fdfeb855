// SPDX-License-Identifier: GPL-2.0
#include "lib/mount_source.h"

#include <mntent.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "lib/conf_text.h"

namespace sheen {

Result<MountSource> ParseMountSource(std::string_view text, const Resolver &resolver) {
    constexpr const char *kForm = "the form is MGSNID[,NID...][:MGSNID...]:/FSNAME[/SUBDIR], e.g. mds1@tcp:/sheen";
    size_t slash = text.find(":/");

    if (slash == std::string_view::npos || slash == 0)
        return Error{EINVAL, fmt::format("'{}' does not name a file system", text), kForm};
    std::string_view name = text.substr(slash + 2);
    while (name.ends_with('/'))
        name.remove_suffix(1);
    std::string_view subdir = name.substr(std::min(name.find('/'), name.size()));
    name.remove_suffix(subdir.size());
    if (!IsFsname(name))
        return Error{EINVAL, fmt::format("'{}' cannot be the name of a file system", name),
                     "a name has 1 to 8 letters, digits, '-' or '_'"};
    Result<std::string> nids = ResolveNidList(text.substr(0, slash), resolver);
    if (!nids)
        return nids.error();
    return MountSource{*nids, std::string(name), std::string(subdir)};
}

bool IsLustreMount(const std::string &path) {
    std::unique_ptr<char, void (*)(void *)> canonical(realpath(path.c_str(), nullptr), free);
    std::string wanted = canonical ? canonical.get() : path;
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    bool found = false;

    if (!mounts)
        return false;
    while (const mntent *entry = getmntent(mounts))
        if (std::string_view(entry->mnt_type) == "lustre" && entry->mnt_dir == wanted)
            found = true;
    endmntent(mounts);
    return found;
}

}  // namespace sheen
