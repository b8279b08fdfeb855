/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SEMAPHORE_H
#define FLOOR_LINUX_SEMAPHORE_H

#include <linux/wait.h>

struct semaphore {
	unsigned int count;
	struct wait_queue_head wait;
};

#define DEFINE_SEMAPHORE_N(name, n) \
	struct semaphore name = { n, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }

__BEGIN_DECLS

void sema_init(struct semaphore *sem, int val);
void down(struct semaphore *sem);
int __must_check down_interruptible(struct semaphore *sem);
int __must_check down_killable(struct semaphore *sem);
int __must_check down_trylock(struct semaphore *sem);
int __must_check down_timeout(struct semaphore *sem, long jiffies_left);
void up(struct semaphore *sem);

__END_DECLS

#endif
