// SPDX-License-Identifier: GPL-2.0
// sheen-run: the verbs of ./run.
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <future>
#include <iostream>
#include <map>

#include "build.h"
#include "cluster.h"
#include "demo.h"
#include "error.h"
#include "images.h"
#include "options.h"

namespace sheen::vm {
namespace {

void print_line(const std::string &line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
}

void expect_arguments(const Options &options, std::size_t low, std::size_t high, const char *usage) {
    if (options.arguments.size() < low || options.arguments.size() > high)
        fail("usage: ./run {}", usage);
}

bool is_up(const Options &options) {
    return fs::exists(options.run_folder / "cluster");
}

int help(const Options &) {
    fmt::print("{}", read_file(SHEEN_VM_SOURCE "/tests/vm/usage.txt"));
    return 0;
}

// Makes what a cluster needs. The root image, which takes one processor, is made while the rest is built.
void prepare(const Options &options) {
    print_line("preparing images of the nodes");
    auto root = std::async(std::launch::async, [] { root_image(SHEEN_VM_SOURCE); });
    const Kernel kernel = prepare_kernel(options.kernel);
    if (!options.no_build) {
        build({"tools"});
        build_modules(kernel);
    }
    root.get();
}

std::unique_ptr<Cluster> bring_up(const Options &options) {
    ClusterOptions wanted = options.cluster();
    wanted.keep = true;
    prepare(options);
    auto cluster = std::make_unique<Cluster>(wanted, print_line);
    cluster->start();
    return cluster;
}

int up(const Options &options) {
    expect_arguments(options, 0, 0, "up [--nodes NAME,...] [--kernel 6.1|6.12|debug]");
    if (is_up(options)) {
        auto running = Cluster::open(options.run_folder);
        for (const NodeSpec &spec : options.cluster().nodes) {
            if (!running->node(spec.name).running())
                fail("a cluster is up and {0} is off; ./run power {0} on, or ./run down first", spec.name);
        }
        print_line("the cluster is up already");
        return 0;
    }
    bring_up(options);
    print_line("up; try: ./run ssh mds1, and ./run down at the end");
    return 0;
}

int ssh(const Options &options) {
    expect_arguments(options, 1, SIZE_MAX, "ssh NODE [COMMAND...]");
    auto cluster = Cluster::open(options.run_folder);
    Node &node = cluster->node(options.arguments[0]);
    if (options.arguments.size() == 1)
        return node.interact();
    std::string command = options.arguments[1];
    for (std::size_t i = 2; i < options.arguments.size(); ++i)
        command += " " + options.arguments[i];
    RunOptions how;
    how.timeout = std::chrono::hours(24);
    how.input_fd = STDIN_FILENO;
    how.on_output = [](std::string_view data, bool is_error) {
        std::FILE *to = is_error ? stderr : stdout;
        std::fwrite(data.data(), 1, data.size(), to);
        std::fflush(to);
    };
    const Result result = node.run(command, how);
    if (result.status == kConnectionLost)
        fmt::print(stderr, "sheen-run: the connection to {} was lost\n", node.name());
    return result.status;
}

int push(const Options &options) {
    expect_arguments(options, 3, 3, "push NODE FILE DEST");
    auto cluster = Cluster::open(options.run_folder);
    cluster->node(options.arguments[0]).push(options.arguments[1], options.arguments[2]);
    return 0;
}

int pull(const Options &options) {
    expect_arguments(options, 3, 3, "pull NODE FILE DEST");
    auto cluster = Cluster::open(options.run_folder);
    cluster->node(options.arguments[0]).pull(options.arguments[1], options.arguments[2]);
    return 0;
}

int power(const Options &options) {
    expect_arguments(options, 2, 2, "power NODE off|on");
    const std::string &state = options.arguments[1];
    if (state != "off" && state != "on")
        fail("power is off or on, not {}", state);
    auto cluster = Cluster::open(options.run_folder);
    Node &node = cluster->node(options.arguments[0]);
    if (state == "off") {
        node.power_cut();
        return 0;
    }
    node.start();
    node.wait_ready();
    return 0;
}

int status(const Options &options) {
    expect_arguments(options, 0, 0, "status");
    auto cluster = Cluster::open(options.run_folder);
    for (Node *node : cluster->nodes())
        print_line(fmt::format("{:8} {}", node->name(), node->running() ? "on" : "off"));
    return 0;
}

int log(const Options &options) {
    expect_arguments(options, 0, 1, "log [NODE]");
    auto cluster = Cluster::open(options.run_folder);
    std::size_t faults = 0;
    for (Node *node : cluster->nodes()) {
        if (!options.arguments.empty() && node->name() != options.arguments[0])
            continue;
        for (const std::string &line : node->kernel_log_faults()) {
            print_line(node->name() + ": " + line);
            ++faults;
        }
    }
    return faults == 0 ? 0 : 1;
}

int down(const Options &options) {
    expect_arguments(options, 0, 0, "down");
    if (!is_up(options)) {
        print_line("no cluster is up");
        return 0;
    }
    Cluster::open(options.run_folder)->stop(true);
    return 0;
}

int clean(const Options &options) {
    expect_arguments(options, 0, 0, "clean");
    if (is_up(options))
        Cluster::open(options.run_folder)->stop();
    for (const char *made : {"nodes", "lock", "sheen.xml"})
        fs::remove_all(options.run_folder / made);
    std::error_code not_empty;
    fs::remove(options.run_folder, not_empty);
    remove_cache();
    return 0;
}

int shell(const Options &options) {
    expect_arguments(options, 0, 1, "shell [NODE]");
    std::unique_ptr<Cluster> cluster;
    if (is_up(options)) {
        cluster = Cluster::open(options.run_folder);
    } else {
        cluster = bring_up(options);
        mount_file_system(*cluster);
    }
    Node &node = cluster->node(options.arguments.empty() ? "client1" : options.arguments[0]);
    print_line(
        fmt::format("a prompt on {}; the cluster stays up when you leave: ./run shell NODE "
                    "for another node, ./run down at the end",
                    node.name()));
    return node.interact();
}

int demo(const Options &options) {
    expect_arguments(options, 0, 0, "demo [--kernel 6.1|6.12] [--full]");
    if (is_up(options))
        fail("a cluster is up in {}; ./run down first", options.run_folder.string());
    prepare(options);
    Cluster cluster(options.cluster(), print_line);
    return run_demo(cluster);
}

int test(const Options &options) {
    const std::string floor = options.arguments.empty() ? "" : options.arguments[0];
    const bool with_stock_client = !options.oracle.empty();
    if ((floor.empty() || floor == "interop") && !with_stock_client)
        print_line("the interop tests are skipped: they need a stock client, --oracle DIR");
    const bool floor_boots = floor.empty() || floor == "cluster" || (floor == "interop" && with_stock_client);
    if (floor_boots)
        prepare(options);
    return run_tests(options);
}

int bench(const Options &options) {
    expect_arguments(options, 0, 0, "bench [--filter P] [--full] [--rounds N] [--json FILE] [--plot FILE]");
    if (is_up(options))
        fail("a cluster is up in {}; ./run down first", options.run_folder.string());
    prepare(options);
    return run_bench(options);
}

int run_verb(const Options &options) {
    static const std::map<std::string, int (*)(const Options &)> verbs = {
        {"help", help}, {"demo", demo},   {"up", up},       {"shell", shell}, {"ssh", ssh},
        {"push", push}, {"pull", pull},   {"power", power}, {"log", log},     {"status", status},
        {"down", down}, {"clean", clean}, {"test", test},   {"bench", bench},
    };
    const auto verb = verbs.find(options.verb.empty() ? "help" : options.verb);
    if (verb == verbs.end())
        fail("{} is not a verb; see ./run help", options.verb);
    return verb->second(options);
}

}  // namespace
}  // namespace sheen::vm

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    try {
        return sheen::vm::run_verb(sheen::vm::parse_options(argc, argv));
    } catch (const std::exception &error) {
        std::fflush(stdout);
        fmt::print(stderr, "sheen-run: {}\n", error.what());
        return 1;
    }
}
