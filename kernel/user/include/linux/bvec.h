/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_BVEC_H
#define FLOOR_LINUX_BVEC_H

#include <linux/mm.h>

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};

static inline void bvec_set_page(struct bio_vec *bv, struct page *page, unsigned int len,
				 unsigned int offset)
{
	bv->bv_page = page;
	bv->bv_len = len;
	bv->bv_offset = offset;
}

#define bvec_kmap_local(bv)	((void *)((char *)page_address((bv)->bv_page) + (bv)->bv_offset))

#endif
