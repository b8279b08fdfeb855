// SPDX-License-Identifier: GPL-2.0
/* Requests on open files: kernel/uapi/sheen_ioctl.h. */
#include <linux/uaccess.h>

#include "client/client.h"
#include "kernel/uapi/sheen_ioctl.h"

static long ioctl_instance(struct lustre_sb *sbi, void __user *arg)
{
	struct sheen_instance out = {};

	strscpy(out.fsname, sbi->fsname, sizeof(out.fsname));
	strscpy(out.instance, sbi->instance, sizeof(out.instance));
	return copy_to_user(arg, &out, sizeof(out)) ? -EFAULT : 0;
}

static long ioctl_fid(struct inode *inode, void __user *arg)
{
	const struct fid *fid = &lustre_i(inode)->fid;
	struct sheen_fid out = { .seq = fid->seq, .oid = fid->oid, .ver = fid->ver };

	return copy_to_user(arg, &out, sizeof(out)) ? -EFAULT : 0;
}

long lustre_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case SHEEN_IOC_INSTANCE:
		return ioctl_instance(lustre_sb(file_inode(file)->i_sb), (void __user *)arg);
	case SHEEN_IOC_FID:
		return ioctl_fid(file_inode(file), (void __user *)arg);
	}
	return -ENOTTY;
}
