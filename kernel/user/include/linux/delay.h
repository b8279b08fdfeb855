/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_DELAY_H
#define FLOOR_LINUX_DELAY_H

#include <linux/sched.h>
#include <linux/jiffies.h>

__BEGIN_DECLS

void floor_sleep_ns(u64 ns);
unsigned long msleep_interruptible(unsigned int msecs);
/* Busy waits: time passes, but nobody else gets the CPU. */
void ndelay(unsigned long ns);

__END_DECLS

#define msleep(ms)		floor_sleep_ns((u64)(ms) * NSEC_PER_MSEC)
#define ssleep(s)		floor_sleep_ns((u64)(s) * NSEC_PER_SEC)
#define usleep_range(lo, hi)	((void)(hi), floor_sleep_ns((u64)(lo) * NSEC_PER_USEC))
#define fsleep(us)		floor_sleep_ns((u64)(us) * NSEC_PER_USEC)
#define udelay(us)		ndelay((us) * 1000UL)
#define mdelay(ms)		ndelay((ms) * 1000000UL)

#endif
