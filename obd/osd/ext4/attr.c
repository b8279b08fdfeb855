// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of objects, and identities to act under.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/kdev_t.h>
#include <linux/sched/task.h>
#include <linux/xattr.h>

#include "kernel/compat/cap.h"
#include "kernel/compat/times.h"
#include "obd/osd/ext4/ext4.h"

#define E4_FLAGS	(FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | \
			 FS_NOATIME_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL)

/* Only files and directories have any. */
static u32 e4_flags(struct dentry *dentry)
{
	const struct inode_operations *iop = d_inode(dentry)->i_op;
	struct fileattr fa = {};

	if (!iop->fileattr_get || iop->fileattr_get(dentry, &fa))
		return 0;
	return fa.flags & E4_FLAGS;
}

int e4_attr_get(struct osd_object *oo, struct osd_attr *attr)
{
	struct e4_object *obj = e4_obj(oo);
	struct path path = { .mnt = e4_odev(obj)->mnt, .dentry = obj->dentry };
	struct kstat st;
	int rc;

	rc = vfs_getattr_nosec(&path, &st, STATX_BASIC_STATS | STATX_BTIME, AT_STATX_SYNC_AS_STAT);
	if (rc)
		return rc;
	attr->size = st.size;
	attr->blocks = st.blocks;
	attr->atime = st.atime.tv_sec;
	attr->mtime = st.mtime.tv_sec;
	attr->ctime = st.ctime.tv_sec;
	attr->atime_ns = st.atime.tv_nsec;
	attr->mtime_ns = st.mtime.tv_nsec;
	attr->ctime_ns = st.ctime.tv_nsec;
	attr->btime = st.result_mask & STATX_BTIME ? st.btime.tv_sec : 0;
	attr->btime_ns = st.result_mask & STATX_BTIME ? st.btime.tv_nsec : 0;
	attr->mode = st.mode;
	attr->uid = from_kuid(&init_user_ns, st.uid);
	attr->gid = from_kgid(&init_user_ns, st.gid);
	/* the name in PENDING/ is nobody else's business */
	attr->nlink = READ_ONCE(obj->orphan) ? 0 : st.nlink;
	attr->rdev = new_encode_dev(st.rdev);
	attr->flags = e4_flags(obj->dentry);
	attr->blksize = st.blksize;
	return 0;
}

static int e4_flags_set(struct dentry *dentry, u32 flags)
{
	const struct inode_operations *iop = d_inode(dentry)->i_op;
	struct fileattr fa = {};
	int rc;

	if (!iop->fileattr_get || !iop->fileattr_set)
		return -EOPNOTSUPP;
	rc = iop->fileattr_get(dentry, &fa);
	if (rc)
		return rc;
	fileattr_fill_flags(&fa, (fa.flags & ~E4_FLAGS) | (flags & E4_FLAGS));
	return iop->fileattr_set(compat_nop_idmap, dentry, &fa);
}

/** e4_version_set() - takes the kernel's clock for the ctime, as all that sets an EA */
int e4_version_set(struct dentry *dentry, u64 version)
{
	__le64 ea = cpu_to_le64(version);

	return __vfs_setxattr(compat_nop_idmap, dentry, d_inode(dentry), OSD_FMT_VERSION_EA, &ea,
			      sizeof(ea), 0);
}

int e4_version_get(struct osd_object *oo, u64 *version)
{
	struct e4_object *obj = e4_obj(oo);
	__le64 ea;
	ssize_t n;

	n = __vfs_getxattr(obj->dentry, e4_inode(obj), OSD_FMT_VERSION_EA, &ea, sizeof(ea));
	if (n == -ENODATA)
		ea = 0;
	else if (n != sizeof(ea))
		return n < 0 && n != -ERANGE ? n : -EUCLEAN;
	*version = le64_to_cpu(ea);
	return 0;
}

static void e4_iattr_times(const struct inode *inode, const struct osd_attr *attr, u32 what,
			   struct iattr *ia)
{
	if (what & OSD_A_ATIME) {
		ia->ia_valid |= ATTR_ATIME | ATTR_ATIME_SET;
		ia->ia_atime = (struct timespec64){ attr->atime, attr->atime_ns };
	}
	if (what & OSD_A_MTIME) {
		ia->ia_valid |= ATTR_MTIME | ATTR_MTIME_SET;
		ia->ia_mtime = (struct timespec64){ attr->mtime, attr->mtime_ns };
	}
	if (what & OSD_A_CTIME) {
		ia->ia_valid |= ATTR_CTIME;
		ia->ia_ctime = (struct timespec64){ attr->ctime, attr->ctime_ns };
	} else if (what & OSD_A_VERSION) {
		/* An EA that is set takes the kernel's clock along. */
		ia->ia_valid |= ATTR_CTIME;
		ia->ia_ctime = compat_ctime(inode);
	}
}

