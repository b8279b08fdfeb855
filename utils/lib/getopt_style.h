// SPDX-License-Identifier: GPL-2.0
// Command lines as lmc and lconf have always taken them: "_" and "-" are the same in long options, a unique prefix
// is enough, and a value may start with a dash.  CLI11 does the rest.
#ifndef SHEEN_UTILS_GETOPT_STYLE_H
#define SHEEN_UTILS_GETOPT_STYLE_H

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "lib/result.h"

namespace sheen {

/// Rewrites @arguments (without the program name) into the one form that @app understands.
Result<std::vector<std::string>> NormalizeArguments(const CLI::App &app, const std::vector<std::string> &arguments);

/// NormalizeArguments() and then a parse.  A request for help comes back as true.
Result<bool> ParseArguments(CLI::App *app, const std::vector<std::string> &arguments);

}  // namespace sheen

#endif
