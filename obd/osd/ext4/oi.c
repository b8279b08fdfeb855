// SPDX-License-Identifier: GPL-2.0
/*
 * Indexes of an MDT: oi/<seq> leads from a FID to its inode, ino2fid from an inode number to its
 * FID.
 *
 * The oi is the truth.  ino2fid only saves readdir from reading inodes: a record is right or zero.
 */
#include <linux/slab.h>

#include "obd/osd/ext4/ext4.h"

static u64 e4_slot_offset(const struct fid *fid)
{
	return OSD_FMT_HEADER + (u64)fid->oid * sizeof(struct osd_fmt_oi_slot);
}

static u64 e4_record_offset(u32 ino)
{
	return OSD_FMT_HEADER + (u64)ino * sizeof(struct osd_fmt_fid_record);
}

/* ---- the file of a sequence ---- */

static int e4_oi_header(struct e4_device *dev, struct e4_bfile *bf, u64 seq, const char *name,
			bool create)
{
	char why[OSD_WHY_SIZE] = "";
	struct osd_fmt_header *h;
	int rc;

	h = kzalloc(sizeof(*h), GFP_NOFS);
	if (!h)
		return -ENOMEM;
	rc = e4_bfile_header(bf, h, OSD_FMT_OI, name, why);
	if (rc > 0) {
		h->oi.seq = cpu_to_le64(seq);
		e4_header_fill(h, OSD_FMT_OI);
		rc = create ? e4_bfile_header_write(bf, h) : -ENOENT;
	} else if (!rc && le64_to_cpu(h->oi.seq) != seq) {
		snprintf(why, sizeof(why), "oi/%s: is of another sequence", name);
		rc = -EUCLEAN;
	}
	if (*why)
		pr_err("%s: object index %s\n", dev->sb->s_id, why);
	kfree(h);
	return rc;
}

/*
 * The index file of a sequence; -ENOENT when there is none and @create is not set.  Lives until
 * unmount.
 */
static struct e4_bfile *e4_oi_file(struct e4_device *dev, u64 seq, bool create)
{
	struct e4_bfile *bf = xa_load(&dev->oi, seq);
	struct file *file;
	char name[20];
	int rc;

	if (bf)
		return bf;
	if (WARN_ON_ONCE(e4_in_trans()))
		return ERR_PTR(-EDEADLK);
	snprintf(name, sizeof(name), "%llx", seq);
	mutex_lock(&dev->oi_lock);
	bf = xa_load(&dev->oi, seq);
	if (bf)
		goto out;
	file = e4_open_at(dev, dev->oi_dir, name, O_RDWR | (create ? O_CREAT : 0));
	if (IS_ERR(file)) {
		bf = ERR_CAST(file);
		goto out;
	}
	bf = e4_bfile_new(dev, file, OSD_FMT_OI_GROW);
	if (IS_ERR(bf))
		goto out;
	rc = e4_oi_header(dev, bf, seq, name, create);
	if (!rc)
		rc = xa_err(xa_store(&dev->oi, seq, bf, GFP_NOFS));
	if (rc) {
		e4_bfile_close(bf);
		bf = ERR_PTR(rc);
	}
out:
	mutex_unlock(&dev->oi_lock);
	return bf;
}

static bool e4_fid_valid(const struct fid *fid)
{
	return fid->seq && fid->oid && fid->oid < OSD_FMT_OI_SLOTS && !fid->ver;
}

/** e4_oi_lookup() - inode number and generation of a FID; -ENOENT */
int e4_oi_lookup(struct e4_device *dev, const struct fid *fid, u32 *ino, u32 *generation)
{
	struct osd_fmt_oi_slot slot;
	u64 offset = e4_slot_offset(fid);
	struct e4_bfile *bf;
	int rc;

	if (!e4_fid_valid(fid))
		return -ENOENT;
	bf = e4_oi_file(dev, fid->seq, false);
	if (IS_ERR(bf))
		return PTR_ERR(bf);
	rc = e4_bfile_find(bf, offset, sizeof(slot));
	if (!rc)
		rc = e4_bfile_read(bf, offset, &slot, sizeof(slot));
	if (rc)
		return rc;
	*ino = le32_to_cpu(slot.ino);
	*generation = le32_to_cpu(slot.generation);
	return *ino ? 0 : -ENOENT;
}

