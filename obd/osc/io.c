// SPDX-License-Identifier: GPL-2.0
/*
 * Transfers: pages to niobufs, data, checksums, grant.
 *
 * A limited number is under way per OST; others wait their turn, in order.
 */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/osc/internal.h"
#include "obd/wire/cksum.h"

#define MAX_FLYING	8u
#define CKSUM_TRIES	5u

static void io_done(struct rpc_request *req, void *arg);

unsigned int osc_max_pages(struct osc *osc)
{
	u32 brw = le32_to_cpu(rpc_import_granted(osc->imp)->brw_size);

	return clamp_t(u32, brw / PAGE_SIZE, 1, 1024);
}
EXPORT_SYMBOL_GPL(osc_max_pages);

/* ---- grant ---- */

bool osc_grant_take(struct osc *osc, u32 bytes)
{
	bool ok;

	spin_lock(&osc->lock);
	ok = osc->avail >= bytes && osc->dirty + bytes <= OSC_MAX_DIRTY;
	if (ok) {
		osc->avail -= bytes;
		osc->dirty += bytes;
	}
	spin_unlock(&osc->lock);
	return ok;
}
EXPORT_SYMBOL_GPL(osc_grant_take);

void osc_grant_return(struct osc *osc, u32 bytes)
{
	spin_lock(&osc->lock);
	osc->dirty -= min_t(u64, osc->dirty, bytes);
	osc->avail += bytes;
	spin_unlock(&osc->lock);
	wake_up_all(&osc->idle);
}
EXPORT_SYMBOL_GPL(osc_grant_return);

bool osc_grant_low(struct osc *osc)
{
	bool low;

	spin_lock(&osc->lock);
	low = osc->avail < PAGE_SIZE || osc->dirty + PAGE_SIZE > OSC_MAX_DIRTY;
	spin_unlock(&osc->lock);
	return low;
}
EXPORT_SYMBOL_GPL(osc_grant_low);

void osc_grant_wait(struct osc *osc)
{
	wait_event_killable_timeout(osc->idle, !osc_grant_low(osc) || !READ_ONCE(osc->flying), HZ);
}
EXPORT_SYMBOL_GPL(osc_grant_wait);

/* Tells the server how we stand: it balances its promises by that. */
static void grant_announce(struct osc *osc, struct wire_obdo *oa)
{
	spin_lock(&osc->lock);
	oa->valid |= cpu_to_le64(VALID_BLOCKS | VALID_GRANT);
	oa->blocks = cpu_to_le64(osc->dirty);
	oa->mode = cpu_to_le32(OSC_MAX_DIRTY);
	oa->misc = cpu_to_le32((u32)min_t(u64, osc->lost, U32_MAX));
	oa->grant = cpu_to_le64(osc->avail + osc->dirty);
	osc->lost = 0;
	spin_unlock(&osc->lock);
}

static u32 granted_bytes(const struct osc_io *io)
{
	unsigned int i;
	u32 bytes = 0;

	for (i = 0; i < io->nr; i++)
		if (io->pages[i].granted)
			bytes += PAGE_SIZE;
	return bytes;
}

/* @oa: the answer; NULL: it has failed, and the server must hear that its promise is void. */
static void grant_written(struct osc_io *io, const struct wire_obdo *oa)
{
	struct osc *osc = io->osc;
	u32 used = granted_bytes(io);

	spin_lock(&osc->lock);
	osc->dirty -= min_t(u64, osc->dirty, used);
	if (!oa)
		osc->lost += used;
	else if (le64_to_cpu(oa->valid) & VALID_GRANT)
		osc->avail += le64_to_cpu(oa->grant);
	spin_unlock(&osc->lock);
	wake_up_all(&osc->idle);
}

/* ---- building the request ---- */

static bool joins(const struct osc_page *a, const struct osc_page *b)
{
	return a->off + a->len == b->off && a->granted == b->granted;
}

static unsigned int count_niobufs(const struct osc_io *io)
{
	unsigned int i, nr = 1;

	for (i = 1; i < io->nr; i++)
		nr += !joins(&io->pages[i - 1], &io->pages[i]);
	return nr;
}

static void niobufs_fill(struct osc_io *io, struct wire_niobuf *nio)
{
	/* A short one's data is kept with its request. */
	bool sync = io->borrowed && !io->is_short;
	u32 base = io->write ? (sync ? BRW_SYNC : BRW_ASYNC) : 0;
	unsigned int i, n = 0;

	for (i = 0; i < io->nr; i++) {
		const struct osc_page *p = &io->pages[i];

		if (i && joins(p - 1, p)) {
			le32_add_cpu(&nio[n - 1].len, p->len);
			continue;
		}
		nio[n].offset = cpu_to_le64(p->off);
		nio[n].len = cpu_to_le32(p->len);
		nio[n].flags = cpu_to_le32(base | (p->granted ? BRW_FROM_GRANT : 0));
		n++;
	}
}

