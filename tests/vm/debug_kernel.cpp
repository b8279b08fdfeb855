// SPDX-License-Identifier: GPL-2.0
#include "debug_kernel.h"

#include <algorithm>
#include <string>
#include <thread>

#include "error.h"
#include "files.h"
#include "packages.h"
#include "process.h"

namespace sheen::vm {
namespace {

constexpr char kSources[] = "linux-source-6.1";  // the package, and the folder in its archive

std::string first_line(const fs::path &file) {
    const std::string text = read_file(file);
    return text.substr(0, text.find('\n'));
}

Argv make_in(const fs::path &tree, const Argv &words) {
    Argv argv = {"make", "-s", "-C", tree, "-j" + std::to_string(std::max(1u, std::thread::hardware_concurrency()))};
    argv.insert(argv.end(), words.begin(), words.end());
    return argv;
}

void unpack_sources(const fs::path &target) {
    const fs::path root = target / "root";
    install_packages({"bc", "bison", "flex", "libelf-dev", "libssl-dev", "lz4"});
    unpack_package(kSources, root);
    check({"tar", "-C", target, "-xf", root / "usr/src" / (kSources + std::string(".tar.xz"))});
    fs::rename(target / kSources, target / "tree");
    fs::remove_all(root);
}

// Modules are built against what remains.
void remove_objects(const fs::path &tree) {
    for (const char *folder : {"arch", "block", "certs", "crypto", "drivers", "fs", "init", "io_uring", "ipc", "kernel",
                               "lib", "mm", "net", "security", "sound", "virt"})
        check({"find", tree / folder, "-name", "*.[oa]", "-delete"});
    fs::remove(tree / "vmlinux");
    fs::remove(tree / "vmlinux.o");
}

void make_kernel(const std::string &config, const fs::path &target) {
    unpack_sources(target);
    const fs::path tree = target / "tree";
    write_file(target / "config", config);
    check(make_in(tree, {"KCONFIG_ALLCONFIG=" + (target / "config").string(), "allnoconfig"}));
    check(make_in(tree, {"bzImage", "modules"}));
    check(make_in(tree, {"INSTALL_MOD_PATH=" + target.string(), "modules_install"}));
    fs::copy_file(tree / "arch/x86/boot/bzImage", target / "bzImage");
    fs::copy_file(tree / "include/config/kernel.release", target / "release");
    for (const char *link : {"build", "source"})
        fs::remove(target / "lib/modules" / first_line(target / "release") / link);
    remove_objects(tree);
}

}  // namespace

Kernel prepare_debug_kernel() {
    const std::string config = read_file(SHEEN_VM_SOURCE "/config/kernel.debug");
    const fs::path folder = cached("kernel-debug-" + digest(config), [&](const fs::path &target) {
        fmt::print("building the debug kernel\n");
        std::fflush(stdout);
        make_kernel(config, target);
    });
    const std::string release = first_line(folder / "release");
    const fs::path link = headers_folder(release);
    if (!fs::exists(link) || fs::read_symlink(link) != folder / "tree") {
        fs::remove(link);
        fs::create_symlink(folder / "tree", link);
    }
    return {kDebugKernel, release, folder / "bzImage", folder / "lib/modules" / release};
}

}  // namespace sheen::vm
