// SPDX-License-Identifier: GPL-2.0
/*
 * Reading, writing, mapping and syncing of regular files, each under DLM locks on what it touches.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/uio.h>

#include "client/client.h"
#include "kernel/compat/pagecache.h"

#define RESERVE_MAX	SZ_1M
#define COPY_MAX	SZ_1M	/* written before it is looked whether too much is dirty */
#define FAULT_MAX	SZ_1M	/* of the program's memory that is brought in at a time */

/* Memory of the kernel has no pages of its own to be sent from: it is copied. */
static bool goes_direct(const struct kiocb *iocb, const struct iov_iter *iter)
{
	return iocb->ki_flags & IOCB_DIRECT && !iov_iter_is_kvec(iter);
}

/*
 * Who uses DLM locks does not fault: the program's memory may be a mapping of a file of ours, and
 * these locks in the way of the one that the fault needs. So a copy ends where memory is not there,
 * which is brought in without locks before it goes on.
 *
 * @rc: how the copy has ended; @stuck: how often without having copied anything
 */
static bool fault_in(const struct iov_iter *iter, u64 size, ssize_t rc, unsigned int *stuck,
		     size_t (*bring)(const struct iov_iter *iter, size_t size))
{
	*stuck = rc < 0 ? *stuck + 1 : 0;
	size = min_t(u64, size, *stuck > 1 ? PAGE_SIZE : FAULT_MAX);
	if (!size || !rc || (rc < 0 && rc != -EFAULT) || !user_backed_iter(iter) ||
	    fatal_signal_pending(current))
		return false;
	return bring(iter, size) < size;
}

/*
 * Memory that is a mapping of what is read or written has no page that could be kept while all of
 * that is dropped from the cache: through the cache, then.
 */
static bool stays_direct(unsigned int stuck)
{
	return stuck < 2;
}

static ssize_t cached_read(struct kiocb *iocb, struct iov_iter *to, bool first)
{
	int direct = iocb->ki_flags & IOCB_DIRECT;
	ssize_t rc;

	if (first)
		lustre_pattern_read(iocb->ki_filp, iocb->ki_pos, iov_iter_count(to));
	iocb->ki_flags &= ~IOCB_DIRECT;
	pagefault_disable();
	rc = generic_file_read_iter(iocb, to);
	pagefault_enable();
	iocb->ki_flags |= direct;
	return rc;
}

static ssize_t read_locked(struct kiocb *iocb, struct iov_iter *to, unsigned int stuck, bool first)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct lustre_range range;
	ssize_t rc;

	rc = lustre_range_lock(inode, iocb->ki_pos, iocb->ki_pos + iov_iter_count(to) - 1, LCK_PR,
			       &range);
	if (rc)
		return rc;
	rc = lustre_glimpse(inode);
	if (!rc && goes_direct(iocb, to) && stays_direct(stuck) && !range.hole)
		rc = lustre_direct_read(iocb, to, range.lay);
	else if (!rc)
		rc = cached_read(iocb, to, first);
	lustre_range_unlock(&range);
	return rc;
}

static ssize_t lustre_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	unsigned int stuck = 0;
	ssize_t rc, done = 0;
	u64 size, left;

	if (!iov_iter_count(to))
		return 0;
	do {
		rc = read_locked(iocb, to, stuck, !done && !stuck);
		done += max_t(ssize_t, rc, 0);
		size = i_size_read(inode);
		left = size > iocb->ki_pos ? size - iocb->ki_pos : 0;
		left = min_t(u64, left, iov_iter_count(to));
	} while (fault_in(to, left, rc, &stuck, fault_in_iov_iter_writeable));
	return done ?: rc;
}

static ssize_t lustre_splice_read(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe,
				  size_t len, unsigned int flags)
{
	struct inode *inode = file_inode(in);
	struct lustre_range range;
	ssize_t rc;

	if (COMPAT_SPLICE_LOCKS)
		return compat_splice_read(in, ppos, pipe, len, flags);
	rc = lustre_range_lock(inode, *ppos, *ppos + max_t(size_t, len, 1) - 1, LCK_PR, &range);
	if (rc)
		return rc;
	rc = lustre_glimpse(inode);
	if (!rc)
		rc = compat_splice_read(in, ppos, pipe, len, flags);
	lustre_range_unlock(&range);
	return rc;
}

