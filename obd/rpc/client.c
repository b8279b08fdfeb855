// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a request from its submission to its end: delayed, sent, lost, sent again, answered.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "obd/rpc/internal.h"

#define BATCH		16		/* requests collected under the lock at a time */
#define LEAVE_AFTER	(HZ / 2)	/* of a program that dies */

/* ---- slots: how many modifying requests may be under way; imp->lock is held ---- */

static bool slot_take(struct rpc_import *imp, struct rpc_request_state *st)
{
	unsigned int bit;

	if (st->slot)
		return true;
	bit = find_first_zero_bit(imp->slots, imp->nr_slots);
	if (bit >= imp->nr_slots)
		return false;
	__set_bit(bit, imp->slots);
	st->slot = bit + 1;
	return true;
}

static void slot_give(struct rpc_import *imp, struct rpc_request_state *st)
{
	if (!st->slot)
		return;
	__clear_bit(st->slot - 1, imp->slots);
	st->slot = 0;
}

static u16 slot_tag(struct rpc_import *imp, struct rpc_request_state *st)
{
	return le64_to_cpu(imp->granted.flags) & CONN_MULTIMODRPCS ? st->slot : 0;
}

/* ---- numbers; imp->lock is held ---- */

static bool bulk_has_own_bits(struct rpc_import *imp)
{
	return le64_to_cpu(imp->granted.flags) & CONN_BULK_MBITS;
}

static void assign_xid(struct rpc_import *imp, struct rpc_request_state *st)
{
	list_del_init(&st->xid_link);
	st->xid = rpc_next_xid();
	imp->last_xid = st->xid;
	list_add_tail(&st->xid_link, &imp->unreplied);
}

/*
 * Match bits of bulk data must be new in every attempt, or the server's answer to an earlier one
 * could land in memory that has changed hands.  Where the server knows no other match bits than
 * the xid, that has to be new as well.
 */
static void assign_mbits(struct rpc_import *imp, struct rpc_request_state *st)
{
	u32 more = st->bulk->nr_parts - 1;

	if (!bulk_has_own_bits(imp)) {
		if (st->attempts > 1)
			assign_xid(imp, st);
		st->xid = (st->xid & ~(u64)(RPC_XID_STEP - 1)) + more;
		st->mbits = st->xid;
	} else if (st->attempts > 1 || st->kind == RPC_KIND_REPLAY) {
		st->mbits = rpc_next_xid() + more;
	} else {
		st->mbits = st->xid + more;
	}
}

/* Highest number up to which all requests are answered. */
static u64 replied_xid(struct rpc_import *imp)
{
	struct rpc_request_state *first;

	first = list_first_entry_or_null(&imp->unreplied, struct rpc_request_state, xid_link);
	if (!first)
		return imp->last_xid;
	return (first->xid & ~(u64)(RPC_XID_STEP - 1)) - 1;
}

static u32 attempt_timeout(struct rpc_import *imp, struct rpc_request_state *st)
{
	u32 base = max(obd_timeout(), 1u);

	if (imp->reverse)
		return max(base / (2 * RPC_REVERSE_ATTEMPTS), 2u);
	if (st->kind == RPC_KIND_CONNECT || st->kind == RPC_KIND_DISCONNECT)
		return min(RPC_TIMEOUT_CONNECT + 5 * min(imp->conn_silent, 9u), max(base / 2, 2u));
	if (imp->at)
		return rpc_client_timeout(max(imp->estimate_s, RPC_ESTIMATE_MIN));
	/*
	 * What the server holds until all clients are back would look lost without early replies.
	 */
	if (st->kind == RPC_KIND_REPLAY || st->kind == RPC_KIND_FINAL_PING)
		return 3 * base;
	return base;
}

