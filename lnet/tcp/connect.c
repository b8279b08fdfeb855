// SPDX-License-Identifier: GPL-2.0
/* Connecting to a peer that we have something to send to. */

#include <linux/printk.h>
#include <linux/slab.h>

#include "lnet/tcp/tcp.h"

/*
 * Pause after a greeting that was refused because the peer is greeting us, and how often we put up
 * with that.
 */
#define TCP_RACE_PAUSE_MS	50u
#define TCP_RACES_MAX		100u

/* Pauses after failures double from the first to the second. */
#define TCP_BACKOFF_MIN_MS	1000u
#define TCP_BACKOFF_MAX_MS	8000u

/* Ends a greeting with a connection that is not yet listed. */
static int publish(struct tcp_peer *peer, struct tcp_conn *conn, u64 incarnation)
{
	struct tcp_ni *tni = peer->tni;
	LIST_HEAD(closed);
	int rc = 0;

	spin_lock(&tni->lock);
	if (tni->stopping) {
		rc = -ENETDOWN;
	} else {
		tcp_peer_new_life_locked(peer, incarnation, &closed);
		refcount_inc(&conn->refs);
		list_add_tail(&conn->link, &peer->conns);
		WRITE_ONCE(peer->alive_ms, lnet_now_ms());
	}
	spin_unlock(&tni->lock);
	tcp_conns_finish_close(&closed);
	if (rc)
		return rc;
	tcp_conn_open(conn);
	tcp_conn_put(conn);
	return 0;
}

/*
 * Greets the peer on a socket that has just been connected: 0, -EALREADY when it refuses because of
 * a race.
 */
static int greet(struct tcp_peer *peer, struct socket *sock, enum lnet_wire_conn_type type,
		 u64 *incarnation)
{
	struct tcp_ni *tni = peer->tni;
	char asked[LNET_NIDSTR_SIZE];
	char told[LNET_NIDSTR_SIZE];
	struct tcp_hello hello;
	int rc;

	rc = tcp_accept_send(sock, peer->nid);
	if (!rc)
		rc = tcp_hello_send(tni, sock, peer->nid, peer->incarnation, type);
	if (!rc)
		rc = tcp_hello_recv(tni, sock, LNET_NID_ADDR(peer->nid), &hello);
	if (rc)
		return rc;
	if (hello.nid != peer->nid) {
		pr_warn_ratelimited("connected to %s, but the node there says that it is %s; check the addresses\n",
				    lnet_nid_str(peer->nid, asked), lnet_nid_str(hello.nid, told));
		return -EPROTO;
	}
	if (hello.conn_type == LNET_WIRE_CONN_NONE)
		return -EALREADY;
	if (tcp_invert_type(hello.conn_type) != type)
		return -EPROTO;
	*incarnation = hello.incarnation;
	return 0;
}

/* Makes one connection. */
static int connect_one(struct tcp_peer *peer, enum lnet_wire_conn_type type)
{
	struct tcp_ni *tni = peer->tni;
	struct tcp_greeting greeting;
	struct tcp_conn *conn;
	u64 incarnation;
	int rc;

	rc = tcp_sock_dial(tni, LNET_NID_ADDR(peer->nid), &greeting);
	if (rc)
		return rc;
	rc = greet(peer, greeting.sock, type, &incarnation);
	tcp_greeting_del(tni, &greeting);
	if (rc)
		goto out_release;
	rc = -ENOMEM;
	conn = tcp_conn_alloc(peer, greeting.sock, type);
	if (!conn)
		goto out_release;
	rc = publish(peer, conn, incarnation);
	if (!rc)
		return 0;
	tcp_conn_discard(conn);
out_release:
	sock_release(greeting.sock);
	return rc;
}

/*
 * Decides what to do next: a type to connect, 0 when all is there, -EALREADY to wait for the peer's
 * own greeting.
 */
static int next_type_locked(struct tcp_peer *peer)
{
	static const enum lnet_wire_conn_type order[] = {
		LNET_WIRE_CONN_CONTROL, LNET_WIRE_CONN_BULK_IN, LNET_WIRE_CONN_BULK_OUT,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		if (!tcp_peer_count_locked(peer, order[i]) &&
		    !tcp_peer_count_locked(peer, LNET_WIRE_CONN_ANY))
			return peer->accepting ? -EALREADY : order[i];
	}
	return 0;
}

static void connect_later_locked(struct tcp_peer *peer, u32 pause_ms)
{
	peer->connecting = true;
	queue_delayed_work(tcp_wq, &peer->connect, msecs_to_jiffies(pause_ms));
}

/*
 * Somebody has a message for the peer and there is no connection. Called with the interface's lock
 * held.
 */
void tcp_connect_start_locked(struct tcp_peer *peer)
{
	u64 now_ms = lnet_now_ms();

	if (peer->connecting || peer->tni->stopping)
		return;
	connect_later_locked(peer, peer->retry_ms > now_ms ? peer->retry_ms - now_ms : 0);
}

/*
 * The peer cannot be reached now: pause; what waits for a connection fails, unless there is one of
 * some type.
 */
static void connect_failed(struct tcp_peer *peer, int rc)
{
	struct tcp_ni *tni = peer->tni;
	char name[LNET_NIDSTR_SIZE];
	LIST_HEAD(failed);
	bool first;

	spin_lock(&tni->lock);
	first = !peer->backoff_ms;
	peer->lost_races = 0;
	peer->connecting = false;
	peer->backoff_ms = clamp(2 * peer->backoff_ms, TCP_BACKOFF_MIN_MS, TCP_BACKOFF_MAX_MS);
	peer->retry_ms = lnet_now_ms() + peer->backoff_ms;
	if (!tcp_peer_pick_locked(peer, 0))
		list_splice_init(&peer->queue, &failed);
	else if (!tni->stopping)
		connect_later_locked(peer, peer->backoff_ms);
	spin_unlock(&tni->lock);
	if (first && rc != -ENETDOWN)
		pr_notice_ratelimited("cannot connect to %s: error %d; will try again when there is something to send\n",
				      lnet_nid_str(peer->nid, name), rc);
	tcp_fail_msgs(&failed, -EHOSTUNREACH);
}

/* One attempt: true when the next one may follow at once. */
static bool connect_step(struct tcp_peer *peer)
{
	struct tcp_ni *tni = peer->tni;
	int type;
	int rc;

	spin_lock(&tni->lock);
	type = tni->stopping ? 0 : next_type_locked(peer);
	peer->dialing = type > 0;
	if (!type) {
		peer->connecting = false;
		peer->backoff_ms = 0;
		peer->retry_ms = 0;
	}
	spin_unlock(&tni->lock);
	if (!type)
		return false;
	rc = type > 0 ? connect_one(peer, type) : -EALREADY;

	spin_lock(&tni->lock);
	peer->dialing = false;
	if (rc == -EALREADY && peer->lost_races < TCP_RACES_MAX && !tni->stopping) {
		peer->lost_races++;
		connect_later_locked(peer, TCP_RACE_PAUSE_MS);
		spin_unlock(&tni->lock);
		return false;
	}
	if (!rc)
		peer->lost_races = 0;
	spin_unlock(&tni->lock);
	if (rc)
		connect_failed(peer, rc);
	return !rc;
}

void tcp_connect_work(struct work_struct *work)
{
	struct tcp_peer *peer = container_of(work, struct tcp_peer, connect.work);

	do {
		tcp_peer_flush(peer);
	} while (connect_step(peer));
	tcp_peer_flush(peer);
}
