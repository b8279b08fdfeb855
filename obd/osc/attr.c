// SPDX-License-Identifier: GPL-2.0
/* Locks and attributes of objects. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/osc/internal.h"

int osc_lock(struct osc *osc, const struct fid *obj, u64 start, u64 end, enum ldlm_mode mode,
	     void *data, struct ldlm_lock **lock)
{
	struct ldlm_enqueue what = {
		.type = LDLM_EXTENT,
		.mode = mode,
		.policy.extent = { round_down(start, PAGE_SIZE),
				   end == ~0ULL ? end : end | (PAGE_SIZE - 1) },
		.data = data,
	};

	ldlm_ost_res(obj, &what.res);
	return ldlm_enqueue_call(osc->dev->ns, osc->imp, &what, lock);
}
EXPORT_SYMBOL_GPL(osc_lock);

void osc_unlock(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	ldlm_decref(lock, mode);
}
EXPORT_SYMBOL_GPL(osc_unlock);

static int glimpse_result(struct rpc_request *req, struct wire_ost_lvb *lvb)
{
	const struct wire_ost_lvb *rep;
	u32 len;

	rep = rpc_rep_buf(req, WF_LVB, &len);
	if (!rep || len < offsetof(struct wire_ost_lvb, mtime_ns))
		return -EPROTO;
	memset(lvb, 0, sizeof(*lvb));
	memcpy(lvb, rep, min_t(u32, len, sizeof(*lvb)));
	return 0;
}

static int glimpse_new(struct osc *osc, const struct fid *obj, void *data, u32 flags,
		       struct rpc_request **req, struct ldlm_lock **lock)
{
	struct ldlm_enqueue what = {
		.type = LDLM_EXTENT,
		.mode = LCK_PR,
		.policy.extent = { 0, ~0ULL },
		.flags = LDLM_FL_HAS_INTENT,
		.data = data,
	};
	int rc;

	ldlm_ost_res(obj, &what.res);
	rc = ldlm_enqueue_new(osc->dev->ns, osc->imp, &what, &fmt_enqueue, req, lock);
	if (rc)
		return rc;
	rpc_set_flags(*req, flags);
	rpc_rep_len(*req, WF_LVB, sizeof(struct wire_ost_lvb));
	return ldlm_enqueue_pack(*req, *lock);
}

/* Takes the answer in; the request goes. */
static int glimpse_finish(struct rpc_request *req, struct ldlm_lock *lock,
			  struct wire_ost_lvb *lvb)
{
	int rc = ldlm_enqueue_done(req, &lock);

	if (rc >= 0) {
		rc = glimpse_result(req, lvb);
		if (lock)
			ldlm_decref(lock, LCK_PR);
	}
	rpc_put(req);
	return rc;
}

int osc_glimpse(struct osc *osc, const struct fid *obj, void *data, struct wire_ost_lvb *lvb)
{
	struct rpc_request *req;
	struct ldlm_lock *lock;
	int rc = glimpse_new(osc, obj, data, 0, &req, &lock);

	if (rc)
		return rc;
	rpc_call(req);
	return glimpse_finish(req, lock, lvb);
}
EXPORT_SYMBOL_GPL(osc_glimpse);

