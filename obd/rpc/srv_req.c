// SPDX-License-Identifier: GPL-2.0
/* A request comes in: checks, duplicates, the device and handler that it is for; and reading it. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/class/recovery.h"
#include "obd/class/target.h"
#include "obd/rpc/internal.h"

void rpc_srv_init(struct rpc_srv_state *st, struct rpc_service *svc)
{
	st->req.svc = svc;
	st->req.st = st;
	refcount_set(&st->refs, 1);
	INIT_LIST_HEAD(&st->req.exp_link);
	INIT_LIST_HEAD(&st->req.recovery_link);
	INIT_LIST_HEAD(&st->queue_link);
	INIT_LIST_HEAD(&st->timed_link);
	spin_lock_init(&st->lock);
	init_waitqueue_head(&st->bulk_wait);
	memset(st->rep_len, 0xff, sizeof(st->rep_len));
}

/* ---- arrival ---- */

void *rpc_srv_alloc(struct lnet_listener *l, const struct lnet_event *ev)
{
	struct rpc_service *svc = container_of(l, struct rpc_srv_portal, listener)->svc;
	struct rpc_srv_state *st;

	if (!rpc_srv_admit(svc, ev->rlength)) {
		pr_warn_ratelimited("%s: dropping a request of %u bytes: too long, or too many wait\n",
				    svc->name, ev->rlength);
		return NULL;
	}
	st = kvzalloc(struct_size(st, msg, DIV_ROUND_UP(ev->rlength, sizeof(u64))), GFP_NOFS);
	if (!st) {
		rpc_srv_unadmit(svc, ev->rlength);
		return NULL;
	}
	rpc_srv_init(st, svc);
	st->msg_len = ev->rlength;
	return st->msg;
}

static u64 request_mbits(const struct rpc_srv_state *st)
{
	u64 mbits = le64_to_cpu(st->req.body->mbits);

	if (st->exp && mbits && (export_flags(st->exp) & CONN_BULK_MBITS))
		return mbits;
	return st->req.xid;
}

/* Reads the head of a message; false: not a request. */
static bool parse(struct rpc_srv_state *st, const struct lnet_event *ev)
{
	struct rpc_srv_req *req = &st->req;
	u32 timeout_s;

	req->reqmsg = (struct wire_msg *)st->msg;
	if (ev->status || ev->mlength != ev->rlength ||
	    wire_msg_check(req->reqmsg, ev->mlength) < 0)
		return false;
	req->body = wire_msg_body(req->reqmsg);
	if (le32_to_cpu(req->body->type) != WIRE_MSG_REQUEST)
		return false;
	req->peer = ev->initiator;
	req->self = ev->self;
	req->xid = ev->match_bits;
	req->opc = le32_to_cpu(req->body->opc);
	req->arrived = ktime_get();
	st->arrived_ms = ktime_to_ms(req->arrived);
	st->rep_offset = rpc_reply_offset(req->reqmsg, req->opc);
	st->at = st->rep_offset;
	timeout_s = clamp_t(u32, le32_to_cpu(req->body->timeout), 1, 2 * RPC_TIMEOUT_MAX);
	st->deadline_ms = st->arrived_ms + timeout_s * 1000ull;
	return true;
}

static struct rpc_srv_state *find_same(struct obd_export *exp, u64 xid)
{
	struct rpc_srv_req *other;

	list_for_each_entry(other, &exp->requests, exp_link) {
		if (other->xid == xid)
			return other->st;
	}
	return NULL;
}

/*
 * The client repeats a request that we are at: its answer will do for both, but bulk data has to
 * go a new way.
 */
static void refresh(struct rpc_srv_state *first, struct rpc_srv_state *again)
{
	spin_lock(&first->lock);
	first->mbits = again->mbits;
	first->deadline_ms = max(first->deadline_ms, again->deadline_ms);
	spin_unlock(&first->lock);
	wake_up_all(&first->bulk_wait);
}

