// SPDX-License-Identifier: GPL-2.0
/* Layouts: from bytes of a file to bytes of objects and back. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/overflow.h>

#include "obd/lov/lov.h"

/*
 * RAID0: the file is cut into units of the stripe size, dealt to the objects in turn. A row is one
 * unit of each. File offset = (row * count + stripe) * size + rest; object offset = row * size +
 * rest. Each component counts from the beginning of the file, as if it had all of it.
 */

static u64 raid0_obj_offset(const struct lov_comp *c, u64 off)
{
	u32 rest;
	u64 unit = div_u64_rem(off, c->stripe_size, &rest);

	return div_u64(unit, c->stripe_count) * c->stripe_size + rest;
}

static u64 raid0_file_offset(const struct lov_comp *c, u32 stripe, u64 off)
{
	u32 rest;
	u64 unit, row = div_u64_rem(off, c->stripe_size, &rest);

	if (check_mul_overflow(row, (u64)c->stripe_count, &unit) ||
	    check_mul_overflow(unit + stripe, (u64)c->stripe_size, &unit) ||
	    check_add_overflow(unit, (u64)rest, &unit))
		return U64_MAX;
	return unit;
}

static u64 raid0_obj_size(const struct lov_comp *c, u32 stripe, u64 size)
{
	u32 rest, last;
	u64 unit = div_u64_rem(size, c->stripe_size, &rest);
	u64 row = div_u64_rem(unit, c->stripe_count, &last);

	/*
	 * Objects before the one in which the file ends have a full unit in the last row, those
	 * after it none.
	 */
	if (stripe < last)
		return (row + 1) * c->stripe_size;
	return row * c->stripe_size + (stripe == last ? rest : 0);
}

static const struct lov_comp *comp_of_stripe(const struct lov_layout *lay, u32 stripe)
{
	return &lay->comps[lay->stripes[stripe].comp];
}

const struct lov_comp *lov_comp_of(const struct lov_layout *lay, u64 off)
{
	u32 i;

	/* They are few, and most files end in the first. */
	for (i = 0; i < lay->comp_count; i++)
		if (off < lay->comps[i].end)
			return &lay->comps[i];
	return NULL;
}
EXPORT_SYMBOL_GPL(lov_comp_of);

bool lov_lacks_objects(const struct lov_layout *lay, u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < lay->comp_count; i++)
		if (lay->comps[i].start <= end && lay->comps[i].end > start &&
		    !lay->comps[i].stripe_count)
			return true;
	return false;
}
EXPORT_SYMBOL_GPL(lov_lacks_objects);

u32 lov_stripe_of(const struct lov_layout *lay, u64 off)
{
	const struct lov_comp *c = lov_comp_of(lay, off);
	u32 stripe;

	if (!c || !c->stripe_count)
		return LOV_NO_STRIPE;
	div_u64_rem(div_u64(off, c->stripe_size), c->stripe_count, &stripe);
	return c->first + stripe;
}
EXPORT_SYMBOL_GPL(lov_stripe_of);

u64 lov_unit_end(const struct lov_layout *lay, u64 off)
{
	const struct lov_comp *c = lov_comp_of(lay, off);
	u32 rest;

	if (!c || !c->stripe_count)
		return c ? c->end : U64_MAX;
	div_u64_rem(off, c->stripe_size, &rest);
	return min(off - rest + c->stripe_size, c->end);
}
EXPORT_SYMBOL_GPL(lov_unit_end);

u64 lov_obj_offset(const struct lov_layout *lay, u64 off)
{
	return raid0_obj_offset(lov_comp_of(lay, off), off);
}
EXPORT_SYMBOL_GPL(lov_obj_offset);

u64 lov_reach(const struct lov_layout *lay, u64 off, u64 obj_end)
{
	u64 end = lov_unit_end(lay, off), left = obj_end - lov_obj_offset(lay, off);

	return left < end - off ? off + left + 1 : end;
}
EXPORT_SYMBOL_GPL(lov_reach);

u64 lov_file_offset(const struct lov_layout *lay, u32 stripe, u64 off)
{
	const struct lov_comp *c = comp_of_stripe(lay, stripe);

	return raid0_file_offset(c, stripe - c->first, off);
}
EXPORT_SYMBOL_GPL(lov_file_offset);

u64 lov_obj_size(const struct lov_layout *lay, u32 stripe, u64 size)
{
	const struct lov_comp *c = comp_of_stripe(lay, stripe);

	return raid0_obj_size(c, stripe - c->first, size);
}
EXPORT_SYMBOL_GPL(lov_obj_size);

bool lov_extent_in_stripe(const struct lov_layout *lay, u32 stripe, u64 start, u64 end,
			  u64 *ostart, u64 *oend)
{
	const struct lov_comp *c = comp_of_stripe(lay, stripe);

	if (end < c->start || start >= c->end)
		return false;
	*ostart = raid0_obj_size(c, stripe - c->first, max(start, c->start));
	/* Nothing follows: all of the object from there on. */
	if (end == U64_MAX) {
		*oend = U64_MAX;
		return true;
	}
	*oend = raid0_obj_size(c, stripe - c->first, min(end, c->end - 1) + 1);
	if (*oend <= *ostart)
		return false;
	(*oend)--;
	return true;
}
EXPORT_SYMBOL_GPL(lov_extent_in_stripe);

u64 lov_file_size(const struct lov_layout *lay, u32 stripe, u64 size)
{
	return size ? min_t(u64, lov_file_offset(lay, stripe, size - 1), S64_MAX - 1) + 1 : 0;
}
EXPORT_SYMBOL_GPL(lov_file_size);

/* ---- two layouts of one file ---- */

static bool same_objects(const struct lov_layout *a, const struct lov_comp *ca,
			 const struct lov_layout *b, const struct lov_comp *cb)
{
	u32 i;

	if (ca->stripe_count != cb->stripe_count || ca->stripe_size != cb->stripe_size)
		return false;
	for (i = 0; i < ca->stripe_count; i++)
		if (!fid_eq(&a->stripes[ca->first + i].fid, &b->stripes[cb->first + i].fid) ||
		    a->stripes[ca->first + i].ost_idx != b->stripes[cb->first + i].ost_idx)
			return false;
	return true;
}

bool lov_layout_equal(const struct lov_layout *a, const struct lov_layout *b)
{
	u32 i;

	if (a->comp_count != b->comp_count)
		return false;
	for (i = 0; i < a->comp_count; i++)
		if (a->comps[i].start != b->comps[i].start || a->comps[i].end != b->comps[i].end ||
		    !same_objects(a, &a->comps[i], b, &b->comps[i]))
			return false;
	return true;
}
EXPORT_SYMBOL_GPL(lov_layout_equal);

bool lov_layout_extends(const struct lov_layout *a, const struct lov_layout *b)
{
	const struct lov_comp *ca, *cb;
	u32 i;

	for (i = 0; i < a->comp_count; i++) {
		ca = &a->comps[i];
		if (!ca->stripe_count)
			continue;
		cb = lov_comp_of(b, ca->start);
		if (!cb || cb->start != ca->start || cb->end < ca->end ||
		    !same_objects(a, ca, b, cb))
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(lov_layout_extends);
