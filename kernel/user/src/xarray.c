// SPDX-License-Identifier: GPL-2.0
/* XArrays, as trees of entries in the order of their index. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct xa_slot {
	struct rb_node rb;
	unsigned long index;
	void *entry;			/* NULL: reserved */
	unsigned int marks;		/* a bit per mark */
};

void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	spin_lock_init(&xa->xa_lock);
	xa->xa_flags = flags;
	xa->xa_tree = RB_ROOT;
	xa->xa_hint = 0;
}

static struct xa_slot *find_slot(const struct xarray *xa, unsigned long index)
{
	struct rb_node *rb = xa->xa_tree.rb_node;

	while (rb) {
		struct xa_slot *s = rb_entry(rb, struct xa_slot, rb);

		if (s->index == index)
			return s;
		rb = index < s->index ? rb->rb_left : rb->rb_right;
	}
	return NULL;
}

/* The first slot at or after index. */
static struct xa_slot *find_from(const struct xarray *xa, unsigned long index)
{
	struct rb_node *rb = xa->xa_tree.rb_node;
	struct xa_slot *best = NULL;

	while (rb) {
		struct xa_slot *s = rb_entry(rb, struct xa_slot, rb);

		if (s->index >= index) {
			best = s;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	return best;
}

static struct xa_slot *next_slot(struct xa_slot *s)
{
	return rb_entry_safe(rb_next(&s->rb), struct xa_slot, rb);
}

static void link_slot(struct xarray *xa, struct xa_slot *fresh)
{
	struct rb_node **link = &xa->xa_tree.rb_node, *up = NULL;

	while (*link) {
		up = *link;
		link = fresh->index < rb_entry(up, struct xa_slot, rb)->index ?
			&up->rb_left : &up->rb_right;
	}
	rb_link_node(&fresh->rb, up, link);
	rb_insert_color(&fresh->rb, &xa->xa_tree);
}

/* Allocates under the lock, so what may sleep does so unlocked and looks again. */
static struct xa_slot *make_slot(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	struct xa_slot *s = find_slot(xa, index), *fresh;
	bool sleep = gfpflags_allow_blocking(gfp);

	if (s)
		return s;
	if (sleep)
		xa_unlock(xa);
	fresh = kzalloc(sizeof(*fresh), gfp);
	if (sleep)
		xa_lock(xa);
	if (!fresh)
		return NULL;
	s = find_slot(xa, index);
	if (s) {
		kfree(fresh);
		return s;
	}
	fresh->index = index;
	link_slot(xa, fresh);
	return fresh;
}

static void drop_slot(struct xarray *xa, struct xa_slot *s)
{
	if (s->index < xa->xa_hint)
		xa->xa_hint = s->index;
	rb_erase(&s->rb, &xa->xa_tree);
	kfree(s);
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	struct xa_slot *s = find_slot(xa, index);

	return s ? s->entry : NULL;
}

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	struct xa_slot *s = find_slot(xa, index);
	void *was = s ? s->entry : NULL;

	if (s)
		drop_slot(xa, s);
	return was;
}

static bool keeps_null(const struct xarray *xa)
{
	return xa->xa_flags & XA_FLAGS_TRACK_FREE;
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_slot *s;
	void *was;

	if (!entry && !keeps_null(xa))
		return __xa_erase(xa, index);
	s = make_slot(xa, index, gfp);
	if (!s)
		return floor_xa_mk_err(-ENOMEM);
	was = s->entry;
	s->entry = entry;
	if (!entry)
		s->marks = 0;
	return was;
}

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *was, void *entry, gfp_t gfp)
{
	struct xa_slot *s = find_slot(xa, index);
	void *now = s ? s->entry : NULL;

	if (now != was)
		return now;
	if (!s && entry) {
		s = make_slot(xa, index, gfp);
		if (!s)
			return floor_xa_mk_err(-ENOMEM);
		if (s->entry != was)
			return s->entry;
	}
	if (!s)
		return now;
	s->entry = entry;
	if (!entry)
		drop_slot(xa, s);
	return now;
}

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_slot *s;

	if (find_slot(xa, index))
		return -EBUSY;
	s = make_slot(xa, index, gfp);
	if (!s)
		return -ENOMEM;
	if (s->entry)
		return -EBUSY;
	s->entry = entry;
	return 0;
}