static void obdo_fill(struct osc_io *io, struct wire_obdo *oa)
{
	u64 valid = VALID_ID | VALID_GROUP | VALID_PARENT;
	u32 kind = wire_cksum_flag(le32_to_cpu(rpc_import_granted(io->osc->imp)->cksum_types));
	u32 sum;

	oa->id.fid.seq = cpu_to_le64(io->obj.seq);
	oa->id.fid.oid = cpu_to_le32(io->obj.oid);
	oa->id.fid.ver = cpu_to_le32(io->obj.ver);
	oa->parent_seq = cpu_to_le64(io->file.seq);
	oa->parent_oid = cpu_to_le32(io->file.oid);
	oa->parent_ver = cpu_to_le32(io->file.ver);
	if (io->write) {
		oa->mtime = cpu_to_le64(io->mtime.tv_sec);
		oa->atime = cpu_to_le64(io->atime.tv_sec);
		oa->ctime = cpu_to_le64(io->ctime.tv_sec);
		/* The others may well be 0, since programs set them. */
		if (io->ctime.tv_sec)
			valid |= VALID_MTIME | VALID_ATIME | VALID_CTIME;
		if (io->owner_valid) {
			oa->uid = cpu_to_le32(io->uid);
			oa->gid = cpu_to_le32(io->gid);
			valid |= VALID_UID | VALID_GID;
		}
	}
	if (io->is_short) {
		valid |= VALID_FLAGS;
		oa->flags |= cpu_to_le32(OFL_SHORT_IO);
	}
	if (kind) {
		valid |= VALID_CKSUM | VALID_FLAGS;
		oa->flags |= cpu_to_le32(kind);
		if (io->write && wire_cksum(kind, io->bv, io->nr, io->bytes, &sum))
			oa->nlink = cpu_to_le32(sum);
	}
	oa->valid = cpu_to_le64(valid);
	if (io->write)
		grant_announce(io->osc, oa);
}

/* @x: NULL with servers that do not know it */
static void extra_fill(const struct osc_io *io, struct wire_extra *x)
{
	if (!x)
		return;
	x->mtime_ns = cpu_to_le32(io->mtime.tv_nsec);
	x->atime_ns = cpu_to_le32(io->atime.tv_nsec);
	x->ctime_ns = cpu_to_le32(io->ctime.tv_nsec);
}

static int io_bvec(struct osc_io *io)
{
	unsigned int i;

	io->bv = kvcalloc(io->nr, sizeof(*io->bv), GFP_NOFS);
	if (!io->bv)
		return -ENOMEM;
	io->bytes = 0;
	for (i = 0; i < io->nr; i++) {
		io->bv[i].bv_page = io->pages[i].page;
		io->bv[i].bv_offset = io->pages[i].in_page;
		io->bv[i].bv_len = io->pages[i].len;
		io->bytes += io->pages[i].len;
	}
	return 0;
}

/* Room for a transfer's data, or memory for it attached. */
static int io_pack(struct osc_io *io, struct rpc_request *req)
{
	int rc;

	if (io->is_short && io->write)
		rpc_req_len(req, WF_SHORT_IO, io->bytes);
	else if (io->is_short)
		rpc_rep_len(req, WF_SHORT_IO, io->bytes);
	rc = rpc_pack(req);
	if (rc || io->is_short)
		return rc;
	return rpc_bulk(req, io->write, PORTAL_OST_BULK, io->bv, io->nr, io->bytes);
}

