// SPDX-License-Identifier: GPL-2.0
/* Operations that this node starts: PUT, GET, and their answers. */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "lnet/internal.h"

static struct lnet_op_bucket *op_bucket(u64 cookie)
{
	return &node_var(lnet_core)->ops[hash_64(cookie, ilog2(LNET_OP_BUCKETS))];
}

void lnet_op_put(struct lnet_op *op)
{
	if (!refcount_dec_and_test(&op->refs))
		return;
	kfree(op);
	atomic64_dec(&node_var(lnet_core)->nr_msgs);
}

static void release_send(struct lnet_event_rec *rec)
{
	lnet_op_put(container_of(rec, struct lnet_op, msg.rec));
}

static void release_answer(struct lnet_event_rec *rec)
{
	lnet_op_put(container_of(rec, struct lnet_op, answer));
}

static void fill_event(const struct lnet_op *op, struct lnet_event_rec *rec,
		       enum lnet_event_type type, int status, u32 mlength)
{
	rec->ev.type = type;
	rec->ev.status = status;
	rec->ev.initiator = op->self;
	rec->ev.self = op->self;
	rec->ev.portal = op->portal;
	rec->ev.rlength = op->md->desc.buf.len;
	rec->ev.mlength = mlength;
	rec->ev.offset = op->offset;
	rec->ev.match_bits = op->match_bits;
	rec->ev.hdr_data = op->hdr_data;
	rec->once = op->once;
}

/* ---- the answer part ---- */

/* Takes the operation out of the table; true when the caller now owns its answer. */
static bool op_claim(struct lnet_op *op)
{
	struct lnet_op_bucket *bucket = op_bucket(op->cookie);
	bool mine;

	spin_lock(&bucket->lock);
	mine = !hlist_unhashed(&op->hash);
	if (mine)
		hlist_del_init(&op->hash);
	spin_unlock(&bucket->lock);
	return mine;
}

static void op_await_answer(struct lnet_op *op)
{
	struct lnet_op_bucket *bucket = op_bucket(op->cookie);

	spin_lock(&bucket->lock);
	hlist_add_head(&op->hash, &bucket->ops);
	spin_unlock(&bucket->lock);
}

/* Finds the operation that an ACK or REPLY of @from answers; the caller then owns the answer. */
struct lnet_op *lnet_op_take(struct lnet_wire_handle handle, lnet_nid_t from, bool is_get)
{
	u64 cookie = le64_to_cpu(handle.object_cookie);
	struct lnet_op_bucket *bucket = op_bucket(cookie);
	struct lnet_op *found = NULL;
	struct lnet_op *op;

	if (le64_to_cpu(handle.interface_cookie) != node_var(lnet_core)->interface_cookie)
		return NULL;
	spin_lock(&bucket->lock);
	hlist_for_each_entry(op, &bucket->ops, hash) {
		if (op->cookie == cookie && op->target == from && op->is_get == is_get) {
			hlist_del_init(&op->hash);
			found = op;
			break;
		}
	}
	spin_unlock(&bucket->lock);
	return found;
}

/*
 * Ends the answer part, which the caller owns: the answer is complete (status 0) or will not come.
 */
void lnet_op_answered(struct lnet_op *op, int status, u32 mlength)
{
	struct lnet_md *md = op->md;

	fill_event(op, &op->answer, op->is_get ? LNET_EVENT_REPLY : LNET_EVENT_ACK, status,
		   mlength);
	spin_lock(&md->lock);
	op->answering = false;
	/*
	 * The driver reads nothing of the MD for a GET, so a late end of its sending does not
	 * matter to the MD.
	 */
	op->answer.final = op->is_get || !op->sending;
	if (op->answer.final)
		list_del_init(&op->md_link);
	lnet_md_deliver(md, &op->answer);
}

/* Ends the wait for answers of all operations on an MD. */
void lnet_ops_cancel_md(struct lnet_md *md, int status)
{
	struct lnet_op *op;

	do {
		bool claimed = false;

		spin_lock(&md->lock);
		list_for_each_entry(op, &md->ops, md_link) {
			if (op_claim(op)) {
				claimed = true;
				break;
			}
		}
		spin_unlock(&md->lock);
		if (!claimed)
			return;
		lnet_op_answered(op, status, 0);
	} while (true);
}

/* Ends the wait for answers whose time is up at @now_ms. */
void lnet_ops_expire(struct lnet_core *core, u64 now_ms, int status)
{
	u32 i;

	for (i = 0; i < LNET_OP_BUCKETS; i++) {
		struct lnet_op_bucket *bucket = &core->ops[i];
		struct hlist_node *next;
		struct lnet_op *op;
		HLIST_HEAD(expired);

		spin_lock(&bucket->lock);
		hlist_for_each_entry_safe(op, next, &bucket->ops, hash) {
			if (op->deadline_ms <= now_ms) {
				hlist_del_init(&op->hash);
				hlist_add_head(&op->hash, &expired);
			}
		}
		spin_unlock(&bucket->lock);
		/*
		 * Until unhashed for good one could still be claimed for a cancellation, so claim
		 * them one by one.
		 */
		for (;;) {
			spin_lock(&bucket->lock);
			op = hlist_entry_safe(expired.first, struct lnet_op, hash);
			if (op)
				hlist_del_init(&op->hash);
			spin_unlock(&bucket->lock);
			if (!op)
				break;
			lnet_op_answered(op, status, 0);
		}
	}
}

/* ---- the sending part ---- */

