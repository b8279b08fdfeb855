/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfs_rename(): struct renamedata names the id mappings of its two sides after their type.
 * d_exchange() is not exported, so that names are exchanged by two moves.
 */
#ifndef SHEEN_COMPAT_RENAME_H
#define SHEEN_COMPAT_RENAME_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/version.h>

#include "kernel/compat/idmap.h"

/** compat_rename_within() - vfs_rename() within one locked directory, without id mapping */
static inline int compat_rename_within(struct inode *dir, struct dentry *old, struct dentry *new)
{
	struct renamedata rd = {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
		.old_mnt_idmap = compat_nop_idmap,
		.new_mnt_idmap = compat_nop_idmap,
#else
		.old_mnt_userns = compat_nop_idmap,
		.new_mnt_userns = compat_nop_idmap,
#endif
		.old_dir = dir,
		.old_dentry = old,
		.new_dir = dir,
		.new_dentry = new,
	};

	return vfs_rename(&rd);
}

/**
 * compat_exchange_prepare() - what compat_exchange_finish() needs to give @a the name and place of
 * another dentry, and that those of @a; NULL: no memory. Both parents are locked until then.
 */
static inline struct dentry *compat_exchange_prepare(struct dentry *a)
{
	return d_alloc(a->d_parent, &a->d_name);
}

/** compat_exchange_finish() - @done: else they stay as they are. Neither is above the other. */
static inline void compat_exchange_finish(struct dentry *a, struct dentry *b, struct dentry *spare,
					  bool done)
{
	if (done) {
		d_move(a, b);
		d_move(b, spare);
	}
	dput(spare);
}

#endif
