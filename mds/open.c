// SPDX-License-Identifier: GPL-2.0
/*
 * The open intent: look-up, perhaps creation, open handle, and a lock on the file for the client,
 * in one request.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/**
 * struct opening - an open under way
 * @flags: MDS_FMODE_*, MDS_OPEN_*
 * @has_wish, @wish: layout that the user asks for with the open
 * @parent: lock on the directory; @own: without a directory, on the file's name; @child: on the
 *   file, to be handed over
 * @created: this request made the file
 */
struct opening {
	struct rpc_srv_req *req;
	const struct wire_rec_create *rec;
	u64 flags;
	struct osd_cred cred;
	struct mds_name name;
	struct layout_wish wish;
	bool has_wish;
	struct osd_object *dir;
	struct osd_object *obj;
	struct mds_lock parent;
	struct mds_lock own;
	struct mds_lock child;
	bool created;
	struct mds_answer *answer;
};

/* Is this open one that gives a file its objects? */
static bool wants_objects(u64 flags)
{
	return (flags & MDS_FMODE_WRITE) &&
		!(flags & (MDS_OPEN_DELAY_CREATE | MDS_OPEN_LEASE));
}

/* The client has put the layout that the file got into the request. */
static void open_parse_replay(struct opening *o)
{
	u32 len;
	const void *ea = rpc_srv_buf(o->req, WF_EADATA, &len);

	if (!ea || !layout_had(ea, len))
		return;
	o->wish.had = ea;
	o->wish.had_len = len;
	o->has_wish = true;
}

static int open_parse(struct opening *o)
{
	const union wire_rec *rec = rpc_srv_buf(o->req, WF_REC, NULL);
	const void *lum;
	u32 len;
	int rc;

	if (!rec || le32_to_cpu(rec->h.opcode) != REINT_OPEN)
		return -EPROTO;
	o->rec = &rec->create;
	o->flags = le32_to_cpu(rec->create.flags_l) |
		(u64)le32_to_cpu(rec->create.flags_h) << 32;
	mds_cred_rec(o->req, &rec->h, &o->cred);
	if (rpc_srv_replay(o->req)) {
		open_parse_replay(o);
		return 0;
	}
	if (o->flags & (MDS_OPEN_VOLATILE | MDS_OPEN_LEASE | MDS_OPEN_HAS_OBJS))
		return -EOPNOTSUPP;
	if (!(o->flags & MDS_OPEN_HAS_EA))
		return 0;
	lum = rpc_srv_buf(o->req, WF_EADATA, &len);
	if (!lum)
		return -EINVAL;
	rc = mds_layout_wish(lum, len, &o->wish);
	o->has_wish = true;
	return rc;
}

/* ---- may the caller open it so? ---- */

static int open_mask(u64 flags)
{
	int mask = 0;

	if (flags & MDS_FMODE_READ)
		mask |= MDS_MAY_READ;
	if (flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC))
		mask |= MDS_MAY_WRITE;
	/* The kernel reads what it executes, whoever may read it. */
	if (flags & MDS_FMODE_EXEC)
		mask = MDS_MAY_EXEC;
	return mask;
}

static int open_check_dir(u64 flags)
{
	return flags & (MDS_OPEN_CREAT | MDS_FMODE_WRITE) ? -EISDIR : 0;
}

static int open_check_flags(const struct osd_attr *attr, u64 flags)
{
	if (attr->flags & MDS_FL_IMMUTABLE && flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC))
		return -EPERM;
	if (!(attr->flags & MDS_FL_APPEND))
		return 0;
	if (flags & MDS_OPEN_TRUNC ||
	    (flags & MDS_FMODE_WRITE && !(flags & MDS_OPEN_APPEND)))
		return -EPERM;
	return 0;
}

static int open_check(struct opening *o, const struct osd_attr *attr)
{
	int rc = 0;

	if (o->flags & MDS_OPEN_CREAT && o->flags & MDS_OPEN_EXCL)
		return -EEXIST;
	if (S_ISDIR(attr->mode))
		rc = open_check_dir(o->flags);
	else if (o->flags & MDS_OPEN_DIRECTORY)
		rc = -ENOTDIR;
	if (!rc)
		rc = open_check_flags(attr, o->flags);
	if (rc)
		return rc;
	/* An NFS server opens on behalf of the owner, who may. */
	if (o->flags & MDS_OPEN_OWNEROVERRIDE && o->cred.uid == attr->uid)
		return 0;
	return osd_permission(o->obj, &o->cred, open_mask(o->flags));
}

