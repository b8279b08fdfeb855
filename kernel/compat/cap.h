/* SPDX-License-Identifier: GPL-2.0 */
/* Capability sets: an array of words until 6.2, one 64-bit word since. */
#ifndef SHEEN_COMPAT_CAP_H
#define SHEEN_COMPAT_CAP_H

#include <linux/capability.h>
#include <linux/version.h>

/** compat_cap_low() - a set with capabilities 0 to 31 from @bits */
static inline kernel_cap_t compat_cap_low(u32 bits)
{
	kernel_cap_t cap = {};

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	cap.val = bits;
#else
	cap.cap[0] = bits;
#endif
	return cap;
}

#endif
