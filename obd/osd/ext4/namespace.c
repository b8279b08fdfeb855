// SPDX-License-Identifier: GPL-2.0
/*
 * Names: lookup, link, unlink, rename.
 *
 * vfs_link(), vfs_unlink() and vfs_rename() lock inodes that our transactions have locked already,
 * so the methods of the file system are called here, after the same checks, and the dentries are
 * brought up to date as the VFS would.
 */
#include <linux/fs.h>
#include <linux/delayed_call.h>
#include <linux/namei.h>

#include "kernel/compat/rename.h"
#include "obd/osd/ext4/ext4.h"

/** e4_name_check() - can this be the name of an entry? */
int e4_name_check(const char *name, size_t len)
{
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (!len || memchr(name, '/', len) || memchr(name, '\0', len))
		return -EINVAL;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return -EINVAL;
	return 0;
}

/* FID of the object behind a dentry; what has none was put there by hand. */
static int e4_dentry_fid(struct dentry *dentry, struct fid *fid)
{
	int rc = e4_fid_read(dentry, fid, NULL);

	return rc == -ENODATA ? -EUCLEAN : rc;
}

int e4_parent(struct osd_object *oo, struct fid *fid)
{
	struct e4_object *dir = e4_obj(oo);
	struct e4_device *dev = e4_odev(dir);
	struct dentry *parent;
	int rc;

	if (!d_is_dir(dir->dentry))
		return -ENOTDIR;
	if (dir == dev->root) {
		*fid = dir->oo.fid;
		return 0;
	}
	parent = dget_parent(dir->dentry);
	rc = parent == dev->pending ? -ENOENT : e4_dentry_fid(parent, fid);
	dput(parent);
	return rc;
}

/* @locked: the directory's inode lock is held */
static int e4_lookup_fid(struct e4_object *dir, const char *name, size_t len, bool locked,
			 struct fid *fid)
{
	struct dentry *dentry;
	int rc;

	if (locked)
		dentry = lookup_one_len(name, dir->dentry, len);
	else
		dentry = lookup_one_len_unlocked(name, dir->dentry, len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	rc = d_is_negative(dentry) ? -ENOENT : e4_dentry_fid(dentry, fid);
	dput(dentry);
	return rc;
}

int e4_lookup(struct osd_object *oo, const char *name, size_t len, struct fid *fid)
{
	struct e4_object *dir = e4_obj(oo);
	const struct cred *saved;
	int rc;

	if (!d_is_dir(dir->dentry))
		return -ENOTDIR;
	if (len == 1 && name[0] == '.') {
		*fid = dir->oo.fid;
		return 0;
	}
	if (len == 2 && name[0] == '.' && name[1] == '.')
		return e4_parent(oo, fid);
	rc = e4_name_check(name, len);
	if (rc)
		return rc;
	saved = override_creds(e4_odev(dir)->cred);
	rc = e4_lookup_fid(dir, name, len, READ_ONCE(dir->locked_by) == current, fid);
	if (rc == -EUCLEAN && READ_ONCE(dir->locked_by) != current) {
		/*
		 * perhaps it is being made just now and gets its FID in a moment: look again when
		 * that is over
		 */
		inode_lock_shared(e4_inode(dir));
		rc = e4_lookup_fid(dir, name, len, true, fid);
		inode_unlock_shared(e4_inode(dir));
		if (rc == -EUCLEAN)
			pr_warn_ratelimited("%s: entry '%.*s' has no FID; was it made by hand?\n",
					    e4_odev(dir)->sb->s_id, (int)len, name);
	}
	revert_creds(saved);
	return rc;
}

/* The entry of a directory that is locked in our transaction; the caller drops the dentry. */
static struct dentry *e4_entry(struct e4_object *dir, const char *name, size_t len)
{
	int rc;

	if (!d_is_dir(dir->dentry))
		return ERR_PTR(-ENOTDIR);
	if (WARN_ON_ONCE(dir->locked_by != current))
		return ERR_PTR(-EINVAL);
	if (IS_DEADDIR(e4_inode(dir)) || dir->orphan)
		return ERR_PTR(-ENOENT);
	rc = e4_name_check(name, len);
	return rc ? ERR_PTR(rc) : lookup_one_len(name, dir->dentry, len);
}

/* May the inode lose or get a name? */
static int e4_may_rename(struct inode *dir, struct inode *inode)
{
	if (IS_APPEND(dir) || IS_IMMUTABLE(dir) || IS_APPEND(inode) || IS_IMMUTABLE(inode))
		return -EPERM;
	return 0;
}

static int e4_not_empty(void *data, const char *name, size_t len)
{
	return 1;
}

static int e4_check_empty(struct e4_object *dir)
{
	int rc = e4_iterate(e4_odev(dir), dir->dentry, true, e4_not_empty, NULL);

	return rc > 0 ? -ENOTEMPTY : rc;
}

/* Is this the last name of an object? */
static bool e4_last_name(struct inode *inode)
{
	return S_ISDIR(inode->i_mode) || inode->i_nlink == 1;
}

int e4_link(struct osd_trans *ot, struct osd_object *od, const char *name, size_t len,
	    struct osd_object *oo)
{
	struct e4_object *dir = e4_obj(od), *obj = e4_obj(oo);
	struct inode *inode = e4_inode(obj);
	struct dentry *dentry;
	int rc;

