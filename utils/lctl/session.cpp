// SPDX-License-Identifier: GPL-2.0
#include <strings.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/strings.h"
#include "lib/version.h"

namespace sheen::lctl {

namespace {

Result<> Help(Session *session, const Words &words);

Result<> Quit(Session *session, const Words &) {
    session->quit = true;
    return {};
}

Result<> IgnoreErrors(Session *session, const Words &) {
    session->ignore_errors = true;
    return {};
}

Result<> Version(Session *, const Words &) {
    fmt::print("lctl (Sheen) {}\n", kVersion);
    return {};
}

const std::vector<Command> kMetaCommands = {
    {"help", 0, 1, "[COMMAND]", "explain the commands, or one of them", Help},
    {"quit", 0, 0, "", "end lctl", Quit},
    {"exit", 0, 0, "", "end lctl", Quit},
    {"ignore_errors", 0, 0, "", "go on after errors in a script", IgnoreErrors},
    {"version", 0, 0, "", "version of this tool", Version},
};

std::vector<const Command *> AllCommands() {
    std::vector<const Command *> all;

    for (const auto *part : {&kNetworkCommands, &kDeviceCommands, &kStatisticsCommands, &kParameterCommands,
                             &kDebugCommands, &kDecodeCommands, &kCheckCommands, &kMetaCommands})
        for (const Command &command : *part)
            all.push_back(&command);
    return all;
}

Result<const Command *> FindCommand(const std::string &name, bool abbreviate) {
    std::vector<const Command *> matches;

    for (const Command *command : AllCommands()) {
        if (name == command->name || (abbreviate && strcasecmp(name.c_str(), command->name) == 0))
            return command;
        if (abbreviate && strncasecmp(name.c_str(), command->name, name.size()) == 0)
            matches.push_back(command);
    }
    if (matches.empty())
        return Error{EINVAL, fmt::format("{}: unknown command", name), "try 'help'"};
    if (matches.size() > 1) {
        std::vector<std::string> names;
        for (const Command *command : matches)
            names.push_back(command->name);
        return Error{EINVAL, fmt::format("{}: not unique", name), "it could be " + Join(names, ", ")};
    }
    return matches.front();
}

std::string Usage(const Command &command) {
    return fmt::format("{}{}{}", command.name, *command.usage ? " " : "", command.usage);
}

Result<> Help(Session *, const Words &words) {
    if (words.size() == 1) {
        fmt::print("{}", HelpText());
        return {};
    }
    Result<const Command *> command = FindCommand(words[1], true);
    if (!command)
        return command.error();
    fmt::print("{}\n    {}\n", Usage(**command), *(*command)->help ? (*command)->help : "not supported");
    return {};
}

void Report(const Error &error) {
    fflush(stdout);
    fmt::print(stderr, "{}\n", error.Line("lctl"));
}

}  // namespace

Result<LnetControl *> Session::Lnet() {
    if (!lnet) {
        Result<LnetControl> opened = LnetControl::Open();
        if (!opened)
            return opened.error();
        lnet = std::make_unique<LnetControl>(std::move(*opened));
    }
    return lnet.get();
}

Result<ObdControl *> Session::Obd() {
    if (!obd) {
        Result<ObdControl> opened = ObdControl::Open();
        if (!opened)
            return opened.error();
        obd = std::make_unique<ObdControl>(std::move(*opened));
    }
    return obd.get();
}

Result<Device> Session::FindDevice(std::string_view name) {
    Result<ObdControl *> control = Obd();

    if (!control)
        return control.error();
    Result<std::vector<Device>> devices = (*control)->Devices();
    if (!devices)
        return devices.error();
    bool by_name = name.starts_with('$') || name.starts_with('%');
    std::string_view wanted = by_name ? name.substr(1) : name;
    int64_t number = by_name ? -1 : ParseInt(name).value_or(-1);
    for (const Device &candidate : *devices)
        if (number >= 0 ? candidate.index == number : candidate.name == wanted || candidate.uuid == wanted)
            return candidate;
    return Error{ENODEV,
                 number >= 0 ? fmt::format("No device {}", number) : fmt::format("No device found for name {}", wanted),
                 "see device_list"};
}

std::string HelpText() {
    std::string text;

    for (const Command *command : AllCommands()) {
        if (*command->help)
            text += fmt::format("  {:<34} {}\n", Usage(*command), command->help);
    }
    return text;
}

Result<> RunCommand(Session *session, const Words &words, bool abbreviate) {
    if (words[0] == "--device" || words[0] == "--ignore_errors") {
        size_t used = words[0] == "--device" ? 2 : 1;
        if (words.size() <= used)
            return Error{EINVAL, words[0] + ": a command is missing", ""};
        if (used == 1) {
            session->ignore_errors = true;
        } else {
            Result<Device> device = session->FindDevice(words[1]);
            if (!device)
                return device.error();
            session->device = device->name;
        }
        return RunCommand(session, Words(words.begin() + static_cast<ptrdiff_t>(used), words.end()), abbreviate);
    }
    Result<const Command *> command = FindCommand(words[0], abbreviate);
    if (!command)
        return command.error();
    size_t arguments = words.size() - 1;
    if (arguments < (*command)->min_arguments || arguments > (*command)->max_arguments)
        return Error{EINVAL, fmt::format("usage: {}", Usage(**command)), (*command)->help};
    return (*command)->run(session, words);
}

Result<> RunStream(Session *session, FILE *input, bool interactive) {
    char *line = nullptr;
    size_t size = 0;
    Result<> first;

    while (!session->quit) {
        if (interactive) {
            fmt::print("lctl > ");
            fflush(stdout);
        }
        if (getline(&line, &size, input) < 0)
            break;
        Words words = SplitBlanks(line);
        if (words.empty() || words[0].starts_with('#'))
            continue;
        Result<> done = RunCommand(session, words, true);
        fflush(stdout);
        if (done)
            continue;
        Report(done.error());
        if (first)
            first = done;
        if (!interactive && !session->ignore_errors)
            break;
    }
    free(line);
    return interactive ? Result<>() : first;
}

}  // namespace sheen::lctl
