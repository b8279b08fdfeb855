// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions of a disk in memory, and its commits.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "obd/osd/mem/disk.h"
#include "obd/osd/mem/mem.h"

/** mem_usable() - -EIO after a power cut, -EROFS for changes after osd_set_readonly() */
int mem_usable(struct mem_device *dev, bool change)
{
	if (dev->dead)
		return -EIO;
	return change && dev->readonly ? -EROFS : 0;
}

/* ---- commits ---- */

/**
 * mem_commit() - puts everything on disk and calls the callbacks; the caller has no transaction
 * open
 */
int mem_commit(struct mem_device *dev)
{
	struct mem_disk *disk = dev->disk;
	struct mem_callback *cb, *next;
	LIST_HEAD(done);
	int rc;

	mutex_lock(&dev->commit_lock);
	down_write(&disk->handles);
	mutex_lock(&disk->lock);
	rc = mem_usable(dev, true);
	if (!rc) {
		mem_disk_commit(disk);
		list_splice_init(&dev->callbacks, &done);
	}
	mutex_unlock(&disk->lock);
	up_write(&disk->handles);
	list_for_each_entry_safe(cb, next, &done, link) {
		list_del(&cb->link);
		cb->fn(cb->data, 0);
		kfree(cb);
	}
	mutex_unlock(&dev->commit_lock);
	return rc;
}

void mem_commit_work(struct work_struct *work)
{
	mem_commit(container_of(to_delayed_work(work), struct mem_device, commit));
}

/** mem_callbacks_fail() - tells those who wait that they wait in vain */
void mem_callbacks_fail(struct mem_device *dev)
{
	struct mem_callback *cb, *next;

	list_for_each_entry_safe(cb, next, &dev->callbacks, link) {
		list_del(&cb->link);
		cb->fn(cb->data, -EIO);
		kfree(cb);
	}
}

/* ---- changes outside of transactions: one call is one transaction ---- */

/** mem_begin() - on success the disk is locked and no commit runs, until mem_end() */
int mem_begin(struct mem_device *dev)
{
	int rc;

	down_read(&dev->disk->handles);
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, true);
	if (rc) {
		mutex_unlock(&dev->disk->lock);
		up_read(&dev->disk->handles);
	}
	return rc;
}

void mem_end(struct mem_device *dev)
{
	if (!dev->dead)
		schedule_delayed_work(&dev->commit, MEM_COMMIT_SECONDS * HZ);
	mutex_unlock(&dev->disk->lock);
	up_read(&dev->disk->handles);
}

/* ---- transactions ---- */

static int mem_lock_cmp(const void *a, const void *b)
{
	const struct fid *x = &(*(struct mem_object *const *)a)->oo.fid;
	const struct fid *y = &(*(struct mem_object *const *)b)->oo.fid;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->oid < y->oid ? -1 : x->oid > y->oid;
}

static int mem_collect(struct mem_trans *th, struct osd_object *const locked[], unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		struct mem_object *obj = mem_obj(locked[i]);

		if (!obj)
			continue;
		for (j = 0; j < th->nr_locked; j++)
			if (th->locked[j] == obj)
				break;
		if (j < th->nr_locked)
			continue;
		if (th->nr_locked == MEM_MAX_LOCKED - 2)
			return -E2BIG;
		th->locked[th->nr_locked++] = obj;
	}
	return 0;
}

int mem_trans_start(struct osd_device *od, struct osd_object *const locked[], unsigned int nr,
		    unsigned int credits, struct osd_trans **thp)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_trans *th;
	unsigned int i;
	int rc;

	rc = mem_usable(dev, true);
	if (rc)
		return rc;
	th = kzalloc(sizeof(*th), GFP_KERNEL);
	if (!th)
		return -ENOMEM;
	th->ot.dev = od;
	rc = mem_collect(th, locked, nr);
	if (rc) {
		kfree(th);
		return rc;
	}
	sort(th->locked, th->nr_locked, sizeof(th->locked[0]), mem_lock_cmp, NULL);
	for (i = 0; i < th->nr_locked; i++) {
		mem_object_get(&th->locked[i]->oo);
		mutex_lock(&th->locked[i]->lock);
		th->locked[i]->locked_by = current;
	}
	down_read(&dev->disk->handles);
	*thp = &th->ot;
	return 0;
}

/** mem_trans_born() - a new object counts as locked */
void mem_trans_born(struct mem_trans *th, struct mem_object *obj)
{
	if (th->nr_locked == MEM_MAX_LOCKED || !mutex_trylock(&obj->lock))
		return;
	obj->refs++;
	obj->locked_by = current;
	th->locked[th->nr_locked++] = obj;
}

int mem_trans_on_commit(struct osd_trans *ot, osd_commit_fn fn, void *data)
{
	struct mem_trans *th = mem_trans(ot);
	struct mem_callback *cb;

	if (th->nr_cb == MEM_MAX_CB)
		return -E2BIG;
	cb = kzalloc(sizeof(*cb), GFP_KERNEL);
	if (!cb)
		return -ENOMEM;
	cb->fn = fn;
	cb->data = data;
	th->cb[th->nr_cb++] = cb;
	return 0;
}

int mem_trans_stop(struct osd_trans *ot, bool sync)
{
	struct mem_trans *th = mem_trans(ot);
	struct mem_device *dev = mem_dev(ot->dev);
	unsigned int i;
	int rc;

	mutex_lock(&dev->disk->lock);
	for (i = 0; i < th->nr_cb; i++)
		list_add_tail(&th->cb[i]->link, &dev->callbacks);
	rc = mem_usable(dev, true);
	if (!rc)
		schedule_delayed_work(&dev->commit, MEM_COMMIT_SECONDS * HZ);
	mutex_unlock(&dev->disk->lock);
	up_read(&dev->disk->handles);
	i = th->nr_locked;
	while (i--) {
		th->locked[i]->locked_by = NULL;
		mutex_unlock(&th->locked[i]->lock);
		mem_object_put(&th->locked[i]->oo);
	}
	if (!rc && sync)
		rc = mem_commit(dev);
	kfree(th);
	return rc;
}
