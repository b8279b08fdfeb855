// SPDX-License-Identifier: GPL-2.0
// The resource agent with real targets, as a cluster manager runs it.
#include <fmt/format.h>

#include "cluster_fixture.h"
#include "files.h"

namespace sheen::vm {
namespace {

constexpr char kOcf[] = "/usr/lib/ocf/lib/heartbeat";
constexpr char kTester[] = "/usr/sbin/ocf-tester";

// A metadata target and one of the two object storage targets move together.
constexpr char kConfigure[] = R"(set -e
mkfs.ext4 -q /dev/disk/by-id/virtio-data && mount /dev/disk/by-id/virtio-data /mnt && cd /mnt
mkdir /mnt/sheen
lmc -o sheen.xml --add net --node here --nid mds1 --nettype tcp
lmc -m sheen.xml --add mds --node here --mds meta --group g --fstype ext4 --dev /mnt/mdt --size 200000
lmc -m sheen.xml --add lov --lov vol --mds meta --stripe_sz 1048576 --stripe_cnt 2 --stripe_pattern 0
lmc -m sheen.xml --add ost --node here --ost data1 --lov vol --group g --fstype ext4 --dev /mnt/ost1 --size 400000
lmc -m sheen.xml --add ost --node here --ost data2 --lov vol --fstype ext4 --dev /mnt/ost2 --size 400000
lconf --reformat --node here sheen.xml && lconf --cleanup --node here sheen.xml
)";

class ResourceAgentTest : public ClusterTest {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(kOcf) || !std::filesystem::exists(kTester))
            GTEST_SKIP() << "there is no " << kTester << " here (Debian's package resource-agents)";
        // Nodes have no xmllint: the agent's description of itself is a matter of the unit tests.
        share_ = std::filesystem::path(SHEEN_VM_BUILD) / "test-run/ocf-share";
        std::filesystem::remove_all(share_);
        std::filesystem::create_directories(share_ / "ocf/lib");
        std::filesystem::copy(kOcf, share_ / "ocf/lib/heartbeat", std::filesystem::copy_options::recursive);
        std::filesystem::copy(kTester, share_ / "ocf-tester");
        std::filesystem::copy(SHEEN_VM_SOURCE "/config/ocf/Target", share_ / "Target");
        write_file(share_ / "xmllint", "#!/bin/sh\ncat > /dev/null\n");
        std::filesystem::permissions(share_ / "xmllint", std::filesystem::perms(0755));
        boot({"mds1"});
        node("mds1").must("mkdir -p /usr/share/resource-agents && ln -s /share/xmllint /usr/local/bin");
        node("mds1").must(kConfigure);
    }

    void TearDown() override {
        ClusterTest::TearDown();
        std::filesystem::remove_all(share_);
    }

    // The exit status of the agent.
    int agent(const std::string &target, const std::string &action) {
        const Result result = node("mds1").run(fmt::format(
            "export OCF_ROOT=/share/ocf OCF_RESOURCE_INSTANCE={0} OCF_RESKEY_target={0} OCF_RESKEY_node=here "
            "OCF_RESKEY_config=/mnt/sheen.xml; /share/Target {1}",
            target, action));
        said_ = result.text + result.errors;
        return result.status;
    }

    // But for those through which OSTs tell the MGS that they are up: they stay until it answers.
    std::string devices() { return node("mds1").must("lctl dl | cut -c5- | cut -d' ' -f1-3 | grep -v ' mgc ' | sort"); }

    std::string said_;
};

TEST_F(ResourceAgentTest, PassesTheTesterOfThePackage) {
    const Result result = node("mds1").run(
        "OCF_ROOT=/share/ocf /share/ocf-tester -n g -o target=g -o node=here -o config=/mnt/sheen.xml /share/Target");
    EXPECT_EQ(result.status, 0) << result.text << result.errors;
    EXPECT_NE(result.text.find("passed all tests"), std::string::npos) << result.text << result.errors;
    EXPECT_EQ(result.text.find("* rc="), std::string::npos) << result.text;
    EXPECT_EQ(devices(), "");
}

TEST_F(ResourceAgentTest, GroupsComeAndGoUnderAClient) {
    Node &here = node("mds1");
    EXPECT_EQ(agent("data2", "start"), 0) << said_;
    EXPECT_EQ(devices(), "UP obdfilter data2\nUP ost OSS\n");
    EXPECT_EQ(agent("g", "monitor"), 7) << said_;
    EXPECT_EQ(agent("g", "start"), 0) << said_;
    EXPECT_EQ(agent("g", "monitor"), 0) << said_;
    here.must(
        "mount -t lustre mds1@tcp:/sheen /mnt/sheen && cd /mnt/sheen && "
        "head -c 20000000 /dev/urandom > /mnt/big && cp /mnt/big big && sync big");
    // The client stays, waits, and goes on.
    EXPECT_EQ(agent("g", "stop"), 0) << said_;
    EXPECT_EQ(agent("g", "monitor"), 7) << said_;
    EXPECT_EQ(agent("data2", "monitor"), 0) << said_;
    EXPECT_EQ(agent("g", "start"), 0) << said_;
    here.must(
        "echo 3 > /proc/sys/vm/drop_caches; cmp /mnt/big /mnt/sheen/big && touch /mnt/sheen/more && "
        "umount /mnt/sheen");
    EXPECT_EQ(agent("g", "stop"), 0) << said_;
    EXPECT_EQ(agent("data2", "stop"), 0) << said_;
    EXPECT_EQ(devices(), "");
    EXPECT_EQ(here.must("losetup -a; ls /run/resource-agents"), "");
    here.must("rmmod lustre && lconf --cleanup --node here /mnt/sheen.xml && umount /mnt");
}

}  // namespace
}  // namespace sheen::vm
