// SPDX-License-Identifier: GPL-2.0
/* Choosing OSTs for new files. */
#include <linux/module.h>
#include <linux/slab.h>

#include "mds/pool_internal.h"
#include "obd/class/target.h"

#define LOV_OBJID	"lov_objid"	/* highest object id used per OST, 8 bytes each */
#define TAKE_WAIT	(30 * HZ)	/* for objects that are missing; longer than a connect */

/**
 * struct layout_lease - objects of one new file
 */
struct layout_lease {
	struct ost_pool *pool;
	unsigned int nr;
	u32 ea_len;
	struct wire_lov_v1 *ea;
};

/* ---- start and stop ---- */

static int target_seen(void *data, const struct mgc_target *tgt)
{
	struct ost_pool *pool = data;
	struct pool_ost *ost;
	int rc;

	if (tgt->is_mdt)
		return 0;
	if (tgt->index >= POOL_MAX_OSTS) {
		pr_err("%s: OST index %u is too large\n", pool->mds->name, tgt->index);
		return 0;
	}
	/* One OST that cannot be set up must not keep the others away. */
	rc = pool_ost_new(pool, tgt, &ost);
	if (rc)
		return 0;
	mutex_lock(&pool->lock);
	pool->osts[tgt->index] = ost;
	pool->nr = max(pool->nr, tgt->index + 1);
	mutex_unlock(&pool->lock);
	return 0;
}

static void defaults_seen(void *data, const struct mgc_layout_defaults *def)
{
	struct ost_pool *pool = data;

	mutex_lock(&pool->lock);
	pool->def = *def;
	mutex_unlock(&pool->lock);
}

static const struct mgc_targets_ops pool_conf_ops = {
	.target = target_seen,
	.defaults = defaults_seen,
};

static int conf_start(struct ost_pool *pool, const char *fsname, const lnet_nid_t *nids,
		      unsigned int nr)
{
	int rc = mgc_open(nids, nr, pool->mds->uuid, &pool->mgc);

	if (rc)
		return rc;
	rc = mgc_follow_targets(pool->mgc, fsname, &pool_conf_ops, pool);
	if (rc)
		mgc_close(pool->mgc);
	return rc;
}

static int used_load(struct ost_pool *pool)
{
	unsigned int i;
	__le32 used;
	ssize_t n;

	for (i = 0; i < POOL_MAX_OSTS; i++) {
		used = 0;
		n = osd_file_read(pool->objid, i * 8ULL, &used, sizeof(used));
		if (n < 0)
			return n;
		pool->used[i] = le32_to_cpu(used);
	}
	return 0;
}

static void osts_free(struct ost_pool *pool)
{
	unsigned int i;

	for (i = 0; i < pool->nr; i++)
		if (pool->osts[i])
			pool_ost_free(pool->osts[i]);
}

int ost_pool_start(struct obd_device *mds, const char *fsname, const lnet_nid_t *mgs_nids,
		   unsigned int nr_nids, struct ost_pool **poolp)
{
	struct ost_pool *pool = kvzalloc(sizeof(*pool), GFP_KERNEL);
	int rc;

	if (!pool)
		return -ENOMEM;
	pool->mds = mds;
	mutex_init(&pool->lock);
	mutex_init(&pool->objid_lock);
	init_waitqueue_head(&pool->changed);
	pool_dead_init(pool);
	rc = -ENOMEM;
	pool->wq = alloc_workqueue("sheen_ost_pool", WQ_UNBOUND, 0);
	if (!pool->wq)
		goto out_free;
	rc = osd_file_open(target_osd(mds), LOV_OBJID, POOL_MAX_OSTS * 8, &pool->objid);
	if (rc)
		goto out_wq;
	rc = used_load(pool);
	if (rc)
		goto out_file;
	rc = pool_log_start(pool);
	if (rc)
		goto out_file;
	rc = conf_start(pool, fsname, mgs_nids, nr_nids);
	if (rc)
		goto out_log;
	*poolp = pool;
	return 0;
out_log:
	WRITE_ONCE(pool->stopping, true);
	osts_free(pool);
	pool_log_stop(pool);
out_file:
	osd_file_close(pool->objid);
out_wq:
	destroy_workqueue(pool->wq);
out_free:
	kvfree(pool);
	return rc;
}

