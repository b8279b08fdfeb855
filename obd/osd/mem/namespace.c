// SPDX-License-Identifier: GPL-2.0
/*
 * Names on a disk in memory, with the rules and errors of rename(2) and its kin.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "obd/osd/mem/disk.h"

#define MEM_NAME_MAX	255u
#define MEM_FL_IMMUTABLE 0x10u	/* FS_IMMUTABLE_FL, FS_APPEND_FL */
#define MEM_FL_APPEND	0x20u

static const struct fid mem_pending = { .seq = MEM_SEQ_DIRS, .oid = MEM_OID_PENDING };

static int mem_name_check(const char *name, size_t len)
{
	if (len > MEM_NAME_MAX)
		return -ENAMETOOLONG;
	if (!len || memchr(name, '/', len) || memchr(name, '\0', len))
		return -EINVAL;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return -EINVAL;
	return 0;
}

static bool mem_is_dir(const struct mem_object *obj)
{
	return S_ISDIR(obj->inode->now.attr.mode);
}

static u8 mem_type(u32 mode)
{
	return mode >> 12 & 15;		/* DT_* are the types of st_mode */
}

static bool mem_frozen(const struct mem_object *obj)
{
	return obj->inode->now.attr.flags & (MEM_FL_IMMUTABLE | MEM_FL_APPEND);
}

/* ---- looking ---- */

int mem_parent(struct osd_object *oo, struct fid *fid)
{
	struct mem_object *dir = mem_obj(oo);
	struct mem_device *dev = mem_odev(dir);
	int rc;

	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	if (!rc && !mem_is_dir(dir))
		rc = -ENOTDIR;
	else if (!rc && dir->inode->now.orphan)
		rc = -ENOENT;
	if (!rc)
		*fid = dir->inode->now.parent;
	mutex_unlock(&dev->disk->lock);
	return rc;
}

int mem_lookup(struct osd_object *oo, const char *name, size_t len, struct fid *fid)
{
	struct mem_object *dir = mem_obj(oo);
	struct mem_device *dev = mem_odev(dir);
	struct mem_entry *e;
	int rc;

	if (!mem_is_dir(dir))
		return -ENOTDIR;
	if (len == 1 && name[0] == '.') {
		*fid = dir->oo.fid;
		return 0;
	}
	if (len == 2 && name[0] == '.' && name[1] == '.')
		return mem_parent(oo, fid);
	rc = mem_name_check(name, len);
	if (rc)
		return rc;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, false);
	e = rc ? NULL : mem_entry_find(dir->inode, name, len);
	if (e)
		*fid = e->fid;
	else if (!rc)
		rc = -ENOENT;
	mutex_unlock(&dev->disk->lock);
	return rc;
}

int mem_readlink(struct osd_object *oo, char *buf, size_t size)
{
	struct mem_object *obj = mem_obj(oo);
	const char *target = obj->inode->now.target;
	size_t len;

	if (mem_odev(obj)->dead)
		return -EIO;
	if (!target)
		return -EINVAL;
	len = strlen(target);
	if (len > size)
		return -ERANGE;
	memcpy(buf, target, len);
	return len;
}

/*
 * One entry at a time, found anew from its predecessor: the callback runs without locks and entries
 * may come and go. The copies are the last entry and room for the next.
 */
