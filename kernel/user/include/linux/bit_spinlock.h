/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_BIT_SPINLOCK_H
#define FLOOR_LINUX_BIT_SPINLOCK_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/preempt.h>

static inline void bit_spin_lock(int bit, unsigned long *addr)
{
	preempt_disable();
	BUG_ON(test_and_set_bit(bit, addr));
}

static inline int bit_spin_trylock(int bit, unsigned long *addr)
{
	if (test_and_set_bit(bit, addr))
		return 0;
	preempt_disable();
	return 1;
}

static inline void bit_spin_unlock(int bit, unsigned long *addr)
{
	BUG_ON(!test_and_clear_bit(bit, addr));
	preempt_enable();
}

#endif
