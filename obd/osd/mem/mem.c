// SPDX-License-Identifier: GPL-2.0
/*
 * Storage in memory: the disks there are, mounting them, cutting their power.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "kernel/node.h"
#include "obd/osd/mem/disk.h"
#include "obd/osd/mem/mem.h"

#define MEM_DEFAULT_SIZE	BIT_ULL(40)	/* bytes */

/*
 * All disks of all nodes: they are what outlives a node.  Nothing sleeps while it looks through the
 * list.
 */
static LIST_HEAD(mem_disks);

static struct mem_disk *mem_disk_find(const char *name)
{
	struct mem_disk *disk;

	list_for_each_entry(disk, &mem_disks, link)
		if (!strcmp(disk->name, name))
			return disk;
	return NULL;
}

static struct mem_disk *mem_disk_make(const char *name)
{
	struct mem_disk *disk = mem_disk_find(name);

	if (disk)
		return disk;
	disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	if (!disk)
		return NULL;
	disk->name = kstrdup(name, GFP_KERNEL);
	if (!disk->name) {
		kfree(disk);
		return NULL;
	}
	mutex_init(&disk->lock);
	init_rwsem(&disk->handles);
	INIT_LIST_HEAD(&disk->dirty);
	disk->size = MEM_DEFAULT_SIZE;
	list_add_tail(&disk->link, &mem_disks);
	return disk;
}

int mem_disk_destroy(const char *name)
{
	struct mem_disk *disk = mem_disk_find(name);

	if (!disk)
		return -ENOENT;
	if (disk->devices)
		return -EBUSY;
	list_del(&disk->link);
	mem_disk_clear(disk);
	kfree(disk->name);
	kfree(disk);
	return 0;
}

int mem_disk_set_size(const char *name, u64 bytes)
{
	struct mem_disk *disk = mem_disk_make(name);

	if (!disk)
		return -ENOMEM;
	disk->size = bytes;
	return 0;
}

void mem_power_cut(struct osd_device *od)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_disk *disk = dev->disk;
	struct mem_object *obj;

	mutex_lock(&disk->lock);
	if (!dev->dead) {
		dev->dead = true;
		cancel_delayed_work(&dev->commit);
		mem_disk_revert(disk);
		/* objects that live on belong to a dead device; the next one makes its own */
		list_for_each_entry(obj, &dev->objects, link)
			obj->inode->obj = NULL;
		disk->mounted = NULL;
	}
	mutex_unlock(&disk->lock);
}

void mem_disk_power_cut(const char *name)
{
	struct mem_disk *disk = mem_disk_find(name);

	if (disk && disk->mounted)
		mem_power_cut(&disk->mounted->od);
}

/* ---- mounting ---- */

/* A directory that is there from the start; the disk is locked. */
static int mem_format_dir(struct mem_disk *disk, u64 seq, u32 oid)
{
	const struct fid fid = { .seq = seq, .oid = oid };
	struct mem_inode *inode = mem_inode_get(disk, &fid);

	if (!inode)
		return -ENOMEM;
	inode->now.exists = true;
	inode->now.parent = fid;
	inode->now.attr.mode = S_IFDIR | 0755;
	inode->now.attr.nlink = 2;
	return 0;
}

static int mem_format(struct mem_disk *disk, enum osd_role role)
{
	int rc;

	rc = mem_format_dir(disk, MEM_SEQ_DIRS, MEM_OID_PENDING);
	if (!rc)
		rc = mem_format_dir(disk, MEM_SEQ_DIRS, MEM_OID_FILES);
	if (!rc && role == OSD_MDT)
		rc = mem_format_dir(disk, 0x200000007ULL, 1);
	disk->role = role;
	disk->formatted = !rc;
	return rc;
}

static int mem_attach(struct mem_disk *disk, enum osd_role role, const char *path, char *why)
{
	int rc = 0;

	if (disk->mounted) {
		snprintf(why, OSD_WHY_SIZE, "%s: is mounted already", path);
		return -EBUSY;
	}
	if (disk->formatted && disk->role != role) {
		snprintf(why, OSD_WHY_SIZE, "%s: is an %s, not an %s", path,
			 disk->role == OSD_MDT ? "MDT" : "OST", role == OSD_MDT ? "MDT" : "OST");
		return -EMEDIUMTYPE;
	}
	if (!disk->formatted)
		rc = mem_format(disk, role);
	if (!rc)
		disk->mount_count++;
	return rc;
}

