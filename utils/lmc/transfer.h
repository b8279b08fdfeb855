// SPDX-License-Identifier: GPL-2.0
// The commands of lmc that carry whole configurations between XML, LDIF and an LDAP server.
#ifndef SHEEN_UTILS_LMC_TRANSFER_H
#define SHEEN_UTILS_LMC_TRANSFER_H

#include <string>
#include <vector>

#include "lmc/editor.h"

namespace sheen::lmc {

/// Whether any option of these commands was given.
bool IsTransfer(const Options &options);

/// Runs one; notes for the user go to @notes, also when it fails.
Result<> Transfer(const Options &options, std::vector<std::string> *notes);

}  // namespace sheen::lmc

#endif
