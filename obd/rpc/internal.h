/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inside of rpc/.
 *
 * A request is on its way in attempts.  An attempt attaches MDs for bulk data and reply, sends
 * the message, and ends when the last event of the last MD has been delivered; only then is its
 * memory ours again, so resending, finishing and giving up all happen at the end of an attempt,
 * for the reason that was given first (enum rpc_end).
 *
 * An import moves from state to state in one place only, the work item @recov, step by step;
 * others leave it notes (@lost, @conn_done, ...) and queue it.  The one exception: FULL is left
 * at once when the connection fails, so that no more requests are sent.  The work item @tick
 * looks after time: deadlines, delayed requests, pings, the next connect.
 *
 * Locks, outermost first: rpc_node::lock, rpc_import::lock, rpc_request_state::lock; services:
 * obd_export::lock, rpc_service::lock, rpc_srv_state::lock. LNet and callbacks of users are never
 * called with any of them held.
 */
#ifndef SHEEN_RPC_INTERNAL_H
#define SHEEN_RPC_INTERNAL_H

#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "kernel/node.h"
#include "obd/rpc/rpc.h"

#define RPC_XID_STEP		128u	/* between xids; the bits below number bulk MDs */
#define RPC_MAX_PARTS		64u	/* most MDs of one bulk transfer */
#define RPC_PART_PAGES		256u	/* most pages of one MD; both sides must cut alike */
#define RPC_WIRE_PAGE		4096u
#define RPC_EARLY_SIZE		224u	/* bytes of an early reply, offset of the real one */
#define RPC_MAX_SLOTS		256u	/* most modifying requests at once */
#define RPC_MAX_NIDS		16u

#define RPC_TIMEOUT_MAX		600u	/* seconds */
#define RPC_TIMEOUT_CONNECT	5u	/* seconds, of a first attempt to connect */
#define RPC_EARLY_MARGIN_MS	5000u	/* an early reply is sent that long before the deadline */
#define RPC_EARLY_EXTRA		30u	/* seconds more that it asks for */
#define RPC_ESTIMATE_MIN	5u	/* seconds; least service time that clients are told */
#define RPC_ESTIMATE_FIXED	100u	/* seconds; told to clients that take no early replies */
#define RPC_REVERSE_ATTEMPTS	3u	/* sendings of a callback to a client */
#define RPC_RETRY_MS		1000u	/* before asking a server again that was not ready */

#define RPC_NEVER		U64_MAX	/* a time that does not come */

/* ---- node.c: what exists once ---- */

/**
 * struct rpc_node - state of a node
 * @next_xid: the next request's
 * @wq: ticks, completions, early replies: never waits for the network
 * @recov_wq: recovery of imports; may wait in the users' event functions
 * @handles: imports by the handle that callbacks to them carry; under @lock
 * @services: those that run; under @lock
 * @nr_imports: imports that exist; @idle is woken when it is 0
 */
struct rpc_node {
	atomic64_t next_xid;
	struct workqueue_struct *wq;
	struct workqueue_struct *recov_wq;
	atomic_t nr_imports;
	wait_queue_head_t idle;
	spinlock_t lock;	/* guards what follows */
	DECLARE_HASHTABLE(handles, 6);
	struct list_head services;	/* rpc_service::node_link */
};

DECLARE_NODE_VAR(struct rpc_node, rpc_node);

u64 rpc_now_ms(void);
u64 rpc_next_xid(void);

/* ---- arith.c: rules that have no state ---- */

/** struct rpc_part - what one MD of a bulk transfer describes */
struct rpc_part {
	struct bio_vec *bv;
	unsigned int nr;
	u32 len;	/* bytes */
};

u64 rpc_first_xid(u64 now_s);
u64 rpc_bulk_first(u64 mbits, u32 max_parts);
unsigned int rpc_bulk_count(u64 mbits, u32 max_parts);
int rpc_bulk_split(const struct bio_vec *bv, unsigned int nr, u32 len, struct bio_vec *out,
		   struct rpc_part *parts, unsigned int max_parts);
u32 rpc_reply_portal(u32 request_portal);
u32 rpc_reply_offset(const struct wire_msg *req, u32 opc);
u32 rpc_opc_version(u32 opc);
u32 rpc_body_cksum(const struct wire_body *body, u32 len);
u32 rpc_client_timeout(u32 estimate);
u64 rpc_connect_backoff_ms(unsigned int round, u32 timeout_s);

