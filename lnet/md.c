// SPDX-License-Identifier: GPL-2.0
/* Memory descriptors: matching, delivery of events, end of life; and listeners. */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "lnet/internal.h"

void lnet_portals_init(struct lnet_core *core)
{
	u32 i;

	for (i = 0; i < LNET_NR_PORTALS; i++) {
		struct lnet_portal *portal = &core->portals[i];

		spin_lock_init(&portal->lock);
		INIT_LIST_HEAD(&portal->wildcards);
		init_waitqueue_head(&portal->listener_wait);
	}
}

void lnet_portals_exit(struct lnet_core *core)
{
	u32 i;

	for (i = 0; i < LNET_NR_PORTALS; i++) {
		kfree(core->portals[i].buckets);
		core->portals[i].buckets = NULL;
	}
}

/* ---- life ---- */

void lnet_md_hold(struct lnet_md *md)
{
	refcount_inc(&md->refs);
}
EXPORT_SYMBOL_GPL(lnet_md_hold);

void lnet_md_drop(struct lnet_md *md)
{
	if (!refcount_dec_and_test(&md->refs))
		return;
	kfree(md);
	atomic64_dec(&node_var(lnet_core)->nr_mds);
}
EXPORT_SYMBOL_GPL(lnet_md_drop);

static struct lnet_md *md_alloc(const struct lnet_md_desc *desc)
{
	struct lnet_md *md;

	md = kzalloc(sizeof(*md), GFP_NOFS);
	if (!md)
		return NULL;
	refcount_set(&md->refs, 1);
	md->desc = *desc;
	spin_lock_init(&md->lock);
	INIT_LIST_HEAD(&md->match_link);
	INIT_LIST_HEAD(&md->events);
	INIT_LIST_HEAD(&md->ops);
	atomic64_inc(&node_var(lnet_core)->nr_mds);
	return md;
}

/*
 * Takes the next event to deliver, or the closing LNET_EVENT_UNLINK in @unlink, or NULL when there
 * is nothing (more) to say; then the caller is no longer the deliverer.  Called with the lock held.
 */
static struct lnet_event_rec *md_next_event(struct lnet_md *md, struct lnet_event_rec *unlink)
{
	struct lnet_event_rec *rec;

	rec = list_first_entry_or_null(&md->events, struct lnet_event_rec, link);
	if (rec) {
		list_del_init(&rec->link);
		if (rec->final)
			md->pending--;
		if (rec->final && rec->once)
			md->unlinked = true;
	} else if (md->unlinked && !md->pending && !md->finished) {
		rec = unlink;
	} else {
		md->delivering = false;
		return NULL;
	}
	rec->ev.unlinked = md->unlinked && !md->pending;
	md->finished = rec->ev.unlinked;
	return rec;
}

/*
 * Queues an event (none when @rec is NULL) and delivers all that wait, unless another thread is at
 * it: the callback of an MD never runs twice at the same time.  Called with the lock held, so that
 * what the caller has found out about the operation still holds when the event is queued; returns
 * without it, and the MD may be gone by then.
 */
void lnet_md_deliver(struct lnet_md *md, struct lnet_event_rec *rec)
	__releases(&md->lock)
{
	struct lnet_event_rec unlink = { .ev = { .type = LNET_EVENT_UNLINK } };
	bool last = false;

	if (rec)
		list_add_tail(&rec->link, &md->events);
	if (md->delivering) {
		spin_unlock(&md->lock);
		return;
	}
	md->delivering = true;
	while (!last) {
		rec = md_next_event(md, &unlink);
		spin_unlock(&md->lock);
		if (!rec)
			return;
		last = rec->ev.unlinked;
		md->desc.fn(md, &rec->ev, md->desc.user);
		if (rec->release)
			rec->release(rec);
		if (!last)
			spin_lock(&md->lock);
	}
	lnet_md_drop(md);
}

/* Enters an operation of ours; false when the MD is on its way out. */
bool lnet_md_start_op(struct lnet_md *md, struct lnet_op *op)
{
	bool ok;

	spin_lock(&md->lock);
	ok = !md->unlinked;
	if (ok) {
		md->pending++;
		list_add_tail(&op->md_link, &md->ops);
	}
	spin_unlock(&md->lock);
	return ok;
}

