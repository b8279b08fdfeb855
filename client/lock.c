// SPDX-License-Identifier: GPL-2.0
/* A lock goes: what it kept true is forgotten, what it let us write is written. */
#include "client/client.h"
#include "kernel/compat/times.h"

/* ---- MDT ---- */

/* Names that are known to be missing count no more. */
static void names_change(struct lustre_inode *li)
{
	spin_lock(&li->size_lock);
	WRITE_ONCE(li->names_era, li->names_era + 1);
	spin_unlock(&li->size_lock);
}

/*
 * Dentries of this file may have been renamed or removed, unless another lock has kept them all the
 * time.
 */
static void name_change(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);

	if (lustre_attrs_cached(inode, IBIT_LOOKUP))
		return;
	spin_lock(&li->size_lock);
	WRITE_ONCE(li->name_era, li->name_era + 1);
	spin_unlock(&li->size_lock);
}

static void mdc_lock_cancel(struct ldlm_lock *lock, bool discard)
{
	const struct ldlm_res_id *res = ldlm_lock_res(lock);
	struct fid fid = { .seq = res->name[0], .oid = (u32)res->name[1] };
	struct lustre_sb *sbi = lock->data;
	struct inode *inode;

	/*
	 * Names and attributes are used only while a lock that keeps them true can be found, so
	 * nothing is dropped but the note that the file has no capabilities to be cleared, and the
	 * ACL, which the VFS looks at on its own.
	 */
	if (!sbi || !(lock->policy.ibits & (IBIT_UPDATE | IBIT_XATTR | IBIT_LOOKUP | IBIT_PERM)))
		return;
	inode = lustre_ifind(sbi->sb, &fid);
	if (!inode)
		return;
	if (lock->policy.ibits & IBIT_UPDATE)
		names_change(lustre_i(inode));
	if (lock->policy.ibits & IBIT_LOOKUP)
		name_change(inode);
	if (lock->policy.ibits & (IBIT_UPDATE | IBIT_XATTR))
		inode->i_flags &= ~S_NOSEC;
	if (lock->policy.ibits & (IBIT_LOOKUP | IBIT_PERM))
		forget_cached_acl(inode, ACL_TYPE_ACCESS);
	iput(inode);
}

const struct ldlm_client_ops lustre_mdc_lock_ops = {
	.cancel = mdc_lock_cancel,
};

/* ---- OSTs ---- */

/* The inode whose object the lock is on, with a reference; NULL when it is going away. */
static struct inode *lock_inode(struct ldlm_lock *lock)
{
	struct inode *inode;

	/* Inodes are freed after a grace period, and take their pointer out of the locks before. */
	rcu_read_lock();
	inode = READ_ONCE(lock->data);
	if (inode)
		inode = igrab(inode);
	rcu_read_unlock();
	return inode;
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
 * File offsets that the object extent [start, end] reaches from and to; other stripes' data lies
 * between.
 */
static void file_range(const struct lustre_layout *lay, u32 stripe, const struct ldlm_extent *ext,
		       u64 *start, u64 *end)
{
	*start = lov_file_offset(lay->lov, stripe, ext->start);
	*end = ext->end >= S64_MAX / lay->lov->stripe_count ? S64_MAX :
	       lov_file_offset(lay->lov, stripe, ext->end);
}

/* Drops the pages of one stripe within the range: unit by unit, since other stripes keep theirs. */
static void drop_pages(struct inode *inode, const struct lustre_layout *lay, u32 stripe, u64 start,
		       u64 end)
{
	u64 size = lay->lov->stripe_size, row = size * lay->lov->stripe_count;
	u64 last = (u64)i_size_read(inode) | (size - 1), unit;

	if (lay->lov->stripe_count == 1) {
		truncate_inode_pages_range(inode->i_mapping, start,
					   end == S64_MAX ? -1 : (loff_t)(end | (PAGE_SIZE - 1)));
		return;
	}
	end = min(end, last);
	for (unit = start; unit <= end; unit = rounddown(unit, row) + row + stripe * size)
		truncate_inode_pages_range(inode->i_mapping, unit,
					   min(rounddown(unit, size) + size - 1,
					       end | (PAGE_SIZE - 1)));
}

static void osc_lock_cancel(struct ldlm_lock *lock, bool discard)
{
	struct inode *inode = lock_inode(lock);
	const struct lustre_layout *lay;
	u64 start, end;
	int stripe;

	if (!inode)
		return;
	lay = READ_ONCE(lustre_i(inode)->layout);
	stripe = lay ? stripe_of(lay, ldlm_lock_res(lock)) : -1;
	if (stripe < 0)
		goto out;
	spin_lock(&lustre_i(inode)->size_lock);
	lustre_i(inode)->size_known = false;
	lustre_i(inode)->layout->stripes[stripe].size_known = false;
	spin_unlock(&lustre_i(inode)->size_lock);

	file_range(lay, stripe, &lock->policy.extent, &start, &end);
	if (!discard && lock->granted_mode == LCK_PW)
		lustre_flush(inode, start, end);
	unmap_mapping_range(inode->i_mapping, start, end == S64_MAX ? 0 : end - start + 1, 0);
	drop_pages(inode, lay, stripe, start, end);
out:
	iput(inode);
}

static int osc_lock_glimpse(struct ldlm_lock *lock, struct wire_ost_lvb *lvb)
{
	struct inode *inode = lock_inode(lock);
	struct lustre_inode *li;
	int stripe = -1, rc = -ENODATA;

	if (!inode)
		return rc;
	li = lustre_i(inode);
	if (READ_ONCE(li->layout))
		stripe = stripe_of(li->layout, ldlm_lock_res(lock));
	if (stripe >= 0) {
		spin_lock(&li->size_lock);
		lvb->size = cpu_to_le64(li->layout->stripes[stripe].size);
		spin_unlock(&li->size_lock);
		lvb->mtime = cpu_to_le64(compat_mtime(inode).tv_sec);
		lvb->atime = cpu_to_le64(compat_atime(inode).tv_sec);
		lvb->ctime = cpu_to_le64(compat_ctime(inode).tv_sec);
		lvb->blocks = cpu_to_le64(DIV_ROUND_UP(li->layout->stripes[stripe].size, 512));
		rc = 0;
	}
	iput(inode);
	return rc;
}

const struct ldlm_client_ops lustre_osc_lock_ops = {
	.cancel = osc_lock_cancel,
	.glimpse = osc_lock_glimpse,
};
