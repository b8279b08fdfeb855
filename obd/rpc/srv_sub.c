// SPDX-License-Identifier: GPL-2.0
/* A request within a request: handled like one of its own, but its reply is not sent. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/rpc/internal.h"

/* Who it is from and where it goes is what the parent is; only the rest counts of its head. */
static void sub_inherit(struct rpc_srv_state *st, const struct rpc_srv_state *parent)
{
	const struct rpc_srv_req *from = &parent->req;
	struct rpc_srv_req *req = &st->req;

	req->sub = true;
	req->peer = from->peer;
	req->self = from->self;
	req->xid = from->xid;
	req->arrived = from->arrived;
	st->arrived_ms = parent->arrived_ms;
	st->deadline_ms = parent->deadline_ms;
	st->portal = parent->portal;
	st->exp = export_get(parent->exp);
	req->exp = st->exp;
	st->dev = parent->dev;
	refcount_inc(&st->dev->refs);
	req->dev = st->dev;
	req->body->conn_cnt = from->body->conn_cnt;
	req->body->flags &= ~cpu_to_le32(MSG_RESENT | MSG_REPLAY);
	req->body->flags |= from->body->flags & cpu_to_le32(MSG_RESENT);
}

int rpc_srv_sub(struct rpc_srv_req *parent, struct wire_msg *msg, u32 len,
		struct rpc_srv_req **subp)
{
	struct rpc_service *svc = parent->svc;
	struct rpc_srv_state *st;

	if (wire_msg_check(msg, len) < 0 ||
	    le32_to_cpu(wire_msg_body(msg)->type) != WIRE_MSG_REQUEST)
		return -EPROTO;
	if (!rpc_srv_admit(svc, sizeof(*st)))
		return -ENOMEM;
	st = kvzalloc(sizeof(*st), GFP_NOFS);
	if (!st) {
		rpc_srv_unadmit(svc, sizeof(*st));
		return -ENOMEM;
	}
	rpc_srv_init(st, svc);
	st->msg_len = sizeof(*st);
	st->req.reqmsg = msg;
	st->req.body = wire_msg_body(msg);
	st->req.opc = le32_to_cpu(st->req.body->opc);
	st->rep_offset = rpc_reply_offset(msg, st->req.opc);
	sub_inherit(st, parent->st);
	*subp = &st->req;
	return 0;
}

u32 rpc_srv_sub_run(struct rpc_srv_req *sub)
{
	int rc = rpc_srv_run(sub->st);

	WARN_ON_ONCE(sub->st->held);
	return rpc_srv_complete(sub->st, rc, RPC_ESTIMATE_MIN) ? sub->st->rep_size : 0;
}

void rpc_srv_sub_free(struct rpc_srv_req *sub)
{
	rpc_srv_put(sub->st);
}
