/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of the metadata server; nobody else includes it.
 *
 * A request that changes the namespace goes: parse -> DLM locks (parents, then children) ->
 * checks -> objects for the layout -> one transaction with target_trans() -> reply.  Two
 * unrelated directories are locked at once only by renames, which take turns (rename_lock), so
 * directories are always locked ancestors first.
 */
#ifndef SHEEN_MDS_INTERNAL_H
#define SHEEN_MDS_INTERNAL_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "kernel/uapi/sheen_netlink.h"
#include "lnet/lnet.h"
#include "mds/pool.h"
#include "obd/class/class.h"
#include "obd/class/target.h"
#include "obd/dlm/dlm.h"
#include "obd/mgc/mgc.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

#define MDS_FILE_HASH_BITS	10
#define MDS_HANDLE_HASH_BITS	12
#define MDS_BRW_SIZE		0x100000u	/* bytes of a readdir bulk */
#define MDS_MAX_EASIZE		4012u		/* bytes of a value: an ext4 block */
#define MDS_MAX_ACL		260u		/* bytes that clients without LARGE_ACL leave */

/*
 * EA of the layout: of a file, its stripes; of a directory, the wish for new files below it
 * (struct wire_lov_v1)
 */
#define MDS_EA_LOV		"trusted.lov"
#define MDS_EA_ACL		"system.posix_acl_access"

/* inode flags as in FS_IOC_GETFLAGS */
#define MDS_FL_IMMUTABLE	0x10u
#define MDS_FL_APPEND		0x20u
#define MDS_FL_VISIBLE		0x300f8u	/* what clients see and may ask for */

/* what to do, for osd_permission() */
#define MDS_MAY_EXEC		1
#define MDS_MAY_WRITE		2
#define MDS_MAY_READ		4

/* updates planned per transaction */
#define MDS_CREDITS_CREATE	16u
#define MDS_CREDITS_NAME	12u
#define MDS_CREDITS_RENAME	20u
#define MDS_CREDITS_ATTR	6u

/* inode bits that cover all that a client may have cached of an object */
#define MDS_BITS_ALL	(IBIT_LOOKUP | IBIT_UPDATE | IBIT_OPEN | IBIT_LAYOUT | IBIT_PERM | \
			 IBIT_XATTR)

/**
 * struct mds_squash - whom root of a client is taken for
 * @uid, @gid: neither is 0; both 0: for root
 * @nids: nodes whose root is root
 */
struct mds_squash {
	u32 uid;
	u32 gid;
	unsigned int nr_nids;
	lnet_nid_t nids[SHEEN_SQUASH_NIDS_MAX];
};

/**
 * struct mds - private data of an "mds" device
 * @seq_lock: guards @seq_next (first sequence not given to anybody) and @seq_limit (end of those
 *   reserved on disk)
 * @rename_lock: renames between directories, and those of one onto another, take turns
 * @open_lock: guards both tables and all fields of struct mds_file and mds_handle
 * @squash_lock: guards @squash; that there is none may be seen without it
 */
struct mds {
	struct obd_device *dev;
	struct osd_device *osd;
	struct osd_object *root;
	struct ost_pool *pool;
	struct mgc_announcement *announcement;
	struct osd_file *seq_file;
	struct mutex seq_lock;		/* guards the two below */
	u64 seq_next;
	u64 seq_limit;
	struct mutex rename_lock;	/* renames take turns */
	spinlock_t open_lock;		/* guards both tables */
	DECLARE_HASHTABLE(files, MDS_FILE_HASH_BITS);		/* struct mds_file by FID */
	DECLARE_HASHTABLE(handles, MDS_HANDLE_HASH_BITS);	/* struct mds_handle by cookie */
	spinlock_t squash_lock;
	struct mds_squash squash;
};

/** mds_of() - the server that a request is for */
struct mds *mds_of(struct rpc_srv_req *req);

static inline void mds_fid_read(const struct wire_fid *w, struct fid *f)
{
	f->seq = le64_to_cpu(w->seq);
	f->oid = le32_to_cpu(w->oid);
	f->ver = le32_to_cpu(w->ver);
}

static inline void mds_fid_write(struct wire_fid *w, const struct fid *f)
{
	w->seq = cpu_to_le64(f->seq);
	w->oid = cpu_to_le32(f->oid);
	w->ver = cpu_to_le32(f->ver);
}

