// SPDX-License-Identifier: GPL-2.0
#include <sys/mount.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "lconf/machine.h"
#include "lconf/multi_mount.h"
#include "lconf/storage.h"
#include "lib/conf_text.h"
#include "lib/mount_source.h"
#include "lib/nid.h"
#include "lib/process.h"
#include "lib/strings.h"

namespace sheen::lconf {

namespace {

constexpr int kUnloadTries = 10;
constexpr auto kUnloadPause = std::chrono::milliseconds(200);

/// "tcp(md0)" with the interface, or the address where an interface has several, in place of the host name.
Result<std::string> LocalNetwork(const std::string &network) {
    size_t open = network.find('(');

    if (open == std::string::npos)
        return network;
    std::string name = network.substr(open + 1, network.size() - open - 2);
    Result<std::vector<LocalAddress>> addresses = LocalAddresses();
    if (!addresses)
        return addresses.error();
    for (const LocalAddress &local : *addresses)
        if (local.interface == name)
            return network;
    Result<std::string> address = ResolveHost(name);
    if (!address)
        return address;
    for (const LocalAddress &local : *addresses) {
        if (local.address != *address)
            continue;
        auto first = std::find_if(addresses->begin(), addresses->end(),
                                  [&](const LocalAddress &other) { return other.interface == local.interface; });
        bool is_first = first->address == *address;
        return fmt::format("{}({})", network.substr(0, open), is_first ? local.interface : *address);
    }
    return Error{EADDRNOTAVAIL, fmt::format("{} ({}) is not an address of this host", name, *address),
                 "is this the right node? see --node, and lmc --nid"};
}

class Real : public Machine {
public:
    bool ModuleLoaded(const std::string &name) override { return access(("/sys/module/" + name).c_str(), F_OK) == 0; }

    Result<> LoadModule(const std::string &name) override {
        Result<std::string> out = RunProgram({"modprobe", name}, "install kmod");
        return out ? Result<>() : out.error();
    }

    Result<> UnloadModule(const std::string &name) override {
        obd_.reset();
        lnet_.reset();
        // Threads that have just ended may hold their module for a moment longer.
        for (int tries = 0;; tries++) {
            Result<std::string> out = RunProgram({"rmmod", name}, "install kmod");
            if (out)
                return {};
            if (tries == kUnloadTries)
                return out.error();
            std::this_thread::sleep_for(kUnloadPause);
        }
    }

    bool NetworkIsUp() override {
        Result<LnetControl *> lnet = Lnet();
        if (!lnet)
            return false;
        Result<std::vector<Interface>> interfaces = (*lnet)->Interfaces();
        return interfaces && !interfaces->empty();
    }

    Result<> NetworkUp(const std::string &networks) override {
        std::vector<std::string> local;

        for (const std::string &network : Split(networks, ',')) {
            Result<std::string> name = LocalNetwork(network);
            if (!name)
                return name.error();
            local.push_back(*name);
        }
        Result<LnetControl *> lnet = Lnet();
        return lnet ? (*lnet)->Up(Join(local, ",")) : lnet.error();
    }

    Result<> NetworkDown() override {
        Result<LnetControl *> lnet = Lnet();
        return lnet ? (*lnet)->Down() : lnet.error();
    }

    Result<> CheckStorage(const Storage &storage) override { return lconf::CheckStorage(storage); }
    Result<std::string> OpenStorage(const Storage &storage, bool *made) override {
        return lconf::OpenStorage(storage, made);
    }
    Result<> CloseStorage(const Storage &storage) override { return lconf::CloseStorage(storage); }
    Result<> Format(const Storage &storage, const std::string &device) override {
        return FormatStorage(storage, device);
    }

    Result<std::vector<Device>> Devices() override {
        if (!ModuleLoaded("obd"))
            return std::vector<Device>();
        Result<ObdControl *> obd = Obd();
        if (!obd)
            return obd.error();
        return (*obd)->Devices();
    }

    Result<> Attach(const std::string &type, const std::string &name, const std::string &uuid) override {
        Result<ObdControl *> obd = Obd();
        return obd ? (*obd)->Attach(type, name, uuid) : obd.error();
    }

    Result<> Setup(const std::string &name, const std::vector<std::string> &arguments) override {
        std::vector<std::string> resolved = arguments;
        // One of its own: a channel carries one command at a time.
        Result<ObdControl> obd = ObdControl::Open();

        if (!obd)
            return obd.error();
        // NIDs of the MGS and of nodes that keep root, in the configuration by host name.
        for (size_t i = 5; i < resolved.size(); i++) {
            if (resolved[i].find('@') == std::string::npos)
                continue;
            Result<std::string> nids = ResolveNidList(resolved[i]);
            if (!nids && IsOst(&*obd, name)) {
                resolved.resize(i);
                break;
            }
            if (!nids)
                return nids.error();
            resolved[i] = *nids;
        }
        // Storage comes first, and only of targets.
        return resolved.empty() ? obd->Setup(name, resolved) : SetupTarget(&*obd, name, resolved);
    }

