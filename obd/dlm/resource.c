// SPDX-License-Identifier: GPL-2.0
/* Namespaces, and the resources in them, found by name and type. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/dlm/internal.h"

#define MAX_CANCELS	64	/* callbacks at once; each may wait for the network */

void ldlm_fid_res(const struct fid *fid, struct ldlm_res_id *res)
{
	res->name[0] = fid->seq;
	res->name[1] = (u64)fid->ver << 32 | fid->oid;
	res->name[2] = 0;
	res->name[3] = 0;
}
EXPORT_SYMBOL_GPL(ldlm_fid_res);

void ldlm_ost_res(const struct fid *fid, struct ldlm_res_id *res)
{
	ldlm_fid_res(fid, res);
	/* Objects of the first releases have no sequence and are named the other way round. */
	if (!fid->seq) {
		res->name[0] = fid->oid;
		res->name[1] = 0;
	}
}
EXPORT_SYMBOL_GPL(ldlm_ost_res);

void ldlm_res_fid(const struct ldlm_res_id *res, struct fid *fid)
{
	fid->seq = res->name[0];
	fid->oid = lower_32_bits(res->name[1]);
	fid->ver = upper_32_bits(res->name[1]);
}
EXPORT_SYMBOL_GPL(ldlm_res_fid);

static struct ldlm_bucket *res_bucket(struct ldlm_namespace *ns, const struct ldlm_res_id *id)
{
	u64 h = id->name[0] * 0x9e3779b97f4a7c15ULL;

	h = (h ^ h >> 29 ^ id->name[1]) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ h >> 32 ^ id->name[2] ^ id->name[3]) * 0x94d049bb133111ebULL;
	return &ns->buckets[(h >> 40) & (ns->nr_buckets - 1)];
}

static bool res_matches(const struct ldlm_resource *res, const struct ldlm_res_id *id,
			enum ldlm_type type)
{
	return res->type == type && res->id.name[0] == id->name[0] &&
	       res->id.name[1] == id->name[1] && res->id.name[2] == id->name[2] &&
	       res->id.name[3] == id->name[3];
}

static struct ldlm_resource *res_alloc(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
				       enum ldlm_type type)
{
	struct ldlm_resource *res = kzalloc(sizeof(*res), GFP_NOFS);

	if (!res)
		return NULL;
	res->ns = ns;
	res->id = *id;
	res->type = type;
	refcount_set(&res->refs, 1);
	spin_lock_init(&res->lock);
	INIT_LIST_HEAD(&res->granted);
	INIT_LIST_HEAD(&res->waiting);
	mutex_init(&res->lvb_mutex);
	return res;
}

static struct ldlm_resource *bucket_find(struct ldlm_bucket *b, const struct ldlm_res_id *id,
					 enum ldlm_type type)
{
	struct ldlm_resource *res;

	list_for_each_entry(res, &b->list, link)
		if (res_matches(res, id, type))
			return ldlm_resource_get(res);
	return NULL;
}

struct ldlm_resource *ldlm_resource_find(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
					 enum ldlm_type type, bool create)
{
	struct ldlm_bucket *b = res_bucket(ns, id);
	struct ldlm_resource *res, *fresh;

	spin_lock(&b->lock);
	res = bucket_find(b, id, type);
	spin_unlock(&b->lock);
	if (res || !create)
		return res;

	fresh = res_alloc(ns, id, type);
	if (!fresh)
		return NULL;
	spin_lock(&b->lock);
	res = bucket_find(b, id, type);
	if (!res) {
		list_add(&fresh->link, &b->list);
		atomic_inc(&ns->nr_resources);
		obd_count(OBD_COUNT_RESOURCES, 1);
	}
	spin_unlock(&b->lock);
	if (!res)
		return fresh;
	kfree(fresh);
	return res;
}

struct ldlm_resource *ldlm_resource_get(struct ldlm_resource *res)
{
	refcount_inc(&res->refs);
	return res;
}

