// SPDX-License-Identifier: GPL-2.0
/* A lock goes: what it kept true is forgotten, what it let us write is written. */
#include <linux/pagemap.h>

#include "client/client.h"
#include "kernel/compat/times.h"

/*
 * Callbacks have inodes in use, which must not be so when the mount is taken down: false, it is.
 * All is written then.
 */
static bool callback_begin(struct lustre_sb *sbi)
{
	return down_read_trylock(&sbi->callbacks);
}

static void callback_end(struct lustre_sb *sbi)
{
	up_read(&sbi->callbacks);
}

/* ---- MDT ---- */

/* Names that are known to be missing count no more. */
static void names_change(struct lustre_inode *li)
{
	spin_lock(&li->size_lock);
	WRITE_ONCE(li->names_era, li->names_era + 1);
	spin_unlock(&li->size_lock);
}

static void xattrs_change(struct lustre_inode *li)
{
	spin_lock(&li->size_lock);
	WRITE_ONCE(li->xattr_era, li->xattr_era + 1);
	spin_unlock(&li->size_lock);
}

/*
 * Dentries of this file may have been renamed or removed, and who may open it may have changed,
 * unless another lock has kept them all the time.
 */
static void name_change(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);

	if (lustre_attrs_cached(inode, IBIT_LOOKUP))
		return;
	spin_lock(&li->size_lock);
	WRITE_ONCE(li->name_era, li->name_era + 1);
	spin_unlock(&li->size_lock);
	lustre_kept_close(inode);
}

/*
 * Names and attributes are used only while a lock that keeps them true can be found, so nothing is
 * dropped but the notes that the file has no capabilities to be cleared, the ACL, which the VFS
 * looks at on its own, and zeros where the layout had no objects.
 */
static void attrs_forget(struct inode *inode, u64 ibits)
{
	if (ibits & IBIT_UPDATE)
		names_change(lustre_i(inode));
	if (ibits & IBIT_LOOKUP)
		name_change(inode);
	if (ibits & IBIT_XATTR)
		xattrs_change(lustre_i(inode));
	if (ibits & (IBIT_UPDATE | IBIT_XATTR))
		inode->i_flags &= ~S_NOSEC;
	if (ibits & IBIT_LAYOUT && S_ISREG(inode->i_mode) &&
	    !lustre_attrs_cached(inode, IBIT_LAYOUT))
		lustre_layout_lost(inode);
	if (ibits & (IBIT_LOOKUP | IBIT_PERM))
		forget_cached_acl(inode, ACL_TYPE_ACCESS);
}

static void mdc_lock_shed(struct ldlm_lock *lock, u64 ibits)
{
	const struct ldlm_res_id *res = ldlm_lock_res(lock);
	struct fid fid = { .seq = res->name[0], .oid = (u32)res->name[1] };
	struct lustre_sb *sbi = lock->data;
	struct inode *inode;

	if (!sbi || !(ibits & ~IBIT_OPEN) || !callback_begin(sbi))
		return;
	inode = lustre_ifind(sbi->sb, &fid);
	if (inode)
		attrs_forget(inode, ibits);
	iput(inode);
	callback_end(sbi);
}

static void mdc_lock_cancel(struct ldlm_lock *lock, bool discard)
{
	mdc_lock_shed(lock, lock->policy.ibits);
}

const struct ldlm_client_ops lustre_mdc_lock_ops = {
	.cancel = mdc_lock_cancel,
	.shed = mdc_lock_shed,
};

/* ---- OSTs ---- */

/* The inode whose object the lock is on, in use; NULL when it is going away. */
static struct inode *lock_inode_get(struct ldlm_lock *lock)
{
	struct lustre_sb *sbi = NULL;
	struct inode *inode;

	/* Inodes are freed after a grace period, and take their pointer out of the locks before. */
	rcu_read_lock();
	inode = READ_ONCE(lock->data);
	if (inode) {
		sbi = lustre_sb(inode->i_sb);
		inode = callback_begin(sbi) ? inode : NULL;
	}
	if (inode) {
		inode = igrab(inode);
		if (!inode)
			callback_end(sbi);
	}
	rcu_read_unlock();
	return inode;
}

static void lock_inode_put(struct inode *inode)
{
	struct lustre_sb *sbi = lustre_sb(inode->i_sb);

	iput(inode);
	callback_end(sbi);
}

