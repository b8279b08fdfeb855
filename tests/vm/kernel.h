/* SPDX-License-Identifier: GPL-2.0 */
// The kernels of nodes: stock Debian ones, which are found, fetched and unpacked, and the one with checkers. Nothing is
// installed on the host but the headers, which building modules needs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sheen::vm {

struct Kernel {
    std::string series;                // "6.1"
    std::string release;               // "6.1.0-56-amd64", as uname -r says
    std::filesystem::path boot_image;  // what QEMU boots: an ELF image, through PVH, or a bzImage
    std::filesystem::path modules;     // the folder lib/modules/<release>
};

// The newest kernel of a series that the archive offers, or the one that is cached with its
// headers installed. Downloads and installs what is missing.
Kernel prepare_kernel(const std::string &series);

// Where the headers of a kernel are, or would be.
std::filesystem::path headers_folder(const std::string &release);

// The ELF image inside a bzImage.
std::string extract_vmlinux(const std::string &bzimage);

// The kernel's modules and their dependencies.
class ModuleTree {
public:
    explicit ModuleTree(const Kernel &kernel);

    // Paths relative to the folder of modules, in the order of loading; for names that the
    // kernel has built in or lacks, nothing.
    std::vector<std::string> load_order(const std::vector<std::string> &names) const;

    // What is in a module's file, unpacked.
    std::string content(const std::string &path) const;

private:
    struct Entry {
        std::string name;                // "virtio_net"
        std::string path;                // "kernel/drivers/net/virtio_net.ko"
        std::vector<std::string> needs;  // paths, the last one to be loaded first
    };
    const Entry *find(const std::string &name) const;

    std::filesystem::path folder_;
    std::vector<Entry> entries_;
};

}  // namespace sheen::vm
