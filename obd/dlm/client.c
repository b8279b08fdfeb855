// SPDX-License-Identifier: GPL-2.0
/*
 * The client's side of a lock's life: found in the cache, or asked for, granted, used.
 *
 * Callbacks may come before the reply of the enqueue: the server sends them as soon as it has
 * decided. So what a completion callback has set is not undone by the reply, and a blocking
 * callback only marks a lock that is not granted yet.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

#define REPLY_QUEUED	(LDLM_FL_BLOCK_WAIT | LDLM_FL_BLOCK_GRANTED | LDLM_FL_BLOCK_CONV)

/* ================================ uses ================================ */

static void use_add(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	ldlm_lock_get(lock);
	if (ldlm_mode_reads(mode))
		lock->readers++;
	else
		lock->writers++;
}

/* A lock may have been granted in another mode than the one that its user thinks of. */
static void use_del(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	bool reads = ldlm_mode_reads(mode);

	if (WARN_ON_ONCE(!ldlm_lock_used(lock)))
		return;
	if ((reads && lock->readers) || !lock->writers)
		lock->readers--;
	else
		lock->writers--;
}

void ldlm_addref(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);

	if (!res->ns->server)
		ldlm_lru_del(lock);
	use_add(lock, mode);
	ldlm_res_unlock(res);
}
EXPORT_SYMBOL_GPL(ldlm_addref);

static void server_idle(struct ldlm_lock *lock)
{
	struct ldlm_work work;

	ldlm_work_init(&work);
	ldlm_server_kill(lock, &work);
	ldlm_work_run(&work);
}

void ldlm_decref(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	bool server = res->ns->server, kill = false, cancel = false, drop = false;

	use_del(lock, mode);
	lock->flags &= ~LOCKF_NEW;
	if (!ldlm_lock_used(lock) && !lock->st->dead) {
		if (server)
			kill = !lock->exp;
		else if (!ldlm_lock_granted(lock))
			drop = true;	/* its enqueue was given up before it was sent */
		else if (res->type == LDLM_FLOCK)
			;		/* ends by an unlock */
		else if (lock->flags & (LOCKF_BLOCKED | LOCKF_NO_LRU) || res->ns->closing ||
			 lock->granted_mode == LCK_GROUP)
			cancel = true;
		else
			ldlm_lru_add(lock);
	}
	ldlm_res_unlock(res);

	if (kill)
		server_idle(lock);
	/* Nobody has called a lock back that only doubles another. */
	if (cancel)
		ldlm_cancel_start(lock, lock->st->silent);
	if (drop)
		ldlm_client_fail(lock, -ECANCELED);
	ldlm_lock_put(lock);
}
EXPORT_SYMBOL_GPL(ldlm_decref);

/* ================================ match ================================ */

#define UNUSABLE	(LOCKF_BLOCKED | LOCKF_CANCELLING | LOCKF_FAILED)

/* @not: LOCKF_* that it must not have */
static bool lock_matches(const struct ldlm_lock *lock, const struct ldlm_enqueue *what, u32 not)
{
	return !(lock->flags & not) &&
	       ldlm_mode_covers(lock->granted_mode, what->mode) &&
	       ldlm_policy_covers(what->type, &lock->policy, &what->policy);
}

/* res->lock is held. */
static struct ldlm_lock *granted_match(struct ldlm_resource *res, const struct ldlm_enqueue *what,
				       u32 not)
{
	struct ldlm_lock_state *st;

	list_for_each_entry(st, &res->granted, queue_link)
		if (lock_matches(st->lock, what, not))
			return st->lock;
	return NULL;
}

struct ldlm_lock *ldlm_match(struct ldlm_namespace *ns, const struct ldlm_enqueue *what)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, &what->res, what->type, false);
	struct ldlm_lock *found;

	if (!res)
		return NULL;
	ldlm_res_lock(res);
	found = granted_match(res, what, UNUSABLE | LOCKF_NEW);
	if (found) {
		ldlm_lru_del(found);
		use_add(found, what->mode);
		if (what->data && !found->data)
			found->data = what->data;
	}
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
	return found;
}
EXPORT_SYMBOL_GPL(ldlm_match);

bool ldlm_covered(struct ldlm_namespace *ns, const struct ldlm_enqueue *what, bool soon)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, &what->res, what->type, false);
	struct ldlm_lock *found;

	if (!res)
		return false;
	ldlm_res_lock(res);
	found = granted_match(res, what, soon ? UNUSABLE : UNUSABLE | LOCKF_NEW);
	if (found)
		WRITE_ONCE(found->st->recent, true);
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
	return found;
}
EXPORT_SYMBOL_GPL(ldlm_covered);

