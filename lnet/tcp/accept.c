// SPDX-License-Identifier: GPL-2.0
/* Connections that peers make to us. */

#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "lnet/tcp/tcp.h"

/** struct tcp_accept - a socket that has been accepted and is to be greeted */
struct tcp_accept {
	struct work_struct work;
	struct tcp_ni *tni;
	struct tcp_greeting greeting;
};

/*
 * Decides about the greeting of a peer: the type of the connection in our view, or -EALREADY when
 * it is to try again because we are dialing it, or has enough of that type.
 */
static int judge_locked(struct tcp_peer *peer, const struct tcp_hello *hello)
{
	enum lnet_wire_conn_type type = tcp_invert_type(hello->conn_type);

	/* When both sides dial, the higher NID wins. */
	if (peer->dialing && peer->nid < peer->tni->ni->nid)
		return -EALREADY;
	if (tcp_peer_count_locked(peer, type) >= TCP_CONNS_PER_TYPE)
		return -EALREADY;
	return type;
}

/* Answers the greeting and makes the connection. */
static int answer(struct tcp_peer *peer, struct socket *sock, const struct tcp_hello *hello)
{
	struct tcp_ni *tni = peer->tni;
	struct tcp_conn *conn;
	LIST_HEAD(closed);
	int type;
	int rc;

	spin_lock(&tni->lock);
	tcp_peer_new_life_locked(peer, hello->incarnation, &closed);
	type = judge_locked(peer, hello);
	spin_unlock(&tni->lock);
	tcp_conns_finish_close(&closed);
	rc = tcp_hello_send(tni, sock, peer->nid, hello->incarnation,
			    type < 0 ? LNET_WIRE_CONN_NONE : type);
	if (rc || type < 0)
		return rc ?: type;

	conn = tcp_conn_alloc(peer, sock, type);
	if (!conn)
		return -ENOMEM;
	spin_lock(&tni->lock);
	if (tni->stopping || peer->incarnation != hello->incarnation) {
		spin_unlock(&tni->lock);
		tcp_conn_discard(conn);
		return -ENETDOWN;
	}
	refcount_inc(&conn->refs);
	list_add_tail(&conn->link, &peer->conns);
	peer->backoff_ms = 0;
	peer->retry_ms = 0;
	WRITE_ONCE(peer->alive_ms, lnet_now_ms());
	spin_unlock(&tni->lock);
	tcp_conn_open(conn);
	tcp_conn_put(conn);
	return 0;
}

/* Greets whoever is at the other end of a socket; on success the socket belongs to a connection. */
static int welcome(struct tcp_ni *tni, struct socket *sock)
{
	struct tcp_hello hello;
	struct tcp_peer *peer;
	u32 addr;
	u16 port;
	int rc;

	rc = tcp_sock_peer(sock, &addr, &port);
	if (rc)
		return rc;
	if (port > TCP_PRIVILEGED_MAX && !tcp_tunables.accept_any_port) {
		pr_warn_ratelimited("refused connection from %pI4h: port %u is not privileged\n",
				    &addr, port);
		return -EACCES;
	}
	rc = tcp_accept_recv(tni, sock, addr);
	if (!rc)
		rc = tcp_hello_recv(tni, sock, addr, &hello);
	if (rc)
		return rc;
	if (hello.conn_type == LNET_WIRE_CONN_NONE)
		return -EPROTO;
	peer = tcp_peer_find(tni, hello.nid);
	if (!peer)
		return -ENOMEM;
	spin_lock(&tni->lock);
	peer->accepting++;
	spin_unlock(&tni->lock);
	rc = answer(peer, sock, &hello);
	spin_lock(&tni->lock);
	peer->accepting--;
	spin_unlock(&tni->lock);
	if (!rc)
		tcp_peer_flush(peer);
	return rc;
}

static void accept_end(struct tcp_ni *tni)
{
	spin_lock(&tni->lock);
	if (!--tni->nr_accepting)
		wake_up(&tni->wait);
	spin_unlock(&tni->lock);
}

static void accept_work(struct work_struct *work)
{
	struct tcp_accept *accept = container_of(work, struct tcp_accept, work);
	struct tcp_ni *tni = accept->tni;
	struct socket *sock = accept->greeting.sock;
	int rc;

	rc = welcome(tni, sock);
	tcp_greeting_del(tni, &accept->greeting);
	if (rc)
		sock_release(sock);
	kfree(accept);
	accept_end(tni);
}

/* Hands a new socket to a worker, so that a slow peer holds up nobody. */
static int accept_start(struct tcp_ni *tni, struct socket *sock)
{
	struct tcp_accept *accept;
	int rc = -EBUSY;

	accept = kzalloc(sizeof(*accept), GFP_KERNEL);
	if (!accept)
		return -ENOMEM;
	accept->tni = tni;
	INIT_WORK(&accept->work, accept_work);
	spin_lock(&tni->lock);
	if (tni->nr_accepting < TCP_ACCEPTING_MAX) {
		tni->nr_accepting++;
		rc = 0;
	}
	spin_unlock(&tni->lock);
	if (rc)
		goto out_free;
	rc = tcp_greeting_add(tni, &accept->greeting, sock);
	if (rc)
		goto out_end;
	queue_work(tcp_wq, &accept->work);
	return 0;

out_end:
	accept_end(tni);
out_free:
	kfree(accept);
	return rc;
}

static int acceptor_main(void *data)
{
	struct tcp_ni *tni = data;
	struct socket *sock;
	int rc;

	while (!kthread_should_stop()) {
		rc = kernel_accept(tni->listener, &sock, 0);
		if (!rc && accept_start(tni, sock))
			sock_release(sock);
		/* Out of memory or of the like: do not spin. */
		if (rc && !kthread_should_stop())
			schedule_timeout_idle(HZ / 10);
	}
	return 0;
}

int tcp_acceptor_start(struct tcp_ni *tni, struct lnet_report *why)
{
	int rc;

	rc = tcp_sock_listen(tni->addr, &tni->listener);
	if (rc) {
		snprintf(why->text, sizeof(why->text), "cannot listen on port %u: error %d%s",
			 tcp_tunables.port, rc,
			 rc == -EADDRINUSE ? " (another program uses it)" : "");
		return rc;
	}
	tni->acceptor = kthread_run(acceptor_main, tni, "lnet_acceptor");
	if (IS_ERR(tni->acceptor)) {
		rc = PTR_ERR(tni->acceptor);
		sock_release(tni->listener);
		return rc;
	}
	return 0;
}

/* Stops accepting; greetings under way may go on. */
void tcp_acceptor_stop(struct tcp_ni *tni)
{
	/*
	 * The shutdown wakes the thread when it waits for a connection, and lets it not wait again.
	 */
	kernel_sock_shutdown(tni->listener, SHUT_RDWR);
	kthread_stop(tni->acceptor);
	sock_release(tni->listener);
}