static int io_request(struct osc_io *io, struct rpc_request **reqp)
{
	const struct wire_format *fmt = io->write ? &fmt_ost_write : &fmt_ost_read;
	u32 opc = io->write ? OP_OST_WRITE : OP_OST_READ;
	struct rpc_request *req = rpc_new(io->osc->imp, fmt, opc);
	u32 parts = roundup_pow_of_two(DIV_ROUND_UP(io->bytes, LNET_MTU));
	struct wire_ioobj *ioo;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_set_portal(req, PORTAL_OST_IO);
	if (io->write)
		rpc_set_flags(req, RPC_REPLAY);
	rpc_req_len(req, WF_NIOBUF, io->nr_nio * sizeof(struct wire_niobuf));
	if (io->write)
		rpc_rep_len(req, WF_RCS, io->nr_nio * sizeof(__le32));
	if (io->write && rpc_import_vendor(io->osc->imp) & VENDOR_EXTRA)
		rpc_req_len(req, WF_EXTRA, sizeof(struct wire_extra));
	io->is_short = osc_is_short(io);
	rc = io_pack(io, req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	ioo = rpc_req_buf(req, WF_IOOBJ);
	ioo->id.fid.seq = cpu_to_le64(io->obj.seq);
	ioo->id.fid.oid = cpu_to_le32(io->obj.oid);
	ioo->id.fid.ver = cpu_to_le32(io->obj.ver);
	/* Servers refuse what is not a power of two. */
	ioo->max_brw = cpu_to_le32((parts - 1) << 16);
	ioo->bufcnt = cpu_to_le32(io->nr_nio);
	niobufs_fill(io, rpc_req_buf(req, WF_NIOBUF));
	obdo_fill(io, rpc_req_buf(req, WF_OBDO));
	if (io->write)
		extra_fill(io, rpc_req_buf(req, WF_EXTRA));
	if (io->write && io->is_short)
		osc_short_put(io, req);
	*reqp = req;
	return 0;
}

/* ---- the reply ---- */

/* Bytes past the end of the object were not sent: they are zeros. */
static void zero_rest(struct osc_io *io, u32 bytes)
{
	unsigned int i;
	u32 have;

	for (i = 0; i < io->nr; i++) {
		struct osc_page *p = &io->pages[i];

		have = min(bytes, p->len);
		bytes -= have;
		if (have < p->len)
			memzero_page(p->page, p->in_page + have, p->len - have);
	}
}

/*
 * The server's sum of what it got, or sent, is compared with one of what is here. A program may
 * change memory that it has lent while it is being written: from the second time on that is seen by
 * a sum of before.
 */
static bool cksum_wrong(struct osc_io *io, const struct wire_obdo *oa, u32 bytes)
{
	u32 sum;

	if (!(le64_to_cpu(oa->valid) & VALID_CKSUM))
		return false;
	io->cksum = le32_to_cpu(oa->flags);
	if (!wire_cksum(io->cksum, io->bv, io->nr, bytes, &sum) || sum == le32_to_cpu(oa->nlink))
		return false;
	return !io->borrowed || !io->tries || sum == io->sum;
}

static int write_result(struct rpc_request *req, struct osc_io *io)
{
	const __le32 *rcs;
	u32 len;
	unsigned int i;

	rcs = rpc_rep_buf(req, WF_RCS, &len);
	if (!rcs || len < io->nr_nio * sizeof(*rcs))
		return -EPROTO;
	for (i = 0; i < io->nr_nio; i++)
		if (rcs[i])
			return (s32)le32_to_cpu(rcs[i]) < 0 ? (s32)le32_to_cpu(rcs[i]) : -EPROTO;
	return 0;
}

static int io_result(struct rpc_request *req, struct osc_io *io, u32 *bytes)
{
	const struct wire_obdo *oa;
	int rc = req->status;

	if (rc < 0)
		return rc;
	oa = rpc_rep_buf(req, WF_OBDO, NULL);
	if (!oa)
		return -EPROTO;
	if (io->write) {
		*bytes = io->bytes;
		rc = write_result(req, io);
		if (!rc)
			osc_changed(io->osc, &io->obj);
		if (!rc && le64_to_cpu(oa->valid) & VALID_BLOCKS)
			io->blocks = le64_to_cpu(oa->blocks);
	} else {
		*bytes = rc;
		if (*bytes > io->bytes)
			return -EPROTO;
		if (io->is_short)
			rc = osc_short_get(io, req, *bytes);
		else	/* The answer to a first sending; no data came to the second. */
			rc = rpc_bulk_moved(req) < *bytes ? -EAGAIN : 0;
	}
	if (!rc && cksum_wrong(io, oa, *bytes))
		return -EAGAIN;
	return rc;
}

static void io_finish(struct osc_io *io, int rc, u32 bytes)
{
	if (!rc && !io->write)
		zero_rest(io, bytes);
	kvfree(io->bv);
	io->bv = NULL;
	io->done(io, rc, bytes);
}

/* Notes the request of a transfer, for osc_cancel(). */
static int io_note(struct osc_io *io, struct rpc_request *req)
{
	bool cancelled;

	spin_lock(&io->osc->lock);
	cancelled = io->cancelled;
	if (!cancelled)
		io->req = rpc_get(req);
	spin_unlock(&io->osc->lock);
	return cancelled ? -EINTR : 0;
}

static void io_forget(struct osc_io *io)
{
	struct rpc_request *req;

	spin_lock(&io->osc->lock);
	req = io->req;
	io->req = NULL;
	spin_unlock(&io->osc->lock);
	rpc_put(req);
}

/*
 * Only what our locks cover may be written. After an eviction that is not so any more, and what
 * others have written since must stay.
 */
static bool is_covered(const struct osc_io *io)
{
	const struct osc_page *p = io->pages;
	struct ldlm_res_id res;
	struct ldlm_extent ext;
	unsigned int i;

	ldlm_ost_res(&io->obj, &res);
	for (i = 0; i < io->nr; i++) {
		if (!i || p[i - 1].off + p[i - 1].len != p[i].off)
			ext.start = p[i].off;
		ext.end = p[i].off + p[i].len - 1;
		if ((i + 1 == io->nr || ext.end + 1 != p[i + 1].off) &&
		    !ldlm_held(io->osc->dev->ns, &res, &ext, LCK_PW))
			return false;
	}
	return true;
}

/* Sends a transfer that has its turn; false: that was not possible and it has ended. */
static bool io_send(struct osc_io *io)
{
	/* Before the look at the locks: a request of a lost connection's time fails. */
	u32 generation = rpc_import_generation(io->osc->imp);
	struct rpc_request *req;
	int rc = io_bvec(io);

	if (!rc && io->write && !is_covered(io))
		rc = -EIO;
	if (!rc && io->borrowed && io->tries)
		wire_cksum(io->cksum, io->bv, io->nr, io->bytes, &io->sum);
	if (!rc)
		rc = io_request(io, &req);
	if (!rc) {
		rpc_set_generation(req, generation);
		rc = io_note(io, req);
		if (!rc) {
			rpc_send(req, io_done, io);
			return true;
		}
		rpc_put(req);
	}
	if (io->write)
		grant_written(io, NULL);
	io_finish(io, rc, 0);
	return false;
}

/* A transfer has ended: it is the turn of the next one, or of those after it that can be sent. */
static void flying_next(struct osc *osc)
{
	struct osc_io *next;

	do {
		spin_lock(&osc->lock);
		next = list_first_entry_or_null(&osc->queue, struct osc_io, link);
		if (next)
			list_del(&next->link);
		else if (!--osc->flying)
			wake_up_all(&osc->idle);
		spin_unlock(&osc->lock);
	} while (next && !io_send(next));
}

static void io_start(struct osc_io *io)
{
	struct osc *osc = io->osc;

	if (!io_send(io))
		flying_next(osc);
}

static void io_done(struct rpc_request *req, void *arg)
{
	struct osc_io *io = arg;
	struct osc *osc = io->osc;
	u32 bytes = 0;
	int rc = io_result(req, io, &bytes);

	io_forget(io);
	if (rc == -EAGAIN && ++io->tries < CKSUM_TRIES) {
		pr_warn_ratelimited("%s: data of object %#llx:%#x was lost or damaged on its way over the network, sending again\n",
				    osc->dev->name, io->obj.seq, io->obj.oid);
		kvfree(io->bv);
		io->bv = NULL;
		io_start(io);
		return;
	}
	if (io->write)
		grant_written(io, rc ? NULL : rpc_rep_buf(req, WF_OBDO, NULL));
	io_finish(io, rc == -EAGAIN ? -EIO : rc, bytes);
	flying_next(osc);
}

void osc_submit(struct osc_io *io)
{
	struct osc *osc = io->osc;
	bool wait;

	io->tries = 0;
	io->req = NULL;
	io->cancelled = false;
	io->blocks = OSC_BLOCKS_UNKNOWN;
	io->nr_nio = count_niobufs(io);
	spin_lock(&osc->lock);
	wait = osc->flying >= MAX_FLYING;
	if (wait)
		list_add_tail(&io->link, &osc->queue);
	else
		osc->flying++;
	spin_unlock(&osc->lock);
	if (!wait)
		io_start(io);
}
EXPORT_SYMBOL_GPL(osc_submit);

void osc_cancel(struct osc_io *io)
{
	struct osc *osc = io->osc;
	struct rpc_request *req = NULL;
	struct osc_io *queued;
	bool waits = false;

	spin_lock(&osc->lock);
	io->cancelled = true;
	list_for_each_entry(queued, &osc->queue, link)
		waits |= queued == io;
	if (waits)
		list_del(&io->link);
	else if (io->req)
		req = rpc_get(io->req);
	spin_unlock(&osc->lock);
	if (waits) {
		if (io->write)
			grant_written(io, NULL);
		io_finish(io, -EINTR, 0);
	} else if (req) {
		rpc_abort(req, -EINTR);
		rpc_put(req);
	}
}
EXPORT_SYMBOL_GPL(osc_cancel);

struct io_waiter {
	struct completion done;
	int rc;
	u32 bytes;
};

static void waiter_done(struct osc_io *io, int rc, u32 bytes)
{
	struct io_waiter *w = io->arg;

	w->rc = rc;
	w->bytes = bytes;
	complete(&w->done);
}

int osc_io_wait(struct osc_io *io, u32 *bytes)
{
	struct io_waiter w;

	init_completion(&w.done);
	io->done = waiter_done;
	io->arg = &w;
	osc_submit(io);
	if (wait_for_completion_killable(&w.done)) {
		osc_cancel(io);
		wait_for_completion(&w.done);
	}
	*bytes = w.bytes;
	return w.rc;
}
EXPORT_SYMBOL_GPL(osc_io_wait);