/** struct mds_name - a name in a request */
struct mds_name {
	const char *str;
	u32 len;
};

/* ---- connect.c ---- */

int mds_connect(struct obd_export *exp, struct wire_connect *data);
/* ---- lock.c ---- */

/**
 * struct mds_lock - a lock of the server's own operation
 * @lock: NULL: none
 * @clients: it is the client's already, from an earlier sending of the request
 */
struct mds_lock {
	struct ldlm_lock *lock;
	enum ldlm_mode mode;
	bool clients;
};

int mds_lock(struct mds *mds, const struct fid *fid, u64 bits, enum ldlm_mode mode,
	     struct mds_lock *l);
/** mds_lock_beside() - another lock on the file of @held, in the same operation */
int mds_lock_beside(const struct mds_lock *held, u64 bits, enum ldlm_mode mode, struct mds_lock *l);
/** mds_attr_bits() - what a client's lock gets with a look-up or open */
u64 mds_attr_bits(struct rpc_srv_req *req);

/** mds_lock_for() - the same for a client's request; -EAGAIN: it has no time to wait */
int mds_lock_for(struct rpc_srv_req *req, const struct fid *fid, u64 bits, enum ldlm_mode mode,
		 struct mds_lock *l);
void mds_unlock(struct mds_lock *l);
/**
 * mds_lock_resent() - the lock that an earlier sending of @req brought the client, and what it is
 * on; false: none. It is the answer to this one too: see ldlm_server_resent().
 */
bool mds_lock_resent(struct rpc_srv_req *req, struct mds_lock *l, struct fid *fid);
/** mds_lock_revoke() - it is not: takes it away from the client */
void mds_lock_revoke(struct mds_lock *l);
/** mds_lock_hand_over() - makes @l the client's and the answer of the intent, or drops it */
void mds_lock_hand_over(struct rpc_srv_req *req, struct mds_lock *l, struct ldlm_lock **lockp);

/* ---- perm.c ---- */

/** mds_cred_rec(), mds_cred_body() - who asks; lives as long as the request */
void mds_cred_rec(struct rpc_srv_req *req, const struct wire_rec_head *h, struct osd_cred *cred);
void mds_cred_body(struct rpc_srv_req *req, const struct wire_mdt_body *b, struct osd_cred *cred);
bool mds_cap(const struct osd_cred *cred, int cap);
bool mds_in_group(const struct osd_cred *cred, u32 gid);
/** mds_name_check() - may @n be made, removed or renamed? -EINVAL, -ENAMETOOLONG */
int mds_name_check(const struct mds_name *n);
int mds_may_create(struct osd_object *dir, const struct osd_cred *cred);
/** mds_may_delete() - the name of @victim in @dir; @cred must be allowed to write in @dir */
int mds_may_delete(struct osd_object *dir, struct osd_object *victim, const struct osd_cred *cred);
/** mds_delete_check() - the part of it that needs only attributes: sticky bit, flags */
int mds_delete_check(const struct osd_attr *dir, const struct osd_attr *victim,
		     const struct osd_cred *cred);

/* ---- squash.c ---- */

/** mds_squash_cred() - what @s leaves a caller at the node @nid */
void mds_squash_cred(const struct mds_squash *s, lnet_nid_t nid, struct osd_cred *cred);
/** mds_squash_caller() - the same for the caller of a request */
void mds_squash_caller(struct rpc_srv_req *req, struct osd_cred *cred);
/**
 * mds_squash_parse() - reads UID:GID and NIDs (@argc is at least 1); -EINVAL, -E2BIG
 * @why: what is wrong, @size bytes
 */
int mds_squash_parse(struct mds_squash *s, int argc, char **argv, char *why, size_t size);
/** mds_squash_op() - DEVICE_OP "root_squash": sets it, or without arguments shows it in @text */
int mds_squash_op(struct mds *mds, int argc, char **argv, char *text, size_t size);

/* ---- extra.c: what only Sheen's own clients say ---- */

