/* SPDX-License-Identifier: GPL-2.0 */
/* Error messages of netlink requests that are made at run time. */
#ifndef SHEEN_COMPAT_EXTACK_H
#define SHEEN_COMPAT_EXTACK_H

#include <linux/atomic.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/version.h>

/** sheen_extack_set() - attaches @text, which is copied, to the answer of a request that fails */
static inline void sheen_extack_set(struct netlink_ext_ack *extack, const char *text)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	if (!extack)
		return;
	strscpy(extack->_msg_buf, text, sizeof(extack->_msg_buf));
	extack->_msg = extack->_msg_buf;
#else
	/*
	 * The text must live until the answer has been put together, soon after: a slot of a
	 * ring is not taken again that fast.
	 */
	static char ring[16][160];
	static atomic_t next;
	char *slot;

	if (!extack)
		return;
	slot = ring[(unsigned int)atomic_inc_return(&next) % ARRAY_SIZE(ring)];
	strscpy(slot, text, sizeof(ring[0]));
	extack->_msg = slot;
#endif
}

#endif
