/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network drivers (LNDs): what LNet asks of them, and what they tell LNet.
 *
 * A driver moves messages between this node and its direct neighbours.  It hands every incoming
 * header to lnet_recv_begin(), fills the memory that comes back, and ends with lnet_recv_done();
 * for every message given to its send operation it calls lnet_send_done() once, when the memory of
 * the payload is no longer needed.
 */
#ifndef SHEEN_LNET_LND_H
#define SHEEN_LNET_LND_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "kernel/node.h"
#include "lnet/lnet.h"
#include "lnet/wire.h"

struct lnet_lnd;
struct lnet_msg;
struct lnet_ni;
struct lnet_op;
struct lnet_peer;
struct module;

/** Room for the words of an administrator message that goes with an errno. */
struct lnet_report {
	char text[160];
};

/**
 * struct lnet_event_rec - an event on its way to the callback of its MD; lives in the message or
 * operation behind it
 */
struct lnet_event_rec {
	struct list_head link;		/* in lnet_md::events; its lock */
	struct lnet_event ev;
	bool final;			/* the operation behind it has no further event */
	bool once;			/* with @final: the MD is to be unlinked now */
	void (*release)(struct lnet_event_rec *rec);	/* frees the holder */
};

/**
 * struct lnet_msg - a message being sent or received
 *
 * The driver owns @lnd_link, @wire.sock and @sent from send to lnet_send_done(), and @iter while it
 * moves the payload. Everything else is LNet's and constant meanwhile.
 */
struct lnet_msg {
	struct list_head lnd_link;
	struct list_head link;		/* in lnet_peer::queue or lnet_core::lo_queue */
	struct lnet_ni *ni;		/* holds one of lnet_ni::nr_msgs */
	struct lnet_peer *peer;		/* outgoing: whose credit it has taken; NULL on loopback */
	lnet_nid_t from;		/* incoming: the sender */
	struct {
		struct lnet_wire_sock sock;	/* room for the header of the TCP driver */
		struct lnet_wire_hdr hdr;
	} __packed wire;
	u32 sent;			/* bytes of @wire and payload that have left */
	u32 len;			/* bytes of payload in @iter at the start */
	struct iov_iter iter;		/* payload: source or destination */
	struct kvec kvec;		/* what @iter points to for contiguous memory */
	u64 deadline_ms;		/* of the wait for credits; lnet_now_ms() */

	/* LNet's own: who is behind the message */
	void (*done)(struct lnet_msg *msg, int status);
	struct lnet_op *op;		/* operation of ours that it starts or answers */
	struct lnet_md *md;		/* MD it moves data of, pinned by lnet_md::pending */
	struct lnet_listener *listener;	/* or the listener that gave @mem */
	u32 portal;
	void *mem;
	struct lnet_wire_handle ack;	/* incoming PUT: where the ACK goes */
	struct lnet_event_rec rec;
};

/**
 * struct lnet_ni - a network interface of this node
 */
struct lnet_ni {
	struct list_head link;		/* in lnet_core::nis; its lock */
	const struct lnet_lnd *lnd;
	void *lnd_data;			/* the driver's own */
	lnet_nid_t nid;			/* the driver fills in the address when it starts up */
	bool is_lo;
	atomic_t nr_msgs;		/* messages that exist, both directions */
	wait_queue_head_t idle_wait;	/* woken when @nr_msgs reaches 0 */

	spinlock_t lock;		/* guards all that follows, and peers */
	bool stopping;			/* no new messages */
	bool pumping;			/* somebody hands waiting messages to the driver */
	int credits;			/* messages that the driver may still be given */
	struct list_head ready;		/* peers with both a queue and credits */
	struct hlist_head *peers;	/* by NID, LNET_PEER_BUCKETS of them */
};

#define LNET_PEER_BUCKETS	256u

/**
 * struct lnet_lnd - a network driver
 * @startup: bring @ni up on an interface (name or address; "" = the first usable) and set the
 *	address in its NID.  0, or a negative errno with the reason in @why.
 * @is_on: is @ni, which is up, on this interface? 0, -EEXIST when it is on another one, or an errno
 *	as of @startup, with the reason in @why
 * @shutdown: close everything; all messages are completed when it returns and no
 *	lnet_recv_begin() follows. A message that is still sent afterwards is completed with
 *	-ENETDOWN.
 * @release: no message is left; free what belongs to the interface
 * @send: take the message; must not wait for the network. Always ends with lnet_send_done(),
 *	maybe before it returns.
 * @doubt: give up the connections with a peer from which nothing has come lately; may be NULL
 * @nr_conns: open connections to @nid, or to everybody (LNET_NID_ANY)
 */
struct lnet_lnd {
	const char *name;
	u32 type;			/* enum lnet_net_type */
	struct module *owner;
	struct list_head link;		/* in lnet_core::lnds */
	int (*startup)(struct lnet_ni *ni, const char *interface, struct lnet_report *why);
	int (*is_on)(struct lnet_ni *ni, const char *interface, struct lnet_report *why);
	void (*shutdown)(struct lnet_ni *ni);
	void (*release)(struct lnet_ni *ni);
	void (*send)(struct lnet_ni *ni, struct lnet_msg *msg);
	void (*doubt)(struct lnet_ni *ni, lnet_nid_t nid);
	unsigned int (*nr_conns)(struct lnet_ni *ni, lnet_nid_t nid);
};

/** lnet_lnd_register() - 0, -EEXIST when there is a driver for the type */
int lnet_lnd_register(struct lnet_lnd *lnd);

/** lnet_lnd_unregister() - the module count of the driver guarantees that no interface uses it */
void lnet_lnd_unregister(struct lnet_lnd *lnd);

/**
 * lnet_send_done() - the driver is through with an outgoing message; status 0 or a negative errno
 */
void lnet_send_done(struct lnet_msg *msg, int status);

/**
 * lnet_recv_begin() - a header has come in
 * @ni: interface
 * @from: NID of the neighbour
 * @hdr: its header
 * @msg: receives the message whose @iter takes the first @len bytes of the payload; NULL:
 *	nobody wants it. Payload bytes beyond are to be read and thrown away.
 *
 * Returns 0, or -EPROTO: the peer talks nonsense, close the connection. May call upper layers and
 * sleep.
 */
int lnet_recv_begin(struct lnet_ni *ni, lnet_nid_t from, const struct lnet_wire_hdr *hdr,
		    struct lnet_msg **msg);

/** lnet_recv_done() - the payload is complete (status 0), or will not come */
void lnet_recv_done(struct lnet_msg *msg, int status);

/**
 * lnet_peer_lost() - open connections with a neighbour have broken: messages that had left may not
 * have arrived. Called without locks, in process context.
 */
void lnet_peer_lost(lnet_nid_t nid);

/** lnet_now_ms() - clock of deadlines, milliseconds since some start */
u64 lnet_now_ms(void);

/** lnet_timeout_ms() - time after which an operation without progress fails */
unsigned int lnet_timeout_ms(void);

#endif
