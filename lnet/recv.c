// SPDX-License-Identifier: GPL-2.0
/* Messages that come in. */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "lnet/internal.h"

static void count_drop(void)
{
	atomic64_inc(&node_var(lnet_core)->nr_dropped);
}

static void release_msg(struct lnet_event_rec *rec)
{
	lnet_msg_free(container_of(rec, struct lnet_msg, rec));
}

/* Delivers the event of a message of its own, which ends with it. */
static void deliver_own(struct lnet_msg *msg)
{
	struct lnet_md *md = msg->md;

	msg->rec.final = true;
	msg->rec.release = release_msg;
	spin_lock(&md->lock);
	lnet_md_deliver(md, &msg->rec);
}

/* ---- PUT ---- */

static void ack_sent(struct lnet_msg *msg, int status)
{
	lnet_msg_free(msg);
}

/*
 * Tells the sender of a PUT that it has arrived. Without memory there is none: it will time out
 * there.
 */
static void send_ack(struct lnet_msg *put)
{
	struct lnet_msg *msg;
	struct lnet_wire_ack *ack;

	if (put->ack.object_cookie == cpu_to_le64(~0ull))
		return;
	msg = lnet_msg_alloc(put->ni);
	if (!msg)
		return;
	msg->done = ack_sent;
	msg->wire.hdr.dst_nid = cpu_to_le64(put->rec.ev.initiator);
	msg->wire.hdr.src_nid = cpu_to_le64(put->rec.ev.self);
	msg->wire.hdr.type = cpu_to_le32(LNET_WIRE_ACK);
	ack = &msg->wire.hdr.ack;
	ack->handle = put->ack;
	ack->match_bits = cpu_to_le64(put->rec.ev.match_bits);
	ack->mlength = cpu_to_le32(put->rec.ev.mlength);
	lnet_send(msg, put->rec.ev.initiator);
}

/* lnet_msg::done of an incoming PUT. */
static void put_received(struct lnet_msg *msg, int status)
{
	msg->rec.ev.status = status;
	if (!status)
		send_ack(msg);
	if (msg->md) {
		deliver_own(msg);
	} else {
		msg->listener->received(msg->listener, msg->mem, &msg->rec.ev);
		lnet_listener_leave(msg->portal);
		lnet_msg_free(msg);
	}
}

/* Finds the MD or listener that takes the PUT; false when nobody does. */
static bool put_find_taker(struct lnet_msg *msg)
{
	struct lnet_event *ev = &msg->rec.ev;

	msg->md = lnet_md_match(ev->portal, ev->initiator, ev->match_bits, LNET_MD_PUT, ev->offset,
				ev->rlength, &ev->mlength);
	if (msg->md) {
		lnet_msg_set_payload(msg, ITER_DEST, &msg->md->desc.buf,
				     ev->mlength ? ev->offset : 0, ev->mlength);
		return true;
	}
	msg->listener = lnet_listener_enter(ev->portal);
	if (!msg->listener)
		return false;
	ev->mlength = ev->rlength;
	msg->mem = msg->listener->alloc(msg->listener, ev);
	if (!msg->mem) {
		lnet_listener_leave(ev->portal);
		return false;
	}
	lnet_msg_set_payload(msg, ITER_DEST,
			     &(struct lnet_buf){ .kaddr = msg->mem, .len = ev->rlength }, 0,
			     ev->rlength);
	return true;
}

static int recv_put(struct lnet_msg *msg, const struct lnet_wire_hdr *hdr, struct lnet_msg **out)
{
	struct lnet_event *ev = &msg->rec.ev;

	ev->type = LNET_EVENT_PUT;
	ev->portal = le32_to_cpu(hdr->put.portal);
	ev->match_bits = le64_to_cpu(hdr->put.match_bits);
	ev->hdr_data = le64_to_cpu(hdr->put.hdr_data);
	ev->offset = le32_to_cpu(hdr->put.offset);
	ev->rlength = le32_to_cpu(hdr->payload_length);
	msg->ack = hdr->put.ack_handle;
	msg->portal = ev->portal;
	msg->done = put_received;
	if (!put_find_taker(msg)) {
		/*
		 * Portal 0 also gets the push of nodes that would like to tell us about their other
		 * interfaces.
		 */
		if (ev->portal != LNET_WIRE_PORTAL_PING)
			count_drop();
		return -ENOENT;
	}
	*out = msg;
	return 0;
}

/* ---- GET ---- */

/* lnet_msg::done of a REPLY of ours: the peer's GET is over. */
static void reply_sent(struct lnet_msg *msg, int status)
{
	msg->rec.ev.status = status;
	deliver_own(msg);
}

