/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_MUTEX_H
#define FLOOR_LINUX_MUTEX_H

#include <linux/wait.h>
#include <linux/lockdep.h>

struct mutex {
	struct floor_lock dep_map;
	struct wait_queue_head wait;
};

#define __MUTEX_INITIALIZER(name) \
	{ FLOOR_LOCK_INIT(#name), __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)

__BEGIN_DECLS

void floor_mutex_init(struct mutex *lock, const char *name);
void mutex_lock(struct mutex *lock);
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);

__END_DECLS

#define mutex_init(lock)		floor_mutex_init(lock, #lock)
#define mutex_destroy(lock)		((void)(lock))
#define mutex_lock_nested(lock, sub)	mutex_lock(lock)
#define mutex_lock_killable_nested(lock, sub) mutex_lock_killable(lock)
#define mutex_lock_interruptible_nested(lock, sub) mutex_lock_interruptible(lock)

#endif
