// SPDX-License-Identifier: GPL-2.0
#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "error.h"

namespace sheen::vm {
namespace {

std::vector<char *> c_strings(const Argv &argv) {
    std::vector<char *> result;
    for (const std::string &word : argv)
        result.push_back(const_cast<char *>(word.c_str()));
    result.push_back(nullptr);
    return result;
}

int status_of(int wait_status) {
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

int open_netns(const std::string &name) {
    if (name.empty())
        return -1;
    const std::string path = "/run/netns/" + name;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail("no network namespace {}: {}", name, std::strerror(errno));
    return fd;
}

// What a child does between fork and exec; only calls that are safe there.
struct ChildSetup {
    std::array<int, 3> fds{-1, -1, -1};  // become 0, 1, 2 when not negative
    int netns = -1;
    const char *directory = nullptr;
    bool die_with_parent = false;
    bool new_session = false;

    bool apply(pid_t parent) const {
        if (die_with_parent) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                return false;
        }
        if (new_session)
            setsid();
        for (int i = 0; i < 3; ++i) {
            if (fds[i] >= 0)
                dup2(fds[i], i);
        }
        if (netns >= 0 && setns(netns, CLONE_NEWNET) != 0)
            return false;
        return !directory || chdir(directory) == 0;
    }
};

// A pipe that closes on exec tells whether exec succeeded.
pid_t fork_and_exec(const Argv &argv, const ChildSetup &setup) {
    std::array<int, 2> report{};
    if (pipe2(report.data(), O_CLOEXEC) != 0)
        fail("pipe: {}", std::strerror(errno));
    std::vector<char *> words = c_strings(argv);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (setup.apply(parent))
            execvp(words[0], words.data());
        const int error = errno;
        if (write(report[1], &error, sizeof(error)) < 0)
            _exit(126);
        _exit(127);
    }
    const int fork_error = errno;
    close(report[1]);
    int error = 0;
    const ssize_t n = pid > 0 ? read(report[0], &error, sizeof(error)) : 0;
    close(report[0]);
    if (pid < 0)
        fail("fork: {}", std::strerror(fork_error));
    if (n > 0) {
        waitpid(pid, nullptr, 0);
        fail("cannot run {}: {}", argv[0], std::strerror(error));
    }
    return pid;
}

class Pipe {
public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0)
            fail("pipe: {}", std::strerror(errno));
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    int end(int which) const { return ends_[which]; }
    void close_end(int which) {
        if (ends_[which] >= 0)
            close(ends_[which]);
        ends_[which] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};  // read, write
};

// Moves bytes between us and the child until it has closed both of its outputs.
void exchange(Pipe &in, Pipe &out, Pipe &err, const std::string &input, Output &result) {
    std::size_t sent = 0;
    std::array<char, 65536> buffer;
    fcntl(in.end(1), F_SETFL, O_NONBLOCK);
    while (out.end(0) >= 0 || err.end(0) >= 0) {
        if (sent == input.size())
            in.close_end(1);
        std::array<pollfd, 3> fds{{{out.end(0), POLLIN, 0}, {err.end(0), POLLIN, 0}, {in.end(1), POLLOUT, 0}}};
        if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR)
            return;
        if (fds[2].revents) {
            const ssize_t n = write(in.end(1), input.data() + sent, input.size() - sent);
            if (n > 0)
                sent += static_cast<std::size_t>(n);
            else if (errno != EAGAIN && errno != EINTR)
                in.close_end(1);
        }
        for (Pipe *pipe : {&out, &err}) {
            if (pipe->end(0) < 0 || !fds[pipe == &err].revents)
                continue;
            const ssize_t n = read(pipe->end(0), buffer.data(), buffer.size());
            if (n > 0)
                (pipe == &out ? result.text : result.errors).append(buffer.data(), n);
            else if (n == 0 || errno != EINTR)
                pipe->close_end(0);
        }
    }
}

}  // namespace

pid_t spawn(const Argv &argv, const SpawnOptions &options) {
    ChildSetup setup;
    setup.die_with_parent = options.die_with_parent;
    setup.new_session = options.new_session;
    setup.directory = options.directory.empty() ? nullptr : options.directory.c_str();
    setup.netns = open_netns(options.netns);
    int null = -1, log = -1;
    if (!options.log.empty()) {
        null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        log = open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        setup.fds = {null, log, log};
    }
    auto close_all = [&] {
        for (int fd : {setup.netns, null, log}) {
            if (fd >= 0)
                close(fd);
        }
    };
    try {
        const pid_t pid = fork_and_exec(argv, setup);
        close_all();
        return pid;
    } catch (...) {
        close_all();
        throw;
    }
}

int wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            fail("waiting for process {}: {}", pid, std::strerror(errno));
    }
    return status_of(status);
}

Output capture(const Argv &argv, const std::string &input) {
    Pipe in, out, err;
    ChildSetup setup;
    setup.die_with_parent = true;
    setup.fds = {in.end(0), out.end(1), err.end(1)};
    Output result;
    const pid_t pid = fork_and_exec(argv, setup);
    in.close_end(0);
    out.close_end(1);
    err.close_end(1);
    exchange(in, out, err, input, result);
    result.status = wait_for(pid);
    return result;
}

std::string check(const Argv &argv, const std::string &input) {
    Output output = capture(argv, input);
    if (output.status != 0) {
        std::string command;
        for (const std::string &word : argv)
            command += (command.empty() ? "" : " ") + word;
        if (command.size() > 200)
            command = command.substr(0, 200) + "...";
        fail("{} failed ({}): {}", command, output.status,
             last_lines(output.errors.empty() ? output.text : output.errors, 5));
    }
    return output.text;
}

std::string last_lines(const std::string &text, int lines) {
    std::string trimmed = text;
    while (!trimmed.empty() && trimmed.back() == '\n')
        trimmed.pop_back();
    std::size_t start = trimmed.size();
    for (int i = 0; i < lines && start != std::string::npos && start > 0; ++i)
        start = trimmed.rfind('\n', start - 1);
    return start == std::string::npos || start == 0 ? trimmed : trimmed.substr(start + 1);
}

}  // namespace sheen::vm