/** mds_time() - the time of a record that has one */
struct timespec64 mds_time(struct rpc_srv_req *req, __le64 seconds);
/** mds_extra_times() - nanoseconds of a record that has all three */
void mds_extra_times(struct rpc_srv_req *req, struct osd_attr *ns);
/** mds_rename_flags() - EXTRA_RENAME_* */
u32 mds_rename_flags(struct rpc_srv_req *req);
void mds_extra_groups(struct rpc_srv_req *req, struct osd_cred *cred);
/** mds_extra_shed() - IBIT_* that the first lock in a request loses; 0: it goes */
u64 mds_extra_shed(struct rpc_srv_req *req);
/** mds_extra_lens(), mds_extra_pack() - before and after packing a reply that shows attributes */
void mds_extra_lens(struct rpc_srv_req *req);
void mds_extra_pack(struct rpc_srv_req *req, const struct osd_attr *attr);

/* ---- getattr.c: what a reply shows of an object ---- */

/**
 * struct mds_show - attributes, layout or link target, ACL of an object, gathered before the
 * reply is packed
 * @ea: layout EA or link target with NUL, kvmalloc'ed; @has_layout: of a regular file: it has
 *   objects
 * @show_ea, @show_acl: to be sent
 */
struct mds_show {
	struct fid fid;
	struct osd_attr attr;
	void *ea;
	u32 ea_len;
	void *acl;
	u32 acl_len;
	bool has_layout;
	bool show_ea;
	bool show_acl;
	bool dir_ea;
	bool link;
	u32 max_easize;		/* 0: not to be sent */
};

/** What of a file to load besides its attributes. */
#define MDS_SHOW_EA	0x1u	/* layout of a regular file */
#define MDS_SHOW_ACL	0x2u
#define MDS_SHOW_DIREA	0x4u	/* default layout of a directory */
#define MDS_SHOW_LINK	0x8u	/* target of a symbolic link */
#define MDS_SHOW_MAXEA	0x10u	/* how large layouts may get */

int mds_show_load(struct mds *mds, struct osd_object *obj, u32 what, struct mds_show *s);
void mds_show_free(struct mds_show *s);
/**
 * mds_show_lens() - lengths of the reply's buffers, before packing; mds_show_pack() - fills them,
 * after it
 */
void mds_show_lens(struct rpc_srv_req *req, const struct mds_show *s);
void mds_show_pack(struct rpc_srv_req *req, const struct mds_show *s);
void mds_body_fill(struct wire_mdt_body *b, const struct mds_show *s);
/** mds_reply_attr() - packs the reply of a request with the attributes of an object */
int mds_reply_attr(struct rpc_srv_req *req, struct osd_object *obj, u32 what);
/** mds_reply_fid() - the same by FID; an empty body when there is no such object any more */
int mds_reply_fid(struct rpc_srv_req *req, const struct fid *fid);
/** mds_show_wanted() - MDS_SHOW_* of a getattr request */
u32 mds_show_wanted(struct rpc_srv_req *req, const struct wire_mdt_body *b);

int mds_getattr(struct rpc_srv_req *req);
int mds_getattr_name(struct rpc_srv_req *req);
/** mds_child() - permission, look-up and object of a name; -ENOENT */
int mds_child(struct mds *mds, struct osd_object *dir, const struct osd_cred *cred,
	      const struct mds_name *name, struct osd_object **obj);

/* ---- intent.c ---- */

extern const struct ldlm_server_ops mds_lock_ops;

/** struct mds_answer - how an intent ended */
struct mds_answer {
	u64 disposition;	/* DISP_* */
	int status;
	u64 handle;		/* open handle, 0: none */
	bool shown;		/* @show is filled */
	struct mds_show show;
};

/** mds_answer_pack() - packs the reply of an intent; frees the answer */
int mds_answer_pack(struct rpc_srv_req *req, struct mds_answer *a);

/* ---- open.c, handle.c ---- */

int mds_intent_open(struct rpc_srv_req *req, struct ldlm_lock **lockp);

/**
 * struct mds_file - an object that somebody has open, or that an unlink is looking at
 * @pins: handles and unlinks that look at it; freed with the last
 * @opens: handles
 * @writers: open for write; negative: -number of those executing it
 * @orphan: has no name any more and goes with the last pin
 */
struct mds_file {
	struct hlist_node hash;
	struct osd_object *obj;
	u32 pins;
	u32 opens;
	s32 writers;
	bool orphan;
};

/**
 * struct mds_handle - an open file of a client; @exp is not counted: the handles go before the
 * export does
 */
