// SPDX-License-Identifier: GPL-2.0
/* Locks of the server itself, locks that it hands over, clients that go, the end of recovery. */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

/* Waiting behind several clients that do not answer takes several lock timeouts. */
#define WAIT_TIMEOUTS	4u

static int server_wait(struct ldlm_lock *lock)
{
	struct ldlm_lock_state *st = lock->st;
	struct ldlm_work work;
	char res[96];
	long left;

	left = wait_event_killable_timeout(st->wait, READ_ONCE(st->dead) ||
					   READ_ONCE(st->queue) == LDLM_Q_GRANTED,
					   WAIT_TIMEOUTS * ldlm_lock_timeout() * HZ);
	if (left > 0 && !st->dead)
		return 0;
	ldlm_work_init(&work);
	ldlm_server_kill(lock, &work);
	ldlm_work_run(&work);
	if (left < 0)
		return -EINTR;
	if (left > 0)
		return -ESHUTDOWN;
	ldlm_res_str(&lock->res->id, res, sizeof(res));
	pr_warn("%s: an operation of this server gave up waiting for a %s lock on %s after %u s: its holders are busy; the client will try again\n",
		lock->res->ns->dev->name, ldlm_mode_name(lock->req_mode), res,
		WAIT_TIMEOUTS * ldlm_lock_timeout());
	return -EINPROGRESS;
}

/* Takes the reference of @lock along when it fails. */
static int server_enqueue(struct ldlm_lock *lock)
{
	struct ldlm_work work;
	int rc;

	if (ldlm_mode_reads(lock->req_mode))
		lock->readers = 1;
	else
		lock->writers = 1;

	ldlm_work_init(&work);
	ldlm_res_lock(lock->res);
	rc = ldlm_queue_enqueue(lock, &work);
	ldlm_res_unlock(lock->res);
	ldlm_work_run(&work);
	if (rc == 1)
		rc = server_wait(lock);
	else if (rc < 0)
		ldlm_handle_del(lock);
	if (rc)
		ldlm_lock_put(lock);
	return rc;
}

static int server_lock(struct ldlm_namespace *ns, enum ldlm_type type,
		       const struct ldlm_res_id *id, enum ldlm_mode mode,
		       const union ldlm_policy *policy, bool discard, u32 flags,
		       struct ldlm_lock **lockp)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, id, type, true);
	struct ldlm_lock *lock;
	int rc;

	if (!res)
		return -ENOMEM;
	lock = ldlm_lock_new(res, mode, policy);
	ldlm_resource_put(res);
	if (!lock)
		return -ENOMEM;
	lock->st->discard = discard;
	lock->st->req_flags = flags;
	rc = server_enqueue(lock);
	if (!rc)
		*lockp = lock;
	return rc;
}

int ldlm_server_lock_beside(struct ldlm_lock *held, enum ldlm_mode mode,
			    const union ldlm_policy *policy, struct ldlm_lock **lockp)
{
	struct ldlm_lock *lock = ldlm_lock_new(held->res, mode, policy);
	int rc;

	if (!lock)
		return -ENOMEM;
	lock->st->beside = true;
	rc = server_enqueue(lock);
	if (!rc)
		*lockp = lock;
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_server_lock_beside);

int ldlm_server_lock(struct ldlm_namespace *ns, enum ldlm_type type,
		     const struct ldlm_res_id *id, enum ldlm_mode mode,
		     const union ldlm_policy *policy, struct ldlm_lock **lock)
{
	static const union ldlm_policy none;

	return server_lock(ns, type, id, mode, policy ? policy : &none, false, 0, lock);
}
EXPORT_SYMBOL_GPL(ldlm_server_lock);

int ldlm_server_trylock(struct ldlm_namespace *ns, enum ldlm_type type,
			const struct ldlm_res_id *id, enum ldlm_mode mode,
			const union ldlm_policy *policy, struct ldlm_lock **lock)
{
	return server_lock(ns, type, id, mode, policy, false, LDLM_FL_BLOCK_NOWAIT, lock);
}
EXPORT_SYMBOL_GPL(ldlm_server_trylock);

void ldlm_server_unlock(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	ldlm_decref(lock, mode);
}
EXPORT_SYMBOL_GPL(ldlm_server_unlock);

int ldlm_server_discard(struct ldlm_namespace *ns, const struct ldlm_res_id *id)
{
	const union ldlm_policy all = { .extent = { .start = 0, .end = ~0ULL } };
	struct ldlm_lock *lock;
	int rc;

	rc = server_lock(ns, LDLM_EXTENT, id, LCK_PW, &all, true, 0, &lock);
	if (!rc)
		ldlm_decref(lock, LCK_PW);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_server_discard);

