// SPDX-License-Identifier: GPL-2.0
/*
 * Giving locks up: the owner flushes what a lock covers, then its handle goes to the server, many
 * in one request.
 *
 * Unused locks are cached, oldest first; too many or too old ones are given up by a work item.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>

#include "obd/dlm/internal.h"

#define LRU_PERIOD	(60 * HZ)	/* jiffies between looks for old locks */
#define BATCH_DELAY	(HZ / 10)	/* jiffies that a cancel waits for company */

/* ================================ one lock ================================ */

void ldlm_client_bury(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);

	ldlm_lru_del(lock);
	ldlm_res_unlock(res);
	wake_up_all(&lock->st->wait);
	ldlm_handle_del(lock);
}

/* Makes the caller the one who cancels an unused lock, and gives it a reference. */
static bool cancel_claim(struct ldlm_lock *lock, bool lazy)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	bool claimed = ldlm_lock_granted(lock) && !ldlm_lock_used(lock) && !lock->st->dead &&
		     !(lock->flags & LOCKF_CANCELLING) && res->type != LDLM_FLOCK;

	if (claimed) {
		lock->flags |= LOCKF_CANCELLING;
		lock->st->lazy = lazy;
		ldlm_lru_del(lock);
		ldlm_lock_get(lock);
	}
	ldlm_res_unlock(res);
	return claimed;
}

bool ldlm_cancel_start(struct ldlm_lock *lock, bool lazy)
{
	bool start = cancel_claim(lock, lazy);

	if (start)
		queue_work(lock->res->ns->cancels, &lock->st->cancel_work);
	return start;
}

void ldlm_cancel_work(struct work_struct *work)
{
	struct ldlm_lock_state *st = container_of(work, struct ldlm_lock_state, cancel_work);
	struct ldlm_lock *lock = st->lock;
	const struct ldlm_client_ops *ops = lock->res->ns->cops;
	struct ldlm_resource *res;

	if (!st->silent && ops->cancel)
		ops->cancel(lock, st->discard || lock->flags & LOCKF_FAILED);
	res = ldlm_lock_lock(lock);
	st->dead = true;
	ldlm_queue_del(lock);
	ldlm_res_unlock(res);
	ldlm_client_bury(lock);
	if (lock->remote)
		ldlm_batch_add(lock, st->lazy);
	ldlm_lock_put(lock);
}

static void cancel_wait(struct ldlm_lock *lock)
{
	wait_event_killable(lock->st->wait, READ_ONCE(lock->st->dead));
}

void ldlm_cancel(struct ldlm_lock *lock)
{
	struct ldlm_resource *res;
	bool going;

	if (!ldlm_cancel_start(lock, false)) {
		/* A lock in use goes as soon as it is free. */
		res = ldlm_lock_lock(lock);
		lock->flags |= LOCKF_BLOCKED;
		going = lock->flags & LOCKF_CANCELLING;
		ldlm_res_unlock(res);
		if (!going)
			return;
	}
	cancel_wait(lock);
}
EXPORT_SYMBOL_GPL(ldlm_cancel);

/* ================================ many locks ================================ */

static void resource_cancel(struct ldlm_resource *res, u64 ibits)
{
	struct ldlm_lock *lock;
	u64 seq = 0;

	while ((lock = ldlm_resource_next(res, &seq))) {
		if (res->type != LDLM_IBITS || !ibits || lock->policy.ibits & ibits)
			ldlm_cancel_start(lock, false);
		ldlm_lock_put(lock);
	}
	/* All are on their way at the same time: now wait for them. */
	seq = 0;
	while ((lock = ldlm_resource_next(res, &seq))) {
		if ((res->type != LDLM_IBITS || !ibits || lock->policy.ibits & ibits) &&
		    READ_ONCE(lock->flags) & LOCKF_CANCELLING)
			cancel_wait(lock);
		ldlm_lock_put(lock);
	}
}

void ldlm_cancel_resource(struct ldlm_namespace *ns, const struct ldlm_res_id *id, u64 ibits)
{
	struct ldlm_resource *res = ldlm_data_resource(ns, id);

	if (!res)
		return;
	resource_cancel(res, ibits);
	ldlm_resource_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_cancel_resource);

static void forget(struct ldlm_lock *lock, void *arg)
{
	ldlm_cancel_start(lock, true);
}

void ldlm_forget_resource(struct ldlm_namespace *ns, const struct ldlm_res_id *id)
{
	ldlm_resource_iterate(ns, id, forget, NULL);
}
EXPORT_SYMBOL_GPL(ldlm_forget_resource);

unsigned int ldlm_cancel_take(struct ldlm_namespace *ns, const struct ldlm_res_id *id, u64 ibits,
			      u64 *handles, unsigned int max)
{
	struct ldlm_resource *res = ldlm_data_resource(ns, id);
	struct ldlm_lock *lock;
	unsigned int nr = 0;
	u64 seq = 0;

	while (res && nr < max && (lock = ldlm_resource_next(res, &seq))) {
		if (lock->policy.ibits & ibits && lock->remote && cancel_claim(lock, false)) {
			handles[nr++] = lock->remote;
			/* The server hears of it by the caller's request. */
			lock->remote = 0;
			ldlm_cancel_work(&lock->st->cancel_work);
		}
		ldlm_lock_put(lock);
	}
	if (res)
		ldlm_resource_put(res);
	return nr;
}
EXPORT_SYMBOL_GPL(ldlm_cancel_take);

