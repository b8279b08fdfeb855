/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Storage of a target: objects with attributes, extended attributes and data, directories,
 * transactions.
 *
 * Back ends: osd_ext4.ko (MDT and OST, on the stock ext4 of the kernel), mem (user space; loses on
 * a simulated power cut what was not committed).  The layer knows nothing of RPCs.
 *
 * Order of locks: callers' locks (DLM, object mutexes), then the directory and inode locks that
 * osd_trans_start() takes, then the journal handle.  Nothing waits for the network or for another
 * transaction while one is open.
 *
 * An object is named by FID. struct osd_object is reference counted; there is one per FID and
 * device while referenced. All functions may sleep.  Unless said otherwise they return 0 or a
 * negative errno.
 */
#ifndef SHEEN_OSD_H
#define SHEEN_OSD_H

#include <linux/bvec.h>
#include <linux/types.h>

struct osd_device;
struct osd_object;
struct osd_trans;

/** struct fid - file identifier in host byte order */
struct fid {
	u64 seq;
	u32 oid;
	u32 ver;
};

/* as people and tools write it */
#define FID_FMT		"[0x%llx:0x%x:0x%x]"

static inline bool fid_eq(const struct fid *a, const struct fid *b)
{
	return a->seq == b->seq && a->oid == b->oid && a->ver == b->ver;
}

static inline bool fid_is_zero(const struct fid *f)
{
	return !f->seq && !f->oid;
}

/* ---- devices ---- */

enum osd_role {
	OSD_MDT,		/* also holds the MGS's CONFIGS/ */
	OSD_OST,
};

/**
 * osd_get() - mounts a device, or takes another reference on one that is mounted already
 * @path: block device
 * @fstype: "ext4"
 * @role: what lives there. An empty file system is given the role's folders; one with the other
 *	role's is refused.
 * @why: receives a sentence for the administrator when the call fails (OSD_WHY_SIZE bytes)
 * Errors: -ENODEV no such back end (module not loaded), -ENOENT, -EINVAL (no journal, wrong
 * features), -EBUSY (mounted by somebody else), -EMEDIUMTYPE (other role), -EINTR (killed while
 * somebody else mounted or unmounted it).
 */
#define OSD_WHY_SIZE 160
int osd_get(const char *path, const char *fstype, enum osd_role role, struct osd_device **dev,
	    char *why);

/** osd_put() - drops a reference; the last one commits everything and unmounts */
void osd_put(struct osd_device *dev);

struct osd_statfs {
	u64 blocks, bfree, bavail;	/* in bsize */
	u64 files, ffree;
	u32 bsize;			/* bytes */
	u32 namelen;
	u64 maxbytes;			/* largest object */
	bool readonly;
};

int osd_statfs(struct osd_device *dev, struct osd_statfs *st);

/**
 * osd_sync() - returns when all that was done before is on stable storage
 * The callbacks of its transactions have run by then.  Not inside a transaction.
 */
int osd_sync(struct osd_device *dev);

/**
 * osd_set_readonly() - test and emergency (lctl readonly): from now on nothing reaches the disk
 * What has not been committed is lost as in a power cut; its callbacks get an error.  Further
 * changes fail with -EROFS: a server that wants its clients to replay them elsewhere answers none.
 */
int osd_set_readonly(struct osd_device *dev);

/**
 * osd_mount_count() - how often the device has been mounted for its target, this time included: its
 * incarnation
 */
u32 osd_mount_count(struct osd_device *dev);

/* ---- identity under which namespace operations check permission ---- */

#define OSD_NGROUPS 2
/**
 * struct osd_cred
 * @groups: supplementary groups that a request names by itself
 * @more: and those of its list; memory of the caller's
 */
struct osd_cred {
	u32 uid, gid;
	u32 groups[OSD_NGROUPS];
	u32 nr_groups;
	const __le32 *more;
	u32 nr_more;
	u32 cap;		/* Linux capability bits 0 to 31 of the caller */
};

/* ---- transactions ---- */

/**
 * Called once when the transaction is on stable storage (@err 0) or its journal is dead (@err
 * negative). Must not sleep long.
 */
typedef void (*osd_commit_fn)(void *data, int err);

