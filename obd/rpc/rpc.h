/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests: calls of a client to a target, and the services that answer them.
 *
 * Client side: an import is a connection to one target, over any of its NIDs. A request is packed
 * by format, sent, and either waited for or finished by a callback. Requests are resent when a
 * reply does not come, kept for replay until committed, and sent again after recovery.
 *
 * Server side: a service is a portal with threads. A request is checked, its export found by
 * handle, and the handler of the export's device run; the reply carries the target's last committed
 * transno.
 */
#ifndef SHEEN_RPC_H
#define SHEEN_RPC_H

#include <linux/bvec.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "obd/class/class.h"

/* ================================ imports ================================ */

enum rpc_import_state {
	IMP_CLOSED = 1,
	IMP_NEW = 2,
	IMP_DISCON = 3,
	IMP_CONNECTING = 4,
	IMP_REPLAY = 5,
	IMP_REPLAY_LOCKS = 6,
	IMP_REPLAY_WAIT = 7,
	IMP_RECOVER = 8,
	IMP_FULL = 9,
	IMP_EVICTED = 10,
};

enum rpc_import_event {
	IMP_EVENT_ACTIVE,	/* FULL reached */
	IMP_EVENT_DISCON,	/* lost */
	/*
	 * the server has forgotten us: drop locks and all that they cover, and say once what is
	 * lost
	 */
	IMP_EVENT_EVICTED,
	IMP_EVENT_REPLAY_LOCKS,	/* replay the locks now (the lock manager does) */
};

struct rpc_import;
struct rpc_request;

/**
 * struct rpc_import_desc - how to reach a target
 * @dev: client device that it belongs to (for its name and namespace)
 * @target_uuid: uuid of the target
 * @client_uuid: ours
 * @connect_opc: OP_MDS_CONNECT, OP_OST_CONNECT or OP_MGS_CONNECT
 * @request_portal, @reply_portal: of ordinary requests
 * @ask: connect data to ask with; copied
 * @vendor: VENDOR_* features to ask for beyond the protocol
 * @nids: NIDs of the target's nodes, tried in order
 * @failout: while a target that offers no replay is away, requests fail with -EIO instead of
 *   waiting; what was held there is void then
 * @event: hears of state changes, in process context; may be NULL
 */
struct rpc_import_desc {
	struct obd_device *dev;
	const char *target_uuid;
	const char *client_uuid;
	u32 connect_opc;
	u32 request_portal;
	u32 reply_portal;
	struct wire_connect ask;
	u64 vendor;
	const lnet_nid_t *nids;
	unsigned int nr_nids;
	bool failout;
	void (*event)(struct obd_device *dev, enum rpc_import_event ev);
};

int rpc_import_create(const struct rpc_import_desc *desc, struct rpc_import **imp);

/** rpc_import_add_nid() - another way to the same target */
int rpc_import_add_nid(struct rpc_import *imp, lnet_nid_t nid);

/**
 * rpc_import_connect() - starts connecting; it goes on by itself until it succeeds or the import is
 * closed
 */
int rpc_import_connect(struct rpc_import *imp);

/**
 * rpc_import_wait() - waits until FULL; killable; the connect's own error when final; after
 * @timeout_s seconds -EBUSY when the server is there and lets nobody in yet, because it recovers,
 * else -ETIMEDOUT
 */
int rpc_import_wait(struct rpc_import *imp, u32 timeout_s);

/**
 * rpc_import_leave() - from its return on the event function is not called any more: before the
 * owner frees what that uses
 */
void rpc_import_leave(struct rpc_import *imp);

/**
 * rpc_import_close() - disconnects (with a request if FULL and not @force), fails what waits with
 * -ESHUTDOWN, frees it. The caller has stopped starting requests on it. No rpc_done_fn runs any
 * more on return, but for those of a reverse import. Not to be called from the import's event
 * function or an rpc_done_fn.
 */
void rpc_import_close(struct rpc_import *imp, bool force);

/**
 * rpc_import_set_active() - false: all requests fail with -EIO until it is made active again (lctl
 * deactivate). What the import held is void then. An import whose server is away waits for it, but
 * see @failout of struct rpc_import_desc.
 */
void rpc_import_set_active(struct rpc_import *imp, bool active);

/** rpc_import_fails() - does what is asked fail while the target is away? See @failout. */
bool rpc_import_fails(struct rpc_import *imp);

