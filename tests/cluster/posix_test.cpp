// SPDX-License-Identifier: GPL-2.0
// What programs expect of a file system, between two clients: locks, ACLs, direct I/O, mappings, missing names.
#include "posix_fixture.h"

namespace sheen::vm {
namespace {

class PosixTest : public PosixFixture {
protected:
    // One cluster for all, with names of their own.
    void locks_hold_on_all_nodes();
    void access_control_lists();
    void root_is_squashed_but_on_trusted_nodes();
    void direct_input_and_output();
    void mappings_appends_and_names();

    void SetUp() override {
        start();
        for (const std::string &client : FileSystem::clients()) {
            files_->mount(client);
            give_probe(client);
        }
    }
};

void PosixTest::locks_hold_on_all_nodes() {
    start_probe("client1",
                "open 0 f rw+creat , lock 0 w 0 10 , note held , wait asked , lockw 0 w 20 5 , note got , wait never");
    EXPECT_EQ(probe("client2", "wait held , open 0 f rw , lock 0 w 20 5"), "wait ok\nopen ok\nlock 0\n");
    // Each waits for what the other has: whoever came second is refused, and only that one. An alarm ends a wait.
    const std::string second =
        probe("client2", "open 0 f rw , open 1 g rw+creat , lock 0 w 20 5 , note asked , alarm 10 , lockw 0 w 9 1");
    EXPECT_EQ(probe("client2", "wait got , open 0 f rw , alarm 1 , ofdlockw 0 r 9 1"),
              "wait ok\nopen ok\nalarm 0\nofdlockw EINTR\n");
    const std::string first = on("client1", "cat /tmp/out");
    const bool second_refused = second == "open ok\nopen ok\nlock 0\nnote 0\nalarm 0\nlockw EDEADLK\n";
    EXPECT_TRUE(second_refused || second == "open ok\nopen ok\nlock 0\nnote 0\nalarm 0\nlockw EINTR\n") << second;
    EXPECT_EQ(first, std::string("open ok\nlock 0\nnote 0\nwait ok\nlockw ") + (second_refused ? "0" : "EDEADLK") +
                         "\nnote 0\n");
    kill_probes("client1");
    check_record_locks();
    check_flock();
}

void PosixTest::access_control_lists() {
    check_access_lists();
    // A supplementary group, which the client names.
    const std::string member = "setpriv --reuid 1001 --regid 1001 --groups 3000,2001 ";
    on("client1", "echo text > f && chmod 600 f && setfacl -m g:2001:r f");
    EXPECT_EQ(on("client2", member + "cat f"), "text\n");
    EXPECT_NE(node("client2").run(member + "sh -c 'echo x >> /mnt/sheen/f'").status, 0);

    on("client1", "touch big && seq 3000 3040 | sed 's/.*/u:&:r/' | setfacl -M - big");
    EXPECT_EQ(on("client2", "getfacl -cn big | grep -c user:3; setpriv --reuid 3033 --clear-groups cat big"), "41\n");
    EXPECT_EQ(on("client2", "setfacl -b big; getfacl -cn big | wc -l"), "4\n");
}

void PosixTest::root_is_squashed_but_on_trusted_nodes() {
    node("mds1").must("lctl --device meta root_squash 65534:65534 client2@tcp");
    on("client2", "mkdir -m 1777 all && echo secret > all/secret && chmod 600 all/secret && mkdir -m 700 mine");
    EXPECT_EQ(on("client1", "touch all/f && stat -c %u:%g all/f"), "65534:65534\n");
    for (const char *refused : {"cat all/secret", "chown 1:1 all/f", "rm all/secret", "touch mine/f", "ls mine"})
        EXPECT_NE(node("client1").run(std::string("cd /mnt/sheen && ") + refused).status, 0) << refused;
    EXPECT_EQ(on("client2", "cat all/secret && chown 1:1 all/f && stat -c %u all/f"), "secret\n1\n");
    node("mds1").must("lctl --device meta root_squash 0:0");
    EXPECT_EQ(on("client1", "cat all/secret && touch mine/f && stat -c %u mine/f"), "secret\n0\n");
}

void PosixTest::direct_input_and_output() {
    on("client1", "lfs setstripe -c 2 -S 65536 s && head -c 1500000 /dev/urandom > /tmp/data");
    EXPECT_EQ(probe("client1",
                    "open 0 s rw+direct , open 1 s rw , write 1 4096 100 98 , write 0 0 4096 97 , read 0 0 9000 , "
                    "write 0 10 100 100 7 , read 1 0 200 , read 0 5 20 3"),
              "open ok\nopen ok\nwrite 100\nwrite 4096\nread 4096x61 100x62\nwrite 100\nread 10x61 100x64 90x61\n"
              "read 5x61 15x64\n");
    // What is dirty in the other's cache is read; what it has cached is replaced.
    EXPECT_EQ(probe("client2", "open 0 s rw+direct , open 1 s rw , read 1 0 5 , write 1 0 2 66 , write 0 4096 4096 67"),
              "open ok\nopen ok\nread 5x61\nwrite 2\nwrite 4096\n");
    EXPECT_EQ(probe("client1", "open 0 s rw+direct , open 1 s rw , read 0 0 5 , read 1 4094 5 , read 0 8190 10"),
              "open ok\nopen ok\nread 2x42 3x61\nread 2x61 3x43\nread 2x43\n");
    // More than a piece of a transfer, from memory and to a place that do not begin at a page.
    on("client1", "lfs setstripe -S 4M -c 1 wide");
    EXPECT_EQ(probe("client1",
                    "open 0 wide rw+direct , write 0 512 3000000 99 512 , read 0 512 3000000 16 , "
                    "read 0 0 3000512"),
              "open ok\nwrite 3000000\nread 3000000x63\nread 512x00 3000000x63\n");
    on("client1", "dd if=/tmp/data of=s bs=333333 oflag=direct conv=notrunc status=none && cmp s /tmp/data");
    EXPECT_EQ(on("client2", "dd if=s bs=100000 iflag=direct status=none | sha256sum"),
              node("client1").must("sha256sum < /tmp/data"));
}

void PosixTest::mappings_appends_and_names() {
    check_mappings();
    check_appends();
    check_unlinked();

    // A name that was missing is found when the other makes it, also after a listing.
    EXPECT_NE(node("client1").run("cat /mnt/sheen/new").status, 0);
    on("client2", "echo here > new");
    EXPECT_EQ(on("client1", "ls > /dev/null; cat new"), "here\n");
    EXPECT_EQ(probe("client1",
                    "rename new log 1 , rename new old 1 , rename old log 2 , open 0 . tmp+rw , open 0 log rw , "
                    "fallocate 0 0 0 4096"),
              "rename EEXIST\nrename 0\nrename 0\nopen EOPNOTSUPP\nopen ok\nfallocate 0\n");
    // What takes up space says so, written or not, since programs look for holes by that.
    EXPECT_EQ(on("client1",
                 "head -c 3M /dev/urandom > b; for i in 1 2; do [ $(stat -c %b b) -ge 6144 ] && echo full; "
                 "sync b; done; truncate -s 1G b; du -m b | cut -f1"),
              "full\nfull\n3\n");
    EXPECT_EQ(on("client1",
                 "echo x | dd of=holes bs=1M seek=32 status=none; for i in 1 2; do "
                 "[ $(stat -c %b holes) -lt 100 ] && echo hole; sync holes; done"),
              "hole\nhole\n");
    // Flags of chattr hold for both.
    on("client1",
       "mkdir flagged && echo x > flagged/fixed && echo x > flagged/log && chattr +i flagged/fixed && chattr +a "
       "flagged/log");
    EXPECT_EQ(
        on("client2",
           "for c in 'echo y > flagged/fixed' 'rm -f flagged/fixed' 'chmod 600 flagged/fixed' 'mv flagged/fixed "
           "flagged/f' "
           "'echo y > flagged/log' 'rm -f flagged/log'; do sh -c \"$c\" 2> /dev/null && echo \"$c\"; done; "
           "echo y >> flagged/log && cat flagged/* && lsattr flagged/* | tr -d -- - && chattr -i flagged/fixed && "
           "chattr -a flagged/log && lsattr flagged/* | tr -d -- -"),
        "x\nx\ny\ni flagged/fixed\na flagged/log\n flagged/fixed\n flagged/log\n");
    // What is immutable may be made so again, and read; the flag that dumps go by hinders nobody.
    EXPECT_EQ(on("client1",
                 "cd flagged && chattr +dS log && chattr +i fixed && chattr +i fixed && chattr +D . && echo z >> log && "
                 "! chattr +c log 2> /dev/null && cat fixed"),
              "x\n");
    EXPECT_EQ(on("client2",
                 "cd flagged && lsattr fixed log | tr -d -- - && lsattr -d . | tr -d -- - && chattr -dS log && "
                 "chattr -i fixed && lsattr fixed log | tr -d -- -"),
              "i fixed\nSd log\nD .\n fixed\n log\n");
    EXPECT_EQ(node("mds1").must("dmesg | grep -c 'are not kept' || true"), "0\n");
    on("client1", "rm -r flagged");
    // Who is in a directory that is removed, and the one above it as well, is still somewhere.
    EXPECT_EQ(on("client1", "mkdir -p q/r && cd q/r && rmdir ../r ../../q && stat -c '%F %h' . .."),
              "directory 0\ndirectory 0\n");
    EXPECT_NE(node("client1").run("lfs setstripe -i 7 /mnt/sheen/nowhere").status, 0);
    // A pipe without a name lives on, and a program may be executed by who may not read it.
    EXPECT_EQ(on("client1",
                 "mkfifo p && exec 5<>p && rm p && chmod 620 /proc/self/fd/5 && "
                 "stat -Lc '%a %h' /proc/self/fd/5"),
              "620 0\n");
    on("client1", "cp /bin/true x && chmod 111 x");
    on("client2", "setpriv --reuid 1000 --regid 1000 --clear-groups ./x");
    // A directory with a layout for new files that is removed while it is open.
    on("client1", "mkdir d && lfs setstripe -c 2 d && exec 5<d && rmdir d && exec 5<&- && sync");
    EXPECT_EQ(node("mds1").must("dmesg | grep -c 'stays in PENDING' || true"), "0\n");
    // The mask is the program's, not the server's.
    EXPECT_EQ(on("client1", "umask 0; touch u0; mkdir u1; umask 027; touch u2; stat -c %a u0 u1 u2"),
              "666\n777\n640\n");
    // A file that was opened for writing may be cut, whatever its mode says.
    EXPECT_EQ(on("client1",
                 "mkdir -m 777 free && cp /root/probe /tmp && umask 777 && setpriv --reuid 1000 --regid 1000 "
                 "--clear-groups /tmp/probe open 0 free/f rw+creat , truncate 0 10 && stat -c '%a %s' free/f"),
              "open ok\ntruncate 0\n0 10\n");
    // A size that was set before there were objects for data stays when there are some.
    EXPECT_EQ(probe("client1", "open 0 sized r+creat , cut sized 5000"), "open ok\ncut 0\n");
    EXPECT_EQ(on("client2", "stat -c %s sized; : >> sized; stat -c %s sized"), "5000\n5000\n");
    // A write by another takes set-user-ID away.
    on("client1", "echo > su && chmod 4777 su");
    EXPECT_EQ(on("client2", "setpriv --reuid 1000 --regid 1000 --clear-groups sh -c 'echo x >> su'; stat -c %a su"),
              "777\n");
}

TEST_F(PosixTest, HoldsBetweenTwoClients) {
    locks_hold_on_all_nodes();
    access_control_lists();
    root_is_squashed_but_on_trusted_nodes();
    direct_input_and_output();
    mappings_appends_and_names();
}

}  // namespace
}  // namespace sheen::vm
