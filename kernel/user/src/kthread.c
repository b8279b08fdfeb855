// SPDX-License-Identifier: GPL-2.0
/* Kernel threads. */
#include "internal.h"

struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	char comm[64];
	struct fiber *f;
	va_list args;

	might_sleep();
	va_start(args, fmt);
	floor_vsnprintf(comm, sizeof(comm), fmt, args);
	va_end(args);
	f = floor_fiber_create(fn, data, comm);
	return f ? &f->task : ERR_PTR(-ENOMEM);
}

bool kthread_should_stop(void)
{
	return fiber_of(floor_current)->should_stop;
}

void *kthread_data(struct task_struct *task)
{
	return fiber_of(task)->arg;
}

void kthread_exit(long result)
{
	floor_fiber_exit(result);
}

int kthread_stop(struct task_struct *task)
{
	struct fiber *f = fiber_of(task);
	int result;

	might_sleep();
	get_task_struct(task);
	f->should_stop = true;
	wake_up_process(task);
	wait_event(f->exit_wait, task->flags & PF_EXITING);
	result = (int)f->result;
	put_task_struct(task);
	return result;
}
