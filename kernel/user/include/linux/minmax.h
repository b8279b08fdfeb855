/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_MINMAX_H
#define FLOOR_LINUX_MINMAX_H

#include <linux/types.h>

#define floor_pick(type, op, x, y) \
	({ type __px = (type)(x); type __py = (type)(y); __px op __py ? __px : __py; })

#define min_t(type, x, y)	floor_pick(type, <, x, y)
#define max_t(type, x, y)	floor_pick(type, >, x, y)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)

/* C++ has std::min and friends under the same names. */
#ifndef __cplusplus
#define floor_pick_same(op, x, y) ({ \
	__typeof__(x) __sx = (x); \
	__typeof__(y) __sy = (y); \
	__sx op __sy ? __sx : __sy; })
#define min(x, y)		floor_pick_same(<, x, y)
#define max(x, y)		floor_pick_same(>, x, y)
#define min3(x, y, z)		min((__typeof__(x))min(x, y), z)
#define max3(x, y, z)		max((__typeof__(x))max(x, y), z)
#define min_not_zero(x, y) ({ \
	__typeof__(x) __nx = (x); \
	__typeof__(y) __ny = (y); \
	__nx == 0 ? __ny : (__ny == 0 ? __nx : min(__nx, __ny)); })
#define clamp(val, lo, hi)	min((__typeof__(val))max(val, lo), hi)
#define clamp_val(val, lo, hi)	clamp_t(__typeof__(val), val, lo, hi)
#define swap(a, b) \
	do { __typeof__(a) __swp = (a); (a) = (b); (b) = __swp; } while (0)
#endif

#endif
