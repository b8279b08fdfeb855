// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: handles of clients, who may write while others execute, objects without names that
 * are still open.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "mds/mds_internal.h"

static u64 file_key(const struct fid *fid)
{
	return fid->seq ^ ((u64)fid->oid << 32 | fid->oid);
}

/* Under open_lock. */
static struct mds_file *file_find(struct mds *mds, const struct fid *fid)
{
	struct mds_file *f;

	hash_for_each_possible(mds->files, f, hash, file_key(fid))
		if (fid_eq(osd_object_fid(f->obj), fid))
			return f;
	return NULL;
}

/* The file of an object with one more pin, or an error pointer. */
static struct mds_file *file_get(struct mds *mds, struct osd_object *obj)
{
	const struct fid *fid = osd_object_fid(obj);
	struct mds_file *f, *new = kzalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return ERR_PTR(-ENOMEM);
	spin_lock(&mds->open_lock);
	f = file_find(mds, fid);
	if (!f) {
		f = new;
		new = NULL;
		f->obj = osd_object_get(obj);
		hash_add(mds->files, &f->hash, file_key(fid));
	}
	f->pins++;
	spin_unlock(&mds->open_lock);
	kfree(new);
	return f;
}

/* ---- objects without a name ---- */

/*
 * The layout is read before the transaction: it goes with the object. @req: the close that does
 * it, or NULL.
 */
