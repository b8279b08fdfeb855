/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_PAGEMAP_H
#define FLOOR_LINUX_PAGEMAP_H
#include <linux/mm.h>
#endif
