// SPDX-License-Identifier: GPL-2.0
#include "lconf/storage.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "lconf/multi_mount.h"
#include "lib/process.h"
#include "lib/strings.h"

namespace sheen::lconf {

namespace {

// Where an ext2/3/4 super block has what we look at, in bytes from the start of the disk.
constexpr off_t kExtMagicOffset = 1024 + 56;
constexpr off_t kExtLabelOffset = 1024 + 120;
constexpr uint16_t kExtMagic = 0xef53;
constexpr size_t kExtLabelSize = 16;

class File {
public:
    File(const std::string &path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC)) {}
    ~File() {
        if (fd_ >= 0)
            close(fd_);
    }
    File(const File &) = delete;
    File &operator=(const File &) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

/// Whether the disk holds the file system of this target.
Result<> CheckContent(const Storage &storage) {
    File file(storage.path, O_RDONLY);
    char label[kExtLabelSize + 1] = "";
    uint16_t magic = 0;

    if (file.fd() < 0)
        return SystemError(errno, storage.path);
    if (pread(file.fd(), &magic, sizeof(magic), kExtMagicOffset) != sizeof(magic) || le16toh(magic) != kExtMagic)
        return Error{EINVAL, fmt::format("{}: no {} file system on it", storage.path, storage.fstype),
                     "check the device, or format it with lconf --reformat"};
    if (pread(file.fd(), label, kExtLabelSize, kExtLabelOffset) != kExtLabelSize)
        return SystemError(EIO, storage.path);
    if (label[0] && storage.label != label)
        return Error{EINVAL, fmt::format("{}: belongs to '{}', not to '{}'", storage.path, label, storage.label),
                     "check the device in the configuration"};
    if (!storage.shared)
        return {};
    Result<MultiMount> protection = ReadMultiMount(storage.path);
    if (protection && !protection->present)
        return Error{EINVAL, fmt::format("{}: has two homes, and nothing keeps both from mounting it", storage.path),
                     fmt::format("tune2fs -O mmp -E mmp_update_interval=1 {}", storage.path)};
    return protection ? Result<>() : protection.error();
}

/// The loop device of a file, or "".
Result<std::string> FindLoop(const std::string &path) {
    Result<std::string> out = RunProgram({"losetup", "-n", "-O", "NAME", "-j", path}, "install util-linux");

    if (!out)
        return out;
    std::vector<std::string> names = SplitBlanks(*out);
    return names.empty() ? std::string() : names.front();
}

Result<> CheckFile(const Storage &storage) {
    struct stat st;

    if (stat(storage.path.c_str(), &st) < 0) {
        if (errno != ENOENT)
            return SystemError(errno, storage.path);
        if (!storage.reformat)
            return Error{ENOENT, fmt::format("{}: no such file", storage.path), "create it with lconf --reformat"};
        if (!storage.size_kb)
            return Error{ENOENT, fmt::format("{}: no such file, and its size is not known", storage.path),
                         "give the size in KB with lmc --size"};
        return {};
    }
    if (!S_ISREG(st.st_mode))
        return Error{EINVAL, fmt::format("{}: neither a block device nor a file", storage.path), ""};
    return storage.reformat ? Result<>() : CheckContent(storage);
}

}  // namespace

/// An exclusive open fails while the disk, or a part of it, is mounted or otherwise claimed.
Result<> CheckFree(const std::string &device) {
    File file(device, O_RDONLY | O_EXCL);

    if (file.fd() < 0 && errno == EBUSY)
        return Error{EBUSY, fmt::format("{}: mounted or in use by something else", device), "unmount it first"};
    return file.fd() < 0 ? SystemError(errno, device) : Result<>();
}

Result<> CheckStorage(const Storage &storage) {
    struct stat st;

    if (storage.IsFile())
        return CheckFile(storage);
    if (stat(storage.path.c_str(), &st) < 0)
        return SystemError(errno, storage.path, "check the device in the configuration");
    if (!S_ISBLK(st.st_mode))
        return Error{ENOTBLK, fmt::format("{}: not a block device", storage.path), ""};
    if (Result<> free = CheckFree(storage.path); !free)
        return free;
    return storage.reformat ? Result<>() : CheckContent(storage);
}

Result<std::string> OpenStorage(const Storage &storage, bool *made) {
    struct stat st;

    *made = false;
    if (stat(storage.path.c_str(), &st) == 0 || storage.reformat) {
        File file(storage.path, O_RDWR | (storage.reformat ? O_CREAT : 0));
        off_t size = static_cast<off_t>(storage.size_kb) * 1024;
        if (file.fd() < 0)
            return SystemError(errno, storage.path);
        if (storage.reformat && size && ftruncate(file.fd(), size) < 0)
            return SystemError(errno, storage.path);
    }
    Result<std::string> loop = FindLoop(storage.path);
    if (!loop || !loop->empty())
        return loop;
    if (access("/dev/loop-control", F_OK) < 0) {
        if (Result<std::string> loaded = RunProgram({"modprobe", "loop"}, "install kmod"); !loaded)
            return loaded;
    }
    loop = RunProgram({"losetup", "--find", "--show", storage.path}, "install util-linux");
    if (!loop)
        return loop;
    *made = true;
    return std::string(Trim(*loop));
}

Result<> CloseStorage(const Storage &storage) {
    Result<std::string> loop = FindLoop(storage.path);

    if (!loop)
        return loop.error();
    if (loop->empty())
        return {};
    Result<std::string> out = RunProgram({"losetup", "--detach", *loop});
    return out ? Result<>() : out.error();
}

Result<> FormatStorage(const Storage &storage, const std::string &device) {
    std::vector<std::string> words = storage.mkfs;

    // Once more, directly before the disk is lost: it may have been mounted since the plan was checked.
    if (Result<> free = CheckFree(device); !free)
        return free;
    if (Result<> free = CheckNotMountedElsewhere(device, NodeName()); !free)
        return free;
    words.push_back(device);
    Result<std::string> out = RunProgram(words, "install e2fsprogs");
    return out ? Result<>() : out.error();
}

}  // namespace sheen::lconf
