// SPDX-License-Identifier: GPL-2.0
#include "demo.h"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <vector>

#include "error.h"
#include "file_system.h"
#include "manifest.h"
#include "progress.h"

namespace sheen::vm {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using Unit = ProgressLine::Unit;

constexpr char kTreeDisk[] = "/dev/disk/by-id/virtio-tree";
constexpr char kTree[] = "/mnt/tree";
constexpr char kCopy[] = "/mnt/sheen/headers";
constexpr char kBigFile[] = "/mnt/sheen/big";
constexpr int kBigMegabytes = 512;  // MiB
constexpr auto kLongLimit = std::chrono::minutes(15);

// The big file is the nodes' root disk over and over: real data that is at hand everywhere.
std::string big_data_command(const std::string &disk) {
    return fmt::format("while cat {}; do :; done 2>/dev/null", disk);
}

class Demo {
public:
    explicit Demo(Cluster &cluster) : cluster_(cluster), files_(cluster) {}

    void boot() { cluster_.start(); }
    void configure() { files_.configure(); }
    void format() { files_.format_and_start(); }
    void mount_all() {
        for (const std::string &client : FileSystem::clients())
            files_.mount(client);
    }
    void read_source();
    void copy_tree();
    void write_big_file();
    void compare_on_client2() { compare("client2"); }
    void compare_on_client1() { compare("client1"); }
    void show();
    void unmount_all() {
        for (const std::string &client : FileSystem::clients())
            files_.unmount(client);
    }
    void cut_power();
    void restart();
    void stop() { files_.stop(); }
    void check_logs();
    void summarize() const;

private:
    void compare(const std::string &client);
    void expect_same(const std::string &what, const Manifest &expected, const Manifest &found);
    void remember(const std::string &what, std::uint64_t amount, Unit unit, Seconds time);

