/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_CAPABILITY_H
#define FLOOR_LINUX_CAPABILITY_H

#include <linux/types.h>
#include_next <linux/capability.h>

typedef struct {
	u64 val;
} kernel_cap_t;

__BEGIN_DECLS

bool capable(int cap);

__END_DECLS

#define cap_raised(c, flag)	(((c).val >> (flag)) & 1)
#define cap_raise(c, flag)	((c).val |= 1ULL << (flag))
#define cap_lower(c, flag)	((c).val &= ~(1ULL << (flag)))

#endif
