// SPDX-License-Identifier: GPL-2.0
// Names, addresses, disk links, and links to what was built on the host.
#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "agent.h"

namespace sheen::vm::agent {
namespace {

class InterfaceControl {
public:
    InterfaceControl() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) { require(socket_ >= 0, "socket"); }
    ~InterfaceControl() { close(socket_); }
    InterfaceControl(const InterfaceControl &) = delete;
    InterfaceControl &operator=(const InterfaceControl &) = delete;

    void rename(const std::string &from, const std::string &to) {
        ifreq request = named(from);
        std::strncpy(request.ifr_newname, to.c_str(), IFNAMSIZ - 1);
        call(SIOCSIFNAME, request, "rename " + from);
    }

    void up(const std::string &name) {
        ifreq request = named(name);
        call(SIOCGIFFLAGS, request, "flags of " + name);
        request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
        call(SIOCSIFFLAGS, request, name + " up");
    }

    void set_mtu(const std::string &name, int bytes) {
        ifreq request = named(name);
        request.ifr_mtu = bytes;
        call(SIOCSIFMTU, request, "mtu of " + name);
    }

    void set_address(const std::string &name, const std::string &address) {
        set(name, SIOCSIFADDR, address);
        set(name, SIOCSIFNETMASK, "255.255.255.0");
    }

private:
    static ifreq named(const std::string &name) {
        ifreq request{};
        std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
        return request;
    }

    void call(unsigned long what, ifreq &request, const std::string &text) {
        require(ioctl(socket_, what, &request) == 0, text);
    }

    void set(const std::string &name, unsigned long what, const std::string &address) {
        ifreq request = named(name);
        sockaddr_in value{};
        value.sin_family = AF_INET;
        if (inet_pton(AF_INET, address.c_str(), &value.sin_addr) != 1)
            fail("bad address " + address);
        std::memcpy(&request.ifr_addr, &value, sizeof(value));
        call(what, request, "address of " + name);
    }

    int socket_;
};

void set_up_network(const BootConfig &config) {
    InterfaceControl control;
    control.up("lo");
    // The second card carries only our commands, so that tests may break the first one.
    control.rename("eth1", "ctl0");
    control.set_address("ctl0", config.control_address);
    control.up("ctl0");
    control.set_mtu("eth0", config.mtu);
    control.set_address("eth0", config.data_address);
    control.up("eth0");
}

void write_names(const BootConfig &config) {
    sethostname(config.node.c_str(), config.node.size());
    write_text("/etc/hostname", config.node + "\n");
    std::string hosts = "127.0.0.1 localhost\n";
    for (const auto &[name, address] : config.hosts)
        hosts += address + " " + name + "\n";
    write_text("/etc/hosts", hosts);
}

void link_standard_files() {
    symlink("/proc/self/fd", "/dev/fd");
    symlink("/proc/self/fd/0", "/dev/stdin");
    symlink("/proc/self/fd/1", "/dev/stdout");
    symlink("/proc/self/fd/2", "/dev/stderr");
    unlink("/etc/mtab");
    symlink("/proc/self/mounts", "/etc/mtab");
}

template <typename Visit>
void for_each_entry(const std::string &path, Visit visit) {
    DIR *directory = opendir(path.c_str());
    if (!directory)
        return;
    while (const dirent *entry = readdir(directory)) {
        if (entry->d_name[0] != '.')
            visit(std::string(entry->d_name));
    }
    closedir(directory);
}

void link_disks() {
    mkdir("/dev/disk", 0755);
    mkdir("/dev/disk/by-id", 0755);
    for_each_entry("/sys/block", [](const std::string &name) {
        const std::string text = read_text("/sys/block/" + name + "/serial");
        const std::string serial = text.substr(0, text.find('\n'));
        if (!serial.empty())
            symlink(("/dev/" + name).c_str(), ("/dev/disk/by-id/virtio-" + serial).c_str());
    });
}

// Tools lie in build/utils/TOOL or build/utils/FOLDER/TOOL.
void link_tools(const std::string &folder, int depth) {
    for_each_entry(folder, [&](const std::string &name) {
        const std::string path = folder + "/" + name;
        struct stat status {};
        if (name == "CMakeFiles" || stat(path.c_str(), &status) != 0)
            return;
        if (S_ISDIR(status.st_mode) && depth > 0)
            link_tools(path, depth - 1);
        if (!S_ISREG(status.st_mode) || !(status.st_mode & S_IXUSR))
            return;
        if (name.find(".so") != std::string::npos)
            return;
        const std::string target = (name == "lfs" ? "/usr/bin/" : "/usr/sbin/") + name;
        unlink(target.c_str());
        symlink(path.c_str(), target.c_str());
    });
}

// Links, not copies: a module rebuilt on the host is what the next modprobe loads.
void link_modules() {
    utsname kernel{};
    uname(&kernel);
    const std::string release = kernel.release;
    const std::string built = "/host/build/modules/" + release;
    const std::string extra = "/lib/modules/" + release + "/extra";
    bool any = false;
    mkdir(extra.c_str(), 0755);
    for_each_entry(built, [&](const std::string &name) {
        if (name.size() < 4 || name.compare(name.size() - 3, 3, ".ko") != 0)
            return;
        symlink((built + "/" + name).c_str(), (extra + "/" + name).c_str());
        any = true;
    });
    if (any && std::system("/sbin/depmod -a") != 0)
        say("sheen-agent: depmod failed; modprobe will not find the Sheen modules");
}

}  // namespace

void set_up_node(const BootConfig &config) {
    umask(022);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("LANG", "C.UTF-8", 1);
    link_standard_files();
    write_names(config);
    set_up_network(config);
    link_disks();
    link_tools("/host/build/utils", 1);
    link_modules();
}

}  // namespace sheen::vm::agent
