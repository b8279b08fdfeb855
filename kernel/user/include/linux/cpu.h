/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_CPU_H
#define FLOOR_LINUX_CPU_H
#include <linux/smp.h>
#endif
