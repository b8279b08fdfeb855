/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_LIST_SORT_H
#define FLOOR_LINUX_LIST_SORT_H

#include <linux/list.h>

typedef int (*list_cmp_func_t)(void *priv, const struct list_head *a, const struct list_head *b);

__BEGIN_DECLS

/* Stable. */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp);

__END_DECLS

#endif
