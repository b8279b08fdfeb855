/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting for a bit or a variable: its address names the queue. */
#ifndef FLOOR_LINUX_WAIT_BIT_H
#define FLOOR_LINUX_WAIT_BIT_H

#include <linux/bitops.h>
#include <linux/wait.h>

#define wait_var_event(var, cond)	wait_event(*__var_waitqueue(var), cond)
#define wait_var_event_killable(var, cond) wait_event_killable(*__var_waitqueue(var), cond)
#define wait_var_event_interruptible(var, cond) \
	wait_event_interruptible(*__var_waitqueue(var), cond)
#define wait_var_event_timeout(var, cond, t) wait_event_timeout(*__var_waitqueue(var), cond, t)

#define wake_up_bit(word, bit)		((void)(bit), wake_up_var(word))
#define wait_on_bit(word, bit, mode) \
	wait_event_state(*__var_waitqueue(word), !test_bit(bit, word), mode)
#define wait_on_bit_io(word, bit, mode)	wait_on_bit(word, bit, mode)
#define wait_on_bit_timeout(word, bit, mode, t) \
	(floor_wait_cond(*__var_waitqueue(word), !test_bit(bit, word), mode, 0, t) > 0 ? \
	 0 : -EAGAIN)
#define wait_on_bit_lock(word, bit, mode) \
	wait_event_state(*__var_waitqueue(word), !test_and_set_bit(bit, word), mode)
#define clear_and_wake_up_bit(bit, word) \
	do { clear_bit_unlock(bit, word); wake_up_bit(word, bit); } while (0)

#endif
