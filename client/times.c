// SPDX-License-Identifier: GPL-2.0
/*
 * Times of files: what the MDT, the OSTs and this node know of them.
 *
 * The mtime of a file with objects is that of the last change of its data, or what utimensat(2) has
 * said since. Clients and OSTs agree on which of two is the last by the ctime that goes along with
 * each (struct lustre_inode, @changed). The MDT hears of data when a file is closed: its mtime
 * counts only as long as nothing is known of the objects.
 *
 * The atime goes to the MDT with a close, and to objects with what is written to them or said by
 * utimensat(2): of two that are as new as each other by their ctime the later one counts.
 */
#include <linux/fs.h>

#include "client/client.h"

static bool is_never(struct timespec64 t)
{
	return !t.tv_sec && !t.tv_nsec;
}

struct timespec64 lustre_change_time(struct inode *inode)
{
	struct timespec64 now = lustre_now(inode), ctime = compat_ctime(inode);

	if (lustre_newer(now, ctime))
		return now;
	/* Whole seconds, with a stock MDT, are too coarse to tell changes apart. */
	if (inode->i_sb->s_time_gran > 1)
		return ctime;
	return timespec64_add(ctime, (struct timespec64){ .tv_nsec = 1 });
}

COMPAT_UPDATE_TIME(lustre_update_time)
{
	struct timespec64 now;

	spin_lock(&inode->i_lock);
	now = lustre_change_time(inode);
	if (flags & S_ATIME) {
		compat_set_atime(inode, current_time(inode));
		lustre_i(inode)->atime_news = true;
	}
	if (flags & S_MTIME) {
		compat_set_mtime(inode, now);
		lustre_i(inode)->changed = now;
	}
	if (flags & (S_MTIME | S_CTIME))
		compat_set_ctime(inode, now);
	spin_unlock(&inode->i_lock);
	return 0;
}

void lustre_times_set(struct inode *inode, const struct iattr *attr)
{
	spin_lock(&inode->i_lock);
	if (attr->ia_valid & (ATTR_MTIME | ATTR_SIZE))
		compat_set_mtime(inode, attr->ia_mtime);
	if (attr->ia_valid & ATTR_ATIME) {
		compat_set_atime(inode, attr->ia_atime);
		lustre_i(inode)->atime_news = false;
	}
	if (attr->ia_valid & (ATTR_MTIME | ATTR_ATIME | ATTR_SIZE)) {
		lustre_i(inode)->changed = attr->ia_ctime;
		/* What the MDT has told just now was this. */
		WRITE_ONCE(lustre_i(inode)->times_doubted, false);
	}
	compat_set_ctime(inode, attr->ia_ctime);
	spin_unlock(&inode->i_lock);
}

static void mdt_mtime(struct inode *inode, const struct mdc_times *t, bool data)
{
	struct lustre_inode *li = lustre_i(inode);

	if (!data || is_never(li->changed))
		compat_set_mtime(inode, t->mtime);
	else if (lustre_newer(t->mtime, compat_mtime(inode)) && lustre_newer(t->ctime, li->changed))
		WRITE_ONCE(li->times_doubted, true);
}

void lustre_times_mdt(struct inode *inode, u64 valid, const struct mdc_times *t, bool data)
{
	struct lustre_inode *li = lustre_i(inode);

	lockdep_assert_held(&inode->i_lock);
	if (valid & VALID_ATIME && valid & VALID_CTIME) {
		li->told_atime = t->atime;
		li->told_ctime = t->ctime;
	}
	if (valid & VALID_ATIME && (!data || lustre_newer(t->atime, compat_atime(inode))))
		compat_set_atime(inode, t->atime);
	if (valid & VALID_MTIME)
		mdt_mtime(inode, t, data);
	if (valid & VALID_CTIME && (!data || lustre_newer(t->ctime, compat_ctime(inode))))
		compat_set_ctime(inode, t->ctime);
}

void lustre_times_object(struct inode *inode, const struct wire_ost_lvb *lvb)
{
	struct timespec64 atime = { le64_to_cpu(lvb->atime), wire_nsec(lvb->atime_ns) };
	struct timespec64 mtime = { le64_to_cpu(lvb->mtime), wire_nsec(lvb->mtime_ns) };
	struct timespec64 ctime = { le64_to_cpu(lvb->ctime), wire_nsec(lvb->ctime_ns) };
	struct lustre_inode *li = lustre_i(inode);

	/* Nothing has happened to it yet. */
	if (is_never(ctime))
		return;
	spin_lock(&inode->i_lock);
	if (!is_never(atime) && lustre_newer(li->told_atime, atime) &&
	    !lustre_newer(ctime, li->told_ctime))
		atime = li->told_atime;
	if (lustre_newer(atime, compat_atime(inode)) ||
	    (lustre_newer(ctime, li->changed) && !is_never(atime)))
		compat_set_atime(inode, atime);
	if (lustre_newer(ctime, li->changed) && !is_never(mtime)) {
		compat_set_mtime(inode, mtime);
		li->changed = ctime;
	}
	if (lustre_newer(ctime, compat_ctime(inode)))
		compat_set_ctime(inode, ctime);
	spin_unlock(&inode->i_lock);
}

void lustre_data_times(struct inode *inode, struct lustre_times *t)
{
	struct lustre_inode *li = lustre_i(inode);

	spin_lock(&inode->i_lock);
	t->atime = compat_atime(inode);
	t->mtime = compat_mtime(inode);
	t->ctime = is_never(li->changed) ? compat_ctime(inode) : li->changed;
	spin_unlock(&inode->i_lock);
}

void lustre_lvb_times(struct inode *inode, struct wire_ost_lvb *lvb)
{
	struct lustre_times t;

	lustre_data_times(inode, &t);
	lvb->atime = cpu_to_le64(t.atime.tv_sec);
	lvb->mtime = cpu_to_le64(t.mtime.tv_sec);
	lvb->ctime = cpu_to_le64(t.ctime.tv_sec);
	lvb->atime_ns = cpu_to_le32(t.atime.tv_nsec);
	lvb->mtime_ns = cpu_to_le32(t.mtime.tv_nsec);
	lvb->ctime_ns = cpu_to_le32(t.ctime.tv_nsec);
}

void lustre_obdo_times(struct inode *inode, struct wire_obdo *oa, struct wire_extra *extra)
{
	struct lustre_times t;

	lustre_data_times(inode, &t);
	oa->valid |= cpu_to_le64(VALID_ATIME | VALID_MTIME | VALID_CTIME);
	oa->atime = cpu_to_le64(t.atime.tv_sec);
	oa->mtime = cpu_to_le64(t.mtime.tv_sec);
	oa->ctime = cpu_to_le64(t.ctime.tv_sec);
	extra->atime_ns = cpu_to_le32(t.atime.tv_nsec);
	extra->mtime_ns = cpu_to_le32(t.mtime.tv_nsec);
	extra->ctime_ns = cpu_to_le32(t.ctime.tv_nsec);
}
