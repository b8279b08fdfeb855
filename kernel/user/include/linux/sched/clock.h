/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SCHED_CLOCK_H
#define FLOOR_LINUX_SCHED_CLOCK_H
#include <linux/sched.h>
#include <linux/ktime.h>
#endif
