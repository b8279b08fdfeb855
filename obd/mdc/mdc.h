/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Client of a metadata server: every metadata request that a mounted file system makes.
 *
 * Functions wait for the reply and can be killed; they return 0 or a negative errno. Times lose
 * their nanoseconds on the way to and from stock servers.
 */
#ifndef SHEEN_MDC_H
#define SHEEN_MDC_H

#include <linux/time64.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "obd/class/class.h"
#include "obd/dlm/dlm.h"
#include "obd/mgc/mgc.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

struct mdc;

/**
 * mdc_start() - makes and connects the device "<name>" of type "mdc"
 * @ops: what the file system does about its inode-bits locks
 * @priv: lock->data of all of them
 */
int mdc_start(const char *name, const char *uuid, const struct mgc_target *tgt,
	      const struct ldlm_client_ops *ops, void *priv, struct mdc **mdc);

/** mdc_stop() - cancels all locks, disconnects; @force: without waiting for the server */
void mdc_stop(struct mdc *mdc, bool force);
struct ldlm_namespace *mdc_namespace(struct mdc *mdc);
struct rpc_import *mdc_import(struct mdc *mdc);

/**
 * struct mdc_cred - on whose behalf: file system uid and gid, capabilities, and the group that
 * gives access if any (~0: none)
 * @groups: all supplementary groups, for servers that can be told; stay as long as the call runs
 */
struct mdc_cred {
	u32 uid, gid;
	u32 suppgid[2];
	u32 cap;
	const kgid_t *groups;
	u32 nr_groups;
};

/**
 * struct mdc_reply - what a request brought; released by mdc_reply_put()
 * @body: attributes, in the reply; @extra: nanoseconds of the times, all 0 if there are none
 * @layout: layout EA, or target of a symbolic link; valid as long as @req and @lock are
 * @acl: POSIX ACL; NULL when there is none
 * @lock: granted lock with one use in @mode, or NULL; whoever keeps it takes it out
 * @disposition: DISP_*; @status: of the intent
 */
struct mdc_reply {
	struct rpc_request *req;
	const struct wire_mdt_body *body;
	const struct wire_extra *extra;
	const void *layout;
	u32 layout_len;
	const void *acl;
	u32 acl_len;
	struct ldlm_lock *lock;
	enum ldlm_mode mode;
	u64 disposition;
	int status;
};

void mdc_reply_put(struct mdc_reply *r);

struct mdc_times {
	struct timespec64 atime, mtime, ctime, btime;
};

/** mdc_reply_times() - what it does not have is 0 */
void mdc_reply_times(const struct mdc_reply *r, struct mdc_times *t);

/** mdc_extra() - is the server one of ours: nanoseconds, all groups, kinds of rename? */
bool mdc_extra(struct mdc *mdc);

void mdc_fid_get(const struct wire_fid *w, struct fid *fid);
void mdc_fid_put(const struct fid *fid, struct wire_fid *w);

/**
 * mdc_new_fid() - an identifier for a file to be created, from the sequence that the server has
 * given us
 */
int mdc_new_fid(struct mdc *mdc, struct fid *fid);

/**
 * mdc_get_root() - the directory to be mounted: the root, or what is at the path @subdir below it
 * (NULL: the root); -ENOENT, -ENOTDIR
 */
int mdc_get_root(struct mdc *mdc, const char *subdir, struct fid *fid);
int mdc_statfs(struct mdc *mdc, struct wire_statfs *st);
/** mdc_sync() - NULL: the whole file system */
int mdc_sync(struct mdc *mdc, const struct fid *fid);

/**
 * mdc_getattr() - attributes of a file by FID, no lock; @link: also the target of a symbolic link,
 * as r->layout
 */
int mdc_getattr(struct mdc *mdc, const struct fid *fid, bool link, struct mdc_reply *r);

/**
 * mdc_lookup() - name to file, with attributes and a lock on the file
 * @child: FID if known (revalidation by FID with @name NULL), else NULL
 * @it: IT_LOOKUP or IT_GETATTR
 * -ENOENT: there is no such name (r->lock may hold a lock on @parent then, and keeps the answer
 * true).
 */
int mdc_lookup(struct mdc *mdc, const struct fid *parent, const char *name, size_t len,
	       const struct fid *child, u32 it, const struct mdc_cred *cred, struct mdc_reply *r);

/**
 * struct mdc_named - a name in a directory, and what is found under it
 * @rc: 0, or a negative errno: -ENOENT, -EAGAIN: to be asked for alone
 * @reply: as of mdc_lookup(); released by mdc_reply_put() also after an error
 */
struct mdc_named {
	const char *name;
	size_t len;
	int rc;
	struct mdc_reply reply;
};

/**
 * mdc_lookup_batch() - up to RPC_BATCH_MAX names at once, with IT_GETATTR, if rpc_batch_possible().
 * The results are in @named; -ENOMEM: there are none.
 */
int mdc_lookup_batch(struct mdc *mdc, const struct fid *parent, struct mdc_named *named,
		     unsigned int nr, const struct mdc_cred *cred);

/**
 * struct mdc_open - an open, perhaps with creation
 * @name: in @parent; NULL: open @fid by FID
 * @fid: of the new file, or of the file
 * @flags: MDS_FMODE_*, MDS_OPEN_*
 * @ea: user's layout wish (lov_user_md), or NULL
 */
struct mdc_open {
	struct fid parent;
	const char *name;
	size_t len;
	struct fid fid;
	u64 flags;
	u32 mode;
	u32 umask;
	struct timespec64 time;
	const void *ea;
	u32 ea_len;
};