void ost_pool_stop(struct ost_pool *pool)
{
	mgc_close(pool->mgc);
	pool_dead_stop(pool);
	osts_free(pool);
	pool_log_stop(pool);
	destroy_workqueue(pool->wq);
	osd_file_close(pool->objid);
	kvfree(pool);
}

void ost_pool_recovered(struct ost_pool *pool)
{
	unsigned int i;

	WRITE_ONCE(pool->recovered, true);
	pool_dead_recover(pool);
	mutex_lock(&pool->lock);
	for (i = 0; i < pool->nr; i++)
		if (pool->osts[i])
			mod_delayed_work(pool->wq, &pool->osts[i]->refill, 0);
	mutex_unlock(&pool->lock);
}

/* ---- choosing ---- */

static int wish_complete(struct ost_pool *pool, const struct layout_wish *wish,
			 struct layout_wish *full)
{
	bool there;

	*full = *wish;
	mutex_lock(&pool->lock);
	if (!full->stripe_size)
		full->stripe_size = (u32)pool->def.stripe_size;
	if (!full->stripe_count)
		full->stripe_count = (s32)pool->def.stripe_count ?: 1;
	if (full->stripe_offset < 0)
		full->stripe_offset = pool->def.stripe_offset < 0 ? -1 :
				      (s32)pool->def.stripe_offset;
	if (full->stripe_count < 0 || full->stripe_count > (s32)pool->nr)
		full->stripe_count = pool->nr;
	there = full->stripe_offset < 0 || ((u32)full->stripe_offset < pool->nr &&
					    pool->osts[full->stripe_offset]);
	mutex_unlock(&pool->lock);
	if (full->stripe_size % LOV_STRIPE_ALIGN || full->stripe_size < LOV_STRIPE_ALIGN)
		return -EINVAL;
	/* The first OST that is asked for must be one of the configuration. */
	if (!there)
		return -EINVAL;
	return full->stripe_count > 0 ? 0 : -ENODEV;
}

static void lease_add(struct layout_lease *l, struct pool_ost *ost, u32 id)
{
	struct wire_lov_object *obj = &l->ea->objects[l->nr];

	obj->id.fid.seq = cpu_to_le64(FID_SEQ_OST(ost->index));
	obj->id.fid.oid = cpu_to_le32(id);
	obj->idx = cpu_to_le32(ost->index);
	l->nr++;
}

static bool lease_has(const struct layout_lease *l, const struct pool_ost *ost)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++)
		if (le32_to_cpu(l->ea->objects[i].idx) == ost->index)
			return true;
	return false;
}

/* Where the search begins: it moves on with every file, so that all OSTs get their share. */
static u32 lease_start(struct ost_pool *pool, const struct layout_wish *wish)
{
	return wish->stripe_offset >= 0 ? (u32)wish->stripe_offset :
		(u32)atomic_fetch_add(wish->stripe_count, &pool->turn);
}

/*
 * Goes round the OSTs once, from @start. @any: takes those that do not answer at this moment, too.
 */
static void lease_fill(struct ost_pool *pool, struct layout_lease *l,
		       const struct layout_wish *wish, u32 start, bool any)
{
	unsigned int nr, i, id;
	struct pool_ost *ost;

	mutex_lock(&pool->lock);
	nr = pool->nr;
	for (i = 0; i < nr && l->nr < (u32)wish->stripe_count; i++) {
		ost = pool->osts[(start + i) % nr];
		/* The first one must be the one that was asked for. */
		if (wish->stripe_offset >= 0 && !l->nr && i)
			break;
		if (!ost || lease_has(l, ost) || !pool_ost_usable(ost) ||
		    !(any || pool_ost_answers(ost)))
			continue;
		id = pool_ost_take(ost);
		if (id)
			lease_add(l, ost, id);
	}
	mutex_unlock(&pool->lock);
}

