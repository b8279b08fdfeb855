// SPDX-License-Identifier: GPL-2.0
/*
 * When the connection is lost for good, or the server comes back without its locks; and the end of
 * a namespace.
 */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

#define REPLAY_IN_FLIGHT	32

/* ================================ eviction ================================ */

/* Takes one lock away from its owner; what it covers must not be written any more. */
static bool lock_lose(struct ldlm_lock *lock)
{
	const struct ldlm_client_ops *ops = lock->res->ns->cops;
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	bool held = ldlm_lock_granted(lock), tell;

	lock->remote = 0;
	lock->flags |= LOCKF_FAILED;
	if (lock->st->dead || lock->flags & LOCKF_CANCELLING) {
		ldlm_res_unlock(res);	/* somebody else brings it to its end */
		return held;
	}
	tell = held && res->type != LDLM_FLOCK;
	if (held && res->type == LDLM_FLOCK)
		pr_warn_ratelimited("%s: evicted: a lock (flock or fcntl) of process %d on file %#llx:%#llx is lost; what it protected may have been changed by others\n",
				    res->ns->dev->name, lock->policy.flock.pid, res->id.name[0],
				    res->id.name[1]);
	if (tell)
		lock->flags |= LOCKF_CANCELLING;
	ldlm_res_unlock(res);

	if (tell && ops->cancel)
		ops->cancel(lock, true);
	ldlm_client_fail(lock, -EIO);
	return held;
}

/* How far from @at on a lock reaches; @at: there is none. The resource is locked. */
static u64 held_upto(struct ldlm_resource *res, u64 at, enum ldlm_mode mode)
{
	struct ldlm_lock_state *st;

	list_for_each_entry(st, &res->granted, queue_link) {
		const struct ldlm_lock *lock = st->lock;
		const struct ldlm_extent *ext = &lock->policy.extent;

		if (ldlm_mode_covers(lock->granted_mode, mode) && !(lock->flags & LOCKF_FAILED) &&
		    ext->start <= at && ext->end >= at)
			return ext->end == ~0ULL ? ext->end : ext->end + 1;
	}
	return at;
}

bool ldlm_held(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
	       const struct ldlm_extent *ext, enum ldlm_mode mode)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, id, LDLM_EXTENT, false);
	u64 at = ext->start, next;

	if (!res)
		return false;
	ldlm_res_lock(res);
	while (at <= ext->end && (next = held_upto(res, at, mode)) > at)
		at = next;
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
	return at > ext->end;
}
EXPORT_SYMBOL_GPL(ldlm_held);

static void resource_lose(struct ldlm_resource *res, void *arg)
{
	unsigned int *lost = arg;
	struct ldlm_lock *lock;
	u64 seq = 0;

	while ((lock = ldlm_resource_next(res, &seq))) {
		*lost += lock_lose(lock);
		ldlm_lock_put(lock);
	}
}

unsigned int ldlm_client_evicted(struct ldlm_namespace *ns)
{
	unsigned int lost = 0;

	ldlm_namespace_each(ns, resource_lose, &lost);
	return lost;
}
EXPORT_SYMBOL_GPL(ldlm_client_evicted);

/* ================================ end of a namespace ================================ */

static void resource_give_up(struct ldlm_resource *res, void *arg)
{
	struct ldlm_lock *lock;
	u64 seq = 0;

	while ((lock = ldlm_resource_next(res, &seq))) {
		if (res->type == LDLM_FLOCK) {
			if (lock->remote)
				ldlm_batch_add(lock, false);
			ldlm_client_fail(lock, -ESHUTDOWN);
		} else if (!ldlm_cancel_start(lock, false)) {
			ldlm_lock_lock(lock);
			lock->flags |= LOCKF_BLOCKED;
			ldlm_res_unlock(res);
		}
		ldlm_lock_put(lock);
	}
}

void ldlm_client_free(struct ldlm_namespace *ns, bool force)
{
	if (force)
		ldlm_client_evicted(ns);
	else
		ldlm_namespace_each(ns, resource_give_up, NULL);
}

/* ================================ replay ================================ */

/**
 * struct replay - replay of a namespace's locks
 * @in_flight: requests sent; @idle is woken when one is answered
 * @error: the first one; the connection is then to be made anew
 */
struct replay {
	struct rpc_import *imp;
	atomic_t in_flight;
	wait_queue_head_t idle;
	int error;
};

/* One request and what its answer needs. */
struct replay_one {
	struct replay *replay;
	struct ldlm_lock *lock;
	bool waiting;
};

