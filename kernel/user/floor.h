/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user-space floor: what tests and the simulation see of it.
 *
 * Kernel code runs on fibers that take turns on one CPU thread. Time is
 * virtual: it stands still while anything can run and then jumps to the next
 * timer (only a fiber that yields 100,000 times without anybody sleeping makes
 * it creep, a jiffy at a time). One seed decides the order of the fibers, where
 * they are preempted, and all random numbers; seed 0 means first come, first
 * served, and no preemption.
 *
 * All functions belong to the one thread that called floor_init().
 */
#ifndef SHEEN_KERNEL_USER_FLOOR_H
#define SHEEN_KERNEL_USER_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct task_struct;
struct seq_file;

/* Forgets everything (fibers, timers, work, log, counters) and starts at time zero. */
void floor_init(uint64_t seed);

/*
 * Runs fn(arg) as a fiber, until it returns and all others are idle. Returns how
 * many fibers, timers and pending works are left over, having listed them on
 * stderr; 0 when floor_allow_leftovers(true) was called since floor_init().
 */
int floor_run(void (*fn)(void *arg), void *arg) __attribute__((__warn_unused_result__));
void floor_allow_leftovers(bool allow);

/* Reports memory still allocated, forgets all fibers, and returns the number of objects. */
size_t floor_fini(void);

/* Lets everything run that can run at this instant, without time passing. */
void floor_settle(void);

/* Monotonic virtual time, the same as ktime_get_ns(). */
uint64_t floor_now_ns(void);
/* The wall clock minus the monotonic clock: a test may move it. */
void floor_set_real_offset_ns(int64_t offset);
/* Abort with a report once this much virtual time has passed since floor_init(). */
void floor_set_time_limit_ns(uint64_t limit);

/* One in "odds" chances to lose the CPU where a kernel could; 0: never. */
void floor_set_preempt_odds(unsigned int odds);
/* A digest of which fiber ran when: equal seeds must give equal digests. */
uint64_t floor_trace_hash(void);
uint64_t floor_switch_count(void);
/* All fibers and what they wait for, on stderr. */
void floor_dump(void);

/* Objects from kmalloc() and friends, caches and page allocation that are still alive. */
size_t floor_live_allocs(void);
size_t floor_live_bytes(void);
/* Allocations that were tried since floor_init(): the range for the next call. */
uint64_t floor_alloc_attempts(void);
/* The allocation after the next n fails, once; negative: none does. */
void floor_fail_alloc_after(long n);
/* From now on one in "odds" allocations that may fail does; 0: none. */
void floor_fail_alloc_odds(unsigned int odds);

/* The log ring keeps the newest 4096 lines. FLOOR_LOG=<0..8> shows levels below it on stderr. */
bool floor_log_contains(const char *text);
size_t floor_log_count(const char *text);
void floor_log_clear(void);
void floor_log_dump(void);
void floor_set_console_level(int level);
/* WARN()s since floor_init(). */
unsigned int floor_warn_count(void);

/* A fatal signal, which ends killable and interruptible waits of the task. */
void floor_set_signal(struct task_struct *task);
/* Another signal ends only the interruptible ones. */
void floor_send_signal(struct task_struct *task, int sig);
void floor_clear_signal(struct task_struct *task);

/* Who the current task acts for: see current_fsuid() and capable(). */
void floor_set_ids(unsigned int uid, unsigned int gid);

/*
 * Simulated nodes, see kernel/node.h. Threads, work items, timers and RCU callbacks
 * belong to the node of the task that started them; floor_set_node() moves the
 * current task and returns where it was. floor_node_forget() makes all variables
 * of a node zero again, once nothing of it runs any more.
 */
unsigned int floor_node(void);
unsigned int floor_set_node(unsigned int node);
void floor_node_forget(unsigned int node);

/* Calls, for the current node, module_init() functions in link order, exit ones in reverse. */
int floor_modules_init(void);
void floor_modules_exit(void);

/* The text that a seq_file show function prints; the caller frees it with free(). */
char *floor_seq_text(int (*show)(struct seq_file *m, void *v), void *priv);

#ifdef __cplusplus
}

/* Runs a lambda as the first fiber. */
template <class F>
[[nodiscard]] int FloorRun(F fn)
{
	return floor_run([](void *arg) { (*static_cast<F *>(arg))(); }, &fn);
}
#endif

#endif