/* ---- requests ---- */

enum rpc_phase {
	RPC_NEW,	/* not sent yet */
	RPC_DELAYED,	/* in imp->delayed: waits for the import, a slot, or its time */
	RPC_SENDING,	/* in imp->sending, an attempt is under way */
	RPC_WAITING,	/* in imp->sending, lost, to be sent again after recovery */
	RPC_DONE,
};

/** Why an attempt ended. */
enum rpc_end {
	RPC_END_NONE,
	RPC_END_REPLIED,
	RPC_END_LOST,	/* not sent, or no reply in time */
	RPC_END_RESEND,	/* the connection is a new one */
	RPC_END_ABORT,	/* nobody wants the answer */
};

/* Kinds of requests that rpc/ itself makes; in st->kind. */
enum rpc_kind {
	RPC_KIND_USER,
	RPC_KIND_CONNECT,	/* precedes negotiation; the only one sent while CONNECTING */
	RPC_KIND_REPLAY,	/* copy of a request of the replay list */
	RPC_KIND_PING,
	RPC_KIND_FINAL_PING,	/* says that replay is over */
	RPC_KIND_DISCONNECT,
};

/**
 * struct rpc_md - one MD of an attempt
 * @md: NULL when its last event was delivered
 * @ready: LNet is through with attaching it, so that it may be unlinked
 * st->lock guards all but the first writing of @md, which happens before @ready.
 */
struct rpc_md {
	struct rpc_request *req;
	struct lnet_md *md;
	bool ready;
	bool unlinked;
};

/**
 * struct rpc_bulk - bulk data of a request; @parts point into @bv, the cut copy of the caller's
 * vector
 */
struct rpc_bulk {
	bool write;
	/* its pages have a reference each: they outlive the request's end */
	bool held;
	u32 portal;
	unsigned int nr_parts;
	u32 moved;		/* bytes; st->lock */
	int error;		/* st->lock */
	struct bio_vec *bv;
	struct rpc_part parts[RPC_MAX_PARTS];
	struct rpc_md mds[RPC_MAX_PARTS];
};

/**
 * struct rpc_request_state - the private half of a request
 *
 * References: the caller's, and one per attempt; the replay list has its own.
 */
struct rpc_request_state {
	struct rpc_request req;
	refcount_t refs;
	u32 opc;
	u32 flags;			/* RPC_* of rpc.h */
	enum rpc_kind kind;
	u32 portal;
	u32 req_lens[WIRE_MAX_BUFS];
	u32 rep_lens[WIRE_MAX_BUFS];
	u32 req_size;			/* bytes of the message */
	u32 held;			/* whole pages of it that count in imp->held_pages */
	u32 rep_size;			/* bytes of the longest reply */
	void *repbuf;			/* room for an early reply and the real one */
	u32 repbuf_size;
	void (*replay_fn)(struct rpc_request *req, bool done, void *arg);
	void *replay_arg;
	void (*replied_fn)(struct rpc_request *req, void *arg);
	void *replied_arg;
	bool (*again_fn)(struct rpc_request *req);
	void (*committed_fn)(void *arg);
	void *committed_arg;
	struct rpc_request *original;	/* of a replay's copy, with a reference */
	struct rpc_request *carrier;	/* the batch that the reply is in, with a reference */
	struct rpc_bulk *bulk;
	rpc_done_fn done_fn;		/* before @done is complete; may be NULL */
	void *done_arg;
	struct work_struct done_work;
	struct completion done;

	/* under imp->lock */
	struct list_head link;		/* imp->sending or imp->delayed */
	struct list_head xid_link;	/* imp->unreplied */
	struct list_head replay_link;	/* imp->replay or imp->committed */
	enum rpc_phase phase;
	bool bound;			/* @generation is the owner's, not that of its sending */
	bool keep;			/* stays for replay though committed */
	bool listed;			/* in one of the lists for replay */
	bool in_committed;		/* in the second of them */
	bool lock_replay;		/* counted in imp->lock_replays */
	bool cut;			/* the connection under the attempt has broken */
	bool dead;			/* ends with @dead_status once it has no attempt */
	int dead_status;
	u32 generation;
	u32 conn_cnt;			/* connection of the last attempt */
	u32 resent_on;			/* connection on which it was last told to be sent again */
	u32 slot;			/* 1-based, 0: none */
	u32 attempts;
	u32 timeout_s;			/* of the last attempt, as told to the server */
	u64 xid;
	u64 mbits;
	u64 transno;
	u64 not_before_ms;
	u64 sent_ms;
	u64 deadline_ms;		/* also written by early replies */
	lnet_nid_t peer;
	bool at;			/* of the attempt: early replies are taken */

