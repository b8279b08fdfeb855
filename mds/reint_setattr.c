// SPDX-License-Identifier: GPL-2.0
/* Attributes: chmod, chown, utime, truncate, inode flags; the default layout of a directory. */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

#define NO_ID		0xffffffffu	/* chown: leave it as it is */
#define ONLY_TIMES	(OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME)
#define TIME_BITS	(MDS_ATTR_ATIME | MDS_ATTR_MTIME | MDS_ATTR_CTIME | \
			 MDS_ATTR_ATIME_SET | MDS_ATTR_MTIME_SET | MDS_ATTR_CTIME_SET)

/* ---- the rules ---- */

static bool is_owner(const struct osd_attr *old, const struct osd_cred *cred)
{
	return cred->uid == old->uid || mds_cap(cred, CAP_FOWNER);
}

static int plan_flags(const struct osd_attr *old, const struct osd_cred *cred, u32 flags,
		      struct mds_attr_change *c)
{
	u32 protect = MDS_FL_IMMUTABLE | MDS_FL_APPEND;

	if (flags & ~MDS_FL_VISIBLE)
		return -EOPNOTSUPP;
	if (!is_owner(old, cred))
		return -EPERM;
	if ((old->flags ^ flags) & protect && !mds_cap(cred, CAP_LINUX_IMMUTABLE))
		return -EPERM;
	c->attr.flags = (old->flags & ~MDS_FL_VISIBLE) | flags;
	c->what |= OSD_A_FLAGS;
	return 0;
}

static int plan_owner(const struct osd_attr *old, const struct osd_cred *cred, u64 valid,
		      const struct wire_rec_setattr *rec, struct mds_attr_change *c)
{
	u32 uid = le32_to_cpu(rec->uid), gid = le32_to_cpu(rec->gid);
	bool may = mds_cap(cred, CAP_CHOWN);

	if (valid & MDS_ATTR_UID && uid != NO_ID) {
		if (!may && (cred->uid != old->uid || uid != old->uid))
			return -EPERM;
		c->attr.uid = uid;
		c->what |= OSD_A_UID;
	}
	if (valid & MDS_ATTR_GID && gid != NO_ID) {
		if (!may && (cred->uid != old->uid ||
			     (gid != old->gid && !mds_in_group(cred, gid))))
			return -EPERM;
		c->attr.gid = gid;
		c->what |= OSD_A_GID;
	}
	return 0;
}

static bool may_set_gid(const struct osd_cred *cred, u32 gid)
{
	return mds_in_group(cred, gid) || mds_cap(cred, CAP_FSETID);
}

static int plan_mode(const struct osd_attr *old, const struct osd_cred *cred, u64 valid, u32 mode,
		     struct mds_attr_change *c)
{
	u32 before = old->mode;

	if (valid & MDS_ATTR_MODE) {
		if (!is_owner(old, cred))
			return -EPERM;
		c->attr.mode = (mode & S_IALLUGO) | (old->mode & S_IFMT);
		if (!may_set_gid(cred, c->attr.gid))
			c->attr.mode &= ~S_ISGID;
		c->what |= OSD_A_MODE;
		before = c->attr.mode;
	}
	/* A new owner must not inherit what the old one granted by set-ID bits. */
	if (valid & MDS_ATTR_KILL_SUID || (c->what & OSD_A_UID && !S_ISDIR(old->mode)))
		c->attr.mode &= ~S_ISUID;
	/* Where the group may not execute, the bit stays with those who could set it. */
	if ((valid & MDS_ATTR_KILL_SGID || (c->what & OSD_A_GID && !S_ISDIR(old->mode))) &&
	    (c->attr.mode & 0010 || !may_set_gid(cred, old->gid)))
		c->attr.mode &= ~S_ISGID;
	if (c->attr.mode != before)
		c->what |= OSD_A_MODE;
	return 0;
}

bool mds_newer(s64 s, u32 ns, s64 olds, u32 oldns)
{
	return s > olds || (s == olds && ns > oldns);
}

static void plan_times(const struct osd_attr *old, const struct osd_cred *cred, u64 valid,
		       const struct wire_rec_setattr *rec, const struct osd_attr *ns,
		       struct mds_attr_change *c)
{
	s64 ctime = le64_to_cpu(rec->ctime);

