// SPDX-License-Identifier: GPL-2.0
// Running other programs.
#ifndef SHEEN_UTILS_PROCESS_H
#define SHEEN_UTILS_PROCESS_H

#include <string>
#include <vector>

#include "lib/result.h"

namespace sheen {

/// Runs a program without a shell, waits for it and returns what it wrote to its standard output.  When it fails the
/// error holds its exit code and the last line of its complaints; @hint says what to do when it cannot be found.
Result<std::string> RunProgram(const std::vector<std::string> &words, const std::string &hint = "");

}  // namespace sheen

#endif
