/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Client of an object storage server: reads, writes and attributes of objects, extent locks, grant.
 */
#ifndef SHEEN_OSC_H
#define SHEEN_OSC_H

#include <linux/types.h>

#include "obd/class/class.h"
#include "obd/dlm/dlm.h"
#include "obd/mgc/mgc.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

struct osc;

/**
 * struct osc_ops - what the file system does
 * @locks: about its extent locks; lock->data is the object's owner
 * @lost: data of @file that was taken for written is lost, by an eviction; in process context
 */
struct osc_ops {
	const struct ldlm_client_ops *locks;
	void (*lost)(void *priv, const struct fid *file);
};

/**
 * osc_start() - makes the device "<name>" of type "osc" and begins to connect it; does not wait
 */
int osc_start(const char *name, const char *uuid, const struct mgc_target *tgt,
	      const struct osc_ops *ops, void *priv, struct osc **osc);
void osc_stop(struct osc *osc, bool force);
struct ldlm_namespace *osc_namespace(struct osc *osc);
struct rpc_import *osc_import(struct osc *osc);
void *osc_priv_of(struct obd_device *dev);
/** osc_max_object() - bytes that an object there can have at most */
u64 osc_max_object(struct osc *osc);
/** osc_usable() - connected, or at least not switched off */
bool osc_usable(struct osc *osc);

/** osc_set_active() - false: whoever wants something of this OST gets an error */
void osc_set_active(struct osc *osc, bool active);

/* ---- locks ---- */

/**
 * osc_lock() - an extent lock on an object, cached or new, with one use in @mode (LCK_PR or LCK_PW)
 */
int osc_lock(struct osc *osc, const struct fid *obj, u64 start, u64 end, enum ldlm_mode mode,
	     void *data, struct ldlm_lock **lock);
void osc_unlock(struct ldlm_lock *lock, enum ldlm_mode mode);

/** osc_glimpse() - size and times of an object as of now, without taking anybody's lock away */
int osc_glimpse(struct osc *osc, const struct fid *obj, void *data, struct wire_ost_lvb *lvb);

/**
 * struct osc_look - an object to be glimpsed
 * @data: its owner; @rc: 0, or a negative errno: -EAGAIN: to be asked for alone; @lvb: the answer
 */
struct osc_look {
	struct fid obj;
	void *data;
	int rc;
	struct wire_ost_lvb lvb;
};

/**
 * osc_glimpse_batch() - up to RPC_BATCH_MAX objects at once, if rpc_batch_possible(). The results
 * are in @looks; -ENOMEM: there are none.
 */
int osc_glimpse_batch(struct osc *osc, struct osc_look *looks, unsigned int nr);

/* ---- data ---- */

/** struct osc_page - a piece of a transfer: within one page */
struct osc_page {
	struct page *page;
	u64 off;		/* in the object, bytes */
	u32 in_page;		/* offset within the page */
	u32 len;
	bool granted;		/* write: space was set aside with osc_grant_take() */
};

#define OSC_BLOCKS_UNKNOWN	(~0ULL)

/*
 * Both sides cut a transfer into pieces of 256 pages of their own memory. Data that does not begin
 * at a page, in the client's memory or in the object, must fit into one.
 */
#define OSC_MAX_UNALIGNED	(255u * PAGE_SIZE)

/**
 * osc_lost() - @bytes of @file, cached or under way, will not be written; false: not because of an
 * eviction, which is going to be reported: that is up to the caller
 */
bool osc_lost(struct osc *osc, const struct fid *file, u64 bytes);

struct osc_io;
/**
 * @rc: 0 or a negative errno; @bytes: read: those that exist, the rest of the pages is filled with
 * zeros
 */
typedef void (*osc_io_fn)(struct osc_io *io, int rc, u32 bytes);

/**
 * struct osc_io - one transfer, made by the caller, which must live until @done
 * @pages: ascending and not overlapping; at most 256 pieces that do not touch (pieces that do
 *   become one on the wire)
 * @borrowed: write: the memory is the caller's again after @done, so that nothing of it can be kept
 *   for a replay: the server answers when the data is on its disk, if not a copy is kept
 * @file: FID of the file, stored with the object
 * @mtime, @atime, @ctime: write: stored with the object when @ctime is not 0
 * @blocks: write, when it is done: blocks of 512 bytes that the object has now; OSC_BLOCKS_UNKNOWN
 *   when the server did not say
 */