/* ---- changes inside transactions ---- */

/**
 * e4_oi_prepare() - sees to it that the slot of a new FID can be written in this transaction
 * Where it cannot yet, the handle is closed and opened again, which must then not have changed
 * anything: -EAGAIN.
 */
int e4_oi_prepare(struct e4_trans *th, const struct fid *fid)
{
	struct e4_device *dev = e4_dev(th->ot.dev);
	u64 offset = e4_slot_offset(fid);
	struct e4_bfile *bf;
	int rc, rc2;

	if (!e4_fid_valid(fid))
		return -EINVAL;
	bf = xa_load(&dev->oi, fid->seq);
	if (bf && e4_bfile_mapped(bf, offset, sizeof(struct osd_fmt_oi_slot)))
		return 0;
	rc = e4_trans_pause(th);
	if (rc)
		return rc;
	bf = e4_oi_file(dev, fid->seq, true);
	if (IS_ERR(bf))
		rc = PTR_ERR(bf);
	else
		rc = e4_bfile_reserve(bf, offset, sizeof(struct osd_fmt_oi_slot));
	rc2 = e4_trans_resume(th);
	return rc ? rc : rc2;
}

static int e4_oi_write(struct e4_trans *th, const struct fid *fid, u32 ino, u32 generation)
{
	struct e4_device *dev = e4_dev(th->ot.dev);
	struct osd_fmt_oi_slot slot = {
		.ino = cpu_to_le32(ino),
		.generation = cpu_to_le32(generation),
	};
	struct e4_bfile *bf = xa_load(&dev->oi, fid->seq);

	if (!bf)
		return -ENOENT;
	return e4_bfile_write(bf, th->handle, e4_slot_offset(fid), &slot, sizeof(slot));
}

static int e4_record_write(struct e4_device *dev, handle_t *handle, u32 ino,
			   const struct fid *fid, u32 generation)
{
	struct osd_fmt_fid_record rec = {};

	if (fid) {
		rec.seq = cpu_to_le64(fid->seq);
		rec.oid = cpu_to_le32(fid->oid);
		rec.generation = cpu_to_le32(generation);
	}
	return e4_bfile_write(dev->ino2fid, handle, e4_record_offset(ino), &rec, sizeof(rec));
}

/*
 * An inode whose record had no room when it was made: the record follows.  Holds a reference on the
 * object.
 */
struct e4_late_record {
	struct work_struct work;
	struct e4_object *obj;
};

static void e4_late_record(struct work_struct *work)
{
	struct e4_late_record *late = container_of(work, struct e4_late_record, work);
	struct e4_object *obj = late->obj;
	struct e4_device *dev = e4_odev(obj);
	struct inode *inode = e4_inode(obj);
	handle_t *handle;

	if (mnt_want_write(dev->mnt))
		goto out;
	/* the lock keeps unlink from clearing the record before we set it */
	inode_lock(inode);
	if (!inode->i_nlink || e4_ino2fid_prepare(dev, inode->i_ino))
		goto out_unlock;
	handle = e4_handle_start(dev, 4);
	if (!IS_ERR(handle)) {
		e4_record_write(dev, handle, inode->i_ino, &obj->oo.fid, inode->i_generation);
		jbd2_journal_stop(handle);
	}
out_unlock:
	inode_unlock(inode);
	mnt_drop_write(dev->mnt);
out:
	e4_object_put(&obj->oo);
	kfree(late);
}

static void e4_record_later(struct e4_device *dev, struct e4_object *obj)
{
	struct e4_late_record *late = kmalloc(sizeof(*late), GFP_NOFS);

	/* without it readdir reads the inode, that is all */
	if (!late)
		return;
	INIT_WORK(&late->work, e4_late_record);
	e4_object_get(&obj->oo);
	late->obj = obj;
	queue_work(dev->wq, &late->work);
}

