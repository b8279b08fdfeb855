/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every lock of the floor begins with a floor_lock, which knows who holds it.
 * That is enough for lockdep_assert_held() and to name the holder when the
 * simulation deadlocks.
 */
#ifndef FLOOR_LINUX_LOCKDEP_H
#define FLOOR_LINUX_LOCKDEP_H

#include <linux/types.h>

struct task_struct;

struct floor_lock {
	const char *name;
	struct task_struct *owner;	/* exclusive holder */
	unsigned int readers;		/* number of shared holds */
};

struct lock_class_key {
	char unused;
};

#define SINGLE_DEPTH_NESTING		1
#define FLOOR_LOCK_INIT(lockname)	{ lockname, NULL, 0 }

__BEGIN_DECLS

void floor_assert_held(const struct floor_lock *lock, bool shared_ok, const char *file, int line);
void floor_assert_not_held(const struct floor_lock *lock, const char *file, int line);
bool floor_lock_is_held(const struct floor_lock *lock);

__END_DECLS

#define lockdep_assert_held(l) \
	floor_assert_held(&(l)->dep_map, true, __FILE__, __LINE__)
#define lockdep_assert_held_write(l) \
	floor_assert_held(&(l)->dep_map, false, __FILE__, __LINE__)
#define lockdep_assert_held_read(l)	lockdep_assert_held(l)
#define lockdep_assert_not_held(l) \
	floor_assert_not_held(&(l)->dep_map, __FILE__, __LINE__)
#define lockdep_is_held(l)		floor_lock_is_held(&(l)->dep_map)
#define lockdep_set_class(l, key)	((void)(l), (void)(key))
#define lockdep_set_class_and_name(l, key, name) ((void)(l), (void)(key), (void)(name))
#define lockdep_set_subclass(l, sub)	((void)(l))
#define lockdep_register_key(key)	((void)(key))
#define lockdep_unregister_key(key)	((void)(key))

#endif
