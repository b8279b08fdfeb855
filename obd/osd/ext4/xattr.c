// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes.  Our own are not shown to anybody.
 */
#include <linux/slab.h>
#include <linux/xattr.h>

#include "obd/osd/ext4/ext4.h"

static bool e4_xattr_own(const char *name)
{
	return !strncmp(name, OSD_FMT_EA_PREFIX, strlen(OSD_FMT_EA_PREFIX));
}

int e4_xattr_get(struct osd_object *oo, const char *name, void *buf, size_t size)
{
	struct e4_object *obj = e4_obj(oo);
	int acl = e4_acl_type(name), rc;
	const struct cred *saved;

	if (e4_xattr_own(name))
		return -ENODATA;
	saved = override_creds(e4_odev(obj)->cred);
	if (acl >= 0)
		rc = e4_acl_get(obj, acl, buf, size);
	else
		rc = __vfs_getxattr(obj->dentry, e4_inode(obj), name, buf, size);
	revert_creds(saved);
	return rc;
}

int e4_xattr_set(struct osd_trans *th, struct osd_object *oo, const char *name, const void *buf,
		 size_t size, int flags)
{
	struct e4_object *obj = e4_obj(oo);
	int acl = e4_acl_type(name);

	if (WARN_ON_ONCE(obj->locked_by != current) || e4_xattr_own(name))
		return -EINVAL;
	e4_trans(th)->dirty = true;
	if (acl >= 0)
		return e4_acl_set(obj, acl, buf, size);
	return __vfs_setxattr(compat_nop_idmap, obj->dentry, e4_inode(obj), name, buf, size, flags);
}

int e4_xattr_del(struct osd_trans *th, struct osd_object *oo, const char *name)
{
	struct e4_object *obj = e4_obj(oo);
	int acl = e4_acl_type(name);

	if (WARN_ON_ONCE(obj->locked_by != current) || e4_xattr_own(name))
		return -EINVAL;
	e4_trans(th)->dirty = true;
	if (acl >= 0)
		return e4_acl_set(obj, acl, NULL, 0);
	return __vfs_removexattr(compat_nop_idmap, obj->dentry, name);
}

/* Cuts our own names out of a list of @len bytes. */
static int e4_xattr_hide(char *buf, int len)
{
	int i, n;

	for (i = 0; i < len; i += n) {
		n = strlen(buf + i) + 1;
		if (!e4_xattr_own(buf + i))
			continue;
		memmove(buf + i, buf + i + n, len - i - n);
		len -= n;
		n = 0;
	}
	return len;
}

int e4_xattr_list(struct osd_object *oo, char *buf, size_t size)
{
	struct e4_object *obj = e4_obj(oo);
	const struct cred *saved = override_creds(e4_odev(obj)->cred);
	char *all = NULL;
	int rc;

	rc = vfs_listxattr(obj->dentry, NULL, 0);
	if (rc <= 0)
		goto out;
	all = kvmalloc(rc, GFP_KERNEL);
	if (!all) {
		rc = -ENOMEM;
		goto out;
	}
	rc = vfs_listxattr(obj->dentry, all, rc);
	if (rc < 0)
		goto out;
	rc = e4_xattr_hide(all, rc);
	if (size && rc > size)
		rc = -ERANGE;
	else if (size)
		memcpy(buf, all, rc);
out:
	kvfree(all);
	revert_creds(saved);
	return rc;
}
