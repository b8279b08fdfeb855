/* SPDX-License-Identifier: GPL-2.0 */
/* The floor runs on little-endian machines only. */
#ifndef FLOOR_ASM_BYTEORDER_H
#define FLOOR_ASM_BYTEORDER_H

#include <linux/types.h>
#include <linux/swab.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the user-space floor needs a little-endian machine"
#endif

#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN		1234
#endif

#define cpu_to_le16(x)		((__le16)(u16)(x))
#define cpu_to_le32(x)		((__le32)(u32)(x))
#define cpu_to_le64(x)		((__le64)(u64)(x))
#define le16_to_cpu(x)		((u16)(__le16)(x))
#define le32_to_cpu(x)		((u32)(__le32)(x))
#define le64_to_cpu(x)		((u64)(__le64)(x))
#define cpu_to_be16(x)		((__be16)__builtin_bswap16((u16)(x)))
#define cpu_to_be32(x)		((__be32)__builtin_bswap32((u32)(x)))
#define cpu_to_be64(x)		((__be64)__builtin_bswap64((u64)(x)))
#define be16_to_cpu(x)		__builtin_bswap16((u16)(__be16)(x))
#define be32_to_cpu(x)		__builtin_bswap32((u32)(__be32)(x))
#define be64_to_cpu(x)		((u64)__builtin_bswap64((u64)(__be64)(x)))
#define __constant_cpu_to_le16(x) cpu_to_le16(x)
#define __constant_cpu_to_le32(x) cpu_to_le32(x)
#define __constant_cpu_to_le64(x) cpu_to_le64(x)

#define floor_byteorder_ops(order, bits) \
static inline u##bits order##bits##_to_cpup(const __##order##bits *p) \
{ \
	return order##bits##_to_cpu(*p); \
} \
static inline __##order##bits cpu_to_##order##bits##p(const u##bits *p) \
{ \
	return cpu_to_##order##bits(*p); \
} \
static inline void order##bits##_to_cpus(__##order##bits *p) \
{ \
	*(u##bits *)p = order##bits##_to_cpu(*p); \
} \
static inline void cpu_to_##order##bits##s(u##bits *p) \
{ \
	*(__##order##bits *)p = cpu_to_##order##bits(*p); \
} \
static inline void order##bits##_add_cpu(__##order##bits *var, u##bits val) \
{ \
	*var = cpu_to_##order##bits(order##bits##_to_cpu(*var) + val); \
}

floor_byteorder_ops(le, 16)
floor_byteorder_ops(le, 32)
floor_byteorder_ops(le, 64)
floor_byteorder_ops(be, 16)
floor_byteorder_ops(be, 32)
floor_byteorder_ops(be, 64)

#undef floor_byteorder_ops

/* The C library has functions of these names. */
#ifndef __cplusplus
#define htons(x)		cpu_to_be16(x)
#define htonl(x)		cpu_to_be32(x)
#define ntohs(x)		be16_to_cpu(x)
#define ntohl(x)		be32_to_cpu(x)
#endif

#endif