/* ---- portals ---- */

static struct list_head *md_bucket(struct lnet_portal *portal, u64 match_bits)
{
	return &portal->buckets[hash_64(match_bits, ilog2(LNET_MD_BUCKETS))];
}

/* Makes sure that the portal has its hash table. */
static int portal_prepare(struct lnet_portal *portal)
{
	struct list_head *buckets;
	u32 i;

	if (READ_ONCE(portal->buckets))
		return 0;
	buckets = kmalloc_array(LNET_MD_BUCKETS, sizeof(*buckets), GFP_NOFS);
	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < LNET_MD_BUCKETS; i++)
		INIT_LIST_HEAD(&buckets[i]);
	spin_lock(&portal->lock);
	if (!portal->buckets) {
		portal->buckets = buckets;
		buckets = NULL;
	}
	spin_unlock(&portal->lock);
	kfree(buckets);
	return 0;
}

static bool desc_is_valid(const struct lnet_md_desc *desc)
{
	return desc->fn && !(desc->buf.len && !desc->buf.kaddr);
}

/* lnet_md_attach() for the time when the network is not quite up. */
int lnet_md_attach_always(u32 index, lnet_nid_t from, u64 match_bits, u64 ignore_bits,
			  const struct lnet_md_desc *desc, struct lnet_md **out)
{
	struct lnet_portal *portal;
	struct lnet_md *md;

	if (index >= LNET_NR_PORTALS || !desc_is_valid(desc))
		return -EINVAL;
	portal = &node_var(lnet_core)->portals[index];
	if (portal_prepare(portal))
		return -ENOMEM;
	md = md_alloc(desc);
	if (!md)
		return -ENOMEM;
	md->portal = index;
	md->from = from;
	md->match_bits = match_bits;
	md->ignore_bits = ignore_bits;
	*out = md;

	spin_lock(&portal->lock);
	md->order = portal->next_order++;
	list_add_tail(&md->match_link,
		      ignore_bits ? &portal->wildcards : md_bucket(portal, match_bits));
	spin_unlock(&portal->lock);
	return 0;
}

int lnet_md_attach(u32 portal, lnet_nid_t from, u64 match_bits, u64 ignore_bits,
		   const struct lnet_md_desc *desc, struct lnet_md **md)
{
	if (!READ_ONCE(node_var(lnet_core)->up))
		return -ENETDOWN;
	return lnet_md_attach_always(portal, from, match_bits, ignore_bits, desc, md);
}
EXPORT_SYMBOL_GPL(lnet_md_attach);

int lnet_md_bind_always(const struct lnet_md_desc *desc, struct lnet_md **out)
{
	struct lnet_md *md;

	if (!desc_is_valid(desc) || desc->buf.len > LNET_MTU)
		return -EINVAL;
	md = md_alloc(desc);
	if (!md)
		return -ENOMEM;
	md->portal = LNET_NR_PORTALS;
	*out = md;
	return 0;
}

int lnet_md_bind(const struct lnet_md_desc *desc, struct lnet_md **md)
{
	if (!READ_ONCE(node_var(lnet_core)->up))
		return -ENETDOWN;
	return lnet_md_bind_always(desc, md);
}
EXPORT_SYMBOL_GPL(lnet_md_bind);

void lnet_md_unlink(struct lnet_md *md)
{
	struct lnet_core *core = node_var(lnet_core);

	if (md->portal < LNET_NR_PORTALS) {
		spin_lock(&core->portals[md->portal].lock);
		list_del_init(&md->match_link);
		spin_unlock(&core->portals[md->portal].lock);
	}
	/* What follows may deliver the last event and with it give up LNet's reference. */
	lnet_md_hold(md);
	spin_lock(&md->lock);
	md->unlinked = true;
	spin_unlock(&md->lock);
	lnet_ops_cancel_md(md, -ECANCELED);
	spin_lock(&md->lock);
	lnet_md_deliver(md, NULL);
	lnet_md_drop(md);
}
EXPORT_SYMBOL_GPL(lnet_md_unlink);

/* ---- matching ---- */

