// SPDX-License-Identifier: GPL-2.0
/* Inodes: found by FID, filled from the MDT's replies, read and changed. */
#include <linux/cred.h>
#include <linux/jhash.h>
#include <linux/pagemap.h>
#include <linux/user_namespace.h>

#include "client/client.h"
#include "kernel/compat/fillattr.h"

struct timespec64 lustre_now(struct inode *inode)
{
	return current_time(inode);
}

/* ---- who asks ---- */

static u32 group_of(struct inode *inode)
{
	/* Tells the MDT of a group membership that decides about this inode; ~0: none. */
	if (!inode)
		return ~0u;
	if (!gid_eq(inode->i_gid, current_fsgid()) && in_group_p(inode->i_gid))
		return from_kgid(&init_user_ns, inode->i_gid);
	return lustre_acl_group(inode);
}

void lustre_cred(struct inode *dir, struct inode *inode, struct mdc_cred *cred)
{
	const struct group_info *groups = current_cred()->group_info;
	unsigned int cap, bits = 0;

	for (cap = 0; cap < 32; cap++)
		if (cap_raised(current_cap(), cap))
			bits |= 1u << cap;
	cred->uid = from_kuid(&init_user_ns, current_fsuid());
	cred->gid = from_kgid(&init_user_ns, current_fsgid());
	cred->cap = bits;
	cred->suppgid[0] = group_of(dir);
	cred->suppgid[1] = group_of(inode);
	/* They stay as long as this task goes by these credentials. */
	cred->groups = groups->gid;
	cred->nr_groups = groups->ngroups;
}

/* ---- inode numbers and finding ---- */

static unsigned long fid_hash(const struct fid *fid)
{
	return jhash2((const u32 *)fid, sizeof(*fid) / sizeof(u32), 0);
}

/*
 * The number that programs see: sequence and object id folded, distinct for files of one mount in
 * practice.
 */
static u64 fid_ino(const struct fid *fid)
{
	if (fid->seq == FID_SEQ_ROOT)
		return 1;
	return (fid->seq << 24) + ((fid->seq >> 24) & 0xffffff0000ULL) + fid->oid;
}

static int inode_is(struct inode *inode, void *data)
{
	return fid_eq(&lustre_i(inode)->fid, data);
}

static int inode_name(struct inode *inode, void *data)
{
	struct timespec64 none = {};

	lustre_i(inode)->fid = *(const struct fid *)data;
	inode->i_ino = fid_ino(data);
	/* Those of the memory's last user would look newer than the file's. */
	compat_set_atime(inode, none);
	compat_set_mtime(inode, none);
	compat_set_ctime(inode, none);
	return 0;
}

struct inode *lustre_ifind(struct super_block *sb, const struct fid *fid)
{
	struct fid key = *fid;

	return ilookup5(sb, fid_hash(&key), inode_is, &key);
}

/* ---- from the wire ---- */

#define VALID_UPDATE	(VALID_ATIME | VALID_MTIME | VALID_CTIME | VALID_SIZE | VALID_BLOCKS | \
			 VALID_NLINK)
#define VALID_LOOKUP	(VALID_MODE | VALID_UID | VALID_GID | VALID_FLAGS)

/*
 * Attributes that are not to be taken. What came with a lock counts as far as that goes: the rest
 * another client may change as soon as the MDT has answered. What came without any is as new as can
 * be had, but for what a lock has kept true since the MDT answered.
 */
static u64 not_taken(struct inode *inode, const struct mdc_reply *r)
{
	/* Locks outlive the inode: one from before vouches for nothing that this one knows. */
	if (!lustre_i(inode)->told)
		return 0;
	if (r->lock)
		return r->lock->policy.ibits & IBIT_UPDATE ? 0 : VALID_UPDATE;
	if (!lustre_attrs_locked(inode, IBIT_LOOKUP))
		return 0;
	return lustre_attrs_locked(inode, IBIT_UPDATE | IBIT_LOOKUP) ?
	       VALID_UPDATE | VALID_LOOKUP : VALID_LOOKUP;
}

