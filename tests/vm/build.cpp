// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "debug_kernel.h"
#include "error.h"
#include "process.h"

namespace sheen::vm {
namespace {

const fs::path kSource = SHEEN_VM_SOURCE;
const fs::path kBuild = SHEEN_VM_BUILD;

int run_here(const Argv &argv) {
    return wait_for(spawn(argv));
}

}  // namespace

void build(const std::vector<std::string> &targets) {
    const FileLock lock(kBuild / ".lock");  // ./run takes it as well
    Argv rehearsal = {"ninja", "-C", kBuild, "-n"};
    rehearsal.insert(rehearsal.end(), targets.begin(), targets.end());
    if (capture(rehearsal).text.find("no work to do") != std::string::npos)
        return;
    Argv argv = {"cmake", "--build", kBuild, "--target"};
    argv.insert(argv.end(), targets.begin(), targets.end());
    if (run_here(argv) != 0)
        fail("the build failed");
}

void build_modules(const Kernel &kernel) {
    if (!fs::exists(kSource / "kernel/Kbuild"))
        return;
    fmt::print("building the modules for {}\n", kernel.release);
    std::fflush(stdout);
    const FileLock lock(kBuild / "kbuild" / ("lock-" + kernel.release));
    const int status = run_here({"cmake", "-DSOURCE=" + kSource.string(), "-DBUILD=" + kBuild.string(),
                                 "-DKERNEL=" + kernel.release, "-P", kSource / "cmake/build-modules.cmake"});
    if (status != 0)
        fail("the modules for {} do not build", kernel.release);
}

int run_tests(const Options &options) {
    constexpr std::array<const char *, 5> kFloors = {"unit", "sim", "fuzz", "cluster", "interop"};
    const std::string processors = std::to_string(std::max(1u, std::thread::hardware_concurrency()));
    Argv argv = {"ctest", "--test-dir", kBuild, "--output-on-failure", "--no-tests=error", "--parallel", processors};
    std::string target = "all";
    if (options.arguments.size() > 1)
        fail("test takes one floor at a time: unit, sim, fuzz, cluster or interop");
    if (!options.arguments.empty()) {
        const std::string &floor = options.arguments[0];
        if (std::find(kFloors.begin(), kFloors.end(), floor) == kFloors.end())
            fail("{} is not a floor of the tests: unit, sim, fuzz, cluster or interop", floor);
        argv.insert(argv.end(), {"-L", "^" + floor + "$"});
        target = "tests-" + floor;
    }
    if (!options.filter.empty())
        argv.insert(argv.end(), {"-R", options.filter});
    build({target});
    if (options.kernel == kDebugKernel)
        build_modules(prepare_kernel(options.kernel));  // no part of the target
    setenv("SHEEN_KERNEL", options.kernel.c_str(), 1);
    if (!options.oracle.empty())
        setenv("SHEEN_ORACLE", options.oracle.c_str(), 1);
    if (options.full)
        setenv("SHEEN_FULL", "1", 1);
    return run_here(argv);
}

int run_bench(const Options &options) {
    build({"sheen-bench"});
    Argv argv = {kBuild / "tests/bench/sheen-bench"};
    argv.insert(argv.end(), options.words.begin(), options.words.end());
    return run_here(argv);
}

}  // namespace sheen::vm
