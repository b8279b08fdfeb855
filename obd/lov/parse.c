// SPDX-License-Identifier: GPL-2.0
/* Layouts: reading the EA, plain (V1, V3) or composite. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/lov/lov.h"

/* Flags of a component that say nothing about where its data lies. */
#define COMP_FLAGS_KNOWN	(LCME_FL_PREF | LCME_FL_OFFLINE | LCME_FL_INIT | \
				 LCME_FL_NOSYNC | LCME_FL_EXTENSION | LCME_FL_NOCOMPR)

/**
 * struct reader - an EA being read
 * @why: what is wrong with it
 * @nr_comps, @nr_stripes: counted first, then filled in
 * @lay: NULL while counting
 */
struct reader {
	const void *ea;
	u32 len;
	const char *why;
	u32 nr_comps;
	u32 nr_stripes;
	struct lov_layout *lay;
};

static int broken(struct reader *r, const char *why)
{
	r->why = why;
	return -EINVAL;
}

static int unsupported(struct reader *r, const char *why)
{
	r->why = why;
	return -EOPNOTSUPP;
}

static int pattern_check(struct reader *r, u32 pattern)
{
	if (pattern & LOV_PATTERN_F_RELEASED)
		return unsupported(r, "its data has been released to an archive");
	if (pattern & LOV_PATTERN_MDT)
		return unsupported(r, "its data is on the metadata server");
	/* Overstriped: an OST may have more than one of the objects, which makes no difference. */
	if ((pattern & ~LOV_PATTERN_OVERSTRIPING) != LOV_PATTERN_RAID0)
		return unsupported(r, "its data is laid out in an unknown pattern");
	return 0;
}

/* What V1 and V3 have in common, and where the objects of each begin. */
static int head_check(struct reader *r, const void *ea, u32 len, u32 *head)
{
	const struct wire_lov_v1 *v1 = ea;

	if (len < sizeof(*v1))
		return broken(r, "it is too short");
	switch (le32_to_cpu(v1->magic)) {
	case LOV_MAGIC_V1:
		*head = sizeof(*v1);
		break;
	case LOV_MAGIC_V3:
		*head = sizeof(struct wire_lov_v3);
		break;
	default:
		return broken(r, "it has an unknown magic number");
	}
	if (len < *head)
		return broken(r, "it is too short");
	return pattern_check(r, le32_to_cpu(v1->pattern));
}

static void objects_take(struct reader *r, const struct wire_lov_object *obj, u32 nr)
{
	struct lov_stripe *s = &r->lay->stripes[r->nr_stripes];
	u32 i;

	for (i = 0; i < nr; i++) {
		s[i].fid.seq = le64_to_cpu(obj[i].id.fid.seq);
		s[i].fid.oid = le32_to_cpu(obj[i].id.fid.oid);
		s[i].fid.ver = le32_to_cpu(obj[i].id.fid.ver);
		s[i].ost_idx = le32_to_cpu(obj[i].idx);
		s[i].comp = r->nr_comps;
	}
}

/* One component: a V1 or V3 of @len bytes at @ea, for [start, end) of the file. */
static int comp_read(struct reader *r, const void *ea, u32 len, u64 start, u64 end, bool init)
{
	const struct wire_lov_v1 *v1 = ea;
	u32 head, size = 0, nr = 0;
	int rc = head_check(r, ea, len, &head);

	if (rc)
		return rc;
	if (init) {
		size = le32_to_cpu(v1->stripe_size);
		nr = le16_to_cpu(v1->stripe_count);
		if (!nr || nr > LOV_MAX_STRIPE_COUNT)
			return broken(r, "its number of stripes is out of range");
		if (len < head + nr * sizeof(struct wire_lov_object))
			return broken(r, "it is too short for its number of stripes");
		if (!size || size % LOV_STRIPE_ALIGN)
			return broken(r, "its stripe size is not a multiple of 64 KiB");
	}
	if (r->lay) {
		r->lay->comps[r->nr_comps] = (struct lov_comp){
			.start = start,
			.end = end,
			.first = r->nr_stripes,
			.stripe_size = size,
			.stripe_count = nr,
		};
		if (nr)
			objects_take(r, ea + head, nr);
	}
	r->nr_comps++;
	r->nr_stripes += nr;
	return 0;
}

