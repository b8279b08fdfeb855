// SPDX-License-Identifier: GPL-2.0
// Rules of the configuration database that hold between services.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "lib/config_db.h"

namespace sheen {

namespace {

using Classes = std::vector<std::string_view>;

/// What a reference of a role may point to; the role "target" depends on who refers.
const std::map<std::string_view, Classes> kRoleClasses = {
    {"profile", {"profile"}},
    {"ldlm", {"ldlm"}},
    {"network", {"network"}},
    {"routetbl", {"routetbl"}},
    {"mdsdev", {"mdsdev"}},
    {"osd", {"osd"}},
    {"mgmt", {"mgmt"}},
    {"cobd", {"cobd"}},
    {"cmobd", {"cmobd"}},
    {"gkd", {"gkd"}},
    {"gks", {"gks"}},
    {"mountpoint", {"mountpoint"}},
    {"echoclient", {"echoclient"}},
    {"active", {"mdsdev", "osd", "mgmt", "gkd"}},
    {"target", {"mds", "ost", "gks"}},
    {"node", {"node"}},
    {"lovconfig", {"lovconfig"}},
    {"lov", {"lov"}},
    {"filesystem", {"filesystem"}},
    {"mds", {"mds", "lmv", "cobd"}},
    {"obd", {"lov", "ost", "cobd"}},
    {"lmv", {"lmv"}},
    {"client", {"lov"}},
};

class Checker {
public:
    explicit Checker(const ConfigDb &db) : db_(db) {}

    Result<> Run() {
        // Updates tell of services that may be gone.
        for (const auto &child : db_.root().children)
            if (child->tag != "update")
                if (Result<> done = References(*child, *child); !done)
                    return done;
        for (const Element *node : db_.Class("node"))
            if (Result<> done = Node(*node); !done)
                return done;
        for (std::string_view cls : {"mdsdev", "osd"})
            for (const Element *device : db_.Class(cls))
                if (Result<> done = Device(*device); !done)
                    return done;
        for (std::string_view cls : {"mds", "ost"})
            for (const Element *target : db_.Class(cls))
                if (Result<> done = Target(*target); !done)
                    return done;
        return {};
    }

private:
    static Error Broken(const Element &service, std::string what) {
        return Error{kBadConfig, fmt::format("<{}> {}: {}", service.tag, service.name(), what), ""};
    }

    /// Rule 1: every reference resolves, and to something that fits its role.
    Result<> References(const Element &service, const Element &element) {
        for (const auto &child : element.children) {
            const Element &owner = IsServiceTag(child->tag) ? *child : service;
            std::string_view tag = child->tag;

            if (tag.ends_with("_ref"))
                if (Result<> done = Reference(service, *child, tag.substr(0, tag.size() - 4)); !done)
                    return done;
            if (tag == "lov_tgt" && !child->Value("uuidref").empty() && !db_.FindUuid(child->Value("uuidref")))
                return Broken(service,
                              fmt::format("lov_tgt refers to {}, which does not exist", child->Value("uuidref")));
            if (Result<> done = References(owner, *child); !done)
                return done;
        }
        return {};
    }

    Result<> Reference(const Element &service, const Element &ref, std::string_view role) {
        std::string uuid = ref.Value("uuidref");
        const Element *found = db_.FindUuid(uuid);

        if (!found)
            return Broken(service, fmt::format("{} refers to {}, which does not exist", ref.tag, uuid));
        auto classes = kRoleClasses.find(role);
        if (classes == kRoleClasses.end())
            return {};
        if (std::find(classes->second.begin(), classes->second.end(), found->tag) == classes->second.end())
            return Broken(service, fmt::format("{} refers to {}, which is a <{}>", ref.tag, uuid, found->tag));
        return {};
    }

    /// Rules 2 and 5: a node has a profile, and networks are both inside of it and listed in the profile.
    Result<> Node(const Element &node) {
        std::unordered_set<std::string> listed, inside;

        if (node.Refs("profile").empty())
            return Broken(node, "has no profile_ref");
        for (const std::string &uuid : node.Refs("profile")) {
            const Element *profile = db_.FindUuid(uuid);
            for (const auto &child : profile->children)
                if (child->tag.ends_with("_ref"))
                    in_profile_.emplace(child->Value("uuidref"), &node);
            for (const std::string &network : profile->Refs("network"))
                listed.insert(network);
        }
        for (const auto &child : node.children)
            if (child->tag == "network")
                inside.insert(child->uuid());
        for (const std::string &uuid : listed)
            if (!inside.contains(uuid))
                return Broken(node, fmt::format("its profile lists network {}, which is not inside the node", uuid));
        for (const std::string &uuid : inside)
            if (!listed.contains(uuid))
                return Broken(node, fmt::format("network {} is missing in its profile", uuid));
        return {};
    }

    /// Rule 3: a device names one node and one target, and the profile of that node lists it.
    Result<> Device(const Element &device) {
        std::vector<std::string> nodes = device.Refs("node"), targets = device.Refs("target");
        const char *wanted = device.tag == "osd" ? "ost" : "mds";

        if (nodes.size() != 1 || targets.size() != 1)
            return Broken(device, "needs exactly one node_ref and one target_ref");
        if (db_.FindUuid(targets[0])->tag != wanted)
            return Broken(device, fmt::format("target {} is not an <{}>", targets[0], wanted));
        auto profile = in_profile_.find(device.uuid());
        if (profile == in_profile_.end() || profile->second->uuid() != nodes[0])
            return Broken(device, fmt::format("is missing in the profile of node {}", nodes[0]));
        homes_[targets[0]].insert(device.uuid());
        return {};
    }

    /// Rule 4: the active device of a target is one of its homes.
    Result<> Target(const Element &target) {
        std::vector<std::string> active = target.Refs("active");

        if (active.size() > 1)
            return Broken(target, "has more than one active_ref");
        for (const std::string &uuid : active)
            if (!homes_[target.uuid()].contains(uuid))
                return Broken(target, fmt::format("active device {} is not one of its devices", uuid));
        return {};
    }

    const ConfigDb &db_;
    std::unordered_map<std::string, const Element *> in_profile_;             // uuid of a service -> node
    std::unordered_map<std::string, std::unordered_set<std::string>> homes_;  // target -> devices
};

}  // namespace

Result<> CheckRules(const ConfigDb &db) {
    return Checker(db).Run();
}

}  // namespace sheen
