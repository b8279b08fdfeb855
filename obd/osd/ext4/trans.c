// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions: inode locks first, then a handle of ext4's own journal that every call into ext4
 * joins.
 */
#include <linux/sort.h>

#include "obd/osd/ext4/ext4.h"

/*
 * Blocks reserved per transaction and per update.  A nested start of ext4 adds none, so these cover
 * its worst case: an entry that splits an index of three levels and allocates blocks (about 30), an
 * inode, an EA block.
 */
#define E4_CREDITS_BASE		48u
#define E4_CREDITS_UPDATE	14u
#define E4_REVOKES_UPDATE	4u

/* ---- inode locks ---- */

/* Depth below the root; stable while s_vfs_rename_mutex is held. */
static unsigned int e4_depth(struct dentry *dentry)
{
	unsigned int depth = 0;

	rcu_read_lock();
	while (!IS_ROOT(dentry)) {
		dentry = READ_ONCE(dentry->d_parent);
		depth++;
	}
	rcu_read_unlock();
	return depth;
}

/* Directories before others, upper ones first, then by address. */
static int e4_lock_cmp(const void *a, const void *b)
{
	const struct e4_object *x = *(const struct e4_object *const *)a;
	const struct e4_object *y = *(const struct e4_object *const *)b;
	bool xdir = d_is_dir(x->dentry);
	bool ydir = d_is_dir(y->dentry);

	if (xdir != ydir)
		return xdir ? -1 : 1;
	if (xdir) {
		unsigned int xdepth = e4_depth(x->dentry);
		unsigned int ydepth = e4_depth(y->dentry);

		if (xdepth != ydepth)
			return xdepth < ydepth ? -1 : 1;
	}
	return e4_inode(x) < e4_inode(y) ? -1 : e4_inode(x) > e4_inode(y);
}

static unsigned int e4_count_dirs(const struct e4_trans *th)
{
	unsigned int i, dirs = 0;

	for (i = 0; i < th->nr_locked; i++)
		dirs += d_is_dir(th->locked[i]->dentry);
	return dirs;
}

/*
 * Two directories of which one is the parent of the other are locked as the VFS does for rmdir(),
 * without the mutex that keeps the tree in place.  Puts the parent first; false when they are not
 * related so.
 */
static bool e4_parent_and_child(struct e4_trans *th)
{
	struct e4_object *a = NULL, *b = NULL;
	unsigned int i;

	for (i = 0; i < th->nr_locked; i++) {
		if (!d_is_dir(th->locked[i]->dentry))
			continue;
		if (!a)
			a = th->locked[i];
		else
			b = th->locked[i];
	}
	return READ_ONCE(b->dentry->d_parent) == a->dentry ||
	       READ_ONCE(a->dentry->d_parent) == b->dentry;
}

/* Classes for lockdep: four inodes may be locked in the order that sorting has found. */
static const unsigned int e4_lock_class[E4_MAX_LOCKED] = {
	I_MUTEX_PARENT, I_MUTEX_PARENT2, I_MUTEX_CHILD, I_MUTEX_NONDIR2,
};

static void e4_lock_all(struct e4_trans *th)
{
	struct super_block *sb = e4_dev(th->ot.dev)->sb;
	unsigned int i, dirs = e4_count_dirs(th);
	bool related;

again:
	related = dirs == 2 && e4_parent_and_child(th);
	th->rename_mutex = dirs > 2 || (dirs == 2 && !related);
	if (th->rename_mutex)
		mutex_lock(&sb->s_vfs_rename_mutex);
	sort(th->locked, th->nr_locked, sizeof(th->locked[0]), e4_lock_cmp, NULL);
	for (i = 0; i < th->nr_locked; i++)
		inode_lock_nested(e4_inode(th->locked[i]), e4_lock_class[i]);
	if (related && th->locked[1]->dentry->d_parent != th->locked[0]->dentry) {
		/* one was moved away meanwhile */
		while (i--)
			inode_unlock(e4_inode(th->locked[i]));
		goto again;
	}
	for (i = 0; i < th->nr_locked; i++)
		WRITE_ONCE(th->locked[i]->locked_by, current);
}

static void e4_unlock_all(struct e4_trans *th)
{
	unsigned int i = th->nr_locked;

	while (i--) {
		WRITE_ONCE(th->locked[i]->locked_by, NULL);
		inode_unlock(e4_inode(th->locked[i]));
	}
	if (th->rename_mutex)
		mutex_unlock(&e4_dev(th->ot.dev)->sb->s_vfs_rename_mutex);
	for (i = 0; i < th->nr_locked; i++)
		e4_object_put(&th->locked[i]->oo);
}

/**
 * e4_trans_born() - locks a new object for the rest of the transaction, which may go on to furnish
 * it. Nobody knows the inode yet, so this does not wait; should somebody have found its name
 * already, it stays unlocked.
 */
void e4_trans_born(struct e4_trans *th, struct e4_object *obj)
{
	if (th->nr_locked == ARRAY_SIZE(th->locked) || !inode_trylock(e4_inode(obj)))
		return;
	e4_object_get(&obj->oo);
	WRITE_ONCE(obj->locked_by, current);
	th->locked[th->nr_locked++] = obj;
}

/* Copies the list of objects without NULLs and repetitions, with references. */
static int e4_collect(struct e4_trans *th, struct osd_object *const locked[], unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		struct e4_object *obj = e4_obj(locked[i]);

		if (!obj)
			continue;
		/*
		 * two objects of one inode cannot be; compare inodes anyway, they are what is
		 * locked
		 */
		for (j = 0; j < th->nr_locked; j++)
			if (e4_inode(th->locked[j]) == e4_inode(obj))
				break;
		if (j < th->nr_locked)
			continue;
		if (th->nr_locked == E4_MAX_LOCKED)
			return -E2BIG;
		e4_object_get(&obj->oo);
		th->locked[th->nr_locked++] = obj;
	}
	return 0;
}

