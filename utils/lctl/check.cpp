// SPDX-License-Identifier: GPL-2.0
// Commands that compare what targets have on their disks.
#include <cerrno>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/check.h"
#include "lib/output.h"
#include "lib/strings.h"

namespace sheen::lctl {

namespace {

constexpr size_t kMaxList = size_t(4) << 30;

Result<> CheckList(Session *, const Words &words) {
    Result<std::string> text = ListTarget(words[1]);

    if (!text)
        return text.error();
    fmt::print("{}", *text);
    return {};
}

void PrintReport(const CheckReport &report, bool json) {
    Table table({{"fault", "FAULT", false, 0},
                 {"object", "OBJECT", false, 0},
                 {"file", "FILE", false, 0},
                 {"path", "PATH", false, 0}});

    for (const CheckReport::Missing &missing : report.missing)
        table.Add({"missing object", missing.object, missing.fid, missing.path});
    for (const std::string &object : report.nameless)
        table.Add({"object without file", object, "", ""});
    for (const std::string &object : report.shared)
        table.Add({"object of several files", object, "", ""});
    if (json || !table.empty())
        table.Print(json);
    if (!json)
        fmt::print("{} files, {} objects, {} of them made in advance: {}\n", report.files, report.objects, report.stock,
                   report.clean() ? "clean" : "NOT CLEAN");
}

Result<> Check(Session *session, const Words &words) {
    TargetLists lists;

    for (size_t i = 1; i < words.size(); i++) {
        Result<std::string> text = ReadFile(words[i], kMaxList);
        if (!text)
            return text.error();
        if (Result<> added = AddTargetList(&lists, *text); !added)
            return added.error().In(words[i]);
    }
    if (lists.metadata_targets != 1)
        return Error{EINVAL, fmt::format("{} lists are of metadata targets", lists.metadata_targets),
                     "one is needed, and those of the object targets"};
    const CheckReport report = CompareTargets(lists);
    PrintReport(report, session->json);
    if (!report.clean())
        return Error{EUCLEAN, "the targets do not fit together", ""};
    return {};
}

}  // namespace

const std::vector<Command> kCheckCommands = {
    {"check_list", 1, 1, "DIR", "list files or objects of the target whose disk is mounted at DIR, for check",
     CheckList},
    {"check", 2, kAnyNumber, "LIST LIST...", "do the lists of the metadata target and of object targets fit together?",
     Check},
};

}  // namespace sheen::lctl
