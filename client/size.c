// SPDX-License-Identifier: GPL-2.0
/* How large files are: from the sizes of their objects, by locks that we hold or by asking. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "client/client.h"

/* @tail: locked, or NULL; the end of a file that others have made longer may lie in it. */
static void size_recompute(struct inode *inode, const struct lustre_layout *lay,
			   struct folio *tail)
{
	u64 size = 0;
	u32 i;

	lockdep_assert_held(&lustre_i(inode)->size_lock);
	for (i = 0; i < lay->lov->stripe_count; i++)
		size = max(size, lov_file_size(lay->lov, i, lay->stripes[i].size));
	if (tail)
		lustre_tail_zero(tail, i_size_read(inode), size);
	i_size_write(inode, size);
}

void lustre_size_written(struct inode *inode, u64 end)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	struct lustre_stripe *s;
	u32 stripe;

	if (!end)
		return;
	spin_lock(&li->size_lock);
	lay = li->layout;
	stripe = lay ? lov_stripe_of(lay->lov, end - 1) : LOV_NO_STRIPE;
	if (stripe != LOV_NO_STRIPE) {
		s = &lay->stripes[stripe];
		s->written = max(s->written, lov_obj_offset(lay->lov, end - 1) + 1);
		s->writes++;
		s->size = max(s->size, s->written);
	}
	if (end > (u64)i_size_read(inode))
		i_size_write(inode, end);
	spin_unlock(&li->size_lock);
}

/* Under size_lock. */
static void blocks_recompute(struct inode *inode, const struct lustre_layout *lay)
{
	u64 blocks = 0;
	u32 i;

	for (i = 0; i < lay->lov->stripe_count; i++)
		blocks += lay->stripes[i].blocks;
	inode->i_blocks = blocks;
}

void lustre_blocks_written(struct inode *inode, const struct fid *obj, u64 blocks)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	u32 i;

	if (blocks == OSC_BLOCKS_UNKNOWN)
		return;
	spin_lock(&li->size_lock);
	lay = li->layout;
	for (i = 0; lay && i < lay->lov->stripe_count; i++) {
		if (fid_eq(&lay->lov->stripes[i].fid, obj)) {
			lay->stripes[i].blocks = blocks;
			blocks_recompute(inode, lay);
			break;
		}
	}
	spin_unlock(&li->size_lock);
}

u64 lustre_blocks_most(struct inode *inode, u64 blocks, u64 size)
{
	u64 cached = inode->i_mapping->nrpages * (PAGE_SIZE / 512);

	if (!lustre_unwritten(inode))
		return blocks;
	return max(blocks, min(blocks + cached, DIV_ROUND_UP(size, 512)));
}

u64 lustre_blocks(struct inode *inode)
{
	return lustre_blocks_most(inode, inode->i_blocks, i_size_read(inode));
}

u64 lustre_size_max(const struct lustre_layout *lay, u64 size)
{
	u64 max = U64_MAX, off;
	u32 i;

	/* No storage has a lower limit. */
	if (size <= 1ULL << 40)
		return max;
	for (i = 0; i < lay->lov->stripe_count; i++) {
		off = lov_file_offset(lay->lov, i, osc_max_object(lay->stripes[i].osc));
		if (off < lay->lov->comps[lay->lov->stripes[i].comp].end)
			max = min(max, off);
	}
	return max;
}

void lustre_size_cut(struct inode *inode, struct lustre_layout *lay, u64 size)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_stripe *s;
	u32 i;

	spin_lock(&li->size_lock);
	for (i = 0; i < lay->lov->stripe_count; i++) {
		s = lustre_stripe_in(li->layout, lay, i);
		if (!s || !lustre_cut_reaches(lay, i, size))
			continue;
		s->size = lov_obj_size(lay->lov, i, size);
		s->written = min(s->written, s->size);
		s->blocks = min_t(u64, s->blocks, DIV_ROUND_UP(s->size, 512));
		/* Our lock reaches to the end; what the server said with it was before. */
		s->size_known = true;
		s->as_of = ++li->looks;
	}
	if (li->layout)
		blocks_recompute(inode, li->layout);
	i_size_write(inode, size);
	spin_unlock(&li->size_lock);
}

/*
 * A lock of ours that reaches the end of the object, if we hold one: its size can only change here
 * then. Dropped with osc_unlock(lock, LCK_PR).
 */
static struct ldlm_lock *end_lock(struct lustre_layout *lay, u32 stripe)
{
	struct ldlm_enqueue what = {
		.type = LDLM_EXTENT,
		.mode = LCK_PR,
		.policy.extent = { 0, ~0ULL },
	};

	ldlm_ost_res(&lay->lov->stripes[stripe].fid, &what.res);
	return ldlm_match(osc_namespace(lay->stripes[stripe].osc), &what);
}

