// SPDX-License-Identifier: GPL-2.0
#include "node.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "error.h"
#include "files.h"
#include "kernel_log.h"
#include "protocol.h"

namespace sheen::vm {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kPollPause = milliseconds(20);

struct ProcessState {
    char state = 0;                // as in /proc/PID/stat; 0 when there is no such process
    unsigned long long start = 0;  // clock ticks after the host's boot: tells a reused id
};

ProcessState look_at(pid_t pid) {
    ProcessState result;
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text;
    if (!std::getline(file, text))
        return result;
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos)
        return result;
    std::istringstream fields(text.substr(name_end + 1));
    std::string skipped;
    fields >> result.state;
    for (int i = 4; i < 22; ++i)  // the start time is field 22
        fields >> skipped;
    fields >> result.start;
    return result;
}

struct PidRecord {
    pid_t pid = 0;
    unsigned long long start = 0;
};

PidRecord read_pid(const fs::path &file) {
    PidRecord record;
    std::ifstream stream(file);
    stream >> record.pid >> record.start;
    return record;
}

// One word per line; no word of a machine's command has a line break.
std::string join_words(const Argv &words) {
    std::string text;
    for (const std::string &word : words)
        text += word + "\n";
    return text;
}

Argv split_words(const std::string &text) {
    std::istringstream lines(text);
    Argv words;
    for (std::string line; std::getline(lines, line);)
        words.push_back(line);
    return words;
}

}  // namespace

Node::Node(MachineOptions machine, const Network &network, fs::path folder, bool keep)
    : machine_(std::move(machine)), network_(network), folder_(std::move(folder)), keep_(keep) {
    fs::create_directories(folder_);
    machine_.console = folder_ / "console.log";
}

void Node::start() {
    if (running())
        fail("{} is on already", name());
    console_start_ = fs::exists(machine_.console) ? fs::file_size(machine_.console) : 0;
    SpawnOptions how;
    how.netns = network_.name();
    how.log = folder_ / "qemu.log";
    how.die_with_parent = !keep_;
    how.new_session = true;
    fs::remove(how.log);
    started_ = Clock::now();
    const Argv command = known_command();
    write_file(folder_ / "command", join_words(command));
    const pid_t pid = spawn(command, how);
    write_file(pid_file(), fmt::format("{} {}\n", pid, look_at(pid).start));
}

// A machine that another process made is started again with the command that it had.
Argv Node::known_command() const {
    if (!machine_.boot_image.empty())
        return machine_command(machine_);
    const fs::path file = folder_ / "command";
    if (!fs::exists(file))
        fail("{} has never been on; start it with ./run up", name());
    return split_words(read_file(file));
}

bool Node::running() const {
    const PidRecord record = read_pid(pid_file());
    if (record.pid <= 0)
        return false;
    waitpid(record.pid, nullptr, WNOHANG);  // when it is a child of ours
    const ProcessState now = look_at(record.pid);
    return now.state != 0 && now.state != 'Z' && now.start == record.start;
}

void Node::wait_ready(std::chrono::seconds limit) {
    limit *= machine_.patience;
    for (;;) {
        const std::string text = console_since_start();
        if (text.find(kReadyMark) != std::string::npos)
            break;
        if (text.find(kFailedMark) != std::string::npos)
            boot_failed("could not come up");
        if (!running())
            boot_failed("stopped while it booted");
        if (Clock::now() - started_ > limit)
            boot_failed(fmt::format("was not ready after {} s", limit.count()));
        std::this_thread::sleep_for(kPollPause);
    }
    boot_time_ = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
}

void Node::boot_failed(const std::string &why) const {
    std::string detail = last_lines(console_since_start(), 15);
    const fs::path log = folder_ / "qemu.log";
    if (fs::exists(log) && fs::file_size(log) > 0)
        detail += "\n" + last_lines(read_file(log), 5);
    fail("{} {}; the end of its console ({}):\n{}", name(), why, machine_.console.string(), detail);
}

