// SPDX-License-Identifier: GPL-2.0
/*
 * Open files survive a restart of the server: the request that opened one is replayed as long as it
 * is open, even when it is committed there.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/mdc/internal.h"

#define MDC_OPENS_LISTED	6u	/* in a message */

/**
 * struct mdc_opened - an open file
 * @handle: as the caller of mdc_open() knows it
 * @now: as the server does since it was replayed last
 * @open: its request, with a reference
 * @close: the request that closes it, while that is under way
 *
 * All but @handle and @open are guarded by mdc::opens_lock.
 */
struct mdc_opened {
	struct hlist_node hash;
	u64 handle;
	u64 now;
	struct rpc_request *open;
	struct rpc_request *close;
};

/* Under opens_lock. */
static struct mdc_opened *find(struct mdc *mdc, u64 handle)
{
	struct mdc_opened *o;

	hash_for_each_possible(mdc->opens, o, hash, handle)
		if (o->handle == handle)
			return o;
	return NULL;
}

/* The file is not what it was, or not there: it stays closed on the server. */
static void refused(struct mdc *mdc, const struct wire_rec_create *rec, int rc)
{
	struct rpc_request *open = NULL;
	struct mdc_opened *o;

	pr_warn("%s: file %llx:%x could not be opened again after the server's restart: error %d\n",
		mdc->dev->name, le64_to_cpu(rec->fid2.seq), le32_to_cpu(rec->fid2.oid), rc);
	spin_lock(&mdc->opens_lock);
	o = find(mdc, le64_to_cpu(rec->old_handle));
	if (o)
		open = rpc_get(o->open);
	spin_unlock(&mdc->opens_lock);
	if (!open)
		return;
	rpc_drop_from_replay(open);
	rpc_put(open);
}

/* Our own servers give the old handle again, others a new one. */
static void replayed(struct rpc_request *req, bool done, void *arg)
{
	struct mdc *mdc = arg;
	const struct wire_rec_create *rec = rpc_req_buf(req, WF_REC);
	const struct wire_lock_rep *rep;
	const struct wire_mdt_body *body;
	struct wire_ioepoch *epoch;
	struct mdc_opened *o;

	if (!done)
		return;
	rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);
	if (rep && rep->status)
		refused(mdc, rec, rpc_errno((int)(s64)le64_to_cpu(rep->status)));
	body = rpc_rep_buf(req, WF_MDT_BODY, NULL);
	if (!body || !body->handle)
		return;
	spin_lock(&mdc->opens_lock);
	o = find(mdc, le64_to_cpu(rec->old_handle));
	if (o) {
		o->now = le64_to_cpu(body->handle);
		if (o->close) {
			epoch = rpc_req_buf(o->close, WF_IOEPOCH);
			epoch->handle = body->handle;
		}
	}
	spin_unlock(&mdc->opens_lock);
}

/* The objects of a new file are its own after a replay, too. */
static void layout_put(struct rpc_request *req, const struct wire_mdt_body *body)
{
	u32 len = le32_to_cpu(body->eadatasize), have;
	const void *layout = rpc_rep_buf(req, WF_LAYOUT, &have);
	void *ea;

	if (!(le64_to_cpu(body->valid) & VALID_EASIZE) || !layout || !len || len > have)
		return;
	ea = rpc_req_resize(req, WF_EADATA, len);
	if (ea)
		memcpy(ea, layout, len);
}

/* The answer to an open that has made a handle, or NULL. */
static const struct wire_mdt_body *open_body(struct rpc_request *req)
{
	const struct wire_lock_rep *rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);
	const struct wire_mdt_body *body = rpc_rep_buf(req, WF_MDT_BODY, NULL);

	return rep && body && !rep->status && body->handle &&
	       le64_to_cpu(rep->disposition) & DISP_OPEN_OPEN ? body : NULL;
}