static bool md_accepts(const struct lnet_md *md, lnet_nid_t from, u64 match_bits, u32 option,
		       u32 offset, u32 rlength)
{
	if (!(md->desc.options & option))
		return false;
	if (md->from != LNET_NID_ANY && md->from != from)
		return false;
	if ((md->match_bits ^ match_bits) & ~md->ignore_bits)
		return false;
	if (md->desc.options & LNET_MD_TRUNCATE)
		return true;
	return offset <= md->desc.buf.len && rlength <= md->desc.buf.len - offset;
}

static struct lnet_md *find_in(struct list_head *list, lnet_nid_t from, u64 match_bits, u32 option,
			       u32 offset, u32 rlength)
{
	struct lnet_md *md;

	list_for_each_entry(md, list, match_link) {
		if (md_accepts(md, from, match_bits, option, offset, rlength))
			return md;
	}
	return NULL;
}

/*
 * Finds the MD that a message of a peer is for and makes the operation pending on it.
 * @option: LNET_MD_PUT or LNET_MD_GET; @mlength: receives the bytes that fit
 */
struct lnet_md *lnet_md_match(u32 index, lnet_nid_t from, u64 match_bits, u32 option, u32 offset,
			      u32 rlength, u32 *mlength)
{
	struct lnet_portal *portal;
	struct lnet_md *exact = NULL;
	struct lnet_md *md;
	u32 room;

	if (index >= LNET_NR_PORTALS)
		return NULL;
	portal = &node_var(lnet_core)->portals[index];
	spin_lock(&portal->lock);
	if (portal->buckets)
		exact = find_in(md_bucket(portal, match_bits), from, match_bits, option, offset,
				rlength);
	md = find_in(&portal->wildcards, from, match_bits, option, offset, rlength);
	if (!md || (exact && exact->order < md->order))
		md = exact;
	if (md) {
		spin_lock(&md->lock);
		md->pending++;
		if (md->desc.options & LNET_MD_ONESHOT) {
			md->unlinked = true;
			list_del_init(&md->match_link);
		}
		spin_unlock(&md->lock);
		room = md->desc.buf.len - min(offset, md->desc.buf.len);
		*mlength = min(rlength, room);
	}
	spin_unlock(&portal->lock);
	return md;
}

/* ---- listeners ---- */

int lnet_listen(u32 index, struct lnet_listener *l)
{
	struct lnet_portal *portal;
	int rc = -EBUSY;

	if (index >= LNET_NR_PORTALS)
		return -EINVAL;
	portal = &node_var(lnet_core)->portals[index];
	spin_lock(&portal->lock);
	if (!portal->listener && !portal->listener_calls) {
		portal->listener = l;
		rc = 0;
	}
	spin_unlock(&portal->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_listen);

static bool listener_is_idle(struct lnet_portal *portal)
{
	bool idle;

	spin_lock(&portal->lock);
	idle = !portal->listener_calls;
	spin_unlock(&portal->lock);
	return idle;
}

void lnet_unlisten(u32 index)
{
	struct lnet_portal *portal;

	if (index >= LNET_NR_PORTALS)
		return;
	portal = &node_var(lnet_core)->portals[index];
	spin_lock(&portal->lock);
	portal->listener = NULL;
	spin_unlock(&portal->lock);
	/* Bounded: a driver gives up a message that makes no progress. */
	wait_event(portal->listener_wait, listener_is_idle(portal));
}
EXPORT_SYMBOL_GPL(lnet_unlisten);

/* The listener of a portal, which stays until lnet_listener_leave(), or NULL. */
struct lnet_listener *lnet_listener_enter(u32 index)
{
	struct lnet_portal *portal;
	struct lnet_listener *l;

	if (index >= LNET_NR_PORTALS)
		return NULL;
	portal = &node_var(lnet_core)->portals[index];
	spin_lock(&portal->lock);
	l = portal->listener;
	if (l)
		portal->listener_calls++;
	spin_unlock(&portal->lock);
	return l;
}

void lnet_listener_leave(u32 index)
{
	struct lnet_portal *portal = &node_var(lnet_core)->portals[index];

	spin_lock(&portal->lock);
	if (!--portal->listener_calls)
		wake_up(&portal->listener_wait);
	spin_unlock(&portal->lock);
}
