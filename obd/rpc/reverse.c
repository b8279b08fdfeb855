// SPDX-License-Identifier: GPL-2.0
/* The way of a server to its clients: blocking, completion and glimpse callbacks. */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/rpc/internal.h"

/*
 * A reverse import has no life of its own: it is FULL from the start, is never connected or
 * pinged, and requests that stay unanswered fail after a few attempts.  It follows its export
 * when the client reconnects.
 */
int rpc_reverse_import(struct obd_export *exp, struct rpc_import **impp)
{
	struct rpc_import *imp = rpc_import_alloc(exp->dev);

	if (!imp)
		return -ENOMEM;
	imp->reverse = true;
	imp->request_portal = PORTAL_LDLM_CB_REQUEST;
	imp->reply_portal = PORTAL_LDLM_CB_REPLY;
	imp->nr_nids = 1;
	imp->nids[0] = exp->nid;
	imp->handle = exp->client_handle;
	imp->conn_cnt = exp->conn_cnt;
	imp->nr_slots = RPC_MAX_SLOTS;
	imp->state = IMP_FULL;
	*impp = imp;
	return 0;
}
EXPORT_SYMBOL_GPL(rpc_reverse_import);

void rpc_reverse_update(struct obd_export *exp)
{
	struct rpc_import *imp = exp->imp_rev;
	lnet_nid_t nid;
	u64 handle;
	u32 conn_cnt;

	if (!imp)
		return;
	spin_lock(&exp->lock);
	nid = exp->nid;
	handle = exp->client_handle;
	conn_cnt = exp->conn_cnt;
	spin_unlock(&exp->lock);
	spin_lock(&imp->lock);
	imp->nids[0] = nid;
	imp->handle = handle;
	imp->conn_cnt = conn_cnt;
	spin_unlock(&imp->lock);
}
EXPORT_SYMBOL_GPL(rpc_reverse_update);
