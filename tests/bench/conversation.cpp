// SPDX-License-Identifier: GPL-2.0
#include "conversation.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "error.h"

namespace sheen::bench {
namespace {

constexpr char kProbe[] = "/root/bench_probe";
constexpr auto kAnswerLimit = std::chrono::minutes(20);  // for one row, however slow the machine is
constexpr auto kLife = std::chrono::hours(24);

}  // namespace

Conversation::Conversation(vm::Node &node, const std::string &arguments) : node_(node) {
    node.push(SHEEN_BENCH_PROBE, kProbe);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        vm::fail("pipe: {}", std::strerror(errno));
    pipe_ = ends[1];
    thread_ = std::thread(&Conversation::run, this, std::string(kProbe) + " " + arguments, ends[0]);
}

Conversation::~Conversation() {
    close(pipe_);
    thread_.join();
}

void Conversation::run(const std::string &command, int input) {
    std::string why = "ended";
    try {
        vm::RunOptions options;
        options.timeout = kLife;
        options.input_fd = input;
        options.on_output = [this](std::string_view data, bool) { take(data); };
        why = fmt::format("ended with status {}", node_.run(command, options).status);
    } catch (const std::exception &error) {
        why = error.what();
    }
    close(input);
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    why_ = why;
    changed_.notify_all();
}

void Conversation::take(std::string_view data) {
    const std::lock_guard<std::mutex> lock(mutex_);
    partial_ += data;
    for (std::size_t end; (end = partial_.find('\n')) != std::string::npos; partial_.erase(0, end + 1))
        lines_.push_back(partial_.substr(0, end));
    changed_.notify_all();
}

std::string Conversation::ask(const std::string &question) {
    const std::string line = question + "\n";
    if (write(pipe_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        vm::fail("{}: cannot ask for \"{}\": {}", node_.name(), question, std::strerror(errno));
    std::unique_lock<std::mutex> lock(mutex_);
    const bool answered = changed_.wait_for(lock, kAnswerLimit, [this] { return ended_ || !lines_.empty(); });
    if (!answered)
        vm::fail("{}: {}: no answer", node_.name(), question);
    if (lines_.empty())
        vm::fail("{}: {}: the probe is gone: {}", node_.name(), question, why_);
    const std::string answer = std::move(lines_.front());
    lines_.pop_front();
    if (answer.rfind("ok ", 0) != 0)
        vm::fail("{}: {}: {}", node_.name(), question, answer);
    return answer.substr(3);
}

double Conversation::ask_number(const std::string &question) {
    return std::stod(ask(question));
}

}  // namespace sheen::bench
