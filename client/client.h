/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mounted file system.
 *
 * Names and attributes come from the MDT and are true while a lock with the right bits is cached
 * (LOOKUP: the name, type, owner and mode; UPDATE: the rest, and a directory's content; LAYOUT:
 * where a file's data lies). Data is cached in the page cache under extent locks on the objects;
 * the size of a file is known while locks to the end of all its objects are held, and asked for
 * (glimpse) otherwise.
 *
 * Order of locks: inode lock, then locks on objects (DLM, in stripe order), then page locks. A
 * callback that takes a DLM lock away writes back and drops pages; it takes page locks but neither
 * the inode lock nor any DLM lock. Memory of programs, which may be a mapping of a file, is
 * brought in while no DLM locks are in use: a fault takes some.
 */
#ifndef SHEEN_CLIENT_H
#define SHEEN_CLIENT_H

#include <linux/fs.h>
#include <linux/xarray.h>

#include "kernel/compat/acl.h"
#include "kernel/compat/idmap.h"
#include "kernel/compat/times.h"
#include "obd/lov/lov.h"
#include "obd/mdc/mdc.h"
#include "obd/mgc/mgc.h"
#include "obd/osc/osc.h"

#define LUSTRE_SUPER_MAGIC	0x0BD00BD0
#define LUSTRE_FSNAME_SIZE	9

/* Locks of programs (flock, fcntl): known to all nodes, to this one, or refused. */
enum lustre_flock {
	LUSTRE_FLOCK,
	LUSTRE_FLOCK_LOCAL,
	LUSTRE_FLOCK_NONE,
};

/**
 * struct lustre_sb - a mount
 * @subdir: path of the directory that is mounted, below the root; NULL: the root
 * @fsname: file system name; @instance: suffix of the names of this mount's devices
 * @uuid: this client's, random
 * @exclude: OSTs that are not to be used, uuids or names separated by colons; NULL: none
 * @oscs: OST index -> struct osc; only grows while mounted; @oscs_grown is woken then
 * @callbacks: held shared, if it is to be had, by what servers tell us while it uses inodes; taken
 *   for good when the mount goes
 * @root: FID of the directory that is mounted
 * @flock: who hears of locks of programs; @flock_salt: hides addresses of this kernel in the names
 *   of their owners
 */
struct lustre_sb {
	char fsname[LUSTRE_FSNAME_SIZE];
	char instance[32];
	char uuid[WIRE_UUID_SIZE];
	char *source;
	char *exclude;
	char *subdir;
	lnet_nid_t mgs_nids[MGC_MAX_NIDS];
	unsigned int nr_mgs_nids;
	struct super_block *sb;
	struct mgc *mgc;
	struct mdc *mdc;
	struct xarray oscs;
	wait_queue_head_t oscs_grown;
	struct rw_semaphore callbacks;
	struct mgc_target mdt;
	struct fid root;
	enum lustre_flock flock;
	u64 flock_salt;
	bool mdt_known;
	bool force;		/* umount -f: wait for no server */
};

static inline struct lustre_sb *lustre_sb(const struct super_block *sb)
{
	return sb->s_fs_info;
}

/**
 * struct lustre_stripe - what is known of one object
 * @size: its size: what the server said, or what we have written under our locks
 * @written: how far what we have written under locks that we still hold reaches, if not further
 *   than these; nobody else can cut that off. @writes: counts what may have raised it
 * @blocks: blocks of 512 bytes that it takes, as the server said last
 * @size_known: a lock to the object's end has been held ever since @size was learned
 * @as_of: number of the look that @size is from; what an earlier one brings is older
 */
struct lustre_stripe {
	struct osc *osc;
	u64 size;
	u64 written;
	u64 writes;
	u64 blocks;
	bool size_known;
	u64 as_of;
};

/**
 * struct lustre_layout - where a file's data lies. Does not change, but for the sizes; when the
 * file's layout does, another one takes its place, and this goes with the last who works with it.
 * @refs: users; the inode is one
 */
struct lustre_layout {
	refcount_t refs;
	struct lov_layout *lov;
	struct lustre_stripe stripes[];
};

/**
 * struct lustre_inode
 * @layout: NULL: no data objects (yet); changes under @layout_lock and @size_lock
 * @layout_error: why there is no layout although the file has one, or 0. Of a directory: why its
 *   names cannot be looked at
 * @layout_known: a lock has kept the layout true ever since it was learned
 * @layout_lock: serialises changes of the layout
 * @size_lock: guards @layout*, the stripes' sizes and @size_known, and of directories @names_era;
 *   i_size changes under it too
 * @size_known: the sizes of all stripes are, so nobody else can change the file's
 * @looks: counts looks at the size as they begin; size_lock
 * @names_era: counts how often the lock on a directory's listing has gone, from 1
 * @name_era: counts how often the last lock on this file's names has gone, from 1; size_lock
 * @xattr_era: counts how often a lock on the extended attributes has gone, from 1; size_lock
 * @no_caps: the @xattr_era in which the file was seen to have no capabilities; a
 *   mark of an earlier era says nothing, so no lock
 * @flags: FS_*_FL as the MDT has told them; i_lock
 * @aheads: of a directory: struct lustre_ahead by link; size_lock
 * @runs: of a directory: struct lustre_run by link, the latest first; size_lock
 * @link: target of a symbolic link, or NULL
 * @btime: when it was made; 0: not told
 * @changed: the ctime that came with i_mtime, from the objects or by a change here; 0: nothing is
 *   known of the objects' times. The vfs inode's i_lock, which guards its times too
 * @times_doubted: the MDT knows a later mtime: the OSTs have to be asked, whatever locks we hold
 * @told: the MDT has told of the file since this inode was made; i_lock
 * @told_atime, @told_ctime: what the MDT has said last; i_lock
 * @reserved, @reserved_end: bytes whose pages may become dirty without a promise of space, since it
 *   is there; the vfs inode's lock
 * @atime_news: reads here have changed the atime since the MDT was told last; i_lock
 * @kept: handle at the MDT of an open for reading that is over, for the next one of the same user,
 *   @kept_uid and @kept_gid, or 0; @reread: it has been opened for reading and closed before.
 *   i_lock
 * @fresh: we have just created it and not looked at its objects yet
 */
struct lustre_inode {
	struct fid fid;
	struct lustre_layout *layout;
	int layout_error;
	bool layout_known;
	struct mutex layout_lock;
	spinlock_t size_lock;
	u64 looks;
	bool size_known;
	bool fresh;
	unsigned long names_era;
	unsigned long name_era;
	unsigned long xattr_era;
	unsigned long no_caps;
	u32 flags;
	struct list_head aheads;
	struct list_head runs;
	char *link;
	struct timespec64 btime;
	struct timespec64 changed;
	bool told;
	struct timespec64 told_atime;
	struct timespec64 told_ctime;
	u64 reserved;
	u64 reserved_end;
	bool times_doubted;
	bool atime_news;
	bool reread;
	u64 kept;
	kuid_t kept_uid;
	kgid_t kept_gid;
	struct inode vfs_inode;
};

static inline struct lustre_inode *lustre_i(const struct inode *inode)
{
	return container_of(inode, struct lustre_inode, vfs_inode);
}

static inline bool lustre_newer(struct timespec64 a, struct timespec64 b)
{
	return timespec64_compare(&a, &b) > 0;
}

/* What was asked for by its FID has been removed: the VFS looks up what the name is by now. */
static inline int lustre_gone(int rc)
{
	return rc == -ENOENT ? -ESTALE : rc;
}

static inline struct mdc *lustre_mdc(const struct inode *inode)
{
	return lustre_sb(inode->i_sb)->mdc;
}

/**
 * struct lustre_pattern - how an open file is being read
 * @lock: guards all of it
 * @pos, @len: the last read
 * @step: bytes from the one before it to that
 * @steps: how many of that size there were before it, in a row
 * @ahead: how many further ones have been asked for
 */
struct lustre_pattern {
	spinlock_t lock;
	loff_t pos;
	size_t len;
	loff_t step;
	unsigned int steps;
	unsigned int ahead;
};

/**
 * struct lustre_file - an open file
 * @handle: open handle at the MDT
 * @flock: what flock() has locked by this open: F_RDLCK, F_WRLCK, or F_UNLCK. Threads that
 *	race with flock() on one open have no order, nor has this
 * @dir: directories: the part of the listing last read, or NULL; guarded by the file's position
 *   lock, as is @ahead: looks ahead for who reads it, or NULL
 * @pattern: files: what read-ahead goes by
 */
struct lustre_file {
	u64 handle;
	unsigned char flock;
	struct lustre_dir_part *dir;
	struct lustre_ahead *ahead;
	struct lustre_pattern pattern;
};

/* client/super.c */
int lustre_inode_cache_init(void);
void lustre_inode_cache_exit(void);

/* client/mount.c - the connections of a mount */
int lustre_connect(struct lustre_sb *sbi);
void lustre_disconnect(struct lustre_sb *sbi);
/**
 * lustre_osc() - the OST of this index, or NULL. Waits a moment for one that the MDT has heard of
 * before us; killable.
 */
struct osc *lustre_osc(struct lustre_sb *sbi, u32 index);

/* client/pattern.c */
/**
 * lustre_pattern_read() - [@pos, @pos + @len) is about to be read: asks for what will be read after
 * that, if it can be told. Does not wait for it.
 */
void lustre_pattern_read(struct file *file, loff_t pos, size_t len);

/* client/inode.c */
extern const struct inode_operations lustre_file_iops;
extern const struct inode_operations lustre_special_iops;
extern const struct inode_operations lustre_symlink_iops;

/** lustre_cred() - who asks, for an operation on @dir and @inode (either may be NULL) */
void lustre_cred(struct inode *dir, struct inode *inode, struct mdc_cred *cred);

/**
 * lustre_iget() - the inode that a reply describes, new or known, with its attributes of now;
 * ERR_PTR
 */
struct inode *lustre_iget(struct super_block *sb, const struct mdc_reply *r);

/** lustre_update() - attributes, layout and link target from a reply about a known inode */
int lustre_update(struct inode *inode, const struct mdc_reply *r);

struct inode *lustre_ifind(struct super_block *sb, const struct fid *fid);

/** lustre_revalidate() - attributes from the MDT unless a lock says that they are true */
int lustre_revalidate(struct inode *inode);
/**
 * lustre_revalidate_mode() - only type, owner, mode and ACL, under a lock that changes in a
 * directory leave alone
 */
int lustre_revalidate_mode(struct inode *inode);
int lustre_getattr(compat_idmap_t *idmap, const struct path *path, struct kstat *stat, u32 mask,
		   unsigned int flags);
int lustre_setattr(compat_idmap_t *idmap, struct dentry *dentry, struct iattr *attr);
/** lustre_attrs_cached() - does a lock keep the attributes that @ibits stand for true? */
bool lustre_attrs_cached(struct inode *inode, u64 ibits);
/**
 * lustre_attrs_locked() - or are they about to be taken in with such a lock? In any case nobody
 * else changes them, and they are newer than what an answer without a lock has brought
 */
bool lustre_attrs_locked(struct inode *inode, u64 ibits);
/** lustre_now() - as finely as the MDT can be told; @inode: any of the mount */
struct timespec64 lustre_now(struct inode *inode);

/* client/namei.c */
extern const struct inode_operations lustre_dir_iops;
extern const struct dentry_operations lustre_dops;
/**
 * lustre_name_era() - until when a name is true that was found with @r, whose lock is in use: as
 * long as lustre_name_valid() says so. 0: it is not
 */
unsigned long lustre_name_era(struct inode *inode, const struct mdc_reply *r);
bool lustre_name_valid(struct inode *inode, unsigned long era);

/**
 * lustre_tie_name() - ties @dentry, in lookup or hashed, to what the MDT found under its name, with
 * its era; as d_splice_alias()
 */
struct dentry *lustre_tie_name(struct inode *inode, struct dentry *dentry, unsigned long era);

/* client/dir.c */
extern const struct file_operations lustre_dir_fops;
struct lustre_dir_part *lustre_dir_part_get(struct lustre_dir_part *part);
void lustre_dir_part_put(struct lustre_dir_part *part);

/** struct lustre_dir_cursor - a place in a part of a listing; all zero: its beginning */
struct lustre_dir_cursor {
	unsigned int page;
	u32 off;
};

/**
 * lustre_dir_next() - the entry at @c, which moves behind it; NULL: the end of the part, or of what
 * makes sense
 */
const struct wire_dirent *lustre_dir_next(const struct lustre_dir_part *part,
					  struct lustre_dir_cursor *c);

/* client/ahead*.c - attributes of the next names for who looks at many files of a directory */

/**
 * lustre_ahead_lookup() - looks a name up together with others that will be asked for next; false:
 * there are none, or it has to be asked for alone
 * @dir: locked shared; @dentry: in lookup; *found is what the lookup returns
 */
bool lustre_ahead_lookup(struct inode *dir, struct dentry *dentry, struct dentry **found);
/** lustre_ahead_part() - this process has read @part of the listing through @file */
void lustre_ahead_part(struct file *file, struct lustre_dir_part *part, bool first);
void lustre_ahead_end(struct inode *dir, struct lustre_ahead *ahead);
/** lustre_runs_free() - @dir is evicted */
void lustre_runs_free(struct inode *dir);

/* client/open.c */
int lustre_open(struct inode *inode, struct file *file);
int lustre_release(struct inode *inode, struct file *file);
/** lustre_open_adopt() - finish_open() with a handle that a create or open by name has brought */
int lustre_open_adopt(struct inode *inode, struct file *file);
u64 lustre_open_flags(unsigned int flags, fmode_t mode);
/** lustre_file_new() - what an open file has, to be filled; NULL: no memory */
struct lustre_file *lustre_file_new(void);
/**
 * lustre_kept_close() - no lock vouches for name and mode any more, or the inode goes: a handle
 * that is kept for the next open is closed. Does not wait for it.
 */
void lustre_kept_close(struct inode *inode);

/* client/file.c */
extern const struct file_operations lustre_file_fops;

struct lustre_range;

/*
 * client/direct.c - under DLM locks on the range, which has objects, with the size known; a write
 * also under the inode lock. -EBUSY of a write: nothing is written, a mapping keeps a page dirty
 */
ssize_t lustre_direct_read(struct kiocb *iocb, struct iov_iter *to, struct lustre_layout *lay);
ssize_t lustre_direct_write(struct kiocb *iocb, struct iov_iter *from, struct lustre_range *range);

/* client/space.c */
/** lustre_seek_data() - lseek() with SEEK_DATA or SEEK_HOLE */
loff_t lustre_seek_data(struct file *file, loff_t off, int whence);
int lustre_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len);
/**
 * lustre_reserve() - space for the pages from @start to @end, which lie in one object, at its OST;
 * under a DLM lock on them. -ENOSPC. An OST that cannot is believed to have it: if not, fsync(2)
 * tells.
 */
