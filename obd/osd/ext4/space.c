// SPDX-License-Identifier: GPL-2.0
/*
 * Where the data of an object lies: space for it, holes, extents.
 *
 * The file system fills lists of extents in memory of programs only, which a server has none of. It
 * also tells how many extents a range has, and from that their ends are found by halving.
 */
#include <linux/fs.h>	/* falloc.h does not include the types that it uses */
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "obd/osd/ext4/ext4.h"

#define E4_EXTENT_MAX	(128u << 20)	/* bytes; longer ones are told in pieces */

int e4_data_fallocate(struct osd_object *oo, int mode, u64 start, u64 end)
{
	struct e4_object *obj = e4_obj(oo);
	struct file *file;
	int rc;

	if (start >= end)
		return -EINVAL;
	if (end > e4_odev(obj)->sb->s_maxbytes)
		return -EFBIG;
	rc = e4_data_open(obj, &file);
	return rc ?: vfs_fallocate(file, mode, start, end - start);
}

int e4_data_seek(struct osd_object *oo, u64 start, bool hole, u64 *pos)
{
	struct e4_object *obj = e4_obj(oo);
	struct file *file;
	loff_t found;
	int rc;

	if (start > e4_odev(obj)->sb->s_maxbytes)
		return -ENXIO;
	rc = e4_data_open(obj, &file);
	if (rc)
		return rc;
	/* It also moves the file's position, which nothing goes by. */
	found = vfs_llseek(file, start, hole ? SEEK_HOLE : SEEK_DATA);
	if (found < 0)
		return found;
	*pos = found;
	return 0;
}

/* ---- extents ---- */

/**
 * struct e4_map - an object whose extents are looked for
 * @end: that of the range
 * @err: of the file system; counts are 0 from then on
 */
struct e4_map {
	struct inode *inode;
	u64 end;
	int err;
};

static unsigned int map_count(struct e4_map *map, u64 start, u64 end)
{
	struct fiemap_extent_info info = {};

	if (start >= end || map->err)
		return 0;
	map->err = map->inode->i_op->fiemap(map->inode, &info, start, end - start);
	return map->err ? 0 : info.fi_extents_mapped;
}

/* The lowest end in (@lo, @hi] with which a range from @start has @nr extents; with @hi it has. */
static u64 map_end_with(struct e4_map *map, u64 start, u64 lo, u64 hi, unsigned int nr)
{
	u64 block = i_blocksize(map->inode), middle;

	while (hi - lo > block) {
		middle = round_down(lo + (hi - lo) / 2, block);
		if (middle <= lo)
			middle = lo + block;
		if (map_count(map, start, middle) >= nr)
			hi = middle;
		else
			lo = middle;
	}
	return hi;
}

/* The lowest start in (@lo, @hi] from which on there is none up to @hi; from @lo there is one. */
static u64 map_start_without(struct e4_map *map, u64 lo, u64 hi)
{
	u64 block = i_blocksize(map->inode), end = hi, middle;

	while (hi - lo > block) {
		middle = round_down(lo + (hi - lo) / 2, block);
		if (middle <= lo)
			middle = lo + block;
		if (map_count(map, middle, end))
			lo = middle;
		else
			hi = middle;
	}
	return hi;
}

/* First byte of an extent at or after @pos, which begins a block; ~0: there is none. */
static u64 map_first(struct e4_map *map, u64 pos)
{
	u64 block = i_blocksize(map->inode), step = E4_EXTENT_MAX, end;

	for (; pos < map->end; pos = end, step *= 2) {
		end = map->end - pos > step ? pos + step : map->end;
		if (map_count(map, pos, end))
			return round_down(map_end_with(map, pos, pos, end, 1) - 1, block);
	}
	return ~0ULL;
}

static u64 map_last(struct e4_map *map, u64 start)
{
	u64 end = map->end - start > E4_EXTENT_MAX ? start + E4_EXTENT_MAX : map->end;
	u64 block = i_blocksize(map->inode);

	if (map_count(map, start, end) > 1)
		end = round_down(map_end_with(map, start, start, end, 2) - 1, block);
	return map_start_without(map, start, end);
}

static int map_fill(struct e4_map *map, u64 pos, struct osd_extent *ext, unsigned int room)
{
	unsigned int bits = map->inode->i_blkbits, nr = 0;
	sector_t block;

	pos = round_down(pos, i_blocksize(map->inode));
	while (nr < room && !fatal_signal_pending(current)) {
		pos = map_first(map, pos);
		if (map->err || pos == ~0ULL)
			break;
		ext[nr].logical = pos;
		block = pos >> bits;
		pos = map_last(map, pos);
		ext[nr].length = pos - ext[nr].logical;
		/* Space without data is no block to be read. */
		if (bmap(map->inode, &block))
			block = 0;
		ext[nr].physical = (u64)block << bits;
		ext[nr].flags = block ? 0 : FIEMAP_EXTENT_UNWRITTEN | FIEMAP_EXTENT_UNKNOWN;
		nr++;
	}
	return map->err ?: nr;
}

int e4_data_extents(struct osd_object *oo, u64 start, u64 end, struct osd_extent *ext,
		    unsigned int room)
{
	struct e4_object *obj = e4_obj(oo);
	struct e4_map map = {
		.inode = e4_inode(obj),
		.end = min_t(u64, round_up(min_t(u64, end, S64_MAX - SZ_1M), SZ_64K),
			     e4_odev(obj)->sb->s_maxbytes),
	};
	int rc;

	if (!d_is_reg(obj->dentry) || !map.inode->i_op->fiemap)
		return -EOPNOTSUPP;
	if (start >= map.end)
		return 0;
	/* What is in the cache only has no place yet. */
	rc = filemap_write_and_wait(map.inode->i_mapping);
	if (rc)
		return rc;
	if (room)
		return map_fill(&map, start, ext, room);
	rc = map_count(&map, start, map.end);
	return map.err ?: rc;
}
