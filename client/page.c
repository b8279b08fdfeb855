// SPDX-License-Identifier: GPL-2.0
/*
 * Page cache: what becomes of one page, from write(2) to reclaim. One that was dirtied with grant
 * carries a mark (its private pointer) until it is written or thrown away, and then another one:
 * until the OST has it on its disk, it may be kept for a replay, which reclaim has to know.
 */
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/swap.h>

#include "client/client.h"
#include "kernel/compat/pagecache.h"

#define GRANTED		((void *)1UL)	/* folio private: space was set aside for it */
#define WRITTEN		((void *)2UL)	/* folio private: it may be kept for a replay */

/* The folio is locked. */
static void mark(struct folio *folio, void *what)
{
	if (folio_test_private(folio))
		folio_change_private(folio, what);
	else
		folio_attach_private(folio, what);
}

bool lustre_page_granted(struct folio *folio)
{
	return folio_get_private(folio) == GRANTED;
}

void lustre_page_written(struct folio *folio)
{
	mark(folio, WRITTEN);
}

/* ---- write(2) ---- */

static int page_read(struct inode *inode, struct lustre_layout *lay, struct folio *folio)
{
	u64 start = folio_pos(folio);
	struct osc_page p = { .page = folio_page(folio, 0), .len = PAGE_SIZE };
	u32 bytes, stripe = lay ? lov_stripe_of(lay->lov, start) : LOV_NO_STRIPE;
	struct osc_io io = {};
	int rc;

	if (stripe == LOV_NO_STRIPE)
		return -EIO;
	p.off = lov_obj_offset(lay->lov, start);
	io.osc = lay->stripes[stripe].osc;
	io.obj = lay->lov->stripes[stripe].fid;
	io.file = lustre_i(inode)->fid;
	io.nr = 1;
	io.pages = &p;
	rc = osc_io_wait(&io, &bytes);
	if (!rc)
		folio_mark_uptodate(folio);
	return rc;
}

/*
 * Reads what a partial write leaves of its page; nothing is there to be read past the end of the
 * file.
 */
static int page_fill(struct inode *inode, struct folio *folio, u64 pos, u32 len)
{
	u64 start = folio_pos(folio);
	struct lustre_layout *lay;
	int rc;

	if (folio_test_uptodate(folio) || len == PAGE_SIZE)
		return 0;
	if (start >= (u64)i_size_read(inode) ||
	    (pos == start && pos + len >= (u64)i_size_read(inode))) {
		folio_zero_segments(folio, 0, pos - start, pos - start + len, PAGE_SIZE);
		return 0;
	}
	lay = lustre_layout_peek(inode);
	rc = page_read(inode, lay, folio);
	lustre_layout_put(lay);
	return rc;
}

/* Gives back what was set aside for a page that has not become dirty. */
static void page_ungrant(struct inode *inode, struct folio *folio)
{
	struct osc *osc;

	if (!lustre_page_granted(folio))
		return;
	mark(folio, WRITTEN);
	osc = lustre_osc_at(inode, folio_pos(folio));
	if (osc)
		osc_grant_return(osc, PAGE_SIZE);
}

bool lustre_page_grant(struct inode *inode, struct folio *folio)
{
	struct osc *osc;

	if (lustre_page_granted(folio))
		return true;
	osc = lustre_osc_at(inode, folio_pos(folio));
	if (!osc || !osc_grant_take(osc, PAGE_SIZE))
		return false;
	mark(folio, GRANTED);
	return true;
}

/* Of a locked page, by who holds the inode lock. */
static bool may_be_dirty(struct inode *inode, struct folio *folio)
{
	struct lustre_inode *li = lustre_i(inode);
	u64 pos = folio_pos(folio);

	return lustre_page_grant(inode, folio) || (pos >= li->reserved && pos < li->reserved_end);
}

/*
 * -ENOSPC: the page may not be cached, since no space was promised for it. A page stays as it is
 * while it is being written, since the OST's sum of what it got is compared with it.
 */
static int lustre_write_begin(struct file *file, struct address_space *mapping, loff_t pos,
			      unsigned int len, compat_wpage_t **pagep, void **fsdata)
{
	struct inode *inode = mapping->host;
	struct folio *folio = compat_grab_folio(mapping, pos >> PAGE_SHIFT);
	int rc;

	if (!folio)
		return -ENOMEM;
	rc = folio_wait_writeback_killable(folio);
	if (!rc)
		rc = may_be_dirty(inode, folio) ? page_fill(inode, folio, pos, len) : -ENOSPC;
	if (rc) {
		if (!folio_test_dirty(folio))
			page_ungrant(inode, folio);
		folio_unlock(folio);
		folio_put(folio);
		return rc;
	}
	*pagep = compat_folio_wpage(folio);
	return 0;
}

