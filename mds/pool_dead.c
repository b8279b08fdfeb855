// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of files that are gone, and owners that have changed: told to the OSTs in the background.
 *
 * An object is destroyed only after the transaction that removed its file has committed, so that a
 * file which comes back after a crash still has its data.  A log (pool_log.c) remembers over
 * restarts what is to be destroyed.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "mds/pool_internal.h"
#include "obd/lov/lov.h"

#define MAX_FLYING	64u		/* requests to OSTs at once */
#define STOP_WAIT	(10 * HZ)

/** struct dead_object - @slot: in the log, NULL: not there */
struct dead_object {
	u32 ost;		/* index */
	u32 oid;
	struct pool_log_slot *slot;
};

/** struct dead - objects of one removed file */
struct dead {
	struct list_head link;
	struct ost_pool *pool;
	u32 next;		/* object to be destroyed next */
	u32 nr;
	struct dead_object objects[];
};

static struct dead *dead_new(struct ost_pool *pool, u32 nr)
{
	struct dead *d = kvzalloc(struct_size(d, objects, nr), GFP_NOFS);

	if (d)
		d->pool = pool;
	return d;
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
		pr_warn("%s: an object could not be destroyed (error %d): it is tried again when this MDT restarts\n",
			ost->dev->name, req->status);
	flying_done(ost->pool);
}

static int destroy_send(struct pool_ost *ost, const struct dead_object *o)
{
	struct rpc_request *req = rpc_new(ost->imp, &fmt_ost_body, OP_OST_DESTROY);
	struct wire_obdo *oa;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_set_flags(req, RPC_REPLAY);
	if (o->slot)
		rpc_set_committed(req, pool_log_del, o->slot);
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	oa = rpc_req_buf(req, WF_OBDO);
	oa->valid = cpu_to_le64(VALID_ID | VALID_GROUP);
	oa->id.fid.seq = cpu_to_le64(FID_SEQ_OST(o->ost));
	oa->id.fid.oid = cpu_to_le32(o->oid);
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

/*
 * The next object to be destroyed, with room for its request taken; false when there is none or no
 * room.
 */
static bool dead_next(struct ost_pool *pool, struct dead_object *o)
{
	struct dead *d;
	bool got = false;

	spin_lock(&pool->dead_lock);
	d = list_first_entry_or_null(&pool->dead, struct dead, link);
	if (d && pool->dead_flying < MAX_FLYING) {
		*o = d->objects[d->next++];
		pool->dead_flying++;
		got = true;
		if (d->next < d->nr)
			d = NULL;
		else
			list_del(&d->link);
	} else {
		d = NULL;
	}
	spin_unlock(&pool->dead_lock);
	kvfree(d);
	return got;
}

static void dead_work(struct work_struct *work)
{
	struct ost_pool *pool = container_of(work, struct ost_pool, dead_work);
	struct dead_object o;
	struct pool_ost *ost;

	while (dead_next(pool, &o)) {
		ost = ost_find(pool, o.ost);
		if (!ost || destroy_send(ost, &o))
			flying_done(pool);
	}
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
	struct dead *d, *next;

	wait_event_timeout(pool->dead_done, dead_idle(pool), STOP_WAIT);
	WRITE_ONCE(pool->stopping, true);
	cancel_work_sync(&pool->dead_work);
	list_for_each_entry_safe(d, next, &pool->dead, link) {
		pr_info("%s: objects of a removed file are left on OST %u, which did not answer, until the next start\n",
			pool->mds->name, d->objects[d->next].ost);
		kvfree(d);
	}
	INIT_LIST_HEAD(&pool->dead);
}

static void dead_add(struct dead *d)
{
	struct ost_pool *pool = d->pool;

	spin_lock(&pool->dead_lock);
	list_add_tail(&d->link, &pool->dead);
	queue_work(pool->wq, &pool->dead_work);
	spin_unlock(&pool->dead_lock);
}

static void removal_committed(void *data, int err)
{
	struct dead *d = data;

	/* When the journal is dead, the log's slots are of no use any more either. */
	if (err)
		kvfree(d);
	else
		dead_add(d);
}

int layout_destroy(struct ost_pool *pool, struct osd_trans *th, const void *ea, u32 len)
{
	struct lov_layout *lay;
	struct dead *d;
	int rc = lov_layout_parse(ea, len, &lay, NULL);

	if (rc)
		return rc;
	d = dead_new(pool, lay->stripe_count);
	if (!d) {
		rc = -ENOMEM;
		goto out;
	}
	for (; d->nr < lay->stripe_count; d->nr++) {
		struct dead_object *o = &d->objects[d->nr];

		o->ost = lay->stripes[d->nr].ost_idx;
		o->oid = lay->stripes[d->nr].fid.oid;
		o->slot = pool_log_add(pool, th, o->ost, o->oid);
	}
	rc = osd_trans_on_commit(th, removal_committed, d);
	if (rc)
		kvfree(d);
out:
	lov_layout_free(lay);
	return rc;
}

static int dead_again(struct ost_pool *pool, u32 ost, u32 oid, struct pool_log_slot *slot)
{
	struct dead *d = dead_new(pool, 1);

	if (!d)
		return -ENOMEM;
	d->objects[d->nr++] = (struct dead_object){ .ost = ost, .oid = oid, .slot = slot };
	dead_add(d);
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
