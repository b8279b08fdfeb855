// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes by number and generation, the way nfsd gets at them.
 *
 * Includes neither osd.h nor ext4.h: the kernel's struct fid is a file handle, ours is something
 * else.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>

#include "kernel/compat/exportfs.h"

struct dentry *e4_handle_open(struct vfsmount *mnt, u32 ino, u32 generation);
struct dentry *e4_handle_peek(struct super_block *sb, u32 ino);

static int e4_handle_acceptable(void *context, struct dentry *dentry)
{
	return 1;
}

/**
 * e4_handle_open() - a dentry for an inode, connected to the root when it is a directory
 * Returns an error pointer; -ESTALE when there is no such inode. Takes inode locks of parents.
 */
struct dentry *e4_handle_open(struct vfsmount *mnt, u32 ino, u32 generation)
{
	struct fid fid = { .i32 = { .ino = ino, .gen = generation } };
	struct dentry *dentry;

	dentry = compat_decode_fh(mnt, &fid, 2, FILEID_INO32_GEN, e4_handle_acceptable, NULL);
	return dentry ? dentry : ERR_PTR(-ESTALE);
}

/** e4_handle_peek() - any dentry for an inode of any generation; takes no inode lock */
struct dentry *e4_handle_peek(struct super_block *sb, u32 ino)
{
	struct fid fid = { .i32 = { .ino = ino, .gen = 0 } };
	struct dentry *dentry;

	dentry = sb->s_export_op->fh_to_dentry(sb, &fid, 2, FILEID_INO32_GEN);
	return dentry ? dentry : ERR_PTR(-ESTALE);
}
