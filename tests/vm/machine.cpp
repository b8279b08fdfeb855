// SPDX-License-Identifier: GPL-2.0
#include "machine.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <x86intrin.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "error.h"
#include "files.h"
#include "protocol.h"

namespace sheen::vm {
namespace {

constexpr char kEmulation[] = "tcg,thread=multi";
/*
 * A processor without what is slow to emulate: "rep movsb" (the guest copies in words), vector registers to be saved at
 * each switch, page tables of five levels, and protections that change a mode with each copy to a program.
 */
constexpr char kEmulatedCpu[] =
    "max,erms=off,fsrm=off,la57=off,smap=off,smep=off,pku=off,umip=off,avx=off,avx2=off,xsave=off";
constexpr auto kProbeLimit = std::chrono::seconds(5);

struct TscReading {
    std::chrono::steady_clock::time_point time;
    unsigned long long ticks;
};

// The two clocks at one moment: the closest of some tries, since this process may lose its processor between them.
TscReading read_tsc() {
    TscReading best{};
    auto closest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 10; ++i) {
        const auto before = std::chrono::steady_clock::now();
        const unsigned long long ticks = __rdtsc();
        const auto after = std::chrono::steady_clock::now();
        if (after - before < closest) {
            closest = after - before;
            best = {before, ticks};
        }
    }
    return best;
}

// Of the host, in kHz; an emulated guest has the same. On a busy host a guest that measures it itself may be wrong by
// far, and its time runs too fast or too slowly.
unsigned long long tsc_frequency() {
    static const unsigned long long frequency = [] {
        const TscReading start = read_tsc();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const TscReading end = read_tsc();
        const std::chrono::duration<double, std::milli> time = end.time - start.time;
        return static_cast<unsigned long long>(static_cast<double>(end.ticks - start.ticks) / time.count());
    }();
    return frequency;
}

void add_disk(Argv &argv, const Disk &disk) {
    // A host that loses power is not what we test; killing QEMU keeps what the guest wrote.
    argv.insert(argv.end(), {"-drive",
                             fmt::format("if=none,id={0},file={1},format=raw,cache=unsafe,"
                                         "aio=threads,file.locking=off,discard=unmap,readonly={2}",
                                         disk.serial, disk.file.string(), disk.read_only ? "on" : "off"),
                             "-device", fmt::format("virtio-blk-pci,drive={0},serial={0}", disk.serial)});
}

void add_network(Argv &argv, const MachineOptions &options) {
    if (options.data_tap.empty())
        return;
    // Data first: it becomes eth0.
    argv.insert(
        argv.end(),
        {"-netdev", fmt::format("tap,id=data,ifname={},script=no,downscript=no,vhost=off", options.data_tap), "-device",
         fmt::format("virtio-net-pci,netdev=data,romfile=,host_mtu={},"
                     "mac=52:54:00:77:00:{:02x}",
                     options.data_mtu, options.index),
         "-netdev",
         fmt::format("tap,id=control,ifname={},script=no,downscript=no,"
                     "vhost=off",
                     options.control_tap),
         "-device",
         fmt::format("virtio-net-pci,netdev=control,romfile=,"
                     "mac=52:54:00:78:00:{:02x}",
                     options.index)});
}

void add_share(Argv &argv, const std::string &tag, const fs::path &folder) {
    if (folder.empty())
        return;
    argv.insert(argv.end(), {"-fsdev",
                             fmt::format("local,id={},path={},security_model=none,readonly=on,"
                                         "multidevs=remap",
                                         tag, folder.string()),
                             "-device", fmt::format("virtio-9p-pci,fsdev={0},mount_tag={0}", tag)});
}

bool boots_with_kvm(const Kernel &kernel, const fs::path &initramfs) {
    const int device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (device < 0)
        return false;
    close(device);
    char folder[] = "/tmp/sheen-probe-XXXXXX";
    if (!mkdtemp(folder))
        return false;
    MachineOptions options;
    options.name = "probe";
    options.accelerator = "kvm";
    options.boot_image = kernel.boot_image;
    options.initramfs = initramfs;
    options.append = "sheen.probe";
    options.console = fs::path(folder) / "console";
    SpawnOptions how;
    how.log = fs::path(folder) / "qemu.log";
    const pid_t pid = spawn(machine_command(options), how);
    const auto deadline = std::chrono::steady_clock::now() + kProbeLimit;
    bool booted = false;
    while (!booted && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        booted = fs::exists(options.console) && read_file(options.console).find(kProbeMark) != std::string::npos;
    }
    kill(pid, SIGKILL);
    wait_for(pid);
    fs::remove_all(folder);
    return booted;
}

}  // namespace

std::string choose_accelerator(const Kernel &kernel, const fs::path &initramfs) {
    std::string boot = read_file("/proc/sys/kernel/random/boot_id");
    const fs::path answer = cached("accelerator-" + digest(boot + kernel.release), [&](const fs::path &file) {
        write_file(file, boots_with_kvm(kernel, initramfs) ? "kvm" : kEmulation);
    });
    return read_file(answer);
}

Argv machine_command(const MachineOptions &options) {
    const bool emulated = options.accelerator.rfind("tcg", 0) == 0;
    const std::string append =
        "console=ttyS0 loglevel=5 panic=-1 rdinit=/init net.ifnames=0 nowatchdog mitigations=off "
        "nokaslr tsc=reliable no_timer_check cryptomgr.notests random.trust_cpu=on " +
        (emulated ? fmt::format("tsc_early_khz={} ", tsc_frequency()) : "") + options.append;
    Argv argv = {"qemu-system-x86_64"};
    const auto add = [&argv](std::initializer_list<std::string> words) { argv.insert(argv.end(), words); };
    add({"-name", options.name + ",debug-threads=on", "-machine", "q35", "-accel", options.accelerator});
    add({"-cpu", emulated ? kEmulatedCpu : "host", "-smp", std::to_string(options.cpus)});
    add({"-m", std::to_string(options.memory_mib), "-nodefaults", "-no-user-config"});
    add({"-display", "none", "-no-reboot"});
    add({"-kernel", options.boot_image, "-initrd", options.initramfs, "-append", append});
    add({"-chardev", "file,id=console,append=on,path=" + options.console.string()});
    add({"-serial", "chardev:console"});
    for (const Disk &disk : options.disks)
        add_disk(argv, disk);
    add_network(argv, options);
    add_share(argv, "host", options.host_folder);
    add_share(argv, "share", options.share_folder);
    return argv;
}

}  // namespace sheen::vm
