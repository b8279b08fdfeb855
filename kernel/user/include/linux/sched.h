/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks are fibers; see floor.h for how they take turns. */
#ifndef FLOOR_LINUX_SCHED_H
#define FLOOR_LINUX_SCHED_H

#include <linux/types.h>
#include <linux/preempt.h>
#include <linux/ktime.h>

#define TASK_COMM_LEN		16
#define TASK_RUNNING		0x0000
#define TASK_INTERRUPTIBLE	0x0001
#define TASK_UNINTERRUPTIBLE	0x0002
#define TASK_DEAD		0x0080
#define TASK_WAKEKILL		0x0100
#define TASK_NOLOAD		0x0400
#define TASK_NEW		0x0800
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define MAX_SCHEDULE_TIMEOUT	__LONG_MAX__

#define PF_EXITING		0x00000004
#define PF_SIGNALED		0x00000400
#define PF_MEMALLOC		0x00000800
#define PF_MEMALLOC_NOFS	0x00040000
#define PF_MEMALLOC_NOIO	0x00080000
#define PF_LOCAL_THROTTLE	0x00100000
#define PF_KTHREAD		0x00200000

struct cred;
struct fs_struct;

struct task_struct {
	unsigned int __state;
	unsigned int flags;		/* PF_* */
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	const struct cred *cred;
	struct fs_struct *fs;
	void *journal_info;
	int preempt_count;		/* spin locks held and preempt_disable()s */
	int rcu_depth;			/* nested rcu_read_lock()s */
	unsigned int node;		/* of the simulated cluster */
	int usage;			/* references, see get_task_struct() */
	bool sigpending;
	bool sigkill;
};

__BEGIN_DECLS

extern struct task_struct *floor_current;

void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_idle(long timeout);
long io_schedule_timeout(long timeout);
void io_schedule(void);
void yield(void);
int cond_resched(void);
int wake_up_process(struct task_struct *task);
int wake_up_state(struct task_struct *task, unsigned int state);
void floor_set_state(unsigned int state);
void get_task_struct(struct task_struct *task);
void put_task_struct(struct task_struct *task);

static inline int signal_pending(struct task_struct *task)
{
	return task->sigpending;
}

static inline int fatal_signal_pending(struct task_struct *task)
{
	return task->sigpending && task->sigkill;
}

static inline int signal_pending_state(unsigned int state, struct task_struct *task)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !task->sigpending)
		return 0;
	return (state & TASK_INTERRUPTIBLE) || task->sigkill;
}

__END_DECLS

#ifndef __cplusplus
#define current			floor_current
#endif

#define set_current_state(s)	floor_set_state(s)
#define __set_current_state(s)	floor_set_state(s)
#define get_current_state()	READ_ONCE(floor_current->__state)
#define task_is_running(task)	(READ_ONCE((task)->__state) == TASK_RUNNING)
#define task_pid_nr(task)	((task)->pid)
#define task_tgid_nr(task)	((task)->tgid)
#define need_resched()		0
#define cond_resched_lock(l)	((void)(l), 0)
#define set_user_nice(t, n)	((void)(t), (void)(n))
#define sched_set_fifo(t)	((void)(t))
#define sched_set_normal(t, n)	((void)(t), (void)(n))
#define cpu_relax()		yield()

#endif
