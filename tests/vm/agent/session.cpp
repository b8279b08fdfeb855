// SPDX-License-Identifier: GPL-2.0
// One connection: read a command, run it, carry its input and output, report its exit status.
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "../protocol.h"
#include "agent.h"

namespace sheen::vm::agent {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

struct Frame {
    FrameType type{};
    std::string payload;
};

bool write_all(int fd, const void *data, std::size_t size) {
    const char *from = static_cast<const char *>(data);
    while (size > 0) {
        const ssize_t n = write(fd, from, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        from += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

bool read_all(int fd, void *data, std::size_t size) {
    char *to = static_cast<char *>(data);
    while (size > 0) {
        const ssize_t n = read(fd, to, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

std::optional<Frame> read_frame(int fd) {
    std::array<std::uint8_t, kFrameHeaderBytes> header{};
    if (!read_all(fd, header.data(), header.size()))
        return std::nullopt;
    const std::uint32_t length = get_le32(&header[1]);
    if (length > kMaxFramePayload)
        return std::nullopt;
    Frame frame;
    frame.type = static_cast<FrameType>(header[0]);
    frame.payload.resize(length);
    if (!read_all(fd, frame.payload.data(), length))
        return std::nullopt;
    return frame;
}

class Session {
public:
    explicit Session(int connection) : connection_(connection) {}

    void serve() {
        const std::optional<Frame> first = read_frame(connection_);
        if (!first)
            return;
        const bool terminal = first->type == FrameType::kShell;
        if (!terminal && first->type != FrameType::kExec)
            return;
        if (!(terminal ? start_on_terminal(first->payload) : start_on_pipes(first->payload)))
            return;
        relay();
    }

private:
    [[noreturn]] static void run_shell(const std::string &command) {
        signal(SIGPIPE, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        if (command.empty())
            execl("/bin/bash", "bash", "-l", nullptr);
        execl("/bin/bash", "bash", "-c", command.c_str(), nullptr);
        _exit(127);
    }

    bool start_on_pipes(const std::string &command) {
        std::array<std::array<int, 2>, 3> pipes{};
        for (auto &one : pipes) {
            if (pipe2(one.data(), O_CLOEXEC) != 0)
                return false;
        }
        child_ = fork();
        if (child_ == 0) {
            setsid();
            dup2(pipes[0][0], 0);
            dup2(pipes[1][1], 1);
            dup2(pipes[2][1], 2);
            run_shell(command);
        }
        close(pipes[0][0]);
        close(pipes[1][1]);
        close(pipes[2][1]);
        input_ = pipes[0][1];
        output_ = pipes[1][0];
        errors_ = pipes[2][0];
        for (int fd : {input_, output_, errors_})
            fcntl(fd, F_SETFL, O_NONBLOCK);
        return child_ > 0;
    }

    bool start_on_terminal(const std::string &command) {
        int master = -1;
        child_ = forkpty(&master, nullptr, nullptr, nullptr);
        if (child_ == 0) {
            setenv("TERM", "xterm", 1);
            if (chdir("/root") != 0)
                _exit(127);
            run_shell(command);
        }
        if (child_ < 0)
            return false;
        fcntl(master, F_SETFL, O_NONBLOCK);
        fcntl(master, F_SETFD, FD_CLOEXEC);
        output_ = master;
        input_ = dup(master);
        return true;
    }

    void relay() {
        exit_signal_ = static_cast<int>(syscall(SYS_pidfd_open, child_, 0));
        if (exit_signal_ < 0)
            return;
        for (;;) {
            reap();
            std::array<pollfd, 5> fds{{
                {connection_, static_cast<short>(pending_.empty() ? POLLIN : 0), 0},
                {output_, POLLIN, 0},
                {errors_, POLLIN, 0},
                {pending_.empty() ? -1 : input_, POLLOUT, 0},
                {exit_signal_, POLLIN, 0},
            }};
            if (poll(fds.data(), fds.size(), exited_ ? 0 : -1) < 0 && errno != EINTR)
                break;
            bool moved = false;
            moved |= forward(output_, FrameType::kStdout);
            moved |= forward(errors_, FrameType::kStderr);
            if (broken_)
                break;
            if (exited_ && !moved) {
                report();
                return;
            }
            feed_child();
            if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) && !take_frame())
                break;
        }
        // The harness has gone or given up: nothing that it started may linger.
        if (!exited_)
            kill(-child_, SIGKILL);
    }

    void reap() {
        if (!exited_ && waitpid(child_, &wait_status_, WNOHANG) == child_)
            exited_ = true;
    }

    // Returns true when bytes were moved. A closed or failed end is not looked at again.
    bool forward(int &fd, FrameType type) {
        if (fd < 0)
            return false;
        static std::array<char, kChunkBytes> buffer;
        const ssize_t n = read(fd, buffer.data(), buffer.size());
        if (n > 0) {
            send(type, buffer.data(), static_cast<std::size_t>(n));
            return true;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        close(fd);
        fd = -1;
        return false;
    }

    void send(FrameType type, const void *data, std::size_t size) {
        const auto header = frame_header(type, static_cast<std::uint32_t>(size));
        if (!write_all(connection_, header.data(), header.size()) || !write_all(connection_, data, size))
            broken_ = true;
    }

    bool take_frame() {
        const std::optional<Frame> frame = read_frame(connection_);
        if (!frame)
            return false;
        if (frame->type == FrameType::kStdin) {
            pending_ += frame->payload;
        } else if (frame->type == FrameType::kStdinEnd) {
            input_ended_ = true;
        } else if (frame->type == FrameType::kWindow && frame->payload.size() == 4) {
            const auto *bytes = reinterpret_cast<const std::uint8_t *>(frame->payload.data());
            winsize size{};
            size.ws_row = static_cast<unsigned short>(bytes[0] | bytes[1] << 8);
            size.ws_col = static_cast<unsigned short>(bytes[2] | bytes[3] << 8);
            ioctl(output_, TIOCSWINSZ, &size);
        }
        feed_child();
        return true;
    }

    void feed_child() {
        if (input_ < 0)
            pending_.clear();
        while (!pending_.empty()) {
            const ssize_t n = write(input_, pending_.data(), pending_.size());
            if (n > 0) {
                pending_.erase(0, static_cast<std::size_t>(n));
                continue;
            }
            if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
            pending_.clear();  // the command does not read any more
            input_ended_ = true;
        }
        if (input_ended_ && input_ >= 0) {
            close(input_);
            input_ = -1;
        }
    }

    void report() {
        const int status = WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : 128 + WTERMSIG(wait_status_);
        std::array<std::uint8_t, 4> bytes{};
        put_le32(bytes.data(), static_cast<std::uint32_t>(status));
        send(FrameType::kExit, bytes.data(), bytes.size());
        shutdown(connection_, SHUT_WR);
    }

    int connection_;
    pid_t child_ = -1;
    int input_ = -1;   // write end of the command's input
    int output_ = -1;  // read end of its output, or the terminal
    int errors_ = -1;
    int exit_signal_ = -1;  // a pidfd: readable when the child has ended
    std::string pending_;   // input that the command has not taken yet
    bool input_ended_ = false;
    bool exited_ = false;
    bool broken_ = false;  // the connection failed
    int wait_status_ = 0;
};

}  // namespace

void serve_session(int connection) {
    Session(connection).serve();
    close(connection);
}

}  // namespace sheen::vm::agent