/* lnet_msg::done of a PUT or GET of ours. */
static void op_sent(struct lnet_msg *msg, int status)
{
	struct lnet_op *op = container_of(msg, struct lnet_op, msg);
	struct lnet_md *md = op->md;
	bool silent = op->is_get;

	/* What has not left will not be answered. */
	if (status && op_claim(op)) {
		spin_lock(&md->lock);
		op->answering = false;
		spin_unlock(&md->lock);
		lnet_op_put(op);
		silent = false;
	}
	if (silent) {
		/* The answer speaks for a GET. */
		lnet_op_put(op);
		return;
	}
	fill_event(op, &msg->rec, LNET_EVENT_SEND, status, status ? 0 : msg->len);
	spin_lock(&md->lock);
	op->sending = false;
	msg->rec.final = !op->answering;
	if (msg->rec.final)
		list_del_init(&op->md_link);
	lnet_md_deliver(md, &msg->rec);
}

static struct lnet_op *op_alloc(struct lnet_md *md, lnet_nid_t target, u32 portal, u64 match_bits,
				u32 offset)
{
	struct lnet_core *core = node_var(lnet_core);
	struct lnet_op *op;

	op = kzalloc(sizeof(*op), GFP_NOFS);
	if (!op)
		return NULL;
	atomic64_inc(&core->nr_msgs);
	refcount_set(&op->refs, 1);
	INIT_HLIST_NODE(&op->hash);
	INIT_LIST_HEAD(&op->md_link);
	op->md = md;
	op->cookie = atomic64_inc_return(&core->next_cookie);
	op->deadline_ms = lnet_now_ms() + lnet_timeout_ms();
	op->target = target;
	op->portal = portal;
	op->offset = offset;
	op->match_bits = match_bits;
	op->sending = true;
	op->answer.release = release_answer;
	return op;
}

/*
 * Finds the interface and starts the operation on the MD; on success the message is ready but for
 * its command.
 */
static int op_start(struct lnet_op *op, enum lnet_wire_type type, u32 payload)
{
	struct lnet_msg *msg = &op->msg;
	struct lnet_ni *ni;

	ni = lnet_ni_get_for(op->target);
	if (IS_ERR(ni))
		return PTR_ERR(ni);
	lnet_msg_init(msg, ni);
	msg->done = op_sent;
	msg->op = op;
	msg->rec.release = release_send;
	op->self = ni->is_lo ? op->target : ni->nid;
	msg->wire.hdr.dst_nid = cpu_to_le64(op->target);
	msg->wire.hdr.src_nid = cpu_to_le64(op->self);
	msg->wire.hdr.type = cpu_to_le32(type);
	msg->wire.hdr.payload_length = cpu_to_le32(payload);
	lnet_msg_set_payload(msg, ITER_SOURCE, &op->md->desc.buf, 0, payload);
	if (!lnet_md_start_op(op->md, op)) {
		lnet_ni_put_msg(ni);
		return -EINVAL;
	}
	return 0;
}

static struct lnet_wire_handle make_handle(const struct lnet_op *op)
{
	return (struct lnet_wire_handle){
		.interface_cookie = cpu_to_le64(node_var(lnet_core)->interface_cookie),
		.object_cookie = cpu_to_le64(op->cookie),
	};
}

/* An answer is awaited from now on; it may come as soon as the message is sent, but not before. */
static void op_expect_answer(struct lnet_op *op)
{
	refcount_inc(&op->refs);
	op->answering = true;
	op_await_answer(op);
}

int lnet_put(struct lnet_md *md, lnet_nid_t target, u32 portal, u64 match_bits, u32 offset,
	     u64 hdr_data, bool ack, bool once)
{
	struct lnet_wire_put *put;
	struct lnet_op *op;
	int rc;

	if (portal >= LNET_NR_PORTALS)
		return -EINVAL;
	op = op_alloc(md, target, portal, match_bits, offset);
	if (!op)
		return -ENOMEM;
	op->hdr_data = hdr_data;
	op->once = once;
	rc = op_start(op, LNET_WIRE_PUT, md->desc.buf.len);
	if (rc) {
		lnet_op_put(op);
		return rc;
	}
	put = &op->msg.wire.hdr.put;
	memset(&put->ack_handle, 0xff, sizeof(put->ack_handle));
	put->match_bits = cpu_to_le64(match_bits);
	put->hdr_data = cpu_to_le64(hdr_data);
	put->portal = cpu_to_le32(portal);
	put->offset = cpu_to_le32(offset);
	if (ack) {
		put->ack_handle = make_handle(op);
		op_expect_answer(op);
	}
	lnet_send(&op->msg, target);
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_put);

int lnet_get(struct lnet_md *md, lnet_nid_t target, u32 portal, u64 match_bits, u32 offset,
	     bool once)
{
	struct lnet_wire_get *get;
	struct lnet_op *op;
	int rc;

	if (portal >= LNET_NR_PORTALS)
		return -EINVAL;
	op = op_alloc(md, target, portal, match_bits, offset);
	if (!op)
		return -ENOMEM;
	op->is_get = true;
	op->once = once;
	rc = op_start(op, LNET_WIRE_GET, 0);
	if (rc) {
		lnet_op_put(op);
		return rc;
	}
	get = &op->msg.wire.hdr.get;
	get->match_bits = cpu_to_le64(match_bits);
	get->portal = cpu_to_le32(portal);
	get->src_offset = cpu_to_le32(offset);
	get->sink_length = cpu_to_le32(md->desc.buf.len);
	get->reply_handle = make_handle(op);
	op_expect_answer(op);
	lnet_send(&op->msg, target);
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_get);
