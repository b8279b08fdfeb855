// SPDX-License-Identifier: GPL-2.0
/*
 * Work queues. A queue has a list of pending items and up to max_active
 * workers, which are fibers from a common pool. An item that is queued again
 * while it runs waits for the worker that runs it.
 */
#include "internal.h"

#include <linux/workqueue.h>

#define SPARE_WORKERS	64

struct workqueue_struct {
	char name[32];
	unsigned int max_active;
	unsigned int active;		/* workers at work here */
	bool draining;
	u64 seq;			/* of the newest item */
	struct list_head pending;	/* work_struct.entry, oldest first */
	struct list_head workers;	/* worker.entry, those at work here */
	struct list_head all;
	struct wait_queue_head done;	/* an item was finished or cancelled */
};

struct worker {
	struct list_head entry;		/* on the queue's workers, or on the idle list */
	struct workqueue_struct *wq;	/* NULL: idle */
	struct work_struct *work;	/* what runs; it may be freed meanwhile */
	u64 seq;			/* of that run */
	struct task_struct *task;
};

struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq;
struct workqueue_struct *system_unbound_wq, *system_freezable_wq, *system_power_efficient_wq;

static LIST_HEAD(queues);
static LIST_HEAD(idle_workers);
static unsigned int nr_idle;

/* Who runs the item now? */
static struct worker *runner_of(struct workqueue_struct *wq, struct work_struct *work)
{
	struct worker *w;

	if (!wq)
		return NULL;
	list_for_each_entry(w, &wq->workers, entry)
		if (w->work == work)
			return w;
	return NULL;
}

/* The oldest item that no worker runs; one that this worker just ran counts as free. */
static struct work_struct *next_work(struct workqueue_struct *wq)
{
	struct work_struct *work;

	list_for_each_entry(work, &wq->pending, entry)
		if (!runner_of(wq, work))
			return work;
	return NULL;
}

static void run_one(struct worker *w, struct work_struct *work)
{
	work_func_t func = work->func;

	list_del_init(&work->entry);
	work->pending = false;
	w->work = work;
	w->seq = work->seq;
	floor_set_node(work->node);
	func(work);
	floor_set_node(0);
	if (floor_in_atomic())
		floor_bug(__FILE__, __LINE__, "a work function returned with a lock held");
	w->work = NULL;
	wake_up_all(&w->wq->done);
}

static int worker_main(void *arg)
{
	struct worker *w = arg;
	struct work_struct *work;

	for (;;) {
		while ((work = next_work(w->wq)))
			run_one(w, work);
		w->wq->active--;
		list_del(&w->entry);
		wake_up_all(&w->wq->done);
		if (nr_idle >= SPARE_WORKERS)
			break;
		w->wq = NULL;
		nr_idle++;
		list_add(&w->entry, &idle_workers);
		fiber_of(w->task)->infra = true;
		while (!w->wq) {
			floor_set_state(TASK_IDLE);
			schedule();
		}
	}
	free(w);
	return 0;
}

static struct worker *worker_get(void)
{
	struct worker *w;
	struct fiber *f;

	if (nr_idle) {
		w = list_first_entry(&idle_workers, struct worker, entry);
		list_del(&w->entry);
		nr_idle--;
		fiber_of(w->task)->infra = false;
		return w;
	}
	w = calloc(1, sizeof(*w));
	f = w ? floor_fiber_create(worker_main, w, "kworker") : NULL;
	if (!f)
		abort();
	w->task = &f->task;
	return w;
}

static void kick(struct workqueue_struct *wq)
{
	struct worker *w;

	if (wq->active >= wq->max_active || !next_work(wq))
		return;
	w = worker_get();
	w->wq = wq;
	w->work = NULL;
	wq->active++;
	list_add_tail(&w->entry, &wq->workers);
	floor_snprintf(w->task->comm, sizeof(w->task->comm), "kw/%s", wq->name);
	wake_up_process(w->task);
}

static void insert(struct workqueue_struct *wq, struct work_struct *work)
{
	work->wq = wq;
	work->node = floor_node();
	work->seq = ++wq->seq;
	list_add_tail(&work->entry, &wq->pending);
	kick(wq);
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	if (work->pending)
		return false;
	if (WARN(wq->draining && !current_work(), "work queued on %s, which drains", wq->name))
		return false;
	work->pending = true;
	insert(wq, work);
	return true;
}

struct work_struct *current_work(void)
{
	struct workqueue_struct *wq;
	struct worker *w;

	list_for_each_entry(wq, &queues, all)
		list_for_each_entry(w, &wq->workers, entry)
			if (w->task == floor_current)
				return w->work;
	return NULL;
}

/* Delayed work is pending while its timer runs, but on no list. */
void floor_delayed_work_timer(struct timer_list *timer)
{
	struct delayed_work *dwork = container_of(timer, struct delayed_work, timer);

	insert(dwork->wq, &dwork->work);
}

static void start_delay(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	dwork->work.pending = true;
	dwork->wq = wq;
	if (delay)
		mod_timer(&dwork->timer, jiffies + delay);
	else
		insert(wq, &dwork->work);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	if (dwork->work.pending)
		return false;
	start_delay(wq, dwork, delay);
	return true;
}

