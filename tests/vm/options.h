/* SPDX-License-Identifier: GPL-2.0 */
// The command line of sheen-run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cluster.h"

namespace sheen::vm {

struct Options {
    std::string verb;
    std::vector<std::string> arguments;  // what follows the verb and is not an option
    std::string kernel = "6.1";
    std::vector<std::string> nodes;  // empty: all
    std::string filter;
    std::filesystem::path oracle;
    std::filesystem::path share;
    std::filesystem::path run_folder;
    std::filesystem::path json;  // empty: none
    std::filesystem::path plot;
    bool full = false;
    bool quick = false;
    bool no_build = false;
    int memory_mib = 640;
    int cpus = 1;
    int rounds = 0;                  // 0: as the verb thinks fit
    std::vector<std::string> words;  // all of them, as they were given

    ClusterOptions cluster() const;
};

// Throws Error for what it does not understand. After `ssh NODE` nothing is taken as an option.
Options parse_options(int argc, char **argv);

}  // namespace sheen::vm
