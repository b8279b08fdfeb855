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

static void answered(struct rpc_request *req, void *arg)
{
	struct ldlm_lock *lock = arg;

	if (!ldlm_enqueue_done(req, &lock))
		ldlm_decref(lock, lock->req_mode);
}

/*
 * Makes @part, which begins where it does, what the owner has there as far as this client knows: up
 * to @end, or to where something else begins.
 */
static void part_held(struct ldlm_namespace *ns, struct ldlm_enqueue *part, u64 end)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, &part->res, LDLM_FLOCK, false);
	struct ldlm_flock *f = &part->policy.flock;
	struct ldlm_lock_state *st;

	part->mode = LCK_NL;
	f->end = end;
	if (!res)
		return;
	ldlm_res_lock(res);
	list_for_each_entry(st, &res->granted, queue_link) {
		const struct ldlm_flock *h = &st->lock->policy.flock;

		if (h->owner != f->owner || h->end < f->start || h->start > f->end)
			continue;
		if (h->start > f->start) {
			f->end = h->start - 1;
		} else {
			f->end = min(f->end, h->end);
			part->mode = st->lock->granted_mode;
		}
	}
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
}

bool ldlm_flock_holds(struct ldlm_namespace *ns, const struct ldlm_enqueue *what)
{
	u64 end = what->policy.flock.end;
	struct ldlm_enqueue part = *what;

	part_held(ns, &part, end);
	return part.mode != LCK_NL || part.policy.flock.end != end;
}
EXPORT_SYMBOL_GPL(ldlm_flock_holds);

/*
 * The waiting lock @remote (0: not known) is cancelled. It may have been granted, and have taken
 * the place of what the owner had: the server is told that anew, part by part. Waits for the
 * answers, since the program may ask for the lock again at once.
 */
static void take_back(struct ldlm_namespace *ns, struct rpc_import *imp,
		      const struct ldlm_enqueue *what, u64 remote)
{
	struct ldlm_enqueue part = *what;
	u64 end = part.policy.flock.end;
	struct wire_lock_req *lr;
	struct rpc_request *req;
	struct ldlm_lock *lock;
	int rc;

	part.flags = LDLM_FL_BLOCK_NOWAIT;
	for (;;) {
		part_held(ns, &part, end);
		req = flock_new(ns, imp, &part, &lock, &rc);
		if (!req)
			return;
		if (remote) {
			lr = rpc_req_buf(req, WF_LOCK_REQ);
			lr->count = cpu_to_le32(2);
			lr->handle[1] = cpu_to_le64(remote);
			remote = 0;
		}
		if (rpc_send_wait(req, answered, lock) == -EAGAIN)
			pr_warn_ratelimited("%s: a lock (flock or fcntl) of process %d was lost when it was interrupted: somebody else has it\n",
					    ns->dev->name, part.policy.flock.pid);
		if (part.policy.flock.end == end)
			return;
		part.policy.flock.start = part.policy.flock.end + 1;
	}
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
		return rpc_send_wait(req, answered, lock);
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
