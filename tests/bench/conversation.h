/* SPDX-License-Identifier: GPL-2.0 */
// A bench_probe that runs on a node, and what it is asked.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "node.h"

namespace sheen::bench {

class Conversation {
public:
    // Copies the probe to the node and starts it.
    Conversation(vm::Node &node, const std::string &arguments);
    ~Conversation();  // the probe ends
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    // What follows "ok" in the answer. Throws when the answer is another one, or none comes in time.
    std::string ask(const std::string &question);
    double ask_number(const std::string &question);

private:
    void run(const std::string &command, int input);
    void take(std::string_view data);

    vm::Node &node_;
    int pipe_ = -1;  // to the probe's standard input
    std::thread thread_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::string partial_;
    std::deque<std::string> lines_;
    bool ended_ = false;
    std::string why_;  // it ended
};

}  // namespace sheen::bench
