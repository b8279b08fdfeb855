// SPDX-License-Identifier: GPL-2.0
/* Layouts: which objects hold a file's data, what users ask for, what directories pass on. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

#define LAYOUT_MAX	65536	/* bytes of a layout EA */

int mds_layout_get(struct osd_object *obj, void **ea, u32 *len)
{
	void *buf;
	int n;

	*ea = NULL;
	*len = 0;
	n = osd_xattr_get(obj, MDS_EA_LOV, NULL, 0);
	if (n == -ENODATA || n == 0)
		return 0;
	if (n < 0)
		return n;
	if (n > LAYOUT_MAX)
		return -EUCLEAN;
	buf = kvmalloc(n, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	n = osd_xattr_get(obj, MDS_EA_LOV, buf, n);
	if (n <= 0) {
		kvfree(buf);
		return n == -ENODATA ? 0 : n;
	}
	*ea = buf;
	*len = n;
	return 0;
}

/* Bytes before the objects, 0: no layout of a kind that we know. */
static u32 layout_head(const void *ea, u32 len)
{
	const struct wire_lov_v1 *v1 = ea;

	if (len < sizeof(*v1))
		return 0;
	if (le32_to_cpu(v1->magic) == LOV_MAGIC_V1)
		return sizeof(struct wire_lov_v1);
	if (le32_to_cpu(v1->magic) == LOV_MAGIC_V3 && len >= sizeof(struct wire_lov_v3))
		return sizeof(struct wire_lov_v3);
	return 0;
}

u32 mds_layout_objects(const void *ea, u32 len)
{
	u32 head = ea ? layout_head(ea, len) : 0;
	const struct wire_lov_v1 *v1 = ea;

	if (!head)
		return 0;
	return min_t(u32, le16_to_cpu(v1->stripe_count),
		     (len - head) / sizeof(struct wire_lov_object));
}

static int wish_check(const struct layout_wish *wish)
{
	if (wish->stripe_size % LOV_STRIPE_ALIGN)
		return -EINVAL;
	if (wish->stripe_count > (s32)LOV_MAX_STRIPE_COUNT)
		return -EINVAL;
	return 0;
}

int mds_layout_wish(const void *buf, u32 len, struct layout_wish *wish)
{
	const struct wire_lov_v1 *v1 = buf;
	u32 magic, pattern;
	u16 count, offset;

	*wish = (struct layout_wish){ .stripe_offset = -1 };
	if (len < sizeof(__le32))
		return -EINVAL;
	magic = le32_to_cpu(v1->magic);
	if (magic != LOV_MAGIC_V1 && magic != LOV_MAGIC_V3)
		return magic == LOV_MAGIC_COMP_V1 || magic == LOV_MAGIC_FOREIGN ? -EOPNOTSUPP :
			-EINVAL;
	if (!layout_head(buf, len))
		return -EINVAL;
	pattern = le32_to_cpu(v1->pattern);
	if (pattern && pattern != LOV_PATTERN_RAID0)
		return -EOPNOTSUPP;
	if (magic == LOV_MAGIC_V3 && ((const struct wire_lov_v3 *)buf)->pool[0])
		return -EOPNOTSUPP;
	wish->stripe_size = le32_to_cpu(v1->stripe_size);
	count = le16_to_cpu(v1->stripe_count);
	wish->stripe_count = count == LOV_ALL_STRIPES ? -1 : count;
	offset = le16_to_cpu(v1->layout_gen);
	wish->stripe_offset = offset == LOV_OFFSET_DEFAULT ? -1 : offset;
	return wish_check(wish);
}

bool mds_layout_is_default(const struct layout_wish *wish)
{
	return !wish->stripe_size && !wish->stripe_count && wish->stripe_offset < 0;
}

static bool layout_default_of(struct osd_object *dir, struct layout_wish *wish)
{
	bool found = false;
	void *ea;
	u32 len;

	if (mds_layout_get(dir, &ea, &len) || !ea)
		return false;
	found = !mds_layout_wish(ea, len, wish);
	kvfree(ea);
	return found;
}

void mds_layout_inherit(struct mds *mds, struct osd_object *dir, struct layout_wish *wish)
{
	if (layout_default_of(dir, wish))
		return;
	if (dir != mds->root && layout_default_of(mds->root, wish))
		return;
	*wish = (struct layout_wish){ .stripe_offset = -1 };
}

static void wish_pack(const struct layout_wish *wish, struct wire_lov_v1 *ea)
{
	memset(ea, 0, sizeof(*ea));
	ea->magic = cpu_to_le32(LOV_MAGIC_V1);
	ea->pattern = cpu_to_le32(LOV_PATTERN_RAID0);
	ea->stripe_size = cpu_to_le32(wish->stripe_size);
	ea->stripe_count = cpu_to_le16(wish->stripe_count < 0 ? LOV_ALL_STRIPES :
				       wish->stripe_count);
	ea->layout_gen = cpu_to_le16(wish->stripe_offset < 0 ? LOV_OFFSET_DEFAULT :
				     wish->stripe_offset);
}

int mds_layout_set_default(struct osd_trans *th, struct osd_object *dir,
			   const struct layout_wish *wish)
{
	struct wire_lov_v1 ea;
	int rc;

	if (mds_layout_is_default(wish)) {
		rc = osd_xattr_del(th, dir, MDS_EA_LOV);
		return rc == -ENODATA ? 0 : rc;
	}
	wish_pack(wish, &ea);
	return osd_xattr_set(th, dir, MDS_EA_LOV, &ea, sizeof(ea), 0);
}

static int layout_write(struct rpc_srv_req *req, struct osd_object *obj,
			struct layout_lease *lease)
{
	struct osd_object *locked[1] = { obj };
	struct osd_trans *th;
	const void *ea;
	int rc, rc2;
	u32 len;

	ea = layout_ea(lease, &len);
	rc = osd_trans_start(mds_of(req)->osd, locked, 1,
			     MDS_CREDITS_ATTR + mds_layout_objects(ea, len), &th);
	if (rc)
		return rc;
	rc = osd_xattr_set(th, obj, MDS_EA_LOV, ea, len, 0);
	if (!rc)
		rc = layout_commit(lease, th);
	if (!rc)
		rc = target_trans(req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

int mds_layout_assign(struct rpc_srv_req *req, struct osd_object *obj,
		      const struct layout_wish *wish)
{
	struct mds *mds = mds_of(req);
	struct layout_lease *lease;
	void *ea;
	u32 len;
	int rc;

	rc = mds_layout_get(obj, &ea, &len);
	if (rc)
		return rc;
	kvfree(ea);
	if (ea)
		return -EEXIST;
	/*
	 * In recovery no new objects are given out: the file gets them with its next open for
	 * writing.
	 */
	if (rpc_srv_replay(req) && !wish->had)
		return 0;
	rc = layout_take(mds->pool, osd_object_fid(obj), wish, &lease);
	if (rc)
		return rc;
	rc = layout_write(req, obj, lease);
	layout_drop(lease);
	return rc;
}

/* ---- the layout intent ---- */

/* The lock of the layout alone, or the one that an earlier sending of the request has brought. */
static int layout_lock(struct rpc_srv_req *req, const struct fid *fid, enum ldlm_mode mode,
		       struct mds_lock *l)
{
	struct fid held;

	if (mds_lock_resent(req, l, &held)) {
		if (fid_eq(&held, fid))
			return 0;
		mds_lock_revoke(l);
	}
	return mds_lock(mds_of(req), fid, IBIT_LAYOUT, mode, l);
}

static void resource_fid(const struct wire_res_id *res, struct fid *fid)
{
	u64 low = le64_to_cpu(res->name[1]);

	fid->seq = le64_to_cpu(res->name[0]);
	fid->oid = lower_32_bits(low);
	fid->ver = upper_32_bits(low);
}

static int layout_reply(struct rpc_srv_req *req, struct osd_object *obj)
{
	struct wire_lock_rep *rep;
	void *ea;
	u32 len;
	int rc;

	rc = mds_layout_get(obj, &ea, &len);
	if (rc)
		return rc;
	rpc_srv_rep_len(req, WF_LVB, len);
	rc = rpc_srv_pack(req);
	if (!rc) {
		rep = rpc_srv_rep_buf(req, WF_LOCK_REP);
		rep->disposition = cpu_to_le64(DISP_IT_EXECD);
		if (len)
			memcpy(rpc_srv_rep_buf(req, WF_LVB), ea, len);
	}
	kvfree(ea);
	return rc;
}

int mds_intent_layout(struct rpc_srv_req *req, struct ldlm_lock **lockp)
{
	const struct wire_lock_req *lr;
	struct mds *mds = mds_of(req);
	struct osd_object *obj;
	struct mds_lock l = {};
	enum ldlm_mode mode;
	struct fid fid;
	int rc;

	rc = rpc_srv_switch(req, &fmt_intent_layout);
	if (rc)
		return rc;
	lr = rpc_srv_buf(req, WF_LOCK_REQ, NULL);
	if (!lr)
		return -EPROTO;
	resource_fid(&lr->desc.res, &fid);
	mode = le32_to_cpu(lr->desc.req_mode) == LCK_PR ? LCK_PR : LCK_CR;
	rc = osd_object_find(mds->osd, &fid, &obj);
	if (rc)
		return rc;
	rc = layout_lock(req, &fid, mode, &l);
	if (!rc)
		rc = layout_reply(req, obj);
	if (!rc)
		mds_lock_hand_over(req, &l, lockp);
	mds_unlock(&l);
	osd_object_put(obj);
	return rc;
}