int lustre_reserve(struct inode *inode, struct lustre_layout *lay, u64 start, u64 end);
/**
 * lustre_page_reserve() - space for a page at @pos that a program writes to by its mapping, if
 * there is no promise of any; under a DLM lock on it. -ENOSPC
 */
int lustre_page_reserve(struct inode *inode, struct lustre_layout *lay, u64 pos);
long lustre_fallocate(struct file *file, int mode, loff_t off, loff_t len);

/* client/page.c - page cache: what becomes of one page */
extern const struct address_space_operations lustre_aops;
/** lustre_page_grant() - sets space aside for a locked page; false: there is none */
bool lustre_page_grant(struct inode *inode, struct folio *folio);
/** lustre_page_granted() - is space set aside for the page, since it was dirtied with grant? */
bool lustre_page_granted(struct folio *folio);
/** lustre_page_written() - a locked page is on its way to its OST, and may be kept for a replay */
void lustre_page_written(struct folio *folio);
/**
 * lustre_tail_lock() - the page with the end of the file in it, locked and with a reference, if it
 * is dirty: a mapping may have stored behind that end. Data of others are not there, since it was
 * made dirty under a DLM lock, with the size known. NULL: there is no such page
 */
struct folio *lustre_tail_lock(struct inode *inode);
/** lustre_tail_unlock() - @folio may be NULL */
void lustre_tail_unlock(struct folio *folio);
/**
 * lustre_tail_zero() - what a locked page has between @size, if that lies in it, and @end is not of
 * the file
 */
