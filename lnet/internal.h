/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inside of LNet's core.
 *
 * Locks, outermost first: lnet_core::mutex (networks come and go), lnet_portal::lock,
 * lnet_md::lock, lnet_op_bucket::lock.  lnet_core::lock and lnet_ni::lock are leaves.  No callback
 * runs and no driver is called with any of them held, except that drivers start up and shut down
 * under lnet_core::mutex.
 */
#ifndef SHEEN_LNET_INTERNAL_H
#define SHEEN_LNET_INTERNAL_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "kernel/node.h"
#include "lnet/lnd.h"
#include "lnet/lnet.h"
#include "lnet/wire.h"

#define LNET_PEER_CREDITS	8
#define LNET_NI_CREDITS		256
#define LNET_TIMEOUT_MS		50000u
#define LNET_MONITOR_MS		1000u

#define LNET_MD_BUCKETS		128u
#define LNET_OP_BUCKETS		64u

/**
 * Most interfaces of a node, loopback included, and most that we read from the ping answer of
 * another.
 */
#define LNET_NIS_MAX		16u

/**
 * struct lnet_md - a memory descriptor
 *
 * One reference belongs to LNet until the last event has been delivered; lnet_md_hold() takes
 * others.  @pending counts the operations that will still deliver events; the MD ends when it is
 * unlinked and nothing is pending.
 */
struct lnet_md {
	refcount_t refs;
	struct lnet_md_desc desc;	/* constant */
	u32 portal;			/* constant, as are the next three */
	lnet_nid_t from;
	u64 match_bits;
	u64 ignore_bits;
	u64 order;			/* age among the MDs of the portal; constant */
	struct list_head match_link;	/* in a list of its portal, whose lock guards it */

	spinlock_t lock;		/* guards all that follows */
	unsigned int pending;		/* operations whose final event has not been delivered */
	bool unlinked;			/* no new operation may start */
	bool delivering;		/* a thread is in the callback loop */
	bool finished;			/* the last event has been, or is being, delivered */
	struct list_head events;	/* lnet_event_rec that wait for the callback */
	struct list_head ops;		/* our operations on it: lnet_op::md_link */
};

/** struct lnet_portal - where the messages of peers meet our MDs */
struct lnet_portal {
	spinlock_t lock;		/* guards all */
	struct list_head *buckets;	/* MDs that ignore no bits, by match bits, oldest first */
	struct list_head wildcards;	/* MDs that ignore bits, oldest first */
	u64 next_order;
	struct lnet_listener *listener;
	unsigned int listener_calls;	/* messages that the listener has begun to receive */
	wait_queue_head_t listener_wait;	/* woken when @listener_calls reaches 0 */
};

/**
 * struct lnet_op - a PUT or GET of ours
 *
 * A reference for each part (sending, the answer) until the event of the part has been delivered or
 * is not needed. Whoever takes it out of its bucket owns the answer part.
 */
struct lnet_op {
	refcount_t refs;
	struct hlist_node hash;		/* in core->ops while an answer is awaited; bucket's lock */
	struct list_head md_link;	/* in md->ops; md's lock */
	struct lnet_md *md;		/* pinned by its pending count */
	u64 cookie;
	u64 deadline_ms;
	lnet_nid_t target;
	lnet_nid_t self;
	u32 portal;
	u32 offset;
	u64 match_bits;
	u64 hdr_data;
	bool is_get;
	bool once;			/* unlink the MD with the final event */
	bool sending;			/* the driver has it; md's lock */
	bool answering;			/* an answer is awaited or being received; md's lock */
	struct lnet_msg msg;
	struct lnet_event_rec answer;
};

/** struct lnet_op_bucket - operations that wait for an answer */
struct lnet_op_bucket {
	spinlock_t lock;		/* guards @ops */
	struct hlist_head ops;
};

/** struct lnet_peer - a neighbour on one interface; exists until the interface goes down */
struct lnet_peer {
	struct hlist_node hash;		/* in ni->peers; the interface's lock guards all */
	lnet_nid_t nid;
	int credits;			/* messages that the driver may still be given for it */
	unsigned int nr_queued;
	struct list_head queue;		/* messages that wait for credits */
	struct list_head ready_link;	/* in ni->ready */
	u64 sent;			/* payload bytes */
	u64 received;
};

