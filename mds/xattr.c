// SPDX-License-Identifier: GPL-2.0
/* Extended attributes: get, list, set, remove; layouts under their names as attributes. */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

#define EA_LOV_USER	"lustre.lov"		/* a layout as users name it */
#define EA_HIDDEN	"trusted.sheen."	/* the storage layer's own */
#define EA_LIST_MAX	65536			/* bytes of a list of names */

/*
 * A server of the reference system keeps these itself; tools that copy files try to set them and
 * expect no error.
 */
static const char *const ignored_names[] = {
	"trusted.link", "trusted.lma", "trusted.lmv", "trusted.dmv", "trusted.fid",
	"trusted.version", "trusted.som", "trusted.hsm", "trusted.lfsck_namespace",
};

static bool name_starts(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

static bool name_is_layout(const char *name)
{
	return !strcmp(name, MDS_EA_LOV) || !strcmp(name, EA_LOV_USER);
}

static bool name_is_acl(const char *name)
{
	return name_starts(name, "system.posix_acl_");
}

static bool name_is_ignored(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ignored_names); i++)
		if (!strcmp(name, ignored_names[i]))
			return true;
	return false;
}

/* ---- get ---- */

/* One value or the list of names, kvmalloc'ed. */
struct ea_value {
	void *buf;
	int len;
};

static int value_get(struct osd_object *obj, const char *name, struct ea_value *v)
{
	int n;

	if (name_starts(name, EA_HIDDEN))
		return -ENODATA;
	if (!strcmp(name, EA_LOV_USER))
		name = MDS_EA_LOV;
	n = osd_xattr_get(obj, name, NULL, 0);
	/* No layout is an empty one: some clients stumble over the error. */
	if (n == -ENODATA && !strcmp(name, MDS_EA_LOV))
		n = 0;
	if (n <= 0)
		return n;
	v->buf = kvmalloc(n, GFP_KERNEL);
	if (!v->buf)
		return -ENOMEM;
	v->len = osd_xattr_get(obj, name, v->buf, n);
	return v->len < 0 ? v->len : 0;
}

/* Takes the names that nobody is to see out of a list; returns its new length. */
static int list_filter(char *list, int len)
{
	int from = 0, to = 0, n;

	while (from < len) {
		n = strnlen(list + from, len - from) + 1;
		n = min(n, len - from);
		if (!name_starts(list + from, EA_HIDDEN)) {
			memmove(list + to, list + from, n);
			to += n;
		}
		from += n;
	}
	return to;
}

static int value_list(struct osd_object *obj, struct ea_value *v)
{
	int n = osd_xattr_list(obj, NULL, 0);

	if (n <= 0)
		return n;
	if (n > EA_LIST_MAX)
		return -E2BIG;
	v->buf = kvmalloc(n + 1, GFP_KERNEL);
	if (!v->buf)
		return -ENOMEM;
	n = osd_xattr_list(obj, v->buf, n);
	if (n < 0)
		return n;
	((char *)v->buf)[n] = '\0';
	v->len = list_filter(v->buf, n);
	return 0;
}

/* @room: bytes that the client has for the value; 0: it only wants to know the length. */
static int value_reply(struct rpc_srv_req *req, const struct ea_value *v, u32 room)
{
	struct wire_mdt_body *b;
	int rc;

	if (room && v->len > room)
		return -ERANGE;
	rpc_srv_rep_len(req, WF_EADATA, room ? v->len : 0);
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	b = rpc_srv_rep_buf(req, WF_MDT_BODY);
	b->valid = cpu_to_le64(VALID_XATTR);
	b->eadatasize = cpu_to_le32(v->len);
	if (room && v->len)
		memcpy(rpc_srv_rep_buf(req, WF_EADATA), v->buf, v->len);
	return 0;
}

static int getxattr_object(struct rpc_srv_req *req, const struct wire_mdt_body *b,
			   struct osd_object *obj, struct ea_value *v)
{
	u64 valid = le64_to_cpu(b->valid) & (VALID_XATTR | VALID_XATTRLS);
	struct mds_name name;
	struct osd_cred cred;
	int rc;

