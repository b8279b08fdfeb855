/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver for kernel TCP sockets.
 *
 * Two nodes share up to three sockets, so that a small message never waits behind a large one:
 * CONTROL for messages under min_bulk bytes, and one for bulk data in each direction.  Whoever has
 * something to send connects, on demand; when both do so at the same time the node with the higher
 * NID wins.
 *
 * Sending: the caller writes into the socket itself as long as that has room; what is left is sent
 * by a scheduler thread when the socket says that it has room again.  Receiving: one scheduler
 * thread per socket, straight into the memory of the MD.
 *
 * Locks: tcp_ni::greetings_mutex, tcp_ni::lock, tcp_conn::tx_lock.  tcp_sched::lock and
 * sk_callback_lock are taken from soft interrupts.
 *
 * Lifetimes: peers exist until the interface is released.  A connection has a reference while it is
 * open, one while it is queued at its scheduler, and one per caller that uses it outside of
 * tcp_ni::lock; its peer and interface outlive it.
 */
#ifndef SHEEN_LNET_TCP_H
#define SHEEN_LNET_TCP_H

#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "lnet/lnd.h"

#define TCP_PEER_BUCKETS	256u

/** Ports that only the superuser can use: proof that a kernel is speaking. */
#define TCP_PRIVILEGED_MAX	1023
#define TCP_PRIVILEGED_MIN	512

/**
 * Most sockets of one type that we accept from a peer; stock nodes may want several on fast
 * networks.
 */
#define TCP_CONNS_PER_TYPE	4u

/** Most connections that may be shaking hands with us at a time. */
#define TCP_ACCEPTING_MAX	128

/** struct tcp_tunables - module parameters */
struct tcp_tunables {
	unsigned int port;
	unsigned int timeout_s;		/* without progress of a message */
	unsigned int connect_timeout_s;	/* of the connection and of each step of the greeting */
	unsigned int keepalive_s;	/* silence after which we show that we are alive */
	unsigned int min_bulk;		/* bytes, headers included */
	unsigned int nr_scheds;
	bool accept_any_port;
};

extern struct tcp_tunables tcp_tunables;
extern struct workqueue_struct *tcp_wq;

/** struct tcp_sched - a thread that serves sockets */
struct tcp_sched {
	struct task_struct *task;
	spinlock_t lock;		/* bottom halves off; guards @conns and tcp_conn::queued */
	struct list_head conns;		/* tcp_conn::sched_link */
	wait_queue_head_t wait;
};

/**
 * struct tcp_greeting - a socket on which the greeting is under way, so that shutdown can wake who
 * waits for it
 */
struct tcp_greeting {
	struct list_head link;		/* in tcp_ni::greetings; its mutex, which also pins @sock */
	struct socket *sock;
};

/** struct tcp_ni - an interface */
struct tcp_ni {
	struct lnet_ni *ni;
	u32 addr;			/* ours, host byte order */
	u64 incarnation;		/* tells our lives apart */
	struct socket *listener;
	struct task_struct *acceptor;
	struct delayed_work monitor;
	atomic_t nr_conns;		/* connections that exist */
	wait_queue_head_t wait;		/* woken when @nr_conns or @nr_accepting reach 0 */

	struct mutex greetings_mutex;	/* outermost; guards @greetings */
	struct list_head greetings;

	spinlock_t lock;		/* guards what follows, and everything of peers */
	bool stopping;
	unsigned int nr_accepting;
	struct hlist_head peers[TCP_PEER_BUCKETS];
};

/** struct tcp_peer - a node that we talk to; guarded by the interface's lock */
struct tcp_peer {
	struct hlist_node hash;
	struct tcp_ni *tni;
	lnet_nid_t nid;
	struct list_head conns;		/* tcp_conn::link, open ones only */
	struct list_head queue;		/* lnet_msg::lnd_link: wait for a connection */
	u64 incarnation;		/* of the peer; 0 = never seen */
	bool connecting;		/* @connect is queued or running */
	bool dialing;			/* we are greeting it on a socket of ours */
	unsigned int accepting;		/* sockets on which it is greeting us */
	unsigned int lost_races;	/* greetings refused in a row because it is dialing, too */
	unsigned int backoff_ms;	/* pause before the next attempt to connect */
	u64 retry_ms;			/* no attempt before; lnet_now_ms() */
	u64 alive_ms;			/* last sign of life; no lock */
	u64 keepalive_ms;		/* when we last showed that we are alive */
	struct delayed_work connect;
	struct work_struct lost;	/* tells LNet that connections have broken */
};

enum tcp_conn_bit {
	TCP_CONN_RX,		/* there may be something to receive */
	TCP_CONN_TX,		/* there may be room to send */
	TCP_CONN_CLOSING,
};

/**
 * struct tcp_noop - a message without content that acknowledges cookies or shows that we are alive
 */
struct tcp_noop {
	struct list_head link;		/* in tcp_conn::tx_noops */
	struct lnet_wire_sock hdr;
	u32 sent;
};

/** struct tcp_conn - a socket after the greeting */
struct tcp_conn {
	refcount_t refs;
	struct tcp_peer *peer;
	struct socket *sock;
	enum lnet_wire_conn_type type;	/* in our view */
	struct tcp_sched *sched;
	unsigned long bits;		/* enum tcp_conn_bit */
	struct list_head link;		/* in tcp_peer::conns; interface's lock */
	struct list_head sched_link;	/* in tcp_sched::conns; its lock */
	bool queued;			/* on that list; its lock */
	bool finished;			/* the scheduler has cleaned up; its thread only */

