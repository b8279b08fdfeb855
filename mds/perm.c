// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what: the rules that the VFS applies on a local file system, for callers named in
 * requests.
 */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

#define NO_GROUP	0xffffffffu

static void cred_group(struct osd_cred *cred, u32 gid)
{
	if (gid != NO_GROUP)
		cred->groups[cred->nr_groups++] = gid;
}

void mds_cred_rec(struct rpc_srv_req *req, const struct wire_rec_head *h, struct osd_cred *cred)
{
	memset(cred, 0, sizeof(*cred));
	cred->uid = le32_to_cpu(h->fsuid);
	cred->gid = le32_to_cpu(h->fsgid);
	cred->cap = le32_to_cpu(h->cap);
	cred_group(cred, le32_to_cpu(h->suppgid1));
	/* A setattr has no second group; the field is zero there. */
	if (le32_to_cpu(h->opcode) != REINT_SETATTR && le32_to_cpu(h->opcode) != REINT_SETXATTR)
		cred_group(cred, le32_to_cpu(h->suppgid2));
	mds_extra_groups(req, cred);
	mds_squash_caller(req, cred);
}

void mds_cred_body(struct rpc_srv_req *req, const struct wire_mdt_body *b, struct osd_cred *cred)
{
	memset(cred, 0, sizeof(*cred));
	cred->uid = le32_to_cpu(b->fsuid);
	cred->gid = le32_to_cpu(b->fsgid);
	cred->cap = le32_to_cpu(b->capability);
	cred_group(cred, le32_to_cpu(b->suppgid));
	mds_extra_groups(req, cred);
	mds_squash_caller(req, cred);
}

bool mds_cap(const struct osd_cred *cred, int cap)
{
	return cred->cap & (1u << cap);
}

bool mds_in_group(const struct osd_cred *cred, u32 gid)
{
	u32 i;

	if (cred->gid == gid)
		return true;
	for (i = 0; i < cred->nr_groups; i++)
		if (cred->groups[i] == gid)
			return true;
	for (i = 0; i < cred->nr_more; i++)
		if (le32_to_cpu(cred->more[i]) == gid)
			return true;
	return false;
}

int mds_name_check(const struct mds_name *n)
{
	if (!n->len || memchr(n->str, '/', n->len))
		return -EINVAL;
	if (n->str[0] == '.' && (n->len == 1 || (n->len == 2 && n->str[1] == '.')))
		return -EINVAL;
	return n->len > NAME_MAX ? -ENAMETOOLONG : 0;
}

/* May names be added to or removed from this directory at all? */
static int dir_writable(struct osd_object *dir, const struct osd_attr *attr,
			const struct osd_cred *cred)
{
	if (!S_ISDIR(attr->mode))
		return -ENOTDIR;
	if (!attr->nlink)
		return -ENOENT;
	if (attr->flags & MDS_FL_IMMUTABLE)
		return -EPERM;
	return osd_permission(dir, cred, MDS_MAY_WRITE | MDS_MAY_EXEC);
}

int mds_may_create(struct osd_object *dir, const struct osd_cred *cred)
{
	struct osd_attr attr;
	int rc = osd_attr_get(dir, &attr);

	return rc ?: dir_writable(dir, &attr, cred);
}

int mds_delete_check(const struct osd_attr *dir, const struct osd_attr *victim,
		     const struct osd_cred *cred)
{
	if (dir->flags & MDS_FL_APPEND)
		return -EPERM;
	if (victim->flags & (MDS_FL_IMMUTABLE | MDS_FL_APPEND))
		return -EPERM;
	if ((dir->mode & S_ISVTX) && victim->uid != cred->uid && dir->uid != cred->uid &&
	    !mds_cap(cred, CAP_FOWNER))
		return -EPERM;
	return 0;
}

int mds_may_delete(struct osd_object *dir, struct osd_object *victim, const struct osd_cred *cred)
{
	struct osd_attr dattr, vattr;
	int rc;

	rc = osd_attr_get(dir, &dattr);
	if (rc)
		return rc;
	rc = osd_attr_get(victim, &vattr);
	if (rc)
		return rc;
	rc = dir_writable(dir, &dattr, cred);
	return rc ?: mds_delete_check(&dattr, &vattr, cred);
}
