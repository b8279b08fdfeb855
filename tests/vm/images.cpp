// SPDX-License-Identifier: GPL-2.0
#include "images.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "cpio.h"
#include "error.h"
#include "files.h"
#include "process.h"

namespace sheen::vm {
namespace {

constexpr char kSuite[] = "bookworm";
constexpr int kImageFormat = 1;  // raise when a recipe in this file changes
constexpr std::size_t kTreeFiles = 2000;

// The words of a list file: one per line, # starts a comment.
std::vector<std::string> read_list(const fs::path &path) {
    std::istringstream text(read_file(path));
    std::vector<std::string> words;
    for (std::string line; std::getline(text, line);) {
        line = line.substr(0, line.find('#'));
        line.erase(std::remove_if(line.begin(), line.end(), ::isspace), line.end());
        if (!line.empty())
            words.push_back(line);
    }
    return words;
}

std::string join(const std::vector<std::string> &words, const char *separator) {
    std::string result;
    for (const std::string &word : words)
        result += (result.empty() ? "" : separator) + word;
    return result;
}

// The host's own mirrors of the suite, so that a proxy or a local mirror is used here as well.
std::vector<std::string> host_mirrors() {
    const Output targets = capture(
        {"apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)", "Created-By: Packages"});
    std::istringstream lines(targets.text);
    std::set<std::string> mirrors;
    for (std::string uri, codename, component; lines >> uri >> codename >> component;) {
        if (codename.rfind(kSuite, 0) == 0 && component == "main")
            mirrors.insert(fmt::format("deb {} {} main", uri, codename));
    }
    return {mirrors.begin(), mirrors.end()};
}

// How the host's apt reaches its archive (proxies, checks) holds for the image as well.
std::vector<std::string> host_apt_options() {
    std::istringstream lines(capture({"apt-config", "dump"}).text);
    std::vector<std::string> options;
    for (std::string line; std::getline(lines, line);) {
        for (const char *prefix : {"Acquire::http::", "Acquire::https::", "Acquire::Check-", "Acquire::Retries"}) {
            if (line.rfind(prefix, 0) == 0 && line.find("\"\"") == std::string::npos)
                options.push_back("--aptopt=" + line);
        }
    }
    return options;
}

void make_erofs(const fs::path &folder, const fs::path &image) {
    check({"mkfs.erofs", "--quiet", "-T0", image, folder});
}

void make_root(const std::vector<std::string> &packages, const fs::path &image) {
    const fs::path folder = image.string() + ".root";
    fs::remove_all(folder);
    Argv command = {"mmdebstrap",
                    "--quiet",
                    "--variant=essential",
                    "--components=main",
                    "--include=" + join(packages, ","),
                    "--aptopt=Apt::Install-Recommends \"false\"",
                    "--dpkgopt=force-unsafe-io"};
    for (const char *unused : {"man", "doc", "locale", "info", "lintian", "i18n"})
        command.push_back(fmt::format("--dpkgopt=path-exclude=/usr/share/{}/*", unused));
    for (const std::string &option : host_apt_options())
        command.push_back(option);
    command.insert(command.end(), {kSuite, folder});
    for (const std::string &mirror : host_mirrors())
        command.push_back(mirror);
    check(command);
    for (const char *mount_point : {"host", "share", "mnt/sheen", "etc/lustre"})
        fs::create_directories(folder / mount_point);
    fs::remove_all(folder / "var/cache");
    fs::remove_all(folder / "var/lib/apt");
    check({"mkfs.erofs", "--quiet", image, folder});
    fs::remove_all(folder);
}

void make_modules(const Kernel &kernel, const std::vector<std::string> &names, const fs::path &image) {
    const fs::path folder = image.string() + ".folder";
    const fs::path base = folder / "usr/lib/modules" / kernel.release;
    fs::remove_all(folder);
    fs::create_directories(base);
    const ModuleTree tree(kernel);
    for (const std::string &path : tree.load_order(names)) {
        const fs::path target = base / path.substr(0, path.find(".ko") + 3);
        fs::create_directories(target.parent_path());
        write_file(target, tree.content(path));
    }
    for (const char *list : {"modules.order", "modules.builtin", "modules.builtin.modinfo"}) {
        if (fs::exists(kernel.modules / list))
            fs::copy_file(kernel.modules / list, base / list);
    }
    check({"depmod", "-b", folder / "usr", kernel.release});
    make_erofs(folder, image);
    fs::remove_all(folder);
}

// libcrc32c, which erofs brings, stays with what is there when it is loaded. QEMU emulates the processor's instruction
// for it bit by bit: tables are faster.
const std::vector<std::string> kBootModules = {"crc32c_generic", "virtio_pci", "virtio_blk", "virtio_net",
                                               "9pnet_virtio",   "9p",         "erofs",      "overlay"};

void make_initramfs(const Kernel &kernel, const fs::path &agent, const fs::path &image) {
    CpioWriter archive;
    for (const char *folder : {"dev", "proc", "sys", "new", "modules"})
        archive.add_folder(folder);
    archive.add_device("dev/console", 5, 1);
    archive.add_file("init", read_file(agent), true);
    const ModuleTree tree(kernel);
    std::string list;
    for (const std::string &path : tree.load_order(kBootModules)) {
        std::string name = fs::path(path).filename();
        name = name.substr(0, name.find(".ko") + 3);
        list += name + "\n";
        archive.add_file("modules/" + name, tree.content(path));
    }
    archive.add_file("modules.list", list);
    write_file(image, archive.finish());
}

// All symbolic links and as many of the files, in order of their paths, as are asked for.
std::vector<fs::path> choose_files(const fs::path &folder, std::size_t count) {
    std::vector<fs::path> files, chosen;
    for (const auto &entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_symlink())
            chosen.push_back(entry.path());
        else if (entry.is_regular_file())
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path &file : files) {
        if (chosen.size() >= count)
            break;
        chosen.push_back(file);
    }
    return chosen;
}

fs::path common_headers(const Kernel &kernel) {
    const std::string flavour = "-amd64";
    if (!kernel.release.ends_with(flavour))
        return headers_folder(kernel.release) / "include";
    const std::string release = kernel.release.substr(0, kernel.release.size() - flavour.size());
    const fs::path folder = "/usr/src/linux-headers-" + release + "-common";
    if (!fs::exists(folder))
        fail("{} is missing; install linux-headers-{}", folder.string(), kernel.release);
    return folder;
}

void make_tree(const fs::path &headers, bool full, const fs::path &image) {
    if (full) {
        check({"mkfs.erofs", "--quiet", image, headers});
        return;
    }
    const fs::path folder = image.string() + ".folder";
    fs::remove_all(folder);
    fs::create_directories(folder);
    std::string names;
    for (const fs::path &file : choose_files(headers, kTreeFiles)) {
        names += file.lexically_relative(headers).string();
        names += '\0';
    }
    const fs::path list = image.string() + ".list";
    const fs::path archive = image.string() + ".tar";
    write_file(list, names);
    check({"tar", "-C", headers, "--null", "--no-recursion", "-T", list, "-cf", archive});
    check({"tar", "-C", folder, "-xpf", archive});
    fs::remove(list);
    fs::remove(archive);
    check({"mkfs.erofs", "--quiet", image, folder});
    fs::remove_all(folder);
}

}  // namespace

