/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_CONTAINER_OF_H
#define FLOOR_LINUX_CONTAINER_OF_H

#include <linux/stddef.h>

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define container_of_const(ptr, type, member) \
	((const type *)((const char *)(ptr) - offsetof(type, member)))

#endif
