// SPDX-License-Identifier: GPL-2.0
// Wrong use of the tools: each mistake gets one line and a failure, and leaves the node as it was.
#include <algorithm>

#include "file_system_fixture.h"

namespace sheen::vm {
namespace {

constexpr char kConfig[] = "/etc/lustre/sheen.xml";
constexpr char kDisk[] = "/dev/disk/by-id/virtio-data";

class MistakesTest : public FileSystemTest {
protected:
    void boot_and_configure(const std::vector<std::string> &names) {
        boot(names);
        files_ = std::make_unique<FileSystem>(*cluster_);
        files_->configure();
    }

    // Modules, mounts, loop devices and devices of the file system.
    std::string state(const std::string &name) {
        return node(name).must("ls /sys/module; cat /proc/mounts; losetup -a; lctl device_list 2> /dev/null; true");
    }

    // The command fails with one line that has `text` in it, and changes nothing.
    void refused(const std::string &name, const std::string &command, const std::string &text) {
        const std::string before = state(name);
        const Result result = node(name).run(command);
        const std::string said = result.text + result.errors;
        EXPECT_NE(result.status, 0) << command;
        EXPECT_NE(said.find(text), std::string::npos) << command << ": " << said;
        EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << command << ": " << said;
        EXPECT_EQ(state(name), before) << command;
    }

    static std::string lconf(const std::string &options) {
        return "lconf " + options + " --node mds1 ";
    }
};

TEST_F(MistakesTest, DisksAreCheckedBeforeAnythingStarts) {
    boot_and_configure({"mds1"});
    Node &server = node("mds1");
    server.must("modprobe ext4; mkdir /tmp/none; "
                "sed s/virtio-data/virtio-none/ < /etc/lustre/sheen.xml > /tmp/none/sheen.xml");
    for (const char *options : {"", "--reformat"})
        refused("mds1", lconf(options) + "/tmp/none/sheen.xml", "No such file");

    refused("mds1", lconf("") + kConfig, "no ext4 file system on it");
    server.must(std::string("mkfs.ext4 -q -L other ") + kDisk);
    refused("mds1", lconf("") + kConfig, "belongs to 'other'");
    server.must(std::string("mkfs.ext4 -q -F ") + kDisk + " && mount " + kDisk + " /mnt && echo kept > /mnt/file");
    for (const char *options : {"", "--reformat"})
        refused("mds1", lconf(options) + kConfig, "in use");
    server.must("umount /mnt");
    refused("mds1", lconf("") + kConfig, "holds files that are not a target's");
    EXPECT_EQ(server.must(std::string("mount -r ") + kDisk + " /mnt && cat /mnt/file && umount /mnt"), "kept\n");
}

TEST_F(MistakesTest, ConfigurationsAreCheckedBeforeAnythingStarts) {
    boot_and_configure({"mds1"});
    Node &server = node("mds1");
    server.must("mkdir /tmp/cut /tmp/stale; head -c 700 /etc/lustre/sheen.xml > /tmp/cut/sheen.xml; "
                "sed s/1048576/2097152/ < /etc/lustre/sheen.xml > /tmp/stale/sheen.xml");
    refused("mds1", lconf("") + "/tmp/cut/sheen.xml", "line ");
    refused("mds1", lconf("") + "/tmp/none.xml", "No such file");
    refused("mds1", std::string("lconf --node nobody ") + kConfig, "no node nobody");

    server.must(lconf("--reformat") + kConfig);
    refused("mds1", lconf("") + kConfig, "already set up");
    refused("mds1", lconf("--reformat") + kConfig, "is running");
    server.must(lconf("--cleanup") + kConfig);
    refused("mds1", lconf("") + "/tmp/stale/sheen.xml", "stale configuration");
    server.must(lconf("") + kConfig);
    server.must(lconf("--cleanup") + kConfig);
}

TEST_F(MistakesTest, MountsThatCannotBe) {
    boot_and_configure({"mds1", "client1"});
    // Clients take the timeout, in seconds, from the file system; the default of 100 would make this test slow.
    node("mds1").must(lconf("--reformat --timeout 10") + kConfig);
    files_->mount("client1");
    refused("client1", std::string("mount -t lustre ") + FileSystem::kSource + " /mnt/sheen", "mounted there already");
    files_->unmount("client1");  // the OSTs of this file system were never on
    refused("client1", "mount -t lustre mds1@tcp:/nothere /mnt/sheen", "no file system 'nothere'");
    refused("client1", "mount -t lustre nohost@tcp:/sheen /mnt/sheen", "nohost");
    node("mds1").power_cut();
    refused("client1", std::string("mount -t lustre ") + FileSystem::kSource + " /mnt/sheen", "no MGS answers");
    // "no answer", or "no network leads there" when the kernel has noticed first that nobody has this address.
    refused("client1", "lctl ping mds1@tcp 5", "10.77.0.1@tcp: no ");
    node("client1").must(std::string("lconf --cleanup --node client ") + kConfig);
}

}  // namespace
}  // namespace sheen::vm
