// SPDX-License-Identifier: GPL-2.0
// lfs df and lfs check: the targets of mounted file systems.
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lfs/lfs.h"
#include "lib/strings.h"

namespace sheen::lfs {

namespace {

bool IsMdt(const TargetStatus &target) {
    return target.type == "mdc";
}

bool IsUp(const TargetStatus &target) {
    return target.status == "UP";
}

std::string Percent(uint64_t used, uint64_t available) {
    uint64_t total = used + available;

    if (!total)
        return "0%";
    // Rounded up, as df does, so that a disk that is not empty never shows 0%; in floating point against overflow.
    double share = 100.0 * static_cast<double>(used) / static_cast<double>(total);
    auto whole = static_cast<uint64_t>(share);
    return fmt::format("{}%", static_cast<double>(whole) < share ? whole + 1 : whole);
}

std::string Amount(uint64_t amount, const DfOptions &options) {
    if (options.human)
        return HumanSize(amount);
    return fmt::format("{}", options.inodes ? amount : amount / 1024);
}

DfRow RowOf(const TargetStatus &target, const Mount &mount, bool inodes) {
    DfRow row;

    row.name = target.uuid;
    row.inactive = !IsUp(target);
    row.where = fmt::format("{}[{}:{}]", mount.path, IsMdt(target) ? "MDT" : "OST", target.index);
    if (inodes) {
        row.total = target.files;
        row.available = target.files_free;
        row.used = target.files - std::min(target.files, target.files_free);
    } else {
        row.total = target.blocks * target.block_size;
        row.used = (target.blocks - std::min(target.blocks, target.blocks_free)) * target.block_size;
        row.available = target.blocks_available * target.block_size;
    }
    return row;
}

/// Space is what the OSTs have.  Files need an inode on an MDT, and objects on OSTs, of which each file takes one at
/// least: the scarcer of the two decides how many more there can be.
DfRow Summary(const std::vector<TargetStatus> &targets, const Mount &mount, bool inodes) {
    DfRow mdts, osts;

    for (const TargetStatus &target : targets) {
        DfRow row = RowOf(target, mount, inodes);
        DfRow &sum = IsMdt(target) ? mdts : osts;
        if (row.inactive)
            continue;
        sum.total += row.total;
        sum.used += row.used;
        sum.available += row.available;
    }
    DfRow &summary = inodes ? mdts : osts;
    if (inodes && osts.available < mdts.available) {
        summary.available = osts.available;
        summary.total = summary.used + summary.available;
    }
    summary.name = "filesystem_summary:";
    summary.where = mount.path;
    return summary;
}

nlohmann::ordered_json RowJson(const DfRow &row, bool inodes) {
    nlohmann::ordered_json json = {{"name", row.name}, {"mounted_on", row.where}};

    if (row.inactive) {
        json["inactive"] = true;
        return json;
    }
    const char *unit = inodes ? "inodes" : "bytes";
    json[fmt::format("total_{}", unit)] = row.total;
    json[fmt::format("used_{}", unit)] = row.used;
    json[fmt::format("available_{}", unit)] = row.available;
    return json;
}

std::vector<TargetStatus> InOrder(std::vector<TargetStatus> targets) {
    std::stable_sort(targets.begin(), targets.end(), [](const TargetStatus &a, const TargetStatus &b) {
        return IsMdt(a) != IsMdt(b) ? IsMdt(a) : a.index < b.index;
    });
    return targets;
}

}  // namespace

std::string DfText(const std::vector<DfRow> &rows, const DfRow &summary, const DfOptions &options) {
    size_t width = 20;

    for (const DfRow &row : rows)
        width = std::max(width, row.name.size());
    auto line = [&](std::string_view name, std::string_view total, std::string_view used, std::string_view available,
                    std::string_view percent, std::string_view where) {
        return fmt::format("{:<{}} {:>11} {:>11} {:>11} {:>4} {}\n", name, width, total, used, available, percent,
                           where);
    };
    std::string text =
        options.inodes ? line("UUID", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on")
                       : line("UUID", options.human ? "bytes" : "1K-blocks", "Used", "Available", "Use%", "Mounted on");
    for (const DfRow &row : rows)
        text += row.inactive ? fmt::format("{:<{}}: inactive device\n", row.name, width)
                             : line(row.name, Amount(row.total, options), Amount(row.used, options),
                                    Amount(row.available, options), Percent(row.used, row.available), row.where);
    return text + "\n" +
           line(summary.name, Amount(summary.total, options), Amount(summary.used, options),
                Amount(summary.available, options), Percent(summary.used, summary.available), summary.where) +
           "\n";
}

Result<> Df(const DfOptions &options) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    std::vector<Mount> mounts;

    if (options.path.empty()) {
        Result<std::vector<Mount>> all = AllMounts();
        if (!all)
            return all.error().In("df");
        mounts = *all;
    } else {
        Result<Mount> mount = FindMount(options.path);
        if (!mount)
            return mount.error().In("df");
        mounts = {*mount};
    }
    Result<ObdControl> obd = ObdControl::Open();
    if (!obd)
        return obd.error();
    for (const Mount &mount : mounts) {
        std::vector<DfRow> rows;
        Result<std::vector<TargetStatus>> targets = obd->Statfs(mount.instance);
        if (!targets)
            return targets.error().In("df " + mount.path);
        for (const TargetStatus &target : InOrder(*targets))
            rows.push_back(RowOf(target, mount, options.inodes));
        DfRow summary = Summary(*targets, mount, options.inodes);
        if (!options.json) {
            fmt::print("{}", DfText(rows, summary, options));
            continue;
        }
        nlohmann::ordered_json list = nlohmann::ordered_json::array();
        for (const DfRow &row : rows)
            list.push_back(RowJson(row, options.inodes));
        array.push_back({{"fsname", mount.fsname},
                         {"mount", mount.path},
                         {"targets", list},
                         {"summary", RowJson(summary, options.inodes)}});
    }
    if (options.json)
        fmt::print("{}\n", array.dump(2));
    return {};
}

Result<> Check(const std::string &what, bool json) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    std::vector<std::string> inactive;

    if (what != "mds" && what != "osts" && what != "servers" && what != "all")
        return Error{EINVAL, fmt::format("check: {}: expected mds, osts, servers or all", what), ""};
    Result<std::vector<Mount>> mounts = AllMounts();
    if (!mounts)
        return mounts.error().In("check");
    Result<ObdControl> obd = ObdControl::Open();
    if (!obd)
        return obd.error();
    for (const Mount &mount : *mounts) {
        Result<std::vector<TargetStatus>> targets = obd->Statfs(mount.instance);
        if (!targets)
            return targets.error().In("check " + mount.path);
        for (const TargetStatus &target : InOrder(*targets)) {
            if ((what == "mds" && !IsMdt(target)) || (what == "osts" && IsMdt(target)))
                continue;
            if (!IsUp(target))
                inactive.push_back(target.name);
            array.push_back({{"name", target.name}, {"uuid", target.uuid}, {"active", IsUp(target)}});
            if (!json)
                fmt::print("{} {}.\n", target.name, IsUp(target) ? "active" : "inactive");
        }
    }
    if (json)
        fmt::print("{}\n", array.dump(2));
    if (!inactive.empty())
        return Error{ENODEV, fmt::format("check: {} not connected", Join(inactive, ", ")),
                     "see 'lctl device_list' and the kernel log"};
    return {};
}

}  // namespace sheen::lfs
