// SPDX-License-Identifier: GPL-2.0
/* Life of a connection, and its callbacks from the socket. */

#include <linux/slab.h>
#include <net/tcp.h>

#include "lnet/tcp/tcp.h"

/* ---- callbacks; soft interrupts ---- */

/* Wakes the scheduler for the connection of a socket, if it still has one. */
static void wake_conn(struct sock *sk, enum tcp_conn_bit bit)
{
	struct tcp_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn)
		tcp_conn_wake(conn, bit);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void conn_data_ready(struct sock *sk)
{
	wake_conn(sk, TCP_CONN_RX);
}

static void conn_write_space(struct sock *sk)
{
	/* Half the buffer is free: worth a visit of the scheduler. */
	if (!sk_stream_is_writeable(sk))
		return;
	if (sk->sk_socket)
		clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	wake_conn(sk, TCP_CONN_TX);
}

static void set_callbacks(struct tcp_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	conn->saved_state_change = sk->sk_state_change;
	conn->saved_data_ready = sk->sk_data_ready;
	conn->saved_write_space = sk->sk_write_space;
	conn->saved_error_report = sk->sk_error_report;
	sk->sk_user_data = conn;
	/* The end of the stream and errors show when one tries to receive. */
	sk->sk_state_change = conn_data_ready;
	sk->sk_data_ready = conn_data_ready;
	sk->sk_error_report = conn_data_ready;
	sk->sk_write_space = conn_write_space;
	write_unlock_bh(&sk->sk_callback_lock);
}

static void restore_callbacks(struct tcp_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data == conn) {
		sk->sk_state_change = conn->saved_state_change;
		sk->sk_data_ready = conn->saved_data_ready;
		sk->sk_write_space = conn->saved_write_space;
		sk->sk_error_report = conn->saved_error_report;
		sk->sk_user_data = NULL;
	}
	write_unlock_bh(&sk->sk_callback_lock);
}

/* ---- life ---- */

/*
 * Makes a connection of a greeted socket; it is not listed anywhere yet. Takes the socket on
 * success.
 */
struct tcp_conn *tcp_conn_alloc(struct tcp_peer *peer, struct socket *sock,
				enum lnet_wire_conn_type type)
{
	struct tcp_conn *conn;

	conn = kzalloc(sizeof(*conn), GFP_KERNEL);
	if (!conn)
		return NULL;
	refcount_set(&conn->refs, 1);
	conn->peer = peer;
	conn->sock = sock;
	conn->type = type;
	conn->sched = tcp_sched_choose();
	INIT_LIST_HEAD(&conn->link);
	INIT_LIST_HEAD(&conn->sched_link);
	spin_lock_init(&conn->tx_lock);
	INIT_LIST_HEAD(&conn->tx_queue);
	INIT_LIST_HEAD(&conn->tx_noops);
	atomic_inc(&peer->tni->nr_conns);
	return conn;
}

/* Gives up a connection that has never been listed, but leaves the socket to the caller. */
void tcp_conn_discard(struct tcp_conn *conn)
{
	struct tcp_ni *tni = conn->peer->tni;

	kfree(conn);
	if (atomic_dec_and_test(&tni->nr_conns))
		wake_up(&tni->wait);
}

void tcp_conn_put(struct tcp_conn *conn)
{
	struct socket *sock = conn->sock;

	if (!refcount_dec_and_test(&conn->refs))
		return;
	tcp_conn_discard(conn);
	sock_release(sock);
}

/*
 * Starts the traffic on a connection that has just been listed; the caller has a reference of its
 * own.
 */
void tcp_conn_open(struct tcp_conn *conn)
{
	tcp_sock_setup(conn->sock);
	set_callbacks(conn);
	/* It may have been closed before it had its callbacks. */
	if (test_bit(TCP_CONN_CLOSING, &conn->bits))
		restore_callbacks(conn);
	tcp_conn_wake(conn, TCP_CONN_TX);
	tcp_conn_wake(conn, TCP_CONN_RX);
}

/*
 * Takes a listed connection from its peer. Called with the interface's lock held; @closed collects
 * connections for tcp_conns_finish_close().
 */
void tcp_conn_close_locked(struct tcp_conn *conn, struct list_head *closed)
{
	set_bit(TCP_CONN_CLOSING, &conn->bits);
	refcount_inc(&conn->refs);
	list_move_tail(&conn->link, closed);
	tcp_peer_lost_locked(conn->peer);
}

/* The rest of closing, without locks. The scheduler ends what is incomplete. */
void tcp_conns_finish_close(struct list_head *closed)
{
	struct tcp_conn *conn;
	struct tcp_conn *next;

	list_for_each_entry_safe(conn, next, closed, link) {
		list_del_init(&conn->link);
		restore_callbacks(conn);
		kernel_sock_shutdown(conn->sock, SHUT_RDWR);
		tcp_conn_wake(conn, TCP_CONN_RX);
		tcp_conn_put(conn);
	}
}
