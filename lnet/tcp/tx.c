// SPDX-License-Identifier: GPL-2.0
/* Sending. */

#include <linux/slab.h>

#include "lnet/tcp/tcp.h"

/*
 * A caller that is not a scheduler sends no more than this many messages of others before it hands
 * over.
 */
#define TCP_TX_MSGS_OF_OTHERS	4u

static u32 msg_bytes(const struct lnet_msg *msg)
{
	return sizeof(msg->wire) + msg->len;
}

/* ---- writing into the socket: bytes written, or an error ---- */

static int write_kvecs(struct tcp_conn *conn, struct kvec *kvecs, unsigned int nr, size_t skip,
		       size_t len, int flags)
{
	struct msghdr m = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | flags };

	iov_iter_kvec(&m.msg_iter, ITER_SOURCE, kvecs, nr, len);
	iov_iter_advance(&m.msg_iter, skip);
	return sock_sendmsg(conn->sock, &m);
}

static int write_noop(struct tcp_conn *conn, struct tcp_noop *noop)
{
	struct kvec kvec = { .iov_base = &noop->hdr, .iov_len = sizeof(noop->hdr) };

	return write_kvecs(conn, &kvec, 1, noop->sent, sizeof(noop->hdr), 0);
}

/* Header and payload lie in two pieces of contiguous memory: one call. */
static int write_contiguous(struct tcp_conn *conn, struct lnet_msg *msg)
{
	struct kvec kvecs[2] = {
		{ .iov_base = &msg->wire, .iov_len = sizeof(msg->wire) },
		msg->kvec,
	};

	return write_kvecs(conn, kvecs, msg->len ? 2 : 1, msg->sent, msg_bytes(msg), 0);
}

/* The payload is pages. */
static int write_paged(struct tcp_conn *conn, struct lnet_msg *msg)
{
	struct msghdr m = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec kvec = { .iov_base = &msg->wire, .iov_len = sizeof(msg->wire) };
	int rc;

	if (msg->sent < sizeof(msg->wire))
		return write_kvecs(conn, &kvec, 1, msg->sent, sizeof(msg->wire), MSG_MORE);
	m.msg_iter = msg->iter;
	rc = sock_sendmsg(conn->sock, &m);
	msg->iter = m.msg_iter;
	return rc;
}

static int write_msg(struct tcp_conn *conn, struct lnet_msg *msg)
{
	return msg->len && !msg->kvec.iov_base ? write_paged(conn, msg)
					       : write_contiguous(conn, msg);
}

/* ---- queues ---- */

/*
 * What to send next, called with the lock held: a begun message is finished first, then NOOPs pass
 * messages.
 */
static void next_to_send(struct tcp_conn *conn, struct tcp_noop **noop, struct lnet_msg **msg)
{
	*noop = list_first_entry_or_null(&conn->tx_noops, struct tcp_noop, link);
	*msg = list_first_entry_or_null(&conn->tx_queue, struct lnet_msg, lnd_link);
	if (*msg && (*msg)->sent)
		*noop = NULL;
	else if (*noop)
		*msg = NULL;
}

/* Ends everything queued on a closed connection. Called, and returns, with the lock held. */
static void drain_closed(struct tcp_conn *conn)
	__must_hold(&conn->tx_lock)
{
	struct tcp_noop *noop;
	struct lnet_msg *msg;

	for (;;) {
		noop = list_first_entry_or_null(&conn->tx_noops, struct tcp_noop, link);
		msg = list_first_entry_or_null(&conn->tx_queue, struct lnet_msg, lnd_link);
		if (noop)
			list_del(&noop->link);
		if (msg)
			list_del_init(&msg->lnd_link);
		spin_unlock(&conn->tx_lock);
		kfree(noop);
		/* The peer cannot have seen anything of a message that has not begun. */
		if (msg && !msg->sent)
			tcp_send_again(conn->peer, msg);
		else if (msg)
			lnet_send_done(msg, -ECONNRESET);
		spin_lock(&conn->tx_lock);
		if (!noop && !msg)
			return;
	}
}

/*
 * Sends a part of what is next. Called, and returns, with the lock held. 0, 1 when a message is
 * through, or an error.
 */
