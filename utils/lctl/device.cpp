// SPDX-License-Identifier: GPL-2.0
// Commands about devices and configurations.
#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/nid.h"
#include "lib/output.h"
#include "lib/root_squash.h"
#include "lib/strings.h"
#include "sheen_netlink.h"

namespace sheen::lctl {

namespace {

Result<> NeedCfgDevice(const Session &session) {
    if (session.cfg_device.empty())
        return Error{EINVAL, "no device selected", "attach one, or use cfg_device NAME"};
    return {};
}

Result<> Attach(Session *session, const Words &words) {
    Result<ObdControl *> obd = session->Obd();

    if (!obd)
        return obd.error();
    std::string name = words.size() > 2 ? words[2] : words[1];
    std::string uuid = words.size() > 3 ? words[3] : name + "_UUID";
    if (Result<> done = (*obd)->Attach(words[1], name, uuid); !done)
        return done;
    session->cfg_device = name;
    return {};
}

Result<> CfgDevice(Session *session, const Words &words) {
    std::string_view name = words[1];

    if (name.starts_with('$') || name.starts_with('%'))
        name.remove_prefix(1);
    session->cfg_device = name;
    return {};
}

Result<> SelectDevice(Session *session, const Words &words) {
    Result<Device> device = session->FindDevice(words[1]);

    if (!device)
        return device.error();
    session->device = device->name;
    fmt::print("Selected device {}\n", device->index);
    return {};
}

Result<> Setup(Session *session, const Words &words) {
    if (Result<> done = NeedCfgDevice(*session); !done)
        return done;
    Result<ObdControl *> obd = session->Obd();
    if (!obd)
        return obd.error();
    return (*obd)->Setup(session->cfg_device, Words(words.begin() + 1, words.end()));
}

Result<> Cleanup(Session *session, const Words &words) {
    uint32_t flags = 0;

    if (Result<> done = NeedCfgDevice(*session); !done)
        return done;
    for (size_t i = 1; i < words.size(); i++) {
        if (words[i] == "force")
            flags |= SHEEN_CLEANUP_FORCE;
        else if (words[i] == "failover")
            flags |= SHEEN_CLEANUP_FAILOVER;
        else
            return Error{EINVAL, fmt::format("cleanup: {}: expected force or failover", words[i]), ""};
    }
    Result<ObdControl *> obd = session->Obd();
    if (!obd)
        return obd.error();
    return (*obd)->Cleanup(session->cfg_device, flags);
}

Result<> Detach(Session *session, const Words &) {
    if (Result<> done = NeedCfgDevice(*session); !done)
        return done;
    Result<ObdControl *> obd = session->Obd();
    if (!obd)
        return obd.error();
    return (*obd)->Detach(session->cfg_device);
}

Result<> DeviceList(Session *session, const Words &) {
    Table table({{"index", "", true, 3},
                 {"status", "", false, 0},
                 {"type", "", false, 0},
                 {"name", "", false, 0},
                 {"uuid", "", false, 0},
                 {"refs", "", false, 0}});
    Result<ObdControl *> obd = session->Obd();

    if (!obd)
        return obd.error();
    Result<std::vector<Device>> devices = (*obd)->Devices();
    if (!devices)
        return devices.error();
    for (const Device &device : *devices) {
        // Scripts depend on single blanks between the words.
        if (!session->json)
            fmt::print("{:>3} {} {} {} {} {}\n", device.index, device.status, device.type, device.name, device.uuid,
                       device.refs);
        table.Add({device.index, device.status, device.type, device.name, device.uuid, device.refs});
    }
    if (session->json)
        table.Print(true);
    return {};
}

Result<> Operate(Session *session, const Words &words) {
    std::string name = session->device;
    Words arguments(words.begin() + 1, words.end());

    if (name.empty())
        return Error{EINVAL, "no device selected", "use device NAME, or --device NAME"};
    Result<ObdControl *> obd = session->Obd();
    if (!obd)
        return obd.error();
    Result<std::string> text = (*obd)->Operate(name, words[0], arguments);
    if (!text)
        return text.error();
    if (!text->empty())
        fmt::print("{}{}", *text, text->ends_with('\n') ? "" : "\n");
    return {};
}

// Commands may be abbreviated, so each operation says its full name to the kernel.
template <const char *const &operation>
Result<> RunOperation(Session *session, const Words &words) {
    Words full = words;

    full[0] = operation;
    return Operate(session, full);
}

constexpr const char *const kActivate = "activate";
constexpr const char *const kDeactivate = "deactivate";
constexpr const char *const kRecover = "recover";
constexpr const char *const kAbortRecovery = "abort_recovery";
constexpr const char *const kRecoveryStatus = "recovery_status";
constexpr const char *const kNoTransno = "notransno";
constexpr const char *const kReadonly = "readonly";

// The server knows clients by uuid, and by the addresses that names of hosts stand for.
Result<> EvictClient(Session *session, const Words &words) {
    std::string who = words[1].starts_with("nid:") ? words[1].substr(4) : words[1];

    if (who.find('@') != std::string::npos) {
        Result<std::string> resolved = ResolveNid(who);
        if (!resolved)
            return resolved.error();
        who = *resolved;
    }
    return Operate(session, {"evict_client", who});
}

Result<> RootSquash(Session *session, const Words &words) {
    Words full = {"root_squash"};

    if (words.size() > 1) {
        Result<Words> checked = RootSquashWords(words[1], Words(words.begin() + 2, words.end()));
        if (!checked)
            return Error{EINVAL, checked.error().what, checked.error().hint};
        for (const std::string &word : *checked) {
            bool is_nid = word.find('@') != std::string::npos;
            Result<std::string> resolved = is_nid ? ResolveNid(word) : word;
            if (!resolved)
                return resolved.error();
            full.push_back(*resolved);
        }
    }
    return Operate(session, full);
}

Result<> ExportList(Session *session, const Words &words) {
    Table table({{"device", "DEVICE", false, 0}, {"uuid", "CLIENT", false, 0}, {"nid", "NID", false, 0}});
    Result<ObdControl *> obd = session->Obd();

    if (!obd)
        return obd.error();
    Result<std::vector<Export>> exports = (*obd)->Exports(words.size() > 1 ? words[1] : "");
    if (!exports)
        return exports.error();
    for (const Export &client : *exports)
        table.Add({client.name, client.uuid, client.nid});
    if (session->json || !table.empty())
        table.Print(session->json);
    return {};
}

Result<> WriteConf(Session *session, const Words &words) {
    Result<std::string> text = ReadFile(words[2] == "-" ? "/dev/stdin" : words[2], SHEEN_CONF_TEXT_MAX);

    if (!text)
        return text.error();
    Result<ObdControl *> obd = session->Obd();
    if (!obd)
        return obd.error();
    return (*obd)->SetConf(words[1], *text);
}

Result<> ReadConf(Session *session, const Words &words) {
    Result<ObdControl *> obd = session->Obd();

    if (!obd)
        return obd.error();
    Result<std::string> text = (*obd)->GetConf(words[1]);
    if (!text)
        return text.error();
    fmt::print("{}{}", *text, text->ends_with('\n') ? "" : "\n");
    return {};
}

}  // namespace

const std::vector<Command> kDeviceCommands = {
    {"device_list", 0, 0, "", "devices of this node: index, status, type, name, uuid, references", DeviceList},
    {"dl", 0, 0, "", "same as device_list", DeviceList},
    {"device", 1, 1, "NUMBER | [$|%]NAME", "select the device for operations", SelectDevice},
    {"cfg_device", 1, 1, "NAME", "select the device for setup, cleanup and detach", CfgDevice},
    {"attach", 1, 3, "TYPE [NAME [UUID]]", "create a device and select it", Attach},
    {"setup", 0, kAnyNumber, "[ARGUMENT...]", "configure the selected device", Setup},
    {"cleanup", 0, 2, "[force] [failover]", "stop the selected device", Cleanup},
    {"detach", 0, 0, "", "remove the selected device", Detach},
    {"activate", 0, 0, "", "use a target again that was deactivated", RunOperation<kActivate>},
    {"deactivate", 0, 0, "", "stop using a target", RunOperation<kDeactivate>},
    {"recover", 0, 1, "[UUID]", "connect to the target again", RunOperation<kRecover>},
    {"abort_recovery", 0, 0, "", "stop waiting for clients to recover", RunOperation<kAbortRecovery>},
    {"evict_client", 1, 1, "UUID | [nid:]NID", "take all from a client of the selected target", EvictClient},
    {"notransno", 0, 0, "", "tests: the selected target tells clients of no further commit", RunOperation<kNoTransno>},
    {"readonly", 0, 0, "", "the selected target stores and answers nothing more, as if its power were cut",
     RunOperation<kReadonly>},
    {"recovery_status", 0, 0, "", "how far the recovery of the selected target is", RunOperation<kRecoveryStatus>},
    {"root_squash", 0, kAnyNumber, "[UID:GID [NID...]]", "whom an mds takes root of clients for, except at NIDs",
     RootSquash},
    {"export_list", 0, 1, "[DEVICE]", "clients that are connected to this node", ExportList},
    {"write_conf", 2, 2, "FSNAME FILE", "give the MGS the description of a file system ('-': from stdin)", WriteConf},
    {"read_conf", 1, 1, "FSNAME", "show the description that the MGS holds", ReadConf},
};

}  // namespace sheen::lctl
