// SPDX-License-Identifier: GPL-2.0
/* Where a file has data: lseek(SEEK_DATA, SEEK_HOLE), FIEMAP, fallocate. */
#include <linux/fs.h>	/* falloc.h does not include the types that it uses */
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/uaccess.h>

#include "client/client.h"

/* ---- data and holes ---- */

static int seek_object(void *arg, u32 stripe, u64 start, bool hole, u64 *pos)
{
	struct lustre_layout *lay = arg;

	return osc_seek(lay->stripes[stripe].osc, &lay->lov->stripes[stripe].fid, start, hole,
			pos);
}

/* Under locks from @off to the end; what is cached here is written, since OSTs are asked. */
static int seek_locked(struct inode *inode, struct lustre_layout *lay, u64 off, bool hole,
		       u64 *pos)
{
	int rc = lustre_glimpse(inode);
	u64 size;

	if (!rc)
		rc = lustre_flush_killable(inode, off, U64_MAX);
	if (rc)
		return rc;
	size = i_size_read(inode);
	if (lay)
		return lov_seek(lay->lov, size, off, hole, seek_object, lay, pos);
	*pos = off;
	return hole && off < size ? 0 : -ENXIO;
}

loff_t lustre_seek_data(struct file *file, loff_t off, int whence)
{
	struct inode *inode = file_inode(file);
	struct lustre_range range;
	u64 pos;
	int rc;

	if (off < 0)
		return -ENXIO;
	rc = lustre_range_lock(inode, off, U64_MAX, LCK_PR, &range);
	if (rc)
		return rc;
	rc = seek_locked(inode, range.lay, off, whence == SEEK_HOLE, &pos);
	lustre_range_unlock(&range);
	return rc ?: vfs_setpos(file, pos, inode->i_sb->s_maxbytes);
}

/* ---- extents ---- */

struct extent_list {
	struct lustre_layout *lay;
	struct fiemap_extent_info *info;
};

static int extents_fetch(void *arg, u32 stripe, u64 start, u64 end, struct osd_extent *ext,
			 unsigned int room)
{
	struct extent_list *list = arg;

	return osc_extents(list->lay->stripes[stripe].osc, &list->lay->lov->stripes[stripe].fid,
			   start, end, ext, min(room, OSC_MAX_EXTENTS));
}

static int extent_take(void *arg, const struct osd_extent *ext, bool last)
{
	struct extent_list *list = arg;

	return fiemap_fill_next_extent(list->info, ext->logical, ext->physical, ext->length,
				       ext->flags | (last ? FIEMAP_EXTENT_LAST : 0));
}

/* From the first one on. 1: the program's list is full. */
static int extents_locked(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len)
{
	struct extent_list list = { .info = info };
	struct lustre_range range;
	int rc = lustre_range_lock(inode, start, start + len - 1, LCK_PR, &range);

	if (rc)
		return rc;
	info->fi_extents_mapped = 0;
	rc = lustre_flush_killable(inode, start, start + len - 1);
	list.lay = range.lay;
	pagefault_disable();
	if (!rc && range.lay)
		rc = lov_extents(range.lay->lov, start, start + len, extents_fetch, extent_take,
				 &list);
	pagefault_enable();
	lustre_range_unlock(&range);
	return rc;
}

/* Memory for the next extents is brought in without locks, as by read(2). */
static bool extents_fault_in(const struct fiemap_extent_info *info, int rc)
{
	unsigned int left = info->fi_extents_max - info->fi_extents_mapped;
	size_t size = min(left, OSC_MAX_EXTENTS) * sizeof(struct fiemap_extent);
	char __user *next = (char __user *)(info->fi_extents_start + info->fi_extents_mapped);

	return rc == -EFAULT && size && !fatal_signal_pending(current) &&
	       fault_in_safe_writeable(next, size) < size;
}

int lustre_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len)
{
	int rc = fiemap_prep(inode, info, start, &len, 0);

	if (rc)
		return rc;
	do {
		rc = extents_locked(inode, info, start, len);
	} while (extents_fault_in(info, rc));
	return min(rc, 0);
}

/* ---- fallocate ---- */

#define FALLOC_KNOWN	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)
#define FALLOC_ZEROS	(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)

/*
 * What is cached goes; the rest of the pages in which the range begins and ends is kept. So is the
 * last page of the file: that it is written makes an object that long.
 */
static int range_forget(struct inode *inode, u64 start, u64 end)
{
	u64 size = i_size_read(inode);
	int rc = 0;

	if (start < size && size <= end)
		rc = lustre_flush_killable(inode, (size - 1) & PAGE_MASK, (size - 1) | ~PAGE_MASK);
	if (!rc && start & ~PAGE_MASK)
		rc = lustre_flush_killable(inode, start & PAGE_MASK, start | ~PAGE_MASK);
	if (!rc && end & ~PAGE_MASK)
		rc = lustre_flush_killable(inode, end & PAGE_MASK, end | ~PAGE_MASK);
	if (!rc)
		truncate_pagecache_range(inode, start, end - 1);
	return rc;
}

