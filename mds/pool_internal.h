/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_MDS_POOL_INTERNAL_H
#define SHEEN_MDS_POOL_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "mds/pool.h"
#include "obd/mgc/mgc.h"
#include "obd/rpc/rpc.h"

#define POOL_MAX_OSTS	LOV_MAX_STRIPE_COUNT

/**
 * struct pool_ost - an OST as the MDT uses it: the private part of a device of type "osp"
 * @lock: guards @next, @last, @synced, @full and all from @asking to @back
 * @next, @last: objects next..last exist there and are used by nobody
 * @synced: since this MDT started, unused objects of before have been removed there
 * @full: no room for new files
 * @asking, @asked: a request of the refill has no answer yet, and went out then (jiffies)
 * @silent: it was said that the OST does not answer
 * @recovering, @back: it was seen in recovery, first at that time (jiffies)
 * @since: jiffies, when this MDT began to connect to it
 * @refill: makes the stock full, asks for free space
 */
struct pool_ost {
	struct obd_device *dev;
	struct ost_pool *pool;
	struct rpc_import *imp;
	u32 index;
	spinlock_t lock;
	u32 next;
	u32 last;
	bool synced;
	bool full;
	bool asking;
	unsigned long asked;
	bool silent;
	bool recovering;
	unsigned long back;
	unsigned long since;
	struct delayed_work refill;
};

struct pool_log;
struct pool_log_slot;

/**
 * struct ost_pool
 * @lock: guards @osts, @nr and @def; taken for moments only
 * @changes: counts how often an OST got objects, or answered again; @changed is woken then
 * @used: per OST, highest id given to a file
 * @objid_lock: guards @used and its file; taken inside a transaction; nothing under it waits for
 *   another transaction
 * @recovered: see ost_pool_recovered()
 * @turn: where the next file's search for OSTs begins
 * @dead: objects to be destroyed; @dead_flying: requests to OSTs about them, and about owners, and
 *	the work item that makes them while it has what was on the list
 * @dead_lock: guards both
 */
struct ost_pool {
	struct obd_device *mds;
	struct mgc *mgc;
	struct osd_file *objid;
	struct workqueue_struct *wq;
	struct mutex lock;
	struct pool_ost *osts[POOL_MAX_OSTS];
	unsigned int nr;
	struct mgc_layout_defaults def;
	atomic_t changes;
	wait_queue_head_t changed;
	struct mutex objid_lock;
	u32 used[POOL_MAX_OSTS];
	bool recovered;
	atomic_t turn;
	spinlock_t dead_lock;
	struct list_head dead;
	unsigned int dead_flying;
	wait_queue_head_t dead_done;
	struct work_struct dead_work;
	struct pool_log *log;
	bool stopping;
};

/* mds/pool_ost.c */
int pool_ost_new(struct ost_pool *pool, const struct mgc_target *tgt, struct pool_ost **ost);
void pool_ost_free(struct pool_ost *ost);

/**
 * pool_ost_usable() - connected and with room; pool_ost_answers(): and its last request has not
 * waited for its answer for too long, so that files should lie there; pool_ost_soon(): will have
 * objects in a moment, as far as is known; pool_ost_take(): an object of it, 0: none in stock
 */
bool pool_ost_usable(struct pool_ost *ost);
bool pool_ost_answers(struct pool_ost *ost);
bool pool_ost_soon(struct pool_ost *ost);
u32 pool_ost_take(struct pool_ost *ost);

/* mds/pool_log.c */
int pool_log_start(struct ost_pool *pool);
void pool_log_stop(struct ost_pool *pool);
/**
 * pool_log_add() - inside the transaction that removes the object's file (one update); NULL: no
 * room, it goes without
 */
struct pool_log_slot *pool_log_add(struct ost_pool *pool, struct osd_trans *th, u32 ost, u32 oid);
/**
 * pool_log_join() - a slot, or NULL, before a chain of some, or NULL; the chain
 * pool_log_del() - their objects are destroyed for good; takes a chain
 */
struct pool_log_slot *pool_log_join(struct pool_log_slot *slot, struct pool_log_slot *chain);
void pool_log_del(void *chain);
/** pool_log_each() - what the log has from before a restart; returns for how many @fn returned 0 */
unsigned int pool_log_each(struct ost_pool *pool,
			   int (*fn)(struct ost_pool *pool, u32 ost, u32 oid,
				     struct pool_log_slot *slot));

/* mds/pool_dead.c */
/** pool_dead_recover() - destroys what a life before has not come to destroy */
void pool_dead_recover(struct ost_pool *pool);
void pool_dead_init(struct ost_pool *pool);
/** pool_dead_stop() - waits a bounded time for objects that are being destroyed */
void pool_dead_stop(struct ost_pool *pool);

#endif
