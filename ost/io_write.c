// SPDX-License-Identifier: GPL-2.0
/* Writes: data is brought into pages of ours, which go to the disk as they are. */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/wire/cksum.h"
#include "ost/ost_internal.h"

/**
 * struct write_data - pages for the data of a request
 * Data of a piece lies in its pages at the offset that it has in the object's blocks, so that it
 * can go to the disk without being moved.
 */
struct write_data {
	struct bio_vec *bv;
	unsigned int nr;
};

static void pages_free(struct write_data *d)
{
	while (d->nr)
		__free_page(d->bv[--d->nr].bv_page);
	kvfree(d->bv);
}

static int piece_pages(struct write_data *d, u64 off, u32 len)
{
	while (len) {
		struct bio_vec *bv = &d->bv[d->nr];

		bv->bv_page = alloc_page(GFP_KERNEL);
		if (!bv->bv_page)
			return -ENOMEM;
		bv->bv_offset = offset_in_page(off);
		bv->bv_len = min_t(u32, len, PAGE_SIZE - bv->bv_offset);
		off += bv->bv_len;
		len -= bv->bv_len;
		d->nr++;
	}
	return 0;
}

static int pages_alloc(struct ost_io *io, struct write_data *d)
{
	u32 i;
	int rc = 0;

	d->nr = 0;
	d->bv = kvcalloc(io->bytes / PAGE_SIZE + 2 * io->nr, sizeof(*d->bv), GFP_KERNEL);
	if (!d->bv)
		return -ENOMEM;
	for (i = 0; i < io->nr && !rc; i++)
		rc = piece_pages(d, le64_to_cpu(io->nio[i].offset), le32_to_cpu(io->nio[i].len));
	if (rc)
		pages_free(d);
	return rc;
}

static int write_pieces(struct ost_io *io, struct write_data *d)
{
	unsigned int first = 0, nr;
	u32 i, len, left;
	int rc;

	for (i = 0; i < io->nr; i++) {
		len = le32_to_cpu(io->nio[i].len);
		for (nr = 0, left = len; left; nr++)
			left -= d->bv[first + nr].bv_len;
		rc = osd_data_write(io->obj, le64_to_cpu(io->nio[i].offset), len, d->bv + first,
				    nr);
		if (rc)
			return rc;
		first += nr;
	}
	return 0;
}

static bool is_granted(const struct wire_niobuf *nio)
{
	return le32_to_cpu(nio->flags) & BRW_FROM_GRANT;
}

/* Space that the client had set aside for these pieces, or has not. */
static u64 bytes_by_grant(const struct ost_io *io, bool granted)
{
	u64 bytes = 0;
	u32 i;

	for (i = 0; i < io->nr; i++)
		if (is_granted(&io->nio[i]) == granted)
			bytes += round_up(le32_to_cpu(io->nio[i].len), (u32)PAGE_SIZE);
	return bytes;
}

/*
 * What nothing was set aside for must leave to others what they have been promised. *bytes are
 * promised to it while it is under way.
 */
static int space_reserve(struct rpc_srv_req *req, const struct ost_io *io, u64 *bytes)
{
	u64 pos;
	u32 i;

	*bytes = bytes_by_grant(io, false);
	if (!*bytes || grant_reserve(req->dev, *bytes))
		return 0;
	for (*bytes = 0, i = 0; i < io->nr; i++) {
		pos = le64_to_cpu(io->nio[i].offset);
		if (!is_granted(&io->nio[i]))
			*bytes += ost_lacking(io->obj, pos, pos + le32_to_cpu(io->nio[i].len));
	}
	return grant_reserve(req->dev, *bytes) ? 0 : -ENOSPC;
}

/*
 * The reply tells the checksum of what has arrived: the client compares, and sends again when it
 * differs.
 */
static void write_checksum(struct ost_io *io, struct write_data *d, struct wire_obdo *out)
{
	u32 kind = le32_to_cpu(io->oa->flags) & OFL_CKSUM_MASK, sum;
	u64 need = VALID_CKSUM | VALID_FLAGS;

	if ((le64_to_cpu(io->oa->valid) & need) != need ||
	    !wire_cksum(kind, d->bv, d->nr, io->bytes, &sum))
		return;
	out->valid |= cpu_to_le64(need);
	out->flags = cpu_to_le32(kind);
	out->nlink = cpu_to_le32(sum);
}

