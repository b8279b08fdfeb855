// SPDX-License-Identifier: GPL-2.0
/*
 * Storage devices: the table of back ends, the table of mounted devices, and the way from one to
 * the other.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "kernel/node.h"
#include "obd/osd/osd.h"
#include "obd/osd/osd_backend.h"

/** struct osd_change - a path that is being mounted or unmounted, on the stack of who does it */
struct osd_change {
	struct list_head link;
	const char *path;
};

/**
 * struct osd_table - what a node has
 * @lock: guards all of it and the reference counts; not held while a file system is mounted or
 *	unmounted: multi-mount protection may take half a minute, and other disks need not wait
 * @changing: struct osd_change, so that a path is mounted once
 * @changed: how many of these are over; waited for on @wait
 */
struct osd_table {
	struct mutex lock;	/* see above */
	struct list_head backends;
	struct list_head devices;
	struct list_head changing;
	unsigned long changed;
	wait_queue_head_t wait;
};

static DEFINE_NODE_VAR(struct osd_table, osd_table);

int osd_init(void)
{
	struct osd_table *t = node_var(osd_table);

	mutex_init(&t->lock);
	INIT_LIST_HEAD(&t->backends);
	INIT_LIST_HEAD(&t->devices);
	INIT_LIST_HEAD(&t->changing);
	init_waitqueue_head(&t->wait);
	return 0;
}

void osd_exit(void)
{
	struct osd_table *t = node_var(osd_table);

	WARN_ON(!list_empty(&t->devices) || !list_empty(&t->backends));
}

/* Called with the table locked. */
static struct osd_backend *osd_backend_find(struct osd_table *t, const char *fstype)
{
	struct osd_backend *be;

	list_for_each_entry(be, &t->backends, link)
		if (!strcmp(be->fstype, fstype))
			return be;
	return NULL;
}

