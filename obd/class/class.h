/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices: named instances of types, set up by tools or by a configuration log.
 *
 * A type is registered by its module. A device of it is attached (named), set up (working), cleaned
 * up and detached. Server devices have exports, one per connected client; client devices have one
 * import (rpc.h).
 *
 * State of a node: the device table, found through kernel/node.h.
 */
#ifndef SHEEN_CLASS_H
#define SHEEN_CLASS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "kernel/uapi/sheen_netlink.h"
#include "lnet/lnet.h"
#include "obd/wire/lint.h"
#include "obd/wire/wire.h"

#define OBD_NAME_SIZE	64	/* bytes, NUL included */
#define OBD_WHY_SIZE	160

struct module;
struct obd_device;
struct obd_export;
struct rpc_srv_req;
struct osd_statfs;
struct ldlm_namespace;
struct target;

/** enum target_kind - what a server device is to its clients */
enum target_kind {
	TARGET_MGS = 1,
	TARGET_MDT = 2,
	TARGET_OST = 4,
};

enum obd_state {
	OBD_ATTACHED,
	OBD_UP,
	OBD_STOPPING,
};

/**
 * struct obd_handler - what a server device does with one kind of request
 * @opc: enum wire_opc
 * @fmt: buffers; the required sizes of wire_fields are checked before @fn runs
 * @fn: handles it. 0, or a negative errno to be sent, or a positive status to be sent with the
 *   reply it packed.
 */
struct obd_handler {
	u32 opc;
	const struct wire_format *fmt;
	int (*fn)(struct rpc_srv_req *req);
};

/*
 * Devices set up others, or have them set up by what they do in the background: a server its MGC,
 * an MGC the clients of targets that it hears of. Their setup_locks are taken in this order.
 */
enum obd_rank {
	OBD_RANK_SERVER,
	OBD_RANK_MGC,
	OBD_RANK_CLIENT,
};

/**
 * struct obd_type - a kind of device
 * @kind: servers only
 * @setup: starts @dev; argv as given by the tools. @why: a sentence for the administrator on
 *   failure
 * @started: it is set up, and clients may connect; may be NULL
 * @cleanup: stops it; flags SHEEN_CLEANUP_*; -EBUSY when in use and not forced
 * @connect: a client connects: negotiates @data in place (asked to granted) and prepares the
 *   export; servers only
 * @disconnect: the client has left or is evicted: locks, open files and grants are to be dropped;
 *   runs once per export
 * @recovered: clients of before a restart are back or given up, and what they had done is done
 *   again; runs once, in
 *	process context, before anything new is handled. May be NULL
 * @op: DEVICE_OP; -EOPNOTSUPP for an unknown one
 * @statfs: of the target, as this device sees it (client devices)
 */
struct obd_type {
	const char *name;
	struct module *owner;
	enum target_kind kind;
	enum obd_rank rank;
	int (*setup)(struct obd_device *dev, int argc, char **argv, char *why);
	void (*started)(struct obd_device *dev);
	int (*cleanup)(struct obd_device *dev, u32 flags);
	int (*connect)(struct obd_export *exp, struct wire_connect *data);
	void (*disconnect)(struct obd_export *exp, bool evicted);
	void (*recovered)(struct obd_device *dev);
	int (*op)(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
		  size_t size);
	int (*statfs)(struct obd_device *dev, struct wire_statfs *st);
	const struct obd_handler *handlers;	/* ends with opc 0 */
};

int obd_type_register(const struct obd_type *type);
/**
 * obd_type_unregister() - no device of the type may be left (the module's reference count sees to
 * that)
 */
void obd_type_unregister(const struct obd_type *type);

/**
 * struct obd_device
 * @state: under the table's lock
 * @refs: references; the table's own is the first
 * @exports: struct obd_export by export's dev_slot, internal lock
 * @priv: the type's
 * @ns: lock namespace of a server, or of a client device
 * @target: storage and recovery of mds and obdfilter devices, else NULL
 * @index: target index (0 for MDT0000)
 * @failout: clients of this target get errors while it is down, and there is no recovery
 * @target_uuid: client devices: uuid of the target that they talk to
 */
struct obd_device {
	char name[OBD_NAME_SIZE];
	char uuid[WIRE_UUID_SIZE];
	const struct obd_type *type;
	u32 minor;
	enum obd_state state;
	bool inactive;
	bool failout;
	refcount_t refs;
	struct list_head link;
	struct mutex setup_lock;	/* serialises setup and cleanup; see enum obd_rank */
	struct mutex connect_lock;	/* one connect at a time */
	struct xarray exports;
	atomic_t nr_exports;		/* that exist, failed ones included */
	/* woken when one has left @exports, and when the last has gone */
	wait_queue_head_t exports_gone;
	void *priv;
	struct ldlm_namespace *ns;
	struct target *target;
	u32 index;
	char target_uuid[WIRE_UUID_SIZE];
};

/*
 * Each takes and returns what the control channel says (kernel/uapi/sheen_netlink.h); @why:
 * OBD_WHY_SIZE bytes
 */
int obd_attach(const char *type, const char *name, const char *uuid, char *why);
int obd_setup(const char *name, int argc, char **argv, char *why);
int obd_cleanup(const char *name, u32 flags, char *why);
int obd_detach(const char *name, char *why);

/** obd_find() - by name, obd_find_uuid() - by uuid; with a reference, or NULL */
struct obd_device *obd_find(const char *name);
struct obd_device *obd_find_uuid(const char *uuid);
/* for dumps: the device at or after *minor, which moves on; or NULL */
struct obd_device *obd_next(u32 *minor);
void obd_put(struct obd_device *dev);
enum obd_state obd_state(struct obd_device *dev);

