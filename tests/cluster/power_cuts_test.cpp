// SPDX-License-Identifier: GPL-2.0
// Power cuts of servers at random moments, under a mixed load that both clients do to a mirror of their own as well.
// After each, clients and mirrors are compared, disks are checked, and the MDT against the OST. SHEEN_CUTS: how many
// cuts, SHEEN_CUTS_SEED: which.
#include <fmt/ranges.h>

#include <fstream>
#include <random>

#include "recovery_fixture.h"

namespace sheen::vm {
namespace {

// load FOLDER: until there is /tmp/enough. What a file is open for while it loses its name stays readable.
constexpr char kLoad[] = R"sh(
fs=/mnt/sheen/$1; mirror=/tmp/mirror
rm -rf $fs $mirror && mkdir $fs $mirror || exit
both() { cd $fs && direct=oflag=direct && eval "$1" && cd $mirror && direct= && eval "$1"; }
for ((n = 1; ; n++)); do
    at=$((RANDOM % 500)); count=$((RANDOM % 300 + 1))
    both "mkdir d$n" || exit
    both "dd if=/tmp/data of=d$n/first bs=1k skip=$at count=$count status=none" || exit
    both "dd if=/tmp/data of=d$n/direct bs=4k skip=$n count=$((count / 8 + 1)) status=none \$direct" || exit
    [ $((n % 3)) != 0 ] || sync d$n/first d$n || exit
    both "mv d$n/first d$n/moved && ln d$n/moved d$n/linked && ln -s moved d$n/soft" || exit
    both "chmod 640 d$n/moved && truncate -s $((count * 700)) d$n/linked && echo $n >> log" || exit
    both "mv -f d$n/direct over" || exit
    exec 7> $fs/open 8< $fs/open || exit
    rm $fs/open && echo $n >&7 && read -r kept <&8 && [ "$kept" = $n ] || { echo "open file: '$kept'"; exit 1; }
    both "rm -rf d$((n - 4))" || exit
    echo $n > /tmp/new && mv /tmp/new /tmp/step
    [ ! -e /tmp/enough ] || exit 0
done
)sh";

constexpr char kContents[] =
    "find . -type f -o -type l | LC_ALL=C sort | xargs -d '\\n' stat -c '%n %A %h %s' && "
    "find . -type f -o -type l | LC_ALL=C sort | xargs -d '\\n' md5sum";

long number_of(const char *variable, long otherwise) {
    const char *text = std::getenv(variable);
    return text ? std::stol(text) : otherwise;
}

class PowerCutsTest : public RecoveryTest {
protected:
    void start_load() {
        for (const std::string &client : FileSystem::clients()) {
            node(client).must("rm -f /tmp/enough /tmp/step; [ -s /tmp/data ] || head -c 1M /dev/urandom > /tmp/data");
            node(client).push(script(), "/tmp/load");
            start(client, "work", "exec bash /tmp/load load." + client);
        }
        wait_for_steps(2);
    }

    // Until each client has done so much more.
    static void wait_for_steps(int more) {
        for (const std::string &client : FileSystem::clients()) {
            const int before = step(client);
            await([&] { return step(client) >= before + more; });
        }
    }

    static fs::path script() {
        const fs::path file = cluster_->options().run_folder / fs::path("load");
        std::ofstream(file) << kLoad;
        return file;
    }

    // Each client sees what both have done.
    void compare() {
        for (const std::string &of : FileSystem::clients()) {
            const std::string wanted = node(of).must(std::string("cd /tmp/mirror && ") + kContents);
            for (const std::string &by : FileSystem::clients())
                EXPECT_EQ(on(by, "cd load." + of + " && " + kContents), wanted) << by << " sees the work of " << of;
        }
    }

    // The list of what a target has on its disk, on the MDS.
    static std::string list_of(const std::string &server) {
        const std::string name = "/tmp/" + server + ".list";
        const fs::path copy = fs::path(cluster_->options().run_folder) / (server + ".list");
        node(server).must("lconf --cleanup --failover --node " + server +
                          " /etc/lustre/sheen.xml && mkdir -p /tmp/disk");
        node(server).must(
            fmt::format("mount -o ro {} /tmp/disk && lctl check_list /tmp/disk > {}; s=$?; "
                        "umount /tmp/disk; exit $s",
                        kDisk, name));
        node(server).pull(name, copy);
        node("mds1").push(copy, name);
        return name;
    }

    static void expect_targets_fit() {
        for (const std::string &client : FileSystem::clients())
            node(client).must("sync");
        const std::string lists = list_of("mds1") + " " + list_of("oss1");
        const Result result = node("mds1").run("lctl check " + lists);
        EXPECT_TRUE(result.ok()) << result.text;
        restart("oss1");
        restart("mds1");
    }

    static void cut(const std::vector<std::string> &servers) {
        for (const std::string &server : servers)
            node(server).power_cut();
        for (const std::string &server : servers) {
            expect_whole_disk(server);
            node(server).start();
        }
        for (const std::string &server : servers) {
            node(server).wait_ready();
            prepare(server);
        }
        for (const std::string &server : servers)
            restart(server);
    }
};

TEST_F(PowerCutsTest, OfAnyServerAtAnyMoment) {
    const std::vector<std::vector<std::string>> choice = {{"mds1"}, {"oss1"}, {"oss1", "mds1"}};
    const auto seed = static_cast<unsigned>(number_of("SHEEN_CUTS_SEED", std::random_device()()));
    std::mt19937 random(seed);
    for (long i = 1; i <= number_of("SHEEN_CUTS", 1) && !HasFailure(); ++i) {
        start_load();
        const auto &servers = choice[random() % choice.size()];
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 6000));
        std::cout << fmt::format("seed {}, cut {}: {}\n", seed, i, fmt::join(servers, " and ")) << std::flush;
        cut(servers);
        wait_for_steps(2);
        end_work();
        compare();
        expect_targets_fit();
        expect_nobody_evicted();
    }
}

}  // namespace
}  // namespace sheen::vm