static int entry_read(struct reader *r, const struct wire_lov_comp_entry *e, u64 *end)
{
	u64 from = le64_to_cpu(e->start), to = le64_to_cpu(e->end);
	u32 flags = le32_to_cpu(e->flags), offset = le32_to_cpu(e->offset);
	u32 size = le32_to_cpu(e->size);

	if (flags & ~COMP_FLAGS_KNOWN)
		return unsupported(r, "a component is compressed or of another unknown kind");
	if (offset > r->len || size > r->len - offset || offset % sizeof(__le64))
		return broken(r, "a component lies outside of it");
	if (from != *end || to < from || from % LOV_STRIPE_ALIGN ||
	    (to != U64_MAX && to % LOV_STRIPE_ALIGN))
		return broken(r, "its components do not follow each other");
	*end = to;
	/* All of the room of one that could be extended has been given to its neighbour. */
	if (to == from)
		return flags & LCME_FL_INIT ? broken(r, "a component has no room") : 0;
	return comp_read(r, r->ea + offset, size, from, to, flags & LCME_FL_INIT);
}

static int composite_read(struct reader *r)
{
	const struct wire_lov_comp *c = r->ea;
	u64 end = 0;
	u32 i, nr;
	int rc;

	if (r->len < sizeof(*c) || le32_to_cpu(c->size) > r->len)
		return broken(r, "it is too short");
	nr = le16_to_cpu(c->entry_count);
	if (!nr || r->len < struct_size(c, entries, nr))
		return broken(r, "it is too short for its number of components");
	if (le16_to_cpu(c->mirror_count))
		return unsupported(r, "it is mirrored");
	if (le16_to_cpu(c->flags) || c->ec_count)
		return unsupported(r, "it is mirrored, cached on a client or has parity");
	for (i = 0; i < nr; i++) {
		rc = entry_read(r, &c->entries[i], &end);
		if (rc)
			return rc;
	}
	return r->nr_comps ? 0 : broken(r, "it has no room for data");
}

static int layout_read(struct reader *r)
{
	r->nr_comps = 0;
	r->nr_stripes = 0;
	if (r->len < sizeof(__le32))
		return broken(r, "it is too short");
	switch (le32_to_cpu(*(const __le32 *)r->ea)) {
	case LOV_MAGIC_COMP_V1:
		return composite_read(r);
	case LOV_MAGIC_FOREIGN:
		return unsupported(r, "its data is kept by another system");
	default:
		return comp_read(r, r->ea, r->len, 0, U64_MAX, true);
	}
}

int lov_layout_parse(const void *ea, u32 len, struct lov_layout **layp, const char **why)
{
	struct reader r = { .ea = ea, .len = len, .why = "there is no memory" };
	struct lov_layout *lay;
	int rc = layout_read(&r);

	if (rc)
		goto out;
	rc = -ENOMEM;
	lay = kvzalloc(struct_size(lay, stripes, r.nr_stripes), GFP_NOFS);
	if (!lay)
		goto out;
	lay->comps = kvcalloc(r.nr_comps, sizeof(*lay->comps), GFP_NOFS);
	if (!lay->comps) {
		kvfree(lay);
		goto out;
	}
	lay->comp_count = r.nr_comps;
	lay->stripe_count = r.nr_stripes;
	r.lay = lay;
	rc = layout_read(&r);
	*layp = lay;
out:
	if (rc && why)
		*why = r.why;
	return rc;
}
EXPORT_SYMBOL_GPL(lov_layout_parse);

void lov_layout_free(struct lov_layout *lay)
{
	if (!lay)
		return;
	kvfree(lay->comps);
	kvfree(lay);
}
EXPORT_SYMBOL_GPL(lov_layout_free);