void ldlm_resource_put(struct ldlm_resource *res)
{
	struct ldlm_namespace *ns = res->ns;
	struct ldlm_bucket *b = res_bucket(ns, &res->id);

	if (refcount_dec_not_one(&res->refs))
		return;
	spin_lock(&b->lock);
	if (!refcount_dec_and_test(&res->refs)) {
		spin_unlock(&b->lock);
		return;
	}
	list_del(&res->link);
	spin_unlock(&b->lock);
	obd_count(OBD_COUNT_RESOURCES, -1);
	kfree(res);

	/* Whoever frees the namespace takes this lock before. */
	spin_lock(&ns->lru_lock);
	if (atomic_dec_and_test(&ns->nr_resources))
		wake_up_all(&ns->drained);
	spin_unlock(&ns->lru_lock);
}

/* The resource after @prev in a bucket, or the first. The reference to @prev is dropped. */
static struct ldlm_resource *bucket_next(struct ldlm_bucket *b, struct ldlm_resource *prev)
{
	struct ldlm_resource *res = NULL;
	struct list_head *pos;

	spin_lock(&b->lock);
	pos = prev ? prev->link.next : b->list.next;
	if (pos != &b->list)
		res = ldlm_resource_get(list_entry(pos, struct ldlm_resource, link));
	spin_unlock(&b->lock);
	if (prev)
		ldlm_resource_put(prev);
	return res;
}

void ldlm_namespace_each(struct ldlm_namespace *ns,
			 void (*fn)(struct ldlm_resource *res, void *arg), void *arg)
{
	struct ldlm_resource *res;
	u32 i;

	for (i = 0; i < ns->nr_buckets; i++) {
		res = bucket_next(&ns->buckets[i], NULL);
		while (res) {
			fn(res, arg);
			res = bucket_next(&ns->buckets[i], res);
		}
	}
}

static struct ldlm_lock_state *queue_next(struct list_head *queue, u64 seq,
					  struct ldlm_lock_state *best)
{
	struct ldlm_lock_state *st;

	list_for_each_entry(st, queue, queue_link)
		if (st->seq > seq && (!best || st->seq < best->seq))
			best = st;
	return best;
}

struct ldlm_lock *ldlm_resource_next(struct ldlm_resource *res, u64 *seq)
{
	struct ldlm_lock_state *st;

	ldlm_res_lock(res);
	st = queue_next(&res->granted, *seq, NULL);
	st = queue_next(&res->waiting, *seq, st);
	if (st) {
		ldlm_lock_get(st->lock);
		*seq = st->seq;
	}
	ldlm_res_unlock(res);
	return st ? st->lock : NULL;
}

int ldlm_namespace_new(struct obd_device *dev, bool server, struct ldlm_namespace **nsp)
{
	struct ldlm_namespace *ns = kzalloc(sizeof(*ns), GFP_KERNEL);
	u32 i;

	if (!ns)
		return -ENOMEM;
	ns->dev = dev;
	ns->server = server;
	ns->nr_buckets = server ? LDLM_SERVER_BUCKETS : LDLM_CLIENT_BUCKETS;
	ns->buckets = kvcalloc(ns->nr_buckets, sizeof(*ns->buckets), GFP_KERNEL);
	if (!ns->buckets) {
		kfree(ns);
		return -ENOMEM;
	}
	for (i = 0; i < ns->nr_buckets; i++) {
		spin_lock_init(&ns->buckets[i].lock);
		INIT_LIST_HEAD(&ns->buckets[i].list);
	}
	init_waitqueue_head(&ns->drained);
	spin_lock_init(&ns->lru_lock);
	INIT_LIST_HEAD(&ns->lru);
	ns->lru_max = LDLM_LRU_DEFAULT;
	ns->lru_age_s = LDLM_LRU_AGE_S;
	INIT_DELAYED_WORK(&ns->lru_work, ldlm_lru_work);
	INIT_LIST_HEAD(&ns->batch);
	INIT_DELAYED_WORK(&ns->batch_work, ldlm_batch_work);
	spin_lock_init(&ns->timer_lock);
	INIT_LIST_HEAD(&ns->timed);
	INIT_DELAYED_WORK(&ns->timer_work, ldlm_timer_tick);
	init_rwsem(&ns->ast_sem);
	spin_lock_init(&ns->flock_lock);
	INIT_LIST_HEAD(&ns->flock_waiting);
	*nsp = ns;
	return 0;
}

