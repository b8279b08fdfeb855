// SPDX-License-Identifier: GPL-2.0
// Root squash as text: whom an MDT takes root of clients for, and on which nodes root stays root.
#ifndef SHEEN_UTILS_ROOT_SQUASH_H
#define SHEEN_UTILS_ROOT_SQUASH_H

#include <string>
#include <vector>

#include "lib/result.h"

namespace sheen {

/// Checks "UID:GID" and the NIDs of nodes that are exempt, and returns them as the MDT wants to hear them: one word
/// each, host names as they are.  No words when there are neither.
Result<std::vector<std::string>> RootSquashWords(const std::string &ids, const std::vector<std::string> &nids);

}  // namespace sheen

#endif
