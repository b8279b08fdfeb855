// SPDX-License-Identifier: GPL-2.0
// Two stock clients use a Sheen file system.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "interop_fixture.h"
#include "process.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

constexpr char kPart[] = "/mnt/tree/arch/arm64";  // of the header tree
constexpr long kBigBytes = 256L << 20;
constexpr int kNames = 5000;  // emulated nodes make about 100 files a second
constexpr auto kIdle = 60s;
constexpr auto kLongLimit = 10min;

// Text without an end in which every line is another one: misplaced data shows.
std::string numbers(long bytes) {
    return fmt::format("seq 1 999999999 2>/dev/null | head -c {}", bytes);
}

class StockClientTest : public InteropTest {
protected:
    void start_stock() { start_with(FileSystem::clients(), {"client1", "client2"}); }

    void unmount_clients() {
        for (const std::string &client : FileSystem::clients())
            files_->unmount(client);
    }

    // A command that may take long under emulation.
    std::string on_long(const std::string &name, const std::string &command) {
        RunOptions options;
        options.timeout = kLongLimit;
        return node(name).must(fmt::format("cd {} && {}", FileSystem::kMountPoint, command), options);
    }

    void check_tree();
    void check_big_file();
    void check_statfs();
    void check_names();
    void check_many_names();
    void check_attributes();
    void check_sizes();
    void check_direct_io();
    void check_unlinked_while_open();
};

void StockClientTest::check_tree() {
    mount_tree();
    on_long("client1",
            fmt::format("cp -a {} tree && ln -s ../big tree/link && ln -s nowhere tree/dangling && sync", kPart));
    EXPECT_EQ(on("client2", "readlink tree/link tree/dangling"), "../big\nnowhere\n");
    on("client2", "rm tree/link tree/dangling");
    expect_same(kPart, "client2", "/mnt/sheen/tree");
}

void StockClientTest::check_big_file() {
    const std::string expected = check({"sh", "-c", numbers(kBigBytes) + " | md5sum"});
    on_long("client1", fmt::format("lfs setstripe -c 2 big && {} > big", numbers(kBigBytes)));
    EXPECT_EQ(on("client1", "echo $(lfs getstripe -c big)"), "2\n");
    EXPECT_EQ(on_long("client2", "md5sum < big"), expected);
    EXPECT_EQ(on("client2", "stat -c %s big"), fmt::format("{}\n", kBigBytes));
}

void StockClientTest::check_statfs() {
    const std::string text = on("client1", "lfs df");
    for (const char *target : {"sheen[MDT:0]", "sheen[OST:0]", "sheen[OST:1]", "filesystem_summary"})
        EXPECT_NE(text.find(target), std::string::npos) << target << " is not in:\n" << text;
    // Two disks of 2 GiB, without what ext4 needs.
    const long blocks = std::stol(on("client1", "stat -f -c '%b * %S' . | sed 's/.*/echo $((&))/' | sh"));
    EXPECT_GT(blocks, 3L << 30);
    EXPECT_LT(blocks, 4L << 30);
}

void StockClientTest::check_names() {
    on("client1", "mkdir d && echo one > d/f && ln d/f d/hard && ln -s f d/soft");
    EXPECT_EQ(on("client2", "cat d/f d/hard d/soft; stat -c '%h %s' d/f; readlink d/soft"), "one\none\none\n2 4\nf\n");
    on("client1",
       "chmod 600 d/f && mv d/f d/g && rm d/hard && mkdir d/e && mv d/g d/e/f && touch d/e/h && mv d/e/h d/e/f");
    EXPECT_EQ(on("client2", "find d | sort; stat -c '%a %h %s' d/e/f"), "d\nd/e\nd/e/f\nd/soft\n644 1 0\n");
    EXPECT_NE(node("client1").run("rmdir /mnt/sheen/d").status, 0);
    EXPECT_NE(node("client1").run("cat /mnt/sheen/missing").status, 0);
    on("client2", "echo here > missing");
    EXPECT_EQ(on("client1", "ls > /dev/null; cat missing"), "here\n");
    on("client2", "rm -r d missing");
    EXPECT_NE(node("client1").run("stat /mnt/sheen/d").status, 0);
    on("client1", "mkfifo p && mknod c c 1 3");
    EXPECT_EQ(on("client2", "stat -c '%F %t %T' p c; rm p c"), "fifo 0 0\ncharacter special file 1 3\n");
}

