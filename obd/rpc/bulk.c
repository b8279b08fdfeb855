// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk data as a client sees it: memory that the server reads or fills while it handles a
 * request.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/rpc/internal.h"

int rpc_bulk(struct rpc_request *req, bool write, u32 portal, struct bio_vec *bv, unsigned int nr,
	     u32 len)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_bulk *bulk;
	unsigned int i;
	int n;

	if (!len || !nr)
		return -EINVAL;
	bulk = kvzalloc(sizeof(*bulk), GFP_NOFS);
	if (!bulk)
		return -ENOMEM;
	bulk->bv = kvmalloc_array(nr + RPC_MAX_PARTS, sizeof(*bulk->bv), GFP_NOFS);
	if (!bulk->bv) {
		kvfree(bulk);
		return -ENOMEM;
	}
	n = rpc_bulk_split(bv, nr, len, bulk->bv, bulk->parts, RPC_MAX_PARTS);
	if (n < 0) {
		rpc_bulk_free(req->imp, bulk);
		return n;
	}
	bulk->write = write;
	bulk->portal = portal;
	bulk->nr_parts = n;
	for (i = 0; i < bulk->nr_parts; i++)
		bulk->mds[i].req = req;
	rpc_bulk_free(req->imp, st->bulk);
	st->bulk = bulk;
	return 0;
}
EXPORT_SYMBOL_GPL(rpc_bulk);

/* Calls @fn for each page, once per piece of it; how many these are. */
static unsigned int each_page(struct rpc_bulk *bulk, void (*fn)(struct page *page))
{
	unsigned int i, j, nr = 0;

	for (i = 0; i < bulk->nr_parts; i++) {
		for (j = 0; j < bulk->parts[i].nr; j++)
			fn(bulk->parts[i].bv[j].bv_page);
		nr += bulk->parts[i].nr;
	}
	return nr;
}

/*
 * The data may have to be sent once more, after its owner has been told that it is written. What
 * the owner then changes in a page, it writes again.
 */
void rpc_bulk_hold(struct rpc_import *imp, struct rpc_bulk *bulk)
{
	if (!bulk->held)
		atomic_long_add(each_page(bulk, get_page), &imp->held_pages);
	bulk->held = true;
}

/* A replay sends the data of the original, which is not sent any more. */
void rpc_bulk_adopt(struct rpc_bulk *bulk, struct rpc_request *req)
{
	unsigned int i;

	for (i = 0; i < bulk->nr_parts; i++)
		bulk->mds[i].req = req;
}

void rpc_bulk_free(struct rpc_import *imp, struct rpc_bulk *bulk)
{
	if (!bulk)
		return;
	if (bulk->held)
		atomic_long_sub(each_page(bulk, put_page), &imp->held_pages);
	kvfree(bulk->bv);
	kvfree(bulk);
}

u32 rpc_bulk_moved(struct rpc_request *req)
{
	return rpc_st(req)->bulk ? rpc_st(req)->bulk->moved : 0;
}
EXPORT_SYMBOL_GPL(rpc_bulk_moved);
