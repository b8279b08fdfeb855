// SPDX-License-Identifier: GPL-2.0
/* Peers: which connection a message takes, what waits for one, and who has fallen silent. */

#include <linux/hash.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "lnet/tcp/tcp.h"

#define TCP_MONITOR_MS	1000u

static struct hlist_head *peer_bucket(struct tcp_ni *tni, lnet_nid_t nid)
{
	return &tni->peers[hash_64(nid, ilog2(TCP_PEER_BUCKETS))];
}

static struct tcp_peer *lookup_locked(struct tcp_ni *tni, lnet_nid_t nid)
{
	struct tcp_peer *peer;

	hlist_for_each_entry(peer, peer_bucket(tni, nid), hash) {
		if (peer->nid == nid)
			return peer;
	}
	return NULL;
}

static void lost_work(struct work_struct *work)
{
	struct tcp_peer *peer = container_of(work, struct tcp_peer, lost);

	lnet_peer_lost(peer->nid);
}

/*
 * An open connection with the peer has ended: what was written into it may not have arrived. Called
 * with the interface's lock held, and so not from there into LNet.
 */
void tcp_peer_lost_locked(struct tcp_peer *peer)
{
	if (!peer->tni->stopping)
		queue_work(tcp_wq, &peer->lost);
}

/* Finds or makes a peer; NULL without memory, or for a new one when the interface is stopping. */
struct tcp_peer *tcp_peer_find(struct tcp_ni *tni, lnet_nid_t nid)
{
	struct tcp_peer *peer;
	struct tcp_peer *new;

	spin_lock(&tni->lock);
	peer = lookup_locked(tni, nid);
	spin_unlock(&tni->lock);
	if (peer)
		return peer;

	new = kzalloc(sizeof(*new), GFP_NOFS);
	if (!new)
		return NULL;
	new->tni = tni;
	new->nid = nid;
	INIT_LIST_HEAD(&new->conns);
	INIT_LIST_HEAD(&new->queue);
	INIT_DELAYED_WORK(&new->connect, tcp_connect_work);
	INIT_WORK(&new->lost, lost_work);
	spin_lock(&tni->lock);
	peer = lookup_locked(tni, nid);
	if (!peer && !tni->stopping) {
		peer = new;
		new = NULL;
		hlist_add_head(&peer->hash, peer_bucket(tni, nid));
	}
	spin_unlock(&tni->lock);
	kfree(new);
	return peer;
}

void tcp_peers_free(struct tcp_ni *tni)
{
	struct hlist_node *next;
	struct tcp_peer *peer;
	u32 i;

	for (i = 0; i < TCP_PEER_BUCKETS; i++) {
		hlist_for_each_entry_safe(peer, next, &tni->peers[i], hash)
			kfree(peer);
	}
}

/* ---- choice of a connection ---- */

unsigned int tcp_peer_count_locked(struct tcp_peer *peer, enum lnet_wire_conn_type type)
{
	struct tcp_conn *conn;
	unsigned int nr = 0;

	list_for_each_entry(conn, &peer->conns, link)
		nr += conn->type == type;
	return nr;
}

/* How well a connection suits a message of so many bytes: 0 = not at all. */
static int suits(const struct tcp_conn *conn, u32 bytes)
{
	switch (conn->type) {
	case LNET_WIRE_CONN_ANY:
		return 2;
	case LNET_WIRE_CONN_CONTROL:
		return bytes < tcp_tunables.min_bulk ? 2 : 1;
	case LNET_WIRE_CONN_BULK_OUT:
		return bytes < tcp_tunables.min_bulk ? 1 : 2;
	default:
		return 0;
	}
}

/* The connection for a message, the least busy one of the best kind; NULL when there is none. */
struct tcp_conn *tcp_peer_pick_locked(struct tcp_peer *peer, u32 bytes)
{
	struct tcp_conn *best = NULL;
	struct tcp_conn *conn;
	int best_suits = 0;

	list_for_each_entry(conn, &peer->conns, link) {
		int s = suits(conn, bytes);

		if (s > best_suits || (s && s == best_suits &&
				       READ_ONCE(conn->tx_bytes) < READ_ONCE(best->tx_bytes))) {
			best = conn;
			best_suits = s;
		}
	}
	return best;
}

/* ---- messages ---- */

void tcp_fail_msgs(struct list_head *msgs, int status)
{
	struct lnet_msg *msg;
	struct lnet_msg *next;

	list_for_each_entry_safe(msg, next, msgs, lnd_link) {
		list_del_init(&msg->lnd_link);
		lnet_send_done(msg, status);
	}
}