    Result<> Cleanup(const std::string &name, uint32_t flags) override {
        Result<ObdControl *> obd = Obd();
        return obd ? (*obd)->Cleanup(name, flags) : obd.error();
    }

    Result<> Detach(const std::string &name) override {
        Result<ObdControl *> obd = Obd();
        return obd ? (*obd)->Detach(name) : obd.error();
    }

    Result<> Operate(const std::string &name, const std::string &operation) override {
        Result<ObdControl *> obd = Obd();
        if (!obd)
            return obd.error();
        Result<std::string> text = (*obd)->Operate(name, operation, {});
        return text ? Result<>() : text.error();
    }

    Result<> SetConf(const std::string &fsname, const std::string &text) override {
        Result<std::string> resolved = ResolveConfText(text);
        if (!resolved)
            return resolved.error();
        Result<ObdControl *> obd = Obd();
        return obd ? (*obd)->SetConf(fsname, *resolved) : obd.error();
    }

    Result<> CheckConf(const std::string &fsname, const std::string &text) override;

    bool IsMounted(const std::string &path) override { return IsLustreMount(path); }

    Result<> MakeDirectory(const std::string &path) override {
        std::error_code error;
        std::filesystem::create_directories(path, error);
        return error ? SystemError(error.value(), "mkdir " + path) : Result<>();
    }

    /// mount(8) finds mount.lustre, which knows what to tell the user.
    Result<> Mount(const std::string &source, const std::string &path, const std::string &options) override {
        std::vector<std::string> words = {"mount", "-t", "lustre"};

        if (!options.empty())
            words.insert(words.end(), {"-o", options});
        words.insert(words.end(), {source, path});
        Result<std::string> out = RunProgram(words, "install util-linux");
        return out ? Result<>() : out.error();
    }

    Result<> Unmount(const std::string &path, bool force) override {
        if (umount2(path.c_str(), force ? MNT_FORCE : 0) == 0)
            return {};
        return SystemError(errno, "umount " + path, errno == EBUSY ? "close the files that are open in it" : "");
    }

private:
    /// An OST does without the MGS where the names of its nodes mean nothing: clients find it by themselves, only
    /// later.
    static bool IsOst(ObdControl *obd, const std::string &name) {
        Result<std::vector<Device>> devices = obd->Devices();
        return devices && std::any_of(devices->begin(), devices->end(), [&](const Device &device) {
                   return device.name == name && device.type == "obdfilter";
               });
    }

    Result<LnetControl *> Lnet() {
        if (!lnet_) {
            Result<LnetControl> lnet = LnetControl::Open();
            if (!lnet)
                return lnet.error();
            lnet_ = std::make_unique<LnetControl>(std::move(*lnet));
        }
        return lnet_.get();
    }

    Result<ObdControl *> Obd() {
        if (!obd_) {
            Result<ObdControl> obd = ObdControl::Open();
            if (!obd)
                return obd.error();
            obd_ = std::make_unique<ObdControl>(std::move(*obd));
        }
        return obd_.get();
    }

    /// Names the node that has the disk: while the kernel finds out whether that is so, and when it is.
    static Result<> SetupTarget(ObdControl *obd, const std::string &name, const std::vector<std::string> &arguments) {
        const std::string &disk = arguments[0];
        Result<MultiMount> protection = ReadMultiMount(disk);
        bool held = protection && protection->Held();

        if (held && CheckFree(disk))
            fmt::print(stderr, "lconf: {}: {} has not given {} up: waiting {} s to see whether it is running there\n",
                       name, protection->node, disk, 2 * protection->Patience());
        Result<> done = obd->Setup(name, arguments);
        if (done || done.error().code != EBUSY || !held)
            return done;
        return Error{
            EBUSY, fmt::format("{} is running at {}, which has {} mounted", name, protection->node, disk),
            fmt::format("stop it there with lconf --cleanup --failover, or cut the power of {}", protection->node)};
    }

    std::unique_ptr<LnetControl> lnet_;
    std::unique_ptr<ObdControl> obd_;
};

Result<> Real::CheckConf(const std::string &fsname, const std::string &text) {
    constexpr const char *kHint = "run lconf --write_conf to renew it, or start with --old_conf";
    Result<ObdControl *> obd = Obd();

    if (!obd)
        return obd.error();
    Result<std::string> held = (*obd)->GetConf(fsname);
    if (!held && held.error().code == ENOENT)
        return Error{ENOENT, fmt::format("the MGS knows no file system '{}'", fsname),
                     "run lconf --write_conf on this node first"};
    if (!held)
        return held.error();
    Result<std::string> resolved = ResolveConfText(text);
    if (!resolved)
        return resolved.error();
    if (SameConf(*held, *resolved))
        return {};
    int64_t xml_time = ConfMtime(text), mgs_time = ConfMtime(*held);
    const char *age = xml_time > mgs_time ? "older than" : xml_time < mgs_time ? "newer than" : "different from";
    return Error{
        ESTALE, fmt::format("stale configuration: what the MGS holds for '{}' is {} the XML file", fsname, age), kHint};
}

}  // namespace

std::unique_ptr<Machine> RealMachine() {
    return std::make_unique<Real>();
}

}  // namespace sheen::lconf
