/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_JIFFIES_H
#define FLOOR_LINUX_JIFFIES_H

#include <linux/types.h>
#include <linux/time.h>

#undef HZ
#define HZ			250
#define TICK_NSEC		(NSEC_PER_SEC / HZ)
/* Shortly before the low 32 bits wrap, so that wrong comparisons show. */
#define INITIAL_JIFFIES		((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET	((__LONG_MAX__ >> 1) - 1)

__BEGIN_DECLS

extern volatile unsigned long jiffies;

static inline u64 get_jiffies_64(void)
{
	return jiffies;
}

static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return (unsigned long)(n / TICK_NSEC);
}

static inline unsigned long usecs_to_jiffies(unsigned int u)
{
	return (unsigned long)(((u64)u * NSEC_PER_USEC + TICK_NSEC - 1) / TICK_NSEC);
}

static inline unsigned long msecs_to_jiffies(unsigned int m)
{
	if ((int)m < 0)
		return MAX_JIFFY_OFFSET;
	return (unsigned long)(((u64)m * HZ + MSEC_PER_SEC - 1) / MSEC_PER_SEC);
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)(j * (MSEC_PER_SEC / HZ));
}

static inline unsigned int jiffies_to_usecs(unsigned long j)
{
	return (unsigned int)(j * (USEC_PER_SEC / HZ));
}

static inline u64 jiffies_to_nsecs(unsigned long j)
{
	return (u64)j * TICK_NSEC;
}

__END_DECLS

#define jiffies_64		((u64)jiffies)
#define jiffies64_to_nsecs(j)	jiffies_to_nsecs(j)
#define jiffies64_to_msecs(j)	((u64)(j) * (MSEC_PER_SEC / HZ))
#define round_jiffies(j)	(j)
#define round_jiffies_relative(j) (j)
#define round_jiffies_up(j)	(j)

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)
#define time_in_range(a, b, c)	(time_after_eq(a, b) && time_before_eq(a, c))
#define time_after64(a, b)	((s64)((b) - (a)) < 0)
#define time_before64(a, b)	time_after64(b, a)
#define time_after_eq64(a, b)	((s64)((a) - (b)) >= 0)
#define time_before_eq64(a, b)	time_after_eq64(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a) time_before_eq(jiffies, a)

#include <linux/ktime.h>

#endif
