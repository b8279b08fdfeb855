/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by target.c (transaction numbers), slots.c (last_rcvd) and recovery.c (the recovery
 * window).
 *
 * Locks, outermost first: head_lock, recovery::lock, obd_export::lock, target::lock.
 */
#ifndef SHEEN_TARGET_INTERNAL_H
#define SHEEN_TARGET_INTERNAL_H

#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "obd/class/recovery.h"
#include "obd/class/target.h"

#define LR_SLOTS		2048u
#define LR_SLOT_RECORDS		8u	/* results kept per client: tag 0 (no tag) to 7 */

/** struct lr_record - how a request ended; 32 bytes on disk, never across a block */
struct lr_record {
	__le64 xid;
	__le64 transno;
	__le64 data;
	__le32 status;
	__le32 reserved;
};

/**
 * struct client_records - memory copy of a client's results; guarded by target::lock
 * @versions: of rec[] that is not committed yet, for a reply that is sent again
 */
struct client_records {
	struct lr_record rec[LR_SLOT_RECORDS];
	u64 versions[LR_SLOT_RECORDS][WIRE_NR_VERSIONS];
};

/** enum recovery_phase - replay of requests, then of locks, then work goes on */
enum recovery_phase {
	RECOVERY_NONE,
	RECOVERY_REPLAY,
	RECOVERY_LOCKS,
	RECOVERY_ENDING,	/* all are done, the end's work runs */
};

/**
 * struct recovery - a target waits for the clients that it had before it stopped
 * @lock: guards all that follows
 * @missing: clients that have not come back: struct missing_client
 * @replays: requests to be replayed, by transno; @locks: replays of locks that wait for the
 *   phase; @finals: pings of clients that are through, answered at the end
 * @running: the replay that is being handled, NULL: none
 * @replayed: highest transno replayed
 * @gap: something before @running was not done
 * @lossy: a client has gone that had requests to replay
 * @stopped: the device stops: nothing moves any more
 * @nr_known: clients that were waited for at the start; @nr_evicted: those that did not make it
 * @nr_refused: replays that followed on lost requests
 * @nr_replaying: connected clients that have requests to replay yet, @nr_ready: those of them
 *   that have one in @replays
 * @nr_locking: connected clients that have locks to replay yet
 * @deadline, @hard_deadline: in jiffies: the first is moved on by progress, not beyond the second
 * @next_refusal: in jiffies: when it is said again that new clients have to wait
 * @timer: the deadline; @end: the end's work
 */
struct recovery {
	spinlock_t lock;
	enum recovery_phase phase;
	struct list_head missing;
	struct list_head replays;
	struct list_head locks;
	struct list_head finals;
	struct rpc_srv_req *running;
	u64 replayed;
	bool gap;
	bool lossy;
	bool stopped;
	unsigned int nr_known;
	unsigned int nr_evicted;
	unsigned int nr_refused;
	unsigned int nr_replaying;
	unsigned int nr_ready;
	unsigned int nr_locking;
	unsigned long started;
	unsigned long deadline;
	unsigned long hard_deadline;
	unsigned long next_refusal;
	struct delayed_work timer;
	struct work_struct end;
};

/** struct missing_client - one that has not come back yet */
struct missing_client {
	struct list_head link;
	int slot;
	lnet_nid_t nid;
	char uuid[WIRE_UUID_SIZE];
};

/**
 * struct target
 * @lock: guards @last_transno, @last_committed, @slots, @records and their contents
 * @first_transno: first of this incarnation
 * @lost_upto: transno up to which requests may be missing, of clients that did not replay them, in
 *   this incarnation or an earlier one
 * @records: per slot, NULL: free
 * @mark_work: makes durable what no transaction carries: all work of a target without
 *   transactions, transnos of requests that changed nothing on disk
 * @unmarked: bytes written since the last mark
 * @told_max: clients are told of no later commit
 * @cut: nothing is stored or answered any more
 * @head_lock: serialises writes of the head
 */
struct target {
	struct obd_device *dev;
	struct osd_device *osd;
	struct osd_file *lr;
	bool transactions;
	spinlock_t lock;
	u64 first_transno;
	u64 lost_upto;
	u64 last_transno;
	u64 last_committed;
	unsigned long slots[BITS_TO_LONGS(LR_SLOTS)];
	struct client_records *records[LR_SLOTS];
	atomic64_t unmarked;
	u64 told_max;
	bool cut;
	struct mutex head_lock;
	struct delayed_work mark_work;
	struct recovery recovery;
	struct delayed_work evictor;
};

/* ---- target.c ---- */

/** target_committed() - all up to @transno is on stable storage */
void target_committed(struct target *t, u64 transno);

/* ---- slots.c ---- */

/** lr_load() - head and slots; clients that may replay are handed to recovery_expect() */
int lr_load(struct target *t, char *why);

/** lr_head_write() - stores @committed; @sync: it is durable on return, else once @fn is called */
int lr_head_write(struct target *t, u64 committed, bool sync);

int lr_slot_take(struct target *t);
void lr_slot_release(struct target *t, int slot);
/** lr_slot_write() - a new client's, or with NULL a free slot; @sync: durable on return */
int lr_slot_write(struct target *t, int slot, const char *uuid, lnet_nid_t nid, bool sync);
/** lr_slot_free() - forgets a client, on disk too; @uuid for the message when that fails */
void lr_slot_free(struct target *t, int slot, const char *uuid, bool sync);
u64 lr_record_offset(int slot, unsigned int idx);

/* ---- evictor.c ---- */

#define EVICT_WHY_SIZE	400u

/** evict_tell() - the one message about it; @nid 0: not known */
void evict_tell(struct obd_device *dev, lnet_nid_t nid, const char *uuid, const char *why);
/** evict_client() - lctl evict_client: @who, a uuid or NID; -ENOENT: there is none */
int evict_client(struct obd_device *dev, const char *who, char *text, size_t size);

/** evictor_start() - gives up clients that are silent, until evictor_stop() */
void evictor_start(struct target *t);
void evictor_stop(struct target *t);

/* ---- recovery.c ---- */

void recovery_init(struct target *t);
/** recovery_expect() - before recovery starts: a client of before, whose records are in @slot */
int recovery_expect(struct target *t, int slot, const char *uuid, lnet_nid_t nid);
/** recovery_evict() - gives up who has not come back, by uuid or NID (not 0); how many */
unsigned int recovery_evict(struct target *t, const char *uuid, lnet_nid_t nid);
/**
 * recovery_join() - a client connects: the slot that it had before, -1: none; -EBUSY: it is new and
 * has to wait
 */
int recovery_join(struct target *t, struct obd_export *exp, int *slot);
/**
 * recovery_horizon() - highest transno of all that has been done: what waits to be replayed is
 * beyond it
 */
u64 recovery_horizon(struct target *t);
/** recovery_forget() - the records of a client are about to go: what it has not replayed is lost */
void recovery_forget(struct target *t, struct obd_export *exp);
void recovery_fini(struct target *t);

#endif
