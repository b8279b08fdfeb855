/* SPDX-License-Identifier: GPL-2.0 */
/* Work items run on worker fibers; one item never runs twice at once. */
#ifndef FLOOR_LINUX_WORKQUEUE_H
#define FLOOR_LINUX_WORKQUEUE_H

#include <linux/list.h>
#include <linux/timer.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	struct list_head entry;		/* on the queue's pending list */
	struct workqueue_struct *wq;	/* where it was queued last */
	u64 seq;			/* order of its last queueing */
	unsigned int node;		/* of the task that queued it */
	bool pending;			/* queued, or waiting for its timer */
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;	/* where the timer will queue it */
};

#define WQ_UNBOUND		0x0002
#define WQ_FREEZABLE		0x0004
#define WQ_MEM_RECLAIM		0x0008
#define WQ_HIGHPRI		0x0010
#define WQ_CPU_INTENSIVE	0x0020
#define WQ_SYSFS		0x0040
#define WQ_POWER_EFFICIENT	0x0080
#define WQ_MAX_ACTIVE		512
#define WQ_DFL_ACTIVE		256
#define WORK_CPU_UNBOUND	64
#define WORK_BUSY_PENDING	1
#define WORK_BUSY_RUNNING	2

__BEGIN_DECLS

extern struct workqueue_struct *system_wq;
extern struct workqueue_struct *system_highpri_wq;
extern struct workqueue_struct *system_long_wq;
extern struct workqueue_struct *system_unbound_wq;
extern struct workqueue_struct *system_freezable_wq;
extern struct workqueue_struct *system_power_efficient_wq;

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
void destroy_workqueue(struct workqueue_struct *wq);
void floor_delayed_work_timer(struct timer_list *timer);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay);
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
void flush_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
unsigned int work_busy(struct work_struct *work);
struct work_struct *current_work(void);

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

static inline void floor_init_work(struct work_struct *work, work_func_t func)
{
	work->func = func;
	INIT_LIST_HEAD(&work->entry);
	work->wq = NULL;
	work->seq = 0;
	work->node = 0;
	work->pending = false;
}

static inline void floor_init_delayed_work(struct delayed_work *dwork, work_func_t func)
{
	floor_init_work(&dwork->work, func);
	timer_setup(&dwork->timer, floor_delayed_work_timer, 0);
	dwork->wq = NULL;
}

__END_DECLS

#define alloc_ordered_workqueue(fmt, flags, args...) \
	alloc_workqueue(fmt, WQ_UNBOUND | (flags), 1, ##args)
#define create_workqueue(name)		alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)
#define INIT_WORK(work, fn)		floor_init_work(work, fn)
#define INIT_WORK_ONSTACK(work, fn)	floor_init_work(work, fn)
#define INIT_DELAYED_WORK(dwork, fn)	floor_init_delayed_work(dwork, fn)
#define INIT_DEFERRABLE_WORK(dwork, fn)	floor_init_delayed_work(dwork, fn)
#define destroy_work_on_stack(work)	((void)(work))
#define __WORK_INITIALIZER(n, f)	{ f, LIST_HEAD_INIT((n).entry), NULL, 0, 0, false }
#define DECLARE_WORK(n, f)		struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) \
	struct delayed_work n = { __WORK_INITIALIZER((n).work, f), \
		__TIMER_INITIALIZER(floor_delayed_work_timer, 0), NULL }
#define work_pending(work)		((work)->pending)
#define delayed_work_pending(dwork)	work_pending(&(dwork)->work)
#define queue_work_on(cpu, wq, work)	((void)(cpu), queue_work(wq, work))
#define queue_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), queue_delayed_work(wq, dwork, delay))
#define mod_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), mod_delayed_work(wq, dwork, delay))
#define flush_scheduled_work()		flush_workqueue(system_wq)
#define workqueue_set_max_active(wq, n)	((void)(wq), (void)(n))

#endif
