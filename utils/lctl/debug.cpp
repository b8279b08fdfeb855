// SPDX-License-Identifier: GPL-2.0
// The debug log of the modules: a ring in memory that debugfs shows.  Reading gives its text; writing "clear" empties
// it, and writing "mark TEXT" adds a line.
#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/parameters.h"
#include "lib/strings.h"

namespace sheen::lctl {

namespace {

constexpr size_t kMaxLog = 256 << 20;  // bytes

std::string LogPath() {
    return std::string(kDebugfsRoot) + "/debug_log";
}

Error NoLog(int error) {
    const char *hint = error == ENOENT ? "are the modules loaded, and is debugfs mounted at /sys/kernel/debug?" : "";
    return SystemError(error, "debug log " + LogPath(), hint);
}

Result<> Tell(const std::string &text) {
    int fd = open(LogPath().c_str(), O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return NoLog(errno);
    ssize_t done = write(fd, text.data(), text.size());
    int error = done < 0 ? errno : 0;
    close(fd);
    return error ? NoLog(error) : Result<>();
}

Result<> DebugKernel(Session *, const Words &words) {
    if (access(LogPath().c_str(), R_OK) < 0)
        return NoLog(errno);
    Result<std::string> text = ReadFile(LogPath(), kMaxLog);
    if (!text)
        return text.error();
    if (words.size() == 1)
        fwrite(text->data(), 1, text->size(), stdout);
    else if (Result<> done = ReplaceFile(words[1], *text); !done)
        return done;
    return Tell("clear");
}

Result<> Clear(Session *, const Words &) {
    return Tell("clear");
}

Result<> Mark(Session *, const Words &words) {
    Words rest(words.begin() + 1, words.end());

    return Tell("mark " + (rest.empty() ? std::string("-----") : Join(rest, " ")));
}

Result<> Modules(Session *, const Words &) {
    return Error{EOPNOTSUPP, "modules: not supported", "debuggers find the modules in /sys/module/*/sections"};
}

}  // namespace

const std::vector<Command> kDebugCommands = {
    {"debug_kernel", 0, 1, "[FILE]", "print the debug log, or write it to a file, and empty it", DebugKernel},
    {"dk", 0, 1, "[FILE]", "same as debug_kernel", DebugKernel},
    {"clear", 0, 0, "", "empty the debug log", Clear},
    {"mark", 0, kAnyNumber, "[TEXT]", "write a line into the debug log", Mark},
    {"modules", 0, 1, "[PATH]", "not supported", Modules},
};

}  // namespace sheen::lctl
