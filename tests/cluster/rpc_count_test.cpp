// SPDX-License-Identifier: GPL-2.0
// How many requests each operation of a client costs: what the table in docs/semantics.md says.
#include <algorithm>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "posix_fixture.h"

namespace sheen::vm {
namespace {

// An operation of the table. What comes before it is not counted.
struct Operation {
    const char *name;
    const char *before;
    const char *steps;
};

// c/ has been filled by the other client; this one knows it, and the root, but nothing in it that was not used above.
const Operation kOperations[] = {
    {"stat of a name that is not there", "", "stat c/none"},
    {"stat, nothing cached", "", "stat c/0"},
    {"stat, cached", "", "stat c/0"},
    {"open, read, close, only attributes cached", "", "open 0 c/0 r , read 0 0 100 , close 0"},
    {"open, read, close, data cached", "", "open 0 c/0 r , read 0 0 100 , close 0"},
    {"open, read, close, again and again", "",
     "open 0 c/0 r , read 0 0 100 , close 0 , open 0 c/0 r , read 0 0 100 , close 0"},
    {"read of an open file, data cached", "open 0 c/0 r , read 0 0 10", "read 0 0 100"},
    {"open, read, close, nothing cached", "", "open 0 c/1 r , read 0 0 100 , close 0"},
    {"access, nothing cached", "", "access c/2"},
    {"access, cached", "", "access c/2"},
    {"create and close", "", "open 0 empty w+creat , close 0"},
    {"create, write, close", "", "open 0 small w+creat , write 0 0 100 65 , close 0"},
    {"write to an open file that was written to", "open 0 small2 w+creat , write 0 0 10 65", "write 0 10 10 65"},
    {"open, append, close", "", "open 0 small w+append , write 0 -1 10 65 , close 0"},
    {"open, truncate to 0, write, close", "", "open 0 small w+trunc , write 0 0 10 66 , close 0"},
    {"fsync of a small file", "open 0 synced w+creat , write 0 0 10 65", "fsync 0"},
    {"truncate of a file that is not open", "stat small", "cut small 5"},
    {"chmod", "stat small", "chmod small 600"},
    {"chown", "stat small", "chown small 1"},
    {"chown of a file that was made here", "open 0 made w+creat , close 0 , stat made", "chown made 1"},
    {"utimes", "stat small", "touch small"},
    {"setxattr", "stat small", "setxattr small user.a 1"},
    {"getxattr", "stat small", "getxattr small user.a"},
    {"link", "stat small", "link small hard"},
    {"symlink", "", "symlink small soft"},
    {"readlink, nothing cached", "", "readlink c/link"},
    {"readlink, cached", "", "readlink c/link"},
    {"rename", "stat small", "rename small large"},
    {"rename onto a file", "open 0 other w+creat , close 0 , stat other , stat hard", "rename other hard"},
    {"unlink, attributes cached", "stat c/3", "unlink c/3"},
    {"unlink, nothing cached", "", "unlink c/4"},
    {"unlink of a file with cached data", "open 0 large r , read 0 0 10 , close 0", "unlink large"},
    {"mkdir", "", "mkdir dir"},
    {"rmdir", "stat dir", "rmdir dir"},
    {"listing of a directory, nothing cached", "stat c/sub", "list c/sub"},
    {"listing of a directory again", "", "list c/sub"},
    {"statfs", "", "statfs ."},
    {"fcntl lock, and unlock", "open 0 c/5 rw", "lock 0 w 0 10 , lock 0 u 0 10"},
};

class RpcCountTest : public PosixFixture {
protected:
    // One cluster for all, with names of their own.
    void operations_cost_what_the_table_says();
    void a_listing_with_attributes_costs_little();
    void caches_are_given_up();
    void kept_handles_are_closed();
    void readers_in_steps_are_followed();
    void a_container_has_little_memory();

    void SetUp() override {
        start();
        for (const std::string &client : FileSystem::clients()) {
            files_->mount(client);
            give_probe(client);
        }
    }

    // Gives up all that a client has cached.
    void forget(const std::string &client) { node(client).must("sync; echo 3 > /proc/sys/vm/drop_caches; sleep 1"); }

    // Requests of some steps, which all must succeed.
    std::string count(const Operation &op) {
        const std::string before = *op.before ? std::string(op.before) + " , " : "";
        // The first asks for what may be missing of the way there.
        const std::string out = probe("client1", "stat . , stat c , " + before + "count , " + op.steps + " , count");
        const size_t last = out.rfind("count ");
        std::string text = out.substr(last + 6);
        text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
        return text;
    }