/* Puts a request on its way; goes on in rpc_attempt_send() without the lock. */
static void start_locked(struct rpc_import *imp, struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	bool replay = st->kind == RPC_KIND_REPLAY;
	u16 tag = replay ? le16_to_cpu(wire_msg_body(req->reqmsg)->tag) : slot_tag(imp, st);
	u64 now = rpc_now_ms();

	st->attempts++;
	if (!st->xid)
		assign_xid(imp, st);
	if (st->bulk)
		assign_mbits(imp, st);
	st->phase = RPC_SENDING;
	st->cut = false;
	list_move_tail(&st->link, &imp->sending);
	if (imp->state == IMP_REPLAY_LOCKS && !st->lock_replay && st->kind == RPC_KIND_USER) {
		st->lock_replay = true;
		imp->lock_replays++;
	}
	st->at = imp->at && st->kind != RPC_KIND_CONNECT;
	st->conn_cnt = imp->conn_cnt;
	st->peer = imp->nids[imp->cur_nid];
	st->timeout_s = attempt_timeout(imp, st);
	st->sent_ms = now;
	st->deadline_ms = now + st->timeout_s * 1000ull;
	imp->last_sent_ms = now;
	rpc_count_sending(imp, st->opc, st->attempts > 1 || replay);
	rpc_fill_body(req, imp->handle, imp->conn_cnt, replay ? 0 : replied_xid(imp), tag);
	rpc_attempt_begin(req);
	rpc_import_wake_at(imp, st->deadline_ms);
}

/* ---- ends ---- */

/* Takes a request out of everything; imp->lock is held. True when delayed requests may now go. */
static bool retire_locked(struct rpc_import *imp, struct rpc_request_state *st)
{
	bool had_slot = st->slot;

	st->phase = RPC_DONE;
	imp->telling += st->done_fn ? 1 : 0;
	list_del_init(&st->link);
	list_del_init(&st->xid_link);
	slot_give(imp, st);
	if (st->lock_replay) {
		st->lock_replay = false;
		if (!--imp->lock_replays)
			rpc_import_kick(imp);
	}
	if (list_empty(&imp->sending) && list_empty(&imp->delayed))
		wake_up_all(&imp->wait);
	return had_slot && !list_empty(&imp->delayed);
}

/* Tells the owner.  The request may be gone afterwards, unless the caller holds a reference. */
static void announce(struct rpc_request *req, int status)
{
	struct rpc_request_state *st = rpc_st(req);

	req->status = status;
	if (st->done_fn)
		queue_work(node_var(rpc_node)->wq, &st->done_work);
	else
		complete_all(&st->done);
}

static void finish(struct rpc_request *req, int status)
{
	struct rpc_import *imp = rpc_import_get(req->imp);
	bool more;

	spin_lock(&imp->lock);
	more = retire_locked(imp, rpc_st(req));
	spin_unlock(&imp->lock);
	announce(req, status);
	if (more)
		rpc_dispatch_delayed(imp);
	rpc_import_put(imp);
}

/* ---- submission ---- */

/* May the request go? 1: now, 0: later, or the error with which it fails. imp->lock is held. */
static int admit(struct rpc_import *imp, struct rpc_request_state *st)
{
	if (imp->state == IMP_CLOSED)
		return -ESHUTDOWN;
	if (st->kind == RPC_KIND_CONNECT)
		return imp->state == IMP_CONNECTING ? 1 : -ENOTCONN;
	if (st->flags & RPC_NO_WAIT_RECOV) {
		bool usable = imp->state >= IMP_REPLAY && imp->state <= IMP_FULL;

		return usable && !imp->lost ? 1 : -ENOTCONN;
	}
	if (imp->inactive || imp->invalid || st->generation != imp->generation)
		return -EIO;
	if (imp->state != IMP_FULL)
		return st->flags & RPC_NO_DELAY ? -ENOTCONN : 0;
	if (st->not_before_ms > rpc_now_ms())
		return 0;
	return !(st->flags & RPC_MODIFY) || slot_take(imp, st);
}

static void submit(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	int rc;

	spin_lock(&imp->lock);
	if (!st->bound)
		st->generation = imp->generation;
	rc = admit(imp, st);
	if (rc > 0) {
		start_locked(imp, req);
	} else if (!rc) {
		st->phase = RPC_DELAYED;
		list_add_tail(&st->link, &imp->delayed);
	}
	spin_unlock(&imp->lock);
	if (rc > 0)
		rpc_attempt_send(req);
	else if (rc < 0)
		finish(req, rc);
}

