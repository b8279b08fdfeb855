/* SPDX-License-Identifier: GPL-2.0 */
/* Character classes of the C locale. */
#ifndef FLOOR_LINUX_CTYPE_H
#define FLOOR_LINUX_CTYPE_H

#include <linux/compiler.h>
#include <ctype.h>

#ifndef __cplusplus
#undef isascii
#define isascii(c)	(((unsigned char)(c)) <= 0x7f)
#endif

#endif
