// SPDX-License-Identifier: GPL-2.0
/*
 * Red-black trees. Rules: the root is black, a red node has black children,
 * and every way down from a node meets equally many black nodes.
 */
#include <linux/rbtree_augmented.h>
#include <linux/kernel.h>

static void no_propagate(struct rb_node *node, struct rb_node *stop)
{
	(void)node;
	(void)stop;
}

static void no_copy(struct rb_node *from, struct rb_node *to)
{
	(void)from;
	(void)to;
}

static const struct rb_augment_callbacks plain = { no_propagate, no_copy, no_copy };

static bool is_red(const struct rb_node *node)
{
	return node && node->rb_red;
}

/* Hangs node where old was. */
static void take_place(struct rb_root *root, struct rb_node *old, struct rb_node *node)
{
	struct rb_node *up = old->rb_up;

	if (!up)
		root->rb_node = node;
	else if (up->rb_left == old)
		up->rb_left = node;
	else
		up->rb_right = node;
	if (node)
		node->rb_up = up;
}

/* Makes a child the parent of its parent: the left one, or the right one. */
static void rotate(struct rb_root *root, struct rb_node *node, bool left_child,
		   const struct rb_augment_callbacks *augment)
{
	struct rb_node *child = left_child ? node->rb_left : node->rb_right;
	struct rb_node *inner = left_child ? child->rb_right : child->rb_left;

	take_place(root, node, child);
	node->rb_up = child;
	if (left_child) {
		child->rb_right = node;
		node->rb_left = inner;
	} else {
		child->rb_left = node;
		node->rb_right = inner;
	}
	if (inner)
		inner->rb_up = node;
	augment->rotate(node, child);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	struct rb_node *up, *top, *uncle;
	bool left;

	while (is_red(up = node->rb_up)) {
		top = up->rb_up;
		left = top->rb_left == up;
		uncle = left ? top->rb_right : top->rb_left;
		if (is_red(uncle)) {
			up->rb_red = false;
			uncle->rb_red = false;
			top->rb_red = true;
			node = top;
			continue;
		}
		if (node == (left ? up->rb_right : up->rb_left)) {
			rotate(root, up, !left, augment);
			up = node;
		}
		up->rb_red = false;
		top->rb_red = true;
		rotate(root, top, left, augment);
		break;
	}
	root->rb_node->rb_red = false;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	rb_insert_augmented(node, root, &plain);
}

/* The ways through "up" to its child "node" (perhaps NULL) miss one black node. */
static void erase_fixup(struct rb_root *root, struct rb_node *up, struct rb_node *node,
			const struct rb_augment_callbacks *augment)
{
	struct rb_node *sib, *far, *near;
	bool left;

	while (up && !is_red(node)) {
		left = up->rb_left == node;
		sib = left ? up->rb_right : up->rb_left;
		if (sib->rb_red) {
			sib->rb_red = false;
			up->rb_red = true;
			rotate(root, up, !left, augment);
			sib = left ? up->rb_right : up->rb_left;
		}
		far = left ? sib->rb_right : sib->rb_left;
		near = left ? sib->rb_left : sib->rb_right;
		if (!is_red(far) && !is_red(near)) {
			sib->rb_red = true;
			node = up;
			up = node->rb_up;
			continue;
		}
		if (!is_red(far)) {
			near->rb_red = false;
			sib->rb_red = true;
			rotate(root, sib, left, augment);
			far = sib;
			sib = near;
		}
		sib->rb_red = up->rb_red;
		up->rb_red = false;
		far->rb_red = false;
		rotate(root, up, !left, augment);
		return;
	}
	if (node)
		node->rb_red = false;
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	struct rb_node *gap_up, *child, *next;
	bool lost_black;

	if (!node->rb_left || !node->rb_right) {
		child = node->rb_left ? node->rb_left : node->rb_right;
		gap_up = node->rb_up;
		lost_black = !node->rb_red;
		take_place(root, node, child);
	} else {
		/* The successor, which has no left child, moves into the node's place. */
		for (next = node->rb_right; next->rb_left; next = next->rb_left)
			;
		child = next->rb_right;
		lost_black = !next->rb_red;
		gap_up = next;
		if (next->rb_up != node) {
			gap_up = next->rb_up;
			take_place(root, next, child);
			next->rb_right = node->rb_right;
			next->rb_right->rb_up = next;
		}
		take_place(root, node, next);
		next->rb_left = node->rb_left;
		next->rb_left->rb_up = next;
		next->rb_red = node->rb_red;
		augment->copy(node, next);
		if (gap_up != next)
			augment->propagate(gap_up, next);
		augment->propagate(next, NULL);
	}
	if (gap_up)
		augment->propagate(gap_up, NULL);
	if (lost_black)
		erase_fixup(root, gap_up, child, augment);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_erase_augmented(node, root, &plain);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_right)
		node = node->rb_right;
	return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	const struct rb_root right = { node->rb_right };

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_right)
		return rb_first(&right);
	while (node->rb_up && node->rb_up->rb_right == node)
		node = node->rb_up;
	return node->rb_up;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	const struct rb_root left = { node->rb_left };

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_left)
		return rb_last(&left);
	while (node->rb_up && node->rb_up->rb_left == node)
		node = node->rb_up;
	return node->rb_up;
}

