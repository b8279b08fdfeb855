// SPDX-License-Identifier: GPL-2.0
/*
 * The states of an import, step by step:
 *
 *   NEW, DISCON -> CONNECTING -> REPLAY -> REPLAY_LOCKS -> REPLAY_WAIT -> RECOVER -> FULL
 *                             -> EVICTED ------------------------------> RECOVER
 *                             -> RECOVER (the server still knows us)
 *
 * A failure anywhere leads back to DISCON and a new connect.
 */
#include <linux/kernel.h>

#include "obd/rpc/internal.h"

static void tell(struct rpc_import *imp, enum rpc_import_event ev)
{
	if (imp->event && !READ_ONCE(imp->leaving))
		imp->event(imp->dev, ev);
}

/* Each step returns true when the next may follow at once; it is called without imp->lock. */

static bool step_lost(struct rpc_import *imp)
{
	char nid[LNET_NIDSTR_SIZE];
	bool told_full, invalid;
	u32 generation;

	spin_lock(&imp->lock);
	imp->lost = false;
	told_full = imp->tell_discon;
	imp->tell_discon = false;
	invalid = imp->invalid;
	generation = imp->generation;
	lnet_nid_str(imp->nids[imp->cur_nid], nid);
	if (imp->state != IMP_DISCON && imp->state != IMP_CLOSED) {
		/* Recovery has failed; do not run into the same wall at once. */
		imp->next_connect_ms = rpc_now_ms() + RPC_RETRY_MS;
		rpc_import_set_state(imp, IMP_DISCON);
	}
	spin_unlock(&imp->lock);

	rpc_abort_recovery(imp);
	if (invalid)
		rpc_abort_all(imp, generation, -EIO);
	if (told_full) {
		pr_warn("%s: connection to %s at %s was lost; operations in progress %s\n",
			imp->dev->name, imp->target_uuid, nid,
			invalid ? "fail" : "wait for recovery");
		tell(imp, IMP_EVENT_DISCON);
	}
	return true;
}

/* The target is said to be up: ask it there, at once, as if for the first time. */
static void go_where_told(struct rpc_import *imp)
{
	imp->cur_nid = imp->told_nid - 1;
	imp->told_nid = 0;
	imp->next_connect_ms = 0;
	imp->conn_fails = 0;
	imp->conn_silent = 0;
}

static bool step_connect(struct rpc_import *imp)
{
	bool due;

	spin_lock(&imp->lock);
	due = imp->want_connect && !imp->inactive;
	if (due && imp->told_nid)
		go_where_told(imp);
	if (due && imp->next_connect_ms > rpc_now_ms()) {
		due = false;
		rpc_import_wake_at(imp, imp->next_connect_ms);
	}
	spin_unlock(&imp->lock);
	if (!due || !rpc_connect_start(imp))
		return false;

	spin_lock(&imp->lock);
	imp->next_connect_ms = rpc_now_ms() + RPC_RETRY_MS;
	rpc_import_wake_at(imp, imp->next_connect_ms);
	spin_unlock(&imp->lock);
	return false;
}

static bool step_connecting(struct rpc_import *imp)
{
	bool done;

	spin_lock(&imp->lock);
	done = imp->conn_done;
	spin_unlock(&imp->lock);
	if (done)
		rpc_connect_result(imp);
	return done;
}

/* ---- replay ---- */

static void replay_done(struct rpc_request *req, void *arg)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	bool answered = req->repmsg;

	if (answered && req->status < 0) {
		pr_warn("%s: %s refused the replay of transno %llu: error %d\n", imp->dev->name,
			imp->target_uuid, st->transno, req->status);
		rpc_replay_drop(st->original);
	}
	if (answered && st->replay_fn)
		st->replay_fn(req, true, st->replay_arg);
	if (!answered)
		rpc_import_fail(imp, st->conn_cnt);
	spin_lock(&imp->lock);
	if (st->conn_cnt == imp->conn_cnt && imp->state == IMP_REPLAY) {
		if (answered)
			imp->replay_cursor = max(imp->replay_cursor, st->transno);
		imp->replay_busy = false;
		rpc_import_kick(imp);
	}
	spin_unlock(&imp->lock);
}

static void replay_one(struct rpc_import *imp, struct rpc_request *req)
{
	struct rpc_request *copy = rpc_clone(req);
	struct rpc_request_state *st;
	struct wire_body *body;

	if (!copy) {
		rpc_import_fail(imp, imp->conn_cnt);
		return;
	}
	st = rpc_st(copy);
	body = wire_msg_body(copy->reqmsg);
	body->flags |= cpu_to_le32(MSG_REPLAY);
	body->transno = cpu_to_le64(st->transno);
	if (st->replay_fn)
		st->replay_fn(copy, false, st->replay_arg);
	spin_lock(&imp->lock);
	imp->replay_busy = true;
	/* The server may have done the one with which the last connection broke off. */
	st->attempts = imp->resume;
	imp->resume = false;
	spin_unlock(&imp->lock);
	rpc_send(copy, replay_done, NULL);
}