void lustre_tail_zero(struct folio *folio, u64 size, u64 end);
/**
 * lustre_zero_tail() - before the file grows to @end: what a mapping has stored behind its present
 * end, in its last page, does not become part of it; under the inode lock
 */
void lustre_zero_tail(struct inode *inode, u64 end);

/* client/rw.c - page cache: pages to objects and back */
int lustre_read_folio(struct file *file, struct folio *folio);
void lustre_readahead(struct readahead_control *rac);
int lustre_writepages(struct address_space *mapping, struct writeback_control *wbc);
/**
 * struct lustre_pieces - @nr pieces of a file, each of @len bytes, @step bytes (more than 0) from
 * one to the next, from @pos on
 */
struct lustre_pieces {
	loff_t pos;
	loff_t step;
	size_t len;
	unsigned int nr;
};

/**
 * lustre_read_pieces() - begins to read what is not in the cache of these pieces and a lock of ours
 * covers. Does not wait for it.
 */
void lustre_read_pieces(struct address_space *mapping, const struct lustre_pieces *s);
/**
 * lustre_flush_object() - writes dirty pages of a byte range that one object has, and waits for
 * them; whatever other objects of the file have to wait for
 */
void lustre_flush_object(struct inode *inode, const struct fid *obj, u64 start, u64 end);
/**
 * lustre_flush_killable() - writes dirty pages of a byte range and waits for them; for a program,
 * which may be killed meanwhile (-EINTR). Tells what has failed just now, not before;
 * lustre_wait_written() - waits for pages that are being written, likewise, and does not tell what
 * became of them
 */
