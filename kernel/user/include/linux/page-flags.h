/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_PAGE_FLAGS_H
#define FLOOR_LINUX_PAGE_FLAGS_H
#include <linux/mm.h>
#endif
