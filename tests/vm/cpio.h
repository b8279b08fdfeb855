/* SPDX-License-Identifier: GPL-2.0 */
// Writes an initramfs: a cpio archive in the "newc" format.
#pragma once

#include <cstdint>
#include <string>

namespace sheen::vm {

class CpioWriter {
public:
    void add_folder(const std::string &path);
    void add_file(const std::string &path, const std::string &content, bool executable = false);

    // A character device node, such as the console that the kernel opens for its first process.
    void add_device(const std::string &path, std::uint32_t major, std::uint32_t minor);

    std::string finish();  // the whole archive

private:
    void add(const std::string &path, std::uint32_t mode, const std::string &content, std::uint32_t major = 0,
             std::uint32_t minor = 0);
    void pad();

    std::string archive_;
    std::uint32_t next_inode_ = 1;
};

}  // namespace sheen::vm
