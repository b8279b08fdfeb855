/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of obd/dlm; nobody else includes it.
 *
 * Order of the spinlocks, outer first:
 *	ns->flock_lock > res->lock > ns->lru_lock, ns->timer_lock, exp->lock, shard of handles
 * A bucket of a namespace is locked with none of these held.
 * ns->ast_sem and res->lvb_mutex are taken with no spinlock held.  No lock of any kind is held
 * while a reply is awaited.
 *
 * References to a lock: one while it is in the handle table ("alive"), one per use, one per list
 * that it waits on for work (bl_link, cp_link, cancel, timer, batch).  A lock holds its resource, a
 * resource its namespace.
 */
#ifndef SHEEN_DLM_INTERNAL_H
#define SHEEN_DLM_INTERNAL_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "kernel/node.h"
#include "obd/dlm/dlm.h"

#define LDLM_CLIENT_BUCKETS	1024u	/* of a namespace's table of resources; a power of 2 */
#define LDLM_SERVER_BUCKETS	4096u
#define LDLM_CANCEL_BATCH	128u	/* handles in one cancel request */
#define LDLM_LRU_DEFAULT	16384u	/* unused locks kept by a client namespace */
#define LDLM_LRU_AGE_S		3900u	/* seconds until an unused lock is dropped */
#define LDLM_FREE_WAIT_S	30u	/* seconds that freeing a namespace waits for its locks */
#define LDLM_LVB_V1_SIZE	40u	/* bytes of a value block without CONN_LVB_TYPE */
#define LDLM_IBITS_KNOWN	(IBIT_LOOKUP | IBIT_UPDATE | IBIT_OPEN | IBIT_LAYOUT | \
				 IBIT_PERM | IBIT_XATTR)

/* further flags of requests that only a server reads */
#define LDLM_FL_NO_EXPANSION	0x20000000u

enum ldlm_queue {
	LDLM_Q_NONE,
	LDLM_Q_GRANTED,
	LDLM_Q_WAITING,
};

/** struct ldlm_desc - what a lock is, in host byte order */
struct ldlm_desc {
	enum ldlm_type type;
	enum ldlm_mode req_mode;
	enum ldlm_mode granted_mode;
	struct ldlm_res_id res;
	union ldlm_policy policy;
};

/**
 * struct ldlm_lock_state - the private part of a lock
 * @queue, @queue_link: on the resource's granted or waiting queue; res->lock
 * @dead: removed for good; res->lock
 * @old_res: the resource before the lock was re-homed, kept so that readers of lock->res can spin
 *	on its lock
 * @req_flags: LDLM_FL_* of the enqueue
 * @blocker: server: who wants it (valid with LOCKF_BLOCKED); res->lock
 * @discard: what it covers need not be written back; res->lock
 * @beside: its operation has another lock on the resource, for which others may be waiting
 * @silent: its cancel callback is not run: another lock covers the same; res->lock
 * @lazy: the cancel may be sent later; res->lock
 * @replied: client: the reply of the enqueue, or a completion callback, has been taken in;
 *	res->lock
 * @error: why a failed lock failed; res->lock
 * @wait: woken when it is granted, fails or dies
 * @exp_link: on exp->locks; exp->lock
 * @lru_link, @last_used: ns->lru_lock
 * @recent: was of use without being used since it was put there; a hint, without a lock
 * @timer_link, @deadline, @due, @resend: server: a callback is out and must be answered in time;
 *	ns->timer_lock
 * @spare: flock: a lock in reserve for a split; res->lock
 * @flock_link: flock: waiters of the namespace; @walk: while deadlocks are looked for;
 *	ns->flock_lock
 */
