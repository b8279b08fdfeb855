// SPDX-License-Identifier: GPL-2.0
// Two servers that can reach each other's disks: each takes over what the other ran when that loses its power.
#include <thread>

#include "file_system_fixture.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

constexpr char kConfig[] = "/etc/lustre/sheen.xml";
constexpr char kOwnDisk[] = "/dev/disk/by-id/virtio-data", kPartnersDisk[] = "/dev/disk/by-id/virtio-partner";
constexpr char kPart[] = "/mnt/tree/arch/mips";
constexpr auto kCopyLimit = 5min;

class FailoverTest : public FileSystemTest {
protected:
    void start_pair() {
        partners_ = {{"mds1", "oss1"}, {"oss1", "mds1"}};
        boot({"mds1", "oss1", "client1"});
        files_ =
            std::make_unique<FileSystem>(*cluster_, FileSystem::Targets{{"mds1", kOwnDisk, {"oss1", kPartnersDisk}},
                                                                        {{"oss1", kOwnDisk, {"mds1", kPartnersDisk}}}});
        files_->configure();
        files_->format_and_start();
        lconf("client1", "");
        node("client1").must("mkdir -p /mnt/tree && mount -r /dev/disk/by-id/virtio-tree /mnt/tree");
    }

    static std::string command(const std::string &name, const std::string &options) {
        return "lconf " + options + " --node " + (name == "client1" ? "client" : name) + " " + kConfig;
    }

    void lconf(const std::string &name, const std::string &options) { node(name).must(command(name, options)); }

    void boot_again(const std::string &name) {
        node(name).start();
        node(name).wait_ready();
        files_->give_configuration(name);
    }

    // Copies the files again and again, into folders of their own, until finish_copies().
    void start_copies() {
        on("client1", std::string("(i=0; s=0; until [ -e /tmp/enough ] || [ $s != 0 ]; do i=$((i + 1)); "
                                  "stdbuf -oL cp -av ") +
                          kPart + " copy$i >> /tmp/copied 2>> /tmp/errors; s=$?; done; sync; " +
                          "echo $s > /tmp/status) > /dev/null 2>&1 < /dev/null &");
    }

    int copied() { return std::stoi(node("client1").must("cat /tmp/copied 2> /dev/null | wc -l")); }

    // So many names more than there are now.
    void wait_for_more(int names) {
        const int wanted = copied() + names;
        const auto deadline = std::chrono::steady_clock::now() + kCopyLimit;
        while (copied() < wanted) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << copied() << " names were copied";
            ASSERT_FALSE(node("client1").run("test -e /tmp/status").ok()) << node("client1").must("cat /tmp/errors");
            std::this_thread::sleep_for(100ms);
        }
    }

    std::string finish_copies() {
        node("client1").must("touch /tmp/enough");
        const auto deadline = std::chrono::steady_clock::now() + kCopyLimit;
        while (!node("client1").run("test -e /tmp/status").ok() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(500ms);
        return node("client1").run("cat /tmp/status").text;
    }

    void expect_copies() {
        node("client1").must("echo 3 > /proc/sys/vm/drop_caches");
        EXPECT_EQ(on("client1", std::string("for d in copy*; do diff -r ") + kPart + " $d; done"), "");
    }
};

TEST_F(FailoverTest, EachServerTakesOverFromTheOther) {
    start_pair();
    start_copies();
    wait_for_more(60);

    node("oss1").power_cut();
    lconf("mds1", "--select data1=mds1");
    wait_for_more(30);

    // Back again, it would like to run what it ran before, and must not.
    boot_again("oss1");
    const Result refused = node("oss1").run(command("oss1", ""));
    EXPECT_NE(refused.status, 0);
    EXPECT_NE(refused.errors.find("data1 is running at mds1"), std::string::npos) << refused.errors;
    wait_for_more(10);
    lconf("mds1", "--cleanup --failover --group data1");
    lconf("oss1", "");
    wait_for_more(30);

    node("mds1").power_cut();
    lconf("oss1", "--select meta=oss1");
    wait_for_more(30);
    boot_again("mds1");
    lconf("oss1", "--cleanup --failover --group meta");
    lconf("mds1", "");

    wait_for_more(10);

    EXPECT_EQ(finish_copies(), "0\n");
    EXPECT_EQ(node("client1").must("cat /tmp/errors"), "");
    expect_copies();
    EXPECT_EQ(node("client1").must("dmesg | grep -c 'evicted by' || true"), "0\n");
    lconf("client1", "--cleanup");
    lconf("mds1", "--cleanup");
    lconf("oss1", "--cleanup");
}

}  // namespace
}  // namespace sheen::vm
