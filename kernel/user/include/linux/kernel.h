/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_KERNEL_H
#define FLOOR_LINUX_KERNEL_H

#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/limits.h>
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/container_of.h>
#include <linux/minmax.h>
#include <linux/math.h>
#include <linux/kstrtox.h>
#include <linux/sprintf.h>
#include <linux/log2.h>
#include <linux/bitops.h>
#include <linux/printk.h>
#include <linux/export.h>
#include <linux/hex.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define upper_32_bits(n)	((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n)	((u32)((n) & 0xffffffff))
#define REPEAT_BYTE(x)		((~0ul / 0xff) * (x))
#define PTR_IF(cond, ptr)	((cond) ? (ptr) : NULL)
#define IS_ENABLED(option)	0
#define u64_to_user_ptr(x)	((void *)(uintptr_t)(x))

__BEGIN_DECLS

void floor_might_sleep(const char *file, int line);
__noreturn void __printf(1, 2) panic(const char *fmt, ...);

__END_DECLS

#define might_sleep()		floor_might_sleep(__FILE__, __LINE__)
#define might_sleep_if(c)	do { if (c) might_sleep(); } while (0)
#define non_block_start()	((void)0)
#define non_block_end()		((void)0)

#endif
