/* SPDX-License-Identifier: GPL-2.0 */
/* Sparse arrays of pointers, indexed by unsigned long. */
#ifndef FLOOR_LINUX_XARRAY_H
#define FLOOR_LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/limits.h>

typedef unsigned int xa_mark_t;

/* The entries sit in a tree by index, reserved ones with a NULL entry. */
struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	struct rb_root xa_tree;
	unsigned long xa_hint;		/* no free index lies below, in arrays that allocate */
};

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_MARK_0	0u
#define XA_MARK_1	1u
#define XA_MARK_2	2u
#define XA_PRESENT	8u

#define XA_FLAGS_LOCK_IRQ	1u
#define XA_FLAGS_LOCK_BH	2u
#define XA_FLAGS_TRACK_FREE	4u
#define XA_FLAGS_ZERO_BUSY	8u
#define XA_FLAGS_ACCOUNT	32u
#define XA_FLAGS_ALLOC		XA_FLAGS_TRACK_FREE
#define XA_FLAGS_ALLOC1		(XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

#define XA_LIMIT(lo, hi)	(struct xa_limit) { hi, lo }
#define xa_limit_32b		XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b		XA_LIMIT(0, INT_MAX)
#define xa_limit_16b		XA_LIMIT(0, USHRT_MAX)

#define XARRAY_INIT(name, flags) \
	{ __SPIN_LOCK_UNLOCKED(name.xa_lock), flags, { NULL }, 0 }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name)		DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name)	DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name)	DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

__BEGIN_DECLS

void xa_init_flags(struct xarray *xa, gfp_t flags);
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *__xa_erase(struct xarray *xa, unsigned long index);
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *was, void *entry, gfp_t gfp);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *was, void *entry, gfp_t gfp);
int __must_check xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			  gfp_t gfp);
int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			    gfp_t gfp);
int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp);
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp);
int __must_check xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp);
void xa_release(struct xarray *xa, unsigned long index);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max,
		    xa_mark_t filter);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
bool xa_marked(const struct xarray *xa, xa_mark_t mark);
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter);
void xa_destroy(struct xarray *xa);

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

static inline bool xa_empty(const struct xarray *xa)
{
	return RB_EMPTY_ROOT(&xa->xa_tree);
}

static inline void *xa_mk_value(unsigned long v)
{
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

/* An error in the guise of an entry: what xa_store() and its kin return. */
static inline void *floor_xa_mk_err(long err)
{
	return (void *)(((unsigned long)err << 2) | 2);
}

static inline bool xa_is_err(const void *entry)
{
	return ((unsigned long)entry & 3) == 2 &&
	       (unsigned long)entry >= (unsigned long)floor_xa_mk_err(-MAX_ERRNO);
}

static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

__END_DECLS

#define xa_trylock(xa)		spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa)		spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)		spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa)		xa_lock(xa)
#define xa_unlock_bh(xa)	xa_unlock(xa)
#define xa_lock_irq(xa)		xa_lock(xa)
#define xa_unlock_irq(xa)	xa_unlock(xa)
#define xa_lock_irqsave(xa, f)	spin_lock_irqsave(&(xa)->xa_lock, f)
#define xa_unlock_irqrestore(xa, f) spin_unlock_irqrestore(&(xa)->xa_lock, f)
#define __xa_set_mark(xa, i, m)	xa_set_mark(xa, i, m)
#define __xa_clear_mark(xa, i, m) xa_clear_mark(xa, i, m)
#define xa_store_bh(xa, i, e, g)	xa_store(xa, i, e, g)
#define xa_store_irq(xa, i, e, g)	xa_store(xa, i, e, g)
#define xa_erase_bh(xa, i)		xa_erase(xa, i)
#define xa_erase_irq(xa, i)		xa_erase(xa, i)
#define xa_insert_bh(xa, i, e, g)	xa_insert(xa, i, e, g)
#define xa_insert_irq(xa, i, e, g)	xa_insert(xa, i, e, g)
#define xa_alloc_bh(xa, id, e, l, g)	xa_alloc(xa, id, e, l, g)
#define xa_alloc_irq(xa, id, e, l, g)	xa_alloc(xa, id, e, l, g)

#define xa_for_each_range(xa, index, entry, start, last) \
	for ((index) = (start), \
	     (entry) = (__typeof__(entry))xa_find(xa, &(index), last, XA_PRESENT); \
	     (entry); \
	     (entry) = (__typeof__(entry))xa_find_after(xa, &(index), last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) \
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry)	xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter) \
	for ((index) = 0, (entry) = (__typeof__(entry))xa_find(xa, &(index), ULONG_MAX, filter); \
	     (entry); \
	     (entry) = (__typeof__(entry))xa_find_after(xa, &(index), ULONG_MAX, filter))

#endif
