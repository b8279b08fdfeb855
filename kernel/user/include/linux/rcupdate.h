/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader may not sleep, so once everybody has slept no reader is left:
 * callbacks run when the machine is next idle.
 */
#ifndef FLOOR_LINUX_RCUPDATE_H
#define FLOOR_LINUX_RCUPDATE_H

#include <linux/types.h>
#include <linux/container_of.h>
#include <linux/preempt.h>

__BEGIN_DECLS

void rcu_read_lock(void);
void rcu_read_unlock(void);
int rcu_read_lock_held(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
void synchronize_rcu(void);
void rcu_barrier(void);
void floor_kfree_rcu(struct rcu_head *head, void *ptr);
void floor_kvfree_rcu_mightsleep(const void *ptr);

__END_DECLS

#define rcu_read_lock_bh()		rcu_read_lock()
#define rcu_read_unlock_bh()		rcu_read_unlock()
#define synchronize_rcu_expedited()	synchronize_rcu()
#define synchronize_net()		synchronize_rcu()
#define init_rcu_head(head)		((void)(head))
#define kfree_rcu(ptr, member)		floor_kfree_rcu(&(ptr)->member, (void *)(ptr))
#define kvfree_rcu(ptr, member)		kfree_rcu(ptr, member)
#define kfree_rcu_mightsleep(ptr)	floor_kvfree_rcu_mightsleep(ptr)
#define kvfree_rcu_mightsleep(ptr)	floor_kvfree_rcu_mightsleep(ptr)

#define rcu_dereference(p)		READ_ONCE(p)
#define rcu_dereference_raw(p)		READ_ONCE(p)
#define rcu_dereference_check(p, c)	READ_ONCE(p)
#define rcu_dereference_protected(p, c)	((void)sizeof(c), (p))
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_pointer_handoff(p)		(p)
#define rcu_assign_pointer(p, v)	WRITE_ONCE(p, v)
#define rcu_replace_pointer(p, v, c) \
	({ __typeof__(p) __rwas = (p); (p) = (v); __rwas; })
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define RCU_INITIALIZER(v)		(v)

#endif
