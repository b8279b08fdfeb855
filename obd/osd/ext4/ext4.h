/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Storage on the kernel's own ext4: what the files of this folder share.  Names begin with e4_.
 *
 * Order of locks, outer first:
 *   e4_device.files_lock, freeze protection (mnt_want_write), s_vfs_rename_mutex, inode locks of
 *   directories (parents first), inode locks of other objects, locks of index files (e4_bfile.grow,
 *   then the file's inode), journal handle, inode lock of PENDING/, object cache and callback list
 *   (spin locks). A file of the object index is made under the locks of a creation, by oi_lock and
 *   the lock of its directory, one of the back end's own, which come after those of all others.
 *
 * PENDING/ is the one directory whose lock is taken under a handle, and never in another way by who
 * then opens one.  Its holder already has its own handle and waits for nothing that an open handle
 * can hold up, so handles cannot wait for each other through it; readers hold it without opening a
 * handle.
 */
#ifndef SHEEN_OSD_EXT4_H
#define SHEEN_OSD_EXT4_H

#include <linux/buffer_head.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/errseq.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jbd2.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "kernel/compat/idmap.h"
#include "obd/osd/format.h"
#include "obd/osd/osd_backend.h"

#define E4_OBJ_HASH_BITS	12
#define E4_I_MUTEX_OWN		6	/* locks of own directories: not one of the kernel's */
#define E4_OST_DIRS		32u	/* d0 to d31 of a sequence */
#define E4_PENDING_NAME		48	/* bytes for the name of an orphan */

/**
 * struct e4_bfile - a file that is changed block by block inside transactions
 * @map: disk block by block of the file; absent: not mapped, or not looked up yet
 * @grow: held while blocks are looked up or added; never under a handle
 *
 * Its page cache is used to write zeros when it grows, and not after that: contents live in the
 * buffers of the block device, where jbd2 wants them.  Lives until the device is unmounted.
 */
struct e4_bfile {
	struct e4_device *dev;
	struct file *file;
	struct xarray map;
	struct mutex grow;		/* see above */
	u64 chunk;			/* bytes by which it grows */
};

/** struct e4_named - osd_file: a bfile under a name, open or not */
struct e4_named {
	struct osd_file of;
	struct e4_bfile *bf;
	char *name;
	u64 size;			/* bytes preallocated; guarded by e4_device.files_lock */
	struct list_head link;		/* e4_device.files */
};

/** struct e4_seq - objects of one sequence of an OST */
struct e4_seq {
	struct dentry *dirs[E4_OST_DIRS];
	struct mutex lock;		/* creation and destruction; guards @last */
	u32 last;			/* highest object that exists */
};

struct e4_device {
	struct osd_device od;
	struct vfsmount *mnt;
	struct super_block *sb;
	errseq_t wb_err;		/* as it was when mounted; see e4_sync() */
	journal_t *journal;
	const struct cred *cred;	/* root with all capabilities */
	enum osd_role role;
	struct workqueue_struct *wq;	/* deferred puts, growth of ino2fid */
	struct e4_bfile *format;
	u32 mount_count;

	/* MDT */
	struct dentry *pending;
	struct dentry *oi_dir;
	struct e4_object *root;
	struct xarray oi;		/* struct e4_bfile by sequence */
	struct mutex oi_lock;		/* insertion into @oi */
	struct e4_bfile *ino2fid;

	/* OST */
	struct xarray seqs;		/* struct e4_seq by sequence */
	struct mutex seqs_lock;		/* insertion into @seqs */

	struct list_head files;		/* struct e4_named */
	struct mutex files_lock;

	struct hlist_head *objects;	/* hash by FID */
	spinlock_t obj_lock;		/* guards @objects */

	/* commit tracking */
	spinlock_t cb_lock;
	struct list_head callbacks;	/* struct e4_trans_cb in order of transactions */
	bool cb_busy;			/* the thread has taken some off the list */
	bool cb_stop;
	struct task_struct *cb_thread;
	wait_queue_head_t cb_idle;	/* woken when the thread has called what had committed */
};

/**
 * struct e4_object - an object while somebody refers to it
 * @dentry: connected for directories; any alias for others
 * @file: of a data object; opened on first use, set once
 */
struct e4_object {
	struct osd_object oo;
	refcount_t ref;
	struct hlist_node hash;		/* guarded by e4_device.obj_lock */
	struct dentry *dentry;
	struct file *file;
	struct task_struct *locked_by;	/* thread whose transaction holds the inode lock */
	bool orphan;			/* in PENDING/; guarded by the inode lock */
	struct work_struct put;		/* last reference dropped under a handle */
};

#define E4_MAX_LOCKED	4
#define E4_MAX_BORN	2	/* new objects that a transaction goes on to change */
#define E4_MAX_CB	4

/** struct e4_trans_cb - callbacks of one transaction of ours */
struct e4_trans_cb {
	struct list_head link;
	tid_t tid;
	unsigned int nr;
	struct {
		osd_commit_fn fn;
		void *data;
	} cb[E4_MAX_CB];
};

struct e4_trans {
	struct osd_trans ot;
	handle_t *handle;
	unsigned int credits;		/* blocks */
	unsigned int revokes;
	bool dirty;			/* something was changed: the handle cannot be reopened */
	bool rename_mutex;		/* s_vfs_rename_mutex is held */
	unsigned int nr_locked;
	struct e4_object *locked[E4_MAX_LOCKED + E4_MAX_BORN];	/* the caller's, then new ones */
	struct e4_trans_cb *cb;
	const struct cred *saved;	/* of the thread, while the transaction runs */
};

static inline struct e4_device *e4_dev(struct osd_device *od)
{
	return container_of(od, struct e4_device, od);
}

static inline struct e4_object *e4_obj(struct osd_object *oo)
{
	return oo ? container_of(oo, struct e4_object, oo) : NULL;
}

static inline struct e4_device *e4_odev(const struct e4_object *obj)
{
	return container_of(obj->oo.dev, struct e4_device, od);
}

static inline struct e4_trans *e4_trans(struct osd_trans *ot)
{
	return container_of(ot, struct e4_trans, ot);
}

static inline struct inode *e4_inode(const struct e4_object *obj)
{
	return d_inode(obj->dentry);
}

/* true in a thread with an open transaction of any device */
static inline bool e4_in_trans(void)
{
	return current->journal_info;
}

/*
 * Closes a file at once where that is allowed; a process closes it on its way back to user space.
 */
static inline void e4_fput(struct file *file)
{
	if (current->flags & PF_KTHREAD)
		__fput_sync(file);
	else
		fput(file);
}

/* handle.c: no osd.h there, exportfs has a struct fid of its own */
struct dentry *e4_handle_open(struct vfsmount *mnt, u32 ino, u32 generation);
struct dentry *e4_handle_peek(struct super_block *sb, u32 ino);

/* mount.c */
int e4_mount(const char *path, enum osd_role role, struct osd_device **od, char *why);
void e4_unmount(struct osd_device *od);
int e4_statfs(struct osd_device *od, struct osd_statfs *st);
int e4_sync(struct osd_device *od);
int e4_set_readonly(struct osd_device *od);
u32 e4_mount_count(struct osd_device *od);

/* format.c: the first block of our files, the folders of a role */
void e4_header_fill(struct osd_fmt_header *h, enum osd_fmt_kind kind);
int e4_header_check(struct osd_fmt_header *h, enum osd_fmt_kind kind, const char *name, char *why);
int e4_format_check(struct e4_device *dev, struct osd_fmt_header *h, const char *path, char *why);
int e4_format_write(struct e4_device *dev, struct osd_fmt_header *h);

/* dir.c: internal directories and files by path; all with credentials of root */
struct dentry *e4_mkdir(struct dentry *parent, const char *name);
struct file *e4_open_at(struct e4_device *dev, struct dentry *parent, const char *name, int flags);
struct file *e4_open_path(struct e4_device *dev, const char *name, int flags);
int e4_iterate(struct e4_device *dev, struct dentry *dir, bool locked,
	       int (*fn)(void *data, const char *name, size_t len), void *data);

/* journal.c */
int e4_journal_open(struct e4_device *dev, const char *path, char *why);
int e4_callbacks_start(struct e4_device *dev);
void e4_callbacks_stop(struct e4_device *dev);
void e4_callbacks_wait(struct e4_device *dev, tid_t tid);
handle_t *e4_handle_start(struct e4_device *dev, unsigned int blocks);

/* trans.c */
int e4_trans_start(struct osd_device *od, struct osd_object *const locked[], unsigned int nr,
		   unsigned int credits, struct osd_trans **th);
int e4_trans_on_commit(struct osd_trans *th, osd_commit_fn fn, void *data);
int e4_trans_stop(struct osd_trans *th, bool sync);
void e4_trans_born(struct e4_trans *th, struct e4_object *obj);
int e4_trans_pause(struct e4_trans *th);
int e4_trans_resume(struct e4_trans *th);

/* bfile.c */
struct e4_bfile *e4_bfile_open(struct e4_device *dev, struct dentry *parent, const char *name,
			       u64 chunk);
struct e4_bfile *e4_bfile_new(struct e4_device *dev, struct file *file, u64 chunk);
void e4_bfile_close(struct e4_bfile *bf);
bool e4_bfile_mapped(struct e4_bfile *bf, u64 offset, size_t len);
int e4_bfile_reserve(struct e4_bfile *bf, u64 offset, u64 len);
int e4_bfile_find(struct e4_bfile *bf, u64 offset, u64 len);
int e4_bfile_write(struct e4_bfile *bf, handle_t *handle, u64 offset, const void *buf, size_t len);
int e4_bfile_read(struct e4_bfile *bf, u64 offset, void *buf, size_t len);
int e4_bfile_header(struct e4_bfile *bf, struct osd_fmt_header *h, enum osd_fmt_kind kind,
		    const char *name, char *why);
int e4_bfile_header_write(struct e4_bfile *bf, struct osd_fmt_header *h);

/* oi.c */
int e4_oi_open(struct e4_device *dev, char *why);
void e4_oi_close(struct e4_device *dev);
int e4_oi_lookup(struct e4_device *dev, const struct fid *fid, u32 *ino, u32 *generation);
int e4_oi_prepare(struct e4_trans *th, const struct fid *fid);
int e4_oi_insert(struct e4_trans *th, struct e4_object *obj);
int e4_oi_remove(struct e4_trans *th, struct e4_object *obj);
int e4_ino2fid(struct e4_device *dev, u32 ino, struct fid *fid);
int e4_ino2fid_prepare(struct e4_device *dev, u32 ino);

/* object.c */
int e4_object_find(struct osd_device *od, const struct fid *fid, struct osd_object **obj);
void e4_object_get(struct osd_object *oo);
void e4_object_put(struct osd_object *oo);
struct e4_object *e4_object_alloc(struct e4_device *dev, const struct fid *fid);
struct e4_object *e4_object_insert(struct e4_object *obj, struct dentry *dentry, bool orphan);
struct e4_object *e4_object_cached(struct e4_device *dev, const struct fid *fid);
void e4_object_forget(struct e4_object *obj);
int e4_object_cache_init(struct e4_device *dev);
void e4_object_cache_exit(struct e4_device *dev);
int e4_root_open(struct e4_device *dev, struct dentry *dentry);
int e4_root(struct osd_device *od, struct osd_object **obj);
int e4_fid_read(struct dentry *dentry, struct fid *fid, bool *orphan);
int e4_fid_write(struct dentry *dentry, const struct fid *fid, bool orphan);

/* attr.c */
int e4_attr_get(struct osd_object *oo, struct osd_attr *attr);
int e4_attr_apply(struct dentry *dentry, const struct osd_attr *attr, u32 what);
int e4_attr_set(struct osd_trans *th, struct osd_object *oo, const struct osd_attr *attr, u32 what);
int e4_version_set(struct dentry *dentry, u64 version);
int e4_version_get(struct osd_object *oo, u64 *version);
int e4_permission(struct osd_object *oo, const struct osd_cred *cred, int mask);
const struct cred *e4_cred_owner(u32 uid, u32 gid);

/* acl.c */
int e4_acl_type(const char *name);
int e4_acl_get(struct e4_object *obj, int type, void *buf, size_t size);
/** e4_acl_set() - the mode follows; @buf NULL removes. The object is locked in a transaction */
int e4_acl_set(struct e4_object *obj, int type, const void *buf, size_t size);

/* xattr.c */
int e4_xattr_get(struct osd_object *oo, const char *name, void *buf, size_t size);
int e4_xattr_set(struct osd_trans *th, struct osd_object *oo, const char *name, const void *buf,
		 size_t size, int flags);
int e4_xattr_del(struct osd_trans *th, struct osd_object *oo, const char *name);
int e4_xattr_list(struct osd_object *oo, char *buf, size_t size);

/* namespace.c */
int e4_lookup(struct osd_object *dir, const char *name, size_t len, struct fid *fid);
int e4_link(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	    struct osd_object *obj);
int e4_unlink(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	      struct osd_object *obj, bool orphan);
int e4_rename(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
	      struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
	      struct osd_object *victim, bool orphan);
int e4_exchange(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
		struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
		struct osd_object *other);
int e4_readlink(struct osd_object *oo, char *buf, size_t size);
int e4_parent(struct osd_object *dir, struct fid *fid);
int e4_name_check(const char *name, size_t len);
int e4_remove_entry(struct inode *dir, struct dentry *dentry);

/* create.c */
int e4_create_prepare(struct osd_trans *th, const struct fid *fid);
int e4_create(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	      const struct fid *fid, const struct osd_attr *attr, u32 umask, const char *target,
	      const struct osd_ea *eas, unsigned int nr_eas, struct osd_object **obj);

/* orphan.c */
int e4_orphan_open(struct e4_device *dev);
int e4_orphan_add(struct e4_trans *th, struct inode *dir, struct dentry *dentry,
		  struct e4_object *obj);
int e4_orphan_destroy(struct osd_trans *th, struct osd_object *obj);
int e4_orphan_iterate(struct osd_device *od, int (*fn)(void *data, const struct fid *fid),
		      void *data);

/* readdir.c */
int e4_readdir(struct osd_object *dir, u64 start, osd_dirent_fn fn, void *data);

/* file.c */
int e4_file_open(struct osd_device *od, const char *name, u64 prealloc, struct osd_file **f);
void e4_file_close(struct osd_file *f);
int e4_file_write(struct osd_trans *th, struct osd_file *f, u64 offset, const void *buf,
		  size_t len);
ssize_t e4_file_read(struct osd_file *f, u64 offset, void *buf, size_t len);
int e4_file_replace(struct osd_device *od, const char *name, const void *buf, size_t len);
int e4_file_load(struct osd_device *od, const char *name, size_t max, char **buf, size_t *len);
void e4_files_close(struct e4_device *dev);

/* data.c, dataobj.c */
int e4_data_open(struct e4_object *obj, struct file **file);
int e4_data_lookup(struct e4_device *dev, const struct fid *fid, struct dentry **dentry);
int e4_data_create(struct osd_device *od, u64 seq, u32 first, u32 last);
int e4_data_destroy(struct osd_device *od, const struct fid *fid);
int e4_data_last(struct osd_device *od, u64 seq, u32 *last);
void e4_data_close(struct e4_device *dev);
int e4_data_read_get(struct osd_object *oo, u64 offset, u32 len, struct bio_vec *bv,
		     unsigned int nr, u32 *got);
int e4_data_write(struct osd_object *oo, u64 offset, u32 len, const struct bio_vec *bv,
		  unsigned int nr);
int e4_data_punch(struct osd_object *oo, u64 start, u64 end);
int e4_data_sync(struct osd_object *oo);
int e4_data_attr_set(struct osd_object *oo, const struct osd_attr *attr, u32 what);
int e4_data_xattr_set(struct osd_object *oo, const char *name, const void *buf, size_t size);

/* space.c */
int e4_data_fallocate(struct osd_object *oo, int mode, u64 start, u64 end);
int e4_data_seek(struct osd_object *oo, u64 start, bool hole, u64 *pos);
int e4_data_extents(struct osd_object *oo, u64 start, u64 end, struct osd_extent *ext,
		    unsigned int room);

#endif
