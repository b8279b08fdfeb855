// SPDX-License-Identifier: GPL-2.0
/* Sockets: making them, and blocking I/O during the greeting. */

#include <linux/in.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "lnet/tcp/tcp.h"

static struct sockaddr_in make_addr(u32 addr, u16 port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(addr),
		.sin_port = htons(port),
	};
}

/*
 * A socket bound to an address of ours; the messages it needs memory for may be those that free
 * memory.
 */
static int sock_bound(u32 addr, u16 port, struct socket **out)
{
	struct sockaddr_in local = make_addr(addr, port);
	struct socket *sock;
	int rc;

	rc = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (rc)
		return rc;
	sock->sk->sk_allocation = GFP_NOFS;
	sock->sk->sk_use_task_frag = false;
	sock_set_reuseaddr(sock->sk);
	rc = kernel_bind(sock, (struct sockaddr *)&local, sizeof(local));
	if (rc) {
		sock_release(sock);
		return rc;
	}
	*out = sock;
	return 0;
}

int tcp_sock_listen(u32 addr, struct socket **out)
{
	struct socket *sock;
	int rc;

	rc = sock_bound(addr, tcp_tunables.port, &sock);
	if (rc)
		return rc;
	rc = kernel_listen(sock, TCP_ACCEPTING_MAX);
	if (rc) {
		sock_release(sock);
		return rc;
	}
	*out = sock;
	return 0;
}

/* Limits every wait on the socket; the greeting blocks. */
static void set_timeouts(struct socket *sock)
{
	sock->sk->sk_sndtimeo = tcp_tunables.connect_timeout_s * HZ;
	sock->sk->sk_rcvtimeo = tcp_tunables.connect_timeout_s * HZ;
}

int tcp_greeting_add(struct tcp_ni *tni, struct tcp_greeting *greeting, struct socket *sock)
{
	int rc = -ENETDOWN;

	greeting->sock = sock;
	set_timeouts(sock);
	mutex_lock(&tni->greetings_mutex);
	if (!READ_ONCE(tni->stopping)) {
		list_add(&greeting->link, &tni->greetings);
		rc = 0;
	}
	mutex_unlock(&tni->greetings_mutex);
	return rc;
}

void tcp_greeting_del(struct tcp_ni *tni, struct tcp_greeting *greeting)
{
	mutex_lock(&tni->greetings_mutex);
	list_del(&greeting->link);
	mutex_unlock(&tni->greetings_mutex);
}

static int dial_from(struct tcp_ni *tni, u16 port, u32 addr, struct tcp_greeting *greeting)
{
	struct sockaddr_in remote = make_addr(addr, tcp_tunables.port);
	struct socket *sock;
	int rc;

	rc = sock_bound(tni->addr, port, &sock);
	if (rc)
		return rc;
	tcp_sock_set_nodelay(sock->sk);
	rc = tcp_greeting_add(tni, greeting, sock);
	if (rc)
		goto out_release;
	rc = kernel_connect(sock, (struct sockaddr *)&remote, sizeof(remote), 0);
	if (!rc)
		return 0;
	if (rc == -EINPROGRESS || rc == -EAGAIN)
		rc = -ETIMEDOUT;
	tcp_greeting_del(tni, greeting);
out_release:
	sock_release(sock);
	return rc;
}

/*
 * Connects to a node from a privileged port.  On success the socket is in @greeting, which is
 * listed at the interface. A port may serve connections to several nodes at a time, so that their
 * number does not limit us.
 */
int tcp_sock_dial(struct tcp_ni *tni, u32 addr, struct tcp_greeting *greeting)
{
	int port;
	int rc = -EADDRINUSE;

	for (port = TCP_PRIVILEGED_MAX; port >= TCP_PRIVILEGED_MIN; port--) {
		rc = dial_from(tni, port, addr, greeting);
		if (rc != -EADDRINUSE && rc != -EADDRNOTAVAIL)
			return rc;
	}
	return rc;
}

/* After the greeting: no delays, no blocking, and a dead peer is noticed. */
void tcp_sock_setup(struct socket *sock)
{
	struct sock *sk = sock->sk;

	sk->sk_allocation = GFP_NOFS;
	sk->sk_use_task_frag = false;
	sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	tcp_sock_set_nodelay(sk);
	tcp_sock_set_user_timeout(sk, tcp_tunables.timeout_s * MSEC_PER_SEC);
	tcp_sock_set_keepidle(sk, tcp_tunables.keepalive_s);
	tcp_sock_set_keepintvl(sk, 5);
	tcp_sock_set_keepcnt(sk, 5);
	sock_set_keepalive(sk);
}

/*
 * Reads exactly @len bytes: 0, -ETIMEDOUT, -ECONNRESET at the end of the stream, or another errno.
 */
int tcp_sock_read(struct socket *sock, void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {};
	int rc;

	rc = kernel_recvmsg(sock, &msg, &kvec, 1, len, MSG_WAITALL);
	if (rc == len)
		return 0;
	if (rc == 0)
		return -ECONNRESET;
	return rc > 0 || rc == -EAGAIN ? -ETIMEDOUT : rc;
}

int tcp_sock_write(struct socket *sock, const void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	int rc;

	rc = kernel_sendmsg(sock, &msg, &kvec, 1, len);
	if (rc == len)
		return 0;
	return rc >= 0 || rc == -EAGAIN ? -ETIMEDOUT : rc;
}

/* Where the other end is, in host byte order. */
int tcp_sock_peer(struct socket *sock, u32 *addr, u16 *port)
{
	struct sockaddr_in name = {};
	int rc;

	rc = kernel_getpeername(sock, (struct sockaddr *)&name);
	if (rc < 0)
		return rc;
	*addr = ntohl(name.sin_addr.s_addr);
	*port = ntohs(name.sin_port);
	return 0;
}
