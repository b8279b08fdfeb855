// SPDX-License-Identifier: GPL-2.0
/* Imports: making, closing, and what users may ask of them. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/rpc/internal.h"

/* for requests that are under way when an import is closed */
#define CLOSE_WAIT	(5 * HZ)

/* ---- life ---- */

struct rpc_import *rpc_import_alloc(struct obd_device *dev)
{
	struct rpc_import *imp = kzalloc(sizeof(*imp), GFP_KERNEL);

	if (!imp)
		return NULL;
	refcount_set(&imp->refs, 1);
	imp->dev = dev;
	INIT_HLIST_NODE(&imp->hash);
	spin_lock_init(&imp->lock);
	imp->state = IMP_NEW;
	init_waitqueue_head(&imp->wait);
	INIT_LIST_HEAD(&imp->sending);
	INIT_LIST_HEAD(&imp->delayed);
	INIT_LIST_HEAD(&imp->unreplied);
	INIT_LIST_HEAD(&imp->replay);
	INIT_LIST_HEAD(&imp->committed);
	imp->nr_slots = 1;
	imp->wake_ms = RPC_NEVER;
	INIT_DELAYED_WORK(&imp->tick, rpc_tick_work);
	INIT_WORK(&imp->recov, rpc_recov_work);
	atomic_inc(&node_var(rpc_node)->nr_imports);
	obd_count(OBD_COUNT_IMPORTS, 1);
	return imp;
}

struct rpc_import *rpc_import_get(struct rpc_import *imp)
{
	refcount_inc(&imp->refs);
	return imp;
}

void rpc_import_put(struct rpc_import *imp)
{
	if (!refcount_dec_and_test(&imp->refs))
		return;
	kfree(imp);
	obd_count(OBD_COUNT_IMPORTS, -1);
	if (atomic_dec_and_test(&node_var(rpc_node)->nr_imports))
		wake_up_all(&node_var(rpc_node)->idle);
}

static void handle_add(struct rpc_import *imp)
{
	struct rpc_node *node = node_var(rpc_node);

	spin_lock(&node->lock);
	hash_add(node->handles, &imp->hash, imp->cookie);
	spin_unlock(&node->lock);
}

static void handle_del(struct rpc_import *imp)
{
	struct rpc_node *node = node_var(rpc_node);

	spin_lock(&node->lock);
	hash_del(&imp->hash);
	spin_unlock(&node->lock);
}

/* The client device whose import has this handle, with a reference, or NULL. */
struct obd_device *rpc_import_dev_by_cookie(u64 cookie)
{
	struct rpc_node *node = node_var(rpc_node);
	struct obd_device *dev = NULL;
	struct rpc_import *imp;

	spin_lock(&node->lock);
	hash_for_each_possible(node->handles, imp, hash, cookie) {
		if (imp->cookie == cookie) {
			dev = imp->dev;
			refcount_inc(&dev->refs);
			break;
		}
	}
	spin_unlock(&node->lock);
	return dev;
}

/*
 * The connections with a node have broken: what waits for its answer has waited enough.  With a
 * server that was restarted this saves the time that a request may take.
 */
void rpc_peer_lost(lnet_nid_t nid)
{
	struct rpc_node *node = node_var(rpc_node);
	struct rpc_import *imp;
	int i;

	spin_lock(&node->lock);
	hash_for_each(node->handles, i, imp, hash)
		rpc_cut(imp, nid);
	spin_unlock(&node->lock);
}

int rpc_import_create(const struct rpc_import_desc *desc, struct rpc_import **impp)
{
	struct rpc_import *imp;

	if (!wire_opc_is_connect(desc->connect_opc) || desc->nr_nids > RPC_MAX_NIDS)
		return -EINVAL;
	imp = rpc_import_alloc(desc->dev);
	if (!imp)
		return -ENOMEM;
	if (strscpy(imp->target_uuid, desc->target_uuid, WIRE_UUID_SIZE) < 0 ||
	    strscpy(imp->client_uuid, desc->client_uuid, WIRE_UUID_SIZE) < 0) {
		rpc_import_put(imp);
		return -ENAMETOOLONG;
	}
	imp->connect_opc = desc->connect_opc;
	imp->request_portal = desc->request_portal;
	imp->reply_portal = desc->reply_portal;
	imp->ask = desc->ask;
	imp->ask_vendor = desc->vendor;
	imp->event = desc->event;
	imp->failout = desc->failout;
	imp->nr_nids = desc->nr_nids;
	memcpy(imp->nids, desc->nids, desc->nr_nids * sizeof(*desc->nids));
	imp->cookie = obd_cookie();
	handle_add(imp);
	*impp = imp;
	return 0;
}
EXPORT_SYMBOL_GPL(rpc_import_create);