	dentry = e4_entry(dir, name, len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (d_is_positive(dentry))
		rc = -EEXIST;
	else if (S_ISDIR(inode->i_mode) || IS_APPEND(inode) || IS_IMMUTABLE(inode) ||
		 IS_IMMUTABLE(e4_inode(dir)))
		rc = -EPERM;
	else if (!inode->i_nlink || obj->orphan)
		rc = -ENOENT;
	else if (WARN_ON_ONCE(obj->locked_by != current))
		rc = -EINVAL;
	else
		rc = 0;
	if (!rc) {
		e4_trans(ot)->dirty = true;
		rc = e4_inode(dir)->i_op->link(obj->dentry, e4_inode(dir), dentry);
	}
	dput(dentry);
	return rc;
}

/**
 * e4_remove_entry() - takes a name away; both inodes are locked
 * The caller holds the object, so that its inode is not dropped here, under the handle.
 */
int e4_remove_entry(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	int rc;

	if (S_ISDIR(inode->i_mode)) {
		rc = dir->i_op->rmdir(dir, dentry);
		if (!rc) {
			shrink_dcache_parent(dentry);
			inode->i_flags |= S_DEAD;
		}
	} else {
		rc = dir->i_op->unlink(dir, dentry);
	}
	if (!rc) {
		dont_mount(dentry);
		d_delete(dentry);
	}
	return rc;
}

int e4_unlink(struct osd_trans *ot, struct osd_object *od, const char *name, size_t len,
	      struct osd_object *oo, bool orphan)
{
	struct e4_trans *th = e4_trans(ot);
	struct e4_object *dir = e4_obj(od), *obj = e4_obj(oo);
	struct inode *inode = e4_inode(obj);
	struct dentry *dentry;
	bool last;
	int rc;

	dentry = e4_entry(dir, name, len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	rc = -ENOENT;
	if (d_is_negative(dentry))
		goto out;
	rc = -ESTALE;
	if (d_inode(dentry) != inode)
		goto out;
	rc = -EINVAL;
	if (WARN_ON_ONCE(obj->locked_by != current))
		goto out;
	rc = e4_may_rename(e4_inode(dir), inode);
	/* Otherwise ext4 looks itself. */
	if (!rc && S_ISDIR(inode->i_mode) && orphan)
		rc = e4_check_empty(obj);
	if (rc)
		goto out;
	th->dirty = true;
	last = e4_last_name(inode);
	if (last && orphan) {
		rc = e4_orphan_add(th, e4_inode(dir), dentry, obj);
	} else {
		rc = e4_remove_entry(e4_inode(dir), dentry);
		if (!rc && last)
			rc = e4_oi_remove(th, obj);
	}
out:
	dput(dentry);
	return rc;
}

/* ---- rename ---- */

/* The rules of rename(2) that do not depend on contents. */
static int e4_rename_check(struct e4_object *sdir, struct e4_object *tdir, struct e4_object *obj,
			   struct e4_object *victim)
{
	bool dir = d_is_dir(obj->dentry);
	int rc;

	if (WARN_ON_ONCE(obj->locked_by != current ||
			 (victim && victim->locked_by != current)))
		return -EINVAL;
	if (dir && is_subdir(tdir->dentry, obj->dentry))
		return -EINVAL;
	if (victim) {
		if (dir && !d_is_dir(victim->dentry))
			return -ENOTDIR;
		if (!dir && d_is_dir(victim->dentry))
			return -EISDIR;
		if (d_is_dir(victim->dentry) && is_subdir(sdir->dentry, victim->dentry))
			return -ENOTEMPTY;
	}
	rc = e4_may_rename(e4_inode(sdir), e4_inode(obj));
	if (!rc && IS_IMMUTABLE(e4_inode(tdir)))
		rc = -EPERM;
	if (!rc && victim)
		rc = e4_may_rename(e4_inode(tdir), e4_inode(victim));
	if (!rc && victim && d_is_dir(victim->dentry))
		rc = e4_check_empty(victim);
	return rc;
}

/* Moves the entry; @new may be positive, then what it names loses this name. */
static int e4_rename_entry(struct e4_trans *th, struct e4_object *sdir, struct dentry *old,
			   struct e4_object *tdir, struct dentry *new, struct e4_object *victim)
{
	bool last = victim && e4_last_name(e4_inode(victim));
	int rc;

