// SPDX-License-Identifier: GPL-2.0
/* DLM locks on a range of a file: on the objects that hold it, or on there being none. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "client/client.h"

static int range_room(struct lustre_range *r, u32 nr)
{
	r->nr = 0;
	r->locks = r->few;
	if (nr <= ARRAY_SIZE(r->few))
		return 0;
	r->locks = kvcalloc(nr, sizeof(*r->locks), GFP_NOFS);
	return r->locks ? 0 : -ENOMEM;
}

static bool range_has_holes(const struct lustre_layout *lay, u64 start, u64 end)
{
	return !lay || lov_lacks_objects(lay->lov, start, end) || !lov_comp_of(lay->lov, end);
}

/* Where there are no objects the layout's own lock says that there are none. */
static bool hole_lock(struct inode *inode, struct lustre_range *r)
{
	struct ldlm_enqueue what = {
		.type = LDLM_IBITS,
		.mode = LCK_CR,
		.policy.ibits = IBIT_LAYOUT,
	};

	ldlm_fid_res(&lustre_i(inode)->fid, &what.res);
	r->hole = ldlm_match(mdc_namespace(lustre_mdc(inode)), &what);
	return r->hole;
}

static void range_drop(struct lustre_range *r)
{
	while (r->nr) {
		r->nr--;
		osc_unlock(r->locks[r->nr], r->mode);
	}
	if (r->locks != r->few)
		kvfree(r->locks);
	r->locks = r->few;
	if (r->hole)
		ldlm_decref(r->hole, LCK_CR);
	r->hole = NULL;
}

static int range_take(struct inode *inode, u64 start, u64 end, struct lustre_range *r)
{
	struct lustre_layout *lay = r->lay;
	u64 ostart, oend;
	u32 i;
	int rc = range_room(r, lay ? lay->lov->stripe_count : 0);

	if (rc || !lay)
		return rc;
	/* Always in the order of the stripes, so that two nodes cannot wait for each other. */
	for (i = 0; i < lay->lov->stripe_count; i++) {
		if (!lov_extent_in_stripe(lay->lov, i, start, end, &ostart, &oend))
			continue;
		rc = osc_lock(lay->stripes[i].osc, &lay->lov->stripes[i].fid, ostart, oend,
			      r->mode, inode, &r->locks[r->nr]);
		if (rc)
			return rc;
		r->nr++;
		/* A change under the lock is later than what was before it. */
		if (r->mode == LCK_PW)
			lustre_times_object(inode, &r->locks[r->nr - 1]->lvb);
	}
	return 0;
}

/* 1: the layout is not true any more. */
static int range_try(struct inode *inode, u64 start, u64 end, struct lustre_range *r)
{
	int rc = lustre_layout_get(inode, &r->lay);

	if (rc)
		return rc;
	if (r->mode == LCK_PR && range_has_holes(r->lay, start, end) && !hole_lock(inode, r)) {
		lustre_layout_lost(inode);
		rc = 1;
	}
	if (!rc)
		rc = range_take(inode, start, end, r);
	/* It may have changed while the locks were being waited for. */
	if (!rc && !lustre_layout_is_current(inode, r->lay))
		rc = 1;
	if (rc)
		lustre_range_unlock(r);
	return rc;
}

int lustre_range_lock(struct inode *inode, u64 start, u64 end, enum ldlm_mode mode,
		      struct lustre_range *r)
{
	int rc;

	/*
	 * A new file that is to be written: one lock on all of it. A second one beside this would
	 * wait for this.
	 */
	if (READ_ONCE(lustre_i(inode)->fresh)) {
		if (mode == LCK_PW) {
			start = 0;
			end = ~0ULL;
		}
		WRITE_ONCE(lustre_i(inode)->fresh, false);
	}
	*r = (struct lustre_range){ .mode = mode, .locks = r->few };
	do {
		rc = range_try(inode, start, end, r);
	} while (rc > 0 && !fatal_signal_pending(current));
	return rc > 0 ? -EINTR : rc;
}

void lustre_range_doubt(struct lustre_range *r)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		ldlm_cancel(r->locks[i]);
}

void lustre_range_unlock(struct lustre_range *r)
{
	range_drop(r);
	lustre_layout_put(r->lay);
	r->lay = NULL;
}

bool lustre_range_lost(const struct lustre_range *r)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		if (READ_ONCE(r->locks[i]->flags) & LOCKF_FAILED)
			return true;
	return false;
}

int lustre_range_write(struct inode *inode, u64 start, u64 end, struct lustre_range *r)
{
	int rc;

	do {
		rc = lustre_layout_write(inode, LAYOUT_INTENT_WRITE, start, end);
		if (!rc)
			rc = lustre_range_lock(inode, start, end, LCK_PW, r);
		if (rc)
			return rc;
		if (r->lay && !lov_lacks_objects(r->lay->lov, start, end))
			return 0;
		lustre_range_unlock(r);
	} while (!fatal_signal_pending(current));
	return -EINTR;
}
