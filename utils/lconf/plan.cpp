// SPDX-License-Identifier: GPL-2.0
#include "lconf/plan.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "lib/conf_text.h"
#include "lib/root_squash.h"
#include "lib/strings.h"
#include "sheen_netlink.h"

namespace sheen::lconf {

namespace {

constexpr size_t kLabelMax = 16;  // what an ext4 super block holds
constexpr int64_t kMinFileKb = 8000;

constexpr const char *kNetModules[] = {"lnet", "ksocklnd"};
constexpr const char *kMgs = "MGS", *kMdt = "MDT", *kOss = "OSS";

Error Bad(std::string what, std::string hint = "") {
    return Error{kBadConfig, std::move(what), std::move(hint)};
}

/// A service of the node's profile, in the order in which it starts.
struct Service {
    int level;
    const Element *element;
};

class Planner {
public:
    Planner(const ConfigDb &db, const Options &options) : db_(db), o_(options) {}

    Result<Plan> Make(const std::vector<std::string> &hostnames) {
        if (Result<> found = FindNode(hostnames); !found)
            return found.error();
        if (Result<> found = FindServices(); !found)
            return found.error();
        plan_.node = node_->name();
        plan_.cleanup = o_.cleanup;
        plan_.unwind = o_.write_conf;
        if (Result<> done = o_.cleanup ? Stop() : Start(); !done)
            return done.error();
        return std::move(plan_);
    }

private:
    // Choosing what this node runs.
    Result<> FindNode(const std::vector<std::string> &hostnames);
    Result<> FindServices();
    Result<bool> IsActive(const Element &device) const;
    bool Wanted(int level) const { return level >= o_.minlevel && level <= o_.maxlevel; }
    bool Has(std::string_view cls) const;

    // Starting.
    Result<> Start();
    void LoadModules();
    Result<> StartNetwork();
    Result<> StartOst(const Element &osd);
    Result<> StartMds(const Element &mdsdev);
    Result<> StartMount(const Element &mountpoint);
    Result<> AddMgs(const Element &mds, const Storage &storage);

    // Stopping.
    Result<> Stop();
    void StopTarget(const Element &device);
    void StopShared(int level);
    uint32_t CleanupFlags() const {
        return (o_.force ? SHEEN_CLEANUP_FORCE : 0) | (o_.failover ? SHEEN_CLEANUP_FAILOVER : 0);
    }
    void UnloadModules();

    Result<Storage> StorageOf(const Element &device, const Element &target) const;
    bool HasHome(const Element &device, const Element &node) const;
    bool HasTwoHomes(const Element &device) const;
    Result<std::string> FsType(const Element &device) const;
    std::vector<std::string> MkfsCommand(const Element &device, const Storage &storage) const;
    std::vector<std::string> SetupArguments(const Element &device, const Element &target, const Storage &storage,
                                            const std::string &index) const;
    std::string MgsNids() const;
    Result<size_t> OstIndex(const Element &ost);
    std::vector<std::string> Modules() const;
    int64_t Timeout() const;

    Block &AddBlock(std::string what, std::string device = "") {
        plan_.blocks.push_back({.what = std::move(what), .device = std::move(device)});
        return plan_.blocks.back();
    }
    bool HasBlock(const std::string &device) const {
        return std::any_of(plan_.blocks.begin(), plan_.blocks.end(),
                           [&](const Block &block) { return block.device == device; });
    }
    Block &AddHelper(std::string what, std::string device) {
        Block &block = AddBlock(std::move(what), std::move(device));
        block.helper = true;
        return block;
    }
    static void AttachAndSetup(Block *block, const std::string &type, const std::string &name, const std::string &uuid,
                               const std::vector<std::string> &arguments, const Storage &storage = {});
    static void CleanupAndDetach(Block *block, const std::string &name, uint32_t flags, Only only,
                                 const std::string &type = "");

