// SPDX-License-Identifier: GPL-2.0
#include "lib/check.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "lib/layout.h"
#include "lib/strings.h"

namespace sheen {

namespace {

namespace fs = std::filesystem;

constexpr char kHead[] = "sheen-check 1";
constexpr char kFidXattr[] = "trusted.sheen.fid", kLovXattr[] = "trusted.lov";
constexpr uint64_t kOstSequence = 0x100000000000;  // of OST 0; the others follow
constexpr size_t kFidSize = 16, kUsedSize = 8, kDeadSize = 16;
constexpr uint64_t kMaxFile = 16 << 20;

uint64_t Number(std::string_view bytes, size_t offset, size_t size) {
    uint64_t value = 0;

    for (size_t i = size; i-- > 0;)
        value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
    return value;
}

std::string Fid(uint64_t sequence, uint64_t object) {
    return fmt::format("{:#x}:{:#x}:0x0", sequence, object);
}

// Of a FID in text form, its sequence and object.
bool ParseFid(const std::string &text, uint64_t *sequence, uint64_t *object) {
    unsigned long long seq, oid;

    if (sscanf(text.c_str(), "%llx:%llx:0x0", &seq, &oid) != 2)
        return false;
    *sequence = seq;
    *object = oid;
    return true;
}

// One line whatever is in it.
std::string Escape(const std::string &path) {
    std::string text;

    for (char c : path)
        text += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
    return text;
}

Result<> ListFile(const fs::path &path, const fs::path &root, const XattrReader &xattr, std::string *text) {
    const std::string layout_bytes = xattr(path, kLovXattr), fid = xattr(path, kFidXattr);
    std::vector<std::string> objects;

    if (layout_bytes.empty())
        return {};
    if (fid.size() != kFidSize)
        return Error{EUCLEAN, fmt::format("{}: has a layout and no FID", path.string()), "run e2fsck"};
    Result<Layout> layout = ParseLayout(layout_bytes);
    if (!layout)
        return layout.error().In(path.string());
    for (const StripeObject &object : layout->objects)
        objects.push_back(ObjectFid(object));
    *text += fmt::format("file {} {} {}\n", Fid(Number(fid, 8, 8), Number(fid, 4, 4)),
                         objects.empty() ? "-" : Join(objects, ","), Escape(path.lexically_relative(root)));
    return {};
}

Result<> ListTree(const fs::path &root, const char *part, const XattrReader &xattr, std::string *text) {
    std::set<ino_t> seen;  // files with several names
    std::error_code error;

    for (fs::recursive_directory_iterator entry(root / part, error), end; !error && entry != end;
         entry.increment(error)) {
        struct stat st;
        if (lstat(entry->path().c_str(), &st) || !S_ISREG(st.st_mode) ||
            (st.st_nlink > 1 && !seen.insert(st.st_ino).second))
            continue;
        if (Result<> listed = ListFile(entry->path(), root, xattr, text); !listed)
            return listed;
    }
    if (error)
        return SystemError(error.value(), fmt::format("{}/{}", root.string(), part));
    return {};
}

// Records of the metadata server: what was given to files, and what is about to be destroyed.
void ListRecords(const fs::path &root, std::string *text) {
    Result<std::string> used = ReadFile(root / "lov_objid", kMaxFile), dead = ReadFile(root / "dead_objects", kMaxFile);

    for (size_t at = 0; used && at + kUsedSize <= used->size(); at += kUsedSize)
        if (uint64_t object = Number(*used, at, 4); object)
            *text += "used " + Fid(kOstSequence + at / kUsedSize, object) + "\n";
    for (size_t at = 0; dead && at + kDeadSize <= dead->size(); at += kDeadSize)
        if (uint64_t index = Number(*dead, at, 4); index)
            *text += "dead " + Fid(kOstSequence + index - 1, Number(*dead, at + 4, 4)) + "\n";
}

Result<> ListObjects(const fs::path &root, std::string *text) {
    std::error_code error;

    for (const auto &sequence : fs::directory_iterator(root / "O", error)) {
        const uint64_t seq = strtoull(sequence.path().filename().c_str(), nullptr, 16);
        *text += fmt::format("sequence {:#x}\n", seq);
        for (const auto &folder : fs::directory_iterator(sequence, error))
            for (const auto &object : fs::directory_iterator(folder, error))
                *text += "object " + Fid(seq, strtoull(object.path().filename().c_str(), nullptr, 10)) + "\n";
    }
    if (error)
        return SystemError(error.value(), (root / "O").string());
    return {};
}

Result<> AddLine(TargetLists *lists, const std::string &line) {
    std::istringstream words(line);
    std::string kind, name, objects, path;
    uint64_t sequence, object = 0;

    words >> kind >> name;
    if (kind == "sequence") {
        lists->sequences.insert(strtoull(name.c_str(), nullptr, 16));
        return {};
    }
    if (!ParseFid(name, &sequence, &object))
        return Error{EINVAL, fmt::format("not a line of a list: {}", line), ""};
    if (kind == "object") {
        lists->objects.insert(name);
    } else if (kind == "dead") {
        lists->dead.insert(name);
    } else if (kind == "used") {
        lists->used[sequence] = std::max(lists->used[sequence], object);
    } else if (kind == "file" && words >> objects && std::getline(words >> std::ws, path)) {
        lists->files.push_back({name, path, objects == "-" ? std::vector<std::string>() : Split(objects, ',')});
    } else {
        return Error{EINVAL, fmt::format("not a line of a list: {}", line), ""};
    }
    return {};
}

}  // namespace

std::string ReadXattr(const std::string &path, const char *name) {
    char value[4096];
    const ssize_t size = lgetxattr(path.c_str(), name, value, sizeof(value));

    return size < 0 ? "" : std::string(value, size);
}

Result<std::string> ListTarget(const std::string &root, const XattrReader &xattr) {
    std::string text = std::string(kHead) + "\n";
    const bool metadata = fs::is_directory(fs::path(root) / "ROOT");

    if (!metadata && !fs::is_directory(fs::path(root) / "O"))
        return Error{ENOENT, fmt::format("{}: neither ROOT nor O is there", root), "mount the disk of a target there"};
    if (!metadata) {
        Result<> listed = ListObjects(root, &text);
        return listed ? Result<std::string>(text) : listed.error();
    }
    text += "metadata\n";
    for (const char *part : {"ROOT", "PENDING"})
        if (Result<> listed = ListTree(root, part, xattr, &text); !listed)
            return listed.error();
    ListRecords(root, &text);
    return text;
}

Result<> AddTargetList(TargetLists *lists, std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string line;

    if (!std::getline(lines, line) || line != kHead)
        return Error{EINVAL, "not a list of a target", "make one with check_list"};
    while (std::getline(lines, line)) {
        if (line == "metadata")
            lists->metadata_targets++;
        else if (Result<> added = AddLine(lists, line); !added)
            return added;
    }
    return {};
}

CheckReport CompareTargets(const TargetLists &lists) {
    std::map<std::string, unsigned int> named;
    std::map<uint64_t, uint64_t> used = lists.used;
    uint64_t sequence, id = 0;
    CheckReport report;

    report.files = lists.files.size();
    report.objects = lists.objects.size();
    for (const TargetLists::File &file : lists.files) {
        for (const std::string &object : file.objects) {
            if (named[object]++ == 1)
                report.shared.push_back(object);
            if (!ParseFid(object, &sequence, &id))
                continue;
            used[sequence] = std::max(used[sequence], id);
            if (lists.sequences.count(sequence) && !lists.objects.count(object))
                report.missing.push_back({file.fid, file.path, object});
        }
    }
    for (const std::string &object : lists.objects) {
        if (!ParseFid(object, &sequence, &id) || named.count(object) || lists.dead.count(object))
            continue;
        if (id > used[sequence])
            report.stock++;
        else
            report.nameless.push_back(object);
    }
    return report;
}

}  // namespace sheen
