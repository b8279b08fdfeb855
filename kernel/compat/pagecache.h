/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page cache operations that moved from pages to folios, or changed their name, between 6.1 and
 * 6.12.
 */
#ifndef SHEEN_COMPAT_PAGECACHE_H
#define SHEEN_COMPAT_PAGECACHE_H

#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/version.h>
#include <linux/writeback.h>

/* ->write_begin(), ->write_end(): a page until 6.11, a folio since */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
typedef struct folio compat_wpage_t;
#define compat_wpage_folio(p)	(p)
#define compat_folio_wpage(f)	(f)
#else
typedef struct page compat_wpage_t;
#define compat_wpage_folio(p)	page_folio(p)
#define compat_folio_wpage(f)	(&(f)->page)
#endif

/* The callback of write_cache_pages(): a page until 6.2, a folio since */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
typedef struct folio compat_wcpage_t;
#define compat_wcpage_folio(p)	(p)
#else
typedef struct page compat_wcpage_t;
#define compat_wcpage_folio(p)	page_folio(p)
#endif

/* Whose memory is being written back: asked for with a page until 6.11 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define compat_wbc_account(wbc, f, len)	wbc_account_cgroup_owner(wbc, f, len)
#else
#define compat_wbc_account(wbc, f, len)	wbc_account_cgroup_owner(wbc, &(f)->page, len)
#endif

/** compat_grab_folio() - locked folio at @index, created if need be; NULL without memory */
static inline struct folio *compat_grab_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = __filemap_get_folio(mapping, index,
						  FGP_LOCK | FGP_WRITE | FGP_CREAT,
						  mapping_gfp_mask(mapping));

	return IS_ERR_OR_NULL(folio) ? NULL : folio;
}

/**
 * compat_get_folios_tag() - adds some of those with @tag from @index to @end, each with a reference,
 * to the empty @batch, moves @index behind them, and returns how many
 */
static inline unsigned int compat_get_folios_tag(struct address_space *mapping, pgoff_t *index,
						 pgoff_t end, xa_mark_t tag,
						 struct folio_batch *batch)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return filemap_get_folios_tag(mapping, index, end, tag, batch);
#else
	struct pagevec pages;
	unsigned int i;

	pagevec_init(&pages);
	pagevec_lookup_range_tag(&pages, mapping, index, end, tag);
	for (i = 0; i < pagevec_count(&pages); i++)
		folio_batch_add(batch, page_folio(pages.pages[i]));
	return folio_batch_count(batch);
#endif
}

/*
 * Reading a file into a pipe through the page cache: by the file's own ->read_iter(), with the
 * locks that this takes, until 6.4; without them since
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define COMPAT_SPLICE_LOCKS	false
#define compat_splice_read	filemap_splice_read
#else
#define COMPAT_SPLICE_LOCKS	true
#define compat_splice_read	generic_file_splice_read
#endif

#endif