/** rpc_import_recover() - reconnect now, to @nid if not LNET_NID_ANY */
int rpc_import_recover(struct rpc_import *imp, lnet_nid_t nid);

/**
 * rpc_target_is_up() - a target has been started: all imports of this node that are not connected
 * to this start of it, or a later one, connect now, to the first of @nids that they have
 * What is not true does no harm: they go on as ever. Does not wait.
 */
void rpc_target_is_up(const char *target_uuid, const lnet_nid_t *nids, unsigned int nr,
		      u32 instance);

enum rpc_import_state rpc_import_state(struct rpc_import *imp);
const char *rpc_import_state_name(enum rpc_import_state st);
/** rpc_import_granted() - connect data of the last successful connect; stable while FULL */
const struct wire_connect *rpc_import_granted(struct rpc_import *imp);
/**
 * rpc_import_ask_grant() - bytes of space that connects ask for from now on; called by who is told
 * of IMP_EVENT_DISCON
 */
void rpc_import_ask_grant(struct rpc_import *imp, u32 bytes);
u64 rpc_import_flags(struct rpc_import *imp);
/** rpc_import_vendor() - VENDOR_* features that the server has granted; 0: a stock one */
u64 rpc_import_vendor(struct rpc_import *imp);
struct obd_device *rpc_import_dev(struct rpc_import *imp);
/** rpc_import_reached() - was it ever connected? */
bool rpc_import_reached(struct rpc_import *imp);
u32 rpc_import_generation(struct rpc_import *imp);	/* grows with every eviction */

/*
 * While IMP_EVENT_EVICTED is told of: rpc_import_aborted() - requests under way that it has ended;
 * rpc_each_lost() - calls @fn, if not NULL, for those that were answered, and that a restart of the
 * server has undone, unless they were stored without our knowing; how many
 */
unsigned int rpc_import_aborted(struct rpc_import *imp);
unsigned int rpc_each_lost(struct rpc_import *imp, void (*fn)(struct rpc_request *req, void *arg),
			   void *arg);

#define RPC_MAX_COUNTS	32u	/* opcodes that one import may send */

/** struct rpc_count - requests of one opcode: how many, and how often one was sent once more */
struct rpc_count {
	u32 opc;
	u64 sent;
	u64 again;
};

/**
 * struct rpc_stats - what a client device's import has done since it was made
 * @held_pages: pages of written data that are kept for a replay; one in several requests counts
 *   as several
 */
struct rpc_stats {
	char target_uuid[WIRE_UUID_SIZE];
	enum rpc_import_state state;
	unsigned long held_pages;
	unsigned int nr_counts;
	struct rpc_count counts[RPC_MAX_COUNTS];
};

/** rpc_device_stats() - -ENODEV: the device has no import (any more) */
int rpc_device_stats(const struct obd_device *dev, struct rpc_stats *stats);

/* ================================ requests ================================ */

/** rpc_errno() - a status of a stock server, some of which is only for use in its kernel */
static inline int rpc_errno(int status)
{
	return status == -ENOTSUPP ? -EOPNOTSUPP : status;
}

typedef void (*rpc_done_fn)(struct rpc_request *req, void *arg);

/**
 * struct rpc_request - a call
 * @status: once done: 0 or positive: the reply's status; negative: the reply's or our own error
 * The rest belongs to rpc/; users go through the functions below.
 */
struct rpc_request {
	int status;
	struct rpc_import *imp;
	const struct wire_format *fmt;
	struct wire_msg *reqmsg;
	struct wire_msg *repmsg;	/* NULL until a reply has arrived */
	struct rpc_request_state *st;	/* private to rpc/ */
};

/**
 * rpc_new() - a request; lengths of variable buffers are 0 until set. One reference, dropped by
 * rpc_put().
 */
struct rpc_request *rpc_new(struct rpc_import *imp, const struct wire_format *fmt, u32 opc);

/**
 * rpc_set_generation() - before it is sent: it fails with -EIO unless @generation is still that of
 * the import, as it is else with that of the moment when it is sent
 */
void rpc_set_generation(struct rpc_request *req, u32 generation);
struct rpc_request *rpc_get(struct rpc_request *req);
void rpc_put(struct rpc_request *req);

/**
 * rpc_req_len(), rpc_rep_len() - before packing: bytes of a variable buffer; room for one in the
 * reply
 */