static int send_step(struct tcp_conn *conn, struct tcp_noop *noop, struct lnet_msg *msg)
	__must_hold(&conn->tx_lock)
{
	u32 total;
	u32 sent;
	int rc;

	conn->tx_again = false;
	spin_unlock(&conn->tx_lock);
	rc = noop ? write_noop(conn, noop) : write_msg(conn, msg);
	spin_lock(&conn->tx_lock);
	if (rc < 0)
		return rc;
	conn->tx_since_ms = lnet_now_ms();
	if (noop) {
		noop->sent += rc;
		if (noop->sent == sizeof(noop->hdr)) {
			list_del(&noop->link);
			kfree(noop);
		}
		return 0;
	}
	msg->sent += rc;
	total = msg_bytes(msg);
	sent = msg->sent;
	if (sent < total)
		return 0;
	list_del_init(&msg->lnd_link);
	conn->tx_bytes -= total;
	spin_unlock(&conn->tx_lock);
	lnet_send_done(msg, 0);
	spin_lock(&conn->tx_lock);
	return 1;
}

/*
 * Writes what is queued into the socket as far as it has room, unless somebody is at it. Schedulers
 * stay until the queue is empty, others leave the messages of others to them.
 */
void tcp_conn_push(struct tcp_conn *conn, bool is_sched)
{
	struct tcp_noop *noop;
	struct lnet_msg *msg;
	u32 through = 0;
	bool hand_over = false;
	int rc;

	spin_lock(&conn->tx_lock);
	conn->tx_again = true;
	if (conn->tx_busy) {
		spin_unlock(&conn->tx_lock);
		return;
	}
	conn->tx_busy = true;
	for (;;) {
		if (test_bit(TCP_CONN_CLOSING, &conn->bits))
			drain_closed(conn);
		next_to_send(conn, &noop, &msg);
		if (!noop && !msg)
			break;
		if (!is_sched && through >= TCP_TX_MSGS_OF_OTHERS) {
			hand_over = true;
			break;
		}
		rc = send_step(conn, noop, msg);
		if (rc > 0)
			through++;
		if (rc == -EAGAIN && !conn->tx_again)
			break;
		if (rc < 0 && rc != -EAGAIN) {
			spin_unlock(&conn->tx_lock);
			tcp_peer_close(conn->peer, "sending", rc);
			spin_lock(&conn->tx_lock);
		}
	}
	conn->tx_busy = false;
	spin_unlock(&conn->tx_lock);
	if (hand_over)
		tcp_conn_wake(conn, TCP_CONN_TX);
}

static void note_start_locked(struct tcp_conn *conn)
{
	if (list_empty(&conn->tx_queue) && list_empty(&conn->tx_noops))
		conn->tx_since_ms = lnet_now_ms();
}

/* Queues a message; the caller has a reference and calls tcp_conn_push() next. */
void tcp_conn_queue_msg(struct tcp_conn *conn, struct lnet_msg *msg)
{
	spin_lock(&conn->tx_lock);
	note_start_locked(conn);
	list_add_tail(&msg->lnd_link, &conn->tx_queue);
	conn->tx_bytes += msg_bytes(msg);
	spin_unlock(&conn->tx_lock);
}

/*
 * Adds a cookie to the last NOOP when they are neighbours, so that a run of messages needs one
 * acknowledgment.
 */
static bool merge_cookie(struct tcp_conn *conn, u64 cookie)
{
	struct tcp_noop *last;
	u64 ack;

	if (list_empty(&conn->tx_noops) || cookie == LNET_WIRE_COOKIE_KEEPALIVE)
		return false;
	last = list_last_entry(&conn->tx_noops, struct tcp_noop, link);
	/* The first may be on its way. */
	if (list_is_first(&last->link, &conn->tx_noops))
		return false;
	ack = le64_to_cpu(last->hdr.zc_ack);
	if (ack == LNET_WIRE_COOKIE_KEEPALIVE || ack + 1 != cookie)
		return false;
	if (!last->hdr.zc_request)
		last->hdr.zc_request = last->hdr.zc_ack;
	last->hdr.zc_ack = cpu_to_le64(cookie);
	return true;
}

/* Queues an acknowledgment; as tcp_conn_queue_msg(). Without memory the peer has to time out. */
void tcp_conn_queue_noop(struct tcp_conn *conn, u64 cookie)
{
	struct tcp_noop *noop;

	noop = kzalloc(sizeof(*noop), GFP_NOFS);
	if (!noop)
		return;
	noop->hdr.type = cpu_to_le32(LNET_WIRE_SOCK_NOOP);
	noop->hdr.zc_ack = cpu_to_le64(cookie);
	spin_lock(&conn->tx_lock);
	if (merge_cookie(conn, cookie)) {
		kfree(noop);
	} else {
		note_start_locked(conn);
		list_add_tail(&noop->link, &conn->tx_noops);
	}
	spin_unlock(&conn->tx_lock);
}
