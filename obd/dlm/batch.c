// SPDX-License-Identifier: GPL-2.0
/*
 * Many enqueues in one message, from clients of our own kind: whoever looks at all files of a
 * directory asks for their attributes and sizes so.
 *
 * Each is handled as if it had come alone, one after the other by the same thread. None waits:
 * what another client's lock is in the way of is answered with -EAGAIN, and nobody is called back
 * for it.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

#define BATCH_ROOM	(512u << 10)	/* bytes of replies in one message */

/**
 * struct batch - a message with requests being answered
 * @left: requests that are still to be answered
 * @out: where the next reply goes; @room: bytes from there on
 */
struct batch {
	struct rpc_srv_req *req;
	void *in;
	u32 left;
	void *out;
	u32 room;
};

/* How many requests there are; -EPROTO. */
static int batch_count(const void *buf, u32 len)
{
	const struct wire_sub *head;
	u32 size;
	int nr = 0;

	while (len) {
		if (len < sizeof(*head))
			return -EPROTO;
		head = buf;
		size = le32_to_cpu(head->len);
		if (!size || size > len - sizeof(*head) || nr == RPC_BATCH_MAX)
			return -EPROTO;
		size = min_t(u32, sizeof(*head) + round_up(size, 8), len);
		buf += size;
		len -= size;
		nr++;
	}
	return nr ?: -EPROTO;
}

/* Without a message: this is not answered here. */
static void batch_skip(struct batch *b, int status)
{
	struct wire_sub *head = b->out;

	head->len = 0;
	head->status = cpu_to_le32(status);
	b->out += sizeof(*head);
	b->room -= sizeof(*head);
}

/* Bytes that a reply may have, so that all others can at least be skipped. */
static u32 batch_room(const struct batch *b)
{
	u32 heads = b->left * sizeof(struct wire_sub);

	return b->room > heads ? round_down(b->room - heads, 8) : 0;
}

static void batch_put(struct batch *b, const struct wire_msg *msg, u32 size)
{
	struct wire_sub *head = b->out;

	head->len = cpu_to_le32(size);
	head->status = 0;
	memcpy(head + 1, msg, size);
	b->out += sizeof(*head) + round_up(size, 8);
	b->room -= sizeof(*head) + round_up(size, 8);
}

/* The client does not hear of this reply, nor of the lock in it. */
static void sub_undo(struct rpc_srv_req *sub)
{
	struct wire_lock_rep *rep = sub->fmt ? rpc_srv_rep_buf(sub, WF_LOCK_REP) : NULL;

	if (rep && rep->handle)
		ldlm_server_cancel_list(sub->exp, &rep->handle, 1);
}

static int sub_answer(struct batch *b, struct rpc_srv_req *sub)
{
	u32 size;

	if (sub->opc != OP_LDLM_ENQUEUE)
		return -EOPNOTSUPP;
	/* What the client has room for alone may not be left. */
	if (le32_to_cpu(sub->reqmsg->repsize) > batch_room(b))
		return -EAGAIN;
	size = rpc_srv_sub_run(sub);
	if (!size)
		return -ENOMEM;
	if (size > batch_room(b)) {
		sub_undo(sub);
		return -EAGAIN;
	}
	batch_put(b, sub->repmsg, size);
	return 0;
}

static void batch_step(struct batch *b)
{
	struct wire_sub *head = b->in;
	struct rpc_srv_req *sub;
	u32 len = le32_to_cpu(head->len);
	int rc;

	b->in += sizeof(*head) + round_up(len, 8);
	rc = rpc_srv_sub(b->req, (struct wire_msg *)(head + 1), len, &sub);
	if (!rc) {
		rc = sub_answer(b, sub);
		rpc_srv_sub_free(sub);
	}
	b->left--;
	if (rc)
		batch_skip(b, rc);
}

int ldlm_batch_handler(struct rpc_srv_req *req)
{
	const u32 empty[] = { sizeof(struct wire_body), 0 };
	u32 want = le32_to_cpu(req->reqmsg->repsize), len, used = wire_msg_size(2, empty);
	void *buf = rpc_srv_buf(req, WF_SUBS, &len);
	struct batch b = { .req = req, .in = buf };
	int rc;

	if (!req->exp || !(req->exp->vendor & VENDOR_BATCH))
		return -EOPNOTSUPP;
	rc = buf ? batch_count(buf, len) : -EPROTO;
	if (rc < 0)
		return rc;
	b.left = rc;
	/* What of the client's buffer the replies may have. */
	b.room = want > used ? round_down(min(want - used, BATCH_ROOM), 8) : 0;
	if (b.room < b.left * sizeof(struct wire_sub))
		return -EPROTO;
	rpc_srv_rep_len(req, WF_SUBS, b.room);
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	buf = rpc_srv_rep_buf(req, WF_SUBS);
	b.out = buf;
	while (b.left)
		batch_step(&b);
	rpc_srv_shrink(req, WF_SUBS, b.out - buf);
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_batch_handler);