int lustre_flush_killable(struct inode *inode, u64 start, u64 end);
int lustre_wait_written(struct address_space *mapping, u64 start, u64 end);
/** lustre_dirty_pages() - how many pages of a range are to be written */
unsigned int lustre_dirty_pages(struct inode *inode, u64 start, u64 end);

/* client/throttle.c */

/**
 * lustre_throttle() - before more pages become dirty, a cgroup that has too many of its own waits
 * for those of @inode, while others are written. Takes page locks, one at a time. -EINTR: killed
 */
int lustre_throttle(struct inode *inode);

/* client/layout.c */

/**
 * lustre_layout_get() - the layout, true at this moment, asked for if need be; with a reference.
 * *lay NULL: the file has no objects. -EOPNOTSUPP: a kind we do not have
 */
int lustre_layout_get(struct inode *inode, struct lustre_layout **lay);
/** lustre_layout_peek() - what is known of it, with a reference, or NULL; asks nobody */
struct lustre_layout *lustre_layout_peek(struct inode *inode);
void lustre_layout_put(struct lustre_layout *lay);
/** lustre_layout_is_current() - has @lay been true ever since it was got? */
bool lustre_layout_is_current(struct inode *inode, const struct lustre_layout *lay);

/**
 * lustre_layout_write() - sees to it that there are objects for bytes [@start, @end]
 * -ENODATA: the layout ends before @start, and so does the file
 */
