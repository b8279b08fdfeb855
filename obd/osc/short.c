// SPDX-License-Identifier: GPL-2.0
/* Small transfers: data that goes in the request, or in its reply. */
#include <linux/highmem.h>

#include "obd/osc/internal.h"

bool osc_is_short(const struct osc_io *io)
{
	return io->bytes <= OSC_SHORT_MAX && io->nr_nio == 1 &&
	       rpc_import_flags(io->osc->imp) & CONN_SHORTIO;
}

void osc_short_put(const struct osc_io *io, struct rpc_request *req)
{
	void *to = rpc_req_buf(req, WF_SHORT_IO);
	unsigned int i;

	for (i = 0; i < io->nr; i++) {
		memcpy_from_page(to, io->bv[i].bv_page, io->bv[i].bv_offset, io->bv[i].bv_len);
		to += io->bv[i].bv_len;
	}
}

int osc_short_get(const struct osc_io *io, struct rpc_request *req, u32 bytes)
{
	const void *from;
	u32 len, part;
	unsigned int i;

	from = rpc_rep_buf(req, WF_SHORT_IO, &len);
	if (len != bytes)
		return -EPROTO;
	for (i = 0; i < io->nr && bytes; i++) {
		part = min(bytes, io->bv[i].bv_len);
		memcpy_to_page(io->bv[i].bv_page, io->bv[i].bv_offset, from, part);
		from += part;
		bytes -= part;
	}
	return 0;
}
