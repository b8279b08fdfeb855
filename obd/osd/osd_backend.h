/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a back end of the storage layer offers to osd.c.
 *
 * A back end embeds the structs below at the start of its own.  osd.c routes a call by the device
 * that the struct names and checks nothing else; the meaning of each method is that of the function
 * of the same name in osd.h.
 */
#ifndef SHEEN_OSD_BACKEND_H
#define SHEEN_OSD_BACKEND_H

#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "obd/osd/osd.h"

struct osd_backend;

/** struct osd_device - one mounted device */
struct osd_device {
	const struct osd_backend *backend;
	enum osd_role role;
	char *path;		/* as given to osd_get() */
	unsigned int refs;	/* guarded by the table's mutex */
	struct list_head link;	/* in the table */
};

/** struct osd_object - @data_lock: osd_data_lock() */
struct osd_object {
	struct osd_device *dev;
	struct fid fid;
	struct mutex data_lock;
};

struct osd_trans {
	struct osd_device *dev;
};

struct osd_file {
	struct osd_device *dev;
};

struct osd_ops {
	/* sets nothing of struct osd_device: osd.c does */
	int (*mount)(const char *path, enum osd_role role, struct osd_device **dev, char *why);
	void (*unmount)(struct osd_device *dev);

	int (*statfs)(struct osd_device *dev, struct osd_statfs *st);
	int (*sync)(struct osd_device *dev);
	int (*set_readonly)(struct osd_device *dev);
	u32 (*mount_count)(struct osd_device *dev);

	int (*trans_start)(struct osd_device *dev, struct osd_object *const locked[],
			   unsigned int nr, unsigned int credits, struct osd_trans **th);
	int (*trans_on_commit)(struct osd_trans *th, osd_commit_fn fn, void *data);
	int (*trans_stop)(struct osd_trans *th, bool sync);

	int (*object_find)(struct osd_device *dev, const struct fid *fid, struct osd_object **obj);
	void (*object_get)(struct osd_object *obj);
	void (*object_put)(struct osd_object *obj);
	int (*root)(struct osd_device *dev, struct osd_object **obj);

	int (*attr_get)(struct osd_object *obj, struct osd_attr *attr);
	int (*attr_set)(struct osd_trans *th, struct osd_object *obj, const struct osd_attr *attr,
			u32 what);
	int (*version_get)(struct osd_object *obj, u64 *version);
	int (*permission)(struct osd_object *obj, const struct osd_cred *cred, int mask);

	int (*xattr_get)(struct osd_object *obj, const char *name, void *buf, size_t size);
	int (*xattr_set)(struct osd_trans *th, struct osd_object *obj, const char *name,
			 const void *buf, size_t size, int flags);
	int (*xattr_del)(struct osd_trans *th, struct osd_object *obj, const char *name);
	int (*xattr_list)(struct osd_object *obj, char *buf, size_t size);

	int (*lookup)(struct osd_object *dir, const char *name, size_t len, struct fid *fid);
	int (*create_prepare)(struct osd_trans *th, const struct fid *fid);	/* may be NULL */
	int (*create)(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		      const struct fid *fid, const struct osd_attr *attr, u32 umask,
		      const char *target, const struct osd_ea *eas, unsigned int nr_eas,
		      struct osd_object **obj);
	int (*link)(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		    struct osd_object *obj);
	int (*unlink)(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		      struct osd_object *obj, bool orphan);
	int (*rename)(struct osd_trans *th, struct osd_object *sdir, const char *sname,
		      size_t slen, struct osd_object *tdir, const char *tname, size_t tlen,
		      struct osd_object *obj, struct osd_object *victim, bool orphan);
	int (*exchange)(struct osd_trans *th, struct osd_object *sdir, const char *sname,
			size_t slen, struct osd_object *tdir, const char *tname, size_t tlen,
			struct osd_object *obj, struct osd_object *other);
	int (*orphan_destroy)(struct osd_trans *th, struct osd_object *obj);
	int (*orphan_iterate)(struct osd_device *dev, int (*fn)(void *data, const struct fid *fid),
			      void *data);
	int (*readdir)(struct osd_object *dir, u64 start, osd_dirent_fn fn, void *data);
	int (*readlink)(struct osd_object *obj, char *buf, size_t size);
	int (*parent)(struct osd_object *dir, struct fid *fid);

	int (*file_open)(struct osd_device *dev, const char *name, u64 prealloc,
			 struct osd_file **f);
	void (*file_close)(struct osd_file *f);
	int (*file_write)(struct osd_trans *th, struct osd_file *f, u64 offset, const void *buf,
			  size_t len);
	ssize_t (*file_read)(struct osd_file *f, u64 offset, void *buf, size_t len);
	int (*file_replace)(struct osd_device *dev, const char *name, const void *buf, size_t len);
	int (*file_load)(struct osd_device *dev, const char *name, size_t max, char **buf,
			 size_t *len);

	int (*data_create)(struct osd_device *dev, u64 seq, u32 first, u32 last);
	int (*data_destroy)(struct osd_device *dev, const struct fid *fid);
	int (*data_last)(struct osd_device *dev, u64 seq, u32 *last);
	int (*data_read_get)(struct osd_object *obj, u64 offset, u32 len, struct bio_vec *bv,
			     unsigned int nr, u32 *got);
	int (*data_write)(struct osd_object *obj, u64 offset, u32 len, const struct bio_vec *bv,
			  unsigned int nr);
	int (*data_punch)(struct osd_object *obj, u64 start, u64 end);
	int (*data_fallocate)(struct osd_object *obj, int mode, u64 start, u64 end);
	int (*data_seek)(struct osd_object *obj, u64 start, bool hole, u64 *pos);
	int (*data_extents)(struct osd_object *obj, u64 start, u64 end, struct osd_extent *ext,
			    unsigned int room);
	int (*data_sync)(struct osd_object *obj);
	int (*data_attr_set)(struct osd_object *obj, const struct osd_attr *attr, u32 what);
	int (*data_xattr_set)(struct osd_object *obj, const char *name, const void *buf,
			      size_t size);
};

struct osd_backend {
	const char *fstype;
	const struct osd_ops *ops;
	struct module *owner;	/* held by every mounted device */
	struct list_head link;	/* in the table */
};

/** osd_backend_register() - -EEXIST when there is one of this type on this node */
int osd_backend_register(struct osd_backend *be);
void osd_backend_unregister(struct osd_backend *be);

#endif
