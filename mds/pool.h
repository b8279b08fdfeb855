/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects for new files: the MDT's connections to its OSTs and the objects created there in
 * advance.
 *
 * The MDT learns its OSTs from the file system's configuration (through an mgc, as a client does),
 * connects to each, and keeps a stock of created but unused objects per OST, so that a create waits
 * for no OST.  An OST that is down or full is passed over.
 *
 * OST protocol between our own servers (DESIGN D1): OP_OST_CREATE on PORTAL_OST_CREATE with id
 * {FID_SEQ_OST(index), L, 0} asks that all objects up to L exist; the reply's id holds the last
 * that does.  With OFL_DELORPHAN those above L, if any, are removed and their ids are not used
 * again: the reply's id is that of a first new object.  OP_OST_DESTROY removes an object.
 */
#ifndef SHEEN_MDS_POOL_H
#define SHEEN_MDS_POOL_H

#include <linux/types.h>
#include "obd/class/class.h"
#include "obd/osd/osd.h"

struct ost_pool;

/**
 * ost_pool_start() - begins to follow the configuration of @fsname; OSTs come and go by themselves
 */
int ost_pool_start(struct obd_device *mds, const char *fsname, const lnet_nid_t *mgs_nids,
		   unsigned int nr_nids, struct ost_pool **pool);
void ost_pool_stop(struct ost_pool *pool);

/**
 * ost_pool_recovered() - all replays have named their objects: those that no file has may be
 * removed, new ones given out
 */
void ost_pool_recovered(struct ost_pool *pool);

/**
 * struct layout_wish - what is asked of a new file's layout; 0, 0 and -1 are the defaults of the
 * file system
 * @stripe_size: bytes, a multiple of 64 KiB
 * @stripe_count: -1: all OSTs
 * @stripe_offset: index of the first OST, -1: any
 * @had, @had_len: a replay: the layout EA that the file had, whose objects are its own again;
 *   else NULL
 */
struct layout_wish {
	u32 stripe_size;
	s32 stripe_count;
	s32 stripe_offset;
	const void *had;
	u32 had_len;
};

/** struct layout_lease - objects taken for one file and not yet given to it */
struct layout_lease;

/**
 * layout_take() - chooses OSTs and takes an object on each. Waits at most 30 s while OSTs that are
 * needed for the wish are connecting or have no objects in stock. Fewer OSTs than wished are fine
 * when the others are out of reach. Returns 0, -ENOSPC (full), -EINPROGRESS (no OST is reachable;
 * the client is to ask again), -EIO (none is to be waited for: all are switched off, or failout),
 * -EINVAL (wish impossible), -EINTR.
 */
int layout_take(struct ost_pool *pool, const struct fid *file, const struct layout_wish *wish,
		struct layout_lease **lease);

/** layout_ea() - the layout as EA (struct wire_lov_v1, little-endian); belongs to the lease */
const void *layout_ea(const struct layout_lease *lease, u32 *len);

/** layout_commit() - inside the file's transaction (nr of OSTs updates): records the ids as used */
int layout_commit(struct layout_lease *lease, struct osd_trans *th);

/** layout_had() - is this a layout that a file of ours may have had? */
bool layout_had(const void *ea, u32 len);

/** layout_drop() - frees the lease; objects that were not committed stay unused */
void layout_drop(struct layout_lease *lease);

/**
 * layout_destroy() - the file of this layout EA is gone: destroys its objects, once the transaction
 * @th has committed
 */
int layout_destroy(struct ost_pool *pool, struct osd_trans *th, const void *ea, u32 len);

/** layout_setattr() - owner of a file has changed: tells the OSTs in the background */
void layout_setattr(struct ost_pool *pool, const void *ea, u32 len, u32 uid, u32 gid);

/** ost_pool_max_ea() - largest layout EA with the OSTs there are, in bytes */
u32 ost_pool_max_ea(struct ost_pool *pool);

#endif
