// SPDX-License-Identifier: GPL-2.0
// lfs setstripe and getstripe: the layouts of files and the templates of directories.
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lfs/lfs.h"
#include "lib/strings.h"

namespace sheen::lfs {

namespace {

constexpr size_t kMaxLayout = 65536;  // bytes; longest value of an extended attribute
constexpr uint64_t kMaxStripeSize = 0xffff0000;
constexpr int64_t kMaxStripeCount = 2000;

Error Bad(std::string what, std::string hint = "") {
    return Error{EINVAL, std::move(what), std::move(hint)};
}

Result<> StripeFile(const std::string &path, const std::string &request) {
    // A regular file without objects yet: objects are made when the layout is set, not when it is opened.
    if (mknod(path.c_str(), S_IFREG | 0666, 0) < 0)
        return SystemError(errno, "setstripe " + path,
                           errno == EEXIST ? "the layout of a file is fixed when it is created" : "");
    if (lsetxattr(path.c_str(), kLayoutXattr, request.data(), request.size(), 0) < 0) {
        Error error =
            SystemError(errno, "setstripe " + path, errno == EOPNOTSUPP ? "is this a Sheen file system?" : "");
        unlink(path.c_str());
        return error;
    }
    return {};
}

Result<> StripeDirectory(const std::string &path, const std::string &request, bool remove) {
    int rc = remove ? lremovexattr(path.c_str(), kLayoutXattr)
                    : lsetxattr(path.c_str(), kLayoutXattr, request.data(), request.size(), 0);

    if (rc == 0 || (remove && errno == ENODATA))
        return {};
    return SystemError(errno, "setstripe " + path, errno == EOPNOTSUPP ? "is this a Sheen file system?" : "");
}

/// The layout of a file, or "" where there is none (a directory without a template, a file without objects).
Result<std::string> ReadLayout(const std::string &path) {
    std::string bytes(kMaxLayout, '\0');
    ssize_t size = lgetxattr(path.c_str(), kLayoutXattr, bytes.data(), bytes.size());

    if (size < 0 && errno == ENODATA)
        return std::string();
    if (size < 0)
        return SystemError(errno, "getstripe " + path, errno == EOPNOTSUPP ? "is this a Sheen file system?" : "");
    bytes.resize(static_cast<size_t>(size));
    return bytes;
}

std::string FirstOst(const Layout &layout, bool directory) {
    if (directory)
        return fmt::format("{}", static_cast<int16_t>(layout.offset_or_generation));
    return layout.objects.empty() ? "-1" : fmt::format("{}", layout.objects.front().index);
}

std::string ObjectTable(const Layout &layout) {
    std::string text = "\tobdidx\t\t objid\t\t objid\t\t group\n";

    for (const StripeObject &object : layout.objects)
        text += fmt::format("\t{:>6}\t{:>14}\t{:>#13x}\t{:>14}\n", object.index, object.id, object.id,
                            object.group ? fmt::format("{:#x}", object.group) : "0");
    return text;
}

std::string YamlObjects(const Layout &layout) {
    std::string text = layout.objects.empty() ? "" : "lmm_objects:\n";

    for (const StripeObject &object : layout.objects)
        text += fmt::format("      - l_ost_idx: {}\n        l_fid:     {}\n", object.index, ObjectFid(object));
    return text;
}

nlohmann::ordered_json LayoutJson(const std::string &path, const Layout &layout, bool directory) {
    nlohmann::ordered_json json = {
        {"path", path},
        {"type", directory ? "directory" : "file"},
        {"stripe_count", static_cast<int16_t>(layout.stripe_count)},
        {"stripe_size", layout.stripe_size},
        {"pattern", PatternName(layout.pattern)},
        {"stripe_offset", static_cast<int64_t>(ParseInt(FirstOst(layout, directory)).value_or(-1))},
    };
    if (!layout.pool.empty())
        json["pool"] = layout.pool;
    if (directory)
        return json;
    json["layout_gen"] = layout.offset_or_generation;
    json["objects"] = nlohmann::ordered_json::array();
    for (const StripeObject &object : layout.objects)
        json["objects"].push_back({{"ost", object.index}, {"id", object.id}, {"fid", ObjectFid(object)}});
    return json;
}

/// Shows paths one after the other.
class Shower {
public:
    explicit Shower(const GetstripeOptions &options) : o_(options) {}

    Result<> Path(const std::string &path, bool top) {
        struct stat st;

        if (lstat(path.c_str(), &st) < 0)
            return SystemError(errno, "getstripe " + path);
        if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
            return top ? Bad(fmt::format("getstripe {}: only files and directories are striped", path)) : Result<>();
        if (Result<> done = One(path, S_ISDIR(st.st_mode)); !done)
            return done;
        if (!S_ISDIR(st.st_mode) || o_.directory_only || !(top || o_.recursive))
            return {};
        return Entries(path);
    }

