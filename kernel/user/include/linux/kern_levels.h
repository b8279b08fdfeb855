/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_KERN_LEVELS_H
#define FLOOR_LINUX_KERN_LEVELS_H
#include <linux/printk.h>
#endif
