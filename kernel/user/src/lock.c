// SPDX-License-Identifier: GPL-2.0
/* Spin locks, rwlocks, mutexes, rw semaphores, semaphores. */
#include "internal.h"

#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>

#define lock_bug(lock, what) \
	floor_bug(__FILE__, __LINE__, "%s: %s \"%s\", held by %s", floor_current->comm, what, \
		  (lock)->name, (lock)->owner ? (lock)->owner->comm : "readers or nobody")

void floor_lock_init(struct floor_lock *lock, const char *name)
{
	lock->name = name;
	lock->owner = NULL;
	lock->readers = 0;
}

bool floor_lock_is_held(const struct floor_lock *lock)
{
	return lock->owner == floor_current || lock->readers;
}

void floor_assert_held(const struct floor_lock *lock, bool shared_ok, const char *file, int line)
{
	if (lock->owner == floor_current || (shared_ok && lock->readers))
		return;
	floor_bug(file, line, "%s does not hold \"%s\"", floor_current->comm, lock->name);
}

void floor_assert_not_held(const struct floor_lock *lock, const char *file, int line)
{
	if (lock->owner == floor_current)
		floor_bug(file, line, "%s holds \"%s\"", floor_current->comm, lock->name);
}

/* Nobody loses the CPU with a spin lock held, so a lock that is taken stays taken. */
void floor_spin_lock(struct floor_lock *lock)
{
	floor_preempt_disable();
	if (lock->owner == floor_current)
		lock_bug(lock, "takes the spin lock twice:");
	if (lock->owner || lock->readers)
		lock_bug(lock, "would spin for ever on");
	lock->owner = floor_current;
}

bool floor_spin_trylock(struct floor_lock *lock)
{
	if (lock->owner || lock->readers)
		return false;
	floor_preempt_disable();
	lock->owner = floor_current;
	return true;
}

void floor_spin_unlock(struct floor_lock *lock)
{
	if (lock->owner != floor_current)
		lock_bug(lock, "releases the foreign spin lock");
	lock->owner = NULL;
	floor_preempt_enable();
}

void floor_read_lock(struct floor_lock *lock)
{
	floor_preempt_disable();
	if (lock->owner)
		lock_bug(lock, "would spin for ever on");
	lock->readers++;
}

bool floor_read_trylock(struct floor_lock *lock)
{
	if (lock->owner)
		return false;
	floor_preempt_disable();
	lock->readers++;
	return true;
}

void floor_read_unlock(struct floor_lock *lock)
{
	if (!lock->readers)
		lock_bug(lock, "releases for reading what nobody reads:");
	lock->readers--;
	floor_preempt_enable();
}

/*
 * Sleeps until try(arg) takes the lock. When a signal ends the wait, another
 * waiter may have been passed over in its favour, so the next one is woken.
 */
static int lock_wait(struct wait_queue_head *wq, bool (*try)(void *arg), void *arg, int state,
		     long timeout, const struct floor_lock *lock, const char *what)
{
	struct wait_queue_entry entry;
	int err = 0;

	init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	for (;;) {
		err = (int)prepare_to_wait_event(wq, &entry, state);
		if (try(arg)) {
			err = 0;
			break;
		}
		if (!err && !timeout)
			err = -ETIME;
		if (err)
			break;
		floor_wait_note(what, lock);
		timeout = schedule_timeout(timeout);
	}
	floor_wait_note(NULL, NULL);
	finish_wait(wq, &entry);
	if (err)
		wake_up(wq);
	return err == -ERESTARTSYS ? -EINTR : err;
}

/* Mutexes */

static bool mutex_try(void *arg)
{
	struct mutex *lock = arg;

	if (lock->dep_map.owner)
		return false;
	lock->dep_map.owner = floor_current;
	return true;
}

void floor_mutex_init(struct mutex *lock, const char *name)
{
	floor_lock_init(&lock->dep_map, name);
	init_waitqueue_head(&lock->wait);
}

static int mutex_lock_state(struct mutex *lock, int state)
{
	might_sleep();
	if (lock->dep_map.owner == floor_current)
		lock_bug(&lock->dep_map, "takes the mutex twice:");
	if (mutex_try(lock))
		return 0;
	return lock_wait(&lock->wait, mutex_try, lock, state, MAX_SCHEDULE_TIMEOUT,
			 &lock->dep_map, "mutex");
}

void mutex_lock(struct mutex *lock)
{
	mutex_lock_state(lock, TASK_UNINTERRUPTIBLE);
}

