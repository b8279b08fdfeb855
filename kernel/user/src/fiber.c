// SPDX-License-Identifier: GPL-2.0
/* Fibers and the scheduler: who runs, who sleeps, and what to do when nobody can run. */
#include "internal.h"

#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/sched/signal.h>
#include <linux/rcupdate.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define FLOOR_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FLOOR_ASAN 1
#endif
#endif

#ifdef FLOOR_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

#define STACK_BYTES	(256UL << 10)
#define GUARD_BYTES	4096UL
#define SPARE_STACKS	256
/* Turns without anybody idle after which time creeps on. */
#define BUSY_TURNS	100000
#define PREEMPT_ODDS	24

static struct fs_struct shared_fs;
static struct fiber boot_fiber = {
	.task = {
		.pid = 1, .tgid = 1, .comm = "boot", .cred = &init_cred, .fs = &shared_fs,
		.usage = 1,
	},
};
static struct fiber idle_fiber;

struct task_struct *floor_current = &boot_fiber.task;
struct list_head floor_fibers = LIST_HEAD_INIT(floor_fibers);

static struct {
	struct fiber **ring;		/* those that wait for the CPU, oldest first */
	size_t head, count, size;	/* size is a power of two */
} rq;

static struct {
	struct floor_rng rng;
	bool shuffle;
	unsigned int preempt_odds;
	unsigned int turns;		/* since somebody was last idle */
	bool creep;
	u64 switches;
	u64 trace;
	pid_t next_pid;
	bool leftovers_ok;
	struct fiber *settling;		/* sleeps until nothing else can run */
} sched;

static struct fiber *switched_from;
static void *spare_stack[SPARE_STACKS];
static int nr_spare;

static void rq_push(struct fiber *f)
{
	size_t i, size;
	struct fiber **ring;

	if (rq.count == rq.size) {
		size = rq.size ? rq.size * 2 : 64;
		ring = calloc(size, sizeof(*ring));
		if (!ring)
			abort();
		for (i = 0; i < rq.count; i++)
			ring[i] = rq.ring[(rq.head + i) & (rq.size - 1)];
		free(rq.ring);
		rq.ring = ring;
		rq.size = size;
		rq.head = 0;
	}
	rq.ring[(rq.head + rq.count++) & (rq.size - 1)] = f;
	f->on_rq = true;
}

/* The next to run: the oldest, or any when the seed says so. */
static struct fiber *rq_pop(void)
{
	struct fiber *f;
	size_t pick;

	if (!rq.count)
		return NULL;
	if (sched.shuffle && rq.count > 1) {
		pick = (rq.head + floor_rng_next(&sched.rng) % rq.count) & (rq.size - 1);
		swap(rq.ring[pick], rq.ring[rq.head & (rq.size - 1)]);
	}
	f = rq.ring[rq.head & (rq.size - 1)];
	rq.head = (rq.head + 1) & (rq.size - 1);
	rq.count--;
	f->on_rq = false;
	return f;
}