struct mds_handle {
	struct hlist_node hash;
	u64 cookie;
	u64 flags;		/* MDS_FMODE_*, MDS_OPEN_* */
	u64 xid;		/* of the open request, for resends */
	struct mds_file *file;
	struct obd_export *exp;
};

/**
 * mds_handle_open() - @dead: the object has no name, so it must be open already; -ENOENT
 * In a replay *cookie is that of the handle before the restart, which the client goes on using, and
 * a dead object was open.
 */
int mds_handle_open(struct rpc_srv_req *req, struct osd_object *obj, u64 flags, bool dead,
		    u64 *cookie);
/**
 * mds_handle_resent() - cookie and (referenced) object of the handle that this request made
 * before; -ENOENT
 */
int mds_handle_resent(struct rpc_srv_req *req, u64 *cookie, struct osd_object **obj);
int mds_close(struct rpc_srv_req *req);
/** mds_handles_drop() - the client has gone */
void mds_handles_drop(struct mds *mds, struct obd_export *exp);
/** mds_handle_writes() - has this client an object open for writing? Goes through all handles. */
bool mds_handle_writes(struct mds *mds, const struct obd_export *exp, const struct fid *fid);
/** mds_busy_exec() - -ETXTBSY when the object is being executed */
int mds_busy_exec(struct mds *mds, const struct fid *fid);
/**
 * mds_mode_conflict() - -ETXTBSY when an open with @flags clashes with @writers of struct
 * mds_file
 */
int mds_mode_conflict(s32 writers, u64 flags);

/* a pin of an unlink: @opened tells whether the object must be kept as an orphan */
int mds_file_pin(struct mds *mds, struct osd_object *obj, struct mds_file **file, bool *opened);
void mds_file_unpin(struct mds *mds, struct mds_file *file, bool orphan);

/** mds_orphans_destroy() - at the end of recovery: removed files that nobody has open */
int mds_orphans_destroy(struct mds *mds);

/* ---- layout.c ---- */

/** mds_layout_get() - the layout EA, kvmalloc'ed; *ea NULL when there is none */
int mds_layout_get(struct osd_object *obj, void **ea, u32 *len);
/** mds_layout_wish() - reads what a user asks for (V1 or V3); -EINVAL, -EOPNOTSUPP */
int mds_layout_wish(const void *buf, u32 len, struct layout_wish *wish);
/**
 * mds_layout_is_default() - is this wish no wish (and as default of a directory: to be removed)?
 */
bool mds_layout_is_default(const struct layout_wish *wish);
/** mds_layout_inherit() - wish for a new file in @dir: of the directory, else of the root */
void mds_layout_inherit(struct mds *mds, struct osd_object *dir, struct layout_wish *wish);
/** mds_layout_objects() - stripes of a layout EA, 0 when it is not one */
u32 mds_layout_objects(const void *ea, u32 len);
/**
 * mds_layout_assign() - gives a file without objects some, in a transaction of its own; -EEXIST.
 * @obj: LAYOUT lock EX
 */
int mds_layout_assign(struct rpc_srv_req *req, struct osd_object *obj,
		      const struct layout_wish *wish);
/** mds_layout_set_default() - of a directory, inside @th; a wish that is none removes it */
int mds_layout_set_default(struct osd_trans *th, struct osd_object *dir,
			   const struct layout_wish *wish);
int mds_intent_layout(struct rpc_srv_req *req, struct ldlm_lock **lockp);

/* ---- reint ---- */

int mds_reint(struct rpc_srv_req *req);
int mds_reint_create(struct rpc_srv_req *req);
int mds_reint_link(struct rpc_srv_req *req);
int mds_reint_unlink(struct rpc_srv_req *req);
int mds_reint_rename(struct rpc_srv_req *req);
int mds_reint_setattr(struct rpc_srv_req *req);
int mds_reint_setxattr(struct rpc_srv_req *req);

/** mds_name_get() - a name buffer of the request */
int mds_name_get(struct rpc_srv_req *req, enum wire_field f, struct mds_name *n);
/** mds_fid_new() - may a client give this FID to a new object? -EINVAL, -EEXIST */
int mds_fid_new(struct mds *mds, const struct fid *fid);
/** mds_times() - sets mtime and ctime (and atime) of an object that is locked in @th */
int mds_times(struct osd_trans *th, struct osd_object *obj, struct timespec64 time, u32 what);
/**
 * mds_changed() - sets the ctime of an object that @th changes, and its version: who depends on the
 * object depends on this request from now on
 */