static struct rb_node *leftmost_leaf(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return leftmost_leaf(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *up;

	if (!node)
		return NULL;
	up = node->rb_up;
	if (up && up->rb_left == node && up->rb_right)
		return leftmost_leaf(up->rb_right);
	return up;
}

void rb_replace_node(struct rb_node *victim, struct rb_node *node, struct rb_root *root)
{
	*node = *victim;
	take_place(root, victim, node);
	if (node->rb_left)
		node->rb_left->rb_up = node;
	if (node->rb_right)
		node->rb_right->rb_up = node;
}

static bool descend_add(struct rb_node *node, struct rb_root *tree,
			bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node, *up = NULL;
	bool leftmost = true;

	while (*link) {
		up = *link;
		if (less(node, up)) {
			link = &up->rb_left;
		} else {
			link = &up->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(node, up, link);
	rb_insert_color(node, tree);
	return leftmost;
}

void rb_add(struct rb_node *node, struct rb_root *tree,
	    bool (*less)(struct rb_node *, const struct rb_node *))
{
	descend_add(node, tree, less);
}

struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
			      bool (*less)(struct rb_node *, const struct rb_node *))
{
	if (!descend_add(node, &tree->rb_root, less))
		return NULL;
	tree->rb_leftmost = node;
	return node;
}

struct rb_node *rb_find_add(struct rb_node *node, struct rb_root *tree,
			    int (*cmp)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node, *up = NULL;

	while (*link) {
		int c = cmp(node, *link);

		up = *link;
		if (!c)
			return up;
		link = c < 0 ? &up->rb_left : &up->rb_right;
	}
	rb_link_node(node, up, link);
	rb_insert_color(node, tree);
	return NULL;
}

struct rb_node *rb_find(const void *key, const struct rb_root *tree,
			int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node;

	while (node) {
		int c = cmp(key, node);

		if (!c)
			break;
		node = c < 0 ? node->rb_left : node->rb_right;
	}
	return node;
}

struct rb_node *rb_find_first(const void *key, const struct rb_root *tree,
			      int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node, *found = NULL;

	while (node) {
		int c = cmp(key, node);

		if (!c)
			found = node;
		node = c <= 0 ? node->rb_left : node->rb_right;
	}
	return found;
}

struct rb_node *rb_next_match(const void *key, struct rb_node *node,
			      int (*cmp)(const void *key, const struct rb_node *))
{
	node = rb_next(node);
	return node && !cmp(key, node) ? node : NULL;
}
