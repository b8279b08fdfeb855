// SPDX-License-Identifier: GPL-2.0
// lconf: brings a node into the state that the configuration of its cluster describes.
#include <unistd.h>
#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "lconf/executor.h"
#include "lconf/machine.h"
#include "lconf/options.h"
#include "lconf/plan.h"
#include "lib/config_directory.h"
#include "lib/config_xml.h"
#include "lib/strings.h"

namespace sheen::lconf {

namespace {

constexpr int kMaxExitCode = 125;  // above it shells report signals

std::vector<std::string> HostNames() {
    char name[256] = "";

    if (gethostname(name, sizeof(name) - 1) < 0 || !name[0])
        return {};
    std::string full(name), brief = full.substr(0, full.find('.'));
    return full == brief ? std::vector<std::string>{full} : std::vector<std::string>{full, brief};
}

Result<ConfigDb> ReadConfig(const Options &options, std::vector<std::string> *warnings) {
    if (options.ldapurl.empty())
        return ReadXml(options.file, warnings);
    Result<Directory> directory = Directory::Connect(options.ldapurl);
    if (!directory)
        return directory.error();
    return ReadFromDirectory(&*directory, options.config, warnings);
}

Result<> Run(const std::vector<std::string> &arguments) {
    std::vector<std::string> warnings;
    std::string help;

    Result<Options> options = ParseOptions(arguments, &help);
    if (!options)
        return options.error();
    if (!help.empty()) {
        fmt::print("{}", help);
        return {};
    }
    Result<ConfigDb> db = ReadConfig(*options, &warnings);
    for (const std::string &warning : warnings)
        fmt::print(stderr, "lconf: {}: {}\n", options->Source(), warning);
    if (!db)
        return db.error();
    Result<Plan> plan = MakePlan(*db, *options, HostNames());
    if (!plan)
        return plan.error();
    if (!options->noexec && geteuid() != 0)
        return Error{EPERM, "only root may configure a node", "--noexec shows what would be done"};
    if (options->verbose || options->noexec)
        for (const std::string &note : plan->notes)
            fmt::print("lconf: {}\n", note);
    std::unique_ptr<Machine> machine = options->noexec ? PretendedMachine(options->cleanup) : RealMachine();
    Executor executor(
        machine.get(),
        [](const std::string &line) {
            fmt::print("{}\n", line);
            fflush(stdout);
        },
        options->verbose || options->noexec, options->noexec);
    return executor.Run(*plan);
}

}  // namespace

}  // namespace sheen::lconf

int main(int argc, char **argv) {
    sheen::Result<> done = sheen::lconf::Run({argv + 1, argv + argc});

    if (done)
        return 0;
    fmt::print(stderr, "{}\n", done.error().Line("lconf"));
    int code = done.error().code;
    return code > 0 && code <= sheen::lconf::kMaxExitCode ? code : 1;
}
