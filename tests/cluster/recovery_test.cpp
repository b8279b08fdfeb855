// SPDX-License-Identifier: GPL-2.0
// Servers that stop, networks that fail, clients that stay away: named cases, one after the other on one cluster.
#include "recovery_fixture.h"

namespace sheen::vm {
namespace {

// Each client makes a file and writes it through, again and again. The stall is printed: from the moment when the
// server, on a machine that is up, is told to start, until both have got on.
TEST_F(RecoveryTest, StallOfTwoClients) {
    start_work();
    measure_stall("mds1");
    measure_stall("oss1");
    end_work();
    expect_nobody_evicted();
}

// A file without a name that is open, one that another took the place of, and a lock that somebody waits for.
TEST_F(RecoveryTest, OpenUnlinkRenameOverAndLocks) {
    on("client1", "echo old > over; echo kept > open; echo new > from; touch lock; sync");
    start("client1", "opened",
          "exec 8< over 9< open; rm open; until [ -e /tmp/look ]; do sleep 0.2; done; cat <&8; cat <&9");
    start("client1", "holder", "flock lock -c 'touch /tmp/held; until [ -e /tmp/release ]; do sleep 0.2; done'");
    await([] { return node("client1").run("test -e /tmp/held -a ! -e /mnt/sheen/open").ok(); });
    on("client2", "mv from over");
    crash("mds1");
    start("client2", "waiter", "flock lock -c 'echo mine'");
    restart("mds1");
    EXPECT_EQ(on("client2", "cat over; ls from open 2>&1 | wc -l"), "new\n2\n");
    EXPECT_FALSE(node("client2").run("flock -n /mnt/sheen/lock true").ok());
    node("client1").must("touch /tmp/look");
    EXPECT_EQ(end_of("client1", "opened"), "0\n");
    EXPECT_EQ(node("client1").run("cat /tmp/opened.out").text, "old\nkept\n");
    EXPECT_FALSE(node("client2").run("test -s /tmp/waiter.status").ok());
    node("client1").must("touch /tmp/release");
    EXPECT_EQ(end_of("client2", "waiter"), "0\n");
    expect_nobody_evicted();
}

// Recovery does not wait for ever, the others lose nothing, and the one that was away is told once.
TEST_F(RecoveryTest, AClientStaysAway) {
    on("client2", "mkdir away && echo x > away/x && sync");
    node("mds1").must("lctl --device meta notransno");
    on("client1", "mkdir here && for i in $(seq 50); do echo $i > here/$i; done && mv here/1 here/one && rm here/2");
    crash("mds1");
    plug("client2", false);
    restart("mds1");
    EXPECT_EQ(on("client1", "ls here | wc -l; cat here/one here/50"), "49\n1\n50\n");
    const auto told = evictions_of("mds1");
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told.back().find("@tcp (uuid "), std::string::npos) << told.back();
    EXPECT_NE(told.back().find("it has not come back after the restart"), std::string::npos) << told.back();
    plug("client2", true);
    await([] { return node("client2").run("timeout 20 stat /mnt/sheen/here/one").ok(); });
    on("client2", "echo again > away/again && sync away/again && cat here/50");
    unsigned int by_mdt = 0;
    for (const std::string &line : new_evictions("client2"))
        by_mdt += line.find("-MDT0000-mdc-") != std::string::npos;
    EXPECT_EQ(by_mdt, 1u);
    EXPECT_TRUE(new_evictions("client1").empty());
}

// The data that a client cannot write back any more because it was cut off: fsync says so, and the client goes on.
TEST_F(RecoveryTest, AClientThatIsCutOffLosesItsDataAndSaysSo) {
    on("client1", "touch cut && sync cut");
    start("client1", "writer",
          "(head -c 200000 /dev/zero; until [ -e /tmp/mended ]; do sleep 0.2; done) | "
          "dd of=cut bs=4k conv=fsync,notrunc");
    await([] { return node("client1").run("test $(stat -c %s /mnt/sheen/cut) -ge 200000").ok(); });
    plug("client1", false);
    EXPECT_EQ(on("client2", "echo other > cut && cat cut"), "other\n");
    const auto named = evictions_of("oss1");
    ASSERT_FALSE(named.empty());
    EXPECT_NE(named.back().find("@tcp (uuid "), std::string::npos) << named.back();
    plug("client1", true);
    await([this] { return !new_evictions("client1").empty(); });
    node("client1").must("touch /tmp/mended");
    EXPECT_EQ(end_of("client1", "writer"), "1\n");
    const std::string said = node("client1").run("cat /tmp/writer.out").text;
    EXPECT_NE(said.find("Input/output error"), std::string::npos) << said;
    await([this] {
        for (const std::string &line : new_evictions("client1"))
            if (line.find("of data not yet stored there, of file [0x") != std::string::npos)
                return true;
        return false;
    });
    EXPECT_EQ(on("client1", "cat cut"), "other\n");
}

// A cable that is out for a moment costs nothing but the moment.
TEST_F(RecoveryTest, PartitionAndHeal) {
    start("client1", "copy", "head -c 40M /dev/urandom > /tmp/data && cp /tmp/data part && sync part");
    await([] { return node("client1").run("test -s /mnt/sheen/part").ok(); });
    plug("client1", false);
    start("client2", "reader", "head -c 100 part > /dev/null");
    std::this_thread::sleep_for(6s);
    plug("client1", true);
    EXPECT_EQ(end_of("client1", "copy"), "0\n") << node("client1").run("cat /tmp/copy.out").text;
    EXPECT_EQ(end_of("client2", "reader"), "0\n");
    EXPECT_EQ(on("client2", "md5sum < part"), node("client1").must("md5sum < /tmp/data"));
    expect_nobody_evicted();
}

// Both servers lose power while one client writes back and the other makes names; then the MDS once more, while clients
// come back.
TEST_F(RecoveryTest, BothServersAtOnceAndAgainInRecovery) {
    start("client1", "copy", "head -c 40M /dev/urandom > /tmp/data && cp /tmp/data big && sync big");
    start("client2", "names",
          "mkdir many && for i in $(seq 200); do echo $i > many/$i && mv many/$i many/n$i || exit; "
          "done; sync many");
    await([] {
        return node("client1").run("test -s /mnt/sheen/big").ok() && node("client2").run("ls /mnt/sheen/many/n9").ok();
    });
    node("mds1").power_cut();
    cut_power("oss1");
    expect_whole_disk("mds1");
    node("oss1").start();
    give_power("mds1");
    node("oss1").wait_ready();
    prepare("oss1");
    restart("oss1");
    restart("mds1");
    crash("mds1");
    restart("mds1");
    EXPECT_EQ(end_of("client1", "copy"), "0\n") << node("client1").run("cat /tmp/copy.out").text;
    EXPECT_EQ(end_of("client2", "names"), "0\n") << node("client2").run("cat /tmp/names.out").text;
    EXPECT_EQ(on("client2", "md5sum < big"), node("client1").must("md5sum < /tmp/data"));
    EXPECT_EQ(on("client1", "ls many | wc -l; cat many/* | sort -n | md5sum"),
              "200\n" + node("client1").must("seq 200 | md5sum"));
    expect_nobody_evicted();
}

// From now on what a node sends on the data network is dropped, but for packets that are too small for an answer: with
// no acknowledgement of the first request TCP might keep the next one back.
constexpr char kMute[] =
    "dev=$(ip -o -4 route get 10.77.0.4 | grep -o 'dev [^ ]*') && tc qdisc add $dev root handle 1: prio && "
    "tc qdisc add $dev parent 1:3 netem loss 100% && "
    "tc filter add $dev parent 1: prio 1 protocol ip u32 match u16 0 0xff80 at 2 flowid 1:1 && "
    "tc filter add $dev parent 1: prio 2 protocol ip u32 match u32 0 0 flowid 1:3";

// Requests that were done and are on the disk, but whose answers never left the MDS before it lost its power, are not
// done again.
TEST_F(RecoveryTest, AnswersAreLost) {
    const std::pair<const char *, const char *> steps[] = {
        {"made", "mkdir lost1/dir"}, {"moved", "mv lost2/old lost2/new"}, {"gone", "rm lost3/old"}};
    const std::string look =
        "sync; d=/dev/disk/by-id/virtio-data; for i in 1 2 3; do debugfs -R \"ls /ROOT/lost$i\" $d; "
        "done 2> /dev/null | grep -oE 'dir|old|new' | xargs";
    on("client1", "mkdir lost1 lost2 lost3 && touch lost2/old lost3/old && stat lost1 lost2/old lost3/old && sync");
    node("mds1").must(kMute);
    for (const auto &[name, command] : steps)
        start("client1", name, command);
    await([&] { return node("mds1").run(look).text == "dir new\n"; });
    for (const auto &[name, command] : steps)
        EXPECT_FALSE(node("client1").run(fmt::format("test -s /tmp/{}.status", name)).ok()) << command;
    cut_power("mds1");
    give_power("mds1");
    restart("mds1");
    for (const auto &[name, command] : steps)
        EXPECT_EQ(end_of("client1", name), "0\n")
            << command << node("client1").run(fmt::format("cat /tmp/{}.out", name)).text;
    EXPECT_EQ(on("client2", "ls lost1 lost2 lost3 | xargs"), "lost1: dir lost2: new lost3:\n");
    expect_nobody_evicted();
}

// Objects that an OST had made for new files, and had not stored when it lost its power, are made again.
TEST_F(RecoveryTest, ObjectsMadeInAdvanceAreLost) {
    on("client1", "mkdir pool && for i in $(seq 300); do echo $i > pool/$i; done");
    cut_power("oss1");
    give_power("oss1");
    restart("oss1");
    on("client1", "for i in $(seq 301 350); do echo $i > pool/$i; done; sync pool/350");
    EXPECT_EQ(on("client2", "ls pool | wc -l; cat pool/* | sort -n | md5sum"),
              "350\n" + node("client1").must("seq 350 | md5sum"));
    expect_nobody_evicted();
}

// What was written past the cache is the program's memory again at once, which a replay must not look at.
TEST_F(RecoveryTest, DirectWritesAreReplayedAsTheyWere) {
    node("client1").must("head -c 20M /dev/urandom > /tmp/data");
    on("client1", "dd if=/tmp/data of=direct bs=1M oflag=direct status=none");
    crash("oss1");
    restart("oss1");
    EXPECT_EQ(on("client2", "md5sum < direct"), node("client1").must("md5sum < /tmp/data"));
    expect_nobody_evicted();
}

}  // namespace
}  // namespace sheen::vm
