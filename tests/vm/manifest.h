/* SPDX-License-Identifier: GPL-2.0 */
// What a tree of files consists of, and whether two trees are the same.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "node.h"

namespace sheen::vm {

// By path: type, mode, owner, time in seconds, size and link target as one text.
using Manifest = std::map<std::string, std::string>;

// Attributes of everything under a folder of a node.
Manifest read_attributes(Node &node, const std::string &folder);

// MD5 of every regular file; `progress` hears how many have been read.
Manifest read_checksums(Node &node, const std::string &folder, const std::function<void(std::size_t)> &progress);

// One line for each difference, at most `limit` of them; empty when both are the same.
std::vector<std::string> differences(const Manifest &expected, const Manifest &found, std::size_t limit = 10);

// Turns find's output into a manifest; apart from read_attributes() for tests.
Manifest parse_attributes(const std::string &text);

}  // namespace sheen::vm
