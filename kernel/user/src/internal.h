/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the floor know of each other. */
#ifndef FLOOR_INTERNAL_H
#define FLOOR_INTERNAL_H

/* The C library comes first: the kernel gives some of its names another meaning. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>

#include "../floor.h"
#include "context.h"

struct fiber {
	struct task_struct task;	/* first: a fiber is its task */
	struct context ctx;
	void *stack;			/* lowest usable byte; NULL for the boot fiber */
	void *fake_stack;		/* AddressSanitizer's */
	const void *asan_bottom;
	size_t asan_size;
	struct list_head all;
	int (*fn)(void *arg);
	void *arg;
	long result;
	bool on_rq;			/* waits for the CPU */
	bool infra;			/* an idle worker: not a leftover, not in reports */
	bool should_stop;
	bool exited;
	struct wait_queue_head exit_wait;
	const char *note;		/* what it waits for */
	const struct floor_lock *note_lock;
};

static inline struct fiber *fiber_of(struct task_struct *task)
{
	return container_of(task, struct fiber, task);
}

/* fiber.c */
struct fiber *floor_fiber_create(int (*fn)(void *arg), void *arg, const char *comm);
void __noreturn floor_fiber_exit(long result);
void floor_preempt_point(void);
void __noreturn floor_stuck(const char *why);
extern struct list_head floor_fibers;

/* time.c */
void floor_time_reset(void);
void floor_timer_arm(struct floor_timer *timer, u64 when_ns);
bool floor_timer_disarm(struct floor_timer *timer);
bool floor_timers_advance(void);
void floor_tick(void);
size_t floor_timers_report(void);

/* node.c */
void floor_node_reset(void);

/* rcu.c */
void floor_rcu_reset(void);
bool floor_rcu_run(void);

/* wait.c */
void floor_wait_reset(void);

/* workqueue.c */
void floor_workqueue_reset(void);
size_t floor_workqueue_report(void);

/* slab.c */
void floor_slab_reset(void);
size_t floor_slab_report(void);

/* printk.c */
void floor_log_reset(void);
void __printf(1, 2) floor_say(const char *fmt, ...);
void floor_backtrace(void **frames, int n);

/* random.c */
struct floor_rng {
	u64 state;
};

u64 floor_rng_next(struct floor_rng *rng);
void floor_random_reset(u64 seed);

#endif
