// SPDX-License-Identifier: GPL-2.0
/* Virtual time: a heap of timers, and a clock that moves when nobody can run. */
#include "internal.h"

#include <linux/delay.h>
#include <linux/ktime.h>

/* Clocks do not start at zero, which code likes to use for "never". */
#define START_NS	(10 * NSEC_PER_SEC)
#define REAL_OFFSET_NS	(1700000000LL * NSEC_PER_SEC)
#define TIME_LIMIT_NS	(1000000ULL * NSEC_PER_SEC)

volatile unsigned long jiffies = INITIAL_JIFFIES;

static struct {
	u64 now_ns;
	s64 real_offset_ns;
	u64 limit_ns;
	u64 next_seq;
	struct floor_timer **heap;	/* from slot 1 */
	size_t count, size;
} vt = { .now_ns = START_NS, .real_offset_ns = REAL_OFFSET_NS };

static void set_now(u64 now_ns)
{
	vt.now_ns = now_ns;
	jiffies = INITIAL_JIFFIES + (now_ns - START_NS) / TICK_NSEC;
}

/* When the given jiffy begins; never, for those too far away to count. */
static u64 jiffy_to_ns(unsigned long at)
{
	long ahead = (long)(at - jiffies);

	if (ahead <= 0)
		return vt.now_ns;
	if (ahead > (1L << 40))
		return U64_MAX;
	return START_NS + (u64)(at - INITIAL_JIFFIES) * TICK_NSEC;
}

void floor_time_reset(void)
{
	while (vt.count)
		vt.heap[vt.count--]->slot = 0;
	vt.next_seq = 1;
	vt.real_offset_ns = REAL_OFFSET_NS;
	vt.limit_ns = START_NS + TIME_LIMIT_NS;
	set_now(START_NS);
}

uint64_t floor_now_ns(void)
{
	return vt.now_ns;
}

void floor_set_real_offset_ns(int64_t offset)
{
	vt.real_offset_ns = offset;
}

void floor_set_time_limit_ns(uint64_t limit)
{
	vt.limit_ns = START_NS + limit;
}

u64 ktime_get_ns(void)
{
	return vt.now_ns;
}

u64 ktime_get_real_ns(void)
{
	return vt.now_ns + (u64)vt.real_offset_ns;
}

static bool before(const struct floor_timer *a, const struct floor_timer *b)
{
	return a->when_ns != b->when_ns ? a->when_ns < b->when_ns : a->seq < b->seq;
}

static void place(struct floor_timer *timer, size_t slot)
{
	vt.heap[slot] = timer;
	timer->slot = slot;
}

/* Puts the timer where it belongs, starting from an empty slot. */
static void sift(struct floor_timer *timer, size_t slot)
{
	size_t child;

	while (slot > 1 && before(timer, vt.heap[slot / 2])) {
		place(vt.heap[slot / 2], slot);
		slot /= 2;
	}
	for (;;) {
		child = slot * 2;
		if (child > vt.count)
			break;
		if (child < vt.count && before(vt.heap[child + 1], vt.heap[child]))
			child++;
		if (!before(vt.heap[child], timer))
			break;
		place(vt.heap[child], slot);
		slot = child;
	}
	place(timer, slot);
}

bool floor_timer_disarm(struct floor_timer *timer)
{
	struct floor_timer *last;
	size_t slot = timer->slot;

	if (!slot)
		return false;
	timer->slot = 0;
	last = vt.heap[vt.count--];
	if (last != timer)
		sift(last, slot);
	return true;
}

void floor_timer_arm(struct floor_timer *timer, u64 when_ns)
{
	floor_timer_disarm(timer);
	timer->when_ns = when_ns;
	timer->seq = vt.next_seq++;
	timer->node = floor_current->node;
	if (vt.count + 1 >= vt.size) {
		vt.size = vt.size ? vt.size * 2 : 64;
		vt.heap = realloc(vt.heap, vt.size * sizeof(struct floor_timer *));
		if (!vt.heap)
			abort();
	}
	sift(timer, ++vt.count);
}

/* Fires what is due; timers armed meanwhile wait for the next round. */
static void fire_due(void)
{
	u64 round = vt.next_seq;

	while (vt.count && vt.heap[1]->when_ns <= vt.now_ns && vt.heap[1]->seq < round) {
		struct floor_timer *timer = vt.heap[1];

		floor_timer_disarm(timer);
		floor_set_node(timer->node);
		timer->fire(timer);
	}
	floor_set_node(0);
}