static int e4_iattr(const struct inode *inode, const struct osd_attr *attr, u32 what,
		    struct iattr *ia)
{
	ia->ia_valid = ATTR_FORCE;
	if (what & OSD_A_MODE) {
		ia->ia_valid |= ATTR_MODE;
		ia->ia_mode = (inode->i_mode & S_IFMT) | (attr->mode & S_IALLUGO);
	}
	if (what & OSD_A_UID) {
		ia->ia_valid |= ATTR_UID;
		ia->ia_uid = make_kuid(&init_user_ns, attr->uid);
	}
	if (what & OSD_A_GID) {
		ia->ia_valid |= ATTR_GID;
		ia->ia_gid = make_kgid(&init_user_ns, attr->gid);
	}
	if (what & OSD_A_SIZE) {
		if (attr->size > inode->i_sb->s_maxbytes)
			return -EFBIG;
		ia->ia_valid |= ATTR_SIZE;
		ia->ia_size = attr->size;
	}
	e4_iattr_times(inode, attr, what, ia);
	return 0;
}

/*
 * ext4 refuses to set times of what is immutable, which is no reason to fail: that of a change of
 * flags it sets itself, and the others may stay.
 */
static bool e4_times_stay(const struct inode *inode, unsigned int valid)
{
	return IS_IMMUTABLE(inode) && !(valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_SIZE));
}

/** e4_attr_apply() - sets what is asked for; the inode is locked, or nobody else knows it yet */
int e4_attr_apply(struct dentry *dentry, const struct osd_attr *attr, u32 what)
{
	struct inode *inode = d_inode(dentry);
	u32 flags = e4_flags(dentry);
	struct iattr ia = {};
	int rc;

	rc = e4_iattr(inode, attr, what, &ia);
	if (!rc && (what & OSD_A_VERSION))
		rc = e4_version_set(dentry, attr->version);
	/*
	 * flags that forbid changes go first when they are taken off, and last when they are put on
	 */
	if (!rc && (what & OSD_A_FLAGS) && (flags & ~attr->flags))
		rc = e4_flags_set(dentry, flags & attr->flags);
	if (!rc && ia.ia_valid != ATTR_FORCE && !e4_times_stay(inode, ia.ia_valid))
		rc = inode->i_op->setattr(compat_nop_idmap, dentry, &ia);
	if (!rc && (what & OSD_A_FLAGS) && (attr->flags & E4_FLAGS) != e4_flags(dentry))
		rc = e4_flags_set(dentry, attr->flags);
	return rc;
}

int e4_attr_set(struct osd_trans *th, struct osd_object *oo, const struct osd_attr *attr, u32 what)
{
	struct e4_object *obj = e4_obj(oo);

	if (WARN_ON_ONCE(obj->locked_by != current))
		return -EINVAL;
	e4_trans(th)->dirty = true;
	return e4_attr_apply(obj->dentry, attr, what);
}

/* ---- identities ---- */

/**
 * e4_cred_owner() - root with all capabilities whose new files belong to @uid and @gid; NULL: no
 * memory
 */
const struct cred *e4_cred_owner(u32 uid, u32 gid)
{
	struct cred *cred = prepare_kernel_cred(&init_task);

	if (cred) {
		cred->fsuid = make_kuid(&init_user_ns, uid);
		cred->fsgid = make_kgid(&init_user_ns, gid);
	}
	return cred;
}

static struct cred *e4_cred_caller(const struct osd_cred *caller)
{
	struct group_info *groups;
	struct cred *cred;
	unsigned int i, named = min_t(u32, caller->nr_groups, OSD_NGROUPS);

	cred = prepare_kernel_cred(&init_task);
	if (!cred)
		return NULL;
	groups = groups_alloc(named + caller->nr_more);
	if (!groups) {
		abort_creds(cred);
		return NULL;
	}
	for (i = 0; i < named; i++)
		groups->gid[i] = make_kgid(&init_user_ns, caller->groups[i]);
	for (i = 0; i < caller->nr_more; i++)
		groups->gid[named + i] = make_kgid(&init_user_ns, le32_to_cpu(caller->more[i]));
	groups_sort(groups);
	set_groups(cred, groups);
	put_group_info(groups);
	cred->fsuid = make_kuid(&init_user_ns, caller->uid);
	cred->fsgid = make_kgid(&init_user_ns, caller->gid);
	cred->uid = cred->fsuid;
	cred->euid = cred->fsuid;
	cred->gid = cred->fsgid;
	cred->egid = cred->fsgid;
	cred->cap_effective = compat_cap_low(caller->cap);
	return cred;
}

int e4_permission(struct osd_object *oo, const struct osd_cred *caller, int mask)
{
	const struct cred *saved;
	struct cred *cred;
	int rc;

	cred = e4_cred_caller(caller);
	if (!cred)
		return -ENOMEM;
	saved = override_creds(cred);
	rc = inode_permission(compat_nop_idmap, e4_inode(e4_obj(oo)),
			      mask & (MAY_READ | MAY_WRITE | MAY_EXEC));
	revert_creds(saved);
	put_cred(cred);
	return rc;
}
