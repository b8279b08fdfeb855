/* SPDX-License-Identifier: GPL-2.0 */
// A kernel that checks itself, and our modules with it: lockdep, KASAN, kmemleak and other checkers,
// none of which a stock kernel has. Built from Debian's sources as config/kernel.debug says.
#pragma once

#include "kernel.h"

namespace sheen::vm {

inline constexpr char kDebugKernel[] = "debug";  // its name as a series

// What a node needs at least: a byte in nine is KASAN's, and what is freed stays away for a while.
inline constexpr int kDebugMemoryMib = 1280;

// How many times as long as a stock kernel it may take for everything.
inline constexpr int kDebugPatience = 6;

// The kernel, built when it is not cached, which took half an hour beside other work. Its tree appears in
// /usr/src, like the headers of a stock kernel.
Kernel prepare_debug_kernel();

}  // namespace sheen::vm
