/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_VMALLOC_H
#define FLOOR_LINUX_VMALLOC_H

#include <linux/slab.h>

#define vmalloc(size)		kvmalloc(size, GFP_KERNEL)
#define vzalloc(size)		kvzalloc(size, GFP_KERNEL)
#define vfree(p)		kvfree(p)
#define is_vmalloc_addr(p)	((void)(p), false)

#endif
