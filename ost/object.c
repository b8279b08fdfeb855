// SPDX-License-Identifier: GPL-2.0
/* Objects: finding them, their attributes, and the requests that only concern attributes. */
#include <linux/ktime.h>
#include <linux/magic.h>
#include <linux/stat.h>

#include "ost/ost_internal.h"

/* What an object can tell of itself. */
#define OBJECT_VALID	(VALID_ID | VALID_GROUP | VALID_ATIME | VALID_MTIME | VALID_CTIME | \
			 VALID_SIZE | VALID_BLOCKS | VALID_BLKSIZE | VALID_MODE | VALID_TYPE | \
			 VALID_UID | VALID_GID)

#define ALL_TIMES	(OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME)

static void fid_unpack(const struct wire_ost_id *id, struct fid *fid)
{
	fid->seq = le64_to_cpu(id->fid.seq);
	fid->oid = le32_to_cpu(id->fid.oid);
	fid->ver = 0;
}

int ost_object(struct rpc_srv_req *req, const struct wire_ost_id *id, struct osd_object **obj)
{
	struct fid fid;

	fid_unpack(id, &fid);
	if (fid.seq != FID_SEQ_OST(req->dev->index) || !fid.oid)
		return -EPROTO;
	return osd_object_find(target_osd(req->dev), &fid, obj);
}

bool ost_is_moot(struct rpc_srv_req *req, const struct wire_ost_id *id)
{
	u32 last;

	return rpc_srv_replay(req) &&
	       !osd_data_last(target_osd(req->dev), le64_to_cpu(id->fid.seq), &last) &&
	       le32_to_cpu(id->fid.oid) <= last;
}

int ost_not_found(struct rpc_srv_req *req, const struct wire_ost_id *id, int rc)
{
	if (rc != -ENOENT || !ost_is_moot(req, id))
		return rc;
	target_trans_nodisk(req, 0);
	return rpc_srv_pack(req);
}

void ost_res_id(const struct osd_object *obj, struct ldlm_res_id *res)
{
	ldlm_ost_res(osd_object_fid(obj), res);
}

static int attr_get(struct osd_object *obj, struct osd_attr *a)
{
	int rc;

	osd_data_lock(obj);
	rc = osd_attr_get(obj, a);
	osd_data_unlock(obj);
	return rc;
}

int ost_attr_pack(struct osd_object *obj, struct wire_obdo *oa)
{
	const struct fid *fid = osd_object_fid(obj);
	struct osd_attr a;
	int rc = attr_get(obj, &a);

	if (rc)
		return rc;
	oa->id.fid.seq = cpu_to_le64(fid->seq);
	oa->id.fid.oid = cpu_to_le32(fid->oid);
	oa->valid = cpu_to_le64(OBJECT_VALID);
	oa->size = cpu_to_le64(a.size);
	oa->blocks = cpu_to_le64(a.blocks);
	oa->atime = cpu_to_le64(a.atime);
	oa->mtime = cpu_to_le64(a.mtime);
	oa->ctime = cpu_to_le64(a.ctime);
	oa->blksize = cpu_to_le32(a.blksize);
	oa->mode = cpu_to_le32(a.mode);
	oa->uid = cpu_to_le32(a.uid);
	oa->gid = cpu_to_le32(a.gid);
	return 0;
}

int ost_lvb_fill(struct obd_device *dev, const struct ldlm_res_id *res, struct wire_ost_lvb *lvb)
{
	struct fid fid = { .seq = res->name[0], .oid = (u32)res->name[1] };
	struct osd_object *obj;
	struct osd_attr a;
	int rc = osd_object_find(target_osd(dev), &fid, &obj);

	if (rc)
		return rc;
	rc = attr_get(obj, &a);
	osd_object_put(obj);
	if (rc)
		return rc;
	lvb->size = cpu_to_le64(a.size);
	lvb->blocks = cpu_to_le64(a.blocks);
	lvb->atime = cpu_to_le64(a.atime);
	lvb->mtime = cpu_to_le64(a.mtime);
	lvb->ctime = cpu_to_le64(a.ctime);
	lvb->atime_ns = cpu_to_le32(a.atime_ns);
	lvb->mtime_ns = cpu_to_le32(a.mtime_ns);
	lvb->ctime_ns = cpu_to_le32(a.ctime_ns);
	return 0;
}

