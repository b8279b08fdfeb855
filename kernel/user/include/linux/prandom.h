/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_PRANDOM_H
#define FLOOR_LINUX_PRANDOM_H
#include <linux/random.h>
#endif
