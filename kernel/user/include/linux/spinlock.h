/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spin locks and rwlocks. Fibers never lose the CPU while they hold one, so a
 * lock that is found taken is a bug: the floor stops when a task sleeps with a
 * lock held, takes one twice, or releases one that it does not hold.
 */
#ifndef FLOOR_LINUX_SPINLOCK_H
#define FLOOR_LINUX_SPINLOCK_H

#include <linux/types.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/atomic.h>

typedef struct spinlock {
	struct floor_lock dep_map;
} spinlock_t;

typedef struct spinlock raw_spinlock_t;

typedef struct rwlock {
	struct floor_lock dep_map;
} rwlock_t;

#define __SPIN_LOCK_UNLOCKED(x)	{ FLOOR_LOCK_INIT(#x) }
#define __RW_LOCK_UNLOCKED(x)	{ FLOOR_LOCK_INIT(#x) }
#define DEFINE_SPINLOCK(x)	spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RAW_SPINLOCK(x)	raw_spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RWLOCK(x)	rwlock_t x = __RW_LOCK_UNLOCKED(x)

__BEGIN_DECLS

void floor_lock_init(struct floor_lock *lock, const char *name);
void floor_spin_lock(struct floor_lock *lock);
bool floor_spin_trylock(struct floor_lock *lock);
void floor_spin_unlock(struct floor_lock *lock);
void floor_read_lock(struct floor_lock *lock);
bool floor_read_trylock(struct floor_lock *lock);
void floor_read_unlock(struct floor_lock *lock);

__END_DECLS

#define spin_lock_init(l)		floor_lock_init(&(l)->dep_map, #l)
#define spin_lock(l)			floor_spin_lock(&(l)->dep_map)
#define spin_lock_nested(l, sub)	spin_lock(l)
#define spin_lock_bh(l)			spin_lock(l)
#define spin_lock_irq(l)		spin_lock(l)
#define spin_lock_irqsave(l, flags)	do { (flags) = 0; spin_lock(l); } while (0)
#define spin_lock_irqsave_nested(l, flags, sub) spin_lock_irqsave(l, flags)
#define spin_trylock(l)			floor_spin_trylock(&(l)->dep_map)
#define spin_trylock_bh(l)		spin_trylock(l)
#define spin_trylock_irqsave(l, flags)	({ (flags) = 0; spin_trylock(l); })
#define spin_unlock(l)			floor_spin_unlock(&(l)->dep_map)
#define spin_unlock_bh(l)		spin_unlock(l)
#define spin_unlock_irq(l)		spin_unlock(l)
#define spin_unlock_irqrestore(l, flags) do { (void)(flags); spin_unlock(l); } while (0)
#define spin_is_locked(l)		((l)->dep_map.owner != NULL)
#define spin_is_contended(l)		((void)(l), 0)
#define assert_spin_locked(l)		lockdep_assert_held(l)

#define raw_spin_lock_init(l)		spin_lock_init(l)
#define raw_spin_lock(l)		spin_lock(l)
#define raw_spin_unlock(l)		spin_unlock(l)
#define raw_spin_lock_irqsave(l, f)	spin_lock_irqsave(l, f)
#define raw_spin_unlock_irqrestore(l, f) spin_unlock_irqrestore(l, f)

#define rwlock_init(l)			floor_lock_init(&(l)->dep_map, #l)
#define read_lock(l)			floor_read_lock(&(l)->dep_map)
#define read_lock_bh(l)			read_lock(l)
#define read_lock_irq(l)		read_lock(l)
#define read_lock_irqsave(l, flags)	do { (flags) = 0; read_lock(l); } while (0)
#define read_trylock(l)			floor_read_trylock(&(l)->dep_map)
#define read_unlock(l)			floor_read_unlock(&(l)->dep_map)
#define read_unlock_bh(l)		read_unlock(l)
#define read_unlock_irq(l)		read_unlock(l)
#define read_unlock_irqrestore(l, flags) do { (void)(flags); read_unlock(l); } while (0)
#define write_lock(l)			floor_spin_lock(&(l)->dep_map)
#define write_lock_bh(l)		write_lock(l)
#define write_lock_irq(l)		write_lock(l)
#define write_lock_irqsave(l, flags)	do { (flags) = 0; write_lock(l); } while (0)
#define write_trylock(l)		floor_spin_trylock(&(l)->dep_map)
#define write_unlock(l)			floor_spin_unlock(&(l)->dep_map)
#define write_unlock_bh(l)		write_unlock(l)
#define write_unlock_irq(l)		write_unlock(l)
#define write_unlock_irqrestore(l, flags) do { (void)(flags); write_unlock(l); } while (0)

#endif