	if (valid == VALID_XATTRLS)
		return value_list(obj, v);
	if (valid != VALID_XATTR)
		return -EOPNOTSUPP;
	rc = mds_name_get(req, WF_NAME, &name);
	if (rc)
		return rc;
	if (name_starts(name.str, "user.")) {
		mds_cred_body(req, b, &cred);
		rc = osd_permission(obj, &cred, MDS_MAY_READ);
	}
	return rc ?: value_get(obj, name.str, v);
}

int mds_getxattr(struct rpc_srv_req *req)
{
	const struct wire_mdt_body *b = rpc_srv_buf(req, WF_MDT_BODY, NULL);
	struct ea_value v = {};
	struct osd_object *obj;
	struct fid fid;
	int rc;

	if (!b)
		return -EPROTO;
	mds_fid_read(&b->fid1, &fid);
	rc = osd_object_find(mds_of(req)->osd, &fid, &obj);
	if (rc)
		return rc;
	rc = getxattr_object(req, b, obj, &v);
	if (!rc)
		rc = value_reply(req, &v, le32_to_cpu(b->eadatasize));
	kvfree(v.buf);
	osd_object_put(obj);
	return mds_refuse(req, rc);
}

/* ---- set, remove ---- */

/** struct ea_change - @remove: else @value is set; @flags: XATTR_CREATE, XATTR_REPLACE */
struct ea_change {
	struct rpc_srv_req *req;
	struct osd_object *obj;
	struct osd_attr attr;
	struct osd_cred cred;
	const char *name;
	const void *value;
	u32 len;
	u32 flags;
	bool remove;
	struct timespec64 time;
};

static int change_check_user(struct ea_change *c)
{
	if (!S_ISREG(c->attr.mode) && !S_ISDIR(c->attr.mode))
		return -EPERM;
	if (S_ISDIR(c->attr.mode) && c->attr.mode & S_ISVTX && c->cred.uid != c->attr.uid &&
	    !mds_cap(&c->cred, CAP_FOWNER))
		return -EPERM;
	return osd_permission(c->obj, &c->cred, MDS_MAY_WRITE);
}

static int change_check(struct ea_change *c)
{
	bool owner = c->cred.uid == c->attr.uid || mds_cap(&c->cred, CAP_FOWNER);

	if (c->attr.flags & (MDS_FL_IMMUTABLE | MDS_FL_APPEND))
		return -EPERM;
	if (name_starts(c->name, EA_HIDDEN))
		return -EPERM;
	if (name_is_layout(c->name) || name_is_acl(c->name))
		return owner ? 0 : -EPERM;
	if (name_starts(c->name, "user."))
		return change_check_user(c);
	if (name_starts(c->name, "trusted."))
		return mds_cap(&c->cred, CAP_SYS_ADMIN) ? 0 : -EPERM;
	if (!strcmp(c->name, "security.capability"))
		return mds_cap(&c->cred, CAP_SETFCAP) ? 0 : -EPERM;
	if (name_starts(c->name, "security."))
		return owner ? 0 : -EPERM;
	return -EOPNOTSUPP;
}

/*
 * An ACL changes the mode, and who is not in the group may not keep set-group-ID then, as with
 * chmod.
 */
static int change_drop_sgid(struct ea_change *c, struct osd_trans *th)
{
	struct osd_attr attr;
	int rc;

	if (mds_in_group(&c->cred, c->attr.gid) || mds_cap(&c->cred, CAP_FSETID))
		return 0;
	rc = osd_attr_get(c->obj, &attr);
	if (rc || !(attr.mode & S_ISGID))
		return rc;
	attr.mode &= ~S_ISGID;
	return osd_attr_set(th, c->obj, &attr, OSD_A_MODE);
}

