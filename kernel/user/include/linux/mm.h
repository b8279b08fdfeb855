/* SPDX-License-Identifier: GPL-2.0 */
/* A page is an object of its own that owns 4096 aligned bytes. */
#ifndef FLOOR_LINUX_MM_H
#define FLOOR_LINUX_MM_H

#include <linux/kernel.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/bitops.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/string.h>

#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

struct address_space;

struct page {
	unsigned long flags;
	atomic_t _refcount;
	pgoff_t index;			/* for the owner: place in its file or object */
	struct address_space *mapping;
	unsigned long FLOOR_PRIVATE;
	struct list_head lru;		/* for the owner */
	void *virt;			/* the bytes */
};

enum pageflags {
	PG_locked, PG_uptodate, PG_dirty, PG_writeback, PG_private, PG_error, PG_checked,
};

__BEGIN_DECLS

struct page *alloc_page(gfp_t gfp);
void put_page(struct page *page);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
unsigned long totalram_pages(void);

static inline void get_page(struct page *page)
{
	page->_refcount.counter++;
}

static inline int page_count(const struct page *page)
{
	return page->_refcount.counter;
}

static inline void *page_address(const struct page *page)
{
	return page->virt;
}

#define floor_page_flag(name, bit) \
static inline int Page##name(const struct page *p) { return test_bit(bit, &p->flags); } \
static inline void SetPage##name(struct page *p) { set_bit(bit, &p->flags); } \
static inline void ClearPage##name(struct page *p) { clear_bit(bit, &p->flags); } \
static inline int TestSetPage##name(struct page *p) { return test_and_set_bit(bit, &p->flags); } \
static inline int TestClearPage##name(struct page *p) \
{ \
	return test_and_clear_bit(bit, &p->flags); \
}

floor_page_flag(Locked, PG_locked)
floor_page_flag(Uptodate, PG_uptodate)
floor_page_flag(Dirty, PG_dirty)
floor_page_flag(Writeback, PG_writeback)
floor_page_flag(Private, PG_private)
floor_page_flag(Error, PG_error)
floor_page_flag(Checked, PG_checked)

#undef floor_page_flag

__END_DECLS

/* Pages come one by one. */
#define alloc_pages(gfp, order) \
	({ struct page *__pg = NULL; if (!(order)) __pg = alloc_page(gfp); __pg; })
#define alloc_pages_node(node, gfp, order) ((void)(node), alloc_pages(gfp, order))
#define __free_page(page)	put_page(page)
#define __free_pages(page, order) ((void)(order), put_page(page))
#define __get_free_page(gfp)	__get_free_pages(gfp, 0)
#define get_zeroed_page(gfp)	__get_free_pages((gfp) | __GFP_ZERO, 0)
#define free_page(addr)		free_pages(addr, 0)
#define page_ref_count(page)	page_count(page)
#define page_private(page)	((page)->FLOOR_PRIVATE)
#define set_page_private(page, v) ((page)->FLOOR_PRIVATE = (v))
#define page_offset(page)	((loff_t)(page)->index << PAGE_SHIFT)
#define page_size(page)		((void)(page), PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define PAGE_ALIGN(addr)	ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr)	IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define PFN_UP(x)		(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)		((x) >> PAGE_SHIFT)
#define clear_page(addr)	memset(addr, 0, PAGE_SIZE)
#define copy_page(to, from)	memcpy(to, from, PAGE_SIZE)

static inline unsigned int get_order(unsigned long size)
{
	return order_base_2((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

#endif
