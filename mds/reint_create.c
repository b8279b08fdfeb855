// SPDX-License-Identifier: GPL-2.0
/* New objects: mkdir, mknod, symlink, and the creating half of an open. */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/** struct creation - the transaction of a create: what it needs, taken before it opens */
struct creation {
	struct rpc_srv_req *req;
	const struct mds_create *c;
	struct layout_lease *lease;
	void *dir_ea;		/* default layout that a new directory inherits */
	struct osd_ea ea;
	unsigned int nr_eas;
};

static int creation_prepare(struct creation *cr)
{
	const struct mds_create *c = cr->c;
	u32 len;
	int rc;

	cr->ea.name = MDS_EA_LOV;
	if (c->wish) {
		rc = layout_take(mds_of(cr->req)->pool, &c->fid, c->wish, &cr->lease);
		if (rc)
			return rc;
		cr->ea.value = layout_ea(cr->lease, &len);
		cr->ea.size = len;
		cr->nr_eas = 1;
	} else if (S_ISDIR(c->attr.mode)) {
		rc = mds_layout_get(c->dir, &cr->dir_ea, &len);
		if (rc)
			return rc;
		cr->ea.value = cr->dir_ea;
		cr->ea.size = len;
		cr->nr_eas = cr->dir_ea ? 1 : 0;
	}
	return 0;
}

static int creation_run(struct creation *cr, struct osd_trans *th, struct osd_object **obj)
{
	const struct mds_create *c = cr->c;
	struct osd_attr attr = c->attr;
	int rc = osd_create_prepare(th, &c->fid);

	if (rc)
		return rc;
	attr.version = target_transno(cr->req);
	rc = osd_create(th, c->dir, c->name.str, c->name.len, &c->fid, &attr, c->umask, c->target,
			&cr->ea, cr->nr_eas, obj);
	if (rc)
		return rc;
	rc = mds_times(th, c->dir, (struct timespec64){ c->attr.ctime, c->attr.ctime_ns },
		       OSD_A_MTIME | OSD_A_CTIME);
	if (!rc && cr->lease)
		rc = layout_commit(cr->lease, th);
	if (!rc)
		rc = target_trans(cr->req, th, 0, c->disposition);
	if (rc)
		osd_object_put(*obj);
	return rc;
}

static int creation_commit(struct creation *cr, struct osd_object **obj)
{
	struct osd_object *locked[1] = { cr->c->dir };
	unsigned int credits = MDS_CREDITS_CREATE;
	struct osd_trans *th;
	int rc, rc2;

	if (cr->lease)
		credits += mds_layout_objects(cr->ea.value, cr->ea.size);
	rc = osd_trans_start(mds_of(cr->req)->osd, locked, 1, credits, &th);
	if (rc)
		return rc;
	rc = creation_run(cr, th, obj);
	rc2 = osd_trans_stop(th, false);
	if (!rc && rc2)
		osd_object_put(*obj);
	return rc ?: rc2;
}

/* Devices are root's to make; the whiteout of an overlay, 0:0, is none. */
static int may_make_type(const struct osd_cred *cred, const struct osd_attr *attr)
{
	bool device = S_ISBLK(attr->mode) || (S_ISCHR(attr->mode) && attr->rdev);

	return device && !mds_cap(cred, CAP_MKNOD) ? -EPERM : 0;
}

int mds_create(struct rpc_srv_req *req, const struct osd_cred *cred, const struct mds_create *c,
	       struct osd_object **obj)
{
	struct creation cr = { .req = req, .c = c };
	int rc;

	rc = mds_name_check(&c->name);
	if (!rc)
		rc = mds_depends(req, 0, c->dir);
	if (!rc)
		rc = mds_may_create(c->dir, cred);
	if (!rc)
		rc = may_make_type(cred, &c->attr);
	if (!rc)
		rc = mds_fid_new(mds_of(req), &c->fid);
	if (!rc)
		rc = creation_prepare(&cr);
	if (!rc)
		rc = creation_commit(&cr, obj);
	if (cr.lease)
		layout_drop(cr.lease);
	kvfree(cr.dir_ea);
	return rc;
}

/* ---- the request ---- */

static int create_target(struct rpc_srv_req *req, struct mds_create *c)
{
	struct mds_name target;
	int rc;

	rc = rpc_srv_switch(req, &fmt_reint_symlink);
	if (!rc)
		rc = mds_name_get(req, WF_NAME2, &target);
	if (!rc)
		c->target = target.str;
	return rc;
}

static void create_attr(struct rpc_srv_req *req, const struct wire_rec_create *rec,
			const struct osd_cred *cred, struct mds_create *c)
{
	c->attr.mode = le32_to_cpu(rec->mode) & (S_IFMT | S_IALLUGO);
	c->attr.uid = cred->uid;
	c->attr.gid = cred->gid;
	c->attr.rdev = le64_to_cpu(rec->rdev);
	mds_attr_time(&c->attr, mds_time(req, rec->time));
	c->umask = le32_to_cpu(rec->umask) & 0777;
}

static int create_type_check(u32 mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	}
	return -EINVAL;
}

static int create_parse(struct rpc_srv_req *req, const struct wire_rec_create *rec,
			const struct osd_cred *cred, struct mds_create *c)
{
	int rc;

	create_attr(req, rec, cred, c);
	mds_fid_read(&rec->fid2, &c->fid);
	rc = create_type_check(c->attr.mode);
	if (!rc)
		rc = mds_name_get(req, WF_NAME, &c->name);
	if (!rc && S_ISLNK(c->attr.mode))
		rc = create_target(req, c);
	return rc;
}

static int create_locked(struct rpc_srv_req *req, const struct osd_cred *cred,
			 const struct mds_create *c)
{
	struct osd_object *obj;
	struct fid other;
	int rc;

	rc = osd_permission(c->dir, cred, MDS_MAY_EXEC);
	if (rc)
		return rc;
	/* mkdir of what is there is "exists", whoever asks and whatever else is wrong. */
	if (!osd_lookup(c->dir, c->name.str, c->name.len, &other))
		return -EEXIST;
	rc = mds_create(req, cred, c, &obj);
	if (rc)
		return rc;
	rc = mds_reply_attr(req, obj, 0);
	osd_object_put(obj);
	return rc;
}

int mds_reint_create(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct mds *mds = mds_of(req);
	struct mds_create c = {};
	struct mds_lock l = {};
	struct osd_cred cred;
	struct fid fid;
	int rc, status;
	u64 data;

	mds_cred_rec(req, &rec->h, &cred);
	rc = create_parse(req, &rec->create, &cred, &c);
	if (rc)
		return rc;
	if (target_resent(req, &status, &data))
		return status ? status : mds_reply_fid(req, &c.fid);
	mds_fid_read(&rec->h.fid1, &fid);
	rc = osd_object_find(mds->osd, &fid, &c.dir);
	if (rc)
		return rc;
	rc = mds_lock(mds, &fid, IBIT_UPDATE, LCK_PW, &l);
	if (!rc)
		rc = create_locked(req, &cred, &c);
	mds_unlock(&l);
	osd_object_put(c.dir);
	return rc;
}