/* By the changers' clocks; a stock client's time is one of whole seconds. */
static bool is_older(const struct wire_obdo *oa, const struct wire_extra *x,
		     const struct osd_attr *now)
{
	s64 ctime = (s64)le64_to_cpu(oa->ctime);

	return ctime < now->ctime ||
	       (ctime == now->ctime && x && wire_nsec(x->ctime_ns) < now->ctime_ns);
}

static void times_told(struct osd_attr *attr, const struct wire_obdo *oa,
		       const struct wire_extra *x, u64 valid)
{
	if (valid & VALID_CTIME && is_older(oa, x, attr))
		return;
	if (valid & VALID_ATIME) {
		attr->atime = (s64)le64_to_cpu(oa->atime);
		attr->atime_ns = x ? wire_nsec(x->atime_ns) : 0;
	}
	if (valid & VALID_MTIME) {
		attr->mtime = (s64)le64_to_cpu(oa->mtime);
		attr->mtime_ns = x ? wire_nsec(x->mtime_ns) : 0;
	}
	if (valid & VALID_CTIME) {
		attr->ctime = (s64)le64_to_cpu(oa->ctime);
		attr->ctime_ns = x ? wire_nsec(x->ctime_ns) : 0;
	}
}

static void times_of_now(struct osd_attr *attr)
{
	struct timespec64 now = ns_to_timespec64(ktime_get_real_ns());

	if (now.tv_sec <= attr->ctime)
		return;
	attr->mtime = now.tv_sec;
	attr->mtime_ns = now.tv_nsec;
	attr->ctime = now.tv_sec;
	attr->ctime_ns = now.tv_nsec;
}

int ost_change_begin(struct rpc_srv_req *req, struct osd_object *obj, const struct wire_obdo *oa,
		     u64 mask, bool data, struct ost_change *c)
{
	u64 valid = le64_to_cpu(oa->valid) & mask;
	int rc;

	osd_data_lock(obj);
	rc = osd_attr_get(obj, &c->was);
	if (rc) {
		osd_data_unlock(obj);
		return rc;
	}
	c->attr = c->was;
	c->what = ALL_TIMES | (valid & VALID_UID ? OSD_A_UID : 0) |
		  (valid & VALID_GID ? OSD_A_GID : 0);
	c->attr.uid = le32_to_cpu(oa->uid);
	c->attr.gid = le32_to_cpu(oa->gid);
	if (valid & OST_TIMES)
		times_told(&c->attr, oa, rpc_srv_extra(req), valid);
	else if (data)
		times_of_now(&c->attr);
	return 0;
}

int ost_change_end(struct osd_object *obj, const struct ost_change *c, int rc)
{
	if (rc)
		osd_data_attr_set(obj, &c->was, ALL_TIMES);
	else
		rc = osd_data_attr_set(obj, &c->attr, c->what);
	osd_data_unlock(obj);
	return rc;
}

int ost_reply_attr(struct rpc_srv_req *req, struct osd_object *obj)
{
	int rc = rpc_srv_pack(req);

	return rc ?: ost_attr_pack(obj, rpc_srv_rep_buf(req, WF_OBDO));
}

void ost_changed(struct rpc_srv_req *req, struct osd_object *obj)
{
	struct ldlm_res_id res;

	ost_res_id(obj, &res);
	ldlm_lvb_update(req->dev->ns, &res);
	target_trans_nodisk(req, 0);
}

int ost_store_begin(struct obd_export *exp)
{
	bool failed;

	spin_lock(&exp->lock);
	failed = exp->failed;
	if (!failed)
		exp->stores++;
	spin_unlock(&exp->lock);
	return failed ? -ENOTCONN : 0;
}