int mem_readdir(struct osd_object *oo, u64 start, osd_dirent_fn fn, void *data)
{
	struct mem_object *dir = mem_obj(oo);
	struct mem_device *dev = mem_odev(dir);
	struct mem_entry *e, *last = NULL, *copy;
	int rc;

	if (!mem_is_dir(dir))
		return -ENOTDIR;
	if (start == 0)
		rc = fn(data, ".", 1, 0, &dir->oo.fid, mem_type(S_IFDIR));
	else
		rc = 0;
	if (!rc && start <= 1) {
		struct fid parent;

		rc = mem_parent(oo, &parent);
		rc = rc == -ENOENT ? 0 : rc ? rc : fn(data, "..", 2, 1, &parent,
						      mem_type(S_IFDIR));
	}
	while (!rc) {
		copy = NULL;
		mutex_lock(&dev->disk->lock);
		rc = mem_usable(dev, false);
		e = rc ? NULL : mem_entry_next(dir->inode, start, last);
		if (e) {
			copy = kmemdup(e, sizeof(*e) + e->len + 1, GFP_KERNEL);
			rc = copy ? 0 : -ENOMEM;
		}
		mutex_unlock(&dev->disk->lock);
		kfree(last);
		last = copy;
		if (!copy)
			break;
		rc = fn(data, copy->name, copy->len, copy->hash, &copy->fid, copy->type);
	}
	kfree(last);
	return rc;
}

/* ---- changing ---- */

/* As a real file system, by its own clock; the caller may know better. */
static void mem_changed(struct mem_inode *inode)
{
	struct timespec64 now = ns_to_timespec64(ktime_get_real_ns());

	inode->now.attr.ctime = now.tv_sec;
	inode->now.attr.ctime_ns = now.tv_nsec;
}

/* Begins a change of a directory that the transaction has locked: the disk is locked then. */
static int mem_dir_begin(struct osd_trans *th, struct mem_object *dir, const char *name, size_t len)
{
	struct mem_device *dev = mem_dev(th->dev);
	int rc;

	if (!mem_is_dir(dir))
		return -ENOTDIR;
	if (WARN_ON_ONCE(dir->locked_by != current))
		return -EINVAL;
	rc = mem_name_check(name, len);
	if (rc)
		return rc;
	mutex_lock(&dev->disk->lock);
	rc = mem_usable(dev, true);
	if (!rc && (!dir->inode->now.exists || dir->inode->now.orphan))
		rc = -ENOENT;
	if (!rc)
		rc = mem_inode_touch(dev->disk, dir->inode);
	if (rc)
		mutex_unlock(&dev->disk->lock);
	else
		mem_changed(dir->inode);
	return rc;
}

static void mem_dir_end(struct osd_trans *th)
{
	mutex_unlock(&mem_dev(th->dev)->disk->lock);
}

/* Fills a new inode; on error the caller makes it non-existent again. */
static int mem_fill(struct mem_object *dir, struct mem_inode *inode, const struct osd_attr *attr,
		    u32 umask, const char *target, const struct osd_ea *eas, unsigned int nr_eas)
{
	const struct osd_attr *up = &dir->inode->now.attr;
	struct mem_state *s = &inode->now;
	unsigned int i;
	int rc;

	s->exists = true;
	s->orphan = false;
	s->parent = dir->oo.fid;
	s->attr = *attr;
	s->attr.mode &= ~(umask & 0777);
	s->attr.size = target ? strlen(target) : 0;
	s->attr.flags = 0;
	s->attr.btime = attr->ctime;
	s->attr.btime_ns = attr->ctime_ns;
	s->attr.nlink = S_ISDIR(attr->mode) ? 2 : 1;
	if (up->mode & S_ISGID) {
		s->attr.gid = up->gid;
		if (S_ISDIR(attr->mode))
			s->attr.mode |= S_ISGID;
	}
	if (S_ISLNK(attr->mode)) {
		if (!target)
			return -EINVAL;
		s->attr.mode |= 0777;
		s->target = kstrdup(target, GFP_KERNEL);
		if (!s->target)
			return -ENOMEM;
	}
	for (i = 0; i < nr_eas; i++) {
		rc = mem_xattr_store(inode, eas[i].name, eas[i].value, eas[i].size);
		if (rc)
			return rc;
	}
	return 0;
}

