/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page cache operations that moved from pages to folios, or changed their name, between 6.1 and
 * 6.12.
 */
#ifndef SHEEN_COMPAT_PAGECACHE_H
#define SHEEN_COMPAT_PAGECACHE_H

#include <linux/fs.h>
#include <linux/pagemap.h>
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

/** compat_grab_folio() - locked folio at @index, created if need be; NULL without memory */
static inline struct folio *compat_grab_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = __filemap_get_folio(mapping, index,
						  FGP_LOCK | FGP_WRITE | FGP_CREAT | FGP_STABLE,
						  mapping_gfp_mask(mapping));

	return IS_ERR_OR_NULL(folio) ? NULL : folio;
}

/* Reading a file into a pipe through the page cache. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define compat_splice_read	filemap_splice_read
#else
#define compat_splice_read	generic_file_splice_read
#endif

#endif