	/* the attempt */
	spinlock_t lock;		/* guards all that follows */
	unsigned int mds;		/* MDs, and threads that need them; 0: no attempt */
	enum rpc_end end;
	int end_status;
	u32 rep_len;			/* bytes of the reply that are in the buffer */
	u32 rep_full;			/* bytes that the server wanted to send */
	struct rpc_md out;
	struct rpc_md reply;
};

static inline struct rpc_request_state *rpc_st(struct rpc_request *req)
{
	return req->st;
}

/* request.c: making requests */
void rpc_fill_body(struct rpc_request *req, u64 handle, u32 conn_cnt, u64 last_xid, u16 tag);
int rpc_alloc_reply(struct rpc_request *req, u32 size);
struct rpc_request *rpc_clone(struct rpc_request *req);

/* attempt.c: one sending of a request */
void rpc_attempt_begin(struct rpc_request *req);
void rpc_attempt_send(struct rpc_request *req);
void rpc_attempt_stop(struct rpc_request *req, enum rpc_end why, int status);

/* client.c: from submission to completion */
void rpc_attempt_ended(struct rpc_request *req);
unsigned int rpc_abort_all(struct rpc_import *imp, u32 before_generation, int status);
void rpc_dispatch_delayed(struct rpc_import *imp);
void rpc_resend_all(struct rpc_import *imp);
void rpc_expire(struct rpc_import *imp, u64 now_ms);
void rpc_abort_recovery(struct rpc_import *imp);
void rpc_cut(struct rpc_import *imp, lnet_nid_t peer);
void rpc_cut_connect(struct rpc_import *imp, lnet_nid_t up);

/* bulk.c */
void rpc_bulk_free(struct rpc_import *imp, struct rpc_bulk *bulk);
void rpc_bulk_hold(struct rpc_import *imp, struct rpc_bulk *bulk);
void rpc_bulk_adopt(struct rpc_bulk *bulk, struct rpc_request *req);

/* counts.c */
void rpc_count_sending(struct rpc_import *imp, u32 opc, bool again);

/* replay.c: lists of what may have to be replayed */
void rpc_replay_add(struct rpc_import *imp, struct rpc_request *req);
void rpc_replay_trim(struct rpc_import *imp, u64 committed);
void rpc_replay_drop(struct rpc_request *req);
/** rpc_replay_take_all() - puts all on @list, with their references, for rpc_replay_put_all() */
void rpc_replay_take_all(struct rpc_import *imp, struct list_head *list);
void rpc_replay_put_all(struct list_head *list);
struct rpc_request *rpc_replay_next(struct rpc_import *imp);

/* ---- imports ---- */

/** struct rpc_connected - what a connect reply said */
struct rpc_connected {
	int status;
	u32 op_flags;
	u64 handle;
	u64 last_committed;
	struct wire_connect data;
	u64 vendor;
};

/**
 * struct rpc_import - a connection to a target
 *
 * References: the owner's until rpc_import_close(), and one of every request.
 */
struct rpc_import {
	refcount_t refs;
	/* constant */
	struct obd_device *dev;
	bool reverse;			/* a server's way to call a client: always FULL, one NID */
	char target_uuid[WIRE_UUID_SIZE];
	char client_uuid[WIRE_UUID_SIZE];
	bool leaving;			/* no events any more: the owner is taking it down */
	u32 connect_opc;
	u32 request_portal;
	u32 reply_portal;
	struct wire_connect ask;
	u64 ask_vendor;
	u64 cookie;			/* our handle, in callbacks to us */
	bool failout;			/* see struct rpc_import_desc */
	void (*event)(struct obd_device *dev, enum rpc_import_event ev);
	struct hlist_node hash;		/* node's table, its lock */
	atomic_long_t held_pages;	/* of data kept for a replay */

