// SPDX-License-Identifier: GPL-2.0
/*
 * Data of an OST's objects: reads from the page cache without a copy, writes past it.
 */
#include <linux/blkdev.h>
#include <linux/falloc.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <linux/xattr.h>

#include "obd/osd/ext4/ext4.h"

#define E4_DIRECT_MIN	65536u	/* bytes; smaller writes gather in the page cache */

/** e4_data_open() - the open file of an object, which lives as long as the object does */
int e4_data_open(struct e4_object *obj, struct file **filep)
{
	struct e4_device *dev = e4_odev(obj);
	struct path path = { .mnt = dev->mnt, .dentry = obj->dentry };
	struct file *file = READ_ONCE(obj->file), *other;

	if (file)
		goto out;
	if (!d_is_reg(obj->dentry))
		return -EINVAL;
	file = dentry_open(&path, O_RDWR | O_LARGEFILE | O_NOATIME, dev->cred);
	if (IS_ERR(file))
		return PTR_ERR(file);
	/* Who writes says when, by a clock of his own. */
	inode_set_flags(file_inode(file), S_NOCMTIME, S_NOCMTIME);
	other = cmpxchg(&obj->file, NULL, file);
	if (other) {
		e4_fput(file);
		file = other;
	}
out:
	*filep = file;
	return 0;
}

/* ---- reading ---- */

/* A page with its data, referenced.  @left: pages that will be asked for, this one included. */
static struct page *e4_data_page(struct file *file, pgoff_t index, unsigned long left)
{
	struct address_space *mapping = file->f_mapping;
	struct page *page;

	page = find_get_page(mapping, index);
	if (!page) {
		page_cache_sync_readahead(mapping, &file->f_ra, file, index, left);
		page = find_get_page(mapping, index);
	} else if (folio_test_readahead(page_folio(page))) {
		DEFINE_READAHEAD(ractl, file, &file->f_ra, mapping, index);

		page_cache_async_ra(&ractl, page_folio(page), left);
	}
	if (page && PageUptodate(page))
		return page;
	if (page)
		put_page(page);
	return read_mapping_page(mapping, index, file);
}

int e4_data_read_get(struct osd_object *oo, u64 offset, u32 len, struct bio_vec *bv,
		     unsigned int nr, u32 *got)
{
	struct e4_object *obj = e4_obj(oo);
	struct file *file;
	unsigned int n = 0;
	u64 end;
	int rc;

	*got = 0;
	rc = e4_data_open(obj, &file);
	if (rc)
		return rc;
	end = min_t(u64, offset + len, i_size_read(file_inode(file)));
	while (offset < end && n < nr) {
		unsigned int in = offset_in_page(offset);
		unsigned int part = min_t(u64, PAGE_SIZE - in, end - offset);
		struct page *page;

		page = e4_data_page(file, offset >> PAGE_SHIFT,
				    ((end - 1) >> PAGE_SHIFT) - (offset >> PAGE_SHIFT) + 1);
		if (IS_ERR(page)) {
			osd_data_read_put(bv, n);
			*got = 0;
			return PTR_ERR(page);
		}
		bv[n].bv_page = page;
		bv[n].bv_offset = in;
		bv[n].bv_len = part;
		n++;
		*got += part;
		offset += part;
	}
	return n;
}

/* ---- writing ---- */

/* Writes the next @len bytes of @from at *@pos. */
static int e4_write_part(struct file *file, struct iov_iter *from, loff_t *pos, size_t len,
			 bool direct)
{
	struct iov_iter part = *from;
	struct kiocb kiocb;
	ssize_t n;

	iov_iter_truncate(&part, len);
	while (iov_iter_count(&part)) {
		init_sync_kiocb(&kiocb, file);
		kiocb.ki_pos = *pos;
		kiocb.ki_flags |= direct ? IOCB_DIRECT : 0;
		n = file->f_op->write_iter(&kiocb, &part);
		if (n < 0)
			return n;
		if (!n)
			return -EIO;
		*pos += n;
	}
	iov_iter_advance(from, len);
	return 0;
}

