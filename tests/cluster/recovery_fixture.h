/* SPDX-License-Identifier: GPL-2.0 */
// A cluster of two servers and two clients, which all cases of recovery share: each leaves it as it was. A server stops
// by a power cut, or a target alone by "lctl readonly", which spares the boot.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <thread>

#include "error.h"
#include "file_system_fixture.h"
#include "kernel_log.h"
#include "mdt_image.h"

namespace sheen::vm {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Base of all waits: recovery waits 2.5 times as long for clients, silent ones are evicted after 1.5 times.
inline constexpr int kTimeout = 16;
inline constexpr auto kLimit = 120s;  // for what recovery has to bring about

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class RecoveryTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        ClusterOptions options;
        options.run_folder =
            SHEEN_VM_BUILD "/test-run/" + std::string(::testing::UnitTest::GetInstance()->current_test_suite()->name());
        options.source = SHEEN_VM_SOURCE;
        if (const char *kernel = std::getenv("SHEEN_KERNEL"))
            options.kernel = kernel;
        std::erase_if(options.nodes, [](const NodeSpec &spec) { return spec.name == "oss2"; });
        cluster_ = std::make_unique<Cluster>(options);
        cluster_->start();
        files_ = std::make_unique<FileSystem>(*cluster_, FileSystem::Targets{{"mds1", kDisk}, {{"oss1", kDisk}}});
        for (Node *node : cluster_->nodes())
            set_timeout(node->name());
        files_->configure();
        files_->format_and_start();
        for (const std::string &client : FileSystem::clients())
            files_->mount(client, "flock");
    }

    // All is stopped in order, and the disks are what they should be.
    static void TearDownTestSuite() {
        if (!cluster_)
            return;
        const bool failed = ::testing::UnitTest::GetInstance()->current_test_suite()->Failed();
        const auto folder = cluster_->options().run_folder;
        if (!failed)
            stop();
        cluster_.reset();
        if (!failed)
            std::filesystem::remove_all(folder);
    }

    static void stop() {
        for (const std::string &client : FileSystem::clients())
            files_->unmount(client);
        files_->stop_servers();
        for (const std::string &line : cluster_->kernel_log_faults())
            ADD_FAILURE() << line;
        for (const char *server : {"mds1", "oss1"})
            cut_power(server);
    }

    void SetUp() override {
        for (const std::string &client : FileSystem::clients())
            evictions_[client] = evictions_of(client).size();
    }

    // Both clients work, and no kernel has complained.
    void TearDown() override {
        for (const std::string &client : FileSystem::clients())
            EXPECT_TRUE(node(client).run("timeout 60 dd if=/dev/zero of=/mnt/sheen/last bs=4k count=1 conv=fsync").ok())
                << client << " does not work";
        for (const std::string &line : cluster_->kernel_log_faults())
            ADD_FAILURE() << line;
        if (HasFailure())
            cluster_->save_kernel_logs();
    }

    static Node &node(const std::string &name) { return cluster_->node(name); }

    static std::string on(const std::string &client, const std::string &command) {
        return node(client).must("cd /mnt/sheen && " + command);
    }

    // Beside the test, where nobody has to wait for a server. Its output is in /tmp/NAME.out, and its end in
    // /tmp/NAME.status.
    static void start(const std::string &client, const std::string &name, const std::string &command) {
        node(client).must(
            fmt::format("rm -f /tmp/{0}.*; {{ (cd /mnt/sheen && {1}) > /tmp/{0}.out 2>&1; "
                        "echo $? > /tmp/{0}.status; }} > /dev/null 2>&1 < /dev/null &",
                        name, command));
    }

    // How it ended.
    static std::string end_of(const std::string &client, const std::string &name) {
        await([&] { return node(client).run(fmt::format("test -s /tmp/{}.status", name)).ok(); });
        return node(client).run(fmt::format("cat /tmp/{}.status", name)).text;
    }

    static bool await(const std::function<bool()> &condition, std::chrono::seconds limit = kLimit) {
        for (const auto deadline = Clock::now() + limit; Clock::now() < deadline; std::this_thread::sleep_for(100ms))
            if (condition())
                return true;
        ADD_FAILURE() << "waited in vain for " << limit.count() << " s";
        return false;
    }

    // ---- servers ----

    static void set_timeout(const std::string &name) {
        node(name).must(fmt::format("echo options obd timeout={} > /etc/modprobe.d/sheen.conf", kTimeout));
    }

    static void prepare(const std::string &server) {
        set_timeout(server);
        files_->give_configuration(server);
    }

    static void give_power(const std::string &server) {
        node(server).start();
        node(server).wait_ready();
        prepare(server);
    }

    // What a crash has left on the disk must be whole.
    static void expect_whole_disk(const std::string &server) {
        const fs::path folder = cluster_->options().run_folder;
        EXPECT_EQ(MdtImage(folder / "nodes" / server / "data.img", folder / (server + ".img")).faults(), "");
    }

    static void cut_power(const std::string &server) {
        node(server).power_cut();
        expect_whole_disk(server);
    }

    static std::string target(const std::string &server) { return server == "mds1" ? "meta" : "data1"; }

    // As a power cut, of a target alone.
    static void crash(const std::string &server) {
        node(server).must("lctl --device " + target(server) +
                          " readonly && lconf --cleanup --force --failover --node " + server +
                          " /etc/lustre/sheen.xml");
    }

    static void restart(const std::string &server) { files_->start_server(server); }

    static void plug(const std::string &name, bool in) {
        for (const NodeSpec &spec : standard_nodes())
            if (spec.name == name)
                cluster_->network().connect_node(spec.index, in);
    }

    // ---- what was said ----

    static std::vector<std::string> evictions_of(const std::string &name) {
        return evictions(node(name).must("dmesg"));
    }

    // What a client has said of evictions in this test.
    std::vector<std::string> new_evictions(const std::string &client) {
        std::vector<std::string> lines = evictions_of(client);
        lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(evictions_[client]));
        return lines;
    }

    void expect_nobody_evicted() {
        for (const std::string &client : FileSystem::clients())
            for (const std::string &line : new_evictions(client))
                ADD_FAILURE() << client << ": " << line;
    }

    // ---- work that shows a stall ----

    static void start_work() {
        for (const std::string &client : FileSystem::clients())
            start(client, "work",
                  fmt::format("mkdir -p work; for ((i = 1; ; i++)); do f=work/{}; echo $i > $f.$i && sync $f.$i && "
                              "rm -f $f.$((i - 9)) || exit; echo $i > /tmp/new && mv /tmp/new /tmp/step; "
                              "[ ! -e /tmp/enough ] || exit 0; done",
                              client));
        for (const std::string &client : FileSystem::clients())
            await([&] { return step(client) > 3; });
    }

    static void end_work() {
        for (const std::string &client : FileSystem::clients())
            node(client).must("touch /tmp/enough");
        for (const std::string &client : FileSystem::clients())
            EXPECT_EQ(end_of(client, "work"), "0\n") << node(client).run("cat /tmp/work.out").text;
    }

    static int step(const std::string &client) {
        const std::string text = node(client).run("cat /tmp/step").text;
        return text.empty() ? 0 : std::stoi(text);
    }

    // Until a client has done something more; the node waits, so that asking costs no time.
    static std::future<void> next_step(const std::string &client) {
        return std::async(std::launch::async, [client] {
            node(client).must("n=$(cat /tmp/step); until [ $(cat /tmp/step) -gt $n ]; do sleep 0.05; done");
        });
    }

    static void measure_stall(const std::string &server) {
        std::vector<std::future<void>> going_on;
        cut_power(server);
        give_power(server);
        for (const std::string &client : FileSystem::clients())
            going_on.push_back(next_step(client));
        const auto begun = Clock::now();
        restart(server);
        const double started = seconds_since(begun);
        for (std::future<void> &client : going_on)
            client.get();
        const double stall = seconds_since(begun);
        std::cout << fmt::format(
            "stall after a power cut of {}: I/O went on {:.1f} s after lconf was called, which took "
            "{:.1f} s\n",
            server, stall, started);
        EXPECT_LT(stall - started, 2.5 * kTimeout) << "recovery waited for clients that were there";
    }

    static constexpr char kDisk[] = "/dev/disk/by-id/virtio-data";
    inline static std::unique_ptr<Cluster> cluster_;
    inline static std::unique_ptr<FileSystem> files_;
    std::map<std::string, std::size_t> evictions_;
};

}  // namespace sheen::vm