static int stripe_of(const struct lustre_layout *lay, const struct ldlm_res_id *res)
{
	struct ldlm_res_id mine;
	u32 i;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		ldlm_ost_res(&lay->lov->stripes[i].fid, &mine);
		if (!memcmp(&mine, res, sizeof(mine)))
			return i;
	}
	return -1;
}

/*
 * File offsets that the object extent @ext reaches from and to; other stripes' data lies between.
 * False: there is none.
 */
static bool file_range(const struct lustre_layout *lay, u32 stripe, const struct ldlm_extent *ext,
		       u64 *start, u64 *end)
{
	const struct lov_comp *c = &lay->lov->comps[lay->lov->stripes[stripe].comp];

	*start = max(lov_file_offset(lay->lov, stripe, ext->start), c->start);
	*end = min3(lov_file_offset(lay->lov, stripe, ext->end), c->end - 1, (u64)S64_MAX);
	return *start <= *end;
}

/* Drops a range of the cache; how many of its pages were still to be written. */
static unsigned int drop_range(struct inode *inode, u64 start, u64 end)
{
	unsigned int dirty = lustre_dirty_pages(inode, start, end);

	truncate_inode_pages_range(inode->i_mapping, start,
				   end >= S64_MAX ? -1 : (loff_t)(end | (PAGE_SIZE - 1)));
	return dirty;
}

/*
 * Drops the pages of one stripe: unit by unit, since other stripes keep theirs. A large file may be
 * a hole for the most part: only what is cached is looked at.
 */
static unsigned int drop_pages(struct inode *inode, const struct lustre_layout *lay, u32 stripe,
			       u64 start, u64 end)
{
	unsigned int dirty = 0;
	unsigned long index;
	u64 unit_end;

	for (; start <= end; start = unit_end) {
		index = start >> PAGE_SHIFT;
		if (!xa_find(&inode->i_mapping->i_pages, &index, end >> PAGE_SHIFT, XA_PRESENT))
			break;
		start = max(start, (u64)index << PAGE_SHIFT);
		unit_end = lov_unit_end(lay->lov, start);
		if (lov_stripe_of(lay->lov, start) == stripe)
			dirty += drop_range(inode, start, min(unit_end - 1, end));
	}
	return dirty;
}

/* The size of an object may change from now on. The layout, with a reference, or NULL. */
static struct lustre_layout *size_forget(struct inode *inode, const struct ldlm_res_id *res,
					 u32 *stripe)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	int i = -1;

	spin_lock(&li->size_lock);
	lay = li->layout;
	if (lay)
		i = stripe_of(lay, res);
	if (i >= 0) {
		li->size_known = false;
		lay->stripes[i].size_known = false;
		refcount_inc(&lay->refs);
	}
	spin_unlock(&li->size_lock);
	*stripe = i;
	return i < 0 ? NULL : lay;
}

struct reach {
	const struct ldlm_lock *but;
	u64 end;
};

static void lock_reach(struct ldlm_lock *lock, void *arg)
{
	struct reach *r = arg;
	u64 end = lock->policy.extent.end;

	if (lock != r->but && lock->granted_mode == LCK_PW && !(lock->flags & LOCKF_FAILED))
		r->end = max(r->end, end == ~0ULL ? end : end + 1);
}

static u64 writes_seen(struct inode *inode, struct lustre_layout *lay, u32 stripe)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_stripe *s;
	u64 writes;

	spin_lock(&li->size_lock);
	s = lustre_stripe_in(li->layout, lay, stripe);
	writes = s ? s->writes : 0;
	spin_unlock(&li->size_lock);
	return writes;
}

/* False: since @writes were seen there have been others, by locks that @end may not know. */
static bool written_cut(struct inode *inode, struct lustre_layout *lay, u32 stripe, u64 end,
			u64 writes)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_stripe *s;
	bool same;

	spin_lock(&li->size_lock);
	s = lustre_stripe_in(li->layout, lay, stripe);
	same = !s || s->writes == writes;
	if (s && same && s->written > end) {
		s->written = end;
		/* An answer that is on its way may be from before it was written. */
		s->as_of = ++li->looks;
	}
	spin_unlock(&li->size_lock);
	return same;
}

/*
 * What was written reaches no further than the locks that are left, all but @but: it is in the
 * object, where others may cut it off now, or lost.
 */