int ldlm_server_grant(struct ldlm_lock *lock, struct rpc_srv_req *req, enum ldlm_mode mode)
{
	struct ldlm_resource *res = lock->res;
	enum ldlm_mode old = lock->granted_mode;
	struct obd_export *exp = NULL;
	struct ldlm_work work;
	u64 remote;
	int rc;

	rc = ldlm_req_remote(req, &remote);
	if (rc)
		return rc;
	ldlm_work_init(&work);
	ldlm_res_lock(res);
	lock->req_mode = mode;
	lock->granted_mode = mode;
	if (!ldlm_mode_covers(old, mode) && ldlm_queue_conflicts(&res->granted, lock, NULL))
		rc = -EBUSY;
	if (!rc)
		rc = ldlm_server_attach(lock, req->exp, remote);
	if (rc) {
		lock->req_mode = old;
		lock->granted_mode = old;
		exp = lock->exp;
		lock->exp = NULL;
		ldlm_res_unlock(res);
		if (exp)
			export_put(exp);
		return rc;
	}
	lock->readers = 0;
	lock->writers = 0;
	/* Who waited for the operation to end now waits for the client, which is to hear of it. */
	lock->flags &= ~LOCKF_BLOCKED;
	ldlm_queue_reprocess(res, &work);
	ldlm_res_unlock(res);
	ldlm_work_run(&work);
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_server_grant);

void ldlm_server_drop_export(struct obd_export *exp)
{
	struct ldlm_namespace *ns = exp->dev->ns;
	struct ldlm_lock_state *st;
	struct ldlm_work work;

	if (!ns)
		return;
	/* The export is marked failed: after this no callback to it is being started. */
	down_write(&ns->ast_sem);
	up_write(&ns->ast_sem);

	for (;;) {
		spin_lock(&exp->lock);
		st = list_first_entry_or_null(&exp->locks, struct ldlm_lock_state, exp_link);
		if (st) {
			list_del_init(&st->exp_link);
			ldlm_lock_get(st->lock);
		}
		spin_unlock(&exp->lock);
		if (!st)
			return;
		ldlm_work_init(&work);
		ldlm_server_kill(st->lock, &work);
		ldlm_work_run(&work);
		ldlm_lock_put(st->lock);
	}
}
EXPORT_SYMBOL_GPL(ldlm_server_drop_export);

static void resource_reprocess(struct ldlm_resource *res, void *arg)
{
	struct ldlm_work work;

	ldlm_work_init(&work);
	ldlm_res_lock(res);
	ldlm_queue_reprocess(res, &work);
	ldlm_res_unlock(res);
	ldlm_work_run(&work);
}

void ldlm_server_recovering(struct ldlm_namespace *ns)
{
	WRITE_ONCE(ns->recovering, true);
}
EXPORT_SYMBOL_GPL(ldlm_server_recovering);

void ldlm_server_recovered(struct ldlm_namespace *ns)
{
	WRITE_ONCE(ns->recovering, false);
	ldlm_namespace_each(ns, resource_reprocess, NULL);
}
EXPORT_SYMBOL_GPL(ldlm_server_recovered);

static void resource_recall(struct ldlm_resource *res)
{
	struct ldlm_work work;

	ldlm_work_init(&work);
	ldlm_res_lock(res);
	ldlm_queue_recall(res, &work);
	ldlm_res_unlock(res);
	ldlm_work_run(&work);
}

static void recall_ibits(struct ldlm_resource *res, void *arg)
{
	if (res->type == LDLM_IBITS)
		resource_recall(res);
}

void ldlm_server_recall(struct ldlm_namespace *ns)
{
	ldlm_namespace_each(ns, recall_ibits, NULL);
}
EXPORT_SYMBOL_GPL(ldlm_server_recall);

void ldlm_server_recall_plain(struct ldlm_namespace *ns, const struct ldlm_res_id *id)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, id, LDLM_PLAIN, false);

	if (!res)
		return;
	resource_recall(res);
	ldlm_resource_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_server_recall_plain);

static void resource_empty(struct ldlm_resource *res, void *arg)
{
	struct ldlm_work work;
	struct ldlm_lock *lock;
	u64 seq = 0;

	while ((lock = ldlm_resource_next(res, &seq))) {
		ldlm_work_init(&work);
		ldlm_server_kill(lock, &work);
		ldlm_work_run(&work);
		ldlm_lock_put(lock);
	}
}

void ldlm_server_free(struct ldlm_namespace *ns)
{
	ldlm_namespace_each(ns, resource_empty, NULL);
}
