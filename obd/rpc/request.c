// SPDX-License-Identifier: GPL-2.0
/* Requests: making, packing, reading, options, references. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/rpc/internal.h"

static void run_done(struct work_struct *work)
{
	struct rpc_request_state *st = container_of(work, struct rpc_request_state, done_work);

	struct rpc_import *imp = rpc_import_get(st->req.imp);

	st->done_fn(&st->req, st->done_arg);
	complete_all(&st->done);
	rpc_put(&st->req);
	spin_lock(&imp->lock);
	if (!--imp->telling)
		wake_up_all(&imp->wait);
	spin_unlock(&imp->lock);
	rpc_import_put(imp);
}

struct rpc_request *rpc_new(struct rpc_import *imp, const struct wire_format *fmt, u32 opc)
{
	struct rpc_request_state *st = kzalloc(sizeof(*st), GFP_NOFS);
	unsigned int i;

	if (!st)
		return NULL;
	st->req.imp = rpc_import_get(imp);
	st->req.fmt = fmt;
	st->req.st = st;
	refcount_set(&st->refs, 1);
	st->opc = opc;
	st->portal = imp->request_portal;
	for (i = 0; i < fmt->nr_req; i++)
		st->req_lens[i] = wire_fields[fmt->req[i]].size;
	for (i = 0; i < fmt->nr_rep; i++)
		st->rep_lens[i] = wire_fields[fmt->rep[i]].size;
	INIT_LIST_HEAD(&st->link);
	INIT_LIST_HEAD(&st->xid_link);
	INIT_LIST_HEAD(&st->replay_link);
	INIT_WORK(&st->done_work, run_done);
	init_completion(&st->done);
	spin_lock_init(&st->lock);
	st->out.req = &st->req;
	st->reply.req = &st->req;
	obd_count(OBD_COUNT_REQUESTS, 1);
	return &st->req;
}
EXPORT_SYMBOL_GPL(rpc_new);

struct rpc_request *rpc_get(struct rpc_request *req)
{
	refcount_inc(&rpc_st(req)->refs);
	return req;
}
EXPORT_SYMBOL_GPL(rpc_get);

void rpc_put(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp;

	if (!refcount_dec_and_test(&st->refs))
		return;
	kvfree(st->repbuf);
	if (st->carrier)
		rpc_put(st->carrier);
	if (st->original) {
		rpc_put(st->original);
	} else {
		rpc_bulk_free(req->imp, st->bulk);
		if (st->held)
			atomic_long_sub(st->held, &req->imp->held_pages);
		kvfree(req->reqmsg);
	}
	imp = req->imp;
	kfree(st);
	obd_count(OBD_COUNT_REQUESTS, -1);
	rpc_import_put(imp);
}
EXPORT_SYMBOL_GPL(rpc_put);

void rpc_req_len(struct rpc_request *req, enum wire_field f, u32 len)
{
	int i = wire_field_index(req->fmt->req, req->fmt->nr_req, f);

	if (!WARN_ON_ONCE(i < 0))
		rpc_st(req)->req_lens[i] = len;
}
EXPORT_SYMBOL_GPL(rpc_req_len);

void rpc_rep_len(struct rpc_request *req, enum wire_field f, u32 len)
{
	int i = wire_field_index(req->fmt->rep, req->fmt->nr_rep, f);

	if (!WARN_ON_ONCE(i < 0))
		rpc_st(req)->rep_lens[i] = len;
}
EXPORT_SYMBOL_GPL(rpc_rep_len);

/* Room for a reply of @size bytes and an early one before it; what was there is lost. */
int rpc_alloc_reply(struct rpc_request *req, u32 size)
{
	struct rpc_request_state *st = rpc_st(req);
	u32 room = ALIGN(RPC_EARLY_SIZE + size, 256);
	void *buf;

	if (size > LNET_MTU)
		return -EMSGSIZE;
	buf = kvzalloc(room, GFP_NOFS);
	if (!buf)
		return -ENOMEM;
	kvfree(st->repbuf);
	req->repmsg = NULL;
	st->repbuf = buf;
	st->repbuf_size = room;
	st->rep_size = size;
	return 0;
}