/* Kernels differ in whether the position is moved for us. */
static ssize_t copy_in(struct kiocb *iocb, struct iov_iter *from)
{
	loff_t pos = iocb->ki_pos;
	ssize_t rc;

	pagefault_disable();
	rc = generic_perform_write(iocb, from);
	pagefault_enable();
	iocb->ki_pos = pos + max_t(ssize_t, rc, 0);
	return rc;
}

/* All of the file is locked, so that its end stays, and where the data will go has objects. */
static int append_lock(struct inode *inode, u64 count, struct lustre_range *range)
{
	u64 pos;
	int rc;

	do {
		rc = lustre_range_lock(inode, 0, ~0ULL, LCK_PW, range);
		if (rc)
			return rc;
		rc = lustre_glimpse(inode);
		pos = i_size_read(inode);
		if (!rc && range->lay && lov_comp_of(range->lay->lov, pos) &&
		    !lov_lacks_objects(range->lay->lov, pos, pos + count - 1))
			return 0;
		lustre_range_unlock(range);
		rc = rc ?: lustre_layout_write(inode, LAYOUT_INTENT_WRITE, pos, pos + count - 1);
	} while (!rc && !fatal_signal_pending(current));
	return rc ?: -EINTR;
}

static int write_lock_range(struct kiocb *iocb, u64 count, struct lustre_range *range)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	int rc;

	if (iocb->ki_flags & IOCB_APPEND)
		return append_lock(inode, count, range);
	rc = lustre_range_write(inode, iocb->ki_pos, iocb->ki_pos + count - 1, range);
	if (rc)
		return rc;
	/* Growing or not: a page at the end of the file is filled up by what its size is. */
	rc = lustre_glimpse(inode);
	if (rc)
		lustre_range_unlock(range);
	return rc;
}

/* As generic_write_checks(); also no file grows beyond its layout, or what its objects can hold. */
static ssize_t write_checks(struct kiocb *iocb, struct iov_iter *from, struct lustre_layout *lay)
{
	ssize_t rc = generic_write_checks(iocb, from);
	u64 end = lay->lov->comps[lay->lov->comp_count - 1].end, pos = iocb->ki_pos;

	if (rc <= 0)
		return rc;
	end = min(end, lustre_size_max(lay, pos + rc));
	if (pos >= end)
		return -EFBIG;
	iov_iter_truncate(from, end - pos);
	return iov_iter_count(from);
}

/*
 * Space for the next pages is asked of their OST: as many as are written up to @end, or, when these
 * are too many, one. @end is where they end then.
 */
static int next_reserve(struct inode *inode, struct lustre_layout *lay, u64 pos, u64 *end)
{
	u64 start = round_down(pos, PAGE_SIZE);
	int rc;

	*end = min3(round_up(*end, PAGE_SIZE), lov_unit_end(lay->lov, pos), start + RESERVE_MAX);
	rc = lustre_reserve(inode, lay, start, *end);
	if (rc != -ENOSPC || *end <= start + PAGE_SIZE)
		return rc;
	*end = start + PAGE_SIZE;
	return lustre_reserve(inode, lay, start, *end);
}

/*
 * No promise of space is left. What is cached goes out, which brings promises, if the OST has any;
 * if not it is asked for space for these very pages, so that "no space" is heard by who writes
 * them.
 */
static ssize_t write_reserved(struct kiocb *iocb, struct iov_iter *from, struct lustre_layout *lay)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct lustre_inode *li = lustre_i(inode);
	u64 pos = iocb->ki_pos, end = pos + iov_iter_count(from);
	struct osc *osc = lay->stripes[lov_stripe_of(lay->lov, pos)].osc;
	size_t count = iov_iter_count(from);
	ssize_t rc = -ENOSPC;
	int tries;

	/* Others may be faster to take the promises that come. */
	for (tries = 0; tries < 3 && rc == -ENOSPC; tries++) {
		filemap_flush(inode->i_mapping);
		osc_grant_wait(osc);
		if (osc_grant_low(osc))
			break;
		rc = copy_in(iocb, from);
	}
	if (rc != -ENOSPC)
		return rc;
	rc = next_reserve(inode, lay, pos, &end);
	if (rc)
		return rc;
	li->reserved = round_down(pos, PAGE_SIZE);
	li->reserved_end = end;
	iov_iter_truncate(from, end - pos);
	rc = copy_in(iocb, from);
	iov_iter_reexpand(from, count - max_t(ssize_t, rc, 0));
	li->reserved_end = 0;
	return rc;
}

