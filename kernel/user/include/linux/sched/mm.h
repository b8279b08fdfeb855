/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SCHED_MM_H
#define FLOOR_LINUX_SCHED_MM_H

#include <linux/sched.h>
#include <linux/gfp.h>

static inline unsigned int floor_memalloc_save(unsigned int flag)
{
	unsigned int was = floor_current->flags & flag;

	floor_current->flags |= flag;
	return was;
}

static inline void floor_memalloc_restore(unsigned int flag, unsigned int was)
{
	floor_current->flags = (floor_current->flags & ~flag) | was;
}

#define memalloc_nofs_save()		floor_memalloc_save(PF_MEMALLOC_NOFS)
#define memalloc_nofs_restore(f)	floor_memalloc_restore(PF_MEMALLOC_NOFS, f)
#define memalloc_noio_save()		floor_memalloc_save(PF_MEMALLOC_NOIO)
#define memalloc_noio_restore(f)	floor_memalloc_restore(PF_MEMALLOC_NOIO, f)
#define memalloc_noreclaim_save()	floor_memalloc_save(PF_MEMALLOC)
#define memalloc_noreclaim_restore(f)	floor_memalloc_restore(PF_MEMALLOC, f)

#endif
