// SPDX-License-Identifier: GPL-2.0
#include "posix_fixture.h"

namespace sheen::vm {

void PosixFixture::check_record_locks() {
    start_probe("client1", "open 0 rec rw+creat , lock 0 w 0 10 , note rec.held , wait never");
    EXPECT_EQ(probe("client2",
                    "wait rec.held , open 0 rec rw , getlk 0 w 5 100 , getlk 0 w 10 5 , lock 0 r 9 1 , lock 0 w 20 5"),
              std::string("wait ok\nopen ok\ngetlk ") + (getlk_knows_other_clients_ ? "write 0 10 pid" : "free") +
                  "\ngetlk free\nlock EAGAIN\nlock 0\n");
    // Whoever dies lets go.
    kill_probes("client1");
    EXPECT_EQ(probe("client2", "open 0 rec rw , lock 0 w 0 0 , flock 0 un"), "open ok\nlock 0\nflock 0\n");
}

void PosixFixture::check_flock() {
    start_probe(
        "client1",
        "open 0 fl rw+creat , flock 0 sh , note fl.shared , wait fl.tried , close 0 , note fl.closed , wait never");
    EXPECT_EQ(probe("client2",
                    "wait fl.shared , open 0 fl rw , flock 0 trysh , flock 0 tryex , note fl.tried , "
                    "wait fl.closed , flock 0 tryex"),
              "wait ok\nopen ok\nflock 0\nflock EAGAIN\nnote 0\nwait ok\nflock 0\n");
    kill_probes("client1");
}

void PosixFixture::check_access_lists() {
    const std::string other = "setpriv --reuid 1000 --regid 1000 --clear-groups ";
    const std::string member = "setpriv --reuid 1001 --regid 2001 --clear-groups ";
    on("client1", "echo text > acl && chmod 600 acl && setfacl -m u:1000:rw,g:2001:r acl");
    EXPECT_EQ(on("client2", "getfacl -cn acl; stat -c %a acl; " + other + "sh -c 'cat acl && echo more >> acl'; " +
                                member + "cat acl"),
              "user::rw-\nuser:1000:rw-\ngroup::---\ngroup:2001:r--\nmask::rw-\nother::---\n\n660\ntext\ntext\nmore\n");
    EXPECT_NE(node("client2").run(member + "sh -c 'echo x >> /mnt/sheen/acl'").status, 0);
    // chmod of the group is the mask; seen at once by who has cached the ACL.
    on("client1", "chmod g-rw acl");
    EXPECT_NE(node("client2").run(other + "cat /mnt/sheen/acl").status, 0);
    on("client2", "chmod 660 acl && setfacl -x u:1000 acl");
    EXPECT_NE(node("client1").run(other + "cat /mnt/sheen/acl").status, 0);

    // A default ACL takes the place of the umask, where there is one.
    on("client1", "mkdir acl.d acl.e && chmod 777 acl.d acl.e && setfacl -d -m u:1000:rwx,g::rx,o::- acl.d");
    EXPECT_EQ(on("client2",
                 "umask 077; touch acl.d/f acl.e/f; mkdir acl.d/sub; stat -c %A acl.d/f acl.d/sub acl.e/f; "
                 "getfacl -cdn acl.d/sub | head -2"),
              "-rw-rw----\ndrwxrwx---\n-rw-------\nuser::rwx\nuser:1000:rwx\n");
}

void PosixFixture::check_cached_and_direct() {
    on("client1", "lfs setstripe -c 2 -S 65536 dio");
    // What is dirty in the other's cache is read; what is cached anywhere is replaced.
    EXPECT_EQ(probe("client2", "open 0 dio rw , write 0 0 4096 66 , write 0 4096 4096 67"),
              "open ok\nwrite 4096\nwrite 4096\n");
    EXPECT_EQ(
        probe("client1", "open 0 dio rw+direct , open 1 dio rw , read 0 0 8192 , write 0 4096 4096 68 , read 1 0 8192"),
        "open ok\nopen ok\nread 4096x42 4096x43\nwrite 4096\nread 4096x42 4096x44\n");
    EXPECT_EQ(probe("client2", "open 0 dio rw , read 0 0 8192"), "open ok\nread 4096x42 4096x44\n");
}

void PosixFixture::check_mappings() {
    start_probe("client1",
                "open 0 m rw+creat , truncate 0 8192 , mapped 0 0 65 , note one , wait two , mapped 0 0 , "
                "mapped 0 4096 , mapped 0 0 67 , note three");
    EXPECT_EQ(probe("client2",
                    "wait one , open 0 m rw , mapped 0 0 , mapped 0 0 66 , mapped 0 4096 68 , note two , wait three , "
                    "mapped 0 0"),
              "wait ok\nopen ok\nmapped 41\nmapped 42\nmapped 44\nnote 0\nwait ok\nmapped 43\n");
    EXPECT_EQ(on("client1", "cat /tmp/out"),
              "open ok\ntruncate 0\nmapped 41\nnote 0\nwait ok\nmapped 42\nmapped 44\nmapped 43\nnote 0\n");
}

void PosixFixture::check_appends() {
    on("client1", "(for i in $(seq 50); do echo aaaaaaaaa; done >> log; touch done) > /dev/null 2>&1 &");
    on("client2", "for i in $(seq 50); do echo bbbbbbbbb; done >> log; /root/probe wait done");
    EXPECT_EQ(on("client2", "sort log | uniq -c | tr -s ' '"), " 50 aaaaaaaaa\n 50 bbbbbbbbb\n");
}

}  // namespace sheen::vm