/* ================================ asking ================================ */

static bool reply_has_lvb(const struct wire_format *fmt)
{
	return wire_field_index(fmt->rep, fmt->nr_rep, WF_LVB) >= 0;
}

int ldlm_enqueue_new(struct ldlm_namespace *ns, struct rpc_import *imp,
		     const struct ldlm_enqueue *what, const struct wire_format *fmt,
		     struct rpc_request **reqp, struct ldlm_lock **lockp)
{
	struct ldlm_resource *res;
	struct rpc_request *req;
	struct ldlm_lock *lock;

	if (ns->closing)
		return -ESHUTDOWN;
	WRITE_ONCE(ns->imp, imp);
	res = ldlm_resource_find(ns, &what->res, what->type, true);
	if (!res)
		return -ENOMEM;
	lock = ldlm_lock_new(res, what->mode, &what->policy);
	ldlm_resource_put(res);
	if (!lock)
		return -ENOMEM;
	lock->st->req_flags = what->flags;
	lock->data = what->data;
	/* It vouches for attributes only when they are where others look for them. */
	if (what->type == LDLM_IBITS)
		lock->flags |= LOCKF_NEW;
	if (ldlm_mode_reads(what->mode))
		lock->readers = 1;
	else
		lock->writers = 1;

	req = rpc_new(imp, fmt, OP_LDLM_ENQUEUE);
	if (!req) {
		ldlm_client_fail(lock, -ENOMEM);
		ldlm_lock_put(lock);
		return -ENOMEM;
	}
	rpc_req_len(req, WF_LOCK_REQ, sizeof(struct wire_lock_req) + 2 * sizeof(__le64));
	if (what->type == LDLM_EXTENT && reply_has_lvb(fmt))
		rpc_rep_len(req, WF_LVB, sizeof(struct wire_ost_lvb));
	*reqp = req;
	*lockp = lock;
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_enqueue_new);

void ldlm_request_fill(struct wire_lock_req *lr, const struct ldlm_lock *lock, u32 flags)
{
	struct ldlm_desc d;

	ldlm_desc_of(lock, &d);
	lr->flags = cpu_to_le32(flags);
	lr->count = cpu_to_le32(1);
	ldlm_desc_pack(&d, &lr->desc);
	lr->handle[0] = cpu_to_le64(lock->handle);
}

int ldlm_enqueue_pack(struct rpc_request *req, struct ldlm_lock *lock)
{
	int rc = rpc_pack(req);

	if (!rc) {
		ldlm_request_fill(rpc_req_buf(req, WF_LOCK_REQ), lock, lock->st->req_flags);
		return 0;
	}
	ldlm_decref(lock, lock->req_mode);
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_enqueue_pack);

void ldlm_enqueue_cancels(struct rpc_request *req, struct ldlm_namespace *ns,
			  const struct ldlm_res_id *res, u64 ibits)
{
	struct wire_lock_req *lr = rpc_req_buf(req, WF_LOCK_REQ);
	u64 handle;

	/* ldlm_enqueue_new() left room for one handle behind that of the lock asked for. */
	if (!ldlm_cancel_take(ns, res, ibits, &handle, 1))
		return;
	lr->handle[1] = cpu_to_le64(handle);
	lr->count = cpu_to_le32(2);
}
EXPORT_SYMBOL_GPL(ldlm_enqueue_cancels);

/* ================================ granting ================================ */

static bool same_res(const struct ldlm_res_id *a, const struct ldlm_res_id *b)
{
	return a->name[0] == b->name[0] && a->name[1] == b->name[1] &&
	       a->name[2] == b->name[2] && a->name[3] == b->name[3];
}

static void bury_list(struct list_head *dead)
{
	struct ldlm_lock_state *st;

	while (!list_empty(dead)) {
		st = list_first_entry(dead, struct ldlm_lock_state, work_link);
		list_del_init(&st->work_link);
		ldlm_client_bury(st->lock);
		ldlm_lock_put(st->lock);
	}
}

/* Has the server given at least what was asked? */
static bool grant_fits(const struct ldlm_lock *lock, const struct ldlm_desc *d)
{
	return d->type == lock->res->type && (d->granted_mode || d->req_mode) &&
	       (d->type != LDLM_EXTENT ||
		ldlm_policy_covers(LDLM_EXTENT, &d->policy, &lock->policy));
}