/* Will an OST that the file does not have yet be of use in a moment? */
static bool more_soon(struct ost_pool *pool, struct layout_lease *l)
{
	bool soon = false;
	unsigned int i;

	mutex_lock(&pool->lock);
	for (i = 0; i < pool->nr && !soon; i++)
		soon = pool->osts[i] && !lease_has(l, pool->osts[i]) &&
			pool_ost_soon(pool->osts[i]);
	mutex_unlock(&pool->lock);
	return soon;
}

/*
 * Nothing more comes by waiting: each stripe has its object, or the OSTs without one are out of
 * reach.
 */
static bool lease_done(struct ost_pool *pool, struct layout_lease *l,
		       const struct layout_wish *wish)
{
	if (l->nr == (u32)wish->stripe_count)
		return true;
	return l->nr && !more_soon(pool, l);
}

/*
 * Why no OST had an object. One that is away is waited for, unless the administrator has said that
 * it is not to be.
 */
static int none_because(struct ost_pool *pool)
{
	bool full = false, away = false;
	struct pool_ost *ost;
	unsigned int i;

	mutex_lock(&pool->lock);
	for (i = 0; i < pool->nr; i++) {
		ost = pool->osts[i];
		full |= ost && READ_ONCE(ost->full);
		away |= ost && !READ_ONCE(ost->dev->inactive) && !rpc_import_fails(ost->imp);
	}
	mutex_unlock(&pool->lock);
	return full ? -ENOSPC : away ? -EINPROGRESS : -EIO;
}

static void ea_head(struct layout_lease *l, const struct fid *file, u32 stripe_size)
{
	l->ea->magic = cpu_to_le32(LOV_MAGIC_V1);
	l->ea->pattern = cpu_to_le32(LOV_PATTERN_RAID0);
	/* Here the id of the file stands with its halves the other way round: oid, then seq. */
	l->ea->id.fid.seq = cpu_to_le64(file->oid);
	l->ea->id.fid.oid = cpu_to_le32(lower_32_bits(file->seq));
	l->ea->id.fid.ver = cpu_to_le32(upper_32_bits(file->seq));
	l->ea->stripe_size = cpu_to_le32(stripe_size);
	l->ea->stripe_count = cpu_to_le16(l->nr);
	l->ea_len = sizeof(*l->ea) + l->nr * sizeof(struct wire_lov_object);
}

static struct layout_lease *lease_new(struct ost_pool *pool, u32 count)
{
	struct layout_lease *l = kzalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return NULL;
	l->pool = pool;
	l->ea = kvzalloc(struct_size(l->ea, objects, count), GFP_KERNEL);
	if (l->ea)
		return l;
	layout_drop(l);
	return NULL;
}

/* ---- a replay: the objects that the file had ---- */

#define HAD_AHEAD	100000u		/* more objects than can be given out between two commits */

/* Ids that the OST may have made for us, with our own words for what is not worth keeping. */
static int lease_check(struct ost_pool *pool, const struct layout_lease *l)
{
	const struct wire_lov_object *obj;
	unsigned int i;
	u32 idx, oid;
	int rc = 0;

	mutex_lock(&pool->objid_lock);
	for (i = 0; i < l->nr; i++) {
		obj = &l->ea->objects[i];
		idx = le32_to_cpu(obj->idx);
		oid = le32_to_cpu(obj->id.fid.oid);
		if (idx >= POOL_MAX_OSTS || le64_to_cpu(obj->id.fid.seq) != FID_SEQ_OST(idx) ||
		    !oid || oid > pool->used[idx] + HAD_AHEAD)
			rc = -EINVAL;
	}
	mutex_unlock(&pool->objid_lock);
	return rc;
}

