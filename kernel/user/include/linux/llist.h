/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_LLIST_H
#define FLOOR_LINUX_LLIST_H

#include <linux/container_of.h>
#include <linux/types.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name)	{ NULL }
#define LLIST_HEAD(name)	struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return !head->first;
}

/* True when the list was empty before. */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *out = NULL;

	while (node) {
		struct llist_node *next = node->next;

		node->next = out;
		out = node;
		node = next;
	}
	return out;
}

#define llist_entry(ptr, type, member)	container_of(ptr, type, member)
#define floor_llist_at(node, type, member) \
	({ struct llist_node *__ln = (node); \
	   __ln ? llist_entry(__ln, type, member) : (type *)NULL; })
#define llist_for_each_entry(pos, node, member) \
	for ((pos) = floor_llist_at(node, __typeof__(*(pos)), member); (pos); \
	     (pos) = floor_llist_at((pos)->member.next, __typeof__(*(pos)), member))
#define llist_for_each_entry_safe(pos, n, node, member) \
	for ((pos) = floor_llist_at(node, __typeof__(*(pos)), member); \
	     (pos) && ((n) = floor_llist_at((pos)->member.next, __typeof__(*(pos)), member), 1); \
	     (pos) = (n))

#endif
