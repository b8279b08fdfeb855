// SPDX-License-Identifier: GPL-2.0
/*
 * Advisory locks of applications (flock, fcntl): owner semantics and deadlocks.
 *
 * An owner is a number that a client made up, together with the client. Locks of one owner never
 * conflict: a new one replaces what the owner had in its range, which splits, shortens or joins
 * older ones. Mode LCK_NL unlocks a range. The same functions run on the server and over the
 * client's copy, so that a client can replay what it holds.
 */
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

bool ldlm_flock_same_owner(const struct ldlm_lock *a, const struct ldlm_lock *b)
{
	return a->policy.flock.owner == b->policy.flock.owner && a->exp == b->exp;
}

static bool flock_overlap(const struct ldlm_flock *a, const struct ldlm_flock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool flock_touch(const struct ldlm_flock *a, const struct ldlm_flock *b)
{
	return flock_overlap(a, b) || (a->end != ~0ULL && a->end + 1 == b->start) ||
	       (b->end != ~0ULL && b->end + 1 == a->start);
}

/*
 * The granted lock of another owner that @lock cannot stand beside; of several the one that begins
 * first, which is what F_GETLK is to tell.
 */
struct ldlm_lock *ldlm_flock_conflict(struct ldlm_resource *res, const struct ldlm_lock *lock)
{
	struct ldlm_lock *first = NULL;
	struct ldlm_lock_state *st;

	if (lock->req_mode == LCK_NL)
		return NULL;
	list_for_each_entry(st, &res->granted, queue_link)
		if (ldlm_locks_conflict(LDLM_FLOCK, st->lock, lock) &&
		    (!first || st->lock->policy.flock.start < first->policy.flock.start))
			first = st->lock;
	return first;
}

static void flock_bury(struct ldlm_lock *lock, struct list_head *dead)
{
	ldlm_queue_del(lock);
	lock->st->dead = true;
	ldlm_lock_get(lock);
	list_add_tail(&lock->st->work_link, dead);
}

/*
 * Cuts the range @cut out of @old; what remains above it in the middle case is a lock of its own.
 */
static void flock_cut(struct ldlm_lock *old, const struct ldlm_flock *cut, struct ldlm_lock **spare,
		      struct list_head *dead)
{
	struct ldlm_flock *f = &old->policy.flock;
	struct ldlm_lock *upper;

	if (cut->start <= f->start && cut->end >= f->end) {
		flock_bury(old, dead);
	} else if (cut->start <= f->start) {
		f->start = cut->end + 1;
	} else if (cut->end >= f->end) {
		f->end = cut->start - 1;
	} else {
		upper = *spare;
		*spare = NULL;
		upper->req_mode = old->granted_mode;
		upper->policy.flock = *f;
		upper->policy.flock.start = cut->end + 1;
		f->end = cut->start - 1;
		upper->exp = old->exp ? export_get(old->exp) : NULL;
		upper->data = old->data;
		upper->st->replied = true;
		ldlm_queue_add(upper, LDLM_Q_GRANTED);
		if (upper->exp) {
			spin_lock(&upper->exp->lock);
			list_add_tail(&upper->st->exp_link, &upper->exp->locks);
			spin_unlock(&upper->exp->lock);
		}
		ldlm_lock_put(upper);	/* the handle table holds it */
	}
}

/*
 * Carries out a request that conflicts with nobody. The request joins the granted queue, or, when
 * it unlocks or an older lock of the owner takes its range over, ends on @dead. At most one lock is
 * split, for which the request brings a spare.
 */
void ldlm_flock_apply(struct ldlm_resource *res, struct ldlm_lock *lock, struct list_head *dead)
{
	struct ldlm_flock range = lock->policy.flock;
	const struct ldlm_flock cut = range;
	struct ldlm_lock *keep = NULL;
	struct ldlm_lock_state *st, *next;

	list_for_each_entry_safe(st, next, &res->granted, queue_link) {
		struct ldlm_lock *old = st->lock;

		if (old == lock || !ldlm_flock_same_owner(old, lock))
			continue;
		if (old->granted_mode != lock->req_mode) {
			if (flock_overlap(&old->policy.flock, &cut))
				flock_cut(old, &cut, &lock->st->spare, dead);
			continue;
		}
		if (!flock_touch(&old->policy.flock, &cut))
			continue;
		range.start = min(range.start, old->policy.flock.start);
		range.end = max(range.end, old->policy.flock.end);
		if (keep)
			flock_bury(old, dead);
		else
			keep = old;
	}

	lock->granted_mode = lock->req_mode;
	if (keep) {
		keep->policy.flock.start = range.start;
		keep->policy.flock.end = range.end;
	}
	if (keep || lock->req_mode == LCK_NL)
		flock_bury(lock, dead);
	else
		ldlm_queue_add(lock, LDLM_Q_GRANTED);
}

/* A process waits for a lock of its own, but an open file can be unlocked by others. */
static bool is_of_open(const struct ldlm_lock *lock)
{
	return lock->policy.flock.pid == LDLM_NO_PID;
}

/*
 * Marks all waiters of the namespace that belong to the owner of @lock and puts them on the walk.
 */
static void walk_owner(struct ldlm_namespace *ns, const struct ldlm_lock *lock,
		       struct list_head *walk)
{
	struct ldlm_lock_state *st;

	list_for_each_entry(st, &ns->flock_waiting, flock_link) {
		if (!st->walked && !is_of_open(st->lock) &&
		    ldlm_flock_same_owner(st->lock, lock)) {
			st->walked = true;
			list_add_tail(&st->walk, walk);
		}
	}
}

/*
 * Would @lock wait, over any number of owners who wait themselves, for its own owner?
 * Walks from the holders in its way to the waiting requests of these, to the holders in their way,
 * and so on. As in the kernel, that is not asked of locks of open files.
 */
bool ldlm_flock_deadlock(struct ldlm_namespace *ns, struct ldlm_lock *lock)
{
	struct ldlm_lock_state *st, *h;
	LIST_HEAD(walk);
	bool found = false;

	if (is_of_open(lock))
		return false;
	list_for_each_entry(st, &ns->flock_waiting, flock_link)
		st->walked = false;
	lock->st->walked = true;
	list_add(&lock->st->walk, &walk);

	/* The list grows while it is walked. */
	list_for_each_entry(st, &walk, walk) {
		list_for_each_entry(h, &st->lock->res->granted, queue_link) {
			if (!ldlm_locks_conflict(LDLM_FLOCK, h->lock, st->lock))
				continue;
			if (ldlm_flock_same_owner(h->lock, lock)) {
				found = true;
				goto out;
			}
			walk_owner(ns, h->lock, &walk);
		}
	}
out:
	while (!list_empty(&walk))
		list_del_init(walk.next);
	return found;
}

static int flock_test(struct ldlm_lock *lock, const struct ldlm_lock *in_way)
{
	if (in_way) {
		lock->req_mode = in_way->granted_mode;
		lock->policy.flock = in_way->policy.flock;
	} else {
		lock->req_mode = LCK_NL;
	}
	return 0;
}

int ldlm_flock_enqueue(struct ldlm_lock *lock, struct ldlm_work *work)
{
	struct ldlm_resource *res = lock->res;
	struct ldlm_lock *in_way = ldlm_flock_conflict(res, lock);

	if (lock->st->req_flags & LDLM_FL_TEST_LOCK)
		return flock_test(lock, in_way);
	if (!in_way) {
		ldlm_flock_apply(res, lock, &work->dead);
		ldlm_flock_reprocess(res, work);
		return 0;
	}
	if (lock->st->req_flags & LDLM_FL_BLOCK_NOWAIT)
		return -EAGAIN;
	if (ldlm_flock_deadlock(res->ns, lock))
		return -EDEADLK;
	ldlm_queue_add(lock, LDLM_Q_WAITING);
	return 1;
}

/*
 * One pass over the waiters; true when something was granted or given up, which may let others go
 * on.
 */
static bool flock_pass(struct ldlm_resource *res, struct ldlm_work *work)
{
	struct ldlm_lock_state *st, *next;
	bool moved = false;

	list_for_each_entry_safe(st, next, &res->waiting, queue_link) {
		struct ldlm_lock *lock = st->lock;

		if (!ldlm_flock_conflict(res, lock)) {
			ldlm_flock_apply(res, lock, &work->dead);
		} else if (ldlm_flock_deadlock(res->ns, lock)) {
			st->error = -EDEADLK;
			flock_bury(lock, &work->dead);
		} else {
			continue;
		}
		ldlm_lock_get(lock);
		list_add_tail(&st->cp_link, &work->cp);
		moved = true;
	}
	return moved;
}

void ldlm_flock_reprocess(struct ldlm_resource *res, struct ldlm_work *work)
{
	while (flock_pass(res, work))
		;
}
