// SPDX-License-Identifier: GPL-2.0
/*
 * Page cache: pages to objects and back. Pages of a request are gathered per stripe, so that a
 * large sequential transfer becomes full-sized requests to all OSTs at once.
 */
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include "client/client.h"
#include "kernel/compat/pagecache.h"

#define MAX_PIECES	256u		/* of one request that do not touch: OST limit of niobufs */

/**
 * struct transfer - pages on their way from or to one object
 * @inode: stays while pages of it are locked or under writeback; not touched after the last of them
 *   is let go
 * @room: entries allocated in @pages
 * @pieces: runs of pages that do not touch
 */
struct transfer {
	struct osc_io io;
	struct inode *inode;
	u32 stripe;
	unsigned int room;
	unsigned int pieces;
	struct osc_page pages[];
};

/**
 * struct gather - transfers being filled, one per stripe
 * @lay: with a reference, or NULL
 * @most: pages that it will be at most
 * @only: the object whose pages are written, the others stay dirty; NULL: all
 */
struct gather {
	struct inode *inode;
	struct lustre_layout *lay;
	const struct fid *only;
	bool write;
	unsigned int most;
	struct transfer **open;
};

/* ---- transfers ---- */

static void read_done(struct osc_io *io, int rc, u32 bytes)
{
	struct transfer *t = container_of(io, struct transfer, io);
	unsigned int i;

	for (i = 0; i < io->nr; i++) {
		struct folio *folio = page_folio(io->pages[i].page);

		/* A page that is unlocked but not up to date tells its reader of the error. */
		if (!rc)
			folio_mark_uptodate(folio);
		folio_unlock(folio);
	}
	kvfree(t);
}

static void write_done(struct osc_io *io, int rc, u32 bytes)
{
	struct transfer *t = container_of(io, struct transfer, io);
	struct address_space *mapping = t->inode->i_mapping;
	unsigned int i;

	if (rc)
		mapping_set_error(mapping, rc);
	if (rc && !osc_lost(io->osc, &io->file, (u64)io->nr << PAGE_SHIFT))
		pr_err_ratelimited("%s: writing of %u pages of file %#llx:%#x failed with error %d: they are lost\n",
				   lustre_sb(t->inode->i_sb)->fsname, io->nr,
				   lustre_i(t->inode)->fid.seq, lustre_i(t->inode)->fid.oid, rc);
	lustre_blocks_written(t->inode, &io->obj, io->blocks);
	for (i = 0; i < io->nr; i++)
		folio_end_writeback(page_folio(io->pages[i].page));
	kvfree(t);
}

static struct transfer *transfer_new(struct gather *g, u32 stripe)
{
	struct lustre_stripe *s = &g->lay->stripes[stripe];
	unsigned int room = min(osc_max_pages(s->osc), g->most);
	struct transfer *t = kvmalloc(struct_size(t, pages, room), GFP_NOFS);

	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	t->inode = g->inode;
	t->stripe = stripe;
	t->room = room;
	t->io.osc = s->osc;
	t->io.obj = g->lay->lov->stripes[stripe].fid;
	t->io.file = lustre_i(g->inode)->fid;
	t->io.write = g->write;
	t->io.pages = t->pages;
	t->io.done = g->write ? write_done : read_done;
	if (g->write) {
		t->io.uid = from_kuid(&init_user_ns, g->inode->i_uid);
		t->io.gid = from_kgid(&init_user_ns, g->inode->i_gid);
		t->io.owner_valid = true;
	}
	return t;
}

/* The times are not older than any of the pages, which others see with them. */
static void transfer_send(struct gather *g, u32 stripe)
{
	struct transfer *t = g->open[stripe];
	struct lustre_times times;

	if (!t)
		return;
	g->open[stripe] = NULL;
	if (g->write) {
		lustre_data_times(g->inode, &times);
		t->io.mtime = times.mtime;
		t->io.atime = times.atime;
		t->io.ctime = times.ctime;
	}
	osc_submit(&t->io);
}

/*
 * Adds a locked page (read) or one under writeback (write), which has a place in an object. On
 * failure the page is the caller's.
 */