bool layout_had(const void *ea, u32 len)
{
	const struct wire_lov_v1 *v1 = ea;

	return len >= sizeof(*v1) && le32_to_cpu(v1->magic) == LOV_MAGIC_V1 &&
	       le32_to_cpu(v1->pattern) == LOV_PATTERN_RAID0 && v1->stripe_count &&
	       le16_to_cpu(v1->stripe_count) <= POOL_MAX_OSTS &&
	       len >= struct_size(v1, objects, le16_to_cpu(v1->stripe_count));
}

static int lease_again(struct ost_pool *pool, const struct layout_wish *wish,
		       struct layout_lease **lease)
{
	const struct wire_lov_v1 *had = wish->had;
	struct layout_lease *l;
	int rc;

	if (!layout_had(had, wish->had_len))
		return -EINVAL;
	l = lease_new(pool, le16_to_cpu(had->stripe_count));
	if (!l)
		return -ENOMEM;
	l->nr = le16_to_cpu(had->stripe_count);
	l->ea_len = struct_size(had, objects, l->nr);
	memcpy(l->ea, had, l->ea_len);
	/* Clients put something else there while they keep it for a replay. */
	l->ea->layout_gen = 0;
	rc = lease_check(pool, l);
	if (rc)
		layout_drop(l);
	else
		*lease = l;
	return rc;
}

int layout_take(struct ost_pool *pool, const struct fid *file, const struct layout_wish *wish,
		struct layout_lease **lease)
{
	unsigned long end = jiffies + TAKE_WAIT;
	struct layout_wish full;
	struct layout_lease *l;
	int seen, rc;
	u32 start;

	if (wish->had)
		return lease_again(pool, wish, lease);
	rc = wish_complete(pool, wish, &full);
	if (rc)
		return rc == -ENODEV ? -EIO : rc;
	l = lease_new(pool, full.stripe_count);
	if (!l)
		return -ENOMEM;
	start = lease_start(pool, &full);
	/* An OST may just be starting, or its stock be empty for a moment. */
	for (rc = 0; rc >= 0; ) {
		seen = atomic_read(&pool->changes);
		lease_fill(pool, l, &full, start, false);
		if (!l->nr && !more_soon(pool, l))
			lease_fill(pool, l, &full, start, true);
		if (lease_done(pool, l, &full) || time_after(jiffies, end))
			break;
		rc = wait_event_killable_timeout(pool->changed,
						 atomic_read(&pool->changes) != seen, HZ);
	}
	if (rc < 0 || !l->nr) {
		rc = rc < 0 ? -EINTR : none_because(pool);
		layout_drop(l);
		return rc;
	}
	ea_head(l, file, full.stripe_size);
	*lease = l;
	return 0;
}

const void *layout_ea(const struct layout_lease *lease, u32 *len)
{
	*len = lease->ea_len;
	return lease->ea;
}

int layout_commit(struct layout_lease *l, struct osd_trans *th)
{
	struct ost_pool *pool = l->pool;
	unsigned int i;
	__le32 used;
	u32 idx;
	int rc = 0;

	mutex_lock(&pool->objid_lock);
	for (i = 0; i < l->nr && !rc; i++) {
		idx = le32_to_cpu(l->ea->objects[i].idx);
		pool->used[idx] = max(pool->used[idx], le32_to_cpu(l->ea->objects[i].id.fid.oid));
		used = cpu_to_le32(pool->used[idx]);
		rc = osd_file_write(th, pool->objid, idx * 8ULL, &used, sizeof(used));
	}
	mutex_unlock(&pool->objid_lock);
	return rc;
}

/*
 * Objects of a lease that is given up stay unused: they are removed when the MDT starts next time,
 * if still the last.
 */
void layout_drop(struct layout_lease *l)
{
	kvfree(l->ea);
	kfree(l);
}

u32 ost_pool_max_ea(struct ost_pool *pool)
{
	return sizeof(struct wire_lov_v1) + max(READ_ONCE(pool->nr), 1u) *
	       sizeof(struct wire_lov_object);
}
