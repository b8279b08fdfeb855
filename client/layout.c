// SPDX-License-Identifier: GPL-2.0
/*
 * Layouts of files: asked for, kept as long as a lock keeps them true, replaced by newer ones.
 *
 * A progressive layout grows objects while the file is in use, and then only gets more of them; the
 * pages and locks of those that were there stay. With any other change all pages are dropped.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "client/client.h"
#include "kernel/compat/times.h"

/* ---- lifetime ---- */

static struct lustre_layout *layout_ref(struct lustre_inode *li)
{
	lockdep_assert_held(&li->size_lock);
	if (li->layout)
		refcount_inc(&li->layout->refs);
	return li->layout;
}

struct lustre_layout *lustre_layout_peek(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;

	spin_lock(&li->size_lock);
	lay = layout_ref(li);
	spin_unlock(&li->size_lock);
	return lay;
}

void lustre_layout_put(struct lustre_layout *lay)
{
	if (!lay || !refcount_dec_and_test(&lay->refs))
		return;
	lov_layout_free(lay->lov);
	kvfree(lay);
}

static struct lustre_layout *layout_new(struct lustre_sb *sbi, struct lov_layout *lov)
{
	struct lustre_layout *lay = kvzalloc(struct_size(lay, stripes, lov->stripe_count),
					     GFP_NOFS);
	u32 i;

	if (!lay)
		return ERR_PTR(-ENOMEM);
	refcount_set(&lay->refs, 1);
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
static void layout_attach(struct lustre_layout *lay, void *data)
{
	struct ldlm_res_id res;
	u32 i;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		ldlm_ost_res(&lay->lov->stripes[i].fid, &res);
		ldlm_resource_set_data(osc_namespace(lay->stripes[i].osc), &res, data);
	}
}

/* ---- a newer one ---- */

static void drop_range(struct inode *inode, u64 start, u64 end)
{
	bool to_end = end > (u64)S64_MAX;

	unmap_mapping_range(inode->i_mapping, start, to_end ? 0 : end - start, 0);
	truncate_inode_pages_range(inode->i_mapping, start, to_end ? -1 : (loff_t)end - 1);
}

/* Pages where there were no objects, which are all zeros, will soon be wrong. */
static void drop_holes(struct inode *inode, const struct lustre_layout *lay)
{
	u64 end = 0;
	u32 i;

	for (i = 0; lay && i < lay->lov->comp_count; i++) {
		const struct lov_comp *c = &lay->lov->comps[i];

		if (!c->stripe_count)
			drop_range(inode, c->start, c->end);
		end = c->end;
	}
	if (end != U64_MAX)
		drop_range(inode, end, U64_MAX);
}

struct lustre_stripe *lustre_stripe_in(struct lustre_layout *now, const struct lustre_layout *lay,
				       u32 stripe)
{
	const struct lov_comp *from = &lay->lov->comps[lay->lov->stripes[stripe].comp], *to;
	u32 nr;

	if (now == lay || !now)
		return now ? &now->stripes[stripe] : NULL;
	to = lov_comp_of(now->lov, from->start);
	if (!to || to->start != from->start || to->stripe_count != from->stripe_count)
		return NULL;
	nr = to->first + stripe - from->first;
	return fid_eq(&now->lov->stripes[nr].fid, &lay->lov->stripes[stripe].fid) ?
		&now->stripes[nr] : NULL;
}

static void layout_replace(struct inode *inode, struct lustre_layout *lay, bool extends)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *old;
	u32 i;

	spin_lock(&li->size_lock);
	old = li->layout;
	/* What is known of the objects that stay. */
	for (i = 0; extends && i < old->lov->stripe_count; i++)
		*lustre_stripe_in(lay, old, i) = old->stripes[i];
	li->layout = lay;
	li->size_known = false;
	spin_unlock(&li->size_lock);

	if (old && !extends)
		layout_attach(old, NULL);
	if (lay)
		layout_attach(lay, inode);
	lustre_layout_put(old);
}

/*
 * Other objects than before: the file was migrated, say. Who did that has taken all locks on the
 * old ones away first, so nothing dirty is left; what is not, is lost with them.
 */
static void layout_leave(struct inode *inode)
{
	filemap_write_and_wait(inode->i_mapping);
	drop_range(inode, 0, U64_MAX);
}

