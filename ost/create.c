// SPDX-License-Identifier: GPL-2.0
/*
 * Objects are created in advance for the MDT and destroyed on its word (protocol: mds/pool.h). Only
 * a metadata server may ask; clients get -EPERM.
 */
#include "ost/ost_internal.h"

#define MAX_CREATE	20000u	/* objects of one request: a larger jump is a mistake */

static bool from_mds(struct rpc_srv_req *req)
{
	return export_flags(req->exp) & CONN_MDS;
}

static int destroy_above(struct rpc_srv_req *req, u64 seq, u32 keep, u32 last)
{
	struct fid fid = { .seq = seq };
	int rc = 0;

	if (last > keep)
		pr_info("%s: removing %u objects that no file uses\n", req->dev->name, last - keep);
	for (fid.oid = last; fid.oid > keep && !rc; fid.oid--)
		rc = osd_data_destroy(target_osd(req->dev), &fid);
	return rc;
}

/*
 * Objects above @want that no file uses are removed, and one is made after them: a client that the
 * MDT has evicted may still write to those, so their ids must not come back with other files.
 */
static int create_anew(struct rpc_srv_req *req, u64 seq, u32 want, u32 *last)
{
	struct osd_device *osd = target_osd(req->dev);
	u32 old = *last, first = max(old, want) + 1;
	int rc = 0;

	if (old < want)
		rc = osd_data_create(osd, seq, old + 1, want);
	/*
	 * Before the others go: the highest that exists tells after a restart which ids were in
	 * use.
	 */
	if (!rc)
		rc = osd_data_create(osd, seq, first, first);
	if (!rc)
		rc = destroy_above(req, seq, want, old);
	if (!rc)
		*last = first;
	return rc;
}

static int create_up_to(struct rpc_srv_req *req, u64 seq, u32 want, bool delorphan, u32 *last)
{
	struct osd_device *osd = target_osd(req->dev);
	int rc = osd_data_last(osd, seq, last);

	if (rc || (*last >= want && !delorphan))
		return rc;
	if (want > *last && want - *last > MAX_CREATE) {
		pr_err("%s: asked to create objects %u to %u: refused, this OST seems to have lost its objects or to belong to another file system\n",
		       req->dev->name, *last + 1, want);
		return -EINVAL;
	}
	if (delorphan)
		return create_anew(req, seq, want, last);
	rc = osd_data_create(osd, seq, *last + 1, want);
	if (!rc)
		*last = want;
	return rc;
}

int ost_create(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct ost_target *ost = ost_of(req->dev);
	struct wire_obdo *out;
	bool delorphan;
	u64 seq, valid;
	u32 last = 0;
	int rc;

	if (!oa)
		return -EPROTO;
	if (!from_mds(req))
		return -EPERM;
	seq = le64_to_cpu(oa->id.fid.seq);
	valid = le64_to_cpu(oa->valid);
	if (seq != FID_SEQ_OST(req->dev->index))
		return -EPROTO;
	delorphan = valid & VALID_FLAGS && le32_to_cpu(oa->flags) & OFL_DELORPHAN;
	mutex_lock(&ost->create_lock);
	rc = create_up_to(req, seq, le32_to_cpu(oa->id.fid.oid), delorphan, &last);
	/* That is not replayed: the objects must not come back with a power cut. */
	if (!rc && delorphan)
		rc = target_sync(req->dev);
	mutex_unlock(&ost->create_lock);
	if (!rc)
		rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	target_trans_nodisk(req, 0);
	out = rpc_srv_rep_buf(req, WF_OBDO);
	out->valid = cpu_to_le64(VALID_ID | VALID_GROUP);
	out->id.fid.seq = cpu_to_le64(seq);
	out->id.fid.oid = cpu_to_le32(last);
	return 0;
}

static int destroy_one(struct rpc_srv_req *req, const struct fid *fid)
{
	union ldlm_policy all = { .extent = { 0, ~0ULL } };
	struct ldlm_res_id res;
	struct ldlm_lock *lock;
	int rc;

	/* Clients that still cache it throw it away; what is dirty need not be written any more. */
	ldlm_ost_res(fid, &res);
	rc = ldlm_server_lock(req->dev->ns, LDLM_EXTENT, &res, LCK_PW, &all, &lock);
	if (rc)
		return rc;
	rc = osd_data_destroy(target_osd(req->dev), fid);
	ldlm_server_unlock(lock, LCK_PW);
	return rc;
}

/* One that does not exist any more is as good as destroyed: a replay meets those. */
int ost_destroy(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct fid fid = {};
	u32 nr = 1;
	int rc = 0;

	if (!oa)
		return -EPROTO;
	if (!from_mds(req))
		return -EPERM;
	fid.seq = le64_to_cpu(oa->id.fid.seq);
	fid.oid = le32_to_cpu(oa->id.fid.oid);
	if (le64_to_cpu(oa->valid) & VALID_OBJCOUNT)
		nr = le32_to_cpu(oa->misc);
	if (fid.seq != FID_SEQ_OST(req->dev->index) || !fid.oid || !nr || nr > WIRE_MAX_DESTROY ||
	    fid.oid + nr < nr)
		return -EPROTO;
	for (; nr && !rc; nr--, fid.oid++)
		rc = destroy_one(req, &fid);
	if (rc)
		return rc;
	target_trans_nodisk(req, 0);
	return rpc_srv_pack(req);
}
