/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_ASM_UNALIGNED_H
#define FLOOR_ASM_UNALIGNED_H
#include <linux/unaligned.h>
#endif
