// SPDX-License-Identifier: GPL-2.0
#include "command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "error.h"
#include "protocol.h"

namespace sheen::vm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kSendLowBytes = 256 * 1024;  // refill the send buffer below this

std::string make_frame(FrameType type, std::string_view payload) {
    const auto header = frame_header(type, static_cast<std::uint32_t>(payload.size()));
    std::string frame(header.begin(), header.end());
    frame += payload;
    return frame;
}

class Exchange {
public:
    Exchange(int connection, const RunOptions &options)
        : connection_(connection),
          options_(options),
          input_(options.input_fd),
          deadline_(Clock::now() + options.timeout) {
        fcntl(connection_, F_SETFL, O_NONBLOCK);
    }

    ~Exchange() { close(connection_); }
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;

    void queue(FrameType type, std::string_view payload) { to_send_ += make_frame(type, payload); }

    void set_window_source(const volatile sig_atomic_t *changed) { window_changed_ = changed; }

    Result run() {
        if (input_ < 0)
            queue_fixed_input();
        while (!exited_) {
            const int wait_ms = remaining_ms();
            if (wait_ms == 0) {
                result_.status = kTimedOut;
                break;
            }
            if (!step(wait_ms)) {
                result_.status = kConnectionLost;
                break;
            }
        }
        return std::move(result_);
    }

private:
    void queue_fixed_input() {
        for (std::size_t at = 0; at < options_.input.size(); at += kChunkBytes)
            queue(FrameType::kStdin, std::string_view(options_.input).substr(at, kChunkBytes));
        queue(FrameType::kStdinEnd, "");
    }

    int remaining_ms() const {
        constexpr int kSliceMs = 1000;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        return left <= 0 ? 0 : static_cast<int>(std::min<long>(left, kSliceMs));
    }

    // One round of waiting and moving bytes; false when the connection is lost.
    bool step(int wait_ms) {
        const bool want_input = input_ >= 0 && to_send_.size() < kSendLowBytes;
        std::array<pollfd, 2> fds{{
            {connection_, static_cast<short>(POLLIN | (to_send_.empty() ? 0 : POLLOUT)), 0},
            {want_input ? input_ : -1, POLLIN, 0},
        }};
        const int ready = poll(fds.data(), fds.size(), wait_ms);
        if (window_changed_ && *window_changed_)
            send_window();
        if (ready == 0)
            return !options_.alive || options_.alive();
        if (ready < 0)
            return errno == EINTR;
        if (fds[1].revents)
            take_input();
        if (!to_send_.empty() && !flush())
            return false;
        return !(fds[0].revents & (POLLIN | POLLHUP | POLLERR)) || receive();
    }

    void send_window() {
        *const_cast<volatile sig_atomic_t *>(window_changed_) = 0;
        winsize size{};
        if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0)
            return;
        const char bytes[4] = {static_cast<char>(size.ws_row & 0xff), static_cast<char>(size.ws_row >> 8),
                               static_cast<char>(size.ws_col & 0xff), static_cast<char>(size.ws_col >> 8)};
        queue(FrameType::kWindow, std::string_view(bytes, sizeof(bytes)));
    }

    void take_input() {
        std::array<char, kChunkBytes> buffer;
        const ssize_t n = read(input_, buffer.data(), buffer.size());
        if (n > 0) {
            queue(FrameType::kStdin, std::string_view(buffer.data(), static_cast<std::size_t>(n)));
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            queue(FrameType::kStdinEnd, "");
            input_ = -1;
        }
    }

    bool flush() {
        const ssize_t n = write(connection_, to_send_.data(), to_send_.size());
        if (n > 0)
            to_send_.erase(0, static_cast<std::size_t>(n));
        return n > 0 || errno == EAGAIN || errno == EINTR;
    }

    bool receive() {
        std::array<char, kChunkBytes> buffer;
        const ssize_t n = read(connection_, buffer.data(), buffer.size());
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        received_.append(buffer.data(), static_cast<std::size_t>(n));
        while (take_frame())
            continue;
        return n > 0 || exited_;
    }

    bool take_frame() {
        if (received_.size() < kFrameHeaderBytes)
            return false;
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(received_.data());
        const std::uint32_t length = get_le32(bytes + 1);
        if (length > kMaxFramePayload)
            fail("the agent sent a frame of {} bytes", length);
        if (received_.size() < kFrameHeaderBytes + length)
            return false;
        handle(static_cast<FrameType>(bytes[0]), std::string_view(received_).substr(kFrameHeaderBytes, length));
        received_.erase(0, kFrameHeaderBytes + length);
        return true;
    }

    void handle(FrameType type, std::string_view payload) {
        if (type == FrameType::kExit && payload.size() == 4) {
            result_.status = static_cast<int>(get_le32(reinterpret_cast<const std::uint8_t *>(payload.data())));
            exited_ = true;
        } else if (type == FrameType::kStdout || type == FrameType::kStderr) {
            const bool is_error = type == FrameType::kStderr;
            if (options_.on_output)
                options_.on_output(payload, is_error);
            else
                (is_error ? result_.errors : result_.text) += payload;
        }
    }

    int connection_;
    const RunOptions &options_;
    int input_;  // -1 when there is nothing more to read
    Clock::time_point deadline_;
    const volatile sig_atomic_t *window_changed_ = nullptr;
    std::string to_send_;
    std::string received_;
    Result result_;
    bool exited_ = false;
};

// Our terminal passes every key through while one of these lives.
class RawTerminal {
public:
    RawTerminal() {
        if (tcgetattr(STDIN_FILENO, &saved_) != 0)
            return;
        active_ = true;
        termios raw = saved_;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    ~RawTerminal() {
        if (active_)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_);
    }
    RawTerminal(const RawTerminal &) = delete;
    RawTerminal &operator=(const RawTerminal &) = delete;

private:
    termios saved_{};
    bool active_ = false;
};

volatile sig_atomic_t g_window_changed = 0;

void on_window_change(int) {
    g_window_changed = 1;
}

}  // namespace

Result run_over(int connection, const std::string &command, const RunOptions &options) {
    Exchange exchange(connection, options);
    exchange.queue(FrameType::kExec, command);
    return exchange.run();
}

int interact_over(int connection, const std::string &command) {
    RunOptions options;
    options.timeout = std::chrono::hours(24 * 365);
    options.input_fd = STDIN_FILENO;
    options.on_output = [](std::string_view data, bool) {
        while (!data.empty()) {
            const ssize_t n = write(STDOUT_FILENO, data.data(), data.size());
            if (n <= 0)
                return;
            data.remove_prefix(static_cast<std::size_t>(n));
        }
    };
    if (!isatty(STDIN_FILENO)) {
        Exchange exchange(connection, options);
        exchange.queue(FrameType::kExec, command.empty() ? "exec bash -l" : command);
        return exchange.run().status;
    }
    g_window_changed = 1;  // tell the size at once
    struct sigaction action {
    }, saved{};
    action.sa_handler = on_window_change;
    sigaction(SIGWINCH, &action, &saved);
    const RawTerminal raw;
    Exchange exchange(connection, options);
    exchange.set_window_source(&g_window_changed);
    exchange.queue(FrameType::kShell, command);
    const int status = exchange.run().status;
    sigaction(SIGWINCH, &saved, nullptr);
    return status;
}

}  // namespace sheen::vm
