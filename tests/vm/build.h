/* SPDX-License-Identifier: GPL-2.0 */
// Builds and test runs that the command starts in the build folder.
#pragma once

#include <string>

#include "options.h"

namespace sheen::vm {

// Builds the kernel modules for a kernel, into build/modules/<release>.
void build_modules(const Kernel &kernel);

// Runs a floor of the tests through ctest; returns its exit status.
int run_tests(const Options &options);

// Runs the benchmark program.
int run_bench(const Options &options);

}  // namespace sheen::vm