	if (valid & MDS_ATTR_ATIME) {
		c->attr.atime = le64_to_cpu(rec->atime);
		c->attr.atime_ns = ns->atime_ns;
		c->what |= OSD_A_ATIME;
	}
	if (valid & MDS_ATTR_MTIME) {
		c->attr.mtime = le64_to_cpu(rec->mtime);
		c->attr.mtime_ns = ns->mtime_ns;
		c->what |= OSD_A_MTIME;
	}
	/* The ctime is the server's promise that a change shows: it never goes back. */
	if (valid & MDS_ATTR_CTIME &&
	    !mds_newer(old->ctime, old->ctime_ns, ctime, ns->ctime_ns)) {
		c->attr.ctime = ctime;
		c->attr.ctime_ns = ns->ctime_ns;
		c->what |= OSD_A_CTIME;
	}
	/*
	 * Nothing but times: those who may write may touch. A chown that changes nobody asks for
	 * less.
	 */
	if (valid & (MDS_ATTR_ATIME | MDS_ATTR_MTIME) &&
	    !(valid & ~(u64)(TIME_BITS | MDS_ATTR_FORCE)) && !is_owner(old, cred))
		c->need |= MDS_MAY_WRITE;
}

static int plan_size(const struct osd_attr *old, const struct osd_cred *cred, u64 valid,
		     const struct wire_rec_setattr *rec, struct mds_attr_change *c)
{
	s64 size = le64_to_cpu(rec->size);

	if (!S_ISREG(old->mode))
		return S_ISDIR(old->mode) ? -EISDIR : -EINVAL;
	if (size < 0)
		return -EINVAL;
	/* The client has the file open for write: of the owner this is believed. */
	if (!(valid & MDS_ATTR_OVERRIDE && cred->uid == old->uid))
		c->need |= MDS_MAY_WRITE;
	c->attr.size = size;
	c->what |= OSD_A_SIZE;
	return 0;
}

/*
 * A file that may only grow may be touched. That nobody sets its times to others than "now" is the
 * client's to see: it says what "now" is.
 */
static int check_protected(u32 flags, u64 valid)
{
	u64 may = MDS_ATTR_ATTR_FLAG | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET;

	if (!(flags & (MDS_FL_IMMUTABLE | MDS_FL_APPEND)))
		return 0;
	if (!(flags & MDS_FL_IMMUTABLE))
		may |= TIME_BITS;
	return valid & ~may ? -EPERM : 0;
}

int mds_setattr_plan(const struct osd_attr *old, const struct osd_cred *cred,
		     const struct wire_rec_setattr *rec, const struct osd_attr *ns,
		     struct mds_attr_change *c)
{
	u64 valid = le64_to_cpu(rec->valid);
	int rc;

	memset(c, 0, sizeof(*c));
	c->attr = *old;
	rc = check_protected(old->flags, valid);
	if (rc)
		return rc;
	if (valid & MDS_ATTR_PROJID)
		return -EOPNOTSUPP;
	if (valid & MDS_ATTR_ATTR_FLAG)
		rc = plan_flags(old, cred, le32_to_cpu(rec->attr_flags), c);
	if (!rc)
		rc = plan_owner(old, cred, valid, rec, c);
	if (!rc)
		rc = plan_mode(old, cred, valid, le32_to_cpu(rec->mode), c);
	if (!rc && valid & MDS_ATTR_SIZE)
		rc = plan_size(old, cred, valid, rec, c);
	if (!rc)
		plan_times(old, cred, valid, rec, ns, c);
	return rc;
}

/* ---- the request ---- */

/**
 * struct setting - a setattr under way
 * @ea: layout of a regular file, NULL: none
 */
struct setting {
	struct rpc_srv_req *req;
	const struct wire_rec_setattr *rec;
	struct osd_cred cred;
	struct osd_object *obj;
	struct osd_attr old;
	struct mds_attr_change change;
	void *ea;
	u32 ea_len;
};

static u64 setattr_bits(u64 valid)
{
	u64 bits = IBIT_UPDATE;

	if (valid & (MDS_ATTR_MODE | MDS_ATTR_UID | MDS_ATTR_GID | MDS_ATTR_KILL_SUID |
		     MDS_ATTR_KILL_SGID | MDS_ATTR_ATTR_FLAG))
		bits |= IBIT_LOOKUP | IBIT_PERM;
	return bits;
}