static ssize_t write_cached(struct kiocb *iocb, struct iov_iter *from, struct lustre_layout *lay)
{
	ssize_t done = 0, rc = 0;
	size_t left;

	while ((left = iov_iter_count(from))) {
		rc = lustre_throttle(file_inode(iocb->ki_filp));
		if (rc)
			break;
		iov_iter_truncate(from, COPY_MAX);
		rc = copy_in(iocb, from);
		if (rc == -ENOSPC)
			rc = write_reserved(iocb, from, lay);
		iov_iter_reexpand(from, left - max_t(ssize_t, rc, 0));
		if (rc <= 0)
			break;
		done += rc;
	}
	return done ?: rc;
}

/* An eviction has dropped what the locks covered: so goes what came into the cache after it. */
static ssize_t write_undo(struct kiocb *iocb, ssize_t written, struct lustre_range *range)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	loff_t end = iocb->ki_pos;

	truncate_inode_pages_range(inode->i_mapping, round_down(end - written, PAGE_SIZE),
				   (end - 1) | (PAGE_SIZE - 1));
	lustre_written_undo(inode, range->lay);
	iocb->ki_pos -= written;
	return -EIO;
}

/*
 * O_DIRECT. A page that a mapping dirties again and again stays in the cache, as with local file
 * systems: what is written goes through it then, and to the servers at once.
 */
static ssize_t write_uncached(struct kiocb *iocb, struct iov_iter *from,
			      struct lustre_range *range, unsigned int stuck)
{
	u64 pos = iocb->ki_pos;
	ssize_t rc = stays_direct(stuck) ? lustre_direct_write(iocb, from, range) : -EBUSY;
	int flushed;

	if (rc != -EBUSY)
		return rc;
	rc = write_cached(iocb, from, range->lay);
	if (rc <= 0)
		return rc;
	flushed = lustre_flush_killable(file_inode(iocb->ki_filp), pos, pos + rc - 1);
	if (lustre_range_lost(range))
		return write_undo(iocb, rc, range);
	if (flushed)
		iocb->ki_pos = pos;
	return flushed ?: rc;
}

/* Under the inode lock. */
static ssize_t write_locked(struct kiocb *iocb, struct iov_iter *from, unsigned int stuck)
{
	struct file *file = iocb->ki_filp;
	bool direct = goes_direct(iocb, from);
	struct lustre_range range;
	ssize_t rc;

	rc = write_lock_range(iocb, iov_iter_count(from), &range);
	if (rc)
		return rc;
	rc = write_checks(iocb, from, range.lay);
	if (rc > 0)
		lustre_zero_tail(file_inode(file), iocb->ki_pos);
	if (rc > 0)
		rc = file_remove_privs(file) ?: file_update_time(file) ?:
		     direct ? write_uncached(iocb, from, &range, stuck) :
			      write_cached(iocb, from, range.lay);
	if (rc > 0 && !direct && lustre_range_lost(&range))
		rc = write_undo(iocb, rc, &range);
	lustre_range_unlock(&range);
	return rc;
}

static ssize_t lustre_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	unsigned int stuck = 0;
	ssize_t rc, done = 0;

	if (!iov_iter_count(from))
		return 0;
	/* What others append is not to come in between. */
	if (iocb->ki_flags & IOCB_APPEND && user_backed_iter(from))
		fault_in_iov_iter_readable(from, iov_iter_count(from));
	inode_lock(inode);
	do {
		rc = write_locked(iocb, from, stuck);
		done += max_t(ssize_t, rc, 0);
	} while (fault_in(from, iov_iter_count(from), rc, &stuck, fault_in_iov_iter_readable));
	inode_unlock(inode);
	return done ? generic_write_sync(iocb, done) : rc;
}

static int lustre_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct lustre_layout *lay;
	int rc = filemap_fdatawrite_range(file->f_mapping, start, end), rc2;
	u32 i;

	if (rc != -EIO)
		rc = lustre_wait_written(file->f_mapping, start, end) ?: rc;
	rc = file_check_and_advance_wb_err(file) ?: rc;
	if (rc)
		return rc;
	lay = lustre_layout_peek(inode);
	for (i = 0; lay && i < lay->lov->stripe_count; i++) {
		rc2 = osc_sync(lay->stripes[i].osc, &lay->lov->stripes[i].fid);
		rc = rc ?: rc2;
	}
	lustre_layout_put(lay);
	rc2 = mdc_sync(lustre_mdc(inode), &lustre_i(inode)->fid);
	return rc ?: rc2;
}

