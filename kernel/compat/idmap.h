/* SPDX-License-Identifier: GPL-2.0 */
/* What VFS calls take to map ids: a user namespace until 6.2, a struct mnt_idmap since. */
#ifndef SHEEN_COMPAT_IDMAP_H
#define SHEEN_COMPAT_IDMAP_H

#include <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/mnt_idmapping.h>
typedef struct mnt_idmap compat_idmap_t;
#define compat_nop_idmap	(&nop_mnt_idmap)
#else
#include <linux/user_namespace.h>
typedef struct user_namespace compat_idmap_t;
#define compat_nop_idmap	(&init_user_ns)
#endif

#endif
