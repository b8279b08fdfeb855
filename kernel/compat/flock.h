/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File locks of programs: a header of their own since 6.3, their common fields in a structure of
 * its own since 6.9.
 */
#ifndef SHEEN_COMPAT_FLOCK_H
#define SHEEN_COMPAT_FLOCK_H

#include <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define compat_fl_type(fl)	((fl)->c.flc_type)
#define compat_fl_flags(fl)	((fl)->c.flc_flags)
#define compat_fl_owner(fl)	((fl)->c.flc_owner)
#define compat_fl_pid(fl)	((fl)->c.flc_pid)
#define compat_fl_file(fl)	((fl)->c.flc_file)
#else
#define compat_fl_type(fl)	((fl)->fl_type)
#define compat_fl_flags(fl)	((fl)->fl_flags)
#define compat_fl_owner(fl)	((fl)->fl_owner)
#define compat_fl_pid(fl)	((fl)->fl_pid)
#define compat_fl_file(fl)	((fl)->fl_file)
#endif

#endif
