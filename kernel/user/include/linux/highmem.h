/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_HIGHMEM_H
#define FLOOR_LINUX_HIGHMEM_H

#include <linux/mm.h>

#define kmap(page)		page_address(page)
#define kunmap(page)		((void)(page))
#define kmap_atomic(page)	page_address(page)
#define kunmap_atomic(addr)	((void)(addr))
#define kmap_local_page(page)	page_address(page)
#define kunmap_local(addr)	((void)(addr))
#define flush_dcache_page(page)	((void)(page))

static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	memcpy((char *)page_address(page) + offset, from, len);
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	memcpy(to, (char *)page_address(page) + offset, len);
}

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset((char *)page_address(page) + offset, 0, len);
}

static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	memzero_page(page, start, end - start);
}

#define zero_user(page, start, size)	memzero_page(page, start, size)
#define clear_highpage(page)		clear_page(page_address(page))
#define copy_highpage(to, from)		copy_page(page_address(to), page_address(from))

#endif
