// SPDX-License-Identifier: GPL-2.0
/*
 * The log of objects that are to be destroyed: an object is entered in the transaction that removes
 * its file, and struck out when its destruction is on stable storage at its OST.  What a restart
 * finds in it is destroyed once more.
 *
 * File "dead_objects": slots of 16 bytes; docs/format.md.  When all are taken, further objects are
 * not entered: should the MDT crash before they are destroyed, their space stays in use.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "mds/pool_internal.h"
#include "obd/class/target.h"

#define LOG_NAME	"dead_objects"
#define LOG_SLOTS	16384u
#define LOAD_BATCH	256u	/* entries of a block */
#define CLEAR_BATCH	32u

/** struct log_entry - one object; @ost: index + 1, 0: free */
struct log_entry {
	__le32 ost;
	__le32 oid;
	__le64 reserved;
};

static_assert(sizeof(struct log_entry) == 16);

/**
 * struct pool_log_slot - lets a callback that is given one find the rest
 * @next: in a chain of slots whose objects are destroyed together; NULL in others
 */
struct pool_log_slot {
	struct pool_log *log;
	struct pool_log_slot *next;
};

/**
 * struct pool_log
 * @lock: guards the bitmaps and @hint
 * @used: taken in the file, or about to be; @done: to be freed by @work
 * @hint: where the search for a free slot begins, so that neighbours are in one block
 */
struct pool_log {
	struct ost_pool *pool;
	struct osd_device *osd;
	struct osd_file *file;
	spinlock_t lock;
	DECLARE_BITMAP(used, LOG_SLOTS);
	DECLARE_BITMAP(done, LOG_SLOTS);
	unsigned int hint;
	struct work_struct work;
	struct pool_log_slot slots[LOG_SLOTS];
};

struct pool_log_slot *pool_log_add(struct ost_pool *pool, struct osd_trans *th, u32 ost, u32 oid)
{
	struct log_entry e = { .ost = cpu_to_le32(ost + 1), .oid = cpu_to_le32(oid) };
	struct pool_log *log = pool->log;
	unsigned int i;

	spin_lock(&log->lock);
	i = find_next_zero_bit(log->used, LOG_SLOTS, log->hint);
	if (i >= LOG_SLOTS)
		i = find_first_zero_bit(log->used, LOG_SLOTS);
	if (i < LOG_SLOTS) {
		__set_bit(i, log->used);
		log->hint = i + 1;
	}
	spin_unlock(&log->lock);
	if (i >= LOG_SLOTS)
		return NULL;
	if (!osd_file_write(th, log->file, i * sizeof(e), &e, sizeof(e)))
		return &log->slots[i];
	pool_log_del(&log->slots[i]);
	return NULL;
}

struct pool_log_slot *pool_log_join(struct pool_log_slot *slot, struct pool_log_slot *chain)
{
	if (!slot)
		return chain;
	slot->next = chain;
	return slot;
}

void pool_log_del(void *arg)
{
	struct pool_log_slot *slot = arg, *next;
	struct pool_log *log;

	if (!slot)
		return;
	log = slot->log;
	spin_lock(&log->lock);
	for (; slot; slot = next) {
		next = slot->next;
		slot->next = NULL;
		__set_bit(slot - log->slots, log->done);
	}
	spin_unlock(&log->lock);
	queue_work(log->pool->wq, &log->work);
}

/* Takes some slots to be freed. */
static unsigned int take_done(struct pool_log *log, unsigned int *slots)
{
	unsigned int n = 0, i;

	spin_lock(&log->lock);
	for_each_set_bit(i, log->done, LOG_SLOTS) {
		__clear_bit(i, log->done);
		slots[n++] = i;
		if (n == CLEAR_BATCH)
			break;
	}
	spin_unlock(&log->lock);
	return n;
}

static int clear(struct pool_log *log, const unsigned int *slots, unsigned int n)
{
	const struct log_entry none = {};
	struct osd_trans *th;
	unsigned int i;
	int rc, rc2;

	rc = osd_trans_start(log->osd, NULL, 0, n, &th);
	if (rc)
		return rc;
	for (i = 0; i < n && !rc; i++)
		rc = osd_file_write(th, log->file, slots[i] * sizeof(none), &none, sizeof(none));
	rc2 = osd_trans_stop(th, false);
	return rc ?: rc2;
}

static void log_work(struct work_struct *work)
{
	struct pool_log *log = container_of(work, struct pool_log, work);
	unsigned int slots[CLEAR_BATCH], n, i;

	while ((n = take_done(log, slots))) {
		/*
		 * An entry that stays is destroyed once more after a restart, which does no harm.
		 */
		if (clear(log, slots, n))
			return;
		spin_lock(&log->lock);
		for (i = 0; i < n; i++)
			__clear_bit(slots[i], log->used);
		spin_unlock(&log->lock);
	}
}

static int log_load(struct ost_pool *pool)
{
	struct pool_log *log = pool->log;
	struct log_entry *e = kcalloc(LOAD_BATCH, sizeof(*e), GFP_KERNEL);
	unsigned int i, k;
	ssize_t n = 0;

	if (!e)
		return -ENOMEM;
	for (i = 0; i < LOG_SLOTS && n >= 0; i += LOAD_BATCH) {
		n = osd_file_read(log->file, i * sizeof(*e), e, LOAD_BATCH * sizeof(*e));
		for (k = 0; n > 0 && k < n / sizeof(*e); k++)
			if (e[k].oid && e[k].ost && le32_to_cpu(e[k].ost) <= POOL_MAX_OSTS)
				__set_bit(i + k, log->used);
	}
	kfree(e);
	return n < 0 ? n : 0;
}

unsigned int pool_log_each(struct ost_pool *pool,
			   int (*fn)(struct ost_pool *pool, u32 ost, u32 oid,
				     struct pool_log_slot *slot))
{
	struct pool_log *log = pool->log;
	unsigned int i, nr = 0;
	struct log_entry e;

	for_each_set_bit(i, log->used, LOG_SLOTS) {
		if (osd_file_read(log->file, i * sizeof(e), &e, sizeof(e)) != sizeof(e) ||
		    !e.ost || fn(pool, le32_to_cpu(e.ost) - 1, le32_to_cpu(e.oid), &log->slots[i]))
			continue;
		nr++;
	}
	return nr;
}

int pool_log_start(struct ost_pool *pool)
{
	struct pool_log *log = kvzalloc(sizeof(*log), GFP_KERNEL);
	unsigned int i;
	int rc;

	if (!log)
		return -ENOMEM;
	log->pool = pool;
	log->osd = target_osd(pool->mds);
	spin_lock_init(&log->lock);
	INIT_WORK(&log->work, log_work);
	for (i = 0; i < LOG_SLOTS; i++)
		log->slots[i].log = log;
	rc = osd_file_open(log->osd, LOG_NAME, LOG_SLOTS * sizeof(struct log_entry), &log->file);
	if (rc) {
		kvfree(log);
		return rc;
	}
	pool->log = log;
	rc = log_load(pool);
	if (rc)
		pool_log_stop(pool);
	return rc;
}

void pool_log_stop(struct ost_pool *pool)
{
	struct pool_log *log = pool->log;

	flush_work(&log->work);
	osd_file_close(log->file);
	kvfree(log);
	pool->log = NULL;
}