static int lustre_write_end(struct file *file, struct address_space *mapping, loff_t pos,
			    unsigned int len, unsigned int copied, compat_wpage_t *page,
			    void *fsdata)
{
	struct folio *folio = compat_wpage_folio(page);
	struct inode *inode = mapping->host;

	/* A page that is not whole must not become valid by half a copy. */
	if (copied < len && !folio_test_uptodate(folio))
		copied = 0;
	if (copied) {
		folio_mark_uptodate(folio);
		filemap_dirty_folio(mapping, folio);
		lustre_size_written(inode, pos + copied);
	} else if (!folio_test_dirty(folio)) {
		page_ungrant(inode, folio);
	}
	folio_unlock(folio);
	folio_put(folio);
	return copied;
}

/* ---- the end of the file ---- */

struct folio *lustre_tail_lock(struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;
	u64 size = i_size_read(inode);
	struct folio *folio;

	if (!(size & ~PAGE_MASK) || !mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return NULL;
	folio = filemap_lock_folio(mapping, size >> PAGE_SHIFT);
	if (IS_ERR_OR_NULL(folio))
		return NULL;
	if (folio_test_dirty(folio))
		return folio;
	lustre_tail_unlock(folio);
	return NULL;
}

void lustre_tail_unlock(struct folio *folio)
{
	if (!folio)
		return;
	folio_unlock(folio);
	folio_put(folio);
}

void lustre_tail_zero(struct folio *folio, u64 size, u64 end)
{
	u64 start = folio_pos(folio);

	if (size > start && size < start + PAGE_SIZE && end > size)
		folio_zero_segment(folio, size - start, min_t(u64, end - start, PAGE_SIZE));
}

void lustre_zero_tail(struct inode *inode, u64 end)
{
	struct folio *folio = lustre_tail_lock(inode);

	if (folio)
		lustre_tail_zero(folio, i_size_read(inode), end);
	lustre_tail_unlock(folio);
}

/* ---- pages that go away ---- */

static void lustre_invalidate_folio(struct folio *folio, size_t offset, size_t len)
{
	folio_wait_writeback(folio);
	if (offset || len != folio_size(folio))
		return;
	page_ungrant(folio->mapping->host, folio);
	if (folio_test_private(folio))
		folio_detach_private(folio);
}

/*
 * Besides the cache, its mark and reclaim, which asks, somebody has the page: a replay, most
 * likely.
 */
static bool is_kept(struct folio *folio)
{
	return folio_ref_count(folio) > folio_nr_pages(folio) + 2;
}

/*
 * Has what the OST keeps written to its disk, so that we need not keep it. A program with little
 * memory to itself has no other that could be taken.
 */
static bool stop_keeping(struct folio *folio)
{
	struct osc *osc = lustre_osc_at(folio->mapping->host, folio_pos(folio));
	unsigned int tries;

	if (!osc || osc_commit(osc))
		return false;
	/* Replays are let go of by whoever looks through the answer. */
	for (tries = 0; is_kept(folio) && tries < 10; tries++)
		schedule_timeout_killable(1);
	return !is_kept(folio);
}

static bool lustre_release_folio(struct folio *folio, gfp_t gfp)
{
	void *what = folio_get_private(folio);

	/* It is dirty. */
	if (what == GRANTED)
		return false;
	/*
	 * Only reclaim cannot take a page that is kept. It may wait if it is on behalf of a
	 * program.
	 */
	if (what && current->flags & PF_MEMALLOC && is_kept(folio) &&
	    (current_is_kswapd() || !(gfp & __GFP_FS) || !stop_keeping(folio)))
		return false;
	if (what)
		folio_detach_private(folio);
	return true;
}

const struct address_space_operations lustre_aops = {
	.read_folio = lustre_read_folio,
	.readahead = lustre_readahead,
	.writepages = lustre_writepages,
	.write_begin = lustre_write_begin,
	.write_end = lustre_write_end,
	.dirty_folio = filemap_dirty_folio,
	.invalidate_folio = lustre_invalidate_folio,
	.release_folio = lustre_release_folio,
	/* says that O_DIRECT may be asked for; client/direct.c does it */
	.direct_IO = noop_direct_IO,
};
