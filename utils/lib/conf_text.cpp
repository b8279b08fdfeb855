// SPDX-License-Identifier: GPL-2.0
#include "lib/conf_text.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "lib/strings.h"

namespace sheen {

namespace {

constexpr size_t kMaxFsname = 8;
constexpr int64_t kMinStripe = 65536;  // what clients insist on
constexpr int64_t kMaxStripe = INT64_C(0xffff0000);
constexpr std::string_view kMtimeComment = "# mtime ";

Error Bad(std::string what, std::string hint = "") {
    return Error{kBadConfig, std::move(what), std::move(hint)};
}

std::string StripHash(std::string_view line) {
    return std::string(Trim(line.substr(0, line.find('#'))));
}

std::vector<std::vector<std::string>> ConfWords(std::string_view text) {
    std::vector<std::vector<std::string>> lines;

    for (const std::string &line : Split(text, '\n'))
        if (std::vector<std::string> words = SplitBlanks(StripHash(line)); !words.empty())
            lines.push_back(std::move(words));
    return lines;
}

Result<std::string> LovLine(const Element &lov) {
    int64_t size = lov.Number("stripesize"), count = lov.Number("stripecount");

    if (size < kMinStripe || size % kMinStripe || size > kMaxStripe)
        return Bad(fmt::format("lov {}: stripe size {} is not a multiple of {}", lov.name(), lov.Value("stripesize"),
                               kMinStripe));
    if (lov.Number("stripepattern"))
        return Bad(fmt::format("lov {}: stripe pattern {} is not supported", lov.name(), lov.Value("stripepattern")));
    // The configuration says 0 for "all OSTs", the MGS says -1; without an offset files begin on any OST.
    int64_t offset = lov.Value("stripeoffset").empty() ? -1 : lov.Number("stripeoffset");
    return fmt::format("lov {} {} {} {} 0\n", lov.uuid(), size, count ? count : -1, offset);
}

Result<std::vector<std::string>> HomeNids(const ConfigDb &db, const Element &target,
                                          const std::vector<const Element *> &homes) {
    std::vector<std::string> nids;

    if (homes.empty())
        return Bad(fmt::format("{} {} has no device", target.tag, target.name()));
    for (const Element *home : homes) {
        Result<std::string> list = NodeNids(*db.FirstRef(*home, "node"));
        if (!list)
            return list.error();
        nids.push_back(*list);
    }
    return nids;
}

}  // namespace

bool IsFsname(std::string_view name) {
    auto good = [](char c) { return isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };

    return !name.empty() && name.size() <= kMaxFsname && std::all_of(name.begin(), name.end(), good);
}

Result<FilesystemView> FindFilesystem(const ConfigDb &db) {
    FilesystemView view{nullptr, nullptr, {}};

    if (db.Class("mds").size() != 1)
        return Bad(fmt::format("the configuration has {} metadata targets", db.Class("mds").size()),
                   "one file system with one metadata target is supported");
    view.mds = db.Class("mds").front();
    for (const Element *lov : db.Class("lov")) {
        std::vector<std::string> owners = lov->Refs("mds");
        if (std::find(owners.begin(), owners.end(), view.mds->uuid()) == owners.end())
            continue;
        if (view.lov)
            return Bad(
                fmt::format("mds {} has two volumes, {} and {}", view.mds->name(), view.lov->name(), lov->name()),
                "one lov is supported");
        view.lov = lov;
    }
    if (!view.lov)
        return Bad(fmt::format("mds {} has no lov", view.mds->name()), "add one with lmc --add lov");
    for (const std::string &uuid : view.lov->Refs("obd"))
        view.osts.push_back(db.FindUuid(uuid));
    return view;
}

Result<std::string> NetworkName(const Element &network) {
    std::string type = network.Value("nettype");
    int64_t port = network.Number("port", 988);
    std::string cluster = network.Value("clusterid");
    std::optional<int64_t> number = cluster.empty() ? 0 : ParseInt(cluster);

    if (type != "tcp")
        return Bad(fmt::format("network {}: type {} is not supported, only tcp is", network.name(), type));
    if (port != 988)
        return Bad(fmt::format("network {}: port {} is not supported, only 988 is", network.name(), port));
    if (!number || *number < 0 || *number > 65535)
        return Bad(fmt::format("network {}: cluster id {} is not a number up to 65535", network.name(), cluster));
    return *number ? fmt::format("tcp{}", *number) : "tcp";
}

Result<std::string> NodeNids(const Element &node) {
    std::vector<std::string> nids;

    for (const auto &child : node.children) {
        if (child->tag != "network")
            continue;
        Result<std::string> name = NetworkName(*child);
        if (!name)
            return name.error().In("node " + node.name());
        std::string address = child->Value("hostaddr");
        if (address.empty() || address.find('*') != std::string::npos)
            address = child->Value("nid");
        address = address.substr(0, address.find('/'));
        if (address.find('*') != std::string::npos)
            return Bad(
                fmt::format("network {}: clients cannot find a server whose NID is '{}'", child->name(), address),
                "give the node a host name or an address with lmc --nid");
        Result<Nid> nid = ParseNid(address.find('@') == std::string::npos ? address + "@" + *name : address);
        if (!nid)
            return nid.error().In("network " + child->name());
        nids.push_back(nid->Text());
    }
    if (nids.empty())
        return Bad(fmt::format("node {} has no network", node.name()));
    return Join(nids, ",");
}

Result<std::vector<std::string>> TargetNids(const ConfigDb &db, const Element &target) {
    const Element *active = db.FirstRef(target, "active");
    std::vector<const Element *> homes;

    if (active)
        homes.push_back(active);
    for (const Element *device : db.Class(target.tag == "mds" ? "mdsdev" : "osd"))
        if (device != active && device->Refs("target").front() == target.uuid())
            homes.push_back(device);
    return HomeNids(db, target, homes);
}

Result<std::string> BuildConfText(const ConfigDb &db, const std::string &fsname, int64_t timeout) {
    Result<FilesystemView> view = FindFilesystem(db);
    std::string text = "sheen-config 1\n";

    if (!view)
        return view.error();
    if (std::string mtime = db.root().Value("mtime"); ParseInt(mtime))
        text += fmt::format("{}{}\n", kMtimeComment, mtime);
    text += fmt::format("fsname {}\n", fsname);
    Result<std::string> lov = LovLine(*view->lov);
    if (!lov)
        return lov;
    text += *lov;
    // Homes of all targets in one pass, since a volume may have hundreds. They stand in the order in which they were
    // added: a target that moves does not change what the MGS holds.
    std::unordered_map<std::string, std::vector<const Element *>> homes;
    for (const char *cls : {"mdsdev", "osd"})
        for (const Element *device : db.Class(cls))
            homes[device->Refs("target").front()].push_back(device);
    auto line = [&](const char *kind, size_t index, const Element &target) -> Result<std::string> {
        Result<std::vector<std::string>> nids = HomeNids(db, target, homes[target.uuid()]);
        if (!nids)
            return nids.error();
        return fmt::format("{} {} {} {}\n", kind, index, target.uuid(), Join(*nids, " "));
    };
    Result<std::string> mdt = line("mdt", 0, *view->mds);
    if (!mdt)
        return mdt;
    text += *mdt;
    for (size_t index = 0; index < view->osts.size(); index++) {
        Result<std::string> ost = line("ost", index, *view->osts[index]);
        if (!ost)
            return ost;
        text += *ost;
    }
    if (timeout)
        text += fmt::format("timeout {}\n", timeout);
    return text;
}

Result<std::string> ResolveConfText(std::string_view text, const Resolver &resolver) {
    std::string resolved;

    for (const std::string &line : Split(text, '\n')) {
        std::vector<std::string> words = SplitBlanks(line);
        if (words.size() > 3 && (words[0] == "mdt" || words[0] == "ost")) {
            for (size_t i = 3; i < words.size(); i++) {
                Result<std::string> list = ResolveNidList(words[i], resolver);
                if (!list)
                    return list;
                words[i] = *list;
            }
            resolved += Join(words, " ") + "\n";
        } else if (!line.empty()) {
            resolved += line + "\n";
        }
    }
    return resolved;
}

bool SameConf(std::string_view a, std::string_view b) {
    return ConfWords(a) == ConfWords(b);
}

int64_t ConfMtime(std::string_view text) {
    for (const std::string &line : Split(text, '\n'))
        if (line.starts_with(kMtimeComment))
            return ParseInt(Trim(std::string_view(line).substr(kMtimeComment.size()))).value_or(0);
    return 0;
}

}  // namespace sheen