static void give_up(struct rpc_request *req)
{
	rpc_abort(req, -EINTR);
	/* Bounded: LNet gives memory back within its own timeout. */
	wait_for_completion(&rpc_st(req)->done);
}

int rpc_call(struct rpc_request *req)
{
	submit(req);
	if (wait_for_completion_killable(&rpc_st(req)->done))
		give_up(req);
	return req->status;
}
EXPORT_SYMBOL_GPL(rpc_call);

/* From here on it is as if it had been sent by rpc_send(). */
static bool leave(struct rpc_request *req, rpc_done_fn done, void *arg)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	bool goes_on;

	spin_lock(&imp->lock);
	goes_on = st->attempts && st->phase != RPC_DONE && !st->dead;
	if (goes_on) {
		st->done_fn = done;
		st->done_arg = arg;
	}
	spin_unlock(&imp->lock);
	return goes_on;
}

bool rpc_call_or_leave(struct rpc_request *req, rpc_done_fn done, void *arg)
{
	submit(req);
	if (!wait_for_completion_killable(&rpc_st(req)->done))
		return true;
	if (leave(req, done, arg))
		return false;
	give_up(req);
	return true;
}
EXPORT_SYMBOL_GPL(rpc_call_or_leave);

void rpc_send(struct rpc_request *req, rpc_done_fn done, void *arg)
{
	rpc_st(req)->done_fn = done;
	rpc_st(req)->done_arg = arg;
	submit(req);
}
EXPORT_SYMBOL_GPL(rpc_send);

int rpc_send_wait(struct rpc_request *req, rpc_done_fn done, void *arg)
{
	struct completion *over = &rpc_st(req)->done;
	int rc;

	rpc_get(req);
	rpc_send(req, done, arg);
	/* Nobody can kill a program that ends already. */
	if (current->flags & PF_SIGNALED || wait_for_completion_killable(over))
		wait_for_completion_timeout(over, LEAVE_AFTER);
	rc = completion_done(over) ? req->status : -EINTR;
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_send_wait);

/* The first delayed request that may go now. imp->lock is held. */
static struct rpc_request_state *next_ready(struct rpc_import *imp, int *rc)
{
	struct rpc_request_state *st;

	list_for_each_entry(st, &imp->delayed, link) {
		*rc = admit(imp, st);
		if (*rc)
			return st;
	}
	return NULL;
}

void rpc_dispatch_delayed(struct rpc_import *imp)
{
	struct rpc_request_state *st;
	int rc = 0;

	for (;;) {
		spin_lock(&imp->lock);
		st = imp->state == IMP_FULL ? next_ready(imp, &rc) : NULL;
		if (!st) {
			spin_unlock(&imp->lock);
			return;
		}
		if (rc > 0) {
			start_locked(imp, &st->req);
			spin_unlock(&imp->lock);
			rpc_attempt_send(&st->req);
		} else {
			retire_locked(imp, st);
			spin_unlock(&imp->lock);
			announce(&st->req, rc);
		}
	}
}

/* ---- giving up ---- */

void rpc_abort(struct rpc_request *req, int status)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	bool idle = false, more = false;

	spin_lock(&imp->lock);
	if (st->phase == RPC_DONE) {
		spin_unlock(&imp->lock);
		return;
	}
	if (!st->dead) {
		st->dead = true;
		st->dead_status = status;
	}
	idle = st->phase != RPC_SENDING;
	if (idle)
		more = retire_locked(imp, st);
	spin_unlock(&imp->lock);
	if (!idle) {
		rpc_attempt_stop(req, RPC_END_ABORT, status);
		return;
	}
	announce(req, status);
	if (more)
		rpc_dispatch_delayed(imp);
}
EXPORT_SYMBOL_GPL(rpc_abort);

static unsigned int collect(struct list_head *list, u32 before, struct rpc_request **reqs,
			    unsigned int n, int status)
{
	struct rpc_request_state *st;

	list_for_each_entry(st, list, link) {
		if (n == BATCH)
			break;
		/* Generations wrap around. */
		if (st->dead || (s32)(st->generation - before) >= 0)
			continue;
		/* Eviction is what a connect has brought; only closing ends one. */
		if (st->kind == RPC_KIND_CONNECT && status != -ESHUTDOWN)
			continue;
		st->dead = true;
		st->dead_status = status;
		reqs[n++] = rpc_get(&st->req);
	}
	return n;
}

