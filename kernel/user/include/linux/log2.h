/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_LOG2_H
#define FLOOR_LINUX_LOG2_H

#include <linux/types.h>

#define ilog2(n)	(63 - __builtin_clzll((unsigned long long)(n) | 0))

static inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline unsigned int order_base_2(unsigned long n)
{
	return n > 1 ? (unsigned int)ilog2(n - 1) + 1 : 0;
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return 1UL << order_base_2(n);
}

static inline unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1UL << ilog2(n);
}

#endif
