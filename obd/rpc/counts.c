// SPDX-License-Identifier: GPL-2.0
/* How many requests an import has sent, by opcode, and what it keeps for a replay. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/rpc/internal.h"

/* A request is being sent; under imp->lock. Of the opcodes that we know none is left out. */
void rpc_count_sending(struct rpc_import *imp, u32 opc, bool again)
{
	struct rpc_count *c;
	unsigned int i;

	for (i = 0; i < imp->nr_counts && imp->counts[i].opc != opc; i++)
		;
	if (i == RPC_MAX_COUNTS)
		return;
	c = &imp->counts[i];
	if (i == imp->nr_counts) {
		c->opc = opc;
		imp->nr_counts++;
	}
	if (again)
		c->again++;
	else
		c->sent++;
}

/* The import of a client device, with a reference, or NULL. */
static struct rpc_import *import_of(const struct obd_device *dev)
{
	struct rpc_node *node = node_var(rpc_node);
	struct rpc_import *imp, *found = NULL;
	int i;

	spin_lock(&node->lock);
	hash_for_each(node->handles, i, imp, hash) {
		if (!found && imp->dev == dev)
			found = rpc_import_get(imp);
	}
	spin_unlock(&node->lock);
	return found;
}

int rpc_device_stats(const struct obd_device *dev, struct rpc_stats *stats)
{
	struct rpc_import *imp = import_of(dev);

	if (!imp)
		return -ENODEV;
	strscpy(stats->target_uuid, imp->target_uuid, sizeof(stats->target_uuid));
	stats->held_pages = atomic_long_read(&imp->held_pages);
	spin_lock(&imp->lock);
	stats->state = imp->state;
	stats->nr_counts = imp->nr_counts;
	memcpy(stats->counts, imp->counts, sizeof(stats->counts));
	spin_unlock(&imp->lock);
	rpc_import_put(imp);
	return 0;
}
EXPORT_SYMBOL_GPL(rpc_device_stats);