	spinlock_t lock;		/* guards all that follows */
	enum rpc_import_state state;
	wait_queue_head_t wait;		/* woken when the state changes or a list becomes empty */
	lnet_nid_t nids[RPC_MAX_NIDS];
	unsigned int nr_nids;
	unsigned int cur_nid;
	struct wire_connect granted;	/* changes only while not FULL */
	u64 vendor;			/* likewise */
	u64 handle;			/* the server's, in our requests; 0: never connected */
	u32 conn_cnt;
	u32 generation;
	bool at;			/* early replies are agreed on */
	bool replayable;
	bool inactive;			/* by the administrator */
	bool invalid;			/* what we hold is void: evicted on the next connect */
	u32 estimate_s;			/* service time that the server told us last */
	u64 last_committed;
	u64 last_xid;			/* assigned last */
	u64 last_sent_ms;
	unsigned int nr_counts;
	struct rpc_count counts[RPC_MAX_COUNTS];
	DECLARE_BITMAP(slots, RPC_MAX_SLOTS);
	unsigned int nr_slots;
	struct list_head sending;
	struct list_head delayed;
	unsigned int telling;		/* requests that are over, whose owners do not know yet */
	struct list_head unreplied;	/* by xid: no reply has arrived */
	struct list_head replay;	/* by transno: replied, not committed */
	struct list_head committed;	/* by transno: committed, but to be kept (open files) */

	/* connecting and recovery */
	bool want_connect;
	bool lost;			/* the connection failed; @recov has not seen it yet */
	bool tell_discon;		/* FULL was left; the user does not know yet */
	bool conn_done;			/* @conn is there */
	struct rpc_connected conn;
	int connect_error;		/* of the last connect */
	unsigned int conn_fails;	/* connects that failed since the last success */
	unsigned int conn_silent;	/* the last of them that nobody answered in time */
	u64 next_connect_ms;
	unsigned int told_nid;		/* number in @nids, from 1, where it is said to be up; 0 */
	bool asks_now;			/* a ping is due: the node's connections have broken */
	bool restarted;			/* the server, since we were FULL last */
	unsigned int nr_aborted;	/* requests that the last eviction has ended */
	struct list_head *taken;	/* while it is told of: what was on the replay lists */
	bool resume;			/* the server has seen a part of this replay before */
	u64 replay_cursor;		/* transno replayed last */
	struct rpc_request *replay_last;	/* request replayed last, with a reference */
	bool replay_busy;		/* a replayed request or the final ping is under way */
	bool replay_told;		/* IMP_EVENT_REPLAY_LOCKS was sent */
	bool final_done;		/* the final ping is answered */
	unsigned int lock_replays;	/* requests of the lock manager's replay under way */
	u64 wake_ms;			/* when @tick is due */
	struct delayed_work tick;
	struct work_struct recov;
};

/* import.c */
struct rpc_import *rpc_import_alloc(struct obd_device *dev);
struct rpc_import *rpc_import_get(struct rpc_import *imp);
void rpc_import_put(struct rpc_import *imp);
void rpc_import_fail(struct rpc_import *imp, u32 conn_cnt);
void rpc_import_kick(struct rpc_import *imp);
void rpc_import_wake_at(struct rpc_import *imp, u64 when_ms);
void rpc_import_set_state(struct rpc_import *imp, enum rpc_import_state state);
struct obd_device *rpc_import_dev_by_cookie(u64 cookie);
void rpc_peer_lost(lnet_nid_t nid);

/* connect.c */
int rpc_connect_start(struct rpc_import *imp);
void rpc_connect_result(struct rpc_import *imp);
bool rpc_connect_error_is_final(int error);

/* recover.c */
void rpc_recov_work(struct work_struct *work);

/* tick.c */
void rpc_tick_work(struct work_struct *work);

/* ---- services ---- */

/** struct rpc_srv_portal - a portal that a service listens on */
struct rpc_srv_portal {
	struct lnet_listener listener;
	struct rpc_service *svc;
	u32 portal;
};

struct rpc_srv_thread {
	struct list_head link;
	struct task_struct *task;
	struct rpc_service *svc;
};

/**
 * struct rpc_service - threads that answer the requests of some portals. Each request holds a
 * reference.
 */
struct rpc_service {
	refcount_t refs;
	char name[16];
	unsigned int threads_min;
	unsigned int threads_max;
	struct rpc_srv_portal portals[4];
	unsigned int nr_portals;
	const struct obd_handler *handlers;	/* may be NULL */
	struct list_head node_link;	/* in rpc_node::services; its lock */