static int gather_add(struct gather *g, struct folio *folio, u32 len, bool granted)
{
	u64 pos = folio_pos(folio);
	u32 stripe = lov_stripe_of(g->lay->lov, pos);
	struct transfer *t;
	struct osc_page *p;

	if (stripe == LOV_NO_STRIPE)
		return -EIO;
	t = g->open[stripe];
	if (!t) {
		t = transfer_new(g, stripe);
		if (!t)
			return -ENOMEM;
		g->open[stripe] = t;
	}
	p = &t->pages[t->io.nr++];
	*p = (struct osc_page){
		.page = folio_page(folio, 0),
		.off = lov_obj_offset(g->lay->lov, pos),
		.len = len,
		.granted = granted,
	};
	if (t->io.nr == 1 || p[-1].off + p[-1].len != p->off || p[-1].granted != granted)
		t->pieces++;
	if (t->io.nr == t->room || t->pieces == MAX_PIECES)
		transfer_send(g, stripe);
	return 0;
}

/* Asks nobody: whoever reads or writes has seen to it that the layout is true. */
static int gather_start(struct gather *g, struct inode *inode, bool write, unsigned int most)
{
	memset(g, 0, sizeof(*g));
	g->inode = inode;
	g->write = write;
	g->most = most;
	g->lay = lustre_layout_peek(inode);
	if (!g->lay)
		return write ? -EIO : 0;
	g->open = kvcalloc(g->lay->lov->stripe_count, sizeof(*g->open), GFP_NOFS);
	if (g->open)
		return 0;
	lustre_layout_put(g->lay);
	return -ENOMEM;
}

static void gather_end(struct gather *g)
{
	u32 i;

	if (!g->lay)
		return;
	for (i = 0; i < g->lay->lov->stripe_count; i++)
		transfer_send(g, i);
	kvfree(g->open);
	lustre_layout_put(g->lay);
}

/* ---- reading ---- */

static void read_one(struct gather *g, struct folio *folio)
{
	/* Where there are no objects there is nothing but a hole. */
	if (!g->lay || lov_stripe_of(g->lay->lov, folio_pos(folio)) == LOV_NO_STRIPE) {
		folio_zero_range(folio, 0, folio_size(folio));
		folio_mark_uptodate(folio);
		folio_unlock(folio);
		return;
	}
	if (gather_add(g, folio, PAGE_SIZE, false))
		folio_unlock(folio);
}

/* Is the page under a lock, be it on its way back? Not after an eviction. */
static bool page_held(struct gather *g, u64 pos)
{
	u32 stripe = g->lay ? lov_stripe_of(g->lay->lov, pos) : LOV_NO_STRIPE;
	struct ldlm_extent ext;
	struct ldlm_res_id res;

	if (stripe == LOV_NO_STRIPE)
		return true;
	ext.start = lov_obj_offset(g->lay->lov, pos);
	ext.end = ext.start + PAGE_SIZE - 1;
	ldlm_ost_res(&g->lay->lov->stripes[stripe].fid, &res);
	return ldlm_held(osc_namespace(g->lay->stripes[stripe].osc), &res, &ext, LCK_PR);
}

/*
 * The caller has taken a DLM lock that covers the page. If that is lost by now, so is the page:
 * nobody would drop it when others write.
 */
int lustre_read_folio(struct file *file, struct folio *folio)
{
	struct gather g;
	int rc = gather_start(&g, folio->mapping->host, false, 1);

	if (rc) {
		folio_unlock(folio);
		return rc;
	}
	if (page_held(&g, folio_pos(folio))) {
		read_one(&g, folio);
	} else {
		folio_unlock(folio);
		rc = -EIO;
	}
	gather_end(&g);
	return rc;
}

/*
 * How far read-ahead may go from @pos on in its stripe unit, by a lock that we hold, or 0: beyond,
 * others may be writing. That there is no object is not said by any of these: a reader who needs
 * such a page gets it by lustre_read_folio().
 */
static u64 covered_end(struct gather *g, u64 pos)
{
	struct ldlm_enqueue what = { .type = LDLM_EXTENT, .mode = LCK_PR };
	u32 stripe = lov_stripe_of(g->lay->lov, pos);
	struct ldlm_lock *lock;
	u64 off, end;

	if (stripe == LOV_NO_STRIPE)
		return 0;
	off = lov_obj_offset(g->lay->lov, pos);
	what.policy.extent = (struct ldlm_extent){ off, off + PAGE_SIZE - 1 };
	ldlm_ost_res(&g->lay->lov->stripes[stripe].fid, &what.res);
	lock = ldlm_match(osc_namespace(g->lay->stripes[stripe].osc), &what);
	if (!lock)
		return 0;
	end = lov_reach(g->lay->lov, pos, lock->policy.extent.end);
	ldlm_decref(lock, LCK_PR);
	return end;
}

