/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_PERCPU_COUNTER_H
#define FLOOR_LINUX_PERCPU_COUNTER_H

#include <linux/types.h>
#include <linux/gfp.h>

struct percpu_counter {
	s64 count;
};

static inline int percpu_counter_init(struct percpu_counter *c, s64 amount, gfp_t gfp)
{
	(void)gfp;
	c->count = amount;
	return 0;
}

static inline s64 percpu_counter_read_positive(struct percpu_counter *c)
{
	return c->count > 0 ? c->count : 0;
}

static inline int percpu_counter_compare(struct percpu_counter *c, s64 rhs)
{
	return c->count < rhs ? -1 : c->count > rhs;
}

#define percpu_counter_destroy(c)	((void)(c))
#define percpu_counter_set(c, n)	((c)->count = (n))
#define percpu_counter_add(c, n)	((c)->count += (n))
#define percpu_counter_add_batch(c, n, batch) ((c)->count += (n))
#define percpu_counter_sub(c, n)	((c)->count -= (n))
#define percpu_counter_inc(c)		((c)->count++)
#define percpu_counter_dec(c)		((c)->count--)
#define percpu_counter_read(c)		((c)->count)
#define percpu_counter_sum(c)		((c)->count)
#define percpu_counter_sum_positive(c)	percpu_counter_read_positive(c)
#define percpu_counter_initialized(c)	((void)(c), true)

#endif