/* Enters the request with its export; false: it is not to be handled. */
static bool enter_export(struct rpc_srv_state *st)
{
	struct rpc_srv_req *req = &st->req;
	struct obd_export *exp = st->exp;
	struct rpc_srv_state *same = NULL;
	bool old;

	spin_lock(&exp->lock);
	old = le32_to_cpu(req->body->conn_cnt) < exp->conn_cnt;
	if (!old && (rpc_srv_resent(req) || rpc_srv_replay(req)))
		same = find_same(exp, req->xid);
	if (!old && !same) {
		list_add_tail(&req->exp_link, &exp->requests);
		exp->last_xid = max(exp->last_xid, le64_to_cpu(req->body->last_xid));
		exp->last_heard = req->arrived;
	}
	if (same)
		refresh(same, st);
	spin_unlock(&exp->lock);
	return !old && !same;
}

void rpc_srv_received(struct lnet_listener *l, void *mem, const struct lnet_event *ev)
{
	struct rpc_srv_state *st = container_of(mem, struct rpc_srv_state, msg);
	struct rpc_srv_req *req = &st->req;
	char nid[LNET_NIDSTR_SIZE];

	st->portal = container_of(l, struct rpc_srv_portal, listener)->portal;
	if (!parse(st, ev)) {
		pr_warn_ratelimited("%s: dropping a message from %s that is no request of ours\n",
				    req->svc->name, lnet_nid_str(ev->initiator, nid));
		goto drop;
	}
	if (!wire_opc_is_connect(req->opc))
		st->exp = export_find(le64_to_cpu(req->body->handle));
	req->exp = st->exp;
	st->mbits = request_mbits(st);
	if (st->exp && !enter_export(st))
		goto drop;
	if (st->at)
		rpc_srv_timed(st);
	rpc_srv_queue(st);
	return;
drop:
	rpc_srv_put(st);
}

/* ---- what it is for ---- */

static const struct obd_handler *find_handler(const struct obd_handler *h, u32 opc)
{
	for (; h && h->opc; h++) {
		if (h->opc == opc)
			return h;
	}
	return NULL;
}

/* Clients name a target by its uuid, and the MGS by its name. */
static struct obd_device *connect_device(struct rpc_srv_req *req)
{
	char uuid[WIRE_UUID_SIZE];
	struct obd_device *dev;
	int i = wire_field_index(fmt_connect.req, fmt_connect.nr_req, WF_TARGET_UUID);
	const char *text = wire_msg_buf(req->reqmsg, i, 1);
	u32 len = min_t(u32, wire_msg_buflen(req->reqmsg, i), sizeof(uuid) - 1);

	if (!text)
		return NULL;
	memcpy(uuid, text, len);
	uuid[len] = '\0';
	dev = obd_find_uuid(uuid);
	return dev ? dev : obd_find(uuid);
}

/* Finds the device and takes a reference on it; one that waited for its turn has it. */
static int find_device(struct rpc_srv_state *st)
{
	struct rpc_srv_req *req = &st->req;

	if (st->dev) {
		if (READ_ONCE(st->exp->failed))
			return -ENOTCONN;
	} else if (wire_opc_is_connect(req->opc)) {
		st->dev = connect_device(req);
	} else if (st->exp) {
		if (READ_ONCE(st->exp->failed))
			return -ENOTCONN;
		st->dev = st->exp->dev;
		refcount_inc(&st->dev->refs);
	} else {
		st->dev = rpc_import_dev_by_cookie(le64_to_cpu(req->body->handle));
		if (!st->dev)
			return -ENOTCONN;
	}
	req->dev = st->dev;
	if (!st->dev || obd_state(st->dev) != OBD_UP)
		return -ENODEV;
	return 0;
}

/* Stock clients send uuids one byte short of the field: they are strings, of any length. */
static u32 field_min(enum wire_field f)
{
	return f == WF_TARGET_UUID || f == WF_CLIENT_UUID ? 1 : wire_fields[f].size;
}

/*
 * Every buffer that is there has at least its fixed size, and a buffer that comes first in the
 * format, the body, is there.  Others may be missing or empty: clients leave out what they have
 * nothing to say in.
 */
static int check_format(struct rpc_srv_req *req, const struct wire_format *fmt)
{
	unsigned int i;

	for (i = 0; i < fmt->nr_req; i++) {
		u32 len = wire_msg_buflen(req->reqmsg, i);

		if (len && len < field_min(fmt->req[i]) &&
		    !(fmt->req[i] == WF_BODY && wire_msg_body(req->reqmsg)))
			return -EPROTO;
	}
	return 0;
}

int rpc_srv_run(struct rpc_srv_state *st)
{
	struct rpc_srv_req *req = &st->req;
	const struct obd_handler *h;
	int rc;

	h = find_handler(req->svc->handlers, req->opc);
	if (!h)
		h = find_handler(st->dev->type->handlers, req->opc);
	rc = h ? check_format(req, h->fmt) : -EOPNOTSUPP;
	if (rc)
		return rc;
	req->fmt = h->fmt;
	return h->fn(req);
}

static void handle(struct rpc_srv_state *st)
{
	struct rpc_srv_req *req = &st->req;
	bool held;
	int rc = find_device(st);

	if (rc)
		goto reply;
	if (target_is_cut(req->dev)) {
		rpc_srv_drop(req);
		return;
	}
	if (req->exp && req->dev->target) {
		rc = target_recovery_admit(req);
		if (!rc)
			return;
		if (rc < 0)
			goto reply;
	}
	rc = rpc_srv_run(st);
	spin_lock(&st->lock);
	held = st->held;
	spin_unlock(&st->lock);
	if (held)
		return;
reply:
	rpc_srv_reply(req, rc);
}

void rpc_srv_handle(struct rpc_srv_state *st)
{
	bool turn = st->req.turn;

	handle(st);
	if (turn)
		target_recovery_handled(&st->req);
}

void rpc_srv_requeue(struct rpc_srv_req *req)
{
	rpc_srv_queue(req->st);
}
EXPORT_SYMBOL_GPL(rpc_srv_requeue);

/* ---- reading ---- */

void *rpc_srv_buf(struct rpc_srv_req *req, enum wire_field f, u32 *len)
{
	int i = wire_field_index(req->fmt->req, req->fmt->nr_req, f);
	u32 have = i < 0 ? 0 : wire_msg_buflen(req->reqmsg, i);

	if (len)
		*len = have;
	return have ? wire_msg_buf(req->reqmsg, i, have) : NULL;
}
EXPORT_SYMBOL_GPL(rpc_srv_buf);

const char *rpc_srv_str(struct rpc_srv_req *req, enum wire_field f, u32 *len)
{
	int i = wire_field_index(req->fmt->req, req->fmt->nr_req, f);
	const char *str = i < 0 ? NULL : wire_str(req->reqmsg, i, false);

	if (len)
		*len = str ? strlen(str) : 0;
	return str;
}
EXPORT_SYMBOL_GPL(rpc_srv_str);

const struct wire_extra *rpc_srv_extra(struct rpc_srv_req *req)
{
	const struct wire_extra *x;
	u32 len;

	/* What a stock client has there is something else. */
	if (!req->exp || !(req->exp->vendor & VENDOR_EXTRA))
		return NULL;
	x = rpc_srv_buf(req, WF_EXTRA, &len);
	if (!x || len < sizeof(*x) ||
	    le32_to_cpu(x->nr_groups) > (len - sizeof(*x)) / sizeof(x->groups[0]))
		return NULL;
	return x;
}
EXPORT_SYMBOL_GPL(rpc_srv_extra);

bool rpc_srv_extra_bad(struct rpc_srv_req *req)
{
	return req->exp && req->exp->vendor & VENDOR_EXTRA &&
	       rpc_srv_buf(req, WF_EXTRA, NULL) && !rpc_srv_extra(req);
}
EXPORT_SYMBOL_GPL(rpc_srv_extra_bad);

int rpc_srv_switch(struct rpc_srv_req *req, const struct wire_format *fmt)
{
	int rc = check_format(req, fmt);

	if (!rc)
		req->fmt = fmt;
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_srv_switch);

bool rpc_srv_resent(struct rpc_srv_req *req)
{
	return le32_to_cpu(req->body->flags) & MSG_RESENT;
}
EXPORT_SYMBOL_GPL(rpc_srv_resent);

bool rpc_srv_replay(struct rpc_srv_req *req)
{
	return le32_to_cpu(req->body->flags) & MSG_REPLAY;
}
EXPORT_SYMBOL_GPL(rpc_srv_replay);