struct ldlm_lock_state {
	struct ldlm_lock *lock;
	bool hashed;			/* in the handle table; shard's lock */
	struct list_head queue_link;
	enum ldlm_queue queue;
	bool dead;
	bool discard;
	bool beside;
	bool silent;
	bool lazy;
	bool replied;
	struct ldlm_resource *old_res;
	u32 req_flags;
	struct ldlm_desc blocker;
	int error;
	wait_queue_head_t wait;
	struct list_head exp_link;
	struct list_head lru_link;
	ktime_t last_used;
	bool recent;
	struct list_head bl_link;
	struct list_head cp_link;
	struct list_head work_link;	/* on ldlm_work's dead */
	u64 seq;			/* number of the lock in its namespace, from 1 */
	struct list_head timer_link;
	ktime_t deadline;
	u8 due;				/* LDLM_DUE_*: what for */
	u8 resend;			/* LDLM_DUE_*: what did not arrive */
	struct ldlm_lock *spare;
	struct list_head flock_link;
	struct list_head walk;
	bool walked;
	struct work_struct cancel_work;
	struct list_head batch_link;	/* ns->batch; ns->lru_lock */
};

/**
 * struct ldlm_resource
 * @link: in its bucket; @refs drops to 0 only under the bucket's lock
 * @granted, @waiting: struct ldlm_lock_state by queue_link, waiting in order of arrival; @lock
 * @lvb, @lvb_ready: server: value block of the object; @lock. @lvb_mutex: one loads it
 * @file: OST: what the object is part of, for messages; zero: not known; @lock
 */
struct ldlm_resource {
	struct ldlm_namespace *ns;
	struct ldlm_res_id id;
	enum ldlm_type type;
	refcount_t refs;
	struct list_head link;
	spinlock_t lock;		/* both queues, their locks, the value block */
	struct list_head granted;
	struct list_head waiting;
	struct mutex lvb_mutex;		/* reading of the object */
	struct wire_ost_lvb lvb;
	bool lvb_ready;
	struct fid file;
};

struct ldlm_bucket {
	spinlock_t lock;		/* the list */
	struct list_head list;
};

/**
 * struct ldlm_namespace
 * @imp: client: the import that the locks are held over; set by the first enqueue
 * @cancels: client: runs cancel callbacks, which wait for this server and must not keep those of
 *   others from running
 * @lru, @nr_unused: unused locks, oldest first; @lru_lock
 * @batch, @nr_batch: locks whose cancel is to be sent; @lru_lock
 * @timed: server: locks with a callback out; @timer_lock
 * @ast_sem: read by who starts a callback to a client; written to wait for all of them
 * @nr_locks: structures that exist; @drained is woken when it is 0
 */
struct ldlm_namespace {
	struct obd_device *dev;
	bool server;
	bool closing;
	bool recovering;		/* server: replayed requests wait until all have come */
	const struct ldlm_client_ops *cops;
	const struct ldlm_server_ops *sops;
	struct ldlm_bucket *buckets;
	u32 nr_buckets;
	atomic_t nr_locks;
	atomic64_t seq;
	atomic_t nr_resources;
	wait_queue_head_t drained;

	struct list_head cache_link;	/* node's list of clients, its lock */
	struct rpc_import *imp;
	struct workqueue_struct *cancels;
	spinlock_t lru_lock;		/* lru, batch, their counts and limits */
	struct list_head lru;
	u32 nr_unused;
	u32 lru_max;
	u32 lru_age_s;
	struct delayed_work lru_work;
	struct list_head batch;
	u32 nr_batch;
	struct delayed_work batch_work;

	spinlock_t timer_lock;		/* timed */
	struct list_head timed;
	struct delayed_work timer_work;
	struct rw_semaphore ast_sem;

	spinlock_t flock_lock;		/* all queues of flock resources, as one */
	struct list_head flock_waiting;
};

/**
 * struct ldlm_work - what to do after the resource's lock has been dropped: blocking and completion
 * callbacks, burials
 */
struct ldlm_work {
	struct list_head bl;	/* st->bl_link */
	struct list_head cp;	/* st->cp_link */
	struct list_head dead;	/* st->work_link: locks absorbed by others, to be buried */
};

static inline void ldlm_work_init(struct ldlm_work *w)
{
	INIT_LIST_HEAD(&w->bl);
	INIT_LIST_HEAD(&w->cp);
	INIT_LIST_HEAD(&w->dead);
}