/* Turns the incoming GET into the REPLY to it. */
static int recv_get(struct lnet_msg *msg, const struct lnet_wire_hdr *hdr)
{
	struct lnet_event *ev = &msg->rec.ev;

	ev->type = LNET_EVENT_GET;
	ev->portal = le32_to_cpu(hdr->get.portal);
	ev->match_bits = le64_to_cpu(hdr->get.match_bits);
	ev->offset = le32_to_cpu(hdr->get.src_offset);
	ev->rlength = le32_to_cpu(hdr->get.sink_length);
	msg->md = lnet_md_match(ev->portal, ev->initiator, ev->match_bits, LNET_MD_GET, ev->offset,
				ev->rlength, &ev->mlength);
	if (!msg->md) {
		count_drop();
		return -ENOENT;
	}
	ev->mlength = min(ev->mlength, LNET_MTU);
	msg->done = reply_sent;
	msg->wire.hdr.dst_nid = cpu_to_le64(ev->initiator);
	msg->wire.hdr.src_nid = cpu_to_le64(ev->self);
	msg->wire.hdr.type = cpu_to_le32(LNET_WIRE_REPLY);
	msg->wire.hdr.payload_length = cpu_to_le32(ev->mlength);
	msg->wire.hdr.reply.handle = hdr->get.reply_handle;
	lnet_msg_set_payload(msg, ITER_SOURCE, &msg->md->desc.buf, ev->mlength ? ev->offset : 0,
			     ev->mlength);
	lnet_send(msg, ev->initiator);
	return 0;
}

/* ---- ACK and REPLY ---- */

static int recv_ack(const struct lnet_wire_hdr *hdr, lnet_nid_t from)
{
	struct lnet_op *op = lnet_op_take(hdr->ack.handle, from, false);

	if (op)
		lnet_op_answered(op, 0, le32_to_cpu(hdr->ack.mlength));
	else
		count_drop();
	return -ENOENT;
}

/* lnet_msg::done of an incoming REPLY. */
static void reply_received(struct lnet_msg *msg, int status)
{
	struct lnet_op *op = msg->op;
	u32 mlength = status ? 0 : msg->len;

	lnet_msg_free(msg);
	lnet_op_answered(op, status, mlength);
}

static int recv_reply(struct lnet_msg *msg, const struct lnet_wire_hdr *hdr, lnet_nid_t from,
		      struct lnet_msg **out)
{
	const struct lnet_buf *buf;

	msg->op = lnet_op_take(hdr->reply.handle, from, true);
	if (!msg->op) {
		count_drop();
		return -ENOENT;
	}
	buf = &msg->op->md->desc.buf;
	lnet_msg_set_payload(msg, ITER_DEST, buf, 0,
			     min(le32_to_cpu(hdr->payload_length), buf->len));
	msg->done = reply_received;
	*out = msg;
	return 0;
}

/* ---- all ---- */

/* Whether the header makes sense on this connection. */
static bool hdr_is_sane(struct lnet_ni *ni, lnet_nid_t from, const struct lnet_wire_hdr *hdr)
{
	u32 type = le32_to_cpu(hdr->type);
	u32 payload = le32_to_cpu(hdr->payload_length);
	lnet_nid_t dst = le64_to_cpu(hdr->dst_nid);
	char name[LNET_NIDSTR_SIZE];

	if (le64_to_cpu(hdr->src_nid) != from ||
	    (ni->is_lo ? !lnet_is_local(dst) : dst != ni->nid)) {
		pr_warn_ratelimited("%s sent a message of or for somebody else (routing is not supported); closing the connection\n",
				    lnet_nid_str(from, name));
		return false;
	}
	if (type > LNET_WIRE_REPLY || payload > LNET_MTU ||
	    (payload && type != LNET_WIRE_PUT && type != LNET_WIRE_REPLY)) {
		pr_warn_ratelimited("%s sent a bad message (type %u, %u bytes); closing the connection\n",
				    lnet_nid_str(from, name), type, payload);
		return false;
	}
	return true;
}

int lnet_recv_begin(struct lnet_ni *ni, lnet_nid_t from, const struct lnet_wire_hdr *hdr,
		    struct lnet_msg **out)
{
	struct lnet_msg *msg;
	int rc;

	*out = NULL;
	if (!hdr_is_sane(ni, from, hdr))
		return -EPROTO;
	if (hdr->type == cpu_to_le32(LNET_WIRE_ACK)) {
		recv_ack(hdr, from);
		return 0;
	}
	msg = lnet_msg_alloc(ni);
	if (!msg) {
		/* As if the network had lost it; the sender will time out. */
		count_drop();
		return 0;
	}
	msg->from = from;
	msg->rec.ev.initiator = from;
	msg->rec.ev.self = le64_to_cpu(hdr->dst_nid);
	switch (le32_to_cpu(hdr->type)) {
	case LNET_WIRE_PUT:
		rc = recv_put(msg, hdr, out);
		break;
	case LNET_WIRE_GET:
		rc = recv_get(msg, hdr);
		break;
	default:
		rc = recv_reply(msg, hdr, from, out);
		break;
	}
	if (rc) {
		lnet_ni_put_msg(ni);
		lnet_msg_free(msg);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_recv_begin);

void lnet_recv_done(struct lnet_msg *msg, int status)
{
	struct lnet_ni *ni = msg->ni;

	if (!status && !ni->is_lo) {
		struct lnet_peer *peer = lnet_peer_find(ni, msg->from);

		if (peer) {
			spin_lock(&ni->lock);
			peer->received += msg->len;
			spin_unlock(&ni->lock);
		}
	}
	msg->done(msg, status);
	lnet_ni_put_msg(ni);
}
EXPORT_SYMBOL_GPL(lnet_recv_done);
