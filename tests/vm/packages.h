/* SPDX-License-Identifier: GPL-2.0 */
// Debian packages of the host: installing some, looking into others.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sheen::vm {

// What is installed already costs a moment.
void install_packages(const std::vector<std::string> &packages);

// Downloads a package and unpacks it into `folder`; it is not installed.
void unpack_package(const std::string &package, const std::filesystem::path &folder);

// What the archive says of a package; throws when it has none of this name.
std::string describe_package(const std::string &package);

}  // namespace sheen::vm