static inline bool ldlm_lock_used(const struct ldlm_lock *lock)
{
	return lock->readers || lock->writers;
}

static inline bool ldlm_lock_granted(const struct ldlm_lock *lock)
{
	return lock->st->queue == LDLM_Q_GRANTED;
}

/* ---- policy.c: pure functions ---- */
bool ldlm_mode_valid(u32 mode);
bool ldlm_mode_covers(enum ldlm_mode held, enum ldlm_mode want);
bool ldlm_mode_reads(enum ldlm_mode mode);
bool ldlm_policy_covers(enum ldlm_type type, const union ldlm_policy *held,
			const union ldlm_policy *want);
bool ldlm_locks_conflict(enum ldlm_type type, const struct ldlm_lock *a, const struct ldlm_lock *b);
bool ldlm_queue_conflicts(struct list_head *queue, struct ldlm_lock *lock, struct ldlm_lock *stop);
void ldlm_extent_grow(struct ldlm_resource *res, const struct ldlm_lock *lock,
		      struct ldlm_extent *out);
struct ldlm_lock *ldlm_glimpse_pick(struct ldlm_resource *res, u64 below);
const char *ldlm_mode_name(enum ldlm_mode mode);

/*
 * ---- queue.c: the server's decisions; no RPCs; under res->lock (flock: and ns->flock_lock) ----
 */
void ldlm_queue_add(struct ldlm_lock *lock, enum ldlm_queue queue);
void ldlm_queue_del(struct ldlm_lock *lock);
/** ldlm_queue_enqueue() - 0: granted, 1: waits, -EAGAIN: would wait and must not, -EDEADLK */
int ldlm_queue_enqueue(struct ldlm_lock *lock, struct ldlm_work *work);
void ldlm_queue_reprocess(struct ldlm_resource *res, struct ldlm_work *work);
/** ldlm_queue_recall() - calls all granted locks back that clients hold */
void ldlm_queue_recall(struct ldlm_resource *res, struct ldlm_work *work);
/** ldlm_res_lock(), ldlm_res_unlock() - the locks that guard a resource's queues on a server */
void ldlm_res_lock(struct ldlm_resource *res);
void ldlm_res_unlock(struct ldlm_resource *res);

/* ---- flock.c: pure functions; same locks ---- */
bool ldlm_flock_same_owner(const struct ldlm_lock *a, const struct ldlm_lock *b);
struct ldlm_lock *ldlm_flock_conflict(struct ldlm_resource *res, const struct ldlm_lock *lock);
void ldlm_flock_apply(struct ldlm_resource *res, struct ldlm_lock *lock, struct list_head *dead);
bool ldlm_flock_deadlock(struct ldlm_namespace *ns, struct ldlm_lock *lock);
int ldlm_flock_enqueue(struct ldlm_lock *lock, struct ldlm_work *work);
void ldlm_flock_reprocess(struct ldlm_resource *res, struct ldlm_work *work);

/* ---- lock.c: locks and their handles ---- */
/**
 * ldlm_lock_new() - a lock with a handle, on no queue; the caller's reference and the table's.
 * NULL: no memory
 */
struct ldlm_lock *ldlm_lock_new(struct ldlm_resource *res, enum ldlm_mode mode,
				const union ldlm_policy *policy);
/** ldlm_handle_del() - drops the reference of the table; does nothing the second time */
void ldlm_handle_del(struct ldlm_lock *lock);
struct ldlm_lock *ldlm_handle_find(u64 cookie);
/** ldlm_lock_lock() - the lock of the resource that the lock is on now; returns that */
struct ldlm_resource *ldlm_lock_lock(struct ldlm_lock *lock);
int ldlm_lock_rehome(struct ldlm_lock *lock, struct ldlm_resource *to);
int ldlm_handles_init(void);
void ldlm_handles_exit(void);

