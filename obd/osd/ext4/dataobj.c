// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of an OST as files: O/<seq>/d<oid mod 32>/<oid>.
 */
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "kernel/compat/times.h"
#include "obd/osd/ext4/ext4.h"

#define E4_OID_NAME	12	/* bytes of an object number as a name */

/* ---- sequences ---- */

static void e4_seq_free(struct e4_seq *seq)
{
	unsigned int i;

	for (i = 0; i < E4_OST_DIRS; i++)
		if (!IS_ERR_OR_NULL(seq->dirs[i]))
			dput(seq->dirs[i]);
	kfree(seq);
}

static struct dentry *e4_subdir(struct dentry *parent, const char *name, bool create)
{
	if (create)
		return e4_mkdir(parent, name);
	return lookup_positive_unlocked(name, parent, strlen(name));
}

static int e4_seq_dirs(struct e4_device *dev, u64 number, bool create, struct e4_seq *seq)
{
	struct dentry *top, *dir;
	unsigned int i;
	char name[20];
	int rc = 0;

	top = e4_subdir(dev->sb->s_root, "O", create);
	if (IS_ERR(top))
		return PTR_ERR(top);
	snprintf(name, sizeof(name), "%llx", number);
	dir = e4_subdir(top, name, create);
	dput(top);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	for (i = 0; i < E4_OST_DIRS && !rc; i++) {
		snprintf(name, sizeof(name), "d%u", i);
		seq->dirs[i] = e4_subdir(dir, name, create);
		rc = PTR_ERR_OR_ZERO(seq->dirs[i]);
	}
	dput(dir);
	return rc;
}

static int e4_seq_highest(void *data, const char *name, size_t len)
{
	struct e4_seq *seq = data;
	char copy[E4_OID_NAME];
	u32 oid;

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, name, len);
	copy[len] = '\0';
	if (!kstrtou32(copy, 10, &oid))
		seq->last = max(seq->last, oid);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/*
 * A sequence; read from disk on first use, kept until unmount.  -ENOENT when it is not there and
 * @create is not set.
 */
static struct e4_seq *e4_seq_get(struct e4_device *dev, u64 number, bool create)
{
	struct e4_seq *seq = xa_load(&dev->seqs, number);
	unsigned int i;
	int rc;

	if (seq)
		return seq;
	mutex_lock(&dev->seqs_lock);
	seq = xa_load(&dev->seqs, number);
	if (seq)
		goto out;
	seq = kzalloc(sizeof(*seq), GFP_KERNEL);
	if (!seq) {
		seq = ERR_PTR(-ENOMEM);
		goto out;
	}
	mutex_init(&seq->lock);
	rc = e4_seq_dirs(dev, number, create, seq);
	for (i = 0; i < E4_OST_DIRS && !rc; i++)
		rc = e4_iterate(dev, seq->dirs[i], false, e4_seq_highest, seq);
	if (!rc)
		rc = xa_err(xa_store(&dev->seqs, number, seq, GFP_KERNEL));
	if (rc) {
		e4_seq_free(seq);
		seq = ERR_PTR(rc);
	}
out:
	mutex_unlock(&dev->seqs_lock);
	return seq;
}

void e4_data_close(struct e4_device *dev)
{
	struct e4_seq *seq;
	unsigned long number;

	xa_for_each(&dev->seqs, number, seq)
		e4_seq_free(seq);
	xa_destroy(&dev->seqs);
}

/* ---- objects ---- */

/** e4_data_lookup() - the file of an object; -ENOENT */
int e4_data_lookup(struct e4_device *dev, const struct fid *fid, struct dentry **dentry)
{
	struct e4_seq *seq = e4_seq_get(dev, fid->seq, false);
	char name[E4_OID_NAME];
	int len;

	if (IS_ERR(seq))
		return PTR_ERR(seq);
	len = snprintf(name, sizeof(name), "%u", fid->oid);
	*dentry = lookup_positive_unlocked(name, seq->dirs[fid->oid % E4_OST_DIRS], len);
	if (IS_ERR(*dentry))
		return PTR_ERR(*dentry);
	if (d_is_reg(*dentry))
		return 0;
	dput(*dentry);
	return -EUCLEAN;
}

/* Nothing has happened to it yet, by any clock: whatever does is later. */
static void e4_data_timeless(struct inode *inode)
{
	struct timespec64 never = {};

	compat_set_atime(inode, never);
	compat_set_mtime(inode, never);
	compat_set_ctime(inode, never);
	mark_inode_dirty(inode);
}