/* May the next @len bytes of @from, a whole number of blocks, go to the device as they are? */
static bool e4_can_direct(struct super_block *sb, const struct iov_iter *from, size_t len)
{
	struct iov_iter part = *from;

	if (len < E4_DIRECT_MIN)
		return false;
	iov_iter_truncate(&part, len);
	return !(iov_iter_alignment(&part) & (bdev_logical_block_size(sb->s_bdev) - 1));
}

/*
 * Head and tail that are parts of blocks through the page cache, what lies between straight from
 * the pages.
 */
static int e4_write_split(struct file *file, struct iov_iter *from, loff_t pos, size_t len)
{
	struct super_block *sb = file_inode(file)->i_sb;
	size_t head = min_t(size_t, len, round_up(pos, sb->s_blocksize) - pos);
	size_t middle = round_down(len - head, sb->s_blocksize);
	struct iov_iter after = *from;
	int rc;

	iov_iter_advance(&after, head);
	if (!e4_can_direct(sb, &after, middle))
		return e4_write_part(file, from, &pos, len, false);
	rc = e4_write_part(file, from, &pos, head, false);
	if (!rc)
		rc = e4_write_part(file, from, &pos, middle, true);
	if (!rc)
		rc = e4_write_part(file, from, &pos, len - head - middle, false);
	return rc;
}

int e4_data_write(struct osd_object *oo, u64 offset, u32 len, const struct bio_vec *bv,
		  unsigned int nr)
{
	struct e4_object *obj = e4_obj(oo);
	struct e4_device *dev = e4_odev(obj);
	const struct cred *saved;
	struct iov_iter from;
	struct file *file;
	int rc;

	if (!len)
		return 0;
	if (offset + len < offset || offset + len > dev->sb->s_maxbytes)
		return -EFBIG;
	rc = e4_data_open(obj, &file);
	if (rc)
		return rc;
	iov_iter_bvec(&from, ITER_SOURCE, bv, nr, len);
	rc = mnt_want_write(dev->mnt);
	if (rc)
		return rc;
	saved = override_creds(dev->cred);
	rc = e4_write_split(file, &from, offset, len);
	revert_creds(saved);
	mnt_drop_write(dev->mnt);
	return rc;
}

/* ---- the rest ---- */

int e4_data_attr_set(struct osd_object *oo, const struct osd_attr *attr, u32 what)
{
	struct e4_object *obj = e4_obj(oo);
	struct e4_device *dev = e4_odev(obj);
	const struct cred *saved;
	int rc;

	rc = mnt_want_write(dev->mnt);
	if (rc)
		return rc;
	saved = override_creds(dev->cred);
	inode_lock(e4_inode(obj));
	rc = e4_attr_apply(obj->dentry, attr, what);
	inode_unlock(e4_inode(obj));
	revert_creds(saved);
	mnt_drop_write(dev->mnt);
	return rc;
}

int e4_data_punch(struct osd_object *oo, u64 start, u64 end)
{
	struct e4_object *obj = e4_obj(oo);
	struct osd_attr attr = { .size = start };
	struct file *file;
	u64 size;
	int rc;

	if (end == ~0ULL)
		return e4_data_attr_set(oo, &attr, OSD_A_SIZE);
	if (end < start)
		return -EINVAL;
	rc = e4_data_open(obj, &file);
	if (rc)
		return rc;
	size = i_size_read(file_inode(file));
	if (start >= size)
		return 0;
	return vfs_fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start,
			     min(end, size - 1) - start + 1);
}

int e4_data_sync(struct osd_object *oo)
{
	struct file *file;
	int rc;

	rc = e4_data_open(e4_obj(oo), &file);
	return rc ? rc : vfs_fsync(file, 0);
}

int e4_data_xattr_set(struct osd_object *oo, const char *name, const void *buf, size_t size)
{
	struct e4_object *obj = e4_obj(oo);
	struct e4_device *dev = e4_odev(obj);
	const struct cred *saved;
	int rc;

	rc = mnt_want_write(dev->mnt);
	if (rc)
		return rc;
	saved = override_creds(dev->cred);
	inode_lock(e4_inode(obj));
	rc = __vfs_setxattr(compat_nop_idmap, obj->dentry, e4_inode(obj), name, buf, size, 0);
	inode_unlock(e4_inode(obj));
	revert_creds(saved);
	mnt_drop_write(dev->mnt);
	return rc;
}
