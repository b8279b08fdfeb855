// SPDX-License-Identifier: GPL-2.0
/* Requests that change names and attributes. */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "obd/mdc/internal.h"

static struct rpc_request *reint_new(struct mdc *mdc, const struct wire_format *fmt)
{
	struct rpc_request *req = rpc_new(mdc->imp, fmt, OP_MDS_REINT);

	if (req)
		rpc_set_flags(req, RPC_MODIFY);
	return req;
}

static int reint_call(struct rpc_request *req)
{
	int rc = rpc_call(req);

	rpc_put(req);
	return rc;
}

static int fail(struct rpc_request *req, int rc)
{
	rpc_put(req);
	return rc;
}

int mdc_create(struct mdc *mdc, const struct fid *parent, const char *name, size_t len,
	       const struct fid *fid, u32 mode, u32 umask, u32 rdev, const char *target,
	       struct timespec64 time, const struct mdc_cred *cred, struct mdc_reply *r)
{
	struct rpc_request *req = reint_new(mdc, target ? &fmt_reint_symlink : &fmt_reint_create);
	struct wire_rec_create *rec;
	struct mdc_elc elc = {};
	int rc;

	memset(r, 0, sizeof(*r));
	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, len + 1);
	if (target)
		rpc_req_len(req, WF_NAME2, strlen(target) + 1);
	else
		rpc_rep_len(req, WF_LAYOUT, READ_ONCE(mdc->max_ea));
	mdc_elc_take(mdc, &elc, parent, IBIT_UPDATE);
	mdc_elc_len(req, &elc);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		return fail(req, rc);
	mdc_elc_fill(req, &elc);
	rec = rpc_req_buf(req, WF_REC);
	mdc_head_fill(&rec->h, REINT_CREATE, cred);
	mdc_fid_put(parent, &rec->h.fid1);
	mdc_fid_put(fid, &rec->fid2);
	rec->time = cpu_to_le64(time.tv_sec);
	mdc_extra_time(req, cred, time);
	rec->rdev = cpu_to_le64(rdev);
	rec->mode = cpu_to_le32(mode);
	rec->umask = cpu_to_le32(umask);
	mdc_str_put(req, WF_NAME, name, len);
	if (target)
		mdc_str_put(req, WF_NAME2, target, strlen(target));
	rc = rpc_call(req);
	if (!rc)
		rc = mdc_reply_take(mdc, req, r);
	return fail(req, rc);
}
EXPORT_SYMBOL_GPL(mdc_create);

static struct wire_rec_name *name_fill(struct rpc_request *req, u32 opcode, const struct fid *fid1,
				       const struct fid *fid2, struct timespec64 time, u32 mode,
				       const struct mdc_cred *cred)
{
	struct wire_rec_name *rec = rpc_req_buf(req, WF_REC);

	mdc_head_fill(&rec->h, opcode, cred);
	mdc_fid_put(fid1, &rec->h.fid1);
	mdc_fid_put(fid2, &rec->fid2);
	rec->time = cpu_to_le64(time.tv_sec);
	mdc_extra_time(req, cred, time);
	rec->mode = cpu_to_le32(mode);
	return rec;
}

int mdc_link(struct mdc *mdc, const struct fid *file, const struct fid *dir, const char *name,
	     size_t len, struct timespec64 time, const struct mdc_cred *cred)
{
	struct rpc_request *req = reint_new(mdc, &fmt_reint_link);
	struct mdc_elc elc = {};
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, len + 1);
	mdc_elc_take(mdc, &elc, dir, IBIT_UPDATE);
	mdc_elc_take(mdc, &elc, file, IBIT_UPDATE | IBIT_LOOKUP);
	mdc_elc_len(req, &elc);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		return fail(req, rc);
	mdc_elc_fill(req, &elc);
	name_fill(req, REINT_LINK, file, dir, time, 0, cred);
	mdc_str_put(req, WF_NAME, name, len);
	return reint_call(req);
}
EXPORT_SYMBOL_GPL(mdc_link);

int mdc_unlink(struct mdc *mdc, const struct fid *dir, const char *name, size_t len,
	       const struct fid *child, u32 mode, struct timespec64 time,
	       const struct mdc_cred *cred)
{
	struct rpc_request *req = reint_new(mdc, &fmt_reint_unlink);
	struct mdc_elc elc = {};
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, len + 1);
	rpc_rep_len(req, WF_LAYOUT, READ_ONCE(mdc->max_ea));
	mdc_elc_take(mdc, &elc, dir, IBIT_UPDATE);
	mdc_elc_take(mdc, &elc, child, ~0ULL);
	mdc_elc_len(req, &elc);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		return fail(req, rc);
	mdc_elc_fill(req, &elc);
	name_fill(req, REINT_UNLINK, dir, child, time, mode, cred);
	mdc_str_put(req, WF_NAME, name, len);
	return reint_call(req);
}
EXPORT_SYMBOL_GPL(mdc_unlink);

