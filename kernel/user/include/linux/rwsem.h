/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_RWSEM_H
#define FLOOR_LINUX_RWSEM_H

#include <linux/wait.h>
#include <linux/lockdep.h>

struct rw_semaphore {
	struct floor_lock dep_map;
	unsigned int writers_waiting;	/* they keep new readers out */
	struct wait_queue_head wait;
};

#define __RWSEM_INITIALIZER(name) \
	{ FLOOR_LOCK_INIT(#name), 0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DECLARE_RWSEM(name)	struct rw_semaphore name = __RWSEM_INITIALIZER(name)

__BEGIN_DECLS

void floor_rwsem_init(struct rw_semaphore *sem, const char *name);
void down_read(struct rw_semaphore *sem);
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
int rwsem_is_locked(struct rw_semaphore *sem);

__END_DECLS

#define init_rwsem(sem)			floor_rwsem_init(sem, #sem)
#define down_read_nested(sem, sub)	down_read(sem)
#define down_write_nested(sem, sub)	down_write(sem)
#define rwsem_is_contended(sem)		waitqueue_active(&(sem)->wait)

#endif
