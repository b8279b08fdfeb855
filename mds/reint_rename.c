// SPDX-License-Identifier: GPL-2.0
/*
 * Rename.
 *
 * Renames between directories take turns, so that the tree does not change under those that need
 * to know who is whose ancestor.  Directories are locked ancestors first, unrelated ones in FID
 * order; then the object that moves and the one that it replaces, directories first, else in FID
 * order.  When both are directories, that is another two unrelated ones, which have their turn too.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

#define MAX_DEPTH	4096	/* levels that a walk upwards takes before it gives up */

/**
 * struct renaming - a rename under way; what is found is referenced, @victim may be NULL
 * @flags: EXTRA_RENAME_*
 * @turn: rename_lock is held
 */
struct renaming {
	struct rpc_srv_req *req;
	const struct wire_rec_name *rec;
	u32 flags;
	bool turn;
	struct mds_name sname, tname;
	struct osd_object *sdir, *tdir;
	struct osd_object *obj, *victim;
	struct osd_attr attr, vattr;
	struct osd_cred cred;
	struct mds_lock lsdir, ltdir, lobj, lvictim;
	struct mds_file *file;
	bool orphan;
	void *ea;		/* layout of a victim that goes */
	u32 ea_len;
};

static int fid_cmp(const struct fid *a, const struct fid *b)
{
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a->oid != b->oid)
		return a->oid < b->oid ? -1 : 1;
	return 0;
}

/* 1: @above is @dir or one of its ancestors; 0: not; or an error. The tree stands still. */
static int is_ancestor(struct mds *mds, const struct fid *above, const struct fid *dir)
{
	struct fid at = *dir, up;
	struct osd_object *obj;
	unsigned int depth;
	int rc;

	for (depth = 0; depth < MAX_DEPTH; depth++) {
		if (fid_eq(&at, above))
			return 1;
		if (fid_eq(&at, osd_object_fid(mds->root)))
			return 0;
		rc = osd_object_find(mds->osd, &at, &obj);
		if (rc)
			return rc;
		rc = osd_parent(obj, &up);
		osd_object_put(obj);
		if (rc)
			return rc;
		at = up;
	}
	return -ELOOP;
}

/* ---- locks ---- */

static int rename_lock_dirs(struct renaming *r)
{
	const struct fid *s = osd_object_fid(r->sdir), *t = osd_object_fid(r->tdir);
	struct mds *mds = mds_of(r->req);
	int above, below, rc;

	if (fid_eq(s, t))
		return mds_lock(mds, s, IBIT_UPDATE, LCK_PW, &r->lsdir);
	above = is_ancestor(mds, s, t);
	if (above < 0)
		return above;
	below = is_ancestor(mds, t, s);
	if (below < 0)
		return below;
	if (above || (!below && fid_cmp(s, t) < 0)) {
		rc = mds_lock(mds, s, IBIT_UPDATE, LCK_PW, &r->lsdir);
		return rc ?: mds_lock(mds, t, IBIT_UPDATE, LCK_PW, &r->ltdir);
	}
	rc = mds_lock(mds, t, IBIT_UPDATE, LCK_PW, &r->ltdir);
	return rc ?: mds_lock(mds, s, IBIT_UPDATE, LCK_PW, &r->lsdir);
}

static int rename_lock_objects(struct renaming *r)
{
	const struct fid *o = osd_object_fid(r->obj), *v;
	u64 bits = IBIT_LOOKUP | IBIT_UPDATE;
	bool dir = S_ISDIR(r->attr.mode);
	struct mds *mds = mds_of(r->req);
	int rc;

	if (!r->victim)
		return mds_lock(mds, o, bits, LCK_EX, &r->lobj);
	v = osd_object_fid(r->victim);
	/* Who holds a directory may be waiting for a file that is in it, too. */
	if (dir == S_ISDIR(r->vattr.mode) ? fid_cmp(o, v) < 0 : dir) {
		rc = mds_lock(mds, o, bits, LCK_EX, &r->lobj);
		return rc ?: mds_lock(mds, v, MDS_BITS_ALL, LCK_EX, &r->lvictim);
	}
	rc = mds_lock(mds, v, MDS_BITS_ALL, LCK_EX, &r->lvictim);
	return rc ?: mds_lock(mds, o, bits, LCK_EX, &r->lobj);
}

/* ---- checks ---- */

static int rename_find(struct renaming *r)
{
	struct mds *mds = mds_of(r->req);
	int rc;

	rc = mds_child(mds, r->sdir, &r->cred, &r->sname, &r->obj);
	if (rc)
		return rc;
	rc = mds_child(mds, r->tdir, &r->cred, &r->tname, &r->victim);
	if (rc == -ENOENT) {
		r->victim = NULL;
		rc = 0;
	}
	if (rc)
		return rc;
	if (r->flags & EXTRA_RENAME_NOREPLACE && r->victim)
		return -EEXIST;
	return r->flags & EXTRA_RENAME_EXCHANGE && !r->victim ? -ENOENT : 0;
}