/* Takes back what mem_fill() has done. */
static void mem_unfill(struct mem_inode *inode)
{
	struct mem_xattr *x, *next;

	inode->now.exists = false;
	kfree(inode->now.target);
	inode->now.target = NULL;
	list_for_each_entry_safe(x, next, &inode->now.xattrs, link) {
		list_del(&x->link);
		mem_xattr_free(x);
	}
}

int mem_create(struct osd_trans *th, struct osd_object *od, const char *name, size_t len,
	       const struct fid *fid, const struct osd_attr *attr, u32 umask, const char *target,
	       const struct osd_ea *eas, unsigned int nr_eas, struct osd_object **oo)
{
	struct mem_object *dir = mem_obj(od), *obj;
	struct mem_device *dev = mem_odev(dir);
	struct mem_inode *inode;
	int rc;

	if (fid->seq <= MEM_SEQ_FILES || !fid->oid || fid->ver)
		return -EINVAL;
	rc = mem_dir_begin(th, dir, name, len);
	if (rc)
		return rc;
	rc = -EEXIST;
	if (mem_entry_find(dir->inode, name, len) || mem_inode_find(dev->disk, fid))
		goto out;
	rc = -EPERM;
	if (dir->inode->now.attr.flags & MEM_FL_IMMUTABLE)
		goto out;
	rc = -ENOSPC;
	if (mem_disk_full(dev->disk))
		goto out;
	rc = -ENOMEM;
	inode = mem_inode_get(dev->disk, fid);
	if (!inode)
		goto out;
	rc = mem_inode_touch(dev->disk, inode);
	if (rc)
		goto out_inode;
	rc = mem_fill(dir, inode, attr, umask, target, eas, nr_eas);
	if (!rc)
		rc = mem_object_of(dev, inode, &obj);
	if (rc)
		goto out_fill;
	rc = mem_entry_add(dir->inode, name, len, fid, mem_type(attr->mode));
	if (rc) {
		mem_unfill(inode);
		mem_dir_end(th);
		mem_object_put(&obj->oo);
		return rc;
	}
	if (S_ISDIR(attr->mode))
		dir->inode->now.attr.nlink++;
	mem_trans_born(mem_trans(th), obj);
	*oo = &obj->oo;
	goto out;

out_fill:
	mem_unfill(inode);
out_inode:
	mem_inode_release(dev->disk, inode);
out:
	mem_dir_end(th);
	return rc;
}

int mem_link(struct osd_trans *th, struct osd_object *od, const char *name, size_t len,
	     struct osd_object *oo)
{
	struct mem_object *dir = mem_obj(od), *obj = mem_obj(oo);
	struct mem_disk *disk = mem_odev(dir)->disk;
	int rc;

	rc = mem_dir_begin(th, dir, name, len);
	if (rc)
		return rc;
	if (mem_entry_find(dir->inode, name, len))
		rc = -EEXIST;
	else if (mem_is_dir(obj) || mem_frozen(obj))
		rc = -EPERM;
	else if (!obj->inode->now.exists || obj->inode->now.orphan)
		rc = -ENOENT;
	else if (WARN_ON_ONCE(obj->locked_by != current))
		rc = -EINVAL;
	else
		rc = mem_inode_touch(disk, obj->inode);
	if (!rc)
		rc = mem_entry_add(dir->inode, name, len, &obj->oo.fid,
				   mem_type(obj->inode->now.attr.mode));
	if (!rc) {
		obj->inode->now.attr.nlink++;
		mem_changed(obj->inode);
	}
	mem_dir_end(th);
	return rc;
}

static int mem_orphan_add(struct mem_disk *disk, struct mem_inode *inode)
{
	struct mem_inode *pending = mem_inode_find(disk, &mem_pending);
	char name[48];
	int len, rc;

	rc = mem_inode_touch(disk, pending);
	if (rc)
		return rc;
	len = snprintf(name, sizeof(name), "%llx-%x-%x", (unsigned long long)inode->fid.seq,
		       inode->fid.oid, inode->fid.ver);
	rc = mem_entry_add(pending, name, len, &inode->fid, mem_type(inode->now.attr.mode));
	if (!rc)
		inode->now.orphan = true;
	return rc;
}