/* ---- resource.c: namespaces and resources ---- */
struct ldlm_resource *ldlm_resource_find(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
					 enum ldlm_type type, bool create);
struct ldlm_resource *ldlm_resource_get(struct ldlm_resource *res);
void ldlm_resource_put(struct ldlm_resource *res);
/** ldlm_data_resource() - the one of a file's or object's cached locks, or NULL */
struct ldlm_resource *ldlm_data_resource(struct ldlm_namespace *ns, const struct ldlm_res_id *id);
int ldlm_namespace_new(struct obd_device *dev, bool server, struct ldlm_namespace **nsp);
void ldlm_namespace_release(struct ldlm_namespace *ns);
/** ldlm_namespace_each() - calls @fn for every resource, with a reference and no lock held */
void ldlm_namespace_each(struct ldlm_namespace *ns,
			 void (*fn)(struct ldlm_resource *res, void *arg), void *arg);
/**
 * ldlm_resource_next() - a walk over the locks on both queues that may change meanwhile
 * Returns the oldest one that is younger than *seq (0 at first), with a reference, or NULL.
 */
struct ldlm_lock *ldlm_resource_next(struct ldlm_resource *res, u64 *seq);

/* ---- convert.c: to and from the wire ---- */
void ldlm_desc_of(const struct ldlm_lock *lock, struct ldlm_desc *d);
void ldlm_desc_pack(const struct ldlm_desc *d, struct wire_lock_desc *w);
/** ldlm_desc_unpack() - checks type, modes (each 0 or one bit), range; -EPROTO */
int ldlm_desc_unpack(const struct wire_lock_desc *w, struct ldlm_desc *d);
/** ldlm_req_handles() - number of handles in a lock request of @len bytes, at least 1; -EPROTO */
int ldlm_req_handles(const struct wire_lock_req *lr, u32 len);
/** ldlm_req_remote() - the first handle of an enqueue: the client's name for the lock; -EPROTO */
int ldlm_req_remote(struct rpc_srv_req *req, u64 *remote);
/** ldlm_lvb_merge() - takes over what @from knows better: bigger sizes, times of a later change */
void ldlm_lvb_merge(struct wire_ost_lvb *lvb, const struct wire_ost_lvb *from);
/** ldlm_lvb_read() - a value block of either length from a buffer; false when it is neither */
bool ldlm_lvb_read(struct wire_ost_lvb *lvb, const void *buf, u32 len);
void ldlm_res_str(const struct ldlm_res_id *id, char *buf, size_t size);

/*
 * ---- server.c: enqueue and cancel; server_ops.c: locks of the server itself, clients that go ----
 */
/** ldlm_work_run() - sends callbacks, buries, and does what follows from that */
void ldlm_work_run(struct ldlm_work *work);
/**
 * ldlm_server_kill() - removes a lock for good and grants what it kept waiting; false: it was dead
 * already
 */
bool ldlm_server_kill(struct ldlm_lock *lock, struct ldlm_work *work);
/** ldlm_server_attach() - the lock belongs to a client from now on; -ENOTCONN: that is gone */
int ldlm_server_attach(struct ldlm_lock *lock, struct obd_export *exp, u64 remote);
void ldlm_server_cancel_list(struct obd_export *exp, const __le64 *handles, unsigned int nr);
void ldlm_server_free(struct ldlm_namespace *ns);
u32 ldlm_lvb_len(const struct obd_export *exp);
/**
 * ldlm_lvb_load() - reads the object once per resource; ldlm_lvb_refresh() - again if it was read
 * before
 */
int ldlm_lvb_load(struct ldlm_resource *res);
void ldlm_lvb_refresh(struct ldlm_resource *res);

/* ---- glimpse.c ---- */
/**
 * ldlm_glimpse() - answers with the value block, after asking the holder that knows; may hold the
 * request
 */
int ldlm_glimpse(struct rpc_srv_req *req, struct ldlm_resource *res);

