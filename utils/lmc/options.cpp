// SPDX-License-Identifier: GPL-2.0
// The command line of lmc, which is also the language of batch files.
#include <fmt/format.h>

#include "lib/getopt_style.h"
#include "lib/strings.h"
#include "lmc/editor.h"
#include "lmc/transfer.h"

namespace sheen::lmc {

namespace {

void AddFileOptions(CLI::App *app, Options *o) {
    app->add_option("-m,--merge", o->merge, "read FILE if it exists, write the result back to it")->type_name("FILE");
    app->add_option("-i,--input", o->input, "read FILE, write to standard output")->type_name("FILE");
    app->add_option("-o,--output", o->output, "write to FILE")->type_name("FILE");
    app->add_option("--batch", o->batch, "run the commands in FILE, one on each line")->type_name("FILE");
    app->add_flag("-v,--verbose", o->verbose, "tell what is done");
    app->add_flag("--reference", o->reference, "print a summary of objects and options");
    app->add_option("--add", o->add, "add an object: node, net, mds, lov, ost, mtpt (client), route")
        ->type_name("TYPE");
    for (const char *name : {"--delete", "--deactivate"})
        app->add_option_function<std::string>(
               name, [o, name](const std::string &) { o->unsupported = name; }, "not supported")
            ->group("");
    app->add_flag_callback(
           "--commit", [o] { o->unsupported = "--commit"; }, "not supported")
        ->group("");
}

void AddDirectoryOptions(CLI::App *app, Options *o) {
    const char *group = "Directories (LDAP)";

    app->add_option("--export_ldif", o->export_ldif, "write the configuration in FILE as LDIF")
        ->type_name("FILE.xml")
        ->group(group);
    app->add_option("--import_ldif", o->import_ldif, "write the configuration in FILE as XML")
        ->type_name("FILE.ldif")
        ->group(group);
    app->add_option("--load_ldap", o->load_ldap, "put the configuration in FILE into the server's directory")
        ->type_name("FILE.xml")
        ->group(group);
    app->add_option("--ldapurl", o->ldapurl, "LDAP server; alone: read the configuration from it [ldap://localhost]")
        ->group(group);
    app->add_option("--config", o->config, "name of the configuration there [name of the file without .xml]")
        ->group(group);
    app->add_option("--binddn", o->binddn, "who writes [cn=Manager,fs=lustre]")->group(group);
    app->add_option("--pwfile", o->pwfile, "file with the password")->type_name("FILE")->group(group);
}

void AddNodeOptions(CLI::App *app, Options *o) {
    const char *group = "Nodes and networks";

    app->add_option("--node", o->node, "name of the node")->group(group);
    app->add_option("--timeout", o->timeout, "request timeout in seconds")->group(group);
    app->add_option("--upcall", o->upcall, "program for events of both layers")->group(group);
    app->add_option("--lustre_upcall", o->lustre_upcall, "program for recovery events")->group(group);
    app->add_option("--portals_upcall", o->portals_upcall, "program for network events")->group(group);
    app->add_option("--group_upcall", o->group_upcall, "program that finds supplementary groups")->group(group);
    app->add_option("--ptldebug", o->ptldebug, "debug mask")->group(group);
    app->add_option("--subsystem", o->subsystem, "debug subsystem mask")->group(group);
    app->add_flag("--router", o->router, "the node routes between its networks")->group(group);
    app->add_option("--nid", o->nid, "address: host name, IP address, '*' or INTERFACE:*")->group(group);
    app->add_option("--nettype", o->nettype, "network type, e.g. tcp")->group(group);
    app->add_option("--cluster_id", o->cluster_id, "tells networks of one type apart [0]")->group(group);
    app->add_option("--hostaddr", o->hostaddr, "address to connect to when it is not the NID")
        ->allow_extra_args(false)
        ->group(group);
    app->add_option("--port", o->port, "port of the acceptor [988]")->group(group);
    app->add_option("--tcpbuf", o->tcpbuf, "socket buffers in bytes")->group(group);
    app->add_option("--irq_affinity", o->irq_affinity, "0 or 1")->group(group);
    app->add_flag("--nonet", o->nonet, "accepted for old scripts; lmc never contacts a host")->group(group);
}

void AddTargetOptions(CLI::App *app, Options *o) {
    const char *group = "Targets";

    app->add_option("--mds", o->mds, "name of the metadata target [MDS_<node>]")->group(group);
    app->add_option("--ost", o->ost, "name of the object storage target [OST_<node>]")->group(group);
    app->add_option("--mdsuuid", o->mdsuuid, "fixed uuid of the metadata target")->group(group);
    app->add_option("--ostuuid", o->ostuuid, "fixed uuid of the object storage target")->group(group);
    app->add_option("--osdtype", o->osdtype, "obdfilter (storage) or obdecho (none)")->group(group);
    app->add_option("--dev", o->dev, "block device, or file for a loop device")->group(group);
    app->add_option("--size", o->size, "size in KB (files)")->group(group);
    app->add_option("--fstype", o->fstype, "file system on the device")->group(group);
    app->add_option("--backdev", o->backdev, "backing device")->group(group);
    app->add_option("--backfstype", o->backfstype, "file system on the backing device")->group(group);
    app->add_option("--journal_size", o->journal_size, "journal in MB")->group(group);
    app->add_option("--inode_size", o->inode_size, "inodes in bytes")->group(group);
    app->add_option("--mkfsoptions", o->mkfsoptions, "further options of mkfs")->group(group);
    app->add_option("--mountfsoptions", o->mountfsoptions, "further options of the server's mount")->group(group);
    app->add_option("--nspath", o->nspath, "where to show the server's own files")->group(group);
    app->add_option("--quota", o->quota, "quota options")->group(group);
    app->add_option("--root_squash", o->root_squash, "UID:GID that the MDS takes root of clients for [0:0: for root]")
        ->group(group);
    app->add_option("--no_root_squash", o->no_root_squash, "NID of a node where root stays root; may be repeated")
        ->allow_extra_args(false)
        ->group(group);
    app->add_flag("--format", o->format, "the device may be formatted automatically")->group(group);
    app->add_flag("--failover", o->failover, "clients wait for this target while it is down")->group(group);
    app->add_flag("--failout", o->failout, "clients get errors while this target is down")->group(group);
    app->add_option("--group", o->group, "targets that fail over together")->group(group);
    app->add_option("--lov", o->lov, "name of the striped volume")->group(group);
    app->add_option("--stripe_sz", o->stripe_sz, "default stripe size in bytes [1048576]")->group(group);
    app->add_option("--stripe_cnt", o->stripe_cnt, "default number of stripes [0: all OSTs]")->group(group);
    app->add_option("--stripe_pattern", o->stripe_pattern, "0 is RAID0")->group(group);
}

void AddClientOptions(CLI::App *app, Options *o) {
    const char *mounts = "Mounts", *routes = "Routes";

    app->add_option("--path", o->path, "where to mount")->group(mounts);
    app->add_option("--filesystem", o->filesystem, "name of an existing file system")->group(mounts);
    app->add_option("--clientoptions", o->clientoptions, "mount options")->group(mounts);
    app->add_option("--gw", o->gw, "NID of the gateway")->group(routes);
    app->add_option("--lo", o->lo, "lowest NID behind it")->group(routes);
    app->add_option("--hi", o->hi, "highest NID behind it [lo]")->group(routes);
    app->add_option("--tgt", o->tgt, "same as --lo")->group(routes);
    app->add_option("--gateway_cluster_id", o->gateway_cluster_id, "[0]")->group(routes);
    app->add_option("--target_cluster_id", o->target_cluster_id, "[0]")->group(routes);
}

}  // namespace

Result<Options> ParseCommand(const std::vector<std::string> &arguments, std::string *help) {
    Options options;
    CLI::App app("Writes the configuration of a cluster, one object at a time.", "lmc");

    app.footer(
        "Example:\n"
        "  lmc -o demo.xml --add net --node md0 --nid md0 --nettype tcp\n"
        "  lmc -m demo.xml --add mds --node md0 --mds meta --fstype ext4 --dev /dev/sdb");
    AddFileOptions(&app, &options);
    AddDirectoryOptions(&app, &options);
    AddNodeOptions(&app, &options);
    AddTargetOptions(&app, &options);
    AddClientOptions(&app, &options);
    Result<bool> wants_help = ParseArguments(&app, arguments);
    if (!wants_help)
        return wants_help.error();
    if (*wants_help)
        *help = app.help();
    else if (options.reference)
        *help = Reference();
    return options;
}

Result<> ApplyBatch(const std::string &text, ConfigDb *db, std::vector<std::string> *notes) {
    int number = 0;

    for (const std::string &line : Split(text, '\n')) {
        std::string_view trimmed = Trim(line);
        number++;
        if (trimmed.empty() || trimmed.front() == '#')
            continue;
        auto fail = [&](const Error &error) {
            return Error{error.code, fmt::format("line {}: {}", number, error.what),
                         error.hint.empty() ? fmt::format("the line is: {}", trimmed) : error.hint};
        };
        Result<std::vector<std::string>> words = SplitQuoted(line);
        if (!words)
            return fail(words.error());
        std::string help;
        Result<Options> options = ParseCommand(*words, &help);
        if (!options)
            return fail(options.error());
        if (!help.empty() || !options->merge.empty() || !options->input.empty() || !options->output.empty() ||
            !options->batch.empty() || IsTransfer(*options))
            return fail(Error{kBadConfig,
                              "--merge, --input, --output, --batch, --help, --reference and what is about LDAP "
                              "cannot be used within a batch file",
                              ""});
        if (Result<> done = Apply(*options, db, notes); !done)
            return fail(done.error());
    }
    return {};
}

std::string Reference() {
    return "Object types of --add and their options (! = mandatory):\n"
           "\n"
           "node    --node! --timeout --upcall --lustre_upcall --portals_upcall --group_upcall --ptldebug\n"
           "        --subsystem --router\n"
           "net     --node! --nid! --nettype! --cluster_id --hostaddr --port --tcpbuf --irq_affinity --nonet\n"
           "        and all options of node\n"
           "mds     --node! --mds --mdsuuid --dev --size --fstype --backdev --backfstype --journal_size\n"
           "        --inode_size --mkfsoptions --mountfsoptions --nspath --format --failover | --failout\n"
           "        --group --group_upcall --quota --root_squash --no_root_squash\n"
           "lov     --lov! --mds! --stripe_sz --stripe_cnt --stripe_pattern\n"
           "ost     --node! --ost --lov --ostuuid --osdtype, device options and --failover | --failout --group\n"
           "        as for mds\n"
           "mtpt    --node! --path! --mds! --lov | --ost --filesystem --clientoptions       (also: client)\n"
           "route   --node! --nettype! --gw! --lo! --hi --gateway_cluster_id --target_cluster_id\n";
}

}  // namespace sheen::lmc
