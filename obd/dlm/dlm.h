/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The distributed lock manager: plain, extent, inode-bits and flock locks on named resources.
 *
 * The server of a resource decides (server namespaces); clients keep granted locks for later use
 * (client namespaces) and give them back when called.  A server also takes locks for its own
 * operations: the same functions with no export.
 *
 * Life of a client's lock: enqueued -> granted (perhaps after waiting for a completion callback) ->
 * matched by readers and writers as long as nobody else wants it -> blocking callback -> when
 * unused: the owner flushes what the lock covers, then it is cancelled at the server.
 *
 * Locking: a resource has a spinlock that guards its queues and its locks; a lock's value block and
 * policy change under it.  Callbacks run in process context without any spinlock.
 */
#ifndef SHEEN_DLM_H
#define SHEEN_DLM_H

#include <linux/types.h>

#include "obd/class/class.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"
#include "obd/wire/wire.h"

struct ldlm_namespace;
struct ldlm_resource;

struct ldlm_res_id {
	u64 name[4];
};

struct ldlm_extent {
	u64 start, end;		/* bytes, end inclusive; ~0 is the end of everything */
	u64 gid;		/* of a group lock: holders of the same group get along */
};

#define LDLM_NO_PID	~0u	/* of a lock of an open file, which any process may unlock */

struct ldlm_flock {
	u64 start, end;
	u64 owner;
	u32 pid;
};

union ldlm_policy {
	struct ldlm_extent extent;
	u64 ibits;
	struct ldlm_flock flock;
};

/** ldlm_fid_res() - resource of a file or directory; ldlm_ost_res() - of an object on an OST */
void ldlm_fid_res(const struct fid *fid, struct ldlm_res_id *res);
void ldlm_ost_res(const struct fid *fid, struct ldlm_res_id *res);
/** ldlm_res_fid() - the file or directory of a resource: the way back from ldlm_fid_res() */
void ldlm_res_fid(const struct ldlm_res_id *res, struct fid *fid);

/** ldlm_compatible() - may locks of these two modes be held at once? */
bool ldlm_compatible(enum ldlm_mode a, enum ldlm_mode b);

/**
 * struct ldlm_lock
 * @handle: our own; @remote: the other side's, 0: none
 * @readers, @writers: users on this node; a lock with users is not cancelled
 * @flags: LOCKF_*, under the resource's lock
 * @lvb: value block of an extent lock (client: what the server said)
 * @layout, @layout_len: value block of a layout lock, kvmalloc'ed, or NULL
 * @data: the owner's: an inode or object; see ldlm_resource_set_data()
 * @exp: the client that holds it (server), or NULL
 */
struct ldlm_lock {
	refcount_t refs;
	struct ldlm_resource *res;
	enum ldlm_mode req_mode;
	enum ldlm_mode granted_mode;	/* 0: not granted */
	union ldlm_policy policy;
	u64 handle;
	u64 remote;
	u32 readers, writers;
	u32 flags;
	struct wire_ost_lvb lvb;
	void *layout;
	u32 layout_len;
	void *data;
	struct obd_export *exp;
	struct ldlm_lock_state *st;	/* queue links, timers, waits; private to dlm/ */
};

#define LOCKF_BLOCKED	0x1u	/* somebody else wants it: cancel when unused */
#define LOCKF_CANCELLING 0x2u
#define LOCKF_FAILED	0x4u	/* refused, or lost by eviction */
#define LOCKF_LVB_READY	0x8u
#define LOCKF_NO_LRU	0x10u	/* cancel as soon as unused (flock, group) */
#define LOCKF_NEW	0x20u	/* who has asked for it is still taking in what came with it */

struct ldlm_lock *ldlm_lock_get(struct ldlm_lock *lock);
void ldlm_lock_put(struct ldlm_lock *lock);
const struct ldlm_res_id *ldlm_lock_res(const struct ldlm_lock *lock);
enum ldlm_type ldlm_lock_type(const struct ldlm_lock *lock);

