// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk data as a server sees it: it fetches from and puts into the memory that the client has
 * attached.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/rpc/internal.h"

#define WAIT_MIN_MS	5000u

/**
 * struct srv_bulk - a transfer
 * @mds: with a reference each, so that they can be unlinked at any time
 * @pending: MDs whose last event has not come
 * @done: operations that have succeeded
 */
struct srv_bulk {
	struct rpc_srv_state *st;
	bool put;
	unsigned int nr_parts;
	struct bio_vec *bv;
	struct rpc_part parts[RPC_MAX_PARTS];
	struct lnet_md *mds[RPC_MAX_PARTS];
	spinlock_t lock;		/* guards all that follows */
	unsigned int pending;
	unsigned int done;
	u32 moved;			/* bytes */
};

static void bulk_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	struct srv_bulk *bulk = user;
	enum lnet_event_type end = bulk->put ? LNET_EVENT_ACK : LNET_EVENT_REPLY;
	struct rpc_srv_state *st = bulk->st;

	spin_lock(&bulk->lock);
	if (ev->type == end && !ev->status) {
		bulk->done++;
		bulk->moved += ev->mlength;
	}
	/* With the last one @bulk may be gone once the lock is dropped. */
	if (ev->unlinked && !--bulk->pending)
		wake_up_all(&st->bulk_wait);
	spin_unlock(&bulk->lock);
}

static bool all_ended(struct srv_bulk *bulk)
{
	bool ended;

	spin_lock(&bulk->lock);
	ended = !bulk->pending;
	spin_unlock(&bulk->lock);
	return ended;
}

static u64 current_mbits(struct rpc_srv_state *st)
{
	u64 mbits;

	spin_lock(&st->lock);
	mbits = st->mbits;
	spin_unlock(&st->lock);
	return mbits;
}

static bool is_failed(struct rpc_srv_state *st)
{
	return st->exp && READ_ONCE(st->exp->failed);
}

/* Most MDs that a client may use for one request: one for each MiB of what was agreed on. */
static u32 max_parts(struct rpc_srv_state *st)
{
	u32 size = LNET_MTU;

	if (st->exp && (export_flags(st->exp) & CONN_BRW_SIZE))
		size = le32_to_cpu(st->exp->granted.brw_size);
	return roundup_pow_of_two(clamp_t(u32, size / LNET_MTU, 1, RPC_MAX_PARTS));
}

static int start_part(struct srv_bulk *bulk, unsigned int i, u32 portal, u64 mbits)
{
	struct rpc_srv_state *st = bulk->st;
	struct lnet_md_desc desc = { .fn = bulk_event, .user = bulk };
	int rc;

	if (i < bulk->nr_parts) {
		desc.buf.bvec = bulk->parts[i].bv;
		desc.buf.nr_bvec = bulk->parts[i].nr;
		desc.buf.len = bulk->parts[i].len;
	}
	rc = lnet_md_bind(&desc, &bulk->mds[i]);
	if (rc)
		return rc;
	lnet_md_hold(bulk->mds[i]);
	spin_lock(&bulk->lock);
	bulk->pending++;
	spin_unlock(&bulk->lock);
	if (bulk->put)
		rc = lnet_put(bulk->mds[i], st->req.peer, portal, mbits, 0, 0, true, true);
	else
		rc = lnet_get(bulk->mds[i], st->req.peer, portal, mbits, 0, true);
	return rc;
}

/* Ends what is still under way and waits until the memory is ours. */
static void end_all(struct srv_bulk *bulk, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (bulk->mds[i])
			lnet_md_unlink(bulk->mds[i]);
	}
	/* Bounded: LNet gives memory back within its own timeout. */
	wait_event(bulk->st->bulk_wait, all_ended(bulk));
	for (i = 0; i < nr; i++) {
		if (bulk->mds[i])
			lnet_md_drop(bulk->mds[i]);
		bulk->mds[i] = NULL;
	}
}

static void wait_for_end(struct srv_bulk *bulk, u64 mbits)
{
	struct rpc_srv_state *st = bulk->st;
	u64 deadline, now = rpc_now_ms();

	spin_lock(&st->lock);
	deadline = st->deadline_ms;
	spin_unlock(&st->lock);
	deadline = clamp(deadline, now + WAIT_MIN_MS, now + max(obd_timeout(), 5u) * 1000ull);
	while (rpc_now_ms() < deadline && !is_failed(st)) {
		if (wait_event_idle_timeout(st->bulk_wait,
					    all_ended(bulk) || current_mbits(st) != mbits, HZ))
			return;
	}
}

/*
 * One try with the match bits that the client sent last; -EAGAIN when it has sent others
 * meanwhile.
 */
static int try_bulk(struct srv_bulk *bulk, u32 portal)
{
	struct rpc_srv_state *st = bulk->st;
	u64 mbits = current_mbits(st);
	u32 most = max_parts(st);
	unsigned int nr = rpc_bulk_count(mbits, most);
	u64 first = rpc_bulk_first(mbits, most);
	unsigned int i;
	int rc = 0;

	if (bulk->nr_parts > nr || (!bulk->put && bulk->nr_parts != nr))
		return -EPROTO;
	bulk->done = 0;
	bulk->moved = 0;
	for (i = 0; i < nr && !rc; i++)
		rc = start_part(bulk, i, portal, first + i);
	if (!rc)
		wait_for_end(bulk, mbits);
	end_all(bulk, i);
	if (is_failed(st))
		return -ENOTCONN;
	if (!rc && bulk->done == nr)
		return bulk->moved;
	return current_mbits(st) != mbits ? -EAGAIN : -ETIMEDOUT;
}

static int run_bulk(struct rpc_srv_req *req, bool put, u32 portal, struct bio_vec *bv,
		    unsigned int nr, u32 len)
{
	struct srv_bulk *bulk = kvzalloc(sizeof(*bulk), GFP_NOFS);
	int rc = -ENOMEM;

	if (!bulk)
		return rc;
	bulk->st = req->st;
	bulk->put = put;
	spin_lock_init(&bulk->lock);
	bulk->bv = kvmalloc_array(nr + RPC_MAX_PARTS, sizeof(*bv), GFP_NOFS);
	if (!bulk->bv)
		goto out;
	rc = rpc_bulk_split(bv, nr, len, bulk->bv, bulk->parts, RPC_MAX_PARTS);
	if (rc < 0)
		goto out;
	bulk->nr_parts = rc;
	do {
		rc = try_bulk(bulk, portal);
	} while (rc == -EAGAIN);
	if (rc == -ETIMEDOUT) {
		/* The client misses data as well as its reply, and will send the request again. */
		spin_lock(&req->st->lock);
		req->st->no_reply = true;
		spin_unlock(&req->st->lock);
	}
out:
	kvfree(bulk->bv);
	kvfree(bulk);
	rpc_lint_moved(req, rc);
	return rc;
}

int rpc_srv_bulk_put(struct rpc_srv_req *req, u32 portal, struct bio_vec *bv, unsigned int nr,
		     u32 len)
{
	rpc_lint_bulk(req, bv, len);
	return run_bulk(req, true, portal, bv, nr, len);
}
EXPORT_SYMBOL_GPL(rpc_srv_bulk_put);

int rpc_srv_bulk_get(struct rpc_srv_req *req, u32 portal, struct bio_vec *bv, unsigned int nr,
		     u32 len)
{
	return run_bulk(req, false, portal, bv, nr, len);
}
EXPORT_SYMBOL_GPL(rpc_srv_bulk_get);
