/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* Requests on an open file or directory of a mounted Sheen file system. */
#ifndef SHEEN_IOCTL_H
#define SHEEN_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct sheen_instance - who serves this mount
 * @fsname: file system name, NUL-terminated
 * @instance: name of this mount; suffix of the names of its devices, NUL-terminated
 */
struct sheen_instance {
	char fsname[16];
	char instance[48];
};

/** struct sheen_fid - identifier of a file, host byte order */
struct sheen_fid {
	__u64 seq;
	__u32 oid;
	__u32 ver;
};

#define SHEEN_IOC_INSTANCE	_IOR('f', 0x4d, struct sheen_instance)
#define SHEEN_IOC_FID		_IOR('f', 0x4e, struct sheen_fid)

#endif
