// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes: kept by the MDT; "lustre.lov" is the layout under the name that users may
 * set.
 */
#include <linux/security.h>
#include <linux/xattr.h>

#include "client/client.h"

#define LOV_NAME	"trusted.lov"

static int get_named(struct inode *inode, const char *name, void *buf, size_t size)
{
	struct mdc_cred cred;

	lustre_cred(NULL, inode, &cred);
	return lustre_gone(mdc_getxattr(lustre_mdc(inode), &lustre_i(inode)->fid, name, buf, size,
					&cred));
}

static int set_named(struct inode *inode, const char *name, const void *buf, size_t size, int flags)
{
	struct mdc_cred cred;

	lustre_cred(NULL, inode, &cred);
	return lustre_gone(mdc_setxattr(lustre_mdc(inode), &lustre_i(inode)->fid, name, buf, size,
					flags, &cred));
}

static int full_name(const struct xattr_handler *handler, const char *name, char *full)
{
	int n = snprintf(full, XATTR_NAME_MAX + 1, "%s%s", xattr_prefix(handler), name);

	return n > XATTR_NAME_MAX ? -ENAMETOOLONG : 0;
}

/*
 * Labels of a security module that this node does not run are nobody's business here: ls asks for
 * every file.
 */
static bool foreign_label(const char *name)
{
	return !strcmp(name, "security.selinux") && !security_ismaclabel("selinux");
}

/* Which time it is that we hold a lock on the attributes, from 1; 0: we do not. */
static unsigned long xattr_era(struct inode *inode)
{
	unsigned long era = READ_ONCE(lustre_i(inode)->xattr_era);

	return lustre_attrs_locked(inode, IBIT_XATTR) ? era : 0;
}

void lustre_no_caps(struct inode *inode)
{
	WRITE_ONCE(lustre_i(inode)->no_caps, xattr_era(inode));
}

/* The kernel asks before it lets a program write, cut a file, or change the owner. */
static int get_caps(struct inode *inode, void *buf, size_t size)
{
	struct lustre_inode *li = lustre_i(inode);
	unsigned long era = xattr_era(inode);
	int rc;

	if (era && READ_ONCE(li->no_caps) == era)
		return -ENODATA;
	rc = get_named(inode, XATTR_NAME_CAPS, buf, size);
	if (rc == -ENODATA)
		WRITE_ONCE(li->no_caps, era);
	return rc;
}

static int lustre_xattr_get(const struct xattr_handler *handler, struct dentry *dentry,
			    struct inode *inode, const char *name, void *buf, size_t size)
{
	char full[XATTR_NAME_MAX + 1];
	int rc = full_name(handler, name, full);

	if (!rc && foreign_label(full))
		return -EOPNOTSUPP;
	if (!rc && !strcmp(full, XATTR_NAME_CAPS))
		return get_caps(inode, buf, size);
	return rc ?: get_named(inode, full, buf, size);
}

static int lustre_xattr_set(const struct xattr_handler *handler, compat_idmap_t *idmap,
			    struct dentry *dentry, struct inode *inode, const char *name,
			    const void *buf, size_t size, int flags)
{
	char full[XATTR_NAME_MAX + 1];
	int rc = full_name(handler, name, full);

	return rc ?: set_named(inode, full, buf, size, flags);
}

static int lov_get(const struct xattr_handler *handler, struct dentry *dentry, struct inode *inode,
		   const char *name, void *buf, size_t size)
{
	return strcmp(name, "lov") ? -EOPNOTSUPP : get_named(inode, LOV_NAME, buf, size);
}

static int dir_layout_set(struct inode *dir, const void *wish, size_t size)
{
	static const struct wire_lov_v1 none = {
		.magic = cpu_to_le32(LOV_MAGIC_V1),
		.layout_gen = cpu_to_le16(LOV_OFFSET_DEFAULT),
	};
	struct mdc_cred cred;

	lustre_cred(NULL, dir, &cred);
	return mdc_set_default_layout(lustre_mdc(dir), &lustre_i(dir)->fid, wish ?: &none,
				      wish ? size : sizeof(none), &cred);
}

static int lov_set(const struct xattr_handler *handler, compat_idmap_t *idmap,
		   struct dentry *dentry, struct inode *inode, const char *name, const void *buf,
		   size_t size, int flags)
{
	if (strcmp(name, "lov"))
		return -EOPNOTSUPP;
	if (S_ISREG(inode->i_mode))
		return buf ? lustre_layout_make(inode, buf, size) : -EOPNOTSUPP;
	return S_ISDIR(inode->i_mode) ? dir_layout_set(inode, buf, size) : -EOPNOTSUPP;
}

static const struct xattr_handler user_handler = {
	.prefix = XATTR_USER_PREFIX,
	.get = lustre_xattr_get,
	.set = lustre_xattr_set,
};

static const struct xattr_handler trusted_handler = {
	.prefix = XATTR_TRUSTED_PREFIX,
	.get = lustre_xattr_get,
	.set = lustre_xattr_set,
};

static const struct xattr_handler security_handler = {
	.prefix = XATTR_SECURITY_PREFIX,
	.get = lustre_xattr_get,
	.set = lustre_xattr_set,
};

static const struct xattr_handler lov_handler = {
	.prefix = "lustre.",
	.get = lov_get,
	.set = lov_set,
};

const struct xattr_handler *const lustre_xattr_handlers[] = {
	&user_handler,
	&trusted_handler,
	&security_handler,
	&lov_handler,
	COMPAT_ACL_XATTR_HANDLERS
	NULL
};

/*
 * Where a file's data lies is no attribute that programs should copy along with it: who knows its
 * name may read it. Returns what remains of a list of @len bytes.
 */
static ssize_t hide_layout(char *list, ssize_t len)
{
	char *name = list, *next;

	for (; name < list + len; name = next) {
		next = name + strnlen(name, list + len - name) + 1;
		if (next > list + len)
			return -EIO;
		if (!strcmp(name, LOV_NAME)) {
			memmove(name, next, list + len - next);
			return len - (next - name);
		}
	}
	return len;
}

/* Who only asks for the size of the list may be told a little more. */
ssize_t lustre_listxattr(struct dentry *dentry, char *buf, size_t size)
{
	ssize_t len = get_named(d_inode(dentry), NULL, buf, size);

	return size && len > 0 ? hide_layout(buf, len) : len;
}