static int setattr_commit(struct setting *s)
{
	struct osd_object *locked[1] = { s->obj };
	struct osd_trans *th;
	int rc, rc2;

	if (!s->change.what)
		return 0;
	rc = osd_trans_start(mds_of(s->req)->osd, locked, 1, MDS_CREDITS_ATTR, &th);
	if (rc)
		return rc;
	if (s->change.what & ~ONLY_TIMES) {
		s->change.attr.version = target_transno(s->req);
		s->change.what |= OSD_A_VERSION;
	}
	rc = osd_attr_set(th, s->obj, &s->change.attr, s->change.what);
	if (!rc)
		rc = target_trans(s->req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

static int setattr_permission(struct setting *s)
{
	int rc = osd_permission(s->obj, &s->cred, s->change.need);

	/* Who has opened a file for writing may cut it, whatever he may do with it by now. */
	if (rc == -EACCES && le64_to_cpu(s->rec->valid) & MDS_ATTR_OVERRIDE &&
	    mds_handle_writes(mds_of(s->req), s->req->exp, osd_object_fid(s->obj)))
		return 0;
	return rc;
}

static int setattr_check(struct setting *s)
{
	struct osd_attr ns;
	int rc;

	mds_extra_times(s->req, &ns);
	rc = osd_attr_get(s->obj, &s->old);
	if (!rc)
		rc = mds_setattr_plan(&s->old, &s->cred, s->rec, &ns, &s->change);
	if (!rc && s->change.what & ~ONLY_TIMES)
		rc = mds_depends(s->req, 0, s->obj);
	if (!rc && s->change.need)
		rc = setattr_permission(s);
	if (!rc && s->change.what & OSD_A_SIZE)
		rc = mds_busy_exec(mds_of(s->req), osd_object_fid(s->obj));
	if (!rc && S_ISREG(s->old.mode))
		rc = mds_layout_get(s->obj, &s->ea, &s->ea_len);
	return rc;
}

static int setattr_locked(struct setting *s)
{
	int rc = setattr_check(s);

	if (rc)
		return rc;
	/* The size of a file with objects is in its objects: the client truncates those. */
	if (s->ea)
		s->change.what &= ~OSD_A_SIZE;
	rc = setattr_commit(s);
	if (!rc && s->ea && s->change.what & (OSD_A_UID | OSD_A_GID))
		layout_setattr(mds_of(s->req)->pool, s->ea, s->ea_len, s->change.attr.uid,
			       s->change.attr.gid);
	return rc ?: mds_reply_attr(s->req, s->obj, 0);
}

/* ---- default layout of a directory ---- */

static int default_commit(struct setting *s, const struct layout_wish *wish)
{
	struct osd_object *locked[1] = { s->obj };
	struct osd_attr attr = {};
	struct osd_trans *th;
	int rc, rc2;

	rc = osd_trans_start(mds_of(s->req)->osd, locked, 1, MDS_CREDITS_ATTR, &th);
	if (rc)
		return rc;
	attr.version = target_transno(s->req);
	rc = mds_layout_set_default(th, s->obj, wish);
	if (!rc)
		rc = osd_attr_set(th, s->obj, &attr, OSD_A_VERSION);
	if (!rc)
		rc = target_trans(s->req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

static int setattr_default(struct setting *s, const void *lum, u32 len)
{
	struct layout_wish wish;
	int rc;

	rc = mds_layout_wish(lum, len, &wish);
	if (!rc)
		rc = osd_attr_get(s->obj, &s->old);
	if (rc)
		return rc;
	if (!S_ISDIR(s->old.mode))
		return -ENOTDIR;
	if (!is_owner(&s->old, &s->cred))
		return -EPERM;
	rc = mds_depends(s->req, 0, s->obj);
	if (rc)
		return rc;
	rc = default_commit(s, &wish);
	return rc ?: mds_reply_attr(s->req, s->obj, 0);
}

static int setattr_object(struct setting *s)
{
	u64 valid = le64_to_cpu(s->rec->valid);
	struct mds_lock l = {};
	const void *lum;
	u32 len;
	int rc;

	rc = mds_lock(mds_of(s->req), osd_object_fid(s->obj), setattr_bits(valid), LCK_EX, &l);
	if (rc)
		return rc;
	lum = rpc_srv_buf(s->req, WF_EADATA, &len);
	rc = lum && len ? setattr_default(s, lum, len) : setattr_locked(s);
	mds_unlock(&l);
	kvfree(s->ea);
	return rc;
}

int mds_reint_setattr(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct setting *s;
	struct fid fid;
	int rc, status;
	u64 data;

	mds_fid_read(&rec->h.fid1, &fid);
	if (target_resent(req, &status, &data))
		return status ? status : mds_reply_fid(req, &fid);
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->req = req;
	s->rec = &rec->setattr;
	mds_cred_rec(req, &rec->h, &s->cred);
	rc = osd_object_find(mds_of(req)->osd, &fid, &s->obj);
	if (!rc) {
		rc = setattr_object(s);
		osd_object_put(s->obj);
	}
	kfree(s);
	return rc;
}