static void replied(struct rpc_request *req, void *arg)
{
	const struct wire_mdt_body *body = open_body(req);
	struct wire_rec_create *rec;
	struct mdc *mdc = arg;
	struct mdc_opened *o;

	if (!body)
		return;
	o = kzalloc(sizeof(*o), GFP_NOFS);
	if (!o)
		return;
	layout_put(req, body);
	rec = rpc_req_buf(req, WF_REC);
	rec->fid2 = body->fid1;
	rec->old_handle = body->handle;
	rpc_set_replay(req, replayed, mdc);
	rpc_keep_for_replay(req);
	o->handle = le64_to_cpu(body->handle);
	o->now = o->handle;
	o->open = rpc_get(req);
	spin_lock(&mdc->opens_lock);
	hash_add(mdc->opens, &o->hash, o->handle);
	spin_unlock(&mdc->opens_lock);
}

void mdc_open_keep(struct mdc *mdc, struct rpc_request *req)
{
	rpc_set_replied(req, replied, mdc);
}

void mdc_open_left(struct rpc_request *req, void *arg)
{
	const struct wire_mdt_body *body = open_body(req);
	struct fid fid;

	if (!body)
		return;
	mdc_fid_get(&body->fid1, &fid);
	mdc_close_start(arg, &fid, le64_to_cpu(body->handle), NULL);
}

/* Objects that a file was given are its own after a replay, too. */
static void layout_replied(struct rpc_request *req, void *arg)
{
	u32 len;
	const void *layout = rpc_rep_buf(req, WF_LVB, &len);
	void *ea;

	if (!layout || !len)
		return;
	ea = rpc_req_resize(req, WF_EADATA, len);
	if (ea)
		memcpy(ea, layout, len);
}

void mdc_layout_keep(struct mdc *mdc, struct rpc_request *req)
{
	rpc_set_replied(req, layout_replied, mdc);
}

u64 mdc_close_handle(struct mdc *mdc, u64 handle, struct rpc_request *req)
{
	struct mdc_opened *o;

	spin_lock(&mdc->opens_lock);
	o = find(mdc, handle);
	if (o) {
		o->close = req;
		handle = o->now;
	}
	spin_unlock(&mdc->opens_lock);
	return handle;
}

static void opened_free(struct mdc_opened *o)
{
	rpc_drop_from_replay(o->open);
	rpc_put(o->open);
	kfree(o);
}

/* Under opens_lock. Servers that are not ours may have changed the handle meanwhile. */
static struct mdc_opened *find_closed(struct mdc *mdc, struct rpc_request *close)
{
	const struct wire_ioepoch *epoch = rpc_req_buf(close, WF_IOEPOCH);
	struct mdc_opened *o = find(mdc, le64_to_cpu(epoch->handle));
	int bkt;

	if (o && o->close == close)
		return o;
	hash_for_each(mdc->opens, bkt, o, hash)
		if (o->close == close)
			return o;
	return NULL;
}

void mdc_close_done(struct mdc *mdc, struct rpc_request *close)
{
	struct mdc_opened *o;

	spin_lock(&mdc->opens_lock);
	o = find_closed(mdc, close);
	if (o)
		hash_del(&o->hash);
	spin_unlock(&mdc->opens_lock);
	if (o)
		opened_free(o);
}

unsigned int mdc_opens_list(struct mdc *mdc, char *text, size_t size)
{
	const struct wire_rec_create *rec;
	struct mdc_opened *o;
	unsigned int nr = 0;
	struct fid fid;
	int bkt, n = 0;

	spin_lock(&mdc->opens_lock);
	hash_for_each(mdc->opens, bkt, o, hash) {
		rec = rpc_req_buf(o->open, WF_REC);
		mdc_fid_get(&rec->fid2, &fid);
		if (nr++ < MDC_OPENS_LISTED)
			n += scnprintf(text + n, size - n, "%s" FID_FMT, nr > 1 ? ", " : "",
				       fid.seq, fid.oid, fid.ver);
	}
	spin_unlock(&mdc->opens_lock);
	return nr;
}

void mdc_opens_drop(struct mdc *mdc)
{
	struct hlist_node *next;
	struct mdc_opened *o;
	int bkt;

	hash_for_each_safe(mdc->opens, bkt, next, o, hash) {
		hash_del(&o->hash);
		opened_free(o);
	}
}
