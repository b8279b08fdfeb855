/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SORT_H
#define FLOOR_LINUX_SORT_H

#include <linux/types.h>

typedef int (*cmp_func_t)(const void *a, const void *b);
typedef void (*swap_func_t)(void *a, void *b, int size);

__BEGIN_DECLS

/* Stable, and needs no swap function. */
void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swapfn);

__END_DECLS

#endif