/* Takes the item off its list; true when it was on one. */
static bool steal(struct work_struct *work)
{
	if (list_empty(&work->entry))
		return false;
	list_del_init(&work->entry);
	/* Waking may lose the CPU: until then it is marked pending, so that nobody queues it a second time. */
	wake_up_all(&work->wq->done);
	work->pending = false;
	return true;
}

bool cancel_work(struct work_struct *work)
{
	return steal(work);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	if (timer_delete_sync(&dwork->timer)) {
		dwork->work.pending = false;
		return true;
	}
	return steal(&dwork->work);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay)
{
	bool was;

	/* Pending without a place: cancel_delayed_work_sync() is at work on it. */
	if (dwork->work.pending && !timer_pending(&dwork->timer) &&
	    list_empty(&dwork->work.entry))
		return true;
	was = cancel_delayed_work(dwork);
	start_delay(wq, dwork, delay);
	return was;
}

/* While it waits the item stays marked pending, so that nobody can queue it. */
static void wait_not_running(struct work_struct *work)
{
	struct workqueue_struct *wq = work->wq;

	work->pending = true;
	if (wq)
		wait_event(wq->done, !runner_of(wq, work));
	work->pending = false;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was;

	might_sleep();
	was = steal(work);
	wait_not_running(work);
	return was;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was;

	might_sleep();
	was = cancel_delayed_work(dwork);
	wait_not_running(&dwork->work);
	return was;
}

/* Is a run of the item (of any item: NULL) up to the given one still to come or going on? */
static bool outstanding(struct workqueue_struct *wq, struct work_struct *work, u64 seq)
{
	struct work_struct *p;
	struct worker *w;

	list_for_each_entry(p, &wq->pending, entry)
		if ((!work || p == work) && p->seq <= seq)
			return true;
	list_for_each_entry(w, &wq->workers, entry)
		if (w->work && (!work || w->work == work) && w->seq <= seq)
			return true;
	return false;
}

bool flush_work(struct work_struct *work)
{
	struct workqueue_struct *wq = work->wq;
	u64 seq = work->seq;

	might_sleep();
	if (!wq || !outstanding(wq, work, seq))
		return false;
	wait_event(wq->done, !outstanding(wq, work, seq));
	return true;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	might_sleep();
	if (timer_delete_sync(&dwork->timer))
		insert(dwork->wq, &dwork->work);
	return flush_work(&dwork->work);
}

void flush_workqueue(struct workqueue_struct *wq)
{
	u64 seq = wq->seq;

	might_sleep();
	wait_event(wq->done, !outstanding(wq, NULL, seq));
}

void drain_workqueue(struct workqueue_struct *wq)
{
	wq->draining = true;
	wait_event(wq->done, !outstanding(wq, NULL, U64_MAX));
	wq->draining = false;
}

unsigned int work_busy(struct work_struct *work)
{
	return (work->pending ? WORK_BUSY_PENDING : 0) |
	       (runner_of(work->wq, work) ? WORK_BUSY_RUNNING : 0);
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	va_list args;

	(void)flags;
	if (!wq)
		return NULL;
	va_start(args, max_active);
	floor_vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->max_active = max_active > 0 ? (unsigned int)max_active : WQ_DFL_ACTIVE;
	INIT_LIST_HEAD(&wq->pending);
	INIT_LIST_HEAD(&wq->workers);
	init_waitqueue_head(&wq->done);
	list_add_tail(&wq->all, &queues);
	return wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	wait_event(wq->done, !wq->active);
	list_del(&wq->all);
	kfree(wq);
}

size_t floor_workqueue_report(void)
{
	struct workqueue_struct *wq;
	struct work_struct *work;
	size_t n = 0;

	list_for_each_entry(wq, &queues, all)
		list_for_each_entry(work, &wq->pending, entry) {
			void *fn = (void *)work->func;

			floor_say("floor: work left over on %s; its function:", wq->name);
			floor_backtrace(&fn, 1);
			n++;
		}
	return n;
}

/* The fibers and all memory are gone already. */
void floor_workqueue_reset(void)
{
	static struct workqueue_struct system_queue;

	struct worker *w, *next;

	list_for_each_entry_safe(w, next, &idle_workers, entry)
		free(w);
	INIT_LIST_HEAD(&idle_workers);
	INIT_LIST_HEAD(&queues);
	nr_idle = 0;

	memset(&system_queue, 0, sizeof(system_queue));
	strscpy(system_queue.name, "events", sizeof(system_queue.name));
	system_queue.max_active = WQ_DFL_ACTIVE;
	INIT_LIST_HEAD(&system_queue.pending);
	INIT_LIST_HEAD(&system_queue.workers);
	init_waitqueue_head(&system_queue.done);
	list_add_tail(&system_queue.all, &queues);
	system_wq = &system_queue;
	system_highpri_wq = &system_queue;
	system_long_wq = &system_queue;
	system_unbound_wq = &system_queue;
	system_freezable_wq = &system_queue;
	system_power_efficient_wq = &system_queue;
}
