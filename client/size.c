// SPDX-License-Identifier: GPL-2.0
/* Layouts of files, locks on ranges of them, and how large they are. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "client/client.h"
#include "kernel/compat/times.h"

/* ---- layout ---- */

static struct lustre_layout *layout_new(struct lustre_sb *sbi, struct lov_layout *lov)
{
	struct lustre_layout *lay = kvzalloc(struct_size(lay, stripes, lov->stripe_count),
					     GFP_NOFS);
	u32 i;

	if (!lay)
		return ERR_PTR(-ENOMEM);
	lay->lov = lov;
	for (i = 0; i < lov->stripe_count; i++) {
		lay->stripes[i].osc = lustre_osc(sbi, lov->stripes[i].ost_idx);
		if (!lay->stripes[i].osc) {
			pr_err("%s: a file lies on OST %u, which the configuration does not have\n",
			       sbi->fsname, lov->stripes[i].ost_idx);
			kvfree(lay);
			return ERR_PTR(-EIO);
		}
	}
	return lay;
}

/* Locks on the objects that are cached from an earlier life of the inode find it again. */
static void layout_attach(struct inode *inode, struct lustre_layout *lay, void *data)
{
	struct ldlm_res_id res;
	u32 i;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		ldlm_ost_res(&lay->lov->stripes[i].fid, &res);
		ldlm_resource_set_data(osc_namespace(lay->stripes[i].osc), &res, data);
	}
}

int lustre_layout_set(struct inode *inode, const void *ea, u32 len)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	struct lov_layout *lov;
	int rc = 0;

	mutex_lock(&li->layout_lock);
	if (li->layout)
		goto out;
	rc = lov_layout_parse(ea, len, &lov);
	if (rc) {
		li->layout_error = rc;
		goto out;
	}
	lay = layout_new(lustre_sb(inode->i_sb), lov);
	if (IS_ERR(lay)) {
		lov_layout_free(lov);
		rc = PTR_ERR(lay);
		goto out;
	}
	/* Whoever sees the layout sees what is in it. */
	smp_store_release(&li->layout, lay);
	layout_attach(inode, lay, inode);
out:
	mutex_unlock(&li->layout_lock);
	return rc;
}

int lustre_layout_get(struct inode *inode, struct lustre_layout **lay)
{
	struct lustre_inode *li = lustre_i(inode);
	struct mdc_reply r;
	int rc = 0;

	/* Pairs with lustre_layout_set(). */
	*lay = smp_load_acquire(&li->layout);
	if (*lay)
		return 0;
	if (li->layout_error)
		return li->layout_error;
	/* There was none when we last looked: somebody may have given it one since. */
	rc = mdc_getattr(lustre_mdc(inode), &li->fid, false, &r);
	if (rc)
		return rc;
	if (r.layout && le64_to_cpu(r.body->valid) & VALID_EASIZE)
		rc = lustre_layout_set(inode, r.layout, r.layout_len);
	mdc_reply_put(&r);
	/* Pairs with lustre_layout_set(). */
	*lay = smp_load_acquire(&li->layout);
	return rc;
}

static void lvb_remember(struct ldlm_lock *lock, void *arg)
{
	const struct wire_ost_lvb *lvb = arg;

	lock->lvb = *lvb;
}

/* Locks outlive the inode: they keep what it knew of its objects for the next one. */
static void layout_remember(struct inode *inode, struct lustre_layout *lay)
{
	struct wire_ost_lvb lvb = {
		.atime = cpu_to_le64(compat_atime(inode).tv_sec),
		.mtime = cpu_to_le64(compat_mtime(inode).tv_sec),
		.ctime = cpu_to_le64(compat_ctime(inode).tv_sec),
	};
	struct ldlm_res_id res;
	u32 i;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		if (!lay->stripes[i].size_known)
			continue;
		lvb.size = cpu_to_le64(lay->stripes[i].size);
		lvb.blocks = cpu_to_le64(DIV_ROUND_UP(lay->stripes[i].size, 512));
		ldlm_ost_res(&lay->lov->stripes[i].fid, &res);
		ldlm_resource_iterate(osc_namespace(lay->stripes[i].osc), &res, lvb_remember, &lvb);
	}
}

