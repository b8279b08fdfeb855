// SPDX-License-Identifier: GPL-2.0
/* One sending of a request: its MDs, the events on them, and its end. */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "obd/rpc/internal.h"

/*
 * Starts an attempt: the caller, who holds imp->lock, goes on with rpc_attempt_send() when it has
 * dropped the lock.
 */
void rpc_attempt_begin(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);

	rpc_get(req);
	spin_lock(&st->lock);
	st->mds = 1;
	st->end = RPC_END_NONE;
	st->end_status = 0;
	st->rep_len = 0;
	st->rep_full = 0;
	if (st->bulk) {
		st->bulk->moved = 0;
		st->bulk->error = 0;
	}
	spin_unlock(&st->lock);
}

/* One MD or user of the attempt less; with the last one the attempt is over. */
static void attempt_drop(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	bool last;

	spin_lock(&st->lock);
	last = !--st->mds;
	spin_unlock(&st->lock);
	if (!last)
		return;
	rpc_attempt_ended(req);
	rpc_put(req);
}

static void unlink_one(struct rpc_md *rm)
{
	struct rpc_request_state *st = rpc_st(rm->req);
	struct lnet_md *md = NULL;

	spin_lock(&st->lock);
	if (rm->ready && rm->md && !rm->unlinked) {
		rm->unlinked = true;
		md = rm->md;
		lnet_md_hold(md);
	}
	spin_unlock(&st->lock);
	if (!md)
		return;
	lnet_md_unlink(md);
	lnet_md_drop(md);
}

/* Takes the MDs of an attempt away, which the caller keeps alive. */
static void unlink_all(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	unsigned int i;

	unlink_one(&st->out);
	unlink_one(&st->reply);
	for (i = 0; st->bulk && i < st->bulk->nr_parts; i++)
		unlink_one(&st->bulk->mds[i]);
}

/* Ends the attempt under way, if there is one and it is not ending for another reason. */
void rpc_attempt_stop(struct rpc_request *req, enum rpc_end why, int status)
{
	struct rpc_request_state *st = rpc_st(req);

	spin_lock(&st->lock);
	if (!st->mds || st->end != RPC_END_NONE) {
		spin_unlock(&st->lock);
		return;
	}
	st->mds++;
	st->end = why;
	st->end_status = status;
	spin_unlock(&st->lock);
	unlink_all(req);
	attempt_drop(req);
}

/* ---- events ---- */

static void md_gone(struct rpc_md *rm)
{
	struct rpc_request_state *st = rpc_st(rm->req);

	spin_lock(&st->lock);
	rm->md = NULL;
	spin_unlock(&st->lock);
}

static void out_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	struct rpc_md *rm = user;

	if (ev->unlinked)
		md_gone(rm);
	if (ev->type == LNET_EVENT_SEND && ev->status)
		rpc_attempt_stop(rm->req, RPC_END_LOST, ev->status);
	if (ev->unlinked)
		attempt_drop(rm->req);
}

/* The server needs more time and says until when, counted from the sending. */
static void early_reply(struct rpc_request *req, const struct lnet_event *ev)
{
	struct rpc_request_state *st = rpc_st(req);
	struct wire_msg *msg = st->repbuf;
	struct wire_body *body;
	u32 timeout_s;
	u64 deadline;

	if (wire_msg_check(msg, min(ev->mlength, RPC_EARLY_SIZE)) < 0)
		return;
	body = wire_msg_body(msg);
	if (rpc_body_cksum(body, wire_msg_buflen(msg, 0)) != le32_to_cpu(msg->cksum))
		return;
	timeout_s = min(le32_to_cpu(body->timeout), 2 * RPC_TIMEOUT_MAX);
	deadline = st->sent_ms + (timeout_s + RPC_TIMEOUT_CONNECT) * 1000ull;
	spin_lock(&req->imp->lock);
	if (deadline > st->deadline_ms)
		st->deadline_ms = deadline;
	spin_unlock(&req->imp->lock);
}

static void reply_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	struct rpc_md *rm = user;
	struct rpc_request *req = rm->req;
	struct rpc_request_state *st = rpc_st(req);

	if (ev->unlinked)
		md_gone(rm);
	if (ev->type == LNET_EVENT_PUT && !ev->status) {
		if (st->at && !ev->offset) {
			early_reply(req, ev);
		} else if (ev->offset == (st->at ? RPC_EARLY_SIZE : 0)) {
			spin_lock(&st->lock);
			st->rep_len = ev->mlength;
			st->rep_full = ev->rlength;
			spin_unlock(&st->lock);
			rpc_attempt_stop(req, RPC_END_REPLIED, 0);
		}
	}
	if (ev->unlinked)
		attempt_drop(req);
}