bool floor_timers_advance(void)
{
	if (!vt.count || vt.heap[1]->when_ns == U64_MAX)
		return false;
	if (vt.heap[1]->when_ns > vt.limit_ns)
		floor_stuck("the limit of virtual time has passed");
	if (vt.heap[1]->when_ns > vt.now_ns)
		set_now(vt.heap[1]->when_ns);
	fire_due();
	return true;
}

/* Everybody is busy, yet a jiffy passes. */
void floor_tick(void)
{
	if (vt.now_ns > vt.limit_ns)
		floor_stuck("the limit of virtual time has passed, with fibers that never sleep");
	set_now(vt.now_ns + TICK_NSEC);
	fire_due();
}

size_t floor_timers_report(void)
{
	size_t i;

	for (i = 1; i <= vt.count; i++) {
		struct floor_timer *t = vt.heap[i];
		void *fn;

		if (t->fire != floor_timer_list_fire)
			continue;
		fn = (void *)container_of(t, struct timer_list, timer)->function;
		floor_say("floor: timer left over, due in %lld ms; its function:",
			  (long long)(t->when_ns - vt.now_ns) / NSEC_PER_MSEC);
		floor_backtrace(&fn, 1);
	}
	return vt.count;
}

/* Kernel timers */

void floor_timer_list_fire(struct floor_timer *timer)
{
	struct timer_list *t = container_of(timer, struct timer_list, timer);
	int depth = floor_current->preempt_count;
	void (*function)(struct timer_list *timer) = t->function;

	if (!function)
		return;
	function(t);
	if (floor_current->preempt_count != depth)
		floor_bug(__FILE__, __LINE__, "a timer function returned with a lock held");
}

void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		 unsigned int flags)
{
	memset(timer, 0, sizeof(*timer));
	timer->timer.fire = floor_timer_list_fire;
	timer->function = function;
	timer->flags = flags;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	int was = timer_pending(timer);

	if (!timer->function)
		return 0;
	timer->expires = expires;
	floor_timer_arm(&timer->timer, jiffy_to_ns(expires));
	return was;
}

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return timer_pending(timer) ? mod_timer(timer, expires) : 0;
}

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	if (timer_pending(timer) && time_before_eq(timer->expires, expires))
		return 1;
	return mod_timer(timer, expires);
}

void add_timer(struct timer_list *timer)
{
	BUG_ON(timer_pending(timer));
	mod_timer(timer, timer->expires);
}

int floor_timer_delete(struct timer_list *timer)
{
	return floor_timer_disarm(&timer->timer);
}

/* Timer functions run to their end at once: there is never one to wait for. */
int timer_delete_sync(struct timer_list *timer)
{
	return floor_timer_disarm(&timer->timer);
}

int timer_shutdown_sync(struct timer_list *timer)
{
	int was = floor_timer_disarm(&timer->timer);

	timer->function = NULL;
	return was;
}

/* Sleeping */

struct sleeper {
	struct floor_timer timer;
	struct task_struct *task;
};

static void sleeper_wake(struct floor_timer *timer)
{
	wake_up_process(container_of(timer, struct sleeper, timer)->task);
}

static void sleep_until(u64 when_ns)
{
	struct sleeper s = { .timer.fire = sleeper_wake, .task = floor_current };

	floor_timer_arm(&s.timer, when_ns);
	schedule();
	floor_timer_disarm(&s.timer);
}

long schedule_timeout(long timeout)
{
	unsigned long expires;
	long left;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout < 0) {
		WARN(1, "schedule_timeout() with a negative time");
		floor_set_state(TASK_RUNNING);
		return 0;
	}
	expires = jiffies + (unsigned long)timeout;
	sleep_until(jiffy_to_ns(expires));
	left = (long)(expires - jiffies);
	return left < 0 ? 0 : left;
}

long schedule_timeout_interruptible(long timeout)
{
	floor_set_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_killable(long timeout)
{
	floor_set_state(TASK_KILLABLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	floor_set_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_idle(long timeout)
{
	floor_set_state(TASK_IDLE);
	return schedule_timeout(timeout);
}

long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}

void floor_sleep_ns(u64 ns)
{
	u64 until = vt.now_ns + ns;

	might_sleep();
	floor_wait_note("time to pass", NULL);
	do {
		floor_set_state(TASK_UNINTERRUPTIBLE);
		sleep_until(until);
	} while (vt.now_ns < until);
	floor_wait_note(NULL, NULL);
}

unsigned long msleep_interruptible(unsigned int msecs)
{
	long left = (long)msecs_to_jiffies(msecs);

	while (left && !signal_pending(floor_current))
		left = schedule_timeout_interruptible(left);
	return jiffies_to_msecs((unsigned long)left);
}

void ndelay(unsigned long ns)
{
	set_now(vt.now_ns + ns);
}
