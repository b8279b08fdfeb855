// SPDX-License-Identifier: GPL-2.0
/* Names: lookup, creation, removal, renaming. */
#include <linux/namei.h>

#include "client/client.h"
#include "kernel/compat/rename.h"
#include "kernel/compat/times.h"

/* ---- dentries ---- */

/* Which time it is that we hold the lock on a directory's listing, from 1; 0: we do not. */
static unsigned long names_era(struct inode *dir)
{
	unsigned long era = READ_ONCE(lustre_i(dir)->names_era);

	return lustre_attrs_locked(dir, IBIT_UPDATE) ? era : 0;
}

/*
 * A name that was missing stays missing as long as the lock on the listing under which it was
 * looked for is held. dentry->d_time tells that one from a later one; 0: there was none.
 */
static void negative_stamp(struct dentry *dentry, struct inode *dir, unsigned long before)
{
	dentry->d_time = before == names_era(dir) ? before : 0;
}

static bool negative_valid(struct dentry *dentry)
{
	struct dentry *parent = dget_parent(dentry);
	bool valid = dentry->d_time && d_really_is_positive(parent) &&
		     dentry->d_time == names_era(d_inode(parent));

	dput(parent);
	return valid;
}

/*
 * A name that was found stays as long as there is a lock on the file's names since then: a later
 * one says nothing of this name. Without any, the next user of the name asks.
 */
unsigned long lustre_name_era(struct inode *inode, const struct mdc_reply *r)
{
	unsigned long era = READ_ONCE(lustre_i(inode)->name_era);

	if (!r->lock || !(r->lock->policy.ibits & IBIT_LOOKUP))
		return 0;
	/* An eviction, which does not wait for users of a lock, marks it before it ends the era. */
	smp_rmb();
	return READ_ONCE(r->lock->flags) & LOCKF_FAILED ? 0 : era;
}

/* The era ends before the server hears that the lock is gone, so before a name can change. */
bool lustre_name_valid(struct inode *inode, unsigned long era)
{
	return era && era == READ_ONCE(lustre_i(inode)->name_era);
}

/*
 * As d_splice_alias(). A directory that others have moved may be known here by its old place, from
 * where it cannot be taken while a rename is under way: that place is forgotten, if nobody is in
 * it.
 */
static struct dentry *splice_moved(struct inode *inode, struct dentry *dentry)
{
	struct dentry *old, *alias;

	ihold(inode);
	alias = d_splice_alias(inode, dentry);
	if (alias != ERR_PTR(-ESTALE)) {
		iput(inode);
		return alias;
	}
	old = d_find_any_alias(inode);
	if (old)
		shrink_dcache_parent(old);
	dput(old);
	d_prune_aliases(inode);
	return d_splice_alias(inode, dentry);
}

struct dentry *lustre_tie_name(struct inode *inode, struct dentry *dentry, unsigned long era)
{
	struct dentry *alias;

	dentry->d_time = era;
	alias = !IS_ERR(inode) && S_ISDIR(inode->i_mode) ? splice_moved(inode, dentry) :
							   d_splice_alias(inode, dentry);
	if (!IS_ERR_OR_NULL(alias))
		alias->d_time = era;
	return alias;
}

static struct dentry *found_name(struct inode *inode, struct dentry *dentry,
				 const struct mdc_reply *r)
{
	return lustre_tie_name(inode, dentry, IS_ERR(inode) ? 0 : lustre_name_era(inode, r));
}

/*
 * On the way to another name only the name and who may pass count. A lock on more would be called
 * back by every change in that directory.
 */
static u32 lookup_intent(unsigned int flags)
{
	return flags & LOOKUP_PARENT ? IT_LOOKUP : IT_GETATTR;
}

/*
 * A dentry that is said to be invalid loses what is mounted on it and below it, and a directory
 * that somebody is in its place in the tree. The caller of this holds one reference himself.
 */
static bool in_use(const struct dentry *dentry)
{
	return d_mountpoint(dentry) || (d_is_dir(dentry) && d_count(dentry) > 1);
}

/* Is the name still that of this file? As lustre_lookup(), but the dentry stays. */
static int name_again(struct dentry *dentry, unsigned int flags)
{
	struct inode *inode = d_inode(dentry);
	struct dentry *parent = dget_parent(dentry);
	struct inode *dir = d_inode(parent);
	struct name_snapshot name;
	struct mdc_cred cred;
	struct mdc_reply r;
	struct fid fid;
	int rc;

	lustre_cred(dir, NULL, &cred);
	take_dentry_name_snapshot(&name, dentry);
	rc = mdc_lookup(lustre_mdc(dir), &lustre_i(dir)->fid, name.name.name, name.name.len, NULL,
			lookup_intent(flags), &cred, &r);
	release_dentry_name_snapshot(&name);
	dput(parent);
	if (!rc) {
		mdc_fid_get(&r.body->fid1, &fid);
		rc = fid_eq(&fid, &lustre_i(inode)->fid);
	}
	if (rc > 0) {
		WRITE_ONCE(dentry->d_time, lustre_name_era(inode, &r));
		rc = lustre_update(inode, &r) ?: 1;
	}
	mdc_reply_put(&r);
	return rc == -ENOENT || rc == -ESTALE ? 0 : rc;
}

