// SPDX-License-Identifier: GPL-2.0
/*
 * Objects: one per FID while somebody refers to it; and the EA that tells an inode its FID.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "obd/osd/ext4/ext4.h"

#define E4_FID_SEQ_ROOT		0x200000007ULL
#define E4_FID_OID_ROOT		1u

/* ---- the FID of an inode ---- */

/** e4_fid_read() - -ENODATA when the inode is not an object of ours; @orphan may be NULL */
int e4_fid_read(struct dentry *dentry, struct fid *fid, bool *orphan)
{
	struct osd_fmt_fid_ea ea;
	ssize_t n;

	n = __vfs_getxattr(dentry, d_inode(dentry), OSD_FMT_FID_EA, &ea, sizeof(ea));
	if (n < 0)
		return n == -ERANGE ? -EUCLEAN : n;
	if (n != sizeof(ea) || ea.version != OSD_FMT_FID_EA_VERSION)
		return -EUCLEAN;
	fid->seq = le64_to_cpu(ea.seq);
	fid->oid = le32_to_cpu(ea.oid);
	fid->ver = 0;
	if (orphan)
		*orphan = ea.flags & OSD_FMT_FID_ORPHAN;
	return 0;
}

int e4_fid_write(struct dentry *dentry, const struct fid *fid, bool orphan)
{
	struct osd_fmt_fid_ea ea = {
		.version = OSD_FMT_FID_EA_VERSION,
		.flags = orphan ? OSD_FMT_FID_ORPHAN : 0,
		.oid = cpu_to_le32(fid->oid),
		.seq = cpu_to_le64(fid->seq),
	};

	return __vfs_setxattr(compat_nop_idmap, dentry, d_inode(dentry), OSD_FMT_FID_EA, &ea,
			      sizeof(ea), 0);
}

/* ---- the cache ---- */

static struct hlist_head *e4_bucket(struct e4_device *dev, const struct fid *fid)
{
	u64 key = fid->seq * 0x9e3779b97f4a7c15ULL + fid->oid;

	return &dev->objects[hash_64(key, E4_OBJ_HASH_BITS)];
}

/* Called with obj_lock held; takes a reference. */
static struct e4_object *e4_cached(struct e4_device *dev, const struct fid *fid)
{
	struct e4_object *obj;

	hlist_for_each_entry(obj, e4_bucket(dev, fid), hash)
		if (fid_eq(&obj->oo.fid, fid)) {
			refcount_inc(&obj->ref);
			return obj;
		}
	return NULL;
}

/** e4_object_cached() - an object that somebody refers to, referenced; or NULL */
struct e4_object *e4_object_cached(struct e4_device *dev, const struct fid *fid)
{
	struct e4_object *obj;

	spin_lock(&dev->obj_lock);
	obj = e4_cached(dev, fid);
	spin_unlock(&dev->obj_lock);
	return obj;
}

static void e4_object_free(struct e4_object *obj)
{
	if (obj->file)
		e4_fput(obj->file);
	dput(obj->dentry);
	kfree(obj);
}

static void e4_object_put_work(struct work_struct *work)
{
	e4_object_free(container_of(work, struct e4_object, put));
}

/** e4_object_alloc() - an object that is not in the cache yet; NULL: no memory */
struct e4_object *e4_object_alloc(struct e4_device *dev, const struct fid *fid)
{
	struct e4_object *obj = kzalloc(sizeof(*obj), GFP_NOFS);

	if (!obj)
		return NULL;
	obj->oo.dev = &dev->od;
	obj->oo.fid = *fid;
	mutex_init(&obj->oo.data_lock);
	refcount_set(&obj->ref, 1);
	INIT_WORK(&obj->put, e4_object_put_work);
	return obj;
}

/**
 * e4_object_insert() - puts an object into the cache, or finds that one is there
 * @dentry: taken over
 * Returns the one in the cache, referenced for the caller, who has lost @obj.
 */
struct e4_object *e4_object_insert(struct e4_object *obj, struct dentry *dentry, bool orphan)
{
	struct e4_device *dev = e4_odev(obj);
	struct e4_object *there;

	obj->dentry = dentry;
	obj->orphan = orphan;
	spin_lock(&dev->obj_lock);
	there = e4_cached(dev, &obj->oo.fid);
	if (!there)
		hlist_add_head(&obj->hash, e4_bucket(dev, &obj->oo.fid));
	spin_unlock(&dev->obj_lock);
	if (!there)
		return obj;
	e4_object_free(obj);
	return there;
}

/** e4_object_forget() - the object has lost its FID: nobody finds it any more */
void e4_object_forget(struct e4_object *obj)
{
	struct e4_device *dev = e4_odev(obj);

	spin_lock(&dev->obj_lock);
	hlist_del_init(&obj->hash);
	spin_unlock(&dev->obj_lock);
}

