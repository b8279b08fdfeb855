/* SPDX-License-Identifier: GPL-2.0 */
/* Trees whose nodes carry a digest of their subtree. */
#ifndef FLOOR_LINUX_RBTREE_AUGMENTED_H
#define FLOOR_LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	/* Recompute from node up to, but not including, stop. */
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	/* "to" takes the place of "from" and its digest. */
	void (*copy)(struct rb_node *from, struct rb_node *to);
	/* "to" becomes the parent of "from" and inherits its digest. */
	void (*rotate)(struct rb_node *from, struct rb_node *to);
};

__BEGIN_DECLS

/* The caller has already updated the digests on the way down to the new node. */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment);

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					      bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

__END_DECLS

/* compute(entry, exit) refreshes the digest; true when it asked to exit and nothing changed. */
#define RB_DECLARE_CALLBACKS(cbstatic, cbname, type, rbfield, digest, compute) \
static inline void cbname##_propagate(struct rb_node *rb, struct rb_node *stop) \
{ \
	for (; rb != stop; rb = rb_parent(rb)) \
		if (compute(rb_entry(rb, type, rbfield), true)) \
			break; \
} \
static inline void cbname##_copy(struct rb_node *from, struct rb_node *to) \
{ \
	rb_entry(to, type, rbfield)->digest = rb_entry(from, type, rbfield)->digest; \
} \
static void cbname##_rotate(struct rb_node *from, struct rb_node *to) \
{ \
	cbname##_copy(from, to); \
	compute(rb_entry(from, type, rbfield), false); \
} \
cbstatic const struct rb_augment_callbacks cbname = { \
	cbname##_propagate, cbname##_copy, cbname##_rotate \
}

/* The usual digest: the largest value(entry) of the subtree. */
#define RB_DECLARE_CALLBACKS_MAX(cbstatic, cbname, type, rbfield, vtype, digest, value) \
static inline bool cbname##_compute_max(type *node, bool exit_early) \
{ \
	vtype top = value(node); \
	type *child; \
	child = rb_entry_safe(node->rbfield.rb_left, type, rbfield); \
	if (child && child->digest > top) \
		top = child->digest; \
	child = rb_entry_safe(node->rbfield.rb_right, type, rbfield); \
	if (child && child->digest > top) \
		top = child->digest; \
	if (exit_early && node->digest == top) \
		return true; \
	node->digest = top; \
	return false; \
} \
RB_DECLARE_CALLBACKS(cbstatic, cbname, type, rbfield, digest, cbname##_compute_max)

#endif
