// SPDX-License-Identifier: GPL-2.0
// Servers that stop, networks that fail, clients that stay away: named cases, one after the other on one cluster. Each
// leaves it as it was. A server stops by a power cut, or a target alone by "lctl readonly", which spares the boot.
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
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Base of all waits: recovery waits 2.5 times as long for clients, silent ones are evicted after 1.5 times.
constexpr int kTimeout = 16;
constexpr auto kLimit = 120s;  // for what recovery has to bring about

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class RecoveryTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        ClusterOptions options;
        options.run_folder = SHEEN_VM_BUILD "/test-run/RecoveryTest";
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
    static std::unique_ptr<Cluster> cluster_;
    static std::unique_ptr<FileSystem> files_;
    std::map<std::string, std::size_t> evictions_;
};

std::unique_ptr<Cluster> RecoveryTest::cluster_;
std::unique_ptr<FileSystem> RecoveryTest::files_;

// Each client makes a file and writes it through, again and again. The stall is printed: from the moment when the
// server, on a machine that is up, is told to start, until both have got on.
TEST_F(RecoveryTest, StallOfTwoClients) {
    start_work();
    measure_stall("mds1");
    measure_stall("oss1");
    end_work();
    expect_nobody_evicted();
}

// A file without a name that is open, one that another took the place of, and a lock that somebody waits for.
TEST_F(RecoveryTest, OpenUnlinkRenameOverAndLocks) {
    on("client1", "echo old > over; echo kept > open; echo new > from; touch lock; sync");
    start("client1", "opened",
          "exec 8< over 9< open; rm open; until [ -e /tmp/look ]; do sleep 0.2; done; cat <&8; cat <&9");
    start("client1", "holder", "flock lock -c 'touch /tmp/held; until [ -e /tmp/release ]; do sleep 0.2; done'");
    await([] { return node("client1").run("test -e /tmp/held -a ! -e /mnt/sheen/open").ok(); });
    on("client2", "mv from over");
    crash("mds1");
    start("client2", "waiter", "flock lock -c 'echo mine'");
    restart("mds1");
    EXPECT_EQ(on("client2", "cat over; ls from open 2>&1 | wc -l"), "new\n2\n");
    EXPECT_FALSE(node("client2").run("flock -n /mnt/sheen/lock true").ok());
    node("client1").must("touch /tmp/look");
    EXPECT_EQ(end_of("client1", "opened"), "0\n");
    EXPECT_EQ(node("client1").run("cat /tmp/opened.out").text, "old\nkept\n");
    EXPECT_FALSE(node("client2").run("test -s /tmp/waiter.status").ok());
    node("client1").must("touch /tmp/release");
    EXPECT_EQ(end_of("client2", "waiter"), "0\n");
    expect_nobody_evicted();
}

// Recovery does not wait for ever, the others lose nothing, and the one that was away is told once.
TEST_F(RecoveryTest, AClientStaysAway) {
    on("client2", "mkdir away && echo x > away/x && sync");
    node("mds1").must("lctl --device meta notransno");
    on("client1", "mkdir here && for i in $(seq 50); do echo $i > here/$i; done && mv here/1 here/one && rm here/2");
    crash("mds1");
    plug("client2", false);
    restart("mds1");
    EXPECT_EQ(on("client1", "ls here | wc -l; cat here/one here/50"), "49\n1\n50\n");
    const auto told = evictions_of("mds1");
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told.back().find("@tcp (uuid "), std::string::npos) << told.back();
    EXPECT_NE(told.back().find("it has not come back after the restart"), std::string::npos) << told.back();
    plug("client2", true);
    await([] { return node("client2").run("timeout 20 stat /mnt/sheen/here/one").ok(); });
    on("client2", "echo again > away/again && sync away/again && cat here/50");
    unsigned int by_mdt = 0;
    for (const std::string &line : new_evictions("client2"))
        by_mdt += line.find("-MDT0000-mdc-") != std::string::npos;
    EXPECT_EQ(by_mdt, 1u);
    EXPECT_TRUE(new_evictions("client1").empty());
}