/* Gives a message to a connection, or makes it wait for one. */
static void send_to(struct tcp_peer *peer, struct lnet_msg *msg)
{
	struct tcp_ni *tni = peer->tni;
	struct tcp_conn *conn;

	spin_lock(&tni->lock);
	if (tni->stopping) {
		spin_unlock(&tni->lock);
		lnet_send_done(msg, -ENETDOWN);
		return;
	}
	conn = tcp_peer_pick_locked(peer, sizeof(msg->wire) + msg->len);
	if (conn) {
		refcount_inc(&conn->refs);
	} else {
		list_add_tail(&msg->lnd_link, &peer->queue);
		tcp_connect_start_locked(peer);
	}
	spin_unlock(&tni->lock);
	if (conn) {
		tcp_conn_queue_msg(conn, msg);
		tcp_conn_push(conn, false);
		tcp_conn_put(conn);
	}
}

/* lnet_lnd::send */
void tcp_send(struct lnet_ni *ni, struct lnet_msg *msg)
{
	struct tcp_ni *tni = ni->lnd_data;
	struct tcp_peer *peer;

	peer = tcp_peer_find(tni, le64_to_cpu(msg->wire.hdr.dst_nid));
	if (!peer) {
		lnet_send_done(msg, -ENOMEM);
		return;
	}
	memset(&msg->wire.sock, 0, sizeof(msg->wire.sock));
	msg->wire.sock.type = cpu_to_le32(LNET_WIRE_SOCK_LNET);
	msg->sent = 0;
	msg->deadline_ms = lnet_now_ms() + tcp_tunables.timeout_s * MSEC_PER_SEC;
	send_to(peer, msg);
}

/* The connection that was to take the message has closed. */
void tcp_send_again(struct tcp_peer *peer, struct lnet_msg *msg)
{
	if (msg->deadline_ms <= lnet_now_ms())
		lnet_send_done(msg, -ETIMEDOUT);
	else
		send_to(peer, msg);
}

/* There is a new connection: the messages that wait may go. */
void tcp_peer_flush(struct tcp_peer *peer)
{
	struct tcp_ni *tni = peer->tni;
	struct lnet_msg *msg;
	struct lnet_msg *next;
	LIST_HEAD(msgs);

	spin_lock(&tni->lock);
	if (tcp_peer_pick_locked(peer, 0))
		list_splice_init(&peer->queue, &msgs);
	spin_unlock(&tni->lock);
	list_for_each_entry_safe(msg, next, &msgs, lnd_link) {
		list_del_init(&msg->lnd_link);
		send_to(peer, msg);
	}
}

/*
 * Sends a NOOP on the connection that carries no other messages of ours, or on @on when there is
 * none; without either there is nobody to tell.
 */
void tcp_peer_noop(struct tcp_peer *peer, struct tcp_conn *on, u64 cookie)
{
	struct tcp_ni *tni = peer->tni;
	struct tcp_conn *conn;

	spin_lock(&tni->lock);
	list_for_each_entry(conn, &peer->conns, link) {
		if (conn->type == LNET_WIRE_CONN_BULK_IN) {
			on = conn;
			break;
		}
	}
	if (!on)
		on = list_first_entry_or_null(&peer->conns, struct tcp_conn, link);
	if (on)
		refcount_inc(&on->refs);
	peer->keepalive_ms = lnet_now_ms();
	spin_unlock(&tni->lock);
	if (!on)
		return;
	tcp_conn_queue_noop(on, cookie);
	tcp_conn_push(on, false);
	tcp_conn_put(on);
}

/* ---- closing ---- */

static void close_all_locked(struct tcp_peer *peer, struct list_head *closed)
{
	struct tcp_conn *conn;
	struct tcp_conn *next;

	list_for_each_entry_safe(conn, next, &peer->conns, link)
		tcp_conn_close_locked(conn, closed);
}

/* Closes the connections of a peer, because something is wrong with one of them. */
void tcp_peer_close(struct tcp_peer *peer, const char *what, int rc)
{
	struct tcp_ni *tni = peer->tni;
	char name[LNET_NIDSTR_SIZE];
	LIST_HEAD(closed);
	bool any;

	spin_lock(&tni->lock);
	any = !list_empty(&peer->conns);
	close_all_locked(peer, &closed);
	spin_unlock(&tni->lock);
	tcp_conns_finish_close(&closed);
	if (!any)
		return;
	lnet_nid_str(peer->nid, name);
	if (rc == -ECONNRESET || rc == -EPIPE)
		pr_debug("%s closed its connections\n", name);
	else if (rc == -ETIMEDOUT)
		pr_warn_ratelimited("%s does not respond; closed its connections (%s)\n", name,
				    what);
	else
		pr_warn_ratelimited("closed the connections with %s: error %d while %s\n", name, rc,
				    what);
}

