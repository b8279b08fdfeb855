/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The control channel: everything that tools ask of Sheen's kernel modules.
 *
 * Two generic netlink families, one for each layer that can be loaded by itself. NIDs travel as
 * text ("10.0.0.1@tcp"). All strings are NUL-terminated. A request that fails answers with a
 * negative errno and, where the kernel knows more than the number, an extended-ack message written
 * for an administrator. Requests that change anything need CAP_NET_ADMIN (lnet) or CAP_SYS_ADMIN
 * (obd); dumps need nothing.
 *
 * Family "sheen_lnet", version 1:
 *
 *   NET_UP          NETWORKS?           configure networks, e.g. "tcp0(eth0)"; without it: the
 *                                       module parameter "networks", and without that "tcp" on the
 *                                       first interface that is up. A second start of the same
 *                                       networks succeeds.
 *   NET_DOWN                            unconfigure all networks; -EBUSY while upper layers use
 *                                       them
 *   NI_GET    (dump) -> NID STATUS      local interfaces, loopback first
 *   PING            NID TIMEOUT?        -> one message per NID of the peer: NID STATUS (TIMEOUT
 *                                       in ms, default 10,000)
 *   PEER_GET  (dump) -> NID CONNS CREDITS QUEUED SENT RECEIVED
 *
 * Family "sheen_obd", version 1:
 *
 *   ATTACH          TYPE NAME UUID      create a device of a type; -EEXIST when the name is taken
 *   SETUP           NAME ARG*           configure it; what the arguments mean depends on the type,
 *                                       see below
 *   CLEANUP         NAME FLAGS?         stop it (SHEEN_CLEANUP_*); -EBUSY while in use and not
 *                                       forced
 *   DETACH          NAME                forget it
 *   DEVICE_GET(dump) -> INDEX STATUS TYPE NAME UUID REFS
 *   DEVICE_OP       NAME OP ARG*        -> TEXT?  an operation of that device, e.g. "activate",
 *                                       "recover"; of an mds "root_squash": UID:GID NID*, whom
 *                                       root of clients is taken for (0:0: for root), except of
 *                                       these nodes; without arguments it tells
 *   CONF_SET        FSNAME TEXT         give the MGS the description of a file system (format
 *                                       below)
 *   CONF_GET        FSNAME              -> TEXT
 *   EXPORT_GET(dump) NAME? -> NAME UUID NID   clients connected to the servers on this node
 *   STATFS    (dump) NAME? -> NAME UUID TYPE INDEX STATUS BSIZE BLOCKS BFREE BAVAIL FILES FFREE
 *                                       targets as client devices (mdc, osc) of this node see them;
 *                                       NAME limits it to one mount, by the instance name that
 *                                       SHEEN_IOC_INSTANCE returns
 *   RPC_GET   (dump) -> NAME UUID STATUS OPCODE SENT AGAIN   requests that each client device has
 *                                       sent to its target since it was made, and in what state
 *                                       that connection is, by its name (FULL:
 *                                       connected); one message per opcode
 *   CACHE_GET (dump) -> NAME LOCKS UNUSED PAGES   what each client device keeps
 *
 * Arguments of SETUP:
 *   mgs         storage path of the MDS disk, file system type        ("/dev/vdb" "ext4")
 *   mds         storage path, type, "f"ailover (clients wait while the target is down) or "n"o
 *               (they get errors), file system name ("/dev/vdb" "ext4" "f" "sheen"), target index
 *               in decimal, NIDs of the MGS, separated by commas; then what its operation
 *               "root_squash" takes, or nothing
 *   obdfilter   storage path, type, "f"|"n", file system name, target index in decimal, NIDs of the
 *               MGS, comma-separated, if it is to be told that the target is up
 *   mdt, ost    none (service threads of this node; device names "MDT" and "OSS")
 *
 * Description of a file system (CONF_SET, kept by the MGS as CONFIGS/<fsname>): lines of words, no
 * quoting, '#' starts a comment. NIDS is a comma-separated list of NIDs of one node; a word more
 * per failover node.
 *
 *   sheen-config 1
 *   fsname NAME                          1 to 8 letters, digits, '-' or '_'
 *   lov UUID STRIPE_SIZE STRIPE_COUNT STRIPE_OFFSET PATTERN
 *                                        size in bytes; count 0: file system default of 1, -1: all
 *   mdt INDEX UUID NIDS [NIDS...]
 *   ost INDEX UUID NIDS [NIDS...]
 *   timeout SECONDS
 */
#ifndef SHEEN_NETLINK_H
#define SHEEN_NETLINK_H

#define SHEEN_LNET_GENL_NAME	"sheen_lnet"
#define SHEEN_LNET_GENL_VERSION	1
#define SHEEN_OBD_GENL_NAME	"sheen_obd"
#define SHEEN_OBD_GENL_VERSION	1

/** Longest text of a file system description in bytes, terminating NUL included. */
#define SHEEN_CONF_TEXT_MAX	49152