	rc = e4_inode(sdir)->i_op->rename(compat_nop_idmap, e4_inode(sdir), old, e4_inode(tdir),
					  new, 0);
	if (rc)
		return rc;
	if (victim) {
		if (d_is_dir(new)) {
			shrink_dcache_parent(new);
			e4_inode(victim)->i_flags |= S_DEAD;
		}
		dont_mount(new);
	}
	d_move(old, new);
	return last ? e4_oi_remove(th, victim) : 0;
}

int e4_rename(struct osd_trans *ot, struct osd_object *osdir, const char *sname, size_t slen,
	      struct osd_object *otdir, const char *tname, size_t tlen, struct osd_object *oobj,
	      struct osd_object *ovictim, bool orphan)
{
	struct e4_object *sdir = e4_obj(osdir), *tdir = e4_obj(otdir);
	struct e4_object *obj = e4_obj(oobj), *victim = e4_obj(ovictim);
	struct e4_trans *th = e4_trans(ot);
	struct dentry *old, *new;
	int rc;

	old = e4_entry(sdir, sname, slen);
	if (IS_ERR(old))
		return PTR_ERR(old);
	new = e4_entry(tdir, tname, tlen);
	if (IS_ERR(new)) {
		rc = PTR_ERR(new);
		goto out_old;
	}
	rc = -ENOENT;
	if (d_is_negative(old))
		goto out_new;
	rc = -ESTALE;
	if (d_inode(old) != e4_inode(obj) || d_inode(new) != (victim ? e4_inode(victim) : NULL))
		goto out_new;
	rc = 0;
	if (obj == victim)
		goto out_new;	/* two names of one object: both stay, says POSIX */
	rc = e4_rename_check(sdir, tdir, obj, victim);
	if (rc)
		goto out_new;

	th->dirty = true;
	if (victim && orphan && e4_last_name(e4_inode(victim))) {
		rc = e4_orphan_add(th, e4_inode(tdir), new, victim);
		if (rc)
			goto out_new;
		dput(new);
		victim = NULL;
		new = e4_entry(tdir, tname, tlen);
		if (IS_ERR(new)) {
			rc = PTR_ERR(new);
			goto out_old;
		}
	}
	rc = e4_rename_entry(th, sdir, old, tdir, new, victim);
out_new:
	dput(new);
out_old:
	dput(old);
	return rc;
}

static int e4_exchange_check(struct e4_object *sdir, struct e4_object *tdir,
			     struct e4_object *obj, struct e4_object *other)
{
	int rc;

	if (WARN_ON_ONCE(obj->locked_by != current || other->locked_by != current))
		return -EINVAL;
	if (is_subdir(tdir->dentry, obj->dentry) || is_subdir(sdir->dentry, other->dentry))
		return -EINVAL;
	rc = e4_may_rename(e4_inode(sdir), e4_inode(obj));
	return rc ?: e4_may_rename(e4_inode(tdir), e4_inode(other));
}

static int e4_exchange_entries(struct e4_trans *th, struct e4_object *sdir, struct dentry *a,
			       struct e4_object *tdir, struct dentry *b)
{
	struct dentry *spare = compat_exchange_prepare(a);
	int rc;

	if (!spare)
		return -ENOMEM;
	th->dirty = true;
	rc = e4_inode(sdir)->i_op->rename(compat_nop_idmap, e4_inode(sdir), a, e4_inode(tdir), b,
					  RENAME_EXCHANGE);
	compat_exchange_finish(a, b, spare, !rc);
	return rc;
}

int e4_exchange(struct osd_trans *ot, struct osd_object *osdir, const char *sname, size_t slen,
		struct osd_object *otdir, const char *tname, size_t tlen, struct osd_object *oobj,
		struct osd_object *oother)
{
	struct e4_object *sdir = e4_obj(osdir), *tdir = e4_obj(otdir);
	struct e4_object *obj = e4_obj(oobj), *other = e4_obj(oother);
	struct dentry *a, *b;
	int rc;

	a = e4_entry(sdir, sname, slen);
	if (IS_ERR(a))
		return PTR_ERR(a);
	b = e4_entry(tdir, tname, tlen);
	if (IS_ERR(b)) {
		dput(a);
		return PTR_ERR(b);
	}
	if (d_is_negative(a) || d_is_negative(b))
		rc = -ENOENT;
	else if (d_inode(a) != e4_inode(obj) || d_inode(b) != e4_inode(other))
		rc = -ESTALE;
	else
		rc = e4_exchange_check(sdir, tdir, obj, other);
	if (!rc)
		rc = e4_exchange_entries(e4_trans(ot), sdir, a, tdir, b);
	dput(b);
	dput(a);
	return rc;
}

int e4_readlink(struct osd_object *oo, char *buf, size_t size)
{
	struct e4_object *obj = e4_obj(oo);
	DEFINE_DELAYED_CALL(done);
	const char *target;
	int rc;

	if (!d_is_symlink(obj->dentry))
		return -EINVAL;
	target = vfs_get_link(obj->dentry, &done);
	if (IS_ERR(target))
		return PTR_ERR(target);
	rc = strlen(target);
	if (rc > size)
		rc = -ERANGE;
	else
		memcpy(buf, target, rc);
	do_delayed_call(&done);
	return rc;
}
