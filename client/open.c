// SPDX-License-Identifier: GPL-2.0
/* Open and close: every open file is known to the MDT by a handle. */
#include "client/client.h"
#include "kernel/compat/times.h"

u64 lustre_open_flags(unsigned int flags, fmode_t mode)
{
	u64 f = 0;

	f |= mode & FMODE_READ ? MDS_FMODE_READ : 0;
	f |= mode & FMODE_WRITE ? MDS_FMODE_WRITE : 0;
	f |= mode & FMODE_EXEC ? MDS_FMODE_EXEC : 0;
	f |= flags & O_CREAT ? MDS_OPEN_CREAT : 0;
	f |= flags & O_EXCL ? MDS_OPEN_EXCL : 0;
	f |= flags & O_TRUNC ? MDS_OPEN_TRUNC : 0;
	f |= flags & O_APPEND ? MDS_OPEN_APPEND : 0;
	f |= flags & O_DIRECTORY ? MDS_OPEN_DIRECTORY : 0;
	f |= flags & O_NOFOLLOW ? MDS_OPEN_NOFOLLOW : 0;
	/* O_SYNC has the bit of O_DSYNC in it. */
	f |= flags & O_DSYNC ? MDS_OPEN_SYNC : 0;
	return f;
}

int lustre_open_adopt(struct inode *inode, struct file *file)
{
	return generic_file_open(inode, file);
}

struct lustre_file *lustre_file_new(void)
{
	struct lustre_file *lf = kzalloc(sizeof(*lf), GFP_KERNEL);

	if (lf) {
		lf->flock = F_UNLCK;
		spin_lock_init(&lf->pattern.lock);
	}
	return lf;
}

/*
 * Who reads a file again and again need not tell the MDT of each open: the handle of the last one
 * is kept for the next, while a lock vouches for name and mode. That is called back before the last
 * name goes, so that no object is kept for a handle that nobody uses. Stock servers give leases
 * only for files that nobody has open: they hear of each close.
 */
static bool may_keep(const struct inode *inode, const struct file *file)
{
	return S_ISREG(inode->i_mode) && !(file->f_flags & __FMODE_EXEC) &&
		(file->f_mode & (FMODE_READ | FMODE_WRITE)) == FMODE_READ &&
		mdc_extra(lustre_mdc(inode));
}

static bool is_kept_for(const struct lustre_inode *li, const struct cred *cred)
{
	return uid_eq(li->kept_uid, cred->fsuid) && gid_eq(li->kept_gid, cred->fsgid);
}

/* @cred: NULL: whoever it is kept for. 0: there is none */
static u64 kept_take(struct inode *inode, const struct cred *cred)
{
	struct lustre_inode *li = lustre_i(inode);
	u64 handle = 0;

	spin_lock(&inode->i_lock);
	if (li->kept && (!cred || is_kept_for(li, cred)))
		swap(handle, li->kept);
	spin_unlock(&inode->i_lock);
	return handle;
}

static u64 kept_reuse(struct inode *inode, const struct file *file)
{
	return READ_ONCE(lustre_i(inode)->kept) && may_keep(inode, file) &&
		lustre_attrs_cached(inode, IBIT_LOOKUP) ? kept_take(inode, file->f_cred) : 0;
}

void lustre_kept_close(struct inode *inode)
{
	u64 handle = kept_take(inode, NULL);

	if (handle)
		mdc_close_start(lustre_mdc(inode), &lustre_i(inode)->fid, handle, NULL);
}

/* False: the MDT has to hear of the close. */
static bool keep(struct inode *inode, const struct file *file, u64 handle)
{
	struct lustre_inode *li = lustre_i(inode);
	bool kept;

	if (!may_keep(inode, file))
		return false;
	spin_lock(&inode->i_lock);
	kept = li->reread && !li->kept && !li->atime_news;
	li->reread = true;
	if (kept) {
		li->kept = handle;
		li->kept_uid = file->f_cred->fsuid;
		li->kept_gid = file->f_cred->fsgid;
	}
	spin_unlock(&inode->i_lock);
	/* The lock may have gone before there was anything to close. */
	if (kept && !lustre_attrs_cached(inode, IBIT_LOOKUP))
		lustre_kept_close(inode);
	return kept;
}

