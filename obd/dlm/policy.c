// SPDX-License-Identifier: GPL-2.0
/*
 * What conflicts with what, what covers what, and how far an extent may grow: functions of queues
 * alone.
 *
 * Callers hold the lock of the resource whose queues they hand in.
 */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

#define EXTENT_EOF		(~0ULL)
#define GROW_DOWN_LIMIT		4u		/* with more conflicts none grows downward */
#define GROW_UP_LIMIT		32u		/* with more, it grows by a chunk at most */
#define GROW_CHUNK		(32ULL << 20)	/* bytes */

#define ALL_MODES	(LCK_EX | LCK_PW | LCK_PR | LCK_CW | LCK_CR | LCK_NL | LCK_GROUP)

bool ldlm_mode_valid(u32 mode)
{
	return mode && !(mode & (mode - 1)) && !(mode & ~(u32)ALL_MODES);
}

/* The modes that may be held by others beside @mode. */
static u32 mode_friends(enum ldlm_mode mode)
{
	switch (mode) {
	case LCK_EX:
		return LCK_NL;
	case LCK_PW:
		return LCK_NL | LCK_CR;
	case LCK_PR:
		return LCK_NL | LCK_CR | LCK_PR;
	case LCK_CW:
		return LCK_NL | LCK_CR | LCK_CW;
	case LCK_CR:
		return LCK_NL | LCK_CR | LCK_CW | LCK_PR | LCK_PW;
	case LCK_NL:
		return ALL_MODES;
	case LCK_GROUP:
		return LCK_NL | LCK_GROUP;
	}
	return 0;
}

bool ldlm_compatible(enum ldlm_mode a, enum ldlm_mode b)
{
	return mode_friends(a) & b;
}
EXPORT_SYMBOL_GPL(ldlm_compatible);

/* A mode stands in for another if it keeps away all that the other would keep away. */
bool ldlm_mode_covers(enum ldlm_mode held, enum ldlm_mode want)
{
	return !(mode_friends(held) & ~mode_friends(want));
}

bool ldlm_mode_reads(enum ldlm_mode mode)
{
	return mode & (LCK_PR | LCK_CR | LCK_NL);
}

static bool extents_overlap(const struct ldlm_extent *a, const struct ldlm_extent *b)
{
	return a->start <= b->end && b->start <= a->end;
}

bool ldlm_policy_covers(enum ldlm_type type, const union ldlm_policy *held,
			const union ldlm_policy *want)
{
	switch (type) {
	case LDLM_PLAIN:
		return true;
	case LDLM_EXTENT:
		return held->extent.start <= want->extent.start &&
		       held->extent.end >= want->extent.end &&
		       held->extent.gid == want->extent.gid;
	case LDLM_IBITS:
		return (held->ibits & want->ibits) == want->ibits;
	case LDLM_FLOCK:
		return false;
	}
	return false;
}

/* The mode that counts for others: what is granted, or what is waited for. */
static enum ldlm_mode lock_mode(const struct ldlm_lock *lock)
{
	return lock->granted_mode ? lock->granted_mode : lock->req_mode;
}

static bool modes_conflict(const struct ldlm_lock *a, const struct ldlm_lock *b)
{
	enum ldlm_mode ma = lock_mode(a), mb = lock_mode(b);

	if (ma == LCK_GROUP && mb == LCK_GROUP)
		return a->policy.extent.gid != b->policy.extent.gid;
	return !ldlm_compatible(ma, mb);
}

bool ldlm_locks_conflict(enum ldlm_type type, const struct ldlm_lock *a, const struct ldlm_lock *b)
{
	switch (type) {
	case LDLM_PLAIN:
		return !ldlm_compatible(lock_mode(a), lock_mode(b));
	case LDLM_EXTENT:
		return extents_overlap(&a->policy.extent, &b->policy.extent) &&
		       modes_conflict(a, b);
	case LDLM_IBITS:
		return (a->policy.ibits & b->policy.ibits) &&
		       !ldlm_compatible(lock_mode(a), lock_mode(b));
	case LDLM_FLOCK:
		return !ldlm_flock_same_owner(a, b) &&
		       a->policy.flock.start <= b->policy.flock.end &&
		       b->policy.flock.start <= a->policy.flock.end &&
		       !ldlm_compatible(lock_mode(a), lock_mode(b));
	}
	return true;
}