/**
 * e4_oi_insert() - enters a new object into both indexes; e4_oi_prepare() has been called for its
 * FID
 */
int e4_oi_insert(struct e4_trans *th, struct e4_object *obj)
{
	struct e4_device *dev = e4_odev(obj);
	struct inode *inode = e4_inode(obj);
	int rc;

	rc = e4_oi_write(th, &obj->oo.fid, inode->i_ino, inode->i_generation);
	if (rc)
		return rc;
	rc = e4_record_write(dev, th->handle, inode->i_ino, &obj->oo.fid, inode->i_generation);
	if (rc == -ENOSPC) {
		e4_record_later(dev, obj);
		rc = 0;
	}
	return rc;
}

/**
 * e4_oi_remove() - takes an object out of both indexes; it has been found through them, so its slot
 * is mapped
 */
int e4_oi_remove(struct e4_trans *th, struct e4_object *obj)
{
	struct e4_device *dev = e4_odev(obj);
	int rc;

	rc = e4_oi_write(th, &obj->oo.fid, 0, 0);
	if (rc)
		return rc;
	e4_object_forget(obj);
	rc = e4_record_write(dev, th->handle, e4_inode(obj)->i_ino, NULL, 0);
	return rc == -ENOSPC ? 0 : rc;
}

/* ---- the reverse ---- */

/**
 * e4_ino2fid_prepare() - room for the record of an inode and its neighbours; the caller has no
 * handle
 */
int e4_ino2fid_prepare(struct e4_device *dev, u32 ino)
{
	return e4_bfile_reserve(dev->ino2fid, e4_record_offset(ino),
				sizeof(struct osd_fmt_fid_record));
}

/**
 * e4_ino2fid() - FID of an inode number, from the index or from the inode itself; takes no inode
 * lock of a directory
 */
int e4_ino2fid(struct e4_device *dev, u32 ino, struct fid *fid)
{
	struct osd_fmt_fid_record rec;
	struct dentry *dentry;
	int rc;

	rc = e4_bfile_find(dev->ino2fid, e4_record_offset(ino), sizeof(rec));
	if (!rc)
		rc = e4_bfile_read(dev->ino2fid, e4_record_offset(ino), &rec, sizeof(rec));
	if (rc)
		return rc;
	fid->seq = le64_to_cpu(rec.seq);
	fid->oid = le32_to_cpu(rec.oid);
	fid->ver = 0;
	if (fid->seq)
		return 0;
	dentry = e4_handle_peek(dev->sb, ino);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	rc = e4_fid_read(dentry, fid, NULL);
	dput(dentry);
	return rc;
}

/* ---- mounting ---- */

int e4_oi_open(struct e4_device *dev, char *why)
{
	struct osd_fmt_header *h;
	int rc;

	dev->oi_dir = e4_mkdir(dev->sb->s_root, "oi");
	if (IS_ERR(dev->oi_dir))
		return PTR_ERR(dev->oi_dir);
	dev->ino2fid = e4_bfile_open(dev, dev->sb->s_root, "ino2fid", OSD_FMT_INO2FID_GROW);
	if (IS_ERR(dev->ino2fid))
		return PTR_ERR(dev->ino2fid);
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	rc = e4_bfile_header(dev->ino2fid, h, OSD_FMT_INO2FID, "ino2fid", why);
	if (rc > 0) {
		e4_header_fill(h, OSD_FMT_INO2FID);
		rc = e4_bfile_header_write(dev->ino2fid, h);
	}
	kfree(h);
	return rc;
}

void e4_oi_close(struct e4_device *dev)
{
	struct e4_bfile *bf;
	unsigned long seq;

	xa_for_each(&dev->oi, seq, bf)
		e4_bfile_close(bf);
	xa_destroy(&dev->oi);
	e4_bfile_close(dev->ino2fid);
	if (!IS_ERR_OR_NULL(dev->oi_dir))
		dput(dev->oi_dir);
}