int lustre_layout_write(struct inode *inode, enum wire_layout_opc opc, u64 start, u64 end);
/** lustre_layout_make() - gives a file without objects some; @wish: lov_user_md, or NULL */
int lustre_layout_make(struct inode *inode, const void *wish, size_t size);

/**
 * lustre_layout_set() - takes in a layout EA, @len 0: there is none
 * @locked: it came with a lock, still in use, that keeps it true; else it only counts when nothing
 *   is known yet
 */
int lustre_layout_set(struct inode *inode, const void *ea, u32 len, bool locked);
/** lustre_layout_lost() - no lock keeps the layout true any more */
void lustre_layout_lost(struct inode *inode);
void lustre_layout_free(struct inode *inode);

/**
 * lustre_stripe_in() - what layout @now, of the same file, has for object @stripe of @lay; NULL: it
 * is not part of it. Under size_lock.
 */
struct lustre_stripe *lustre_stripe_in(struct lustre_layout *now, const struct lustre_layout *lay,
				       u32 stripe);

/** lustre_osc_at() - where byte @pos lies; NULL: nowhere. Stays as long as the mount. */
struct osc *lustre_osc_at(struct inode *inode, u64 pos);

/* client/times.c */

/** struct lustre_times - times of a file's data; @ctime orders them among nodes */
struct lustre_times {
	struct timespec64 atime, mtime, ctime;
};

