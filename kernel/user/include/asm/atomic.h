/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_ASM_ATOMIC_H
#define FLOOR_ASM_ATOMIC_H
#include <linux/atomic.h>
#endif
