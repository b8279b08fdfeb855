/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_TOPOLOGY_H
#define FLOOR_LINUX_TOPOLOGY_H
#include <linux/smp.h>
#endif