void rpc_req_len(struct rpc_request *req, enum wire_field f, u32 len);
void rpc_rep_len(struct rpc_request *req, enum wire_field f, u32 len);

/** rpc_pack() - allocates the message, all zero but its body; -ENOMEM, -EMSGSIZE */
int rpc_pack(struct rpc_request *req);

/**
 * rpc_req_buf() - a buffer of the packed request; never NULL for a field of its format, but for
 * WF_EXTRA without a length
 */
void *rpc_req_buf(struct rpc_request *req, enum wire_field f);

/**
 * rpc_rep_buf() - a buffer of the reply with at least the field's fixed size, else NULL; @len: its
 * length, may be NULL
 */
void *rpc_rep_buf(struct rpc_request *req, enum wire_field f, u32 *len);

/* options, set before sending */
void rpc_set_portal(struct rpc_request *req, u32 request_portal);
#define RPC_NO_DELAY	0x01u	/* fail with -ENOTCONN at once when the import is not FULL */
#define RPC_NO_RESEND	0x02u
#define RPC_NO_WAIT_RECOV 0x04u	/* may be sent in any connected state (pings, lock replay) */
/* modifies: takes a slot (tag), kept for replay when the reply has a transno */
#define RPC_MODIFY	0x08u
/* modifies, and is kept for replay, but takes no slot; pages of bulk data are held until then */
#define RPC_REPLAY	0x20u
/* is sent in a batch, by rpc_batch_call(), only; set before packing */
#define RPC_SUB		0x40u
void rpc_set_flags(struct rpc_request *req, u32 flags);

/**
 * rpc_set_replay() - called when the request is replayed, before it is sent, and after its replayed
 * reply (@done)
 */
void rpc_set_replay(struct rpc_request *req,
		    void (*fn)(struct rpc_request *req, bool done, void *arg), void *arg);

/**
 * rpc_set_replied() - called when the reply is there and the request may have to be replayed,
 * before it can be. The place to write into the request what a replay has to say, perhaps with
 * rpc_req_resize(): then gives a buffer of the request another length, and returns it, or NULL.
 * Must not wait for the network.
 */
void rpc_set_replied(struct rpc_request *req, void (*fn)(struct rpc_request *req, void *arg),
		     void *arg);
void *rpc_req_resize(struct rpc_request *req, enum wire_field f, u32 len);

/**
 * rpc_set_again() - asked when a reply is there that is not an error: does it say, in a place that
 * only the user knows, what -EINPROGRESS as a status says? The request is sent again later, then.
 * Must not wait. Not asked of what is sent in a batch.
 */
void rpc_set_again(struct rpc_request *req, bool (*fn)(struct rpc_request *req));

/**
 * rpc_set_committed() - called once what the request did is on stable storage there; before the
 * request's end or after it; not at all when the connection is closed, or lost for good, before.
 * Must not wait for the network.
 */
void rpc_set_committed(struct rpc_request *req, void (*fn)(void *arg), void *arg);

/**
 * rpc_keep_for_replay() - an open: stays in the replay list although committed, until
 * rpc_drop_from_replay()
 */
void rpc_keep_for_replay(struct rpc_request *req);
void rpc_drop_from_replay(struct rpc_request *req);

/** rpc_call() - sends, waits for the reply, killable (-EINTR); returns req->status */
int rpc_call(struct rpc_request *req);

/**
 * rpc_call_or_leave() - rpc_call() of what the server may have done when the program is killed.
 * Returns true: it is over. false: it was on its way, and goes on as after rpc_send(): the
 * reference of the caller has passed, and @done runs, perhaps already.
 */
bool rpc_call_or_leave(struct rpc_request *req, rpc_done_fn done, void *arg);

/**
 * rpc_send() - sends and returns; @done runs in a thread of rpc/ that may not wait for the network,
 * once, also on failure.
 * The reference of the caller passes to the request machinery; @done runs before it is dropped.
 */
void rpc_send(struct rpc_request *req, rpc_done_fn done, void *arg);

/**
 * rpc_send_wait() - rpc_send() of what has to be done in any case, and waits until @done has run.
 * A program that dies of a signal waits half a second at most: the request goes on without it.
 * Returns req->status, -EINTR: not known yet.
 */
int rpc_send_wait(struct rpc_request *req, rpc_done_fn done, void *arg);

