/* SPDX-License-Identifier: GPL-2.0 */
// The agent is the first process of a node: it brings the node up and then serves commands.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sheen::vm::agent {

// What the harness put on the kernel's command line (all names start with "sheen.").
struct BootConfig {
    std::string node;                                        // sheen.node=mds1
    std::string data_address;                                // sheen.addr=10.77.0.1
    std::string control_address;                             // sheen.ctl=10.78.0.1
    int mtu = 1500;                                          // sheen.mtu=9000, bytes
    bool share = false;                                      // sheen.share: mount 9p tag "share"
    bool probe = false;                                      // sheen.probe: say hello, power off
    std::vector<std::pair<std::string, std::string>> hosts;  // sheen.hosts=name:address,...
};

// boot.cpp: from the initramfs to a usable root. Throws std::runtime_error with a reason.
void mount_early();
BootConfig read_boot_config();
void load_modules();
void enter_root(const BootConfig &config);

// setup.cpp: names, network, links to the tools and modules that were built on the host.
void set_up_node(const BootConfig &config);

// session.cpp: one connection, one command; runs in a process of its own.
void serve_session(int connection);

// Helpers used by all of them.
[[noreturn]] void fail(const std::string &what);
void require(bool ok, const std::string &what);
void say(const std::string &line);  // one line on the console
std::string read_text(const std::string &path);
void write_text(const std::string &path, const std::string &text);

}  // namespace sheen::vm::agent