/*
 * Fails all requests that were submitted before the import's generation became
 * @before_generation; how many.
 */
unsigned int rpc_abort_all(struct rpc_import *imp, u32 before_generation, int status)
{
	struct rpc_request *reqs[BATCH];
	unsigned int n, i, all = 0;

	do {
		spin_lock(&imp->lock);
		n = collect(&imp->sending, before_generation, reqs, 0, status);
		n = collect(&imp->delayed, before_generation, reqs, n, status);
		spin_unlock(&imp->lock);
		for (i = 0; i < n; i++) {
			rpc_abort(reqs[i], status);
			rpc_put(reqs[i]);
		}
		all += n;
	} while (n);
	return all;
}

/* Ends what belongs to a recovery that has failed. */
void rpc_abort_recovery(struct rpc_import *imp)
{
	struct rpc_request *reqs[BATCH];
	struct rpc_request_state *st;
	unsigned int n, i;

	do {
		n = 0;
		spin_lock(&imp->lock);
		list_for_each_entry(st, &imp->sending, link) {
			if (n == BATCH)
				break;
			if (st->dead || !(st->flags & RPC_NO_WAIT_RECOV))
				continue;
			st->dead = true;
			st->dead_status = -ENOTCONN;
			reqs[n++] = rpc_get(&st->req);
		}
		spin_unlock(&imp->lock);
		for (i = 0; i < n; i++) {
			rpc_abort(reqs[i], -ENOTCONN);
			rpc_put(reqs[i]);
		}
	} while (n);
}

/* Nothing will come of this attempt: it ends now. imp->lock is held. */
static void cut_locked(struct rpc_import *imp, struct rpc_request_state *st)
{
	if (st->phase != RPC_SENDING || st->deadline_ms == RPC_NEVER)
		return;
	st->cut = true;
	st->deadline_ms = 0;
	rpc_import_wake_at(imp, 0);
}

/*
 * The connection with a node has broken: attempts that wait for its answer end now. Who waits for
 * none asks whether the target still knows us: it may have restarted, and wait for us.
 */
void rpc_cut(struct rpc_import *imp, lnet_nid_t peer)
{
	struct rpc_request_state *st;

	spin_lock(&imp->lock);
	list_for_each_entry(st, &imp->sending, link) {
		if (st->peer == peer)
			cut_locked(imp, st);
	}
	if (imp->state == IMP_FULL && list_empty(&imp->sending) &&
	    imp->nids[imp->cur_nid] == peer) {
		imp->asks_now = true;
		rpc_import_wake_at(imp, 0);
	}
	spin_unlock(&imp->lock);
}

/*
 * The target is up at @up: a connect to elsewhere is in vain, and so may be one that has had no
 * answer for long. imp->lock is held.
 */
void rpc_cut_connect(struct rpc_import *imp, lnet_nid_t up)
{
	struct rpc_request_state *st;

	list_for_each_entry(st, &imp->sending, link) {
		if (st->kind == RPC_KIND_CONNECT &&
		    (st->peer != up || rpc_now_ms() > st->sent_ms + RPC_RETRY_MS))
			cut_locked(imp, st);
	}
}

static void complain_expired(struct rpc_import *imp, const struct rpc_request_state *st)
{
	if (st->cut)
		pr_debug("%s: the connection broke under request %u (xid %llx)\n", imp->dev->name,
			 st->opc, st->xid);
	else
		pr_warn_ratelimited("%s: no answer to request %u (xid %llx) within %u s\n",
				    imp->dev->name, st->opc, st->xid, st->timeout_s);
}

