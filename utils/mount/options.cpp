// SPDX-License-Identifier: GPL-2.0
#include "mount/options.h"

#include <sys/mount.h>
#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "lib/strings.h"

namespace sheen::mount {

namespace {

struct Flag {
    std::string_view name;
    unsigned long flag;
    bool set;  // or clear
};

constexpr Flag kFlags[] = {
    {"ro", MS_RDONLY, true},
    {"rw", MS_RDONLY, false},
    {"remount", MS_REMOUNT, true},
    {"noatime", MS_NOATIME, true},
    {"atime", MS_NOATIME, false},
    {"nodiratime", MS_NODIRATIME, true},
    {"diratime", MS_NODIRATIME, false},
    {"relatime", MS_RELATIME, true},
    {"norelatime", MS_RELATIME, false},
    {"strictatime", MS_STRICTATIME, true},
    {"nosuid", MS_NOSUID, true},
    {"suid", MS_NOSUID, false},
    {"nodev", MS_NODEV, true},
    {"dev", MS_NODEV, false},
    {"noexec", MS_NOEXEC, true},
    {"exec", MS_NOEXEC, false},
    {"sync", MS_SYNCHRONOUS, true},
    {"async", MS_SYNCHRONOUS, false},
    {"dirsync", MS_DIRSYNC, true},
};

// What mount(8) and fstab know and nobody below them does.
constexpr std::array<std::string_view, 9> kIgnored = {"defaults", "auto",  "noauto", "user",   "nouser",
                                                      "users",    "owner", "group",  "_netdev"};
constexpr int64_t kMaxRetries = 1000;

}  // namespace

Result<Options> ParseOptions(std::string_view text) {
    std::vector<std::string> data;
    Options options;

    for (const std::string &word : Split(text, ',')) {
        if (word.empty() || std::find(kIgnored.begin(), kIgnored.end(), word) != kIgnored.end() ||
            word.starts_with("x-") || word.starts_with("comment="))
            continue;
        auto flag = std::find_if(std::begin(kFlags), std::end(kFlags), [&](const Flag &f) { return f.name == word; });
        if (flag != std::end(kFlags)) {
            options.flags = flag->set ? options.flags | flag->flag : options.flags & ~flag->flag;
        } else if (word == "retry" || word.starts_with("retry=")) {
            int64_t retries = ParseInt(word.size() > 6 ? word.substr(6) : "").value_or(-1);
            if (retries < 0 || retries > kMaxRetries)
                return Error{EINVAL, fmt::format("option {}: expected a number up to {}", word, kMaxRetries), ""};
            options.retries = static_cast<int>(retries);
        } else {
            data.push_back(word);
        }
    }
    options.data = Join(data, ",");
    return options;
}

}  // namespace sheen::mount
