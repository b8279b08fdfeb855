// SPDX-License-Identifier: GPL-2.0
/* What a node needs for locks: handles, workers, and the services for callbacks and cancels. */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/dlm/internal.h"

struct ldlm_node {
	struct workqueue_struct *wq;
	struct rpc_service *callbacks;
	struct rpc_service *cancels;
};

static DEFINE_NODE_VAR(struct ldlm_node, ldlm_node);

static const struct obd_handler callback_handlers[] = {
	{ .opc = OP_LDLM_BL_CALLBACK, .fmt = &fmt_bl_callback, .fn = ldlm_bl_handler },
	{ .opc = OP_LDLM_CP_CALLBACK, .fmt = &fmt_cp_callback, .fn = ldlm_cp_handler },
	{ .opc = OP_LDLM_GL_CALLBACK, .fmt = &fmt_gl_callback, .fn = ldlm_gl_handler },
	{ }
};

static const struct rpc_service_desc callback_service = {
	.name = "ldlm_cb",
	.portals = { PORTAL_LDLM_CB_REQUEST },
	.threads_min = 2,
	.threads_max = 16,
	.handlers = callback_handlers,
};

/* Cancels have threads of their own: whoever waits for a lock may occupy all others. */
static const struct rpc_service_desc cancel_service = {
	.name = "ldlm_cn",
	.portals = { PORTAL_LDLM_CANCEL_REQUEST },
	.threads_min = 2,
	.threads_max = 16,
};

struct workqueue_struct *ldlm_wq(void)
{
	return node_var(ldlm_node)->wq;
}

int ldlm_init(void)
{
	struct ldlm_node *n = node_var(ldlm_node);
	int rc;

	rc = ldlm_handles_init();
	if (rc)
		return rc;
	ldlm_caches_init();
	rc = -ENOMEM;
	n->wq = alloc_workqueue("ldlm", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!n->wq)
		goto out_handles;
	rc = rpc_service_start(&callback_service, &n->callbacks);
	if (rc)
		goto out_wq;
	rc = rpc_service_start(&cancel_service, &n->cancels);
	if (rc)
		goto out_callbacks;
	return 0;
out_callbacks:
	rpc_service_stop(n->callbacks);
out_wq:
	destroy_workqueue(n->wq);
	n->wq = NULL;
out_handles:
	ldlm_handles_exit();
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_init);

void ldlm_exit(void)
{
	struct ldlm_node *n = node_var(ldlm_node);

	rpc_service_stop(n->cancels);
	rpc_service_stop(n->callbacks);
	destroy_workqueue(n->wq);
	n->wq = NULL;
	ldlm_handles_exit();
}
EXPORT_SYMBOL_GPL(ldlm_exit);
