// SPDX-License-Identifier: GPL-2.0
#include "lmc/editor.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lib/root_squash.h"
#include "lib/strings.h"

namespace sheen::lmc {

namespace {

constexpr std::array<std::string_view, 12> kNettypes = {"tcp", "elan", "gm",  "scimac", "openib", "iib",
                                                        "vib", "ra",   "ptl", "lo",     "lnet",   "cray_kern_nal"};
constexpr std::array<std::string_view, 4> kNettypesWithPort = {"tcp", "openib", "ra", "lnet"};
constexpr std::string_view kDefaultStripeSize = "1048576";
constexpr int64_t kMinStripeSize = 4096;
constexpr int64_t kMinFileKb = 8000;  // smallest loop file that mkfs and a journal fit into

template <class Array>
bool Contains(const Array &array, std::string_view value) {
    return std::find(array.begin(), array.end(), value) != array.end();
}

Error Bad(std::string what, std::string hint = "") {
    return Error{kBadConfig, std::move(what), std::move(hint)};
}

/// Adds objects for one command.
class Editor {
public:
    Editor(const Options &options, ConfigDb *db, std::vector<std::string> *notes)
        : o_(options), db_(*db), notes_(*notes) {}

    Result<> AddNode();
    Result<> AddNet();
    Result<> AddMds();
    Result<> AddLov();
    Result<> AddOst();
    Result<> AddMount();
    Result<> AddRoute();

private:
    struct Needed {
        const char *option;
        const std::string &value;
    };

    Result<> Require(std::initializer_list<Needed> options) const {
        for (const Needed &needed : options)
            if (needed.value.empty())
                return Bad(fmt::format("--add {} requires --{} <value>", o_.add, needed.option));
        return {};
    }

    static Result<> RequireIntegers(std::initializer_list<Needed> options) {
        for (const Needed &needed : options)
            if (!needed.value.empty() && ParseInt(needed.value).value_or(-1) < 0)
                return Bad(fmt::format("--{} {} (value must be integer)", needed.option, needed.value));
        return {};
    }

    Result<Element *> Existing(const char *cls, const std::string &name) {
        if (Element *found = db_.FindName(cls, name))
            return found;
        return Bad(fmt::format("{} {} not found", cls, name), fmt::format("add it first, with --add {}", cls));
    }

    Element *Profile(const Element &node) { return db_.FindUuid(node.Refs("profile").front()); }
    Element *CreateNode();
    Result<> SetNodeOptions(Element *node);
    Result<> CheckDevice() const;
    void SetDeviceOptions(Element *device, std::string_view default_fstype) const;
    Result<> SetRootSquash(Element *device);
    Result<Element *> FindOrAddTarget(const char *cls, const std::string &name, const std::string &uuid,
                                      const char *label, bool *created);
    Result<> AddHome(Element *target, const char *cls, const std::string &prefix, Element *node, Element **device);
    Element *CreateLov(const std::string &name, Element *mds, const std::string &size, const std::string &count,
                       const std::string &pattern);
    Result<Element *> FindVolume(Element *mds);
    Result<Element *> FindFilesystem(Element *mds, Element *obd);

