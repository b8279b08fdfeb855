/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_ASM_PAGE_H
#define FLOOR_ASM_PAGE_H
#include <linux/mm.h>
#endif