/**
 * lustre_change_time() - time of a change: no earlier than all changes known, by whatever clock
 * they were
 */
struct timespec64 lustre_change_time(struct inode *inode);
/** lustre_update_time() - inode operation of regular files and directories */
COMPAT_UPDATE_TIME(lustre_update_time);
/** lustre_times_set() - after a change of attributes; @attr->ia_ctime is its time */
void lustre_times_set(struct inode *inode, const struct iattr *attr);
/** lustre_times_mdt() - takes what the MDT says (VALID_*), under i_lock; @data: it has objects */
void lustre_times_mdt(struct inode *inode, u64 valid, const struct mdc_times *t, bool data);
/** lustre_times_object() - takes what is known of an object */
void lustre_times_object(struct inode *inode, const struct wire_ost_lvb *lvb);

/** lustre_data_times() - what this node knows; the other two: for a message to an OST */
void lustre_data_times(struct inode *inode, struct lustre_times *t);
void lustre_lvb_times(struct inode *inode, struct wire_ost_lvb *lvb);
void lustre_obdo_times(struct inode *inode, struct wire_obdo *oa, struct wire_extra *extra);

/* client/size.c */

/** lustre_glimpse() - makes i_size, blocks and times true as of now */
int lustre_glimpse(struct inode *inode);

/**
 * lustre_glimpse_layout() - the same by this layout, whether or not it is still true: takes no lock
 * that others may be waiting for, so that pages may be locked. Killable; errors of osc_glimpse()
 */
int lustre_glimpse_layout(struct inode *inode, struct lustre_layout *lay);

/**
 * lustre_glimpse_many() - tries the same for several inodes at once, some of which may be NULL;
 * those of which it cannot be known at once stay as they are
 */
void lustre_glimpse_many(struct inode **inodes, unsigned int nr);

/** lustre_size_written() - data now reaches to @end, under our own lock */
void lustre_size_written(struct inode *inode, u64 end);
/** lustre_unwritten() - is there cached data that has not reached its objects? */
static inline bool lustre_unwritten(struct inode *inode)
{
	return mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY) ||
	       mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK);
}

/** lustre_blocks_written() - an object takes so many blocks now, as its OST says after a change */
void lustre_blocks_written(struct inode *inode, const struct fid *obj, u64 blocks);
/**
 * lustre_blocks() - blocks of 512 bytes. While there is something to be written each page that is
 * cached counts as one more, lest anybody takes it for a hole;
 * lustre_blocks_most(): the same of an object with @blocks and @size
 */