/* ================================ namespaces ================================ */

/**
 * struct ldlm_client_ops - what the owner of a client namespace does (mdc, osc, mgc)
 * @cancel: the lock is about to be given up: write back and drop all that it covers. May wait for
 *	the network. Nothing matches the lock any more. @discard: dirty data need not be written
 *	(file is gone).
 * @shed: the lock no longer has these inode bits, and stays for others; see ldlm_shed_take()
 * @glimpse: fill @lvb with what we know of the object; 0, or -ENODATA when nothing
 */
struct ldlm_client_ops {
	void (*cancel)(struct ldlm_lock *lock, bool discard);
	void (*shed)(struct ldlm_lock *lock, u64 ibits);
	int (*glimpse)(struct ldlm_lock *lock, struct wire_ost_lvb *lvb);
};

/**
 * struct ldlm_server_ops - what a server does about its resources
 * @intent: an enqueue with an intent buffer: packs the reply, runs the intent and may grant a lock,
 *	mostly on another resource: it takes one with ldlm_server_lock(), hands it over with
 *	ldlm_server_grant() and stores it in *lockp (its reference passes). A request that was sent
 *	before is answered with the lock of ldlm_server_resent(). dlm/ then writes lock,
 *	handle and flags into WF_LOCK_REP; disposition and status there are the intent's to set.
 *	Returns the status for the reply's body; 0 without a lock is sent as ELDLM_LOCK_ABORTED.
 * @lvb_fill: load the value block of a resource from the object (OST)
 *	A namespace with it serves extent locks (and expands them), one without serves the other
 *	types.
 */
struct ldlm_server_ops {
	int (*intent)(struct rpc_srv_req *req, struct ldlm_lock **lockp);
	int (*lvb_fill)(struct obd_device *dev, const struct ldlm_res_id *res,
			struct wire_ost_lvb *lvb);
};

int ldlm_namespace_client(struct obd_device *dev, const struct ldlm_client_ops *ops,
			  struct ldlm_namespace **ns);
int ldlm_namespace_server(struct obd_device *dev, const struct ldlm_server_ops *ops,
			  struct ldlm_namespace **ns);
/**
 * ldlm_namespace_free() - all locks are dropped; client: cancelled at the server first unless
 * @force
 */
void ldlm_namespace_free(struct ldlm_namespace *ns, bool force);

/** ldlm_lru_set() - how many unused locks a client keeps, and for how many seconds; 0: as it was */
void ldlm_lru_set(struct ldlm_namespace *ns, u32 nr, u32 age_s);

/** ldlm_namespace_counts() - for administrators */
void ldlm_namespace_counts(struct ldlm_namespace *ns, u64 *locks, u64 *unused, u64 *resources);

/*
 * Memory is short: ldlm_cache_count() - unused locks that all clients of this node keep;
 * ldlm_cache_shrink() - starts to give up the oldest of each, about @nr in all; how many. Neither
 * waits.
 */
unsigned long ldlm_cache_count(void);
unsigned long ldlm_cache_shrink(unsigned long nr);

/* ================================ client ================================ */

/**
 * struct ldlm_enqueue - what to ask for
 * @flags: LDLM_FL_* for the wire (HAS_INTENT for a glimpse or an intent)
 * @data: to be stored in the lock
 */
struct ldlm_enqueue {
	enum ldlm_type type;
	enum ldlm_mode mode;
	struct ldlm_res_id res;
	union ldlm_policy policy;
	u32 flags;
	void *data;
};

/**
 * ldlm_match() - a granted lock of ours that covers this
 * A match takes a use (reader for PR, CR; writer else) to be dropped by ldlm_decref(). For @mode
 * LCK_PR also PW matches, and so on as modes include each other. NULL: none.
 */
