/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_MATH64_H
#define FLOOR_LINUX_MATH64_H

#include <linux/math.h>

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 mul, u64 div)
{
	return (u64)((unsigned __int128)a * mul / div);
}

static inline u64 mul_u64_u32_div(u64 a, u32 mul, u32 div)
{
	return mul_u64_u64_div_u64(a, mul, div);
}

#define div64_ul(x, y)		div64_u64((x), (y))
#define div64_long(x, y)	div64_s64((x), (y))
#define DIV64_U64_ROUND_UP(n, d) div64_u64((n) + (d) - 1, (d))

/* Divides *n* in place and yields the remainder. */
#define do_div(n, base) ({ \
	u32 __base = (base); \
	u32 __left = (u32)((u64)(n) % __base); \
	(n) = (u64)(n) / __base; \
	__left; })

#define sector_div(n, base)	do_div(n, base)

#endif
