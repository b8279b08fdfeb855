/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LNet: messages between nodes, addressed by NID, portal and match bits.
 *
 * A memory descriptor (MD) describes a buffer and says who hears of what happens to it.  Attached
 * to a portal with match bits, it is the target of PUTs and GETs of peers (replies, bulk data).
 * Bound to nothing, it is the source of our own PUT or the sink of our own GET.  Requests that come
 * unasked arrive at a listener, which provides the memory.
 *
 * All callbacks run in process context with no lock held.  They may allocate and take mutexes but
 * must not wait for the network.  Callbacks of one MD never run at the same time.
 */
#ifndef SHEEN_LNET_H
#define SHEEN_LNET_H

#include <linux/bvec.h>
#include <linux/types.h>

/* ---- addresses ---- */

/**
 * Network identifier of a node: network type << 48 | network number << 32 | IPv4 address, host byte
 * order.
 */
typedef u64 lnet_nid_t;

#define LNET_NID_ANY	(~(lnet_nid_t)0)

enum lnet_net_type {
	LNET_NET_TCP = 2,
	LNET_NET_O2IB = 5,
	LNET_NET_LO = 9,
};

#define LNET_MKNID(type, num, addr) \
	(((u64)(type) << 48) | ((u64)(num) << 32) | (u64)(u32)(addr))
#define LNET_NID_TYPE(nid)	((u32)((nid) >> 48))
#define LNET_NID_NET(nid)	((u32)((nid) >> 32))
#define LNET_NID_ADDR(nid)	((u32)(nid))
#define LNET_NID_LO		LNET_MKNID(LNET_NET_LO, 0, 0)

/** Longest text of a NID, terminating NUL included. */
#define LNET_NIDSTR_SIZE	32

/** lnet_nid_str() - writes "10.0.0.1@tcp" into @buf (LNET_NIDSTR_SIZE bytes) and returns it */
char *lnet_nid_str(lnet_nid_t nid, char *buf);

/** lnet_nid_parse() - reads "10.0.0.1@tcp2", "0@lo"; 0 or -EINVAL */
int lnet_nid_parse(const char *str, lnet_nid_t *nid);

/** Largest payload of one message in bytes. */
#define LNET_MTU	1048576u

/** Portals are numbered 0 to LNET_NR_PORTALS - 1; 0 is LNet's own. */
#define LNET_NR_PORTALS	64

/* ---- life of the layer ---- */

/**
 * lnet_user_get(), lnet_user_put(): an upper layer uses the network; NET_DOWN is refused meanwhile.
 * -ENETDOWN when not up.
 */
int lnet_user_get(void);
void lnet_user_put(void);

/** lnet_is_local() - whether @nid is one of this node's, loopback included */
bool lnet_is_local(lnet_nid_t nid);

/**
 * lnet_local_nid() - the idx-th local NID, loopback excluded
 * Returns 0, or -ENOENT past the last.
 */
int lnet_local_nid(unsigned int idx, lnet_nid_t *nid);

/**
 * lnet_ping() - asks a node for its NIDs
 * @nid: any NID of it
 * @timeout_ms: bound of the wait; the wait can also be killed
 * @nids: room for the answer
 * @nr: in: entries of @nids; out: entries written
 * Returns 0, -ETIMEDOUT, -EHOSTUNREACH, -EINTR, -EPROTO (not an LNet node).
 */
int lnet_ping(lnet_nid_t nid, unsigned int timeout_ms, lnet_nid_t *nids, unsigned int *nr);

/**
 * lnet_watch_lost() - says who hears when the connections with a node have broken
 * @fn: called in process context; takes no time and must not wait for the network. NULL: nobody;
 *	returns when no call is running any more.
 *
 * What was sent to @nid may not have arrived although its LNET_EVENT_SEND said that it had left,
 * and an answer to it may never come: a node that was restarted knows nothing of it.
 */
void lnet_watch_lost(void (*fn)(lnet_nid_t nid));

/**
 * lnet_peer_doubt() - a node has not answered for too long: if nothing at all has come from it
 * lately, its connections are given up, and the next message finds out whether it is there
 *
 * Otherwise a node that was off for a while is found when the old connection sends again, which it
 * does ever more seldom.
 */
void lnet_peer_doubt(lnet_nid_t nid);

/* ---- memory descriptors ---- */

/**
 * struct lnet_buf - memory of a message
 * @nr_bvec: number of entries of @bvec; 0 means that @kaddr is used
 * @len: bytes in all
 */
struct lnet_buf {
	union {
		void *kaddr;		/* contiguous kernel addresses; vmalloc is fine */
		struct bio_vec *bvec;	/* must stay valid until the MD is gone */
	};
	u32 nr_bvec;
	u32 len;
};

enum lnet_event_type {
	LNET_EVENT_PUT,		/* a peer's PUT has arrived in this MD */
	LNET_EVENT_GET,		/* a peer has fetched from this MD */
	LNET_EVENT_REPLY,	/* our GET is answered; mlength bytes are in this MD */
	LNET_EVENT_ACK,		/* our PUT has arrived at the peer */
	LNET_EVENT_SEND,	/* our PUT has left, its memory is ours again; or it failed */
	LNET_EVENT_UNLINK,	/* last event of every MD: no other will come, the memory is ours */
};

/**
 * struct lnet_event - what happened
 * @status: 0 or the negative errno with which the operation ended
 * @initiator: NID that started the operation
 * @self: our NID that it came to
 * @rlength: bytes asked, @mlength: bytes moved
 * @unlinked: this event is also the last of its MD; no LNET_EVENT_UNLINK will follow
 */