/**
 * osd_trans_start() - locks what an operation changes, then opens its transaction
 * @locked: objects whose inode is locked for the whole transaction: directories whose entries
 *	change, objects whose attributes change. Up to 4, NULLs are skipped, duplicates allowed;
 *	locked in a fixed global order (directories before others, ancestors first as lock_rename()
 *	does).
 * @credits: number of single updates planned (entry, inode, EA, index slot, record); a back end
 *	multiplies as needed
 * All updates until osd_trans_stop() become durable together or not at all. A thread has one
 * transaction open at a time, and opens no device, small file or object that is not referenced
 * already, reads no directory, changes no data object and syncs nothing meanwhile (-EDEADLK).
 * -EROFS when the device takes no changes.
 */
int osd_trans_start(struct osd_device *dev, struct osd_object *const locked[], unsigned int nr,
		    unsigned int credits, struct osd_trans **th);

/**
 * osd_trans_on_commit() - at most 4 per transaction; callbacks of transactions run in order of
 * their commits
 */
int osd_trans_on_commit(struct osd_trans *th, osd_commit_fn fn, void *data);

/** osd_trans_stop() - closes it; @sync: returns only when it is on stable storage */
int osd_trans_stop(struct osd_trans *th, bool sync);

/* ---- objects ---- */

struct osd_attr {
	u64 size;		/* bytes */
	u64 blocks;		/* of 512 bytes */
	s64 atime, mtime, ctime;	/* seconds */
	s64 btime;			/* when it was made; 0: not known; only read */
	u32 atime_ns, mtime_ns, ctime_ns, btime_ns;
	u32 mode;		/* type and permission */
	u32 uid, gid;
	u32 nlink;
	u32 rdev;		/* as Linux encodes it for user space (new_encode_dev) */
	u32 flags;		/* FS_*_FL: immutable, append only */
	u32 blksize;
	u64 version;		/* only set; osd_version_get() reads it */
};

/* which fields of struct osd_attr osd_attr_set() changes */
#define OSD_A_MODE	0x001u
#define OSD_A_UID	0x002u
#define OSD_A_GID	0x004u
#define OSD_A_SIZE	0x008u	/* truncates */
#define OSD_A_ATIME	0x010u
#define OSD_A_MTIME	0x020u
#define OSD_A_CTIME	0x040u
#define OSD_A_FLAGS	0x080u
#define OSD_A_VERSION	0x100u	/* MDT */

/**
 * osd_object_find() - the object with this FID; -ENOENT. The reference is dropped by
 * osd_object_put(), which takes NULL. osd_object_get() does not sleep.
 */
int osd_object_find(struct osd_device *dev, const struct fid *fid, struct osd_object **obj);
struct osd_object *osd_object_get(struct osd_object *obj);
void osd_object_put(struct osd_object *obj);
const struct fid *osd_object_fid(const struct osd_object *obj);

int osd_attr_get(struct osd_object *obj, struct osd_attr *attr);

/** osd_attr_set() - no permission check; the object is locked in @th */
int osd_attr_set(struct osd_trans *th, struct osd_object *obj, const struct osd_attr *attr,
		 u32 what);

/**
 * osd_version_get() - the number that the object was marked with last (OSD_A_VERSION, or when it
 * was made); 0: never
 */
int osd_version_get(struct osd_object *obj, u64 *version);

/**
 * osd_permission() - may @cred do @mask (4 read, 2 write, 1 execute)? Mode bits and POSIX ACLs.
 * -EACCES
 */
int osd_permission(struct osd_object *obj, const struct osd_cred *cred, int mask);

/**
 * osd_xattr_get() - returns the length; with @size 0 only the length. -ENODATA, -ERANGE (buffer too
 * small)
 */
int osd_xattr_get(struct osd_object *obj, const char *name, void *buf, size_t size);
int osd_xattr_set(struct osd_trans *th, struct osd_object *obj, const char *name, const void *buf,
		  size_t size, int flags);
int osd_xattr_del(struct osd_trans *th, struct osd_object *obj, const char *name);
/**
 * osd_xattr_list() - names one after the other, NUL-terminated, as listxattr(2); returns the length
 */
int osd_xattr_list(struct osd_object *obj, char *buf, size_t size);

/* ---- namespace (MDT) ---- */

/** osd_root() - the root directory, FID 0x200000007:1:0, created with the role's folders */
int osd_root(struct osd_device *dev, struct osd_object **obj);

/** osd_lookup() - FID of a name; -ENOENT, -ENOTDIR, -ENAMETOOLONG. "." and ".." are understood. */
int osd_lookup(struct osd_object *dir, const char *name, size_t len, struct fid *fid);

/**
 * struct osd_ea - an extended attribute given at creation
 */
struct osd_ea {
	const char *name;
	const void *value;
	size_t size;
};