/**
 * rpc_abort() - a request that was sent ends with @status, if it has not ended yet, as soon as the
 * network has given its memory back. The caller holds a reference.
 */
void rpc_abort(struct rpc_request *req, int status);

#define RPC_BATCH_MAX	256u	/* requests in one message */

/** rpc_batch_possible() - does the server take several requests in one message? */
bool rpc_batch_possible(struct rpc_import *imp);

/**
 * rpc_batch_call() - sends packed requests with RPC_SUB in one message, up to RPC_BATCH_MAX, and
 * waits; killable. Only requests that change nothing, and that the server answers without waiting.
 * Each then has status and reply as after rpc_call(); -EAGAIN: the server wants it to come alone.
 * Returns 0, or the error that is the status of all of them.
 */
int rpc_batch_call(struct rpc_import *imp, struct rpc_request **subs, unsigned int nr);

/** rpc_transno() - of the reply, 0: none; rpc_xid() - of the request */
u64 rpc_transno(struct rpc_request *req);
u64 rpc_xid(struct rpc_request *req);

/**
 * rpc_call_get() - rpc_call() of a packed request, whose reference it drops
 * @to: receives @size bytes of the reply's buffer @f; may be NULL
 * -EPROTO when the reply has less.
 */
int rpc_call_get(struct rpc_request *req, enum wire_field f, void *to, size_t size);

/** rpc_call_statfs() - space of a target; @opc: OP_OST_STATFS or OP_MDS_STATFS; @flags: RPC_* */
int rpc_call_statfs(struct rpc_import *imp, u32 opc, u32 flags, struct wire_statfs *st);

/**
 * rpc_call_obdo() - a request that is an object's description, as is its reply (@answer, or NULL)
 * @extra: NULL, or what goes along if the server knows it
 */
int rpc_call_obdo(struct rpc_import *imp, u32 opc, u32 portal, u32 flags,
		  const struct wire_obdo *ask, const struct wire_extra *extra,
		  struct wire_obdo *answer);

/**
 * rpc_bulk() - attaches memory for bulk data: @write: the server fetches it, else fills it. @bv
 * stays until done.
 */
int rpc_bulk(struct rpc_request *req, bool write, u32 portal, struct bio_vec *bv, unsigned int nr,
	     u32 len);
/** rpc_bulk_moved() - bytes that the server moved */
u32 rpc_bulk_moved(struct rpc_request *req);

/* ================================ services ================================ */

/**
 * struct rpc_srv_req - a request that a service handles
 * @sub: part of a batch, answered with it: its handler must neither hold it nor wait for clients
 * @exp: the export, NULL for connects and for handles we do not know
 * @dev: the device it is for
 * @reqmsg: checked; @repmsg: after rpc_srv_pack()
 * @transno: given by target_trans() to be sent with the reply, or that of a replay
 * @next_transno: given by target_transno(), until target_trans() takes it; 0: none
 * @versions: by target_version(), to be sent with the reply
 * @recovery_link, @turn: of the target's recovery, under its lock: in one of its queues; it is this
 *   request's turn
 */
struct rpc_srv_req {
	struct rpc_service *svc;
	struct obd_export *exp;
	struct obd_device *dev;
	const struct wire_format *fmt;
	struct wire_msg *reqmsg;
	struct wire_msg *repmsg;
	struct wire_body *body;		/* of the request */
	lnet_nid_t peer;
	lnet_nid_t self;
	u64 xid;
	u32 opc;
	u64 transno;
	u64 next_transno;
	u64 versions[WIRE_NR_VERSIONS];
	ktime_t arrived;
	struct list_head recovery_link;
	bool turn;
	bool sub;
	struct list_head exp_link;	/* in exp->requests */
	struct rpc_srv_state *st;	/* private to rpc/ */
};

/**
 * struct rpc_service_desc
 * @name: of its threads
 * @portals: request portals that it serves with one set of threads; ends with 0
 * @threads_min, @threads_max: grows when all are busy
 * @handlers: tried before those of the export's device, also for requests without an export
 *   (callbacks from servers,
 *	whose handle names an import); ends with opc 0; may be NULL
 */
struct rpc_service_desc {
	const char *name;
	u32 portals[4];
	unsigned int threads_min;
	unsigned int threads_max;
	const struct obd_handler *handlers;
};

