// SPDX-License-Identifier: GPL-2.0
// lfs: what users of a file system see of its stripes and targets.
#include <cstdio>
#include <functional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "lfs/lfs.h"

namespace sheen::lfs {

namespace {

constexpr int kMaxExitCode = 125;  // above it shells report signals

using Action = std::function<Result<>()>;

/// All options of all commands; one of them is run after the parse.
struct Commands {
    StripeOptions set;
    GetstripeOptions get;
    DfOptions df;
    std::string check = "servers";
    bool check_json = false;
    std::vector<std::string> fid_paths, name_paths;
    Action action;
};

void AddStripeCommands(CLI::App *app, Commands *c) {
    CLI::App *set = app->add_subcommand("setstripe", "create a file with a layout, or set a directory's default");
    set->add_option("-c,--stripe-count", c->set.count, "number of stripes; -1: all OSTs, 0: default");
    set->add_option("-S,--stripe-size", c->set.size, "bytes in a stripe, e.g. 4M; 0: default");
    set->add_option("-i,--stripe-index", c->set.index, "first OST; -1: any");
    set->add_option("-p,--pool", c->set.pool, "not supported in this version");
    set->add_flag("-d,--delete", c->set.remove, "remove the default of a directory");
    set->add_option("path", c->set.paths, "new files, or directories")->required();
    set->callback([c] { c->action = [c] { return SetStripe(c->set); }; });

    CLI::App *get = app->add_subcommand("getstripe", "show layouts");
    get->add_flag("-d,--directory", c->get.directory_only, "of a directory itself, not of what it holds");
    get->add_flag("-r,--recursive", c->get.recursive, "also of what is further below");
    get->add_flag("-q,--quiet", c->get.quiet, "only the objects");
    get->add_flag("-y,--yaml", c->get.yaml, "in YAML");
    get->add_flag("--json", c->get.json, "in JSON");
    get->add_flag("-c,--stripe-count", c->get.only_count, "only the number of stripes");
    get->add_flag("-S,--stripe-size", c->get.only_size, "only the stripe size");
    get->add_flag("-i,--stripe-index", c->get.only_index, "only the first OST");
    get->add_option("path", c->get.paths, "files or directories")->required();
    get->callback([c] { c->action = [c] { return GetStripe(c->get); }; });
}

void AddStateCommands(CLI::App *app, Commands *c) {
    CLI::App *df = app->add_subcommand("df", "free space of each target");
    // -h has always meant "human readable" here.
    df->set_help_flag("--help", "print this help");
    df->add_flag("-h,--human-readable", c->df.human, "in K, M, G...");
    df->add_flag("-i,--inodes", c->df.inodes, "inodes instead of space");
    df->add_flag("--json", c->df.json, "in JSON");
    df->add_option("path", c->df.path, "in this file system [all that are mounted]");
    df->callback([c] { c->action = [c] { return Df(c->df); }; });

    CLI::App *check = app->add_subcommand("check", "see which targets are connected");
    check->add_option("what", c->check, "mds, osts, servers or all [servers]");
    check->add_flag("--json", c->check_json, "in JSON");
    check->callback([c] { c->action = [c] { return Check(c->check, c->check_json); }; });

    CLI::App *fid = app->add_subcommand("path2fid", "identifier of a file");
    fid->add_option("path", c->fid_paths, "files")->required();
    fid->callback([c] { c->action = [c] { return PathToFid(c->fid_paths); }; });

    CLI::App *name = app->add_subcommand("getname", "instance of a mount");
    name->add_option("path", c->name_paths, "paths [all mounts]");
    name->callback([c] { c->action = [c] { return GetName(c->name_paths); }; });
}

}  // namespace

}  // namespace sheen::lfs

int main(int argc, char **argv) {
    CLI::App app("Shows and sets what is special to a parallel file system.", "lfs");
    sheen::lfs::Commands commands;

    app.require_subcommand(1);
    app.footer(
        "Example:\n"
        "  lfs setstripe -c 2 -S 4M /mnt/sheen/big\n"
        "  lfs getstripe /mnt/sheen/big\n"
        "  lfs df -h /mnt/sheen");
    sheen::lfs::AddStripeCommands(&app, &commands);
    sheen::lfs::AddStateCommands(&app, &commands);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp &help) {
        return app.exit(help);
    } catch (const CLI::ParseError &error) {
        fmt::print(stderr, "lfs: {}; see lfs --help\n", error.what());
        return 1;
    }
    sheen::Result<> done = commands.action();
    fflush(stdout);
    if (done)
        return 0;
    fmt::print(stderr, "{}\n", done.error().Line("lfs"));
    int code = done.error().code;
    return code > 0 && code <= sheen::lfs::kMaxExitCode ? code : 1;
}