struct ldlm_lock *ldlm_match(struct ldlm_namespace *ns, const struct ldlm_enqueue *what);

/**
 * ldlm_covered() - is there one at this moment? Cheaper than a use, and does not sleep. Keeps the
 * lock in the cache as a use does. @soon: or will there be one, when its asker has taken in what
 * came with it?
 */
bool ldlm_covered(struct ldlm_namespace *ns, const struct ldlm_enqueue *what, bool soon);

/**
 * ldlm_enqueue_new() - a lock in state "asked", with one use, and its request: body, lock request
 * filled in
 */
int ldlm_enqueue_new(struct ldlm_namespace *ns, struct rpc_import *imp,
		     const struct ldlm_enqueue *what, const struct wire_format *fmt,
		     struct rpc_request **req, struct ldlm_lock **lock);

/**
 * ldlm_enqueue_pack() - after lengths of further buffers have been set: packs, fills the lock
 * request; on failure lock and request are gone. An enqueue that is given up later, but before
 * ldlm_enqueue_done(), ends with ldlm_decref().
 */
int ldlm_enqueue_pack(struct rpc_request *req, struct ldlm_lock *lock);

/**
 * ldlm_enqueue_cancels() - lets a packed enqueue give up an unused inode-bits lock on @res that has
 * one of @ibits
 */
void ldlm_enqueue_cancels(struct rpc_request *req, struct ldlm_namespace *ns,
			  const struct ldlm_res_id *res, u64 ibits);

/**
 * ldlm_enqueue_done() - takes in the reply of a sent enqueue
 * The lock takes over resource, mode and policy from the reply (an intent's lock is on the child).
 * If an equal lock is already held, that one is returned instead.  With LDLM_FL_BLOCK_WAIT it waits
 * for the completion callback: killable, and bounded by the import's life.
 * @lockp: in: the lock; out: the lock with one use, or NULL when none was granted (status
 *	ELDLM_LOCK_ABORTED)
 * Returns 0, ELDLM_LOCK_ABORTED, or a negative errno (the lock is gone then).
 *
 * Flock: the lock stays until it is unlocked by an enqueue in mode LCK_NL, whatever its uses; the
 * one returned only tells the result and is dropped at once with ldlm_decref(). After
 * LDLM_FL_TEST_LOCK its req_mode is LCK_NL (free) or the mode of a lock in the way, whose range and
 * pid are in its policy.
 */
int ldlm_enqueue_done(struct rpc_request *req, struct ldlm_lock **lockp);

/** ldlm_enqueue_call() - all of it for locks without intent: match, else ask, wait. */
int ldlm_enqueue_call(struct ldlm_namespace *ns, struct rpc_import *imp,
		      const struct ldlm_enqueue *what, struct ldlm_lock **lock);

/**
 * ldlm_flock_call() - asks for a flock lock, or unlocks (LCK_NL), as @what->policy.flock says, and
 * waits for it LDLM_FL_BLOCK_NOWAIT: -EAGAIN instead of waiting. LDLM_FL_TEST_LOCK: @what->mode and
 * the policy become those of a lock in the way (LCK_NL: none). Any signal ends the wait for
 * another's lock with -ERESTARTSYS, an unlock is not interrupted. -EDEADLK; -EIO: lost by eviction.
 */
int ldlm_flock_call(struct ldlm_namespace *ns, struct rpc_import *imp, struct ldlm_enqueue *what);
/** ldlm_flock_holds() - does the owner hold anything in @what's range? */
bool ldlm_flock_holds(struct ldlm_namespace *ns, const struct ldlm_enqueue *what);

/**
 * ldlm_decref() - ends a use; a blocked lock without users is then cancelled by a thread of dlm/
 */
void ldlm_decref(struct ldlm_lock *lock, enum ldlm_mode mode);
void ldlm_addref(struct ldlm_lock *lock, enum ldlm_mode mode);

