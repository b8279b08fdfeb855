/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_CRC32_H
#define FLOOR_LINUX_CRC32_H

#include <linux/types.h>

__BEGIN_DECLS

/* Neither inverts the register before or after: callers do that. */
u32 crc32_le(u32 crc, const unsigned char *p, size_t len);
u32 __crc32c_le(u32 crc, const unsigned char *p, size_t len);

__END_DECLS

/* zlib has a function of this name. */
#ifndef __cplusplus
#define crc32(seed, data, len)	crc32_le(seed, (const unsigned char *)(data), len)
#endif

#endif