/* Without any reference: what is not known for sure is looked at again with one. */
static int revalidate_rcu(struct dentry *dentry)
{
	struct inode *inode = d_inode_rcu(dentry);

	if (!inode || (!IS_ROOT(dentry) && !lustre_name_valid(inode, READ_ONCE(dentry->d_time))))
		return -ECHILD;
	return 1;
}

static int lustre_d_revalidate(struct dentry *dentry, unsigned int flags)
{
	if (flags & LOOKUP_RCU)
		return revalidate_rcu(dentry);
	if (d_really_is_negative(dentry)) {
		/* Whoever is about to create asks the MDT anyway. */
		if (flags & (LOOKUP_CREATE | LOOKUP_RENAME_TARGET))
			return 0;
		return negative_valid(dentry);
	}
	if (IS_ROOT(dentry))
		return 1;
	if (lustre_name_valid(d_inode(dentry), dentry->d_time))
		return 1;
	return in_use(dentry) ? name_again(dentry, flags) : 0;
}

const struct dentry_operations lustre_dops = {
	.d_revalidate = lustre_d_revalidate,
};

/* ---- lookup and open by name ---- */

/*
 * Does the caller only want to look at the file? Who is about to change the directory has locked it
 * against others.
 */
static bool looks_only(struct inode *dir, unsigned int flags)
{
	if (flags & (LOOKUP_PARENT | LOOKUP_OPEN | LOOKUP_CREATE | LOOKUP_EXCL |
		     LOOKUP_RENAME_TARGET) || !inode_trylock_shared(dir))
		return false;
	inode_unlock_shared(dir);
	return true;
}

/*
 * Whether a name is there, the MDT says when it creates something under it or moves something to
 * it: a question before costs a request and is out of date when it is answered. But who may not
 * change the directory is told first that the name is there. A stock MDT moves without a look at
 * what it replaces.
 */
static bool asks_later(struct inode *dir, unsigned int flags)
{
	const unsigned int creates = LOOKUP_CREATE | LOOKUP_EXCL;

	if (flags & LOOKUP_RENAME_TARGET ? !mdc_extra(lustre_mdc(dir)) :
	    (flags & (creates | LOOKUP_OPEN)) != creates)
		return false;
	return !inode_permission(compat_nop_idmap, dir, MAY_WRITE | MAY_EXEC);
}

static struct dentry *lustre_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	unsigned long era = names_era(dir);
	struct dentry *found = NULL;
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc;

	if (dentry->d_name.len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (READ_ONCE(lustre_i(dir)->layout_error))
		return ERR_PTR(lustre_i(dir)->layout_error);
	if (asks_later(dir, flags))
		return NULL;
	if (looks_only(dir, flags) && lustre_ahead_lookup(dir, dentry, &found))
		return found;
	lustre_cred(dir, NULL, &cred);
	rc = mdc_lookup(lustre_mdc(dir), &lustre_i(dir)->fid, dentry->d_name.name,
			dentry->d_name.len, NULL, lookup_intent(flags), &cred, &r);
	if (!rc)
		found = found_name(lustre_iget(dir->i_sb, &r), dentry, &r);
	mdc_reply_put(&r);
	if (!rc)
		return found;
	if (rc == -EOPNOTSUPP)
		pr_warn_ratelimited("%s: '%pd' cannot be used here: the server says that it needs what this client lacks (a directory striped over metadata servers, perhaps)\n",
				    lustre_sb(dir->i_sb)->fsname, dentry);
	if (rc != -ENOENT)
		return ERR_PTR(rc);
	negative_stamp(dentry, dir, era);
	return d_splice_alias(NULL, dentry);
}

static void open_op(struct inode *dir, struct dentry *dentry, const struct fid *fid,
		    unsigned int flags, umode_t mode, struct mdc_open *op)
{
	*op = (struct mdc_open){
		.parent = lustre_i(dir)->fid,
		.name = dentry->d_name.name,
		.len = dentry->d_name.len,
		.fid = *fid,
		.flags = lustre_open_flags(flags, OPEN_FMODE(flags)),
		.mode = mode | S_IFREG,
		.umask = current_umask(),
		.time = lustre_now(dir),
	};
}

