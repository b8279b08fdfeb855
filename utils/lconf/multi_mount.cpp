// SPDX-License-Identifier: GPL-2.0
#include "lconf/multi_mount.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include <fmt/format.h>

namespace sheen::lconf {

namespace {

constexpr size_t kChunk = 4096;  // read at once, aligned: past the cache, which does not see what other nodes write

// An ext4 super block, as far as it matters; in bytes from the start of the disk.
constexpr size_t kMagicAt = 1024 + 56, kBlockSizeAt = 1024 + 24, kIncompatAt = 1024 + 96;
constexpr size_t kUpdateIntervalAt = 1024 + 0x166, kBlockAt = 1024 + 0x168;
constexpr uint16_t kExtMagic = 0xef53;
constexpr uint32_t kIncompatMmp = 0x100;

// The block itself.
constexpr size_t kSequenceAt = 4, kNodeAt = 16, kNodeSize = 64, kCheckIntervalAt = 112;
constexpr uint32_t kMmpMagic = 0x004d4d50, kClean = 0xff4d4d50;
constexpr unsigned kMinInterval = 5;  // seconds, the kernel's

class Disk {
public:
    explicit Disk(const std::string &path) : fd_(open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC)) {
        if (fd_ < 0 && errno == EINVAL)  // a file on a file system that knows no such access
            fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    ~Disk() {
        if (fd_ >= 0)
            close(fd_);
    }
    Disk(const Disk &) = delete;
    Disk &operator=(const Disk &) = delete;

    bool ok() const { return fd_ >= 0; }
    bool Read(uint64_t offset) {
        return pread(fd_, buffer_.get(), kChunk, static_cast<off_t>(offset)) == static_cast<ssize_t>(kChunk);
    }
    template <class T>
    T Get(size_t at) const {
        T value;
        memcpy(&value, buffer_.get() + at, sizeof(value));
        return value;
    }
    std::string Text(size_t at, size_t size) const {
        return std::string(buffer_.get() + at, strnlen(buffer_.get() + at, size));
    }

private:
    int fd_;
    std::unique_ptr<char, decltype(&free)> buffer_{static_cast<char *>(aligned_alloc(kChunk, kChunk)), &free};
};

}  // namespace

bool MultiMount::Held() const {
    return present && sequence != kClean;
}

Result<MultiMount> ReadMultiMount(const std::string &path) {
    Disk disk(path);
    MultiMount found;

    if (!disk.ok())
        return SystemError(errno, path);
    if (!disk.Read(0) || le16toh(disk.Get<uint16_t>(kMagicAt)) != kExtMagic ||
        !(le32toh(disk.Get<uint32_t>(kIncompatAt)) & kIncompatMmp))
        return found;
    uint64_t block = le64toh(disk.Get<uint64_t>(kBlockAt));
    unsigned shift = 10 + le32toh(disk.Get<uint32_t>(kBlockSizeAt)) % 8;
    unsigned update = le16toh(disk.Get<uint16_t>(kUpdateIntervalAt));
    // With blocks smaller than what is read at once it need not lie at the start of that.
    uint64_t offset = block << shift;
    size_t within = offset % kChunk;
    if (!disk.Read(offset - within) || le32toh(disk.Get<uint32_t>(within)) != kMmpMagic)
        return Error{EUCLEAN, fmt::format("{}: the block of its multi-mount protection is damaged", path),
                     "check the disk with e2fsck"};
    found.present = true;
    found.sequence = le32toh(disk.Get<uint32_t>(within + kSequenceAt));
    found.node = disk.Text(within + kNodeAt, kNodeSize);
    unsigned check = le16toh(disk.Get<uint16_t>(within + kCheckIntervalAt));
    found.interval = std::max({update, check, kMinInterval});
    return found;
}

Result<> CheckNotMountedElsewhere(const std::string &path, const std::string &self) {
    Result<MultiMount> before = ReadMultiMount(path);

    // What cannot be read is nothing that anybody has mounted.
    if (!before || !before->Held() || before->node == self)
        return {};
    for (unsigned second = 0; second < before->Patience(); second++) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        Result<MultiMount> now = ReadMultiMount(path);
        if (now && now->sequence != before->sequence && now->Held())
            return Error{
                EBUSY, fmt::format("{}: node {} has it mounted", path, now->node),
                fmt::format("stop it there with lconf --cleanup --failover, or cut the power of {}", now->node)};
    }
    return {};
}

std::string NodeName() {
    struct utsname name;

    return uname(&name) == 0 ? name.nodename : "";
}

}  // namespace sheen::lconf
