/* SPDX-License-Identifier: GPL-2.0 */
// One command on a node: the harness's end of the agent's protocol (protocol.h).
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace sheen::vm {

// Status of a command that the harness gave up on, as timeout(1) has it, and of one whose node
// went away.
constexpr int kTimedOut = 124;
constexpr int kConnectionLost = 255;

struct Result {
    int status = 0;      // exit status, 128 + signal, kTimedOut or kConnectionLost
    std::string text;    // standard output
    std::string errors;  // standard error
    bool ok() const { return status == 0; }
};

struct RunOptions {
    std::chrono::milliseconds timeout = std::chrono::minutes(5);
    std::string input;  // standard input
    int input_fd = -1;  // standard input from here instead, until its end
    // Called with output as it comes; what it gets is not kept in Result.
    std::function<void(std::string_view data, bool is_error)> on_output;
    // Asked about once a second: whether the node is there still. Node::run() fills it in.
    std::function<bool()> alive;
};

// Runs a shell command over a connection to an agent, which it closes.
Result run_over(int connection, const std::string &command, const RunOptions &options);

// Runs an interactive shell (or a command on a terminal) between our terminal and the node. When
// our input is no terminal, the shell reads its commands from it.
int interact_over(int connection, const std::string &command);

}  // namespace sheen::vm