/* The number of a look that begins. */
static u64 look_begin(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);
	u64 look;

	spin_lock(&li->size_lock);
	look = ++li->looks;
	spin_unlock(&li->size_lock);
	return look;
}

/*
 * What @look has brought; false: it is too old. @known: we hold a lock that keeps it true.
 */
static bool stripe_take(struct inode *inode, struct lustre_layout *lay, u32 stripe,
			const struct wire_ost_lvb *lvb, u64 look, bool known)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_stripe *s;
	bool fresh = true;

	spin_lock(&li->size_lock);
	s = lustre_stripe_in(li->layout, lay, stripe);
	/*
	 * Known since another look: what has been written here meanwhile counts, not what the
	 * server said then.
	 */
	if (s && !s->size_known) {
		fresh = known || look >= s->as_of;
		if (fresh) {
			s->size = max(le64_to_cpu(lvb->size), s->written);
			s->blocks = le64_to_cpu(lvb->blocks);
			s->as_of = max(look, s->as_of);
			s->size_known = known;
		}
	}
	spin_unlock(&li->size_lock);
	lustre_times_object(inode, lvb);
	return fresh;
}

/*
 * Asks an OST, or takes what a lock says that we hold. 1: the answer is older than what is known
 * of the size; others work by that, and must not see the file shrink and data behind its end.
 */
static int stripe_look(struct inode *inode, struct lustre_layout *lay, u32 stripe, bool ask)
{
	struct ldlm_lock *lock = ask ? NULL : end_lock(lay, stripe);
	u64 look = look_begin(inode);
	struct wire_ost_lvb lvb;
	bool taken;
	int rc;

	if (!lock) {
		rc = osc_glimpse(lay->stripes[stripe].osc, &lay->lov->stripes[stripe].fid, inode,
				 &lvb);
		if (rc)
			return rc;
		lustre_times_object(inode, &lvb);
		/*
		 * An OST that nobody contests grants a lock on the whole object with its answer.
		 * Any other may have come long after the answer.
		 */
		lock = end_lock(lay, stripe);
	}
	taken = stripe_take(inode, lay, stripe, lock ? &lock->lvb : &lvb, look, lock);
	if (lock)
		osc_unlock(lock, LCK_PR);
	return !taken;
}

/* What a stripe's size is: by a lock that we hold, else, or if @ask, by asking its OST. */
static int stripe_glimpse(struct inode *inode, struct lustre_layout *lay, u32 stripe, bool ask)
{
	int rc;

	do {
		rc = stripe_look(inode, lay, stripe, ask);
	} while (rc > 0);
	return rc;
}

/*
 * All stripes as of now. False: the layout has changed meanwhile. A change that is not known yet
 * has come after what we say. @tail: as in size_recompute()
 */
static bool sizes_take(struct inode *inode, struct lustre_layout *lay, struct folio *tail)
{
	struct lustre_inode *li = lustre_i(inode);
	bool known = true, same;
	u32 i;

	spin_lock(&li->size_lock);
	same = li->layout == lay;
	if (same) {
		for (i = 0; i < lay->lov->stripe_count; i++)
			known &= lay->stripes[i].size_known;
		/* Objects that the file gets may be written by others. */
		if (!li->layout_known && lov_lacks_objects(lay->lov, 0, U64_MAX))
			known = false;
		size_recompute(inode, lay, tail);
		blocks_recompute(inode, lay);
		li->size_known = known;
	}
	spin_unlock(&li->size_lock);
	return same;
}

/* Nobody who calls has a page locked. */
static bool glimpse_take(struct inode *inode, struct lustre_layout *lay)
{
	struct folio *tail = lustre_tail_lock(inode);
	bool same = sizes_take(inode, lay, tail);

	lustre_tail_unlock(tail);
	return same;
}

static int glimpse_stripes(struct inode *inode, struct lustre_layout *lay, bool ask)
{
	u32 i;
	int rc = 0;

	for (i = 0; !rc && i < lay->lov->stripe_count; i++)
		rc = stripe_glimpse(inode, lay, i, ask);
	return rc;
}

/* ---- many at once ---- */

#define MANY_LOOKS	1024u	/* objects of all files */

/**
 * struct many - objects that are to be looked at
 * @look: what to ask, @inode, @lay (with a reference) and @stripe: of what; @osc: whom, NULL: done
 */
struct many {
	unsigned int nr;
	struct many_one {
		struct osc *osc;
		struct inode *inode;
		struct lustre_layout *lay;
		u32 stripe;
	} one[MANY_LOOKS];
	struct osc_look looks[RPC_BATCH_MAX];
	struct many_one *asked[RPC_BATCH_MAX];
};

