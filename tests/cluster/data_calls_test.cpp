// SPDX-License-Identifier: GPL-2.0
// Where files have data: fallocate, holes, extents, copies, limits, and an OST that is full; between two clients.
#include "posix_fixture.h"

namespace sheen::vm {
namespace {

class DataCallsTest : public PosixFixture {
protected:
    void SetUp() override {
        start();
        for (const std::string &client : FileSystem::clients()) {
            files_->mount(client);
            give_probe(client);
        }
    }
    void check_space_and_holes();
    void check_copies_and_syncs();
    void check_mappings();
    void check_limits();
    void check_full_ost();
};

void DataCallsTest::check_space_and_holes() {
    // Two stripes of 64 KiB units. What is dirty in the other's cache counts, and is what comes back.
    on("client1", "lfs setstripe -c 2 -S 65536 f");
    EXPECT_EQ(probe("client1", "open 0 f rw , write 0 0 200000 97 , write 0 400000 1000 98"),
              "open ok\nwrite 200000\nwrite 1000\n");
    EXPECT_EQ(probe("client2",
                    "open 0 f rw , seek 0 data 0 , seek 0 hole 0 , seek 0 data 204800 , seek 0 hole 400000 , "
                    "seek 0 data 401000 , seek 0 hole 401000"),
              "open ok\nseek 0\nseek 200704\nseek 397312\nseek 401000\nseek ENXIO\nseek ENXIO\n");
    // A hole that one makes is one for the other, whatever that has cached.
    EXPECT_EQ(probe("client1", "open 0 f rw , read 0 60000 80000"), "open ok\nread 80000x61\n");
    EXPECT_EQ(probe("client2", "open 0 f rw , fallocate 0 3 65000 70000 , read 0 64990 20"),
              "open ok\nfallocate 0\nread 10x61 10x00\n");
    EXPECT_EQ(probe("client1", "open 0 f rw , read 0 60000 80000 , seek 0 hole 0 , seek 0 data 66000"),
              "open ok\nread 5000x61 70000x00 5000x61\nseek 65536\nseek 131072\n");
    // Zeros with space, also where the file ends now.
    EXPECT_EQ(probe("client1", "open 0 f rw , fallocate 0 16 400500 100000 , read 0 399999 2000"),
              "open ok\nfallocate 0\nread 1x00 500x62 1499x00\n");
    EXPECT_EQ(on("client2", "stat -c %s f"), "500500\n");

    // Space ahead of the data: seen by stat, and there when the data comes.
    EXPECT_EQ(probe("client1", "open 0 g rw+creat , fallocate 0 1 0 3145728 , fallocate 0 0 0 1000000"),
              "open ok\nfallocate 0\nfallocate 0\n");
    EXPECT_EQ(on("client2", "stat -c '%s %b' g"), "1000000 6144\n");
    EXPECT_EQ(probe("client2", "open 0 g rw , extents 0 , write 0 8192 4096 99"),
              "open ok\nextents 0+3145728u last\nwrite 4096\n");
    EXPECT_EQ(probe("client1", "open 0 g rw , extents 0 , extents 0 4096 4096"),
              "open ok\nextents 0+8192u 8192+4096 12288+3133440u last\nextents 4096+4096u\n");
    EXPECT_EQ(probe("client1", "open 0 g rw , fallocate 0 8 0 4096 , fallocate 0 0 5 0 , fallocate 0 2 0 4096"),
              "open ok\nfallocate EOPNOTSUPP\nfallocate EINVAL\nfallocate EOPNOTSUPP\n");
    EXPECT_EQ(on("client1", "filefrag f g | grep -c 'extents\\? found'"), "2\n");
    // A large sparse file with little in it.
    EXPECT_EQ(probe("client2",
                    "open 0 s rw+creat , write 0 1000000000000 1 1 , seek 0 data 0 , extents 0 , fallocate 0 3 0 "
                    "2000000000000 , extents 0 , seek 0 hole 0"),
              "open ok\nwrite 1\nseek 1000000000000\nextents 1000000000000+4096 last\nfallocate 0\nextents none\n"
              "seek 0\n");
    // What a mapping has stored behind the end of the file is not in it when it grows.
    EXPECT_EQ(probe("client1",
                    "open 0 e rw+creat , write 0 0 100 65 , mapped 0 200 66 , write 0 300 10 67 , read 0 0 400 , "
                    "mapped 0 400 66 , fallocate 0 0 0 500 , read 0 0 600"),
              "open ok\nwrite 100\nmapped 42\nwrite 10\nread 100x41 200x00 10x43\nmapped 42\nfallocate 0\n"
              "read 100x41 200x00 10x43 190x00\n");
    EXPECT_EQ(probe("client1", "open 0 e rw , mapped 0 600 66"), "open ok\nmapped 42\n");
    on("client1", "truncate -s 700 e");
    EXPECT_EQ(probe("client2", "open 0 e rw , read 0 300 600"), "open ok\nread 10x43 390x00\n");
    // Nor is it when the other client makes it longer, by another object, whose lock is not in the way of the page.
    on("client1", "lfs setstripe -c 2 -S 65536 m");
    EXPECT_EQ(probe("client1", "open 0 m rw , write 0 0 100 65 , mapped 0 200 66"), "open ok\nwrite 100\nmapped 42\n");
    EXPECT_EQ(probe("client2", "open 0 m w , write 0 65536 1 67"), "open ok\nwrite 1\n");
    EXPECT_EQ(on("client1", "stat -c %s m"), "65537\n");
    EXPECT_EQ(probe("client1", "open 0 m rw , read 0 0 400 , mapped 0 300 68 , fsync 0"),
              "open ok\nread 100x41 300x00\nmapped 44\nfsync 0\n");
    EXPECT_EQ(probe("client2", "open 0 m r , read 0 0 400"), "open ok\nread 100x41 200x00 1x44 99x00\n");
    // The size stays where data that was never written went, also at the end of the file.
    EXPECT_EQ(probe("client2",
                    "open 0 z rw+creat , write 0 0 65536 97 , fallocate 0 16 0 32768 , fallocate 0 16 32768 32768"),
              "open ok\nwrite 65536\nfallocate 0\nfallocate 0\n");
    EXPECT_EQ(on("client1", "stat -c %s s z"), "1000000000001\n65536\n");
}

void DataCallsTest::check_copies_and_syncs() {
    on("client1", "lfs setstripe -c 2 -S 65536 to && head -c 3000001 /dev/urandom > from && cp from /tmp/from");
    // The kernel takes the size that it knows for the end: programs look at it first, as cp does.
    on("client2", "stat from");
    EXPECT_EQ(probe("client2", "open 0 from r , open 1 to rw , copy 0 0 1 0 3000001 , copy 0 100 1 4000000 5000"),
              "open ok\nopen ok\ncopy 3000001\ncopy 5000\n");
    on("client1", "cmp -n 3000001 to /tmp/from && cmp -i 100:4000000 -n 5000 from to");
    // From and to another file system, by whatever cp takes.
    on("client1",
       "cp --sparse=always from /tmp/again && cmp /tmp/again /tmp/from && cp /tmp/from back && cmp back from");

    EXPECT_EQ(probe("client1",
                    "open 0 y rw+creat+sync , write 0 0 10000 121 , open 1 z rw+creat+dsync , write 1 1 10000 122 , "
                    "open 2 x rw+creat , write 2 5 70000 120 , rangesync 2 0 4096 , datasync 2 , write 2 9 9 57 , "
                    "syncfs 2 , fsync 2"),
              "open ok\nwrite 10000\nopen ok\nwrite 10000\nopen ok\nwrite 70000\nrangesync 0\ndatasync 0\nwrite 9\n"
              "syncfs 0\nfsync 0\n");
    // What these calls confirmed is on the disks of the OSTs, which lose power.
    for (const char *server : {"oss1", "oss2"})
        node(server).power_cut();
    for (const char *server : {"oss1", "oss2"}) {
        node(server).start();
        node(server).wait_ready();
        files_->give_configuration(server);
        files_->start_server(server);
    }
    EXPECT_EQ(probe("client2", "open 0 y r , read 0 0 10000 , open 1 z r , read 1 0 10001 , open 2 x r , read 2 0 20"),
              "open ok\nread 10000x79\nopen ok\nread 1x00 10000x7a\nopen ok\nread 5x00 4x78 9x39 2x78\n");
}

void DataCallsTest::check_mappings() {
    // A page is read into a mapping of the same file, and written from one, by who has to ask for locks for both.
    const std::string fill = "open 0 q rw+creat , write 0 0 4096 97 , write 0 4096 4096 98 , fsync 0",
                      filled = "open ok\nwrite 4096\nwrite 4096\nfsync 0\n";
    for (const char *how : {"rw", "rw+direct"}) {
        const std::string open = std::string("open 0 q ") + how + " , open 1 q rw , ";
        EXPECT_EQ(probe("client2", fill), filled);
        EXPECT_EQ(probe("client1", open + "intomap 0 0 1 1"), "open ok\nopen ok\nintomap 4096\n");
        EXPECT_EQ(probe("client2", "open 0 q r , read 0 0 9000"), "open ok\nread 8192x61\n");
        EXPECT_EQ(probe("client2", fill), filled);
        EXPECT_EQ(probe("client1", open + "frommap 0 0 1 1"), "open ok\nopen ok\nfrommap 4096\n");
        EXPECT_EQ(probe("client2", "open 0 q r , read 0 0 9000"), "open ok\nread 8192x62\n");
        // Onto itself, and back.
        EXPECT_EQ(probe("client1", open + "intomap 0 0 1 0 , frommap 0 4096 1 1"),
                  "open ok\nopen ok\nintomap 4096\nfrommap 4096\n");
        EXPECT_EQ(probe("client2", "open 0 q r , read 0 0 9000"), "open ok\nread 8192x62\n");
    }
    // What changes while it is on its way is no damage.
    EXPECT_EQ(probe("client1", "open 0 q rw , scribble 0 20"), "open ok\nscribble ok\n");
    EXPECT_EQ(on("client1", "dmesg | grep 'lost or damaged'; true"), "");
    EXPECT_EQ(probe("client1", "open 0 q rw+direct , lend 0 50"), "open ok\nlend ok\n");
}

void DataCallsTest::check_limits() {
    // An object has less than 16 TiB.
    EXPECT_EQ(probe("client1",
                    "open 0 end rw+creat , write 0 17592186040320 1 1 , write 0 17592186040319 2 2 , "
                    "truncate 0 17592186040321 , truncate 0 17592186040320 , fallocate 0 0 17592186040319 2 , "
                    "read 0 17592186040319 2 , fsync 0"),
              "open ok\nwrite EFBIG\nwrite 1\ntruncate EFBIG\ntruncate 0\nfallocate EFBIG\nread 1x02\nfsync 0\n");
    // Twice as much on two.
    on("client1", "lfs setstripe -c 2 -S 65536 end2");
    EXPECT_EQ(probe("client1", "open 0 end2 rw , write 0 20000000000000 1 1 , write 0 40000000000000 1 1"),
              "open ok\nwrite 1\nwrite EFBIG\n");
}

void DataCallsTest::check_full_ost() {
    // All but a few MiB of one OST, which no file is given from now on; its files are there already.
    on("client1", "lfs setstripe -i 0 -c 1 full && lfs setstripe -i 0 -c 1 large && lfs setstripe -i 1 -c 1 other");
    on("client1",
       "at=0; step=1024; while [ $step -ge 4 ]; do fallocate -o ${at}M -l ${step}M large 2> /dev/null && "
       "at=$((at + step)) || step=$((step / 2)); done; fallocate -p -o 0 -l 24M large");
    // Accepted or refused, not lost: what has been written is there.
    const std::string fill =
        "n=0; while head -c 1M /tmp/data >> full 2> /tmp/error; do n=$((n + 1)); [ $n -lt 100 ] || break; done; "
        "grep -c 'No space left' /tmp/error; size=$(stat -c %s full); echo $((size >= n * 1048576 && n > 4))";
    on("client1", "head -c 1M /dev/urandom > /tmp/data");
    EXPECT_EQ(on("client1", fill), "1\n1\n");
    on("client1", "sync full");
    on("client2", "[ $(stat -c %s full) = $(cat full | wc -c) ] && echo 'the end' > other && sync other && cat other");
    // What has space is written again, also through a mapping.
    EXPECT_EQ(probe("client1", "open 0 full rw , write 0 0 4096 65 , mapped 0 8192 66 , fsync 0"),
              "open ok\nwrite 4096\nmapped 42\nfsync 0\n");
    EXPECT_EQ(probe("client2", "open 0 full r , read 0 0 1 , read 0 8192 1"), "open ok\nread 1x41\nread 1x42\n");
    // With space it works again.
    on("client2", "rm large && : > full");
    on("client1", "for i in $(seq 20); do head -c 1M /tmp/data >> full || exit 1; sleep 0.2; done; sync full");
    EXPECT_EQ(on("client2", "stat -c %s full; tail -c 1M full | sha256sum"),
              "20971520\n" + node("client1").must("sha256sum < /tmp/data"));
}

TEST_F(DataCallsTest, SpaceHolesCopiesAndLimits) {
    check_space_and_holes();
    check_mappings();
    check_limits();
    check_full_ost();
    check_copies_and_syncs();
}

}  // namespace
}  // namespace sheen::vm
