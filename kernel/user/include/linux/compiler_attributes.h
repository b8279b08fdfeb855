/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_COMPILER_ATTRIBUTES_H
#define FLOOR_LINUX_COMPILER_ATTRIBUTES_H
#include <linux/compiler.h>
#endif
