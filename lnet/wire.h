/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What LNet puts on a wire, over TCP protocol version 3 and IPv4 NIDs.
 *
 * The LNet header is little-endian by definition.  The structures that precede it on a socket
 * (acceptor request, hello, socket header) and the ping answer travel in the byte order of their
 * sender; we always send little-endian and refuse peers that do not, so everything here is declared
 * little-endian.
 */
#ifndef SHEEN_LNET_WIRE_H
#define SHEEN_LNET_WIRE_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* ---- first words on a new socket ---- */

#define LNET_WIRE_ACCEPTOR_MAGIC	0xacce7100u
#define LNET_WIRE_ACCEPTOR_VERSION	1u
#define LNET_WIRE_HELLO_MAGIC		0x45726963u
#define LNET_WIRE_HELLO_VERSION		3u

/** Process id that every kernel node uses. */
#define LNET_WIRE_PID			12345u

/**
 * struct lnet_wire_accept - from the connecting side: which of your NIDs I want. No answer means
 * yes.
 */
struct lnet_wire_accept {
	__le32 magic;
	__le32 version;
	__le64 nid;
};

/**
 * What a socket carries, in the view of the one who says it; the other side sees IN and OUT
 * swapped.
 */
enum lnet_wire_conn_type {
	LNET_WIRE_CONN_ANY = 0,
	LNET_WIRE_CONN_CONTROL = 1,
	LNET_WIRE_CONN_BULK_IN = 2,
	LNET_WIRE_CONN_BULK_OUT = 3,
	LNET_WIRE_NR_CONN_TYPES,
};

/**
 * In an answer instead of a type: not now (connection race, or the peer has only just noticed our
 * restart); try again.
 */
#define LNET_WIRE_CONN_NONE		0xffffffffu

/** struct lnet_wire_hello - the connecting side sends it first, the accepting side answers */
struct lnet_wire_hello {
	__le32 magic;
	__le32 version;
	__le64 src_nid;
	__le64 dst_nid;
	__le32 src_pid;
	__le32 dst_pid;
	__le64 src_incarnation;		/* constant from boot to boot of the sender */
	__le64 dst_incarnation;
	__le32 conn_type;
	__le32 nr_ips;			/* IPv4 addresses that follow; of historical interest */
};

#define LNET_WIRE_HELLO_IPS_MAX		16u

/* ---- socket messages ---- */

#define LNET_WIRE_SOCK_NOOP		0xc0u
#define LNET_WIRE_SOCK_LNET		0xc1u

/** Acknowledged cookie that means: I am alive. */
#define LNET_WIRE_COOKIE_KEEPALIVE	1u

/**
 * struct lnet_wire_sock - precedes every message on a socket
 * @type: LNET_WIRE_SOCK_*; an LNet header and its payload follow the latter
 * @checksum: 0 = absent
 * @zc_request: not 0: return this cookie when the message has arrived, its memory is pinned
 *	until then. In a NOOP: the first of a range of acknowledged cookies when smaller than
 *	@zc_ack, a second acknowledged cookie when larger.
 * @zc_ack: not 0: the acknowledged cookie
 */
struct lnet_wire_sock {
	__le32 type;
	__le32 checksum;
	__le64 zc_request;
	__le64 zc_ack;
};

/* ---- LNet messages ---- */

enum lnet_wire_type {
	LNET_WIRE_ACK = 0,
	LNET_WIRE_PUT = 1,
	LNET_WIRE_GET = 2,
	LNET_WIRE_REPLY = 3,
};

/**
 * struct lnet_wire_handle - names an operation of its initiator; others only echo it. All ones:
 * none.
 */
struct lnet_wire_handle {
	__le64 interface_cookie;
	__le64 object_cookie;
};

struct lnet_wire_ack {
	struct lnet_wire_handle handle;
	__le64 match_bits;
	__le32 mlength;
} __packed;

struct lnet_wire_put {
	struct lnet_wire_handle ack_handle;
	__le64 match_bits;
	__le64 hdr_data;
	__le32 portal;
	__le32 offset;
} __packed;

struct lnet_wire_get {
	struct lnet_wire_handle reply_handle;
	__le64 match_bits;
	__le32 portal;
	__le32 src_offset;
	__le32 sink_length;
} __packed;

struct lnet_wire_reply {
	struct lnet_wire_handle handle;
} __packed;

