/* SPDX-License-Identifier: GPL-2.0 */
/*
 * POSIX ACLs. The cached ACL of an inode: get_acl() until 6.1, get_inode_acl() since. They are set
 * on an inode until 6.1, on a dentry since. system.posix_acl_* have handlers of their own until
 * 6.1; since then the VFS knows these names.
 */
#ifndef SHEEN_COMPAT_ACL_H
#define SHEEN_COMPAT_ACL_H

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/version.h>

#include "kernel/compat/idmap.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)

typedef struct dentry compat_acl_target_t;
#define compat_acl_inode(t)	d_inode(t)
#define compat_op_get_acl	get_inode_acl
#define COMPAT_ACL_XATTR_HANDLERS

static inline struct posix_acl *compat_inode_acl(struct inode *inode, int type)
{
	return get_inode_acl(inode, type);
}

/** compat_acl_set() - checks and sets; the inode is locked. NULL removes */
static inline int compat_acl_set(struct dentry *dentry, int type, struct posix_acl *acl)
{
	return set_posix_acl(compat_nop_idmap, dentry, type, acl);
}

#else

typedef struct inode compat_acl_target_t;
#define compat_acl_inode(t)	(t)
#define compat_op_get_acl	get_acl
#define COMPAT_ACL_XATTR_HANDLERS	&posix_acl_access_xattr_handler, \
					&posix_acl_default_xattr_handler,

static inline struct posix_acl *compat_inode_acl(struct inode *inode, int type)
{
	return get_acl(inode, type);
}

static inline int compat_acl_set(struct dentry *dentry, int type, struct posix_acl *acl)
{
	return set_posix_acl(compat_nop_idmap, d_inode(dentry), type, acl);
}

#endif

#endif