static void send_disconnect(struct rpc_import *imp)
{
	struct rpc_request *req;
	int rc;

	/* Each target's disconnect follows its connect. */
	req = rpc_new(imp, &fmt_ping, imp->connect_opc + 1);
	if (!req)
		return;
	rpc_st(req)->kind = RPC_KIND_DISCONNECT;
	rpc_set_flags(req, RPC_NO_DELAY | RPC_NO_RESEND);
	rc = rpc_pack(req);
	if (!rc)
		rc = rpc_call(req);
	if (rc)
		pr_info("%s: disconnecting from %s failed: %d\n", imp->dev->name, imp->target_uuid,
			rc);
	rpc_put(req);
}

static bool is_idle(struct rpc_import *imp)
{
	bool idle;

	spin_lock(&imp->lock);
	/* An eviction may close a reverse import in the answer to one of its own requests. */
	idle = list_empty(&imp->sending) && list_empty(&imp->delayed) &&
	       (imp->reverse || !imp->telling);
	spin_unlock(&imp->lock);
	return idle;
}

void rpc_import_leave(struct rpc_import *imp)
{
	WRITE_ONCE(imp->leaving, true);
	/* An event that is being told ends before the owner takes down what it is about. */
	flush_work(&imp->recov);
}
EXPORT_SYMBOL_GPL(rpc_import_leave);

void rpc_import_close(struct rpc_import *imp, bool force)
{
	LIST_HEAD(taken);
	u32 generation;

	if (!imp)
		return;
	/*
	 * Cancels of the last locks are on their way: after the disconnect nobody would know them.
	 */
	if (!force && !imp->reverse)
		wait_event_timeout(imp->wait, is_idle(imp), CLOSE_WAIT);
	WRITE_ONCE(imp->leaving, true);
	if (!force && !imp->reverse && rpc_import_state(imp) == IMP_FULL)
		send_disconnect(imp);
	if (!imp->reverse)
		handle_del(imp);
	spin_lock(&imp->lock);
	imp->state = IMP_CLOSED;
	imp->want_connect = false;
	generation = ++imp->generation;
	wake_up_all(&imp->wait);
	spin_unlock(&imp->lock);

	rpc_abort_all(imp, generation, -ESHUTDOWN);
	/* Bounded: LNet gives memory back within its own timeout. */
	wait_event(imp->wait, is_idle(imp));
	cancel_work_sync(&imp->recov);
	cancel_delayed_work_sync(&imp->tick);
	rpc_replay_take_all(imp, &taken);
	rpc_replay_put_all(&taken);
	rpc_import_put(imp);
}
EXPORT_SYMBOL_GPL(rpc_import_close);

/* ---- what others do to it ---- */

/* imp->lock is held */
void rpc_import_kick(struct rpc_import *imp)
{
	if (!imp->reverse && imp->state != IMP_CLOSED)
		queue_work(node_var(rpc_node)->recov_wq, &imp->recov);
}

/* Makes sure that @tick runs at @when_ms at the latest; imp->lock is held. */
void rpc_import_wake_at(struct rpc_import *imp, u64 when_ms)
{
	u64 now = rpc_now_ms();

	if (when_ms >= imp->wake_ms || imp->state == IMP_CLOSED)
		return;
	imp->wake_ms = when_ms;
	mod_delayed_work(node_var(rpc_node)->wq, &imp->tick,
			 msecs_to_jiffies(when_ms > now ? when_ms - now : 0));
}

/* imp->lock is held */
void rpc_import_set_state(struct rpc_import *imp, enum rpc_import_state state)
{
	imp->state = state;
	wake_up_all(&imp->wait);
}

/* The connection is no more.  imp->lock is held. */
static void lose_locked(struct rpc_import *imp)
{
	if (imp->state == IMP_FULL) {
		rpc_import_set_state(imp, IMP_DISCON);
		imp->tell_discon = true;
		imp->next_connect_ms = 0;
	}
	/* Nothing is replayed there: who waits may as well know at once. */
	if (rpc_import_fails(imp) && !imp->invalid) {
		imp->invalid = true;
		imp->generation++;
	}
	imp->lost = true;
	rpc_import_kick(imp);
}

