// SPDX-License-Identifier: GPL-2.0
#include "interop_fixture.h"

#include <fmt/format.h>

#include <cstdlib>
#include <map>

#include "process.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongLimit = 60min;
constexpr int kRounds = 20;

// A client of this series throws the server's answer to F_GETLK away when it differs from what the kernel of its own
// node knows, and says so in the log ("Flock LR mismatch!").
constexpr char kForgetsOtherClients[] = "2.16.";

// Text without an end in which every line is another one: misplaced data shows.
std::string numbers(long bytes) {
    return fmt::format("seq 1 999999999 2>/dev/null | head -c {}", bytes);
}

}  // namespace

const Amount &InteropTest::amount() {
    static const Amount usual = {"/mnt/tree/arch/arm64", 256L << 20, 5000, 60s};
    static const Amount full = {kTree, 1L << 30, 20000, 10min};
    return std::getenv("SHEEN_FULL") ? full : usual;
}

void InteropTest::mount_client(const std::string &client, bool stock) {
    if (stock)
        install_stock_client(node(client));
    files_->mount(client, "user_xattr,flock");  // which a stock client does not do unasked
    give_probe(client);
}

void InteropTest::mount_clients(const std::set<std::string> &stock) {
    for (const std::string &client : FileSystem::clients())
        mount_client(client, stock.count(client));
    if (stock.count("client2"))
        getlk_knows_other_clients_ = !stock_version(node("client2")).starts_with(kForgetsOtherClients);
}

void InteropTest::start_on_stock_servers(const std::set<std::string> &stock) {
    boot({"mds1", "client1", "client2"});
    files_ = std::make_unique<FileSystem>(*cluster_);
    start_stock_servers(node("mds1"), FileSystem::kName);
    mount_clients(stock);
}

void InteropTest::unmount_clients() {
    for (const std::string &client : FileSystem::clients())
        files_->unmount(client);
}

std::string InteropTest::on_long(const std::string &name, const std::string &command) {
    RunOptions options;
    options.timeout = kLongLimit;
    return node(name).must(fmt::format("cd {} && {}", FileSystem::kMountPoint, command), options);
}

void InteropTest::check_pings() {
    std::map<std::string, std::string> nids;
    for (Node *node : cluster_->nodes())
        nids[node->name()] = node->must("lctl list_nids | tr -d '\\n'");
    for (Node *from : cluster_->nodes()) {
        for (const auto &[to, nid] : nids) {
            if (to == from->name())
                continue;
            const std::string seen = from->must("lctl ping " + nid);
            EXPECT_NE(seen.find(nid), std::string::npos) << from->name() << " pings " << to << ":\n" << seen;
        }
    }
}

void InteropTest::check_tree() {
    mount_tree();
    on_long("client1", fmt::format("cp -a {} tree && ln -s ../big tree/link && ln -s nowhere tree/dangling && sync",
                                   amount().tree));
    EXPECT_EQ(on("client2", "readlink tree/link tree/dangling"), "../big\nnowhere\n");
    on("client2", "rm tree/link tree/dangling");
    expect_same(amount().tree, "client2", "/mnt/sheen/tree");
}

void InteropTest::check_big_file() {
    const std::string expected = check({"sh", "-c", numbers(amount().big_bytes) + " | md5sum"});
    on_long("client1", fmt::format("lfs setstripe -c 2 big && {} > big", numbers(amount().big_bytes)));
    EXPECT_EQ(on("client1", "echo $(lfs getstripe -c big)"), "2\n");
    EXPECT_EQ(on_long("client2", "md5sum < big"), expected);
    EXPECT_EQ(on("client2", "stat -c %s big"), fmt::format("{}\n", amount().big_bytes));
}

