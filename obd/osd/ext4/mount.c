// SPDX-License-Identifier: GPL-2.0
/*
 * Devices: private mounts of the kernel's own ext4.
 */
#include <linux/module.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/statfs.h>

#include "obd/osd/ext4/ext4.h"

/* ---- mounting ---- */

static const char *e4_mount_hint(long error)
{
	switch (error) {
	case -EINVAL:
		return "; make one with mkfs.ext4, or a journal with 'tune2fs -j'";
	case -EBUSY:
		return "; this node uses it, or another one has it mounted: see the kernel's log";
	default:
		return "";
	}
}

static int e4_mount_fs(struct e4_device *dev, const char *path, char *why)
{
	char options[] = "errors=remount-ro,data=ordered";
	struct file_system_type *type;
	struct vfsmount *mnt;

	type = get_fs_type("ext4");
	if (!type) {
		snprintf(why, OSD_WHY_SIZE, "%s: this kernel has no ext4", path);
		return -ENODEV;
	}
	mnt = vfs_kern_mount(type, SB_KERNMOUNT | SB_NOATIME, path, options);
	module_put(type->owner);
	if (IS_ERR(mnt)) {
		snprintf(why, OSD_WHY_SIZE, "%s: cannot mount as ext4 with a journal (error %ld)%s",
			 path, PTR_ERR(mnt), e4_mount_hint(PTR_ERR(mnt)));
		return PTR_ERR(mnt);
	}
	dev->mnt = mnt;
	dev->sb = mnt->mnt_sb;
	dev->wb_err = errseq_sample(&dev->sb->s_wb_err);
	if (atomic_read(&dev->sb->s_active) > 1) {
		snprintf(why, OSD_WHY_SIZE, "%s: is mounted already; unmount it first", path);
		return -EBUSY;
	}
	if (sb_rdonly(dev->sb)) {
		snprintf(why, OSD_WHY_SIZE, "%s: is read-only; check it with e2fsck", path);
		return -EROFS;
	}
	return 0;
}

/* The folders of an MDT.  What is there already is kept. */
static int e4_mount_mdt(struct e4_device *dev, char *why)
{
	struct dentry *root;
	int rc;

	rc = e4_oi_open(dev, why);
	if (!rc)
		rc = e4_orphan_open(dev);
	if (rc)
		return rc;
	root = e4_mkdir(dev->sb->s_root, "ROOT");
	return IS_ERR(root) ? PTR_ERR(root) : e4_root_open(dev, root);
}

static int e4_mount_ost(struct e4_device *dev)
{
	struct dentry *top = e4_mkdir(dev->sb->s_root, "O");

	if (IS_ERR(top))
		return PTR_ERR(top);
	dput(top);
	return 0;
}

/*
 * Everything that needs the file system mounted; runs with credentials of root and freeze
 * protection.
 */
static int e4_mount_target(struct e4_device *dev, const char *path, char *why)
{
	struct osd_fmt_header *h;
	int rc;

	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	rc = e4_format_check(dev, h, path, why);
	if (!rc)
		rc = dev->role == OSD_MDT ? e4_mount_mdt(dev, why) : e4_mount_ost(dev);
	if (!rc)
		rc = e4_format_write(dev, h);
	kfree(h);
	return rc;
}

static struct e4_device *e4_device_alloc(enum osd_role role)
{
	struct e4_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->role = role;
	xa_init(&dev->oi);
	xa_init(&dev->seqs);
	mutex_init(&dev->oi_lock);
	mutex_init(&dev->seqs_lock);
	mutex_init(&dev->files_lock);
	INIT_LIST_HEAD(&dev->files);
	INIT_LIST_HEAD(&dev->callbacks);
	spin_lock_init(&dev->cb_lock);
	init_waitqueue_head(&dev->cb_idle);
	return dev;
}

/* Undoes as much as e4_mount() has done. */
static void e4_device_free(struct e4_device *dev)
{
	if (dev->wq)
		flush_workqueue(dev->wq);
	if (dev->root)
		e4_object_put(&dev->root->oo);
	e4_oi_close(dev);
	e4_files_close(dev);
	e4_data_close(dev);
	e4_bfile_close(dev->format);
	if (!IS_ERR_OR_NULL(dev->pending))
		dput(dev->pending);
	if (dev->journal) {
		/* all of it on disk, or never: then the callbacks say so */
		jbd2_journal_force_commit(dev->journal);
		e4_callbacks_stop(dev);
	}
	if (dev->mnt)
		kern_unmount(dev->mnt);
	if (dev->wq)
		destroy_workqueue(dev->wq);
	e4_object_cache_exit(dev);
	if (dev->cred)
		put_cred(dev->cred);
	kfree(dev);
}

int e4_mount(const char *path, enum osd_role role, struct osd_device **od, char *why)
{
	const struct cred *saved;
	struct e4_device *dev;
	int rc;

	dev = e4_device_alloc(role);
	if (!dev)
		return -ENOMEM;
	rc = -ENOMEM;
	dev->cred = prepare_kernel_cred(&init_task);
	if (!dev->cred)
		goto out_free;
	dev->wq = alloc_workqueue("osd_ext4", WQ_UNBOUND | WQ_MEM_RECLAIM, 2);
	if (!dev->wq)
		goto out_free;
	rc = e4_object_cache_init(dev);
	if (rc)
		goto out_free;

	saved = override_creds(dev->cred);
	rc = e4_mount_fs(dev, path, why);
	if (!rc)
		rc = e4_journal_open(dev, path, why);
	if (!rc)
		rc = e4_callbacks_start(dev);
	if (!rc)
		rc = mnt_want_write(dev->mnt);
	if (!rc) {
		rc = e4_mount_target(dev, path, why);
		mnt_drop_write(dev->mnt);
	}
	revert_creds(saved);
	if (rc)
		goto out_free;
	*od = &dev->od;
	return 0;

out_free:
	e4_device_free(dev);
	return rc;
}

