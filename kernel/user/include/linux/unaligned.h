/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_UNALIGNED_H
#define FLOOR_LINUX_UNALIGNED_H

#include <asm/byteorder.h>
#include <string.h>

#define get_unaligned(ptr) ({ \
	struct { __typeof__(*(ptr)) x; } __packed const *__gu = \
		(__typeof__(__gu))(const void *)(ptr); \
	__gu->x; })
#define put_unaligned(val, ptr) do { \
	struct { __typeof__(*(ptr)) x; } __packed *__pu = (__typeof__(__pu))(void *)(ptr); \
	__pu->x = (val); \
} while (0)

#define floor_unaligned_ops(order, bits) \
static inline u##bits get_unaligned_##order##bits(const void *p) \
{ \
	__##order##bits v; \
	memcpy(&v, p, sizeof(v)); \
	return order##bits##_to_cpu(v); \
} \
static inline void put_unaligned_##order##bits(u##bits val, void *p) \
{ \
	__##order##bits v = cpu_to_##order##bits(val); \
	memcpy(p, &v, sizeof(v)); \
}

floor_unaligned_ops(le, 16)
floor_unaligned_ops(le, 32)
floor_unaligned_ops(le, 64)
floor_unaligned_ops(be, 16)
floor_unaligned_ops(be, 32)
floor_unaligned_ops(be, 64)

#undef floor_unaligned_ops

#endif
