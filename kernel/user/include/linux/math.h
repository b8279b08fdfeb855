/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_MATH_H
#define FLOOR_LINUX_MATH_H

#include <linux/types.h>

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d) - 1, (d))
#define DIV_ROUND_CLOSEST(x, d)	(((x) + ((d) / 2)) / (d))

#define floor_round_mask(x, y)	((__typeof__(x))((y) - 1))
#define round_up(x, y)		((((x) - 1) | floor_round_mask(x, y)) + 1)
#define round_down(x, y)	((x) & ~floor_round_mask(x, y))
#undef roundup
#define roundup(x, y)		((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y)		((x) - ((x) % (y)))

#define mult_frac(x, n, d) ({ \
	__typeof__(x) __quot = (x) / (d); \
	__typeof__(x) __rem = (x) % (d); \
	(__quot * (n)) + ((__rem * (n)) / (d)); })

#ifndef __cplusplus
#define abs(x)			({ __typeof__(x) __ax = (x); __ax < 0 ? -__ax : __ax; })
#define abs_diff(a, b)		({ __typeof__(a) __da = (a); __typeof__(b) __db = (b); \
				   __da > __db ? __da - __db : __db - __da; })
#endif

static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0, bit;

	for (bit = 1UL << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= x)
			root |= bit;
	return root;
}

#endif
