// SPDX-License-Identifier: GPL-2.0
/*
 * The back end's own directories and files, by name.  Callers run with credentials of root and
 * without a handle.
 */
#include <linux/namei.h>

#include "obd/osd/ext4/ext4.h"

/** e4_mkdir() - a directory by name, made when it is not there; returns a reference */
struct dentry *e4_mkdir(struct dentry *parent, const char *name)
{
	struct inode *dir = d_inode(parent);
	struct dentry *dentry;
	int rc = 0;

	inode_lock_nested(dir, E4_I_MUTEX_OWN);
	dentry = lookup_one_len(name, parent, strlen(name));
	if (IS_ERR(dentry))
		goto out;
	if (d_is_negative(dentry))
		rc = vfs_mkdir(compat_nop_idmap, dir, dentry, 0755);
	else if (!d_is_dir(dentry))
		rc = -ENOTDIR;
	if (rc) {
		dput(dentry);
		dentry = ERR_PTR(rc);
	}
out:
	inode_unlock(dir);
	return dentry;
}

static struct file *e4_dentry_open(struct e4_device *dev, struct dentry *dentry, int flags)
{
	struct path path = { .mnt = dev->mnt, .dentry = dentry };

	return dentry_open(&path, flags | O_LARGEFILE | O_NOATIME, dev->cred);
}

/** e4_open_at() - a regular file; O_CREAT as open(2), then under freeze protection */
struct file *e4_open_at(struct e4_device *dev, struct dentry *parent, const char *name, int flags)
{
	struct inode *dir = d_inode(parent);
	struct dentry *dentry;
	struct file *file;
	int rc = 0;

	inode_lock_nested(dir, E4_I_MUTEX_OWN);
	dentry = lookup_one_len(name, parent, strlen(name));
	if (IS_ERR(dentry)) {
		inode_unlock(dir);
		return ERR_CAST(dentry);
	}
	if (d_is_negative(dentry))
		rc = flags & O_CREAT ? vfs_create(compat_nop_idmap, dir, dentry, S_IFREG | 0600,
						  true) : -ENOENT;
	else if (!d_is_reg(dentry))
		rc = -EINVAL;
	inode_unlock(dir);
	file = rc ? ERR_PTR(rc) : e4_dentry_open(dev, dentry, flags & ~O_CREAT);
	dput(dentry);
	return file;
}

/**
 * e4_open_path() - like e4_open_at() for a path from the root of the device; O_CREAT makes its
 * directories too
 */
struct file *e4_open_path(struct e4_device *dev, const char *name, int flags)
{
	struct dentry *dir = dget(dev->sb->s_root), *next;
	struct file *file;
	const char *slash;
	char part[NAME_MAX + 1];

	while ((slash = strchr(name, '/'))) {
		size_t len = slash - name;

		if (e4_name_check(name, len)) {
			dput(dir);
			return ERR_PTR(-EINVAL);
		}
		memcpy(part, name, len);
		part[len] = '\0';
		next = flags & O_CREAT ? e4_mkdir(dir, part) :
					 lookup_positive_unlocked(part, dir, len);
		dput(dir);
		if (IS_ERR(next))
			return ERR_CAST(next);
		dir = next;
		name = slash + 1;
	}
	if (e4_name_check(name, strlen(name)))
		file = ERR_PTR(-EINVAL);
	else if (!d_is_dir(dir))
		file = ERR_PTR(-ENOTDIR);
	else
		file = e4_open_at(dev, dir, name, flags);
	dput(dir);
	return file;
}

struct e4_iterate_ctx {
	struct dir_context ctx;
	int (*fn)(void *data, const char *name, size_t len);
	void *data;
	int rc;
};

static bool e4_iterate_entry(struct dir_context *ctx, const char *name, int len, loff_t offset,
			     u64 ino, unsigned int type)
{
	struct e4_iterate_ctx *ic = container_of(ctx, struct e4_iterate_ctx, ctx);

	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return true;
	ic->rc = ic->fn(ic->data, name, len);
	return !ic->rc;
}

/**
 * e4_iterate() - calls @fn for each name in a directory but "." and "..", until it returns
 * non-zero; returns that
 * @locked: the caller holds the directory's inode lock
 */
int e4_iterate(struct e4_device *dev, struct dentry *dir, bool locked,
	       int (*fn)(void *data, const char *name, size_t len), void *data)
{
	struct e4_iterate_ctx ic = { .ctx.actor = e4_iterate_entry, .fn = fn, .data = data };
	struct file *file;
	int rc;

	file = e4_dentry_open(dev, dir, O_RDONLY | O_DIRECTORY);
	if (IS_ERR(file))
		return PTR_ERR(file);
	if (locked) {
		/*
		 * iterate_dir() calls again until nothing moves; an open file ends when it emits
		 * nothing
		 */
		loff_t before;

		do {
			before = ic.ctx.pos;
			rc = file->f_op->iterate_shared(file, &ic.ctx);
		} while (!rc && !ic.rc && ic.ctx.pos != before);
	} else {
		loff_t before;

		do {
			before = file->f_pos;
			ic.ctx.pos = before;
			rc = iterate_dir(file, &ic.ctx);
		} while (!rc && !ic.rc && file->f_pos != before);
	}
	e4_fput(file);
	return ic.rc ? ic.rc : rc;
}
