// SPDX-License-Identifier: GPL-2.0
// The description of a file system that lconf --write_conf gives to the MGS; its format is in
// kernel/uapi/sheen_netlink.h.
#ifndef SHEEN_UTILS_CONF_TEXT_H
#define SHEEN_UTILS_CONF_TEXT_H

#include <string>
#include <string_view>
#include <vector>

#include "lib/config_db.h"
#include "lib/nid.h"

namespace sheen {

/// The file system that a configuration describes: one metadata target and the volume that belongs to it.
struct FilesystemView {
    const Element *mds;
    const Element *lov;
    std::vector<const Element *> osts;  // in index order
};
Result<FilesystemView> FindFilesystem(const ConfigDb &db);

/// Whether @name may be the name of a file system: 1 to 8 letters, digits, '-' or '_'.
bool IsFsname(std::string_view name);

/// "tcp" or "tcp<cluster_id>" for a network; fails on other types and on ids that are not numbers.
Result<std::string> NetworkName(const Element &network);

/// NIDs of a server node as the configuration names them, e.g. "md0@tcp,10.1.0.1@tcp1".
Result<std::string> NodeNids(const Element &node);

/// NIDs of all homes of a target, the active one first: "a@tcp", "b@tcp".
Result<std::vector<std::string>> TargetNids(const ConfigDb &db, const Element &target);

/// Text for the MGS, with host names as in the configuration.  @timeout is in seconds, 0 leaves the line out.
Result<std::string> BuildConfText(const ConfigDb &db, const std::string &fsname, int64_t timeout);

/// The same text with all host names replaced by addresses.
Result<std::string> ResolveConfText(std::string_view text, const Resolver &resolver = ResolveHost);

/// Compares two descriptions without their comments and spacing.
bool SameConf(std::string_view a, std::string_view b);

/// Modification time of the configuration that a description was made from; 0 when it does not say.
int64_t ConfMtime(std::string_view text);

}  // namespace sheen

#endif
