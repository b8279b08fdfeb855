/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SWAB_H
#define FLOOR_LINUX_SWAB_H

#include <linux/types.h>
#include_next <linux/swab.h>

#define swab16(x)	((u16)__builtin_bswap16((u16)(x)))
#define swab32(x)	((u32)__builtin_bswap32((u32)(x)))
#define swab64(x)	((u64)__builtin_bswap64((u64)(x)))

static inline u16 swab16p(const u16 *p)
{
	return swab16(*p);
}

static inline u32 swab32p(const u32 *p)
{
	return swab32(*p);
}

static inline u64 swab64p(const u64 *p)
{
	return swab64(*p);
}

static inline void swab16s(u16 *p)
{
	*p = swab16(*p);
}

static inline void swab32s(u32 *p)
{
	*p = swab32(*p);
}

static inline void swab64s(u64 *p)
{
	*p = swab64(*p);
}

#endif