int osd_backend_register(struct osd_backend *be)
{
	struct osd_table *t = node_var(osd_table);
	int rc = 0;

	mutex_lock(&t->lock);
	if (osd_backend_find(t, be->fstype))
		rc = -EEXIST;
	else
		list_add_tail(&be->link, &t->backends);
	mutex_unlock(&t->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_backend_register);

void osd_backend_unregister(struct osd_backend *be)
{
	struct osd_table *t = node_var(osd_table);

	mutex_lock(&t->lock);
	list_del_init(&be->link);
	mutex_unlock(&t->lock);
}
EXPORT_SYMBOL_GPL(osd_backend_unregister);

/* ---- devices ---- */

/* Called with the table locked. */
static struct osd_device *osd_device_find(struct osd_table *t, const char *path)
{
	struct osd_device *dev;

	list_for_each_entry(dev, &t->devices, link)
		if (!strcmp(dev->path, path))
			return dev;
	return NULL;
}

/* Called with the table locked. */
static bool osd_is_changing(struct osd_table *t, const char *path)
{
	struct osd_change *c;

	list_for_each_entry(c, &t->changing, link)
		if (!strcmp(c->path, path))
			return true;
	return false;
}

/* Called with the table locked; unlocks it. */
static void osd_change_begin(struct osd_table *t, struct osd_change *c, const char *path)
{
	c->path = path;
	list_add(&c->link, &t->changing);
	mutex_unlock(&t->lock);
}

static void osd_change_end(struct osd_table *t, struct osd_change *c)
{
	mutex_lock(&t->lock);
	list_del(&c->link);
	WRITE_ONCE(t->changed, t->changed + 1);
	wake_up_all(&t->wait);
}

/* Locks the table when nobody mounts or unmounts @path; -EINTR: killed, it is not locked. */
static int osd_lock_path(struct osd_table *t, const char *path)
{
	unsigned long seen;

	mutex_lock(&t->lock);
	while (osd_is_changing(t, path)) {
		seen = t->changed;
		mutex_unlock(&t->lock);
		if (wait_event_killable(t->wait, READ_ONCE(t->changed) != seen))
			return -EINTR;
		mutex_lock(&t->lock);
	}
	return 0;
}

/*
 * Mounts a device that is not mounted yet.  Called with the table locked, which is unlocked
 * meanwhile.
 */
static int osd_mount(struct osd_table *t, const char *path, const char *fstype,
		     enum osd_role role, struct osd_device **devp, char *why)
{
	struct osd_backend *be = osd_backend_find(t, fstype);
	struct osd_change change;
	struct osd_device *dev;
	char *copy;
	int rc;

	if (!be || !try_module_get(be->owner)) {
		snprintf(why, OSD_WHY_SIZE,
			 "%s: no storage back end for file system type '%s'; load osd_%s",
			 path, fstype, fstype);
		return -ENODEV;
	}
	copy = kstrdup(path, GFP_KERNEL);
	if (!copy) {
		rc = -ENOMEM;
		goto out_module;
	}
	osd_change_begin(t, &change, copy);
	rc = be->ops->mount(path, role, &dev, why);
	osd_change_end(t, &change);
	if (rc)
		goto out_path;
	dev->backend = be;
	dev->role = role;
	dev->path = copy;
	dev->refs = 1;
	list_add_tail(&dev->link, &t->devices);
	*devp = dev;
	return 0;

out_path:
	kfree(copy);
out_module:
	module_put(be->owner);
	if (!*why)
		snprintf(why, OSD_WHY_SIZE, "%s: cannot mount (error %d)", path, rc);
	return rc;
}

int osd_get(const char *path, const char *fstype, enum osd_role role, struct osd_device **devp,
	    char *why)
{
	struct osd_table *t = node_var(osd_table);
	struct osd_device *dev;
	int rc;

	*why = '\0';
	rc = osd_lock_path(t, path);
	if (rc) {
		snprintf(why, OSD_WHY_SIZE, "%s: interrupted", path);
		return rc;
	}
	dev = osd_device_find(t, path);
	if (!dev) {
		rc = osd_mount(t, path, fstype, role, devp, why);
	} else if (strcmp(dev->backend->fstype, fstype)) {
		snprintf(why, OSD_WHY_SIZE, "%s: in use as %s", path, dev->backend->fstype);
		rc = -EBUSY;
	} else if (dev->role != role) {
		snprintf(why, OSD_WHY_SIZE, "%s: in use by a target of the other kind", path);
		rc = -EMEDIUMTYPE;
	} else {
		dev->refs++;
		*devp = dev;
	}
	mutex_unlock(&t->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_get);

void osd_put(struct osd_device *dev)
{
	struct osd_table *t = node_var(osd_table);
	const struct osd_backend *be = dev->backend;
	struct osd_change change;
	char *path = dev->path;

	mutex_lock(&t->lock);
	if (!--dev->refs) {
		list_del(&dev->link);
		osd_change_begin(t, &change, path);
		be->ops->unmount(dev);
		osd_change_end(t, &change);
		kfree(path);
		module_put(be->owner);
	}
	mutex_unlock(&t->lock);
}
EXPORT_SYMBOL_GPL(osd_put);

int osd_statfs(struct osd_device *dev, struct osd_statfs *st)
{
	return dev->backend->ops->statfs(dev, st);
}
EXPORT_SYMBOL_GPL(osd_statfs);

int osd_sync(struct osd_device *dev)
{
	return dev->backend->ops->sync(dev);
}
EXPORT_SYMBOL_GPL(osd_sync);

int osd_set_readonly(struct osd_device *dev)
{
	return dev->backend->ops->set_readonly(dev);
}
EXPORT_SYMBOL_GPL(osd_set_readonly);

u32 osd_mount_count(struct osd_device *dev)
{
	return dev->backend->ops->mount_count(dev);
}
EXPORT_SYMBOL_GPL(osd_mount_count);

/* ---- transactions ---- */

int osd_trans_start(struct osd_device *dev, struct osd_object *const locked[], unsigned int nr,
		    unsigned int credits, struct osd_trans **th)
{
	return dev->backend->ops->trans_start(dev, locked, nr, credits, th);
}
EXPORT_SYMBOL_GPL(osd_trans_start);

int osd_trans_on_commit(struct osd_trans *th, osd_commit_fn fn, void *data)
{
	return th->dev->backend->ops->trans_on_commit(th, fn, data);
}
EXPORT_SYMBOL_GPL(osd_trans_on_commit);

int osd_trans_stop(struct osd_trans *th, bool sync)
{
	return th->dev->backend->ops->trans_stop(th, sync);
}
EXPORT_SYMBOL_GPL(osd_trans_stop);

/* ---- objects ---- */

int osd_object_find(struct osd_device *dev, const struct fid *fid, struct osd_object **obj)
{
	return dev->backend->ops->object_find(dev, fid, obj);
}
EXPORT_SYMBOL_GPL(osd_object_find);

struct osd_object *osd_object_get(struct osd_object *obj)
{
	obj->dev->backend->ops->object_get(obj);
	return obj;
}
EXPORT_SYMBOL_GPL(osd_object_get);

void osd_object_put(struct osd_object *obj)
{
	if (obj)
		obj->dev->backend->ops->object_put(obj);
}
EXPORT_SYMBOL_GPL(osd_object_put);

const struct fid *osd_object_fid(const struct osd_object *obj)
{
	return &obj->fid;
}
EXPORT_SYMBOL_GPL(osd_object_fid);

int osd_attr_get(struct osd_object *obj, struct osd_attr *attr)
{
	return obj->dev->backend->ops->attr_get(obj, attr);
}
EXPORT_SYMBOL_GPL(osd_attr_get);

int osd_attr_set(struct osd_trans *th, struct osd_object *obj, const struct osd_attr *attr,
		 u32 what)
{
	return th->dev->backend->ops->attr_set(th, obj, attr, what);
}
EXPORT_SYMBOL_GPL(osd_attr_set);

int osd_version_get(struct osd_object *obj, u64 *version)
{
	return obj->dev->backend->ops->version_get(obj, version);
}
EXPORT_SYMBOL_GPL(osd_version_get);

int osd_permission(struct osd_object *obj, const struct osd_cred *cred, int mask)
{
	return obj->dev->backend->ops->permission(obj, cred, mask);
}
EXPORT_SYMBOL_GPL(osd_permission);

int osd_xattr_get(struct osd_object *obj, const char *name, void *buf, size_t size)
{
	return obj->dev->backend->ops->xattr_get(obj, name, buf, size);
}
EXPORT_SYMBOL_GPL(osd_xattr_get);

int osd_xattr_set(struct osd_trans *th, struct osd_object *obj, const char *name, const void *buf,
		  size_t size, int flags)
{
	return th->dev->backend->ops->xattr_set(th, obj, name, buf, size, flags);
}
EXPORT_SYMBOL_GPL(osd_xattr_set);

int osd_xattr_del(struct osd_trans *th, struct osd_object *obj, const char *name)
{
	return th->dev->backend->ops->xattr_del(th, obj, name);
}
EXPORT_SYMBOL_GPL(osd_xattr_del);

int osd_xattr_list(struct osd_object *obj, char *buf, size_t size)
{
	return obj->dev->backend->ops->xattr_list(obj, buf, size);
}
EXPORT_SYMBOL_GPL(osd_xattr_list);

int osd_root(struct osd_device *dev, struct osd_object **obj)
{
	return dev->backend->ops->root(dev, obj);
}
EXPORT_SYMBOL_GPL(osd_root);

/* ---- namespace ---- */

int osd_lookup(struct osd_object *dir, const char *name, size_t len, struct fid *fid)
{
	return dir->dev->backend->ops->lookup(dir, name, len, fid);
}
EXPORT_SYMBOL_GPL(osd_lookup);

int osd_create_prepare(struct osd_trans *th, const struct fid *fid)
{
	const struct osd_ops *ops = th->dev->backend->ops;

	return ops->create_prepare ? ops->create_prepare(th, fid) : 0;
}
EXPORT_SYMBOL_GPL(osd_create_prepare);

int osd_create(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	       const struct fid *fid, const struct osd_attr *attr, u32 umask, const char *target,
	       const struct osd_ea *eas, unsigned int nr_eas, struct osd_object **obj)
{
	return th->dev->backend->ops->create(th, dir, name, len, fid, attr, umask, target, eas,
					     nr_eas, obj);
}
EXPORT_SYMBOL_GPL(osd_create);

int osd_link(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	     struct osd_object *obj)
{
	return th->dev->backend->ops->link(th, dir, name, len, obj);
}
EXPORT_SYMBOL_GPL(osd_link);

int osd_unlink(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	       struct osd_object *obj, bool orphan)
{
	return th->dev->backend->ops->unlink(th, dir, name, len, obj, orphan);
}
EXPORT_SYMBOL_GPL(osd_unlink);

int osd_rename(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
	       struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
	       struct osd_object *victim, bool orphan)
{
	return th->dev->backend->ops->rename(th, sdir, sname, slen, tdir, tname, tlen, obj, victim,
					     orphan);
}
EXPORT_SYMBOL_GPL(osd_rename);

int osd_exchange(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
		 struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
		 struct osd_object *other)
{
	return th->dev->backend->ops->exchange(th, sdir, sname, slen, tdir, tname, tlen, obj,
					       other);
}
EXPORT_SYMBOL_GPL(osd_exchange);

int osd_orphan_destroy(struct osd_trans *th, struct osd_object *obj)
{
	return th->dev->backend->ops->orphan_destroy(th, obj);
}
EXPORT_SYMBOL_GPL(osd_orphan_destroy);

int osd_orphan_iterate(struct osd_device *dev, int (*fn)(void *data, const struct fid *fid),
		       void *data)
{
	return dev->backend->ops->orphan_iterate(dev, fn, data);
}
EXPORT_SYMBOL_GPL(osd_orphan_iterate);

int osd_readdir(struct osd_object *dir, u64 start, osd_dirent_fn fn, void *data)
{
	return dir->dev->backend->ops->readdir(dir, start, fn, data);
}
EXPORT_SYMBOL_GPL(osd_readdir);

int osd_readlink(struct osd_object *obj, char *buf, size_t size)
{
	return obj->dev->backend->ops->readlink(obj, buf, size);
}
EXPORT_SYMBOL_GPL(osd_readlink);

int osd_parent(struct osd_object *dir, struct fid *fid)
{
	return dir->dev->backend->ops->parent(dir, fid);
}
EXPORT_SYMBOL_GPL(osd_parent);

/* ---- small files ---- */

int osd_file_open(struct osd_device *dev, const char *name, u64 prealloc, struct osd_file **f)
{
	return dev->backend->ops->file_open(dev, name, prealloc, f);
}
EXPORT_SYMBOL_GPL(osd_file_open);

void osd_file_close(struct osd_file *f)
{
	f->dev->backend->ops->file_close(f);
}
EXPORT_SYMBOL_GPL(osd_file_close);

int osd_file_write(struct osd_trans *th, struct osd_file *f, u64 offset, const void *buf,
		   size_t len)
{
	return th->dev->backend->ops->file_write(th, f, offset, buf, len);
}
EXPORT_SYMBOL_GPL(osd_file_write);

ssize_t osd_file_read(struct osd_file *f, u64 offset, void *buf, size_t len)
{
	return f->dev->backend->ops->file_read(f, offset, buf, len);
}
EXPORT_SYMBOL_GPL(osd_file_read);

int osd_file_replace(struct osd_device *dev, const char *name, const void *buf, size_t len)
{
	return dev->backend->ops->file_replace(dev, name, buf, len);
}
EXPORT_SYMBOL_GPL(osd_file_replace);

int osd_file_load(struct osd_device *dev, const char *name, size_t max, char **buf, size_t *len)
{
	return dev->backend->ops->file_load(dev, name, max, buf, len);
}
EXPORT_SYMBOL_GPL(osd_file_load);

/* ---- data objects ---- */

int osd_data_create(struct osd_device *dev, u64 seq, u32 first, u32 last)
{
	return dev->backend->ops->data_create(dev, seq, first, last);
}
EXPORT_SYMBOL_GPL(osd_data_create);

int osd_data_destroy(struct osd_device *dev, const struct fid *fid)
{
	return dev->backend->ops->data_destroy(dev, fid);
}
EXPORT_SYMBOL_GPL(osd_data_destroy);

int osd_data_last(struct osd_device *dev, u64 seq, u32 *last)
{
	return dev->backend->ops->data_last(dev, seq, last);
}
EXPORT_SYMBOL_GPL(osd_data_last);

int osd_data_read_get(struct osd_object *obj, u64 offset, u32 len, struct bio_vec *bv,
		      unsigned int nr, u32 *got)
{
	return obj->dev->backend->ops->data_read_get(obj, offset, len, bv, nr, got);
}
EXPORT_SYMBOL_GPL(osd_data_read_get);

int osd_data_write(struct osd_object *obj, u64 offset, u32 len, const struct bio_vec *bv,
		   unsigned int nr)
{
	return obj->dev->backend->ops->data_write(obj, offset, len, bv, nr);
}
EXPORT_SYMBOL_GPL(osd_data_write);

int osd_data_punch(struct osd_object *obj, u64 start, u64 end)
{
	return obj->dev->backend->ops->data_punch(obj, start, end);
}
EXPORT_SYMBOL_GPL(osd_data_punch);

int osd_data_fallocate(struct osd_object *obj, int mode, u64 start, u64 end)
{
	return obj->dev->backend->ops->data_fallocate(obj, mode, start, end);
}
EXPORT_SYMBOL_GPL(osd_data_fallocate);

int osd_data_seek(struct osd_object *obj, u64 start, bool hole, u64 *pos)
{
	return obj->dev->backend->ops->data_seek(obj, start, hole, pos);
}
EXPORT_SYMBOL_GPL(osd_data_seek);

int osd_data_extents(struct osd_object *obj, u64 start, u64 end, struct osd_extent *ext,
		     unsigned int room)
{
	return obj->dev->backend->ops->data_extents(obj, start, end, ext, room);
}
EXPORT_SYMBOL_GPL(osd_data_extents);

int osd_data_sync(struct osd_object *obj)
{
	return obj->dev->backend->ops->data_sync(obj);
}
EXPORT_SYMBOL_GPL(osd_data_sync);

void osd_data_lock(struct osd_object *obj)
{
	mutex_lock(&obj->data_lock);
}
EXPORT_SYMBOL_GPL(osd_data_lock);

void osd_data_unlock(struct osd_object *obj)
{
	mutex_unlock(&obj->data_lock);
}
EXPORT_SYMBOL_GPL(osd_data_unlock);

int osd_data_attr_set(struct osd_object *obj, const struct osd_attr *attr, u32 what)
{
	return obj->dev->backend->ops->data_attr_set(obj, attr, what);
}
EXPORT_SYMBOL_GPL(osd_data_attr_set);

int osd_data_xattr_set(struct osd_object *obj, const char *name, const void *buf, size_t size)
{
	return obj->dev->backend->ops->data_xattr_set(obj, name, buf, size);
}
EXPORT_SYMBOL_GPL(osd_data_xattr_set);

void osd_data_read_put(struct bio_vec *bv, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		put_page(bv[i].bv_page);
}
EXPORT_SYMBOL_GPL(osd_data_read_put);