static void many_add(struct many *m, struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	struct ldlm_lock *lock;
	u32 i;

	if (!S_ISREG(inode->i_mode) || READ_ONCE(li->size_known) || !READ_ONCE(li->layout_known))
		return;
	lay = lustre_layout_peek(inode);
	for (i = 0; lay && i < lay->lov->stripe_count && m->nr < MANY_LOOKS; i++) {
		lock = end_lock(lay, i);
		if (lock)
			osc_unlock(lock, LCK_PR);
		if (lock || !rpc_batch_possible(osc_import(lay->stripes[i].osc)))
			continue;
		refcount_inc(&lay->refs);
		m->one[m->nr++] = (struct many_one){ lay->stripes[i].osc, inode, lay, i };
	}
	lustre_layout_put(lay);
}

/* Asks the OST of the first object that is still to be asked for about all of them; 0: none is. */
static unsigned int many_ask(struct many *m)
{
	struct osc *osc = NULL;
	unsigned int i, nr = 0;

	for (i = 0; i < m->nr && nr < RPC_BATCH_MAX; i++) {
		struct many_one *o = &m->one[i];

		osc = osc ?: o->osc;
		if (!o->osc || o->osc != osc)
			continue;
		m->looks[nr].obj = o->lay->lov->stripes[o->stripe].fid;
		m->looks[nr].data = o->inode;
		m->asked[nr++] = o;
		o->osc = NULL;
	}
	if (nr)
		osc_glimpse_batch(osc, m->looks, nr);
	return nr;
}

/* A size that no lock keeps true is of no use to who asks later. */
static void many_take(struct many_one *o, const struct osc_look *look)
{
	struct ldlm_lock *lock = look->rc ? NULL : end_lock(o->lay, o->stripe);

	if (!lock)
		return;
	stripe_take(o->inode, o->lay, o->stripe, &lock->lvb, look_begin(o->inode), true);
	osc_unlock(lock, LCK_PR);
}

static bool stripes_known(struct inode *inode, const struct lustre_layout *lay)
{
	bool known = true;
	u32 i;

	spin_lock(&lustre_i(inode)->size_lock);
	for (i = 0; i < lay->lov->stripe_count; i++)
		known &= lay->stripes[i].size_known;
	spin_unlock(&lustre_i(inode)->size_lock);
	return known;
}

void lustre_glimpse_many(struct inode **inodes, unsigned int nr)
{
	struct many *m = kvmalloc(sizeof(*m), GFP_NOFS);
	unsigned int i, n;

	if (!m)
		return;
	m->nr = 0;
	for (i = 0; i < nr; i++)
		if (inodes[i])
			many_add(m, inodes[i]);
	while ((n = many_ask(m)))
		for (i = 0; i < n; i++)
			many_take(m->asked[i], &m->looks[i]);
	for (i = 0; i < m->nr; i++) {
		if (stripes_known(m->one[i].inode, m->one[i].lay))
			glimpse_take(m->one[i].inode, m->one[i].lay);
		lustre_layout_put(m->one[i].lay);
	}
	kvfree(m);
}

/* ---- one ---- */

/* A file that was created to be written: the locks that writing needs tell its size as well. */
static int fresh_lock(struct inode *inode)
{
	struct lustre_range all;
	int rc = lustre_range_lock(inode, 0, ~0ULL, LCK_PW, &all);

	if (!rc)
		lustre_range_unlock(&all);
	return rc;
}

int lustre_glimpse_layout(struct inode *inode, struct lustre_layout *lay)
{
	int rc;

	if (READ_ONCE(lustre_i(inode)->size_known))
		return 0;
	rc = glimpse_stripes(inode, lay, false);
	if (!rc)
		sizes_take(inode, lay, NULL);
	return rc;
}

int lustre_glimpse(struct inode *inode)
{
	struct lustre_inode *li = lustre_i(inode);
	struct lustre_layout *lay;
	bool again = true, ask = READ_ONCE(li->times_doubted);
	int rc = 0;

	if (READ_ONCE(li->size_known) && !ask)
		return 0;
	WRITE_ONCE(li->times_doubted, false);
	if (READ_ONCE(li->fresh))
		rc = fresh_lock(inode);
	while (!rc && again) {
		rc = lustre_layout_get(inode, &lay);
		if (rc || !lay)
			break;
		rc = glimpse_stripes(inode, lay, ask);
		again = rc || !glimpse_take(inode, lay);
		lustre_layout_put(lay);
	}
	if (rc && ask)
		WRITE_ONCE(li->times_doubted, true);
	/* What the MDT says of its size is all there is. */
	return rc == -EOPNOTSUPP ? 0 : lustre_gone(rc);
}
