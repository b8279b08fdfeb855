/* SPDX-License-Identifier: GPL-2.0 */
// Stock Lustre on a node, in the place of Sheen; docs/interop.md says what its folder holds.
#pragma once

#include <filesystem>
#include <string>

#include "node.h"

namespace sheen::vm {

// The folder that ./run test interop --oracle named; empty: none. Throws when it holds no client.
std::filesystem::path stock_folder();

// Does it hold servers, too?
bool have_stock_servers();

// Makes the client in /share what mount, lctl and lfs mean on a node, and loads it. Sheen's is not found there any
// more.
void install_stock_client(Node &node);

// Installs the servers and starts them: MGS, one MDT and two OSTs, all on this node. Also after a power cut.
void start_stock_servers(Node &node, const std::string &fsname);

// The release of the stock client or server on a node, as "2.17.0".
std::string stock_version(Node &node);

// Unloads all modules of a client; throws when one stays. Nothing is mounted.
void unload_stock_client(Node &node);

}  // namespace sheen::vm
