/* SPDX-License-Identifier: GPL-2.0 */
// Images that nodes boot from. All are cached by what they are made of.
#pragma once

#include <filesystem>
#include <string>

#include "kernel.h"

namespace sheen::vm {

// Root file system (erofs) with the packages of config/packages.guest, and of another list there.
std::filesystem::path root_image(const std::filesystem::path &source, const std::string &more_packages = "");

// usr/lib/modules/<release> (erofs) with the modules of config/modules.guest.
std::filesystem::path modules_image(const std::filesystem::path &source, const Kernel &kernel);

// initramfs with the agent and the modules that it needs to reach the root image.
std::filesystem::path initramfs(const Kernel &kernel, const std::filesystem::path &agent);

// A tree of real files to copy (erofs): the kernel's common headers, all of them or 2,000 files.
std::filesystem::path tree_image(const Kernel &kernel, bool full);

}  // namespace sheen::vm
