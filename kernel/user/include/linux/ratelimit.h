/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_RATELIMIT_H
#define FLOOR_LINUX_RATELIMIT_H

#include <linux/printk.h>
#include <linux/jiffies.h>

#define DEFAULT_RATELIMIT_INTERVAL	(5 * HZ)
#define DEFAULT_RATELIMIT_BURST		10

struct ratelimit_state {
	int interval;			/* jiffies */
	int burst;			/* messages let through per interval */
	int printed;
	int missed;
	unsigned long begin;		/* of the interval; jiffies */
	bool started;
};

#define RATELIMIT_STATE_INIT(name, ival, n)	{ ival, n, 0, 0, 0, false }
#define DEFINE_RATELIMIT_STATE(name, ival, n) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, ival, n)

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	rs->interval = interval;
	rs->burst = burst;
	rs->printed = 0;
	rs->missed = 0;
	rs->started = false;
}

static inline int __ratelimit(struct ratelimit_state *rs)
{
	if (!rs->started || time_after(jiffies, rs->begin + (unsigned long)rs->interval)) {
		rs->started = true;
		rs->begin = jiffies;
		rs->printed = 0;
		rs->missed = 0;
	}
	if (rs->printed < rs->burst) {
		rs->printed++;
		return 1;
	}
	rs->missed++;
	return 0;
}

#endif