static void bulk_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	struct rpc_md *rm = user;
	struct rpc_request_state *st = rpc_st(rm->req);

	if (ev->unlinked)
		md_gone(rm);
	if (ev->type == LNET_EVENT_PUT || ev->type == LNET_EVENT_GET) {
		spin_lock(&st->lock);
		if (ev->status)
			st->bulk->error = ev->status;
		else
			st->bulk->moved += ev->mlength;
		spin_unlock(&st->lock);
	}
	if (ev->unlinked)
		attempt_drop(rm->req);
}

/* ---- sending ---- */

static void md_prepare(struct rpc_md *rm)
{
	struct rpc_request_state *st = rpc_st(rm->req);

	spin_lock(&st->lock);
	st->mds++;
	rm->md = NULL;
	rm->ready = false;
	rm->unlinked = false;
	spin_unlock(&st->lock);
}

/* From now on the MD may be unlinked by whoever ends the attempt. */
static void md_ready(struct rpc_md *rm)
{
	struct rpc_request_state *st = rpc_st(rm->req);

	spin_lock(&st->lock);
	rm->ready = true;
	spin_unlock(&st->lock);
}

/* The MD that was prepared did not come to be.  The sender's own count is still there. */
static void md_unprepare(struct rpc_md *rm)
{
	struct rpc_request_state *st = rpc_st(rm->req);

	spin_lock(&st->lock);
	st->mds--;
	rm->md = NULL;
	spin_unlock(&st->lock);
}

static int attach_bulk(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_bulk *bulk = st->bulk;
	u64 first = st->mbits - (bulk->nr_parts - 1);
	unsigned int i;
	int rc;

	for (i = 0; i < bulk->nr_parts; i++) {
		struct lnet_md_desc desc = {
			.buf = { .bvec = bulk->parts[i].bv, .nr_bvec = bulk->parts[i].nr,
				 .len = bulk->parts[i].len },
			.options = LNET_MD_ONESHOT | (bulk->write ? LNET_MD_GET : LNET_MD_PUT),
			.fn = bulk_event,
			.user = &bulk->mds[i],
		};

		md_prepare(&bulk->mds[i]);
		rc = lnet_md_attach(bulk->portal, st->peer, first + i, 0, &desc, &bulk->mds[i].md);
		if (rc) {
			md_unprepare(&bulk->mds[i]);
			return rc;
		}
		md_ready(&bulk->mds[i]);
	}
	return 0;
}

static int attach_reply(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct lnet_md_desc desc = {
		.buf = { .kaddr = st->repbuf, .len = st->repbuf_size },
		.options = LNET_MD_PUT | LNET_MD_TRUNCATE,
		.fn = reply_event,
		.user = &st->reply,
	};
	/* Cancels of locks have a portal of their own for replies, too. */
	u32 portal = rpc_reply_portal(st->portal) ?: req->imp->reply_portal;
	int rc;

	md_prepare(&st->reply);
	rc = lnet_md_attach(portal, st->peer, st->xid, 0, &desc, &st->reply.md);
	if (rc)
		md_unprepare(&st->reply);
	else
		md_ready(&st->reply);
	return rc;
}

static int send_message(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct lnet_md_desc desc = {
		.buf = { .kaddr = req->reqmsg, .len = st->req_size },
		.fn = out_event,
		.user = &st->out,
	};
	struct lnet_md *md;
	int rc;

	md_prepare(&st->out);
	rc = lnet_md_bind(&desc, &st->out.md);
	if (rc) {
		md_unprepare(&st->out);
		return rc;
	}
	/*
	 * Its last event may come, by an end of the attempt, before lnet_put() is through with
	 * it.
	 */
	md = st->out.md;
	lnet_md_hold(md);
	md_ready(&st->out);
	rc = lnet_put(md, st->peer, st->portal, st->xid, 0, 0, false, true);
	lnet_md_drop(md);
	return rc;
}

static bool is_ending(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	bool ending;

	spin_lock(&st->lock);
	ending = st->end != RPC_END_NONE;
	spin_unlock(&st->lock);
	return ending;
}

void rpc_attempt_send(struct rpc_request *req)
{
	int rc = 0;

	rpc_lint_request(req);
	if (rpc_st(req)->bulk)
		rc = attach_bulk(req);
	if (!rc)
		rc = attach_reply(req);
	if (!rc && !is_ending(req))
		rc = send_message(req);
	if (rc)
		rpc_attempt_stop(req, RPC_END_LOST, rc);
	/* Whoever ended it may have done so before all MDs were there. */
	if (is_ending(req))
		unlink_all(req);
	attempt_drop(req);
}
