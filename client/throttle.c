// SPDX-License-Identifier: GPL-2.0
/*
 * Who writes from a memory cgroup with little memory waits for the OSTs in time.
 *
 * balance_dirty_pages() slows down who has a fifth of the cgroup's memory dirty, but on newer
 * kernels (6.12) it goes by counters that may be seconds old. Until then all of the cgroup's pages
 * can be dirty or under writeback, and reclaim, which waits for neither, kills the program. The
 * counters of the cgroup's writeback are those of now.
 */
#include <linux/backing-dev.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>

#include "client/client.h"

#ifdef CONFIG_CGROUP_WRITEBACK

#define DIRTY_SHARE	4	/* of the memory; later than the kernel, where that is in time */

/* Pages that a cgroup may have, by its own limits and those of the ones it is in. */
static unsigned long memory_limit(struct mem_cgroup *memcg)
{
	unsigned long max = PAGE_COUNTER_MAX;

	for (; memcg; memcg = parent_mem_cgroup(memcg))
		max = min3(max, READ_ONCE(memcg->memory.max), READ_ONCE(memcg->memory.high));
	return max;
}

/* The sum over all processors only where it matters. */
static unsigned long dirty_pages(struct bdi_writeback *wb, unsigned long limit)
{
	if (limit < 2 * wb_stat_error())
		return wb_stat_sum(wb, WB_RECLAIMABLE) + wb_stat_sum(wb, WB_WRITEBACK);
	return wb_stat(wb, WB_RECLAIMABLE) + wb_stat(wb, WB_WRITEBACK);
}

/* i_lock keeps the cgroup that the inode's pages count for. */
static bool too_dirty(struct inode *inode)
{
	struct bdi_writeback *wb;
	unsigned long limit;
	bool is = false;

	spin_lock(&inode->i_lock);
	wb = inode_to_wb(inode);
	if (wb) {
		limit = memory_limit(mem_cgroup_from_css(wb->memcg_css)) / DIRTY_SHARE;
		is = dirty_pages(wb, limit) > limit;
	}
	spin_unlock(&inode->i_lock);
	return is;
}

#else

static bool too_dirty(struct inode *inode)
{
	return false;
}

#endif

int lustre_throttle(struct inode *inode)
{
	if (!too_dirty(inode))
		return 0;
	/* Files that others have written count as well. */
	try_to_writeback_inodes_sb(inode->i_sb, WB_REASON_VMSCAN);
	filemap_flush(inode->i_mapping);
	return lustre_wait_written(inode->i_mapping, 0, LLONG_MAX);
}