struct lnet_event {
	enum lnet_event_type type;
	int status;
	lnet_nid_t initiator;
	lnet_nid_t self;
	u32 portal;
	u32 rlength;
	u32 mlength;
	u32 offset;
	u64 match_bits;
	u64 hdr_data;
	bool unlinked;
};

struct lnet_md;

typedef void (*lnet_event_fn)(struct lnet_md *md, const struct lnet_event *ev, void *user);

#define LNET_MD_PUT		0x1u	/* peers may PUT into it */
#define LNET_MD_GET		0x2u	/* peers may GET from it */
#define LNET_MD_TRUNCATE	0x4u	/* what is too long is cut; else it does not match */
#define LNET_MD_ONESHOT		0x8u	/* gone after the first PUT or GET of a peer */

/**
 * struct lnet_md_desc - what an MD is made of
 * @fn: hears of every event; @user is handed to it
 *
 * PUTs of peers land at the offset that they name (0 for a plain reply, 224 for one after early
 * replies).
 */
struct lnet_md_desc {
	struct lnet_buf buf;
	u32 options;
	lnet_event_fn fn;
	void *user;
};

/**
 * lnet_md_attach() - makes a buffer the target of peers' operations
 * @portal: portal index
 * @from: only this peer matches; LNET_NID_ANY: all
 * @match_bits, @ignore_bits: a message matches when its bits differ from @match_bits in
 *	@ignore_bits only
 * @md: the new MD. It belongs to LNet; the pointer is valid until its last event has been
 *	delivered.
 *
 * MDs of a portal are tried in the order of their attachment; lookup is hashed by match bits when
 * @ignore_bits is 0.
 * Returns 0, -ENOMEM, -ENETDOWN, -EINVAL.
 */
int lnet_md_attach(u32 portal, lnet_nid_t from, u64 match_bits, u64 ignore_bits,
		   const struct lnet_md_desc *desc, struct lnet_md **md);

/** lnet_md_bind() - a buffer for our own PUTs and GETs. Same errors. */
int lnet_md_bind(const struct lnet_md_desc *desc, struct lnet_md **md);

/**
 * lnet_md_unlink() - takes an MD away
 * No new operation starts on it; its last event comes when those under way have ended, at the
 * latest after the network's timeout; it may come before this call returns. Never called twice for
 * one MD.  What waits for an answer of the peer is ended at once, with status -ECANCELED.  Who
 * cannot exclude that the last event is being delivered meanwhile (LNET_MD_ONESHOT, @once of
 * lnet_put()) takes a reference with lnet_md_hold() while the MD is surely alive; unlinking an MD
 * that has ended is then harmless.
 */
void lnet_md_unlink(struct lnet_md *md);

/**
 * lnet_md_hold(), lnet_md_drop(): keep the pointer valid beyond the last event (the memory of the
 * buffer is not kept)
 */
void lnet_md_hold(struct lnet_md *md);
void lnet_md_drop(struct lnet_md *md);

/**
 * lnet_put() - sends a bound MD
 * @ack: ask for an LNET_EVENT_ACK
 * @offset: where in the peer's MD it should land
 * @once: unlink the MD as soon as all events of this PUT are delivered
 *
 * Ends with an LNET_EVENT_SEND, and with @ack an LNET_EVENT_ACK (status -ETIMEDOUT when the peer
 * does not answer; none when sending has failed); the two may come in either order.  Like
 * lnet_get() and lnet_md_unlink() it may sleep for memory, and may deliver events before it
 * returns.
 *
 * Returns 0 or an error with which no event comes: -EHOSTUNREACH, -ENETDOWN, -ENOMEM.
 */
int lnet_put(struct lnet_md *md, lnet_nid_t target, u32 portal, u64 match_bits, u32 offset,
	     u64 hdr_data, bool ack, bool once);

/**
 * lnet_get() - fetches from a peer's MD into a bound MD. Ends with LNET_EVENT_SEND (failed) or
 * LNET_EVENT_REPLY.
 */
int lnet_get(struct lnet_md *md, lnet_nid_t target, u32 portal, u64 match_bits, u32 offset,
	     bool once);

/* ---- listeners ---- */

/**
 * struct lnet_listener - takes the unasked PUTs that arrive on a portal
 * @alloc: returns memory for a message of ev->rlength bytes, or NULL to drop it. May sleep for
 *	memory.
 * @received: the message is in the memory that @alloc returned (ev->status 0), or was cut off
 *	on its way
 */
struct lnet_listener {
	void *(*alloc)(struct lnet_listener *l, const struct lnet_event *ev);
	void (*received)(struct lnet_listener *l, void *mem, const struct lnet_event *ev);
};

/**
 * lnet_listen() - 0, -EBUSY when the portal is taken. MDs attached to the portal are tried first.
 */
int lnet_listen(u32 portal, struct lnet_listener *l);

/** lnet_unlisten() - returns when no callback of the listener runs or will run */
void lnet_unlisten(u32 portal);

/* ---- what the layer counts about itself; all must be 0 when it is unloaded ---- */

struct lnet_counters {
	u64 mds;		/* MDs that exist */
	u64 msgs;		/* messages under way */
	u64 peers;		/* peers known */
	u64 conns;		/* sockets open */
	u64 dropped;		/* messages that nobody wanted, since start */
};

void lnet_counters_get(struct lnet_counters *c);

#endif