/* What type a file is of does not change, so no lock of its own is needed yet. */
static int rename_types(struct renaming *r)
{
	int rc = osd_attr_get(r->obj, &r->attr);

	return rc || !r->victim ? rc : osd_attr_get(r->victim, &r->vattr);
}

static bool both_are_dirs(const struct renaming *r)
{
	return r->victim && S_ISDIR(r->attr.mode) && S_ISDIR(r->vattr.mode);
}

/*
 * Nothing goes into itself. Asked before the objects are locked: what is above a directory that is
 * locked already must not be.
 */
static int rename_check_tree(struct renaming *r)
{
	const struct fid *sdir = osd_object_fid(r->sdir), *tdir = osd_object_fid(r->tdir);
	struct mds *mds = mds_of(r->req);
	int rc = 0;

	if (r->sdir == r->tdir)
		return 0;
	if (S_ISDIR(r->attr.mode))
		rc = is_ancestor(mds, osd_object_fid(r->obj), tdir);
	if (rc > 0)
		return -EINVAL;
	if (rc || !r->victim)
		return rc;
	if (S_ISDIR(r->vattr.mode))
		rc = is_ancestor(mds, osd_object_fid(r->victim), sdir);
	if (rc > 0)
		return r->flags & EXTRA_RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return rc;
}

/* The ".." of a directory that goes elsewhere changes. */
static int rename_check_move(struct renaming *r, struct osd_object *obj,
			     const struct osd_attr *attr)
{
	if (r->sdir == r->tdir || !S_ISDIR(attr->mode))
		return 0;
	return osd_permission(obj, &r->cred, MDS_MAY_WRITE);
}

static int rename_check_victim(struct renaming *r)
{
	int rc = osd_attr_get(r->victim, &r->vattr);

	if (rc)
		return rc;
	if (r->flags & EXTRA_RENAME_EXCHANGE) {
		rc = mds_may_delete(r->tdir, r->victim, &r->cred);
		return rc ?: rename_check_move(r, r->victim, &r->vattr);
	}
	if (S_ISDIR(r->attr.mode) && !S_ISDIR(r->vattr.mode))
		return -ENOTDIR;
	if (!S_ISDIR(r->attr.mode) && S_ISDIR(r->vattr.mode))
		return -EISDIR;
	return mds_may_delete(r->tdir, r->victim, &r->cred);
}

static int rename_check(struct renaming *r)
{
	int rc;

	rc = osd_attr_get(r->obj, &r->attr);
	if (!rc)
		rc = mds_may_delete(r->sdir, r->obj, &r->cred);
	if (!rc)
		rc = rename_check_move(r, r->obj, &r->attr);
	if (rc)
		return rc;
	return r->victim ? rename_check_victim(r) : mds_may_create(r->tdir, &r->cred);
}

/* ---- the change ---- */

static bool victim_last(const struct renaming *r)
{
	return r->victim && (S_ISDIR(r->vattr.mode) || r->vattr.nlink == 1);
}

/* It keeps a name, or is open. */
static bool victim_stays(const struct renaming *r)
{
	return !victim_last(r) || r->orphan;
}

static int rename_update(struct renaming *r, struct osd_trans *th)
{
	u32 dir_times = OSD_A_MTIME | OSD_A_CTIME;
	struct timespec64 time = mds_time(r->req, r->rec->time);
	int rc;

	if (r->flags & EXTRA_RENAME_EXCHANGE)
		rc = osd_exchange(th, r->sdir, r->sname.str, r->sname.len, r->tdir, r->tname.str,
				  r->tname.len, r->obj, r->victim);
	else
		rc = osd_rename(th, r->sdir, r->sname.str, r->sname.len, r->tdir, r->tname.str,
				r->tname.len, r->obj, r->victim, r->orphan);
	/* The storage goes by a clock of its own. */
	if (!rc && r->victim && r->flags & EXTRA_RENAME_EXCHANGE)
		rc = mds_times(th, r->victim, time, OSD_A_CTIME);
	else if (!rc && r->victim && victim_stays(r))
		rc = mds_changed(r->req, th, r->victim, time);
	if (!rc)
		rc = mds_times(th, r->obj, time, OSD_A_CTIME);
	if (!rc)
		rc = mds_times(th, r->sdir, time, dir_times);
	if (!rc && r->tdir != r->sdir)
		rc = mds_times(th, r->tdir, time, dir_times);
	if (!rc && r->ea && !r->orphan)
		rc = layout_destroy(mds_of(r->req)->pool, th, r->ea, r->ea_len);
	if (!rc)
		rc = target_trans(r->req, th, 0, 0);
	return rc;
}

