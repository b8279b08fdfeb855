// SPDX-License-Identifier: GPL-2.0
/* Connecting an import, and what the server's answer means. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/rpc/internal.h"

/*
 * Errors that another attempt will hardly cure: whoever waits for the import is told, though
 * attempts go on.
 */
bool rpc_connect_error_is_final(int error)
{
	switch (error) {
	case -EPROTO:
	case -EACCES:
	case -EPERM:
	case -EROFS:
	case -EBADE:
	case -EINVAL:
	case -EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

/* The server is there but cannot take us yet. */
static bool is_busy(int error)
{
	return error == -EBUSY || error == -EAGAIN || error == -EALREADY || error == -EINPROGRESS;
}

/*
 * The question went into a connection of the server's life before: the first we hear of that life's
 * end.  It is there, so ask it again at once, but only once.
 */
static bool is_stale(const struct rpc_import *imp, int error)
{
	return error == -ECONNRESET && !imp->conn_fails;
}

/* ---- the question ---- */

static void connect_done(struct rpc_request *req, void *arg)
{
	struct rpc_import *imp = req->imp;
	struct rpc_connected conn = { .status = min(req->status, 0) };
	struct wire_connect *data;
	u32 len;

	data = rpc_rep_buf(req, WF_CONNECT, &len);
	if (!conn.status && !data)
		conn.status = -EPROTO;
	if (!conn.status) {
		struct wire_body *body = wire_msg_body(req->repmsg);

		conn.op_flags = le32_to_cpu(body->op_flags);
		conn.handle = le64_to_cpu(body->handle);
		conn.last_committed = le64_to_cpu(body->last_committed);
		conn.data = *data;
		/* What was not asked for is not used. */
		conn.vendor = wire_vendor_features(data, len) & imp->ask_vendor;
	}
	spin_lock(&imp->lock);
	imp->conn = conn;
	imp->conn_done = true;
	rpc_import_kick(imp);
	spin_unlock(&imp->lock);
}

static struct rpc_request *connect_request(struct rpc_import *imp)
{
	struct rpc_request *req = rpc_new(imp, &fmt_connect, imp->connect_opc);
	struct wire_connect *data;

	if (!req)
		return NULL;
	rpc_st(req)->kind = RPC_KIND_CONNECT;
	rpc_set_flags(req, RPC_NO_RESEND);
	/* A newer server may have more to say. */
	rpc_rep_len(req, WF_CONNECT, sizeof(struct wire_connect) + 128);
	if (imp->ask_vendor)
		rpc_req_len(req, WF_CONNECT, sizeof(*data) + sizeof(struct wire_vendor));
	if (rpc_pack(req)) {
		rpc_put(req);
		return NULL;
	}
	strscpy(rpc_req_buf(req, WF_TARGET_UUID), imp->target_uuid, WIRE_UUID_SIZE);
	strscpy(rpc_req_buf(req, WF_CLIENT_UUID), imp->client_uuid, WIRE_UUID_SIZE);
	((struct wire_handle *)rpc_req_buf(req, WF_CONN_HANDLE))->cookie = cpu_to_le64(imp->cookie);
	data = rpc_req_buf(req, WF_CONNECT);
	*data = imp->ask;
	if (imp->ask_vendor)
		wire_vendor_init((struct wire_vendor *)(data + 1), imp->ask_vendor);
	if (!imp->handle)
		wire_msg_body(req->reqmsg)->op_flags = cpu_to_le32(MSG_CONNECT_INITIAL);
	return req;
}

/* Asks the next NID; called by @recov. */
int rpc_connect_start(struct rpc_import *imp)
{
	struct rpc_request *req = connect_request(imp);

	if (!req)
		return -ENOMEM;
	spin_lock(&imp->lock);
	if (imp->state != IMP_CLOSED) {
		rpc_import_set_state(imp, IMP_CONNECTING);
		imp->conn_cnt++;
		imp->conn_done = false;
		imp->at = false;
	}
	spin_unlock(&imp->lock);
	rpc_send(req, connect_done, NULL);
	return 0;
}

/* ---- the answer ---- */

static int check_granted(struct rpc_import *imp, const struct rpc_connected *conn)
{
	u64 extra = le64_to_cpu(conn->data.flags & ~imp->ask.flags);

	/* The second word counts only when its flag is granted. */
	if (conn->data.flags & cpu_to_le64(CONN_FLAGS2))
		extra |= le64_to_cpu(conn->data.flags2 & ~imp->ask.flags2);
	if (extra) {
		pr_err("%s: %s granted what we did not ask for (%#llx), refusing it\n",
		       imp->dev->name, imp->target_uuid, extra);
		return -EPROTO;
	}
	return conn->handle ? 0 : -ENOTCONN;
}

static void connect_failed(struct rpc_import *imp, int error)
{
	char nid[LNET_NIDSTR_SIZE];
	bool tell, wrapped, stale;
	lnet_nid_t peer;

	spin_lock(&imp->lock);
	if (imp->state != IMP_CONNECTING) {
		spin_unlock(&imp->lock);
		return;
	}
	peer = imp->nids[imp->cur_nid];
	stale = is_stale(imp, error);
	tell = !stale && (!imp->conn_fails || error != imp->connect_error);
	imp->connect_error = error;
	imp->conn_fails++;
	/* A slow server needs more time; one that is off or is just starting does not. */
	imp->conn_silent = error == -ETIMEDOUT ? imp->conn_silent + 1 : 0;
	wrapped = !(imp->conn_fails % imp->nr_nids);
	imp->next_connect_ms = rpc_now_ms();
	if (is_busy(error))
		imp->next_connect_ms += RPC_RETRY_MS;
	else if (!stale)
		imp->cur_nid = (imp->cur_nid + 1) % imp->nr_nids;
	if (wrapped && !is_busy(error) && !stale)
		imp->next_connect_ms += rpc_connect_backoff_ms(imp->conn_fails / imp->nr_nids - 1,
							       obd_timeout());
	rpc_import_set_state(imp, IMP_DISCON);
	spin_unlock(&imp->lock);
	if (error == -ETIMEDOUT)
		lnet_peer_doubt(peer);
	if (tell)
		pr_warn("%s: cannot connect to %s at %s: error %d; trying on\n", imp->dev->name,
			imp->target_uuid, lnet_nid_str(peer, nid), error);
}

/* What was granted; imp->lock is held. */
static void take_terms(struct rpc_import *imp, const struct rpc_connected *conn)
{
	u64 flags = le64_to_cpu(conn->data.flags);
	u32 slots = 1;

	imp->granted = conn->data;
	imp->vendor = conn->vendor;
	imp->at = flags & CONN_AT;
	imp->estimate_s = 0;
	if (flags & CONN_MULTIMODRPCS)
		slots = clamp_t(u32, le16_to_cpu(conn->data.maxmodrpcs), 1, RPC_MAX_SLOTS);
	imp->nr_slots = slots;
	imp->connect_error = 0;
	imp->conn_fails = 0;
	imp->conn_silent = 0;
	imp->told_nid = 0;
	imp->lost = false;
}

/* The first connect of this import's life; imp->lock is held. */
static enum rpc_import_state first_state(struct rpc_import *imp, const struct rpc_connected *conn)
{
	imp->replayable = conn->op_flags & MSG_CONNECT_REPLAYABLE;
	imp->invalid = false;
	imp->last_committed = conn->last_committed;
	if (!(conn->op_flags & MSG_CONNECT_RECOVERING))
		return IMP_RECOVER;
	/* We have nothing to replay, but wait for those who have. */
	imp->replay_told = true;
	return IMP_REPLAY_LOCKS;
}

/*
 * Decides by the server's memory of us what is to be recovered; imp->lock is held.
 *   still the same export           RECOVER: only what was under way is sent again
 *   the server recovers, too        REPLAY, going on where it was if the server has seen its start
 *   a new export                    EVICTED: all that we held is void
 */
static enum rpc_import_state next_state(struct rpc_import *imp, const struct rpc_connected *conn)
{
	bool recovering = conn->op_flags & MSG_CONNECT_RECOVERING;
	bool reconnect = conn->op_flags & MSG_CONNECT_RECONNECT;
	bool same = conn->handle == imp->handle;

	if (!imp->handle)
		return first_state(imp, conn);
	if (imp->invalid || (reconnect && !same && !recovering))
		return IMP_EVICTED;
	if (reconnect && !recovering)
		return IMP_RECOVER;
	if (!recovering || !imp->replayable)
		return IMP_EVICTED;
	/*
	 * An export that is new to us has seen nothing of this replay, even if it knows us: the
	 * reply that first told of it was lost.
	 */
	imp->resume = reconnect && same;
	if (!imp->resume)
		imp->replay_cursor = 0;
	return IMP_REPLAY;
}

/* Has the server lost its memory since the last connect? imp->lock is held. */
static bool is_restarted(const struct rpc_import *imp, const struct rpc_connected *conn)
{
	return !conn->data.instance || conn->data.instance != imp->granted.instance;
}

void rpc_connect_result(struct rpc_import *imp)
{
	struct rpc_request *replayed = NULL;
	struct rpc_connected conn;
	enum rpc_import_state next;
	u64 before;
	int rc;

	spin_lock(&imp->lock);
	conn = imp->conn;
	imp->conn_done = false;
	spin_unlock(&imp->lock);
	rc = conn.status ?: check_granted(imp, &conn);
	if (rc) {
		connect_failed(imp, rc);
		return;
	}

	spin_lock(&imp->lock);
	before = imp->last_committed;
	if (imp->state != IMP_CONNECTING || imp->inactive) {
		if (imp->state == IMP_CONNECTING)
			rpc_import_set_state(imp, IMP_DISCON);
		spin_unlock(&imp->lock);
		return;
	}
	next = next_state(imp, &conn);
	imp->restarted |= is_restarted(imp, &conn);
	take_terms(imp, &conn);
	imp->handle = conn.handle;
	imp->replay_busy = false;
	if (next == IMP_EVICTED)
		imp->last_committed = conn.last_committed;
	if (next == IMP_REPLAY && !imp->replay_cursor)
		swap(replayed, imp->replay_last);
	rpc_import_set_state(imp, next);
	spin_unlock(&imp->lock);
	if (replayed)
		rpc_put(replayed);
	/* A server that restarts knows best what it has; the rest is to be replayed. */
	if (next != IMP_EVICTED)
		rpc_replay_trim(imp, conn.last_committed);
	if (conn.last_committed < before && conn.last_committed && next != IMP_EVICTED)
		pr_err("%s: %s went back in time: it had committed transno %llu and now only %llu; changes may be lost\n",
		       imp->dev->name, imp->target_uuid, before, conn.last_committed);
}
