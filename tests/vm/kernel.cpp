// SPDX-License-Identifier: GPL-2.0
#include "kernel.h"

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string_view>

#include "debug_kernel.h"
#include "error.h"
#include "files.h"
#include "packages.h"
#include "process.h"

namespace sheen::vm {
namespace {

// Debian's metapackage of a series depends on the newest kernel of it.
std::string meta_package(const std::string &series) {
    if (series == "6.1")
        return "linux-image-amd64";
    if (series == "6.12")
        return "linux-image-6.12-amd64";
    fail("kernel {} is not known; choose 6.1, 6.12 or {}", series, kDebugKernel);
}

bool has_headers(const std::string &release) {
    return fs::exists(headers_folder(release) / "Makefile");
}

std::string kernel_entry(const std::string &release) {
    return "kernel-" + release;
}

// A release of the series that is ready for use without asking the archive; empty if none.
std::string ready_release(const std::string &series) {
    std::string found;
    const std::string prefix = "linux-headers-" + series + ".";
    const std::string suffix = "-amd64";
    std::error_code error;
    for (const auto &entry : fs::directory_iterator("/usr/src", error)) {
        const std::string name = entry.path().filename();
        if (name.rfind(prefix, 0) != 0 || name.size() <= suffix.size() ||
            name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0)
            continue;
        const std::string release = name.substr(std::string("linux-headers-").size());
        if (fs::exists(cache_folder() / "sheen-cache" / kernel_entry(release)) && has_headers(release) &&
            release > found)
            found = release;
    }
    return found;
}

std::string release_in_archive(const std::string &series) {
    const std::string meta = meta_package(series);
    const std::string shown = describe_package(meta);
    const std::string marker = "Depends: linux-image-";
    const auto at = shown.find(marker);
    if (at == std::string::npos)
        fail("{} of the package archive names no kernel", meta);
    const auto start = at + marker.size();
    return shown.substr(start, shown.find_first_of(" ,\n", start) - start);
}

void unpack_kernel(const std::string &release, const fs::path &target) {
    const fs::path root = target / "root";
    unpack_package("linux-image-" + release, root);
    write_file(target / "vmlinux", extract_vmlinux(read_file(root / "boot" / ("vmlinuz-" + release))));
    const bool merged = fs::exists(root / "usr/lib/modules" / release);
    fs::create_directories(target / "lib/modules");
    fs::rename(root / (merged ? "usr/lib/modules" : "lib/modules") / release, target / "lib/modules" / release);
    check({"depmod", "-b", target, release});
    fs::remove_all(root);
}

std::uint32_t le32_at(const std::string &data, std::size_t offset) {
    if (offset + 4 > data.size())
        fail("the kernel image is cut short");
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(data[offset + i]);
    return value;
}

std::vector<std::string> words_of(const std::string &line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::string module_name(const std::string &path) {
    std::string name = fs::path(path).filename();
    name = name.substr(0, name.find(".ko"));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

}  // namespace

fs::path headers_folder(const std::string &release) {
    return "/usr/src/linux-headers-" + release;
}

Kernel prepare_kernel(const std::string &series) {
    if (series == kDebugKernel)
        return prepare_debug_kernel();
    meta_package(series);  // complains about an unknown series
    std::string release = ready_release(series);
    if (release.empty()) {
        release = release_in_archive(series);
        if (!has_headers(release))
            install_packages({"linux-headers-" + release});
    }
    const fs::path folder =
        cached(kernel_entry(release), [&](const fs::path &target) { unpack_kernel(release, target); });
    return {series, release, folder / "vmlinux", folder / "lib/modules" / release};
}

std::string extract_vmlinux(const std::string &bzimage) {
    // Fields of the x86 boot protocol: where the compressed payload of the image lies.
    constexpr std::size_t kSetupSectors = 0x1f1, kMagic = 0x202, kPayloadOffset = 0x248, kPayloadLength = 0x24c,
                          kSectorBytes = 512;
    if (bzimage.size() < 4096 || bzimage.compare(kMagic, 4, "HdrS") != 0)
        fail("this is not a bzImage");
    const std::size_t sectors = static_cast<unsigned char>(bzimage[kSetupSectors]);
    const std::size_t start = ((sectors ? sectors : 4) + 1) * kSectorBytes + le32_at(bzimage, kPayloadOffset);
    const std::size_t length = le32_at(bzimage, kPayloadLength);
    if (length < 8 || start + length > bzimage.size())
        fail("the kernel image is cut short");
    // All packers but gzip are followed by the unpacked size in four bytes.
    const std::string payload = bzimage.substr(start, length - 4);
    struct Packer {
        std::string_view magic;
        Argv command;
    };
    const std::vector<Packer> packers = {
        {std::string_view("\xfd"
                          "7zXZ",
                          5),
         {"xz", "-dc"}},
        {std::string_view("\x28\xb5\x2f\xfd", 4), {"zstd", "-dcq"}},
        {std::string_view("\x02\x21\x4c\x18", 4), {"lz4", "-dcq"}},
    };
    for (const Packer &packer : packers) {
        if (payload.compare(0, packer.magic.size(), packer.magic) == 0) {
            std::string elf = check(packer.command, payload);
            if (elf.compare(0, 4,
                            "\x7f"
                            "ELF") != 0)
                fail("the kernel image holds no ELF file");
            return elf;
        }
    }
    if (payload.compare(0, 2, "\x1f\x8b") == 0)
        return check({"gzip", "-dc"}, bzimage.substr(start, length));
    fail("the kernel image is packed in a way that is not known here");
}

ModuleTree::ModuleTree(const Kernel &kernel) : folder_(kernel.modules) {
    std::istringstream list(read_file(folder_ / "modules.dep"));
    for (std::string line; std::getline(list, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos)
            continue;
        Entry entry;
        entry.path = line.substr(0, colon);
        entry.name = module_name(entry.path);
        entry.needs = words_of(line.substr(colon + 1));
        entries_.push_back(std::move(entry));
    }
}

const ModuleTree::Entry *ModuleTree::find(const std::string &name) const {
    for (const Entry &entry : entries_) {
        if (entry.name == name)
            return &entry;
    }
    return nullptr;
}

std::vector<std::string> ModuleTree::load_order(const std::vector<std::string> &names) const {
    std::vector<std::string> order;
    auto add = [&order](const std::string &path) {
        if (std::find(order.begin(), order.end(), path) == order.end())
            order.push_back(path);
    };
    for (const std::string &name : names) {
        const Entry *entry = find(name);
        if (!entry)
            continue;
        for (auto need = entry->needs.rbegin(); need != entry->needs.rend(); ++need)
            add(*need);
        add(entry->path);
    }
    return order;
}

std::string ModuleTree::content(const std::string &path) const {
    const fs::path file = folder_ / path;
    if (file.extension() == ".xz")
        return check({"xz", "-dc", file});
    if (file.extension() == ".zst")
        return check({"zstd", "-dcq", file});
    return read_file(file);
}

}  // namespace sheen::vm
