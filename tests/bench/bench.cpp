// SPDX-License-Identifier: GPL-2.0
#include "bench.h"

#include <unistd.h>

#include <memory>
#include <sstream>
#include <thread>

#include "conversation.h"
#include "error.h"
#include "file_system.h"
#include "files.h"
#include "nfs_server.h"

namespace sheen::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kServer[] = "mds1", kClient[] = "client1";
constexpr char kNfsMountPoint[] = "/mnt/nfs", kNfsFolder[] = "/srv/nfs";
constexpr char kArchive[] = "/tmp/bench.tar";
constexpr auto kQuiet = std::chrono::milliseconds(300);  // after a mount, for what it leaves to the background

// The server's one disk is cut in pieces that no file system shares.
struct Piece {
    const char *name;
    int mib;
};
constexpr Piece kPieces[] = {{"meta", 512}, {"objects", 768}, {"nfs", 760}};

std::string device(const char *piece) {
    return std::string("/dev/mapper/") + piece;
}

std::string cut_disk() {
    constexpr int kSectorsPerMib = 2048;
    std::string script = "set -e; modprobe dm_mod; export DM_DISABLE_UDEV=1; ";
    int start = 0;
    for (const Piece &piece : kPieces) {
        const int sectors = piece.mib * kSectorsPerMib;
        script += fmt::format("dmsetup create {} --table '0 {} linear /dev/disk/by-id/virtio-data {}'; ", piece.name,
                              sectors, start);
        start += sectors;
    }
    return script;
}

// Puts files of the disk "tree" into an archive in memory; how many.
std::string pack_archive(int files) {
    return fmt::format(
        "set -e; mkdir -p /mnt/tree; mount -r -t erofs /dev/disk/by-id/virtio-tree /mnt/tree; cd "
        "/mnt/tree; "
        "find . -type f | LC_ALL=C sort | sed {0}q > /tmp/list; tar -cf {1} -T /tmp/list; cat {1} > /dev/null; cd /; "
        "umount /mnt/tree; wc -l < /tmp/list",
        files, kArchive);
}

class Bench {
public:
    Bench(vm::Cluster &cluster, const Plan &plan)
        : cluster_(cluster),
          plan_(plan),
          files_(cluster, {{kServer, device("meta")}, {{kServer, device("objects")}}}),
          nfs_(cluster.node(kServer), cluster.node(kClient)) {}

    Report run();

private:
    void set_up();
    void mount(std::size_t system);
    void unmount();
    void start_cold(std::size_t system);
    Sample measure_once(std::size_t system, const Row &row);
    Sample measure(std::size_t system, const Row &row);
    double host_cpu() { return cluster_.node(kServer).cpu_time() + cluster_.node(kClient).cpu_time(); }
    void tell(const Row &row, std::size_t system, const Sample &sample) const;

    static std::string folder(std::size_t system) { return system == 0 ? vm::FileSystem::kMountPoint : kNfsMountPoint; }

    // The exports share a file system: each has a folder of its own in it.
    static std::string work_folder(std::size_t system) { return folder(system) + "/" + kSystemNames[system]; }

    vm::Cluster &cluster_;
    const Plan &plan_;
    vm::FileSystem files_;
    vm::NfsServer nfs_;
    std::unique_ptr<Conversation> server_, client_;
    int mounted_ = -1;  // the system that the client has mounted
    std::size_t done_ = 0, total_ = 0;
    Clock::time_point start_;
};

void Bench::set_up() {
    cluster_.start();
    vm::Node &server = cluster_.node(kServer), &client = cluster_.node(kClient);
    server.must(cut_disk());
    files_.configure();
    files_.format_and_start();
    server.must(fmt::format("mkfs.ext4 -q {0} && mkdir -p {1} && mount {0} {1}", device("nfs"), kNfsFolder));
    nfs_.start(vm::Network::data_address(1), vm::Network::data_address(4));
    const Amounts &amounts = plan_.amounts;
    const int packed = std::stoi(client.must(pack_archive(amounts.files)));
    const std::string arguments =
        fmt::format("{} {} {} {} {} {}", amounts.names, amounts.mib, amounts.pages, amounts.passes, packed, kArchive);
    server_ = std::make_unique<Conversation>(server, arguments);
    client_ = std::make_unique<Conversation>(client, arguments);
}