static void attrs_take(struct inode *inode, const struct mdc_reply *r)
{
	const struct wire_mdt_body *b = r->body;
	u64 valid = le64_to_cpu(b->valid) & ~not_taken(inode, r);
	bool data = S_ISREG(inode->i_mode) && READ_ONCE(lustre_i(inode)->layout);
	struct mdc_times t;

	lustre_i(inode)->told = true;
	mdc_reply_times(r, &t);
	if (valid & VALID_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (le32_to_cpu(b->mode) & ~S_IFMT);
	if (valid & VALID_UID)
		inode->i_uid = make_kuid(&init_user_ns, le32_to_cpu(b->uid));
	if (valid & VALID_GID)
		inode->i_gid = make_kgid(&init_user_ns, le32_to_cpu(b->gid));
	if (valid & VALID_NLINK)
		set_nlink(inode, le32_to_cpu(b->nlink));
	if (valid & VALID_FLAGS)
		lustre_flags_take(inode, le32_to_cpu(b->flags));
	lustre_times_mdt(inode, valid, &t, data);
	if (valid & VALID_BTIME)
		lustre_i(inode)->btime = t.btime;
	if (valid & VALID_SIZE && !data)
		i_size_write(inode, le64_to_cpu(b->size));
	if (valid & VALID_BLOCKS && !data)
		inode->i_blocks = le64_to_cpu(b->blocks);
}

static int link_take(struct inode *inode, const struct mdc_reply *r)
{
	struct lustre_inode *li = lustre_i(inode);
	char *link;

	if (!S_ISLNK(inode->i_mode) || READ_ONCE(li->link) || !r->layout ||
	    !(le64_to_cpu(r->body->valid) & VALID_LINKNAME))
		return 0;
	link = kmemdup_nul(r->layout, strnlen(r->layout, r->layout_len), GFP_KERNEL);
	if (!link)
		return -ENOMEM;
	if (cmpxchg(&li->link, NULL, link))
		kfree(link);
	return 0;
}

/* A directory whose names are on several MDTs, or in another system, has a layout of its own. */
static void dir_layout_take(struct inode *inode, const struct mdc_reply *r)
{
	struct lustre_inode *li = lustre_i(inode);
	int error = r->layout_len ? -EOPNOTSUPP : 0;

	if (error && !READ_ONCE(li->layout_error))
		pr_warn("%s: directory %#llx:%#x cannot be used here: it is striped over metadata servers or kept by another system\n",
			lustre_sb(inode->i_sb)->fsname, li->fid.seq, li->fid.oid);
	WRITE_ONCE(li->layout_error, error);
}

int lustre_update(struct inode *inode, const struct mdc_reply *r)
{
	u64 valid = le64_to_cpu(r->body->valid);
	int rc;

	if ((valid & (VALID_MODE | VALID_TYPE)) &&
	    (le32_to_cpu(r->body->mode) & S_IFMT) != (inode->i_mode & S_IFMT)) {
		pr_err("%s: the MDT says that file %#llx:%#x has changed its type\n",
		       lustre_sb(inode->i_sb)->fsname, lustre_i(inode)->fid.seq,
		       lustre_i(inode)->fid.oid);
		return -EUCLEAN;
	}
	/* A layout first: whether there is one decides whose size and times count. */
	if (S_ISREG(inode->i_mode) && valid & VALID_EASIZE && r->layout) {
		rc = lustre_layout_set(inode, r->layout, r->layout_len, r->lock &&
				       r->lock->policy.ibits & IBIT_LAYOUT);
		/* A file of whose data nothing can be had may be looked at, renamed and removed. */
		if (rc == -ENOMEM)
			return rc;
	}
	if (S_ISDIR(inode->i_mode) && valid & VALID_MEA)
		dir_layout_take(inode, r);
	spin_lock(&inode->i_lock);
	attrs_take(inode, r);
	spin_unlock(&inode->i_lock);
	return lustre_acl_take(inode, r) ?: link_take(inode, r);
}

static void inode_ops_set(struct inode *inode, u32 rdev)
{
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &lustre_file_iops;
		inode->i_fop = &lustre_file_fops;
		inode->i_mapping->a_ops = &lustre_aops;
		break;
	case S_IFDIR:
		inode->i_op = &lustre_dir_iops;
		inode->i_fop = &lustre_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &lustre_symlink_iops;
		break;
	default:
		inode->i_op = &lustre_special_iops;
		init_special_inode(inode, inode->i_mode, new_decode_dev(rdev));
	}
}

