// SPDX-License-Identifier: GPL-2.0
/*
 * The server's decisions: grant or wait, whom to call back, whom to grant next. What is to be sent
 * is put on lists.
 *
 * Fairness: a request that conflicts with one that waits already waits behind it, so that readers
 * cannot starve a writer. Flock requests do not wait for waiting ones, as on a local file system.
 */
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

void ldlm_res_lock(struct ldlm_resource *res)
	__acquires(&res->ns->flock_lock)
	__acquires(&res->lock)
{
	if (res->type == LDLM_FLOCK)
		spin_lock(&res->ns->flock_lock);
	else
		__acquire(&res->ns->flock_lock);
	spin_lock(&res->lock);
}

void ldlm_res_unlock(struct ldlm_resource *res)
	__releases(&res->lock)
	__releases(&res->ns->flock_lock)
{
	spin_unlock(&res->lock);
	if (res->type == LDLM_FLOCK)
		spin_unlock(&res->ns->flock_lock);
	else
		__release(&res->ns->flock_lock);
}

void ldlm_queue_add(struct ldlm_lock *lock, enum ldlm_queue queue)
{
	struct ldlm_resource *res = lock->res;

	ldlm_queue_del(lock);
	if (queue == LDLM_Q_GRANTED) {
		lock->granted_mode = lock->req_mode;
		list_add_tail(&lock->st->queue_link, &res->granted);
	} else {
		list_add_tail(&lock->st->queue_link, &res->waiting);
		if (lock->st->beside)
			list_move(&lock->st->queue_link, &res->waiting);
		if (res->ns->server && res->type == LDLM_FLOCK)
			list_add_tail(&lock->st->flock_link, &res->ns->flock_waiting);
	}
	lock->st->queue = queue;
}

void ldlm_queue_del(struct ldlm_lock *lock)
{
	list_del_init(&lock->st->queue_link);
	list_del_init(&lock->st->flock_link);
	lock->st->queue = LDLM_Q_NONE;
}

/* Notes that @lock is in the way of @by; its holder is called back once. */
static void lock_call(struct ldlm_lock *lock, const struct ldlm_desc *by, struct ldlm_work *work)
{
	if (lock->flags & LOCKF_BLOCKED)
		return;
	lock->flags |= LOCKF_BLOCKED;
	lock->st->blocker = *by;
	/* A lock of the server itself goes when its operation ends. */
	if (lock->exp) {
		ldlm_lock_get(lock);
		list_add_tail(&lock->st->bl_link, &work->bl);
	}
}

static void block_holders(struct ldlm_resource *res, struct ldlm_lock *by, struct ldlm_work *work)
{
	struct ldlm_lock_state *st;
	struct ldlm_desc desc;

	ldlm_desc_of(by, &desc);
	list_for_each_entry(st, &res->granted, queue_link) {
		if (!ldlm_locks_conflict(res->type, st->lock, by))
			continue;
		st->discard |= by->st->discard;
		lock_call(st->lock, &desc, work);
	}
}

void ldlm_queue_recall(struct ldlm_resource *res, struct ldlm_work *work)
{
	struct ldlm_lock_state *st;
	struct ldlm_desc desc;

	list_for_each_entry(st, &res->granted, queue_link) {
		/* as if somebody wanted all that it covers for himself */
		ldlm_desc_of(st->lock, &desc);
		desc.req_mode = LCK_EX;
		desc.granted_mode = LCK_EX;
		lock_call(st->lock, &desc, work);
	}
}

static void lock_grant(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->res;
	struct ldlm_extent ext;

	if (res->type == LDLM_EXTENT && lock->exp) {
		ldlm_extent_grow(res, lock, &ext);
		lock->policy.extent = ext;
	}
	ldlm_queue_add(lock, LDLM_Q_GRANTED);
}

int ldlm_queue_enqueue(struct ldlm_lock *lock, struct ldlm_work *work)
{
	struct ldlm_resource *res = lock->res;
	bool granted, waiting;

	if (res->type == LDLM_FLOCK)
		return ldlm_flock_enqueue(lock, work);

	granted = ldlm_queue_conflicts(&res->granted, lock, NULL);
	/* Those who wait may do so for the other lock of its operation. */
	waiting = !lock->st->beside && ldlm_queue_conflicts(&res->waiting, lock, NULL);
	if (!granted && !waiting) {
		lock_grant(lock);
		return 0;
	}
	if (lock->st->req_flags & LDLM_FL_BLOCK_NOWAIT)
		return -EAGAIN;
	ldlm_queue_add(lock, LDLM_Q_WAITING);
	block_holders(res, lock, work);
	return 1;
}

/*
 * Grants all that waits and can be granted now, in order; calls back who stands in the way of the
 * rest. While clients replay their locks, only operations of the server go on: not all holders are
 * known yet.
 */
void ldlm_queue_reprocess(struct ldlm_resource *res, struct ldlm_work *work)
{
	bool recovering = READ_ONCE(res->ns->recovering);
	struct ldlm_lock_state *st, *next;

	if (res->type == LDLM_FLOCK) {
		if (!recovering)
			ldlm_flock_reprocess(res, work);
		return;
	}
	list_for_each_entry_safe(st, next, &res->waiting, queue_link) {
		struct ldlm_lock *lock = st->lock;

		if (recovering && lock->exp)
			continue;
		if (ldlm_queue_conflicts(&res->granted, lock, NULL)) {
			block_holders(res, lock, work);
			continue;
		}
		if (ldlm_queue_conflicts(&res->waiting, lock, lock))
			continue;
		lock_grant(lock);
		ldlm_lock_get(lock);
		list_add_tail(&st->cp_link, &work->cp);
	}
}