/* Ends the attempts whose time is up. */
void rpc_expire(struct rpc_import *imp, u64 now_ms)
{
	struct rpc_request *reqs[BATCH];
	struct rpc_request_state *st;
	int status[BATCH];
	unsigned int n, i;

	do {
		n = 0;
		spin_lock(&imp->lock);
		list_for_each_entry(st, &imp->sending, link) {
			if (n == BATCH)
				break;
			if (st->phase != RPC_SENDING || st->deadline_ms > now_ms)
				continue;
			complain_expired(imp, st);
			/* Its end may take a while: do not find it again. */
			st->deadline_ms = RPC_NEVER;
			status[n] = st->cut ? -ECONNRESET : -ETIMEDOUT;
			reqs[n++] = rpc_get(&st->req);
		}
		spin_unlock(&imp->lock);
		for (i = 0; i < n; i++) {
			rpc_attempt_stop(reqs[i], RPC_END_LOST, status[i]);
			rpc_put(reqs[i]);
		}
	} while (n);
}

/* ---- sending again ---- */

static bool may_resend(struct rpc_import *imp)
{
	return (imp->state == IMP_FULL || imp->state == IMP_RECOVER) && !imp->lost;
}

/* After a reconnect: all that was under way on the old connection goes out on the new one. */
void rpc_resend_all(struct rpc_import *imp)
{
	struct rpc_request_state *st;
	struct rpc_request *reqs[BATCH];
	bool ended[BATCH];
	unsigned int n, i;

	do {
		n = 0;
		spin_lock(&imp->lock);
		list_for_each_entry(st, &imp->sending, link) {
			if (n == BATCH || !may_resend(imp))
				break;
			if (st->conn_cnt == imp->conn_cnt || st->resent_on == imp->conn_cnt)
				continue;
			st->resent_on = imp->conn_cnt;
			reqs[n] = rpc_get(&st->req);
			ended[n] = st->phase == RPC_WAITING;
			if (ended[n++]) {
				/* Moves to the end of the list: this pass is over. */
				start_locked(imp, &st->req);
				break;
			}
		}
		spin_unlock(&imp->lock);
		for (i = 0; i < n; i++) {
			if (ended[i])
				rpc_attempt_send(reqs[i]);
			else
				rpc_attempt_stop(reqs[i], RPC_END_RESEND, 0);
			rpc_put(reqs[i]);
		}
	} while (n);
}

/*
 * Sends a request again whose attempt has ended, now, or after recovery when the import is not
 * ready.
 */
static void restart(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	bool dead, now = false;

	spin_lock(&imp->lock);
	dead = st->dead;
	if (!dead) {
		now = may_resend(imp) || st->kind != RPC_KIND_USER;
		if (now)
			start_locked(imp, req);
		else
			st->phase = RPC_WAITING;
	}
	spin_unlock(&imp->lock);
	if (dead)
		finish(req, st->dead_status);
	else if (now)
		rpc_attempt_send(req);
}

/* Back among the delayed ones, to be sent after a pause. */
static void postpone(struct rpc_request *req, bool new_xid)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	bool dead;

	spin_lock(&imp->lock);
	dead = st->dead;
	if (!dead) {
		if (new_xid) {
			list_del_init(&st->xid_link);
			st->xid = 0;
			st->attempts = 0;
		}
		st->phase = RPC_DELAYED;
		list_move_tail(&st->link, &imp->delayed);
		st->not_before_ms = rpc_now_ms() + RPC_RETRY_MS;
		rpc_import_wake_at(imp, st->not_before_ms);
	}
	spin_unlock(&imp->lock);
	if (dead)
		finish(req, st->dead_status);
}

/*
 * An attempt has failed: the message did not leave, no reply came, or the server does not know
 * our connection.
 */
static void handle_lost(struct rpc_request *req, int status)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = rpc_import_get(req->imp);
	u32 conn_cnt = st->conn_cnt;
	bool connecting = st->kind == RPC_KIND_CONNECT || st->kind == RPC_KIND_DISCONNECT;

	if (status >= 0)
		status = -ETIMEDOUT;
	/*
	 * Before the request goes anywhere, so that it is not sent again on the connection that
	 * failed.
	 */
	if (!connecting && !imp->reverse)
		rpc_import_fail(imp, conn_cnt);

	if (st->flags & (RPC_NO_RESEND | RPC_NO_WAIT_RECOV))
		finish(req, status);
	else if (imp->reverse && st->attempts >= RPC_REVERSE_ATTEMPTS)
		finish(req, status);
	else if (imp->reverse)
		postpone(req, false);
	else
		restart(req);
	rpc_import_put(imp);
}