struct inode *lustre_iget(struct super_block *sb, const struct mdc_reply *r)
{
	const struct wire_mdt_body *b = r->body;
	u64 need = VALID_FID | VALID_MODE | VALID_TYPE;
	struct inode *inode;
	struct fid fid;
	int rc;

	mdc_fid_get(&b->fid1, &fid);
	if (le64_to_cpu(b->valid) & VALID_REMOTE) {
		pr_warn_ratelimited("%s: %#llx:%#x cannot be used here: it lies on another metadata server\n",
				    lustre_sb(sb)->fsname, fid.seq, fid.oid);
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (fid_is_zero(&fid) || ((le64_to_cpu(b->valid) | VALID_ID | VALID_FID) & need) != need)
		return ERR_PTR(-EPROTO);
	inode = iget5_locked(sb, fid_hash(&fid), inode_is, inode_name, &fid);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (inode->i_state & I_NEW) {
		inode->i_mode = le32_to_cpu(b->mode);
		inode->i_blkbits = PAGE_SHIFT;
		lustre_acl_init(inode);
		inode_ops_set(inode, le32_to_cpu(b->rdev));
		unlock_new_inode(inode);
	}
	rc = lustre_update(inode, r);
	if (!rc)
		return inode;
	iput(inode);
	return ERR_PTR(rc);
}

/* ---- attributes ---- */

static bool attrs_covered(struct inode *inode, u64 ibits, bool soon)
{
	struct ldlm_enqueue what = {
		.type = LDLM_IBITS,
		.mode = LCK_CR,
		.policy.ibits = ibits,
	};

	ldlm_fid_res(&lustre_i(inode)->fid, &what.res);
	return ldlm_covered(mdc_namespace(lustre_mdc(inode)), &what, soon);
}

bool lustre_attrs_cached(struct inode *inode, u64 ibits)
{
	return attrs_covered(inode, ibits, false);
}

bool lustre_attrs_locked(struct inode *inode, u64 ibits)
{
	return attrs_covered(inode, ibits, true);
}

/*
 * Devices, pipes and sockets are opened by this node alone, not at the MDT: when the last name
 * goes, they live on here.
 */
static bool is_local(const struct inode *inode)
{
	return !S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode) && !S_ISLNK(inode->i_mode) &&
	       !inode->i_nlink;
}

static int revalidate(struct inode *inode, u64 ibits, u32 it)
{
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc;

	if (lustre_attrs_cached(inode, ibits))
		return 0;
	lustre_cred(NULL, inode, &cred);
	rc = mdc_lookup(lustre_mdc(inode), NULL, NULL, 0, &lustre_i(inode)->fid, it, &cred, &r);
	if (!rc)
		rc = lustre_update(inode, &r);
	mdc_reply_put(&r);
	/* Who is in a directory that was removed here finds the way out. */
	if (rc == -ENOENT && (is_local(inode) || IS_DEADDIR(inode)))
		return 0;
	return lustre_gone(rc);
}

int lustre_revalidate(struct inode *inode)
{
	return revalidate(inode, IBIT_UPDATE | IBIT_LOOKUP, IT_GETATTR);
}

int lustre_revalidate_mode(struct inode *inode)
{
	return revalidate(inode, IBIT_LOOKUP, IT_LOOKUP);
}

