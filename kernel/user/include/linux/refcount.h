/* SPDX-License-Identifier: GPL-2.0 */
/* Reference counts that warn when they leave zero or pass it. */
#ifndef FLOOR_LINUX_REFCOUNT_H
#define FLOOR_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/spinlock.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)	{ { (n) } }
#define REFCOUNT_MAX		0x7fffffff

struct mutex;
struct spinlock;

__BEGIN_DECLS

void refcount_add(int i, refcount_t *r);
bool __must_check refcount_add_not_zero(int i, refcount_t *r);
bool __must_check refcount_sub_and_test(int i, refcount_t *r);
bool __must_check refcount_dec_not_one(refcount_t *r);
bool __must_check refcount_dec_if_one(refcount_t *r);
bool __must_check refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);
bool __must_check refcount_dec_and_lock(refcount_t *r, struct spinlock *lock);
bool __must_check atomic_dec_and_lock(atomic_t *atomic, struct spinlock *lock);
void refcount_dec(refcount_t *r);

static inline void refcount_set(refcount_t *r, int n)
{
	r->refs.counter = n;
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)r->refs.counter;
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	return refcount_add_not_zero(1, r);
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

__END_DECLS

#endif
