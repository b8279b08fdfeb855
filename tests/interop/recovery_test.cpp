// SPDX-License-Identifier: GPL-2.0
// Power cuts of servers under the work of clients, where either is stock.
#include <chrono>
#include <thread>

#include "interop_fixture.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

constexpr char kPart[] = "/mnt/tree/arch/mips";
constexpr int kCutMdsAfter = 100, kCutOstAfter = 350;  // names that have been copied
constexpr auto kCopyLimit = 10min;

class InteropRecoveryTest : public InteropTest {
protected:
    void SetUp() override {
        InteropTest::SetUp();
        lost_connections_allowed_ = 20;
    }

    void start_copy() {
        on("client1", std::string("(stdbuf -oL cp -av ") + kPart + " copy > /tmp/copied 2> /tmp/errors; " +
                          "s=$?; sync; echo $s > /tmp/status) > /dev/null 2>&1 < /dev/null &");
    }

    int copied() { return std::stoi(node("client1").must("cat /tmp/copied 2> /dev/null | wc -l")); }

    void wait_until_copied(int names) {
        const auto deadline = std::chrono::steady_clock::now() + kCopyLimit;
        while (copied() < names) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << copied() << " names were copied";
            std::this_thread::sleep_for(100ms);
        }
    }

    void cut_power(const std::string &server) {
        node(server).power_cut();
        node(server).start();
        node(server).wait_ready();
    }

    void cut_and_restart(const std::string &server) {
        cut_power(server);
        files_->give_configuration(server);
        files_->start_server(server);
    }

    // What the copy ended with.
    std::string status() {
        const auto deadline = std::chrono::steady_clock::now() + kCopyLimit;
        while (!node("client1").run("test -e /tmp/status").ok() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(500ms);
        return node("client1").run("cat /tmp/status").text;
    }

    void expect_copied() {
        EXPECT_EQ(status(), "0\n");
        EXPECT_EQ(node("client1").must("cat /tmp/errors"), "");
        expect_same(kPart, "client2", "/mnt/sheen/copy");
    }
};

TEST_F(InteropRecoveryTest, CopyGoesOnOverPowerCuts) {
    start_with({"client1", "client2"});
    mount_tree();
    start_copy();
    wait_until_copied(kCutMdsAfter);
    cut_and_restart("mds1");
    wait_until_copied(kCutOstAfter);
    EXPECT_FALSE(node("client1").run("test -e /tmp/status").ok()) << "the copy was too fast to be cut";
    cut_and_restart("oss1");
    expect_copied();
    unmount_clients();
}

// The work of two clients is not on the disk yet when the MDS loses its power, and one of them with it: the other
// replays its own without what is missing.
TEST_F(InteropRecoveryTest, AClientStaysAway) {
    start_with({"client1", "client2"});
    mount_tree();
    start_copy();
    on("client2", "mkdir away && sync");
    node("mds1").must("lctl --device meta notransno");
    wait_until_copied(kCutMdsAfter);
    on("client2", "for i in $(seq 20); do touch away/$i; done");
    turned_off_ = node("client2").must("lctl list_nids | tr -d '\\n'");
    node("client2").power_cut();
    cut_and_restart("mds1");
    EXPECT_EQ(status(), "0\n");
    EXPECT_EQ(node("client1").must("cat /tmp/errors"), "");
    EXPECT_EQ(on("client1", "ls away | sort -n"),
              on("client1", "seq $(ls away | wc -l)"));  // in the order they were made
    EXPECT_NE(node("mds1").must("dmesg").find("it has not come back after the restart"), std::string::npos);
    node("client2").start();
    node("client2").wait_ready();
    mount_client("client2", true);
    expect_same(kPart, "client2", "/mnt/sheen/copy");
    unmount_clients();
}

// Targets go to their other home and come back; the MGS moves with the MDT.
TEST_F(InteropRecoveryTest, CopyFollowsTargetsToTheirOtherHomes) {
    start_pair();
    install_stock_client(node("client1"));
    node("client1").must("mount -t lustre -o user_xattr,flock mds1@tcp:oss1@tcp:/sheen /mnt/sheen");
    mount_tree();
    start_copy();
    wait_until_copied(kCutMdsAfter);
    node("oss1").power_cut();
    lconf("mds1", "--select data1=mds1");
    wait_until_copied(kCutMdsAfter + 50);
    boot_again("oss1");
    lconf("mds1", "--cleanup --failover --group data1");
    lconf("oss1", "");
    wait_until_copied(kCutMdsAfter + 100);
    node("mds1").power_cut();
    lconf("oss1", "--select meta=oss1");
    EXPECT_EQ(status(), "0\n");
    EXPECT_EQ(node("client1").must("cat /tmp/errors"), "");
    node("client1").must("echo 3 > /proc/sys/vm/drop_caches");
    expect_same(kPart, "client1", "/mnt/sheen/copy");
    files_->unmount("client1");
}

// All stock targets are on one node, and go together.
TEST_F(InteropRecoveryTest, CopyGoesOnOverPowerCutOfStockServers) {
    if (!have_stock_servers())
        GTEST_SKIP() << "needs stock servers: server/ in the folder of --oracle; see docs/interop.md";
    start_on_stock_servers({});
    mount_tree();
    start_copy();
    wait_until_copied(kCutMdsAfter);
    cut_power("mds1");
    start_stock_servers(node("mds1"), FileSystem::kName);
    EXPECT_FALSE(node("client1").run("test -e /tmp/status").ok()) << "the copy was too fast to be cut";
    expect_copied();
    unmount_clients();
}

}  // namespace
}  // namespace sheen::vm
