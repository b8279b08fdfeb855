// SPDX-License-Identifier: GPL-2.0
// Steps as text for --verbose and --noexec.
#include <fmt/format.h>

#include "lconf/plan.h"
#include "lib/strings.h"
#include "sheen_netlink.h"

namespace sheen::lconf {

namespace {

std::string Indent(std::string_view text) {
    std::string indented;

    for (const std::string &line : Split(Trim(text), '\n'))
        indented += "\n  " + line;
    return indented;
}

std::string DescribeOpen(const Storage &storage) {
    std::string text;

    if (storage.size_kb)
        text = fmt::format("$ truncate -s {}K {}\n", storage.size_kb, Quote(storage.path));
    return text + fmt::format("$ losetup --find --show {}", Quote(storage.path));
}

std::string DescribeFormat(const Storage &storage) {
    std::vector<std::string> words;

    for (const std::string &word : storage.mkfs)
        words.push_back(Quote(word));
    return fmt::format("$ {} {}", Join(words, " "), Quote(storage.path));
}

}  // namespace

std::string Describe(const Step &step) {
    switch (step.action) {
        case Action::kCheckStorage:
            return "";
        case Action::kLoadModule:
            return "$ modprobe " + step.name;
        case Action::kUnloadModule:
            return "$ rmmod " + step.name;
        case Action::kNetworkUp:
            return "network up " + step.words[0];
        case Action::kNetworkDown:
            return "network down";
        case Action::kOpenStorage:
            return DescribeOpen(step.storage);
        case Action::kCloseStorage:
            return "$ losetup --detach " + Quote(step.storage.path);
        case Action::kFormat:
            return DescribeFormat(step.storage);
        case Action::kAttach:
            return "attach " + Join(step.words, " ");
        case Action::kSetup:
            return fmt::format("cfg_device {}\nsetup{}{}", step.name, step.words.empty() ? "" : " ",
                               Join(step.words, " "));
        case Action::kCleanup:
            return fmt::format("cfg_device {}\ncleanup{}{}", step.name,
                               step.flags & SHEEN_CLEANUP_FORCE ? " force" : "",
                               step.flags & SHEEN_CLEANUP_FAILOVER ? " failover" : "");
        case Action::kDetach:
            return "detach";
        case Action::kOperate:
            return fmt::format("device ${}\n{}", step.name, Join(step.words, " "));
        case Action::kSetConf:
            return fmt::format("write_conf {} -{}", step.name, Indent(step.text));
        case Action::kCheckConf:
            return "read_conf " + step.name;
        case Action::kMakeDirectory:
            return "$ mkdir -p " + Quote(step.name);
        case Action::kMount:
            return fmt::format("$ mount -t lustre{}{} {} {}", step.words[1].empty() ? "" : " -o ",
                               step.words[1].empty() ? "" : Quote(step.words[1]), step.words[0], Quote(step.name));
        case Action::kUnmount:
            return fmt::format("$ umount{} {}", step.flags ? " -f" : "", Quote(step.name));
    }
    return "";
}

}  // namespace sheen::lconf
