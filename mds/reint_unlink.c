// SPDX-License-Identifier: GPL-2.0
/* Names of objects that exist: link, unlink and rmdir. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/* ---- link ---- */

static int link_commit(struct rpc_srv_req *req, struct osd_object *dir, const struct mds_name *name,
		       struct osd_object *obj, struct timespec64 time)
{
	struct osd_object *locked[2] = { dir, obj };
	struct osd_trans *th;
	int rc, rc2;

	rc = osd_trans_start(mds_of(req)->osd, locked, 2, MDS_CREDITS_NAME, &th);
	if (rc)
		return rc;
	rc = osd_link(th, dir, name->str, name->len, obj);
	if (!rc)
		rc = mds_times(th, dir, time, OSD_A_MTIME | OSD_A_CTIME);
	if (!rc)
		rc = mds_changed(req, th, obj, time);
	if (!rc)
		rc = target_trans(req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

/*
 * Before locks are taken: a directory has its place in their order, which is not that behind the
 * one that the link is to be in.
 */
static int link_check_type(struct osd_object *obj, const struct mds_name *name)
{
	struct osd_attr attr;
	int rc;

	rc = mds_name_check(name);
	if (!rc)
		rc = osd_attr_get(obj, &attr);
	return rc ?: S_ISDIR(attr.mode) ? -EPERM : 0;
}

static int link_check(struct osd_object *dir, struct osd_object *obj, const struct mds_name *name,
		      const struct osd_cred *cred)
{
	struct osd_attr attr;
	struct fid other;
	int rc;

	rc = osd_attr_get(obj, &attr);
	if (rc)
		return rc;
	if (attr.flags & (MDS_FL_IMMUTABLE | MDS_FL_APPEND))
		return -EPERM;
	if (!attr.nlink)
		return -ENOENT;
	if (!osd_lookup(dir, name->str, name->len, &other))
		return -EEXIST;
	return mds_may_create(dir, cred);
}

static int link_objects(struct rpc_srv_req *req, const struct wire_rec_name *rec,
			struct osd_object *dir, struct osd_object *obj, const struct mds_name *name)
{
	struct mds_lock ldir = {}, lobj = {};
	struct mds *mds = mds_of(req);
	struct osd_cred cred;
	int rc;

	mds_cred_rec(req, &rec->h, &cred);
	rc = link_check_type(obj, name);
	if (!rc)
		rc = mds_lock(mds, osd_object_fid(dir), IBIT_UPDATE, LCK_PW, &ldir);
	if (!rc)
		rc = mds_lock(mds, osd_object_fid(obj), IBIT_UPDATE, LCK_EX, &lobj);
	if (!rc)
		rc = mds_depends(req, 0, dir);
	if (!rc)
		rc = mds_depends(req, 1, obj);
	if (!rc)
		rc = link_check(dir, obj, name, &cred);
	if (!rc)
		rc = link_commit(req, dir, name, obj, mds_time(req, rec->time));
	if (!rc)
		rc = mds_reply_attr(req, obj, 0);
	mds_unlock(&lobj);
	mds_unlock(&ldir);
	return rc;
}

int mds_reint_link(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct osd_object *dir, *obj;
	struct mds_name name;
	struct fid fid, dfid;
	int rc, status;
	u64 data;

	rc = mds_name_get(req, WF_NAME, &name);
	if (rc)
		return rc;
	mds_fid_read(&rec->h.fid1, &fid);
	mds_fid_read(&rec->name.fid2, &dfid);
	if (fid_eq(&fid, &dfid))
		return -EPERM;
	if (target_resent(req, &status, &data))
		return status ? status : mds_reply_fid(req, &fid);
	rc = osd_object_find(mds_of(req)->osd, &dfid, &dir);
	if (rc)
		return rc;
	rc = osd_object_find(mds_of(req)->osd, &fid, &obj);
	if (!rc) {
		rc = link_objects(req, &rec->name, dir, obj, &name);
		osd_object_put(obj);
	}
	osd_object_put(dir);
	return rc;
}

/* ---- unlink, rmdir ---- */

/**
 * struct unlinking - an unlink under way
 * @attr: of @obj, before
 * @file: pin that keeps a close from destroying the object under our feet
 * @ea: its layout; goes with the last name, NULL: none
 */
struct unlinking {
	struct rpc_srv_req *req;
	const struct wire_rec_name *rec;
	struct mds_name name;
	struct osd_object *dir;
	struct osd_object *obj;
	struct osd_attr attr;
	struct mds_file *file;
	bool orphan;
	void *ea;
	u32 ea_len;
};

static bool unlink_last(const struct unlinking *u)
{
	return S_ISDIR(u->attr.mode) || u->attr.nlink == 1;
}

static int unlink_update(struct unlinking *u, struct osd_trans *th)
{
	struct timespec64 time = mds_time(u->req, u->rec->time);
	int rc;

	rc = osd_unlink(th, u->dir, u->name.str, u->name.len, u->obj, u->orphan);
	/* The storage goes by a clock of its own. */
	if (!rc && (!unlink_last(u) || u->orphan))
		rc = mds_changed(u->req, th, u->obj, time);
	if (!rc)
		rc = mds_times(th, u->dir, time, OSD_A_MTIME | OSD_A_CTIME);
	if (!rc && u->ea && !u->orphan)
		rc = layout_destroy(mds_of(u->req)->pool, th, u->ea, u->ea_len);
	if (!rc)
		rc = target_trans(u->req, th, 0, 0);
	return rc;
}

static int unlink_commit(struct unlinking *u)
{
	struct osd_object *locked[2] = { u->dir, u->obj };
	struct osd_trans *th;
	int rc, rc2;

	rc = osd_trans_start(mds_of(u->req)->osd, locked, 2,
			     MDS_CREDITS_NAME + mds_layout_objects(u->ea, u->ea_len), &th);
	if (rc)
		return rc;
	rc = unlink_update(u, th);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

static int unlink_check(struct unlinking *u)
{
	bool rmdir = S_ISDIR(le32_to_cpu(u->rec->mode));
	struct osd_cred cred;
	int rc;

	mds_cred_rec(u->req, &u->rec->h, &cred);
	rc = mds_may_delete(u->dir, u->obj, &cred);
	if (rc)
		return rc;
	if (u->rec->mode && rmdir != S_ISDIR(u->attr.mode))
		return rmdir ? -ENOTDIR : -EISDIR;
	return 0;
}

static int unlink_pinned(struct unlinking *u)
{
	bool opened;
	int rc;

	rc = mds_file_pin(mds_of(u->req), u->obj, &u->file, &opened);
	if (rc)
		return rc;
	u->orphan = opened && unlink_last(u);
	if (unlink_last(u) && S_ISREG(u->attr.mode))
		rc = mds_layout_get(u->obj, &u->ea, &u->ea_len);
	if (!rc)
		rc = unlink_commit(u);
	mds_file_unpin(mds_of(u->req), u->file, !rc && u->orphan);
	kvfree(u->ea);
	return rc;
}

/*
 * With the directory locked: finds the object, takes its locks from all clients, removes the
 * name.
 */
static int unlink_object(struct unlinking *u)
{
	struct mds *mds = mds_of(u->req);
	struct mds_lock l = {};
	struct osd_cred cred;
	int rc;

	mds_cred_rec(u->req, &u->rec->h, &cred);
	rc = mds_child(mds, u->dir, &cred, &u->name, &u->obj);
	if (rc)
		return rc;
	rc = mds_lock(mds, osd_object_fid(u->obj), MDS_BITS_ALL, LCK_EX, &l);
	if (!rc)
		rc = mds_depends(u->req, 0, u->dir);
	if (!rc)
		rc = mds_depends(u->req, 1, u->obj);
	if (!rc)
		rc = osd_attr_get(u->obj, &u->attr);
	if (!rc)
		rc = unlink_check(u);
	if (!rc)
		rc = unlink_pinned(u);
	if (!rc)
		rc = unlink_last(u) ? rpc_srv_pack(u->req) : mds_reply_attr(u->req, u->obj, 0);
	mds_unlock(&l);
	osd_object_put(u->obj);
	return rc;
}

int mds_reint_unlink(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct unlinking u = { .req = req, .rec = &rec->name };
	struct mds_lock l = {};
	struct fid fid;
	int rc, status;
	u64 data;

	rc = mds_name_get(req, WF_NAME, &u.name);
	if (!rc)
		rc = mds_name_check(&u.name);
	if (rc)
		return rc;
	if (target_resent(req, &status, &data))
		return status ? status : rpc_srv_pack(req);
	mds_fid_read(&rec->h.fid1, &fid);
	rc = osd_object_find(mds_of(req)->osd, &fid, &u.dir);
	if (rc)
		return rc;
	rc = mds_lock(mds_of(req), &fid, IBIT_UPDATE, LCK_PW, &l);
	if (!rc)
		rc = unlink_object(&u);
	mds_unlock(&l);
	osd_object_put(u.dir);
	return rc;
}