int lustre_getattr(compat_idmap_t *idmap, const struct path *path, struct kstat *stat, u32 mask,
		   unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	int rc = lustre_revalidate(inode);

	if (!rc && S_ISREG(inode->i_mode) && mask & (STATX_SIZE | STATX_BLOCKS | STATX_MTIME |
						     STATX_CTIME | STATX_ATIME))
		rc = lustre_glimpse(inode);
	if (rc)
		return rc;
	compat_fillattr(idmap, mask, inode, stat);
	generic_fill_statx_attr(inode, stat);
	stat->attributes_mask |= STATX_ATTR_NODUMP;
	if (READ_ONCE(lustre_i(inode)->flags) & FS_NODUMP_FL)
		stat->attributes |= STATX_ATTR_NODUMP;
	stat->blksize = 4u << 20;
	stat->blocks = lustre_blocks(inode);
	stat->btime = lustre_i(inode)->btime;
	if (stat->btime.tv_sec)
		stat->result_mask |= STATX_BTIME;
	return 0;
}

/* ---- setattr ---- */

static u64 rec_valid(const struct iattr *attr)
{
	u64 v = 0;

	/*
	 * A write by another than the owner takes set-ID bits away: that is not a chmod, which he
	 * may not do.
	 */
	if (!(attr->ia_valid & (ATTR_KILL_SUID | ATTR_KILL_SGID)))
		v |= attr->ia_valid & ATTR_MODE ? MDS_ATTR_MODE : 0;
	v |= attr->ia_valid & ATTR_UID ? MDS_ATTR_UID : 0;
	v |= attr->ia_valid & ATTR_GID ? MDS_ATTR_GID : 0;
	v |= attr->ia_valid & ATTR_SIZE ? MDS_ATTR_SIZE : 0;
	/*
	 * The clock is this node's: of the MDT's there is no way to ask for "now". Who may do so
	 * has been looked at by setattr_prepare().
	 */
	v |= attr->ia_valid & ATTR_ATIME ? MDS_ATTR_ATIME | MDS_ATTR_ATIME_SET : 0;
	/* A truncation changes the data. */
	v |= attr->ia_valid & (ATTR_MTIME | ATTR_SIZE) ? MDS_ATTR_MTIME | MDS_ATTR_MTIME_SET : 0;
	v |= attr->ia_valid & ATTR_FORCE ? MDS_ATTR_FORCE : 0;
	/* Who has opened the file for writing may cut it, whatever its mode is. */
	v |= attr->ia_valid & ATTR_FILE && attr->ia_valid & ATTR_SIZE ? MDS_ATTR_OVERRIDE : 0;
	v |= attr->ia_valid & ATTR_KILL_SUID ? MDS_ATTR_KILL_SUID : 0;
	v |= attr->ia_valid & ATTR_KILL_SGID ? MDS_ATTR_KILL_SGID : 0;
	return v | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET;
}

/* What is to be "now" has been filled in by notify_change(). */
static void rec_fill(struct mdc_attr *a, const struct inode *inode, const struct iattr *attr)
{
	struct wire_rec_setattr *rec = &a->rec;

	memset(a, 0, sizeof(*a));
	rec->valid = cpu_to_le64(rec_valid(attr));
	rec->mode = cpu_to_le32(attr->ia_valid & ATTR_MODE ? attr->ia_mode : inode->i_mode);
	rec->uid = cpu_to_le32(from_kuid(&init_user_ns, attr->ia_uid));
	rec->gid = cpu_to_le32(from_kgid(&init_user_ns, attr->ia_gid));
	rec->size = cpu_to_le64(attr->ia_size);
	rec->atime = cpu_to_le64(attr->ia_atime.tv_sec);
	rec->mtime = cpu_to_le64(attr->ia_mtime.tv_sec);
	rec->ctime = cpu_to_le64(attr->ia_ctime.tv_sec);
	a->atime_ns = attr->ia_atime.tv_nsec;
	a->mtime_ns = attr->ia_mtime.tv_nsec;
	a->ctime_ns = attr->ia_ctime.tv_nsec;
}

/* Changes are later than what is known of the file, whatever our clock says. */
static void time_now(struct inode *inode, struct iattr *attr)
{
	attr->ia_ctime = lustre_change_time(inode);
	if (attr->ia_valid & ATTR_ATIME && !(attr->ia_valid & ATTR_ATIME_SET))
		attr->ia_atime = attr->ia_ctime;
	if (attr->ia_valid & (ATTR_MTIME | ATTR_SIZE) && !(attr->ia_valid & ATTR_MTIME_SET))
		attr->ia_mtime = attr->ia_ctime;
}

