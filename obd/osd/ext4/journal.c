// SPDX-License-Identifier: GPL-2.0
/*
 * The journal of the file system: finding it, opening handles, learning what has committed.
 */
#include <linux/kthread.h>
#include <linux/uaccess.h>

#include "obd/osd/ext4/ext4.h"

#define E4_SBI_WORDS		1024	/* of ext4's private data that are searched */
#define E4_MIN_JOURNAL_CREDITS	192	/* blocks that one handle may need */

/*
 * Is @word of ext4's private data the address of the journal of @sb? Reads that may fault are
 * expected to fail.
 */
static bool e4_is_journal(struct super_block *sb, unsigned long word)
{
	journal_t *journal = (journal_t *)word;
	journal_superblock_t *jsb;
	__be32 magic;
	void *owner;

	if (word < PAGE_OFFSET || !IS_ALIGNED(word, sizeof(void *)))
		return false;
	if (copy_from_kernel_nofault(&owner, &journal->j_private, sizeof(owner)) || owner != sb)
		return false;
	if (copy_from_kernel_nofault(&jsb, &journal->j_superblock, sizeof(jsb)) ||
	    copy_from_kernel_nofault(&magic, &jsb->s_header.h_magic, sizeof(magic)))
		return false;
	return magic == cpu_to_be32(JBD2_MAGIC_NUMBER);
}

static journal_t *e4_journal_find(struct super_block *sb)
{
	unsigned long *words = sb->s_fs_info;
	unsigned long word;
	unsigned int i;

	for (i = 0; i < E4_SBI_WORDS; i++) {
		if (copy_from_kernel_nofault(&word, words + i, sizeof(word)))
			return NULL;
		if (e4_is_journal(sb, word))
			return (journal_t *)word;
	}
	return NULL;
}

/** e4_journal_open() - finds the journal and refuses those that transactions cannot rely on */
int e4_journal_open(struct e4_device *dev, const char *path, char *why)
{
	journal_t *journal = e4_journal_find(dev->sb);

	if (!journal) {
		snprintf(why, OSD_WHY_SIZE,
			 "%s: no journal found in this ext4; make one with 'tune2fs -j'", path);
		return -EINVAL;
	}
	if (jbd2_has_feature_fast_commit(journal)) {
		snprintf(why, OSD_WHY_SIZE,
			 "%s: ext4 with fast commits; turn them off with 'tune2fs -O ^fast_commit'",
			 path);
		return -EINVAL;
	}
	if (journal->j_max_transaction_buffers < E4_MIN_JOURNAL_CREDITS) {
		snprintf(why, OSD_WHY_SIZE, "%s: journal too small; make it 16 MiB or more", path);
		return -EINVAL;
	}
	dev->journal = journal;
	return 0;
}

/** e4_handle_start() - opens a handle for @blocks blocks outside of a struct e4_trans */
handle_t *e4_handle_start(struct e4_device *dev, unsigned int blocks)
{
	if (WARN_ON_ONCE(e4_in_trans()))
		return ERR_PTR(-EDEADLK);
	return jbd2_journal_start(dev->journal, blocks);
}

/* ---- what has committed ---- */

static bool e4_committed(struct e4_device *dev, tid_t tid)
{
	return tid_geq(READ_ONCE(dev->journal->j_commit_sequence), tid);
}

/*
 * Takes the oldest callbacks off the list when their transaction is on disk, or can never be: then
 * *@err is set.
 */
static struct e4_trans_cb *e4_callbacks_take(struct e4_device *dev, int *err)
{
	struct e4_trans_cb *cb;

	spin_lock(&dev->cb_lock);
	cb = list_first_entry_or_null(&dev->callbacks, struct e4_trans_cb, link);
	*err = is_journal_aborted(dev->journal) ? -EIO : 0;
	if (cb && (*err || e4_committed(dev, cb->tid))) {
		list_del(&cb->link);
		dev->cb_busy = true;
	} else {
		cb = NULL;
		dev->cb_busy = false;
	}
	spin_unlock(&dev->cb_lock);
	return cb;
}

/* Is there something to do for the thread? */
static bool e4_callbacks_due(struct e4_device *dev)
{
	struct e4_trans_cb *cb;
	bool due;

	spin_lock(&dev->cb_lock);
	cb = list_first_entry_or_null(&dev->callbacks, struct e4_trans_cb, link);
	due = dev->cb_stop ||
	      (cb && (is_journal_aborted(dev->journal) || e4_committed(dev, cb->tid)));
	spin_unlock(&dev->cb_lock);
	return due;
}

/*
 * Runs until told to stop and nothing is left.  jbd2 wakes the queue after each commit; an abort
 * wakes nobody, hence the second between looks.
 */
static int e4_callbacks_main(void *data)
{
	struct e4_device *dev = data;
	struct e4_trans_cb *cb;
	unsigned int i;
	int err;

	do {
		wait_event_idle_timeout(dev->journal->j_wait_done_commit, e4_callbacks_due(dev),
					HZ);
		while ((cb = e4_callbacks_take(dev, &err))) {
			for (i = 0; i < cb->nr; i++)
				cb->cb[i].fn(cb->cb[i].data, err);
			kfree(cb);
		}
		wake_up_all(&dev->cb_idle);
	} while (!READ_ONCE(dev->cb_stop) || !list_empty_careful(&dev->callbacks));

	while (!kthread_should_stop())
		schedule_timeout_idle(1);
	return 0;
}

int e4_callbacks_start(struct e4_device *dev)
{
	struct task_struct *task;

	task = kthread_run(e4_callbacks_main, dev, "osd_commit");
	if (IS_ERR(task))
		return PTR_ERR(task);
	dev->cb_thread = task;
	return 0;
}

/**
 * e4_callbacks_stop() - the journal has been forced out or aborted: calls what is left and ends the
 * thread
 */
void e4_callbacks_stop(struct e4_device *dev)
{
	if (!dev->cb_thread)
		return;
	WRITE_ONCE(dev->cb_stop, true);
	wake_up(&dev->journal->j_wait_done_commit);
	kthread_stop(dev->cb_thread);
	dev->cb_thread = NULL;
}

static bool e4_callbacks_done(struct e4_device *dev, tid_t tid)
{
	struct e4_trans_cb *cb;
	bool done;

	spin_lock(&dev->cb_lock);
	cb = list_first_entry_or_null(&dev->callbacks, struct e4_trans_cb, link);
	done = !dev->cb_busy && (!cb || tid_gt(cb->tid, tid));
	spin_unlock(&dev->cb_lock);
	return done;
}

/**
 * e4_callbacks_wait() - until the callbacks of transactions up to @tid, which has committed, have
 * run
 */
void e4_callbacks_wait(struct e4_device *dev, tid_t tid)
{
	if (current == dev->cb_thread)
		return;
	wait_event(dev->cb_idle, e4_callbacks_done(dev, tid));
}
