// SPDX-License-Identifier: GPL-2.0
#include "posix_fixture.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/checker/remote.h"
#include "tests/vm/protocol.h"

namespace sheen::vm {
namespace {

constexpr char kSecondMount[] = "/mnt/second";
constexpr int kActorPort = kAgentPort + 10;

std::uint64_t number_of(const char *variable, std::uint64_t otherwise) {
    const char *text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

}  // namespace

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

// What was written to a file that only another client has open by now.
void PosixFixture::check_unlinked() {
    on("client1", "echo first > nameless");
    on("client2", "(exec 3< nameless; touch opened; /root/probe wait written; cat <&3; touch seen) > /tmp/seen 2>&1 &");
    on("client1", "/root/probe wait opened; exec 4<> nameless; rm nameless; echo second >&4; exec 4>&-; touch written");
    EXPECT_EQ(on("client2", "/root/probe wait seen > /dev/null; grep -v wait /tmp/seen"), "second\n");
}

int PosixFixture::start_actor(const std::string &client, int port, const std::string &folder) {
    node(client).must(
        fmt::format("(cd / && /root/actor {0} {1}; echo $?) > /tmp/actor.{0} 2>&1 < /dev/null &", port, folder));
    const auto &nodes = cluster_->options().nodes;
    const auto spec = std::find_if(nodes.begin(), nodes.end(), [&](const NodeSpec &n) { return n.name == client; });
    for (int i = 0; i < 100; ++i) {
        const int fd = cluster_->network().dial(Network::control_address(spec->index), port, 5000);
        if (fd >= 0) {
            fcntl(fd, F_SETFL, 0);  // it is to wait from now on
            return fd;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    throw std::runtime_error("no actor on " + client);
}

void PosixFixture::check_coherence() {
    on("client1", fmt::format("mkdir d0 d1 && lfs setstripe -c 2 -S 65536 d1 && head -c {} /dev/zero > {}",
                              checker::kCounterStep * checker::kCounters, checker::kCounterFile));
    node("client1").must(fmt::format("mkdir -p {0} && mount -t lustre {1} {0}", kSecondMount, FileSystem::kSource));
    for (const std::string &client : FileSystem::clients())
        node(client).push(SHEEN_CHECKER_ACTOR, "/root/actor");

    checker::RemoteDriver driver;
    driver.Add(start_actor("client1", kActorPort, FileSystem::kMountPoint));
    driver.Add(start_actor("client2", kActorPort, FileSystem::kMountPoint));
    driver.Add(start_actor("client1", kActorPort + 1, kSecondMount));

    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(number_of("SHEEN_CHECK_SECONDS", 40));
    checker::Options options;
    options.seed = number_of("SHEEN_CHECK_SEED", std::random_device()());
    options.config.actors = driver.actors();
    options.more = [end](unsigned) { return std::chrono::steady_clock::now() < end; };
    checker::Session session(&driver, options);
    try {
        EXPECT_TRUE(session.Run()) << session.report();
    } catch (const std::runtime_error &error) {
        ADD_FAILURE() << error.what();
        for (const std::string &client : FileSystem::clients())
            ADD_FAILURE() << client << ": " << node(client).run("tail /tmp/actor.*").text;
    }
    fmt::print("{} operations, seed {}\n", session.operations(), options.seed);
}

}  // namespace sheen::vm
