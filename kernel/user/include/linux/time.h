/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_TIME_H
#define FLOOR_LINUX_TIME_H
#include <linux/time64.h>
#endif