static int e4_data_create_one(struct e4_seq *seq, u32 oid)
{
	struct dentry *parent = seq->dirs[oid % E4_OST_DIRS], *dentry;
	struct inode *dir = d_inode(parent);
	char name[E4_OID_NAME];
	int len, rc = 0;

	len = snprintf(name, sizeof(name), "%u", oid);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	dentry = lookup_one_len(name, parent, len);
	if (IS_ERR(dentry)) {
		rc = PTR_ERR(dentry);
	} else {
		if (d_is_negative(dentry)) {
			rc = vfs_create(compat_nop_idmap, dir, dentry, S_IFREG | 0666, true);
			if (!rc)
				e4_data_timeless(d_inode(dentry));
		}
		dput(dentry);
	}
	inode_unlock(dir);
	return rc;
}

int e4_data_create(struct osd_device *od, u64 number, u32 first, u32 last)
{
	struct e4_device *dev = e4_dev(od);
	const struct cred *saved;
	struct e4_seq *seq;
	u32 oid;
	int rc;

	if (!first || first > last)
		return -EINVAL;
	rc = mnt_want_write(dev->mnt);
	if (rc)
		return rc;
	saved = override_creds(dev->cred);
	seq = e4_seq_get(dev, number, true);
	if (IS_ERR(seq)) {
		rc = PTR_ERR(seq);
		goto out;
	}
	mutex_lock(&seq->lock);
	for (oid = first; !rc; oid++) {
		rc = e4_data_create_one(seq, oid);
		if (!rc)
			seq->last = max(seq->last, oid);
		if (oid == last)
			break;
	}
	mutex_unlock(&seq->lock);
out:
	revert_creds(saved);
	mnt_drop_write(dev->mnt);
	return rc;
}

static int e4_data_destroy_one(struct e4_seq *seq, u32 oid)
{
	struct dentry *parent = seq->dirs[oid % E4_OST_DIRS], *dentry;
	struct inode *dir = d_inode(parent);
	char name[E4_OID_NAME];
	int len, rc = 0;

	len = snprintf(name, sizeof(name), "%u", oid);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	dentry = lookup_one_len(name, parent, len);
	if (IS_ERR(dentry)) {
		rc = PTR_ERR(dentry);
	} else {
		/* the reference keeps truncation out of the directory's lock */
		struct inode *inode = d_inode(dentry);

		if (inode) {
			ihold(inode);
			rc = vfs_unlink(compat_nop_idmap, dir, dentry, NULL);
		}
		dput(dentry);
		inode_unlock(dir);
		iput(inode);
		return rc;
	}
	inode_unlock(dir);
	return rc;
}

int e4_data_destroy(struct osd_device *od, const struct fid *fid)
{
	struct e4_device *dev = e4_dev(od);
	const struct cred *saved;
	struct e4_object *obj;
	struct e4_seq *seq;
	int rc;

	rc = mnt_want_write(dev->mnt);
	if (rc)
		return rc;
	saved = override_creds(dev->cred);
	seq = e4_seq_get(dev, fid->seq, false);
	if (IS_ERR(seq)) {
		rc = PTR_ERR(seq) == -ENOENT ? 0 : PTR_ERR(seq);
		goto out;
	}
	mutex_lock(&seq->lock);
	rc = e4_data_destroy_one(seq, fid->oid);
	mutex_unlock(&seq->lock);
	if (!rc) {
		obj = e4_object_cached(dev, fid);
		if (obj) {
			e4_object_forget(obj);
			e4_object_put(&obj->oo);
		}
	}
out:
	revert_creds(saved);
	mnt_drop_write(dev->mnt);
	return rc;
}

int e4_data_last(struct osd_device *od, u64 number, u32 *last)
{
	struct e4_device *dev = e4_dev(od);
	const struct cred *saved = override_creds(dev->cred);
	struct e4_seq *seq = e4_seq_get(dev, number, false);
	int rc = 0;

	if (!IS_ERR(seq)) {
		mutex_lock(&seq->lock);
		*last = seq->last;
		mutex_unlock(&seq->lock);
	} else if (PTR_ERR(seq) == -ENOENT) {
		*last = 0;
	} else {
		rc = PTR_ERR(seq);
	}
	revert_creds(saved);
	return rc;
}
