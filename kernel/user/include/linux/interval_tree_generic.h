/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Closed intervals in a tree ordered by their start; each node knows the
 * largest end below it, which is what lets a search skip whole subtrees.
 */
#ifndef FLOOR_LINUX_INTERVAL_TREE_GENERIC_H
#define FLOOR_LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree_augmented.h>

#define INTERVAL_TREE_DEFINE(itype, irb, ival, isub, istart, ilast, istatic, pfx) \
RB_DECLARE_CALLBACKS_MAX(static, pfx##_augment, itype, irb, ival, isub, ilast); \
\
istatic void pfx##_insert(itype *node, struct rb_root_cached *root) \
{ \
	struct rb_node **link = &root->rb_root.rb_node, *up = NULL; \
	ival start = istart(node), last = ilast(node); \
	bool leftmost = true; \
	while (*link) { \
		itype *at = rb_entry(*link, itype, irb); \
		up = *link; \
		if (at->isub < last) \
			at->isub = last; \
		if (start < istart(at)) { \
			link = &up->rb_left; \
		} else { \
			link = &up->rb_right; \
			leftmost = false; \
		} \
	} \
	node->isub = last; \
	rb_link_node(&node->irb, up, link); \
	rb_insert_augmented_cached(&node->irb, root, leftmost, &pfx##_augment); \
} \
\
istatic void pfx##_remove(itype *node, struct rb_root_cached *root) \
{ \
	rb_erase_augmented_cached(&node->irb, root, &pfx##_augment); \
} \
\
/* The leftmost overlap in the subtree of "rb", which has isub >= start. */ \
static itype *pfx##_leftmost(struct rb_node *rb, ival start, ival last) \
{ \
	while (rb) { \
		itype *at = rb_entry(rb, itype, irb); \
		itype *left = rb_entry_safe(rb->rb_left, itype, irb); \
		itype *right = rb_entry_safe(rb->rb_right, itype, irb); \
		if (left && left->isub >= start) { \
			rb = &left->irb; \
			continue; \
		} \
		if (istart(at) > last) \
			return NULL; \
		if (ilast(at) >= start) \
			return at; \
		rb = right && right->isub >= start ? &right->irb : NULL; \
	} \
	return NULL; \
} \
\
istatic itype *pfx##_iter_first(struct rb_root_cached *root, ival start, ival last) \
{ \
	return pfx##_leftmost(root->rb_root.rb_node, start, last); \
} \
\
istatic itype *pfx##_iter_next(itype *node, ival start, ival last) \
{ \
	struct rb_node *rb = &node->irb, *child = rb->rb_right; \
	for (;;) { \
		if (child) { \
			itype *sub = rb_entry(child, itype, irb); \
			if (sub->isub >= start) \
				return pfx##_leftmost(child, start, last); \
		} \
		do { \
			child = rb; \
			rb = rb_parent(rb); \
			if (!rb) \
				return NULL; \
		} while (rb->rb_right == child); \
		node = rb_entry(rb, itype, irb); \
		if (istart(node) > last) \
			return NULL; \
		if (ilast(node) >= start) \
			return node; \
		child = rb->rb_right; \
	} \
}

#endif
