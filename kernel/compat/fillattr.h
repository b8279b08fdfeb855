/* SPDX-License-Identifier: GPL-2.0 */
/* generic_fillattr() takes the mask of wanted attributes since 6.6. */
#ifndef SHEEN_COMPAT_FILLATTR_H
#define SHEEN_COMPAT_FILLATTR_H

#include <linux/fs.h>
#include <linux/version.h>

#include "kernel/compat/idmap.h"

static inline void compat_fillattr(compat_idmap_t *idmap, u32 mask, struct inode *inode,
				   struct kstat *stat)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	generic_fillattr(idmap, mask, inode, stat);
#else
	generic_fillattr(idmap, inode, stat);
#endif
}

#endif
