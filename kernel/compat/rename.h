/* SPDX-License-Identifier: GPL-2.0 */
/* vfs_rename(): struct renamedata names the id mappings of its two sides after their type. */
#ifndef SHEEN_COMPAT_RENAME_H
#define SHEEN_COMPAT_RENAME_H

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

#endif
