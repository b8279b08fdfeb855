// SPDX-License-Identifier: GPL-2.0
#include "lconf/options.h"

#include <fmt/format.h>

#include "lib/conf_text.h"
#include "lib/getopt_style.h"
#include "lib/strings.h"

namespace sheen::lconf {

namespace {

constexpr const char *kFooter =
    "Example, in this order on the nodes of a new file system:\n"
    "  lconf --reformat demo.xml             # servers: format, describe the file system to the MGS, start\n"
    "  lconf --node client demo.xml          # any client\n"
    "  lconf --cleanup --node client demo.xml\n"
    "With the configuration in a directory, where lmc --load_ldap has put it:\n"
    "  lconf --ldapurl ldap://admin --config demo\n";

void AddRunOptions(CLI::App *app, Options *o) {
    app->add_option("config.xml", o->file, "configuration written by lmc")->type_name("");
    app->add_option("--ldapurl", o->ldapurl, "LDAP server that has the configuration --config, in place of a file");
    app->add_flag("-v,--verbose", o->verbose, "show each step, with '+ ' in front");
    app->add_flag("-n,--noexec", o->noexec, "show the steps and execute none");
    app->add_option("--node", o->node, "act for this node [host name]");
    app->add_option("--config", o->config, "name of the file system [name of the file without .xml]");
    app->add_flag("-d,--cleanup", o->cleanup, "stop instead of start");
    app->add_flag("-f,--force", o->force, "with --cleanup: do not wait for clients, force unmounts");
    app->add_flag("--failover", o->failover,
                  "with --cleanup: keep clients' records for the next home; implies --force");
    app->add_flag("--reformat", o->reformat, "format all devices first; on an MDS also write the configuration");
    app->add_flag("--write_conf", o->write_conf, "only give the MGS the description of the file system");
    app->add_flag("--old_conf", o->old_conf, "start even if the MGS holds another description");
    app->add_flag("--abort_recovery", o->abort_recovery, "do not wait for clients to recover");
    app->add_option("--minlevel", o->minlevel, "lowest level to touch [0]");
    app->add_option("--maxlevel", o->maxlevel,
                    "highest level to touch [100]: network 5, ldlm 20, osd 30, mdsdev 40, mountpoint 70");
    app->add_flag("--nomod", o->nomod, "do not load or unload modules");
    app->add_flag("--nosetup", o->nosetup, "only load or unload modules");
}

void AddSelectionOptions(CLI::App *app, Options *o) {
    app->add_option("--select", o->select, "SERVICE=NODE[,...]: treat NODE as the active home of SERVICE")
        ->allow_extra_args(false);
    app->add_option("-g,--group", o->group, "only targets of this group, or with this name");
    app->add_option("--service", o->service, "short for --group S --select S=<this node>");
    app->add_option("--inactive", o->inactive, "uuid of an OST that clients shall not use")->allow_extra_args(false);
    app->add_option("--timeout", o->timeout, "request timeout in seconds");
    app->add_option("--mkfsoptions", o->mkfsoptions, "further options of mkfs");
    app->add_option("--clientoptions", o->clientoptions, "further options of the client's mount");
    for (const char *flag : {"--record", "--recover", "--gdb", "--clumanager", "--single_socket", "--user_xattr",
                             "--acl", "--rawprimary", "--rawsecondary", "--make_service_scripts"})
        app->add_flag_callback(
               flag, [o, flag] { o->unsupported = flag; }, "")
            ->group("");
    for (const char *name :
         {"--record_log",     "--record_device", "--tgt_uuid",       "--client_uuid", "--conn_uuid",
          "--lctl_dump",      "--dump",          "--gdb_script",     "--debug_path",  "--ptldebug",
          "--subsystem",      "--lustre",        "--portals",        "--upcall",      "--lustre_upcall",
          "--portals_upcall", "--group_upcall",  "--mountfsoptions", "--quota",       "--sec"})
        app->add_option_function<std::string>(
               name, [o, name](const std::string &) { o->unsupported = name; }, "")
            ->group("");
}

Error Bad(std::string what, std::string hint = "") {
    return Error{kBadConfig, std::move(what), std::move(hint)};
}

Result<> ParseSelect(Options *o) {
    for (const std::string &list : o->select) {
        for (const std::string &pair : Split(list, ',')) {
            size_t equals = pair.find('=');
            if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size())
                return Bad(fmt::format("--select {}: expected SERVICE=NODE", pair));
            o->chosen[pair.substr(0, equals)] = pair.substr(equals + 1);
        }
    }
    return {};
}

Result<> Check(Options *o) {
    if (!o->unsupported.empty())
        return Bad(fmt::format("{}: not supported in this version", o->unsupported));
    if (o->file.empty() && o->ldapurl.empty())
        return Bad("no configuration file given", "name one, or a server with --ldapurl; see --help");
    if (!o->file.empty() && !o->ldapurl.empty())
        return Bad(fmt::format("the configuration is either in {} or at {}", o->file, o->ldapurl));
    if (!o->ldapurl.empty() && o->config.empty())
        return Bad("--ldapurl requires --config <name>");
    if (o->cleanup && (o->reformat || o->write_conf))
        return Bad(fmt::format("--cleanup and {} exclude each other", o->reformat ? "--reformat" : "--write_conf"));
    if (o->failover && !o->cleanup)
        return Bad("--failover needs --cleanup");
    if (o->nosetup && (o->reformat || o->write_conf))
        return Bad(fmt::format("--nosetup and {} exclude each other", o->reformat ? "--reformat" : "--write_conf"));
    if (o->timeout < 0)
        return Bad(fmt::format("--timeout {}: must be positive", o->timeout));
    if (o->config.empty())
        o->config = NameOfConfig(o->file);
    if (!IsFsname(o->config))
        return Bad(fmt::format("'{}' cannot be the name of a file system", o->config),
                   "a name has 1 to 8 letters, digits, '-' or '_'; rename the file or use --config");
    if (o->failover)
        o->force = true;
    return ParseSelect(o);
}

}  // namespace

Result<Options> ParseOptions(const std::vector<std::string> &arguments, std::string *help) {
    Options options;
    CLI::App app("Configures a node as the configuration of its cluster says.", "lconf");

    app.footer(kFooter);
    AddRunOptions(&app, &options);
    AddSelectionOptions(&app, &options);
    Result<bool> wants_help = ParseArguments(&app, arguments);
    if (!wants_help)
        return wants_help.error();
    if (*wants_help) {
        *help = app.help();
        return options;
    }
    if (Result<> checked = Check(&options); !checked)
        return checked.error();
    return options;
}

}  // namespace sheen::lconf
