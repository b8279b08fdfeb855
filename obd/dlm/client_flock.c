// SPDX-License-Identifier: GPL-2.0
/*
 * A client's requests for flock locks.
 *
 * The server never calls these locks back, so one that it has granted and that nobody here knows of
 * would stay until this client goes: a request that is given up half way is followed by one that
 * takes it back.
 */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

static struct rpc_request *flock_new(struct ldlm_namespace *ns, struct rpc_import *imp,
				     const struct ldlm_enqueue *what, struct ldlm_lock **lockp,
				     int *rc)
{
	struct rpc_request *req;

	*rc = ldlm_enqueue_new(ns, imp, what, &fmt_enqueue, &req, lockp);
	if (*rc)
		return NULL;
	*rc = ldlm_enqueue_pack(req, *lockp);
	return *rc ? NULL : req;
}

static void unlocked(struct rpc_request *req, void *arg)
{
	struct ldlm_lock *lock = arg;

	if (!ldlm_enqueue_done(req, &lock))
		ldlm_decref(lock, LCK_NL);
}

/*
 * Does the owner hold anything here that overlaps? What it holds must not be unlocked with the
 * rest.
 */
static bool owner_holds(struct ldlm_namespace *ns, const struct ldlm_enqueue *what)
{
	const struct ldlm_flock *f = &what->policy.flock;
	struct ldlm_resource *res = ldlm_resource_find(ns, &what->res, LDLM_FLOCK, false);
	struct ldlm_lock_state *st;
	bool found = false;

	if (!res)
		return false;
	ldlm_res_lock(res);
	list_for_each_entry(st, &res->granted, queue_link) {
		const struct ldlm_flock *h = &st->lock->policy.flock;

		if (h->owner == f->owner && h->start <= f->end && f->start <= h->end)
			found = true;
	}
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
	return found;
}

/*
 * In one request: the waiting lock @remote (0: not known) is cancelled, then the range is unlocked.
 * Nobody waits for it.
 */
static void take_back(struct ldlm_namespace *ns, struct rpc_import *imp,
		      const struct ldlm_enqueue *what, u64 remote)
{
	struct ldlm_enqueue unlock = *what;
	struct wire_lock_req *lr;
	struct rpc_request *req;
	struct ldlm_lock *lock;
	int rc;

	if (owner_holds(ns, what))
		return;
	unlock.mode = LCK_NL;
	unlock.flags = 0;
	req = flock_new(ns, imp, &unlock, &lock, &rc);
	if (!req)
		return;
	lr = rpc_req_buf(req, WF_LOCK_REQ);
	if (remote) {
		lr->count = cpu_to_le32(2);
		lr->handle[1] = cpu_to_le64(remote);
	}
	rpc_send(req, unlocked, lock);
}

int ldlm_flock_call(struct ldlm_namespace *ns, struct rpc_import *imp, struct ldlm_enqueue *what)
{
	struct rpc_request *req;
	struct ldlm_lock *lock, *keep;
	int rc;

	req = flock_new(ns, imp, what, &lock, &rc);
	if (!req)
		return rc;
	/* What a program that dies has to do yet. */
	if (what->mode == LCK_NL)
		return rpc_send_wait(req, unlocked, lock);
	keep = ldlm_lock_get(lock);
	rpc_call(req);
	rc = ldlm_enqueue_done(req, &lock);
	if (!rc && what->flags & LDLM_FL_TEST_LOCK) {
		what->mode = keep->req_mode;
		what->policy = keep->policy;
	}
	if (!rc)
		ldlm_decref(lock, what->mode);
	if ((rc == -EINTR || rc == -ERESTARTSYS) && !(what->flags & LDLM_FL_TEST_LOCK))
		take_back(ns, imp, what, keep->remote);
	ldlm_lock_put(keep);
	rpc_put(req);
	return rc > 0 ? -EPROTO : rc;
}
EXPORT_SYMBOL_GPL(ldlm_flock_call);
