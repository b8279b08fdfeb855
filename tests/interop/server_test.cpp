// SPDX-License-Identifier: GPL-2.0
// Sheen's client on stock servers.
#include <fmt/format.h>

#include "interop_fixture.h"

namespace sheen::vm {
namespace {

class StockServerTest : public InteropTest {
protected:
    void SetUp() override {
        InteropTest::SetUp();
        if (!have_stock_servers())
            GTEST_SKIP() << "needs stock servers: server/ in the folder of --oracle; see docs/interop.md";
    }

    void check_progressive_layouts();
    void check_growing_layout();
    void check_layouts_that_are_not_supported();
    std::string fails_with(const std::string &client, const std::string &command);
};

// A file that grows into components which have no objects until then, written by Sheen and read by the stock client,
// and the other way round.
void StockServerTest::check_progressive_layouts() {
    on("client1", "mkdir pfl && lfs setstripe -E 1M -c 1 -E 4M -c 2 -S 256K -E eof -c 2 pfl");
    on("client2", "head -c 9000001 /dev/urandom > /tmp/data");
    const std::string sum = node("client2").must("md5sum < /tmp/data");
    on("client2", "cp /tmp/data pfl/whole; head -c 100000 /tmp/data > pfl/part");
    EXPECT_EQ(on("client1",
                 "lfs getstripe pfl/whole | grep -c 'lcme_flags: *init'; "
                 "lfs getstripe pfl/part | grep -c 'lcme_flags: *init'"),
              "3\n1\n");
    EXPECT_EQ(on("client1", "md5sum < pfl/whole; stat -c %s pfl/whole pfl/part"), sum + "9000001\n100000\n");

    on("client1", "cat pfl/whole pfl/whole > pfl/theirs");
    EXPECT_EQ(on("client2", "head -c 9000001 pfl/theirs | md5sum; tail -c 9000001 pfl/theirs | md5sum"), sum + sum);
    // Sizes, cut and grown over the ends of components.
    for (const long size : {5000000L, 1048576L, 100L, 4194305L, 0L}) {
        on("client2", fmt::format("truncate -s {} pfl/whole", size));
        EXPECT_EQ(on("client1", "stat -c %s pfl/whole"), fmt::format("{}\n", size));
    }
    on("client2", "dd if=/tmp/data of=pfl/hole bs=1M seek=6 count=1 status=none");
    EXPECT_EQ(on("client1", "stat -c %s pfl/hole; head -c 6M pfl/hole | tr -d '\\0' | wc -c"), "7340032\n0\n");
    on("client2", "dd if=/tmp/data of=pfl/direct bs=1M oflag=direct iflag=fullblock status=none");
    EXPECT_EQ(on("client1", "md5sum < pfl/direct"), sum);
}

// Both append to a file and look at it in turns while it gets its objects: what one has cached of the layout, of the
// size and of the holes does not stay.
void StockServerTest::check_growing_layout() {
    on("client1", "lfs setstripe -E 64K -c 1 -E 256K -c 1 -E eof -c 2 -S 64K grows");
    std::string expected;
    for (int i = 0; i < 12; ++i) {
        const std::string writer = i % 2 ? "client1" : "client2", reader = i % 2 ? "client2" : "client1";
        const std::string line(49999, 'a' + i);
        expected += line + "\n";
        on(writer, fmt::format("head -c 49999 /dev/zero | tr '\\0' '{}' >> grows; echo >> grows", line[0]));
        EXPECT_EQ(on(reader, "stat -c %s grows; tail -c 2 grows"), fmt::format("{}\n{}\n", expected.size(), line[0]));
    }
    EXPECT_EQ(on("client1", "cat grows"), expected);
    EXPECT_EQ(on("client2", "cat grows"), expected);
    // A mapping of a hole sees what is written there later.
    on("client1", "lfs setstripe -E 64K -c 1 -E eof -c 1 mapped && truncate -s 1M mapped");
    start_probe("client2", "open 0 mapped rw , mapped 0 524288 , note m.one , wait m.two , mapped 0 524288");
    on("client1", "/root/probe wait m.one , open 0 mapped rw , write 0 524288 4096 65 , note m.two");
    EXPECT_EQ(on("client2", "while pidof probe > /dev/null; do sleep 0.1; done; cat /tmp/out"),
              "open ok\nmapped 00\nnote 0\nwait ok\nmapped 41\n");
}

// What a command on a client says when it fails, as it must.
std::string StockServerTest::fails_with(const std::string &client, const std::string &command) {
    const auto result = node(client).run(fmt::format("cd {} && {} 2>&1", FileSystem::kMountPoint, command));
    EXPECT_NE(result.status, 0) << command;
    return result.text;
}

void StockServerTest::check_layouts_that_are_not_supported() {
    on("client1",
       "mkdir odd && cd odd && lfs setstripe -E 1M -L mdt -E eof dom && lfs mirror create -N2 mirrored && "
       "lfs setstripe --foreign=none -x 0x1234 foreign && echo text > plain");
    for (const char *file : {"dom", "mirrored", "foreign"}) {
        EXPECT_NE(fails_with("client2", fmt::format("cat odd/{}", file)).find("not supported"), std::string::npos);
        EXPECT_NE(fails_with("client2", fmt::format("dd if=/dev/zero of=odd/{} conv=notrunc count=1", file))
                      .find("not supported"),
                  std::string::npos);
    }
    EXPECT_EQ(on("client2", "ls odd; cat odd/plain; mv odd/dom odd/moved; rm odd/mirrored; ls odd"),
              "dom\nforeign\nmirrored\nplain\ntext\nforeign\nmoved\nplain\n");
    const std::string log = node("client2").must("dmesg");
    for (const char *why : {"it is mirrored", "its data is on the metadata server", "kept by another system"})
        EXPECT_NE(log.find(why), std::string::npos) << why;
}

TEST_F(StockServerTest, SheenClientsDoWhatProgramsExpect) {
    start_on_stock_servers({});
    check_what_programs_expect();
    unmount_clients();
}

TEST_F(StockServerTest, SheenClientsCopyAndCompare) {
    start_on_stock_servers({});
    check_tree();
    check_big_file();
    check_many_names();
    unmount_clients();
}

TEST_F(StockServerTest, ProgressiveLayouts) {
    start_on_stock_servers({"client1"});
    check_progressive_layouts();
    check_growing_layout();
    unmount_clients();
}

TEST_F(StockServerTest, OtherLayoutsFailAlone) {
    start_on_stock_servers({"client1"});
    check_layouts_that_are_not_supported();
    unmount_clients();
}

TEST_F(StockServerTest, StockAndSheenClientsTogether) {
    start_on_stock_servers({"client1"});
    check_two_kinds_of_clients();
    unmount_clients();
}

}  // namespace
}  // namespace sheen::vm
