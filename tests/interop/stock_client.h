/* SPDX-License-Identifier: GPL-2.0 */
// A stock Lustre client on a node, in the place of Sheen's; docs/interop.md says what its folder holds.
#pragma once

#include <filesystem>

#include "node.h"

namespace sheen::vm {

// The folder that ./run test interop --oracle named; empty: none. Throws when it is not a client.
std::filesystem::path stock_client_folder();

// Makes the client in /share what mount, lctl and lfs mean on a node, and loads it. Sheen's is not found there any
// more.
void install_stock_client(Node &node);

// Unloads all of its modules; throws when one stays. Nothing is mounted.
void unload_stock_client(Node &node);

}  // namespace sheen::vm