/* Drops a name of an inode, which has been touched; @dir is where it was. */
static int mem_drop(struct mem_disk *disk, struct mem_inode *dir, struct mem_inode *inode,
		    bool orphan)
{
	bool is_dir = S_ISDIR(inode->now.attr.mode);
	int rc = 0;

	mem_changed(inode);
	if (is_dir || inode->now.attr.nlink == 1) {
		if (orphan)
			rc = mem_orphan_add(disk, inode);
		else
			inode->now.exists = false;
	} else {
		inode->now.attr.nlink--;
	}
	if (!rc && is_dir)
		dir->now.attr.nlink--;
	return rc;
}

int mem_unlink(struct osd_trans *th, struct osd_object *od, const char *name, size_t len,
	       struct osd_object *oo, bool orphan)
{
	struct mem_object *dir = mem_obj(od), *obj = mem_obj(oo);
	struct mem_disk *disk = mem_odev(dir)->disk;
	struct mem_entry *e;
	int rc;

	rc = mem_dir_begin(th, dir, name, len);
	if (rc)
		return rc;
	e = mem_entry_find(dir->inode, name, len);
	if (!e)
		rc = -ENOENT;
	else if (!fid_eq(&e->fid, &obj->oo.fid))
		rc = -ESTALE;
	else if (WARN_ON_ONCE(obj->locked_by != current))
		rc = -EINVAL;
	else if (mem_frozen(obj) || mem_frozen(dir))
		rc = -EPERM;
	else if (mem_is_dir(obj) && rb_first(&obj->inode->now.entries))
		rc = -ENOTEMPTY;
	else
		rc = mem_inode_touch(disk, obj->inode);
	if (!rc)
		rc = mem_drop(disk, dir->inode, obj->inode, orphan);
	if (!rc)
		mem_entry_del(dir->inode, e);
	mem_dir_end(th);
	return rc;
}

/* Is @dir @top, or below it? */
static bool mem_below(struct mem_disk *disk, const struct fid *dir, const struct fid *top)
{
	struct fid at = *dir;

	while (!fid_eq(&at, top)) {
		struct mem_inode *inode = mem_inode_find(disk, &at);

		if (!inode || fid_eq(&inode->now.parent, &at))
			return false;
		at = inode->now.parent;
	}
	return true;
}

static int mem_rename_check(struct mem_disk *disk, struct mem_object *sdir, struct mem_object *tdir,
			    struct mem_object *obj, struct mem_object *victim)
{
	if (WARN_ON_ONCE(obj->locked_by != current || (victim && victim->locked_by != current)))
		return -EINVAL;
	if (mem_is_dir(obj) && mem_below(disk, &tdir->oo.fid, &obj->oo.fid))
		return -EINVAL;
	if (victim && mem_is_dir(obj) && !mem_is_dir(victim))
		return -ENOTDIR;
	if (victim && !mem_is_dir(obj) && mem_is_dir(victim))
		return -EISDIR;
	if (mem_frozen(sdir) || mem_frozen(obj) || mem_frozen(tdir) ||
	    (victim && mem_frozen(victim)))
		return -EPERM;
	if (victim && rb_first(&victim->inode->now.entries))
		return -ENOTEMPTY;
	return 0;
}

/* All checks are done and all inodes touched. */
static int mem_rename_do(struct mem_disk *disk, struct mem_object *sdir, struct mem_entry *old,
			 struct mem_object *tdir, const char *tname, size_t tlen,
			 struct mem_object *obj, struct mem_object *victim, bool orphan)
{
	struct mem_entry *new = mem_entry_find(tdir->inode, tname, tlen);
	int rc;

