// SPDX-License-Identifier: GPL-2.0
/*
 * Locks and their handles.
 *
 * A handle is an index into one of the node's shards below 32 random bits, so that a guess or a
 * leftover does not hit.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "obd/dlm/internal.h"

#define SHARD_BITS	4
#define NR_SHARDS	16u	/* 1 << SHARD_BITS */
#define INDEX_MAX	((1u << (32 - SHARD_BITS)) - 1)

struct ldlm_handles {
	struct xarray shards[NR_SHARDS];
	atomic_t next;			/* shard of the next lock */
};

static DEFINE_NODE_VAR(struct ldlm_handles, ldlm_handles);

/* A lock and its private part, allocated as one. */
struct lock_mem {
	struct ldlm_lock lock;
	struct ldlm_lock_state st;
};

static struct xarray *handle_shard(u64 cookie)
{
	return &node_var(ldlm_handles)->shards[cookie & (NR_SHARDS - 1)];
}

static unsigned long handle_index(u64 cookie)
{
	return (u32)cookie >> SHARD_BITS;
}

static int handle_add(struct ldlm_lock *lock)
{
	struct ldlm_handles *h = node_var(ldlm_handles);
	u32 shard = atomic_inc_return(&h->next) & (NR_SHARDS - 1);
	u32 index;
	int rc;

	rc = xa_alloc(&h->shards[shard], &index, NULL, XA_LIMIT(1, INDEX_MAX), GFP_NOFS);
	if (rc)
		return rc;
	lock->handle = (obd_cookie() & ~0xffffffffULL) | index << SHARD_BITS | shard;
	lock->st->hashed = true;
	refcount_inc(&lock->refs);
	xa_store(&h->shards[shard], index, lock, GFP_NOFS);
	return 0;
}

void ldlm_handle_del(struct ldlm_lock *lock)
{
	struct xarray *xa = handle_shard(lock->handle);
	bool was;

	xa_lock(xa);
	was = lock->st->hashed;
	lock->st->hashed = false;
	if (was)
		__xa_erase(xa, handle_index(lock->handle));
	xa_unlock(xa);
	if (was)
		ldlm_lock_put(lock);
}

struct ldlm_lock *ldlm_handle_find(u64 cookie)
{
	struct xarray *xa = handle_shard(cookie);
	struct ldlm_lock *lock;

	xa_lock(xa);
	lock = xa_load(xa, handle_index(cookie));
	if (lock && (lock->handle != cookie || !refcount_inc_not_zero(&lock->refs)))
		lock = NULL;
	xa_unlock(xa);
	return lock;
}

int ldlm_handles_init(void)
{
	struct ldlm_handles *h = node_var(ldlm_handles);
	unsigned int i;

	for (i = 0; i < NR_SHARDS; i++)
		xa_init_flags(&h->shards[i], XA_FLAGS_ALLOC);
	atomic_set(&h->next, 0);
	return 0;
}

void ldlm_handles_exit(void)
{
	struct ldlm_handles *h = node_var(ldlm_handles);
	unsigned int i;

	for (i = 0; i < NR_SHARDS; i++)
		xa_destroy(&h->shards[i]);
}

static void state_init(struct ldlm_lock_state *st)
{
	INIT_LIST_HEAD(&st->queue_link);
	INIT_LIST_HEAD(&st->exp_link);
	INIT_LIST_HEAD(&st->lru_link);
	INIT_LIST_HEAD(&st->bl_link);
	INIT_LIST_HEAD(&st->cp_link);
	INIT_LIST_HEAD(&st->work_link);
	INIT_LIST_HEAD(&st->timer_link);
	INIT_LIST_HEAD(&st->flock_link);
	INIT_LIST_HEAD(&st->walk);
	INIT_LIST_HEAD(&st->batch_link);
	INIT_WORK(&st->cancel_work, ldlm_cancel_work);
	init_waitqueue_head(&st->wait);
}