struct rpc_service;
int rpc_service_start(const struct rpc_service_desc *desc, struct rpc_service **svc);
/** rpc_service_stop() - lets running handlers end, drops what is queued */
void rpc_service_stop(struct rpc_service *svc);

/**
 * rpc_service_patience() - seconds that a client waits for a reply of this node at most before it
 * takes the message for lost, by the estimates that it was told
 */
u32 rpc_service_patience(void);

/**
 * rpc_srv_buf() - a buffer of the request (fixed size checked already), NULL when absent or empty
 */
void *rpc_srv_buf(struct rpc_srv_req *req, enum wire_field f, u32 *len);
/** rpc_srv_str() - a name: NUL-terminated, returns NULL when absent or bad; @len without NUL */
const char *rpc_srv_str(struct rpc_srv_req *req, enum wire_field f, u32 *len);

/**
 * rpc_srv_extra() - what one of our own clients has added, checked; NULL: nothing, or, with
 * rpc_srv_extra_bad(), something broken
 */
const struct wire_extra *rpc_srv_extra(struct rpc_srv_req *req);
bool rpc_srv_extra_bad(struct rpc_srv_req *req);

/**
 * rpc_srv_switch() - from now on read the buffers by this format (an intent or a reint of a certain
 * kind); -EPROTO
 */
int rpc_srv_switch(struct rpc_srv_req *req, const struct wire_format *fmt);

/** rpc_srv_rep_len() - before packing: bytes of a variable buffer of the reply (default 0) */
void rpc_srv_rep_len(struct rpc_srv_req *req, enum wire_field f, u32 len);
/** rpc_srv_rep_skip() - leave the fixed-size buffer empty in this reply */
void rpc_srv_rep_skip(struct rpc_srv_req *req, enum wire_field f);
int rpc_srv_pack(struct rpc_srv_req *req);
void *rpc_srv_rep_buf(struct rpc_srv_req *req, enum wire_field f);
void rpc_srv_shrink(struct rpc_srv_req *req, enum wire_field f, u32 len);

bool rpc_srv_resent(struct rpc_srv_req *req);
bool rpc_srv_replay(struct rpc_srv_req *req);

/**
 * rpc_srv_hold() - the handler returns but the reply is sent later, by rpc_srv_reply(); @status as
 * a handler's
 */
void rpc_srv_hold(struct rpc_srv_req *req);
void rpc_srv_reply(struct rpc_srv_req *req, int status);

/**
 * rpc_srv_sub() - makes a request of @msg, which came within @parent and stays as long as that;
 * -EPROTO, -ENOMEM; freed by rpc_srv_sub_free()
 * rpc_srv_sub_run() - lets the handler run that a request of its own would get, and completes its
 * reply. Its bytes, in @sub->repmsg; 0: no memory for one
 */
int rpc_srv_sub(struct rpc_srv_req *parent, struct wire_msg *msg, u32 len,
		struct rpc_srv_req **sub);
u32 rpc_srv_sub_run(struct rpc_srv_req *sub);
void rpc_srv_sub_free(struct rpc_srv_req *sub);

/**
 * rpc_srv_requeue() - a request that was kept instead of being handled: its service handles it now;
 * rpc_srv_drop():
 * nobody does
 */
void rpc_srv_requeue(struct rpc_srv_req *req);
void rpc_srv_drop(struct rpc_srv_req *req);

/**
 * rpc_srv_bulk_put(), rpc_srv_bulk_get() - moves bulk data to or from the client's memory; waits,
 * bounded by the request's deadline. @portal: bulk portal. Returns bytes moved or -ETIMEDOUT,
 * -ENOTCONN, -EPROTO. A put of length 0 sends the empty message that a stock client waits for.
 */
int rpc_srv_bulk_put(struct rpc_srv_req *req, u32 portal, struct bio_vec *bv, unsigned int nr,
		     u32 len);
int rpc_srv_bulk_get(struct rpc_srv_req *req, u32 portal, struct bio_vec *bv, unsigned int nr,
		     u32 len);

/**
 * rpc_reverse_import() - an import over which a server calls a client back; closed with
 * rpc_import_close(imp, true)
 */
int rpc_reverse_import(struct obd_export *exp, struct rpc_import **imp);

/**
 * rpc_reverse_update() - the client has reconnected, perhaps from another NID and with another
 * handle
 */
void rpc_reverse_update(struct obd_export *exp);

int rpc_init(void);
void rpc_exit(void);

#endif
