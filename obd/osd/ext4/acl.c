// SPDX-License-Identifier: GPL-2.0
/*
 * POSIX ACLs under their names as extended attributes; kernels differ in whether those names lead
 * anywhere.
 */
#include <linux/xattr.h>

#include "kernel/compat/acl.h"
#include "obd/osd/ext4/ext4.h"

/** e4_acl_type() - ACL_TYPE_* of an attribute's name; -1: another attribute */
int e4_acl_type(const char *name)
{
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS))
		return ACL_TYPE_ACCESS;
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT))
		return ACL_TYPE_DEFAULT;
	return -1;
}

int e4_acl_get(struct e4_object *obj, int type, void *buf, size_t size)
{
	struct inode *inode = e4_inode(obj);
	struct posix_acl *acl;
	int rc;

	if (!IS_POSIXACL(inode) || S_ISLNK(inode->i_mode))
		return -EOPNOTSUPP;
	acl = compat_inode_acl(inode, type);
	if (IS_ERR(acl))
		return PTR_ERR(acl);
	if (!acl)
		return -ENODATA;
	rc = posix_acl_to_xattr(&init_user_ns, acl, size ? buf : NULL, size);
	posix_acl_release(acl);
	return rc;
}

int e4_acl_set(struct e4_object *obj, int type, const void *buf, size_t size)
{
	struct posix_acl *acl = NULL;
	int rc;

	if (buf && size) {
		acl = posix_acl_from_xattr(&init_user_ns, buf, size);
		if (IS_ERR(acl))
			return PTR_ERR(acl);
	}
	rc = compat_acl_set(obj->dentry, type, acl);
	posix_acl_release(acl);
	return rc;
}