struct osc_io {
	struct osc *osc;
	struct fid obj;
	struct fid file;
	bool write;
	bool borrowed;
	unsigned int nr;
	struct osc_page *pages;
	struct timespec64 mtime, atime, ctime;
	u64 blocks;
	u32 uid, gid;
	bool owner_valid;
	osc_io_fn done;
	void *arg;
	/* private to osc/ */
	struct list_head link;
	struct bio_vec *bv;
	u32 bytes;
	u32 tries;
	u32 cksum;			/* OFL_CKSUM_* of a sum that was wrong */
	u32 sum;			/* of that kind, of before it was sent again */
	unsigned int nr_nio;
	bool is_short;			/* data goes in the request or its reply */
	struct rpc_request *req;	/* that is under way; under osc->lock, as is @cancelled */
	bool cancelled;
};

/** osc_max_pages() - pages of one transfer at most */
unsigned int osc_max_pages(struct osc *osc);

/**
 * osc_submit() - starts it; @done runs in any case, perhaps before this returns, from a thread that
 * may not wait for the network
 * A write must be under locks of ours when its turn comes: -EIO when they are lost by then, and
 * others may have written since.
 */
void osc_submit(struct osc_io *io);

/**
 * osc_cancel() - a transfer that was submitted, and whose @done the caller waits for, ends soon,
 * with -EINTR if it was not over
 */
void osc_cancel(struct osc_io *io);

/** osc_io_wait() - submit and wait, killable (-EINTR); returns @rc of done */
int osc_io_wait(struct osc_io *io, u32 *bytes);

/* ---- grant: space promised for cached writes ---- */

/** osc_grant_take() - sets @bytes aside; false: none left */
bool osc_grant_take(struct osc *osc, u32 bytes);
/** osc_grant_return() - cached data was thrown away unwritten */
void osc_grant_return(struct osc *osc, u32 bytes);

/** osc_grant_low() - too little is left for another page to be cached */
bool osc_grant_low(struct osc *osc);
/**
 * osc_grant_wait() - until there is enough for a page, or no transfer is under way that could bring
 * some; a second at most, and no longer than the program lives. The caller has begun to write what
 * is cached.
 */
void osc_grant_wait(struct osc *osc);

/* ---- attributes ---- */
int osc_punch(struct osc *osc, const struct fid *obj, u64 start, u64 end, struct timespec64 time);
int osc_setattr(struct osc *osc, const struct fid *obj, const struct wire_obdo *oa,
		const struct wire_extra *extra);
/**
 * osc_fallocate() - space for bytes [@start, @end) of an object; @mode as osd_data_fallocate()
 * @oa: owner and times that are stored with it; receives the object's attributes (VALID_*)
 * @extra: nanoseconds of the times, or NULL
 * -EOPNOTSUPP: the server, or its storage, cannot
 */
int osc_fallocate(struct osc *osc, const struct fid *obj, int mode, u64 start, u64 end,
		  struct wire_obdo *oa, const struct wire_extra *extra);

/**
 * osc_seek() - first data (@hole: hole) at or after @start, under a lock from there to the end; the
 * end counts as a hole. -ENXIO: none; -EOPNOTSUPP: the server cannot tell
 */
int osc_seek(struct osc *osc, const struct fid *obj, u64 start, bool hole, u64 *pos);

/**
 * osc_extents() - the first @room extents that have bytes of [@start, @end), checked: in order, not
 * overlapping; at most OSC_MAX_EXTENTS. Returns how many.
 */
#define OSC_MAX_EXTENTS	64u
int osc_extents(struct osc *osc, const struct fid *obj, u64 start, u64 end, struct osd_extent *ext,
		unsigned int room);

/** osc_sync() - @obj zero: all that was changed by us, and perhaps by others, there */
int osc_sync(struct osc *osc, const struct fid *obj);
/**
 * osc_commit() - the same for all there, so that memory can be had: fails rather than waits for an
 * OST that is away
 */
int osc_commit(struct osc *osc);
int osc_statfs(struct osc *osc, struct wire_statfs *st);

/** osc_init(), osc_exit() - registers the device type; called by obd.ko */
int osc_init(void);
void osc_exit(void);

#endif
