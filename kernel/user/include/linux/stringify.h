/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_STRINGIFY_H
#define FLOOR_LINUX_STRINGIFY_H
#include <linux/compiler.h>
#endif