fs::path root_image(const fs::path &source, const std::string &more_packages) {
    std::vector<std::string> packages = read_list(source / "config/packages.guest");
    if (!more_packages.empty()) {
        const std::vector<std::string> more = read_list(source / "config" / more_packages);
        packages.insert(packages.end(), more.begin(), more.end());
    }
    const std::string inputs = fmt::format("{} {} {}", kImageFormat, kSuite, join(packages, " "));
    return cached("root-" + digest(inputs) + ".erofs", [&](const fs::path &image) { make_root(packages, image); });
}

fs::path modules_image(const fs::path &source, const Kernel &kernel) {
    const std::vector<std::string> names = read_list(source / "config/modules.guest");
    const std::string inputs = fmt::format("{} {}", kImageFormat, join(names, " "));
    return cached(fmt::format("modules-{}-{}.erofs", kernel.release, digest(inputs)),
                  [&](const fs::path &image) { make_modules(kernel, names, image); });
}

fs::path initramfs(const Kernel &kernel, const fs::path &agent) {
    const std::string inputs = fmt::format("{} {} {}", kImageFormat, join(kBootModules, " "), read_file(agent));
    return cached(fmt::format("initramfs-{}-{}", kernel.release, digest(inputs)),
                  [&](const fs::path &image) { make_initramfs(kernel, agent, image); });
}

fs::path tree_image(const Kernel &kernel, bool full) {
    const fs::path headers = common_headers(kernel);
    return cached(fmt::format("tree-{}-{}-{}.erofs", kernel.release, full ? "full" : "part", kImageFormat),
                  [&](const fs::path &image) { make_tree(headers, full, image); });
}

}  // namespace sheen::vm