int mutex_lock_interruptible(struct mutex *lock)
{
	return mutex_lock_state(lock, TASK_INTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *lock)
{
	return mutex_lock_state(lock, TASK_KILLABLE);
}

int mutex_trylock(struct mutex *lock)
{
	return mutex_try(lock);
}

void mutex_unlock(struct mutex *lock)
{
	if (lock->dep_map.owner != floor_current)
		lock_bug(&lock->dep_map, "releases the foreign mutex");
	lock->dep_map.owner = NULL;
	wake_up(&lock->wait);
}

bool mutex_is_locked(struct mutex *lock)
{
	return lock->dep_map.owner != NULL;
}

/* Read-write semaphores */

static bool rwsem_try_read(void *arg)
{
	struct rw_semaphore *sem = arg;

	if (sem->dep_map.owner || sem->writers_waiting)
		return false;
	sem->dep_map.readers++;
	return true;
}

static bool rwsem_try_write(void *arg)
{
	struct rw_semaphore *sem = arg;

	if (sem->dep_map.owner || sem->dep_map.readers)
		return false;
	sem->dep_map.owner = floor_current;
	return true;
}

void floor_rwsem_init(struct rw_semaphore *sem, const char *name)
{
	floor_lock_init(&sem->dep_map, name);
	sem->writers_waiting = 0;
	init_waitqueue_head(&sem->wait);
}

static int down_read_state(struct rw_semaphore *sem, int state)
{
	might_sleep();
	if (sem->dep_map.owner == floor_current)
		lock_bug(&sem->dep_map, "takes for reading what it holds for writing:");
	if (rwsem_try_read(sem))
		return 0;
	return lock_wait(&sem->wait, rwsem_try_read, sem, state, MAX_SCHEDULE_TIMEOUT,
			 &sem->dep_map, "rwsem, to read");
}

static int down_write_state(struct rw_semaphore *sem, int state)
{
	int err;

	might_sleep();
	if (sem->dep_map.owner == floor_current)
		lock_bug(&sem->dep_map, "takes for writing twice:");
	if (rwsem_try_write(sem))
		return 0;
	sem->writers_waiting++;
	err = lock_wait(&sem->wait, rwsem_try_write, sem, state, MAX_SCHEDULE_TIMEOUT,
			&sem->dep_map, "rwsem, to write");
	sem->writers_waiting--;
	if (err)
		wake_up_all(&sem->wait);
	return err;
}

void down_read(struct rw_semaphore *sem)
{
	down_read_state(sem, TASK_UNINTERRUPTIBLE);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	return down_read_state(sem, TASK_INTERRUPTIBLE);
}

int down_read_killable(struct rw_semaphore *sem)
{
	return down_read_state(sem, TASK_KILLABLE);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return rwsem_try_read(sem);
}

void down_write(struct rw_semaphore *sem)
{
	down_write_state(sem, TASK_UNINTERRUPTIBLE);
}

int down_write_killable(struct rw_semaphore *sem)
{
	return down_write_state(sem, TASK_KILLABLE);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return rwsem_try_write(sem);
}

void up_read(struct rw_semaphore *sem)
{
	if (!sem->dep_map.readers)
		lock_bug(&sem->dep_map, "releases for reading what nobody reads:");
	if (--sem->dep_map.readers == 0)
		wake_up_all(&sem->wait);
}

void up_write(struct rw_semaphore *sem)
{
	if (sem->dep_map.owner != floor_current)
		lock_bug(&sem->dep_map, "releases the foreign rwsem");
	sem->dep_map.owner = NULL;
	wake_up_all(&sem->wait);
}

void downgrade_write(struct rw_semaphore *sem)
{
	if (sem->dep_map.owner != floor_current)
		lock_bug(&sem->dep_map, "downgrades the foreign rwsem");
	sem->dep_map.owner = NULL;
	sem->dep_map.readers++;
	wake_up_all(&sem->wait);
}

int rwsem_is_locked(struct rw_semaphore *sem)
{
	return sem->dep_map.owner || sem->dep_map.readers;
}

/* Semaphores */

static bool sem_try(void *arg)
{
	struct semaphore *sem = arg;

	if (!sem->count)
		return false;
	sem->count--;
	return true;
}

void sema_init(struct semaphore *sem, int val)
{
	sem->count = (unsigned int)val;
	init_waitqueue_head(&sem->wait);
}

static int down_state(struct semaphore *sem, int state, long timeout)
{
	might_sleep();
	if (sem_try(sem))
		return 0;
	return lock_wait(&sem->wait, sem_try, sem, state, timeout, NULL, "semaphore");
}

void down(struct semaphore *sem)
{
	down_state(sem, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

int down_interruptible(struct semaphore *sem)
{
	return down_state(sem, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

int down_killable(struct semaphore *sem)
{
	return down_state(sem, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
}

int down_trylock(struct semaphore *sem)
{
	return !sem_try(sem);
}

int down_timeout(struct semaphore *sem, long jiffies_left)
{
	return down_state(sem, TASK_UNINTERRUPTIBLE, jiffies_left);
}

void up(struct semaphore *sem)
{
	sem->count++;
	wake_up(&sem->wait);
}

/* Reference counts, some of which take a lock with the last reference */

void refcount_add(int i, refcount_t *r)
{
	WARN(r->refs.counter <= 0, "refcount: addition on %d; use after free", r->refs.counter);
	r->refs.counter += i;
}

bool refcount_add_not_zero(int i, refcount_t *r)
{
	if (!r->refs.counter)
		return false;
	refcount_add(i, r);
	return true;
}

bool refcount_sub_and_test(int i, refcount_t *r)
{
	WARN(r->refs.counter < i, "refcount: %d less %d; underflow", r->refs.counter, i);
	r->refs.counter -= i;
	return r->refs.counter == 0;
}

void refcount_dec(refcount_t *r)
{
	WARN(refcount_sub_and_test(1, r), "refcount: decrement hit 0; leaking memory");
}

bool refcount_dec_not_one(refcount_t *r)
{
	if (r->refs.counter == 1)
		return false;
	(void)!refcount_sub_and_test(1, r);
	return true;
}

bool refcount_dec_if_one(refcount_t *r)
{
	if (r->refs.counter != 1)
		return false;
	r->refs.counter = 0;
	return true;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

bool refcount_dec_and_lock(refcount_t *r, struct spinlock *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

bool atomic_dec_and_lock(atomic_t *atomic, struct spinlock *lock)
{
	spin_lock(lock);
	if (--atomic->counter == 0)
		return true;
	spin_unlock(lock);
	return false;
}
