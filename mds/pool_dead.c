// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of files that are gone, and owners that have changed: told to the OSTs in the background.
 *
 * An object is destroyed only after the transaction that removed its file has committed, so that a
 * file which comes back after a crash still has its data.  A log (pool_log.c) remembers over
 * restarts what is to be destroyed.
 */
#include <linux/list_sort.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "mds/pool_internal.h"
#include "obd/lov/lov.h"

#define MAX_FLYING	64u		/* requests to OSTs at once */
#define STOP_WAIT	(10 * HZ)

/** struct dead_object - @link: in &dead.objects or &ost_pool.dead; @slot: NULL: not in the log */
struct dead_object {
	struct list_head link;
	u32 ost;		/* index */
	u32 oid;
	struct pool_log_slot *slot;
};

/** struct dead - objects of a file whose removal is about to be committed */
struct dead {
	struct ost_pool *pool;
	struct list_head objects;
};

static void objects_free(struct list_head *objects)
{
	struct dead_object *o, *next;

	list_for_each_entry_safe(o, next, objects, link)
		kfree(o);
	INIT_LIST_HEAD(objects);
}

static struct dead_object *object_new(u32 ost, u32 oid)
{
	struct dead_object *o = kmalloc(sizeof(*o), GFP_NOFS);

	if (o)
		*o = (struct dead_object){ .ost = ost, .oid = oid };
	return o;
}

static void flying_done(struct ost_pool *pool)
{
	spin_lock(&pool->dead_lock);
	pool->dead_flying--;
	/* Under the lock: whoever waits for the last frees the pool. */
	if (!READ_ONCE(pool->stopping))
		queue_work(pool->wq, &pool->dead_work);
	wake_up_all(&pool->dead_done);
	spin_unlock(&pool->dead_lock);
}

static void destroy_done(struct rpc_request *req, void *arg)
{
	struct pool_ost *ost = arg;

	if (req->status && req->status != -ENOENT)
		pr_warn("%s: objects could not be destroyed (error %d): it is tried again when this MDT restarts\n",
			ost->dev->name, req->status);
	flying_done(ost->pool);
}

/* @slots: in the log, of the @nr objects from @oid on */
static int destroy_send(struct pool_ost *ost, u32 oid, u32 nr, struct pool_log_slot *slots)
{
	struct rpc_request *req = rpc_new(ost->imp, &fmt_ost_body, OP_OST_DESTROY);
	struct wire_obdo *oa;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_set_flags(req, RPC_REPLAY);
	if (slots)
		rpc_set_committed(req, pool_log_del, slots);
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	oa = rpc_req_buf(req, WF_OBDO);
	oa->valid = cpu_to_le64(VALID_ID | VALID_GROUP | VALID_OBJCOUNT);
	oa->id.fid.seq = cpu_to_le64(FID_SEQ_OST(ost->index));
	oa->id.fid.oid = cpu_to_le32(oid);
	oa->misc = cpu_to_le32(nr);
	rpc_send(req, destroy_done, ost);
	return 0;
}

static struct pool_ost *ost_find(struct ost_pool *pool, u32 index)
{
	struct pool_ost *ost;

	mutex_lock(&pool->lock);
	ost = index < POOL_MAX_OSTS ? pool->osts[index] : NULL;
	mutex_unlock(&pool->lock);
	return ost;
}

static int by_id(void *priv, const struct list_head *a, const struct list_head *b)
{
	const struct dead_object *x = list_entry(a, struct dead_object, link);
	const struct dead_object *y = list_entry(b, struct dead_object, link);

	if (x->ost != y->ost)
		return x->ost > y->ost ? 1 : -1;
	return x->oid > y->oid ? 1 : x->oid < y->oid ? -1 : 0;
}

/*
 * Takes the first objects of a sorted list whose ids follow each other; how many, and their slots
 * in the log.
 */
static u32 run_take(struct list_head *objects, struct pool_log_slot **slots)
{
	struct dead_object *o = list_first_entry(objects, struct dead_object, link);
	u32 ost = o->ost, oid = o->oid, nr = 0;

	*slots = NULL;
	while (!list_empty(objects) && nr < WIRE_MAX_DESTROY) {
		o = list_first_entry(objects, struct dead_object, link);
		if (o->ost != ost || o->oid != oid + nr)
			break;
		*slots = pool_log_join(o->slot, *slots);
		list_del(&o->link);
		kfree(o);
		nr++;
	}
	return nr;
}

/* Takes room for a request. */
static bool flying_start(struct ost_pool *pool)
{
	bool ok;

	spin_lock(&pool->dead_lock);
	/* The work item counts as one. */
	ok = pool->dead_flying <= MAX_FLYING;
	pool->dead_flying += ok;
	spin_unlock(&pool->dead_lock);
	return ok;
}

/* Files made together have objects in a row, in whatever order they are removed. */
static void dead_work(struct work_struct *work)
{
	struct ost_pool *pool = container_of(work, struct ost_pool, dead_work);
	struct pool_log_slot *slots;
	struct dead_object *first;
	struct pool_ost *ost;
	LIST_HEAD(objects);
	u32 index, oid, nr;

	spin_lock(&pool->dead_lock);
	list_splice_init(&pool->dead, &objects);
	pool->dead_flying++;
	spin_unlock(&pool->dead_lock);
	list_sort(NULL, &objects, by_id);
	while (!list_empty(&objects) && flying_start(pool)) {
		first = list_first_entry(&objects, struct dead_object, link);
		index = first->ost;
		oid = first->oid;
		nr = run_take(&objects, &slots);
		ost = ost_find(pool, index);
		if (!ost || destroy_send(ost, oid, nr, slots))
			flying_done(pool);
	}
	spin_lock(&pool->dead_lock);
	list_splice(&objects, &pool->dead);
	pool->dead_flying--;
	wake_up_all(&pool->dead_done);
	spin_unlock(&pool->dead_lock);
}