enum sheen_lnet_cmd {
	SHEEN_LNET_CMD_UNSPEC,
	SHEEN_LNET_CMD_NET_UP,
	SHEEN_LNET_CMD_NET_DOWN,
	SHEEN_LNET_CMD_NI_GET,
	SHEEN_LNET_CMD_PING,
	SHEEN_LNET_CMD_PEER_GET,
	SHEEN_LNET_CMD_LAST,
};

enum sheen_lnet_attr {
	SHEEN_LNET_ATTR_UNSPEC,
	SHEEN_LNET_ATTR_NETWORKS,	/* string */
	SHEEN_LNET_ATTR_NID,		/* string */
	SHEEN_LNET_ATTR_STATUS,		/* string: "up" or "down" */
	SHEEN_LNET_ATTR_TIMEOUT,	/* u32, ms */
	SHEEN_LNET_ATTR_CONNS,		/* u32, open sockets */
	SHEEN_LNET_ATTR_CREDITS,	/* s32, messages that may still be sent at once */
	SHEEN_LNET_ATTR_QUEUED,		/* u32, messages that wait for a credit or a connection */
	SHEEN_LNET_ATTR_SENT,		/* u64, bytes */
	SHEEN_LNET_ATTR_RECEIVED,	/* u64, bytes */
	SHEEN_LNET_ATTR_LAST,
};

#define SHEEN_LNET_ATTR_MAX (SHEEN_LNET_ATTR_LAST - 1)

enum sheen_obd_cmd {
	SHEEN_OBD_CMD_UNSPEC,
	SHEEN_OBD_CMD_ATTACH,
	SHEEN_OBD_CMD_SETUP,
	SHEEN_OBD_CMD_CLEANUP,
	SHEEN_OBD_CMD_DETACH,
	SHEEN_OBD_CMD_DEVICE_GET,
	SHEEN_OBD_CMD_DEVICE_OP,
	SHEEN_OBD_CMD_CONF_SET,
	SHEEN_OBD_CMD_CONF_GET,
	SHEEN_OBD_CMD_EXPORT_GET,
	SHEEN_OBD_CMD_STATFS,
	SHEEN_OBD_CMD_RPC_GET,
	SHEEN_OBD_CMD_CACHE_GET,
	SHEEN_OBD_CMD_LAST,
};

enum sheen_obd_attr {
	SHEEN_OBD_ATTR_UNSPEC,
	SHEEN_OBD_ATTR_TYPE,		/* string */
	SHEEN_OBD_ATTR_NAME,		/* string */
	SHEEN_OBD_ATTR_UUID,		/* string, at most 39 characters */
	SHEEN_OBD_ATTR_ARG,		/* string, repeated in order */
	SHEEN_OBD_ATTR_FLAGS,		/* u32 */
	SHEEN_OBD_ATTR_INDEX,		/* u32 */
	/* string: "UP" set up, "AT" attached, "ST" stopping, "IN" inactive */
	SHEEN_OBD_ATTR_STATUS,
	SHEEN_OBD_ATTR_REFS,		/* u32 */
	SHEEN_OBD_ATTR_OP,		/* string */
	SHEEN_OBD_ATTR_TEXT,		/* string */
	SHEEN_OBD_ATTR_FSNAME,		/* string */
	SHEEN_OBD_ATTR_NID,		/* string */
	SHEEN_OBD_ATTR_BSIZE,		/* u64, bytes */
	SHEEN_OBD_ATTR_BLOCKS,		/* u64, in BSIZE */
	SHEEN_OBD_ATTR_BFREE,		/* u64 */
	SHEEN_OBD_ATTR_BAVAIL,		/* u64 */
	SHEEN_OBD_ATTR_FILES,		/* u64 */
	SHEEN_OBD_ATTR_FFREE,		/* u64 */
	SHEEN_OBD_ATTR_PAD,
	SHEEN_OBD_ATTR_OPCODE,		/* u32, of the wire protocol */
	SHEEN_OBD_ATTR_SENT,		/* u64, requests */
	/* u64, sendings of requests that had been sent before: resent or replayed */
	SHEEN_OBD_ATTR_AGAIN,
	SHEEN_OBD_ATTR_LOCKS,		/* u64 */
	SHEEN_OBD_ATTR_UNUSED,		/* u64, locks among them that nobody uses at the moment */
	SHEEN_OBD_ATTR_PAGES,		/* u64, of written data, kept until the server has it on disk */
	SHEEN_OBD_ATTR_LAST,
};

#define SHEEN_OBD_ATTR_MAX (SHEEN_OBD_ATTR_LAST - 1)

/* NIDs whose root is not squashed */
#define SHEEN_SQUASH_NIDS_MAX	32

/* do not mind clients that are connected; a target forgets them */
#define SHEEN_CLEANUP_FORCE	0x1u
/* nor mind them, but keep their records, so that the next home can recover them */
#define SHEEN_CLEANUP_FAILOVER	0x2u

#endif