/* More may be known by now: of the MDT, and of the objects by a lock. */
static void times_set(struct inode *inode, struct iattr *attr)
{
	bool late;

	spin_lock(&inode->i_lock);
	late = lustre_newer(compat_ctime(inode), attr->ia_ctime) ||
	       !lustre_newer(attr->ia_ctime, lustre_i(inode)->changed);
	spin_unlock(&inode->i_lock);
	if (late)
		time_now(inode, attr);
	lustre_times_set(inode, attr);
}

/*
 * The objects' times follow. Data that is still to be written here carries the inode's times along;
 * data on its way carries those of before, so that it has to arrive first. The lock makes other
 * clients write theirs, and forget what they know of the times.
 */
static int objects_times(struct inode *inode, struct iattr *attr)
{
	struct address_space *mapping = inode->i_mapping;
	struct wire_extra extra = {};
	struct lustre_range range;
	struct wire_obdo oa = {};
	u32 i;
	int rc;

	rc = lustre_range_lock(inode, 0, ~0ULL, LCK_PW, &range);
	if (rc)
		return rc;
	times_set(inode, attr);
	if (!range.lay || (range.lay->lov->stripe_count == 1 &&
			   mapping_tagged(mapping, PAGECACHE_TAG_DIRTY) &&
			   !mapping_tagged(mapping, PAGECACHE_TAG_WRITEBACK)))
		goto out;
	rc = lustre_wait_written(mapping, 0, LLONG_MAX);
	lustre_obdo_times(inode, &oa, &extra);
	for (i = 0; i < range.lay->lov->stripe_count && !rc; i++)
		rc = osc_setattr(range.lay->stripes[i].osc, &range.lay->lov->stripes[i].fid, &oa,
				 &extra);
out:
	lustre_range_unlock(&range);
	return rc;
}

static int objects_punch(struct lustre_layout *lay, u64 size, struct timespec64 time)
{
	u64 cut;
	u32 i;
	int rc;

	for (i = 0; i < lay->lov->stripe_count; i++) {
		if (!lustre_cut_reaches(lay, i, size))
			continue;
		cut = lov_obj_size(lay->lov, i, size);
		rc = osc_punch(lay->stripes[i].osc, &lay->lov->stripes[i].fid, cut, ~0ULL, time);
		if (rc)
			return rc;
	}
	return 0;
}

/* The component that has the byte at @size shows how large the file is. */
static int objects_truncate(struct inode *inode, struct iattr *attr)
{
	u64 size = attr->ia_size;
	struct lustre_range range;
	int rc = size ? lustre_layout_write(inode, LAYOUT_INTENT_TRUNC, 0, size) : 0;

	if (!rc)
		rc = lustre_range_lock(inode, size ? size - 1 : 0, ~0ULL, LCK_PW, &range);
	if (rc)
		return rc;
	if (!range.lay) {
		lustre_range_unlock(&range);
		return -EIO;
	}
	/* What is cached of the last page must be there before the page is cut. */
	if (size & ~PAGE_MASK)
		rc = lustre_flush_killable(inode, size & PAGE_MASK, size | ~PAGE_MASK);
	if (!rc)
		rc = lustre_wait_written(inode->i_mapping, size, LLONG_MAX);
	if (!rc) {
		times_set(inode, attr);
		lustre_zero_tail(inode, size);
		truncate_setsize(inode, size);
		rc = objects_punch(range.lay, size, attr->ia_ctime);
		/* What was read meanwhile may be from before. */
		truncate_pagecache(inode, size);
	}
	/* After an error, or in a program that was killed, objects may be cut or not. */
	if (rc)
		lustre_range_doubt(&range);
	else
		lustre_size_cut(inode, range.lay, size);
	lustre_range_unlock(&range);
	return rc;
}

