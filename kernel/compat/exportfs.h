/* SPDX-License-Identifier: GPL-2.0 */
/* File handles: exportfs_decode_fh_raw() takes flags since 6.11. */
#ifndef SHEEN_COMPAT_EXPORTFS_H
#define SHEEN_COMPAT_EXPORTFS_H

#include <linux/exportfs.h>
#include <linux/version.h>

static inline struct dentry *compat_decode_fh(struct vfsmount *mnt, struct fid *fid, int len,
					      int type, int (*acceptable)(void *, struct dentry *),
					      void *context)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return exportfs_decode_fh_raw(mnt, fid, len, type, 0, acceptable, context);
#else
	return exportfs_decode_fh_raw(mnt, fid, len, type, acceptable, context);
#endif
}

#endif
