/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk in memory: inodes with a present and, while that is not committed, a committed state.
 *
 * mem_disk.lock guards all of a disk.  It is held for one operation at a time; a transaction holds
 * mem_disk.handles for reading, a commit for writing, so a commit never sees half of one.
 */
#ifndef SHEEN_OSD_MEM_DISK_H
#define SHEEN_OSD_MEM_DISK_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "obd/osd/osd_backend.h"

#define MEM_HASH_BUCKETS	1024u
#define MEM_BLOCK		4096u	/* bytes */

/* sequences of inodes that have no FID of their own */
#define MEM_SEQ_DIRS		1u	/* PENDING and the directory of small files */
#define MEM_SEQ_FILES		2u	/* small files */
#define MEM_OID_PENDING		1u
#define MEM_OID_FILES		2u

/** struct mem_entry - a name in a directory, ordered by hash, then by name */
struct mem_entry {
	struct rb_node node;
	u64 hash;
	struct fid fid;
	u8 type;			/* DT_* */
	size_t len;
	char name[];
};

struct mem_xattr {
	struct list_head link;
	char *name;
	void *value;
	size_t size;
};

/** struct mem_state - all of an inode; copied as a whole before its first change after a commit */
struct mem_state {
	bool exists;
	bool orphan;			/* in PENDING */
	struct osd_attr attr;
	struct fid parent;		/* of a directory */
	char *target;			/* of a symbolic link */
	struct list_head xattrs;
	struct rb_root entries;		/* of a directory */
	struct xarray pages;		/* of a file; replaced when others hold it too */
};

struct mem_inode {
	struct hlist_node hash;		/* mem_disk.inodes */
	struct list_head dirty;		/* mem_disk.dirty, while @committed is set */
	struct fid fid;
	unsigned int refs;		/* objects of devices, dead ones too */
	struct mem_object *obj;		/* that of the device that is mounted */
	struct mem_state now;
	struct mem_state *committed;
};

struct mem_disk {
	struct list_head link;		/* in the list of disks */
	char *name;
	struct mutex lock;		/* see above */
	struct rw_semaphore handles;
	struct mem_device *mounted;
	unsigned int devices;		/* that refer to it, dead ones too */
	bool formatted;
	enum osd_role role;
	u32 mount_count;
	u64 size;			/* bytes */
	u64 used;			/* blocks with data */
	u64 nr_inodes;
	struct list_head dirty;
	struct hlist_head inodes[MEM_HASH_BUCKETS];
};

struct mem_callback {
	struct list_head link;
	osd_commit_fn fn;
	void *data;
};

struct mem_device {
	struct osd_device od;
	struct mem_disk *disk;
	bool dead;			/* power cut */
	bool readonly;
	struct list_head objects;	/* struct mem_object */
	struct list_head callbacks;	/* of closed transactions, in order */
	struct mutex commit_lock;	/* one commit at a time, callbacks included */
	struct delayed_work commit;
};

struct mem_object {
	struct osd_object oo;
	unsigned int refs;		/* guarded by mem_disk.lock */
	struct list_head link;		/* mem_device.objects */
	struct mem_inode *inode;
	struct mutex lock;		/* held by a transaction */
	struct task_struct *locked_by;
};

#define MEM_MAX_LOCKED	6	/* four of the caller and two new ones */
#define MEM_MAX_CB	4

struct mem_trans {
	struct osd_trans ot;
	unsigned int nr_locked;
	struct mem_object *locked[MEM_MAX_LOCKED];
	unsigned int nr_cb;
	struct mem_callback *cb[MEM_MAX_CB];
};

static inline struct mem_device *mem_dev(struct osd_device *od)
{
	return container_of(od, struct mem_device, od);
}

static inline struct mem_object *mem_obj(struct osd_object *oo)
{
	return oo ? container_of(oo, struct mem_object, oo) : NULL;
}

static inline struct mem_device *mem_odev(struct mem_object *obj)
{
	return mem_dev(obj->oo.dev);
}

static inline struct mem_trans *mem_trans(struct osd_trans *ot)
{
	return container_of(ot, struct mem_trans, ot);
}

/* disk.c; called with the disk's lock held */
struct mem_inode *mem_inode_find(struct mem_disk *disk, const struct fid *fid);
struct mem_inode *mem_inode_get(struct mem_disk *disk, const struct fid *fid);
int mem_inode_touch(struct mem_disk *disk, struct mem_inode *inode);
void mem_inode_release(struct mem_disk *disk, struct mem_inode *inode);
void mem_disk_commit(struct mem_disk *disk);
void mem_disk_revert(struct mem_disk *disk);
void mem_disk_clear(struct mem_disk *disk);
bool mem_disk_full(struct mem_disk *disk);

/* disk.c: directories; @dir has been touched for changes */
u64 mem_name_hash(const char *name, size_t len);
struct mem_entry *mem_entry_find(struct mem_inode *dir, const char *name, size_t len);
struct mem_entry *mem_entry_next(struct mem_inode *dir, u64 hash, const struct mem_entry *after);
int mem_entry_add(struct mem_inode *dir, const char *name, size_t len, const struct fid *fid,
		  u8 type);
void mem_entry_del(struct mem_inode *dir, struct mem_entry *entry);

/* disk.c: extended attributes */
struct mem_xattr *mem_xattr_find(struct mem_inode *inode, const char *name);
int mem_xattr_store(struct mem_inode *inode, const char *name, const void *buf, size_t size);
void mem_xattr_free(struct mem_xattr *xattr);