/* ---- ast.c: callbacks to clients ---- */
/**
 * struct ldlm_callback
 * @desc: lock that the client is told of
 * @lvb, @lvb_len: sent along; @rep_lvb: room for one in the reply
 * @done: as of rpc_send()
 */
struct ldlm_callback {
	const struct wire_format *fmt;
	u32 opc;
	const struct ldlm_desc *desc;
	u32 flags;
	const void *lvb;
	u32 lvb_len;
	u32 rep_lvb;
	rpc_done_fn done;
	void *arg;
};

/** ldlm_callback_send() - 0: @done will run; -ENOTCONN: the client is gone; -ENOMEM */
int ldlm_callback_send(struct ldlm_lock *lock, const struct ldlm_callback *cb);
void ldlm_send_blocking(struct ldlm_lock *lock);
void ldlm_send_completion(struct ldlm_lock *lock);

/* ---- timer.c: clients that do not answer ---- */
#define LDLM_DUE_BL	0x1u	/* the lock is to be given back */
#define LDLM_DUE_CP	0x2u	/* the completion callback is to be answered */
#define LDLM_DUE_GL	0x4u	/* the glimpse callback was not answered */

u32 ldlm_lock_timeout(void);	/* seconds */
void ldlm_timer_start(struct ldlm_lock *lock, u8 due);
void ldlm_timer_stop(struct ldlm_lock *lock, u8 due);
void ldlm_timer_resend(struct ldlm_lock *lock, u8 due);
void ldlm_timer_expire(struct ldlm_lock *lock, u8 due);
void ldlm_timer_tick(struct work_struct *work);

/*
 * ---- client.c: match, enqueue; client_cancel.c: giving up, cache; client_cb.c: callbacks from
 * servers ----
 */
/**
 * ldlm_client_granted() - the server has granted @lock as @d says, by a reply or a completion
 * callback
 * @changed: resource, mode and policy are to be taken over
 * Harmless when it is granted already. -EPROTO: the server has granted something else than was
 * asked.
 */
int ldlm_client_granted(struct ldlm_lock *lock, const struct ldlm_desc *d, bool changed);
void ldlm_client_lvb(struct ldlm_lock *lock, const void *buf, u32 len);
/** ldlm_client_fail() - the lock is no more, for @error; its owner is not asked */
void ldlm_client_fail(struct ldlm_lock *lock, int error);
/** ldlm_client_bury() - the last step for a dead lock: nothing finds it any more */
void ldlm_client_bury(struct ldlm_lock *lock);
void ldlm_request_fill(struct wire_lock_req *lr, const struct ldlm_lock *lock, u32 flags);

/**
 * ldlm_cancel_start() - starts giving a lock up; false: used, not granted, or on its way already
 * @lazy: nobody waits for it: the server may hear of it a little later, with others
 */
bool ldlm_cancel_start(struct ldlm_lock *lock, bool lazy);
void ldlm_cancel_work(struct work_struct *work);
/* both under the lock of the lock's resource */
void ldlm_lru_add(struct ldlm_lock *lock);
void ldlm_lru_del(struct ldlm_lock *lock);
void ldlm_lru_work(struct work_struct *work);
/** ldlm_lru_shrink() - starts to give up the @nr oldest unused locks; how many there were */
unsigned long ldlm_lru_shrink(struct ldlm_namespace *ns, unsigned long nr);
void ldlm_batch_add(struct ldlm_lock *lock, bool lazy);
void ldlm_batch_work(struct work_struct *work);
void ldlm_client_free(struct ldlm_namespace *ns, bool force);
int ldlm_bl_handler(struct rpc_srv_req *req);
int ldlm_cp_handler(struct rpc_srv_req *req);
int ldlm_gl_handler(struct rpc_srv_req *req);

/* ---- init.c ---- */
struct workqueue_struct *ldlm_wq(void);

/* ---- shrink.c: the unused locks of all clients of a node ---- */
void ldlm_caches_init(void);
void ldlm_cache_add(struct ldlm_namespace *ns);
void ldlm_cache_del(struct ldlm_namespace *ns);

#endif
