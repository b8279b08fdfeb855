/* SPDX-License-Identifier: GPL-2.0 */
// A virtual machine as QEMU runs it: its command line, its process.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "kernel.h"
#include "process.h"

namespace sheen::vm {

// "kvm" when this kernel really boots with it within five seconds, else full emulation. The
// answer is kept until the host boots again.
std::string choose_accelerator(const Kernel &kernel, const std::filesystem::path &initramfs);

struct Disk {
    std::filesystem::path file;
    std::string serial;  // how the node finds it: /dev/disk/by-id/virtio-SERIAL
    bool read_only = false;
};

struct MachineOptions {
    std::string name;
    std::string accelerator;
    int memory_mib = 640;
    int cpus = 1;
    std::filesystem::path boot_image;
    std::filesystem::path initramfs;
    std::string append;                  // further words for the kernel's command line
    std::vector<Disk> disks;             // in this order: vda, vdb, ...
    std::filesystem::path host_folder;   // 9p tag "host", read-only
    std::filesystem::path share_folder;  // 9p tag "share", read-only; empty: none
    std::filesystem::path console;       // file that the console is appended to
    std::string data_tap, control_tap;   // network devices; empty: none
    int index = 1;                       // makes MAC addresses differ
    int data_mtu = 1500;                 // bytes
    int patience = 1;                    // how many times as long as usual everything may take
};

Argv machine_command(const MachineOptions &options);

}  // namespace sheen::vm