int ldlm_namespace_client(struct obd_device *dev, const struct ldlm_client_ops *ops,
			  struct ldlm_namespace **ns)
{
	int rc = ldlm_namespace_new(dev, false, ns);

	if (rc)
		return rc;
	(*ns)->cancels = alloc_workqueue("ldlm_cancel", WQ_UNBOUND | WQ_MEM_RECLAIM, MAX_CANCELS);
	if (!(*ns)->cancels) {
		ldlm_namespace_release(*ns);
		return -ENOMEM;
	}
	(*ns)->cops = ops;
	ldlm_cache_add(*ns);
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_namespace_client);

int ldlm_namespace_server(struct obd_device *dev, const struct ldlm_server_ops *ops,
			  struct ldlm_namespace **ns)
{
	int rc = ldlm_namespace_new(dev, true, ns);

	if (!rc)
		(*ns)->sops = ops;
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_namespace_server);

/*
 * Frees what is left when no lock exists any more; a lock that somebody kept is reported and the
 * memory given up.
 */
void ldlm_namespace_release(struct ldlm_namespace *ns)
{
	cancel_delayed_work_sync(&ns->lru_work);
	cancel_delayed_work_sync(&ns->timer_work);
	wait_event_timeout(ns->drained, !atomic_read(&ns->nr_locks) &&
			   !atomic_read(&ns->nr_resources), LDLM_FREE_WAIT_S * HZ);
	cancel_delayed_work_sync(&ns->batch_work);
	cancel_delayed_work_sync(&ns->lru_work);
	if (atomic_read(&ns->nr_locks) || atomic_read(&ns->nr_resources)) {
		pr_err("%s: %d locks on %d resources are still in use; their memory is lost until restart\n",
		       ns->dev->name, atomic_read(&ns->nr_locks), atomic_read(&ns->nr_resources));
		return;
	}
	/* Whoever dropped the last reference may still be about to leave. */
	spin_lock(&ns->lru_lock);
	spin_unlock(&ns->lru_lock);
	if (ns->cancels)
		destroy_workqueue(ns->cancels);
	kvfree(ns->buckets);
	kfree(ns);
}

void ldlm_namespace_free(struct ldlm_namespace *ns, bool force)
{
	ns->closing = true;
	if (ns->server) {
		ldlm_server_free(ns);
	} else {
		ldlm_cache_del(ns);
		ldlm_client_free(ns, force);
	}
	ldlm_namespace_release(ns);
}
EXPORT_SYMBOL_GPL(ldlm_namespace_free);

void ldlm_namespace_counts(struct ldlm_namespace *ns, u64 *locks, u64 *unused, u64 *resources)
{
	*locks = atomic_read(&ns->nr_locks);
	*unused = READ_ONCE(ns->nr_unused);
	*resources = atomic_read(&ns->nr_resources);
}
EXPORT_SYMBOL_GPL(ldlm_namespace_counts);

/* An owner knows files and objects, not types: the resource of its cached locks. */
struct ldlm_resource *ldlm_data_resource(struct ldlm_namespace *ns, const struct ldlm_res_id *id)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, id, LDLM_IBITS, false);

	return res ? res : ldlm_resource_find(ns, id, LDLM_EXTENT, false);
}

void ldlm_resource_set_data(struct ldlm_namespace *ns, const struct ldlm_res_id *id, void *data)
{
	struct ldlm_resource *res = ldlm_data_resource(ns, id);
	struct ldlm_lock_state *st;

	if (!res)
		return;
	ldlm_res_lock(res);
	list_for_each_entry(st, &res->granted, queue_link)
		st->lock->data = data;
	list_for_each_entry(st, &res->waiting, queue_link)
		st->lock->data = data;
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_resource_set_data);

void ldlm_resource_iterate(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
			   void (*fn)(struct ldlm_lock *lock, void *arg), void *arg)
{
	struct ldlm_resource *res = ldlm_data_resource(ns, id);
	struct ldlm_lock *lock;
	u64 seq = 0;

	if (!res)
		return;
	while ((lock = ldlm_resource_next(res, &seq))) {
		fn(lock, arg);
		ldlm_lock_put(lock);
	}
	ldlm_resource_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_resource_iterate);
