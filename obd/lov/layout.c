// SPDX-License-Identifier: GPL-2.0
/* Layouts: reading the EA, and the arithmetic of RAID0. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/lov/lov.h"

/* What V1 and V3 have in common, and where the objects of each begin. */
static int head_check(const void *ea, u32 len, const struct wire_lov_object **objects)
{
	const struct wire_lov_v1 *v1 = ea;
	const struct wire_lov_v3 *v3 = ea;
	u32 head, nr;

	if (len < sizeof(*v1))
		return -EINVAL;
	switch (le32_to_cpu(v1->magic)) {
	case LOV_MAGIC_V1:
		head = sizeof(*v1);
		*objects = v1->objects;
		break;
	case LOV_MAGIC_V3:
		head = sizeof(*v3);
		*objects = v3->objects;
		break;
	case LOV_MAGIC_COMP_V1:
	case LOV_MAGIC_FOREIGN:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
	if (le32_to_cpu(v1->pattern) != LOV_PATTERN_RAID0)
		return -EOPNOTSUPP;
	nr = le16_to_cpu(v1->stripe_count);
	if (!nr || nr > LOV_MAX_STRIPE_COUNT || len < head + nr * sizeof(struct wire_lov_object))
		return -EINVAL;
	if (!le32_to_cpu(v1->stripe_size) || le32_to_cpu(v1->stripe_size) % LOV_STRIPE_ALIGN)
		return -EINVAL;
	return 0;
}

int lov_layout_parse(const void *ea, u32 len, struct lov_layout **layp)
{
	const struct wire_lov_v1 *v1 = ea;
	const struct wire_lov_object *obj;
	struct lov_layout *lay;
	u32 i, nr;
	int rc = head_check(ea, len, &obj);

	if (rc)
		return rc;
	nr = le16_to_cpu(v1->stripe_count);
	lay = kvzalloc(struct_size(lay, stripes, nr), GFP_NOFS);
	if (!lay)
		return -ENOMEM;
	lay->magic = le32_to_cpu(v1->magic);
	lay->stripe_size = le32_to_cpu(v1->stripe_size);
	lay->layout_gen = le16_to_cpu(v1->layout_gen);
	lay->stripe_count = nr;
	if (lay->magic == LOV_MAGIC_V3)
		strscpy(lay->pool, ((const struct wire_lov_v3 *)ea)->pool, sizeof(lay->pool));
	for (i = 0; i < nr; i++) {
		lay->stripes[i].fid.seq = le64_to_cpu(obj[i].id.fid.seq);
		lay->stripes[i].fid.oid = le32_to_cpu(obj[i].id.fid.oid);
		lay->stripes[i].fid.ver = le32_to_cpu(obj[i].id.fid.ver);
		lay->stripes[i].ost_idx = le32_to_cpu(obj[i].idx);
	}
	*layp = lay;
	return 0;
}
EXPORT_SYMBOL_GPL(lov_layout_parse);

void lov_layout_free(struct lov_layout *lay)
{
	kvfree(lay);
}
EXPORT_SYMBOL_GPL(lov_layout_free);

/*
 * RAID0: the file is cut into units of the stripe size, dealt to the objects in turn. A row is one
 * unit of each. File offset = (row * count + stripe) * size + rest; object offset = row * size +
 * rest.
 */

u32 lov_stripe_of(const struct lov_layout *lay, u64 off)
{
	u32 stripe;

	div_u64_rem(div_u64(off, lay->stripe_size), lay->stripe_count, &stripe);
	return stripe;
}
EXPORT_SYMBOL_GPL(lov_stripe_of);

u64 lov_obj_offset(const struct lov_layout *lay, u64 off)
{
	u32 rest;
	u64 unit = div_u64_rem(off, lay->stripe_size, &rest);

	return div_u64(unit, lay->stripe_count) * lay->stripe_size + rest;
}
EXPORT_SYMBOL_GPL(lov_obj_offset);

u64 lov_file_offset(const struct lov_layout *lay, u32 stripe, u64 off)
{
	u32 rest;
	u64 row = div_u64_rem(off, lay->stripe_size, &rest);

	return (row * lay->stripe_count + stripe) * lay->stripe_size + rest;
}
EXPORT_SYMBOL_GPL(lov_file_offset);

u64 lov_obj_size(const struct lov_layout *lay, u32 stripe, u64 size)
{
	u32 rest, last;
	u64 unit = div_u64_rem(size, lay->stripe_size, &rest);
	u64 row = div_u64_rem(unit, lay->stripe_count, &last);

	/*
	 * Objects before the one in which the file ends have a full unit in the last row, those
	 * after it none.
	 */
	if (stripe < last)
		return (row + 1) * lay->stripe_size;
	return row * lay->stripe_size + (stripe == last ? rest : 0);
}
EXPORT_SYMBOL_GPL(lov_obj_size);

bool lov_extent_in_stripe(const struct lov_layout *lay, u32 stripe, u64 start, u64 end,
			  u64 *ostart, u64 *oend)
{
	*ostart = lov_obj_size(lay, stripe, start);
	if (end == ~0ULL) {
		*oend = ~0ULL;
		return true;
	}
	*oend = lov_obj_size(lay, stripe, end + 1);
	if (*oend <= *ostart)
		return false;
	(*oend)--;
	return true;
}
EXPORT_SYMBOL_GPL(lov_extent_in_stripe);

u64 lov_file_size(const struct lov_layout *lay, u32 stripe, u64 size)
{
	return size ? lov_file_offset(lay, stripe, size - 1) + 1 : 0;
}
EXPORT_SYMBOL_GPL(lov_file_size);

u64 lov_max_bytes(const struct lov_layout *lay, u64 obj_max)
{
	u64 max;

	if (check_mul_overflow(obj_max, (u64)lay->stripe_count, &max))
		return S64_MAX;
	return min_t(u64, max, S64_MAX);
}
EXPORT_SYMBOL_GPL(lov_max_bytes);