/* The first index without a slot in [from, max]; -EBUSY when there is none. */
static int find_free(struct xarray *xa, unsigned long from, unsigned long max,
		     unsigned long *free_index)
{
	bool hinted = from <= xa->xa_hint;
	struct xa_slot *s;

	if (hinted)
		from = xa->xa_hint;
	for (s = find_from(xa, from); s && s->index == from && from <= max; s = next_slot(s))
		from++;
	if (hinted)
		xa->xa_hint = from;
	if (from > max)
		return -EBUSY;
	*free_index = from;
	return 0;
}

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	unsigned long lowest = xa->xa_flags & XA_FLAGS_ZERO_BUSY ? 1 : 0;
	struct xa_slot *fresh;
	unsigned long index;
	int err;

	if (WARN_ON_ONCE(!keeps_null(xa)))
		return -EINVAL;
	if (xa->xa_hint < lowest)
		xa->xa_hint = lowest;
	/* As in make_slot(): first the memory, then the place. */
	if (gfpflags_allow_blocking(gfp))
		xa_unlock(xa);
	fresh = kzalloc(sizeof(*fresh), gfp);
	if (gfpflags_allow_blocking(gfp))
		xa_lock(xa);
	if (!fresh)
		return -ENOMEM;
	err = find_free(xa, limit.min > lowest ? limit.min : lowest, limit.max, &index);
	if (err) {
		kfree(fresh);
		return err;
	}
	fresh->index = index;
	fresh->entry = entry;
	link_slot(xa, fresh);
	*id = (u32)index;
	return 0;
}

int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp)
{
	struct xa_limit upper = { limit.max, max(limit.min, *next) };
	int err = -EBUSY, wrapped = 0;

	if (*next <= limit.max)
		err = __xa_alloc(xa, id, entry, upper, gfp);
	if (err == -EBUSY && upper.min > limit.min) {
		err = __xa_alloc(xa, id, entry, limit, gfp);
		wrapped = 1;
	}
	if (err)
		return err;
	*next = *id + 1;
	return wrapped;
}

int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	struct xa_slot *s;

	xa_lock(xa);
	s = make_slot(xa, index, gfp);
	xa_unlock(xa);
	return s ? 0 : -ENOMEM;
}

void xa_release(struct xarray *xa, unsigned long index)
{
	struct xa_slot *s;

	xa_lock(xa);
	s = find_slot(xa, index);
	if (s && !s->entry)
		drop_slot(xa, s);
	xa_unlock(xa);
}

#define floor_xa_locked(type, call) \
	type __xa_res; \
	xa_lock(xa); \
	__xa_res = call; \
	xa_unlock(xa); \
	return __xa_res

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	floor_xa_locked(void *, __xa_store(xa, index, entry, gfp));
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	floor_xa_locked(void *, __xa_erase(xa, index));
}

void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *was, void *entry, gfp_t gfp)
{
	floor_xa_locked(void *, __xa_cmpxchg(xa, index, was, entry, gfp));
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	floor_xa_locked(int, __xa_insert(xa, index, entry, gfp));
}

int xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	floor_xa_locked(int, __xa_alloc(xa, id, entry, limit, gfp));
}

int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp)
{
	floor_xa_locked(int, __xa_alloc_cyclic(xa, id, entry, limit, next, gfp));
}

/* Walking */

static bool matches(const struct xa_slot *s, xa_mark_t filter)
{
	return s->entry && (filter == XA_PRESENT || s->marks & BIT(filter));
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	struct xa_slot *s = find_from(xa, *index);

	while (s && s->index <= max && !matches(s, filter))
		s = next_slot(s);
	if (!s || s->index > max)
		return NULL;
	*index = s->index;
	return s->entry;
}

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	unsigned long from = *index + 1;
	void *entry;

	if (!from)
		return NULL;
	entry = xa_find(xa, &from, max, filter);
	if (entry)
		*index = from;
	return entry;
}

unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter)
{
	unsigned int got = 0;
	struct xa_slot *s;

	for (s = find_from(xa, start); s && s->index <= max && got < n; s = next_slot(s))
		if (matches(s, filter))
			dst[got++] = s->entry;
	return got;
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_slot *s = find_slot(xa, index);

	return s && s->marks & BIT(mark);
}

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_slot *s = find_slot(xa, index);

	if (s && s->entry)
		s->marks |= BIT(mark);
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_slot *s = find_slot(xa, index);

	if (s)
		s->marks &= ~BIT(mark);
}

bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	struct xa_slot *s;

	for (s = find_from(xa, 0); s; s = next_slot(s))
		if (s->marks & BIT(mark))
			return true;
	return false;
}

void xa_destroy(struct xarray *xa)
{
	struct xa_slot *s, *next;

	xa_lock(xa);
	rbtree_postorder_for_each_entry_safe(s, next, &xa->xa_tree, rb)
		kfree(s);
	xa->xa_tree = RB_ROOT;
	xa->xa_hint = 0;
	xa_unlock(xa);
}
