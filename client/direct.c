// SPDX-License-Identifier: GPL-2.0
/*
 * O_DIRECT: between the program's own pages and the objects.
 *
 * The caller holds DLM locks on the range, so that other clients have written back and dropped what
 * they had of it; what is cached here is written back first and, for a write, dropped. Any
 * alignment will do: the network does not care, and the OST puts partial blocks together.
 */
#include <linux/completion.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "client/client.h"

#define BATCH	16u	/* transfers whose pages are pinned at the same time */

/**
 * struct direct - transfers under way, on the stack of who waits
 * @left: transfers, and one for who starts them; @all is complete with the last
 * @err: of the first in the file that has failed, or 0
 */
struct direct {
	struct inode *inode;
	struct lustre_layout *lay;
	bool write;
	atomic_t left;
	struct completion all;
	int err;
};

/** struct direct_part - one transfer: @len bytes of one stripe unit, to below @end in the file */
struct direct_part {
	struct osc_io io;
	struct direct *d;
	u64 end;
	size_t len;
	int rc;
	struct page **user;
	struct osc_page pages[];
};

static void direct_put(struct direct *d)
{
	if (atomic_dec_and_test(&d->left))
		complete(&d->all);
}

static void part_free(struct direct_part *p)
{
	unsigned int i;

	for (i = 0; i < p->io.nr; i++)
		put_page(p->pages[i].page);
	kvfree(p->user);
	kvfree(p);
}

static void part_done(struct osc_io *io, int rc, u32 bytes)
{
	struct direct_part *p = container_of(io, struct direct_part, io);

	p->rc = rc;
	direct_put(p->d);
}

static struct direct_part *part_new(struct direct *d, u32 stripe, unsigned int room)
{
	struct direct_part *p = kvzalloc(struct_size(p, pages, room), GFP_KERNEL);
	struct lustre_times times;

	if (!p)
		return NULL;
	p->user = kvcalloc(room, sizeof(*p->user), GFP_KERNEL);
	if (!p->user) {
		kvfree(p);
		return NULL;
	}
	p->d = d;
	p->io.osc = d->lay->stripes[stripe].osc;
	p->io.obj = d->lay->lov->stripes[stripe].fid;
	p->io.file = lustre_i(d->inode)->fid;
	p->io.write = d->write;
	p->io.borrowed = d->write;
	p->io.pages = p->pages;
	p->io.done = part_done;
	if (d->write) {
		lustre_data_times(d->inode, &times);
		p->io.mtime = times.mtime;
		p->io.atime = times.atime;
		p->io.ctime = times.ctime;
		p->io.uid = from_kuid(&init_user_ns, d->inode->i_uid);
		p->io.gid = from_kgid(&init_user_ns, d->inode->i_gid);
		p->io.owner_valid = true;
	}
	return p;
}

/*
 * Takes pages of the program for as much as lies together in memory and in one stripe unit; bytes,
 * or a negative errno.
 */
static ssize_t part_fill(struct direct_part *p, struct iov_iter *iter, u64 pos, size_t max,
			 unsigned int room)
{
	u64 off = lov_obj_offset(p->d->lay->lov, pos);
	size_t in_page, left;
	ssize_t got;

	iter->nofault = true;
	got = iov_iter_get_pages2(iter, p->user, max, room, &in_page);
	iter->nofault = false;
	for (left = max_t(ssize_t, got, 0); left; p->io.nr++) {
		struct osc_page *pg = &p->pages[p->io.nr];

		pg->page = p->user[p->io.nr];
		pg->off = off;
		pg->in_page = in_page;
		pg->len = min_t(size_t, left, PAGE_SIZE - in_page);
		off += pg->len;
		left -= pg->len;
		in_page = 0;
	}
	return got ?: -EFAULT;
}

/* Starts the next transfer; bytes, or a negative errno. */
static ssize_t part_start(struct direct *d, struct iov_iter *iter, u64 pos,
			  struct direct_part **part)
{
	u32 stripe = lov_stripe_of(d->lay->lov, pos);
	size_t max = min_t(u64, iov_iter_count(iter), lov_unit_end(d->lay->lov, pos) - pos);
	struct direct_part *p;
	unsigned int room;
	ssize_t got;

	if ((pos | iov_iter_alignment(iter)) & ~PAGE_MASK)
		max = min_t(size_t, max, OSC_MAX_UNALIGNED);
	room = osc_max_pages(d->lay->stripes[stripe].osc);
	room = min_t(u64, room, max / PAGE_SIZE + 2);
	p = part_new(d, stripe, room);
	if (!p)
		return -ENOMEM;
	got = part_fill(p, iter, pos, max, room);
	if (got < 0) {
		part_free(p);
		return got;
	}
	*part = p;
	atomic_inc(&d->left);
	osc_submit(&p->io);
	return got;
}

