// SPDX-License-Identifier: GPL-2.0
#include "cpio.h"

#include <fmt/core.h>
#include <sys/stat.h>

namespace sheen::vm {

void CpioWriter::add_folder(const std::string &path) {
    add(path, S_IFDIR | 0755, "");
}

void CpioWriter::add_file(const std::string &path, const std::string &content, bool executable) {
    add(path, S_IFREG | (executable ? 0755 : 0644), content);
}

void CpioWriter::add_device(const std::string &path, std::uint32_t major, std::uint32_t minor) {
    add(path, S_IFCHR | 0600, "", major, minor);
}

std::string CpioWriter::finish() {
    add("TRAILER!!!", 0, "");
    return std::move(archive_);
}

void CpioWriter::add(const std::string &path, std::uint32_t mode, const std::string &content, std::uint32_t major,
                     std::uint32_t minor) {
    // magic, inode, mode, uid, gid, links, mtime, size, device, device of the node, length of
    // the name with its NUL, checksum (unused in this format)
    archive_ += fmt::format("070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}", next_inode_++, mode, 0, 0, 1, 0,
                            content.size());
    archive_ += fmt::format("{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}", 0, 0, major, minor, path.size() + 1, 0);
    archive_ += path;
    archive_ += '\0';
    pad();
    archive_ += content;
    pad();
}

void CpioWriter::pad() {
    while (archive_.size() % 4 != 0)
        archive_ += '\0';
}

}  // namespace sheen::vm
