// SPDX-License-Identifier: GPL-2.0
/* Wait queues and completions. */
#include "internal.h"

#include <linux/completion.h>
#include <linux/hash.h>

#define VAR_QUEUE_BITS	10

/*
 * Each variable that was ever waited for has a queue of its own. Sharing queues,
 * as the kernel does, would let the addresses decide who wakes for nothing.
 */
struct var_queue {
	struct var_queue *next;		/* in the bucket */
	const void *var;
	struct wait_queue_head wq;
};

static struct var_queue *var_queues[1 << VAR_QUEUE_BITS];

void floor_wait_reset(void)
{
	struct var_queue *q;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(var_queues); i++)
		while ((q = var_queues[i])) {
			var_queues[i] = q->next;
			free(q);
		}
}

static struct var_queue *find_var_queue(const void *var)
{
	struct var_queue *q = var_queues[hash_ptr(var, VAR_QUEUE_BITS)];

	while (q && q->var != var)
		q = q->next;
	return q;
}

struct wait_queue_head *__var_waitqueue(const void *var)
{
	struct var_queue **head = &var_queues[hash_ptr(var, VAR_QUEUE_BITS)];
	struct var_queue *q = find_var_queue(var);

	if (q)
		return &q->wq;
	q = calloc(1, sizeof(*q));
	if (!q)
		abort();
	q->var = var;
	init_waitqueue_head(&q->wq);
	q->next = *head;
	*head = q;
	return &q->wq;
}

void wake_up_var(const void *var)
{
	struct var_queue *q = find_var_queue(var);

	if (q)
		wake_up_all(&q->wq);
}

void floor_wait_note(const char *what, const struct floor_lock *lock)
{
	struct fiber *self = fiber_of(floor_current);

	self->note = what;
	self->note_lock = lock;
}

void floor_init_waitqueue(struct wait_queue_head *wq)
{
	spin_lock_init(&wq->lock);
	INIT_LIST_HEAD(&wq->head);
}

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	(void)flags;
	(void)key;
	return wake_up_state(entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
			     void *key)
{
	int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = (unsigned int)flags;
	entry->private = floor_current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

void init_waitqueue_entry(struct wait_queue_entry *entry, struct task_struct *task)
{
	entry->flags = 0;
	entry->private = task;
	entry->func = default_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

void init_waitqueue_func_entry(struct wait_queue_entry *entry, wait_queue_func_t func)
{
	init_waitqueue_entry(entry, NULL);
	entry->func = func;
}

/* Exclusive waiters stand behind all others, in order of arrival. */
void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&entry->entry, &wq->head);
	else
		list_add(&entry->entry, &wq->head);
}

void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	(void)wq;
	list_del_init(&entry->entry);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock(&wq->lock);
	__add_wait_queue(wq, entry);
	spin_unlock(&wq->lock);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock(&wq->lock);
	__add_wait_queue(wq, entry);
	spin_unlock(&wq->lock);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	spin_lock(&wq->lock);
	__remove_wait_queue(wq, entry);
	spin_unlock(&wq->lock);
}

static bool enqueue(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	bool was_empty;

	spin_lock(&wq->lock);
	was_empty = list_empty(&wq->head);
	if (list_empty(&entry->entry))
		__add_wait_queue(wq, entry);
	floor_set_state((unsigned int)state);
	spin_unlock(&wq->lock);
	return was_empty;
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	enqueue(wq, entry, state);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry,
			       int state)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	return enqueue(wq, entry, state);
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	if (signal_pending_state((unsigned int)state, floor_current)) {
		/* An exclusive waiter that leaves must not swallow a wakeup. */
		remove_wait_queue(wq, entry);
		return -ERESTARTSYS;
	}
	enqueue(wq, entry, state);
	return 0;
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	floor_set_state(TASK_RUNNING);
	if (!list_empty(&entry->entry))
		remove_wait_queue(wq, entry);
}

static int wake_entries(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive, void *key)
{
	struct wait_queue_entry *entry, *next;
	int woken = 0;

	list_for_each_entry_safe(entry, next, &wq->head, entry) {
		unsigned int flags = entry->flags;
		int ret = entry->func(entry, mode, 0, key);

		if (ret < 0)
			break;
		woken += ret;
		if (ret && flags & WQ_FLAG_EXCLUSIVE && !--nr_exclusive)
			break;
	}
	return woken;
}

int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive, void *key)
{
	int woken;

	spin_lock(&wq->lock);
	woken = wake_entries(wq, mode, nr_exclusive, key);
	spin_unlock(&wq->lock);
	return woken;
}

void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive)
{
	wake_entries(wq, mode, nr_exclusive, NULL);
}

/* Completions */

void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/* The waiter may free the completion as soon as the lock is dropped. */
void complete(struct completion *x)
{
	spin_lock(&x->wait.lock);
	if (x->done != UINT_MAX)
		x->done++;
	wake_up_locked(&x->wait);
	spin_unlock(&x->wait.lock);
}

void complete_all(struct completion *x)
{
	spin_lock(&x->wait.lock);
	x->done = UINT_MAX;
	wake_up_all_locked(&x->wait);
	spin_unlock(&x->wait.lock);
}

bool try_wait_for_completion(struct completion *x)
{
	bool got;

	spin_lock(&x->wait.lock);
	got = x->done != 0;
	if (got && x->done != UINT_MAX)
		x->done--;
	spin_unlock(&x->wait.lock);
	return got;
}

bool completion_done(struct completion *x)
{
	return x->done != 0;
}

static long wait_for_common(struct completion *x, unsigned int state, long timeout)
{
	return floor_wait_cond(x->wait, try_wait_for_completion(x), (int)state, 1, timeout);
}

/* Callers pass "for ever" as an unsigned number, too. */
static long jiffies_or_ever(unsigned long timeout)
{
	return timeout > (unsigned long)MAX_SCHEDULE_TIMEOUT ? MAX_SCHEDULE_TIMEOUT : (long)timeout;
}

void wait_for_completion(struct completion *x)
{
	wait_for_common(x, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

int wait_for_completion_interruptible(struct completion *x)
{
	long ret = wait_for_common(x, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);

	return ret < 0 ? (int)ret : 0;
}

int wait_for_completion_killable(struct completion *x)
{
	long ret = wait_for_common(x, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);

	return ret < 0 ? (int)ret : 0;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return (unsigned long)wait_for_common(x, TASK_UNINTERRUPTIBLE, jiffies_or_ever(timeout));
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_common(x, TASK_INTERRUPTIBLE, jiffies_or_ever(timeout));
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_common(x, TASK_KILLABLE, jiffies_or_ever(timeout));
}
