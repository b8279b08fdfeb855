/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_KTHREAD_H
#define FLOOR_LINUX_KTHREAD_H

#include <linux/sched.h>
#include <linux/err.h>

__BEGIN_DECLS

struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
	__printf(3, 4);
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);
void *kthread_data(struct task_struct *task);
void __noreturn kthread_exit(long result);

__END_DECLS

#define kthread_create_on_node(fn, data, node, fmt, args...) \
	((void)(node), kthread_create(fn, data, fmt, ##args))
#define kthread_run(fn, data, fmt, args...) ({ \
	struct task_struct *__kt = kthread_create(fn, data, fmt, ##args); \
	if (!IS_ERR(__kt)) \
		wake_up_process(__kt); \
	__kt; })
#define kthread_bind(task, cpu)		((void)(task), (void)(cpu))
#define kthread_should_park()		false
#define kthread_freezable_should_stop(f) kthread_should_stop()
#define kthread_complete_and_exit(comp, code) \
	do { if (comp) complete(comp); kthread_exit(code); } while (0)
#define module_put_and_kthread_exit(code) kthread_exit(code)

#endif
