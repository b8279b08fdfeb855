// SPDX-License-Identifier: GPL-2.0
/*
 * POSIX ACLs and permission.
 *
 * An access ACL comes with the attributes and is kept with the inode as long as a lock keeps the
 * mode true. Default ACLs are the MDT's business, which applies them, and the umask where there is
 * none, to what it creates; here they are only shown.
 */
#include <linux/cred.h>
#include <linux/xattr.h>

#include "client/client.h"
#include "kernel/compat/acl.h"

#define ACL_FIRST_GUESS	512u	/* bytes; most are smaller */

static const char *acl_name(int type)
{
	return type == ACL_TYPE_ACCESS ? XATTR_NAME_POSIX_ACL_ACCESS : XATTR_NAME_POSIX_ACL_DEFAULT;
}

void lustre_acl_init(struct inode *inode)
{
	inode->i_default_acl = ACL_DONT_CACHE;
}

int lustre_acl_take(struct inode *inode, const struct mdc_reply *r)
{
	struct posix_acl *acl = NULL;

	if (S_ISLNK(inode->i_mode) || !IS_POSIXACL(inode) || !r->lock ||
	    !(r->lock->policy.ibits & (IBIT_LOOKUP | IBIT_PERM)))
		return 0;
	if (!(le64_to_cpu(r->body->valid) & VALID_ACL)) {
		/* One that has no room in such a reply; it is asked for when it matters. */
		forget_cached_acl(inode, ACL_TYPE_ACCESS);
		return 0;
	}
	if (r->acl) {
		acl = posix_acl_from_xattr(&init_user_ns, r->acl, r->acl_len);
		if (IS_ERR(acl))
			return PTR_ERR(acl);
	}
	set_cached_acl(inode, ACL_TYPE_ACCESS, acl);
	posix_acl_release(acl);
	return 0;
}

static struct posix_acl *acl_fetch(struct inode *inode, int type)
{
	struct posix_acl *acl;
	struct mdc_cred cred;
	size_t room = ACL_FIRST_GUESS;
	void *buf;
	int len;

	lustre_cred(NULL, inode, &cred);
again:
	buf = kvmalloc(room, GFP_KERNEL);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	len = mdc_getxattr(lustre_mdc(inode), &lustre_i(inode)->fid, acl_name(type), buf, room,
			   &cred);
	if (len == -ERANGE && room < XATTR_SIZE_MAX) {
		kvfree(buf);
		room = XATTR_SIZE_MAX;
		goto again;
	}
	if (len > 0)
		acl = posix_acl_from_xattr(&init_user_ns, buf, len);
	else
		acl = !len || len == -ENODATA || len == -EOPNOTSUPP ? NULL :
								      ERR_PTR(lustre_gone(len));
	kvfree(buf);
	return acl;
}

struct posix_acl *lustre_get_acl(struct inode *inode, int type, bool rcu)
{
	struct posix_acl *acl;
	int rc;

	if (rcu)
		return ERR_PTR(-ECHILD);
	if (type == ACL_TYPE_ACCESS) {
		rc = lustre_revalidate_mode(inode);
		if (rc)
			return ERR_PTR(rc);
		acl = get_cached_acl(inode, type);
		if (!is_uncached_acl(acl))
			return acl;
	}
	return acl_fetch(inode, type);
}

int lustre_set_acl(compat_idmap_t *idmap, compat_acl_target_t *target, struct posix_acl *acl,
		   int type)
{
	struct inode *inode = compat_acl_inode(target);
	struct mdc_cred cred;
	size_t size = 0;
	void *buf = NULL;
	int rc;

	if (acl) {
		size = posix_acl_xattr_size(acl->a_count);
		buf = kvmalloc(size, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		rc = posix_acl_to_xattr(&init_user_ns, acl, buf, size);
		if (rc < 0)
			goto out;
	}
	lustre_cred(NULL, inode, &cred);
	rc = mdc_setxattr(lustre_mdc(inode), &lustre_i(inode)->fid, acl_name(type), buf, size, 0,
			  &cred);
	/* Removing what is not there. */
	if (rc == -ENODATA && !acl)
		rc = 0;
	forget_cached_acl(inode, ACL_TYPE_ACCESS);
out:
	kvfree(buf);
	return lustre_gone(rc);
}

int lustre_permission(compat_idmap_t *idmap, struct inode *inode, int mask)
{
	int rc;

	if (mask & MAY_NOT_BLOCK)
		rc = lustre_attrs_cached(inode, IBIT_LOOKUP) ? 0 : -ECHILD;
	else
		rc = lustre_revalidate_mode(inode);
	if (rc)
		return rc;
	return generic_permission(idmap, inode, mask);
}

u32 lustre_acl_group(struct inode *inode)
{
	struct posix_acl *acl = get_cached_acl(inode, ACL_TYPE_ACCESS);
	const struct posix_acl_entry *e, *end;
	u32 gid = ~0u;

	if (!acl || is_uncached_acl(acl))
		return gid;
	FOREACH_ACL_ENTRY(e, acl, end) {
		if (e->e_tag == ACL_GROUP && in_group_p(e->e_gid)) {
			gid = from_kgid(&init_user_ns, e->e_gid);
			break;
		}
	}
	posix_acl_release(acl);
	return gid;
}