/** struct lnet_wire_hdr - every LNet message */
struct lnet_wire_hdr {
	__le64 dst_nid;
	__le64 src_nid;
	__le32 dst_pid;
	__le32 src_pid;
	__le32 type;
	__le32 payload_length;
	union {
		struct lnet_wire_ack ack;
		struct lnet_wire_put put;
		struct lnet_wire_get get;
		struct lnet_wire_reply reply;
	};
} __packed;

/* ---- ping ---- */

#define LNET_WIRE_PORTAL_PING		0u
#define LNET_WIRE_MATCH_PING		0x8000000000000000ull
#define LNET_WIRE_PING_MAGIC		0x70696e67u
#define LNET_WIRE_PING_FEAT_BASE	0x1u
#define LNET_WIRE_PING_FEAT_NI_STATUS	0x2u
#define LNET_WIRE_NI_UP			0x15aac0deu
#define LNET_WIRE_NI_DOWN		0xdeadfaceu

/** struct lnet_wire_ni_status - one network interface of the answering node */
struct lnet_wire_ni_status {
	__le64 nid;
	__le32 status;
	__le32 msg_size;
};

/**
 * struct lnet_wire_ping - what a GET of the ping portal fetches; the first interface is always 0@lo
 */
struct lnet_wire_ping {
	__le32 magic;
	__le32 features;
	__le32 pid;
	__le32 nr_nis;
	struct lnet_wire_ni_status ni[];
};

/* ---- layout ---- */

static_assert(sizeof(struct lnet_wire_accept) == 16);
static_assert(offsetof(struct lnet_wire_accept, nid) == 8);

static_assert(sizeof(struct lnet_wire_hello) == 56);
static_assert(offsetof(struct lnet_wire_hello, src_nid) == 8);
static_assert(offsetof(struct lnet_wire_hello, dst_nid) == 16);
static_assert(offsetof(struct lnet_wire_hello, src_pid) == 24);
static_assert(offsetof(struct lnet_wire_hello, dst_pid) == 28);
static_assert(offsetof(struct lnet_wire_hello, src_incarnation) == 32);
static_assert(offsetof(struct lnet_wire_hello, dst_incarnation) == 40);
static_assert(offsetof(struct lnet_wire_hello, conn_type) == 48);
static_assert(offsetof(struct lnet_wire_hello, nr_ips) == 52);

static_assert(sizeof(struct lnet_wire_sock) == 24);
static_assert(offsetof(struct lnet_wire_sock, zc_request) == 8);
static_assert(offsetof(struct lnet_wire_sock, zc_ack) == 16);

static_assert(sizeof(struct lnet_wire_ack) == 28);
static_assert(offsetof(struct lnet_wire_ack, match_bits) == 16);
static_assert(offsetof(struct lnet_wire_ack, mlength) == 24);
static_assert(sizeof(struct lnet_wire_put) == 40);
static_assert(offsetof(struct lnet_wire_put, match_bits) == 16);
static_assert(offsetof(struct lnet_wire_put, hdr_data) == 24);
static_assert(offsetof(struct lnet_wire_put, portal) == 32);
static_assert(offsetof(struct lnet_wire_put, offset) == 36);
static_assert(sizeof(struct lnet_wire_get) == 36);
static_assert(offsetof(struct lnet_wire_get, match_bits) == 16);
static_assert(offsetof(struct lnet_wire_get, portal) == 24);
static_assert(offsetof(struct lnet_wire_get, src_offset) == 28);
static_assert(offsetof(struct lnet_wire_get, sink_length) == 32);
static_assert(sizeof(struct lnet_wire_reply) == 16);

static_assert(sizeof(struct lnet_wire_hdr) == 72);
static_assert(offsetof(struct lnet_wire_hdr, src_nid) == 8);
static_assert(offsetof(struct lnet_wire_hdr, dst_pid) == 16);
static_assert(offsetof(struct lnet_wire_hdr, src_pid) == 20);
static_assert(offsetof(struct lnet_wire_hdr, type) == 24);
static_assert(offsetof(struct lnet_wire_hdr, payload_length) == 28);
static_assert(offsetof(struct lnet_wire_hdr, put) == 32);

static_assert(sizeof(struct lnet_wire_ni_status) == 16);
static_assert(offsetof(struct lnet_wire_ni_status, status) == 8);
static_assert(sizeof(struct lnet_wire_ping) == 16);
static_assert(offsetof(struct lnet_wire_ping, ni) == 16);

#endif
