/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_MM_TYPES_H
#define FLOOR_LINUX_MM_TYPES_H
#include <linux/mm.h>
#endif