static int e4_object_add(struct e4_device *dev, const struct fid *fid, struct dentry *dentry,
			 bool orphan, struct e4_object **obj)
{
	*obj = e4_object_alloc(dev, fid);
	if (!*obj) {
		dput(dentry);
		return -ENOMEM;
	}
	*obj = e4_object_insert(*obj, dentry, orphan);
	return 0;
}

/* Opens the inode that the index names, and checks that it says the same. */
static int e4_object_open(struct e4_device *dev, const struct fid *fid, struct e4_object **obj)
{
	struct dentry *dentry;
	bool orphan = false;
	struct fid self;
	u32 ino, generation;
	int rc;

	rc = e4_oi_lookup(dev, fid, &ino, &generation);
	if (rc)
		return rc;
	dentry = e4_handle_open(dev->mnt, ino, generation);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry) == -ESTALE ? -ENOENT : PTR_ERR(dentry);
	rc = e4_fid_read(dentry, &self, &orphan);
	if (!rc && !fid_eq(fid, &self))
		rc = -EUCLEAN;
	if (rc) {
		pr_err("%s: inode %u does not know that it is %llx:%x (error %d); run e2fsck\n",
		       dev->sb->s_id, ino, fid->seq, fid->oid, rc);
		dput(dentry);
		return rc == -ENODATA ? -EUCLEAN : rc;
	}
	return e4_object_add(dev, fid, dentry, orphan, obj);
}

int e4_object_find(struct osd_device *od, const struct fid *fid, struct osd_object **oo)
{
	struct e4_device *dev = e4_dev(od);
	const struct cred *saved;
	struct dentry *dentry;
	struct e4_object *obj;
	int rc = 0;

	obj = e4_object_cached(dev, fid);
	if (!obj) {
		if (WARN_ON_ONCE(e4_in_trans()))
			return -EDEADLK;
		saved = override_creds(dev->cred);
		if (dev->role == OSD_MDT) {
			rc = e4_object_open(dev, fid, &obj);
		} else {
			rc = e4_data_lookup(dev, fid, &dentry);
			if (!rc)
				rc = e4_object_add(dev, fid, dentry, false, &obj);
		}
		revert_creds(saved);
	}
	if (!rc)
		*oo = &obj->oo;
	return rc;
}

void e4_object_get(struct osd_object *oo)
{
	refcount_inc(&e4_obj(oo)->ref);
}

/*
 * The last reference may drop the inode, and an unlinked inode is truncated then, in transactions
 * of its own: never under a handle of ours.
 */
void e4_object_put(struct osd_object *oo)
{
	struct e4_object *obj = e4_obj(oo);
	struct e4_device *dev = e4_odev(obj);
	bool last;

	if (refcount_dec_not_one(&obj->ref))
		return;
	spin_lock(&dev->obj_lock);
	last = refcount_dec_and_test(&obj->ref);
	if (last)
		hlist_del_init(&obj->hash);
	spin_unlock(&dev->obj_lock);
	if (!last)
		return;
	if (e4_in_trans())
		queue_work(dev->wq, &obj->put);
	else
		e4_object_free(obj);
}

int e4_object_cache_init(struct e4_device *dev)
{
	spin_lock_init(&dev->obj_lock);
	dev->objects = kvcalloc(1u << E4_OBJ_HASH_BITS, sizeof(*dev->objects), GFP_KERNEL);
	return dev->objects ? 0 : -ENOMEM;
}

void e4_object_cache_exit(struct e4_device *dev)
{
	unsigned int i;

	if (!dev->objects)
		return;
	for (i = 0; i < 1u << E4_OBJ_HASH_BITS; i++)
		WARN_ON_ONCE(!hlist_empty(&dev->objects[i]));
	kvfree(dev->objects);
}

/* ---- the root ---- */

/**
 * e4_root_open() - makes ROOT an object that stays as long as the device is mounted; takes over
 * @dentry
 */
int e4_root_open(struct e4_device *dev, struct dentry *dentry)
{
	const struct fid fid = { .seq = E4_FID_SEQ_ROOT, .oid = E4_FID_OID_ROOT };
	struct fid self;
	int rc;

	rc = e4_fid_read(dentry, &self, NULL);
	if (rc == -ENODATA)
		rc = e4_fid_write(dentry, &fid, false);
	else if (!rc && !fid_eq(&fid, &self))
		rc = -EUCLEAN;
	if (rc) {
		dput(dentry);
		return rc;
	}
	return e4_object_add(dev, &fid, dentry, false, &dev->root);
}

int e4_root(struct osd_device *od, struct osd_object **oo)
{
	struct e4_device *dev = e4_dev(od);

	if (!dev->root)
		return -EOPNOTSUPP;
	e4_object_get(&dev->root->oo);
	*oo = &dev->root->oo;
	return 0;
}
