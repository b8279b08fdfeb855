// SPDX-License-Identifier: GPL-2.0
/* Where the data of an object lies on a disk in memory: its pages, each of which is a block. */
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "obd/osd/mem/disk.h"

static int fallocate(struct mem_device *dev, struct mem_inode *inode, int mode, u64 start, u64 end)
{
	int rc;

	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		mem_pages_punch(dev->disk, inode, start, end - 1);
	if (mode & FALLOC_FL_PUNCH_HOLE)
		return 0;
	rc = mem_pages_reserve(dev->disk, inode, start, end - 1);
	if (!rc && !(mode & FALLOC_FL_KEEP_SIZE))
		inode->now.attr.size = max(inode->now.attr.size, end);
	return rc;
}

int mem_data_fallocate(struct osd_object *oo, int mode, u64 start, u64 end)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	int rc;

	if (start >= end)
		return -EINVAL;
	if (end > S64_MAX)
		return -EFBIG;
	rc = mem_begin(dev);
	if (rc)
		return rc;
	rc = mem_inode_touch(dev->disk, obj->inode);
	if (!rc)
		rc = fallocate(dev, obj->inode, mode, start, end);
	mem_end(dev);
	return rc;
}

/* The first page at or after @index that is there, or is not. */
static unsigned long page_next(struct mem_inode *inode, unsigned long index, bool hole)
{
	if (!hole)
		return xa_find(&inode->now.pages, &index, ULONG_MAX, XA_PRESENT) ? index :
			ULONG_MAX;
	while (xa_load(&inode->now.pages, index))
		index++;
	return index;
}

int mem_data_seek(struct osd_object *oo, u64 start, bool hole, u64 *pos)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	unsigned long index;
	u64 size;
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	size = obj->inode->now.attr.size;
	if (!rc && start >= size)
		rc = -ENXIO;
	if (!rc) {
		index = page_next(obj->inode, start / PAGE_SIZE, hole);
		*pos = index > size / PAGE_SIZE ? size : max(start, (u64)index * PAGE_SIZE);
		/* The end is a hole, and no data. */
		if (*pos >= size)
			rc = hole ? 0 : -ENXIO;
		*pos = min(*pos, size);
	}
	mutex_unlock(&dev->disk->lock);
	return rc;
}

static int extents(struct mem_inode *inode, u64 start, u64 end, struct osd_extent *ext,
		   unsigned int room)
{
	unsigned long index = start / PAGE_SIZE, last = (end - 1) / PAGE_SIZE, after;
	int nr = 0;

	while (!room || nr < room) {
		index = page_next(inode, index, false);
		if (index > last)
			break;
		after = page_next(inode, index, true);
		if (room)
			ext[nr] = (struct osd_extent){
				.logical = (u64)index * PAGE_SIZE,
				.physical = ((u64)inode->fid.oid << 40) + (u64)index * PAGE_SIZE,
				.length = (u64)(after - index) * PAGE_SIZE,
			};
		nr++;
		index = after;
	}
	return nr;
}

int mem_data_extents(struct osd_object *oo, u64 start, u64 end, struct osd_extent *ext,
		     unsigned int room)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	int rc;

	if (start >= end)
		return 0;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false) ?: extents(obj->inode, start, end, ext, room);
	mutex_unlock(&dev->disk->lock);
	return rc;
}