/* data.c: contents of files; the inode has been touched for changes */
int mem_pages_write(struct mem_disk *disk, struct mem_inode *inode, u64 offset, const void *buf,
		    size_t len);
void mem_pages_read(struct mem_inode *inode, u64 offset, void *buf, size_t len);
int mem_pages_reserve(struct mem_disk *disk, struct mem_inode *inode, u64 start, u64 end);
void mem_pages_punch(struct mem_disk *disk, struct mem_inode *inode, u64 start, u64 end);

/* trans.c */
int mem_trans_start(struct osd_device *od, struct osd_object *const locked[], unsigned int nr,
		    unsigned int credits, struct osd_trans **th);
int mem_trans_on_commit(struct osd_trans *th, osd_commit_fn fn, void *data);
int mem_trans_stop(struct osd_trans *th, bool sync);
void mem_trans_born(struct mem_trans *th, struct mem_object *obj);
int mem_commit(struct mem_device *dev);
void mem_commit_work(struct work_struct *work);
int mem_begin(struct mem_device *dev);
void mem_end(struct mem_device *dev);
int mem_usable(struct mem_device *dev, bool change);
void mem_callbacks_fail(struct mem_device *dev);

/* object.c */
int mem_object_of(struct mem_device *dev, struct mem_inode *inode, struct mem_object **obj);
int mem_object_find(struct osd_device *od, const struct fid *fid, struct osd_object **oo);
void mem_object_get(struct osd_object *oo);
void mem_object_put(struct osd_object *oo);
int mem_root(struct osd_device *od, struct osd_object **oo);
int mem_attr_get(struct osd_object *oo, struct osd_attr *attr);
int mem_attr_set(struct osd_trans *th, struct osd_object *oo, const struct osd_attr *attr,
		 u32 what);
int mem_attr_apply(struct mem_disk *disk, struct mem_inode *inode, const struct osd_attr *attr,
		   u32 what);
int mem_version_get(struct osd_object *oo, u64 *version);
int mem_permission(struct osd_object *oo, const struct osd_cred *cred, int mask);
int mem_xattr_get(struct osd_object *oo, const char *name, void *buf, size_t size);
int mem_xattr_set(struct osd_trans *th, struct osd_object *oo, const char *name, const void *buf,
		  size_t size, int flags);
int mem_xattr_del(struct osd_trans *th, struct osd_object *oo, const char *name);
int mem_xattr_list(struct osd_object *oo, char *buf, size_t size);

/* namespace.c */
int mem_lookup(struct osd_object *dir, const char *name, size_t len, struct fid *fid);
int mem_create(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	       const struct fid *fid, const struct osd_attr *attr, u32 umask, const char *target,
	       const struct osd_ea *eas, unsigned int nr_eas, struct osd_object **obj);
int mem_link(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	     struct osd_object *obj);
int mem_unlink(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
	       struct osd_object *obj, bool orphan);
int mem_rename(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
	       struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
	       struct osd_object *victim, bool orphan);
int mem_exchange(struct osd_trans *th, struct osd_object *sdir, const char *sname, size_t slen,
		 struct osd_object *tdir, const char *tname, size_t tlen, struct osd_object *obj,
		 struct osd_object *other);
int mem_orphan_destroy(struct osd_trans *th, struct osd_object *obj);
int mem_orphan_iterate(struct osd_device *od, int (*fn)(void *data, const struct fid *fid),
		       void *data);
int mem_readdir(struct osd_object *dir, u64 start, osd_dirent_fn fn, void *data);
int mem_readlink(struct osd_object *oo, char *buf, size_t size);
int mem_parent(struct osd_object *dir, struct fid *fid);

/* file.c */
int mem_file_open(struct osd_device *od, const char *name, u64 prealloc, struct osd_file **f);
void mem_file_close(struct osd_file *f);
int mem_file_write(struct osd_trans *th, struct osd_file *f, u64 offset, const void *buf,
		   size_t len);
ssize_t mem_file_read(struct osd_file *f, u64 offset, void *buf, size_t len);
int mem_file_replace(struct osd_device *od, const char *name, const void *buf, size_t len);
int mem_file_load(struct osd_device *od, const char *name, size_t max, char **buf, size_t *len);

/* data.c */
int mem_data_create(struct osd_device *od, u64 seq, u32 first, u32 last);
int mem_data_destroy(struct osd_device *od, const struct fid *fid);
int mem_data_last(struct osd_device *od, u64 seq, u32 *last);
int mem_data_read_get(struct osd_object *oo, u64 offset, u32 len, struct bio_vec *bv,
		      unsigned int nr, u32 *got);
int mem_data_write(struct osd_object *oo, u64 offset, u32 len, const struct bio_vec *bv,
		   unsigned int nr);
int mem_data_punch(struct osd_object *oo, u64 start, u64 end);
int mem_data_sync(struct osd_object *oo);
int mem_data_attr_set(struct osd_object *oo, const struct osd_attr *attr, u32 what);
int mem_data_xattr_set(struct osd_object *oo, const char *name, const void *buf, size_t size);

/* space.c */
int mem_data_fallocate(struct osd_object *oo, int mode, u64 start, u64 end);
int mem_data_seek(struct osd_object *oo, u64 start, bool hole, u64 *pos);
int mem_data_extents(struct osd_object *oo, u64 start, u64 end, struct osd_extent *ext,
		     unsigned int room);

#endif