u64 lustre_blocks(struct inode *inode);
u64 lustre_blocks_most(struct inode *inode, u64 blocks, u64 size);
/**
 * lustre_size_max() - how large a file with this layout can be, when somebody wants it to have
 * @size bytes: its objects are limited by the storage that they are on
 */
u64 lustre_size_max(const struct lustre_layout *lay, u64 size);
/** lustre_size_cut() - the file has been truncated to @size, under our own locks */
void lustre_size_cut(struct inode *inode, struct lustre_layout *lay, u64 size);
/** lustre_cut_reaches() - does object @stripe change when the file is truncated to @size? */
static inline bool lustre_cut_reaches(const struct lustre_layout *lay, u32 stripe, u64 size)
{
	return lay->lov->comps[lay->lov->stripes[stripe].comp].end >= size;
}

/* client/range.c */

/**
 * struct lustre_range - DLM locks on a range of a file; lustre_range_lock(), lustre_range_unlock()
 * @lay: the layout, true while the locks are held; NULL: the file has no objects
 * @hole: lock on the layout, for reading where it has no objects
 */
struct lustre_range {
	struct lustre_layout *lay;
	enum ldlm_mode mode;
	u32 nr;
	struct ldlm_lock **locks;
	struct ldlm_lock *few[4];
	struct ldlm_lock *hole;
};

/** lustre_range_lock() - @mode LCK_PR or LCK_PW, on the objects that there are; @end ~0: all */
int lustre_range_lock(struct inode *inode, u64 start, u64 end, enum ldlm_mode mode,
		      struct lustre_range *r);
/** lustre_range_write() - LCK_PW, and there are objects for all of it */
int lustre_range_write(struct inode *inode, u64 start, u64 end, struct lustre_range *r);
/**
 * lustre_range_doubt() - what the locks say of the objects may not be true any more: they are given
 * up after this use, so that the OSTs are asked
 */
void lustre_range_doubt(struct lustre_range *r);
void lustre_range_unlock(struct lustre_range *r);
/** lustre_range_lost() - has an eviction taken one of the locks away meanwhile? */
bool lustre_range_lost(const struct lustre_range *r);

/* client/lock.c - what happens to caches when a lock goes */
extern const struct ldlm_client_ops lustre_mdc_lock_ops;
extern const struct osc_ops lustre_osc_ops;
/**
 * lustre_written_undo() - of what was written without being kept, by an eviction, nothing is left;
 * under the locks of @lay that there are
 */
void lustre_written_undo(struct inode *inode, struct lustre_layout *lay);

/* client/xattr.c */
extern const struct xattr_handler *const lustre_xattr_handlers[];
ssize_t lustre_listxattr(struct dentry *dentry, char *buf, size_t size);
/** lustre_no_caps() - the file is known to have no capabilities, by a reply whose lock is in use */
void lustre_no_caps(struct inode *inode);

/* client/flags.c */
/** lustre_flags_take() - FS_*_FL of a reply; i_lock is held */
void lustre_flags_take(struct inode *inode, u32 flags);
int lustre_fileattr_get(struct dentry *dentry, struct fileattr *fa);
int lustre_fileattr_set(compat_idmap_t *idmap, struct dentry *dentry, struct fileattr *fa);

/* client/acl.c */
void lustre_acl_init(struct inode *inode);
/**
 * lustre_acl_take() - keeps the access ACL of a reply that has also brought a lock under which it
 * stays true
 */
int lustre_acl_take(struct inode *inode, const struct mdc_reply *r);
struct posix_acl *lustre_get_acl(struct inode *inode, int type, bool rcu);
int lustre_set_acl(compat_idmap_t *idmap, compat_acl_target_t *target, struct posix_acl *acl,
		   int type);
int lustre_permission(compat_idmap_t *idmap, struct inode *inode, int mask);
/** lustre_acl_group() - a group that the ACL names and the caller is in, ~0: none */
u32 lustre_acl_group(struct inode *inode);

/* client/flock.c */
int lustre_flock(struct file *file, int cmd, struct file_lock *fl);

/* client/ioctl.c */
long lustre_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif
