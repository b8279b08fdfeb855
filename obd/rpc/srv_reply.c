// SPDX-License-Identifier: GPL-2.0
/* Replies: packing, sending, and early ones for clients that would otherwise give up. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/class/target.h"
#include "obd/rpc/internal.h"

#define PERIOD_MS	300000u		/* the longest service time is remembered for up to two */
#define EARLY_BATCH	16

/* ---- packing ---- */

void rpc_srv_rep_len(struct rpc_srv_req *req, enum wire_field f, u32 len)
{
	req->st->rep_len[f] = len;
}
EXPORT_SYMBOL_GPL(rpc_srv_rep_len);

void rpc_srv_rep_skip(struct rpc_srv_req *req, enum wire_field f)
{
	req->st->rep_len[f] = 0;
}
EXPORT_SYMBOL_GPL(rpc_srv_rep_skip);

static int pack(struct rpc_srv_req *req, unsigned int nr, const u8 *fields)
{
	struct rpc_srv_state *st = req->st;
	u32 lens[WIRE_MAX_BUFS];
	struct wire_msg *msg;
	unsigned int i;
	u32 size;

	for (i = 0; i < nr; i++) {
		lens[i] = st->rep_len[fields[i]];
		if (lens[i] == ~0u)
			lens[i] = wire_fields[fields[i]].size;
	}
	nr = wire_nr_bufs(fields, nr, lens);
	size = wire_msg_size(nr, lens);
	if (!size || size > LNET_MTU)
		return -EMSGSIZE;
	msg = kvzalloc(size, GFP_NOFS);
	if (!msg)
		return -ENOMEM;
	wire_msg_init(msg, nr, lens);
	kvfree(req->repmsg);
	req->repmsg = msg;
	st->rep_size = size;
	return 0;
}

int rpc_srv_pack(struct rpc_srv_req *req)
{
	return pack(req, req->fmt->nr_rep, req->fmt->rep);
}
EXPORT_SYMBOL_GPL(rpc_srv_pack);

void *rpc_srv_rep_buf(struct rpc_srv_req *req, enum wire_field f)
{
	int i = wire_field_index(req->fmt->rep, req->fmt->nr_rep, f);

	if (!req->repmsg || i < 0 || !wire_msg_buflen(req->repmsg, i))
		return NULL;
	return wire_msg_buf(req->repmsg, i, 0);
}
EXPORT_SYMBOL_GPL(rpc_srv_rep_buf);

void rpc_srv_shrink(struct rpc_srv_req *req, enum wire_field f, u32 len)
{
	int i = wire_field_index(req->fmt->rep, req->fmt->nr_rep, f);

	if (req->repmsg && i >= 0 && len < wire_msg_buflen(req->repmsg, i))
		req->st->rep_size = wire_msg_shrink(req->repmsg, i, len);
}
EXPORT_SYMBOL_GPL(rpc_srv_shrink);

/* ---- service times ---- */

static u32 seconds_since(u64 ms)
{
	return div_u64(rpc_now_ms() - ms, 1000);
}

/* Seconds that clients should expect a request to take; remembers that one took @took. */
static u32 estimate(struct rpc_service *svc, u32 took)
{
	u64 now = rpc_now_ms();
	u32 s;

	spin_lock(&svc->lock);
	if (now >= svc->period_end_ms) {
		svc->estimate_s = svc->estimate_new_s;
		svc->estimate_new_s = 0;
		svc->period_end_ms = now + PERIOD_MS;
	}
	svc->estimate_new_s = max(svc->estimate_new_s, took);
	s = max3(svc->estimate_s, svc->estimate_new_s, RPC_ESTIMATE_MIN);
	spin_unlock(&svc->lock);
	return min(s, RPC_TIMEOUT_MAX);
}

u32 rpc_service_patience(void)
{
	struct rpc_node *node = node_var(rpc_node);
	struct rpc_service *svc;
	u32 s = RPC_ESTIMATE_MIN;

	spin_lock(&node->lock);
	list_for_each_entry(svc, &node->services, node_link)
		s = max3(s, READ_ONCE(svc->estimate_s), READ_ONCE(svc->estimate_new_s));
	spin_unlock(&node->lock);
	return rpc_client_timeout(s);
}

#define RECOVERY_FLAGS	(MSG_RESENT | MSG_REPLAY | MSG_REQ_REPLAY_DONE | MSG_LOCK_REPLAY_DONE)

/*
 * What recovery takes says nothing about other times, nor does the wait for bulk data that was
 * lost: it lasts as long as the client is patient, so that each loss would make all clients more
 * patient.
 */
static u32 counted_seconds(const struct rpc_srv_state *st)
{
	if (st->no_reply || le32_to_cpu(st->req.body->flags) & RECOVERY_FLAGS)
		return 0;
	return seconds_since(st->arrived_ms);
}

/* ---- sending ---- */

/* The request is done with, for whoever still looks at it; false when it has been already. */
bool rpc_srv_retire(struct rpc_srv_state *st)
{
	struct rpc_service *svc = st->req.svc;
	bool first;

	spin_lock(&st->lock);
	first = !st->replied;
	st->replied = true;
	spin_unlock(&st->lock);
	if (!first)
		return false;
	if (st->exp) {
		spin_lock(&st->exp->lock);
		list_del_init(&st->req.exp_link);
		spin_unlock(&st->exp->lock);
	}
	spin_lock(&svc->lock);
	list_del_init(&st->timed_link);
	spin_unlock(&svc->lock);
	return true;
}

static void fill_body(struct rpc_srv_state *st, struct wire_msg *msg, u32 type, int status)
{
	struct wire_body *body = wire_msg_body(msg);
	struct rpc_srv_req *req = &st->req;
	unsigned int i;

	msg->opc = cpu_to_le32(req->opc);
	body->type = cpu_to_le32(type);
	body->version = cpu_to_le32(WIRE_BODY_VERSION);
	body->opc = cpu_to_le32(req->opc);
	body->status = cpu_to_le32(status);
	body->transno = cpu_to_le64(req->transno);
	for (i = 0; i < WIRE_NR_VERSIONS; i++)
		body->pre_versions[i] = cpu_to_le64(req->versions[i]);
	body->conn_cnt = req->body->conn_cnt;
	body->service_time = cpu_to_le32(seconds_since(st->arrived_ms));
	if (!body->handle && st->exp)
		body->handle = cpu_to_le64(st->exp->cookie);
	if (st->dev && st->dev->target)
		body->last_committed = cpu_to_le64(target_last_committed(st->dev));
}

static void reply_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	if (ev->unlinked)
		rpc_srv_put(user);
}

/*
 * PUTs @len bytes to where the client awaits its reply. Without success the client will ask
 * again.
 */
static int put_reply(struct rpc_srv_state *st, void *mem, u32 len, u32 offset, lnet_event_fn fn,
		     void *user)
{
	struct lnet_md_desc desc = { .buf = { .kaddr = mem, .len = len }, .fn = fn, .user = user };
	struct lnet_md *md;
	int rc = lnet_md_bind(&desc, &md);

	if (rc)
		return rc;
	rc = lnet_put(md, st->req.peer, rpc_reply_portal(st->portal), st->req.xid, offset, 0,
		      false, true);
	if (rc)
		lnet_md_unlink(md);
	/* Either way the MD has, or will have, its last event. */
	return 0;
}

/* Makes sure that there is a message to send. Returns its type, or 0. */
static u32 prepare(struct rpc_srv_req *req, int status)
{
	static const u8 body_only[] = { WF_BODY };

	if (req->repmsg)
		return WIRE_MSG_REPLY;
	req->st->rep_len[WF_BODY] = ~0u;
	if (pack(req, 1, body_only))
		return 0;
	return WIRE_MSG_ERROR;
}

bool rpc_srv_complete(struct rpc_srv_state *st, int status, u32 est)
{
	struct rpc_srv_req *req = &st->req;
	u32 type = prepare(req, status);

	if (!type)
		return false;
	if (type == WIRE_MSG_ERROR && status >= 0)
		status = -EIO;
	rpc_lint_begin(st);
	fill_body(st, req->repmsg, type, status);
	wire_msg_body(req->repmsg)->timeout = cpu_to_le32(st->at ? est : RPC_ESTIMATE_FIXED);
	rpc_lint_reply(st);
	return true;
}