int rpc_pack(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	u32 rep_size = wire_msg_size(req->fmt->nr_rep, st->rep_lens);
	unsigned int nr = wire_nr_bufs(req->fmt->req, req->fmt->nr_req, st->req_lens);
	struct wire_body *body;

	st->req_size = wire_msg_size(nr, st->req_lens);
	if (!st->req_size || st->req_size > LNET_MTU || !rep_size || rep_size > LNET_MTU)
		return -EMSGSIZE;
	if (!(st->flags & RPC_SUB) && !st->repbuf && rpc_alloc_reply(req, rep_size))
		return -ENOMEM;
	req->reqmsg = kvzalloc(st->req_size, GFP_NOFS);
	if (!req->reqmsg)
		return -ENOMEM;
	wire_msg_init(req->reqmsg, nr, st->req_lens);
	req->reqmsg->repsize = cpu_to_le32(rep_size);
	req->reqmsg->opc = cpu_to_le32(st->opc);
	body = wire_msg_body(req->reqmsg);
	body->type = cpu_to_le32(WIRE_MSG_REQUEST);
	body->opc = cpu_to_le32(st->opc);
	body->version = cpu_to_le32(rpc_opc_version(st->opc));
	return 0;
}
EXPORT_SYMBOL_GPL(rpc_pack);

/* Writes what may differ from one sending to the next. */
void rpc_fill_body(struct rpc_request *req, u64 handle, u32 conn_cnt, u64 last_xid, u16 tag)
{
	struct rpc_request_state *st = rpc_st(req);
	struct wire_body *body = wire_msg_body(req->reqmsg);
	u32 flags = le32_to_cpu(body->flags) & ~MSG_RESENT;

	req->reqmsg->flags = cpu_to_le32(st->at ? WIRE_MSG_F_AT : 0);
	body->handle = cpu_to_le64(handle);
	body->conn_cnt = cpu_to_le32(conn_cnt);
	body->last_xid = cpu_to_le64(last_xid);
	body->tag = cpu_to_le16(tag);
	body->timeout = cpu_to_le32(st->timeout_s);
	body->mbits = cpu_to_le64(st->bulk ? st->mbits : 0);
	if (st->attempts > 1)
		flags |= MSG_RESENT;
	body->flags = cpu_to_le32(flags);
}

/* A copy of a request of the replay list, with the same message and a reply buffer of its own. */
struct rpc_request *rpc_clone(struct rpc_request *req)
{
	struct rpc_request_state *from = rpc_st(req);
	struct rpc_request_state *st;
	struct rpc_request *copy;

	copy = rpc_new(req->imp, req->fmt, from->opc);
	if (!copy)
		return NULL;
	st = rpc_st(copy);
	if (rpc_alloc_reply(copy, from->rep_size)) {
		rpc_put(copy);
		return NULL;
	}
	copy->reqmsg = req->reqmsg;
	st->original = rpc_get(req);
	st->kind = RPC_KIND_REPLAY;
	st->flags = RPC_NO_WAIT_RECOV | RPC_NO_RESEND;
	st->portal = from->portal;
	st->req_size = from->req_size;
	st->xid = from->xid;
	st->transno = from->transno;
	st->replay_fn = from->replay_fn;
	st->replay_arg = from->replay_arg;
	st->bulk = from->bulk;
	if (st->bulk)
		rpc_bulk_adopt(st->bulk, copy);
	return copy;
}

void *rpc_req_buf(struct rpc_request *req, enum wire_field f)
{
	int i = wire_field_index(req->fmt->req, req->fmt->nr_req, f);

	if (WARN_ON_ONCE(i < 0))
		return NULL;
	return wire_msg_buf(req->reqmsg, i, 0);
}
EXPORT_SYMBOL_GPL(rpc_req_buf);