bool Node::wait_gone(milliseconds limit) const {
    const auto deadline = Clock::now() + limit;
    while (running()) {
        if (Clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(kPollPause);
    }
    return true;
}

double Node::cpu_time() const {
    const fs::path tasks = fmt::format("/proc/{}/task", read_pid(pid_file()).pid);
    double nanoseconds = 0;
    std::error_code error;
    for (const auto &task : fs::directory_iterator(tasks, error)) {
        std::string name;
        double time = 0;
        std::ifstream(task.path() / "comm") >> name;
        std::ifstream(task.path() / "schedstat") >> time;
        if (name == "CPU")
            nanoseconds += time;
    }
    return nanoseconds / 1e9;
}

void Node::power_cut() {
    if (running()) {
        kill(read_pid(pid_file()).pid, SIGKILL);
        if (!wait_gone(std::chrono::seconds(10)))
            fail("the machine of {} does not end", name());
    }
    fs::remove(pid_file());
}

void Node::shut_down(std::chrono::seconds limit) {
    if (running()) {
        RunOptions options;
        options.timeout = limit;
        const int connection = dial(std::chrono::seconds(1));
        if (connection >= 0) {
            options.alive = [this] { return running(); };
            run_over(connection, "sync; umount -a -t ext4,xfs; echo o > /proc/sysrq-trigger", options);
            wait_gone(limit);
        }
    }
    power_cut();
}

int Node::dial(milliseconds limit) {
    constexpr int kOneTryMs = 1000;
    const auto deadline = Clock::now() + limit;
    for (;;) {
        const int fd = network_.dial(Network::control_address(machine_.index), kAgentPort, kOneTryMs);
        if (fd >= 0 || Clock::now() > deadline || !running())
            return fd;
        std::this_thread::sleep_for(kPollPause);
    }
}

Result Node::run(const std::string &command, const RunOptions &options) {
    if (!running())
        fail("{} is off", name());
    const int connection = dial(std::chrono::seconds(15));
    if (connection < 0)
        fail("{} does not answer; its console is {}", name(), machine_.console.string());
    RunOptions watched = options;
    watched.timeout *= machine_.patience;
    watched.alive = [this] { return running(); };
    return run_over(connection, command, watched);
}

std::string Node::must(const std::string &command, const RunOptions &options) {
    Result result = run(command, options);
    if (!result.ok()) {
        const std::string &said = result.errors.empty() ? result.text : result.errors;
        fail("{}: {} failed ({}): {}", name(), command, result.status, last_lines(said, 10));
    }
    return std::move(result.text);
}

int Node::interact(const std::string &command) {
    if (!running())
        fail("{} is off", name());
    const int connection = dial(std::chrono::seconds(15));
    if (connection < 0)
        fail("{} does not answer; its console is {}", name(), machine_.console.string());
    return interact_over(connection, command);
}

void Node::push(const fs::path &file, const std::string &destination) {
    struct stat status {};
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        if (fd >= 0)
            close(fd);
        fail("cannot read {}: it has to be a file", file.string());
    }
    RunOptions options;
    options.input_fd = fd;
    const std::string script = fmt::format(
        "d={}; [ -d \"$d\" ] && d=$d/{}; mkdir -p \"$(dirname \"$d\")\" && cat > \"$d.part\" && "
        "chmod {:o} \"$d.part\" && mv -f \"$d.part\" \"$d\"",
        shell_quote(destination), shell_quote(file.filename()), status.st_mode & 07777);
    const Result result = run(script, options);
    close(fd);
    if (!result.ok())
        fail("{}: cannot write {}: {}", name(), destination, last_lines(result.errors, 3));
}

void Node::pull(const std::string &file, const fs::path &destination) {
    std::ofstream out(destination, std::ios::binary);
    std::string errors;
    RunOptions options;
    options.on_output = [&](std::string_view data, bool is_error) {
        if (is_error)
            errors += data;
        else
            out << data;
    };
    const Result result = run("cat -- " + shell_quote(file), options);
    if (!result.ok())
        fail("{}: cannot read {}: {}", name(), file, last_lines(errors, 3));
    if (!out.flush())
        fail("cannot write {}", destination.string());
}

std::string Node::console() const {
    return fs::exists(machine_.console) ? read_file(machine_.console) : "";
}

std::string Node::console_since_start() const {
    std::string text = console();
    return text.size() > console_start_ ? text.substr(console_start_) : "";
}

std::vector<std::string> Node::search_kernel_log(LogSearch search) {
    std::vector<std::string> found = search(console());
    if (!running())
        return found;
    const Result log = run("dmesg");
    if (!log.ok())
        fail("{}: cannot read the kernel log: {}", name(), last_lines(log.errors, 3));
    for (std::string &line : search(log.text)) {
        if (std::find(found.begin(), found.end(), line) == found.end())
            found.push_back(std::move(line));
    }
    return found;
}

std::vector<std::string> Node::kernel_log_faults() {
    return search_kernel_log(sheen::vm::kernel_log_faults);
}

std::string shell_quote(const std::string &word) {
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

}  // namespace sheen::vm