void ost_store_end(struct obd_export *exp)
{
	bool last;

	spin_lock(&exp->lock);
	last = !--exp->stores;
	spin_unlock(&exp->lock);
	if (last)
		wake_up_all(&ost_of(exp->dev)->stored);
}

void ost_stores_wait(struct obd_export *exp)
{
	wait_event(ost_of(exp->dev)->stored, !READ_ONCE(exp->stores));
}

int ost_getattr(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct osd_object *obj;
	int rc = oa ? ost_object(req, &oa->id, &obj) : -EPROTO;

	if (rc)
		return rc;
	rc = ost_reply_attr(req, obj);
	osd_object_put(obj);
	return rc;
}

int ost_setattr(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct ost_change change;
	struct osd_object *obj;
	int rc;

	if (!oa)
		return -EPROTO;
	rc = ost_object(req, &oa->id, &obj);
	if (rc)
		return ost_not_found(req, &oa->id, rc);
	rc = ost_change_begin(req, obj, oa, OST_OWNER | OST_TIMES, false, &change);
	if (!rc)
		rc = ost_change_end(obj, &change, 0);
	if (!rc) {
		ost_changed(req, obj);
		rc = ost_reply_attr(req, obj);
	}
	osd_object_put(obj);
	return rc;
}

static int punch_store(struct rpc_srv_req *req, struct osd_object *obj,
		       const struct wire_obdo *oa)
{
	struct ost_change change;
	int rc = ost_store_begin(req->exp);

	if (rc)
		return rc;
	rc = ost_change_begin(req, obj, oa, OST_TIMES, true, &change);
	if (!rc) {
		rc = osd_data_punch(obj, le64_to_cpu(oa->size), le64_to_cpu(oa->blocks));
		rc = ost_change_end(obj, &change, rc);
	}
	ost_store_end(req->exp);
	return rc;
}

int ost_punch(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	u64 need = VALID_SIZE | VALID_BLOCKS;
	struct osd_object *obj;
	int rc;

	if (!oa || (le64_to_cpu(oa->valid) & need) != need ||
	    le64_to_cpu(oa->size) > le64_to_cpu(oa->blocks))
		return -EPROTO;
	rc = ost_object(req, &oa->id, &obj);
	if (rc)
		return ost_not_found(req, &oa->id, rc);
	rc = punch_store(req, obj, oa);
	if (!rc) {
		ost_changed(req, obj);
		rc = ost_reply_attr(req, obj);
	}
	osd_object_put(obj);
	return rc;
}

int ost_sync(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct osd_object *obj;
	int rc;

	if (!oa)
		return -EPROTO;
	/* No object: everything. */
	if (!le32_to_cpu(oa->id.fid.oid)) {
		rc = target_sync(req->dev);
		return rc ?: rpc_srv_pack(req);
	}
	rc = ost_object(req, &oa->id, &obj);
	if (rc)
		return rc;
	rc = osd_data_sync(obj);
	if (!rc)
		rc = ost_reply_attr(req, obj);
	osd_object_put(obj);
	return rc;
}

int ost_statfs(struct rpc_srv_req *req)
{
	struct wire_statfs *out;
	struct osd_statfs st;
	int rc = osd_statfs(target_osd(req->dev), &st);

	if (!rc)
		rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	out = rpc_srv_rep_buf(req, WF_STATFS);
	out->type = cpu_to_le64(EXT4_SUPER_MAGIC);
	out->blocks = cpu_to_le64(st.blocks);
	out->bfree = cpu_to_le64(st.bfree);
	out->bavail = cpu_to_le64(st.bavail);
	out->files = cpu_to_le64(st.files);
	out->ffree = cpu_to_le64(st.ffree);
	out->bsize = cpu_to_le32(st.bsize);
	out->namelen = cpu_to_le32(st.namelen);
	out->maxbytes = cpu_to_le64(st.maxbytes);
	if (st.readonly)
		out->state = cpu_to_le32(OS_STATFS_READONLY);
	return 0;
}
