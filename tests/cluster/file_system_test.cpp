// SPDX-License-Identifier: GPL-2.0
// The file system on real nodes: what one client does the other sees, power cuts, and mounting again and again.
#include "file_system_fixture.h"

namespace sheen::vm {
namespace {

class SharingTest : public FileSystemTest {
protected:
    void mount_clients() {
        for (const std::string &client : FileSystem::clients())
            files_->mount(client);
    }

    void unmount_clients() {
        for (const std::string &client : FileSystem::clients())
            files_->unmount(client);
    }

    void names_and_small_data();
    void data_over_two_stripes();
};

void SharingTest::names_and_small_data() {
    on("client1", "mkdir d && echo one > d/f && ln d/f d/hard && ln -s f d/soft");
    EXPECT_EQ(on("client2", "cat d/f d/hard d/soft"), "one\none\none\n");
    EXPECT_EQ(on("client2", "stat -c '%h %s' d/f"), "2 4\n");

    // The size and the data of a file that the other still has in its cache.
    on("client2", "echo two >> d/f");
    EXPECT_EQ(on("client1", "stat -c %s d/f && cat d/f"), "8\none\ntwo\n");
    on("client1", "truncate -s 3 d/f");
    EXPECT_EQ(on("client2", "cat d/f"), "one");

    on("client1", "chmod 600 d/f && mv d/f d/g && rm d/hard");
    EXPECT_EQ(on("client2", "ls d && stat -c '%a %h' d/g"), "g\nsoft\n600 1\n");
    EXPECT_NE(node("client2").run("cat /mnt/sheen/d/f").status, 0);

    // A file that is removed while the other has it open stays readable until it is closed.
    Node &reader = node("client2");
    reader.must(
        "cd /mnt/sheen && (exec 3< d/g; touch /tmp/opened; until [ -e /tmp/removed ]; do sleep 0.1; done; "
        "cat <&3 > /tmp/late; touch /tmp/read) > /dev/null 2>&1 &");
    reader.must("until [ -e /tmp/opened ]; do sleep 0.1; done");
    on("client1", "rm d/g");
    EXPECT_NE(reader.run("stat /mnt/sheen/d/g").status, 0);
    reader.must("touch /tmp/removed; until [ -e /tmp/read ]; do sleep 0.1; done");
    EXPECT_EQ(reader.must("cat /tmp/late"), "one");
}

void SharingTest::data_over_two_stripes() {
    on("client1",
       "lfs setstripe -c 2 -S 65536 big && head -c 20000000 /dev/urandom > /tmp/big && "
       "dd if=/tmp/big of=big bs=77777 conv=notrunc status=none");
    const std::string expected = node("client1").must("sha256sum < /tmp/big");
    EXPECT_EQ(on("client2", "sha256sum < big"), expected);
    EXPECT_EQ(on("client2", "lfs getstripe -c big"), "2\n");

    // In the middle, from the other side, not aligned to anything.
    on("client2", "echo -n inserted | dd of=big bs=1 seek=1234567 conv=notrunc status=none");
    node("client1").must("echo -n inserted | dd of=/tmp/big bs=1 seek=1234567 conv=notrunc status=none");
    EXPECT_EQ(on("client1", "sha256sum < big"), node("client1").must("sha256sum < /tmp/big"));
}

TEST_F(SharingTest, ClientsSeeEachOthersWork) {
    start();
    mount_clients();
    names_and_small_data();
    data_over_two_stripes();
    unmount_clients();
    files_->stop();
}

TEST_F(FileSystemTest, MountsUnmountsAndUnloadsAgainAndAgain) {
    const int rounds = std::getenv("SHEEN_FULL") ? 30 : 10;
    start();
    for (int i = 0; i < rounds; ++i) {
        files_->mount("client1");
        on("client1", "echo hello > file && cat file > /dev/null");
        files_->unmount("client1");
        node("client1").must("lconf --cleanup --node client /etc/lustre/sheen.xml");
    }
    node("client2").must("true");
    for (const char *server : {"mds1", "oss2", "oss1"})
        node(server).must(std::string("lconf --cleanup --node ") + server + " /etc/lustre/sheen.xml");
}

// As an administrator does it: a new node, and the MGS is told; nothing is stopped.
TEST_F(FileSystemTest, AnOstIsAddedToARunningFileSystem) {
    const char *disk = "/dev/disk/by-id/virtio-data";
    boot({"mds1", "oss1", "oss2", "client1"});
    files_ = std::make_unique<FileSystem>(*cluster_, FileSystem::Targets{{"mds1", disk}, {{"oss1", disk}}});
    files_->configure();
    files_->format_and_start();
    files_->mount("client1");
    on("client1",
       "head -c 3000000 /dev/urandom > old && (while [ ! -e /tmp/enough ]; do date > time && cat time > "
       "/dev/null || touch /tmp/failed; done) > /dev/null 2>&1 < /dev/null &");
    EXPECT_EQ(node("client1").must("lfs df /mnt/sheen | grep -c OST:"), "1\n");

    files_ =
        std::make_unique<FileSystem>(*cluster_, FileSystem::Targets{{"mds1", disk}, {{"oss1", disk}, {"oss2", disk}}});
    files_->configure();
    node("oss2").must("lconf --reformat --node oss2 /etc/lustre/sheen.xml");
    node("mds1").must("lconf --write_conf --node mds1 /etc/lustre/sheen.xml");
    node("client1").must("for i in $(seq 60); do lfs df /mnt/sheen | grep -q 'data2.*OST:1' && break; sleep 1; done");
    EXPECT_EQ(node("client1").must("lfs df /mnt/sheen | grep -c OST:"), "2\n");
    EXPECT_EQ(node("client1").must("lfs check servers | grep -c ' active.'"), "3\n");
    // The MDT has to make objects there first.
    on("client1",
       "for i in $(seq 60); do rm -f wide; lfs setstripe -c 2 wide && "
       "[ $(lfs getstripe -c wide) = 2 ] && break; sleep 1; done");
    on("client1",
       "head -c 9000000 /dev/urandom > /tmp/wide && cp /tmp/wide wide && echo 3 > /proc/sys/vm/drop_caches && "
       "cmp /tmp/wide wide && [ $(lfs getstripe -c wide) = 2 ]");
    node("client1").must("touch /tmp/enough; sleep 1; [ ! -e /tmp/failed ]");
    files_->unmount("client1");
    files_->stop_servers();
}

}  // namespace
}  // namespace sheen::vm