static int open_mdt(struct inode *inode, const struct file *file, u64 *handle)
{
	struct mdc_open op = {
		.fid = lustre_i(inode)->fid,
		.flags = lustre_open_flags(file->f_flags & ~(O_CREAT | O_EXCL | O_TRUNC),
					   file->f_mode),
		.mode = inode->i_mode,
		.time = lustre_now(inode),
	};
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc;

	if (file->f_flags & __FMODE_EXEC)
		op.flags |= MDS_FMODE_EXEC;
	lustre_cred(NULL, inode, &cred);
	rc = mdc_open(lustre_mdc(inode), &op, &cred, &r);
	if (!rc) {
		*handle = le64_to_cpu(r.body->handle);
		rc = lustre_update(inode, &r);
		if (rc)
			mdc_close(lustre_mdc(inode), &op.fid, *handle, NULL);
	}
	mdc_reply_put(&r);
	return rc;
}

int lustre_open(struct inode *inode, struct file *file)
{
	struct lustre_file *lf;
	int rc = generic_file_open(inode, file);

	if (rc)
		return rc;
	lf = lustre_file_new();
	if (!lf)
		return -ENOMEM;
	lf->handle = kept_reuse(inode, file);
	if (!lf->handle)
		rc = open_mdt(inode, file, &lf->handle);
	if (rc) {
		kfree(lf);
		return lustre_gone(rc);
	}
	file->private_data = lf;
	return 0;
}

/* Times that reads and writes have changed go along with the close; false: there are none. */
static bool close_times(struct inode *inode, struct file *file, struct mdc_attr *attr)
{
	bool written = file->f_mode & FMODE_WRITE && S_ISREG(inode->i_mode);
	struct lustre_inode *li = lustre_i(inode);
	struct wire_rec_setattr *rec = &attr->rec;
	u64 valid = 0;

	spin_lock(&inode->i_lock);
	if (li->atime_news)
		valid |= MDS_ATTR_ATIME | MDS_ATTR_ATIME_SET;
	if (written)
		valid |= MDS_ATTR_MTIME | MDS_ATTR_CTIME | MDS_ATTR_MTIME_SET |
			 MDS_ATTR_CTIME_SET;
	li->atime_news = false;
	rec->valid = cpu_to_le64(valid);
	rec->atime = cpu_to_le64(compat_atime(inode).tv_sec);
	rec->mtime = cpu_to_le64(compat_mtime(inode).tv_sec);
	rec->ctime = cpu_to_le64(compat_ctime(inode).tv_sec);
	attr->atime_ns = compat_atime(inode).tv_nsec;
	attr->mtime_ns = compat_mtime(inode).tv_nsec;
	attr->ctime_ns = compat_ctime(inode).tv_nsec;
	spin_unlock(&inode->i_lock);
	return valid;
}

/*
 * Who opens a file that somebody has open for writing or execution may be refused: a close that
 * ends this is to be over when close(2) is. Nobody notices when other handles go.
 */
static bool close_is_noticed(const struct file *file)
{
	return file->f_mode & FMODE_WRITE || file->f_flags & __FMODE_EXEC;
}

static void close_mdt(struct inode *inode, struct file *file, u64 handle)
{
	struct mdc *mdc = lustre_mdc(inode);
	struct mdc_attr times = {}, *news;

	news = close_times(inode, file, &times) ? &times : NULL;
	if (close_is_noticed(file))
		mdc_close(mdc, &lustre_i(inode)->fid, handle, news);
	else
		mdc_close_start(mdc, &lustre_i(inode)->fid, handle, news);
}

int lustre_release(struct inode *inode, struct file *file)
{
	struct lustre_file *lf = file->private_data;

	if (!lf)
		return 0;
	if (!keep(inode, file, lf->handle))
		close_mdt(inode, file, lf->handle);
	lustre_ahead_end(inode, lf->ahead);
	lustre_dir_part_put(lf->dir);
	kfree(lf);
	return 0;
}