static int layout_change(struct inode *inode, struct lov_layout *lov)
{
	struct lustre_layout *old = lustre_i(inode)->layout, *lay;
	bool extends = old && lov_layout_extends(old->lov, lov);

	lay = layout_new(lustre_sb(inode->i_sb), lov);
	if (IS_ERR(lay)) {
		lov_layout_free(lov);
		return PTR_ERR(lay);
	}
	if (old && !extends)
		layout_leave(inode);
	if (extends || !old)
		drop_holes(inode, old);
	layout_replace(inode, lay, extends);
	return 0;
}

static int layout_read(struct inode *inode, const void *ea, u32 len)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lov_layout *lov;
	const char *why;
	int rc = lov_layout_parse(ea, len, &lov, &why);

	if (rc) {
		pr_warn_ratelimited("%s: the data of file %#llx:%#x cannot be used here, by its layout: %s\n",
				    lustre_sb(inode->i_sb)->fsname, li->fid.seq, li->fid.oid, why);
		return rc;
	}
	if (li->layout && lov_layout_equal(li->layout->lov, lov)) {
		lov_layout_free(lov);
		return 0;
	}
	return layout_change(inode, lov);
}

static void layout_take(struct inode *inode, const void *ea, u32 len, bool locked)
{
	struct lustre_inode *li = lustre_i(inode);
	int rc = len ? layout_read(inode, ea, len) : 0;

	if (li->layout && (!len || (rc && rc != -ENOMEM))) {
		layout_leave(inode);
		layout_replace(inode, NULL, false);
	}
	spin_lock(&li->size_lock);
	/* More memory, or another OST, may be there next time. */
	li->layout_known = locked && rc != -ENOMEM && rc != -EIO;
	li->layout_error = rc;
	spin_unlock(&li->size_lock);
}

int lustre_layout_set(struct inode *inode, const void *ea, u32 len, bool locked)
{
	struct lustre_inode *li = lustre_i(inode);
	int rc = 0;

	mutex_lock(&li->layout_lock);
	/*
	 * An answer that no lock keeps true may be older than what we have. What is known under
	 * another lock is the same.
	 */
	if (locked ? !READ_ONCE(li->layout_known) : !li->layout && !li->layout_error)
		layout_take(inode, ea, len, locked);
	if (locked)
		rc = li->layout_error;
	mutex_unlock(&li->layout_lock);
	return rc;
}

void lustre_layout_lost(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	bool holes;

	spin_lock(&li->size_lock);
	li->layout_known = false;
	lay = layout_ref(li);
	holes = !lay || lov_lacks_objects(lay->lov, 0, U64_MAX);
	if (holes)
		li->size_known = false;
	spin_unlock(&li->size_lock);
	if (holes)
		drop_holes(inode, lay);
	lustre_layout_put(lay);
}

/* ---- asking ---- */

/*
 * A lock without a value: the file has no layout, or the value was lost on its way. To take the
 * second for the first would make all of the file a hole.
 */
static int layout_confirm(struct inode *inode)
{
	struct mdc_reply r;
	bool has;
	int rc = mdc_getattr(lustre_mdc(inode), &lustre_i(inode)->fid, false, &r);

	if (rc)
		return rc;
	has = r.layout && le64_to_cpu(r.body->valid) & VALID_EASIZE;
	rc = lustre_layout_set(inode, r.layout, has ? r.layout_len : 0, true);
	mdc_reply_put(&r);
	return rc;
}

static int layout_ask(struct inode *inode, enum wire_layout_opc opc, u64 start, u64 end,
		      struct lustre_layout **lay)
{
	struct mdc_reply r;
	int rc = mdc_layout(lustre_mdc(inode), &lustre_i(inode)->fid, opc, start, end, &r);

	if (rc)
		return rc;
	rc = r.layout_len ? lustre_layout_set(inode, r.layout, r.layout_len, true) :
		layout_confirm(inode);
	/* While the lock is in use this is the one that it came with. */
	if (!rc)
		*lay = lustre_layout_peek(inode);
	mdc_reply_put(&r);
	return rc;
}

int lustre_layout_get(struct inode *inode, struct lustre_layout **lay)
{
	struct lustre_inode *li = lustre_i(inode);
	bool known;
	int rc;

	*lay = NULL;
	spin_lock(&li->size_lock);
	known = li->layout_known;
	rc = li->layout_error;
	if (known && !rc)
		*lay = layout_ref(li);
	spin_unlock(&li->size_lock);
	return known ? rc : layout_ask(inode, LAYOUT_INTENT_ACCESS, 0, 0, lay);
}

