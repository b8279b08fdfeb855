// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of a disk in memory: references, attributes, extended attributes.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "obd/osd/mem/disk.h"

#define MEM_FID_SEQ_ROOT	0x200000007ULL
#define MEM_CAP_DAC_OVERRIDE	BIT(1)
#define MEM_CAP_DAC_READ_SEARCH	BIT(2)
#define MEM_NAME_MAX		255u
#define MEM_XATTR_MAX		65536u

/* ---- references ---- */

/** mem_object_of() - the device's object for an inode, referenced; the disk is locked */
int mem_object_of(struct mem_device *dev, struct mem_inode *inode, struct mem_object **objp)
{
	struct mem_object *obj = inode->obj;

	if (obj) {
		obj->refs++;
		*objp = obj;
		return 0;
	}
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	if (!obj)
		return -ENOMEM;
	obj->oo.dev = &dev->od;
	obj->oo.fid = inode->fid;
	mutex_init(&obj->oo.data_lock);
	obj->refs = 1;
	obj->inode = inode;
	inode->refs++;
	inode->obj = obj;
	mutex_init(&obj->lock);
	list_add(&obj->link, &dev->objects);
	*objp = obj;
	return 0;
}

int mem_object_find(struct osd_device *od, const struct fid *fid, struct osd_object **oo)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_object *obj;
	struct mem_inode *inode;
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (!rc) {
		inode = mem_inode_find(dev->disk, fid);
		if (!inode || fid->seq == MEM_SEQ_DIRS || fid->seq == MEM_SEQ_FILES)
			rc = -ENOENT;
		else
			rc = mem_object_of(dev, inode, &obj);
	}
	mutex_unlock(&dev->disk->lock);
	if (!rc)
		*oo = &obj->oo;
	return rc;
}

int mem_root(struct osd_device *od, struct osd_object **oo)
{
	const struct fid fid = { .seq = MEM_FID_SEQ_ROOT, .oid = 1 };
	int rc = mem_object_find(od, &fid, oo);

	return rc == -ENOENT ? -EOPNOTSUPP : rc;
}

/*
 * The caller has a reference, and fibers take turns: no lock is needed, and none may be waited for.
 */
void mem_object_get(struct osd_object *oo)
{
	mem_obj(oo)->refs++;
}

void mem_object_put(struct osd_object *oo)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);

	mutex_lock(&dev->disk->lock);
	if (!--obj->refs) {
		list_del(&obj->link);
		if (obj->inode->obj == obj)
			obj->inode->obj = NULL;
		obj->inode->refs--;
		mem_inode_release(dev->disk, obj->inode);
		kfree(obj);
	}
	mutex_unlock(&dev->disk->lock);
}

/* ---- attributes ---- */

int mem_attr_get(struct osd_object *oo, struct osd_attr *attr)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	struct mem_state *s = &obj->inode->now;
	struct page *page;
	unsigned long i;
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (!rc) {
		*attr = s->attr;
		attr->blocks = 0;
		xa_for_each(&s->pages, i, page)
			attr->blocks += MEM_BLOCK / 512;
		attr->blksize = MEM_BLOCK;
		if (s->orphan || !s->exists)
			attr->nlink = 0;
	}
	mutex_unlock(&dev->disk->lock);
	return rc;
}

/** mem_attr_apply() - the disk is locked */
int mem_attr_apply(struct mem_disk *disk, struct mem_inode *inode, const struct osd_attr *attr,
		   u32 what)
{
	struct osd_attr *a = &inode->now.attr;
	int rc;

	rc = mem_inode_touch(disk, inode);
	if (rc)
		return rc;
	if (what & OSD_A_SIZE) {
		if (!S_ISREG(a->mode))
			return -EINVAL;
		if (attr->size > S64_MAX)
			return -EFBIG;
		if (attr->size < a->size)
			mem_pages_punch(disk, inode, attr->size, ~0ULL);
		a->size = attr->size;
	}
	if (what & OSD_A_MODE)
		a->mode = (a->mode & S_IFMT) | (attr->mode & 07777);
	if (what & OSD_A_UID)
		a->uid = attr->uid;
	if (what & OSD_A_GID)
		a->gid = attr->gid;
	if (what & OSD_A_ATIME) {
		a->atime = attr->atime;
		a->atime_ns = attr->atime_ns;
	}
	if (what & OSD_A_MTIME) {
		a->mtime = attr->mtime;
		a->mtime_ns = attr->mtime_ns;
	}
	if (what & OSD_A_CTIME) {
		a->ctime = attr->ctime;
		a->ctime_ns = attr->ctime_ns;
	}
	if (what & OSD_A_FLAGS)
		a->flags = attr->flags;
	if (what & OSD_A_VERSION)
		a->version = attr->version;
	return 0;
}

