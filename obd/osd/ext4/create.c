// SPDX-License-Identifier: GPL-2.0
/*
 * New objects of an MDT.
 */
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "kernel/compat/acl.h"
#include "obd/osd/ext4/ext4.h"

/*
 * The mode a new object gets: the mask counts only where no default ACL of the directory takes its
 * place.
 */
static umode_t e4_new_mode(struct inode *dir, umode_t mode, u32 umask)
{
	struct posix_acl *acl = NULL;

	if (IS_POSIXACL(dir))
		acl = compat_inode_acl(dir, ACL_TYPE_DEFAULT);
	if (IS_ERR_OR_NULL(acl))
		mode &= ~(umask & 0777);
	else
		posix_acl_release(acl);
	return mode;
}

/* Makes the name and the inode. */
static int e4_new_inode(struct inode *dir, struct dentry *dentry, umode_t mode,
			const struct osd_attr *attr, const char *target)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return vfs_create(compat_nop_idmap, dir, dentry, mode, true);
	case S_IFDIR:
		return vfs_mkdir(compat_nop_idmap, dir, dentry, mode);
	case S_IFLNK:
		return target ? vfs_symlink(compat_nop_idmap, dir, dentry, target) : -EINVAL;
	case S_IFCHR:
	case S_IFBLK:
		return vfs_mknod(compat_nop_idmap, dir, dentry, mode, new_decode_dev(attr->rdev));
	case S_IFIFO:
	case S_IFSOCK:
		return vfs_mknod(compat_nop_idmap, dir, dentry, mode, 0);
	default:
		return -EINVAL;
	}
}

/* Everything of a new inode but its name: FID, indexes, EAs, times. */
static int e4_furnish(struct e4_trans *th, struct e4_object *obj, const struct osd_attr *attr,
		      const struct osd_ea *eas, unsigned int nr_eas)
{
	struct inode *inode = e4_inode(obj);
	unsigned int i;
	int rc;

	/* What is short, and changes, comes first: it stays in the inode. */
	rc = e4_fid_write(obj->dentry, &obj->oo.fid, false);
	if (!rc && attr->version)
		rc = e4_version_set(obj->dentry, attr->version);
	if (!rc)
		rc = e4_oi_insert(th, obj);
	for (i = 0; i < nr_eas && !rc; i++)
		rc = __vfs_setxattr(compat_nop_idmap, obj->dentry, inode, eas[i].name,
				    eas[i].value, eas[i].size, 0);
	if (!rc)
		rc = e4_attr_apply(obj->dentry, attr, OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME);
	return rc;
}

/* The part of e4_create() that runs with the owner's identity and is all under the handle. */
static int e4_create_locked(struct e4_trans *th, struct e4_object *dir, struct dentry *dentry,
			    const struct fid *fid, umode_t mode, const struct osd_attr *attr,
			    const char *target, const struct osd_ea *eas, unsigned int nr_eas,
			    struct e4_object **objp)
{
	struct e4_object *obj;
	int rc;

	obj = e4_object_alloc(e4_odev(dir), fid);
	if (!obj)
		return -ENOMEM;
	rc = e4_new_inode(e4_inode(dir), dentry, mode, attr, target);
	if (rc) {
		kfree(obj);
		return rc;
	}
	/* from here on the object holds the inode, which must not be dropped under the handle */
	obj = e4_object_insert(obj, dget(dentry), false);
	if (WARN_ON_ONCE(obj->dentry != dentry)) {
		/* an object that the index does not know has this FID: leave it alone */
		e4_remove_entry(e4_inode(dir), dentry);
		e4_object_put(&obj->oo);
		return -EEXIST;
	}
	rc = e4_furnish(th, obj, attr, eas, nr_eas);
	if (rc) {
		e4_remove_entry(e4_inode(dir), dentry);
		e4_oi_remove(th, obj);
		e4_object_put(&obj->oo);
		return rc;
	}
	e4_trans_born(th, obj);
	*objp = obj;
	return 0;
}

int e4_create_prepare(struct osd_trans *ot, const struct fid *fid)
{
	return e4_oi_prepare(e4_trans(ot), fid);
}

int e4_create(struct osd_trans *ot, struct osd_object *od, const char *name, size_t len,
	      const struct fid *fid, const struct osd_attr *attr, u32 umask, const char *target,
	      const struct osd_ea *eas, unsigned int nr_eas, struct osd_object **oo)
{
	struct e4_trans *th = e4_trans(ot);
	struct e4_object *dir = e4_obj(od), *obj;
	const struct cred *owner, *saved;
	struct dentry *dentry;
	u32 ino, generation;
	umode_t mode;
	int rc;

	if (!d_is_dir(dir->dentry))
		return -ENOTDIR;
	if (WARN_ON_ONCE(dir->locked_by != current))
		return -EINVAL;
	rc = e4_name_check(name, len);
	if (!rc)
		rc = e4_oi_prepare(th, fid);
	if (rc)
		return rc;
	rc = e4_oi_lookup(e4_odev(dir), fid, &ino, &generation);
	if (rc != -ENOENT)
		return rc ? rc : -EEXIST;
	dentry = lookup_one_len(name, dir->dentry, len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	rc = -EEXIST;
	if (d_is_positive(dentry))
		goto out_dentry;
	rc = -ENOMEM;
	owner = e4_cred_owner(attr->uid, attr->gid);
	if (!owner)
		goto out_dentry;
	mode = e4_new_mode(e4_inode(dir), attr->mode, umask);
	th->dirty = true;
	saved = override_creds(owner);
	rc = e4_create_locked(th, dir, dentry, fid, mode, attr, target, eas, nr_eas, &obj);
	revert_creds(saved);
	put_cred(owner);
	if (!rc)
		*oo = &obj->oo;
out_dentry:
	dput(dentry);
	return rc;
}
