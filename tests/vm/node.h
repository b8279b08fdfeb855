/* SPDX-License-Identifier: GPL-2.0 */
// One node of a cluster: a virtual machine with an agent in it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "command.h"
#include "machine.h"
#include "network.h"

namespace sheen::vm {

constexpr auto kBootLimit = std::chrono::seconds(120);  // a busy host under emulation

class Node {
public:
    // `folder` holds the node's process id, console and disks. `keep` lets the machine outlive
    // this process.
    Node(MachineOptions machine, const Network &network, std::filesystem::path folder, bool keep);

    const std::string &name() const { return machine_.name; }

    // Power. A cut is like pulling the plug: the disks keep what was written to them so far.
    void start();
    void wait_ready(std::chrono::seconds limit = kBootLimit);
    void power_cut();
    void shut_down(std::chrono::seconds limit = std::chrono::seconds(30));  // cuts at the limit
    bool running() const;

    // Commands are given to bash. run() reports how they end; must() throws unless it is 0 and
    // returns what they wrote.
    Result run(const std::string &command, const RunOptions &options = {});
    std::string must(const std::string &command, const RunOptions &options = {});
    int interact(const std::string &command = "");

    // Files. The mode comes along; a destination that is a folder gets the file's own name.
    void push(const std::filesystem::path &file, const std::string &destination);
    void pull(const std::string &file, const std::filesystem::path &destination);

    // Everything on the console since the machine was made, over all boots.
    std::string console() const;
    // What a search of kernel_log.h finds on the console and in the present kernel's log.
    using LogSearch = std::vector<std::string> (*)(const std::string &log);
    std::vector<std::string> search_kernel_log(LogSearch search);
    std::vector<std::string> kernel_log_faults();

    // Seconds that the host has given to the processors of the machine so far.
    double cpu_time() const;

    // The time from start() to the ready mark, as wait_ready() saw it.
    std::chrono::milliseconds boot_time() const { return boot_time_; }

private:
    Argv known_command() const;
    int dial(std::chrono::milliseconds limit);
    std::filesystem::path pid_file() const { return folder_ / "pid"; }
    [[noreturn]] void boot_failed(const std::string &why) const;
    std::string console_since_start() const;
    bool wait_gone(std::chrono::milliseconds limit) const;

    MachineOptions machine_;
    const Network &network_;
    std::filesystem::path folder_;
    bool keep_;
    std::size_t console_start_ = 0;  // size of the console when the machine was last started
    std::chrono::steady_clock::time_point started_;
    std::chrono::milliseconds boot_time_{0};
};

// A word quoted for a POSIX shell.
std::string shell_quote(const std::string &word);

}  // namespace sheen::vm
