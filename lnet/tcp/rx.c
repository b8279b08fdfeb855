// SPDX-License-Identifier: GPL-2.0
/* Receiving; everything here runs in the scheduler's thread of the connection. */

#include <linux/printk.h>

#include "lnet/tcp/tcp.h"

/* After so many bytes or messages other connections get their turn. */
#define TCP_RX_BYTES_PER_TURN	(4u << 20)
#define TCP_RX_MSGS_PER_TURN	32u

/*
 * Receives into @iter what there is: bytes, -EAGAIN, -ECONNRESET at the end of the stream, other
 * errors.
 */
static int receive(struct tcp_conn *conn, struct iov_iter *iter)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	int rc;

	msg.msg_iter = *iter;
	rc = sock_recvmsg(conn->sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	*iter = msg.msg_iter;
	if (rc == 0)
		return -ECONNRESET;
	if (rc > 0)
		WRITE_ONCE(conn->rx_since_ms, lnet_now_ms());
	return rc;
}

static int receive_hdr(struct tcp_conn *conn)
{
	struct kvec kvec = {
		.iov_base = (char *)&conn->rx + conn->rx_have,
		.iov_len = sizeof(conn->rx) - conn->rx_have,
	};
	struct iov_iter iter;
	int rc;

	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, kvec.iov_len);
	rc = receive(conn, &iter);
	if (rc < 0)
		return rc;
	conn->rx_have += rc;
	return rc;
}

/* What a peer may acknowledge: that it is alive. We never ask for acknowledgements. */
static int check_ack(struct tcp_conn *conn)
{
	u64 cookie = le64_to_cpu(conn->rx.sock.zc_ack);
	char name[LNET_NIDSTR_SIZE];

	if (!cookie || cookie == LNET_WIRE_COOKIE_KEEPALIVE)
		return 0;
	pr_warn_ratelimited("%s acknowledges %llu, which we have not sent; closing the connection\n",
			    lnet_nid_str(conn->peer->nid, name), cookie);
	return -EPROTO;
}

/* A whole LNet header is there: find out where the payload goes. */
static int begin_payload(struct tcp_conn *conn)
{
	u32 payload = le32_to_cpu(conn->rx.hdr.payload_length);
	int rc;

	rc = lnet_recv_begin(conn->peer->tni->ni, conn->peer->nid, &conn->rx.hdr, &conn->rx_msg);
	if (rc)
		return rc;
	conn->rx_left = conn->rx_msg ? conn->rx_msg->len : 0;
	conn->rx_skip = payload - conn->rx_left;
	conn->rx_cookie = le64_to_cpu(conn->rx.sock.zc_request);
	conn->rx_in_payload = true;
	conn->rx_have = 0;
	return 0;
}

/*
 * Looks at what there is of headers: 0 when a message has begun, -EAGAIN when more bytes are
 * needed.
 */
static int parse_hdr(struct tcp_conn *conn)
{
	char name[LNET_NIDSTR_SIZE];
	u32 type;
	int rc;

	while (conn->rx_have >= sizeof(conn->rx.sock)) {
		type = le32_to_cpu(conn->rx.sock.type);
		if (type == LNET_WIRE_SOCK_LNET && conn->rx_have < sizeof(conn->rx))
			return -EAGAIN;
		if (type != LNET_WIRE_SOCK_LNET && type != LNET_WIRE_SOCK_NOOP) {
			pr_warn_ratelimited("%s sent a message of unknown type %#x; closing the connection\n",
					    lnet_nid_str(conn->peer->nid, name), type);
			return -EPROTO;
		}
		rc = check_ack(conn);
		if (rc)
			return rc;
		if (type == LNET_WIRE_SOCK_LNET)
			return begin_payload(conn);
		/* The NOOP is done; behind it the next header may have begun. */
		conn->rx_have -= sizeof(conn->rx.sock);
		memmove(&conn->rx, (char *)&conn->rx + sizeof(conn->rx.sock), conn->rx_have);
	}
	if (!conn->rx_have)
		WRITE_ONCE(conn->rx_since_ms, 0);
	return -EAGAIN;
}

/* Receives a part of the payload, or of what is thrown away behind it. */
static int receive_payload(struct tcp_conn *conn)
{
	struct iov_iter discard;
	int rc;

	if (conn->rx_left) {
		rc = receive(conn, &conn->rx_msg->iter);
		if (rc > 0)
			conn->rx_left -= rc;
	} else {
		iov_iter_discard(&discard, ITER_DEST, conn->rx_skip);
		rc = receive(conn, &discard);
		if (rc > 0)
			conn->rx_skip -= rc;
	}
	return rc;
}

/* A message is complete. */
static void end_payload(struct tcp_conn *conn)
{
	struct lnet_msg *msg = conn->rx_msg;

	conn->rx_in_payload = false;
	conn->rx_msg = NULL;
	WRITE_ONCE(conn->rx_since_ms, 0);
	/* The peer's memory is pinned until it hears of this. */
	if (conn->rx_cookie)
		tcp_peer_noop(conn->peer, conn, conn->rx_cookie);
	if (msg)
		lnet_recv_done(msg, 0);
}

/*
 * Does a step: bytes received, 0 when a message has ended or begun, -EAGAIN when there is nothing
 * to receive, or an error after which the connection is useless.
 */
static int recv_step(struct tcp_conn *conn)
{
	int bytes;
	int rc;

	if (conn->rx_in_payload) {
		if (conn->rx_left || conn->rx_skip)
			return receive_payload(conn);
		end_payload(conn);
		return 0;
	}
	bytes = receive_hdr(conn);
	if (bytes < 0)
		return bytes;
	rc = parse_hdr(conn);
	return rc && rc != -EAGAIN ? rc : bytes;
}

/* Receives what there is; true when the turn of this connection has ended before that. */
bool tcp_conn_recv(struct tcp_conn *conn)
{
	u32 steps = 0;
	u32 bytes = 0;
	int rc;

	do {
		rc = recv_step(conn);
		if (rc >= 0)
			bytes += rc;
		else if (rc != -EAGAIN)
			break;
	} while (rc >= 0 && bytes < TCP_RX_BYTES_PER_TURN && steps++ < 4 * TCP_RX_MSGS_PER_TURN);

	if (bytes)
		WRITE_ONCE(conn->peer->alive_ms, lnet_now_ms());
	if (rc >= 0 || rc == -EAGAIN)
		return rc >= 0;
	tcp_peer_close(conn->peer, "receiving", rc);
	return false;
}

/* The connection is closed: an incomplete message will not be completed. */
void tcp_conn_recv_abort(struct tcp_conn *conn)
{
	struct lnet_msg *msg = conn->rx_msg;

	conn->rx_msg = NULL;
	if (msg)
		lnet_recv_done(msg, -ECONNRESET);
}
