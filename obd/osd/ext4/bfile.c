// SPDX-License-Identifier: GPL-2.0
/*
 * Block-journaled files: their blocks are mapped and zeroed on disk before a transaction opens, and
 * changed like metadata, through the buffers of the block device and the journal.
 */
#include <linux/slab.h>
#include <linux/uio.h>

#include "obd/osd/ext4/ext4.h"

static struct inode *e4_bf_inode(struct e4_bfile *bf)
{
	return file_inode(bf->file);
}

/* ---- mapping and growth; all of it outside of handles ---- */

/* Looks up where block @index is and remembers it.  Returns 1 when it has no place yet. */
static int e4_bfile_map(struct e4_bfile *bf, unsigned long index)
{
	sector_t block = index;
	int rc;

	if (xa_load(&bf->map, index))
		return 0;
	rc = bmap(e4_bf_inode(bf), &block);
	if (rc)
		return rc;
	if (!block)
		return 1;
	return xa_err(xa_store(&bf->map, index, xa_mk_value(block), GFP_NOFS));
}

/* Writes zeros over the hole at block @index; not durable nor mapped yet. */
static int e4_bfile_zero(struct e4_bfile *bf, unsigned long index)
{
	unsigned int size = bf->dev->sb->s_blocksize;
	struct bio_vec bv = { .bv_page = ZERO_PAGE(0), .bv_len = size };
	struct iov_iter iter;
	struct kiocb kiocb;
	ssize_t n;

	init_sync_kiocb(&kiocb, bf->file);
	kiocb.ki_pos = (loff_t)index * size;
	iov_iter_bvec(&iter, ITER_SOURCE, &bv, 1, size);
	n = bf->file->f_op->write_iter(&kiocb, &iter);
	if (n < 0)
		return n;
	return n == size ? 0 : -ENOSPC;
}

/*
 * The block of a hole has just been written with zeros through the page cache.  The block device
 * may remember what the block held in another life: put the zeros there too.
 */
static int e4_bfile_fresh(struct e4_bfile *bf, unsigned long index)
{
	struct super_block *sb = bf->dev->sb;
	struct buffer_head *bh;
	int rc;

	rc = e4_bfile_map(bf, index);
	if (rc)
		return rc < 0 ? rc : -EIO;
	bh = sb_getblk(sb, xa_to_value(xa_load(&bf->map, index)));
	if (!bh)
		return -ENOMEM;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	brelse(bh);
	return 0;
}

/* Fills the holes among blocks @first to @last.  Called with bf->grow held. */
static int e4_bfile_fill(struct e4_bfile *bf, unsigned long first, unsigned long last)
{
	unsigned int bits = bf->dev->sb->s_blocksize_bits;
	unsigned long nr = last - first + 1, i;
	unsigned long *holes;
	int rc = 0;

	holes = bitmap_zalloc(nr, GFP_NOFS);
	if (!holes)
		return -ENOMEM;
	for (i = 0; i < nr && rc >= 0; i++) {
		rc = e4_bfile_map(bf, first + i);
		if (rc > 0) {
			__set_bit(i, holes);
			rc = e4_bfile_zero(bf, first + i);
		}
	}
	if (rc < 0 || bitmap_empty(holes, nr))
		goto out;
	rc = filemap_write_and_wait_range(bf->file->f_mapping, (loff_t)first << bits,
					  (((loff_t)last + 1) << bits) - 1);
	for (i = 0; i < nr && !rc; i++)
		if (test_bit(i, holes))
			rc = e4_bfile_fresh(bf, first + i);
out:
	bitmap_free(holes);
	return rc;
}

/** e4_bfile_mapped() - can the range be changed under a handle? */
bool e4_bfile_mapped(struct e4_bfile *bf, u64 offset, size_t len)
{
	unsigned int bits = bf->dev->sb->s_blocksize_bits;
	unsigned long i;

	for (i = offset >> bits; i <= (offset + len - 1) >> bits; i++)
		if (!xa_load(&bf->map, i))
			return false;
	return true;
}

/**
 * e4_bfile_reserve() - makes a range ready to be changed under handles, adding zeroed blocks by
 * whole chunks. The caller has freeze protection and no handle.
 */
int e4_bfile_reserve(struct e4_bfile *bf, u64 offset, u64 len)
{
	unsigned int bits = bf->dev->sb->s_blocksize_bits;
	u64 pos, end;
	int rc = 0;

	if (!len || e4_bfile_mapped(bf, offset, len))
		return 0;
	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	end = round_up(offset + len, bf->chunk);
	mutex_lock(&bf->grow);
	for (pos = round_down(offset, bf->chunk); pos < end && !rc; pos += bf->chunk)
		rc = e4_bfile_fill(bf, pos >> bits, ((pos + bf->chunk) >> bits) - 1);
	mutex_unlock(&bf->grow);
	return rc;
}

