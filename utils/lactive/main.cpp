// SPDX-License-Identifier: GPL-2.0
// lactive: says in the LDAP directory on which node a group of targets is active.
#include <fmt/format.h>

#include "lib/config_directory.h"
#include "lib/getopt_style.h"
#include "lib/strings.h"

namespace sheen::lactive {

namespace {

struct Options {
    std::string ldapurl = "ldap://localhost", config, group, active, binddn = kDirectoryManager, pwfile;
    bool noexec = false;
};

Error Bad(std::string what, std::string hint = "") {
    return Error{kBadConfig, std::move(what), std::move(hint)};
}

Result<Options> ParseOptions(const std::vector<std::string> &arguments, std::string *help) {
    Options o;
    CLI::App app("Makes a node the active home of a group of targets, in the LDAP directory.", "lactive");

    app.footer(
        "Example, when md1 is to take over what md0 has run:\n"
        "  lactive --ldapurl ldap://admin --config demo --group pair --active md1 --pwfile /root/ldap-password\n");
    app.add_option("--ldapurl", o.ldapurl, "LDAP server [ldap://localhost]");
    app.add_option("--config", o.config, "name of the configuration");
    app.add_option("-g,--group", o.group, "group of targets, or name of one");
    app.add_option("--active", o.active, "node that becomes their active home");
    app.add_option("--binddn", o.binddn, "who writes [cn=Manager,fs=lustre]");
    app.add_option("--pwfile", o.pwfile, "file with the password");
    app.add_flag("-n,--noexec", o.noexec, "show what would be changed and change nothing");
    Result<bool> wants_help = ParseArguments(&app, arguments);
    if (!wants_help)
        return wants_help.error();
    if (*wants_help) {
        *help = app.help();
        return o;
    }
    for (auto [option, value] : {std::pair{"config", &o.config}, {"group", &o.group}, {"active", &o.active}})
        if (value->empty())
            return Bad(fmt::format("--{} is missing", option), "see --help");
    return o;
}

Result<Directory> Connect(const Options &options) {
    std::string warning;
    Result<Directory> directory = ConnectToWrite(options.ldapurl, options.binddn, options.pwfile, &warning);

    if (!warning.empty())
        fmt::print(stderr, "lactive: {}\n", warning);
    return directory;
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
    Result<Directory> directory = Connect(*options);
    if (!directory)
        return directory.error();
    Result<ConfigDb> db = ReadFromDirectory(&*directory, options->config, &warnings);
    for (const std::string &warning : warnings)
        fmt::print(stderr, "lactive: {}\n", warning);
    if (!db)
        return db.error();
    Result<std::vector<Switch>> switches = PlanSwitch(*db, options->group, options->active);
    if (!switches)
        return switches.error();
    for (const Switch &change : *switches) {
        if (!options->noexec)
            if (Result<> done = ApplySwitch(&*directory, options->config, change); !done)
                return done;
        fmt::print("{}: {} -> {}\n", change.target, change.from, change.to);
    }
    return {};
}

}  // namespace

}  // namespace sheen::lactive

int main(int argc, char **argv) {
    sheen::Result<> done = sheen::lactive::Run({argv + 1, argv + argc});

    if (done)
        return 0;
    fmt::print(stderr, "{}\n", done.error().Line("lactive"));
    return done.error().code;
}