static int change_update(struct ea_change *c, struct osd_trans *th)
{
	struct layout_wish wish;
	int rc;

	if (name_is_layout(c->name) && !c->remove) {
		rc = mds_layout_wish(c->value, c->len, &wish);
		return rc ?: mds_layout_set_default(th, c->obj, &wish);
	}
	if (name_is_layout(c->name)) {
		rc = osd_xattr_del(th, c->obj, MDS_EA_LOV);
		return rc == -ENODATA ? 0 : rc;
	}
	if (c->remove)
		return osd_xattr_del(th, c->obj, c->name);
	rc = osd_xattr_set(th, c->obj, c->name, c->value, c->len, c->flags);
	if (!rc && !strcmp(c->name, MDS_EA_ACL))
		rc = change_drop_sgid(c, th);
	return rc;
}

static int change_commit(struct ea_change *c)
{
	struct osd_object *locked[1] = { c->obj };
	struct osd_trans *th;
	int rc, rc2;

	rc = osd_trans_start(mds_of(c->req)->osd, locked, 1, MDS_CREDITS_ATTR, &th);
	if (rc)
		return rc;
	rc = change_update(c, th);
	if (!rc)
		rc = mds_changed(c->req, th, c->obj, c->time);
	if (!rc)
		rc = target_trans(c->req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

/* The layout of a file is given once; copying one over a file that has its own changes nothing. */
static int change_file_layout(struct ea_change *c)
{
	struct layout_wish wish;
	int rc;

	if (c->remove)
		return -EPERM;
	rc = mds_layout_wish(c->value, c->len, &wish);
	if (!rc)
		rc = mds_layout_assign(c->req, c->obj, &wish);
	return rc == -EEXIST ? 0 : rc;
}

static int change_locked(struct ea_change *c)
{
	int rc;

	rc = osd_attr_get(c->obj, &c->attr);
	if (!rc)
		rc = mds_depends(c->req, 0, c->obj);
	if (!rc)
		rc = change_check(c);
	if (rc || name_is_ignored(c->name))
		return rc;
	if (name_is_layout(c->name) && S_ISREG(c->attr.mode))
		return change_file_layout(c);
	if (name_is_layout(c->name) && !S_ISDIR(c->attr.mode))
		return -EOPNOTSUPP;
	return change_commit(c);
}

static u64 change_bits(const char *name)
{
	if (name_is_acl(name))
		return IBIT_UPDATE | IBIT_PERM | IBIT_LOOKUP;
	return name_is_layout(name) ? IBIT_UPDATE | IBIT_LAYOUT : IBIT_UPDATE | IBIT_XATTR;
}

static int change_parse(struct ea_change *c, const struct wire_rec_setxattr *rec)
{
	u64 valid = le64_to_cpu(rec->valid);
	struct mds_name name;
	int rc;

	rc = mds_name_get(c->req, WF_NAME, &name);
	if (rc)
		return rc;
	c->name = name.str;
	c->flags = le32_to_cpu(rec->flags);
	c->time = mds_time(c->req, rec->time);
	mds_cred_rec(c->req, &rec->h, &c->cred);
	c->remove = valid & VALID_XATTRRM;
	if (!c->remove && !(valid & VALID_XATTR))
		return -EINVAL;
	c->value = rpc_srv_buf(c->req, WF_EADATA, &c->len);
	if (!c->value)
		c->len = 0;
	if (c->len > MDS_MAX_EASIZE)
		return -E2BIG;
	return 0;
}

int mds_reint_setxattr(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct ea_change c = { .req = req };
	struct mds_lock l = {};
	struct fid fid;
	int rc, status;
	u64 data;

	rc = change_parse(&c, &rec->setxattr);
	if (rc)
		return rc;
	mds_fid_read(&rec->h.fid1, &fid);
	if (target_resent(req, &status, &data))
		return status ? status : mds_reply_fid(req, &fid);
	rc = osd_object_find(mds_of(req)->osd, &fid, &c.obj);
	if (rc)
		return rc;
	rc = mds_lock(mds_of(req), &fid, change_bits(c.name), LCK_EX, &l);
	if (!rc)
		rc = change_locked(&c);
	if (!rc)
		rc = mds_reply_attr(req, c.obj, 0);
	mds_unlock(&l);
	osd_object_put(c.obj);
	return rc;
}