	/* the socket's own callbacks; constant while it has ours */
	void (*saved_state_change)(struct sock *sk);
	void (*saved_data_ready)(struct sock *sk);
	void (*saved_write_space)(struct sock *sk);
	void (*saved_error_report)(struct sock *sk);

	/* receiving; scheduler's thread only, but for @rx_since_ms */
	struct {
		struct lnet_wire_sock sock;
		struct lnet_wire_hdr hdr;
	} __packed rx;
	u32 rx_have;			/* bytes of @rx */
	bool rx_in_payload;
	struct lnet_msg *rx_msg;	/* NULL: the payload is thrown away */
	u32 rx_left;			/* bytes for @rx_msg */
	u32 rx_skip;			/* bytes to throw away after them */
	u64 rx_cookie;			/* to acknowledge when the message is complete */
	u64 rx_since_ms;		/* last progress within a message; 0 = between two */

	spinlock_t tx_lock;		/* guards what follows */
	bool tx_busy;			/* somebody is writing into the socket */
	bool tx_again;			/* something has happened meanwhile */
	struct list_head tx_queue;	/* lnet_msg::lnd_link */
	struct list_head tx_noops;	/* they go first */
	u32 tx_bytes;			/* in @tx_queue */
	u64 tx_since_ms;		/* last progress while there was something to send */
};

/* accept.c */
int tcp_acceptor_start(struct tcp_ni *tni, struct lnet_report *why);
void tcp_acceptor_stop(struct tcp_ni *tni);

/* conn.c */
struct tcp_conn *tcp_conn_alloc(struct tcp_peer *peer, struct socket *sock,
				enum lnet_wire_conn_type type);
void tcp_conn_discard(struct tcp_conn *conn);
void tcp_conn_open(struct tcp_conn *conn);
void tcp_conn_put(struct tcp_conn *conn);
void tcp_conn_close_locked(struct tcp_conn *conn, struct list_head *closed);
void tcp_conns_finish_close(struct list_head *closed);

/* connect.c */
void tcp_connect_work(struct work_struct *work);
void tcp_connect_start_locked(struct tcp_peer *peer);

/* hello.c */
struct tcp_hello {
	lnet_nid_t nid;			/* who the peer says it is */
	u64 incarnation;
	u32 conn_type;			/* in the peer's view */
};

int tcp_accept_send(struct socket *sock, lnet_nid_t nid);
int tcp_accept_recv(struct tcp_ni *tni, struct socket *sock, u32 from);
int tcp_hello_send(struct tcp_ni *tni, struct socket *sock, lnet_nid_t nid, u64 peer_incarnation,
		   u32 conn_type);
int tcp_hello_recv(struct tcp_ni *tni, struct socket *sock, u32 from, struct tcp_hello *hello);
enum lnet_wire_conn_type tcp_invert_type(u32 conn_type);

/* peer.c */
struct tcp_peer *tcp_peer_find(struct tcp_ni *tni, lnet_nid_t nid);
struct tcp_conn *tcp_peer_pick_locked(struct tcp_peer *peer, u32 bytes);
unsigned int tcp_peer_count_locked(struct tcp_peer *peer, enum lnet_wire_conn_type type);
void tcp_peer_new_life_locked(struct tcp_peer *peer, u64 incarnation, struct list_head *closed);
void tcp_peer_close(struct tcp_peer *peer, const char *why, int rc);
void tcp_peer_lost_locked(struct tcp_peer *peer);
void tcp_peer_flush(struct tcp_peer *peer);
void tcp_peer_noop(struct tcp_peer *peer, struct tcp_conn *on, u64 cookie);
void tcp_peers_free(struct tcp_ni *tni);
void tcp_peers_stop(struct tcp_ni *tni);
void tcp_monitor_work(struct work_struct *work);
void tcp_send(struct lnet_ni *ni, struct lnet_msg *msg);
void tcp_send_again(struct tcp_peer *peer, struct lnet_msg *msg);
void tcp_fail_msgs(struct list_head *msgs, int status);

/* rx.c */
bool tcp_conn_recv(struct tcp_conn *conn);
void tcp_conn_recv_abort(struct tcp_conn *conn);

/* sched.c */
int tcp_scheds_start(void);
void tcp_scheds_stop(void);
struct tcp_sched *tcp_sched_choose(void);
void tcp_conn_wake(struct tcp_conn *conn, enum tcp_conn_bit bit);

/* sock.c */
int tcp_sock_listen(u32 addr, struct socket **sock);
int tcp_sock_dial(struct tcp_ni *tni, u32 addr, struct tcp_greeting *greeting);
void tcp_sock_setup(struct socket *sock);
int tcp_sock_read(struct socket *sock, void *buf, size_t len);
int tcp_sock_write(struct socket *sock, const void *buf, size_t len);
int tcp_sock_peer(struct socket *sock, u32 *addr, u16 *port);
int tcp_greeting_add(struct tcp_ni *tni, struct tcp_greeting *greeting, struct socket *sock);
void tcp_greeting_del(struct tcp_ni *tni, struct tcp_greeting *greeting);

/* tx.c */
void tcp_conn_queue_msg(struct tcp_conn *conn, struct lnet_msg *msg);
void tcp_conn_queue_noop(struct tcp_conn *conn, u64 cookie);
void tcp_conn_push(struct tcp_conn *conn, bool is_sched);

#endif
