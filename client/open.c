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

int lustre_open(struct inode *inode, struct file *file)
{
	struct mdc_open op = {
		.fid = lustre_i(inode)->fid,
		.flags = lustre_open_flags(file->f_flags & ~(O_CREAT | O_EXCL | O_TRUNC),
					   file->f_mode),
		.mode = inode->i_mode,
		.time = lustre_now(inode),
	};
	struct lustre_file *lf;
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc = generic_file_open(inode, file);

	if (rc)
		return rc;
	lf = lustre_file_new();
	if (!lf)
		return -ENOMEM;
	if (file->f_flags & __FMODE_EXEC)
		op.flags |= MDS_FMODE_EXEC;
	lustre_cred(NULL, inode, &cred);
	rc = mdc_open(lustre_mdc(inode), &op, &cred, &r);
	if (!rc) {
		lf->handle = le64_to_cpu(r.body->handle);
		rc = lustre_update(inode, &r);
		if (rc)
			mdc_close(lustre_mdc(inode), &op.fid, lf->handle, NULL);
	}
	mdc_reply_put(&r);
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

int lustre_release(struct inode *inode, struct file *file)
{
	struct lustre_file *lf = file->private_data;
	struct mdc *mdc = lustre_mdc(inode);
	struct mdc_attr times = {}, *news;

	if (!lf)
		return 0;
	news = close_times(inode, file, &times) ? &times : NULL;
	if (close_is_noticed(file))
		mdc_close(mdc, &lustre_i(inode)->fid, lf->handle, news);
	else
		mdc_close_start(mdc, &lustre_i(inode)->fid, lf->handle, news);
	lustre_ahead_end(inode, lf->ahead);
	lustre_dir_part_put(lf->dir);
	kfree(lf);
	return 0;
}
