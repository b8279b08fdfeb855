/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_FS_TYPES_H
#define FLOOR_LINUX_FS_TYPES_H

/* The C library declares the same values as an enum with macros over it. */
#include <dirent.h>

#define S_DT_SHIFT	12
#define S_DT(mode)	(((mode) & S_IFMT) >> S_DT_SHIFT)
#define DT_MAX		16

#endif