/** enum export_recovery - what a client of a recovering target has yet to do */
enum export_recovery {
	EXPORT_RECOVERED,	/* nothing, or its target is not recovering */
	EXPORT_REPLAYING,	/* replay requests */
	EXPORT_LOCKING,		/* replay locks */
	EXPORT_WAITING,		/* wait for the others */
};

/**
 * struct obd_export - a client as a server device knows it
 * @cookie: handle that the client puts into its requests
 * @client_handle: handle that our callbacks to it carry
 * @conn_cnt: how often it has connected
 * @granted: the connect data granted
 * @vendor: VENDOR_* features granted beyond the protocol; 0: a stock client
 * @imp_rev: import for callbacks to the client (blocking, completion, glimpse); rpc.h
 * @last_xid: all replies up to it are known to have arrived; protected by @lock
 * @locks: locks that the client holds; struct ldlm_lock, under @lock
 * @lint: what the reply linter remembers of the client, under @lock; debug builds only
 * @slot: index in last_rcvd, -1: none
 * @recovery, @replay_queued: see target.h: how far it is, and whether a replay of it waits for its
 *   turn
 * @stores: ost: changes of data that are under way, under @lock
 * @priv: the type's: open files of the mds, grant of the ost
 */
struct obd_export {
	struct obd_device *dev;
	refcount_t refs;
	u64 cookie;
	u64 client_handle;
	char client_uuid[WIRE_UUID_SIZE];
	lnet_nid_t nid;
	spinlock_t lock;
	u32 conn_cnt;
	struct wire_connect granted;
	u64 vendor;
	struct rpc_import *imp_rev;
	u64 last_xid;
	ktime_t last_heard;
	ktime_t heard_before;		/* @last_heard at the evictor's last visit */
	unsigned int silent;		/* visits for which that was so; the evictor's */
	struct list_head locks;
	struct list_head requests;	/* being handled: struct rpc_srv_req, under @lock */
	struct wire_lint_peer lint;
	int slot;
	u32 dev_slot;			/* index in dev->exports */
	enum export_recovery recovery;	/* under the lock of the target's recovery */
	bool replay_queued;		/* likewise */
	bool failed;			/* evicted or disconnected: every request gets -ENOTCONN */
	bool evicted;			/* the administrator has been told; under @lock */
	unsigned int stores;
	void *priv;
};

/** export_flags() - granted connect flags, first word */
static inline u64 export_flags(const struct obd_export *exp)
{
	return le64_to_cpu(exp->granted.flags);
}

struct obd_export *export_get(struct obd_export *exp);
void export_put(struct obd_export *exp);

/**
 * export_find() - the export that a request's handle names, on whatever device; NULL when unknown
 */
struct obd_export *export_find(u64 cookie);

/** export_find_client() - by client uuid on one device, or NULL */
struct obd_export *export_find_client(struct obd_device *dev, const char *uuid);

/**
 * export_next() - the first export of @dev at or behind *@i, with a reference, and *@i its place;
 * NULL: no more
 */
struct obd_export *export_next(struct obd_device *dev, unsigned long *i);

/** export_create() - a new export with its reverse import to @nid; -ENOMEM */
int export_create(struct obd_device *dev, const char *client_uuid, lnet_nid_t nid,
		  struct obd_export **exp);

/**
 * export_fail() - ends it: type's disconnect, locks, slot (kept when @evicted is false and the
 * device fails over)
 */
void export_fail(struct obd_export *exp, bool evicted);

/**
 * export_evict() - the client is given up: failed, and named to the administrator in one message
 * that ends with the reason, what @fmt says: "it did ..."
 */
__printf(2, 3) void export_evict(struct obd_export *exp, const char *fmt, ...);

/**
 * export_fail_all() - all clients of a device that stops. Their slots on disk stay, unless they are
 * @evicted. Returns when no request runs any more.
 */
void export_fail_all(struct obd_device *dev, bool evicted);

/** obd_cleanup_forgets() - does a target that stops with these SHEEN_CLEANUP_* forget clients? */
static inline bool obd_cleanup_forgets(u32 flags)
{
	return (flags & (SHEEN_CLEANUP_FORCE | SHEEN_CLEANUP_FAILOVER)) == SHEEN_CLEANUP_FORCE;
}

/**
 * obd_connect_handler(), obd_disconnect_handler(), obd_ping_handler() - for every server type's
 * table
 */
int obd_connect_handler(struct rpc_srv_req *req);
int obd_disconnect_handler(struct rpc_srv_req *req);
int obd_ping_handler(struct rpc_srv_req *req);

/** obd_timeout - base of all waits for a peer, in seconds; node-wide tunable, default 100 */
u32 obd_timeout(void);
void obd_timeout_set(u32 seconds);

/** obd_ping_interval_ms() - a client that has nothing to say sends a ping after this time */
u64 obd_ping_interval_ms(void);

/** obd_cookie() - a new handle, unique on this node until it restarts, hard to guess, never 0 */
u64 obd_cookie(void);

/* ---- counters of things that must be 0 when modules are unloaded ---- */

enum obd_count {
	OBD_COUNT_REQUESTS,
	OBD_COUNT_SRV_REQUESTS,
	OBD_COUNT_IMPORTS,
	OBD_COUNT_EXPORTS,
	OBD_COUNT_LOCKS,
	OBD_COUNT_RESOURCES,
	OBD_COUNT_OBJECTS,
	OBD_COUNT_NR
};

void obd_count(enum obd_count what, int by);

#endif