int osc_glimpse_batch(struct osc *osc, struct osc_look *looks, unsigned int nr)
{
	struct rpc_request **reqs = kcalloc(nr, sizeof(*reqs), GFP_NOFS);
	struct ldlm_lock **locks = kcalloc(nr, sizeof(*locks), GFP_NOFS);
	unsigned int made = 0, i;

	while (reqs && locks && made < nr &&
	       !glimpse_new(osc, &looks[made].obj, looks[made].data, RPC_SUB, &reqs[made],
			    &locks[made]))
		made++;
	if (made)
		rpc_batch_call(osc->imp, reqs, made);
	for (i = 0; i < nr; i++)
		looks[i].rc = i < made ? glimpse_finish(reqs[i], locks[i], &looks[i].lvb) : -ENOMEM;
	kfree(locks);
	kfree(reqs);
	return made ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(osc_glimpse_batch);

void osc_obdo_id(struct wire_obdo *oa, const struct fid *obj)
{
	oa->id.fid.seq = cpu_to_le64(obj->seq);
	oa->id.fid.oid = cpu_to_le32(obj->oid);
	oa->id.fid.ver = cpu_to_le32(obj->ver);
	oa->valid |= cpu_to_le64(VALID_ID | VALID_GROUP);
}

void osc_changed(struct osc *osc, const struct fid *obj)
{
	spin_lock(&osc->lock);
	osc->changed = *obj;
	spin_unlock(&osc->lock);
}

static int body_call(struct osc *osc, u32 opc, const struct fid *obj, struct wire_obdo *oa,
		     const struct wire_extra *extra, u32 flags)
{
	osc_obdo_id(oa, obj);
	return rpc_call_obdo(osc->imp, opc, PORTAL_OST_REQUEST, flags, oa, extra, NULL);
}

static int change_call(struct osc *osc, u32 opc, const struct fid *obj, struct wire_obdo *oa,
		       const struct wire_extra *extra)
{
	int rc = body_call(osc, opc, obj, oa, extra, RPC_REPLAY);

	if (!rc)
		osc_changed(osc, obj);
	return rc;
}

int osc_punch(struct osc *osc, const struct fid *obj, u64 start, u64 end,
	      struct timespec64 time)
{
	struct wire_obdo oa = {
		.valid = cpu_to_le64(VALID_SIZE | VALID_BLOCKS | VALID_MTIME | VALID_CTIME),
		.size = cpu_to_le64(start),
		.blocks = cpu_to_le64(end),
		.mtime = cpu_to_le64(time.tv_sec),
		.ctime = cpu_to_le64(time.tv_sec),
	};
	struct wire_extra extra = {
		.mtime_ns = cpu_to_le32(time.tv_nsec),
		.ctime_ns = cpu_to_le32(time.tv_nsec),
	};

	return change_call(osc, OP_OST_PUNCH, obj, &oa, &extra);
}
EXPORT_SYMBOL_GPL(osc_punch);

int osc_setattr(struct osc *osc, const struct fid *obj, const struct wire_obdo *oa,
		const struct wire_extra *extra)
{
	struct wire_obdo copy = *oa;

	return change_call(osc, OP_OST_SETATTR, obj, &copy, extra);
}
EXPORT_SYMBOL_GPL(osc_setattr);

static int sync_call(struct osc *osc, const struct fid *obj, u32 flags)
{
	struct wire_obdo oa = {
		.valid = cpu_to_le64(VALID_SIZE | VALID_BLOCKS),
		.blocks = cpu_to_le64(~0ULL),
	};

	return body_call(osc, OP_OST_SYNC, obj, &oa, NULL, flags);
}

/*
 * Stock servers refuse to sync all there is. What one object needs to be safe has all that was done
 * before it with it, since they commit in order.
 */
static int sync_all(struct osc *osc, u32 flags)
{
	struct fid last, none = {};
	int rc = -EPROTO;

	spin_lock(&osc->lock);
	last = osc->changed;
	spin_unlock(&osc->lock);
	if (!READ_ONCE(osc->sync_by_object))
		rc = sync_call(osc, &none, flags);
	if (rc != -EPROTO)
		return rc;
	WRITE_ONCE(osc->sync_by_object, true);
	rc = fid_is_zero(&last) ? 0 : sync_call(osc, &last, flags);
	/* It has been removed meanwhile. */
	return rc == -ENOENT ? 0 : rc;
}

int osc_sync(struct osc *osc, const struct fid *obj)
{
	/* What was never connected has nothing of ours. */
	if (!rpc_import_reached(osc->imp))
		return 0;
	return fid_is_zero(obj) ? sync_all(osc, RPC_REPLAY) : sync_call(osc, obj, RPC_REPLAY);
}
EXPORT_SYMBOL_GPL(osc_sync);

int osc_commit(struct osc *osc)
{
	return sync_all(osc, RPC_NO_DELAY | RPC_NO_RESEND);
}
EXPORT_SYMBOL_GPL(osc_commit);

int osc_statfs(struct osc *osc, struct wire_statfs *st)
{
	/* df must not hang on one OST that is down. */
	return rpc_call_statfs(osc->imp, OP_OST_STATFS, RPC_NO_DELAY, st);
}
EXPORT_SYMBOL_GPL(osc_statfs);
