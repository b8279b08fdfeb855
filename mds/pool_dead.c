// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of files that are gone, and owners that have changed: told to the OSTs in the background.
 *
 * An object is destroyed only after the transaction that removed its file has committed, so that a file which comes back
 * after a crash still has its data.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "mds/pool_internal.h"
#include "obd/lov/lov.h"

#define MAX_FLYING	64u		/* requests to OSTs at once */
#define STOP_WAIT	(10 * HZ)

/** struct dead - objects of one removed file */
struct dead {
	struct list_head link;
	struct ost_pool *pool;
	struct lov_layout *lay;
	u32 next;		/* stripe to be destroyed next */
};

static void dead_free(struct dead *d)
{
	lov_layout_free(d->lay);
	kfree(d);
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
		pr_warn("%s: an object could not be destroyed (error %d): its space stays in use\n",
			ost->dev->name, req->status);
	flying_done(ost->pool);
}

static int destroy_send(struct pool_ost *ost, const struct fid *fid)
{
	struct rpc_request *req = rpc_new(ost->imp, &fmt_ost_body, OP_OST_DESTROY);
	struct wire_obdo *oa;
	int rc;

	if (!req)
		return -ENOMEM;
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	oa = rpc_req_buf(req, WF_OBDO);
	oa->valid = cpu_to_le64(VALID_ID | VALID_GROUP);
	oa->id.fid.seq = cpu_to_le64(fid->seq);
	oa->id.fid.oid = cpu_to_le32(fid->oid);
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

/* The next object to be destroyed, with room for its request taken; false when there is none or no room. */
static bool dead_next(struct ost_pool *pool, struct lov_stripe *stripe)
{
	struct dead *d;
	bool got = false;

	spin_lock(&pool->dead_lock);
	d = list_first_entry_or_null(&pool->dead, struct dead, link);
	if (d && pool->dead_flying < MAX_FLYING) {
		*stripe = d->lay->stripes[d->next++];
		pool->dead_flying++;
		got = true;
		if (d->next < d->lay->stripe_count)
			d = NULL;
		else
			list_del(&d->link);
	} else {
		d = NULL;
	}
	spin_unlock(&pool->dead_lock);
	if (d)
		dead_free(d);
	return got;
}

static void dead_work(struct work_struct *work)
{
	struct ost_pool *pool = container_of(work, struct ost_pool, dead_work);
	struct lov_stripe s;
	struct pool_ost *ost;

	while (dead_next(pool, &s)) {
		ost = ost_find(pool, s.ost_idx);
		if (!ost || destroy_send(ost, &s.fid))
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
		pr_warn("%s: objects of a removed file are left on OST %u, which did not answer\n",
			pool->mds->name, d->lay->stripes[d->next].ost_idx);
		dead_free(d);
	}
	INIT_LIST_HEAD(&pool->dead);
}

static void removal_committed(void *data, int err)
{
	struct dead *d = data;
	struct ost_pool *pool = d->pool;

	if (err) {
		dead_free(d);
		return;
	}
	spin_lock(&pool->dead_lock);
	list_add_tail(&d->link, &pool->dead);
	queue_work(pool->wq, &pool->dead_work);
	spin_unlock(&pool->dead_lock);
}

int layout_destroy(struct ost_pool *pool, struct osd_trans *th, const void *ea, u32 len)
{
	struct dead *d = kzalloc(sizeof(*d), GFP_NOFS);
	int rc;

	if (!d)
		return -ENOMEM;
	d->pool = pool;
	rc = lov_layout_parse(ea, len, &d->lay);
	if (!rc)
		rc = osd_trans_on_commit(th, removal_committed, d);
	if (rc)
		dead_free(d);
	return rc;
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

	if (lov_layout_parse(ea, len, &lay))
		return;
	for (i = 0; i < lay->stripe_count; i++) {
		ost = ost_find(pool, lay->stripes[i].ost_idx);
		if (ost && !READ_ONCE(pool->stopping))
			setattr_send(ost, &lay->stripes[i].fid, uid, gid);
	}
	lov_layout_free(lay);
}
