// SPDX-License-Identifier: GPL-2.0
#include "lib/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "lib/strings.h"

extern char **environ;

namespace sheen {

namespace {

constexpr size_t kKeep = 1 << 20;  // bytes of output kept of each stream

struct Pipe {
    int fd[2] = {-1, -1};

    ~Pipe() {
        for (int end : fd)
            if (end >= 0)
                close(end);
    }
    void CloseWriter() {
        close(fd[1]);
        fd[1] = -1;
    }
};

/// Reads both streams until they end, so that a talkative program never blocks.
void Drain(int out, int err, std::string *out_text, std::string *err_text) {
    pollfd streams[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    std::string *texts[2] = {out_text, err_text};
    char buffer[4096];

    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        if (poll(streams, 2, -1) < 0 && errno != EINTR)
            return;
        for (int i = 0; i < 2; i++) {
            if (streams[i].fd < 0 || !streams[i].revents)
                continue;
            ssize_t got = read(streams[i].fd, buffer, sizeof(buffer));
            if (got <= 0 && !(got < 0 && errno == EINTR))
                streams[i].fd = -1;
            else if (got > 0 && texts[i]->size() < kKeep)
                texts[i]->append(buffer, static_cast<size_t>(got));
        }
    }
}

/// Programs of the administrator are found also where PATH is short, as below mount(8).
void CompletePath() {
    const char *path = getenv("PATH");
    std::string full = path ? path : "";

    if (full.find("/sbin") == std::string::npos)
        setenv("PATH", (full + (full.empty() ? "" : ":") + "/usr/sbin:/sbin:/usr/bin:/bin").c_str(), 1);
}

std::string LastLine(std::string_view text) {
    text = Trim(text);
    size_t end = text.rfind('\n');
    return std::string(Trim(end == std::string_view::npos ? text : text.substr(end + 1)));
}

}  // namespace

Result<std::string> RunProgram(const std::vector<std::string> &words, const std::string &hint) {
    std::vector<char *> argv;
    std::string out_text, err_text;
    posix_spawn_file_actions_t actions;
    Pipe out, err;
    int status;
    pid_t pid;

    CompletePath();
    if (pipe2(out.fd, O_CLOEXEC) < 0 || pipe2(err.fd, O_CLOEXEC) < 0)
        return SystemError(errno, words[0]);
    for (const std::string &word : words)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.fd[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.fd[1], STDERR_FILENO);
    int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        return SystemError(error, words[0], hint);
    out.CloseWriter();
    err.CloseWriter();
    Drain(out.fd[0], err.fd[0], &out_text, &err_text);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return SystemError(errno, words[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return out_text;
    std::string why = LastLine(err_text.empty() ? out_text : err_text);
    if (WIFSIGNALED(status))
        why = fmt::format("killed by {}", strsignal(WTERMSIG(status)));
    if (why.starts_with(words[0] + ": "))
        why = why.substr(words[0].size() + 2);
    return Error{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                 fmt::format("{}: {}", Join(words, " "), why), ""};
}

}  // namespace sheen