/**
 * ldlm_cancel() - gives an unused lock up now and waits until the cancel callback has run; one in
 * use when it is free, which is not waited for;
 * ldlm_cancel_resource(): all unused on it; ldlm_forget_resource(): the same, but nobody waits, and
 * the server may hear of it later, together with others
 */
void ldlm_cancel(struct ldlm_lock *lock);
void ldlm_cancel_resource(struct ldlm_namespace *ns, const struct ldlm_res_id *res, u64 ibits);
void ldlm_forget_resource(struct ldlm_namespace *ns, const struct ldlm_res_id *res);
void ldlm_cancel_unused(struct ldlm_namespace *ns);

/**
 * ldlm_cancel_take() - gives up unused inode-bits locks on a resource that have one of @ibits,
 * without telling the server. The caller puts the handles (up to @max) into a request that would
 * make the server call those locks back.
 */
unsigned int ldlm_cancel_take(struct ldlm_namespace *ns, const struct ldlm_res_id *res, u64 ibits,
			      u64 *handles, unsigned int max);

/**
 * ldlm_shed_take() - takes @ibits from an unused lock on a resource that keeps others true as well,
 * if no other lock of ours does that. The server's handle of the lock, for the request that tells
 * of it (VENDOR_SHED); 0: there is none such, and nothing has changed.
 */
u64 ldlm_shed_take(struct ldlm_namespace *ns, const struct ldlm_res_id *res, u64 ibits);

/**
 * ldlm_resource_set_data() - data of all our locks on a resource (NULL to detach an inode that goes
 * away)
 */
void ldlm_resource_set_data(struct ldlm_namespace *ns, const struct ldlm_res_id *res, void *data);
void ldlm_resource_iterate(struct ldlm_namespace *ns, const struct ldlm_res_id *res,
			   void (*fn)(struct ldlm_lock *lock, void *arg), void *arg);

/**
 * ldlm_held() - is all of @ext of an object under locks of ours that allow what @mode does, be they
 * on their way back? Not after an eviction.
 */
bool ldlm_held(struct ldlm_namespace *ns, const struct ldlm_res_id *res,
	       const struct ldlm_extent *ext, enum ldlm_mode mode);

/**
 * ldlm_client_evicted() - all locks are lost: cancel callbacks run with discard, and LOCKF_FAILED;
 * how many were held. ldlm_client_replay(): re-enqueues all
 */
unsigned int ldlm_client_evicted(struct ldlm_namespace *ns);
int ldlm_client_replay(struct ldlm_namespace *ns, struct rpc_import *imp);

/* ================================ server ================================ */

/**
 * handlers for the tables of server types: OP_LDLM_ENQUEUE, OP_LDLM_CANCEL, OP_LDLM_CONVERT
 * (refused)
 */
int ldlm_enqueue_handler(struct rpc_srv_req *req);
/** ldlm_batch_handler() - OP_SHEEN_BATCH: many enqueues in one; none of them waits */
int ldlm_batch_handler(struct rpc_srv_req *req);
int ldlm_cancel_handler(struct rpc_srv_req *req);

/**
 * ldlm_server_cancels() - the locks that a request gives up on its way (WF_LOCK_REQ of a reint);
 * the first one only loses the inode bits @shed, if that is not 0; -EPROTO
 */
int ldlm_server_cancels(struct rpc_srv_req *req, u64 shed);

/**
 * ldlm_server_discard() - an object goes away: calls all its locks back, dirty data need not be
 * written
 */
int ldlm_server_discard(struct ldlm_namespace *ns, const struct ldlm_res_id *res);

/**
 * ldlm_server_lock() - a lock for an operation of the server itself; calls conflicting holders back
 * and waits, bounded by the lock timeout after which holders are evicted. One use, dropped by
 * ldlm_decref(), which also cancels it. -EINPROGRESS: others are before us and still at work, the
 * client is to ask again; -EINTR, -ESHUTDOWN
 */