/*
 * Bytes up to the first that has failed. What was read has changed the program's memory behind the
 * back of its page tables.
 */
static ssize_t batch_end(struct direct *d, struct direct_part **parts, unsigned int nr, bool dirty)
{
	ssize_t done = 0;
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		struct direct_part *p = parts[i];

		if (d->write)
			lustre_blocks_written(d->inode, &p->io.obj, p->io.blocks);
		if (d->write && !p->rc)
			lustre_size_written(d->inode, p->end);
		for (j = 0; dirty && j < p->io.nr; j++)
			set_page_dirty_lock(p->pages[j].page);
		d->err = d->err ?: p->rc;
		done += d->err ? 0 : p->len;
		part_free(p);
	}
	return done;
}

/* Up to BATCH transfers at once; bytes, or an error when there are none. */
static ssize_t batch_run(struct direct *d, struct iov_iter *iter, u64 pos)
{
	struct direct_part *parts[BATCH];
	bool dirty = !d->write && user_backed_iter(iter);
	unsigned int nr = 0, i;
	ssize_t sent = 0, done, got = 0;

	atomic_set(&d->left, 1);
	init_completion(&d->all);
	while (nr < BATCH && iov_iter_count(iter)) {
		got = part_start(d, iter, pos + sent, &parts[nr]);
		if (got < 0)
			break;
		sent += got;
		parts[nr]->len = got;
		parts[nr]->end = pos + sent;
		nr++;
	}
	direct_put(d);
	if (wait_for_completion_killable(&d->all)) {
		for (i = 0; i < nr; i++)
			osc_cancel(&parts[i]->io);
		wait_for_completion(&d->all);
	}
	done = batch_end(d, parts, nr, dirty);
	iov_iter_revert(iter, sent - done);
	return done ?: d->err ?: got;
}

static ssize_t direct_run(struct kiocb *iocb, struct iov_iter *iter, struct direct *d)
{
	ssize_t done = 0, rc = 0;

	while (iov_iter_count(iter) && !d->err && !fatal_signal_pending(current)) {
		rc = batch_run(d, iter, iocb->ki_pos + done);
		if (rc < 0)
			break;
		done += rc;
	}
	iocb->ki_pos += done;
	return done ?: rc;
}

ssize_t lustre_direct_read(struct kiocb *iocb, struct iov_iter *to, struct lustre_layout *lay)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct direct d = { .inode = inode, .lay = lay };
	u64 pos = iocb->ki_pos, size = i_size_read(inode);
	size_t asked = iov_iter_count(to), count;
	ssize_t rc;

	if (pos >= size)
		return 0;
	count = min_t(u64, asked, size - pos);
	rc = lustre_flush_killable(inode, pos, pos + count - 1);
	if (rc)
		return rc;
	iov_iter_truncate(to, count);
	rc = direct_run(iocb, to, &d);
	iov_iter_reexpand(to, asked - max_t(ssize_t, rc, 0));
	file_accessed(iocb->ki_filp);
	return rc;
}

/* -EBUSY: a mapping is faster than we are, again and again. */
static int drop_pages(struct address_space *mapping, u64 start, u64 end)
{
	int rc, tries = 3;

	do {
		rc = lustre_flush_killable(mapping->host, start, end);
		if (!rc)
			rc = invalidate_inode_pages2_range(mapping, start >> PAGE_SHIFT,
							   end >> PAGE_SHIFT);
	} while (rc == -EBUSY && --tries);
	return rc;
}

ssize_t lustre_direct_write(struct kiocb *iocb, struct iov_iter *from, struct lustre_range *range)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	struct direct d = { .inode = mapping->host, .lay = range->lay, .write = true };
	u64 pos = iocb->ki_pos, end = pos + iov_iter_count(from) - 1;
	ssize_t rc = drop_pages(mapping, pos, end);

	if (rc)
		return rc;
	rc = direct_run(iocb, from, &d);
	/* What has failed, or was cut short by a signal, may be there or not. */
	if (d.err)
		lustre_range_doubt(range);
	/* A page that came back meanwhile, by a mapping, is from before. */
	invalidate_inode_pages2_range(mapping, pos >> PAGE_SHIFT, end >> PAGE_SHIFT);
	return rc;
}