static int orphan_destroy(struct mds *mds, struct osd_object *obj, struct rpc_srv_req *req)
{
	struct osd_object *locked[1] = { obj };
	struct osd_trans *th;
	void *ea;
	u32 len;
	int rc, rc2;

	rc = mds_layout_get(obj, &ea, &len);
	if (rc)
		return rc;
	rc = osd_trans_start(mds->osd, locked, 1,
			     MDS_CREDITS_NAME + mds_layout_objects(ea, len), &th);
	if (rc)
		goto out;
	rc = osd_orphan_destroy(th, obj);
	/* A directory's default layout has none. */
	if (!rc && mds_layout_objects(ea, len))
		rc = layout_destroy(mds->pool, th, ea, len);
	if (!rc && req)
		rc = target_trans(req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	rc = rc ?: rc2;
out:
	kvfree(ea);
	return rc;
}

static void file_put(struct mds *mds, struct mds_file *f, struct rpc_srv_req *req)
{
	const struct fid *fid = osd_object_fid(f->obj);
	bool last;
	int rc;

	spin_lock(&mds->open_lock);
	last = !--f->pins;
	if (last)
		hash_del(&f->hash);
	spin_unlock(&mds->open_lock);
	if (!last)
		return;
	if (f->orphan) {
		rc = orphan_destroy(mds, f->obj, req);
		if (rc)
			pr_err("%s: removed file %llx:%x stays in PENDING until the next start: error %d\n",
			       mds->dev->name, fid->seq, fid->oid, rc);
	}
	osd_object_put(f->obj);
	kfree(f);
}

int mds_file_pin(struct mds *mds, struct osd_object *obj, struct mds_file **file, bool *opened)
{
	struct mds_file *f = file_get(mds, obj);

	if (IS_ERR(f))
		return PTR_ERR(f);
	/* The caller's lock on the object keeps new opens away; closes may still come. */
	spin_lock(&mds->open_lock);
	*opened = f->opens;
	spin_unlock(&mds->open_lock);
	*file = f;
	return 0;
}

void mds_file_unpin(struct mds *mds, struct mds_file *file, bool orphan)
{
	if (orphan) {
		spin_lock(&mds->open_lock);
		file->orphan = true;
		spin_unlock(&mds->open_lock);
	}
	file_put(mds, file, NULL);
}

/** struct orphan - one found in PENDING/ at start */
struct orphan {
	struct list_head link;
	struct fid fid;
};

static int orphan_note(void *data, const struct fid *fid)
{
	struct orphan *o = kmalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return -ENOMEM;
	o->fid = *fid;
	list_add_tail(&o->link, data);
	return 0;
}

static bool orphan_is_open(struct mds *mds, const struct fid *fid)
{
	struct mds_file *f;

	spin_lock(&mds->open_lock);
	f = file_find(mds, fid);
	if (f)
		f->orphan = true;
	spin_unlock(&mds->open_lock);
	return f;
}

/* Returns 1 when it is open: it goes with the last close. */
static int orphan_destroy_fid(struct mds *mds, const struct fid *fid)
{
	struct osd_object *obj;
	int rc = osd_object_find(mds->osd, fid, &obj);

	if (rc)
		return rc;
	if (orphan_is_open(mds, fid)) {
		osd_object_put(obj);
		return 1;
	}
	rc = orphan_destroy(mds, obj, NULL);
	osd_object_put(obj);
	return rc;
}

int mds_orphans_destroy(struct mds *mds)
{
	struct orphan *o, *next;
	unsigned int nr = 0;
	LIST_HEAD(list);
	int rc, one;

	rc = osd_orphan_iterate(mds->osd, orphan_note, &list);
	list_for_each_entry_safe(o, next, &list, link) {
		one = orphan_destroy_fid(mds, &o->fid);
		if (one < 0)
			pr_warn("%s: removed file %llx:%x cannot be destroyed: error %d\n",
				mds->dev->name, o->fid.seq, o->fid.oid, one);
		else if (!one)
			nr++;
		list_del(&o->link);
		kfree(o);
	}
	if (nr)
		pr_info("%s: destroyed %u files that were removed while open\n",
			mds->dev->name, nr);
	return rc;
}

/* ---- handles ---- */

int mds_mode_conflict(s32 writers, u64 flags)
{
	if ((flags & MDS_FMODE_WRITE) && writers < 0)
		return -ETXTBSY;
	if (!(flags & MDS_FMODE_WRITE) && (flags & MDS_FMODE_EXEC) && writers > 0)
		return -ETXTBSY;
	return 0;
}

/* Under open_lock. @by: 1 opens, -1 closes. */
static void file_users(struct mds_file *f, u64 flags, int by)
{
	f->opens += by;
	if (flags & MDS_FMODE_WRITE)
		f->writers += by;
	else if (flags & MDS_FMODE_EXEC)
		f->writers -= by;
}

/* Under open_lock. */
static int handle_add(struct mds *mds, struct mds_handle *h, bool dead, bool again)
{
	int rc;

	if (READ_ONCE(h->exp->failed))
		return -ENOTCONN;
	if (dead && !h->file->opens && !again)
		return -ENOENT;
	rc = mds_mode_conflict(h->file->writers, h->flags);
	if (rc)
		return rc;
	file_users(h->file, h->flags, 1);
	h->file->orphan |= dead;
	hash_add(mds->handles, &h->hash, h->cookie);
	return 0;
}

int mds_handle_open(struct rpc_srv_req *req, struct osd_object *obj, u64 flags, bool dead,
		    u64 *cookie)
{
	struct mds *mds = mds_of(req);
	struct mds_handle *h = kzalloc(sizeof(*h), GFP_KERNEL);
	bool again = rpc_srv_replay(req);
	int rc;

	if (!h)
		return -ENOMEM;
	h->file = file_get(mds, obj);
	if (IS_ERR(h->file)) {
		rc = PTR_ERR(h->file);
		goto out_free;
	}
	h->cookie = again && *cookie ? *cookie : obd_cookie();
	h->flags = flags;
	h->xid = req->xid;
	h->exp = req->exp;
	*cookie = h->cookie;
	spin_lock(&mds->open_lock);
	rc = handle_add(mds, h, dead, again);
	spin_unlock(&mds->open_lock);
	if (!rc)
		return 0;
	file_put(mds, h->file, NULL);
out_free:
	kfree(h);
	return rc;
}

/* Takes the handle out of the table: of @cookie, or any of the export when @cookie is 0. */
static struct mds_handle *handle_take(struct mds *mds, struct obd_export *exp, u64 cookie)
{
	struct mds_handle *h, *found = NULL;
	int bkt;

	spin_lock(&mds->open_lock);
	if (cookie) {
		hash_for_each_possible(mds->handles, h, hash, cookie)
			if (h->cookie == cookie && h->exp == exp)
				found = h;
	} else {
		hash_for_each(mds->handles, bkt, h, hash)
			if (h->exp == exp)
				found = h;
	}
	if (found) {
		hash_del(&found->hash);
		file_users(found->file, found->flags, -1);
	}
	spin_unlock(&mds->open_lock);
	return found;
}

int mds_handle_resent(struct rpc_srv_req *req, u64 *cookie, struct osd_object **obj)
{
	struct mds *mds = mds_of(req);
	struct mds_handle *h;
	int bkt, rc = -ENOENT;

	spin_lock(&mds->open_lock);
	hash_for_each(mds->handles, bkt, h, hash) {
		if (h->exp == req->exp && h->xid == req->xid) {
			*cookie = h->cookie;
			*obj = osd_object_get(h->file->obj);
			rc = 0;
			break;
		}
	}
	spin_unlock(&mds->open_lock);
	return rc;
}

void mds_handles_drop(struct mds *mds, struct obd_export *exp)
{
	struct mds_handle *h;

	while ((h = handle_take(mds, exp, 0))) {
		file_put(mds, h->file, NULL);
		kfree(h);
	}
}

int mds_busy_exec(struct mds *mds, const struct fid *fid)
{
	struct mds_file *f;
	int rc = 0;

	spin_lock(&mds->open_lock);
	f = file_find(mds, fid);
	if (f && f->writers < 0)
		rc = -ETXTBSY;
	spin_unlock(&mds->open_lock);
	return rc;
}

bool mds_handle_writes(struct mds *mds, const struct obd_export *exp, const struct fid *fid)
{
	struct mds_handle *h;
	struct mds_file *f;
	bool found = false;
	int bkt;

	spin_lock(&mds->open_lock);
	f = file_find(mds, fid);
	if (f && f->writers > 0)
		hash_for_each(mds->handles, bkt, h, hash)
			found |= h->file == f && h->exp == exp && h->flags & MDS_FMODE_WRITE;
	spin_unlock(&mds->open_lock);
	return found;
}

/* ---- close ---- */

/* Bias bits that ask for more than a close: release, swap, merge, resync. */
#define CLOSE_INTENTS	0x3d000u

/*
 * Times that the client gathered while the file was open. The mtime goes with the later ctime; a
 * change of something else may have carried that here before.
 */
static u32 close_times(const struct osd_attr *old, const struct wire_rec_setattr *rec,
		       struct osd_attr *new)
{
	u64 valid = le64_to_cpu(rec->valid);
	bool later;
	u32 what = 0;

	new->atime = le64_to_cpu(rec->atime);
	new->mtime = le64_to_cpu(rec->mtime);
	new->ctime = le64_to_cpu(rec->ctime);
	if (valid & MDS_ATTR_ATIME &&
	    mds_newer(new->atime, new->atime_ns, old->atime, old->atime_ns))
		what |= OSD_A_ATIME;
	if (!(valid & MDS_ATTR_CTIME) ||
	    mds_newer(old->ctime, old->ctime_ns, new->ctime, new->ctime_ns))
		return what;
	later = mds_newer(new->ctime, new->ctime_ns, old->ctime, old->ctime_ns);
	if (later)
		what |= OSD_A_CTIME;
	if (valid & MDS_ATTR_MTIME &&
	    (later || mds_newer(new->mtime, new->mtime_ns, old->mtime, old->mtime_ns)))
		what |= OSD_A_MTIME;
	return what;
}

static int close_update(struct rpc_srv_req *req, struct osd_object *obj,
			const struct wire_rec_setattr *rec)
{
	struct osd_object *locked[1] = { obj };
	struct osd_attr old, new = {};
	struct osd_trans *th;
	int rc, rc2;
	u32 what;

	rc = osd_attr_get(obj, &old);
	if (rc)
		return rc;
	mds_extra_times(req, &new);
	what = close_times(&old, rec, &new);
	if (!what)
		return 0;
	rc = osd_trans_start(mds_of(req)->osd, locked, 1, MDS_CREDITS_ATTR, &th);
	if (rc)
		return rc;
	rc = osd_attr_set(th, obj, &new, what);
	if (!rc)
		rc = target_trans(req, th, 0, 0);
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

/*
 * No such handle: an earlier sending closed it, or before a restart; then only the times are to be
 * set again.
 */
static int close_again(struct rpc_srv_req *req, const struct wire_rec_setattr *rec)
{
	struct osd_object *obj;
	struct fid fid;
	int status, rc;
	u64 data;

	if (rpc_srv_replay(req)) {
		mds_fid_read(&rec->h.fid1, &fid);
		if (!osd_object_find(mds_of(req)->osd, &fid, &obj)) {
			rc = close_update(req, obj, rec);
			osd_object_put(obj);
			if (rc)
				return rc;
		}
	} else if (!rpc_srv_resent(req)) {
		return -ESTALE;
	}
	target_resent(req, &status, &data);
	return rpc_srv_pack(req);
}

int mds_close(struct rpc_srv_req *req)
{
	const struct wire_ioepoch *io = rpc_srv_buf(req, WF_IOEPOCH, NULL);
	const union wire_rec *rec = rpc_srv_buf(req, WF_REC, NULL);
	struct mds *mds = mds_of(req);
	struct mds_handle *h;
	bool keep;
	int rc;

	if (!io || !rec)
		return -EPROTO;
	h = io->handle ? handle_take(mds, req->exp, le64_to_cpu(io->handle)) : NULL;
	if (!h)
		return close_again(req, &rec->setattr);
	keep = !(le32_to_cpu(rec->setattr.bias) & CLOSE_INTENTS);
	rc = close_update(req, h->file->obj, &rec->setattr);
	if (rc)
		pr_warn("%s: times of a closed file are not kept: error %d\n", mds->dev->name, rc);
	rc = mds_reply_attr(req, h->file->obj, 0);
	file_put(mds, h->file, req);
	kfree(h);
	/* Replayed, too, or the file would stay open after a restart. */
	if (!req->transno)
		target_trans_none(req, 0);
	/* The file is closed in any case; what else was asked for is refused. */
	return keep ? rc : -EOPNOTSUPP;
}
