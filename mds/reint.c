// SPDX-License-Identifier: GPL-2.0
/* Changes of the namespace: which handler, and what the handlers share. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/** struct reint_op - @opcode: enum wire_reint */
struct reint_op {
	u32 opcode;
	const struct wire_format *fmt;
	int (*fn)(struct rpc_srv_req *req);
};

static const struct reint_op reint_ops[] = {
	{ REINT_SETATTR, &fmt_reint_setattr, mds_reint_setattr },
	{ REINT_CREATE, &fmt_reint_create, mds_reint_create },
	{ REINT_LINK, &fmt_reint_link, mds_reint_link },
	{ REINT_UNLINK, &fmt_reint_unlink, mds_reint_unlink },
	{ REINT_RENAME, &fmt_reint_rename, mds_reint_rename },
	{ REINT_SETXATTR, &fmt_reint_setxattr, mds_reint_setxattr },
};

int mds_reint(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	const struct reint_op *op = NULL;
	unsigned int i;
	int rc;

	if (!rec)
		return -EPROTO;
	for (i = 0; i < ARRAY_SIZE(reint_ops); i++)
		if (reint_ops[i].opcode == le32_to_cpu(rec->h.opcode))
			op = &reint_ops[i];
	if (!op)
		return -EOPNOTSUPP;
	rc = rpc_srv_switch(req, op->fmt);
	if (!rc && rpc_srv_extra_bad(req))
		rc = -EPROTO;
	if (rc)
		return rc;
	/* Locks that the client gives up along the way, so that it need not be called for them. */
	rc = ldlm_server_cancels(req, mds_extra_shed(req));
	return rc ?: mds_refuse(req, op->fn(req));
}

int mds_name_get(struct rpc_srv_req *req, enum wire_field f, struct mds_name *n)
{
	n->str = rpc_srv_str(req, f, &n->len);
	return n->str && n->len ? 0 : -EPROTO;
}

int mds_fid_new(struct mds *mds, const struct fid *fid)
{
	struct osd_object *obj;
	int rc;

	if (!mds_seq_given(mds, fid->seq) || !fid->oid || fid->oid >= FID_SEQ_WIDTH || fid->ver)
		return -EINVAL;
	rc = osd_object_find(mds->osd, fid, &obj);
	if (!rc)
		osd_object_put(obj);
	return rc == -ENOENT ? 0 : rc ?: -EEXIST;
}

void mds_attr_time(struct osd_attr *attr, struct timespec64 time)
{
	attr->atime = time.tv_sec;
	attr->mtime = time.tv_sec;
	attr->ctime = time.tv_sec;
	attr->atime_ns = time.tv_nsec;
	attr->mtime_ns = time.tv_nsec;
	attr->ctime_ns = time.tv_nsec;
}

int mds_times(struct osd_trans *th, struct osd_object *obj, struct timespec64 time, u32 what)
{
	struct osd_attr attr = {};

	mds_attr_time(&attr, time);
	return osd_attr_set(th, obj, &attr, what);
}

int mds_changed(struct rpc_srv_req *req, struct osd_trans *th, struct osd_object *obj,
		struct timespec64 time)
{
	struct osd_attr attr = { .version = target_transno(req) };

	mds_attr_time(&attr, time);
	return osd_attr_set(th, obj, &attr, OSD_A_CTIME | OSD_A_VERSION);
}

int mds_depends(struct rpc_srv_req *req, unsigned int idx, struct osd_object *obj)
{
	u64 version = TARGET_VERSION_NONE;
	int rc = obj ? osd_version_get(obj, &version) : 0;

	return rc ?: target_version(req, idx, version);
}