/** struct lnet_core - everything LNet knows on a node */
struct lnet_core {
	struct mutex mutex;		/* networks and drivers come and go */
	bool up;			/* @mutex and @lock to change, either to read */
	spinlock_t lock;		/* guards @users, @nis, @lnds, @lo_* */
	unsigned int users;
	struct rw_semaphore lost_sem;	/* guards @lost_fn; read while it runs */
	void (*lost_fn)(lnet_nid_t nid);
	struct list_head nis;		/* loopback first */
	struct list_head lnds;
	u64 interface_cookie;		/* random: no handle of an earlier life passes */
	atomic64_t next_cookie;
	struct lnet_portal portals[LNET_NR_PORTALS];
	struct lnet_op_bucket ops[LNET_OP_BUCKETS];
	struct list_head lo_queue;	/* messages to ourselves */
	struct work_struct lo_work;
	struct delayed_work monitor;
	struct workqueue_struct *wq;
	struct lnet_wire_ping *ping_info;	/* memory of the ping MD */
	struct lnet_md *ping_md;
	wait_queue_head_t ping_wait;	/* woken when @ping_md has ended */
	atomic64_t nr_mds;
	atomic64_t nr_msgs;
	atomic64_t nr_peers;
	atomic64_t nr_dropped;
};

DECLARE_NODE_VAR(struct lnet_core, lnet_core);

/* core.c: life of the layer */
int lnet_core_init(void);
void lnet_core_exit(void);
int lnet_net_up(const char *networks, struct lnet_report *why);
int lnet_net_down(struct lnet_report *why);
struct lnet_ni *lnet_ni_get_for(lnet_nid_t target);
void lnet_ni_put_msg(struct lnet_ni *ni);
int lnet_ni_list(lnet_nid_t *nids, unsigned int max);

/** struct lnet_peer_info - one line of the table of peers */
struct lnet_peer_info {
	lnet_nid_t nid;
	u32 conns;
	s32 credits;
	u32 queued;
	u64 sent;
	u64 received;
};

int lnet_peer_list(struct lnet_peer_info *info, unsigned int max);

/* md.c: memory descriptors and portals */
void lnet_portals_init(struct lnet_core *core);
void lnet_portals_exit(struct lnet_core *core);
int lnet_md_attach_always(u32 portal, lnet_nid_t from, u64 match_bits, u64 ignore_bits,
			  const struct lnet_md_desc *desc, struct lnet_md **md);
int lnet_md_bind_always(const struct lnet_md_desc *desc, struct lnet_md **md);
struct lnet_md *lnet_md_match(u32 portal, lnet_nid_t from, u64 match_bits, u32 option, u32 offset,
			      u32 rlength, u32 *mlength);
bool lnet_md_start_op(struct lnet_md *md, struct lnet_op *op);
void lnet_md_deliver(struct lnet_md *md, struct lnet_event_rec *rec) __releases(&md->lock);
struct lnet_listener *lnet_listener_enter(u32 portal);
void lnet_listener_leave(u32 portal);

/* op.c: our own operations */
struct lnet_op *lnet_op_take(struct lnet_wire_handle handle, lnet_nid_t from, bool is_get);
void lnet_op_answered(struct lnet_op *op, int status, u32 mlength);
void lnet_op_put(struct lnet_op *op);
void lnet_ops_cancel_md(struct lnet_md *md, int status);
void lnet_ops_expire(struct lnet_core *core, u64 now_ms, int status);

/* peer.c: neighbours, credits, the way to the driver */
struct lnet_msg *lnet_msg_alloc(struct lnet_ni *ni);
void lnet_msg_init(struct lnet_msg *msg, struct lnet_ni *ni);
void lnet_msg_free(struct lnet_msg *msg);
void lnet_msg_set_payload(struct lnet_msg *msg, unsigned int direction, const struct lnet_buf *buf,
			  u32 offset, u32 len);
struct lnet_peer *lnet_peer_find(struct lnet_ni *ni, lnet_nid_t nid);
void lnet_send(struct lnet_msg *msg, lnet_nid_t target);
void lnet_peers_expire(struct lnet_ni *ni, u64 now_ms, int status);
void lnet_peers_free(struct lnet_ni *ni);

/* loopback.c */
void lnet_lo_work(struct work_struct *work);
void lnet_lo_send(struct lnet_msg *msg);
int lnet_msg_copy(struct lnet_msg *to, struct lnet_msg *from);

/* ping.c */
/** struct lnet_ping_ni - one line of the answer to a ping */
struct lnet_ping_ni {
	lnet_nid_t nid;
	bool up;
};

int lnet_ping_nis(lnet_nid_t nid, unsigned int timeout_ms, struct lnet_ping_ni *nis,
		  unsigned int *nr);
int lnet_ping_start(struct lnet_core *core);
void lnet_ping_stop(struct lnet_core *core);

/* netspec.c */
/** struct lnet_net_spec - one network of a list such as "tcp0(eth0),tcp1(10.0.0.5)" */
struct lnet_net_spec {
	u32 type;
	u32 num;
	char interface[64];	/* name or address; empty: the driver chooses */
};

int lnet_net_parse(const char *text, u32 *type, u32 *num);
int lnet_net_specs_parse(const char *text, struct lnet_net_spec *specs, unsigned int max);
const char *lnet_net_type_name(u32 type);

/* control.c, kernel only: the netlink family */
int lnet_control_init(void);
void lnet_control_exit(void);

#endif