struct e4_unmount_work {
	struct work_struct work;
	struct e4_device *dev;
};

static void e4_unmount_work(struct work_struct *work)
{
	e4_device_free(container_of(work, struct e4_unmount_work, work)->dev);
}

/* In a kernel thread, where closing a file closes it: the device is free when this returns. */
void e4_unmount(struct osd_device *od)
{
	struct e4_unmount_work uw = { .dev = e4_dev(od) };

	e4_sync(od);
	INIT_WORK_ONSTACK(&uw.work, e4_unmount_work);
	queue_work(system_unbound_wq, &uw.work);
	flush_work(&uw.work);
	destroy_work_on_stack(&uw.work);
}

/* ---- the whole device ---- */

int e4_statfs(struct osd_device *od, struct osd_statfs *st)
{
	struct e4_device *dev = e4_dev(od);
	struct path path = { .mnt = dev->mnt, .dentry = dev->sb->s_root };
	struct kstatfs ks;
	int rc;

	rc = vfs_statfs(&path, &ks);
	if (rc)
		return rc;
	st->blocks = ks.f_blocks;
	st->bfree = ks.f_bfree;
	st->bavail = ks.f_bavail;
	st->files = ks.f_files;
	st->ffree = ks.f_ffree;
	st->bsize = ks.f_bsize;
	st->namelen = ks.f_namelen;
	st->maxbytes = dev->sb->s_maxbytes;
	st->readonly = sb_rdonly(dev->sb);
	return 0;
}

int e4_sync(struct osd_device *od)
{
	struct e4_device *dev = e4_dev(od);
	tid_t tid;
	int rc;

	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	read_lock(&dev->journal->j_state_lock);
	tid = dev->journal->j_transaction_sequence - 1;
	read_unlock(&dev->journal->j_state_lock);
	down_read(&dev->sb->s_umount);
	rc = sync_filesystem(dev->sb);
	up_read(&dev->sb->s_umount);
	/*
	 * Data that the page cache could not write is gone from it. What is not said to be stored
	 * the clients send again to the target's next start, so it must not be said any more.
	 */
	if (!rc)
		rc = errseq_check(&dev->sb->s_wb_err, dev->wb_err);
	if (!rc)
		rc = jbd2_journal_force_commit(dev->journal);
	if (!rc)
		e4_callbacks_wait(dev, tid);
	return rc;
}

/*
 * What ext4 itself does on a fatal error, without the mark that asks for e2fsck: the journal takes
 * nothing more, and changes fail with -EROFS.  -ESHUTDOWN keeps the error out of the journal's
 * super block.
 */
int e4_set_readonly(struct osd_device *od)
{
	struct e4_device *dev = e4_dev(od);

	dev->sb->s_flags |= SB_RDONLY;
	/* before anybody can see the aborted journal */
	smp_wmb();
	jbd2_journal_abort(dev->journal, -ESHUTDOWN);
	return 0;
}

u32 e4_mount_count(struct osd_device *od)
{
	return e4_dev(od)->mount_count;
}

/* ---- the module ---- */

static const struct osd_ops e4_ops = {
	.mount = e4_mount,
	.unmount = e4_unmount,
	.statfs = e4_statfs,
	.sync = e4_sync,
	.set_readonly = e4_set_readonly,
	.mount_count = e4_mount_count,
	.trans_start = e4_trans_start,
	.trans_on_commit = e4_trans_on_commit,
	.trans_stop = e4_trans_stop,
	.object_find = e4_object_find,
	.object_get = e4_object_get,
	.object_put = e4_object_put,
	.root = e4_root,
	.attr_get = e4_attr_get,
	.attr_set = e4_attr_set,
	.version_get = e4_version_get,
	.permission = e4_permission,
	.xattr_get = e4_xattr_get,
	.xattr_set = e4_xattr_set,
	.xattr_del = e4_xattr_del,
	.xattr_list = e4_xattr_list,
	.lookup = e4_lookup,
	.create_prepare = e4_create_prepare,
	.create = e4_create,
	.link = e4_link,
	.unlink = e4_unlink,
	.rename = e4_rename,
	.exchange = e4_exchange,
	.orphan_destroy = e4_orphan_destroy,
	.orphan_iterate = e4_orphan_iterate,
	.readdir = e4_readdir,
	.readlink = e4_readlink,
	.parent = e4_parent,
	.file_open = e4_file_open,
	.file_close = e4_file_close,
	.file_write = e4_file_write,
	.file_read = e4_file_read,
	.file_replace = e4_file_replace,
	.file_load = e4_file_load,
	.data_create = e4_data_create,
	.data_destroy = e4_data_destroy,
	.data_last = e4_data_last,
	.data_read_get = e4_data_read_get,
	.data_write = e4_data_write,
	.data_punch = e4_data_punch,
	.data_fallocate = e4_data_fallocate,
	.data_seek = e4_data_seek,
	.data_extents = e4_data_extents,
	.data_sync = e4_data_sync,
	.data_attr_set = e4_data_attr_set,
	.data_xattr_set = e4_data_xattr_set,
};

static struct osd_backend e4_backend = {
	.fstype = "ext4",
	.ops = &e4_ops,
	.owner = THIS_MODULE,
};

static int __init e4_init(void)
{
	return osd_backend_register(&e4_backend);
}

static void __exit e4_exit(void)
{
	osd_backend_unregister(&e4_backend);
}

module_init(e4_init);
module_exit(e4_exit);
MODULE_DESCRIPTION("Sheen storage on ext4");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: ext4");