/* A greeting has told which life the peer is in; connections of an earlier one are dead. */
void tcp_peer_new_life_locked(struct tcp_peer *peer, u64 incarnation, struct list_head *closed)
{
	if (peer->incarnation && peer->incarnation != incarnation)
		close_all_locked(peer, closed);
	peer->incarnation = incarnation;
}

/*
 * The interface is stopping: ends everything of all peers but what the schedulers still have to
 * clean up.
 */
void tcp_peers_stop(struct tcp_ni *tni)
{
	struct tcp_peer *peer;
	LIST_HEAD(closed);
	LIST_HEAD(msgs);
	u32 i;

	/* Nobody adds a peer, starts to connect or tells of an end any more. */
	for (i = 0; i < TCP_PEER_BUCKETS; i++) {
		hlist_for_each_entry(peer, &tni->peers[i], hash) {
			cancel_delayed_work_sync(&peer->connect);
			cancel_work_sync(&peer->lost);
		}
	}
	spin_lock(&tni->lock);
	for (i = 0; i < TCP_PEER_BUCKETS; i++) {
		hlist_for_each_entry(peer, &tni->peers[i], hash) {
			close_all_locked(peer, &closed);
			list_splice_tail_init(&peer->queue, &msgs);
		}
	}
	spin_unlock(&tni->lock);
	tcp_conns_finish_close(&closed);
	tcp_fail_msgs(&msgs, -ENETDOWN);
}

/* ---- once a second ---- */

static bool conn_is_stuck(struct tcp_conn *conn, u64 now_ms)
{
	u64 limit_ms = tcp_tunables.timeout_s * MSEC_PER_SEC;
	u64 rx_since_ms = READ_ONCE(conn->rx_since_ms);
	bool stuck;

	if (rx_since_ms && rx_since_ms + limit_ms < now_ms)
		return true;
	spin_lock(&conn->tx_lock);
	stuck = (!list_empty(&conn->tx_queue) || !list_empty(&conn->tx_noops)) &&
		conn->tx_since_ms + limit_ms < now_ms;
	spin_unlock(&conn->tx_lock);
	return stuck;
}

/*
 * Closes what is stuck, collects messages that have waited too long; true when a sign of life is
 * due.
 */
static bool check_peer_locked(struct tcp_peer *peer, u64 now_ms, struct list_head *closed,
			      struct list_head *expired)
{
	u64 silence_ms = tcp_tunables.keepalive_s * MSEC_PER_SEC;
	struct lnet_msg *msg;
	struct lnet_msg *next_msg;
	struct tcp_conn *conn;
	bool stuck = false;

	list_for_each_entry_safe(msg, next_msg, &peer->queue, lnd_link) {
		if (msg->deadline_ms <= now_ms)
			list_move_tail(&msg->lnd_link, expired);
	}
	list_for_each_entry(conn, &peer->conns, link)
		stuck |= conn_is_stuck(conn, now_ms);
	if (stuck)
		close_all_locked(peer, closed);
	return silence_ms && !list_empty(&peer->conns) &&
	       max(READ_ONCE(peer->alive_ms), peer->keepalive_ms) + silence_ms <= now_ms;
}

static void complain_stuck(struct list_head *closed)
{
	struct tcp_conn *conn;
	char name[LNET_NIDSTR_SIZE];

	list_for_each_entry(conn, closed, link)
		pr_warn_ratelimited("%s has not moved a message for %u s; closed a connection\n",
				    lnet_nid_str(conn->peer->nid, name), tcp_tunables.timeout_s);
}

void tcp_monitor_work(struct work_struct *work)
{
	struct tcp_ni *tni = container_of(work, struct tcp_ni, monitor.work);
	u64 now_ms = lnet_now_ms();
	struct tcp_peer *due[16];
	struct tcp_peer *peer;
	LIST_HEAD(expired);
	LIST_HEAD(closed);
	u32 nr_due = 0;
	u32 i;

	spin_lock(&tni->lock);
	for (i = 0; i < TCP_PEER_BUCKETS; i++) {
		hlist_for_each_entry(peer, &tni->peers[i], hash) {
			/* Those that find no room are due again in a second. */
			if (check_peer_locked(peer, now_ms, &closed, &expired) &&
			    nr_due < ARRAY_SIZE(due))
				due[nr_due++] = peer;
		}
	}
	spin_unlock(&tni->lock);
	complain_stuck(&closed);
	tcp_conns_finish_close(&closed);
	tcp_fail_msgs(&expired, -ETIMEDOUT);
	for (i = 0; i < nr_due; i++)
		tcp_peer_noop(due[i], NULL, LNET_WIRE_COOKIE_KEEPALIVE);
	queue_delayed_work(tcp_wq, &tni->monitor, msecs_to_jiffies(TCP_MONITOR_MS));
}