/* Is there a lock with all of @keep that stays when those with any of @lose go? */
static bool others_keep(const struct ldlm_resource *res, u64 keep, u64 lose)
{
	const struct ldlm_lock_state *st;

	list_for_each_entry(st, &res->granted, queue_link)
		if (!(keep & ~st->lock->policy.ibits) && !(st->lock->policy.ibits & lose) &&
		    !(st->lock->flags & (LOCKF_CANCELLING | LOCKF_BLOCKED)))
			return true;
	return false;
}

static u64 shed_claim(struct ldlm_lock *lock, u64 ibits)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	u64 rest = lock->policy.ibits & ~ibits, lost = 0;

	if (rest && ldlm_lock_granted(lock) && !ldlm_lock_used(lock) && !lock->st->dead &&
	    !(lock->flags & (LOCKF_CANCELLING | LOCKF_BLOCKED)) && !others_keep(res, rest, ibits)) {
		lost = lock->policy.ibits & ibits;
		lock->policy.ibits = rest;
	}
	ldlm_res_unlock(res);
	return lost;
}

u64 ldlm_shed_take(struct ldlm_namespace *ns, const struct ldlm_res_id *id, u64 ibits)
{
	struct ldlm_resource *res = ldlm_data_resource(ns, id);
	struct ldlm_lock *lock;
	u64 seq = 0, lost, handle = 0;

	while (res && !handle && (lock = ldlm_resource_next(res, &seq))) {
		lost = lock->policy.ibits & ibits && lock->remote ? shed_claim(lock, ibits) : 0;
		if (lost) {
			handle = lock->remote;
			ns->cops->shed(lock, lost);
		}
		ldlm_lock_put(lock);
	}
	if (res)
		ldlm_resource_put(res);
	return handle;
}
EXPORT_SYMBOL_GPL(ldlm_shed_take);

static void resource_start(struct ldlm_resource *res, void *arg)
{
	struct ldlm_lock *lock;
	u64 seq = 0;

	while ((lock = ldlm_resource_next(res, &seq))) {
		ldlm_cancel_start(lock, false);
		ldlm_lock_put(lock);
	}
}

static void resource_wait(struct ldlm_resource *res, void *arg)
{
	struct ldlm_lock *lock;
	u64 seq = 0;

	while ((lock = ldlm_resource_next(res, &seq))) {
		if (READ_ONCE(lock->flags) & LOCKF_CANCELLING)
			cancel_wait(lock);
		ldlm_lock_put(lock);
	}
}

void ldlm_cancel_unused(struct ldlm_namespace *ns)
{
	ldlm_namespace_each(ns, resource_start, NULL);
	ldlm_namespace_each(ns, resource_wait, NULL);
}
EXPORT_SYMBOL_GPL(ldlm_cancel_unused);

/* ================================ the cache ================================ */

void ldlm_lru_add(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->res->ns;
	bool over;

	spin_lock(&ns->lru_lock);
	lock->st->last_used = ktime_get();
	WRITE_ONCE(lock->st->recent, false);
	list_move_tail(&lock->st->lru_link, &ns->lru);
	ns->nr_unused++;
	over = ns->nr_unused > ns->lru_max;
	spin_unlock(&ns->lru_lock);
	if (over)
		mod_delayed_work(ldlm_wq(), &ns->lru_work, 0);
	else
		queue_delayed_work(ldlm_wq(), &ns->lru_work, LRU_PERIOD);
}

void ldlm_lru_del(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->res->ns;

	spin_lock(&ns->lru_lock);
	if (!list_empty(&lock->st->lru_link)) {
		list_del_init(&lock->st->lru_link);
		ns->nr_unused--;
	}
	spin_unlock(&ns->lru_lock);
}

/* The oldest unused lock; those that ldlm_covered() has found since they came start anew. */
static struct ldlm_lock_state *lru_oldest(struct ldlm_namespace *ns)
{
	struct ldlm_lock_state *st;
	u32 left = ns->nr_unused;

	lockdep_assert_held(&ns->lru_lock);
	while ((st = list_first_entry_or_null(&ns->lru, struct ldlm_lock_state, lru_link)) &&
	       READ_ONCE(st->recent) && left--) {
		WRITE_ONCE(st->recent, false);
		st->last_used = ktime_get();
		list_move_tail(&st->lru_link, &ns->lru);
	}
	return st;
}

/*
 * The oldest unused lock if it is one too many or too old, or @any, with a reference.
 */
static struct ldlm_lock *lru_take(struct ldlm_namespace *ns, bool any)
{
	struct ldlm_lock_state *st;
	struct ldlm_lock *lock = NULL;

