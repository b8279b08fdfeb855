/* SPDX-License-Identifier: GPL-2.0 */
// What a newcomer sees: the whole system at work on a cluster of stock kernels.
#pragma once

#include "cluster.h"

namespace sheen::vm {

// Writes the configuration, formats and starts the servers, mounts on both clients.
void mount_file_system(Cluster &cluster);

// The whole show; returns the exit status. Boots the cluster's nodes.
int run_demo(Cluster &cluster);

}  // namespace sheen::vm
