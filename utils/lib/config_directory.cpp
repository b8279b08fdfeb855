// SPDX-License-Identifier: GPL-2.0
#include "lib/config_directory.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "lib/config_entries.h"

namespace sheen {

namespace {

/// An entry as a server looks at it: names in lower case, values without an order.
using Content = std::map<std::string, std::set<std::string>>;

std::string Lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return tolower(c); });
    return text;
}

Content ContentOf(const DirectoryEntry &entry) {
    Content content;

    for (const auto &[attribute, value] : entry.values)
        content[Lower(attribute)].insert(value);
    return content;
}

std::string Where(const Directory &directory, const std::string &config) {
    return fmt::format("configuration {} at {}", config, directory.url());
}

/// Adds what everything else is below, if it is not there.
Result<> AddTop(Directory *directory) {
    std::string base(kDirectorySuffix);
    Result<std::vector<DirectoryEntry>> top = directory->Search(base, Directory::Scope::kBase);

    if (!top)
        return top.error();
    if (!top->empty())
        return {};
    DirectoryEntry entry;
    entry.dn = base;
    entry.Add("objectClass", "lustre");
    entry.Add("fs", "lustre");
    entry.Add("lustreDesc", "Lustre Config");
    return directory->Add(entry);
}

/// Puts the active home that the directory has into the entry of a target, if the target still has it.
void KeepActive(const ConfigDb &db, const DirectoryEntry &old, DirectoryEntry *entry, std::vector<std::string> *notes) {
    std::string active = old.First("activeRef");
    const Element *device = db.FindUuid(active);

    if (!entry->Is("MDS") && !entry->Is("OST"))
        return;
    if (!device || device->Refs("target") != std::vector<std::string>{entry->First("uuid")})
        return;
    for (auto &[attribute, value] : entry->values) {
        if (!SameIgnoringCase(attribute, "activeRef") || value == active)
            continue;
        value = active;
        notes->push_back(
            fmt::format("{} stays active for {}, as the directory has it", device->name(), entry->First("lustreName")));
    }
}

/// What has to be replaced to make one entry of another.
std::vector<Directory::Change> Difference(const DirectoryEntry &old, const DirectoryEntry &entry) {
    Content before = ContentOf(old), after = ContentOf(entry);
    std::vector<Directory::Change> changes;

    for (const auto &[attribute, values] : before)
        if (!after.contains(attribute))
            changes.push_back({attribute, {}});
    for (const auto &[attribute, values] : after)
        if (auto same = before.find(attribute); same == before.end() || same->second != values)
            changes.push_back({attribute, entry.All(attribute)});
    return changes;
}

}  // namespace

Result<ConfigDb> ReadFromDirectory(Directory *directory, const std::string &config,
                                   std::vector<std::string> *warnings) {
    Result<std::vector<DirectoryEntry>> entries = directory->Search(ConfigDn(config), Directory::Scope::kSubtree);

    if (!entries)
        return entries.error();
    if (entries->empty())
        return Error{kBadConfig, fmt::format("there is no {}", Where(*directory, config)),
                     "lmc --load_ldap puts one there"};
    return FromEntries(*entries, Where(*directory, config), warnings);
}

Result<> LoadIntoDirectory(Directory *directory, const std::string &config, const ConfigDb &db,
                           std::vector<std::string> *notes) {
    std::map<std::string, DirectoryEntry> old;  // by uuid; the configuration itself is ""
    std::vector<DirectoryEntry> entries = ToEntries(db, config);
    auto key = [](const DirectoryEntry &entry) { return entry.Is("LUSTRECONFIG") ? "" : entry.First("uuid"); };

    if (Result<> done = AddTop(directory); !done)
        return done;
    Result<std::vector<DirectoryEntry>> found = directory->Search(ConfigDn(config), Directory::Scope::kSubtree);
    if (!found)
        return found.error();
    for (DirectoryEntry &entry : *found)
        old.emplace(key(entry), std::move(entry));
    // New entries come before changed ones refer to them, and old ones go last.
    std::vector<std::pair<std::string, std::vector<Directory::Change>>> changes;
    for (DirectoryEntry &entry : entries) {
        auto before = old.find(key(entry));
        if (before == old.end()) {
            if (Result<> done = directory->Add(entry); !done)
                return done;
            continue;
        }
        KeepActive(db, before->second, &entry, notes);
        changes.emplace_back(before->second.dn, Difference(before->second, entry));
        old.erase(before);
    }
    for (const auto &[dn, change] : changes)
        if (!change.empty())
            if (Result<> done = directory->Modify(dn, change); !done)
                return done;
    for (const auto &[uuid, entry] : old)
        if (Result<> done = directory->Delete(entry.dn); !done)
            return done;
    return {};
}

Result<std::vector<Switch>> PlanSwitch(const ConfigDb &db, const std::string &group, const std::string &node_name) {
    const Element *node = db.FindName("node", node_name);
    std::map<std::string, const Element *> homes;  // uuid of a target -> its device on the node
    std::vector<Switch> switches;
    bool any = false;

    if (!node)
        return Error{kBadConfig, fmt::format("no node {} in the configuration", node_name), ""};
    for (const char *cls : {"mdsdev", "osd"})
        for (const Element *device : db.Class(cls))
            if (device->Refs("node").front() == node->uuid())
                homes[device->Refs("target").front()] = device;
    for (const char *cls : {"mds", "ost"}) {
        for (const Element *target : db.Class(cls)) {
            if (target->Value("group") != group && target->name() != group)
                continue;
            any = true;
            auto home = homes.find(target->uuid());
            if (home == homes.end())
                return Error{kBadConfig, fmt::format("node {} has no device of {}", node_name, target->name()),
                             "nothing was changed"};
            const Element *active = db.FirstRef(*target, "active");
            if (active != home->second)
                switches.push_back({target->name(), target->uuid(), active ? active->name() : "none",
                                    home->second->name(), home->second->uuid()});
        }
    }
    if (!any)
        return Error{kBadConfig, fmt::format("no target is in group {}, or has this name", group), ""};
    return switches;
}

Result<> ApplySwitch(Directory *directory, const std::string &config, const Switch &change) {
    return directory->Modify(ServiceDn(config, change.target_uuid), {{"activeRef", {change.to_uuid}}});
}

}  // namespace sheen