/* ---- an object that is there ---- */

/* A link is not opened, nor is a device: the client does that by itself. */
static bool open_is_local(const struct osd_attr *attr)
{
	return !S_ISREG(attr->mode) && !S_ISDIR(attr->mode);
}

static int open_lock(struct opening *o, u64 bits, enum ldlm_mode mode, struct mds_lock *l)
{
	return o->own.lock ? mds_lock_beside(&o->own, bits, mode, l) :
		mds_lock(mds_of(o->req), osd_object_fid(o->obj), bits, mode, l);
}

/*
 * Objects for a file that has none, under a lock that takes the old (empty) layout from all
 * clients.
 */
static int open_objects(struct opening *o)
{
	struct mds *mds = mds_of(o->req);
	struct mds_lock l = {};
	struct layout_wish wish;
	void *ea;
	u32 len;
	int rc;

	rc = mds_layout_get(o->obj, &ea, &len);
	if (rc)
		return rc;
	kvfree(ea);
	if (ea)
		return o->has_wish && !o->wish.had ? -EEXIST : 0;
	wish = o->wish;
	if (!o->has_wish)
		mds_layout_inherit(mds, o->dir, &wish);
	rc = open_lock(o, IBIT_LAYOUT, LCK_EX, &l);
	if (rc)
		return rc;
	rc = mds_layout_assign(o->req, o->obj, &wish);
	mds_unlock(&l);
	/* Somebody else's open was faster. */
	return rc == -EEXIST && !o->has_wish ? 0 : rc;
}

static int open_handle(struct opening *o, bool dead)
{
	int rc = mds_handle_open(o->req, o->obj, o->flags, dead, &o->answer->handle);

	if (!rc)
		o->answer->disposition |= DISP_OPEN_OPEN;
	return rc;
}

static int open_existing(struct opening *o)
{
	struct osd_attr attr;
	int rc;

	rc = osd_attr_get(o->obj, &attr);
	if (rc)
		return rc;
	if (open_is_local(&attr)) {
		if (o->flags & MDS_OPEN_CREAT && o->flags & MDS_OPEN_EXCL)
			return -EEXIST;
		return o->flags & MDS_OPEN_DIRECTORY && !S_ISLNK(attr.mode) ? -ENOTDIR : 0;
	}
	rc = open_check(o, &attr);
	if (!rc && S_ISREG(attr.mode) && wants_objects(o->flags))
		rc = open_objects(o);
	return rc ?: open_handle(o, !attr.nlink);
}

/* ---- a new file ---- */

static int open_create(struct opening *o)
{
	struct layout_wish wish;
	struct mds_create c = {
		.dir = o->dir,
		.name = o->name,
		.disposition = DISP_OPEN_CREATE,
	};
	int rc;

	mds_fid_read(&o->rec->fid2, &c.fid);
	c.attr.mode = (le32_to_cpu(o->rec->mode) & S_IALLUGO) | S_IFREG;
	c.attr.uid = o->cred.uid;
	c.attr.gid = o->cred.gid;
	mds_attr_time(&c.attr, mds_time(o->req, o->rec->time));
	c.umask = le32_to_cpu(o->rec->umask) & 0777;
	/*
	 * A replay that does not say which objects the file had: it gets some with the next open
	 * for writing.
	 */
	if (wants_objects(o->flags) && (o->wish.had || !rpc_srv_replay(o->req))) {
		wish = o->wish;
		if (!o->has_wish)
			mds_layout_inherit(mds_of(o->req), o->dir, &wish);
		c.wish = &wish;
	}
	rc = mds_create(o->req, &o->cred, &c, &o->obj);
	if (rc)
		return rc;
	o->created = true;
	/* The mode of a new file does not limit the open that made it. */
	rc = open_handle(o, false);
	if (!rc)
		o->answer->disposition |= DISP_OPEN_CREATE;
	return rc;
}

/* ---- by name or by FID ---- */

static int open_lookup(struct opening *o, enum ldlm_mode mode)
{
	int rc;

	rc = mds_lock(mds_of(o->req), osd_object_fid(o->dir), IBIT_UPDATE, mode, &o->parent);
	if (rc)
		return rc;
	return mds_child(mds_of(o->req), o->dir, &o->cred, &o->name, &o->obj);
}

