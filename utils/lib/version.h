// SPDX-License-Identifier: GPL-2.0
#ifndef SHEEN_UTILS_VERSION_H
#define SHEEN_UTILS_VERSION_H

namespace sheen {

inline constexpr const char *kVersion = "0.1";

}  // namespace sheen

#endif