static struct ldlm_lock *lock_alloc(struct ldlm_resource *res)
{
	struct lock_mem *mem = kzalloc(sizeof(*mem), GFP_NOFS);
	struct ldlm_lock *lock;

	if (!mem)
		return NULL;
	lock = &mem->lock;
	lock->st = &mem->st;
	lock->st->lock = lock;
	refcount_set(&lock->refs, 1);
	state_init(lock->st);
	lock->res = ldlm_resource_get(res);
	lock->st->seq = atomic64_inc_return(&res->ns->seq);
	atomic_inc(&res->ns->nr_locks);
	obd_count(OBD_COUNT_LOCKS, 1);
	if (handle_add(lock)) {
		ldlm_lock_put(lock);
		return NULL;
	}
	return lock;
}

struct ldlm_lock *ldlm_lock_new(struct ldlm_resource *res, enum ldlm_mode mode,
				const union ldlm_policy *policy)
{
	struct ldlm_lock *lock = lock_alloc(res);

	if (!lock)
		return NULL;
	if (res->type == LDLM_FLOCK) {
		lock->st->spare = lock_alloc(res);
		if (!lock->st->spare) {
			ldlm_handle_del(lock);
			ldlm_lock_put(lock);
			return NULL;
		}
	}
	lock->req_mode = mode;
	lock->policy = *policy;
	return lock;
}

struct ldlm_lock *ldlm_lock_get(struct ldlm_lock *lock)
{
	refcount_inc(&lock->refs);
	return lock;
}
EXPORT_SYMBOL_GPL(ldlm_lock_get);

void ldlm_lock_put(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns;
	struct ldlm_lock *spare;

	if (!refcount_dec_and_test(&lock->refs))
		return;

	spare = lock->st->spare;
	if (spare) {
		ldlm_handle_del(spare);
		ldlm_lock_put(spare);	/* has no spare itself */
	}
	ns = lock->res->ns;
	if (lock->exp)
		export_put(lock->exp);
	kvfree(lock->layout);
	if (lock->st->old_res)
		ldlm_resource_put(lock->st->old_res);
	ldlm_resource_put(lock->res);
	obd_count(OBD_COUNT_LOCKS, -1);
	kfree(container_of(lock, struct lock_mem, lock));

	/* Whoever frees the namespace takes this lock before. */
	spin_lock(&ns->lru_lock);
	if (atomic_dec_and_test(&ns->nr_locks))
		wake_up_all(&ns->drained);
	spin_unlock(&ns->lru_lock);
}
EXPORT_SYMBOL_GPL(ldlm_lock_put);

const struct ldlm_res_id *ldlm_lock_res(const struct ldlm_lock *lock)
{
	return &lock->res->id;
}
EXPORT_SYMBOL_GPL(ldlm_lock_res);

enum ldlm_type ldlm_lock_type(const struct ldlm_lock *lock)
{
	return lock->res->type;
}
EXPORT_SYMBOL_GPL(ldlm_lock_type);

struct ldlm_resource *ldlm_lock_lock(struct ldlm_lock *lock)
{
	struct ldlm_resource *res;

	for (;;) {
		res = READ_ONCE(lock->res);
		ldlm_res_lock(res);
		if (res == lock->res)
			return res;
		ldlm_res_unlock(res);
	}
}

/*
 * Moves a lock that is on no queue to another resource: the server has granted it there. Takes over
 * the reference to @to. Called with the old resource locked, returns with the new one locked. Once
 * in a lock's life.
 */
int ldlm_lock_rehome(struct ldlm_lock *lock, struct ldlm_resource *to)
{
	struct ldlm_resource *from = lock->res;

	if (lock->st->old_res || lock->st->queue != LDLM_Q_NONE)
		return -EPROTO;
	lock->st->old_res = from;
	WRITE_ONCE(lock->res, to);
	ldlm_res_unlock(from);
	ldlm_res_lock(to);
	return 0;
}