/* The name and the directory of the request. */
static int open_dir(struct opening *o)
{
	struct fid fid;
	int rc;

	rc = mds_name_get(o->req, WF_NAME, &o->name);
	if (rc)
		return rc;
	mds_fid_read(&o->rec->h.fid1, &fid);
	rc = osd_object_find(mds_of(o->req)->osd, &fid, &o->dir);
	return rc == -ENOENT ? -ESTALE : rc;
}

static int open_by_name(struct opening *o)
{
	struct mds_answer *a = o->answer;
	int rc;

	rc = open_dir(o);
	if (rc)
		return rc;
	/*
	 * Most opens with O_CREAT find the file: the lock that takes others' cached names is for
	 * those that do not.
	 */
	rc = open_lookup(o, LCK_PR);
	if (rc == -ENOENT && o->flags & MDS_OPEN_CREAT) {
		mds_unlock(&o->parent);
		rc = open_lookup(o, LCK_PW);
	}
	if (!rc) {
		a->disposition |= DISP_LOOKUP_POS;
		return open_existing(o);
	}
	if (rc != -ENOENT)
		return rc;
	a->disposition |= DISP_LOOKUP_NEG;
	if (!(o->flags & MDS_OPEN_CREAT))
		return 0;
	return open_create(o);
}

static int open_by_fid(struct opening *o)
{
	struct fid fid;
	int rc;

	mds_fid_read(&o->rec->fid2, &fid);
	if (fid_is_zero(&fid))
		mds_fid_read(&o->rec->h.fid1, &fid);
	rc = osd_object_find(mds_of(o->req)->osd, &fid, &o->obj);
	if (rc)
		return rc;
	/* No directory's lock keeps an unlink of the last name away, so the file's own has to. */
	rc = mds_lock(mds_of(o->req), &fid, IBIT_LOOKUP, LCK_PR, &o->own);
	if (rc)
		return rc;
	/* Defaults of the file system, since the directory is not known. */
	o->dir = osd_object_get(mds_of(o->req)->root);
	o->flags &= ~(MDS_OPEN_CREAT | MDS_OPEN_EXCL);
	o->answer->disposition |= DISP_LOOKUP_POS;
	return open_existing(o);
}

/*
 * Opens by FID what has been opened, or at least made, before: names and permission were looked at
 * then. 0, or -ENOENT when there is no such file.
 */
static int open_again(struct opening *o)
{
	struct osd_attr attr;
	struct fid fid;
	int rc;

	mds_fid_read(&o->rec->fid2, &fid);
	rc = osd_object_find(mds_of(o->req)->osd, &fid, &o->obj);
	if (!rc)
		rc = osd_attr_get(o->obj, &attr);
	if (!rc && S_ISREG(attr.mode) && o->wish.had && wants_objects(o->flags))
		rc = open_objects(o);
	return rc ?: open_handle(o, !attr.nlink);
}

/* What is not opened at the MDT was found only; it is the same as long as the client has a lock. */
static bool open_was_found(struct opening *o, const struct fid *fid)
{
	struct osd_attr attr;

	if (!o->child.lock || osd_object_find(mds_of(o->req)->osd, fid, &o->obj))
		return false;
	if (!osd_attr_get(o->obj, &attr) && open_is_local(&attr))
		return true;
	osd_object_put(o->obj);
	o->obj = NULL;
	return false;
}

/* An earlier sending of this request has opened the file: the same answer again. */
static bool open_was_done(struct opening *o)
{
	struct fid fid;
	u64 disp = 0;
	int status;
	bool done;

	if (!rpc_srv_resent(o->req))
		return false;
	mds_lock_resent(o->req, &o->child, &fid);
	done = target_resent(o->req, &status, &disp);
	if (!mds_handle_resent(o->req, &o->answer->handle, &o->obj)) {
		o->answer->disposition |= DISP_OPEN_OPEN;
	} else if (open_was_found(o, &fid)) {
		disp = 0;
	} else if (!done || !(disp & DISP_OPEN_CREATE)) {
		/* the handle went with a restart, and opening once more does no harm */
		return false;
	} else if (open_again(o)) {
		osd_object_put(o->obj);
		o->obj = NULL;
		return false;
	}
	o->answer->disposition |= disp & DISP_OPEN_CREATE ? DISP_LOOKUP_NEG | DISP_OPEN_CREATE :
				  DISP_LOOKUP_POS;
	return true;
}