/* Does a lock of @queue that stands before @stop (NULL: any) conflict with @lock? */
bool ldlm_queue_conflicts(struct list_head *queue, struct ldlm_lock *lock, struct ldlm_lock *stop)
{
	struct ldlm_lock_state *st;

	list_for_each_entry(st, queue, queue_link) {
		if (st->lock == stop)
			break;
		if (st->lock != lock && ldlm_locks_conflict(lock->res->type, st->lock, lock))
			return true;
	}
	return false;
}

/*
 * Shrinks @ext so that it stays clear of the locks of @queue whose mode conflicts. A lock that
 * overlaps the request itself waits behind it: then nothing may be added to the request. Returns
 * the number of locks in the way.
 */
static unsigned int extent_avoid(struct list_head *queue, const struct ldlm_lock *lock,
				 struct ldlm_extent *ext)
{
	const struct ldlm_extent *req = &lock->policy.extent;
	struct ldlm_lock_state *st;
	unsigned int nr = 0;

	list_for_each_entry(st, queue, queue_link) {
		const struct ldlm_extent *o = &st->lock->policy.extent;

		if (st->lock == lock || !modes_conflict(st->lock, lock))
			continue;
		nr++;
		if (extents_overlap(o, req)) {
			ext->start = req->start;
			ext->end = req->end;
		} else if (o->end < req->start) {
			ext->start = max(ext->start, o->end + 1);
		} else {
			ext->end = min(ext->end, o->start - 1);
		}
	}
	return nr;
}

/* The largest range around the request that is free of conflicts; less when many compete. */
void ldlm_extent_grow(struct ldlm_resource *res, const struct ldlm_lock *lock,
		      struct ldlm_extent *out)
{
	const struct ldlm_extent *req = &lock->policy.extent;
	unsigned int nr;
	u64 limit;

	*out = *req;
	if (lock->req_mode & (LCK_NL | LCK_GROUP) || lock->st->req_flags & LDLM_FL_NO_EXPANSION)
		return;

	out->start = 0;
	out->end = EXTENT_EOF;
	nr = extent_avoid(&res->granted, lock, out);
	nr += extent_avoid(&res->waiting, lock, out);
	if (nr > GROW_DOWN_LIMIT)
		out->start = req->start;
	if (nr > GROW_UP_LIMIT) {
		limit = req->start | (GROW_CHUNK - 1);
		out->end = min(out->end, max(limit, req->end));
	}
}

/*
 * The client that may know most of the size: holder of the write lock with the highest end, below
 * @below.
 */
struct ldlm_lock *ldlm_glimpse_pick(struct ldlm_resource *res, u64 below)
{
	struct ldlm_lock *best = NULL;
	struct ldlm_lock_state *st;

	list_for_each_entry(st, &res->granted, queue_link) {
		struct ldlm_lock *l = st->lock;

		if (!(l->granted_mode & (LCK_PW | LCK_EX | LCK_GROUP | LCK_CW)) || !l->exp)
			continue;
		if (l->policy.extent.end >= below && below != EXTENT_EOF)
			continue;
		if (!best || l->policy.extent.end > best->policy.extent.end)
			best = l;
	}
	return best;
}

const char *ldlm_mode_name(enum ldlm_mode mode)
{
	switch (mode) {
	case LCK_EX:
		return "EX";
	case LCK_PW:
		return "PW";
	case LCK_PR:
		return "PR";
	case LCK_CW:
		return "CW";
	case LCK_CR:
		return "CR";
	case LCK_NL:
		return "NL";
	case LCK_GROUP:
		return "GROUP";
	}
	return "none";
}
