// SPDX-License-Identifier: GPL-2.0
// Does the metadata target fit the object targets? What each has on its disk is listed on its own, as text, and the
// lists are compared: files whose objects are missing, and objects that no file names.
#ifndef SHEEN_UTILS_CHECK_H
#define SHEEN_UTILS_CHECK_H

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace sheen {

/// Value of an extended attribute of a file; empty when there is none.
using XattrReader = std::function<std::string(const std::string &path, const char *name)>;
std::string ReadXattr(const std::string &path, const char *name);

/// Lists the target whose file system is mounted at @root; docs/format.md says what is there.
Result<std::string> ListTarget(const std::string &root, const XattrReader &xattr = ReadXattr);

/// What the lists of all targets say together. Objects are named by FID, as people write it.
struct TargetLists {
    struct File {
        std::string fid, path;
        std::vector<std::string> objects;
    };
    std::vector<File> files;
    std::set<std::string> objects;
    std::set<std::string> dead;         // removed with their files, not yet destroyed
    std::set<uint64_t> sequences;       // whose objects are listed
    std::map<uint64_t, uint64_t> used;  // by sequence: highest object id that was given to a file
    unsigned int metadata_targets = 0;
};

/// Adds one list; errors name the line.
Result<> AddTargetList(TargetLists *lists, std::string_view text);

struct CheckReport {
    struct Missing {
        std::string fid, path, object;
    };
    std::vector<Missing> missing;                // objects that files name
    std::vector<std::string> nameless;           // objects that should have a file
    std::vector<std::string> shared;             // objects that several files name
    uint64_t files = 0, objects = 0, stock = 0;  // stock: made in advance, not given to any file yet
    bool clean() const { return missing.empty() && nameless.empty() && shared.empty(); }
};

/// Objects of targets whose list is not there are not looked for.
CheckReport CompareTargets(const TargetLists &lists);

}  // namespace sheen

#endif
