// SPDX-License-Identifier: GPL-2.0
/*
 * Contents of files on a disk in memory.  A page that somebody else holds (a reader, a committed
 * state) is never changed: it is replaced.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "obd/osd/mem/disk.h"

/* ---- pages; the disk is locked ---- */

/* The page of an inode for a change, made or copied as needed; NULL: *@rc says why. */
static struct page *mem_page_own(struct mem_disk *disk, struct mem_inode *inode,
				 unsigned long index, int *rc)
{
	struct page *old = xa_load(&inode->now.pages, index), *page;

	if (old && page_count(old) == 1)
		return old;
	*rc = -ENOSPC;
	if (!old && mem_disk_full(disk))
		return NULL;
	*rc = -ENOMEM;
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return NULL;
	if (old)
		memcpy(page_address(page), page_address(old), PAGE_SIZE);
	else
		memset(page_address(page), 0, PAGE_SIZE);
	*rc = xa_err(xa_store(&inode->now.pages, index, page, GFP_KERNEL));
	if (*rc) {
		put_page(page);
		return NULL;
	}
	if (old)
		put_page(old);
	else
		disk->used++;
	return page;
}

/** mem_pages_write() - changes contents and, where it grows, the size */
int mem_pages_write(struct mem_disk *disk, struct mem_inode *inode, u64 offset, const void *buf,
		    size_t len)
{
	const u8 *from = buf;
	int rc;

	while (len) {
		unsigned int in = offset % PAGE_SIZE;
		size_t n = min_t(size_t, len, PAGE_SIZE - in);
		struct page *page = mem_page_own(disk, inode, offset / PAGE_SIZE, &rc);

		if (!page)
			return rc;
		memcpy((u8 *)page_address(page) + in, from, n);
		from += n;
		offset += n;
		len -= n;
		if (offset > inode->now.attr.size)
			inode->now.attr.size = offset;
	}
	return 0;
}

void mem_pages_read(struct mem_inode *inode, u64 offset, void *buf, size_t len)
{
	u8 *to = buf;

	while (len) {
		unsigned int in = offset % PAGE_SIZE;
		size_t n = min_t(size_t, len, PAGE_SIZE - in);
		struct page *page = xa_load(&inode->now.pages, offset / PAGE_SIZE);

		if (page)
			memcpy(to, (u8 *)page_address(page) + in, n);
		else
			memset(to, 0, n);
		to += n;
		offset += n;
		len -= n;
	}
}

static void mem_page_drop(struct mem_disk *disk, struct mem_inode *inode, unsigned long index)
{
	struct page *page = xa_erase(&inode->now.pages, index);

	if (page) {
		disk->used--;
		put_page(page);
	}
}

/** mem_pages_reserve() - the pages of bytes @start to @end are there from now on; the size stays */
int mem_pages_reserve(struct mem_disk *disk, struct mem_inode *inode, u64 start, u64 end)
{
	unsigned long i;
	int rc;

	for (i = start / PAGE_SIZE; i <= end / PAGE_SIZE; i++)
		if (!xa_load(&inode->now.pages, i) && !mem_page_own(disk, inode, i, &rc))
			return rc;
	return 0;
}

/** mem_pages_punch() - bytes @start to @end read as zeros from now on; the size stays */
void mem_pages_punch(struct mem_disk *disk, struct mem_inode *inode, u64 start, u64 end)
{
	struct page *page;
	unsigned long i;

	xa_for_each(&inode->now.pages, i, page) {
		u64 first = (u64)i * PAGE_SIZE, last = first + PAGE_SIZE - 1;
		u64 from = max(first, start), to = min(last, end);
		int rc;

		if (from > to)
			continue;
		if (from == first && to == last) {
			mem_page_drop(disk, inode, i);
			continue;
		}
		page = mem_page_own(disk, inode, i, &rc);
		if (page)
			memset((u8 *)page_address(page) + (from - first), 0, to - from + 1);
	}
}

/* ---- objects of an OST ---- */

static int mem_data_create_one(struct mem_device *dev, const struct fid *fid)
{
	struct mem_inode *inode;
	int rc;

	if (mem_inode_find(dev->disk, fid))
		return 0;
	if (mem_disk_full(dev->disk))
		return -ENOSPC;
	inode = mem_inode_get(dev->disk, fid);
	if (!inode)
		return -ENOMEM;
	rc = mem_inode_touch(dev->disk, inode);
	if (rc) {
		mem_inode_release(dev->disk, inode);
		return rc;
	}
	inode->now.exists = true;
	memset(&inode->now.attr, 0, sizeof(inode->now.attr));
	inode->now.attr.mode = S_IFREG | 0666;
	inode->now.attr.nlink = 1;
	return 0;
}