static void written_shrink(struct inode *inode, struct lustre_layout *lay, u32 stripe,
			   const struct ldlm_lock *but)
{
	struct reach reach = { .but = but };
	struct ldlm_res_id res;
	u64 writes;

	ldlm_ost_res(&lay->lov->stripes[stripe].fid, &res);
	do {
		reach.end = 0;
		writes = writes_seen(inode, lay, stripe);
		ldlm_resource_iterate(osc_namespace(lay->stripes[stripe].osc), &res, lock_reach,
				      &reach);
	} while (!written_cut(inode, lay, stripe, reach.end, writes));
}

void lustre_written_undo(struct inode *inode, struct lustre_layout *lay)
{
	struct lustre_layout *now;
	struct ldlm_res_id res;
	u32 i, stripe;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		written_shrink(inode, lay, i, NULL);
		ldlm_ost_res(&lay->lov->stripes[i].fid, &res);
		now = size_forget(inode, &res, &stripe);
		lustre_layout_put(now);
	}
}

/* By an eviction; who has the file open hears of it from fsync and close. */
static void data_lost(struct inode *inode, struct osc *osc, unsigned int pages)
{
	mapping_set_error(inode->i_mapping, -EIO);
	osc_lost(osc, &lustre_i(inode)->fid, (u64)pages << PAGE_SHIFT);
}

static void osc_lock_cancel(struct ldlm_lock *lock, bool discard)
{
	const struct ldlm_extent *ext = &lock->policy.extent;
	struct inode *inode = lock_inode_get(lock);
	struct lustre_layout *lay;
	unsigned int dirty;
	u64 start, end;
	u32 stripe;

	if (!inode)
		return;
	lay = size_forget(inode, ldlm_lock_res(lock), &stripe);
	if (!lay || !file_range(lay, stripe, ext, &start, &end))
		goto out;
	if (!discard && lock->granted_mode == LCK_PW)
		lustre_flush_object(inode, &lay->lov->stripes[stripe].fid, start, end);
	unmap_mapping_range(inode->i_mapping, start, end == S64_MAX ? 0 : end - start + 1, 0);
	if (lay->lov->comps[lay->lov->stripes[stripe].comp].stripe_count == 1)
		dirty = drop_range(inode, start, end);
	else
		dirty = drop_pages(inode, lay, stripe, start, end);
	if (dirty && lock->flags & LOCKF_FAILED)
		data_lost(inode, lay->stripes[stripe].osc, dirty);
	written_shrink(inode, lay, stripe, lock);
out:
	lustre_layout_put(lay);
	lock_inode_put(inode);
}

static bool size_tell(struct inode *inode, const struct ldlm_res_id *res, u64 *size, u64 *blocks)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_stripe *s;
	int stripe = -1;

	spin_lock(&li->size_lock);
	if (li->layout)
		stripe = stripe_of(li->layout, res);
	if (stripe >= 0) {
		s = &li->layout->stripes[stripe];
		*size = s->size_known ? s->size : s->written;
		*blocks = s->size_known ? s->blocks : 0;
	}
	spin_unlock(&li->size_lock);
	return stripe >= 0;
}

static int osc_lock_glimpse(struct ldlm_lock *lock, struct wire_ost_lvb *lvb)
{
	struct inode *inode = lock_inode_get(lock);
	int rc = -ENODATA;
	u64 size, blocks;

	if (!inode)
		return rc;
	if (size_tell(inode, ldlm_lock_res(lock), &size, &blocks)) {
		/* What lies behind the lock is for others to say. */
		if (lock->policy.extent.end != ~0ULL)
			size = min(size, lock->policy.extent.end + 1);
		lvb->size = cpu_to_le64(size);
		lustre_lvb_times(inode, lvb);
		lvb->blocks = cpu_to_le64(lustre_blocks_most(inode, blocks, size));
		rc = 0;
	}
	lock_inode_put(inode);
	return rc;
}

static const struct ldlm_client_ops osc_lock_ops = {
	.cancel = osc_lock_cancel,
	.glimpse = osc_lock_glimpse,
};

/* Written, but the OST has restarted before it was stored, and does not wait for us any more. */
static void written_lost(void *priv, const struct fid *file)
{
	struct lustre_sb *sbi = priv;
	struct inode *inode;

	if (!callback_begin(sbi))
		return;
	inode = lustre_ifind(sbi->sb, file);
	if (inode)
		mapping_set_error(inode->i_mapping, -EIO);
	iput(inode);
	callback_end(sbi);
}

const struct osc_ops lustre_osc_ops = {
	.locks = &osc_lock_ops,
	.lost = written_lost,
};
