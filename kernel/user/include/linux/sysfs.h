/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SYSFS_H
#define FLOOR_LINUX_SYSFS_H

#include <linux/mm.h>

#define sysfs_emit(buf, fmt...)		scnprintf(buf, PAGE_SIZE, fmt)
#define sysfs_emit_at(buf, at, fmt...)	scnprintf((buf) + (at), PAGE_SIZE - (at), fmt)

#endif
