/* SPDX-License-Identifier: GPL-2.0 */
/* One CPU thread: the plain list operations are already safe for readers. */
#ifndef FLOOR_LINUX_RCULIST_H
#define FLOOR_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

/* Unlike list_del(), leaves the forward pointer for readers that stand here. */
static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	n->pprev = (struct hlist_node **)LIST_POISON2;
}

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
	n->pprev = NULL;
}

#define INIT_LIST_HEAD_RCU(list)		INIT_LIST_HEAD(list)
#define list_add_rcu(entry, head)		list_add(entry, head)
#define list_add_tail_rcu(entry, head)		list_add_tail(entry, head)
#define list_replace_rcu(old, entry)		list_replace(old, entry)
#define list_entry_rcu(ptr, type, member)	list_entry(ptr, type, member)
#define list_first_or_null_rcu(head, type, member) \
	list_first_entry_or_null(head, type, member)
#define list_for_each_entry_rcu(pos, head, member, cond...) \
	list_for_each_entry(pos, head, member)
#define hlist_add_head_rcu(n, h)		hlist_add_head(n, h)
#define hlist_for_each_entry_rcu(pos, head, member, cond...) \
	hlist_for_each_entry(pos, head, member)

#endif
