// SPDX-License-Identifier: GPL-2.0
// The harness itself, on real nodes: commands, files, power, network, kernel logs.
#include <chrono>
#include <thread>

#include "cluster_fixture.h"
#include "error.h"
#include "files.h"
#include "kernel_log.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

class HarnessTest : public ClusterTest {};

TEST_F(HarnessTest, CommandsReportHowTheyEnd) {
    boot({"client1"});
    Node &client = node("client1");
    EXPECT_EQ(client.run("true").status, 0);
    EXPECT_EQ(client.run("exit 7").status, 7);
    EXPECT_EQ(client.run("kill -9 $$").status, 128 + 9);
    EXPECT_EQ(client.run("/no/such/program").status, 127);
    EXPECT_THROW(client.must("false"), Error);

    const Result both = client.run("echo out; echo err >&2");
    EXPECT_EQ(both.text, "out\n");
    EXPECT_EQ(both.errors, "err\n");

    RunOptions input;
    input.input = std::string(3000000, 'x');
    EXPECT_EQ(client.must("wc -c", input), "3000000\n");
    EXPECT_EQ(client.must("head -c 5000000 /dev/zero").size(), 5000000u);
}

TEST_F(HarnessTest, CommandsThatTakeTooLongAreKilled) {
    boot({"client1"});
    Node &client = node("client1");
    RunOptions options;
    options.timeout = 500ms;
    EXPECT_EQ(client.run("sleep 1000", options).status, kTimedOut);
    // The agent notices the closed connection.
    client.must("while pgrep -x sleep; do :; done");
    // A background child does not hold its command back.
    EXPECT_EQ(client.must("sleep 1000 & echo on", options), "on\n");
}

TEST_F(HarnessTest, FilesGoInAndOut) {
    boot({"client1"});
    Node &client = node("client1");
    const fs::path folder = cluster_->options().run_folder;
    const fs::path sent = folder / "sent file", received = folder / "received";
    std::string content;
    for (int i = 0; i < 300000; ++i)
        content += static_cast<char>(i * 7);
    write_file(sent, content);
    fs::permissions(sent, fs::perms::owner_all);
    client.push(sent, "/root/new/folder/file");
    client.push(sent, "/root");
    EXPECT_EQ(client.must("stat -c %a /root/new/folder/file '/root/sent file'"), "700\n700\n");
    client.pull("/root/sent file", received);
    EXPECT_EQ(read_file(received), content);
    EXPECT_THROW(client.push(folder / "none", "/root"), Error);
    EXPECT_THROW(client.pull("/none", received), Error);
}

TEST_F(HarnessTest, PowerCutKeepsTheDisk) {
    boot({"mds1", "client1"});
    Node &server = node("mds1");
    Node &client = node("client1");
    const std::string disk = "/dev/disk/by-id/virtio-data";
    server.must("mkfs.ext4 -q " + disk + " && mount " + disk +
                " /mnt && echo kept > /mnt/file && "
                "sync && echo volatile > /root/file");
    client.must("ping -c 1 -w 10 mds1");

    server.power_cut();
    EXPECT_FALSE(server.running());
    EXPECT_THROW(server.run("true"), Error);
    EXPECT_NE(client.run("ping -c 1 -w 1 mds1").status, 0);

    server.start();
    server.wait_ready();
    EXPECT_EQ(server.must("mount " + disk + " /mnt && cat /mnt/file"), "kept\n");
    EXPECT_NE(server.run("test -e /root/file").status, 0);
    client.must("ping -c 1 -w 10 mds1");
    EXPECT_NE(server.must("dmesg").find("recovery complete"), std::string::npos);
}

TEST_F(HarnessTest, NetworkCanBeCut) {
    boot({"mds1", "client1"});
    node("client1").must("ping -c 1 -w 10 mds1");
    cluster_->network().connect_node(1, false);
    EXPECT_NE(node("client1").run("ping -c 1 -w 1 mds1").status, 0);
    EXPECT_EQ(node("mds1").must("hostname"), "mds1\n");  // commands use the other network
    cluster_->network().connect_node(1, true);
    node("client1").must("ping -c 1 -w 10 mds1");
}

TEST_F(HarnessTest, ModulesOfTheStockKernelLoad) {
    boot({"oss1"});
    for (const char *module : {"ext4", "xfs", "loop", "dm_flakey", "sch_netem", "rdma_rxe"})
        node("oss1").must(std::string("modprobe ") + module);
}

TEST_F(HarnessTest, KernelFaultsAreFound) {
    boot({"client1"});
    Node &client = node("client1");
    EXPECT_TRUE(client.kernel_log_faults().empty());
    client.must("echo 'WARNING: this is a test' > /dev/kmsg");
    EXPECT_EQ(client.kernel_log_faults().size(), 1u);
    // A crash ends the machine, and the console tells why.
    RunOptions brief;
    brief.timeout = 10s;
    client.run("echo c > /proc/sysrq-trigger", brief);
    for (int i = 0; i < 100 && client.running(); ++i)
        std::this_thread::sleep_for(100ms);
    EXPECT_FALSE(client.running());
    EXPECT_GE(client.kernel_log_faults().size(), 2u);
    cluster_.reset();  // these faults were wanted
}

}  // namespace
}  // namespace sheen::vm