static bool step_replay(struct rpc_import *imp)
{
	struct rpc_request *req;
	bool busy;

	spin_lock(&imp->lock);
	busy = imp->replay_busy;
	spin_unlock(&imp->lock);
	if (busy)
		return false;
	req = rpc_replay_next(imp);
	if (req) {
		replay_one(imp, req);
		rpc_put(req);
		return true;
	}
	spin_lock(&imp->lock);
	if (imp->state == IMP_REPLAY && !imp->lost) {
		imp->replay_told = false;
		rpc_import_set_state(imp, IMP_REPLAY_LOCKS);
	}
	spin_unlock(&imp->lock);
	return true;
}

static void final_done(struct rpc_request *req, void *arg)
{
	struct rpc_import *imp = req->imp;
	u32 conn_cnt = rpc_st(req)->conn_cnt;

	if (req->status < 0)
		rpc_import_fail(imp, conn_cnt);
	spin_lock(&imp->lock);
	if (req->status >= 0 && conn_cnt == imp->conn_cnt && imp->state == IMP_REPLAY_WAIT) {
		imp->final_done = true;
		rpc_import_kick(imp);
	}
	spin_unlock(&imp->lock);
}

/* Says that we have replayed all; the answer comes when all clients have. */
static void send_final(struct rpc_import *imp)
{
	struct rpc_request *req = rpc_new(imp, &fmt_ping, OP_OBD_PING);

	if (!req || rpc_pack(req)) {
		if (req)
			rpc_put(req);
		rpc_import_fail(imp, imp->conn_cnt);
		return;
	}
	rpc_st(req)->kind = RPC_KIND_FINAL_PING;
	rpc_set_flags(req, RPC_NO_WAIT_RECOV | RPC_NO_RESEND);
	wire_msg_body(req->reqmsg)->flags = cpu_to_le32(MSG_REQ_REPLAY_DONE | MSG_LOCK_REPLAY_DONE);
	rpc_send(req, final_done, NULL);
}

static bool step_replay_locks(struct rpc_import *imp)
{
	bool told, go = false;

	spin_lock(&imp->lock);
	told = imp->replay_told;
	imp->replay_told = true;
	if (told && !imp->lock_replays && imp->state == IMP_REPLAY_LOCKS) {
		imp->final_done = false;
		rpc_import_set_state(imp, IMP_REPLAY_WAIT);
		go = true;
	}
	spin_unlock(&imp->lock);
	if (!told) {
		tell(imp, IMP_EVENT_REPLAY_LOCKS);
		return true;
	}
	if (go)
		send_final(imp);
	return false;
}

static bool step_replay_wait(struct rpc_import *imp)
{
	bool done;

	spin_lock(&imp->lock);
	done = imp->final_done;
	if (done && imp->state == IMP_REPLAY_WAIT)
		rpc_import_set_state(imp, IMP_RECOVER);
	spin_unlock(&imp->lock);
	return done;
}

/* ---- the end of recovery ---- */

static bool step_evicted(struct rpc_import *imp)
{
	LIST_HEAD(taken);
	u32 generation;

	spin_lock(&imp->lock);
	imp->invalid = true;
	generation = ++imp->generation;
	spin_unlock(&imp->lock);
	imp->nr_aborted = rpc_abort_all(imp, generation, -EIO);
	rpc_replay_take_all(imp, &taken);
	imp->taken = &taken;
	tell(imp, IMP_EVENT_EVICTED);
	imp->taken = NULL;
	rpc_replay_put_all(&taken);

	spin_lock(&imp->lock);
	if (imp->state == IMP_EVICTED && !imp->lost) {
		imp->invalid = false;
		rpc_import_set_state(imp, IMP_RECOVER);
	}
	spin_unlock(&imp->lock);
	return true;
}

static bool step_recover(struct rpc_import *imp)
{
	char nid[LNET_NIDSTR_SIZE];
	bool full = false;

	rpc_resend_all(imp);
	spin_lock(&imp->lock);
	if (imp->state == IMP_RECOVER && !imp->lost) {
		rpc_import_set_state(imp, IMP_FULL);
		imp->restarted = false;
		imp->last_sent_ms = rpc_now_ms();
		/* The next ping. */
		rpc_import_wake_at(imp, imp->last_sent_ms + 1);
		lnet_nid_str(imp->nids[imp->cur_nid], nid);
		full = true;
	}
	spin_unlock(&imp->lock);
	if (!full)
		return true;
	pr_info("%s: connected to %s at %s\n", imp->dev->name, imp->target_uuid, nid);
	tell(imp, IMP_EVENT_ACTIVE);
	rpc_dispatch_delayed(imp);
	return true;
}

static bool step(struct rpc_import *imp)
{
	enum rpc_import_state state;
	bool lost;

	spin_lock(&imp->lock);
	state = imp->state;
	lost = imp->lost;
	spin_unlock(&imp->lock);
	if (state == IMP_CLOSED)
		return false;
	if (lost)
		return step_lost(imp);
	switch (state) {
	case IMP_NEW:
	case IMP_DISCON:
		return step_connect(imp);
	case IMP_CONNECTING:
		return step_connecting(imp);
	case IMP_REPLAY:
		return step_replay(imp);
	case IMP_REPLAY_LOCKS:
		return step_replay_locks(imp);
	case IMP_REPLAY_WAIT:
		return step_replay_wait(imp);
	case IMP_EVICTED:
		return step_evicted(imp);
	case IMP_RECOVER:
		return step_recover(imp);
	default:
		return false;
	}
}

void rpc_recov_work(struct work_struct *work)
{
	struct rpc_import *imp = container_of(work, struct rpc_import, recov);

	while (step(imp))
		;
}
