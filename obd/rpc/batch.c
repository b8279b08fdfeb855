// SPDX-License-Identifier: GPL-2.0
/* Several requests in one message, to servers of our own kind: a client's side. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/rpc/internal.h"

/* Room for the replies: most are far shorter than what each would have room for alone. */
#define ROOM_BASE	16384u
#define ROOM_EACH	1024u
#define MAX_BYTES	(240u << 10)	/* of all requests; a server takes 256 KiB */

bool rpc_batch_possible(struct rpc_import *imp)
{
	return rpc_import_vendor(imp) & VENDOR_BATCH;
}
EXPORT_SYMBOL_GPL(rpc_batch_possible);

static u32 sub_size(const struct rpc_request *sub)
{
	return sizeof(struct wire_sub) + round_up(sub->st->req_size, 8);
}

static void subs_write(void *buf, struct rpc_request **subs, unsigned int nr)
{
	struct wire_sub *head;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		head = buf;
		head->len = cpu_to_le32(rpc_st(subs[i])->req_size);
		memcpy(head + 1, subs[i]->reqmsg, rpc_st(subs[i])->req_size);
		rpc_lint_request(subs[i]);
		buf += sub_size(subs[i]);
	}
}

static int batch_new(struct rpc_import *imp, struct rpc_request **subs, unsigned int nr,
		     struct rpc_request **reqp)
{
	u32 bytes = 0, room = 0;
	struct rpc_request *req;
	unsigned int i;
	int rc;

	for (i = 0; i < nr; i++) {
		bytes += sub_size(subs[i]);
		room += sizeof(struct wire_sub) + le32_to_cpu(subs[i]->reqmsg->repsize);
	}
	if (nr > RPC_BATCH_MAX || bytes > MAX_BYTES)
		return -E2BIG;
	req = rpc_new(imp, &fmt_sheen_batch, OP_SHEEN_BATCH);
	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_SUBS, bytes);
	rpc_rep_len(req, WF_SUBS, min(room, ROOM_BASE + nr * ROOM_EACH));
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	subs_write(rpc_req_buf(req, WF_SUBS), subs, nr);
	*reqp = req;
	return 0;
}

/* Takes a reply in; @msg has @len bytes, and lives as long as its carrier. */
static int sub_reply(struct rpc_request *sub, struct rpc_request *carrier, struct wire_msg *msg,
		     u32 len)
{
	struct wire_body *body;
	int status;

	if (wire_msg_check(msg, len) < 0)
		return -EPROTO;
	body = wire_msg_body(msg);
	status = rpc_errno((int)le32_to_cpu(body->status));
	if (le32_to_cpu(body->type) == WIRE_MSG_ERROR)
		return status < 0 ? status : -EIO;
	sub->repmsg = msg;
	rpc_st(sub)->carrier = rpc_get(carrier);
	return status;
}

/* The next reply of those from *buf to @end. */
static int sub_next(struct rpc_request *sub, struct rpc_request *carrier, void **buf, void *end)
{
	struct wire_sub *head = *buf;
	u32 len;
	int status;

	if (end - *buf < sizeof(*head))
		return -EPROTO;
	len = le32_to_cpu(head->len);
	status = rpc_errno((int)le32_to_cpu(head->status));
	*buf += sizeof(*head);
	if (!len)
		return status < 0 ? status : -EPROTO;
	if (len > end - *buf)
		return -EPROTO;
	*buf += min_t(size_t, round_up(len, 8), end - *buf);
	return sub_reply(sub, carrier, (struct wire_msg *)(head + 1), len);
}

int rpc_batch_call(struct rpc_import *imp, struct rpc_request **subs, unsigned int nr)
{
	struct rpc_request *req = NULL;
	void *buf = NULL, *end;
	unsigned int i;
	u32 len = 0;
	int rc;

	rc = batch_new(imp, subs, nr, &req);
	if (!rc) {
		rc = rpc_call(req);
		rc = min(rc, 0);
	}
	if (!rc)
		buf = rpc_rep_buf(req, WF_SUBS, &len);
	end = buf + len;
	for (i = 0; i < nr; i++)
		subs[i]->status = rc ?: sub_next(subs[i], req, &buf, end);
	if (req)
		rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_batch_call);