	spin_lock(&ns->lru_lock);
	st = lru_oldest(ns);
	if (st && (any || ns->nr_unused > ns->lru_max ||
		   ktime_ms_delta(ktime_get(), st->last_used) > ns->lru_age_s * 1000LL)) {
		list_del_init(&st->lru_link);
		ns->nr_unused--;
		lock = ldlm_lock_get(st->lock);
	}
	spin_unlock(&ns->lru_lock);
	return lock;
}

void ldlm_lru_work(struct work_struct *work)
{
	struct ldlm_namespace *ns = container_of(to_delayed_work(work), struct ldlm_namespace,
						 lru_work);
	struct ldlm_lock *lock;

	while ((lock = lru_take(ns, false))) {
		ldlm_cancel_start(lock, true);
		ldlm_lock_put(lock);
	}
	if (READ_ONCE(ns->nr_unused) && !ns->closing)
		queue_delayed_work(ldlm_wq(), &ns->lru_work, LRU_PERIOD);
}

unsigned long ldlm_lru_shrink(struct ldlm_namespace *ns, unsigned long nr)
{
	unsigned long done = 0;
	struct ldlm_lock *lock;

	while (done < nr && (lock = lru_take(ns, true))) {
		ldlm_cancel_start(lock, true);
		ldlm_lock_put(lock);
		done++;
	}
	return done;
}

void ldlm_lru_set(struct ldlm_namespace *ns, u32 nr, u32 age_s)
{
	spin_lock(&ns->lru_lock);
	if (nr)
		ns->lru_max = nr;
	if (age_s)
		ns->lru_age_s = age_s;
	spin_unlock(&ns->lru_lock);
	mod_delayed_work(ldlm_wq(), &ns->lru_work, 0);
}
EXPORT_SYMBOL_GPL(ldlm_lru_set);

/* ================================ telling the server ================================ */

void ldlm_batch_add(struct ldlm_lock *lock, bool lazy)
{
	struct ldlm_namespace *ns = lock->res->ns;
	bool full;

	ldlm_lock_get(lock);
	spin_lock(&ns->lru_lock);
	list_add_tail(&lock->st->batch_link, &ns->batch);
	full = ++ns->nr_batch >= LDLM_CANCEL_BATCH;
	spin_unlock(&ns->lru_lock);
	if (!lazy || full || ns->closing)
		mod_delayed_work(ldlm_wq(), &ns->batch_work, 0);
	else
		queue_delayed_work(ldlm_wq(), &ns->batch_work, BATCH_DELAY);
}

static void cancel_sent(struct rpc_request *req, void *arg)
{
	/*
	 * A server that did not get it asks for the locks when somebody wants them, and hears that
	 * we have none.
	 */
}

static void batch_send(struct ldlm_namespace *ns, const u64 *handles, unsigned int nr)
{
	struct rpc_import *imp = READ_ONCE(ns->imp);
	struct wire_lock_req *lr;
	struct rpc_request *req;
	unsigned int i;

	req = imp ? rpc_new(imp, &fmt_lock_cancel, OP_LDLM_CANCEL) : NULL;
	if (!req)
		return;
	rpc_set_portal(req, PORTAL_LDLM_CANCEL_REQUEST);
	rpc_req_len(req, WF_LOCK_REQ, sizeof(*lr) + max(nr, 2u) * sizeof(lr->handle[0]));
	if (rpc_pack(req)) {
		rpc_put(req);
		return;
	}
	lr = rpc_req_buf(req, WF_LOCK_REQ);
	lr->count = cpu_to_le32(nr);
	for (i = 0; i < nr; i++)
		lr->handle[i] = cpu_to_le64(handles[i]);
	rpc_send(req, cancel_sent, NULL);
}

/* Takes handles of up to LDLM_CANCEL_BATCH locks off the list; *more: locks were there. */
static unsigned int batch_take(struct ldlm_namespace *ns, u64 *handles, bool *more)
{
	struct ldlm_lock_state *st;
	unsigned int nr = 0;
	LIST_HEAD(taken);

	spin_lock(&ns->lru_lock);
	while (nr < LDLM_CANCEL_BATCH && !list_empty(&ns->batch)) {
		st = list_first_entry(&ns->batch, struct ldlm_lock_state, batch_link);
		list_move_tail(&st->batch_link, &taken);
		ns->nr_batch--;
		if (st->lock->remote)
			handles[nr++] = st->lock->remote;
	}
	spin_unlock(&ns->lru_lock);
	*more = !list_empty(&taken);
	while (!list_empty(&taken)) {
		st = list_first_entry(&taken, struct ldlm_lock_state, batch_link);
		list_del_init(&st->batch_link);
		ldlm_lock_put(st->lock);
	}
	return nr;
}

void ldlm_batch_work(struct work_struct *work)
{
	struct ldlm_namespace *ns = container_of(to_delayed_work(work), struct ldlm_namespace,
						 batch_work);
	u64 handles[LDLM_CANCEL_BATCH];
	unsigned int nr;
	bool more;

	for (;;) {
		nr = batch_take(ns, handles, &more);
		if (nr)
			batch_send(ns, handles, nr);
		if (!more)
			return;
	}
}