static int object_fallocate(struct inode *inode, struct lustre_layout *lay, u32 stripe, int mode,
			    u64 start, u64 end)
{
	const struct fid *obj = &lay->lov->stripes[stripe].fid;
	struct wire_obdo oa = {
		.valid = cpu_to_le64(VALID_UID | VALID_GID),
		.uid = cpu_to_le32(from_kuid(&init_user_ns, inode->i_uid)),
		.gid = cpu_to_le32(from_kgid(&init_user_ns, inode->i_gid)),
	};
	struct wire_extra extra = {};
	u64 from, to;
	int rc;

	if (!lov_extent_in_stripe(lay->lov, stripe, start, end - 1, &from, &to))
		return 0;
	lustre_obdo_times(inode, &oa, &extra);
	rc = osc_fallocate(lay->stripes[stripe].osc, obj, mode, from, to + 1, &oa,
			   &extra);
	if (!rc && le64_to_cpu(oa.valid) & VALID_BLOCKS)
		lustre_blocks_written(inode, obj, le64_to_cpu(oa.blocks));
	return rc;
}

/*
 * When the file grows, the object that has its new end comes last and is the only one to grow: the
 * size stays when one of the others has no space.
 */
static int objects_fallocate(struct inode *inode, struct lustre_layout *lay, int mode, u64 start,
			     u64 end, bool grows)
{
	u32 last = grows ? lov_stripe_of(lay->lov, end - 1) : LOV_NO_STRIPE, i;
	int rc = 0;

	for (i = 0; i < lay->lov->stripe_count && !rc; i++)
		if (i != last)
			rc = object_fallocate(inode, lay, i, mode | FALLOC_FL_KEEP_SIZE, start,
					      end);
	if (!rc && last != LOV_NO_STRIPE)
		rc = object_fallocate(inode, lay, last, mode, start, end);
	return rc;
}

int lustre_reserve(struct inode *inode, struct lustre_layout *lay, u64 start, u64 end)
{
	int rc = object_fallocate(inode, lay, lov_stripe_of(lay->lov, start), FALLOC_FL_KEEP_SIZE,
				  start, end);

	return rc == -EOPNOTSUPP ? 0 : rc;
}

int lustre_page_reserve(struct inode *inode, struct lustre_layout *lay, u64 pos)
{
	if (!osc_grant_low(lay->stripes[lov_stripe_of(lay->lov, pos)].osc))
		return 0;
	filemap_flush(inode->i_mapping);
	return lustre_reserve(inode, lay, pos, pos + PAGE_SIZE);
}

/* Under DLM locks on the range. */
static int fallocate_range(struct file *file, struct lustre_layout *lay, int mode, u64 start,
			   u64 end)
{
	struct inode *inode = file_inode(file);
	int rc = lustre_glimpse(inode);
	u64 size = i_size_read(inode);
	bool grows = !(mode & FALLOC_FL_KEEP_SIZE) && end > size;

	if (!rc && grows)
		rc = inode_newsize_ok(inode, end);
	if (!rc)
		rc = file_modified(file);
	if (!rc && grows)
		lustre_zero_tail(inode, end);
	if (!rc && mode & FALLOC_ZEROS)
		rc = range_forget(inode, start, end);
	if (!rc && lay)
		rc = objects_fallocate(inode, lay, mode, start, end, grows);
	/* A page that came back meanwhile, by a mapping, is from before. */
	if (mode & FALLOC_ZEROS)
		truncate_pagecache_range(inode, start, end - 1);
	if (!rc && grows) {
		lustre_size_written(inode, end);
		pagecache_isize_extended(inode, size, end);
	}
	return rc;
}

/* Holes need no objects; under the inode lock. */
static int fallocate_locked(struct file *file, int mode, u64 start, u64 end)
{
	struct inode *inode = file_inode(file);
	struct lustre_range range;
	int rc;

	if (mode & FALLOC_FL_PUNCH_HOLE)
		rc = lustre_range_lock(inode, start, end - 1, LCK_PW, &range);
	else
		rc = lustre_range_write(inode, start, end - 1, &range);
	if (rc)
		return rc == -ENODATA ? -EFBIG : rc;
	if (!(mode & FALLOC_FL_PUNCH_HOLE) && (!lov_comp_of(range.lay->lov, end - 1) ||
					       end > lustre_size_max(range.lay, end)))
		rc = -EFBIG;
	else
		rc = fallocate_range(file, range.lay, mode, start, end);
	/* After an error, or in a program that was killed, objects may have grown or not. */
	if (rc)
		lustre_range_doubt(&range);
	lustre_range_unlock(&range);
	return rc;
}

long lustre_fallocate(struct file *file, int mode, loff_t off, loff_t len)
{
	struct inode *inode = file_inode(file);
	int rc;

	if (mode & ~FALLOC_KNOWN)
		return -EOPNOTSUPP;
	inode_lock(inode);
	rc = fallocate_locked(file, mode, off, off + len);
	inode_unlock(inode);
	return rc;
}