/**
 * osd_create_prepare() - sees to it that there is room for @fid in the index, in a transaction that
 * has changed nothing yet: it may be closed and opened again. Who gives out numbers in the order of
 * transactions does so afterwards.
 */
int osd_create_prepare(struct osd_trans *th, const struct fid *fid);

/**
 * osd_create() - makes an object with a name
 * @dir: locked in @th
 * @fid: chosen by the caller, unused until now
 * @attr: mode (type, permission), uid, gid, rdev, times, version are taken; a set-group-ID @dir
 *	passes its group on, a default ACL of @dir is applied (and then the umask is not: @umask)
 * @target: of a symbolic link, NUL-terminated; else NULL
 * @eas: stored with it
 * The new object counts as locked in @th (up to two per transaction). Creation comes before other
 * changes of its transaction: -EAGAIN when that is not so and the index has no room for @fid yet.
 */
int osd_create(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	       const struct fid *fid, const struct osd_attr *attr, u32 umask, const char *target,
	       const struct osd_ea *eas, unsigned int nr_eas, struct osd_object **obj);

/** osd_link() - @dir and @obj locked in @th */
int osd_link(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	     struct osd_object *obj);

/**
 * osd_unlink() - removes a name; @obj is what it names. @dir and @obj locked in @th. For
 * directories: must be empty. The last name of an object takes the object with it when the last
 * reference is dropped, unless @orphan is set: then it is moved to PENDING/ and lives until
 * osd_orphan_destroy().
 */
int osd_unlink(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	       struct osd_object *obj, bool orphan);

/**
 * osd_rename() - all semantics of rename(2); @victim is what the new name names now, or NULL; it is
 * treated as by osd_unlink()
 * @sdir, @tdir, @obj and @victim are locked in @th. Errors as rename(2): -EINVAL into itself,
 *	-ENOTEMPTY, -EISDIR, ...
 */
int osd_rename(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
	       struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
	       struct osd_object *victim, bool orphan);

/**
 * osd_exchange() - @obj and @other, each named as said, get each other's names
 * All four are locked in @th; the two are not the same. -EINVAL: one would be within itself.
 */
int osd_exchange(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
		 struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
		 struct osd_object *other);

/** osd_orphan_destroy() - removes an object from PENDING/ for good */
int osd_orphan_destroy(struct osd_trans *th, struct osd_object *obj);

/**
 * osd_orphan_iterate() - calls @fn for each object in PENDING/ until it returns non-zero, and
 * returns that
 */
int osd_orphan_iterate(struct osd_device *dev, int (*fn)(void *data, const struct fid *fid),
		       void *data);

/**
 * One entry of a directory. @hash grows from entry to entry; equal hashes are collisions. @type is
 * a DT_* value.
 */
typedef int (*osd_dirent_fn)(void *data, const char *name, size_t len, u64 hash,
			     const struct fid *fid, unsigned int type);

/**
 * osd_readdir() - entries with hash >= @start in hash order, "." and ".." among them
 * Stops when @fn returns non-zero and returns that; returns 0 at the end of the directory. The hash
 * of an entry never changes while it exists and is below WIRE_DIR_END.
 */
int osd_readdir(struct osd_object *dir, u64 start, osd_dirent_fn fn, void *data);

/**
 * osd_readlink() - target of a symbolic link, not terminated; returns its length, -ERANGE when
 * @size is too small
 */
int osd_readlink(struct osd_object *obj, char *buf, size_t size);

/** osd_parent() - parent directory of a directory ("..") */
int osd_parent(struct osd_object *dir, struct fid *fid);

/* ---- small files of the server itself: records changed inside transactions ---- */

struct osd_file;

/**
 * osd_file_open() - opens or creates an internal file by name ("last_rcvd", "CONFIGS/sheen",
 * "LAST_ID"), parents included
 * @prealloc: bytes whose blocks are mapped from the start, so that osd_file_write() into them needs
 *	no allocation
 */
int osd_file_open(struct osd_device *dev, const char *name, u64 prealloc, struct osd_file **f);
void osd_file_close(struct osd_file *f);

/**
 * osd_file_write() - within the preallocated part, at most 4096 bytes, not across a 4 KiB boundary,
 * inside @th
 */
int osd_file_write(struct osd_trans *th, struct osd_file *f, u64 offset, const void *buf,
		   size_t len);

/** osd_file_read() - returns bytes read; holes read as zeros; 0 past the end */
ssize_t osd_file_read(struct osd_file *f, u64 offset, void *buf, size_t len);