/* The part that the OSTs have in a change. */
static int objects_setattr(struct inode *inode, struct iattr *attr)
{
	struct lustre_layout *lay = NULL;
	int rc = 0;

	if (S_ISREG(inode->i_mode) && attr->ia_valid & (ATTR_SIZE | ATTR_MTIME | ATTR_ATIME))
		rc = lustre_layout_get(inode, &lay);
	if (rc)
		return rc;
	if (!lay) {
		times_set(inode, attr);
		if (attr->ia_valid & ATTR_SIZE)
			truncate_setsize(inode, attr->ia_size);
		return 0;
	}
	lustre_layout_put(lay);
	return attr->ia_valid & ATTR_SIZE ? objects_truncate(inode, attr) :
					    objects_times(inode, attr);
}

/*
 * Before the MDT hears of it. A size that the MDT keeps would be lost with the first objects: so
 * there are some before there is a size.
 */
static int size_prepare(struct inode *inode, u64 size)
{
	struct lustre_layout *lay;
	int rc;

	if (!size)
		return 0;
	rc = lustre_layout_get(inode, &lay);
	if (!rc && !lay)
		rc = lustre_layout_make(inode, NULL, 0) ?: lustre_layout_get(inode, &lay);
	if (!rc && lay && size > lustre_size_max(lay, size))
		rc = -EFBIG;
	lustre_layout_put(lay);
	return rc;
}

int lustre_setattr(compat_idmap_t *idmap, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	struct mdc_attr change;
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc = setattr_prepare(idmap, dentry, attr);

	if (!rc && attr->ia_valid & ATTR_SIZE)
		rc = lustre_gone(size_prepare(inode, attr->ia_size));
	if (rc)
		return rc;
	time_now(inode, attr);
	rec_fill(&change, inode, attr);
	lustre_cred(NULL, inode, &cred);
	rc = mdc_setattr(lustre_mdc(inode), &lustre_i(inode)->fid, &change, &cred, &r);
	if (rc == -ENOENT && is_local(inode)) {
		setattr_copy(idmap, inode, attr);
		return 0;
	}
	if (rc)
		return lustre_gone(rc);
	rc = lustre_update(inode, &r);
	mdc_reply_put(&r);
	return rc ?: lustre_gone(objects_setattr(inode, attr));
}

/* ---- symbolic links ---- */

static const char *lustre_get_link(struct dentry *dentry, struct inode *inode,
				   struct delayed_call *done)
{
	const char *link = READ_ONCE(lustre_i(inode)->link);
	struct mdc_reply r;
	int rc;

	if (link)
		return link;
	if (!dentry)
		return ERR_PTR(-ECHILD);
	rc = mdc_getattr(lustre_mdc(inode), &lustre_i(inode)->fid, true, &r);
	if (rc)
		return ERR_PTR(rc);
	rc = lustre_update(inode, &r);
	mdc_reply_put(&r);
	link = READ_ONCE(lustre_i(inode)->link);
	return rc ? ERR_PTR(rc) : link ?: ERR_PTR(-EPROTO);
}

const struct inode_operations lustre_file_iops = {
	.update_time = lustre_update_time,
	.getattr = lustre_getattr,
	.setattr = lustre_setattr,
	.permission = lustre_permission,
	.compat_op_get_acl = lustre_get_acl,
	.set_acl = lustre_set_acl,
	.listxattr = lustre_listxattr,
	.fiemap = lustre_fiemap,
	.fileattr_get = lustre_fileattr_get,
	.fileattr_set = lustre_fileattr_set,
};

const struct inode_operations lustre_special_iops = {
	.getattr = lustre_getattr,
	.setattr = lustre_setattr,
	.permission = lustre_permission,
	.compat_op_get_acl = lustre_get_acl,
	.set_acl = lustre_set_acl,
	.listxattr = lustre_listxattr,
};

const struct inode_operations lustre_symlink_iops = {
	.get_link = lustre_get_link,
	.getattr = lustre_getattr,
	.setattr = lustre_setattr,
	.permission = lustre_permission,
	.listxattr = lustre_listxattr,
};