/* The file is open at the MDT: makes it so here, or gives the handle back. */
static int open_finish(struct inode *inode, struct dentry *dentry, struct file *file, u64 handle)
{
	struct lustre_file *lf = lustre_file_new();
	int rc = -ENOMEM;

	if (lf) {
		lf->handle = handle;
		file->private_data = lf;
		rc = finish_open(file, dentry, lustre_open_adopt);
		if (!rc)
			return 0;
		kfree(lf);
		file->private_data = NULL;
	}
	mdc_close(lustre_mdc(inode), &lustre_i(inode)->fid, handle, NULL);
	return rc;
}

static int atomic_open_reply(struct inode *dir, struct dentry *dentry, struct file *file,
			     const struct mdc_reply *r)
{
	struct inode *inode = lustre_iget(dir->i_sb, r);
	struct dentry *alias;

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (r->disposition & DISP_OPEN_CREATE) {
		file->f_mode |= FMODE_CREATED;
		lustre_i(inode)->fresh = file->f_mode & FMODE_WRITE;
		/* It has no capabilities that a write would have to take away. */
		inode->i_flags |= S_NOSEC;
		lustre_no_caps(inode);
	}
	alias = found_name(inode, dentry, r);
	if (IS_ERR(alias))
		return PTR_ERR(alias);
	if (!(r->disposition & DISP_OPEN_OPEN) || !S_ISREG(inode->i_mode))
		return finish_no_open(file, alias);
	if (alias)
		dentry = alias;
	return open_finish(inode, dentry, file, le64_to_cpu(r->body->handle));
}

static int lustre_atomic_open(struct inode *dir, struct dentry *dentry, struct file *file,
			      unsigned int flags, umode_t mode)
{
	struct mdc_cred cred;
	struct mdc_open op;
	struct mdc_reply r;
	struct fid fid = {};
	int rc;

	if (dentry->d_name.len > NAME_MAX)
		return -ENAMETOOLONG;
	/*
	 * Only creation gains from being one request; other opens go by lookup, which brings a
	 * lock.
	 */
	if (!(flags & O_CREAT) || !d_in_lookup(dentry)) {
		struct dentry *found = d_in_lookup(dentry) ? lustre_lookup(dir, dentry, 0) : NULL;

		if (IS_ERR(found))
			return PTR_ERR(found);
		if (found || !(flags & O_CREAT) || d_really_is_positive(dentry))
			return finish_no_open(file, found);
	}
	rc = READ_ONCE(lustre_i(dir)->layout_error) ?: mdc_new_fid(lustre_mdc(dir), &fid);
	if (rc)
		return rc;
	open_op(dir, dentry, &fid, flags, mode, &op);
	lustre_cred(dir, NULL, &cred);
	rc = mdc_open(lustre_mdc(dir), &op, &cred, &r);
	if (rc == -ENOENT && d_in_lookup(dentry)) {
		dentry->d_time = 0;
		d_add(dentry, NULL);
	}
	if (!rc)
		rc = atomic_open_reply(dir, dentry, file, &r);
	mdc_reply_put(&r);
	return rc;
}

/* ---- creation ---- */

/* Under this name is a new file or link. Nobody may have looked for the name before. */
static void name_made(struct dentry *dentry, struct inode *inode)
{
	dentry->d_time = 0;
	d_instantiate(dentry, inode);
	if (d_unhashed(dentry))
		d_rehash(dentry);
}

static int create_any(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev,
		      const char *target)
{
	struct mdc *mdc = lustre_mdc(dir);
	struct mdc_cred cred;
	struct mdc_reply r;
	struct inode *inode;
	struct fid fid;
	int rc = mdc_new_fid(mdc, &fid);

	if (rc)
		return rc;
	lustre_cred(dir, NULL, &cred);
	rc = mdc_create(mdc, &lustre_i(dir)->fid, dentry->d_name.name, dentry->d_name.len, &fid,
			mode, current_umask(), new_encode_dev(rdev), target, lustre_now(dir), &cred,
			&r);
	if (rc)
		return rc;
	inode = lustre_iget(dir->i_sb, &r);
	mdc_reply_put(&r);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (target && !lustre_i(inode)->link)
		lustre_i(inode)->link = kstrdup(target, GFP_KERNEL);
	name_made(dentry, inode);
	return 0;
}

static int lustre_create(compat_idmap_t *idmap, struct inode *dir, struct dentry *dentry,
			 umode_t mode, bool excl)
{
	return create_any(dir, dentry, mode | S_IFREG, 0, NULL);
}

static int lustre_mknod(compat_idmap_t *idmap, struct inode *dir, struct dentry *dentry,
			umode_t mode, dev_t rdev)
{
	return create_any(dir, dentry, mode, rdev, NULL);
}

static int lustre_mkdir(compat_idmap_t *idmap, struct inode *dir, struct dentry *dentry,
			umode_t mode)
{
	return create_any(dir, dentry, mode | S_IFDIR, 0, NULL);
}

