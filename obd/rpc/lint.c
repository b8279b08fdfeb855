// SPDX-License-Identifier: GPL-2.0
/*
 * Shows the linter (obd/wire/lint.h) every message that a server is about to send to a client, and
 * every request of a client. Not in ordinary builds of the modules.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "obd/rpc/internal.h"
#include "obd/wire/lint.h"

#define VERDICT "%s: rule %s of the linter: the message of opcode %u %s\n"

static void judge(const struct wire_lint *l, enum wire_lint_on on, const struct obd_device *dev)
{
	const struct wire_lint_rule *rule = wire_lint_check(l, on);
	const char *target = dev ? dev->name : "no target";

	if (!rule)
		return;
	if (SHEEN_DEBUG > 1)
		panic(VERDICT, target, rule->name, l->opc, rule->says);
	WARN(1, VERDICT, target, rule->name, l->opc, rule->says);
}

/* The export that a reply concerns, with a reference; that of a connect is named in its reply. */
static struct obd_export *export_of(const struct rpc_srv_state *st)
{
	if (st->exp)
		return export_get(st->exp);
	if (!wire_opc_is_connect(st->req.opc))
		return NULL;
	return export_find(le64_to_cpu(wire_msg_body(st->req.repmsg)->handle));
}

void rpc_lint_begin(struct rpc_srv_state *st)
{
	struct obd_export *exp = export_of(st);

	if (!exp)
		return;
	spin_lock(&exp->lock);
	st->lint = exp->lint;
	spin_unlock(&exp->lock);
	export_put(exp);
}

void rpc_lint_reply(struct rpc_srv_state *st)
{
	struct obd_export *exp = export_of(st);
	struct wire_lint l = {
		.opc = st->req.opc,
		.req = st->req.reqmsg,
		.msg = st->req.repmsg,
		.fmt = st->req.fmt,
		.size = st->rep_size,
		.offset = st->rep_offset,
		.bulk_bytes = st->bulk_moved,
		.granted = exp ? &exp->granted : NULL,
		.vendor = exp ? exp->vendor : 0,
		.peer = st->lint,
	};

	judge(&l, LINT_REPLY, st->dev);
	if (!exp)
		return;
	spin_lock(&exp->lock);
	wire_lint_sent(&l, &exp->lint);
	spin_unlock(&exp->lock);
	export_put(exp);
}

void rpc_lint_request(struct rpc_request *req)
{
	bool callback = req->imp->reverse;
	struct wire_lint l = {
		.opc = rpc_st(req)->opc,
		.req = callback ? NULL : req->reqmsg,
		.msg = req->reqmsg,
		.fmt = req->fmt,
	};

	judge(&l, callback ? LINT_CALLBACK : LINT_REQUEST, req->imp->dev);
}

void rpc_lint_bulk(struct rpc_srv_req *req, const struct bio_vec *bv, u32 len)
{
	struct wire_lint l = {
		.opc = req->opc,
		.req = req->reqmsg,
		.msg = req->repmsg,
		.fmt = req->fmt,
	};

	if (req->opc != OP_MDS_READPAGE || len < WIRE_DIRPAGE_SIZE)
		return;
	l.page = page_address(bv->bv_page) + bv->bv_offset;
	judge(&l, LINT_DIRPAGE, req->dev);
}

void rpc_lint_moved(struct rpc_srv_req *req, int bytes)
{
	req->st->bulk_moved = max(bytes, 0);
}