/**
 * osd_file_replace() - writes a whole new content that is there completely or not at all, on stable
 * storage on return
 */
int osd_file_replace(struct osd_device *dev, const char *name, const void *buf, size_t len);

/**
 * osd_file_load() - whole content, allocated with kvmalloc, NUL added after it; -ENOENT, -EFBIG
 * over @max
 */
int osd_file_load(struct osd_device *dev, const char *name, size_t max, char **buf, size_t *len);

/* ---- data objects (OST): files O/<seq>/d<oid mod 32>/<oid> ---- */

/**
 * osd_data_create() - creates empty objects first..last of a sequence (idempotent), all times zero;
 * a crash leaves a prefix of them
 */
int osd_data_create(struct osd_device *dev, u64 seq, u32 first, u32 last);

/** osd_data_destroy() - removes an object; 0 also when it did not exist */
int osd_data_destroy(struct osd_device *dev, const struct fid *fid);

/** osd_data_last() - highest oid that exists in a sequence, 0: none */
int osd_data_last(struct osd_device *dev, u64 seq, u32 *last);

/**
 * osd_data_read_get() - pages with the data of a range, for sending
 * @bv: room for @nr entries; filled with references to pages that must not be written to
 * @got: bytes that exist, less than @len at the end of the object; holes read as zeros
 * Returns the number of entries filled, released by osd_data_read_put().
 */
int osd_data_read_get(struct osd_object *obj, u64 offset, u32 len, struct bio_vec *bv,
		      unsigned int nr, u32 *got);
void osd_data_read_put(struct bio_vec *bv, unsigned int nr);

/**
 * osd_data_write() - writes @len bytes from @bv at @offset
 * Whole blocks go to the device straight from the pages where the back end can. On return the data
 * is readable; it is durable after osd_sync().  -ENOSPC, -EIO, -EFBIG.
 */
int osd_data_write(struct osd_object *obj, u64 offset, u32 len, const struct bio_vec *bv,
		   unsigned int nr);

/** osd_data_punch() - end ~0: truncate to @start; else make a hole [start, end] */
int osd_data_punch(struct osd_object *obj, u64 start, u64 end);

/**
 * osd_data_fallocate() - space for bytes [@start, @end), by FALLOC_FL_KEEP_SIZE, PUNCH_HOLE (with
 * KEEP_SIZE) and ZERO_RANGE of fallocate(2); the size grows to @end without KEEP_SIZE
 * What reads as zeros afterwards has space, or has none (PUNCH_HOLE). -ENOSPC: some of it may have
 * been given.
 */
int osd_data_fallocate(struct osd_object *obj, int mode, u64 start, u64 end);

/** osd_data_seek() - first data (@hole: hole) at or after @start; -ENXIO: none up to the end */
int osd_data_seek(struct osd_object *obj, u64 start, bool hole, u64 *pos);

/** struct osd_extent - space that an object has; @physical: on the device; all in bytes */
struct osd_extent {
	u64 logical, physical, length;
	u32 flags;		/* FIEMAP_EXTENT_* */
};

/**
 * osd_data_extents() - the first @room extents that have bytes of [@start, @end), in order; returns
 * how many, with @room 0 of all there are
 */
int osd_data_extents(struct osd_object *obj, u64 start, u64 end, struct osd_extent *ext,
		     unsigned int room);

/** osd_data_sync() - object's data and metadata to stable storage */
int osd_data_sync(struct osd_object *obj);

/**
 * osd_data_lock() - one at a time looks at an object's times and sets them, before all locks of the
 * back end: osd_data_punch() and osd_data_fallocate() leave times of the storage's own clock, which
 * nobody else is to see. osd_data_write() leaves them as they are.
 */
void osd_data_lock(struct osd_object *obj);
void osd_data_unlock(struct osd_object *obj);

/**
 * osd_data_attr_set() - outside transactions: times, owner, size are set when the object is a data
 * object
 */
int osd_data_attr_set(struct osd_object *obj, const struct osd_attr *attr, u32 what);

/** osd_data_xattr_set() - for the owner's FID ("trusted.fid") */
int osd_data_xattr_set(struct osd_object *obj, const char *name, const void *buf, size_t size);

/* ---- back ends ---- */

/**
 * osd_init(), osd_exit() - called by the init and exit functions of obd.ko, before and after
 * anything else here
 */
int osd_init(void);
void osd_exit(void);

#endif