// The data that a client cannot write back any more because it was cut off: fsync says so, and the client goes on.
TEST_F(RecoveryTest, AClientThatIsCutOffLosesItsDataAndSaysSo) {
    on("client1", "touch cut && sync cut");
    start("client1", "writer",
          "(head -c 200000 /dev/zero; until [ -e /tmp/mended ]; do sleep 0.2; done) | "
          "dd of=cut bs=4k conv=fsync,notrunc");
    await([] { return node("client1").run("test $(stat -c %s /mnt/sheen/cut) -ge 200000").ok(); });
    plug("client1", false);
    EXPECT_EQ(on("client2", "echo other > cut && cat cut"), "other\n");
    const auto named = evictions_of("oss1");
    ASSERT_FALSE(named.empty());
    EXPECT_NE(named.back().find("@tcp (uuid "), std::string::npos) << named.back();
    plug("client1", true);
    await([this] { return !new_evictions("client1").empty(); });
    node("client1").must("touch /tmp/mended");
    EXPECT_EQ(end_of("client1", "writer"), "1\n");
    const std::string said = node("client1").run("cat /tmp/writer.out").text;
    EXPECT_NE(said.find("Input/output error"), std::string::npos) << said;
    await([this] {
        for (const std::string &line : new_evictions("client1"))
            if (line.find("of data not yet stored there, of file [0x") != std::string::npos)
                return true;
        return false;
    });
    EXPECT_EQ(on("client1", "cat cut"), "other\n");
}

// A cable that is out for a moment costs nothing but the moment.
TEST_F(RecoveryTest, PartitionAndHeal) {
    start("client1", "copy", "head -c 40M /dev/urandom > /tmp/data && cp /tmp/data part && sync part");
    await([] { return node("client1").run("test -s /mnt/sheen/part").ok(); });
    plug("client1", false);
    start("client2", "reader", "head -c 100 part > /dev/null");
    std::this_thread::sleep_for(6s);
    plug("client1", true);
    EXPECT_EQ(end_of("client1", "copy"), "0\n") << node("client1").run("cat /tmp/copy.out").text;
    EXPECT_EQ(end_of("client2", "reader"), "0\n");
    EXPECT_EQ(on("client2", "md5sum < part"), node("client1").must("md5sum < /tmp/data"));
    expect_nobody_evicted();
}

// Both servers lose power while one client writes back and the other makes names; then the MDS once more, while clients
// come back.
TEST_F(RecoveryTest, BothServersAtOnceAndAgainInRecovery) {
    start("client1", "copy", "head -c 40M /dev/urandom > /tmp/data && cp /tmp/data big && sync big");
    start("client2", "names",
          "mkdir many && for i in $(seq 300); do echo $i > many/$i && mv many/$i many/n$i || exit; "
          "done; sync many");
    await([] {
        return node("client1").run("test -s /mnt/sheen/big").ok() && node("client2").run("ls /mnt/sheen/many/n9").ok();
    });
    node("mds1").power_cut();
    cut_power("oss1");
    expect_whole_disk("mds1");
    node("oss1").start();
    give_power("mds1");
    node("oss1").wait_ready();
    prepare("oss1");
    restart("oss1");
    restart("mds1");
    crash("mds1");
    restart("mds1");
    EXPECT_EQ(end_of("client1", "copy"), "0\n") << node("client1").run("cat /tmp/copy.out").text;
    EXPECT_EQ(end_of("client2", "names"), "0\n") << node("client2").run("cat /tmp/names.out").text;
    EXPECT_EQ(on("client2", "md5sum < big"), node("client1").must("md5sum < /tmp/data"));
    EXPECT_EQ(on("client1", "ls many | wc -l; cat many/* | sort -n | md5sum"),
              "300\n" + node("client1").must("seq 300 | md5sum"));
    expect_nobody_evicted();
}

// What was written past the cache is the program's memory again at once, which a replay must not look at.
TEST_F(RecoveryTest, DirectWritesAreReplayedAsTheyWere) {
    node("client1").must("head -c 20M /dev/urandom > /tmp/data");
    on("client1", "dd if=/tmp/data of=direct bs=1M oflag=direct status=none");
    crash("oss1");
    restart("oss1");
    EXPECT_EQ(on("client2", "md5sum < direct"), node("client1").must("md5sum < /tmp/data"));
    expect_nobody_evicted();
}

}  // namespace
}  // namespace sheen::vm
