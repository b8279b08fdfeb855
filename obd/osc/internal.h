/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_OSC_INTERNAL_H
#define SHEEN_OSC_INTERNAL_H

#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include "obd/osc/osc.h"

#define OSC_MAX_DIRTY	(32u << 20)	/* bytes cached per OST */

/**
 * struct osc - the private part of a device of type "osc"
 * @lock: guards @avail, @dirty, @lost and the queue
 * @avail: bytes of grant not used by anything
 * @dirty: bytes of grant set aside for cached data
 * @lost: bytes of grant given up, to be told to the server
 * @queue: transfers that wait because @flying is at its limit; struct osc_run
 */
struct osc {
	struct obd_device *dev;
	struct rpc_import *imp;
	void *priv;
	const struct ldlm_client_ops *lock_ops;
	spinlock_t lock;
	u64 avail;
	u64 dirty;
	u64 lost;
	struct list_head queue;
	unsigned int flying;
};

#endif