    void Finish() const {
        if (o_.json)
            fmt::print("{}\n", array_.dump(2));
    }

private:
    Result<> Entries(const std::string &path) {
        std::vector<std::string> names;
        std::error_code error;

        for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
             entry.increment(error))
            names.push_back(entry->path().filename());
        if (error)
            return SystemError(error.value(), "getstripe " + path);
        std::sort(names.begin(), names.end());
        for (const std::string &name : names)
            if (Result<> done = Path(path + (path.ends_with('/') ? "" : "/") + name, false); !done)
                return done;
        return {};
    }

    Result<> One(const std::string &path, bool directory) {
        Result<std::string> bytes = ReadLayout(path);

        if (!bytes)
            return bytes.error();
        if (bytes->empty() && !directory) {
            if (!o_.json)
                fmt::print("{} has no stripe info\n", path);
            return {};
        }
        Layout layout;  // the default of the file system
        if (!bytes->empty()) {
            Result<Layout> parsed = ParseLayout(*bytes);
            if (!parsed)
                return parsed.error().In("getstripe " + path);
            layout = *parsed;
        }
        if (o_.json)
            array_.push_back(LayoutJson(path, layout, directory));
        else if (o_.only_count || o_.only_size || o_.only_index)
            fmt::print("{}", LayoutText(layout, directory, o_));
        else
            fmt::print("{}\n{}", path, LayoutText(layout, directory, o_));
        return {};
    }

    const GetstripeOptions &o_;
    nlohmann::ordered_json array_ = nlohmann::ordered_json::array();
};

}  // namespace

Result<Layout> RequestedLayout(const StripeOptions &options) {
    Layout layout;

    if (!options.pool.empty())
        return Error{EOPNOTSUPP, "setstripe: pools are not supported in this version", ""};
    if (!options.count.empty()) {
        std::optional<int64_t> count = ParseInt(options.count);
        if (!count || *count < -1 || *count > kMaxStripeCount)
            return Bad(
                fmt::format("setstripe: stripe count {} is not between -1 and {}", options.count, kMaxStripeCount),
                "-1 means all OSTs");
        layout.stripe_count = *count < 0 ? kAllStripes : static_cast<uint16_t>(*count);
    }
    if (!options.size.empty()) {
        std::optional<uint64_t> size = ParseSize(options.size);
        if (!size || *size % kMinStripeSize || *size > kMaxStripeSize)
            return Bad(
                fmt::format("setstripe: stripe size {} is not a multiple of {} below 4G", options.size, kMinStripeSize),
                "sizes may end in k, M or G");
        layout.stripe_size = static_cast<uint32_t>(*size);
    }
    if (!options.index.empty()) {
        std::optional<int64_t> index = ParseInt(options.index);
        if (!index || *index < -1 || *index >= kAnyOffset)
            return Bad(fmt::format("setstripe: OST index {} is not between -1 and {}", options.index, kAnyOffset - 1));
        layout.offset_or_generation = *index < 0 ? kAnyOffset : static_cast<uint16_t>(*index);
    }
    return layout;
}

Result<> SetStripe(const StripeOptions &options) {
    Result<Layout> layout = RequestedLayout(options);

    if (!layout)
        return layout.error();
    std::string request = LayoutRequest(*layout);
    for (const std::string &path : options.paths) {
        struct stat st;
        bool exists = stat(path.c_str(), &st) == 0;
        if (options.remove && (!exists || !S_ISDIR(st.st_mode)))
            return Bad(fmt::format("setstripe -d {}: not a directory", path));
        Result<> done =
            exists && S_ISDIR(st.st_mode) ? StripeDirectory(path, request, options.remove) : StripeFile(path, request);
        if (!done)
            return done;
    }
    return {};
}

std::string LayoutText(const Layout &layout, bool directory, const GetstripeOptions &options) {
    std::string first = FirstOst(layout, directory);
    int count = static_cast<int16_t>(layout.stripe_count);

    if (options.only_count)
        return fmt::format("{}\n", count);
    if (options.only_size)
        return fmt::format("{}\n", layout.stripe_size);
    if (options.only_index)
        return first + "\n";
    if (directory && !options.yaml)
        return fmt::format("stripe_count:  {} stripe_size:   {} pattern:       {} stripe_offset: {}{}\n", count,
                           layout.stripe_size, PatternName(layout.pattern), first,
                           layout.pool.empty() ? "" : " pool:          " + layout.pool);
    std::string text;
    if (!options.quiet || options.yaml) {
        text = fmt::format("lmm_stripe_count:  {}\nlmm_stripe_size:   {}\nlmm_pattern:       {}\n", count,
                           layout.stripe_size, PatternName(layout.pattern));
        if (!directory)
            text += fmt::format("lmm_layout_gen:    {}\n", layout.offset_or_generation);
        text += fmt::format("lmm_stripe_offset: {}\n", first);
        if (!layout.pool.empty())
            text += fmt::format("lmm_pool:          {}\n", layout.pool);
    }
    if (directory)
        return text;
    return text + (options.yaml ? YamlObjects(layout) : ObjectTable(layout)) + "\n";
}

Result<> GetStripe(const GetstripeOptions &options) {
    Shower shower(options);

    for (const std::string &path : options.paths)
        if (Result<> done = shower.Path(path, true); !done)
            return done;
    shower.Finish();
    return {};
}

}  // namespace sheen::lfs
