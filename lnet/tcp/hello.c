// SPDX-License-Identifier: GPL-2.0
/* The greeting: acceptor request, then a hello in each direction. */

#include <linux/printk.h>

#include "lnet/tcp/tcp.h"

int tcp_accept_send(struct socket *sock, lnet_nid_t nid)
{
	struct lnet_wire_accept request = {
		.magic = cpu_to_le32(LNET_WIRE_ACCEPTOR_MAGIC),
		.version = cpu_to_le32(LNET_WIRE_ACCEPTOR_VERSION),
		.nid = cpu_to_le64(nid),
	};

	return tcp_sock_write(sock, &request, sizeof(request));
}

/* Explains why the first words of a socket are not ours. */
static void complain_magic(u32 magic, u32 wanted, u32 from)
{
	if (magic == swab32(wanted))
		pr_warn_ratelimited("refused connection from %pI4h: the node is big-endian, which is not supported\n",
				    &from);
	else
		pr_warn_ratelimited("refused connection from %pI4h: not an LNet node (magic %#x)\n",
				    &from, magic);
}

/* Reads which NID the peer wants: 0 when it is ours. @from: its address. */
int tcp_accept_recv(struct tcp_ni *tni, struct socket *sock, u32 from)
{
	struct lnet_wire_accept request;
	char name[LNET_NIDSTR_SIZE];
	u32 magic;
	int rc;

	rc = tcp_sock_read(sock, &request, 2 * sizeof(request.magic));
	if (rc)
		return rc;
	magic = le32_to_cpu(request.magic);
	if (magic != LNET_WIRE_ACCEPTOR_MAGIC && magic != LNET_WIRE_HELLO_MAGIC) {
		complain_magic(magic, LNET_WIRE_ACCEPTOR_MAGIC, from);
		return -EPROTO;
	}
	if (magic != LNET_WIRE_ACCEPTOR_MAGIC ||
	    request.version != cpu_to_le32(LNET_WIRE_ACCEPTOR_VERSION)) {
		/* A node of another age asks what we speak: tell it, it may try again. */
		tcp_accept_send(sock, 0);
		pr_warn_ratelimited("refused connection from %pI4h: unknown version %u of the request\n",
				    &from, le32_to_cpu(request.version));
		return -EPROTO;
	}
	rc = tcp_sock_read(sock, &request.nid, sizeof(request.nid));
	if (rc)
		return rc;
	if (le64_to_cpu(request.nid) != tni->ni->nid) {
		pr_warn_ratelimited("refused connection from %pI4h: it is for %s, which is not a NID of this node\n",
				    &from, lnet_nid_str(le64_to_cpu(request.nid), name));
		return -EHOSTUNREACH;
	}
	return 0;
}

int tcp_hello_send(struct tcp_ni *tni, struct socket *sock, lnet_nid_t nid, u64 peer_incarnation,
		   u32 conn_type)
{
	struct lnet_wire_hello hello = {
		.magic = cpu_to_le32(LNET_WIRE_HELLO_MAGIC),
		.version = cpu_to_le32(LNET_WIRE_HELLO_VERSION),
		.src_nid = cpu_to_le64(tni->ni->nid),
		.dst_nid = cpu_to_le64(nid),
		.src_pid = cpu_to_le32(LNET_WIRE_PID),
		.dst_pid = cpu_to_le32(LNET_WIRE_PID),
		.src_incarnation = cpu_to_le64(tni->incarnation),
		.dst_incarnation = cpu_to_le64(peer_incarnation),
		.conn_type = cpu_to_le32(conn_type),
	};

	return tcp_sock_write(sock, &hello, sizeof(hello));
}

/* Reads the addresses at the end of a hello, which nobody needs. */
static int skip_ips(struct socket *sock, u32 nr)
{
	__le32 ips[LNET_WIRE_HELLO_IPS_MAX];

	if (!nr)
		return 0;
	if (nr > ARRAY_SIZE(ips))
		return -EPROTO;
	return tcp_sock_read(sock, ips, nr * sizeof(ips[0]));
}

/* Reads the hello of the peer: 0, or -EPROTO and other errors after which the socket is useless. */
int tcp_hello_recv(struct tcp_ni *tni, struct socket *sock, u32 from, struct tcp_hello *out)
{
	struct lnet_wire_hello hello;
	u32 magic;
	int rc;

	rc = tcp_sock_read(sock, &hello, 2 * sizeof(hello.magic));
	if (rc)
		return rc;
	magic = le32_to_cpu(hello.magic);
	if (magic != LNET_WIRE_HELLO_MAGIC) {
		complain_magic(magic, LNET_WIRE_HELLO_MAGIC, from);
		return -EPROTO;
	}
	if (hello.version != cpu_to_le32(LNET_WIRE_HELLO_VERSION)) {
		tcp_hello_send(tni, sock, 0, 0, LNET_WIRE_CONN_NONE);
		pr_warn_ratelimited("refused connection with %pI4h: it speaks version %u of the protocol, we speak 3\n",
				    &from, le32_to_cpu(hello.version));
		return -EPROTO;
	}
	rc = tcp_sock_read(sock, &hello.src_nid,
			   sizeof(hello) - offsetof(struct lnet_wire_hello, src_nid));
	if (rc)
		return rc;
	rc = skip_ips(sock, le32_to_cpu(hello.nr_ips));
	if (rc)
		return rc;
	out->nid = le64_to_cpu(hello.src_nid);
	out->incarnation = le64_to_cpu(hello.src_incarnation);
	out->conn_type = le32_to_cpu(hello.conn_type);
	if (LNET_NID_NET(out->nid) != LNET_NID_NET(tni->ni->nid) || out->nid == tni->ni->nid ||
	    (out->conn_type >= LNET_WIRE_NR_CONN_TYPES && out->conn_type != LNET_WIRE_CONN_NONE)) {
		pr_warn_ratelimited("refused connection with %pI4h: senseless greeting (NID %#llx, type %u)\n",
				    &from, out->nid, out->conn_type);
		return -EPROTO;
	}
	return 0;
}

/* What a type of the other side is to us. */
enum lnet_wire_conn_type tcp_invert_type(u32 conn_type)
{
	switch (conn_type) {
	case LNET_WIRE_CONN_BULK_IN:
		return LNET_WIRE_CONN_BULK_OUT;
	case LNET_WIRE_CONN_BULK_OUT:
		return LNET_WIRE_CONN_BULK_IN;
	default:
		return conn_type;
	}
}