    const Options &o_;
    ConfigDb &db_;
    std::vector<std::string> &notes_;
};

Element *Editor::CreateNode() {
    Element *node = db_.Add("node", o_.node);
    Element *profile = db_.Add("profile", db_.NewName("PROFILE_" + o_.node));

    node->AddRef("profile", profile->uuid());
    profile->AddRef("ldlm", db_.Class("ldlm").front()->uuid());
    return node;
}

Result<> Editor::SetNodeOptions(Element *node) {
    if (Result<> done = RequireIntegers({{"timeout", o_.timeout}}); !done)
        return done;
    auto set = [node](const char *tag, const std::string &value, const std::string &fallback = "") {
        if (!value.empty() || !fallback.empty())
            node->SetChild(tag, value.empty() ? fallback : value);
    };
    set("timeout", o_.timeout);
    set("lustreUpcall", o_.lustre_upcall, o_.upcall);
    set("portalsUpcall", o_.portals_upcall, o_.upcall);
    set("groupUpcall", o_.group_upcall);
    set("ptldebug", o_.ptldebug);
    set("subsystem", o_.subsystem);
    if (o_.router)
        node->SetAttribute("router", "1");
    return {};
}

Result<> Editor::AddNode() {
    if (Result<> done = Require({{"node", o_.node}}); !done)
        return done;
    if (db_.FindName("node", o_.node)) {
        notes_.push_back(fmt::format("node {} exists already, nothing changed", o_.node));
        return {};
    }
    if (db_.Class("ldlm").empty())
        return Bad("the configuration has no <ldlm>");
    return SetNodeOptions(CreateNode());
}

Result<> Editor::AddNet() {
    if (Result<> done = Require({{"node", o_.node}, {"nid", o_.nid}, {"nettype", o_.nettype}}); !done)
        return done;
    if (!Contains(kNettypes, o_.nettype))
        return Error{kUnknownNettype, fmt::format("unknown nettype {}", o_.nettype),
                     fmt::format("known are {}", fmt::join(kNettypes, ", "))};
    if (Result<> done = RequireIntegers({{"port", o_.port}, {"tcpbuf", o_.tcpbuf}, {"irq_affinity", o_.irq_affinity}});
        !done)
        return done;
    if (db_.Class("ldlm").empty())
        return Bad("the configuration has no <ldlm>");

    Element *node = db_.FindName("node", o_.node);
    if (!node)
        node = CreateNode();
    if (Result<> done = SetNodeOptions(node); !done)
        return done;
    Element *net = db_.Add("network", db_.NewName(fmt::format("NET_{}_{}", o_.node, o_.nettype)), node);
    net->SetAttribute("nettype", o_.nettype);
    // Shell scripts often pass \* to keep the star from the shell, and some keep the backslash.
    net->AddChild("nid", o_.nid == "\\*" ? "*" : o_.nid);
    net->AddChild("clusterid", o_.cluster_id.empty() ? "0" : o_.cluster_id);
    for (const std::string &address : o_.hostaddr)
        net->AddChild("hostaddr", address);
    if (Contains(kNettypesWithPort, o_.nettype))
        net->AddChild("port", o_.port.empty() ? "988" : o_.port);
    if (ParseInt(o_.tcpbuf).value_or(0)) {
        net->AddChild("sendmem", o_.tcpbuf);
        net->AddChild("recvmem", o_.tcpbuf);
    }
    if (ParseInt(o_.irq_affinity).value_or(0))
        net->AddChild("irqaffinity", o_.irq_affinity);
    Profile(*node)->AddRef("network", net->uuid());
    return {};
}

Result<> Editor::CheckDevice() const {
    if (Result<> done =
            RequireIntegers({{"size", o_.size}, {"journal_size", o_.journal_size}, {"inode_size", o_.inode_size}});
        !done)
        return done;
    if (o_.failover && o_.failout)
        return Bad("--failover and --failout exclude each other");
    int64_t kb = ParseInt(o_.size).value_or(0);
    if (kb && kb < kMinFileKb)
        return Bad(fmt::format("--size {}: a device needs {} KB at least", o_.size, kMinFileKb));
    return {};
}

void Editor::SetDeviceOptions(Element *device, std::string_view default_fstype) const {
    auto add = [device](const char *tag, std::string_view value) {
        if (!value.empty())
            device->AddChild(tag, value);
    };
    add("fstype", o_.fstype.empty() ? default_fstype : o_.fstype);
    add("devpath", o_.dev);
    add("backfstype", o_.backfstype);
    add("backdevpath", o_.backdev);
    add("autoformat", o_.format ? "yes" : "no");
    add("devsize", o_.size);
    add("journalsize", o_.journal_size);
    add("inodesize", o_.inode_size);
    add("mkfsoptions", o_.mkfsoptions);
    add("mountfsoptions", o_.mountfsoptions);
    add("nspath", o_.nspath);
    add("quota", o_.quota);
}

/// A target is created with its first home; later homes only mark it.
Result<Element *> Editor::FindOrAddTarget(const char *cls, const std::string &name, const std::string &uuid,
                                          const char *label, bool *created) {
    Element *target = db_.FindName(cls, name);

    *created = !target;
    if (!target) {
        if (uuid.size() > kUuidMax)
            return Bad(fmt::format("uuid {} has more than {} characters", uuid, kUuidMax));
        if (!uuid.empty() && db_.FindUuid(uuid))
            return Bad(fmt::format("Duplicate {} UUID: {}", label, uuid));
        if (db_.FindName(cls == std::string_view("mds") ? "ost" : "mds", name))
            return Bad(fmt::format("name {} is taken by another target", name));
        target = db_.Add(cls, name, uuid.empty() ? db_.NewUuid(name) : uuid);
    }
    if (o_.failover || o_.failout)
        target->SetAttribute("failover", o_.failover ? "1" : "0");
    return target;
}

Result<> Editor::AddHome(Element *target, const char *cls, const std::string &prefix, Element *node, Element **device) {
    std::string name = fmt::format("{}_{}_{}", prefix, target->name(), node->name());

    if (const Element *other = db_.FindName(cls, name))
        if (other->Refs("target") == std::vector<std::string>{target->uuid()})
            return Bad(fmt::format("node {} has a device of {} already", node->name(), target->name()));
    *device = db_.Add(cls, db_.NewName(name));
    (*device)->AddRef("node", node->uuid());
    (*device)->AddRef("target", target->uuid());
    if (target->Refs("active").empty())
        target->AddRef("active", (*device)->uuid());
    if (!o_.group.empty())
        target->SetChild("group", o_.group);
    Profile(*node)->AddRef(cls, (*device)->uuid());
    return {};
}

Result<> Editor::SetRootSquash(Element *device) {
    Result<std::vector<std::string>> words = RootSquashWords(o_.root_squash, o_.no_root_squash);

    if (!words)
        return words.error();
    for (size_t i = 0; i < words->size(); i++)
        device->AddChild(i ? "no_root_squash" : "root_squash", (*words)[i]);
    for (const Element *home : db_.Class("mdsdev"))
        if (home->Refs("target") == device->Refs("target") &&
            (home->Value("root_squash") != device->Value("root_squash") ||
             home->Values("no_root_squash") != device->Values("no_root_squash")))
            notes_.push_back(
                fmt::format("warning: {} and {} do not squash root in the same way", home->name(), device->name()));
    return {};
}

Result<> Editor::AddMds() {
    Element *device = nullptr;
    bool created;

    if (Result<> done = Require({{"node", o_.node}}); !done)
        return done;
    if (Result<> done = CheckDevice(); !done)
        return done;
    Result<Element *> node = Existing("node", o_.node);
    if (!node)
        return node.error();
    if (!(*node)->Child("network"))
        return Bad(fmt::format("node {} has no network", o_.node), "add one first, with --add net");
    Result<Element *> mds =
        FindOrAddTarget("mds", o_.mds.empty() ? "MDS_" + o_.node : o_.mds, o_.mdsuuid, "MDS", &created);
    if (!mds)
        return mds.error();
    if (Result<> done = AddHome(*mds, "mdsdev", "MDD", *node, &device); !done)
        return done;
    SetDeviceOptions(device, "ext3");
    if (!o_.group_upcall.empty())
        device->AddChild("group_upcall", o_.group_upcall);
    return SetRootSquash(device);
}

Element *Editor::CreateLov(const std::string &name, Element *mds, const std::string &size, const std::string &count,
                           const std::string &pattern) {
    Element *lov = db_.Add("lov", name);

    lov->SetAttribute("stripesize", size);
    lov->SetAttribute("stripecount", count);
    lov->SetAttribute("stripepattern", pattern);
    lov->AddRef("mds", mds->uuid());
    Element *config = db_.Add("lovconfig", db_.NewName("LVCFG_" + name));
    config->AddRef("lov", lov->uuid());
    mds->AddRef("lovconfig", config->uuid());
    return lov;
}

Result<> Editor::AddLov() {
    if (Result<> done = Require({{"lov", o_.lov}, {"mds", o_.mds}}); !done)
        return done;
    if (Result<> done = RequireIntegers({{"stripe_sz", o_.stripe_sz}, {"stripe_pattern", o_.stripe_pattern}}); !done)
        return done;
    if (!o_.stripe_cnt.empty() && ParseInt(o_.stripe_cnt).value_or(-2) < -1)
        return Bad(fmt::format("--stripe_cnt {} (value must be integer)", o_.stripe_cnt));
    std::string size(o_.stripe_sz.empty() ? kDefaultStripeSize : o_.stripe_sz);
    if (*ParseInt(size) < kMinStripeSize)
        return Bad(fmt::format("--stripe_sz {}: a stripe has {} bytes at least", size, kMinStripeSize));
    if (ParseInt(o_.stripe_pattern).value_or(0) != 0)
        return Bad(fmt::format("--stripe_pattern {}: only 0 (RAID0) exists", o_.stripe_pattern));
    Result<Element *> mds = Existing("mds", o_.mds);
    if (!mds)
        return mds.error();
    std::string name = db_.NewName(o_.lov);
    if (name != o_.lov)
        notes_.push_back(fmt::format("warning: name {} is taken, the lov is called {}", o_.lov, name));
    CreateLov(name, *mds, size, o_.stripe_cnt.empty() ? "0" : o_.stripe_cnt,
              o_.stripe_pattern.empty() ? "0" : o_.stripe_pattern);
    return {};
}

Result<> Editor::AddOst() {
    Element *device = nullptr, *lov = nullptr;
    std::string type = o_.osdtype.empty() ? "obdfilter" : o_.osdtype;
    bool created;

    if (Result<> done = Require({{"node", o_.node}}); !done)
        return done;
    if (Result<> done = CheckDevice(); !done)
        return done;
    if (type != "obdfilter" && type != "obdecho")
        return Bad(fmt::format("unknown osdtype {}", type), "known are obdfilter and obdecho");
    Result<Element *> node = Existing("node", o_.node);
    if (!node)
        return node.error();
    if (!o_.lov.empty()) {
        Result<Element *> found = Existing("lov", o_.lov);
        if (!found)
            return found.error();
        lov = *found;
    }
    Result<Element *> ost =
        FindOrAddTarget("ost", o_.ost.empty() ? "OST_" + o_.node : o_.ost, o_.ostuuid, "OST", &created);
    if (!ost)
        return ost.error();
    if (Result<> done = AddHome(*ost, "osd", "OSD", *node, &device); !done)
        return done;
    device->SetAttribute("osdtype", type);
    if (type == "obdfilter")
        SetDeviceOptions(device, "ext3");
    if (lov && created)
        lov->AddRef("obd", (*ost)->uuid());
    return {};
}

/// The volume of a mount: the named lov, or one that is made for a single OST.
Result<Element *> Editor::FindVolume(Element *mds) {
    if (!o_.lov.empty())
        return Existing("lov", o_.lov);
    Result<Element *> ost = Existing("ost", o_.ost);
    if (!ost)
        return ost;
    for (Element *lov : db_.Class("lov"))
        if (lov->name().starts_with("lov_default") && lov->Refs("mds").front() == mds->uuid() &&
            lov->Refs("obd") == std::vector<std::string>{(*ost)->uuid()})
            return lov;
    Element *lov = CreateLov(db_.NewName("lov_default"), mds, std::string(kDefaultStripeSize), "1", "0");
    lov->AddRef("obd", (*ost)->uuid());
    notes_.push_back(
        fmt::format("warning: no --lov given, made {} with {} as its only target", lov->name(), (*ost)->name()));
    return lov;
}

Result<Element *> Editor::FindFilesystem(Element *mds, Element *obd) {
    if (!o_.filesystem.empty())
        return Existing("filesystem", o_.filesystem);
    for (Element *filesystem : db_.Class("filesystem"))
        if (filesystem->Refs("mds") == std::vector<std::string>{mds->uuid()} &&
            filesystem->Refs("obd") == std::vector<std::string>{obd->uuid()})
            return filesystem;
    Element *filesystem = db_.Add("filesystem", db_.NewName("FS_fsname"));
    filesystem->AddRef("mds", mds->uuid());
    filesystem->AddRef("obd", obd->uuid());
    mds->AddRef("filesystem", filesystem->uuid());
    return filesystem;
}

Result<> Editor::AddMount() {
    Element *filesystem;

    if (Result<> done = Require({{"node", o_.node}, {"path", o_.path}}); !done)
        return done;
    Result<Element *> node = Existing("node", o_.node);
    if (!node)
        return node.error();
    if (o_.path.front() != '/')
        return Bad(fmt::format("--path {} is not absolute", o_.path));
    if (!o_.filesystem.empty() && o_.mds.empty() && o_.lov.empty() && o_.ost.empty()) {
        Result<Element *> found = Existing("filesystem", o_.filesystem);
        if (!found)
            return found.error();
        filesystem = *found;
    } else {
        if (Result<> done = Require({{"mds", o_.mds}}); !done)
            return done;
        if (o_.lov.empty() == o_.ost.empty())
            return Bad("--add mtpt requires --lov lov_name or --ost ost_name");
        Result<Element *> mds = Existing("mds", o_.mds);
        if (!mds)
            return mds.error();
        Result<Element *> volume = FindVolume(*mds);
        if (!volume)
            return volume.error();
        Result<Element *> found = FindFilesystem(*mds, *volume);
        if (!found)
            return found.error();
        filesystem = *found;
    }
    for (const std::string &uuid : Profile(**node)->Refs("mountpoint"))
        if (db_.FindUuid(uuid)->Value("path") == o_.path)
            return Bad(fmt::format("node {} has a mount at {} already", o_.node, o_.path));
    Element *mount = db_.Add("mountpoint", db_.NewName("MNT_" + o_.node));
    mount->AddRef("filesystem", filesystem->uuid());
    mount->AddChild("path", o_.path);
    if (!o_.clientoptions.empty())
        mount->AddChild("clientoptions", o_.clientoptions);
    Profile(**node)->AddRef("mountpoint", mount->uuid());
    return {};
}

Result<> Editor::AddRoute() {
    const std::string &lo = o_.lo.empty() ? o_.tgt : o_.lo;

    if (Result<> done = Require({{"node", o_.node}, {"nettype", o_.nettype}, {"gw", o_.gw}, {"lo", lo}}); !done)
        return done;
    if (!Contains(kNettypes, o_.nettype))
        return Error{kUnknownNettype, fmt::format("unknown nettype {}", o_.nettype),
                     fmt::format("known are {}", fmt::join(kNettypes, ", "))};
    Result<Element *> node = Existing("node", o_.node);
    if (!node)
        return node.error();
    Element *table;
    if (const Element *existing = (*node)->Child("routetbl")) {
        table = db_.FindUuid(existing->uuid());
    } else {
        table = db_.Add("routetbl", db_.NewName("RTBL_" + o_.node), *node);
        Profile(**node)->AddRef("routetbl", table->uuid());
    }
    Element *route = table->AddChild("route");
    route->SetAttribute("type", o_.nettype);
    route->SetAttribute("gw", o_.gw);
    route->SetAttribute("gwclusterid", o_.gateway_cluster_id.empty() ? "0" : o_.gateway_cluster_id);
    route->SetAttribute("tgtclusterid", o_.target_cluster_id.empty() ? "0" : o_.target_cluster_id);
    route->SetAttribute("lo", lo);
    route->SetAttribute("hi", o_.hi.empty() ? lo : o_.hi);
    return {};
}

}  // namespace

Result<> Apply(const Options &options, ConfigDb *db, std::vector<std::string> *notes) {
    Editor editor(options, db, notes);
    const std::string &type = options.add;

    if (!options.unsupported.empty())
        return Bad(fmt::format("{}: not supported in this version", options.unsupported));
    if (type.empty())
        return Bad("Missing command", "say what to do, with --add TYPE; see --help");
    if (type == "node")
        return editor.AddNode();
    if (type == "net")
        return editor.AddNet();
    if (type == "mds")
        return editor.AddMds();
    if (type == "lov")
        return editor.AddLov();
    if (type == "ost")
        return editor.AddOst();
    if (type == "mtpt" || type == "client")
        return editor.AddMount();
    if (type == "route")
        return editor.AddRoute();
    for (const char *known : {"echo_client", "mgmt", "cobd", "cmobd", "lmv", "filesystem", "gks"})
        if (type == known)
            return Bad(fmt::format("--add {}: not supported in this version", type));
    return Bad(fmt::format("--add {}: unknown type of object", type), "see --reference");
}

}  // namespace sheen::lmc