int ldlm_client_granted(struct ldlm_lock *lock, const struct ldlm_desc *d, bool changed)
{
	struct ldlm_resource *res = READ_ONCE(lock->res), *to = NULL;
	LIST_HEAD(dead);
	int rc = 0;

	if (changed && !grant_fits(lock, d))
		return -EPROTO;
	if (changed && !same_res(&res->id, &d->res)) {
		to = ldlm_resource_find(res->ns, &d->res, d->type, true);
		if (!to)
			return -ENOMEM;
	}
	res = ldlm_lock_lock(lock);
	lock->st->replied = true;
	if (lock->st->dead || ldlm_lock_granted(lock))
		goto out;
	ldlm_queue_del(lock);
	if (to && res != to) {
		rc = ldlm_lock_rehome(lock, to);
		if (rc)
			goto out;
		res = to;
		to = NULL;
	}
	if (changed) {
		lock->req_mode = d->granted_mode ? d->granted_mode : d->req_mode;
		lock->policy = d->policy;
	}
	if (res->type == LDLM_FLOCK)
		ldlm_flock_apply(res, lock, &dead);
	else
		ldlm_queue_add(lock, LDLM_Q_GRANTED);
out:
	ldlm_res_unlock(res);
	if (to)
		ldlm_resource_put(to);
	wake_up_all(&lock->st->wait);
	bury_list(&dead);
	return rc;
}

/* Stores the value block that came with a grant; the first one counts. */
void ldlm_client_lvb(struct ldlm_lock *lock, const void *buf, u32 len)
{
	struct ldlm_resource *res;
	struct wire_ost_lvb lvb;
	void *layout = NULL;
	bool extent = lock->res->type == LDLM_EXTENT;

	if (!buf || !len)
		return;
	if (extent && !ldlm_lvb_read(&lvb, buf, len))
		return;
	if (!extent) {
		layout = kvmalloc(len, GFP_NOFS);
		if (!layout)
			return;
		memcpy(layout, buf, len);
	}
	res = ldlm_lock_lock(lock);
	if (extent && !(lock->flags & LOCKF_LVB_READY)) {
		lock->lvb = lvb;
		lock->flags |= LOCKF_LVB_READY;
	} else if (!extent && !lock->layout) {
		lock->layout = layout;
		lock->layout_len = len;
		lock->flags |= LOCKF_LVB_READY;
		layout = NULL;
	}
	ldlm_res_unlock(res);
	kvfree(layout);
}

void ldlm_client_fail(struct ldlm_lock *lock, int error)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);

	if (lock->st->dead) {
		ldlm_res_unlock(res);
		return;
	}
	lock->st->dead = true;
	lock->st->error = error;
	lock->flags |= LOCKF_FAILED;
	ldlm_queue_del(lock);
	ldlm_res_unlock(res);
	ldlm_client_bury(lock);
}

/* ================================ the reply ================================ */

static bool wait_over(const struct ldlm_lock_state *st)
{
	return READ_ONCE(st->dead) || READ_ONCE(st->queue) == LDLM_Q_GRANTED;
}

/*
 * Waits for the completion callback. Ends also when the lock is lost with its import. Programs stop
 * a wait for a flock lock by a signal (an alarm, say); a lock that an operation of the file system
 * waits for is soon there.
 */
static int client_wait(struct ldlm_lock *lock)
{
	struct ldlm_lock_state *st = lock->st;
	struct ldlm_resource *res;
	bool stop;
	int rc;

	if (lock->res->type == LDLM_FLOCK)
		wait_event_interruptible(st->wait, wait_over(st));
	else
		wait_event_killable(st->wait, wait_over(st));
	res = ldlm_lock_lock(lock);
	stop = !st->dead && !ldlm_lock_granted(lock);
	if (stop) {
		st->dead = true;
		st->error = res->type == LDLM_FLOCK ? -ERESTARTSYS : -EINTR;
		lock->flags |= LOCKF_FAILED;
		ldlm_queue_del(lock);
	}
	/* A flock lock that was joined to an older one is dead without an error. */
	rc = st->dead ? st->error : 0;
	ldlm_res_unlock(res);
	if (stop) {
		ldlm_client_bury(lock);
		if (lock->remote)
			ldlm_batch_add(lock, false);
	}
	return rc;
}