    // Requests that client1 sends during a command, pings left out.
    int requests(const std::string &before, const std::string &command) {
        on("client1", before + "; lctl rpc_stats > /tmp/before; " + command + "; lctl rpc_stats > /tmp/after");
        return std::stoi(node("client1").must(
            "sum() { awk '$4 != \"OBD_PING\" && NR > 1 { n += $5 + $6 } END { print n }' /tmp/$1; }; "
            "echo $(($(sum after) - $(sum before)))"));
    }

    // How many files client1 has closed at the MDT.
    int closes() {
        return std::stoi(node("client1").must(
            "sleep 0.5; lctl rpc_stats | awk '$4 == \"MDS_CLOSE\" { n += $5 + $6 } END { print n + 0 }'"));
    }

    // The table: operation -> requests.
    static std::map<std::string, std::string> documented() {
        std::ifstream in(SHEEN_VM_SOURCE "/docs/semantics.md");
        std::map<std::string, std::string> rows;
        for (std::string line; std::getline(in, line);) {
            const size_t second = line.find(" | ", 2), third = line.find(" | ", second + 3);
            if (line.starts_with("| ") && third != std::string::npos)
                rows[line.substr(2, second - 2)] = line.substr(second + 3, third - second - 3);
        }
        return rows;
    }
};

void RpcCountTest::operations_cost_what_the_table_says() {
    on("client2",
       "mkdir c c/sub; for i in 0 1 2 3 4 5; do echo text > c/$i; touch c/sub/$i; done; ln -s target c/link");
    on("client1", "touch warm");
    forget("client2");
    forget("client1");
    const auto rows = documented();
    for (const Operation &op : kOperations) {
        const auto row = rows.find(op.name);
        EXPECT_EQ(count(op), row == rows.end() ? "(not in the table)" : row->second) << op.name;
    }
}

// Whoever looks at all files of a directory asks for many at once; who only lists it does not.
void RpcCountTest::a_listing_with_attributes_costs_little() {
    const int files = std::getenv("SHEEN_FULL") ? 10000 : 1000;
    const std::string nr = std::to_string(files);
    on("client2",
       "mkdir many && /root/probe fill many " + nr + " && echo text > many/7 && mkdir many/dir && ln -s x many/link");
    forget("client2");
    forget("client1");
    const std::string list = probe("client1", "stat many , count , list many , count");
    EXPECT_EQ(list.find("BATCH"), std::string::npos) << list;
    forget("client1");
    EXPECT_LE(requests("stat many > /dev/null", "ls -l --color=never many > /tmp/list"), files / 32);
    EXPECT_EQ(node("client1").must("wc -l < /tmp/list; grep ' 5 .* 7$' /tmp/list | wc -l"),
              std::to_string(files + 3) + "\n1\n");
    // What was learned is as good as if each had been asked for.
    const std::string again = probe("client1", "count , stat many/3 , stat many/7 , count");
    EXPECT_TRUE(again.ends_with("stat 0\nstat 5\ncount nothing\n")) << again;
    on("client2", "chmod 600 many/3; echo more >> many/7");
    EXPECT_EQ(on("client1", "stat -c '%a %s' many/3 many/7"), "600 0\n644 10\n");
    // Files that another client has in its cache are asked for one by one, and come out right.
    on("client2", "for i in $(seq 20); do echo $i > many/$i; done");
    forget("client1");
    EXPECT_EQ(on("client1", "ls -l many | awk '$5 > 0 && $9 ~ /^[0-9]+$/ && $9 <= 20 { n += $5 } END { print n }'"),
              "51\n");
    // So do those who go by name, as long as the names count up.
    forget("client1");
    const std::string by_name = "stat -c %s $(seq -f many/%g 30 " + std::to_string(files - 1) + ") > /tmp/sizes";
    EXPECT_LE(requests("stat many > /dev/null", by_name), files / 32);
    EXPECT_EQ(node("client1").must("grep -cx 0 /tmp/sizes"), std::to_string(files - 30) + "\n");
    on("client1", "rm -r many");
}

void RpcCountTest::caches_are_given_up() {
    on("client1", "for i in $(seq 50); do echo text > $i; done; ls -l > /dev/null");
    const std::string unused = "lctl cache_stats -mdc | awk 'NR == 2 { print $3 }'";
    EXPECT_GE(std::stoi(node("client1").must(unused)), 50);
    forget("client1");
    EXPECT_LT(std::stoi(node("client1").must(unused)), 5);
    // What was written has reached the disk; nothing is kept for a replay.
    node("client1").must(
        "for i in $(seq 20); do lctl cache_stats -osc | awk 'NR > 1 { n += $4 } END { exit n }' && exit; "
        "sleep 1; done; false");
    EXPECT_EQ(on("client1", "cat 7"), "text\n");
}

// A handle that is kept for the next reader goes with what it was opened by, and is for the same user only.
void RpcCountTest::kept_handles_are_closed() {
    const std::string read_twice = "for i in 1 2; do cat kept > /dev/null; done; ";
    const std::string refused = "! setpriv --reuid 1 --regid 1 --clear-groups cat kept 2> /dev/null";
    on("client1", "echo text > kept; chmod 600 kept; cat kept > /dev/null; " + read_twice);
    const int before = closes();
    on("client1", read_twice + refused);
    EXPECT_EQ(closes(), before);
    on("client2", "chmod 644 kept");
    EXPECT_EQ(closes(), before + 1) << "changed by another client";
    on("client1", read_twice);
    EXPECT_EQ(closes(), before + 2) << "read for the first time since it was changed, which the MDT is told";
    on("client1", "setpriv --reuid 1 --regid 1 --clear-groups cat kept > /dev/null");
    EXPECT_EQ(closes(), before + 3) << "used by another user";
    on("client2", "rm kept");
    EXPECT_EQ(closes(), before + 4) << "removed by another client";
    on("client1", "echo text > kept; cat kept > /dev/null; " + read_twice);
    const int again = closes();
    forget("client1");
    EXPECT_EQ(closes(), again + 1) << "dropped from the cache";
    on("client1", read_twice + read_twice + "rm kept");
    EXPECT_EQ(closes(), again + 3) << "one of the first reader, one with the removal";
}

// Forward and backward, with gaps and without: what lies ahead comes in few requests, and is right.
void RpcCountTest::readers_in_steps_are_followed() {
    struct Reader {
        const char *name;
        long start, step, len, count;
        int most;
    };
    constexpr long kSize = 16 << 20;
    const Reader readers[] = {
        {"forward without gaps", 0, 16384, 16384, 1024, 20},
        {"backward", kSize - 16384, -16384, 16384, 1024, 40},
        {"in steps", 0, 65536, 4096, 256, 32},
        {"in steps, unaligned", 1000, 50000, 6000, 320, 40},
        {"backward in steps", kSize - 65536, -65536, 8192, 256, 32},
    };
    on("client2", "/root/probe open 0 steps w+creat , number 0 " + std::to_string(kSize) + " , fsync 0");
    forget("client2");
    for (const Reader &r : readers) {
        const std::string read = fmt::format("/root/probe open 0 steps r , steps 0 {} {} {} {} | grep -x 'steps {}'",
                                             r.start, r.step, r.len, r.count, r.count);
        forget("client1");
        EXPECT_LE(requests("stat steps > /dev/null", read), r.most) << r.name;
    }
    on("client1", "rm steps");
}

// Who may have less memory than an OST leaves uncommitted writes and reads as much as he likes.
void RpcCountTest::a_container_has_little_memory() {
    node("client1").must(
        "mount -t cgroup2 none /sys/fs/cgroup && cd /sys/fs/cgroup && echo +memory > cgroup.subtree_control && "
        "mkdir box && echo 24M > box/memory.max");
    on("client1",
       "(echo $BASHPID > /sys/fs/cgroup/box/cgroup.procs; "
       "for i in 1 2; do seq 6000000 > numbers$i; done; sync numbers2; cat numbers1 > /dev/null)");
    EXPECT_EQ(node("client1").must("grep '^oom_kill ' /sys/fs/cgroup/box/memory.events"), "oom_kill 0\n");
    on("client1", "cmp numbers1 numbers2 && seq 6000000 | cmp - numbers1 && rm numbers1 numbers2");
}

TEST_F(RpcCountTest, RequestsAreAsFewAsDocumented) {
    operations_cost_what_the_table_says();
    a_listing_with_attributes_costs_little();
    caches_are_given_up();
    kept_handles_are_closed();
    readers_in_steps_are_followed();
    a_container_has_little_memory();
}

}  // namespace
}  // namespace sheen::vm