void InteropTest::check_names() {
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

void InteropTest::check_many_names() {
    const auto begin = std::chrono::steady_clock::now();
    on("client1", "mkdir many");
    EXPECT_EQ(on_long("client1", fmt::format("/root/probe fill many {}", amount().names)), "fill ok\n");
    const std::chrono::duration<double> made = std::chrono::steady_clock::now() - begin;
    const std::string expected = fmt::format("list {} names, 0 again\n", amount().names);
    EXPECT_EQ(on_long("client2", "/root/probe list many"), expected);
    EXPECT_EQ(on_long("client1", "/root/probe list many"), expected);
    fmt::print("{} files were made in {:.0f} s\n", amount().names, made.count());
}

void InteropTest::check_attributes() {
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

void InteropTest::check_sizes() {
    on("client1", "lfs setstripe -c 2 -S 65536 t && seq 100000 > t");
    EXPECT_EQ(on("client2", "truncate -s 100000 t && stat -c %s t && tail -c 6 t"),
              "100000\n" + check({"sh", "-c", "seq 100000 | head -c 100000 | tail -c 6"}));
    EXPECT_EQ(on("client1", "truncate -s 300000 t && stat -c %s t && tail -c 200000 t | tr -d '\\0' | wc -c"),
              "300000\n0\n");
    EXPECT_EQ(on("client2", "truncate -s 0 t && cat t | wc -c"), "0\n");
    EXPECT_EQ(on("client1", "echo end >> t; cat t"), "end\n");
}

void InteropTest::check_direct_io() {
    on("client1",
       "lfs setstripe -c 2 -S 65536 s && head -c 4M /dev/urandom > /tmp/data && "
       "dd if=/tmp/data of=s bs=1M oflag=direct conv=notrunc status=none && cmp s /tmp/data");
    EXPECT_EQ(on("client2", "dd if=s bs=512k iflag=direct status=none | md5sum"),
              node("client1").must("md5sum < /tmp/data"));
    check_cached_and_direct();
}

void InteropTest::check_unlinked_while_open() {
    on("client1", "echo kept > u");
    on("client2",
       "(exec 3< u; touch u.open; /root/probe wait u.gone; cat <&3 > /tmp/late; touch u.read) > /dev/null 2>&1 &");
    EXPECT_EQ(on("client1", "/root/probe wait u.open && rm u && touch u.gone && /root/probe wait u.read"),
              "wait ok\nwait ok\n");
    EXPECT_EQ(node("client2").must("cat /tmp/late"), "kept\n");
    EXPECT_NE(node("client2").run("stat /mnt/sheen/u").status, 0);
}

void InteropTest::check_turns() {
    // Each continues what the other wrote, in its cache still, over both stripes.
    on("client1", "lfs setstripe -c 2 -S 65536 turns && mkdir names");
    std::string expected;
    for (int i = 0; i < kRounds; ++i) {
        const std::string line = std::to_string(i) + std::string(9999, 'a' + i % 26),
                          client = i % 2 ? "client2" : "client1";
        const std::string other = i % 2 ? "client1" : "client2", number = std::to_string(i);
        expected += line + "\n";
        on(client, "echo " + line + " >> turns && echo " + number + " > names/" + number);
        EXPECT_EQ(on(other, "stat -c %s turns; cat names/" + number),
                  std::to_string(expected.size()) + "\n" + number + "\n");
    }
    EXPECT_EQ(on("client1", "cat turns"), expected);
    EXPECT_EQ(on("client2", "cat turns"), expected);

    on("client2", "for i in names/*; do mv $i $i.moved; done; chmod 640 names/*; truncate -s 5 turns");
    EXPECT_EQ(on("client1", "ls names | grep -c moved; stat -c %a names/3.moved; cat turns"), "20\n640\n0aaaa");
    on("client1", "rm names/1*; setfattr -n user.color -v red turns");
    EXPECT_EQ(on("client2", "ls names | wc -l; getfattr --only-values -n user.color turns"), "9\nred");
}

void InteropTest::check_what_programs_expect() {
    check_names();
    check_attributes();
    check_sizes();
    check_direct_io();
    check_unlinked_while_open();
    check_mappings();
    check_appends();
    check_record_locks();
    check_flock();
}

void InteropTest::check_two_kinds_of_clients() {
    check_pings();
    check_turns();
    check_cached_and_direct();
    check_mappings();
    check_appends();
    check_record_locks();
    check_flock();
    check_access_lists();
}

}  // namespace sheen::vm