/**
 * mdc_open() - r->body->handle is the open handle when DISP_OPEN_OPEN is set and the result is 0
 */
int mdc_open(struct mdc *mdc, const struct mdc_open *op, const struct mdc_cred *cred,
	     struct mdc_reply *r);

/**
 * mdc_layout() - the layout of a file, under a lock that keeps it so, as r->layout; r->layout_len
 * 0: it has none
 * @opc: LAYOUT_INTENT_ACCESS, or before data is written to bytes [@start, @end]
 *   LAYOUT_INTENT_WRITE or LAYOUT_INTENT_TRUNC: they have objects afterwards
 * -ENOSPC, -EOPNOTSUPP and others: the server could not give it any
 */
int mdc_layout(struct mdc *mdc, const struct fid *fid, enum wire_layout_opc opc, u64 start,
	       u64 end, struct mdc_reply *r);

/**
 * struct mdc_attr - a record of attributes to be changed, and what it has no room for
 */
struct mdc_attr {
	struct wire_rec_setattr rec;
	u32 atime_ns, mtime_ns, ctime_ns;
};

/**
 * mdc_close() - @attr: times to be stored, or NULL. Errors are logged here. -EINTR: the program
 * dies, the close goes on without it.
 */
int mdc_close(struct mdc *mdc, const struct fid *fid, u64 handle, const struct mdc_attr *attr);
/**
 * mdc_close_start() - the same without waiting: for a handle that nobody else can notice
 */
void mdc_close_start(struct mdc *mdc, const struct fid *fid, u64 handle,
		     const struct mdc_attr *attr);

/**
 * mdc_create() - directory, special file, symbolic link (@target) or regular file without objects
 */
int mdc_create(struct mdc *mdc, const struct fid *parent, const char *name, size_t len,
	       const struct fid *fid, u32 mode, u32 umask, u32 rdev, const char *target,
	       struct timespec64 time, const struct mdc_cred *cred, struct mdc_reply *r);
int mdc_link(struct mdc *mdc, const struct fid *file, const struct fid *dir, const char *name,
	     size_t len, struct timespec64 time, const struct mdc_cred *cred);
int mdc_unlink(struct mdc *mdc, const struct fid *dir, const char *name, size_t len,
	       const struct fid *child, u32 mode, struct timespec64 time,
	       const struct mdc_cred *cred);
/**
 * struct mdc_rename - from @sname in @sdir to @tname in @tdir
 * @file: what is moved, of @mode; @victim: what is known to be replaced or exchanged, or NULL
 * @flags: RENAME_NOREPLACE, RENAME_EXCHANGE
 */
struct mdc_rename {
	struct fid sdir;
	const char *sname;
	size_t slen;
	struct fid tdir;
	const char *tname;
	size_t tlen;
	struct fid file;
	const struct fid *victim;
	u32 mode;
	u32 flags;
	struct timespec64 time;
};

/** mdc_rename() - -EINVAL when the server cannot decide what the flags ask for */
int mdc_rename(struct mdc *mdc, const struct mdc_rename *op, const struct mdc_cred *cred);

/** mdc_setattr() - @attr: valid and values; the record's head is filled in here */
int mdc_setattr(struct mdc *mdc, const struct fid *fid, struct mdc_attr *attr,
		const struct mdc_cred *cred, struct mdc_reply *r);

/**
 * mdc_set_default_layout() - what new files in a directory get
 * @wish: lov_user_md; one that wishes nothing takes an earlier one away
 */
int mdc_set_default_layout(struct mdc *mdc, const struct fid *dir, const void *wish, u32 len,
			   const struct mdc_cred *cred);

/**
 * mdc_getxattr() - one attribute, or with @name NULL the list of names; returns the length; @size
 * 0: only the length
 */
int mdc_getxattr(struct mdc *mdc, const struct fid *fid, const char *name, void *buf, size_t size,
		 const struct mdc_cred *cred);
/** mdc_setxattr() - @buf NULL removes */
int mdc_setxattr(struct mdc *mdc, const struct fid *fid, const char *name, const void *buf,
		 size_t size, int flags, const struct mdc_cred *cred);

/**
 * mdc_readpage() - directory pages (WIRE_DIRPAGE_SIZE each) from @hash on into @nr pages; returns
 * how many were filled
 */
int mdc_readpage(struct mdc *mdc, const struct fid *dir, u64 hash, struct page **pages,
		 unsigned int nr);

/** mdc_lock_dir() - the lock under which a listing stays true; one use in LCK_PR */
int mdc_lock_dir(struct mdc *mdc, const struct fid *dir, struct ldlm_lock **lock);

/**
 * mdc_flock() - a lock of a program on a range of a file: LCK_PR, LCK_PW, or LCK_NL to unlock;
 * ldlm_flock_call()
 * @mode, @range: with LDLM_FL_TEST_LOCK also what is in the way; @range->owner tells the lockers of
 *   this mount apart
 */
int mdc_flock(struct mdc *mdc, const struct fid *fid, enum ldlm_mode *mode, u32 flags,
	      struct ldlm_flock *range);

/** mdc_flock_holds() - does the owner hold anything in the range, as far as this mount knows? */
bool mdc_flock_holds(struct mdc *mdc, const struct fid *fid, const struct ldlm_flock *range);

/** mdc_init(), mdc_exit() - registers the device type; called by obd.ko */
int mdc_init(void);
void mdc_exit(void);

#endif
