/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers follow from the seed given to floor_init(). */
#ifndef FLOOR_LINUX_RANDOM_H
#define FLOOR_LINUX_RANDOM_H

#include <linux/types.h>

__BEGIN_DECLS

u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t len);

static inline u32 get_random_u32(void)
{
	return (u32)(get_random_u64() >> 32);
}

static inline u16 get_random_u16(void)
{
	return (u16)(get_random_u64() >> 48);
}

static inline u8 get_random_u8(void)
{
	return (u8)(get_random_u64() >> 56);
}

static inline unsigned long get_random_long(void)
{
	return get_random_u64();
}

static inline u32 get_random_u32_below(u32 ceil)
{
	return ceil ? (u32)(((u64)get_random_u32() * ceil) >> 32) : 0;
}

static inline u32 get_random_u32_inclusive(u32 lo, u32 hi)
{
	return lo + (u32)(((u64)get_random_u32() * ((u64)hi - lo + 1)) >> 32);
}

__END_DECLS

#define prandom_u32_max(n)	get_random_u32_below(n)
#define prandom_u32()		get_random_u32()
#define get_random_int()	get_random_u32()

#endif