void pool_dead_init(struct ost_pool *pool)
{
	spin_lock_init(&pool->dead_lock);
	INIT_LIST_HEAD(&pool->dead);
	init_waitqueue_head(&pool->dead_done);
	INIT_WORK(&pool->dead_work, dead_work);
}

static bool dead_idle(struct ost_pool *pool)
{
	bool idle;

	spin_lock(&pool->dead_lock);
	idle = list_empty(&pool->dead) && !pool->dead_flying;
	spin_unlock(&pool->dead_lock);
	return idle;
}

void pool_dead_stop(struct ost_pool *pool)
{
	struct dead_object *o;
	unsigned int nr = 0;

	wait_event_timeout(pool->dead_done, dead_idle(pool), STOP_WAIT);
	WRITE_ONCE(pool->stopping, true);
	cancel_work_sync(&pool->dead_work);
	list_for_each_entry(o, &pool->dead, link)
		nr++;
	if (nr)
		pr_info("%s: %u objects of removed files are left on OSTs that did not answer, until the next start\n",
			pool->mds->name, nr);
	objects_free(&pool->dead);
}

static void dead_add(struct ost_pool *pool, struct list_head *objects)
{
	spin_lock(&pool->dead_lock);
	list_splice_tail_init(objects, &pool->dead);
	queue_work(pool->wq, &pool->dead_work);
	spin_unlock(&pool->dead_lock);
}

static void removal_committed(void *data, int err)
{
	struct dead *d = data;

	/* When the journal is dead, the log's slots are of no use any more either. */
	if (err)
		objects_free(&d->objects);
	else
		dead_add(d->pool, &d->objects);
	kfree(d);
}

static int dead_fill(struct dead *d, struct osd_trans *th, const struct lov_layout *lay)
{
	struct dead_object *o;
	u32 i;

	for (i = 0; i < lay->stripe_count; i++) {
		o = object_new(lay->stripes[i].ost_idx, lay->stripes[i].fid.oid);
		if (!o)
			return -ENOMEM;
		o->slot = pool_log_add(d->pool, th, o->ost, o->oid);
		list_add_tail(&o->link, &d->objects);
	}
	return 0;
}

int layout_destroy(struct ost_pool *pool, struct osd_trans *th, const void *ea, u32 len)
{
	struct lov_layout *lay;
	struct dead *d;
	int rc = lov_layout_parse(ea, len, &lay, NULL);

	if (rc)
		return rc;
	rc = -ENOMEM;
	d = kmalloc(sizeof(*d), GFP_NOFS);
	if (!d)
		goto out;
	d->pool = pool;
	INIT_LIST_HEAD(&d->objects);
	rc = dead_fill(d, th, lay) ?: osd_trans_on_commit(th, removal_committed, d);
	if (rc) {
		objects_free(&d->objects);
		kfree(d);
	}
out:
	lov_layout_free(lay);
	return rc;
}

static int dead_again(struct ost_pool *pool, u32 ost, u32 oid, struct pool_log_slot *slot)
{
	struct dead_object *o = object_new(ost, oid);
	LIST_HEAD(objects);

	if (!o)
		return -ENOMEM;
	o->slot = slot;
	list_add(&o->link, &objects);
	dead_add(pool, &objects);
	return 0;
}

void pool_dead_recover(struct ost_pool *pool)
{
	unsigned int nr = pool_log_each(pool, dead_again);

	if (nr)
		pr_info("%s: destroying %u objects of files that were removed before the restart\n",
			pool->mds->name, nr);
}

/* ---- owners ---- */

static void setattr_done(struct rpc_request *req, void *arg)
{
	struct pool_ost *ost = arg;

	flying_done(ost->pool);
}

static void setattr_send(struct pool_ost *ost, const struct fid *fid, u32 uid, u32 gid)
{
	struct rpc_request *req = rpc_new(ost->imp, &fmt_ost_body, OP_OST_SETATTR);
	struct wire_obdo *oa;

	if (!req)
		return;
	rpc_set_flags(req, RPC_REPLAY);
	if (rpc_pack(req)) {
		rpc_put(req);
		return;
	}
	oa = rpc_req_buf(req, WF_OBDO);
	oa->valid = cpu_to_le64(VALID_ID | VALID_GROUP | VALID_UID | VALID_GID);
	oa->id.fid.seq = cpu_to_le64(fid->seq);
	oa->id.fid.oid = cpu_to_le32(fid->oid);
	oa->uid = cpu_to_le32(uid);
	oa->gid = cpu_to_le32(gid);
	spin_lock(&ost->pool->dead_lock);
	ost->pool->dead_flying++;
	spin_unlock(&ost->pool->dead_lock);
	rpc_send(req, setattr_done, ost);
}

void layout_setattr(struct ost_pool *pool, const void *ea, u32 len, u32 uid, u32 gid)
{
	struct lov_layout *lay;
	struct pool_ost *ost;
	u32 i;

	if (lov_layout_parse(ea, len, &lay, NULL))
		return;
	for (i = 0; i < lay->stripe_count; i++) {
		ost = ost_find(pool, lay->stripes[i].ost_idx);
		if (ost && !READ_ONCE(pool->stopping))
			setattr_send(ost, &lay->stripes[i].fid, uid, gid);
	}
	lov_layout_free(lay);
}
