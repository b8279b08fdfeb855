/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_RWLOCK_H
#define FLOOR_LINUX_RWLOCK_H
#include <linux/spinlock.h>
#endif