	if (victim) {
		rc = mem_drop(disk, tdir->inode, victim->inode, orphan);
		if (rc)
			return rc;
		new->fid = obj->oo.fid;
		new->type = old->type;
	} else {
		rc = mem_entry_add(tdir->inode, tname, tlen, &obj->oo.fid, old->type);
		if (rc)
			return rc;
	}
	mem_entry_del(sdir->inode, old);
	mem_changed(tdir->inode);
	mem_changed(obj->inode);
	if (mem_is_dir(obj)) {
		sdir->inode->now.attr.nlink--;
		tdir->inode->now.attr.nlink++;
		obj->inode->now.parent = tdir->oo.fid;
	}
	return 0;
}

int mem_rename(struct osd_trans *th, struct osd_object *osdir, const char *sname, size_t slen,
	       struct osd_object *otdir, const char *tname, size_t tlen, struct osd_object *oobj,
	       struct osd_object *ovictim, bool orphan)
{
	struct mem_object *sdir = mem_obj(osdir), *tdir = mem_obj(otdir);
	struct mem_object *obj = mem_obj(oobj), *victim = mem_obj(ovictim);
	struct mem_disk *disk = mem_odev(sdir)->disk;
	struct mem_entry *old, *new;
	int rc;

	if (!mem_is_dir(tdir))
		return -ENOTDIR;
	rc = mem_name_check(tname, tlen);
	if (rc)
		return rc;
	if (WARN_ON_ONCE(tdir->locked_by != current))
		return -EINVAL;
	rc = mem_dir_begin(th, sdir, sname, slen);
	if (rc)
		return rc;
	rc = -ENOENT;
	old = mem_entry_find(sdir->inode, sname, slen);
	new = mem_entry_find(tdir->inode, tname, tlen);
	if (!old || !tdir->inode->now.exists || tdir->inode->now.orphan)
		goto out;
	rc = -ESTALE;
	if (!fid_eq(&old->fid, &obj->oo.fid) || !new != !victim ||
	    (victim && !fid_eq(&new->fid, &victim->oo.fid)))
		goto out;
	rc = 0;
	if (obj == victim)
		goto out;	/* two names of one object: both stay, says POSIX */
	rc = mem_rename_check(disk, sdir, tdir, obj, victim);
	if (!rc)
		rc = mem_inode_touch(disk, tdir->inode);
	if (!rc)
		rc = mem_inode_touch(disk, obj->inode);
	if (!rc && victim)
		rc = mem_inode_touch(disk, victim->inode);
	if (!rc)
		rc = mem_rename_do(disk, sdir, old, tdir, tname, tlen, obj, victim, orphan);
out:
	mem_dir_end(th);
	return rc;
}

static int mem_exchange_check(struct mem_disk *disk, struct mem_object *sdir,
			      struct mem_object *tdir, struct mem_object *obj,
			      struct mem_object *other)
{
	if (WARN_ON_ONCE(obj->locked_by != current || other->locked_by != current))
		return -EINVAL;
	if ((mem_is_dir(obj) && mem_below(disk, &tdir->oo.fid, &obj->oo.fid)) ||
	    (mem_is_dir(other) && mem_below(disk, &sdir->oo.fid, &other->oo.fid)))
		return -EINVAL;
	if (mem_frozen(sdir) || mem_frozen(obj) || mem_frozen(tdir) || mem_frozen(other))
		return -EPERM;
	return 0;
}

/* A directory has a new place; the inodes have been touched. */
static void mem_moved(struct mem_object *obj, struct mem_object *from, struct mem_object *to)
{
	if (!mem_is_dir(obj))
		return;
	from->inode->now.attr.nlink--;
	to->inode->now.attr.nlink++;
	obj->inode->now.parent = to->oo.fid;
}

