/* SPDX-License-Identifier: GPL-2.0 */
// The disk of an MDT that is off, read on the host with e2fsprogs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sheen::vm {

class MdtImage {
public:
    // Works on a copy of the disk, in which the journal is replayed as the next mount would do it and nothing else is
    // changed.
    MdtImage(const std::filesystem::path &disk, const std::filesystem::path &copy);
    ~MdtImage();
    MdtImage(const MdtImage &) = delete;
    MdtImage &operator=(const MdtImage &) = delete;

    // What e2fsck finds wrong, when asked to change nothing; empty when the file system is clean.
    std::string faults() const;

    struct File {
        std::uint64_t inode = 0;
        std::set<std::string> attributes;  // names of its extended attributes
        std::uint64_t sequence = 0;        // of the FID in them
        std::uint32_t object = 0;
    };
    // The entries of a folder of the file system, such as "many".
    std::map<std::string, File> list(const std::string &folder) const;

    // The inode that the object index gives for a FID; 0 for none.
    std::uint64_t inode_of(std::uint64_t sequence, std::uint32_t object);

private:
    std::vector<std::string> debugfs(const std::string &commands) const;

    std::filesystem::path copy_;
    std::map<std::uint64_t, std::string> indexes_;  // contents of oi/SEQUENCE
};

}  // namespace sheen::vm