void lustre_readahead(struct readahead_control *rac)
{
	struct gather g;
	struct folio *folio;
	u64 end = 0, pos;

	if (gather_start(&g, rac->mapping->host, false, readahead_count(rac)))
		return;
	while ((folio = readahead_folio(rac))) {
		pos = folio_pos(folio);
		if (g.lay && pos + PAGE_SIZE > end)
			end = covered_end(&g, pos);
		if (pos + PAGE_SIZE > end) {
			/* The kernel forgets the rest. */
			folio_unlock(folio);
			break;
		}
		read_one(&g, folio);
	}
	gather_end(&g);
}

/* Adds locked pages for one piece to the cache, where there are none. False: no memory. */
static bool piece_add(struct address_space *mapping, pgoff_t index, pgoff_t last,
		      struct folio **folios, unsigned int *nr)
{
	gfp_t gfp = readahead_gfp_mask(mapping);
	struct folio *folio;
	void *entry;
	int rc;

	for (; index <= last; index++) {
		entry = xa_load(&mapping->i_pages, index);
		if (entry && !xa_is_value(entry))
			continue;
		folio = filemap_alloc_folio(gfp, 0);
		if (!folio)
			return false;
		rc = filemap_add_folio(mapping, folio, index, gfp);
		if (!rc)
			folios[(*nr)++] = folio;
		else
			folio_put(folio);
		if (rc && rc != -EEXIST)
			return false;
	}
	return true;
}

/*
 * Begins to read pages that a lock of ours covers. They are in the cache by now: who takes the lock
 * away drops them.
 */
static void folios_read(struct gather *g, struct folio **folios, unsigned int nr)
{
	u64 end = 0, pos;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		pos = folio_pos(folios[i]);
		if (g->lay && pos + PAGE_SIZE > end)
			end = covered_end(g, pos);
		if (pos + PAGE_SIZE > end)
			folio_unlock(folios[i]);
		else
			read_one(g, folios[i]);
		folio_put(folios[i]);
	}
}

void lustre_read_pieces(struct address_space *mapping, const struct lustre_pieces *s)
{
	unsigned int i, nr = 0, room = s->nr * (s->len / PAGE_SIZE + 2);
	struct folio **folios = kvmalloc_array(room, sizeof(*folios), GFP_NOFS);
	loff_t pos, end, size = i_size_read(mapping->host);
	struct gather g;

	if (!folios)
		return;
	filemap_invalidate_lock_shared(mapping);
	for (i = 0; i < s->nr; i++) {
		pos = s->pos + s->step * i;
		end = min_t(loff_t, pos + s->len, size);
		if (end <= pos || !piece_add(mapping, pos >> PAGE_SHIFT, (end - 1) >> PAGE_SHIFT,
					     folios, &nr))
			break;
	}
	if (!gather_start(&g, mapping->host, false, nr)) {
		folios_read(&g, folios, nr);
		gather_end(&g);
	} else {
		while (nr) {
			folio_unlock(folios[--nr]);
			folio_put(folios[nr]);
		}
	}
	filemap_invalidate_unlock_shared(mapping);
	kvfree(folios);
}

/* ---- writing back ---- */

/*
 * How much of a page, which nobody can store to at the moment, is in the file. Others may have made
 * that longer without a word to us; what stands behind its end here is not part of it. -EINTR, with
 * which it is to be asked again later.
 */
static int page_len(struct gather *g, struct folio *folio, u32 *len)
{
	u64 pos = folio_pos(folio), size = i_size_read(g->inode);
	int rc = 0;

	if (pos + PAGE_SIZE > size) {
		lustre_tail_zero(folio, size, U64_MAX);
		rc = lustre_glimpse_layout(g->inode, g->lay);
		size = i_size_read(g->inode);
	}
	*len = size > pos ? min_t(u64, PAGE_SIZE, size - pos) : 0;
	/* What is cut off now may have been in the file. */
	if (rc && rc != -EINTR)
		mapping_set_error(g->inode->i_mapping, rc);
	return rc == -EINTR ? rc : 0;
}

