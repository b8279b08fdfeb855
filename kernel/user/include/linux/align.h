/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_ALIGN_H
#define FLOOR_LINUX_ALIGN_H

#define floor_align_mask(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a)		floor_align_mask(x, (__typeof__(x))(a) - 1)
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a)		((__typeof__(p))ALIGN((unsigned long)(p), (a)))

#endif
