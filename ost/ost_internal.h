/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Object storage server. Types: "obdfilter", a target with its disk; "ost", the service threads of
 * the node.
 */
#ifndef SHEEN_OST_INTERNAL_H
#define SHEEN_OST_INTERNAL_H

#include <linux/bvec.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "obd/class/class.h"
#include "obd/class/target.h"
#include "obd/dlm/dlm.h"
#include "obd/mgc/mgc.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

#define OST_MAX_NIOBUFS	256		/* of one request */
#define OST_MAX_BRW	(4u << 20)	/* bytes of one request; OBD_BRW_SIZE */
#define OST_MAX_SHORT	65536u		/* bytes of data in a message; stock clients go up to it */
#define OST_THREADS_MAX	32		/* of a service; creation has fewer */

/**
 * struct ost_target - what an obdfilter device adds to its target
 * @create_lock: serialises creation and orphan removal; taken before any storage lock
 * @grant_lock: guards @granted and every export's grant; taken last, and while the storage is asked
 *	what is free
 * @granted: bytes promised to all clients
 * @stored: woken when the last store of a client is over
 */
struct ost_target {
	struct mutex create_lock;
	struct mutex grant_lock;
	u64 granted;
	wait_queue_head_t stored;
	struct mgc_announcement *announcement;
};

static inline struct ost_target *ost_of(struct obd_device *dev)
{
	return dev->priv;
}

/* ost/grant.c - space promised to clients; exp->priv holds the bytes of one client as a number */
u32 grant_connect(struct obd_export *exp, u32 asked);
void grant_disconnect(struct obd_export *exp);
/**
 * grant_write() - @used bytes of promised space have been written, with @oa; returns what is
 * promised anew
 */
u64 grant_write(struct obd_export *exp, u64 used, const struct wire_obdo *oa);
/**
 * grant_reserve() - promises @bytes to a change that is under way; false: they are not there, or
 * promised to others. grant_release(): it is over
 */
bool grant_reserve(struct obd_device *dev, u64 bytes);
void grant_release(struct obd_device *dev, u64 bytes);

/* ost/object.c - finding objects, attributes on the wire */

/**
 * ost_object() - the object that a request's obdo names; -EPROTO for an id that is not of this OST
 */
int ost_object(struct rpc_srv_req *req, const struct wire_ost_id *id, struct osd_object **obj);
/**
 * ost_is_moot() - is this the replay of a change of an object that has been destroyed since? More
 * may have been stored than clients were told, so that they replay what needs not be done again.
 */
bool ost_is_moot(struct rpc_srv_req *req, const struct wire_ost_id *id);
/** ost_not_found() - the answer to a change when ost_object() failed with @rc */
int ost_not_found(struct rpc_srv_req *req, const struct wire_ost_id *id, int rc);
void ost_res_id(const struct osd_object *obj, struct ldlm_res_id *res);

/** ost_attr_pack() - current attributes of @obj into @oa; its id and valid bits too */
int ost_attr_pack(struct osd_object *obj, struct wire_obdo *oa);
int ost_lvb_fill(struct obd_device *dev, const struct ldlm_res_id *res, struct wire_ost_lvb *lvb);

/* What may come along with a change. */
#define OST_OWNER	(VALID_UID | VALID_GID)
#define OST_TIMES	(VALID_ATIME | VALID_MTIME | VALID_CTIME)

/**
 * struct ost_change - attributes that an object has after a change
 * @was: those of before
 * @what: the ones that are to be set, OSD_A_*
 */
struct ost_change {
	struct osd_attr attr;
	struct osd_attr was;
	u32 what;
};

/**
 * ost_change_begin() - what is to be set of @oa, of which @mask (VALID_*) counts
 * @data: the object's data change: of who tells no times the server's count
 *
 * When the object has seen a later change already, by the changers' clocks, it keeps its times:
 * data may be written long after another client has set them. ost_change_end() sets them, or leaves
 * all as it was when the change has failed with @rc, and returns the result; until then the
 * object's attributes are locked. Between them goes what makes the storage set times by a clock of
 * its own.
 */
int ost_change_begin(struct rpc_srv_req *req, struct osd_object *obj, const struct wire_obdo *oa,
		     u64 mask, bool data, struct ost_change *c);
int ost_change_end(struct osd_object *obj, const struct ost_change *c, int rc);

/** ost_reply_attr() - packs the reply with the object's attributes of now, after all changes */
int ost_reply_attr(struct rpc_srv_req *req, struct osd_object *obj);
/** ost_changed() - @obj has been changed by @req */
void ost_changed(struct rpc_srv_req *req, struct osd_object *obj);

/**
 * ost_store_begin() - data are to be changed for a client, who has locks on them; -ENOTCONN: it has
 * lost them. ost_store_end(): that is over. Before the locks of a client that is gone pass to
 * others, ost_stores_wait() waits for all of it, so nobody waits for locks in between.
 */
int ost_store_begin(struct obd_export *exp);
void ost_store_end(struct obd_export *exp);
void ost_stores_wait(struct obd_export *exp);

int ost_getattr(struct rpc_srv_req *req);
int ost_setattr(struct rpc_srv_req *req);
int ost_punch(struct rpc_srv_req *req);
int ost_sync(struct rpc_srv_req *req);
int ost_statfs(struct rpc_srv_req *req);

/* ost/space.c */
/** ost_lacking() - bytes of [@start, @end) that have no space yet */
u64 ost_lacking(struct osd_object *obj, u64 start, u64 end);
int ost_fallocate(struct rpc_srv_req *req);
int ost_seek(struct rpc_srv_req *req);
int ost_get_info(struct rpc_srv_req *req);

/* ost/create.c */
int ost_create(struct rpc_srv_req *req);
int ost_destroy(struct rpc_srv_req *req);

/**
 * ost_lock_for() - a lock on bytes [@start, @end] of an object, for a client that leaves that to
 * the server; may wait. -EINPROGRESS: too many wait for locks already, the client is to try again.
 * ost_unlock_for() drops it.
 */
int ost_lock_for(struct rpc_srv_req *req, struct osd_object *obj, u64 start, u64 end,
		 enum ldlm_mode mode, struct ldlm_lock **lock);
void ost_unlock_for(struct ldlm_lock *lock, enum ldlm_mode mode);

/**
 * struct ost_io - a read or write, checked
 * @nio: its pieces, in order of offset, not overlapping; @bytes: their sum, at most OST_MAX_BRW
 * @is_short: the data goes in the request or in its reply, not as bulk; one piece of at most
 *	OST_MAX_SHORT bytes
 * @inline_data: of a write that is short: its @bytes
 * @lock: taken by the server because the client holds none (BRW_SRVLOCK), in @mode; else NULL
 */
struct ost_io {
	const struct wire_obdo *oa;
	const struct wire_niobuf *nio;
	u32 nr;
	u32 bytes;
	bool is_short;
	const void *inline_data;
	struct osd_object *obj;
	enum ldlm_mode mode;
	struct ldlm_lock *lock;
};

/**
 * ost_io_start() - parses and checks buffers, finds the object, keeps the client's lock alive or
 * takes one of @mode for it (errors of ost_lock_for()). ost_io_end() undoes it.
 */
int ost_io_start(struct rpc_srv_req *req, struct ost_io *io, enum ldlm_mode mode);
void ost_io_end(struct ost_io *io);

/* ost/io_read.c, ost/io_write.c */
int ost_read(struct rpc_srv_req *req);
int ost_write(struct rpc_srv_req *req);

#endif
