// SPDX-License-Identifier: GPL-2.0
/* Stable sorting of arrays and lists, by merging. */
#include "internal.h"

#include <linux/list_sort.h>
#include <linux/sort.h>

/* Sorts n elements at "a"; "tmp" has room for as many. */
static void merge_sort(char *a, char *tmp, size_t n, size_t size, cmp_func_t cmp)
{
	size_t half = n / 2, i = 0, j = half, k;

	if (n < 2)
		return;
	merge_sort(a, tmp, half, size, cmp);
	merge_sort(a + half * size, tmp, n - half, size, cmp);
	for (k = 0; k < n; k++) {
		bool left = j == n || (i < half && cmp(a + i * size, a + j * size) <= 0);

		memcpy(tmp + k * size, a + (left ? i++ : j++) * size, size);
	}
	memcpy(a, tmp, n * size);
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swapfn)
{
	char *tmp;

	(void)swapfn;
	if (num < 2)
		return;
	tmp = malloc(num * size);
	if (!tmp)
		abort();
	merge_sort(base, tmp, num, size, cmp);
	free(tmp);
}

void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp)
{
	struct list_head left, right, *slow = head, *fast = head;

	if (list_empty(head) || list_is_singular(head))
		return;
	do {
		slow = slow->next;
		fast = fast->next->next;
	} while (fast != head && fast->next != head);
	list_cut_position(&left, head, slow);
	INIT_LIST_HEAD(&right);
	list_splice_init(head, &right);
	list_sort(priv, &left, cmp);
	list_sort(priv, &right, cmp);
	while (!list_empty(&left) && !list_empty(&right))
		list_move_tail(cmp(priv, left.next, right.next) <= 0 ? left.next : right.next,
			       head);
	list_splice_tail(&left, head);
	list_splice_tail(&right, head);
}