void lustre_layout_free(struct inode *inode)
{
	struct lustre_layout *lay = lustre_i(inode)->layout;

	if (!lay)
		return;
	layout_remember(inode, lay);
	layout_attach(inode, lay, NULL);
	lov_layout_free(lay->lov);
	kvfree(lay);
	lustre_i(inode)->layout = NULL;
}

/* ---- size ---- */

static void size_recompute(struct inode *inode)
{
	struct lustre_layout *lay = lustre_i(inode)->layout;
	u64 size = 0;
	u32 i;

	lockdep_assert_held(&lustre_i(inode)->size_lock);
	for (i = 0; i < lay->lov->stripe_count; i++)
		size = max(size, lov_file_size(lay->lov, i, lay->stripes[i].size));
	i_size_write(inode, size);
}

void lustre_size_written(struct inode *inode, u64 end)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay = li->layout;
	struct lustre_stripe *s;
	u32 stripe;

	if (!end)
		return;
	stripe = lov_stripe_of(lay->lov, end - 1);
	s = &lay->stripes[stripe];
	spin_lock(&li->size_lock);
	s->size = max(s->size, lov_obj_offset(lay->lov, end - 1) + 1);
	if (end > (u64)i_size_read(inode))
		i_size_write(inode, end);
	spin_unlock(&li->size_lock);
}

void lustre_size_cut(struct inode *inode, u64 size)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay = li->layout;
	u32 i;

	spin_lock(&li->size_lock);
	for (i = 0; i < lay->lov->stripe_count; i++) {
		lay->stripes[i].size = lov_obj_size(lay->lov, i, size);
		/* Our lock reaches to the end; what the server said with it was before. */
		lay->stripes[i].size_known = true;
	}
	i_size_write(inode, size);
	spin_unlock(&li->size_lock);
}

/*
 * A lock of ours that reaches the end of the object, if we hold one: its size can only change here
 * then. Dropped with osc_unlock(lock, LCK_PR).
 */
static struct ldlm_lock *end_lock(struct lustre_layout *lay, u32 stripe)
{
	struct ldlm_enqueue what = {
		.type = LDLM_EXTENT,
		.mode = LCK_PR,
		.policy.extent = { 0, ~0ULL },
	};

	ldlm_ost_res(&lay->lov->stripes[stripe].fid, &what.res);
	return ldlm_match(osc_namespace(lay->stripes[stripe].osc), &what);
}

static void times_take(struct inode *inode, const struct wire_ost_lvb *lvb)
{
	struct timespec64 atime = { le64_to_cpu(lvb->atime) };
	struct timespec64 mtime = { le64_to_cpu(lvb->mtime) };
	struct timespec64 ctime = { le64_to_cpu(lvb->ctime) };

	spin_lock(&inode->i_lock);
	if (atime.tv_sec > compat_atime(inode).tv_sec)
		compat_set_atime(inode, atime);
	/* The later change says what the time of the data is, even when it set it back. */
	if (ctime.tv_sec >= compat_ctime(inode).tv_sec && mtime.tv_sec)
		compat_set_mtime(inode, mtime);
	if (ctime.tv_sec > compat_ctime(inode).tv_sec)
		compat_set_ctime(inode, ctime);
	spin_unlock(&inode->i_lock);
}

static void stripe_take(struct inode *inode, u32 stripe, const struct wire_ost_lvb *lvb, bool known)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_stripe *s = &li->layout->stripes[stripe];

	spin_lock(&li->size_lock);
	/*
	 * Known since another look: what has been written here meanwhile counts, not what the
	 * server said then.
	 */
	if (!s->size_known)
		s->size = le64_to_cpu(lvb->size);
	s->size_known = known;
	spin_unlock(&li->size_lock);
	times_take(inode, lvb);
}

