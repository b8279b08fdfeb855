/* SPDX-License-Identifier: GPL-2.0 */
// Running programs of the host.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace sheen::vm {

using Argv = std::vector<std::string>;

struct SpawnOptions {
    std::string netns;                // name of the network namespace to run in; empty: ours
    bool die_with_parent = true;      // SIGKILL when the thread that started it ends
    bool new_session = false;         // away from the terminal's signals
    std::filesystem::path log;        // where output goes; empty: inherited
    std::filesystem::path directory;  // working directory; empty: ours
};

struct Output {
    int status = 0;      // exit status, 128 + signal when killed
    std::string text;    // standard output
    std::string errors;  // standard error
};

// Starts a program; throws when it cannot be executed.
pid_t spawn(const Argv &argv, const SpawnOptions &options = {});

// Waits for a child of ours; returns its exit status like Output::status.
int wait_for(pid_t pid);

// Runs a program to its end and keeps what it wrote. `input` is its standard input.
Output capture(const Argv &argv, const std::string &input = "");

// Runs a program that has to succeed; throws with the last lines that it wrote otherwise.
std::string check(const Argv &argv, const std::string &input = "");

// The last `lines` lines of a text, for error messages.
std::string last_lines(const std::string &text, int lines);

}  // namespace sheen::vm
