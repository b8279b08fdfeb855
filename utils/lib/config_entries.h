// SPDX-License-Identifier: GPL-2.0
// The configuration database as entries of a directory, and back, without loss.
//
// config=NAME,fs=lustre stands for the document; below it there is one entry for each service, networks included, with
// the tag in upper case as its object class and an attribute for each property and each role of a reference (see
// DirectoryName()).  The values of an attribute have no order in a directory, nor have entries, so what has an order
// in the document has its place written down: lustreOrder for services, lovTgt for the targets of a lov, and
// lustreSequence for properties that are repeated.  config/lustre.schema has all of it.
#ifndef SHEEN_UTILS_CONFIG_ENTRIES_H
#define SHEEN_UTILS_CONFIG_ENTRIES_H

#include <string>
#include <vector>

#include "lib/config_db.h"
#include "lib/directory_entry.h"

namespace sheen {

/// All entries of a configuration, its own first.
std::vector<DirectoryEntry> ToEntries(const ConfigDb &db, const std::string &config);

/// The document that entries of one configuration describe, validated like one that was read as XML.  @origin is the
/// name for messages.  Attributes that are not ours are dropped with a warning.
Result<ConfigDb> FromEntries(const std::vector<DirectoryEntry> &entries, const std::string &origin,
                             std::vector<std::string> *warnings);

}  // namespace sheen

#endif
