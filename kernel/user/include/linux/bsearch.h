/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_BSEARCH_H
#define FLOOR_LINUX_BSEARCH_H

#ifdef __cplusplus
#include <stdlib.h>
#else
#include <stddef.h>
void *bsearch(const void *key, const void *base, size_t num, size_t size,
	      int (*cmp)(const void *key, const void *elt));
#endif

#endif
