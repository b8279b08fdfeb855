/* SPDX-License-Identifier: GPL-2.0 */
/* Wait queues: sleep until a condition holds, with or without a timeout. */
#ifndef FLOOR_LINUX_WAIT_H
#define FLOOR_LINUX_WAIT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#define WQ_FLAG_EXCLUSIVE	0x01

struct wait_queue_entry;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags,
				 void *key);

struct wait_queue_entry {
	unsigned int flags;
	void *FLOOR_PRIVATE;		/* the task to wake */
	wait_queue_func_t func;
	struct list_head entry;		/* guarded by the queue's lock */
};
typedef struct wait_queue_entry wait_queue_entry_t;

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

__BEGIN_DECLS

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
			     void *key);
void floor_init_waitqueue(struct wait_queue_head *wq);
void init_wait_entry(struct wait_queue_entry *entry, int flags);
void init_waitqueue_entry(struct wait_queue_entry *entry, struct task_struct *task);
void init_waitqueue_func_entry(struct wait_queue_entry *entry, wait_queue_func_t func);
void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry,
			       int state);
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);
int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive, void *key);
void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive);
struct wait_queue_head *__var_waitqueue(const void *var);
void wake_up_var(const void *var);

/* Says in the deadlock report what the current task waits for; NULL ends it. */
void floor_wait_note(const char *what, const struct floor_lock *lock);

static inline bool waitqueue_active(const struct wait_queue_head *wq)
{
	return !list_empty(&wq->head);
}

static inline bool wq_has_sleeper(const struct wait_queue_head *wq)
{
	return waitqueue_active(wq);
}

__END_DECLS

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) \
	{ __SPIN_LOCK_UNLOCKED(name.lock), LIST_HEAD_INIT((name).head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(wq)	floor_init_waitqueue(wq)
#define DEFINE_WAIT_FUNC(name, function) \
	struct wait_queue_entry name = { \
		0, floor_current, function, LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name)	DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define DECLARE_WAITQUEUE(name, tsk) \
	struct wait_queue_entry name = { 0, tsk, default_wake_function, { NULL, NULL } }

#define wake_up(wq)			__wake_up(wq, TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)		__wake_up(wq, TASK_NORMAL, nr, NULL)
#define wake_up_all(wq)			__wake_up(wq, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(wq)	__wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr) __wake_up(wq, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(wq)	__wake_up(wq, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(wq)	wake_up_interruptible(wq)
#define wake_up_locked(wq)		__wake_up_locked(wq, TASK_NORMAL, 1)
#define wake_up_all_locked(wq)		__wake_up_locked(wq, TASK_NORMAL, 0)

/*
 * The one loop behind the whole family. "left" is in jiffies; before and after
 * bracket the sleep. Yields a negative error when a signal ended the wait, 0
 * when the time ran out, else what is left of the time, but at least 1.
 */
#define floor_wait(wq, cond, state, exclusive, timeout, before, after) ({ \
	struct wait_queue_entry __we; \
	long __left = (timeout); \
	long __sig, __res = 0; \
	init_wait_entry(&__we, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0); \
	for (;;) { \
		__sig = prepare_to_wait_event(&(wq), &__we, state); \
		if (cond) { \
			__res = __left > 0 ? __left : 1; \
			break; \
		} \
		if (__sig || __left <= 0) { \
			__res = __sig; \
			break; \
		} \
		floor_wait_note(#cond " at " __FILE__ ":" __stringify(__LINE__), NULL); \
		before; \
		__left = schedule_timeout(__left); \
		after; \
	} \
	floor_wait_note(NULL, NULL); \
	finish_wait(&(wq), &__we); \
	__res; })

#define floor_wait_cond(wq, cond, state, exclusive, timeout) ({ \
	long __wt = (timeout); \
	might_sleep(); \
	(cond) ? (__wt > 0 ? __wt : 1L) : \
		floor_wait(wq, cond, state, exclusive, __wt, (void)0, (void)0); })
#define floor_wait_void(wq, cond, state, exclusive) \
	((void)floor_wait_cond(wq, cond, state, exclusive, MAX_SCHEDULE_TIMEOUT))
#define floor_wait_err(wq, cond, state, exclusive) ({ \
	long __we_res = floor_wait_cond(wq, cond, state, exclusive, MAX_SCHEDULE_TIMEOUT); \
	__we_res < 0 ? (int)__we_res : 0; })

#define wait_event(wq, cond)		floor_wait_void(wq, cond, TASK_UNINTERRUPTIBLE, 0)
#define io_wait_event(wq, cond)		wait_event(wq, cond)
#define wait_event_idle(wq, cond)	floor_wait_void(wq, cond, TASK_IDLE, 0)
#define wait_event_idle_exclusive(wq, cond) floor_wait_void(wq, cond, TASK_IDLE, 1)
#define wait_event_interruptible(wq, cond) floor_wait_err(wq, cond, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible_exclusive(wq, cond) \
	floor_wait_err(wq, cond, TASK_INTERRUPTIBLE, 1)
#define wait_event_freezable(wq, cond)	wait_event_interruptible(wq, cond)
#define wait_event_killable(wq, cond)	floor_wait_err(wq, cond, TASK_KILLABLE, 0)
#define wait_event_killable_exclusive(wq, cond) floor_wait_err(wq, cond, TASK_KILLABLE, 1)
#define wait_event_state(wq, cond, state) floor_wait_err(wq, cond, state, 0)
#define wait_event_timeout(wq, cond, t)	floor_wait_cond(wq, cond, TASK_UNINTERRUPTIBLE, 0, t)
#define wait_event_idle_timeout(wq, cond, t) floor_wait_cond(wq, cond, TASK_IDLE, 0, t)
#define wait_event_idle_exclusive_timeout(wq, cond, t) \
	floor_wait_cond(wq, cond, TASK_IDLE, 1, t)
#define wait_event_interruptible_timeout(wq, cond, t) \
	floor_wait_cond(wq, cond, TASK_INTERRUPTIBLE, 0, t)
#define wait_event_freezable_timeout(wq, cond, t) wait_event_interruptible_timeout(wq, cond, t)
#define wait_event_killable_timeout(wq, cond, t) \
	floor_wait_cond(wq, cond, TASK_KILLABLE, 0, t)

#define wait_event_cmd(wq, cond, before, after) \
	((void)((cond) || floor_wait(wq, cond, TASK_UNINTERRUPTIBLE, 0, \
				     MAX_SCHEDULE_TIMEOUT, before, after)))
#define wait_event_exclusive_cmd(wq, cond, before, after) \
	((void)((cond) || floor_wait(wq, cond, TASK_UNINTERRUPTIBLE, 1, \
				     MAX_SCHEDULE_TIMEOUT, before, after)))
/* The lock is held by the caller, and dropped around the sleep. */
#define wait_event_lock_irq(wq, cond, lock) \
	wait_event_cmd(wq, cond, spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))
#define wait_event_interruptible_lock_irq(wq, cond, lock) ({ \
	long __wl_res = (cond) ? 1 : floor_wait(wq, cond, TASK_INTERRUPTIBLE, 0, \
		MAX_SCHEDULE_TIMEOUT, spin_unlock_irq(&(lock)), spin_lock_irq(&(lock))); \
	__wl_res < 0 ? (int)__wl_res : 0; })
#define wait_event_lock_irq_timeout(wq, cond, lock, t) \
	((cond) ? 1L : floor_wait(wq, cond, TASK_UNINTERRUPTIBLE, 0, t, \
				  spin_unlock_irq(&(lock)), spin_lock_irq(&(lock))))

#include <linux/wait_bit.h>

#endif