int ldlm_server_lock(struct ldlm_namespace *ns, enum ldlm_type type,
		     const struct ldlm_res_id *res, enum ldlm_mode mode,
		     const union ldlm_policy *policy, struct ldlm_lock **lock);
/**
 * ldlm_server_lock_beside() - the same on the resource of @held, which this operation holds: those
 * who wait there are passed by, since they may be waiting for @held
 */
int ldlm_server_lock_beside(struct ldlm_lock *held, enum ldlm_mode mode,
			    const union ldlm_policy *policy, struct ldlm_lock **lock);
/** ldlm_server_trylock() - the same without calling anybody back or waiting: -EAGAIN */
int ldlm_server_trylock(struct ldlm_namespace *ns, enum ldlm_type type,
			const struct ldlm_res_id *res, enum ldlm_mode mode,
			const union ldlm_policy *policy, struct ldlm_lock **lock);
void ldlm_server_unlock(struct ldlm_lock *lock, enum ldlm_mode mode);

/**
 * ldlm_server_grant() - hands a lock that the server holds (ldlm_server_lock) over to the client of
 * @req, in mode @mode: used by intents. The lock becomes the client's; the reply of @req carries it
 *	with LDLM_FL_LOCK_CHANGED.
 * The caller's use ends, its reference stays. -ENOTCONN: the client has gone; the lock is still the
 * caller's.
 */
int ldlm_server_grant(struct ldlm_lock *lock, struct rpc_srv_req *req, enum ldlm_mode mode);

/**
 * ldlm_server_resent() - the lock that an earlier sending of @req brought the client, with a
 * reference; NULL: none. The client may have had that answer, or may be waiting for this one: it is
 * to be answered with the same lock, and not to wait for anybody, who may be waiting for it.
 */
struct ldlm_lock *ldlm_server_resent(struct rpc_srv_req *req);
/**
 * ldlm_server_revoke() - takes a lock away from a client that will not hear of it; drops the
 * reference
 */
void ldlm_server_revoke(struct ldlm_lock *lock);

/** ldlm_server_drop_export() - a client has gone: all its locks */
void ldlm_server_drop_export(struct obd_export *exp);

/**
 * ldlm_prolong() - I/O under this client's locks that overlap is under way: do not time them out
 * @file: that the object is part of, as the client says; NULL: it does not
 */
void ldlm_prolong(struct obd_export *exp, const struct ldlm_res_id *res,
		  const struct ldlm_extent *ext, const struct fid *file);

/**
 * ldlm_prolong_client() - the client has connected again and sends what was lost once more: the
 * time for its locks that are called back begins anew
 */
void ldlm_prolong_client(struct obd_export *exp);

/**
 * ldlm_lvb_update() - an object has changed (write, punch, setattr): refresh the resource's value
 * block if it is in use
 */
void ldlm_lvb_update(struct ldlm_namespace *ns, const struct ldlm_res_id *res);

/**
 * ldlm_server_recovering() - clients replay their locks; ldlm_server_recovered() - all have:
 * waiting ones are granted
 */
void ldlm_server_recovering(struct ldlm_namespace *ns);
void ldlm_server_recovered(struct ldlm_namespace *ns);

/**
 * ldlm_server_recall() - calls back all inode-bits locks of clients: what they cover may not be
 * what clients know of it. Does not wait.
 */
void ldlm_server_recall(struct ldlm_namespace *ns);
/**
 * ldlm_server_recall_plain() - calls back what clients hold on a resource of plain locks: what it
 * stands for has changed. New locks are granted meanwhile. Does not wait.
 */
void ldlm_server_recall_plain(struct ldlm_namespace *ns, const struct ldlm_res_id *id);

/** services on PORTAL_LDLM_CB_REQUEST (every node) and PORTAL_LDLM_CANCEL_REQUEST (servers) */
int ldlm_init(void);
void ldlm_exit(void);

#endif