static void replay_take(struct replay_one *one, struct wire_lock_rep *rep)
{
	struct ldlm_resource *res = ldlm_lock_lock(one->lock);
	struct ldlm_desc d;

	one->lock->remote = le64_to_cpu(rep->handle);
	ldlm_res_unlock(res);
	if (!one->waiting || le32_to_cpu(rep->flags) & (LDLM_FL_BLOCK_WAIT | LDLM_FL_BLOCK_GRANTED))
		return;
	if (!ldlm_desc_unpack(&rep->desc, &d))
		ldlm_client_granted(one->lock, &d, true);
}

static void replay_done(struct rpc_request *req, void *arg)
{
	struct replay_one *one = arg;
	struct replay *r = one->replay;
	struct wire_lock_rep *rep = NULL;
	int rc = req->status;

	if (!rc) {
		rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);
		rc = rep ? 0 : -EPROTO;
	}
	if (!rc)
		replay_take(one, rep);
	else if (!r->error)
		r->error = rc < 0 ? rc : -EPROTO;
	ldlm_lock_put(one->lock);
	kfree(one);
	/* The replay is on the stack of who waits: leave it under the lock of its queue. */
	spin_lock(&r->idle.lock);
	atomic_dec(&r->in_flight);
	wake_up_locked(&r->idle);
	spin_unlock(&r->idle.lock);
}

static struct rpc_request *replay_request(struct replay_one *one, struct rpc_import *imp)
{
	struct rpc_request *req = rpc_new(imp, &fmt_enqueue, OP_LDLM_ENQUEUE);
	u32 flags = LDLM_FL_REPLAY;

	if (!req)
		return NULL;
	rpc_req_len(req, WF_LOCK_REQ, sizeof(struct wire_lock_req) + 2 * sizeof(__le64));
	if (one->lock->res->type == LDLM_EXTENT)
		rpc_rep_len(req, WF_LVB, sizeof(struct wire_ost_lvb));
	rpc_set_flags(req, RPC_NO_WAIT_RECOV | RPC_NO_DELAY);
	if (rpc_pack(req)) {
		rpc_put(req);
		return NULL;
	}
	flags |= one->waiting ? LDLM_FL_BLOCK_WAIT : LDLM_FL_BLOCK_GRANTED;
	ldlm_request_fill(rpc_req_buf(req, WF_LOCK_REQ), one->lock, flags);
	wire_msg_body(req->reqmsg)->flags |= cpu_to_le32(MSG_REQ_REPLAY_DONE);
	return req;
}

static int replay_lock(struct replay *r, struct ldlm_lock *lock)
{
	struct ldlm_resource *res;
	struct replay_one *one;
	struct rpc_request *req;
	bool skip;

	one = kzalloc(sizeof(*one), GFP_NOFS);
	if (!one)
		return -ENOMEM;
	one->replay = r;
	one->lock = ldlm_lock_get(lock);
	res = ldlm_lock_lock(lock);
	/* An enqueue without an answer is sent again by itself. */
	skip = lock->st->dead || !lock->st->replied;
	one->waiting = lock->st->queue == LDLM_Q_WAITING;
	ldlm_res_unlock(res);
	req = skip ? NULL : replay_request(one, r->imp);
	if (!req) {
		ldlm_lock_put(lock);
		kfree(one);
		return skip ? 0 : -ENOMEM;
	}
	atomic_inc(&r->in_flight);
	rpc_send(req, replay_done, one);
	return 0;
}

static void resource_replay(struct ldlm_resource *res, void *arg)
{
	struct replay *r = arg;
	struct ldlm_lock *lock;
	u64 seq = 0;
	int rc;

	while (!r->error && (lock = ldlm_resource_next(res, &seq))) {
		rc = replay_lock(r, lock);
		ldlm_lock_put(lock);
		if (rc && !r->error)
			r->error = rc;
		wait_event(r->idle, atomic_read(&r->in_flight) < REPLAY_IN_FLIGHT);
	}
}

/* Waits are bounded by the requests: they fail with the connection. */
int ldlm_client_replay(struct ldlm_namespace *ns, struct rpc_import *imp)
{
	struct replay r = { .imp = imp };

	atomic_set(&r.in_flight, 0);
	init_waitqueue_head(&r.idle);
	ldlm_namespace_each(ns, resource_replay, &r);
	wait_event(r.idle, !atomic_read(&r.in_flight));
	spin_lock(&r.idle.lock);
	spin_unlock(&r.idle.lock);
	return r.error;
}
EXPORT_SYMBOL_GPL(ldlm_client_replay);