/* After a restart: in recovery nothing is in the way, and nobody gets a lock. */
static int open_replay(struct opening *o)
{
	int rc;

	o->answer->handle = le64_to_cpu(o->rec->old_handle);
	rc = open_again(o);
	if (rc != -ENOENT || !(o->flags & MDS_OPEN_CREAT)) {
		o->answer->disposition |= DISP_LOOKUP_POS;
		return rc;
	}
	rc = open_dir(o);
	if (rc)
		return rc;
	o->answer->disposition |= DISP_LOOKUP_NEG;
	return open_create(o);
}

/*
 * The lock that the client gets. Asked for by MDS_OPEN_LOCK: one that lets it keep the file open
 * after close(2), until somebody opens it in a way that does not go with it. Else the ordinary
 * one that covers attributes and layout.
 */
static int open_lock_child(struct opening *o)
{
	enum ldlm_mode mode = LCK_PR;
	u64 bits = mds_attr_bits(o->req);
	struct osd_attr attr;
	int rc;

	if (o->child.lock) {
		if (o->child.lock->policy.ibits == IBIT_OPEN)
			o->answer->disposition |= DISP_OPEN_LOCK;
		return 0;
	}
	rc = osd_attr_get(o->obj, &attr);
	if (rc)
		return rc;
	if (o->flags & MDS_OPEN_LOCK && o->answer->handle) {
		bits = IBIT_OPEN;
		mode = o->flags & MDS_FMODE_WRITE ? LCK_CW :
			o->flags & MDS_FMODE_EXEC ? LCK_PR : LCK_CR;
	} else if (S_ISREG(attr.mode) && (export_flags(o->req->exp) & CONN_LAYOUTLOCK)) {
		bits |= IBIT_LAYOUT;
	}
	rc = open_lock(o, bits, mode, &o->child);
	if (!rc && bits == IBIT_OPEN)
		o->answer->disposition |= DISP_OPEN_LOCK;
	return rc;
}

static int open_show(struct opening *o)
{
	u32 what = MDS_SHOW_EA | MDS_SHOW_MAXEA;
	int rc;

	if (export_flags(o->req->exp) & CONN_ACL)
		what |= MDS_SHOW_ACL;
	rc = mds_show_load(mds_of(o->req), o->obj, what, &o->answer->show);
	o->answer->shown = !rc;
	return rc;
}

static int open_run(struct opening *o)
{
	int rc;

	o->answer->disposition = DISP_LOOKUP_EXECD;
	rc = open_parse(o);
	if (rc)
		return rc;
	if (!open_was_done(o)) {
		if (o->child.lock)
			mds_lock_revoke(&o->child);
		rc = rpc_srv_replay(o->req) ? open_replay(o) :
		     o->flags & MDS_OPEN_BY_FID ? open_by_fid(o) : open_by_name(o);
		if (rc || !o->obj)
			return rc;
		/* The open itself must be replayed, even when it has made nothing. */
		if (o->answer->handle && !o->req->transno)
			target_trans_none(o->req, 0);
	}
	/* The lock is not worth an error: without it the client asks again. */
	if (!rpc_srv_replay(o->req))
		open_lock_child(o);
	return open_show(o);
}

static void open_end(struct opening *o)
{
	mds_unlock(&o->child);
	mds_unlock(&o->own);
	mds_unlock(&o->parent);
	if (o->obj)
		osd_object_put(o->obj);
	if (o->dir)
		osd_object_put(o->dir);
}

int mds_intent_open(struct rpc_srv_req *req, struct ldlm_lock **lockp)
{
	struct opening *o;
	int rc;

	rc = rpc_srv_switch(req, &fmt_intent_open);
	if (rc)
		return rc;
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	if (!o)
		return -ENOMEM;
	o->req = req;
	o->wish.stripe_offset = -1;
	o->answer = kzalloc(sizeof(*o->answer), GFP_KERNEL);
	if (!o->answer) {
		kfree(o);
		return -ENOMEM;
	}
	o->answer->status = open_run(o);
	rc = mds_answer_pack(req, o->answer);
	if (!rc && !o->answer->status)
		mds_lock_hand_over(req, &o->child, lockp);
	open_end(o);
	kfree(o->answer);
	kfree(o);
	return rc;
}
