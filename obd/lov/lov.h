/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layouts: which bytes of a file lie in which object on which OST.
 *
 * Today: one RAID0 component (layout EA V1 or V3). Others are recognised and refused with
 * -EOPNOTSUPP, so that one file with a layout of a newer server fails alone.
 */
#ifndef SHEEN_LOV_H
#define SHEEN_LOV_H

#include <linux/types.h>
#include "obd/osd/osd.h"
#include "obd/wire/wire.h"

struct lov_stripe {
	struct fid fid;		/* of the object */
	u32 ost_idx;
};

/**
 * struct lov_layout - in memory, host byte order; immutable once made; freed with lov_layout_free()
 */
struct lov_layout {
	u32 magic;
	u32 stripe_size;	/* bytes */
	u32 layout_gen;
	u32 stripe_count;
	char pool[16];
	struct lov_stripe stripes[];
};

/**
 * lov_layout_parse() - checks everything. -EINVAL (broken), -EOPNOTSUPP (kind we do not have),
 * -ENOMEM
 */
int lov_layout_parse(const void *ea, u32 len, struct lov_layout **lay);
void lov_layout_free(struct lov_layout *lay);

/** lov_stripe_of() - number of the stripe that holds file offset @off */
u32 lov_stripe_of(const struct lov_layout *lay, u64 off);

/** lov_obj_offset() - offset in the object of file offset @off, which must lie in @stripe */
u64 lov_obj_offset(const struct lov_layout *lay, u64 off);

/** lov_file_offset() - the inverse: file offset of byte @off of object @stripe */
u64 lov_file_offset(const struct lov_layout *lay, u32 stripe, u64 off);

/**
 * lov_extent_in_stripe() - the part of file extent [start, end] that lies in @stripe, as extent of
 * its object. Returns false when nothing of it does. @end ~0 gives end ~0.
 */
bool lov_extent_in_stripe(const struct lov_layout *lay, u32 stripe, u64 start, u64 end,
			  u64 *ostart, u64 *oend);

/**
 * lov_file_size() - size of the file when object @stripe has @size bytes and nothing else is known;
 * max over stripes is the file's
 */
u64 lov_file_size(const struct lov_layout *lay, u32 stripe, u64 size);

/** lov_obj_size() - size that object @stripe has when the file has @size bytes (for truncate) */
u64 lov_obj_size(const struct lov_layout *lay, u32 stripe, u64 size);

/** lov_max_bytes() - largest file size with objects of at most @obj_max bytes */
u64 lov_max_bytes(const struct lov_layout *lay, u64 obj_max);

#endif
