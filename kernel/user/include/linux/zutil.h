/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_ZUTIL_H
#define FLOOR_LINUX_ZUTIL_H

#include <linux/types.h>

__BEGIN_DECLS

unsigned long zlib_adler32(unsigned long adler, const unsigned char *buf, unsigned int len);

__END_DECLS

#endif
