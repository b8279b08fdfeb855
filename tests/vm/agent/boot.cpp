// SPDX-License-Identifier: GPL-2.0
// From the initramfs to the node's root: kernel modules, disks, overlay, 9p, switch of root.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "agent.h"

namespace sheen::vm::agent {
namespace {

constexpr char kNewRoot[] = "/new";

void make_directory(const std::string &path) {
    if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST)
        fail("mkdir " + path);
}

void mount_at(const std::string &source, const std::string &target, const char *type, unsigned long flags,
              const std::string &options) {
    make_directory(target);
    require(mount(source.c_str(), target.c_str(), type, flags, options.c_str()) == 0,
            "mount " + source + " on " + target);
}

// The harness gives each disk a serial; names like vda depend on the order of probing.
std::string find_disk(const std::string &serial) {
    DIR *directory = opendir("/sys/block");
    if (!directory)
        return "";
    std::string found;
    while (const dirent *entry = readdir(directory)) {
        const std::string name = entry->d_name;
        if (name.rfind("vd", 0) != 0)
            continue;
        std::string text = read_text("/sys/block/" + name + "/serial");
        if (text.substr(0, text.find('\n')) == serial)
            found = "/dev/" + name;
    }
    closedir(directory);
    return found;
}

std::string wait_for_disk(const std::string &serial) {
    constexpr int kTries = 500;             // 5 seconds
    constexpr useconds_t kPauseUs = 10000;  // microseconds
    for (int i = 0; i < kTries; ++i) {
        std::string disk = find_disk(serial);
        if (!disk.empty())
            return disk;
        usleep(kPauseUs);
    }
    fail("no disk with serial " + serial);
}

void mount_host_folders(const BootConfig &config) {
    // No caching: what is rebuilt on the host must be seen at once.
    const std::string options = "trans=virtio,version=9p2000.L,cache=none,msize=512000,access=any";
    const std::string root = kNewRoot;
    mount_at("host", root + "/host", "9p", MS_RDONLY, options);
    if (config.share)
        mount_at("share", root + "/share", "9p", MS_RDONLY, options);
}

void mount_volatile_folders() {
    const std::string root = kNewRoot;
    for (const char *name : {"/proc", "/sys", "/dev"}) {
        make_directory(root + name);
        require(mount(name, (root + name).c_str(), nullptr, MS_MOVE, nullptr) == 0, std::string("move ") + name);
    }
    mount_at("tmpfs", root + "/run", "tmpfs", 0, "mode=755");
    mount_at("tmpfs", root + "/tmp", "tmpfs", 0, "mode=1777");
    mount_at("tmpfs", root + "/dev/shm", "tmpfs", 0, "mode=1777");
    mount_at("devpts", root + "/dev/pts", "devpts", 0, "ptmxmode=666,mode=620");
    mount("debugfs", (root + "/sys/kernel/debug").c_str(), "debugfs", 0, nullptr);
    mount("tracefs", (root + "/sys/kernel/tracing").c_str(), "tracefs", 0, nullptr);
}

// An interrupt for each packet that has been sent is dear under emulation.
const char *module_options(const std::string &path) {
    return path.find("/virtio_net.ko") != std::string::npos ? "napi_tx=0" : "";
}

void insert_module(const std::string &path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    require(fd >= 0, "open " + path);
    const long rc = syscall(SYS_finit_module, fd, module_options(path), 0);
    const int error = errno;
    close(fd);
    unlink(path.c_str());  // the memory of the initramfs is never freed otherwise
    errno = error;
    require(rc == 0 || error == EEXIST, "load " + path);
}

}  // namespace

void mount_early() {
    mount_at("proc", "/proc", "proc", 0, "");
    mount_at("sysfs", "/sys", "sysfs", 0, "");
    make_directory("/dev");
    if (mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr) != 0 && errno != EBUSY)
        fail("mount /dev");
}

BootConfig read_boot_config() {
    BootConfig config;
    std::istringstream words(read_text("/proc/cmdline"));
    std::string word;
    while (words >> word) {
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
        if (name == "sheen.node")
            config.node = value;
        else if (name == "sheen.addr")
            config.data_address = value;
        else if (name == "sheen.ctl")
            config.control_address = value;
        else if (name == "sheen.mtu")
            config.mtu = std::atoi(value.c_str());
        else if (name == "sheen.share")
            config.share = true;
        else if (name == "sheen.probe")
            config.probe = true;
        else if (name == "sheen.hosts") {
            std::istringstream pairs(value);
            std::string pair;
            while (std::getline(pairs, pair, ',')) {
                const auto colon = pair.find(':');
                if (colon != std::string::npos)
                    config.hosts.emplace_back(pair.substr(0, colon), pair.substr(colon + 1));
            }
        }
    }
    return config;
}

void load_modules() {
    std::istringstream list(read_text("/modules.list"));
    std::string name;
    while (std::getline(list, name))
        insert_module("/modules/" + name);
}

void enter_root(const BootConfig &config) {
    make_directory("/lower");
    mount_at(wait_for_disk("root"), "/lower/root", "erofs", MS_RDONLY, "");
    mount_at(wait_for_disk("mods"), "/lower/mods", "erofs", MS_RDONLY, "");
    mount_at("tmpfs", "/upper", "tmpfs", 0, "mode=755");
    make_directory("/upper/files");
    make_directory("/upper/work");
    mount_at("overlay", kNewRoot, "overlay", 0,
             "lowerdir=/lower/mods:/lower/root,upperdir=/upper/files,workdir=/upper/work");
    mount_host_folders(config);
    mount_volatile_folders();
    require(chdir(kNewRoot) == 0, "chdir to the root");
    require(mount(".", "/", nullptr, MS_MOVE, nullptr) == 0, "move the root");
    require(chroot(".") == 0, "chroot");
    require(chdir("/") == 0, "chdir to /");
}

}  // namespace sheen::vm::agent
