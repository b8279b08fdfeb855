// SPDX-License-Identifier: GPL-2.0
/* Inode flags: lsattr and chattr. The MDT keeps them, and says which there are. */
#include <linux/fs.h>
#include <linux/fileattr.h>

#include "client/client.h"

void lustre_flags_take(struct inode *inode, u32 flags)
{
	const u32 mask = S_IMMUTABLE | S_APPEND | S_NOATIME | S_SYNC | S_DIRSYNC;

	WRITE_ONCE(lustre_i(inode)->flags, flags);
	inode_set_flags(inode, (flags & FS_IMMUTABLE_FL ? S_IMMUTABLE : 0) |
			(flags & FS_APPEND_FL ? S_APPEND : 0) |
			(flags & FS_NOATIME_FL ? S_NOATIME : 0) |
			(flags & FS_SYNC_FL ? S_SYNC : 0) |
			(flags & FS_DIRSYNC_FL ? S_DIRSYNC : 0), mask);
}

int lustre_fileattr_get(struct dentry *dentry, struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);
	int rc = lustre_revalidate(inode);

	if (!rc)
		fileattr_fill_flags(fa, READ_ONCE(lustre_i(inode)->flags));
	return rc;
}

/* The caller has looked at what the old flags forbid. */
int lustre_fileattr_set(compat_idmap_t *idmap, struct dentry *dentry, struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);
	struct timespec64 now = lustre_change_time(inode);
	struct mdc_attr change = { .ctime_ns = now.tv_nsec };
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc;

	if (fileattr_has_fsx(fa))
		return -EOPNOTSUPP;
	change.rec.valid = cpu_to_le64(MDS_ATTR_ATTR_FLAG | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET);
	change.rec.attr_flags = cpu_to_le32(fa->flags);
	change.rec.ctime = cpu_to_le64(now.tv_sec);
	lustre_cred(NULL, inode, &cred);
	rc = mdc_setattr(lustre_mdc(inode), &lustre_i(inode)->fid, &change, &cred, &r);
	if (rc)
		return lustre_gone(rc);
	rc = lustre_update(inode, &r);
	mdc_reply_put(&r);
	return rc;
}