void *rpc_rep_buf(struct rpc_request *req, enum wire_field f, u32 *len)
{
	int i = wire_field_index(req->fmt->rep, req->fmt->nr_rep, f);
	u32 have;

	if (len)
		*len = 0;
	if (!req->repmsg || i < 0)
		return NULL;
	have = wire_msg_buflen(req->repmsg, i);
	if (!have || have < wire_fields[f].size)
		return NULL;
	if (len)
		*len = have;
	return wire_msg_buf(req->repmsg, i, have);
}
EXPORT_SYMBOL_GPL(rpc_rep_buf);

void rpc_set_portal(struct rpc_request *req, u32 request_portal)
{
	rpc_st(req)->portal = request_portal;
}
EXPORT_SYMBOL_GPL(rpc_set_portal);

void rpc_set_flags(struct rpc_request *req, u32 flags)
{
	rpc_st(req)->flags |= flags;
}
EXPORT_SYMBOL_GPL(rpc_set_flags);

void rpc_set_replay(struct rpc_request *req,
		    void (*fn)(struct rpc_request *req, bool done, void *arg), void *arg)
{
	rpc_st(req)->replay_fn = fn;
	rpc_st(req)->replay_arg = arg;
}
EXPORT_SYMBOL_GPL(rpc_set_replay);

void rpc_set_replied(struct rpc_request *req, void (*fn)(struct rpc_request *req, void *arg),
		     void *arg)
{
	rpc_st(req)->replied_fn = fn;
	rpc_st(req)->replied_arg = arg;
}
EXPORT_SYMBOL_GPL(rpc_set_replied);

void rpc_set_again(struct rpc_request *req, bool (*fn)(struct rpc_request *req))
{
	rpc_st(req)->again_fn = fn;
}
EXPORT_SYMBOL_GPL(rpc_set_again);

void rpc_set_committed(struct rpc_request *req, void (*fn)(void *arg), void *arg)
{
	rpc_st(req)->committed_fn = fn;
	rpc_st(req)->committed_arg = arg;
}
EXPORT_SYMBOL_GPL(rpc_set_committed);

void rpc_set_generation(struct rpc_request *req, u32 generation)
{
	rpc_st(req)->generation = generation;
	rpc_st(req)->bound = true;
}
EXPORT_SYMBOL_GPL(rpc_set_generation);

void *rpc_req_resize(struct rpc_request *req, enum wire_field f, u32 len)
{
	struct rpc_request_state *st = rpc_st(req);
	int field = wire_field_index(req->fmt->req, req->fmt->nr_req, f);
	struct wire_msg *msg, *old = req->reqmsg;
	u32 lens[WIRE_MAX_BUFS], size;
	unsigned int i, nr = le32_to_cpu(old->bufcount);

	if (WARN_ON_ONCE(field < 0 || field >= nr))
		return NULL;
	memcpy(lens, st->req_lens, sizeof(lens));
	lens[field] = len;
	size = wire_msg_size(nr, lens);
	if (!size || size > LNET_MTU)
		return NULL;
	msg = kvzalloc(size, GFP_NOFS);
	if (!msg)
		return NULL;
	wire_msg_init(msg, nr, lens);
	msg->repsize = old->repsize;
	msg->opc = old->opc;
	for (i = 0; i < nr; i++)
		memcpy(wire_msg_buf(msg, i, 0), wire_msg_buf(old, i, 0),
		       min(lens[i], st->req_lens[i]));
	st->req_lens[field] = len;
	st->req_size = size;
	req->reqmsg = msg;
	kvfree(old);
	return wire_msg_buf(msg, field, 0);
}
EXPORT_SYMBOL_GPL(rpc_req_resize);

u64 rpc_transno(struct rpc_request *req)
{
	return rpc_st(req)->transno;
}
EXPORT_SYMBOL_GPL(rpc_transno);

u64 rpc_xid(struct rpc_request *req)
{
	return rpc_st(req)->xid;
}
EXPORT_SYMBOL_GPL(rpc_xid);
