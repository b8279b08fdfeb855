/* SPDX-License-Identifier: GPL-2.0 */
// Small file helpers, locks, and the cache of things that take long to make.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace sheen::vm {

namespace fs = std::filesystem;

std::string read_file(const fs::path &path);                     // throws when unreadable
void write_file(const fs::path &path, const std::string &text);  // replaces it atomically

// 64-bit FNV-1a as 16 hex digits: tells inputs apart, protects against nothing.
std::string digest(const std::string &text);

// An exclusive flock(2) on a file that is created when missing.
class FileLock {
public:
    enum class Wait { kYes, kNo };
    explicit FileLock(const fs::path &path, Wait wait = Wait::kYes);
    ~FileLock();
    FileLock(FileLock &&other) noexcept;
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

    bool held() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

// Where images and kernels are kept: $SHEEN_CACHE or /var/cache/sheen.
fs::path cache_folder();

// The cached file or folder `name`, made by `make(temporary path)` when it is missing. The name
// has to contain a digest of everything that the content depends on. Safe between processes.
fs::path cached(const std::string &name, const std::function<void(const fs::path &)> &make);

// Removes from the cache what cached() put there, and the folder when nothing else is in it.
void remove_cache();

}  // namespace sheen::vm
