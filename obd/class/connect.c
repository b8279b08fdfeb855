// SPDX-License-Identifier: GPL-2.0
/* Clients come and go: the handlers of connect, disconnect and ping that all server types share. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "obd/class/class.h"
#include "obd/class/internal.h"
#include "obd/class/negotiate.h"
#include "obd/class/recovery.h"
#include "obd/class/target.h"
#include "obd/rpc/rpc.h"

/**
 * struct connecting - what a connect request says
 * @handle: the client's export handle if it was connected before, else 0
 * @ask: what it wants; @vendor: and beyond the protocol
 */
struct connecting {
	const char *client_uuid;
	u64 callback_handle;
	u64 handle;
	u32 conn_cnt;
	const struct wire_connect *ask;
	u64 vendor;
};

static int connect_parse(struct rpc_srv_req *req, struct connecting *c)
{
	const struct wire_handle *h = rpc_srv_buf(req, WF_CONN_HANDLE, NULL);
	u32 len;

	c->ask = rpc_srv_buf(req, WF_CONNECT, &len);
	if (!c->ask)
		return -EPROTO;
	c->vendor = wire_vendor_features(c->ask, len);
	c->client_uuid = rpc_srv_str(req, WF_CLIENT_UUID, &len);
	if (!h || !c->client_uuid || len >= WIRE_UUID_SIZE)
		return -EPROTO;
	c->callback_handle = le64_to_cpu(h->cookie);
	c->handle = le64_to_cpu(req->body->handle);
	c->conn_cnt = le32_to_cpu(req->body->conn_cnt);
	return 0;
}

/*
 * The export that this client may go on with, or NULL if it starts anew. *@same: it knows the
 * export, too, and goes on where it was.
 */
static struct obd_export *connect_known(struct rpc_srv_req *req, const struct connecting *c,
					bool *same)
{
	struct obd_export *exp = export_find_client(req->dev, c->client_uuid);
	char nid[LNET_NIDSTR_SIZE];

	*same = exp && c->handle == exp->cookie;
	if (!exp || *same || (req->dev->target && target_recovery_keeps(exp)))
		return exp;
	/* It has forgotten us (restarted, or unmounted without a word): what it held is void. */
	pr_info("%s: client %s at %s connects anew, dropping its old connection\n",
		req->dev->name, c->client_uuid, lnet_nid_str(req->peer, nid));
	export_fail(exp, true);
	export_put(exp);
	return NULL;
}

static u32 connect_op_flags(struct obd_export *exp, bool same, u32 conn_cnt)
{
	u32 flags = exp->dev->target ? target_connect_flags(exp) : 0;

	if (same || (!exp->dev->target && conn_cnt > 1))
		flags |= MSG_CONNECT_RECONNECT;
	return flags;
}

static void connect_update(struct obd_export *exp, struct rpc_srv_req *req,
			   const struct connecting *c)
{
	spin_lock(&exp->lock);
	exp->client_handle = c->callback_handle;
	exp->conn_cnt = c->conn_cnt;
	exp->nid = req->peer;
	exp->last_heard = ktime_get();
	spin_unlock(&exp->lock);
	rpc_reverse_update(exp);
}

/* Never grant what was not asked: a stock client gives up on such a server. */
static void connect_mask(struct wire_connect *granted, const struct wire_connect *asked)
{
	u64 flags = le64_to_cpu(granted->flags), ask = le64_to_cpu(asked->flags);

	if (WARN_ONCE(flags & ~ask, "granted %#llx of %#llx\n", flags, ask))
		granted->flags = cpu_to_le64(flags & ask);
	granted->flags2 &= asked->flags2;
	if (!(le64_to_cpu(granted->flags) & CONN_FLAGS2))
		granted->flags2 = 0;
}

static int connect_reply(struct rpc_srv_req *req, struct obd_export *exp, u32 op_flags)
{
	struct wire_connect *data;
	struct wire_body *body;
	int rc;

	/* Only who has named himself one of us is told more than the protocol says. */
	if (exp->vendor)
		rpc_srv_rep_len(req, WF_CONNECT, sizeof(*data) + sizeof(struct wire_vendor));
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	data = rpc_srv_rep_buf(req, WF_CONNECT);
	*data = exp->granted;
	if (exp->vendor)
		wire_vendor_init((struct wire_vendor *)(data + 1), exp->vendor);
	body = wire_msg_body(req->repmsg);
	body->handle = cpu_to_le64(exp->cookie);
	body->op_flags = cpu_to_le32(op_flags);
	return 0;
}

static int connect_export(struct rpc_srv_req *req, const struct connecting *c)
{
	bool same;
	struct obd_export *exp = connect_known(req, c, &same);
	bool known = exp;
	struct wire_connect *data;
	int rc;

	data = kmemdup(c->ask, sizeof(*c->ask), GFP_KERNEL);
	if (!data) {
		rc = -ENOMEM;
		goto out;
	}
	if (!exp) {
		rc = -EBUSY;
		if (req->dev->target && target_recovery_refuses(req->dev, c->client_uuid))
			goto out_data;
		rc = export_create(req->dev, c->client_uuid, req->peer, &exp);
		if (rc)
			goto out_data;
	}
	connect_update(exp, req, c);
	rc = req->dev->type->connect(exp, data);
	if (rc) {
		if (!known)
			export_fail(exp, false);
		goto out_data;
	}
	connect_mask(data, c->ask);
	exp->granted = *data;
	exp->vendor = c->vendor & obd_vendor(req->dev->type->kind);
	rc = connect_reply(req, exp, connect_op_flags(exp, same, c->conn_cnt));
out_data:
	kfree(data);
out:
	if (exp)
		export_put(exp);
	return rc;
}

int obd_connect_handler(struct rpc_srv_req *req)
{
	struct connecting c;
	int rc = connect_parse(req, &c);

	if (rc)
		return rc;
	/* One connect of a device at a time: two of one client must not make two exports. */
	mutex_lock(&req->dev->connect_lock);
	rc = obd_state(req->dev) == OBD_UP ? connect_export(req, &c) : -ENODEV;
	mutex_unlock(&req->dev->connect_lock);
	return rc;
}
EXPORT_SYMBOL_GPL(obd_connect_handler);

int obd_disconnect_handler(struct rpc_srv_req *req)
{
	int rc = rpc_srv_pack(req);

	if (rc)
		return rc;
	if (req->dev->target)
		target_client_forget(req->exp, true);
	export_fail(req->exp, false);
	return 0;
}
EXPORT_SYMBOL_GPL(obd_disconnect_handler);

int obd_ping_handler(struct rpc_srv_req *req)
{
	return rpc_srv_pack(req);
}
EXPORT_SYMBOL_GPL(obd_ping_handler);
