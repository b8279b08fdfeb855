/* SPDX-License-Identifier: GPL-2.0 */
// Builds and test runs that the command starts in the build folder.
#pragma once

#include <string>
#include <vector>

#include "options.h"

namespace sheen::vm {

// Builds targets of the build folder. Says nothing when they are up to date.
void build(const std::vector<std::string> &targets);

// Builds the kernel modules for a kernel, into build/modules/<release>.
void build_modules(const Kernel &kernel);

// Builds a floor of the tests, or all, and runs it through ctest; returns its exit status.
int run_tests(const Options &options);

// Builds the benchmark and runs it; returns its exit status.
int run_bench(const Options &options);

}  // namespace sheen::vm