void StockClientTest::check_many_names() {
    const auto begin = std::chrono::steady_clock::now();
    on("client1", "mkdir many");
    EXPECT_EQ(on_long("client1", fmt::format("/root/probe fill many {}", kNames)), "fill ok\n");
    const std::chrono::duration<double> made = std::chrono::steady_clock::now() - begin;
    const std::string expected = fmt::format("list {} names, 0 again\n", kNames);
    EXPECT_EQ(on_long("client2", "/root/probe list many"), expected);
    EXPECT_EQ(on_long("client1", "/root/probe list many"), expected);
    fmt::print("{} files were made in {:.0f} s\n", kNames, made.count());
}

void StockClientTest::check_attributes() {
    on("client1",
       "echo x > a && chown 1000:2000 a && chmod 4755 a && touch -d '2001-02-03 04:05:06 UTC' a && "
       "setfattr -n user.color -v green a && setfattr -n trusted.shade -v dark a");
    EXPECT_EQ(on("client2", "stat -c '%u:%g %a %Y' a; getfattr -d -m 'user|trusted.shade' a | grep ="),
              "1000:2000 4755 981173106\ntrusted.shade=\"dark\"\nuser.color=\"green\"\n");
    on("client2", "setfattr -x user.color a && setfattr -n user.big -v $(head -c 3000 /dev/zero | tr '\\0' b) a");
    EXPECT_EQ(on("client1", "getfattr -d a | grep -c color; getfattr --only-values -n user.big a | wc -c"),
              "0\n3000\n");
    check_access_lists();
}

void StockClientTest::check_sizes() {
    on("client1", "lfs setstripe -c 2 -S 65536 t && seq 100000 > t");
    EXPECT_EQ(on("client2", "truncate -s 100000 t && stat -c %s t && tail -c 6 t"),
              "100000\n" + check({"sh", "-c", "seq 100000 | head -c 100000 | tail -c 6"}));
    EXPECT_EQ(on("client1", "truncate -s 300000 t && stat -c %s t && tail -c 200000 t | tr -d '\\0' | wc -c"),
              "300000\n0\n");
    EXPECT_EQ(on("client2", "truncate -s 0 t && cat t | wc -c"), "0\n");
    EXPECT_EQ(on("client1", "echo end >> t; cat t"), "end\n");
}

void StockClientTest::check_direct_io() {
    on("client1",
       "lfs setstripe -c 2 -S 65536 s && head -c 4M /dev/urandom > /tmp/data && "
       "dd if=/tmp/data of=s bs=1M oflag=direct conv=notrunc status=none && cmp s /tmp/data");
    EXPECT_EQ(on("client2", "dd if=s bs=512k iflag=direct status=none | md5sum"),
              node("client1").must("md5sum < /tmp/data"));
    check_cached_and_direct();
}

void StockClientTest::check_unlinked_while_open() {
    on("client1", "echo kept > u");
    on("client2",
       "(exec 3< u; touch u.open; /root/probe wait u.gone; cat <&3 > /tmp/late; touch u.read) > /dev/null 2>&1 &");
    EXPECT_EQ(on("client1", "/root/probe wait u.open && rm u && touch u.gone && /root/probe wait u.read"),
              "wait ok\nwait ok\n");
    EXPECT_EQ(node("client2").must("cat /tmp/late"), "kept\n");
    EXPECT_NE(node("client2").run("stat /mnt/sheen/u").status, 0);
}

TEST_F(StockClientTest, CopiesComparesRemountsAndUnloads) {
    start_stock();
    check_tree();
    check_big_file();
    check_statfs();
    unmount_clients();
    files_->mount("client2");
    EXPECT_EQ(on("client2", "ls"), "big\ntree\n");
    expect_same(kPart, "client2", "/mnt/sheen/tree");
    files_->unmount("client2");
    for (const std::string &client : FileSystem::clients())
        unload_stock_client(node(client));
    files_->stop_servers();
}

TEST_F(StockClientTest, DoesWhatProgramsExpect) {
    start_stock();
    check_names();
    check_attributes();
    check_sizes();
    check_direct_io();
    check_unlinked_while_open();
    check_mappings();
    check_appends();
    check_record_locks();
    check_flock();
    unmount_clients();
}

TEST_F(StockClientTest, ManyNamesAndAnIdleTime) {
    start_stock();
    check_many_names();
    std::this_thread::sleep_for(kIdle);
    EXPECT_EQ(on_long("client2", "/root/probe list many"), fmt::format("list {} names, 0 again\n", kNames));
    on_long("client1", "rm -r many && echo awake > f");
    EXPECT_EQ(on("client2", "ls; cat f"), "f\nawake\n");
    unmount_clients();
}

}  // namespace
}  // namespace sheen::vm