/* What a stripe's size is: by a lock that we hold, else by asking its OST. */
static int stripe_glimpse(struct inode *inode, struct lustre_layout *lay, u32 stripe, u64 *blocks)
{
	struct ldlm_lock *lock = end_lock(lay, stripe);
	struct wire_ost_lvb lvb;
	bool known = lock;
	int rc;

	if (lock) {
		lvb = lock->lvb;
	} else {
		rc = osc_glimpse(lay->stripes[stripe].osc, &lay->lov->stripes[stripe].fid, inode,
				 &lvb);
		if (rc)
			return rc;
		/* An OST that nobody contests grants a lock on the whole object with its answer. */
		lock = end_lock(lay, stripe);
	}
	stripe_take(inode, stripe, &lvb, lock);
	if (lock)
		osc_unlock(lock, LCK_PR);
	*blocks += known ? DIV_ROUND_UP(lay->stripes[stripe].size, 512) : le64_to_cpu(lvb.blocks);
	return 0;
}

int lustre_glimpse(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);
	/* pairs with lustre_layout_set() */
	struct lustre_layout *lay = smp_load_acquire(&li->layout);
	bool known = true;
	u64 blocks = 0;
	u32 i;
	int rc;

	if (!lay)
		return li->layout_error == -EOPNOTSUPP ? 0 : li->layout_error;
	if (READ_ONCE(li->size_known))
		return 0;
	/*
	 * A file that was created to be written: the locks that writing needs tell its size as
	 * well.
	 */
	if (li->fresh) {
		struct lustre_range all;

		rc = lustre_range_lock(inode, 0, ~0ULL, LCK_PW, &all);
		if (rc)
			return rc;
		lustre_range_unlock(&all);
	}
	for (i = 0; i < lay->lov->stripe_count; i++) {
		rc = stripe_glimpse(inode, lay, i, &blocks);
		if (rc)
			return rc;
	}
	spin_lock(&li->size_lock);
	for (i = 0; i < lay->lov->stripe_count; i++)
		known &= lay->stripes[i].size_known;
	size_recompute(inode);
	li->size_known = known;
	inode->i_blocks = blocks;
	spin_unlock(&li->size_lock);
	return 0;
}

/* ---- ranges ---- */

static int range_room(struct lustre_range *r, u32 nr)
{
	r->nr = 0;
	r->locks = r->few;
	if (nr <= ARRAY_SIZE(r->few))
		return 0;
	r->locks = kvcalloc(nr, sizeof(*r->locks), GFP_NOFS);
	return r->locks ? 0 : -ENOMEM;
}

int lustre_range_lock(struct inode *inode, u64 start, u64 end, enum ldlm_mode mode,
		      struct lustre_range *r)
{
	/* pairs with lustre_layout_set() */
	struct lustre_layout *lay = smp_load_acquire(&lustre_i(inode)->layout);
	u64 ostart, oend;
	u32 i;
	int rc;

	/*
	 * A new file that is to be written: one lock on all of it. A second one beside this would
	 * wait for this.
	 */
	if (READ_ONCE(lustre_i(inode)->fresh)) {
		if (mode == LCK_PW) {
			start = 0;
			end = ~0ULL;
		}
		WRITE_ONCE(lustre_i(inode)->fresh, false);
	}
	r->mode = mode;
	rc = range_room(r, lay ? lay->lov->stripe_count : 0);
	if (rc || !lay)
		return rc;
	/* Always in the order of the stripes, so that two nodes cannot wait for each other. */
	for (i = 0; i < lay->lov->stripe_count; i++) {
		if (!lov_extent_in_stripe(lay->lov, i, start, end, &ostart, &oend))
			continue;
		rc = osc_lock(lay->stripes[i].osc, &lay->lov->stripes[i].fid, ostart, oend, mode,
			      inode, &r->locks[r->nr]);
		if (rc) {
			lustre_range_unlock(r);
			return rc;
		}
		r->nr++;
	}
	return 0;
}

void lustre_range_unlock(struct lustre_range *r)
{
	while (r->nr) {
		r->nr--;
		osc_unlock(r->locks[r->nr], r->mode);
	}
	if (r->locks != r->few)
		kvfree(r->locks);
	r->locks = r->few;
}
