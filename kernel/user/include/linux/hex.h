/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_HEX_H
#define FLOOR_LINUX_HEX_H

#include <linux/types.h>

__BEGIN_DECLS

extern const char hex_asc[];
extern const char hex_asc_upper[];

int hex_to_bin(unsigned char ch);
int __must_check hex2bin(u8 *dst, const char *src, size_t count);
char *bin2hex(char *dst, const void *src, size_t count);

__END_DECLS

#define hex_asc_lo(x)	hex_asc[((x) & 0x0f)]
#define hex_asc_hi(x)	hex_asc[((x) & 0xf0) >> 4]

#endif