static int mem_mount(const char *path, enum osd_role role, struct osd_device **od, char *why)
{
	struct mem_device *dev;
	struct mem_disk *disk;
	int rc;

	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return -ENOMEM;
	rc = -ENOMEM;
	disk = mem_disk_make(path);
	if (!disk)
		goto out_free;
	dev->disk = disk;
	INIT_LIST_HEAD(&dev->objects);
	INIT_LIST_HEAD(&dev->callbacks);
	mutex_init(&dev->commit_lock);
	INIT_DELAYED_WORK(&dev->commit, mem_commit_work);
	mutex_lock(&disk->lock);
	rc = mem_attach(disk, role, path, why);
	if (!rc) {
		disk->mounted = dev;
		disk->devices++;
	}
	mutex_unlock(&disk->lock);
	if (rc)
		goto out_free;
	*od = &dev->od;
	return 0;

out_free:
	kfree(dev);
	return rc;
}

static void mem_unmount(struct osd_device *od)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_disk *disk = dev->disk;

	cancel_delayed_work_sync(&dev->commit);
	if (!dev->dead && !dev->readonly)
		mem_commit(dev);
	mutex_lock(&disk->lock);
	if (!dev->dead) {
		mem_disk_revert(disk);	/* what came after osd_set_readonly() */
		disk->mounted = NULL;
	}
	disk->devices--;
	mutex_unlock(&disk->lock);
	mem_callbacks_fail(dev);
	WARN_ON(!list_empty(&dev->objects));
	kfree(dev);
}

/* ---- the whole device ---- */

static int mem_statfs(struct osd_device *od, struct osd_statfs *st)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_disk *disk = dev->disk;
	u64 used;

	if (dev->dead)
		return -EIO;
	st->bsize = MEM_BLOCK;
	st->blocks = disk->size / MEM_BLOCK;
	used = min(disk->used + disk->nr_inodes, st->blocks);
	st->bfree = st->blocks - used;
	st->bavail = st->bfree;
	st->files = disk->nr_inodes + st->bfree;
	st->ffree = st->bfree;
	st->namelen = 255;
	st->maxbytes = S64_MAX;
	st->readonly = dev->readonly;
	return 0;
}

static int mem_sync(struct osd_device *od)
{
	return mem_commit(mem_dev(od));
}

static int mem_set_readonly(struct osd_device *od)
{
	mem_dev(od)->readonly = true;
	return 0;
}

static u32 mem_mount_count(struct osd_device *od)
{
	return mem_dev(od)->disk->mount_count;
}

static const struct osd_ops mem_ops = {
	.mount = mem_mount,
	.unmount = mem_unmount,
	.statfs = mem_statfs,
	.sync = mem_sync,
	.set_readonly = mem_set_readonly,
	.mount_count = mem_mount_count,
	.trans_start = mem_trans_start,
	.trans_on_commit = mem_trans_on_commit,
	.trans_stop = mem_trans_stop,
	.object_find = mem_object_find,
	.object_get = mem_object_get,
	.object_put = mem_object_put,
	.root = mem_root,
	.attr_get = mem_attr_get,
	.attr_set = mem_attr_set,
	.version_get = mem_version_get,
	.permission = mem_permission,
	.xattr_get = mem_xattr_get,
	.xattr_set = mem_xattr_set,
	.xattr_del = mem_xattr_del,
	.xattr_list = mem_xattr_list,
	.lookup = mem_lookup,
	.create = mem_create,
	.link = mem_link,
	.unlink = mem_unlink,
	.rename = mem_rename,
	.exchange = mem_exchange,
	.orphan_destroy = mem_orphan_destroy,
	.orphan_iterate = mem_orphan_iterate,
	.readdir = mem_readdir,
	.readlink = mem_readlink,
	.parent = mem_parent,
	.file_open = mem_file_open,
	.file_close = mem_file_close,
	.file_write = mem_file_write,
	.file_read = mem_file_read,
	.file_replace = mem_file_replace,
	.file_load = mem_file_load,
	.data_create = mem_data_create,
	.data_destroy = mem_data_destroy,
	.data_last = mem_data_last,
	.data_read_get = mem_data_read_get,
	.data_write = mem_data_write,
	.data_punch = mem_data_punch,
	.data_fallocate = mem_data_fallocate,
	.data_seek = mem_data_seek,
	.data_extents = mem_data_extents,
	.data_sync = mem_data_sync,
	.data_attr_set = mem_data_attr_set,
	.data_xattr_set = mem_data_xattr_set,
};

static DEFINE_NODE_VAR(struct osd_backend, mem_backend);

int mem_backend_init(void)
{
	struct osd_backend *be = node_var(mem_backend);

	be->fstype = "mem";
	be->ops = &mem_ops;
	be->owner = THIS_MODULE;
	return osd_backend_register(be);
}

void mem_backend_exit(void)
{
	osd_backend_unregister(node_var(mem_backend));
}
