// SPDX-License-Identifier: GPL-2.0
// The kernel's headers of what is on the wire, for C++.
#ifndef SHEEN_UTILS_DECODE_WIRE_H
#define SHEEN_UTILS_DECODE_WIRE_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
extern "C" {
#include "lnet/wire.h"
#include "obd/wire/wire.h"
}
#pragma GCC diagnostic pop

#endif