static int lustre_symlink(compat_idmap_t *idmap, struct inode *dir, struct dentry *dentry,
			  const char *target)
{
	return create_any(dir, dentry, S_IFLNK | 0777, 0, target);
}

static int lustre_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(old);
	struct mdc_cred cred;
	int rc;

	lustre_cred(dir, inode, &cred);
	rc = mdc_link(lustre_mdc(dir), &lustre_i(inode)->fid, &lustre_i(dir)->fid,
		      dentry->d_name.name, dentry->d_name.len, lustre_now(dir), &cred);
	if (rc)
		return rc;
	ihold(inode);
	name_made(dentry, inode);
	return 0;
}

/* ---- removal and renaming ---- */

/*
 * The MDT has taken a name away from a file. Attributes that are true by now came after that, and
 * count the names without it.
 */
static void name_gone(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	if (inode->i_nlink && !lustre_attrs_locked(inode, IBIT_UPDATE)) {
		if (S_ISDIR(inode->i_mode))
			clear_nlink(inode);
		else
			drop_nlink(inode);
	}
	spin_unlock(&inode->i_lock);
}

static int lustre_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	struct mdc_cred cred;
	int rc;

	lustre_cred(dir, inode, &cred);
	rc = mdc_unlink(lustre_mdc(dir), &lustre_i(dir)->fid, dentry->d_name.name,
			dentry->d_name.len, &lustre_i(inode)->fid, inode->i_mode, lustre_now(dir),
			&cred);
	if (rc)
		return rc;
	dentry->d_time = 0;
	name_gone(inode);
	return 0;
}

/* What this node knows of the names after a rename; the MDT has done it. */
static void rename_done(struct dentry *sdentry, struct dentry *tdentry, struct dentry *spare)
{
	sdentry->d_time = 0;
	tdentry->d_time = 0;
	if (spare) {
		compat_exchange_finish(sdentry, tdentry, spare, true);
		return;
	}
	if (d_really_is_positive(tdentry))
		name_gone(d_inode(tdentry));
	d_move(sdentry, tdentry);
}

/* A stock MDT can only be asked for a rename that replaces: what is here decides then. */
static int rename_flags(struct mdc *mdc, struct dentry *tdentry, unsigned int *flags)
{
	if (*flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (*flags & RENAME_NOREPLACE && d_really_is_positive(tdentry))
		return -EEXIST;
	if (!mdc_extra(mdc))
		*flags &= ~RENAME_NOREPLACE;
	return 0;
}

static int lustre_rename(compat_idmap_t *idmap, struct inode *sdir, struct dentry *sdentry,
			 struct inode *tdir, struct dentry *tdentry, unsigned int flags)
{
	struct mdc *mdc = lustre_mdc(sdir);
	struct dentry *spare = NULL;
	struct mdc_rename op;
	struct mdc_cred cred;
	int rc = rename_flags(mdc, tdentry, &flags);

	if (rc)
		return rc;
	if (flags & RENAME_EXCHANGE) {
		spare = compat_exchange_prepare(sdentry);
		if (!spare)
			return -ENOMEM;
	}
	lustre_cred(sdir, tdir, &cred);
	op = (struct mdc_rename){
		.sdir = lustre_i(sdir)->fid,
		.sname = sdentry->d_name.name,
		.slen = sdentry->d_name.len,
		.tdir = lustre_i(tdir)->fid,
		.tname = tdentry->d_name.name,
		.tlen = tdentry->d_name.len,
		.file = lustre_i(d_inode(sdentry))->fid,
		.mode = d_inode(sdentry)->i_mode,
		.flags = flags,
		.time = lustre_now(sdir),
	};
	if (d_really_is_positive(tdentry))
		op.victim = &lustre_i(d_inode(tdentry))->fid;
	rc = mdc_rename(mdc, &op, &cred);
	if (!rc)
		rename_done(sdentry, tdentry, spare);
	else
		dput(spare);
	return rc;
}

const struct inode_operations lustre_dir_iops = {
	.update_time = lustre_update_time,
	.lookup = lustre_lookup,
	.atomic_open = lustre_atomic_open,
	.create = lustre_create,
	.mknod = lustre_mknod,
	.mkdir = lustre_mkdir,
	.symlink = lustre_symlink,
	.link = lustre_link,
	.unlink = lustre_unlink,
	.rmdir = lustre_unlink,
	.rename = lustre_rename,
	.getattr = lustre_getattr,
	.setattr = lustre_setattr,
	.permission = lustre_permission,
	.compat_op_get_acl = lustre_get_acl,
	.set_acl = lustre_set_acl,
	.listxattr = lustre_listxattr,
	.fileattr_get = lustre_fileattr_get,
	.fileattr_set = lustre_fileattr_set,
};