int mem_data_create(struct osd_device *od, u64 seq, u32 first, u32 last)
{
	struct mem_device *dev = mem_dev(od);
	struct fid fid = { .seq = seq, .oid = first };
	int rc;

	if (!first || first > last || seq <= MEM_SEQ_FILES)
		return -EINVAL;
	for (;; fid.oid++) {
		rc = mem_begin(dev);
		if (rc)
			return rc;
		rc = mem_data_create_one(dev, &fid);
		mem_end(dev);
		if (rc || fid.oid == last)
			return rc;
	}
}

int mem_data_destroy(struct osd_device *od, const struct fid *fid)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_inode *inode;
	int rc;

	rc = mem_begin(dev);
	if (rc)
		return rc;
	inode = mem_inode_find(dev->disk, fid);
	if (inode) {
		rc = mem_inode_touch(dev->disk, inode);
		if (!rc) {
			mem_pages_punch(dev->disk, inode, 0, ~0ULL);
			inode->now.exists = false;
		}
	}
	mem_end(dev);
	return rc;
}

int mem_data_last(struct osd_device *od, u64 seq, u32 *last)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_inode *inode;
	unsigned int i;
	int rc;

	*last = 0;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	for (i = 0; i < MEM_HASH_BUCKETS && !rc; i++)
		hlist_for_each_entry(inode, &dev->disk->inodes[i], hash)
			if (inode->now.exists && inode->fid.seq == seq)
				*last = max(*last, inode->fid.oid);
	mutex_unlock(&dev->disk->lock);
	return rc;
}

/* A reference on the page of a file; holes get an empty page of their own. */
static struct page *mem_page_read(struct mem_inode *inode, unsigned long index)
{
	struct page *page = xa_load(&inode->now.pages, index);

	if (page) {
		get_page(page);
		return page;
	}
	page = alloc_page(GFP_KERNEL);
	if (page)
		memset(page_address(page), 0, PAGE_SIZE);
	return page;
}

int mem_data_read_get(struct osd_object *oo, u64 offset, u32 len, struct bio_vec *bv,
		      unsigned int nr, u32 *got)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	unsigned int n = 0;
	u64 end;
	int rc;

	*got = 0;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (!rc && !S_ISREG(obj->inode->now.attr.mode))
		rc = -EINVAL;
	end = min_t(u64, offset + len, obj->inode->now.attr.size);
	while (!rc && offset < end && n < nr) {
		unsigned int in = offset % PAGE_SIZE;
		unsigned int part = min_t(u64, PAGE_SIZE - in, end - offset);
		struct page *page = mem_page_read(obj->inode, offset / PAGE_SIZE);

		if (!page) {
			rc = -ENOMEM;
			break;
		}
		bv[n].bv_page = page;
		bv[n].bv_offset = in;
		bv[n].bv_len = part;
		n++;
		*got += part;
		offset += part;
	}
	mutex_unlock(&dev->disk->lock);
	if (rc) {
		osd_data_read_put(bv, n);
		*got = 0;
		return rc;
	}
	return n;
}

int mem_data_write(struct osd_object *oo, u64 offset, u32 len, const struct bio_vec *bv,
		   unsigned int nr)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	unsigned int i;
	int rc;

	if (offset + len < offset || offset + len > S64_MAX)
		return -EFBIG;
	rc = mem_begin(dev);
	if (rc)
		return rc;
	rc = S_ISREG(obj->inode->now.attr.mode) ? mem_inode_touch(dev->disk, obj->inode) : -EINVAL;
	for (i = 0; i < nr && len && !rc; i++) {
		u32 part = min_t(u32, len, bv[i].bv_len);

		rc = mem_pages_write(dev->disk, obj->inode, offset,
				     (u8 *)page_address(bv[i].bv_page) + bv[i].bv_offset, part);
		offset += part;
		len -= part;
	}
	mem_end(dev);
	return rc;
}

int mem_data_attr_set(struct osd_object *oo, const struct osd_attr *attr, u32 what)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	int rc;

	rc = mem_begin(dev);
	if (rc)
		return rc;
	rc = mem_attr_apply(dev->disk, obj->inode, attr, what);
	mem_end(dev);
	return rc;
}

int mem_data_punch(struct osd_object *oo, u64 start, u64 end)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	struct osd_attr attr = { .size = start };
	int rc;

	if (end == ~0ULL)
		return mem_data_attr_set(oo, &attr, OSD_A_SIZE);
	if (end < start)
		return -EINVAL;
	rc = mem_begin(dev);
	if (rc)
		return rc;
	rc = mem_inode_touch(dev->disk, obj->inode);
	if (!rc)
		mem_pages_punch(dev->disk, obj->inode, start, end);
	mem_end(dev);
	return rc;
}

int mem_data_sync(struct osd_object *oo)
{
	return mem_commit(mem_odev(mem_obj(oo)));
}

int mem_data_xattr_set(struct osd_object *oo, const char *name, const void *buf, size_t size)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	int rc;

	rc = mem_begin(dev);
	if (rc)
		return rc;
	rc = mem_inode_touch(dev->disk, obj->inode);
	if (!rc)
		rc = mem_xattr_store(obj->inode, name, buf, size);
	mem_end(dev);
	return rc;
}
