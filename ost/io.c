// SPDX-License-Identifier: GPL-2.0
/* What reads and writes have in common: checking what the client sent. */
#include "ost/ost_internal.h"

/* Pieces must not overlap, or one write could be stored in two orders. */
static int niobufs_check(struct ost_io *io)
{
	u64 bytes = 0, end = 0, off;
	u32 i, len;

	for (i = 0; i < io->nr; i++) {
		off = le64_to_cpu(io->nio[i].offset);
		len = le32_to_cpu(io->nio[i].len);
		if (!len || off < end || off > S64_MAX - len)
			return -EPROTO;
		end = off + len;
		bytes += len;
	}
	if (!bytes || bytes > OST_MAX_BRW)
		return -EPROTO;
	io->bytes = bytes;
	return 0;
}

static void keep_lock(struct rpc_srv_req *req, struct ost_io *io)
{
	const struct wire_niobuf *last = &io->nio[io->nr - 1];
	struct ldlm_extent ext = {
		.start = le64_to_cpu(io->nio[0].offset),
		.end = le64_to_cpu(last->offset) + le32_to_cpu(last->len) - 1,
	};
	struct ldlm_res_id res;

	ost_res_id(io->obj, &res);
	ldlm_prolong(req->exp, &res, &ext);
}

int ost_io_start(struct rpc_srv_req *req, struct ost_io *io)
{
	const struct wire_ioobj *ioo = rpc_srv_buf(req, WF_IOOBJ, NULL);
	u32 len;
	int rc;

	io->oa = rpc_srv_buf(req, WF_OBDO, NULL);
	io->nio = rpc_srv_buf(req, WF_NIOBUF, &len);
	if (!ioo || !io->oa || !io->nio)
		return -EPROTO;
	io->nr = le32_to_cpu(ioo->bufcnt);
	if (!io->nr || io->nr > OST_MAX_NIOBUFS || len < io->nr * sizeof(*io->nio))
		return -EPROTO;
	rc = niobufs_check(io);
	if (rc)
		return rc;
	rc = ost_object(req, &ioo->id, &io->obj);
	if (rc)
		return rc;
	keep_lock(req, io);
	return 0;
}

void ost_io_end(struct ost_io *io)
{
	osd_object_put(io->obj);
}