/* Whether data may go to [start, end]; 1: not before objects have been asked for. */
static int layout_writable(const struct lustre_layout *lay, u64 start, u64 end)
{
	/* A file that was opened for writing has been given objects. */
	if (!lay)
		return -EIO;
	if (!lov_comp_of(lay->lov, start))
		return -ENODATA;
	return lov_lacks_objects(lay->lov, start, end);
}

int lustre_layout_write(struct inode *inode, enum wire_layout_opc opc, u64 start, u64 end)
{
	struct lustre_layout *lay;
	int rc = lustre_layout_get(inode, &lay);

	if (rc)
		return rc;
	rc = layout_writable(lay, start, end);
	lustre_layout_put(lay);
	if (rc <= 0)
		return rc;
	rc = layout_ask(inode, opc, start, end, &lay);
	if (rc)
		return rc;
	rc = layout_writable(lay, start, end);
	lustre_layout_put(lay);
	return rc > 0 ? -EPROTO : rc;
}

/* It gets them with an open, which is closed at once. */
int lustre_layout_make(struct inode *inode, const void *wish, size_t size)
{
	struct mdc_open op = {
		.fid = lustre_i(inode)->fid,
		.flags = MDS_FMODE_WRITE,
		.mode = inode->i_mode,
		.time = lustre_now(inode),
		.ea = wish,
		.ea_len = size,
	};
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc;

	lustre_cred(NULL, inode, &cred);
	rc = mdc_open(lustre_mdc(inode), &op, &cred, &r);
	if (!rc) {
		rc = lustre_update(inode, &r);
		mdc_close(lustre_mdc(inode), &op.fid, le64_to_cpu(r.body->handle), NULL);
	}
	mdc_reply_put(&r);
	return rc;
}

bool lustre_layout_is_current(struct inode *inode, const struct lustre_layout *lay)
{
	struct lustre_inode *li = lustre_i(inode);
	bool is;

	spin_lock(&li->size_lock);
	is = li->layout_known && li->layout == lay;
	spin_unlock(&li->size_lock);
	return is;
}

struct osc *lustre_osc_at(struct inode *inode, u64 pos)
{
	struct lustre_inode *li = lustre_i(inode);
	struct osc *osc = NULL;
	u32 stripe;

	spin_lock(&li->size_lock);
	stripe = li->layout ? lov_stripe_of(li->layout->lov, pos) : LOV_NO_STRIPE;
	if (stripe != LOV_NO_STRIPE)
		osc = li->layout->stripes[stripe].osc;
	spin_unlock(&li->size_lock);
	return osc;
}

/* ---- the inode goes ---- */

static void lvb_remember(struct ldlm_lock *lock, void *arg)
{
	const struct wire_ost_lvb *lvb = arg;

	lock->lvb = *lvb;
}

/* Locks outlive the inode: they keep what it knew of its objects for the next one. */
static void layout_remember(struct inode *inode, struct lustre_layout *lay)
{
	struct wire_ost_lvb lvb = {};
	struct ldlm_res_id res;
	u32 i;

	lustre_lvb_times(inode, &lvb);
	for (i = 0; i < lay->lov->stripe_count; i++) {
		if (!lay->stripes[i].size_known)
			continue;
		lvb.size = cpu_to_le64(lay->stripes[i].size);
		lvb.blocks = cpu_to_le64(lay->stripes[i].blocks);
		ldlm_ost_res(&lay->lov->stripes[i].fid, &res);
		ldlm_resource_iterate(osc_namespace(lay->stripes[i].osc), &res, lvb_remember, &lvb);
	}
}

/* The file is removed: its locks would be called back one by one when its objects go. */
static void layout_forget(struct lustre_layout *lay)
{
	struct ldlm_res_id res;
	u32 i;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		ldlm_ost_res(&lay->lov->stripes[i].fid, &res);
		ldlm_forget_resource(osc_namespace(lay->stripes[i].osc), &res);
	}
}

void lustre_layout_free(struct inode *inode)
{
	struct lustre_layout *lay = lustre_i(inode)->layout;

	if (!lay)
		return;
	if (inode->i_nlink)
		layout_remember(inode, lay);
	layout_attach(lay, NULL);
	if (!inode->i_nlink)
		layout_forget(lay);
	lustre_layout_put(lay);
	lustre_i(inode)->layout = NULL;
}
