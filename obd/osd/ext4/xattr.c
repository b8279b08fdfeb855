// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes.  The FID's own is not shown to anybody.
 */
#include <linux/slab.h>
#include <linux/xattr.h>

#include "obd/osd/ext4/ext4.h"

int e4_xattr_get(struct osd_object *oo, const char *name, void *buf, size_t size)
{
	struct e4_object *obj = e4_obj(oo);
	int acl = e4_acl_type(name), rc;
	const struct cred *saved;

	if (!strcmp(name, OSD_FMT_FID_EA))
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

	if (WARN_ON_ONCE(obj->locked_by != current) || !strcmp(name, OSD_FMT_FID_EA))
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

	if (WARN_ON_ONCE(obj->locked_by != current) || !strcmp(name, OSD_FMT_FID_EA))
		return -EINVAL;
	e4_trans(th)->dirty = true;
	if (acl >= 0)
		return e4_acl_set(obj, acl, NULL, 0);
	return __vfs_removexattr(compat_nop_idmap, obj->dentry, name);
}

/* Cuts our own name out of a list of @len bytes. */
static int e4_xattr_hide(char *buf, int len)
{
	const int own = sizeof(OSD_FMT_FID_EA);
	int i, n;

	for (i = 0; i < len; i += n) {
		n = strnlen(buf + i, len - i) + 1;
		if (n == own && !memcmp(buf + i, OSD_FMT_FID_EA, own)) {
			memmove(buf + i, buf + i + n, len - i - n);
			return len - n;
		}
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