/* Starts a change of an object in a transaction that has it locked: then the disk is locked. */
static int mem_change(struct osd_trans *th, struct mem_object *obj)
{
	struct mem_device *dev = mem_dev(th->dev);
	int rc;

	if (WARN_ON_ONCE(obj->locked_by != current))
		return -EINVAL;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, true);
	if (!rc)
		rc = mem_inode_touch(dev->disk, obj->inode);
	if (rc)
		mutex_unlock(&dev->disk->lock);
	return rc;
}

int mem_attr_set(struct osd_trans *th, struct osd_object *oo, const struct osd_attr *attr, u32 what)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_disk *disk = mem_odev(obj)->disk;
	int rc;

	rc = mem_change(th, obj);
	if (rc)
		return rc;
	rc = mem_attr_apply(disk, obj->inode, attr, what);
	mutex_unlock(&disk->lock);
	return rc;
}

int mem_version_get(struct osd_object *oo, u64 *version)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (!rc)
		*version = obj->inode->now.attr.version;
	mutex_unlock(&dev->disk->lock);
	return rc;
}

int mem_permission(struct osd_object *oo, const struct osd_cred *cred, int mask)
{
	const struct osd_attr *a = &mem_obj(oo)->inode->now.attr;
	u32 i, bits = a->mode & 7;
	bool member = cred->gid == a->gid;

	mask &= 7;
	for (i = 0; i < cred->nr_groups && i < OSD_NGROUPS; i++)
		member |= cred->groups[i] == a->gid;
	for (i = 0; i < cred->nr_more; i++)
		member |= le32_to_cpu(cred->more[i]) == a->gid;
	if (cred->uid == a->uid)
		bits = a->mode >> 6 & 7;
	else if (member)
		bits = a->mode >> 3 & 7;
	if (!(mask & ~bits))
		return 0;
	/* nobody executes a file that nobody may execute */
	if ((cred->cap & MEM_CAP_DAC_OVERRIDE) &&
	    (!(mask & 1) || S_ISDIR(a->mode) || (a->mode & 0111)))
		return 0;
	if ((cred->cap & MEM_CAP_DAC_READ_SEARCH) &&
	    (mask == 4 || (S_ISDIR(a->mode) && !(mask & 2))))
		return 0;
	return -EACCES;
}

/* ---- extended attributes ---- */

int mem_xattr_get(struct osd_object *oo, const char *name, void *buf, size_t size)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	struct mem_xattr *x;
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	x = rc ? NULL : mem_xattr_find(obj->inode, name);
	if (x) {
		rc = x->size;
		if (size && size < x->size)
			rc = -ERANGE;
		else if (size)
			memcpy(buf, x->value, x->size);
	} else if (!rc) {
		rc = -ENODATA;
	}
	mutex_unlock(&dev->disk->lock);
	return rc;
}

/* flags of setxattr(2) */
#define MEM_XATTR_CREATE	1
#define MEM_XATTR_REPLACE	2

int mem_xattr_set(struct osd_trans *th, struct osd_object *oo, const char *name, const void *buf,
		  size_t size, int flags)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_disk *disk = mem_odev(obj)->disk;
	bool there;
	int rc;

	if (strlen(name) > MEM_NAME_MAX)
		return -ERANGE;
	if (size > MEM_XATTR_MAX)
		return -E2BIG;
	rc = mem_change(th, obj);
	if (rc)
		return rc;
	there = mem_xattr_find(obj->inode, name);
	if ((flags & MEM_XATTR_CREATE) && there)
		rc = -EEXIST;
	else if ((flags & MEM_XATTR_REPLACE) && !there)
		rc = -ENODATA;
	else
		rc = mem_xattr_store(obj->inode, name, buf, size);
	mutex_unlock(&disk->lock);
	return rc;
}

int mem_xattr_del(struct osd_trans *th, struct osd_object *oo, const char *name)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_disk *disk = mem_odev(obj)->disk;
	struct mem_xattr *x;
	int rc;

	rc = mem_change(th, obj);
	if (rc)
		return rc;
	x = mem_xattr_find(obj->inode, name);
	if (x) {
		list_del(&x->link);
		mem_xattr_free(x);
	} else {
		rc = -ENODATA;
	}
	mutex_unlock(&disk->lock);
	return rc;
}

int mem_xattr_list(struct osd_object *oo, char *buf, size_t size)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	struct mem_xattr *x;
	size_t all = 0;
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (rc)
		goto out;
	list_for_each_entry(x, &obj->inode->now.xattrs, link)
		all += strlen(x->name) + 1;
	rc = all;
	if (size && all > size)
		rc = -ERANGE;
	if (!size || rc < 0)
		goto out;
	list_for_each_entry(x, &obj->inode->now.xattrs, link) {
		strcpy(buf, x->name);
		buf += strlen(x->name) + 1;
	}
out:
	mutex_unlock(&dev->disk->lock);
	return rc;
}
