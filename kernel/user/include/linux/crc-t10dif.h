/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_CRC_T10DIF_H
#define FLOOR_LINUX_CRC_T10DIF_H

#include <linux/types.h>

__BEGIN_DECLS

u16 crc_t10dif_update(u16 crc, const unsigned char *p, size_t len);

__END_DECLS

#define crc_t10dif(p, len)	crc_t10dif_update(0, p, len)

#endif
