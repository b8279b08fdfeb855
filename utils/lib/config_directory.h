// SPDX-License-Identifier: GPL-2.0
// Configurations in a directory: the live database, where the active home of a target can be changed.
#ifndef SHEEN_UTILS_CONFIG_DIRECTORY_H
#define SHEEN_UTILS_CONFIG_DIRECTORY_H

#include <string>
#include <vector>

#include "lib/config_db.h"
#include "lib/directory.h"

namespace sheen {

/// Reads and validates a configuration.
Result<ConfigDb> ReadFromDirectory(Directory *directory, const std::string &config, std::vector<std::string> *warnings);

/// Makes the directory hold @db under this name, changing only what differs.  The active homes that the directory
/// has stay where they are as long as these are homes of the target; each that differs from @db is told in @notes.
Result<> LoadIntoDirectory(Directory *directory, const std::string &config, const ConfigDb &db,
                           std::vector<std::string> *notes);

/// A target and the device that becomes its active home.
struct Switch {
    std::string target, target_uuid, from, to, to_uuid;
};

/// What has to change so that the targets of @group (or the one with that name) are active on @node.  Fails without a
/// change when one of them has no home there.
Result<std::vector<Switch>> PlanSwitch(const ConfigDb &db, const std::string &group, const std::string &node);

/// Changes the active home of one target.
Result<> ApplySwitch(Directory *directory, const std::string &config, const Switch &change);

}  // namespace sheen

#endif