int mem_exchange(struct osd_trans *th, struct osd_object *osdir, const char *sname, size_t slen,
		 struct osd_object *otdir, const char *tname, size_t tlen, struct osd_object *oobj,
		 struct osd_object *oother)
{
	struct mem_object *sdir = mem_obj(osdir), *tdir = mem_obj(otdir);
	struct mem_object *obj = mem_obj(oobj), *other = mem_obj(oother);
	struct mem_disk *disk = mem_odev(sdir)->disk;
	struct mem_entry *a, *b;
	int rc;

	if (!mem_is_dir(tdir))
		return -ENOTDIR;
	rc = mem_name_check(tname, tlen);
	if (!rc)
		rc = mem_dir_begin(th, sdir, sname, slen);
	if (rc)
		return rc;
	a = mem_entry_find(sdir->inode, sname, slen);
	b = mem_entry_find(tdir->inode, tname, tlen);
	if (!a || !b)
		rc = -ENOENT;
	else if (!fid_eq(&a->fid, &obj->oo.fid) || !fid_eq(&b->fid, &other->oo.fid))
		rc = -ESTALE;
	else
		rc = mem_exchange_check(disk, sdir, tdir, obj, other);
	if (!rc)
		rc = mem_inode_touch(disk, tdir->inode);
	if (!rc)
		rc = mem_inode_touch(disk, obj->inode);
	if (!rc)
		rc = mem_inode_touch(disk, other->inode);
	if (!rc) {
		mem_changed(tdir->inode);
		mem_changed(obj->inode);
		mem_changed(other->inode);
		swap(a->fid, b->fid);
		swap(a->type, b->type);
		mem_moved(obj, sdir, tdir);
		mem_moved(other, tdir, sdir);
	}
	mem_dir_end(th);
	return rc;
}

/* ---- orphans ---- */

int mem_orphan_destroy(struct osd_trans *th, struct osd_object *oo)
{
	struct mem_object *obj = mem_obj(oo);
	struct mem_device *dev = mem_odev(obj);
	struct mem_inode *pending;
	struct mem_entry *e;
	char name[48];
	int len, rc;

	if (WARN_ON_ONCE(obj->locked_by != current))
		return -EINVAL;
	len = snprintf(name, sizeof(name), "%llx-%x-%x", (unsigned long long)obj->oo.fid.seq,
		       obj->oo.fid.oid, obj->oo.fid.ver);
	mutex_lock(&dev->disk->lock);
	pending = mem_inode_find(dev->disk, &mem_pending);
	rc = mem_usable(dev, true);
	if (!rc && (!obj->inode->now.exists || !obj->inode->now.orphan))
		rc = -ENOENT;
	if (!rc)
		rc = mem_inode_touch(dev->disk, pending);
	if (!rc)
		rc = mem_inode_touch(dev->disk, obj->inode);
	if (!rc) {
		e = mem_entry_find(pending, name, len);
		if (e)
			mem_entry_del(pending, e);
		obj->inode->now.exists = false;
	}
	mutex_unlock(&dev->disk->lock);
	return rc;
}

int mem_orphan_iterate(struct osd_device *od, int (*fn)(void *data, const struct fid *fid),
		       void *data)
{
	struct mem_device *dev = mem_dev(od);
	struct mem_entry *e, *last = NULL, *copy;
	struct mem_inode *pending;
	int rc = 0;

	while (!rc) {
		copy = NULL;
		mutex_lock(&dev->disk->lock);
		rc = mem_usable(dev, false);
		pending = rc ? NULL : mem_inode_find(dev->disk, &mem_pending);
		e = pending ? mem_entry_next(pending, 0, last) : NULL;
		if (e) {
			copy = kmemdup(e, sizeof(*e) + e->len + 1, GFP_KERNEL);
			rc = copy ? 0 : -ENOMEM;
		}
		mutex_unlock(&dev->disk->lock);
		kfree(last);
		last = copy;
		if (!copy)
			break;
		rc = fn(data, &copy->fid);
	}
	kfree(last);
	return rc;
}
