// SPDX-License-Identifier: GPL-2.0
#include "files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "error.h"

namespace sheen::vm {
namespace {

constexpr char kCacheTag[] = "sheen-cache";  // marks a folder as ours to clean

}  // namespace

std::string read_file(const fs::path &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        fail("cannot read {}", path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_file(const fs::path &path, const std::string &text) {
    const fs::path temporary = path.string() + fmt::format(".{}", getpid());
    {
        std::ofstream file(temporary, std::ios::binary);
        file << text;
        if (!file.flush())
            fail("cannot write {}", temporary.string());
    }
    fs::rename(temporary, path);
}

std::string digest(const std::string &text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return fmt::format("{:016x}", hash);
}

FileLock::FileLock(const fs::path &path, Wait wait) {
    fs::create_directories(path.parent_path());
    fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0)
        fail("cannot open lock {}: {}", path.string(), std::strerror(errno));
    int rc;
    do {
        rc = flock(fd_, LOCK_EX | (wait == Wait::kNo ? LOCK_NB : 0));
    } while (rc != 0 && errno == EINTR);
    if (rc != 0) {
        close(fd_);
        fd_ = -1;
    }
}

FileLock::~FileLock() {
    if (fd_ >= 0)
        close(fd_);
}

FileLock::FileLock(FileLock &&other) noexcept : fd_(other.fd_) {
    other.fd_ = -1;
}

fs::path cache_folder() {
    const char *chosen = std::getenv("SHEEN_CACHE");
    return chosen && *chosen ? fs::path(chosen) : fs::path("/var/cache/sheen");
}

fs::path cached(const std::string &name, const std::function<void(const fs::path &)> &make) {
    const fs::path folder = cache_folder() / kCacheTag;
    const fs::path wanted = folder / name;
    if (fs::exists(wanted))
        return wanted;
    const FileLock lock(folder / "locks" / name);
    if (fs::exists(wanted))
        return wanted;  // another process made it while we waited
    const fs::path temporary = folder / (name + ".tmp");
    fs::remove_all(temporary);
    try {
        make(temporary);
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(temporary, ignored);
        throw;
    }
    fs::rename(temporary, wanted);
    return wanted;
}

void remove_cache() {
    std::error_code ignored;
    fs::remove_all(cache_folder() / kCacheTag);
    fs::remove(cache_folder(), ignored);  // only when empty
}

}  // namespace sheen::vm
