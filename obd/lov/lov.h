/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layouts: which bytes of a file lie in which object on which OST.
 *
 * A layout is a row of components, each of which holds a range of the file, striped over objects of
 * its own (RAID0); a plain layout is one component for all of the file. A component may have no
 * objects until somebody writes to it (progressive layouts). Other kinds are recognised and refused
 * with -EOPNOTSUPP, so that one file with a layout of a newer server fails alone.
 *
 * Objects are numbered through all components, in the order of the file. The offset of a byte in
 * its object does not depend on where its component begins.
 */
#ifndef SHEEN_LOV_H
#define SHEEN_LOV_H

#include <linux/types.h>
#include "obd/osd/osd.h"
#include "obd/wire/wire.h"

#define LOV_NO_STRIPE	(~0u)

struct lov_stripe {
	struct fid fid;		/* of the object */
	u32 ost_idx;
	u32 comp;		/* number of the component that it is part of */
};

/**
 * struct lov_comp - a range of the file, in bytes; @end is not part of it, ~0: there is no end
 * @first: number of its first stripe
 * @stripe_size: bytes; 0 when there are no objects
 * @stripe_count: 0: it has no objects yet
 */
struct lov_comp {
	u64 start;
	u64 end;
	u32 first;
	u32 stripe_size;
	u32 stripe_count;
};

/**
 * struct lov_layout - in memory, host byte order; immutable once made; freed with
 * lov_layout_free(), which also takes NULL
 * @stripe_count: of all components
 * @comps: ascending, without gaps, the first begins at 0
 */
struct lov_layout {
	u32 comp_count;
	u32 stripe_count;
	struct lov_comp *comps;
	struct lov_stripe stripes[];
};

/**
 * lov_layout_parse() - checks everything
 * @why: if not NULL, set on failure to what is wrong or not supported, as the end of a sentence
 * -EINVAL (broken), -EOPNOTSUPP (kind we do not have), -ENOMEM
 */
int lov_layout_parse(const void *ea, u32 len, struct lov_layout **lay, const char **why);
void lov_layout_free(struct lov_layout *lay);

/** lov_layout_equal() - the same objects at the same places? */
bool lov_layout_equal(const struct lov_layout *a, const struct lov_layout *b);

/**
 * lov_layout_extends() - has @b all objects of @a, at the same places of the file or more? The
 * places of @b that @a has no objects for may have some.
 */
bool lov_layout_extends(const struct lov_layout *a, const struct lov_layout *b);

/** lov_comp_of() - the component of file offset @off; NULL: beyond the last one */
const struct lov_comp *lov_comp_of(const struct lov_layout *lay, u64 off);

/** lov_lacks_objects() - is a byte of [start, end] in a component that has no objects yet? */
bool lov_lacks_objects(const struct lov_layout *lay, u64 start, u64 end);

/** lov_stripe_of() - number of the stripe that holds file offset @off, or LOV_NO_STRIPE */
u32 lov_stripe_of(const struct lov_layout *lay, u64 off);

/** lov_unit_end() - end of the run of bytes from @off on that lie together in one object or none */
u64 lov_unit_end(const struct lov_layout *lay, u64 off);

/**
 * lov_reach() - end of the run of bytes from @off on that an extent of their object covers which
 * ends with byte @obj_end of it; @off has an object and is covered
 */
u64 lov_reach(const struct lov_layout *lay, u64 off, u64 obj_end);

/** lov_obj_offset() - offset in its object of file offset @off, which has one */
u64 lov_obj_offset(const struct lov_layout *lay, u64 off);

/**
 * lov_file_offset() - the inverse: file offset of byte @off of object @stripe; U64_MAX when it is
 * beyond all that there can be
 */
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

/**
 * Of one object: the first data (@hole: hole) at or after @start. -ENXIO: there is none, the object
 * ends; -EOPNOTSUPP: it cannot be told, all of it counts as data
 */
typedef int (*lov_seek_fn)(void *arg, u32 stripe, u64 start, bool hole, u64 *pos);

/**
 * lov_seek() - the first data or hole of a file of @size bytes at or after @start, from what its
 * objects say; places without objects are holes, and so is the end. -ENXIO: no data, or @start is
 * not below @size; errors of @ask
 */
int lov_seek(const struct lov_layout *lay, u64 size, u64 start, bool hole, lov_seek_fn ask,
	     void *arg, u64 *pos);

/** Of one object: as osd_data_extents() */
typedef int (*lov_extents_fn)(void *arg, u32 stripe, u64 start, u64 end, struct osd_extent *ext,
			      unsigned int room);
/** Takes an extent of a file; @last: there is none after it. Non-zero ends the walk. */
typedef int (*lov_extent_fn)(void *arg, const struct osd_extent *ext, bool last);

/**
 * lov_extents() - gives @take, in order, the extents of a file that have bytes of [@start, @end),
 * from those of its objects, which @fetch is asked for; what lies together is one
 * Returns 0, what @take has returned, an error of @fetch, -ENOMEM.
 */
int lov_extents(const struct lov_layout *lay, u64 start, u64 end, lov_extents_fn fetch,
		lov_extent_fn take, void *arg);

/** lov_obj_size() - size that object @stripe has when the file has @size bytes (for truncate) */
u64 lov_obj_size(const struct lov_layout *lay, u32 stripe, u64 size);

#endif