    Cluster &cluster_;
    FileSystem files_;
    Manifest attributes_, checksums_;  // of the tree that is copied
    std::string big_checksum_;
    std::vector<std::string> summary_;
};

struct Step {
    const char *title;
    void (Demo::*run)();
};

const Step kSteps[] = {
    {"boot the nodes", &Demo::boot},
    {"write the configuration with lmc", &Demo::configure},
    {"format and start the servers with lconf", &Demo::format},
    {"mount on both clients", &Demo::mount_all},
    {"read the source tree on client1", &Demo::read_source},
    {"copy the tree on client1", &Demo::copy_tree},
    {"write a file striped over both OSTs on client1", &Demo::write_big_file},
    {"read everything on client2 and compare", &Demo::compare_on_client2},
    {"look at the file system", &Demo::show},
    {"unmount", &Demo::unmount_all},
    {"cut the power of all three servers", &Demo::cut_power},
    {"boot and start the servers again", &Demo::restart},
    {"mount again", &Demo::mount_all},
    {"compare again, on client1", &Demo::compare_on_client1},
    {"unmount", &Demo::unmount_all},
    {"stop with lconf --cleanup and unload every module", &Demo::stop},
    {"search the kernel logs for faults and leaks", &Demo::check_logs},
};

void Demo::remember(const std::string &what, std::uint64_t amount, Unit unit, Seconds time) {
    summary_.push_back(fmt::format("{:24} {:>14}", what, rate_text(amount, unit, time)));
}

void Demo::read_source() {
    Node &client = cluster_.node("client1");
    client.must(fmt::format("mkdir -p {1} && mount -r -t erofs {0} {1}", kTreeDisk, kTree));
    attributes_ = read_attributes(client, kTree);
    ProgressLine line("read", attributes_.size(), Unit::kFiles);
    checksums_ = read_checksums(client, kTree, [&](std::size_t done) { line.update(done); });
}

void Demo::copy_tree() {
    ProgressLine line("copy", attributes_.size(), Unit::kFiles);
    std::size_t done = 0;
    std::string errors;
    RunOptions options;
    options.timeout = kLongLimit;
    // cp -v writes one line for each file, folder and link.
    options.on_output = [&](std::string_view data, bool is_error) {
        if (is_error)
            errors += data;
        for (const char c : data)
            done += !is_error && c == '\n';
        line.update(done);
    };
    const Result result = cluster_.node("client1").run(
        fmt::format("stdbuf -oL cp -av {}/. {} && sync -f {}", kTree, kCopy, kCopy), options);
    if (!result.ok())
        fail("copying failed ({}): {}", result.status, last_lines(errors, 5));
    line.finish();
    remember("copy, small files", attributes_.size(), Unit::kFiles, line.elapsed());
}

void Demo::write_big_file() {
    Node &client = cluster_.node("client1");
    client.must(fmt::format("lfs setstripe -c 2 {}", kBigFile));
    const std::uint64_t bytes = std::uint64_t(kBigMegabytes) << 20;
    ProgressLine line("write", bytes, Unit::kBytes);
    std::string errors;
    RunOptions options;
    options.timeout = kLongLimit;
    // dd writes "NUMBER bytes ..." after each carriage return.
    options.on_output = [&](std::string_view data, bool) {
        errors += data;
        const auto start = errors.rfind('\r');
        if (start != std::string::npos && errors.find(" bytes", start) != std::string::npos)
            line.update(std::strtoull(errors.c_str() + start + 1, nullptr, 10));
    };
    const Result result =
        client.run(fmt::format("({}) | dd of={} bs=1M count={} iflag=fullblock conv=fsync,notrunc "
                               "status=progress",
                               big_data_command("/dev/disk/by-id/virtio-root"), kBigFile, kBigMegabytes),
                   options);
    if (!result.ok())
        fail("writing failed ({}): {}", result.status, last_lines(errors, 5));
    line.finish();
    remember("write, 2 stripes", bytes, Unit::kBytes, line.elapsed());
    // The host computes what is expected: nothing that the nodes do can make it wrong.
    big_checksum_ = check(
        {"sh", "-c", fmt::format("({}) | head -c {} | md5sum", big_data_command(cluster_.root_disk()), bytes)});
}

void Demo::expect_same(const std::string &what, const Manifest &expected, const Manifest &found) {
    const std::vector<std::string> differ = differences(expected, found);
    if (differ.empty())
        return;
    std::string text;
    for (const std::string &line : differ)
        text += "\n  " + line;
    fail("{} differ:{}", what, text);
}

void Demo::compare(const std::string &name) {
    Node &client = cluster_.node(name);
    {
        ProgressLine line("read", checksums_.size(), Unit::kFiles);
        const Manifest found = read_checksums(client, kCopy, [&](std::size_t done) { line.update(done); });
        line.finish();
        remember("read files on " + name, checksums_.size(), Unit::kFiles, line.elapsed());
        expect_same("checksums", checksums_, found);
    }
    // After that the client has a lock on each: what it knows of them is true without asking again.
    const auto start = Clock::now();
    expect_same("attributes", attributes_, read_attributes(client, kCopy));
    remember("cached stat on " + name, attributes_.size(), Unit::kFiles, Clock::now() - start);
    const auto big_start = Clock::now();
    RunOptions options;
    options.timeout = kLongLimit;
    const std::string found = client.must(fmt::format("md5sum < {}", kBigFile), options);
    remember("read 512 MiB on " + name, std::uint64_t(kBigMegabytes) << 20, Unit::kBytes, Clock::now() - big_start);
    if (found != big_checksum_)
        fail("the checksum of {} is {}, expected {}", kBigFile, last_lines(found, 1), last_lines(big_checksum_, 1));
    fmt::print("  {} files and folders and {} MiB are the same\n", attributes_.size(), kBigMegabytes);
}

void Demo::show() {
    Node &client = cluster_.node("client1");
    const std::string commands[] = {"lfs df -h", fmt::format("lfs getstripe {}", kBigFile), "lctl device_list"};
    for (const std::string &command : commands)
        fmt::print("client1# {}\n{}\n", command, client.must(command));
    fmt::print("mds1# lctl device_list\n{}\n", cluster_.node("mds1").must("lctl device_list"));
}

void Demo::cut_power() {
    for (const std::string &server : FileSystem::servers())
        cluster_.node(server).power_cut();
}

void Demo::restart() {
    cluster_.start();
    for (const std::string &server : FileSystem::servers())
        files_.give_configuration(server);
    files_.start_servers();
}

void Demo::check_logs() {
    std::string text;
    for (const std::string &line : cluster_.kernel_log_faults())
        text += "\n  " + line;
    if (!text.empty())
        fail("kernel faults:{}", text);
}

void Demo::summarize() const {
    for (const std::string &line : summary_)
        fmt::print("  {}\n", line);
}

}  // namespace

void mount_file_system(Cluster &cluster) {
    FileSystem files(cluster);
    files.configure();
    files.format_and_start();
    for (const std::string &client : FileSystem::clients())
        files.mount(client);
}

int run_demo(Cluster &cluster) {
    Demo demo(cluster);
    const auto start = Clock::now();
    int number = 0;
    for (const Step &step : kSteps) {
        const auto step_start = Clock::now();
        fmt::print("[{:2}/{}] {}\n", ++number, std::size(kSteps), step.title);
        std::fflush(stdout);
        try {
            (demo.*step.run)();
        } catch (const Error &error) {
            fmt::print(stderr, "sheen-run: step {} ({}): {}\n", number, step.title, error.what());
            report_failure(cluster);
            return 1;
        }
        fmt::print("        {:.1f} s\n", Seconds(Clock::now() - step_start).count());
    }
    demo.summarize();
    fmt::print("all of it worked, in {:.0f} s\n", Seconds(Clock::now() - start).count());
    return 0;
}

}  // namespace sheen::vm
