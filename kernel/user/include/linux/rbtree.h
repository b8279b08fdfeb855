/* SPDX-License-Identifier: GPL-2.0 */
/* Red-black trees. The caller descends and links; the tree rebalances. */
#ifndef FLOOR_LINUX_RBTREE_H
#define FLOOR_LINUX_RBTREE_H

#include <linux/types.h>
#include <linux/export.h>
#include <linux/container_of.h>

struct rb_node {
	struct rb_node *rb_up;		/* itself when not in a tree */
	struct rb_node *rb_right;
	struct rb_node *rb_left;
	bool rb_red;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT			((struct rb_root) { NULL })
#define RB_ROOT_CACHED		((struct rb_root_cached) { { NULL }, NULL })
#define RB_EMPTY_ROOT(root)	((root)->rb_node == NULL)
#define RB_EMPTY_NODE(node)	((node)->rb_up == (node))
#define RB_CLEAR_NODE(node)	((node)->rb_up = (node))
#define rb_parent(node)		((node)->rb_up)
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) \
	({ __typeof__(ptr) __rp = (ptr); __rp ? rb_entry(__rp, type, member) : (type *)NULL; })

__BEGIN_DECLS

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);
void rb_replace_node(struct rb_node *victim, struct rb_node *node, struct rb_root *root);

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->rb_up = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	node->rb_red = true;
	*link = node;
}

#define rb_link_node_rcu(node, parent, link) rb_link_node(node, parent, link)
#define rb_first_cached(root)	((root)->rb_leftmost)

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *leftmost = NULL;

	if (root->rb_leftmost == node) {
		leftmost = rb_next(node);
		root->rb_leftmost = leftmost;
	}
	rb_erase(node, &root->rb_root);
	return leftmost;
}

static inline void rb_replace_node_cached(struct rb_node *victim, struct rb_node *node,
					  struct rb_root_cached *root)
{
	if (root->rb_leftmost == victim)
		root->rb_leftmost = node;
	rb_replace_node(victim, node, &root->rb_root);
}

/* Helpers that descend by a comparison; equal nodes keep their order of arrival. */
void rb_add(struct rb_node *node, struct rb_root *tree,
	    bool (*less)(struct rb_node *, const struct rb_node *));
struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
			      bool (*less)(struct rb_node *, const struct rb_node *));
struct rb_node *rb_find_add(struct rb_node *node, struct rb_root *tree,
			    int (*cmp)(struct rb_node *, const struct rb_node *));
struct rb_node *rb_find(const void *key, const struct rb_root *tree,
			int (*cmp)(const void *key, const struct rb_node *));
struct rb_node *rb_find_first(const void *key, const struct rb_root *tree,
			      int (*cmp)(const void *key, const struct rb_node *));
struct rb_node *rb_next_match(const void *key, struct rb_node *node,
			      int (*cmp)(const void *key, const struct rb_node *));

__END_DECLS

#define rb_for_each(node, key, tree, cmp) \
	for ((node) = rb_find_first((key), (tree), (cmp)); (node); \
	     (node) = rb_next_match((key), (node), (cmp)))

/* The body may free "pos" but must not rebalance the tree. */
#define rbtree_postorder_for_each_entry_safe(pos, n, root, field) \
	for ((pos) = rb_entry_safe(rb_first_postorder(root), __typeof__(*(pos)), field); \
	     (pos) && ({ (n) = rb_entry_safe(rb_next_postorder(&(pos)->field), \
					     __typeof__(*(pos)), field); 1; }); \
	     (pos) = (n))

#endif
