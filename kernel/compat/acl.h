/* SPDX-License-Identifier: GPL-2.0 */
/* The cached ACL of an inode: get_acl() until 6.1, get_inode_acl() since. */
#ifndef SHEEN_COMPAT_ACL_H
#define SHEEN_COMPAT_ACL_H

#include <linux/posix_acl.h>
#include <linux/version.h>

static inline struct posix_acl *compat_inode_acl(struct inode *inode, int type)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return get_inode_acl(inode, type);
#else
	return get_acl(inode, type);
#endif
}

#endif
