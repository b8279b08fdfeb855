// SPDX-License-Identifier: GPL-2.0
/* Variables that exist once per simulated node: a table by node and address. */
#include "internal.h"

#include <floor_node.h>
#include <linux/hash.h>

struct instance {
	struct instance *next;		/* in the bucket */
	unsigned int node;
	size_t size;
	void *var;			/* node 0's object, and the name of the variable */
	void *data;			/* the same as var for node 0 */
};

#define BUCKET_BITS	12

static struct instance *buckets[1 << BUCKET_BITS];

static size_t bucket_of(const void *var, unsigned int node)
{
	return hash_64((unsigned long)var + node * GOLDEN_RATIO_32, BUCKET_BITS);
}

void *floor_node_instance(void *var, size_t size)
{
	unsigned int node = floor_current->node;
	struct instance **head = &buckets[bucket_of(var, node)], *i;

	for (i = *head; i; i = i->next)
		if (i->var == var && i->node == node)
			return i->data;
	i = calloc(1, sizeof(*i));
	if (!i)
		abort();
	i->node = node;
	i->size = size;
	i->var = var;
	i->data = node ? calloc(1, size) : var;
	if (!i->data)
		abort();
	i->next = *head;
	*head = i;
	return i->data;
}

static void forget(unsigned int node, bool all)
{
	size_t b;

	for (b = 0; b < ARRAY_SIZE(buckets); b++) {
		struct instance **link = &buckets[b], *i;

		while ((i = *link)) {
			if (!all && i->node != node) {
				link = &i->next;
				continue;
			}
			*link = i->next;
			if (i->node)
				free(i->data);
			else
				memset(i->data, 0, i->size);
			free(i);
		}
	}
}

void floor_node_reset(void)
{
	forget(0, true);
}

void floor_node_forget(unsigned int node)
{
	forget(node, false);
}

unsigned int floor_node(void)
{
	return floor_current->node;
}

unsigned int floor_set_node(unsigned int node)
{
	unsigned int was = floor_current->node;

	floor_current->node = node;
	return was;
}
