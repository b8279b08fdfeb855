// SPDX-License-Identifier: GPL-2.0
// Names and attributes as programs on two clients see them: kinds of rename, groups, times, file handles.
#include <fmt/format.h>

#include "posix_fixture.h"

namespace sheen::vm {
namespace {

class NamesTest : public PosixFixture {
protected:
    void SetUp() override {
        start();
        for (const std::string &client : FileSystem::clients()) {
            files_->mount(client);
            give_probe(client);
        }
    }
    void check_renames();
    void check_groups();
    void check_times();
    void check_handles();
    void check_long_names();
    void check_mounts();
    void check_subdirectory();

    std::string as(const std::string &groups, const std::string &command) {
        return "setpriv --reuid 1000 --regid 1000 --groups " + groups + " sh -c '" + command + "'";
    }
};

void NamesTest::check_renames() {
    on("client1", "echo f > f; echo g > g; mkdir d; echo in > d/in");
    EXPECT_EQ(probe("client2", "rename f d/in 1 , rename f new 1 , rename new g 2 , rename none g 2 , rename g d 2"),
              "rename EEXIST\nrename 0\nrename 0\nrename ENOENT\nrename 0\n");
    EXPECT_EQ(on("client1", "cat new d g/in; stat -c '%F' g d"), "g\nf\nin\ndirectory\nregular file\n");
    // Where each finds itself afterwards, and what was cached before.
    EXPECT_EQ(on("client1",
                 "mkdir -p a/x b/y; cd a/x; /root/probe rename ../../a/x ../../b/y 2; /bin/pwd; ls ../../a ../../b"),
              "rename 0\n/mnt/sheen/b/y\n../../a:\nx\n\n../../b:\ny\n");
    EXPECT_EQ(probe("client2", "rename a a/x 2 , rename a/x a 2 , rename a b 3"),
              "rename EINVAL\nrename EINVAL\nrename EINVAL\n");
}

void NamesTest::check_groups() {
    const std::string groups = "3001,3002,3003,3004,3005,3006";
    on("client1", "mkdir k && chgrp 3006 k && chmod 2770 k && mkdir s && chmod 1777 s && echo x > s/roots");
    EXPECT_EQ(on("client2", as(groups, "echo text > k/f && chgrp 3002 k/f && chmod 2755 k/f && stat -c %a:%g k/f")),
              "2755:3002\n");
    EXPECT_NE(node("client1").run("cd /mnt/sheen && " + as("3001", "ls k")).status, 0);
    // Who is not in the group loses set-group-ID by chmod.
    EXPECT_EQ(on("client2", as("3006", "chmod 2755 k/f; stat -c %a k/f")), "755\n");
    EXPECT_NE(node("client2").run("cd /mnt/sheen && " + as(groups, "chgrp 3007 k/f")).status, 0);
    EXPECT_NE(node("client2").run("cd /mnt/sheen && " + as(groups, "rm -f s/roots")).status, 0);
    EXPECT_EQ(on("client1", "stat -c %g k/f; ls s"), "3002\nroots\n");
}

void NamesTest::check_times() {
    node("client1").must(
        "modprobe loop && truncate -s 64M /tmp/image && mkfs.ext4 -q /tmp/image && mkdir /tmp/local && "
        "mount -o loop /tmp/image /tmp/local");
    EXPECT_EQ(probe("client1", "changes /mnt/sheen/times"), probe("client1", "changes /tmp/local/times"));
    const std::string stat = "cd times; stat -c '%n %x %y %z %w' . f sub sub/p s";
    EXPECT_EQ(on("client1", stat), on("client2", stat));
    on("client1", "touch -d '2001-02-03 04:05:06.123456789' times/f times");
    EXPECT_EQ(on("client2", "stat -c %y times/f times | cut -c1-29"),
              "2001-02-03 04:05:06.123456789\n2001-02-03 04:05:06.123456789\n");
    EXPECT_EQ(on("client2", "stat -c %w times/f | cut -c1-2"), "20\n");
    // Data that is written later is older than that.
    on("client1", "echo data > late");
    on("client2", "sleep 3; touch -d '2001-02-03 04:05:06.123456789' late");
    EXPECT_EQ(on("client1", "sync; cat late; stat -c %y late | cut -c1-29"), "data\n2001-02-03 04:05:06.123456789\n");
    EXPECT_EQ(on("client2", "stat -c %y late | cut -c1-29"), "2001-02-03 04:05:06.123456789\n");
    // Who has read a file or listed a directory is gone; when that was is not.
    on("client1", "mkdir seen && echo data > seen/f && touch -d 2001-02-03 seen/f seen && cat seen/f && ls seen");
    files_->unmount("client1");
    files_->mount("client1");
    for (const char *name : {"seen/f", "seen"})
        EXPECT_EQ(on("client2", std::string("stat -c '%x %y' ") + name),
                  on("client1", std::string("stat -c '%x %y' ") + name));
    EXPECT_EQ(on("client2", "stat -c '%x %y' seen seen/f | grep ^2001 || echo later"), "later\n");
}

void NamesTest::check_handles() {
    const std::string until = "while [ ! -e ", done = " ]; do sleep 0.1; done; ";
    on("client1", "mkdir -p h/b && echo text > h/b/f");
    start_probe("client1",
                "handle h/b/f , note got , wait dropped , byhandle 0 . , read 0 0 4 , note read , wait gone , "
                "byhandle 1 . , close 0 , close 1 , note closed , wait later , byhandle 1 .");
    on("client1", until + "got" + done + "echo 3 > /proc/sys/vm/drop_caches; touch dropped; " + until + "read" + done);
    // Removed, it lives as long as it is open.
    on("client2", "rm h/b/f && touch gone");
    on("client1", until + "closed" + done + "sleep 2; touch later; while pidof probe > /dev/null; do sleep 0.1; done");
    EXPECT_EQ(on("client1", "cat /tmp/out"),
              "handle 0\nnote 0\nwait ok\nbyhandle ok\nread 1x74 1x65 1x78 1x74\nnote 0\nwait ok\nbyhandle ok\n"
              "close 0\nclose 0\nnote 0\nwait ok\nbyhandle ESTALE\n");
    // Of a directory: the VFS looks for its way to the root.
    EXPECT_EQ(probe("client2", "handle h/b , byhandle 0 . , handle . , byhandle 0 ."),
              "handle 0\nbyhandle ok\nhandle 0\nbyhandle ok\n");
}

void NamesTest::check_long_names() {
    on("client1", "n=$(printf 'x%.0s' $(seq 255)); touch $n && ! touch ${n}x 2> /dev/null");
    EXPECT_EQ(on("client2", "ls | wc -L; rm x*"), "255\n");
    // A path of 4095 bytes can be used, one more cannot.
    EXPECT_EQ(on("client1",
                 "n=$(printf 'y%.0s' $(seq 199)); p=/mnt/sheen; while [ ${#p} -lt 3850 ]; do p=$p/$n; mkdir $p; done; "
                 "r=$((4095 - ${#p} - 1)); f=$p/$(printf 'z%.0s' $(seq $r)); touch $f && echo made; "
                 "touch ${f}z 2> /dev/null || echo refused; rm -r y*"),
              "made\nrefused\n");
    EXPECT_EQ(on("client1", "mkdir big; /root/probe fill big 3000"), "fill ok\n");
    EXPECT_EQ(probe("client2", "cookies big , list big"), "cookies 3002 places, 0 wrong\nlist 3000 names, 0 again\n");
}

// What is mounted on a name stays there when another client changes the file below, and who is in a directory stays in
// it.
void NamesTest::check_mounts() {
    on("client1",
       "mkdir -p m/in/point && echo below > m/file && echo above > /tmp/above && mount -t tmpfs none m/in/point && "
       "echo x > m/in/point/x && mount --bind /tmp/above m/file");
    on("client1",
       "cd m/in; (until [ -e /tmp/changed ]; do sleep 0.1; done; ls ..; /bin/pwd) > /tmp/seen 2>&1 "
       "< /dev/null & echo $! > /tmp/waits");
    on("client2", "chmod 711 m m/in m/in/point && chmod 600 m/file && echo y > m/other");
    EXPECT_EQ(on("client1", "cat m/in/point/x m/file"), "x\nabove\n");
    EXPECT_EQ(
        node("client1").must("touch /tmp/changed; while kill -0 $(cat /tmp/waits) 2> /dev/null; do sleep 0.1; done; "
                             "cat /tmp/seen"),
        "file\nin\nother\n/mnt/sheen/m/in\n");
    EXPECT_EQ(on("client1", "umount m/in/point m/file && ls m/in/point && cat m/file"), "below\n");
}

// A directory mounted by itself is the same one; a path that leads to none, or out of the file system, is refused.
void NamesTest::check_subdirectory() {
    const std::string mount = "mount -t lustre 10.77.0.1@tcp,mds1@tcp:/sheen";
    on("client1", "mkdir -p sub/in,side/deep && echo one > sub/in,side/file && echo two > sub/in,side/deep/file");
    node("client2").must("mkdir -p /mnt/sub && " + mount + "/sub//in,side/ /mnt/sub");
    EXPECT_EQ(node("client2").must("cd /mnt/sub && ls && cat deep/file && mv deep/file . && ls -a .. | grep -c sub"),
              "deep\nfile\ntwo\n1\n");
    EXPECT_EQ(on("client1", "cat sub/in,side/file"), "two\n");
    node("client2").must("umount /mnt/sub");
    for (const char *path : {"/sub/none", "/sub/in,side/file", "/sub/../sub"}) {
        const Result refused = node("client2").run(mount + path + " /mnt/sub");
        EXPECT_NE(refused.status, 0) << path;
        EXPECT_NE(refused.errors.find(path), std::string::npos) << refused.errors;
    }
}

class ManyNamesTest : public NamesTest {
protected:
    void SetUp() override {
        if (!std::getenv("SHEEN_FULL"))
            GTEST_SKIP() << "long; only with ./run test --full";
        NamesTest::SetUp();
    }
};

// Made by two clients at once, read from the start and from any place. SHEEN_NAMES says how many if not a million.
TEST_F(ManyNamesTest, AMillionInADirectory) {
    const char *wish = std::getenv("SHEEN_NAMES");
    const long count = wish ? std::stol(wish) : 1'000'000, half = count / 2;
    const std::string cookies = "cookies big " + std::to_string(count / 1000);
    RunOptions hours;
    hours.timeout = std::chrono::hours(4);
    on("client1", "mkdir big big/of1 big/of2");
    start_probe("client2", fmt::format("links big of2/ {} {}", half, count));
    EXPECT_EQ(node("client1").must(fmt::format("cd /mnt/sheen && /root/probe links big of1/ 0 {}", half), hours),
              "links ok\n");
    EXPECT_EQ(node("client2").must("while pidof probe > /dev/null; do sleep 1; done; cat /tmp/out", hours),
              "links ok\n");
    // The folders of the files are there, too.
    EXPECT_EQ(node("client1").must("cd /mnt/sheen && /root/probe list big , " + cookies, hours),
              fmt::format("list {} names, 0 again\ncookies 1001 places, 0 wrong\n", count + 2));
    EXPECT_EQ(node("client2").must("cd /mnt/sheen && /root/probe " + cookies, hours), "cookies 1001 places, 0 wrong\n");
}

TEST_F(NamesTest, AreThoseOfALocalFileSystem) {
    check_renames();
    check_groups();
    check_times();
    check_handles();
    check_long_names();
    check_mounts();
    check_subdirectory();
}

}  // namespace
}  // namespace sheen::vm
