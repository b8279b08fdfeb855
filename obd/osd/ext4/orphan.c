// SPDX-License-Identifier: GPL-2.0
/*
 * PENDING/: objects that have lost their last name while somebody has them open.
 */
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include "obd/osd/ext4/ext4.h"

/* ext4.h says why this inode lock, and no other, is taken under a handle */
static struct lock_class_key e4_pending_key;

int e4_orphan_open(struct e4_device *dev)
{
	dev->pending = e4_mkdir(dev->sb->s_root, "PENDING");
	if (IS_ERR(dev->pending))
		return PTR_ERR(dev->pending);
	lockdep_set_class(&d_inode(dev->pending)->i_rwsem, &e4_pending_key);
	return 0;
}

static int e4_orphan_name(const struct fid *fid, char *name)
{
	return snprintf(name, E4_PENDING_NAME, "%llx-%x-%x", fid->seq, fid->oid, fid->ver);
}

/* The entry of an object; PENDING/ is locked. */
static struct dentry *e4_orphan_entry(struct e4_device *dev, const struct fid *fid)
{
	char name[E4_PENDING_NAME];
	int len = e4_orphan_name(fid, name);

	return lookup_one_len(name, dev->pending, len);
}

/** e4_orphan_add() - moves the last name of an object, in a locked directory, to PENDING/ */
int e4_orphan_add(struct e4_trans *th, struct inode *dir, struct dentry *dentry,
		  struct e4_object *obj)
{
	struct e4_device *dev = e4_odev(obj);
	struct inode *pending = d_inode(dev->pending);
	struct inode *inode = e4_inode(obj);
	struct dentry *entry;
	int rc;

	inode_lock(pending);
	entry = e4_orphan_entry(dev, &obj->oo.fid);
	if (IS_ERR(entry)) {
		rc = PTR_ERR(entry);
		goto out;
	}
	rc = -EEXIST;
	if (d_is_negative(entry))
		rc = dir->i_op->rename(compat_nop_idmap, dir, dentry, pending, entry, 0);
	if (!rc) {
		if (S_ISDIR(inode->i_mode)) {
			shrink_dcache_parent(dentry);
			inode->i_flags |= S_DEAD;
		}
		d_move(dentry, entry);
		WRITE_ONCE(obj->orphan, true);
		rc = e4_fid_write(obj->dentry, &obj->oo.fid, true);
	}
	dput(entry);
out:
	inode_unlock(pending);
	return rc;
}

int e4_orphan_destroy(struct osd_trans *ot, struct osd_object *oo)
{
	struct e4_trans *th = e4_trans(ot);
	struct e4_object *obj = e4_obj(oo);
	struct e4_device *dev = e4_odev(obj);
	struct inode *pending = d_inode(dev->pending);
	struct dentry *entry;
	int rc;

	if (WARN_ON_ONCE(obj->locked_by != current))
		return -EINVAL;
	if (!obj->orphan)
		return -ENOENT;
	inode_lock(pending);
	entry = e4_orphan_entry(dev, &obj->oo.fid);
	if (IS_ERR(entry)) {
		rc = PTR_ERR(entry);
		goto out;
	}
	th->dirty = true;
	rc = -ENOENT;
	if (d_inode(entry) == e4_inode(obj))
		rc = e4_remove_entry(pending, entry);
	dput(entry);
out:
	inode_unlock(pending);
	return rc ? rc : e4_oi_remove(th, obj);
}

/* ---- iteration: names first, then calls, which may take PENDING's lock ---- */

struct e4_orphan_list {
	struct fid *fids;
	size_t nr, room;
};

static int e4_orphan_collect(void *data, const char *name, size_t len)
{
	struct e4_orphan_list *list = data;
	char copy[E4_PENDING_NAME];
	struct fid fid;

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, name, len);
	copy[len] = '\0';
	if (sscanf(copy, "%llx-%x-%x", &fid.seq, &fid.oid, &fid.ver) != 3)
		return 0;
	if (list->nr == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		struct fid *fids = kvmalloc_array(room, sizeof(*fids), GFP_KERNEL);

		if (!fids)
			return -ENOMEM;
		if (list->nr)
			memcpy(fids, list->fids, list->nr * sizeof(*fids));
		kvfree(list->fids);
		list->fids = fids;
		list->room = room;
	}
	list->fids[list->nr++] = fid;
	return 0;
}

int e4_orphan_iterate(struct osd_device *od, int (*fn)(void *data, const struct fid *fid),
		      void *data)
{
	struct e4_device *dev = e4_dev(od);
	struct e4_orphan_list list = {};
	const struct cred *saved;
	size_t i;
	int rc;

	if (!dev->pending)
		return 0;
	saved = override_creds(dev->cred);
	rc = e4_iterate(dev, dev->pending, false, e4_orphan_collect, &list);
	revert_creds(saved);
	for (i = 0; i < list.nr && !rc; i++)
		rc = fn(data, &list.fids[i]);
	kvfree(list.fids);
	return rc;
}