/* ---- replies ---- */

/* The reply did not fit: make room for it and ask again. */
static void handle_truncated(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	int rc = rpc_alloc_reply(req, st->rep_full);

	if (rc)
		finish(req, rc == -EMSGSIZE ? -EOVERFLOW : rc);
	else
		restart(req);
}

/* Data in the message is kept with it. */
static void inline_hold(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);

	if (st->held || st->req_size < PAGE_SIZE)
		return;
	st->held = st->req_size / PAGE_SIZE;
	atomic_long_add(st->held, &req->imp->held_pages);
}

static void learn_from_reply(struct rpc_request *req, const struct wire_body *body)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	u64 committed = le64_to_cpu(body->last_committed);
	u64 transno = le64_to_cpu(body->transno);
	u32 estimate = le32_to_cpu(body->timeout);
	bool keep;

	spin_lock(&imp->lock);
	if (estimate && st->kind != RPC_KIND_CONNECT)
		imp->estimate_s = min(estimate, RPC_TIMEOUT_MAX);
	keep = imp->replayable && transno && st->kind == RPC_KIND_USER &&
	       (st->keep || (st->flags & (RPC_MODIFY | RPC_REPLAY)));
	spin_unlock(&imp->lock);
	if (transno && st->kind == RPC_KIND_REPLAY && transno != st->transno)
		pr_warn("%s: replay of transno %llu was answered with %llu\n", imp->dev->name,
			st->transno, transno);
	else if (transno)
		st->transno = transno;
	if (keep) {
		/* What it was done to, so that a replay is not done to something else. */
		memcpy(wire_msg_body(req->reqmsg)->pre_versions, body->pre_versions,
		       sizeof(body->pre_versions));
		if (st->replied_fn)
			st->replied_fn(req, st->replied_arg);
		if (st->bulk)
			rpc_bulk_hold(imp, st->bulk);
		else
			inline_hold(req);
		rpc_replay_add(imp, req);
	}
	if (committed && st->kind != RPC_KIND_CONNECT)
		rpc_replay_trim(imp, committed);
}

static void handle_reply(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	struct wire_msg *msg = st->repbuf + (st->at ? RPC_EARLY_SIZE : 0);
	struct wire_body *body;
	int status;

	if (st->rep_full > st->rep_len) {
		handle_truncated(req);
		return;
	}
	if (wire_msg_check(msg, st->rep_len) < 0) {
		pr_warn_ratelimited("%s: malformed reply to request %u, xid %llu\n",
				    req->imp->dev->name, st->opc, st->xid);
		finish(req, -EPROTO);
		return;
	}
	body = wire_msg_body(msg);
	status = rpc_errno((int)le32_to_cpu(body->status));
	if (le32_to_cpu(body->type) == WIRE_MSG_ERROR) {
		if (!status)
			status = -EINVAL;
		if ((status == -ENOTCONN || status == -ENODEV) && st->kind != RPC_KIND_CONNECT &&
		    !req->imp->reverse) {
			handle_lost(req, status);
			return;
		}
	}
	if (status == -EINPROGRESS && !(st->flags & (RPC_NO_RESEND | RPC_NO_WAIT_RECOV))) {
		postpone(req, true);
		return;
	}
	req->repmsg = msg;
	if (status >= 0 && st->again_fn && st->again_fn(req)) {
		req->repmsg = NULL;
		postpone(req, true);
		return;
	}
	learn_from_reply(req, body);
	if (status >= 0 && st->bulk && st->bulk->error)
		status = -EIO;
	finish(req, status);
}

void rpc_attempt_ended(struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);

	switch (st->end) {
	case RPC_END_REPLIED:
		handle_reply(req);
		break;
	case RPC_END_RESEND:
		restart(req);
		break;
	case RPC_END_ABORT:
		finish(req, st->end_status);
		break;
	default:
		handle_lost(req, st->end_status);
		break;
	}
}