/* Does object @obj, NULL: any, have the byte at @pos? */
static bool is_in(const struct lustre_layout *lay, u64 pos, const struct fid *obj)
{
	u32 stripe = obj ? lov_stripe_of(lay->lov, pos) : 0;

	return !obj || (stripe != LOV_NO_STRIPE && fid_eq(&lay->lov->stripes[stripe].fid, obj));
}

static int write_one(compat_wcpage_t *page, struct writeback_control *wbc, void *data)
{
	struct folio *folio = compat_wcpage_folio(page);
	struct gather *g = data;
	bool granted = lustre_page_granted(folio);
	u64 pos = folio_pos(folio);
	u32 len;

	if (!is_in(g->lay, pos, g->only) || page_len(g, folio, &len)) {
		folio_redirty_for_writepage(wbc, folio);
		folio_unlock(folio);
		return 0;
	}
	folio_start_writeback(folio);
	lustre_page_written(folio);
	compat_wbc_account(wbc, folio, PAGE_SIZE);
	if (!len || gather_add(g, folio, len, granted)) {
		/* Beyond the end: it has been cut off meanwhile. */
		if (len)
			mapping_set_error(folio->mapping, -ENOMEM);
		if (granted)
			osc_grant_return(lustre_osc_at(g->inode, pos), PAGE_SIZE);
		folio_end_writeback(folio);
	}
	folio_unlock(folio);
	return 0;
}

static int pages_write(struct address_space *mapping, struct writeback_control *wbc,
		       const struct fid *only)
{
	struct gather g;
	int rc;

	if (!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	rc = gather_start(&g, mapping->host, true, UINT_MAX);
	if (rc)
		return rc;
	g.only = only;
	rc = write_cache_pages(mapping, wbc, write_one, &g);
	gather_end(&g);
	return rc;
}

int lustre_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	return pages_write(mapping, wbc, NULL);
}

/* @only: the object whose pages are waited for, by @lay; NULL: all */
static int pages_wait(struct address_space *mapping, u64 start, u64 end,
		      const struct lustre_layout *lay, const struct fid *only)
{
	pgoff_t index = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;
	struct folio_batch batch;
	int rc = 0;
	unsigned int i;

	folio_batch_init(&batch);
	while (!rc && compat_get_folios_tag(mapping, &index, last, PAGECACHE_TAG_WRITEBACK,
					    &batch)) {
		for (i = 0; i < folio_batch_count(&batch) && !rc; i++)
			if (is_in(lay, folio_pos(batch.folios[i]), only))
				rc = folio_wait_writeback_killable(batch.folios[i]);
		folio_batch_release(&batch);
		cond_resched();
	}
	return rc;
}

int lustre_wait_written(struct address_space *mapping, u64 start, u64 end)
{
	return pages_wait(mapping, start, end, NULL, NULL);
}

void lustre_flush_object(struct inode *inode, const struct fid *obj, u64 start, u64 end)
{
	struct writeback_control wbc = {
		.sync_mode = WB_SYNC_ALL,
		.nr_to_write = LONG_MAX,
		.range_start = start,
		.range_end = min_t(u64, end, LLONG_MAX),
	};
	struct lustre_layout *lay = lustre_layout_peek(inode);

	if (!lay)
		return;
	pages_write(inode->i_mapping, &wbc, obj);
	pages_wait(inode->i_mapping, start, end, lay, obj);
	lustre_layout_put(lay);
}

unsigned int lustre_dirty_pages(struct inode *inode, u64 start, u64 end)
{
	pgoff_t index = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;
	struct address_space *mapping = inode->i_mapping;
	struct folio_batch batch;
	unsigned int nr = 0;

	if (!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	folio_batch_init(&batch);
	while (compat_get_folios_tag(mapping, &index, last, PAGECACHE_TAG_DIRTY, &batch)) {
		nr += folio_batch_count(&batch);
		folio_batch_release(&batch);
		cond_resched();
	}
	return nr;
}

int lustre_flush_killable(struct inode *inode, u64 start, u64 end)
{
	struct address_space *mapping = inode->i_mapping;
	int rc;

	end = min_t(u64, end, LLONG_MAX);
	/* What failed before is for fsync(2) to tell. */
	filemap_check_errors(mapping);
	rc = filemap_fdatawrite_range(mapping, start, end);
	if (rc != -EIO)
		rc = lustre_wait_written(mapping, start, end) ?: rc;
	return filemap_check_errors(mapping) ?: rc;
}
