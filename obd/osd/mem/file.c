// SPDX-License-Identifier: GPL-2.0
/*
 * Small files of a server on a disk in memory: inodes of a sequence of their own, named in one
 * directory.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "obd/osd/mem/disk.h"

#define MEM_RECORD_MAX	4096u	/* bytes of one write, which does not cross a multiple of it */

struct mem_file {
	struct osd_file of;
	struct mem_inode *inode;
};

static struct mem_file *mem_file(struct osd_file *of)
{
	return container_of(of, struct mem_file, of);
}

static struct mem_inode *mem_files_dir(struct mem_disk *disk)
{
	const struct fid fid = { .seq = MEM_SEQ_DIRS, .oid = MEM_OID_FILES };

	return mem_inode_find(disk, &fid);
}

/* The inode of a file; NULL when there is none.  The disk is locked. */
static struct mem_inode *mem_file_find(struct mem_disk *disk, const char *name)
{
	struct mem_entry *e = mem_entry_find(mem_files_dir(disk), name, strlen(name));

	return e ? mem_inode_find(disk, &e->fid) : NULL;
}

/* The inode of a file, made when there is none, and touched. */
static struct mem_inode *mem_file_make(struct mem_disk *disk, const char *name, int *rc)
{
	struct mem_inode *dir = mem_files_dir(disk), *inode = mem_file_find(disk, name);
	struct fid fid = { .seq = MEM_SEQ_FILES };

	if (inode) {
		*rc = mem_inode_touch(disk, inode);
		return *rc ? NULL : inode;
	}
	*rc = mem_inode_touch(disk, dir);
	if (*rc)
		return NULL;
	/* the directory's size counts the files ever made: their numbers are never used again */
	fid.oid = dir->now.attr.size + 1;
	inode = mem_inode_get(disk, &fid);
	*rc = inode ? mem_inode_touch(disk, inode) : -ENOMEM;
	if (!*rc)
		*rc = mem_entry_add(dir, name, strlen(name), &fid, S_IFREG >> 12);
	if (*rc)
		return NULL;
	dir->now.attr.size++;
	inode->now.exists = true;
	inode->now.attr.mode = S_IFREG | 0600;
	inode->now.attr.nlink = 1;
	return inode;
}

int mem_file_open(struct osd_device *od, const char *name, u64 prealloc, struct osd_file **f)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_inode *inode;
	struct mem_file *mf;
	int rc;

	mf = kzalloc(sizeof(*mf), GFP_KERNEL);
	if (!mf)
		return -ENOMEM;
	rc = mem_begin(dev);
	if (rc) {
		kfree(mf);
		return rc;
	}
	inode = mem_file_make(dev->disk, name, &rc);
	if (inode) {
		prealloc = round_up(prealloc, MEM_RECORD_MAX);
		if (prealloc > inode->now.attr.size)
			inode->now.attr.size = prealloc;
		inode->refs++;
	}
	mem_end(dev);
	if (rc) {
		kfree(mf);
		return rc;
	}
	mf->of.dev = od;
	mf->inode = inode;
	*f = &mf->of;
	return 0;
}

void mem_file_close(struct osd_file *of)
{
	struct mem_file *mf = mem_file(of);
	struct mem_disk *disk = mem_dev(of->dev)->disk;

	mutex_lock(&disk->lock);
	mf->inode->refs--;
	mem_inode_release(disk, mf->inode);
	mutex_unlock(&disk->lock);
	kfree(mf);
}

int mem_file_write(struct osd_trans *th, struct osd_file *of, u64 offset, const void *buf,
		   size_t len)
{
	struct mem_device *dev = mem_dev(th->dev);
	struct mem_inode *inode = mem_file(of)->inode;
	int rc;

	if (!len || len > MEM_RECORD_MAX || offset + len > inode->now.attr.size ||
	    offset / MEM_RECORD_MAX != (offset + len - 1) / MEM_RECORD_MAX)
		return -EINVAL;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, true);
	if (!rc)
		rc = mem_inode_touch(dev->disk, inode);
	if (!rc)
		rc = mem_pages_write(dev->disk, inode, offset, buf, len);
	mutex_unlock(&dev->disk->lock);
	return rc;
}

ssize_t mem_file_read(struct osd_file *of, u64 offset, void *buf, size_t len)
{
	struct mem_device *dev = mem_dev(of->dev);
	struct mem_inode *inode = mem_file(of)->inode;
	ssize_t rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (!rc && offset < inode->now.attr.size) {
		rc = min_t(u64, len, inode->now.attr.size - offset);
		mem_pages_read(inode, offset, buf, rc);
	}
	mutex_unlock(&dev->disk->lock);
	return rc;
}

int mem_file_replace(struct osd_device *od, const char *name, const void *buf, size_t len)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_inode *inode;
	int rc;

	rc = mem_begin(dev);
	if (rc)
		return rc;
	inode = mem_file_make(dev->disk, name, &rc);
	if (inode && inode->refs)
		rc = -EBUSY;	/* open for records */
	if (!rc) {
		mem_pages_punch(dev->disk, inode, 0, ~0ULL);
		inode->now.attr.size = 0;
		rc = mem_pages_write(dev->disk, inode, 0, buf, len);
	}
	mem_end(dev);
	return rc ? rc : mem_commit(dev);
}

int mem_file_load(struct osd_device *od, const char *name, size_t max, char **buf, size_t *len)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_inode *inode;
	u64 size;
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (rc)
		goto out;
	inode = mem_file_find(dev->disk, name);
	rc = -ENOENT;
	if (!inode)
		goto out;
	size = inode->now.attr.size;
	rc = -EFBIG;
	if (size > max)
		goto out;
	rc = -ENOMEM;
	*buf = kvmalloc(size + 1, GFP_KERNEL);
	if (!*buf)
		goto out;
	mem_pages_read(inode, 0, *buf, size);
	(*buf)[size] = '\0';
	*len = size;
	rc = 0;
out:
	mutex_unlock(&dev->disk->lock);
	return rc;
}
