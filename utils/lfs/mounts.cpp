// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <mntent.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "lfs/lfs.h"
#include "sheen_ioctl.h"

namespace sheen::lfs {

namespace {

class Directory {
public:
    explicit Directory(const std::string &path) : fd_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
    ~Directory() {
        if (fd_ >= 0)
            close(fd_);
    }
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

template <size_t N>
std::string Text(const char (&field)[N]) {
    return std::string(field, std::find(field, field + N, '\0'));
}

Result<Mount> AskInstance(const std::string &path) {
    sheen_instance instance{};
    Directory directory(path);

    if (directory.fd() < 0)
        return SystemError(errno, path);
    if (ioctl(directory.fd(), SHEEN_IOC_INSTANCE, &instance) < 0) {
        if (errno == ENOTTY || errno == EINVAL)
            return Error{ENOTTY, fmt::format("{}: not in a Sheen file system", path), ""};
        return SystemError(errno, path);
    }
    return Mount{path, Text(instance.fsname), Text(instance.instance)};
}

std::vector<std::string> MountPoints() {
    std::vector<std::string> paths;
    FILE *mounts = setmntent("/proc/self/mounts", "re");

    if (!mounts)
        return paths;
    while (const mntent *entry = getmntent(mounts))
        if (std::string_view(entry->mnt_type) == "lustre")
            paths.push_back(entry->mnt_dir);
    endmntent(mounts);
    return paths;
}

}  // namespace

Result<Mount> FindMount(const std::string &path) {
    std::unique_ptr<char, void (*)(void *)> canonical(realpath(path.c_str(), nullptr), free);
    size_t longest = 0;

    if (!canonical)
        return SystemError(errno, path);
    std::string full = canonical.get();
    Result<Mount> mount = AskInstance(full);
    if (!mount)
        return mount;
    for (const std::string &point : MountPoints()) {
        bool inside = full == point || full.starts_with(point == "/" ? point : point + "/");
        if (inside && point.size() > longest) {
            longest = point.size();
            mount->path = point;
        }
    }
    return mount;
}

Result<std::vector<Mount>> AllMounts() {
    std::vector<Mount> mounts;

    for (const std::string &path : MountPoints()) {
        Result<Mount> mount = AskInstance(path);
        if (!mount)
            return mount.error();
        mounts.push_back(*mount);
    }
    if (mounts.empty())
        return Error{ENOENT, "no Sheen file system is mounted", "mount -t lustre MGSNID:/FSNAME DIR"};
    return mounts;
}

Result<> PathToFid(const std::vector<std::string> &paths) {
    for (const std::string &path : paths) {
        sheen_fid fid{};
        Directory file(path);

        if (file.fd() < 0)
            return SystemError(errno, "path2fid " + path);
        if (ioctl(file.fd(), SHEEN_IOC_FID, &fid) < 0)
            return errno == ENOTTY ? Error{ENOTTY, fmt::format("path2fid {}: not in a Sheen file system", path), ""}
                                   : SystemError(errno, "path2fid " + path);
        std::string text = fmt::format("[{:#x}:{:#x}:{:#x}]", fid.seq, fid.oid, fid.ver);
        fmt::print("{}{}\n", paths.size() > 1 ? path + ": " : "", text);
    }
    return {};
}

Result<> GetName(const std::vector<std::string> &paths) {
    std::vector<Mount> mounts;

    for (const std::string &path : paths) {
        Result<Mount> mount = FindMount(path);
        if (!mount)
            return mount.error().In("getname");
        mount->path = path;
        mounts.push_back(*mount);
    }
    if (paths.empty()) {
        Result<std::vector<Mount>> all = AllMounts();
        if (!all)
            return all.error().In("getname");
        mounts = *all;
    }
    for (const Mount &mount : mounts)
        fmt::print("{} {}\n",
                   mount.instance.starts_with(mount.fsname + "-") ? mount.instance
                                                                  : fmt::format("{}-{}", mount.fsname, mount.instance),
                   mount.path);
    return {};
}

}  // namespace sheen::lfs
