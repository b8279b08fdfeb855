// SPDX-License-Identifier: GPL-2.0
/* Data, holes and extents of a file, put together from those of its objects. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fiemap.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "obd/lov/lov.h"

/* ---- data and holes ---- */

/* File offset of what is looked for, in one object; ~0: it is not there. */
static int seek_stripe(const struct lov_layout *lay, u32 stripe, u64 start, u64 end, bool hole,
		       lov_seek_fn ask, void *arg, u64 *pos)
{
	u64 from, to, found;
	int rc;

	*pos = U64_MAX;
	if (!lov_extent_in_stripe(lay, stripe, start, end, &from, &to))
		return 0;
	rc = ask(arg, stripe, from, hole, &found);
	if (rc == -ENXIO || rc == -EOPNOTSUPP) {
		/* An object that is shorter than the file has a hole there. */
		if (hole != (rc == -ENXIO))
			return 0;
		found = from;
	} else if (rc) {
		return rc;
	}
	if (found <= to)
		*pos = lov_file_offset(lay, stripe, found);
	return 0;
}

/* The first place from @start on that has no object. */
static u64 seek_gap(const struct lov_layout *lay, u64 start)
{
	u32 i;

	for (i = 0; i < lay->comp_count; i++)
		if (!lay->comps[i].stripe_count && lay->comps[i].end > start)
			return max(lay->comps[i].start, start);
	return U64_MAX;
}

int lov_seek(const struct lov_layout *lay, u64 size, u64 start, bool hole, lov_seek_fn ask,
	     void *arg, u64 *pos)
{
	u64 best = hole ? seek_gap(lay, start) : U64_MAX, found;
	u32 i;
	int rc;

	if (start >= size)
		return -ENXIO;
	for (i = 0; i < lay->stripe_count; i++) {
		/* What lies behind the best so far is of no interest. */
		rc = seek_stripe(lay, i, start, min(size, best) - 1, hole, ask, arg, &found);
		if (rc)
			return rc;
		best = min(best, found);
		if (best == start)
			break;
	}
	if (best >= size && !hole)
		return -ENXIO;
	*pos = min(best, size);
	return 0;
}
EXPORT_SYMBOL_GPL(lov_seek);

/* ---- extents ---- */

#define CURSOR_ROOM	32u

/**
 * struct cursor - how far one object has been walked through
 * @pos, @end: bytes of the object that are still to come
 * @at, @nr: part of @ext that is still to come
 */
struct cursor {
	u64 pos;
	u64 end;
	unsigned int at;
	unsigned int nr;
	struct osd_extent ext[CURSOR_ROOM];
};

struct walk {
	const struct lov_layout *lay;
	lov_extents_fn fetch;
	lov_extent_fn take;
	void *arg;
	struct cursor *cursors;		/* one per stripe */
	struct osd_extent held;		/* not given yet: more of it may follow; length 0: none */
};

/* 1: the cursor has an extent; 0: there is none any more, and none is asked for again. */
static int cursor_load(struct walk *w, u32 stripe)
{
	struct cursor *c = &w->cursors[stripe];
	struct osd_extent *e;
	int rc;

	while (c->pos < c->end) {
		for (; c->at < c->nr; c->at++) {
			e = &c->ext[c->at];
			if (e->logical >= c->end) {
				c->pos = c->end;
				return 0;
			}
			if (e->logical + e->length > c->pos) {
				c->pos = max(c->pos, e->logical);
				return 1;
			}
		}
		rc = w->fetch(w->arg, stripe, c->pos, c->end, c->ext, CURSOR_ROOM);
		if (!rc)
			c->pos = c->end;
		if (rc <= 0)
			return rc;
		/* Else nothing would be asked for again and again. */
		e = &c->ext[rc - 1];
		if (e->logical + e->length <= c->pos)
			return -EPROTO;
		c->at = 0;
		c->nr = rc;
	}
	return 0;
}

/* The next piece of an object that lies together in the file, as an extent of the file. */
static void cursor_piece(struct walk *w, u32 stripe, struct osd_extent *piece)
{
	const struct lov_comp *comp = &w->lay->comps[w->lay->stripes[stripe].comp];
	struct cursor *c = &w->cursors[stripe];
	struct osd_extent *e = &c->ext[c->at];
	u64 end = min(e->logical + e->length, c->end);

	if (comp->stripe_count > 1)
		end = min(end, rounddown(c->pos, comp->stripe_size) + comp->stripe_size);
	piece->logical = lov_file_offset(w->lay, stripe, c->pos);
	piece->length = end - c->pos;
	piece->flags = e->flags & ~FIEMAP_EXTENT_LAST;
	piece->physical = e->flags & FIEMAP_EXTENT_UNKNOWN ? 0 :
		e->physical + (c->pos - e->logical);
}

static bool continues(const struct osd_extent *a, const struct osd_extent *b)
{
	if (a->logical + a->length != b->logical || a->flags != b->flags)
		return false;
	return a->flags & FIEMAP_EXTENT_UNKNOWN || a->physical + a->length == b->physical;
}

static int walk_give(struct walk *w, const struct osd_extent *piece)
{
	int rc = 0;

	if (w->held.length && piece && continues(&w->held, piece)) {
		w->held.length += piece->length;
		return 0;
	}
	if (w->held.length)
		rc = w->take(w->arg, &w->held, !piece);
	w->held.length = 0;
	if (piece)
		w->held = *piece;
	return rc;
}

/* The stripe whose next piece is the first in the file; LOV_NO_STRIPE: there is none. */
static int walk_first(struct walk *w, u32 *stripe, struct osd_extent *piece)
{
	struct osd_extent other;
	u32 i;
	int rc;

	*stripe = LOV_NO_STRIPE;
	for (i = 0; i < w->lay->stripe_count; i++) {
		rc = cursor_load(w, i);
		if (rc < 0)
			return rc;
		if (!rc)
			continue;
		cursor_piece(w, i, &other);
		if (*stripe == LOV_NO_STRIPE || other.logical < piece->logical) {
			*stripe = i;
			*piece = other;
		}
	}
	return 0;
}

static int walk_run(struct walk *w, u64 end)
{
	struct osd_extent piece;
	u32 stripe;
	int rc;

	do {
		rc = walk_first(w, &stripe, &piece);
		if (rc)
			return rc;
		if (stripe == LOV_NO_STRIPE)
			return walk_give(w, NULL);
		if (piece.logical >= end)
			return w->held.length ? w->take(w->arg, &w->held, false) : 0;
		rc = walk_give(w, &piece);
		w->cursors[stripe].pos += piece.length;
	} while (!rc);
	return rc;
}

int lov_extents(const struct lov_layout *lay, u64 start, u64 end, lov_extents_fn fetch,
		lov_extent_fn take, void *arg)
{
	struct walk w = { .lay = lay, .fetch = fetch, .take = take, .arg = arg };
	u64 last;
	u32 i;
	int rc;

	if (!lay->stripe_count)
		return 0;
	w.cursors = kvcalloc(lay->stripe_count, sizeof(*w.cursors), GFP_KERNEL);
	if (!w.cursors)
		return -ENOMEM;
	for (i = 0; i < lay->stripe_count; i++) {
		/* To the end of the file, since only that tells which one is the last. */
		if (lov_extent_in_stripe(lay, i, start, U64_MAX - 1, &w.cursors[i].pos, &last))
			w.cursors[i].end = min_t(u64, last, S64_MAX - 1) + 1;
	}
	rc = walk_run(&w, end);
	kvfree(w.cursors);
	return rc;
}
EXPORT_SYMBOL_GPL(lov_extents);