/** e4_bfile_find() - looks up the blocks of a range that has some; holes stay holes.  No handle. */
int e4_bfile_find(struct e4_bfile *bf, u64 offset, u64 len)
{
	unsigned int bits = bf->dev->sb->s_blocksize_bits;
	u64 size = i_size_read(e4_bf_inode(bf));
	unsigned long i;
	int rc = 0;

	if (offset >= size)
		return 0;
	len = min(len, size - offset);
	if (!len || e4_bfile_mapped(bf, offset, len))
		return 0;
	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	mutex_lock(&bf->grow);
	for (i = offset >> bits; i <= (offset + len - 1) >> bits && rc >= 0; i++)
		rc = e4_bfile_map(bf, i);
	mutex_unlock(&bf->grow);
	return min(rc, 0);
}

/* ---- contents ---- */

/** e4_bfile_write() - changes bytes of reserved blocks under a handle; -ENOSPC where none are */
int e4_bfile_write(struct e4_bfile *bf, handle_t *handle, u64 offset, const void *buf, size_t len)
{
	struct super_block *sb = bf->dev->sb;

	while (len) {
		unsigned int in = offset & (sb->s_blocksize - 1);
		size_t n = min_t(size_t, len, sb->s_blocksize - in);
		void *block = xa_load(&bf->map, offset >> sb->s_blocksize_bits);
		struct buffer_head *bh;
		int rc;

		if (!block)
			return -ENOSPC;
		bh = sb_bread(sb, xa_to_value(block));
		if (!bh)
			return -EIO;
		rc = jbd2_journal_get_write_access(handle, bh);
		if (!rc) {
			lock_buffer(bh);
			memcpy(bh->b_data + in, buf, n);
			unlock_buffer(bh);
			rc = jbd2_journal_dirty_metadata(handle, bh);
		}
		brelse(bh);
		if (rc)
			return rc;
		buf += n;
		offset += n;
		len -= n;
	}
	return 0;
}

/**
 * e4_bfile_read() - blocks that have not been looked up (e4_bfile_find(), e4_bfile_reserve()) read
 * as zeros
 */
int e4_bfile_read(struct e4_bfile *bf, u64 offset, void *buf, size_t len)
{
	struct super_block *sb = bf->dev->sb;

	while (len) {
		unsigned int in = offset & (sb->s_blocksize - 1);
		size_t n = min_t(size_t, len, sb->s_blocksize - in);
		void *block = xa_load(&bf->map, offset >> sb->s_blocksize_bits);

		if (block) {
			struct buffer_head *bh = sb_bread(sb, xa_to_value(block));

			if (!bh)
				return -EIO;
			lock_buffer(bh);
			memcpy(buf, bh->b_data + in, n);
			unlock_buffer(bh);
			brelse(bh);
		} else {
			memset(buf, 0, n);
		}
		buf += n;
		offset += n;
		len -= n;
	}
	return 0;
}

/* ---- headers ---- */

/** e4_bfile_header_write() - in a transaction of its own */
int e4_bfile_header_write(struct e4_bfile *bf, struct osd_fmt_header *h)
{
	struct e4_device *dev = bf->dev;
	handle_t *handle;
	int rc, rc2;

	rc = e4_bfile_reserve(bf, 0, sizeof(*h));
	if (rc)
		return rc;
	handle = e4_handle_start(dev, sizeof(*h) / dev->sb->s_blocksize + 1);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	rc = e4_bfile_write(bf, handle, 0, h, sizeof(*h));
	rc2 = jbd2_journal_stop(handle);
	return rc ? rc : rc2;
}

/**
 * e4_bfile_header() - reads and checks the header of a file of @kind
 * Returns 1 when the file is new: then there is no header yet.
 */
int e4_bfile_header(struct e4_bfile *bf, struct osd_fmt_header *h, enum osd_fmt_kind kind,
		    const char *name, char *why)
{
	int rc;

	rc = e4_bfile_find(bf, 0, sizeof(*h));
	if (rc)
		return rc;
	rc = e4_bfile_read(bf, 0, h, sizeof(*h));
	if (rc)
		return rc;
	if (!memchr_inv(h, 0, sizeof(*h)))
		return 1;
	return e4_header_check(h, kind, name, why);
}

/* ---- lifetime ---- */

/** e4_bfile_new() - takes over @file, also when it fails */
struct e4_bfile *e4_bfile_new(struct e4_device *dev, struct file *file, u64 chunk)
{
	struct e4_bfile *bf;

	bf = kzalloc(sizeof(*bf), GFP_KERNEL);
	if (!bf) {
		e4_fput(file);
		return ERR_PTR(-ENOMEM);
	}
	bf->dev = dev;
	bf->file = file;
	bf->chunk = chunk;
	xa_init(&bf->map);
	mutex_init(&bf->grow);
	return bf;
}

/** e4_bfile_open() - opens or creates; the caller has freeze protection */
struct e4_bfile *e4_bfile_open(struct e4_device *dev, struct dentry *parent, const char *name,
			       u64 chunk)
{
	struct file *file;

	file = e4_open_at(dev, parent, name, O_RDWR | O_CREAT);
	if (IS_ERR(file))
		return ERR_CAST(file);
	return e4_bfile_new(dev, file, chunk);
}

void e4_bfile_close(struct e4_bfile *bf)
{
	if (IS_ERR_OR_NULL(bf))
		return;
	xa_destroy(&bf->map);
	e4_fput(bf->file);
	kfree(bf);
}