void rpc_srv_reply(struct rpc_srv_req *req, int status)
{
	struct rpc_srv_state *st = req->st;
	u32 est;

	if (!rpc_srv_retire(st))
		return;
	est = estimate(req->svc, counted_seconds(st));
	if (st->no_reply || (st->dev && target_is_cut(st->dev)) ||
	    !rpc_srv_complete(st, status, est)) {
		rpc_srv_put(st);
		return;
	}
	/* The service's reference becomes the message's. */
	if (put_reply(st, req->repmsg, st->rep_size, st->rep_offset, reply_event, st))
		rpc_srv_put(st);
}
EXPORT_SYMBOL_GPL(rpc_srv_reply);

void rpc_srv_hold(struct rpc_srv_req *req)
{
	spin_lock(&req->st->lock);
	req->st->held = true;
	spin_unlock(&req->st->lock);
}
EXPORT_SYMBOL_GPL(rpc_srv_hold);

void rpc_srv_drop(struct rpc_srv_req *req)
{
	spin_lock(&req->st->lock);
	req->st->no_reply = true;
	spin_unlock(&req->st->lock);
	rpc_srv_reply(req, -ENOTCONN);
}

/* ---- early replies ---- */

struct early {
	struct rpc_srv_state *st;	/* with a reference */
	u64 msg[RPC_EARLY_SIZE / sizeof(u64)];
};

static void early_free(struct early *e)
{
	rpc_srv_put(e->st);
	kfree(e);
}

static void early_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	if (ev->unlinked)
		early_free(user);
}

/* Tells the client that it should wait until @total_s seconds after it sent the request. */
static void send_early(struct rpc_srv_state *st, u32 total_s)
{
	static const u32 lens[] = { sizeof(struct wire_body) };
	struct early *e = kzalloc(sizeof(*e), GFP_NOFS);
	struct wire_msg *msg;
	struct wire_body *body;

	BUILD_BUG_ON(sizeof(struct wire_body) + 40 != RPC_EARLY_SIZE);
	if (!e)
		return;
	e->st = st;
	refcount_inc(&st->refs);
	msg = (struct wire_msg *)e->msg;
	wire_msg_init(msg, 1, lens);
	fill_body(st, msg, WIRE_MSG_REPLY, 0);
	body = wire_msg_body(msg);
	body->timeout = cpu_to_le32(total_s);
	msg->cksum = cpu_to_le32(rpc_body_cksum(body, sizeof(*body)));
	if (put_reply(st, msg, RPC_EARLY_SIZE, 0, early_event, e))
		early_free(e);
}

/*
 * Is the client about to give up? Then its new deadline is set, and the seconds to tell it are
 * returned.
 */
static u32 extend(struct rpc_srv_state *st, u64 now)
{
	u64 total = now - st->arrived_ms + RPC_EARLY_EXTRA * 1000;
	u64 margin;
	u32 s = 0;

	spin_lock(&st->lock);
	margin = min_t(u64, RPC_EARLY_MARGIN_MS, (st->deadline_ms - st->arrived_ms) / 2);
	if (st->deadline_ms <= now + margin && !st->replied && total <= RPC_TIMEOUT_MAX * 1000ull) {
		s = DIV_ROUND_UP_ULL(total, 1000);
		st->deadline_ms = st->arrived_ms + s * 1000ull;
	}
	spin_unlock(&st->lock);
	return s;
}

void rpc_srv_early_work(struct work_struct *work)
{
	struct rpc_service *svc = container_of(to_delayed_work(work), struct rpc_service, early);
	struct rpc_srv_state *due[EARLY_BATCH], *st;
	u32 total[EARLY_BATCH];
	u64 now = rpc_now_ms();
	unsigned int n, i;

	do {
		n = 0;
		spin_lock(&svc->lock);
		list_for_each_entry(st, &svc->timed, timed_link) {
			u32 s = extend(st, now);

			if (!s)
				continue;
			refcount_inc(&st->refs);
			total[n] = s;
			due[n++] = st;
			if (n == EARLY_BATCH)
				break;
		}
		spin_unlock(&svc->lock);
		for (i = 0; i < n; i++) {
			send_early(due[i], total[i]);
			rpc_srv_put(due[i]);
		}
	} while (n == EARLY_BATCH);

	spin_lock(&svc->lock);
	if (!list_empty(&svc->timed) && !svc->stopping)
		queue_delayed_work(node_var(rpc_node)->wq, &svc->early, msecs_to_jiffies(1000));
	spin_unlock(&svc->lock);
}