	spinlock_t lock;		/* guards all that follows */
	struct list_head queue;		/* requests that wait for a thread */
	struct list_head timed;		/* requests that may need an early reply */
	unsigned int nr_queued;
	unsigned int nr_requests;	/* alive */
	size_t bytes;			/* of their messages */
	struct list_head threads;
	unsigned int nr_threads;
	unsigned int nr_busy;
	bool stopping;
	u32 estimate_s;			/* longest service time of this period and the one before */
	u32 estimate_new_s;		/* of this period */
	u64 period_end_ms;
	wait_queue_head_t wait;		/* threads wait here for requests */
	wait_queue_head_t idle;		/* woken when the last request goes */
	struct delayed_work early;
	struct work_struct grow;
};

/**
 * struct rpc_srv_state - a request and what its service knows of it
 *
 * References: the service's until the request is finished, one while a thread works on it, one
 * per reply under way.
 */
struct rpc_srv_state {
	struct rpc_srv_req req;
	refcount_t refs;
	u32 portal;
	u32 rep_offset;
	u32 rep_len[WF_NR];		/* bytes; ~0: the fixed size */
	u32 rep_size;
	u64 arrived_ms;
	struct obd_export *exp;		/* with a reference, as is @dev */
	struct obd_device *dev;
	bool at;			/* constant: the client takes early replies */
	struct list_head queue_link;	/* svc->lock */
	struct list_head timed_link;	/* svc->lock */

	spinlock_t lock;		/* guards all that follows */
	u64 mbits;			/* of the last sending of the request */
	u64 deadline_ms;
	bool held;
	bool replied;			/* answered, or dropped for good */
	bool no_reply;			/* bulk failed: the client is to send it again */
	wait_queue_head_t bulk_wait;

	/* for the linter; of the thread that replies */
	struct wire_lint_peer lint;	/* what the client knew before */
	u32 bulk_moved;			/* bytes, by the last transfer */

	u32 msg_len;
	u64 msg[];			/* the message */
};

/* srv_req.c */
void rpc_srv_init(struct rpc_srv_state *st, struct rpc_service *svc);
/* finds the handler of a request whose device is known, and runs it */
int rpc_srv_run(struct rpc_srv_state *st);

/* srv_reply.c */
/* completes the message of the reply; false: there is no memory for one */
bool rpc_srv_complete(struct rpc_srv_state *st, int status, u32 est);

/* service.c */
void rpc_srv_queue(struct rpc_srv_state *st);
void rpc_srv_put(struct rpc_srv_state *st);
bool rpc_srv_admit(struct rpc_service *svc, u32 len);
void rpc_srv_unadmit(struct rpc_service *svc, u32 len);
void rpc_srv_timed(struct rpc_srv_state *st);

/* srv_req.c: a request comes in and is handled */
void *rpc_srv_alloc(struct lnet_listener *l, const struct lnet_event *ev);
void rpc_srv_received(struct lnet_listener *l, void *mem, const struct lnet_event *ev);
void rpc_srv_handle(struct rpc_srv_state *st);

/* srv_reply.c */
bool rpc_srv_retire(struct rpc_srv_state *st);
void rpc_srv_early_work(struct work_struct *work);

/*
 * ---- lint.c: SHEEN_DEBUG is 0: not built; 1: what would harm a client is a warning; 2: it is the
 * end ----
 */

#if SHEEN_DEBUG
/* before a reply is completed, and when it is complete */
void rpc_lint_begin(struct rpc_srv_state *st);
void rpc_lint_reply(struct rpc_srv_state *st);
/* before a request is sent */
void rpc_lint_request(struct rpc_request *req);
/* before bulk data is sent, and after any transfer */
void rpc_lint_bulk(struct rpc_srv_req *req, const struct bio_vec *bv, u32 len);
void rpc_lint_moved(struct rpc_srv_req *req, int bytes);
#else
static inline void rpc_lint_begin(struct rpc_srv_state *st) { }
static inline void rpc_lint_reply(struct rpc_srv_state *st) { }
static inline void rpc_lint_request(struct rpc_request *req) { }
static inline void rpc_lint_bulk(struct rpc_srv_req *req, const struct bio_vec *bv, u32 len) { }
static inline void rpc_lint_moved(struct rpc_srv_req *req, int bytes) { }
#endif

#endif
