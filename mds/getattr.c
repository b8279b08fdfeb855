// SPDX-License-Identifier: GPL-2.0
/* Attributes for replies, and the two requests for nothing else: by FID and by name. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/* ---- what a reply shows ---- */

static int show_layout(struct osd_object *obj, u32 what, struct mds_show *s)
{
	int rc = mds_layout_get(obj, &s->ea, &s->ea_len);

	if (rc)
		return rc;
	s->has_layout = s->ea;
	s->show_ea = s->ea && (what & MDS_SHOW_EA);
	return 0;
}

static int show_default_layout(struct osd_object *obj, struct mds_show *s)
{
	int rc = mds_layout_get(obj, &s->ea, &s->ea_len);

	s->dir_ea = true;
	s->show_ea = s->ea;
	return rc;
}

static int show_link(struct osd_object *obj, struct mds_show *s)
{
	char *buf;
	int len;

	/* Room for a NUL, which the client wants to see. */
	buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	len = osd_readlink(obj, buf, PAGE_SIZE - 1);
	if (len < 0) {
		kfree(buf);
		return len;
	}
	buf[len] = '\0';
	s->ea = buf;
	s->ea_len = len + 1;
	s->link = true;
	s->show_ea = true;
	return 0;
}

static int show_acl(struct osd_object *obj, struct mds_show *s)
{
	int len;

	s->acl = kmalloc(MDS_MAX_ACL, GFP_KERNEL);
	if (!s->acl)
		return -ENOMEM;
	len = osd_xattr_get(obj, MDS_EA_ACL, s->acl, MDS_MAX_ACL);
	/* Too large for the client: it goes by the mode bits then, and the server by the ACL. */
	if (len == -ERANGE || len == -EOPNOTSUPP)
		return 0;
	if (len < 0 && len != -ENODATA)
		return len;
	s->acl_len = len > 0 ? len : 0;
	s->show_acl = true;
	return 0;
}

int mds_show_load(struct mds *mds, struct osd_object *obj, u32 what, struct mds_show *s)
{
	int rc;

	memset(s, 0, sizeof(*s));
	s->fid = *osd_object_fid(obj);
	rc = osd_attr_get(obj, &s->attr);
	if (rc)
		return rc;
	if (what & MDS_SHOW_MAXEA)
		s->max_easize = ost_pool_max_ea(mds->pool);
	/*
	 * Whether a regular file has objects decides whether its size is known here, so it is
	 * always looked up.
	 */
	if (S_ISREG(s->attr.mode))
		rc = show_layout(obj, what, s);
	else if (S_ISDIR(s->attr.mode) && (what & MDS_SHOW_DIREA))
		rc = show_default_layout(obj, s);
	else if (S_ISLNK(s->attr.mode) && (what & MDS_SHOW_LINK))
		rc = show_link(obj, s);
	if (!rc && (what & MDS_SHOW_ACL) && !S_ISLNK(s->attr.mode))
		rc = show_acl(obj, s);
	if (rc)
		mds_show_free(s);
	return rc;
}

void mds_show_free(struct mds_show *s)
{
	kvfree(s->ea);
	kfree(s->acl);
	s->ea = NULL;
	s->acl = NULL;
}

void mds_show_lens(struct rpc_srv_req *req, const struct mds_show *s)
{
	mds_extra_lens(req);
	if (s->show_ea)
		rpc_srv_rep_len(req, WF_LAYOUT, s->ea_len);
	if (s->show_acl)
		rpc_srv_rep_len(req, WF_ACL, s->acl_len);
}

static u64 body_times(struct wire_mdt_body *b, const struct osd_attr *a)
{
	b->atime = cpu_to_le64(a->atime);
	b->mtime = cpu_to_le64(a->mtime);
	b->ctime = cpu_to_le64(a->ctime);
	if (!a->btime)
		return VALID_ATIME | VALID_MTIME | VALID_CTIME;
	b->btime = cpu_to_le64(a->btime);
	return VALID_ATIME | VALID_MTIME | VALID_CTIME | VALID_BTIME;
}

static u64 body_owner(struct wire_mdt_body *b, const struct osd_attr *a)
{
	b->mode = cpu_to_le32(a->mode);
	b->uid = cpu_to_le32(a->uid);
	b->gid = cpu_to_le32(a->gid);
	b->flags = cpu_to_le32(a->flags & MDS_FL_VISIBLE);
	b->nlink = cpu_to_le32(a->nlink);
	return VALID_MODE | VALID_TYPE | VALID_UID | VALID_GID | VALID_FLAGS | VALID_NLINK;
}

/* The size of a file with objects is known to the OSTs only: never claim it. */
static u64 body_size(struct wire_mdt_body *b, const struct mds_show *s)
{
	const struct osd_attr *a = &s->attr;

	if (S_ISREG(a->mode)) {
		if (s->has_layout)
			return 0;
		b->size = cpu_to_le64(a->size);
		return VALID_SIZE | VALID_BLOCKS;
	}
	b->size = cpu_to_le64(a->size);
	b->blocks = cpu_to_le64(a->blocks);
	b->rdev = cpu_to_le32(a->rdev);
	return VALID_SIZE | VALID_BLOCKS | VALID_RDEV;
}

