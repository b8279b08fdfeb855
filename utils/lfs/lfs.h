// SPDX-License-Identifier: GPL-2.0
// Commands of lfs, and what they share.
#ifndef SHEEN_UTILS_LFS_LFS_H
#define SHEEN_UTILS_LFS_LFS_H

#include <string>
#include <vector>

#include "lib/control.h"
#include "lib/layout.h"
#include "lib/result.h"

namespace sheen::lfs {

struct StripeOptions {
    std::string count, size, index, pool;  // as given; empty: default
    bool remove = false;
    std::vector<std::string> paths;
};

struct GetstripeOptions {
    bool directory_only = false, recursive = false, quiet = false, yaml = false, json = false;
    bool only_count = false, only_size = false, only_index = false;
    std::vector<std::string> paths;
};

struct DfOptions {
    bool human = false, inodes = false, json = false;
    std::string path;
};

Result<> SetStripe(const StripeOptions &options);
Result<> GetStripe(const GetstripeOptions &options);
Result<> Df(const DfOptions &options);
Result<> Check(const std::string &what, bool json);
Result<> PathToFid(const std::vector<std::string> &paths);
Result<> GetName(const std::vector<std::string> &paths);

/// What the words of a request mean; fails on numbers out of range.
Result<Layout> RequestedLayout(const StripeOptions &options);
/// A layout as lfs getstripe shows it to people; @directory tells a template from the layout of a file.
std::string LayoutText(const Layout &layout, bool directory, const GetstripeOptions &options);

/// One row of lfs df as text; @mount is the mount point.  The summary is the row without a target.
struct DfRow {
    std::string name;
    uint64_t total = 0, used = 0, available = 0;  // bytes, or inodes
    std::string where;
    bool inactive = false;
};
std::string DfText(const std::vector<DfRow> &rows, const DfRow &summary, const DfOptions &options);

/// A mounted file system of our type.
struct Mount {
    std::string path;  // mount point
    std::string fsname;
    std::string instance;  // suffix of the names of its devices
};
/// The mount that holds a path.
Result<Mount> FindMount(const std::string &path);
/// All mounts, in the order of the mount table.
Result<std::vector<Mount>> AllMounts();

}  // namespace sheen::lfs

#endif
