// SPDX-License-Identifier: GPL-2.0
/*
 * RCU. Readers cannot sleep or be preempted, so every context switch ends all
 * read sections. Callbacks still wait until the machine is idle: the longer
 * memory lives on, the more mistakes AddressSanitizer sees when it goes.
 */
#include "internal.h"

#include <linux/rcupdate.h>

struct deferred {
	struct deferred *next;
	struct rcu_head *head;
	rcu_callback_t func;		/* NULL: free ptr */
	void *ptr;
	unsigned int node;		/* of the task that deferred it */
};

static struct deferred *first, **last = &first;

void floor_rcu_reset(void)
{
	while (first) {
		struct deferred *d = first;

		first = d->next;
		free(d);
	}
	last = &first;
}

static void defer(struct rcu_head *head, rcu_callback_t func, void *ptr)
{
	struct deferred *d = malloc(sizeof(*d));

	if (!d)
		abort();
	d->next = NULL;
	d->head = head;
	d->func = func;
	d->ptr = ptr;
	d->node = floor_current->node;
	*last = d;
	last = &d->next;
}

bool floor_rcu_run(void)
{
	unsigned int node = floor_node();
	struct deferred *d = first;

	if (!d)
		return false;
	first = NULL;
	last = &first;
	while (d) {
		struct deferred *next = d->next;

		floor_set_node(d->node);
		if (d->func)
			d->func(d->head);
		else
			kfree(d->ptr);
		free(d);
		d = next;
	}
	floor_set_node(node);
	return true;
}

void rcu_read_lock(void)
{
	floor_current->rcu_depth++;
}

void rcu_read_unlock(void)
{
	if (--floor_current->rcu_depth < 0)
		floor_bug(__FILE__, __LINE__, "rcu_read_unlock() without rcu_read_lock()");
	floor_preempt_point();
}

int rcu_read_lock_held(void)
{
	return floor_current->rcu_depth > 0;
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	defer(head, func, NULL);
}

void floor_kfree_rcu(struct rcu_head *head, void *ptr)
{
	defer(head, NULL, ptr);
}

void floor_kvfree_rcu_mightsleep(const void *ptr)
{
	might_sleep();
	defer(NULL, NULL, (void *)ptr);
}

void synchronize_rcu(void)
{
	might_sleep();
	yield();
}

/* Soft interrupts are off, as they are for a callback that runs in its own time. */
void rcu_barrier(void)
{
	might_sleep();
	yield();
	floor_preempt_disable();
	while (floor_rcu_run())
		;
	floor_preempt_enable();
}