void Bench::mount(std::size_t system) {
    if (system == 0) {
        files_.mount(kClient);
    } else {
        nfs_.export_folder(kNfsFolder, system == 1 ? vm::NfsServer::Promise::kSync : vm::NfsServer::Promise::kAsync);
        nfs_.mount(kNfsMountPoint);
    }
    mounted_ = static_cast<int>(system);
}

void Bench::unmount() {
    if (mounted_ < 0)
        return;
    cluster_.node(kClient).must("umount " + folder(static_cast<std::size_t>(mounted_)));
    mounted_ = -1;
}

// A new mount finds nothing in the client's caches. The server's are dropped while nobody has anything in use there.
void Bench::start_cold(std::size_t system) {
    unmount();
    client_->ask("drop");
    server_->ask("drop");
    mount(system);
    std::this_thread::sleep_for(kQuiet);
}

Sample Bench::measure_once(std::size_t system, const Row &row) {
    const std::string what = row.name + " " + work_folder(system);
    start_cold(system);
    if (row.warm)
        client_->ask("warm " + what);
    Sample sample;
    sample.host_cpu = -host_cpu();
    sample.server_cpu = -server_->ask_number("cpu");
    sample.client_cpu = -client_->ask_number("cpu");
    std::istringstream(client_->ask("run " + what)) >> sample.amount >> sample.seconds;
    if (row.changes) {
        client_->ask("sync");
        server_->ask("sync");
    }
    sample.client_cpu += client_->ask_number("cpu");
    sample.server_cpu += server_->ask_number("cpu");
    sample.host_cpu += host_cpu();
    return sample;
}

Sample Bench::measure(std::size_t system, const Row &row) {
    if (mounted_ != static_cast<int>(system)) {
        unmount();
        mount(system);
    }
    cluster_.node(kClient).must("mkdir -p " + work_folder(system));
    client_->ask("prepare " + row.name + " " + work_folder(system));
    Sample sum;
    for (int i = 0; i < row.repeats; ++i)
        sum += measure_once(system, row);
    return sum;
}

void Bench::tell(const Row &row, std::size_t system, const Sample &sample) const {
    const char *unit = row.unit == Unit::kMegabytes ? "MB" : "ops";
    fmt::print("[{:2}/{}] {:20} {:9} {:>8} {}/s {:>8} {}/CPU-s  {}\n", done_, total_, row.title, kSystemTitles[system],
               figure(sample.per(Measure::kClock), row.unit), unit, figure(sample.per(Measure::kCpu), row.unit), unit,
               time_left(done_, total_, Clock::now() - start_));
    std::fflush(stdout);
}

Report Bench::run() {
    Report report;
    report.rounds = plan_.rounds;
    report.amounts = plan_.amounts;
    report.kernel = cluster_.kernel().release;
    report.accelerator = cluster_.accelerator();
    for (const Row &row : plan_.rows)
        report.lines.push_back({row, {}});
    total_ = plan_.rows.size() * kSystems * static_cast<std::size_t>(plan_.rounds);
    set_up();
    start_ = Clock::now();
    for (int round = 0; round < plan_.rounds; ++round) {
        for (Line &line : report.lines) {
            for (std::size_t system = 0; system < kSystems; ++system) {
                line.cells[system].samples.push_back(measure(system, line.row));
                ++done_;
                tell(line.row, system, line.cells[system].samples.back());
            }
        }
    }
    unmount();
    return report;
}

}  // namespace

Report run_bench(vm::Cluster &cluster, const Plan &plan) {
    return Bench(cluster, plan).run();
}

}  // namespace sheen::bench