static int write_reply(struct rpc_srv_req *req, struct ost_io *io, struct write_data *d)
{
	struct wire_obdo *out;
	u64 grant = 0;
	int rc;

	/* What is replayed has long left the client's cache, and its account. */
	if (!rpc_srv_replay(req))
		grant = grant_write(req->exp, bytes_by_grant(io, true), io->oa);

	rpc_srv_rep_len(req, WF_RCS, io->nr * sizeof(__le32));
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	out = rpc_srv_rep_buf(req, WF_OBDO);
	rc = ost_attr_pack(io->obj, out);
	if (rc)
		return rc;
	if (export_flags(req->exp) & CONN_GRANT) {
		out->valid |= cpu_to_le64(VALID_GRANT);
		out->grant = cpu_to_le64(grant);
	}
	write_checksum(io, d, out);
	return 0;
}

static int write_store(struct rpc_srv_req *req, struct ost_io *io, struct write_data *d)
{
	struct ost_change change;
	struct ldlm_res_id res;
	int rc = ost_store_begin(req->exp);

	if (rc)
		return rc;
	rc = write_pieces(io, d);
	if (!rc)
		rc = ost_change_begin(req, io->obj, io->oa, OST_OWNER | OST_TIMES, true, &change);
	if (!rc)
		rc = ost_change_end(io->obj, &change, 0);
	ost_store_end(req->exp);
	if (rc)
		return rc;
	ost_res_id(io->obj, &res);
	ldlm_lvb_update(req->dev->ns, &res);
	target_trans_nodisk(req, io->bytes);
	return write_reply(req, io, d);
}

static int data_get(struct rpc_srv_req *req, struct ost_io *io, struct write_data *d)
{
	const void *from = io->inline_data;
	unsigned int i;
	int rc;

	if (!io->is_short) {
		rc = rpc_srv_bulk_get(req, PORTAL_OST_BULK, d->bv, d->nr, io->bytes);
		return rc < 0 ? rc : rc == (int)io->bytes ? 0 : -EPROTO;
	}
	for (i = 0; i < d->nr; i++) {
		memcpy_to_page(d->bv[i].bv_page, d->bv[i].bv_offset, from, d->bv[i].bv_len);
		from += d->bv[i].bv_len;
	}
	return 0;
}

static int write_data(struct rpc_srv_req *req, struct ost_io *io)
{
	struct write_data d;
	int rc = pages_alloc(io, &d);

	if (rc)
		return rc;
	rc = data_get(req, io, &d) ?: write_store(req, io, &d);
	pages_free(&d);
	return rc;
}

/* Does the client want to hear of it only when it is on the disk? */
static bool is_sync(const struct ost_io *io)
{
	u32 i;

	for (i = 0; i < io->nr; i++)
		if (le32_to_cpu(io->nio[i].flags) & BRW_SYNC)
			return true;
	return false;
}

/* Who says that a write is done must have taken its data. */
static int write_nowhere(struct rpc_srv_req *req, struct ost_io *io)
{
	const struct wire_ioobj *ioo = rpc_srv_buf(req, WF_IOOBJ, NULL);
	struct write_data d;
	int rc;

	if (!ost_is_moot(req, &ioo->id))
		return -ENOENT;
	rc = pages_alloc(io, &d);
	if (rc)
		return rc;
	rc = data_get(req, io, &d);
	pages_free(&d);
	rpc_srv_rep_len(req, WF_RCS, io->nr * sizeof(__le32));
	return rc ?: ost_not_found(req, &ioo->id, -ENOENT);
}

int ost_write(struct rpc_srv_req *req)
{
	struct ost_io io;
	u64 reserved;
	bool sync;
	int rc = ost_io_start(req, &io, LCK_PW);

	if (rc == -ENOENT)
		return write_nowhere(req, &io);
	if (rc)
		return rc;
	rc = space_reserve(req, &io, &reserved);
	if (!rc) {
		rc = write_data(req, &io);
		grant_release(req->dev, reserved);
	}
	sync = !rc && is_sync(&io);
	ost_io_end(&io);
	return sync ? target_sync(req->dev) : rc;
}