    const ConfigDb &db_;
    const Options &o_;
    const Element *node_ = nullptr;
    std::vector<Service> services_;
    std::map<std::string, size_t> ost_index_;  // uuid -> index, filled on first use
    Plan plan_;
};

Result<> Planner::FindNode(const std::vector<std::string> &hostnames) {
    std::vector<std::string> names = hostnames;

    if (!o_.node.empty())
        names = {o_.node};
    else
        names.push_back("localhost");
    for (const std::string &name : names)
        if ((node_ = db_.FindName("node", name)))
            return {};
    return Bad(fmt::format("no node {} in {}", Join(names, " or "), o_.Source()), "name one with --node");
}

/// Whether this home of a target is the one to run: chosen by --select, else by active_ref; --group limits the choice.
Result<bool> Planner::IsActive(const Element &device) const {
    const Element &target = *db_.FirstRef(device, "target");
    std::string group = target.Value("group");
    const std::string &wanted = o_.service.empty() ? o_.group : o_.service;
    auto chosen = o_.chosen.find(target.name());

    if (!wanted.empty() && wanted != group && wanted != target.name())
        return false;
    // A stop concerns whatever of this node runs, also a target that came here by --select.
    if (o_.cleanup || !o_.service.empty())
        return true;
    if (chosen != o_.chosen.end()) {
        const Element *node = db_.FindName("node", chosen->second);
        if (!node)
            return Bad(fmt::format("--select {}={}: no such node", chosen->first, chosen->second));
        if (!HasHome(device, *node))
            return Bad(fmt::format("--select {0}={1}: {0} has no device on {1}", chosen->first, chosen->second));
        return chosen->second == node_->name();
    }
    std::vector<std::string> active = target.Refs("active");
    return active.empty() || active.front() == device.uuid();
}

Result<> Planner::FindServices() {
    const std::map<std::string_view, int> levels = {
        {"network", kLevelNetwork},       {"ldlm", kLevelLdlm}, {"osd", kLevelOsd}, {"mdsdev", kLevelMdsdev},
        {"mountpoint", kLevelMountpoint},
    };

    for (const std::string &profile_uuid : node_->Refs("profile")) {
        for (const auto &child : db_.FindUuid(profile_uuid)->children) {
            if (!child->tag.ends_with("_ref"))
                continue;
            const Element *service = db_.FindUuid(child->Value("uuidref"));
            auto level = levels.find(service->tag);
            if (level == levels.end())
                return Bad(fmt::format("node {}: {} {} is not supported in this version", node_->name(), service->tag,
                                       service->name()));
            if (!Wanted(level->second))
                continue;
            if (level->second == kLevelOsd || level->second == kLevelMdsdev) {
                Result<bool> active = IsActive(*service);
                if (!active)
                    return active.error();
                if (!*active) {
                    plan_.notes.push_back(fmt::format("{} is not active here", service->name()));
                    continue;
                }
            }
            services_.push_back({level->second, service});
        }
    }
    if (node_->Value("router") == "1")
        return Bad(fmt::format("node {}: routing is not supported in this version", node_->name()));
    std::stable_sort(services_.begin(), services_.end(),
                     [](const Service &a, const Service &b) { return a.level < b.level; });
    return {};
}

bool Planner::Has(std::string_view cls) const {
    return std::any_of(services_.begin(), services_.end(),
                       [&](const Service &service) { return service.element->tag == cls; });
}

std::vector<std::string> Planner::Modules() const {
    std::vector<std::string> modules;

    if (Has("network"))
        modules.insert(modules.end(), std::begin(kNetModules), std::end(kNetModules));
    if (Has("ldlm"))
        modules.push_back("obd");
    if (Has("osd") || Has("mdsdev"))
        modules.push_back("osd_ext4");
    if (Has("osd"))
        modules.push_back("ost");
    if (Has("mdsdev"))
        modules.push_back("mds");
    if (Has("mountpoint"))
        modules.push_back("lustre");
    return modules;
}

void Planner::LoadModules() {
    for (const std::string &module : Modules())
        AddHelper("module " + module, "").steps.push_back({.action = Action::kLoadModule, .name = module});
}

void Planner::AttachAndSetup(Block *block, const std::string &type, const std::string &name, const std::string &uuid,
                             const std::vector<std::string> &arguments, const Storage &storage) {
    block->steps.push_back({.action = Action::kAttach, .name = name, .words = {type, name, uuid}});
    block->steps.push_back({.action = Action::kSetup, .name = name, .words = arguments, .storage = storage});
}

void Planner::CleanupAndDetach(Block *block, const std::string &name, uint32_t flags, Only only,
                               const std::string &type) {
    block->steps.push_back({.action = Action::kCleanup, .name = name, .type = type, .flags = flags, .only = only});
    block->steps.push_back({.action = Action::kDetach, .name = name, .type = type, .only = only});
}

Result<> Planner::Start() {
    // To describe a file system only an MDS is needed; other nodes have nothing to do.
    if (o_.write_conf)
        std::erase_if(services_, [](const Service &service) {
            return service.level != kLevelNetwork && service.level != kLevelLdlm && service.level != kLevelMdsdev;
        });
    if (o_.write_conf && !Has("mdsdev")) {
        plan_.notes.push_back(fmt::format("node {} runs no MDS, nothing to write", node_->name()));
        return {};
    }
    if (!o_.nomod)
        LoadModules();
    if (o_.nosetup)
        return {};
    if (Has("network"))
        if (Result<> done = StartNetwork(); !done)
            return done;
    for (const Service &service : services_) {
        Result<> done;
        if (service.level == kLevelOsd)
            done = StartOst(*service.element);
        else if (service.level == kLevelMdsdev)
            done = StartMds(*service.element);
        else if (service.level == kLevelMountpoint)
            done = StartMount(*service.element);
        if (!done)
            return done;
    }
    return {};
}

/// "tcp(md0)" for a network with an address, "tcp" where the kernel chooses the interface.
Result<> Planner::StartNetwork() {
    std::vector<std::string> networks;

    for (const Service &service : services_) {
        if (service.level != kLevelNetwork)
            continue;
        const Element &network = *service.element;
        Result<std::string> name = NetworkName(network);
        if (!name)
            return name.error();
        std::string address = network.Value("hostaddr");
        if (address.empty())
            address = network.Value("nid");
        address = address.substr(0, address.find('/'));
        address = address.substr(0, address.find('@'));
        if (address.ends_with(":*"))  // any address of an interface
            address.resize(address.size() - 2);
        networks.push_back(address == "*" ? *name : fmt::format("{}({})", *name, address));
    }
    AddHelper("network", "").steps.push_back({.action = Action::kNetworkUp, .words = {Join(networks, ",")}});
    return {};
}

Result<std::string> Planner::FsType(const Element &device) const {
    std::string type = device.Value("fstype");

    if (type.empty() || type == "ext3" || type == "ext4" || type == "extN" || type == "ldiskfs")
        return std::string("ext4");
    if (type == "xfs" && device.tag == "osd")
        return Bad(fmt::format("{}: fstype xfs is not supported yet", device.name()), "use ext4");
    return Bad(fmt::format("{}: fstype {} is not supported", device.name(), type), "use ext4");
}

std::vector<std::string> Planner::MkfsCommand(const Element &device, const Storage &storage) const {
    // Inodes of an MDT hold layouts and FIDs in their bodies and files hardly anything else, so there are many and
    // they are large.  Tables are initialized lazily: the disk stays sparse and a large one is ready in seconds.
    std::vector<std::string> words = {"mkfs.ext4", "-F", "-q", "-L", storage.label, "-E", "lazy_itable_init=1"};
    int64_t inode_size = device.Number("inodesize"), journal_mb = device.Number("journalsize");

    words.insert(words.end(), {"-I", inode_size ? fmt::format("{}", inode_size) : storage.is_mdt ? "1024" : "512"});
    words.insert(words.end(), {"-i", storage.is_mdt ? "4096" : "16384"});
    // Changed every second, it costs a node that takes over the least time that the kernel allows: 22 s after a power
    // cut of the other one, none when that has given the disk up.
    if (storage.shared)
        words.insert(words.end(), {"-O", "mmp", "-E", "mmp_update_interval=1"});
    if (journal_mb)
        words.insert(words.end(), {"-J", fmt::format("size={}", journal_mb)});
    for (const std::string &more : {device.Value("mkfsoptions"), o_.mkfsoptions})
        for (const std::string &word : SplitBlanks(more))
            words.push_back(word);
    return words;
}

/// Whether the target of a device has one on this node.
bool Planner::HasHome(const Element &device, const Element &node) const {
    auto all = db_.Class(device.tag);

    return std::any_of(all.begin(), all.end(), [&](const Element *other) {
        return other->Refs("target") == device.Refs("target") && db_.FirstRef(*other, "node") == &node;
    });
}

bool Planner::HasTwoHomes(const Element &device) const {
    auto all = db_.Class(device.tag);

    return std::any_of(all.begin(), all.end(), [&](const Element *other) {
        return other != &device && other->Refs("target") == device.Refs("target");
    });
}

Result<Storage> Planner::StorageOf(const Element &device, const Element &target) const {
    Storage storage;
    Result<std::string> fstype = FsType(device);

    if (!fstype)
        return fstype.error();
    storage.fstype = *fstype;
    storage.path = device.Value("devpath");
    if (storage.path.empty())
        return Bad(fmt::format("{}: no device", device.name()), "give one with lmc --dev");
    if (storage.path.front() != '/')
        return Bad(fmt::format("{}: path {} of the device is not absolute", device.name(), storage.path));
    if (!device.Value("mountfsoptions").empty())
        return Bad(fmt::format("{}: mountfsoptions are not supported in this version", device.name()));
    storage.is_mdt = device.tag == "mdsdev";
    storage.shared = target.Value("failover") == "1" || HasTwoHomes(device);
    storage.size_kb = device.Number("devsize");
    if (storage.IsFile() && storage.size_kb && storage.size_kb < kMinFileKb)
        return Bad(
            fmt::format("{}: size {} KB, a device needs {} KB at least", device.name(), storage.size_kb, kMinFileKb));
    const std::string &name = target.name();
    storage.label = name.size() > kLabelMax ? name.substr(name.size() - kLabelMax) : name;
    storage.reformat = o_.reformat;
    storage.mkfs = MkfsCommand(device, storage);
    return storage;
}

std::vector<std::string> Planner::SetupArguments(const Element &device, const Element &target, const Storage &storage,
                                                 const std::string &index) const {
    std::vector<std::string> words = {storage.path, storage.fstype, target.Value("failover") == "0" ? "n" : "f",
                                      o_.config, index};

    if (device.tag == "mdsdev") {
        Result<std::string> nids = NodeNids(*node_);
        words.push_back(nids ? *nids : "");
    } else if (std::string nids = MgsNids(); !nids.empty()) {
        words.push_back(nids);
    }
    return words;
}

/// Of all nodes where the MGS may be, which an OST tells that it is up; empty when the database does not say.
std::string Planner::MgsNids() const {
    Result<FilesystemView> view = FindFilesystem(db_);

    if (!view)
        return "";
    Result<std::vector<std::string>> nids = TargetNids(db_, *view->mds);
    return nids ? Join(*nids, ",") : "";
}

Result<size_t> Planner::OstIndex(const Element &ost) {
    if (ost_index_.empty()) {
        Result<FilesystemView> view = FindFilesystem(db_);
        if (!view)
            return view.error();
        for (size_t i = 0; i < view->osts.size(); i++)
            ost_index_[view->osts[i]->uuid()] = i;
    }
    auto found = ost_index_.find(ost.uuid());
    if (found == ost_index_.end())
        return Bad(fmt::format("ost {} belongs to no lov", ost.name()), "add it with lmc --add ost --lov");
    return found->second;
}

Result<> Planner::StartOst(const Element &osd) {
    const Element &ost = *db_.FirstRef(osd, "target");

    if (osd.Value("osdtype") != "obdfilter")
        return Bad(fmt::format("{}: osdtype {} is not supported in this version", osd.name(), osd.Value("osdtype")));
    Result<Storage> storage = StorageOf(osd, ost);
    if (!storage)
        return storage.error();
    Result<size_t> index = OstIndex(ost);
    if (!index)
        return index.error();
    Block &check = plan_.checks.emplace_back();
    check.device = ost.name();
    check.what = "ost " + ost.name();
    check.steps.push_back({.action = Action::kCheckStorage, .words = {ost.name()}, .storage = *storage});
    // First, so that clients which ask for an OST that is about to come up have an answer.
    if (!HasBlock(kOss))
        AttachAndSetup(&AddHelper("service OSS", kOss), "ost", kOss, "OSS_UUID", {});
    Block &block = AddBlock("ost " + ost.name(), ost.name());
    // Another node may have lost its power while it had the disks, and each takes its time to tell.
    block.at_once = true;
    if (storage->IsFile())
        block.steps.push_back({.action = Action::kOpenStorage, .storage = *storage});
    if (o_.reformat)
        block.steps.push_back({.action = Action::kFormat, .storage = *storage});
    AttachAndSetup(&block, "obdfilter", ost.name(), ost.uuid(),
                   SetupArguments(osd, ost, *storage, fmt::format("{}", *index)), *storage);
    if (o_.abort_recovery)
        block.steps.push_back({.action = Action::kOperate, .name = ost.name(), .words = {"abort_recovery"}});
    return {};
}

int64_t Planner::Timeout() const {
    return o_.timeout ? o_.timeout : node_->Number("timeout");
}

/// The MGS comes up on the MDT's disk, is told the description where that was asked for, and checked where not.
Result<> Planner::AddMgs(const Element &mds, const Storage &storage) {
    Result<std::string> text = BuildConfText(db_, o_.config, Timeout());

    if (!text)
        return text.error();
    Block &mgs = AddHelper("MGS of mds " + mds.name(), kMgs);
    AttachAndSetup(&mgs, "mgs", kMgs, "MGS_UUID", {storage.path, storage.fstype}, storage);
    if (o_.reformat || o_.write_conf) {
        Block &conf = AddBlock("configuration of " + o_.config);
        conf.steps.push_back({.action = Action::kSetConf, .name = o_.config, .text = *text});
    } else if (!o_.old_conf) {
        Block &conf = AddHelper("configuration of " + o_.config, mds.name());
        conf.steps.push_back({.action = Action::kCheckConf, .name = o_.config, .text = *text});
    }
    return {};
}

Result<> Planner::StartMds(const Element &mdsdev) {
    const Element &mds = *db_.FirstRef(mdsdev, "target");

    if (Result<std::string> nids = NodeNids(*node_); !nids)
        return nids.error();
    Result<Storage> storage = StorageOf(mdsdev, mds);
    if (!storage)
        return storage.error();
    Result<std::vector<std::string>> squash =
        RootSquashWords(mdsdev.Value("root_squash"), mdsdev.Values("no_root_squash"));
    if (!squash)
        return squash.error().In("mdsdev " + mdsdev.name());
    Block &check = plan_.checks.emplace_back();
    check.device = mds.name();
    check.what = "mds " + mds.name();
    check.steps.push_back({.action = Action::kCheckStorage, .words = {mds.name(), kMgs}, .storage = *storage});
    Block &disk = AddHelper("storage of mds " + mds.name(), kMgs);
    if (storage->IsFile())
        disk.steps.push_back({.action = Action::kOpenStorage, .storage = *storage});
    if (o_.reformat)
        disk.steps.push_back({.action = Action::kFormat, .storage = *storage});
    if (Result<> done = AddMgs(mds, *storage); !done)
        return done;
    if (o_.write_conf)
        return {};
    std::vector<std::string> arguments = SetupArguments(mdsdev, mds, *storage, "0");
    arguments.insert(arguments.end(), squash->begin(), squash->end());
    AttachAndSetup(&AddHelper("service MDT", kMdt), "mdt", kMdt, "MDT_UUID", {});
    Block &block = AddBlock("mds " + mds.name(), mds.name());
    AttachAndSetup(&block, "mds", mds.name(), mds.uuid(), arguments, *storage);
    if (o_.abort_recovery)
        block.steps.push_back({.action = Action::kOperate, .name = mds.name(), .words = {"abort_recovery"}});
    return {};
}

Result<> Planner::StartMount(const Element &mountpoint) {
    const Element *filesystem = db_.FirstRef(mountpoint, "filesystem");
    std::string path = mountpoint.Value("path");
    std::vector<std::string> options;

    if (!filesystem || path.empty())
        return Bad(fmt::format("mountpoint {} has no file system or no path", mountpoint.name()));
    const Element *mds = db_.FirstRef(*filesystem, "mds");
    if (!mds || mds->tag != "mds")
        return Bad(fmt::format("filesystem {} has no mds", filesystem->name()));
    Result<std::vector<std::string>> nids = TargetNids(db_, *mds);
    if (!nids)
        return nids.error();
    for (const std::string &more : {mountpoint.Value("clientoptions"), o_.clientoptions})
        if (!more.empty())
            options.push_back(more);
    for (const std::string &uuid : o_.inactive)
        if (const Element *ost = db_.FindUuid(uuid); !ost || ost->tag != "ost")
            return Bad(fmt::format("--inactive {}: no OST has this uuid", uuid));
    if (!o_.inactive.empty())
        options.push_back("exclude=" + Join(o_.inactive, ":"));
    Block &block = AddBlock("mount " + path);
    block.mount = path;
    block.steps.push_back({.action = Action::kMakeDirectory, .name = path});
    block.steps.push_back({.action = Action::kMount,
                           .name = path,
                           .words = {fmt::format("{}:/{}", Join(*nids, ":"), o_.config), Join(options, ",")}});
    return {};
}

void Planner::StopTarget(const Element &device) {
    const Element &target = *db_.FirstRef(device, "target");
    Block &block = AddBlock(fmt::format("{} {}", target.tag, target.name()));

    CleanupAndDetach(&block, target.name(), CleanupFlags(), Only::kDevicePresent);
}

/// What the targets of one kind share goes when the last of them has gone; then files lose their loop devices.
void Planner::StopShared(int level) {
    Block &block = AddBlock(level == kLevelMdsdev ? "services of the MDS" : "services of the OSS");

    if (level == kLevelMdsdev) {
        CleanupAndDetach(&block, kMdt, 0, Only::kLastOfType, "mds");
        CleanupAndDetach(&block, kMgs, CleanupFlags() & SHEEN_CLEANUP_FORCE, Only::kLastOfType, "mds");
    } else {
        CleanupAndDetach(&block, kOss, 0, Only::kLastOfType, "obdfilter");
    }
    for (const Service &service : services_) {
        Storage storage;
        storage.path = service.element->Value("devpath");
        if (service.level == level && !storage.path.empty() && storage.IsFile())
            block.steps.push_back({.action = Action::kCloseStorage, .storage = storage});
    }
}

Result<> Planner::Stop() {
    for (auto service = services_.rbegin(); !o_.nosetup && service != services_.rend(); ++service) {
        if (service->level == kLevelMountpoint) {
            std::string path = service->element->Value("path");
            AddBlock("mount " + path)
                .steps.push_back({.action = Action::kUnmount, .name = path, .flags = o_.force ? 1u : 0u});
        } else if (service->level == kLevelOsd || service->level == kLevelMdsdev) {
            auto next = std::next(service);
            StopTarget(*service->element);
            if (next == services_.rend() || next->level != service->level)
                StopShared(service->level);
        }
    }
    if (!o_.nosetup && Has("network"))
        AddBlock("network").steps.push_back({.action = Action::kNetworkDown, .only = Only::kNoDevices});
    if (!o_.nomod)
        UnloadModules();
    return {};
}

void Planner::UnloadModules() {
    const std::map<std::string, std::string> users = {{"mds", "mds"}, {"ost", "obdfilter"}};
    std::vector<std::string> modules = Modules();

    std::reverse(modules.begin(), modules.end());
    for (const std::string &module : modules) {
        auto user = users.find(module);
        Step step = {.action = Action::kUnloadModule, .name = module};
        step.only = user == users.end() ? Only::kNoDevices : Only::kNoDeviceOfType;
        if (user != users.end())
            step.type = user->second;
        AddBlock("module " + module).steps.push_back(std::move(step));
    }
}

}  // namespace

Result<Plan> MakePlan(const ConfigDb &db, const Options &options, const std::vector<std::string> &hostnames) {
    return Planner(db, options).Make(hostnames);
}

}  // namespace sheen::lconf
