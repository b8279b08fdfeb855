/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_KTIME_H
#define FLOOR_LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/timekeeping.h>

static inline ktime_t ktime_set(s64 secs, unsigned long nsecs)
{
	return secs * NSEC_PER_SEC + (s64)nsecs;
}

static inline int ktime_compare(ktime_t a, ktime_t b)
{
	return a < b ? -1 : a > b;
}

#define ktime_add(a, b)		((ktime_t)((a) + (b)))
#define ktime_sub(a, b)		((ktime_t)((a) - (b)))
#define ktime_add_ns(kt, n)	((ktime_t)((kt) + (s64)(n)))
#define ktime_sub_ns(kt, n)	((ktime_t)((kt) - (s64)(n)))
#define ktime_add_us(kt, u)	ktime_add_ns(kt, (u64)(u) * NSEC_PER_USEC)
#define ktime_add_ms(kt, m)	ktime_add_ns(kt, (u64)(m) * NSEC_PER_MSEC)
#define ktime_sub_ms(kt, m)	ktime_sub_ns(kt, (u64)(m) * NSEC_PER_MSEC)
#define ktime_after(a, b)	((a) > (b))
#define ktime_before(a, b)	((a) < (b))
#define ktime_to_ns(kt)		((s64)(kt))
#define ktime_to_us(kt)		((s64)(kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt)		((s64)(kt) / NSEC_PER_MSEC)
#define ktime_divns(kt, div)	((s64)(kt) / (div))
#define ktime_us_delta(a, b)	ktime_to_us(ktime_sub(a, b))
#define ktime_ms_delta(a, b)	ktime_to_ms(ktime_sub(a, b))
#define ns_to_ktime(ns)		((ktime_t)(ns))
#define us_to_ktime(us)		((ktime_t)(us) * NSEC_PER_USEC)
#define ms_to_ktime(ms)		((ktime_t)(ms) * NSEC_PER_MSEC)
#define ktime_to_timespec64(kt)	ns_to_timespec64(kt)
#define timespec64_to_ktime(ts)	ktime_set((ts).tv_sec, (unsigned long)(ts).tv_nsec)

#endif
