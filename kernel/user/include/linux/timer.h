/* SPDX-License-Identifier: GPL-2.0 */
/* Timers fire from the idle context, like a soft interrupt: they must not sleep. */
#ifndef FLOOR_LINUX_TIMER_H
#define FLOOR_LINUX_TIMER_H

#include <linux/types.h>
#include <linux/container_of.h>
#include <linux/jiffies.h>

/* An entry of the heap of all things that happen at a time. */
struct floor_timer {
	u64 when_ns;
	u64 seq;			/* order among equals */
	size_t slot;			/* position in the heap, from 1; 0: not armed */
	void (*fire)(struct floor_timer *timer);
	unsigned int node;		/* of the task that armed it */
};

struct timer_list {
	struct floor_timer timer;
	unsigned long expires;		/* jiffies */
	void (*function)(struct timer_list *timer);
	u32 flags;
};

#define TIMER_DEFERRABLE	0x00080000
#define TIMER_IRQSAFE		0x00200000
#define TIMER_PINNED		0x00100000

__BEGIN_DECLS

void floor_timer_list_fire(struct floor_timer *timer);
void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		 unsigned int flags);
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
void add_timer(struct timer_list *timer);
int floor_timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);

static inline int timer_pending(const struct timer_list *timer)
{
	return timer->timer.slot != 0;
}

__END_DECLS

#define __TIMER_INITIALIZER(fn, flg) { { 0, 0, 0, floor_timer_list_fire, 0 }, 0, fn, flg }
#define DEFINE_TIMER(name, fn)	struct timer_list name = __TIMER_INITIALIZER(fn, 0)
#define timer_setup_on_stack(t, fn, flags) timer_setup(t, fn, flags)
#define destroy_timer_on_stack(t)	((void)(t))
#define del_timer(t)		floor_timer_delete(t)
#define del_timer_sync(t)	timer_delete_sync(t)
#define try_to_del_timer_sync(t) floor_timer_delete(t)
#define from_timer(var, cb, field) container_of(cb, __typeof__(*(var)), field)
#define timer_container_of(var, cb, field) from_timer(var, cb, field)
/* POSIX has a function of this name. */
#ifndef __cplusplus
#define timer_delete(t)		floor_timer_delete(t)
#define timer_shutdown(t)	timer_shutdown_sync(t)
#endif

#endif