/* The server has put the request into its queue. */
static void reply_queued(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);

	lock->st->replied = true;
	if (!lock->st->dead && lock->st->queue == LDLM_Q_NONE)
		ldlm_queue_add(lock, LDLM_Q_WAITING);
	ldlm_res_unlock(res);
}

static void reply_tested(struct ldlm_lock *lock, const struct ldlm_desc *d)
{
	lock->req_mode = d->req_mode;
	lock->policy = d->policy;
	ldlm_client_fail(lock, 0);
}

static void reply_note(struct ldlm_lock *lock, u64 remote, u32 flags)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);

	if (remote)
		lock->remote = remote;
	if (flags & LDLM_FL_AST_SENT)
		lock->flags |= LOCKF_BLOCKED;
	ldlm_res_unlock(res);
}

static int reply_take(struct ldlm_lock *lock, struct rpc_request *req)
{
	struct wire_lock_rep *rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);
	struct ldlm_desc d;
	u32 flags, len;
	void *lvb;
	int rc;

	if (!rep)
		return -EPROTO;
	flags = le32_to_cpu(rep->flags);
	rc = ldlm_desc_unpack(&rep->desc, &d);
	if (rc)
		return rc;
	if (lock->st->req_flags & LDLM_FL_TEST_LOCK) {
		reply_tested(lock, &d);
		return 0;
	}
	reply_note(lock, le64_to_cpu(rep->handle), flags);
	if (flags & REPLY_QUEUED) {
		reply_queued(lock);
		return client_wait(lock);
	}
	if (reply_has_lvb(req->fmt)) {
		lvb = rpc_rep_buf(req, WF_LVB, &len);
		if (lvb)
			ldlm_client_lvb(lock, lvb, len);
	}
	return ldlm_client_granted(lock, &d, flags & LDLM_FL_LOCK_CHANGED);
}

/*
 * An intent may bring a lock that we hold already. Two would be called back twice and cost the
 * server memory: the older one goes on, the new one is given back without a word to its owner.
 */
static struct ldlm_lock *prefer_older(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	struct ldlm_lock *older = NULL;
	struct ldlm_lock_state *st;

	if (res->type != LDLM_IBITS || !ldlm_lock_granted(lock) || lock->layout)
		goto out;
	list_for_each_entry(st, &res->granted, queue_link) {
		struct ldlm_lock *l = st->lock;

		if (l == lock || l->granted_mode != lock->granted_mode ||
		    l->flags & (LOCKF_BLOCKED | LOCKF_CANCELLING | LOCKF_FAILED) ||
		    !ldlm_policy_covers(LDLM_IBITS, &l->policy, &lock->policy))
			continue;
		older = l;
		ldlm_lru_del(older);
		use_add(older, lock->granted_mode);
		lock->st->silent = true;
		lock->flags |= LOCKF_BLOCKED;
		break;
	}
out:
	ldlm_res_unlock(res);
	if (!older)
		return lock;
	ldlm_decref(lock, lock->granted_mode);
	return older;
}

int ldlm_enqueue_done(struct rpc_request *req, struct ldlm_lock **lockp)
{
	struct ldlm_lock *lock = *lockp;
	int rc = req->status;

	*lockp = NULL;
	if (!rc)
		rc = reply_take(lock, req);
	else if (rc > 0 && rc != ELDLM_LOCK_ABORTED)
		rc = -EPROTO;
	if (rc) {
		if (rc < 0 && lock->remote && !lock->st->dead)
			ldlm_batch_add(lock, false);
		ldlm_client_fail(lock, rc);
		ldlm_lock_put(lock);	/* the use */
		return rc;
	}
	*lockp = prefer_older(lock);
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_enqueue_done);

int ldlm_enqueue_call(struct ldlm_namespace *ns, struct rpc_import *imp,
		      const struct ldlm_enqueue *what, struct ldlm_lock **lockp)
{
	struct rpc_request *req;
	int rc;

	*lockp = ldlm_match(ns, what);
	if (*lockp)
		return 0;
	rc = ldlm_enqueue_new(ns, imp, what, &fmt_enqueue, &req, lockp);
	if (rc)
		return rc;
	rc = ldlm_enqueue_pack(req, *lockp);
	if (rc) {
		*lockp = NULL;
		return rc;
	}
	rpc_call(req);
	rc = ldlm_enqueue_done(req, lockp);
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_enqueue_call);