static u64 body_buffers(struct wire_mdt_body *b, const struct mds_show *s)
{
	u64 valid = 0;

	if (s->show_ea) {
		b->eadatasize = cpu_to_le32(s->ea_len);
		valid |= s->link ? VALID_LINKNAME : s->dir_ea ? VALID_DIREA : VALID_EASIZE;
	}
	if (s->show_acl) {
		b->aclsize = cpu_to_le32(s->acl_len);
		valid |= VALID_ACL;
	}
	if (s->max_easize) {
		b->max_mdsize = cpu_to_le32(s->max_easize);
		valid |= VALID_MODEASIZE;
	}
	return valid;
}

void mds_body_fill(struct wire_mdt_body *b, const struct mds_show *s)
{
	u64 valid = VALID_ID;

	mds_fid_write(&b->fid1, &s->fid);
	valid |= body_times(b, &s->attr);
	valid |= body_owner(b, &s->attr);
	valid |= body_size(b, s);
	valid |= body_buffers(b, s);
	b->valid = cpu_to_le64(valid);
}

void mds_show_pack(struct rpc_srv_req *req, const struct mds_show *s)
{
	mds_body_fill(rpc_srv_rep_buf(req, WF_MDT_BODY), s);
	mds_extra_pack(req, &s->attr);
	if (s->show_ea)
		memcpy(rpc_srv_rep_buf(req, WF_LAYOUT), s->ea, s->ea_len);
	if (s->show_acl && s->acl_len)
		memcpy(rpc_srv_rep_buf(req, WF_ACL), s->acl, s->acl_len);
}

u32 mds_show_wanted(struct rpc_srv_req *req, const struct wire_mdt_body *b)
{
	u64 valid = le64_to_cpu(b->valid);
	u32 what = 0;

	if (b->eadatasize)
		what |= MDS_SHOW_EA;
	if (b->eadatasize && (valid & VALID_LINKNAME))
		what |= MDS_SHOW_LINK;
	/*
	 * A directory's default layout is an answer to a plain getattr, and not when its (absent)
	 * stripes are meant.
	 */
	if ((valid & VALID_DIREA) && !(valid & (VALID_MEA | VALID_DEFAULT_MEA)) &&
	    req->opc == OP_MDS_GETATTR)
		what |= MDS_SHOW_DIREA;
	if ((valid & VALID_ACL) && (export_flags(req->exp) & CONN_ACL))
		what |= MDS_SHOW_ACL;
	if (valid & VALID_MODEASIZE)
		what |= MDS_SHOW_MAXEA;
	return what;
}

int mds_reply_attr(struct rpc_srv_req *req, struct osd_object *obj, u32 what)
{
	struct mds_show s;
	int rc = mds_show_load(mds_of(req), obj, what, &s);

	if (rc)
		return rc;
	mds_show_lens(req, &s);
	rc = rpc_srv_pack(req);
	if (!rc)
		mds_show_pack(req, &s);
	mds_show_free(&s);
	return rc;
}

int mds_reply_fid(struct rpc_srv_req *req, const struct fid *fid)
{
	struct osd_object *obj;
	int rc = osd_object_find(mds_of(req)->osd, fid, &obj);

	if (rc == -ENOENT)
		return rpc_srv_pack(req);
	if (rc)
		return rc;
	rc = mds_reply_attr(req, obj, 0);
	osd_object_put(obj);
	return rc;
}

/* ---- requests ---- */

int mds_getattr(struct rpc_srv_req *req)
{
	const struct wire_mdt_body *b = rpc_srv_buf(req, WF_MDT_BODY, NULL);
	struct osd_object *obj;
	struct fid fid;
	int rc;

	if (!b)
		return -EPROTO;
	mds_fid_read(&b->fid1, &fid);
	rc = osd_object_find(mds_of(req)->osd, &fid, &obj);
	if (rc)
		return mds_refuse(req, rc);
	rc = mds_reply_attr(req, obj, mds_show_wanted(req, b));
	osd_object_put(obj);
	return mds_refuse(req, rc);
}

int mds_child(struct mds *mds, struct osd_object *dir, const struct osd_cred *cred,
	      const struct mds_name *name, struct osd_object **obj)
{
	struct fid fid;
	int rc;

	rc = osd_permission(dir, cred, MDS_MAY_EXEC);
	if (rc)
		return rc;
	rc = osd_lookup(dir, name->str, name->len, &fid);
	return rc ?: osd_object_find(mds->osd, &fid, obj);
}

int mds_getattr_name(struct rpc_srv_req *req)
{
	const struct wire_mdt_body *b = rpc_srv_buf(req, WF_MDT_BODY, NULL);
	struct osd_object *dir, *obj;
	struct osd_cred cred;
	struct mds_name name;
	struct fid fid;
	int rc;

	rc = mds_name_get(req, WF_NAME, &name);
	if (!b || rc)
		return -EPROTO;
	mds_cred_body(req, b, &cred);
	mds_fid_read(&b->fid1, &fid);
	rc = osd_object_find(mds_of(req)->osd, &fid, &dir);
	if (rc)
		return rc;
	rc = mds_child(mds_of(req), dir, &cred, &name, &obj);
	if (rc)
		goto out;
	rc = mds_reply_attr(req, obj, mds_show_wanted(req, b));
	osd_object_put(obj);
out:
	osd_object_put(dir);
	return mds_refuse(req, rc);
}
