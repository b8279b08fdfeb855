/* SPDX-License-Identifier: GPL-2.0 */
/* Times of inodes: fields until 6.6, behind functions since. */
#ifndef SHEEN_COMPAT_TIMES_H
#define SHEEN_COMPAT_TIMES_H

#include <linux/fs.h>
#include <linux/version.h>

/* The inode operation update_time, of @inode with @flags: until 6.5 it was given the time. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define COMPAT_UPDATE_TIME(name)	int name(struct inode *inode, int flags)
#else
#define COMPAT_UPDATE_TIME(name)	\
	int name(struct inode *inode, struct timespec64 *time, int flags)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)

static inline struct timespec64 compat_atime(const struct inode *inode)
{
	return inode_get_atime(inode);
}

static inline struct timespec64 compat_mtime(const struct inode *inode)
{
	return inode_get_mtime(inode);
}

static inline struct timespec64 compat_ctime(const struct inode *inode)
{
	return inode_get_ctime(inode);
}

static inline void compat_set_atime(struct inode *inode, struct timespec64 ts)
{
	inode_set_atime_to_ts(inode, ts);
}

static inline void compat_set_mtime(struct inode *inode, struct timespec64 ts)
{
	inode_set_mtime_to_ts(inode, ts);
}

static inline void compat_set_ctime(struct inode *inode, struct timespec64 ts)
{
	inode_set_ctime_to_ts(inode, ts);
}

#else

static inline struct timespec64 compat_atime(const struct inode *inode)
{
	return inode->i_atime;
}

static inline struct timespec64 compat_mtime(const struct inode *inode)
{
	return inode->i_mtime;
}

static inline struct timespec64 compat_ctime(const struct inode *inode)
{
	return inode->i_ctime;
}

static inline void compat_set_atime(struct inode *inode, struct timespec64 ts)
{
	inode->i_atime = ts;
}

static inline void compat_set_mtime(struct inode *inode, struct timespec64 ts)
{
	inode->i_mtime = ts;
}

static inline void compat_set_ctime(struct inode *inode, struct timespec64 ts)
{
	inode->i_ctime = ts;
}

#endif

#endif