int mdc_rename(struct mdc *mdc, const struct mdc_rename *op, const struct mdc_cred *cred)
{
	struct rpc_request *req = reint_new(mdc, &fmt_reint_rename);
	struct mdc_elc elc = {};
	struct wire_extra *x;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, op->slen + 1);
	rpc_req_len(req, WF_NAME2, op->tlen + 1);
	rpc_rep_len(req, WF_LAYOUT, READ_ONCE(mdc->max_ea));
	mdc_elc_take(mdc, &elc, &op->sdir, IBIT_UPDATE);
	mdc_elc_take(mdc, &elc, &op->tdir, IBIT_UPDATE);
	mdc_elc_take(mdc, &elc, &op->file, IBIT_UPDATE | IBIT_LOOKUP);
	if (op->victim)
		mdc_elc_take(mdc, &elc, op->victim, ~0ULL);
	mdc_elc_len(req, &elc);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		return fail(req, rc);
	mdc_elc_fill(req, &elc);
	name_fill(req, REINT_RENAME, &op->sdir, &op->tdir, op->time, op->mode, cred);
	x = rpc_req_buf(req, WF_EXTRA);
	if (!x && op->flags)
		return fail(req, -EINVAL);
	if (x)
		x->rename_flags = cpu_to_le32(op->flags);
	mdc_str_put(req, WF_NAME, op->sname, op->slen);
	mdc_str_put(req, WF_NAME2, op->tname, op->tlen);
	return reint_call(req);
}
EXPORT_SYMBOL_GPL(mdc_rename);

/* What the MDT locks: times and sizes are nobody's way to a file. */
static u64 setattr_bits(u64 valid)
{
	const u64 permissions = MDS_ATTR_MODE | MDS_ATTR_UID | MDS_ATTR_GID | MDS_ATTR_KILL_SUID |
				MDS_ATTR_KILL_SGID | MDS_ATTR_ATTR_FLAG;

	return IBIT_UPDATE | (valid & permissions ? IBIT_LOOKUP | IBIT_PERM : 0);
}

static int setattr_call(struct mdc *mdc, const struct fid *fid, struct mdc_attr *attr,
			const void *ea, u32 len, const struct mdc_cred *cred, struct mdc_reply *r)
{
	struct rpc_request *req = reint_new(mdc, &fmt_reint_setattr);
	struct wire_rec_setattr *rec = &attr->rec;
	struct mdc_elc elc = {};
	int rc;

	memset(r, 0, sizeof(*r));
	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_EADATA, len);
	rpc_rep_len(req, WF_LAYOUT, READ_ONCE(mdc->max_ea));
	rpc_rep_len(req, WF_ACL, MDC_MAX_ACL);
	mdc_elc_shed(mdc, &elc, fid, setattr_bits(le64_to_cpu(rec->valid)));
	mdc_elc_len(req, &elc);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		return fail(req, rc);
	mdc_elc_fill(req, &elc);
	mdc_head_fill(&rec->h, REINT_SETATTR, cred);
	mdc_fid_put(fid, &rec->h.fid1);
	memcpy(rpc_req_buf(req, WF_REC), rec, sizeof(*rec));
	mdc_extra_attr(req, cred, attr);
	if (len)
		memcpy(rpc_req_buf(req, WF_EADATA), ea, len);
	rc = rpc_call(req);
	if (!rc)
		rc = mdc_reply_take(mdc, req, r);
	return fail(req, rc);
}

int mdc_setattr(struct mdc *mdc, const struct fid *fid, struct mdc_attr *attr,
		const struct mdc_cred *cred, struct mdc_reply *r)
{
	return setattr_call(mdc, fid, attr, NULL, 0, cred, r);
}
EXPORT_SYMBOL_GPL(mdc_setattr);

int mdc_set_default_layout(struct mdc *mdc, const struct fid *dir, const void *wish, u32 len,
			   const struct mdc_cred *cred)
{
	struct mdc_attr attr = {};
	struct mdc_reply r;
	int rc = setattr_call(mdc, dir, &attr, wish, len, cred, &r);

	mdc_reply_put(&r);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_set_default_layout);

int mdc_setxattr(struct mdc *mdc, const struct fid *fid, const char *name, const void *buf,
		 size_t size, int flags, const struct mdc_cred *cred)
{
	struct rpc_request *req = reint_new(mdc, &fmt_reint_setxattr);
	struct wire_rec_setxattr *rec;
	struct mdc_elc elc = {};
	struct timespec64 now;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, strlen(name) + 1);
	rpc_req_len(req, WF_EADATA, buf ? size : 0);
	/* An ACL changes the mode as well. */
	mdc_elc_shed(mdc, &elc, fid, strncmp(name, "system.", 7) ?
		     IBIT_XATTR | IBIT_UPDATE : IBIT_LOOKUP | IBIT_PERM | IBIT_UPDATE);
	mdc_elc_len(req, &elc);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		return fail(req, rc);
	mdc_elc_fill(req, &elc);
	rec = rpc_req_buf(req, WF_REC);
	mdc_head_fill(&rec->h, REINT_SETXATTR, cred);
	mdc_fid_put(fid, &rec->h.fid1);
	rec->valid = cpu_to_le64((buf ? VALID_XATTR : VALID_XATTRRM) | VALID_CTIME);
	ktime_get_coarse_real_ts64(&now);
	rec->time = cpu_to_le64(now.tv_sec);
	mdc_extra_time(req, cred, now);
	rec->size = cpu_to_le32(buf ? size : 0);
	rec->flags = cpu_to_le32(flags);
	mdc_str_put(req, WF_NAME, name, strlen(name));
	if (buf && size)
		memcpy(rpc_req_buf(req, WF_EADATA), buf, size);
	return reint_call(req);
}
EXPORT_SYMBOL_GPL(mdc_setxattr);
