// SPDX-License-Identifier: GPL-2.0
// Disks of targets: what is on them, whether they are free, loop devices, formatting.
#ifndef SHEEN_UTILS_LCONF_STORAGE_H
#define SHEEN_UTILS_LCONF_STORAGE_H

#include <string>

#include "lconf/plan.h"

namespace sheen::lconf {

Result<> CheckStorage(const Storage &storage);
/// Whether nothing on this node uses a device.
Result<> CheckFree(const std::string &device);
Result<std::string> OpenStorage(const Storage &storage, bool *made);
Result<> CloseStorage(const Storage &storage);
Result<> FormatStorage(const Storage &storage, const std::string &device);

}  // namespace sheen::lconf

#endif
