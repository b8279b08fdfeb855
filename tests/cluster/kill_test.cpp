// SPDX-License-Identifier: GPL-2.0
// Programs that wait for a server which does not answer, and are killed.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "posix_fixture.h"

namespace sheen::vm {
namespace {

// Starts a program, kills it when it has waited for a while, and prints what came of it: "killed", "did not wait"
// or, when it is still there long after, "stays" and where.
constexpr char kStartAndKill[] = R"sh(
setsid bash -c "exec $1" > /dev/null 2>&1 < /dev/null &
pid=$!
sleep 3
state() { sed 's/.*) //; s/ .*//' /proc/$pid/stat 2> /dev/null; }
case $(state) in Z | '') echo did not wait; exit ;; esac
kill -9 $pid
for try in $(seq 100); do
    case $(state) in Z | '') echo killed; exit ;; esac
    sleep 0.1
done
echo stays: $(cat /proc/$pid/wchan)
)sh";

class KillTest : public PosixFixture {
protected:
    void SetUp() override {
        start();
        for (const std::string &client : FileSystem::clients()) {
            files_->mount(client);
            give_probe(client);
        }
        node("client1").must(std::string("cat > /root/start_and_kill << 'end'") + kStartAndKill + "end");
    }

    void expect_killed(const std::vector<std::string> &programs) {
        for (const std::string &program : programs)
            EXPECT_EQ(node("client1").must("bash /root/start_and_kill " + shell_quote(program)), "killed\n") << program;
    }

    void give_back(const std::string &server) {
        node(server).start();
        node(server).wait_ready();
        files_->give_configuration(server);
        files_->start_server(server);
    }

    void who_waits_for_an_ost();
    void who_waits_for_the_mdt();
};

void KillTest::who_waits_for_an_ost() {
    // oss1 has the first OST. Of one file this client keeps a lock, so that data gets into its cache.
    on("client1",
       "lfs setstripe -c 1 -i 0 . && for f in cold written cut direct mapped; do head -c 100000 /dev/urandom > $f; "
       "done; md5sum cold > /tmp/sum; sync; echo 3 > /proc/sys/vm/drop_caches; echo 12345678 > short; sync short; "
       "echo > written");
    on("client2", "cat cold cut direct mapped > /dev/null; echo >> cut");
    node("oss1").power_cut();
    expect_killed({"dd if=/dev/zero of=/mnt/sheen/written bs=64k count=1 conv=fsync,notrunc", "cat /mnt/sheen/cold",
                   "stat /mnt/sheen/cut", "truncate -s 5 /mnt/sheen/cut", "truncate -s 5 /mnt/sheen/short",
                   "dd if=/mnt/sheen/direct of=/dev/null iflag=direct",
                   "dd if=/dev/zero of=/mnt/sheen/direct oflag=direct bs=4k count=1 conv=notrunc",
                   "/root/probe open 0 /mnt/sheen/mapped rw , mapped 0 8192"});
    give_back("oss1");
    EXPECT_EQ(on("client1", "md5sum -c /tmp/sum && head -c 65536 written | tr -d '\\0' | wc -c"), "cold: OK\n0\n");
    // Whether it was cut nobody said, but all see the same.
    EXPECT_EQ(on("client1", "stat -c %s short; cat short"), on("client2", "stat -c %s short; cat short"));
}

void KillTest::who_waits_for_the_mdt() {
    on("client1", "mkdir d && echo text > d/f && echo text > open");
    on("client2", "ls -l d > /dev/null; touch d/new");
    // It has the file open and locked, and waits for nothing of the file system, whose root it would keep busy.
    on("client1", "bash -c 'exec 5<> open; flock 5; exec sleep 1000' > /dev/null 2>&1 < /dev/null &");
    EXPECT_EQ(on("client2", "until ! flock -n open true; do sleep 0.1; done; echo held"), "held\n");
    node("mds1").power_cut();
    expect_killed({"mkdir /mnt/sheen/made", "ls /mnt/sheen/d", "cat /mnt/sheen/d/f", "stat /mnt/sheen/d/new",
                   "mv /mnt/sheen/open /mnt/sheen/moved", "flock /mnt/sheen/d true", "stat -f /mnt/sheen"});
    // One that has things to give back.
    node("client1").must("pkill -9 -f '[s]leep 1000'; sleep 5; ! pgrep -f '[s]leep 1000'");
    give_back("mds1");
    EXPECT_EQ(on("client1", "ls d; cat open"), "f\nnew\ntext\n");
    EXPECT_EQ(on("client2", "flock -w 60 open echo free"), "free\n");
}

TEST_F(KillTest, WhoWaitsForAServerDiesAtOnce) {
    who_waits_for_an_ost();
    who_waits_for_the_mdt();
}

}  // namespace
}  // namespace sheen::vm
