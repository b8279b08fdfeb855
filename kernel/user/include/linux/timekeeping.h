/* SPDX-License-Identifier: GPL-2.0 */
/* All clocks show virtual time; the wall clock starts at a fixed date. */
#ifndef FLOOR_LINUX_TIMEKEEPING_H
#define FLOOR_LINUX_TIMEKEEPING_H

#include <linux/time64.h>

__BEGIN_DECLS

u64 ktime_get_ns(void);
u64 ktime_get_real_ns(void);

static inline ktime_t ktime_get(void)
{
	return (ktime_t)ktime_get_ns();
}

static inline ktime_t ktime_get_real(void)
{
	return (ktime_t)ktime_get_real_ns();
}

static inline time64_t ktime_get_seconds(void)
{
	return (time64_t)(ktime_get_ns() / NSEC_PER_SEC);
}

static inline time64_t ktime_get_real_seconds(void)
{
	return (time64_t)(ktime_get_real_ns() / NSEC_PER_SEC);
}

static inline void ktime_get_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64((s64)ktime_get_ns());
}

static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64((s64)ktime_get_real_ns());
}

__END_DECLS

#define ktime_get_coarse()		ktime_get()
#define ktime_get_coarse_real_ts64(ts)	ktime_get_real_ts64(ts)
#define ktime_get_boottime()		ktime_get()
#define ktime_get_boottime_ns()		ktime_get_ns()
#define ktime_get_boottime_seconds()	ktime_get_seconds()
#define ktime_get_raw()			ktime_get()
#define ktime_get_raw_ns()		ktime_get_ns()
#define ktime_get_mono_fast_ns()	ktime_get_ns()
#define local_clock()			ktime_get_ns()
#define sched_clock()			ktime_get_ns()

#endif