/* ---- the handle ---- */

/** e4_trans_resume() - opens the handle */
int e4_trans_resume(struct e4_trans *th)
{
	handle_t *handle;

	handle = jbd2__journal_start(e4_dev(th->ot.dev)->journal, th->credits, 0, th->revokes,
				     GFP_NOFS, 0, 0);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	th->handle = handle;
	return 0;
}

/**
 * e4_trans_pause() - closes the handle for something that cannot be done under it, keeping the
 * locks -EAGAIN when the transaction has changed something already and must stay whole.
 */
int e4_trans_pause(struct e4_trans *th)
{
	int rc;

	if (th->dirty)
		return -EAGAIN;
	rc = jbd2_journal_stop(th->handle);
	th->handle = NULL;
	return rc;
}

static void e4_credits(struct e4_trans *th, unsigned int updates)
{
	/*
	 * jbd2 refuses more than this, and needs some for descriptors; that small journals are rare
	 * makes it do
	 */
	unsigned int max = e4_dev(th->ot.dev)->journal->j_max_transaction_buffers * 3 / 4;

	th->revokes = E4_REVOKES_UPDATE * (updates + 1);
	th->credits = min(E4_CREDITS_BASE + E4_CREDITS_UPDATE * updates, max);
}

int e4_trans_start(struct osd_device *od, struct osd_object *const locked[], unsigned int nr,
		   unsigned int credits, struct osd_trans **thp)
{
	struct e4_device *dev = e4_dev(od);
	struct e4_trans *th;
	unsigned int i;
	int rc;

	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	th = kzalloc(sizeof(*th), GFP_KERNEL);
	if (!th)
		return -ENOMEM;
	th->cb = kzalloc(sizeof(*th->cb), GFP_KERNEL);
	if (!th->cb) {
		rc = -ENOMEM;
		goto out_free;
	}
	th->ot.dev = od;
	e4_credits(th, credits);
	rc = mnt_want_write(dev->mnt);
	if (rc)
		goto out_cb;
	rc = e4_collect(th, locked, nr);
	if (rc)
		goto out_objects;
	if (dev->role == OSD_MDT) {
		/* new inodes are put near their directory: have room there for their records */
		for (i = 0; i < th->nr_locked; i++)
			if (d_is_dir(th->locked[i]->dentry))
				e4_ino2fid_prepare(dev, e4_inode(th->locked[i])->i_ino);
	}
	th->saved = override_creds(dev->cred);
	e4_lock_all(th);
	rc = e4_trans_resume(th);
	if (rc)
		goto out_locks;
	*thp = &th->ot;
	return 0;

out_locks:
	revert_creds(th->saved);
	e4_unlock_all(th);
	th->nr_locked = 0;
out_objects:
	for (i = 0; i < th->nr_locked; i++)
		e4_object_put(&th->locked[i]->oo);
	mnt_drop_write(dev->mnt);
out_cb:
	kfree(th->cb);
out_free:
	kfree(th);
	return rc;
}

int e4_trans_on_commit(struct osd_trans *ot, osd_commit_fn fn, void *data)
{
	struct e4_trans_cb *cb = e4_trans(ot)->cb;

	if (cb->nr == E4_MAX_CB)
		return -E2BIG;
	cb->cb[cb->nr].fn = fn;
	cb->cb[cb->nr].data = data;
	cb->nr++;
	return 0;
}

/*
 * Hands the callbacks to the commit thread.  The handle is open still, so its transaction has not
 * committed yet.
 */
static void e4_queue_callbacks(struct e4_device *dev, struct e4_trans_cb *cb)
{
	struct list_head *pos;

	spin_lock(&dev->cb_lock);
	list_for_each_prev(pos, &dev->callbacks)
		if (tid_geq(cb->tid, list_entry(pos, struct e4_trans_cb, link)->tid))
			break;
	list_add(&cb->link, pos);
	spin_unlock(&dev->cb_lock);
}

int e4_trans_stop(struct osd_trans *ot, bool sync)
{
	struct e4_trans *th = e4_trans(ot);
	struct e4_device *dev = e4_dev(ot->dev);
	struct e4_trans_cb *cb = th->cb;
	int rc = 0, rc2;
	tid_t tid = 0;

	if (!th->handle || !th->handle->h_transaction) {
		/*
		 * reopening after a pause has failed, or the journal died: nothing of it will be on
		 * disk
		 */
		rc = -EIO;
		if (th->handle)
			jbd2_journal_stop(th->handle);
	} else {
		tid = th->handle->h_transaction->t_tid;
		cb->tid = tid;
		if (cb->nr) {
			e4_queue_callbacks(dev, cb);
			cb = NULL;
		}
		rc = jbd2_journal_stop(th->handle);
	}
	e4_unlock_all(th);
	revert_creds(th->saved);
	mnt_drop_write(dev->mnt);
	if (cb) {
		unsigned int i;

		for (i = 0; i < cb->nr; i++)
			cb->cb[i].fn(cb->cb[i].data, rc ? rc : -EIO);
		kfree(cb);
	}
	if (sync && tid) {
		rc2 = jbd2_complete_transaction(dev->journal, tid);
		if (!rc)
			rc = rc2;
	}
	kfree(th);
	return rc;
}