static int rename_commit(struct renaming *r)
{
	struct osd_object *locked[4] = { r->sdir, r->tdir, r->obj, r->victim };
	struct osd_trans *th;
	int rc, rc2;

	rc = osd_trans_start(mds_of(r->req)->osd, locked, 4,
			     MDS_CREDITS_RENAME + mds_layout_objects(r->ea, r->ea_len), &th);
	if (rc)
		return rc;
	rc = rename_update(r, th);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

static int rename_pinned(struct renaming *r)
{
	struct mds *mds = mds_of(r->req);
	bool opened;
	int rc;

	/* What is exchanged loses no name. */
	if (!r->victim || r->flags & EXTRA_RENAME_EXCHANGE)
		return rename_commit(r);
	rc = mds_file_pin(mds, r->victim, &r->file, &opened);
	if (rc)
		return rc;
	r->orphan = opened && victim_last(r);
	if (victim_last(r) && S_ISREG(r->vattr.mode))
		rc = mds_layout_get(r->victim, &r->ea, &r->ea_len);
	if (!rc)
		rc = rename_commit(r);
	mds_file_unpin(mds, r->file, !rc && r->orphan);
	kvfree(r->ea);
	return rc;
}

static int rename_depends(struct renaming *r)
{
	struct osd_object *const on[WIRE_NR_VERSIONS] = { r->sdir, r->tdir, r->obj, r->victim };
	unsigned int i;
	int rc = 0;

	for (i = 0; i < ARRAY_SIZE(on) && !rc; i++)
		rc = mds_depends(r->req, i, on[i]);
	return rc;
}

/* -EDEADLK: it needs its turn */
static int rename_run(struct renaming *r)
{
	int rc;

	rc = rename_lock_dirs(r);
	if (!rc)
		rc = rename_find(r);
	if (rc)
		return rc;
	/* Two names of one file: nothing happens. */
	if (r->victim && fid_eq(osd_object_fid(r->obj), osd_object_fid(r->victim)))
		return 0;
	rc = rename_types(r);
	if (!rc && !r->turn && both_are_dirs(r))
		rc = -EDEADLK;
	if (!rc)
		rc = rename_check_tree(r);
	if (!rc)
		rc = rename_lock_objects(r);
	if (!rc)
		rc = rename_depends(r);
	if (!rc)
		rc = rename_check(r);
	return rc ?: rename_pinned(r);
}

static void rename_unlock(struct renaming *r)
{
	mds_unlock(&r->lobj);
	mds_unlock(&r->lvictim);
	mds_unlock(&r->ltdir);
	mds_unlock(&r->lsdir);
	if (r->obj)
		osd_object_put(r->obj);
	if (r->victim)
		osd_object_put(r->victim);
	r->obj = NULL;
	r->victim = NULL;
}

static int rename_in_turn(struct renaming *r)
{
	struct mds *mds = mds_of(r->req);
	int rc;

	mutex_lock(&mds->rename_lock);
	r->turn = true;
	rc = rename_run(r);
	rename_unlock(r);
	mutex_unlock(&mds->rename_lock);
	return rc;
}

static int rename_dirs(struct renaming *r)
{
	int rc = -EDEADLK;

	if (r->sdir == r->tdir) {
		rc = rename_run(r);
		rename_unlock(r);
	}
	return rc == -EDEADLK ? rename_in_turn(r) : rc;
}

static int rename_parse(struct renaming *r)
{
	int rc;

	rc = mds_name_get(r->req, WF_NAME, &r->sname);
	if (!rc)
		rc = mds_name_get(r->req, WF_NAME2, &r->tname);
	if (!rc)
		rc = mds_name_check(&r->sname);
	if (!rc)
		rc = mds_name_check(&r->tname);
	r->flags = mds_rename_flags(r->req);
	if (!rc && r->flags & ~(EXTRA_RENAME_NOREPLACE | EXTRA_RENAME_EXCHANGE))
		rc = -EINVAL;
	if (!rc && r->flags & EXTRA_RENAME_NOREPLACE && r->flags & EXTRA_RENAME_EXCHANGE)
		rc = -EINVAL;
	mds_cred_rec(r->req, &r->rec->h, &r->cred);
	return rc;
}

/* In memory of its own: it is large for a stack. */
static int rename_request(struct renaming *r, const union wire_rec *rec)
{
	struct osd_device *osd = mds_of(r->req)->osd;
	struct fid sfid, tfid;
	int rc;

	mds_fid_read(&rec->h.fid1, &sfid);
	mds_fid_read(&rec->name.fid2, &tfid);
	rc = osd_object_find(osd, &sfid, &r->sdir);
	if (rc)
		return rc;
	/* There is one object per FID, so equal FIDs give equal pointers. */
	rc = osd_object_find(osd, &tfid, &r->tdir);
	if (!rc) {
		rc = rename_dirs(r);
		osd_object_put(r->tdir);
	}
	osd_object_put(r->sdir);
	return rc ?: rpc_srv_pack(r->req);
}

int mds_reint_rename(struct rpc_srv_req *req)
{
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct renaming *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int rc, status;
	u64 data;

	if (!r)
		return -ENOMEM;
	r->req = req;
	r->rec = &rec->name;
	rc = rename_parse(r);
	if (!rc && target_resent(req, &status, &data))
		rc = status ? status : rpc_srv_pack(req);
	else if (!rc)
		rc = rename_request(r, rec);
	kfree(r);
	return rc;
}