int mds_changed(struct rpc_srv_req *req, struct osd_trans *th, struct osd_object *obj,
		struct timespec64 time);
/**
 * mds_depends() - number @idx of what a request depends on is @obj, as it is before it is changed;
 * NULL: that there is none. An error: it is a replay, and that has changed (target_version())
 */
int mds_depends(struct rpc_srv_req *req, unsigned int idx, struct osd_object *obj);
/** mds_attr_time() - all times of @attr are @time */
void mds_attr_time(struct osd_attr *attr, struct timespec64 time);

/**
 * struct mds_create - a new object
 * @wish: of a regular file: objects wanted; NULL: none
 * @target: of a symbolic link
 */
struct mds_create {
	struct osd_object *dir;
	struct mds_name name;
	struct fid fid;
	struct osd_attr attr;
	u32 umask;
	const struct layout_wish *wish;
	const char *target;
	u64 disposition;	/* for a resend */
};

/**
 * mds_create() - checks permission and FID, takes objects, creates in one transaction; @c->dir is
 * locked PW
 */
int mds_create(struct rpc_srv_req *req, const struct osd_cred *cred, const struct mds_create *c,
	       struct osd_object **obj);

/**
 * struct mds_attr_change - what a setattr amounts to
 * @what: OSD_A_*; 0: nothing
 * @need: MDS_MAY_* that the caller must have on the object
 */
struct mds_attr_change {
	struct osd_attr attr;
	u32 what;
	int need;
};

/**
 * mds_setattr_plan() - the rules of chmod, chown, utime, truncate; -EPERM
 * @ns: nanoseconds of the record's times
 */
int mds_setattr_plan(const struct osd_attr *old, const struct osd_cred *cred,
		     const struct wire_rec_setattr *rec, const struct osd_attr *ns,
		     struct mds_attr_change *c);
/** mds_newer() - is time @s, @ns later than @olds, @oldns? */
bool mds_newer(s64 s, u32 ns, s64 olds, u32 oldns);

/* ---- xattr.c ---- */

int mds_getxattr(struct rpc_srv_req *req);

/* ---- readpage.c ---- */

/**
 * struct mds_dirpages - directory pages being filled
 * @pages: room for @nr pages of WIRE_DIRPAGE_SIZE bytes, zeroed
 * @used: pages finished; @fill: bytes in the page at work
 * @run: offset in the page at work of the first of the entries that have the last one's hash
 */
struct mds_dirpages {
	void **pages;
	unsigned int nr;
	unsigned int used;
	u32 fill;
	u32 last;
	u32 run;
	u64 last_hash;
	u64 next;		/* hash where the next request is to start */
};

void mds_dirpages_init(struct mds_dirpages *d, void **pages, unsigned int nr, u64 start);
/** mds_dirpages_add() - an osd_dirent_fn; 1: no room left */
int mds_dirpages_add(void *data, const char *name, size_t len, u64 hash, const struct fid *fid,
		     unsigned int type);
/**
 * mds_dirpages_end() - closes the last page; @eof: the directory has no more. Returns the number
 * of pages
 */
unsigned int mds_dirpages_end(struct mds_dirpages *d, bool eof);
int mds_readpage(struct rpc_srv_req *req);

/* ---- seq.c ---- */

int mds_seq_start(struct mds *mds);
void mds_seq_stop(struct mds *mds);
int mds_seq_query(struct rpc_srv_req *req);
int mds_fld_query(struct rpc_srv_req *req);
/** mds_seq_given() - has this sequence been given to a client? */
bool mds_seq_given(struct mds *mds, u64 seq);

/**
 * mds_refuse() - an ordinary error as an answer: packs an empty reply
 *
 * A stock client writes a line to its console for an error that comes without a reply's buffers.
 */
int mds_refuse(struct rpc_srv_req *req, int rc);

/* ---- target.c: requests about the file system as a whole ---- */

int mds_get_root(struct rpc_srv_req *req);
int mds_statfs(struct rpc_srv_req *req);
int mds_sync(struct rpc_srv_req *req);
int mds_set_info(struct rpc_srv_req *req);

/* ---- device.c ---- */

extern const struct obd_type mds_device_type;
extern const struct obd_type mdt_device_type;

#endif