/* The connection that was number @conn_cnt does not work. */
void rpc_import_fail(struct rpc_import *imp, u32 conn_cnt)
{
	spin_lock(&imp->lock);
	if (!imp->reverse && imp->conn_cnt == conn_cnt && !imp->lost && imp->state >= IMP_REPLAY)
		lose_locked(imp);
	spin_unlock(&imp->lock);
}

/* ---- what users ask ---- */

int rpc_import_add_nid(struct rpc_import *imp, lnet_nid_t nid)
{
	unsigned int i;
	int rc = 0;

	spin_lock(&imp->lock);
	for (i = 0; i < imp->nr_nids && imp->nids[i] != nid; i++)
		;
	if (i == RPC_MAX_NIDS)
		rc = -ENOSPC;
	else if (i == imp->nr_nids)
		imp->nids[imp->nr_nids++] = nid;
	spin_unlock(&imp->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_import_add_nid);

int rpc_import_connect(struct rpc_import *imp)
{
	int rc = 0;

	spin_lock(&imp->lock);
	if (imp->state == IMP_CLOSED)
		rc = -ESHUTDOWN;
	else if (!imp->nr_nids)
		rc = -EDESTADDRREQ;
	else
		imp->want_connect = true;
	rpc_import_kick(imp);
	spin_unlock(&imp->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_import_connect);

/* 1 when FULL, an error when there is no point in waiting, else 0. */
static int wait_result(struct rpc_import *imp)
{
	int rc = 0;

	spin_lock(&imp->lock);
	if (imp->state == IMP_FULL)
		rc = 1;
	else if (imp->state == IMP_CLOSED)
		rc = -ESHUTDOWN;
	else if (imp->inactive)
		rc = -EIO;
	else if (rpc_connect_error_is_final(imp->connect_error))
		rc = imp->connect_error;
	spin_unlock(&imp->lock);
	return rc;
}

int rpc_import_wait(struct rpc_import *imp, u32 timeout_s)
{
	long left;
	int rc = 0;

	left = wait_event_killable_timeout(imp->wait, (rc = wait_result(imp)) != 0,
					   msecs_to_jiffies(timeout_s * 1000));
	if (left < 0)
		return -EINTR;
	if (!rc)
		return READ_ONCE(imp->connect_error) == -EBUSY ? -EBUSY : -ETIMEDOUT;
	return min(rc, 0);
}
EXPORT_SYMBOL_GPL(rpc_import_wait);

void rpc_import_set_active(struct rpc_import *imp, bool active)
{
	u32 generation = 0;
	bool off = false;

	spin_lock(&imp->lock);
	if (!active && !imp->inactive) {
		imp->inactive = true;
		off = true;
		if (imp->state >= IMP_REPLAY)
			lose_locked(imp);
		if (!imp->invalid) {
			imp->invalid = true;
			imp->generation++;
		}
		generation = imp->generation;
	} else if (active && imp->inactive) {
		imp->inactive = false;
		/* One that never was connected has nothing to lose. */
		if (!imp->handle)
			imp->invalid = false;
		imp->next_connect_ms = 0;
	}
	wake_up_all(&imp->wait);
	rpc_import_kick(imp);
	spin_unlock(&imp->lock);
	if (off)
		rpc_abort_all(imp, generation, -EIO);
}
EXPORT_SYMBOL_GPL(rpc_import_set_active);

int rpc_import_recover(struct rpc_import *imp, lnet_nid_t nid)
{
	unsigned int i;
	int rc = 0;

	if (nid != LNET_NID_ANY) {
		rc = rpc_import_add_nid(imp, nid);
		if (rc)
			return rc;
	}
	spin_lock(&imp->lock);
	if (imp->state == IMP_CLOSED) {
		rc = -ESHUTDOWN;
		goto out;
	}
	for (i = 0; i < imp->nr_nids; i++) {
		if (imp->nids[i] == nid && imp->state != IMP_CONNECTING)
			imp->cur_nid = i;
	}
	if (imp->state >= IMP_REPLAY)
		lose_locked(imp);
	imp->next_connect_ms = 0;
	imp->want_connect = true;
	rpc_import_kick(imp);
out:
	spin_unlock(&imp->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(rpc_import_recover);

/* Where the target is said to be: place in the import's list, or -1. imp->lock is held. */
static int known_nid(const struct rpc_import *imp, const lnet_nid_t *nids, unsigned int nr)
{
	unsigned int i, k;

	for (k = 0; k < nr; k++)
		for (i = 0; i < imp->nr_nids; i++)
			if (imp->nids[i] == nids[k])
				return i;
	return -1;
}

/* Is this a start that we have not been connected to? imp->lock is held. */
static bool is_news(const struct rpc_import *imp, u32 instance)
{
	u32 ours = le32_to_cpu(imp->granted.instance);

	return !imp->handle || (ours && (s32)(instance - ours) > 0);
}

static void told_up(struct rpc_import *imp, const lnet_nid_t *nids, unsigned int nr, u32 instance)
{
	int i;

	spin_lock(&imp->lock);
	i = known_nid(imp, nids, nr);
	if (i < 0 || !imp->want_connect || imp->inactive || !is_news(imp, instance))
		goto out;
	imp->told_nid = i + 1;
	if (imp->state == IMP_CONNECTING)
		rpc_cut_connect(imp, imp->nids[i]);
	else if (imp->state >= IMP_REPLAY)
		lose_locked(imp);
	rpc_import_kick(imp);
out:
	spin_unlock(&imp->lock);
}

void rpc_target_is_up(const char *target_uuid, const lnet_nid_t *nids, unsigned int nr,
		      u32 instance)
{
	struct rpc_node *node = node_var(rpc_node);
	struct rpc_import *imp;
	int i;

	spin_lock(&node->lock);
	hash_for_each(node->handles, i, imp, hash)
		if (!strcmp(imp->target_uuid, target_uuid))
			told_up(imp, nids, nr, instance);
	spin_unlock(&node->lock);
}
EXPORT_SYMBOL_GPL(rpc_target_is_up);

enum rpc_import_state rpc_import_state(struct rpc_import *imp)
{
	return READ_ONCE(imp->state);
}
EXPORT_SYMBOL_GPL(rpc_import_state);

const char *rpc_import_state_name(enum rpc_import_state st)
{
	static const char * const names[] = {
		[IMP_CLOSED] = "CLOSED", [IMP_NEW] = "NEW", [IMP_DISCON] = "DISCONN",
		[IMP_CONNECTING] = "CONNECTING", [IMP_REPLAY] = "REPLAY",
		[IMP_REPLAY_LOCKS] = "REPLAY_LOCKS", [IMP_REPLAY_WAIT] = "REPLAY_WAIT",
		[IMP_RECOVER] = "RECOVER", [IMP_FULL] = "FULL", [IMP_EVICTED] = "EVICTED",
	};

	if (st >= ARRAY_SIZE(names) || !names[st])
		return "?";
	return names[st];
}
EXPORT_SYMBOL_GPL(rpc_import_state_name);

bool rpc_import_fails(struct rpc_import *imp)
{
	return imp->failout && READ_ONCE(imp->handle) && !READ_ONCE(imp->replayable);
}
EXPORT_SYMBOL_GPL(rpc_import_fails);

const struct wire_connect *rpc_import_granted(struct rpc_import *imp)
{
	return &imp->granted;
}
EXPORT_SYMBOL_GPL(rpc_import_granted);

void rpc_import_ask_grant(struct rpc_import *imp, u32 bytes)
{
	imp->ask.grant = cpu_to_le32(bytes);
}
EXPORT_SYMBOL_GPL(rpc_import_ask_grant);

u64 rpc_import_flags(struct rpc_import *imp)
{
	return le64_to_cpu(READ_ONCE(imp->granted.flags));
}
EXPORT_SYMBOL_GPL(rpc_import_flags);

u64 rpc_import_vendor(struct rpc_import *imp)
{
	return READ_ONCE(imp->vendor);
}
EXPORT_SYMBOL_GPL(rpc_import_vendor);

struct obd_device *rpc_import_dev(struct rpc_import *imp)
{
	return imp->dev;
}
EXPORT_SYMBOL_GPL(rpc_import_dev);

bool rpc_import_reached(struct rpc_import *imp)
{
	return READ_ONCE(imp->handle);
}

u32 rpc_import_generation(struct rpc_import *imp)
{
	return READ_ONCE(imp->generation);
}
EXPORT_SYMBOL_GPL(rpc_import_generation);
