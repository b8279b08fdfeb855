/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_OSC_INTERNAL_H
#define SHEEN_OSC_INTERNAL_H

#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include "obd/osc/osc.h"

#define OSC_MAX_DIRTY	(32u << 20)	/* bytes cached per OST */
#define OSC_LOST_FILES	6u		/* that the message about an eviction names */

/**
 * struct osc_loss - what an eviction costs
 * @files: the first @nr of them; @others: there are more. @bytes: of all.
 */
struct osc_loss {
	u64 bytes;
	unsigned int nr;
	bool others;
	struct {
		struct fid fid;
		u64 bytes;
	} files[OSC_LOST_FILES];
};

/**
 * struct osc - the private part of a device of type "osc"
 * @lock: guards @avail, @dirty, @lost, @changed, @loss and the queue
 * @avail: bytes of grant not used by anything
 * @dirty: bytes of grant set aside for cached data
 * @lost: bytes of grant given up, to be told to the server
 * @changed: the object that was changed last; zero: none
 * @sync_by_object: the server cannot be asked to sync all of its objects at once
 * @queue: transfers that wait because @flying is at its limit; struct osc_run
 * @idle: woken when nothing is flying any more
 */
struct osc {
	struct obd_device *dev;
	struct rpc_import *imp;
	void *priv;
	const struct osc_ops *ops;
	spinlock_t lock;
	u64 avail;
	u64 dirty;
	u64 lost;
	struct fid changed;
	struct osc_loss loss;
	bool sync_by_object;
	struct list_head queue;
	unsigned int flying;
	wait_queue_head_t idle;
};

/*
 * Bytes of a transfer whose data goes in the request, or in its reply, when the server knows that:
 * two messages instead of four for a write, or three for a read. As many as stock clients send so.
 */
#define OSC_SHORT_MAX	16384u

/* obd/osc/short.c - @io->bv is there */
bool osc_is_short(const struct osc_io *io);
/** osc_short_put() - writes a transfer's data into its request */
void osc_short_put(const struct osc_io *io, struct rpc_request *req);
/** osc_short_get() - takes @bytes from the reply; -EPROTO: it has not as many */
int osc_short_get(const struct osc_io *io, struct rpc_request *req, u32 bytes);

/** osc_obdo_id() - @oa is about this object */
void osc_obdo_id(struct wire_obdo *oa, const struct fid *obj);

/** osc_changed() - the server has changed an object for us */
void osc_changed(struct osc *osc, const struct fid *obj);

/** osc_evicted() - gives up what we had there, and says so */
void osc_evicted(struct osc *osc);

#endif
