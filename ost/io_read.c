// SPDX-License-Identifier: GPL-2.0
/* Reads: pages of the storage's cache go to the socket as they are, but for short ones. */
#include <linux/highmem.h>
#include <linux/slab.h>

#include "obd/wire/cksum.h"
#include "ost/ost_internal.h"

/**
 * struct read_data
 * @bv: pages with the data, references held
 * @bytes: in all; less than asked only at the end of the object
 */
struct read_data {
	struct bio_vec *bv;
	unsigned int room;
	unsigned int nr;
	u32 bytes;
};

static int read_pages(struct ost_io *io, struct read_data *d)
{
	u32 i, len, got;
	int n;

	for (i = 0; i < io->nr; i++) {
		len = le32_to_cpu(io->nio[i].len);
		n = osd_data_read_get(io->obj, le64_to_cpu(io->nio[i].offset), len,
				      d->bv + d->nr, d->room - d->nr, &got);
		if (n < 0)
			return n;
		d->nr += n;
		d->bytes += got;
		if (got < len)
			break;
	}
	return 0;
}

static void read_checksum(struct rpc_srv_req *req, struct ost_io *io, struct read_data *d,
			  struct wire_obdo *out)
{
	u32 kind = le32_to_cpu(io->oa->flags) & OFL_CKSUM_MASK, sum;
	u64 valid = le64_to_cpu(io->oa->valid);

	if (!(valid & VALID_CKSUM))
		return;
	if (!(valid & VALID_FLAGS) || !wire_cksum(kind, d->bv, d->nr, d->bytes, &sum)) {
		kind = wire_cksum_flag(le32_to_cpu(req->exp->granted.cksum_types));
		if (!wire_cksum(kind, d->bv, d->nr, d->bytes, &sum))
			return;
	}
	out->valid |= cpu_to_le64(VALID_CKSUM | VALID_FLAGS);
	out->flags = cpu_to_le32(kind);
	out->nlink = cpu_to_le32(sum);
}

static void read_inline(void *to, const struct read_data *d)
{
	u32 left = d->bytes, len;
	unsigned int i;

	for (i = 0; left; i++) {
		len = min(left, d->bv[i].bv_len);
		memcpy_from_page(to, d->bv[i].bv_page, d->bv[i].bv_offset, len);
		to += len;
		left -= len;
	}
}

static int read_send(struct rpc_srv_req *req, struct ost_io *io, struct read_data *d)
{
	struct wire_obdo *out;
	int rc;

	if (io->is_short)
		rpc_srv_rep_len(req, WF_SHORT_IO, d->bytes);
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	out = rpc_srv_rep_buf(req, WF_OBDO);
	rc = ost_attr_pack(io->obj, out);
	if (rc)
		return rc;
	read_checksum(req, io, d, out);
	if (io->is_short) {
		read_inline(rpc_srv_rep_buf(req, WF_SHORT_IO), d);
		return d->bytes;
	}
	rc = rpc_srv_bulk_put(req, PORTAL_OST_BULK, d->bv, d->nr, d->bytes);
	return rc < 0 ? rc : (int)d->bytes;
}

int ost_read(struct rpc_srv_req *req)
{
	struct read_data d = {};
	struct ost_io io;
	int rc = ost_io_start(req, &io, LCK_PR);

	if (rc)
		return rc;
	/* Each piece may begin and end within a page. */
	d.room = io.bytes / PAGE_SIZE + 2 * io.nr;
	d.bv = kvcalloc(d.room, sizeof(*d.bv), GFP_KERNEL);
	if (!d.bv) {
		rc = -ENOMEM;
		goto out;
	}
	rc = read_pages(&io, &d);
	if (!rc)
		rc = read_send(req, &io, &d);
	osd_data_read_put(d.bv, d.nr);
	kvfree(d.bv);
out:
	ost_io_end(&io);
	return rc;
}