static void *stack_get(void)
{
	char *map;

	if (nr_spare) {
		map = spare_stack[--nr_spare];
	} else {
		map = mmap(NULL, STACK_BYTES + GUARD_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (map == MAP_FAILED || mprotect(map, GUARD_BYTES, PROT_NONE)) {
			perror("floor: no memory for a fiber's stack");
			abort();
		}
		map += GUARD_BYTES;
	}
#ifdef FLOOR_ASAN
	ASAN_UNPOISON_MEMORY_REGION(map, STACK_BYTES);
	__lsan_register_root_region(map, STACK_BYTES);
#endif
	return map;
}

static void stack_put(void *stack)
{
#ifdef FLOOR_ASAN
	__lsan_unregister_root_region(stack, STACK_BYTES);
#endif
	if (nr_spare < SPARE_STACKS)
		spare_stack[nr_spare++] = stack;
	else
		munmap((char *)stack - GUARD_BYTES, STACK_BYTES + GUARD_BYTES);
}

static void fiber_free_stack(struct fiber *f)
{
	if (f->stack)
		stack_put(f->stack);
	f->stack = NULL;
}

/* The first thing on the new stack: tidy up behind the fiber that left. */
static void arrive(void)
{
	struct fiber *prev = switched_from;

#ifdef FLOOR_ASAN
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(fiber_of(floor_current)->fake_stack, &bottom, &size);
	if (!prev->asan_bottom) {
		prev->asan_bottom = bottom;
		prev->asan_size = size;
	}
#endif
	if (prev->exited) {
		fiber_free_stack(prev);
		put_task_struct(&prev->task);
	}
}

static void switch_to(struct fiber *next)
{
	struct fiber *self = fiber_of(floor_current);

	if (next == self)
		return;
	sched.switches++;
	sched.trace ^= (u64)next->task.pid ^ (floor_now_ns() << 16);
	sched.trace *= 0x100000001b3ull;
	switched_from = self;
	floor_current = &next->task;
#ifdef FLOOR_ASAN
	__sanitizer_start_switch_fiber(self->exited ? NULL : &self->fake_stack,
				       next->asan_bottom, next->asan_size);
#endif
	floor_context_switch(&self->ctx, &next->ctx);
	arrive();
}

static void give_up_cpu(void)
{
	struct fiber *next;

	if (++sched.turns > BUSY_TURNS) {
		sched.creep = true;
		switch_to(&idle_fiber);
		return;
	}
	next = rq_pop();
	switch_to(next ? next : &idle_fiber);
}

static void idle_loop(void)
{
	struct fiber *next;

	arrive();
	for (;;) {
		if (sched.creep) {
			sched.creep = false;
			sched.turns = 0;
			floor_rcu_run();
			floor_tick();
		}
		next = rq_pop();
		if (next) {
			switch_to(next);
			continue;
		}
		sched.turns = 0;
		if (floor_rcu_run())
			continue;
		if (sched.settling) {
			next = sched.settling;
			sched.settling = NULL;
			next->task.__state = TASK_RUNNING;
			rq_push(next);
			continue;
		}
		if (!floor_timers_advance())
			floor_stuck("deadlock: nothing can run and no timer is armed");
	}
}

static void fiber_main(void)
{
	struct fiber *self = fiber_of(floor_current);

	arrive();
	if (self->should_stop)
		floor_fiber_exit(-EINTR);
	floor_fiber_exit(self->fn(self->arg));
}

static void fiber_prepare(struct fiber *f, void (*entry)(void), const char *comm)
{
	f->stack = stack_get();
	f->asan_bottom = f->stack;
	f->asan_size = STACK_BYTES;
	f->task.pid = sched.next_pid++;
	f->task.tgid = f->task.pid;
	f->task.flags = PF_KTHREAD;
	f->task.cred = &init_cred;
	f->task.fs = &shared_fs;
	f->task.usage = 1;
	f->task.node = floor_current->node;
	strscpy(f->task.comm, comm, sizeof(f->task.comm));
	init_waitqueue_head(&f->exit_wait);
	floor_context_init(&f->ctx, f->stack, STACK_BYTES, entry);
}

/* The fiber does not run before wake_up_process(). */
struct fiber *floor_fiber_create(int (*fn)(void *arg), void *arg, const char *comm)
{
	struct fiber *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	fiber_prepare(f, fiber_main, comm);
	f->fn = fn;
	f->arg = arg;
	f->task.__state = TASK_NEW;
	list_add_tail(&f->all, &floor_fibers);
	return f;
}

void floor_fiber_exit(long result)
{
	struct fiber *self = fiber_of(floor_current);

	if (self->task.preempt_count || self->task.rcu_depth)
		floor_bug(__FILE__, __LINE__, "%s ends with a spin lock or RCU read lock held",
			  self->task.comm);
	self->result = result;
	self->task.flags |= PF_EXITING;
	self->task.__state = TASK_RUNNING;
	wake_up_all(&self->exit_wait);
	list_del(&self->all);
	self->exited = true;
	self->task.__state = TASK_DEAD;
	give_up_cpu();
	abort();
}

void get_task_struct(struct task_struct *task)
{
	task->usage++;
}

void put_task_struct(struct task_struct *task)
{
	if (--task->usage)
		return;
	if (!fiber_of(task)->exited)
		floor_bug(__FILE__, __LINE__, "last reference to the running task %s", task->comm);
	free(fiber_of(task));
}

void schedule(void)
{
	struct fiber *self = fiber_of(floor_current);

	if (self->task.preempt_count || self->task.rcu_depth)
		floor_bug(__FILE__, __LINE__, "%s sleeps in atomic context (%d locks, %d RCU)",
			  self->task.comm, self->task.preempt_count, self->task.rcu_depth);
	if (self->task.__state != TASK_RUNNING &&
	    signal_pending_state(self->task.__state, &self->task))
		self->task.__state = TASK_RUNNING;
	if (self->task.__state == TASK_RUNNING)
		rq_push(self);
	give_up_cpu();
}

void io_schedule(void)
{
	schedule();
}

void yield(void)
{
	floor_current->__state = TASK_RUNNING;
	schedule();
}

/* Stays eligible whatever its state, as a preempted task does. */
static void preempt(void)
{
	rq_push(fiber_of(floor_current));
	give_up_cpu();
}

int cond_resched(void)
{
	floor_might_sleep(__FILE__, __LINE__);
	if (!rq.count && sched.turns < BUSY_TURNS) {
		sched.turns++;
		return 0;
	}
	preempt();
	return 1;
}

void floor_preempt_point(void)
{
	struct fiber *self = fiber_of(floor_current);

	if (!sched.preempt_odds || !rq.count || self->task.preempt_count || self->task.rcu_depth ||
	    self == &idle_fiber || self->task.flags & PF_EXITING)
		return;
	if (floor_rng_next(&sched.rng) % sched.preempt_odds == 0)
		preempt();
}

void floor_set_state(unsigned int state)
{
	floor_current->__state = state;
}

int wake_up_state(struct task_struct *task, unsigned int state)
{
	struct fiber *f = fiber_of(task);

	if (!(task->__state & state))
		return 0;
	task->__state = TASK_RUNNING;
	if (!f->on_rq && task != floor_current)
		rq_push(f);
	return 1;
}

int wake_up_process(struct task_struct *task)
{
	return wake_up_state(task, TASK_NORMAL | TASK_NEW);
}

void floor_preempt_disable(void)
{
	floor_current->preempt_count++;
}

void floor_preempt_enable(void)
{
	if (--floor_current->preempt_count < 0)
		floor_bug(__FILE__, __LINE__, "preemption enabled more often than disabled");
	floor_preempt_point();
}

bool floor_in_softirq(void)
{
	return floor_current == &idle_fiber.task;
}

bool floor_in_atomic(void)
{
	return floor_current->preempt_count || floor_current->rcu_depth;
}

void floor_might_sleep(const char *file, int line)
{
	if (floor_in_atomic())
		floor_bug(file, line, "%s may sleep in atomic context (%d locks, %d RCU)",
			  floor_current->comm, floor_current->preempt_count,
			  floor_current->rcu_depth);
	floor_preempt_point();
}

/* Signals */

void floor_send_signal(struct task_struct *task, int sig)
{
	task->sigpending = true;
	if (sig == SIGKILL)
		task->sigkill = true;
	wake_up_state(task, TASK_INTERRUPTIBLE | (task->sigkill ? TASK_WAKEKILL : 0));
}

void floor_set_signal(struct task_struct *task)
{
	floor_send_signal(task, SIGKILL);
}

void floor_clear_signal(struct task_struct *task)
{
	task->sigpending = false;
	task->sigkill = false;
}

int send_sig(int sig, struct task_struct *task, int priv)
{
	(void)priv;
	floor_send_signal(task, sig);
	return 0;
}

void flush_signals(struct task_struct *task)
{
	floor_clear_signal(task);
}

/* Reports */

static const char *state_name(const struct fiber *f)
{
	if (&f->task == floor_current || f->on_rq)
		return "runs";
	if (f->task.__state & TASK_NEW)
		return "never started";
	if (f->task.__state & TASK_INTERRUPTIBLE)
		return "sleeps";
	return f->task.__state & TASK_WAKEKILL ? "sleeps, killable" : "sleeps, uninterruptible";
}

/* Return addresses from the saved frame pointer up, while they stay on the stack. */
static void dump_frames(const struct fiber *f)
{
	void *frames[16], **fp, **low = f->stack, **high;
	int n = 0;

	if (!f->stack || &f->task == floor_current || f->task.__state & TASK_NEW)
		return;
	high = low + STACK_BYTES / sizeof(*low) - 2;
	for (fp = floor_context_frame(&f->ctx); n < (int)ARRAY_SIZE(frames); fp = *fp) {
		if (fp < low || fp > high || (uintptr_t)fp % sizeof(*fp) || !fp[1])
			break;
		frames[n++] = fp[1];
		low = fp + 1;
	}
	floor_backtrace(frames, n);
}

static void dump_fiber(const struct fiber *f, bool frames)
{
	const struct task_struct *owner = f->note_lock ? f->note_lock->owner : NULL;

	floor_say("  %5d node %u %-15s %s%s%s%s%s%s%s", f->task.pid, f->task.node,
		  f->task.comm, state_name(f),
		  f->note ? ": " : "", f->note ? f->note : "",
		  f->note_lock ? " " : "", f->note_lock ? f->note_lock->name : "",
		  owner ? ", held by " : "", owner ? owner->comm : "");
	if (frames)
		dump_frames(f);
}

static void dump_all(bool frames)
{
	const struct fiber *f;

	floor_say("floor: fibers at %lu ns, trace %016llx:", floor_now_ns(), sched.trace);
	list_for_each_entry(f, &floor_fibers, all)
		if (!f->infra)
			dump_fiber(f, frames);
}

void floor_dump(void)
{
	dump_all(false);
}

void floor_stuck(const char *why)
{
	floor_say("floor: %s", why);
	dump_all(true);
	if (boot_fiber.note)
		dump_fiber(&boot_fiber, false);
	abort();
}

/* The life of a simulation */

void floor_settle(void)
{
	struct fiber *self = fiber_of(floor_current);

	if (sched.settling)
		floor_bug(__FILE__, __LINE__, "two fibers want everything to settle");
	sched.settling = self;
	floor_wait_note("everything to settle", NULL);
	/* Nobody but the idle loop may wake it. */
	self->task.__state = TASK_DEAD;
	give_up_cpu();
	floor_wait_note(NULL, NULL);
}

static int leftovers(void)
{
	struct fiber *f;
	size_t n = 0;

	list_for_each_entry(f, &floor_fibers, all) {
		if (f->infra)
			continue;
		if (!n++)
			floor_say("floor: fibers left over:");
		dump_fiber(f, true);
	}
	n += floor_timers_report();
	n += floor_workqueue_report();
	return (int)n;
}

struct first {
	void (*fn)(void *arg);
	void *arg;
};

static int run_first(void *arg)
{
	struct first *first = arg;

	first->fn(first->arg);
	return 0;
}

int floor_run(void (*fn)(void *arg), void *arg)
{
	struct first first = { fn, arg };
	struct fiber *f = floor_fiber_create(run_first, &first, "main");

	if (!f)
		abort();
	get_task_struct(&f->task);
	wake_up_process(&f->task);
	wait_event(f->exit_wait, f->task.flags & PF_EXITING);
	put_task_struct(&f->task);
	floor_settle();
	return sched.leftovers_ok ? 0 : leftovers();
}

void floor_allow_leftovers(bool allow)
{
	sched.leftovers_ok = allow;
}

static void drop_fibers(void)
{
	struct fiber *f, *next;

	list_for_each_entry_safe(f, next, &floor_fibers, all) {
		list_del(&f->all);
		fiber_free_stack(f);
		free(f);
	}
	rq.head = 0;
	rq.count = 0;
}

void floor_init(uint64_t seed)
{
	if (floor_current != &boot_fiber.task)
		floor_bug(__FILE__, __LINE__, "floor_init() from within a fiber");
	drop_fibers();
	boot_fiber.task.preempt_count = 0;
	boot_fiber.task.rcu_depth = 0;
	boot_fiber.task.cred = &init_cred;
	boot_fiber.task.node = 0;
	floor_clear_signal(&boot_fiber.task);
	memset(&sched, 0, sizeof(sched));
	sched.rng.state = seed;
	sched.shuffle = seed != 0;
	sched.preempt_odds = seed ? PREEMPT_ODDS : 0;
	sched.trace = 0xcbf29ce484222325ull;
	sched.next_pid = 2;
	floor_random_reset(seed);
	floor_time_reset();
	floor_log_reset();
	floor_slab_reset();
	floor_node_reset();
	floor_wait_reset();
	floor_rcu_reset();

	fiber_free_stack(&idle_fiber);
	memset(&idle_fiber, 0, sizeof(idle_fiber));
	fiber_prepare(&idle_fiber, idle_loop, "idle");
	idle_fiber.task.preempt_count = 1;
	floor_workqueue_reset();
}

size_t floor_fini(void)
{
	size_t leaks;

	floor_settle();
	leaks = floor_slab_report();
	floor_init(0);
	return leaks;
}

void floor_set_preempt_odds(unsigned int odds)
{
	sched.preempt_odds = odds;
}

uint64_t floor_trace_hash(void)
{
	return sched.trace;
}

uint64_t floor_switch_count(void)
{
	return sched.switches;
}

/* Tests of plain data structures need not know that there is a scheduler. */
static void __attribute__((__constructor__(200))) floor_boot(void)
{
	floor_init(0);
}
