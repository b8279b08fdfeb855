// SPDX-License-Identifier: GPL-2.0
/* What rpc/ keeps once per node. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "obd/rpc/internal.h"

#define EXIT_WAIT	(5 * HZ)

DEFINE_NODE_VAR(struct rpc_node, rpc_node);

u64 rpc_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

u64 rpc_next_xid(void)
{
	return atomic64_add_return(RPC_XID_STEP, &node_var(rpc_node)->next_xid);
}

int rpc_init(void)
{
	struct rpc_node *node = node_var(rpc_node);

	spin_lock_init(&node->lock);
	atomic_set(&node->nr_imports, 0);
	init_waitqueue_head(&node->idle);
	hash_init(node->handles);
	INIT_LIST_HEAD(&node->services);
	atomic64_set(&node->next_xid, rpc_first_xid(ktime_get_real_seconds()));
	node->wq = alloc_workqueue("sheen_rpc", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!node->wq)
		return -ENOMEM;
	node->recov_wq = alloc_workqueue("sheen_recov", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!node->recov_wq) {
		destroy_workqueue(node->wq);
		node->wq = NULL;
		return -ENOMEM;
	}
	lnet_watch_lost(rpc_peer_lost);
	return 0;
}

void rpc_exit(void)
{
	struct rpc_node *node = node_var(rpc_node);

	lnet_watch_lost(NULL);
	/* A closed import lives until the thread that ended its last request has let go of that. */
	wait_event_timeout(node->idle, !atomic_read(&node->nr_imports), EXIT_WAIT);
	destroy_workqueue(node->recov_wq);
	destroy_workqueue(node->wq);
	node->recov_wq = NULL;
	node->wq = NULL;
}