static int lustre_flush_file(struct file *file, fl_owner_t id)
{
	/* Whoever closes a file hears of what went wrong with its data so far. */
	return file->f_mode & FMODE_WRITE ?
		filemap_check_wb_err(file->f_mapping, file->f_wb_err) : 0;
}

static loff_t lustre_llseek(struct file *file, loff_t off, int whence)
{
	int rc;

	if (whence == SEEK_DATA || whence == SEEK_HOLE)
		return lustre_seek_data(file, off, whence);
	if (whence == SEEK_END) {
		rc = lustre_glimpse(file_inode(file));
		if (rc)
			return rc;
	}
	return generic_file_llseek(file, off, whence);
}

/* ---- mmap ---- */

static vm_fault_t lustre_fault(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	u64 pos = (u64)vmf->pgoff << PAGE_SHIFT;
	struct lustre_range range;
	vm_fault_t ret;

	if (lustre_range_lock(inode, pos, pos + PAGE_SIZE - 1, LCK_PR, &range))
		return VM_FAULT_SIGBUS;
	ret = lustre_glimpse(inode) ? VM_FAULT_SIGBUS : filemap_fault(vmf);
	lustre_range_unlock(&range);
	return ret;
}

static vm_fault_t lustre_page_mkwrite(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct folio *folio = page_folio(vmf->page);
	u64 pos = folio_pos(folio);
	struct lustre_range range;
	vm_fault_t ret = VM_FAULT_LOCKED;
	int rc;

	sb_start_pagefault(inode->i_sb);
	/* Not for each page: it is a look at all processors when the cgroup is small. */
	if ((!(pos % COPY_MAX) && lustre_throttle(inode)) ||
	    lustre_range_write(inode, pos, pos + PAGE_SIZE - 1, &range)) {
		ret = VM_FAULT_SIGBUS;
		goto out;
	}
	/* In the last page it has to be known what is behind the end, and so nobody's. */
	rc = pos + PAGE_SIZE > (u64)i_size_read(inode) ? lustre_glimpse(inode) : 0;
	rc = rc ?: file_update_time(vmf->vma->vm_file) ?:
	     lustre_page_reserve(inode, range.lay, pos);
	if (rc) {
		ret = vmf_error(rc);
		goto out_range;
	}
	folio_lock(folio);
	/* The page may have been dropped while the lock was being waited for. */
	if (folio->mapping != inode->i_mapping || pos >= (u64)i_size_read(inode)) {
		folio_unlock(folio);
		ret = VM_FAULT_NOPAGE;
	} else if (folio_wait_writeback_killable(folio)) {
		folio_unlock(folio);
		ret = VM_FAULT_SIGBUS;
	} else {
		lustre_page_grant(inode, folio);
		filemap_dirty_folio(folio->mapping, folio);
	}
out_range:
	lustre_range_unlock(&range);
out:
	sb_end_pagefault(inode->i_sb);
	return ret;
}

static const struct vm_operations_struct lustre_vm_ops = {
	.fault = lustre_fault,
	.page_mkwrite = lustre_page_mkwrite,
};

static int lustre_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct lustre_layout *lay;
	int rc = lustre_layout_get(file_inode(file), &lay);

	if (rc)
		return rc;
	lustre_layout_put(lay);
	file_accessed(file);
	vma->vm_ops = &lustre_vm_ops;
	return 0;
}

const struct file_operations lustre_file_fops = {
	.open = lustre_open,
	.release = lustre_release,
	.flush = lustre_flush_file,
	.read_iter = lustre_read_iter,
	.write_iter = lustre_write_iter,
	.splice_read = lustre_splice_read,
	.splice_write = iter_file_splice_write,
	.llseek = lustre_llseek,
	.mmap = lustre_mmap,
	.flock = lustre_flock,
	.lock = lustre_flock,
	.setlease = simple_nosetlease,	/* other nodes would not break it */
	.fsync = lustre_fsync,
	.fallocate = lustre_fallocate,
	.unlocked_ioctl = lustre_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
