/* SPDX-License-Identifier: GPL-2.0 */
/* Constants, and as much of files as single-record debugfs entries need. */
#ifndef FLOOR_LINUX_FS_H
#define FLOOR_LINUX_FS_H

#include <linux/types.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/limits.h>
#include <linux/uio.h>
#include <linux/fs_types.h>

#ifndef SEEK_SET
#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
#endif
#ifndef SEEK_DATA
#define SEEK_DATA	3
#define SEEK_HOLE	4
#endif
#define MAX_LFS_FILESIZE	((loff_t)LLONG_MAX)

struct module;

struct inode {
	void *i_private;
};

struct file {
	void *private_data;
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char *buf, size_t size, loff_t *pos);
	ssize_t (*write)(struct file *file, const char *buf, size_t size, loff_t *pos);
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
};

#endif
