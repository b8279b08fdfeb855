// SPDX-License-Identifier: GPL-2.0
/* Calls that several kinds of clients make alike. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "obd/rpc/rpc.h"

int rpc_call_get(struct rpc_request *req, enum wire_field f, void *to, size_t size)
{
	const void *from;
	u32 len;
	int rc = rpc_call(req);

	if (!rc && to) {
		from = rpc_rep_buf(req, f, &len);
		if (from && len >= size)
			memcpy(to, from, size);
		else
			rc = -EPROTO;
	}
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_call_get);

int rpc_call_statfs(struct rpc_import *imp, u32 opc, u32 flags, struct wire_statfs *st)
{
	struct rpc_request *req = rpc_new(imp, &fmt_statfs, opc);
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_set_flags(req, flags);
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	return rpc_call_get(req, WF_STATFS, st, sizeof(*st));
}
EXPORT_SYMBOL_GPL(rpc_call_statfs);

int rpc_call_obdo(struct rpc_import *imp, u32 opc, u32 portal, u32 flags,
		  const struct wire_obdo *ask, const struct wire_extra *extra,
		  struct wire_obdo *answer)
{
	struct rpc_request *req = rpc_new(imp, &fmt_ost_body, opc);
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_set_portal(req, portal);
	rpc_set_flags(req, flags);
	if (!(rpc_import_vendor(imp) & VENDOR_EXTRA))
		extra = NULL;
	if (extra)
		rpc_req_len(req, WF_EXTRA, sizeof(*extra));
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	memcpy(rpc_req_buf(req, WF_OBDO), ask, sizeof(*ask));
	if (extra)
		memcpy(rpc_req_buf(req, WF_EXTRA), extra, sizeof(*extra));
	return rpc_call_get(req, WF_OBDO, answer, sizeof(*answer));
}
EXPORT_SYMBOL_GPL(rpc_call_obdo);
