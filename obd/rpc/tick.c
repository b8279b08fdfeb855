// SPDX-License-Identifier: GPL-2.0
/*
 * What an import does when time passes: deadlines, delayed requests, pings, and the next connect.
 */
#include <linux/kernel.h>

#include "obd/rpc/internal.h"

/* An answer tells nothing more, and the lack of one has failed the import already. */
static void ping_done(struct rpc_request *req, void *arg)
{
}

/* A ping that is lost tells us that the server is. */
static void send_ping(struct rpc_import *imp)
{
	struct rpc_request *req = rpc_new(imp, &fmt_ping, OP_OBD_PING);

	if (!req)
		return;
	rpc_st(req)->kind = RPC_KIND_PING;
	rpc_set_flags(req, RPC_NO_WAIT_RECOV | RPC_NO_RESEND);
	if (!rpc_pack(req))
		rpc_send(req, ping_done, NULL);
	else
		rpc_put(req);
}

static bool may_connect(struct rpc_import *imp)
{
	return (imp->state == IMP_NEW || imp->state == IMP_DISCON) && imp->want_connect &&
	       !imp->inactive;
}

/* The next time after @now at which something is to be done; imp->lock is held. */
static u64 next_event(struct rpc_import *imp, u64 now)
{
	struct rpc_request_state *st;
	u64 when = RPC_NEVER;

	list_for_each_entry(st, &imp->sending, link) {
		if (st->phase == RPC_SENDING)
			when = min(when, st->deadline_ms);
	}
	if (imp->state == IMP_FULL) {
		list_for_each_entry(st, &imp->delayed, link) {
			if (st->not_before_ms > now)
				when = min(when, st->not_before_ms);
		}
		if (!imp->reverse)
			when = min(when, imp->last_sent_ms + obd_ping_interval_ms());
	}
	if (may_connect(imp) && imp->next_connect_ms > now)
		when = min(when, imp->next_connect_ms);
	return when;
}

void rpc_tick_work(struct work_struct *work)
{
	struct rpc_import *imp = container_of(to_delayed_work(work), struct rpc_import, tick);
	u64 now = rpc_now_ms();
	bool ping;

	spin_lock(&imp->lock);
	imp->wake_ms = RPC_NEVER;
	ping = imp->state == IMP_FULL && !imp->reverse &&
	       (imp->asks_now || now >= imp->last_sent_ms + obd_ping_interval_ms());
	imp->asks_now = false;
	if (may_connect(imp) && now >= imp->next_connect_ms)
		rpc_import_kick(imp);
	spin_unlock(&imp->lock);

	rpc_expire(imp, now);
	rpc_dispatch_delayed(imp);
	if (ping)
		send_ping(imp);

	spin_lock(&imp->lock);
	rpc_import_wake_at(imp, max(next_event(imp, now), now + 1));
	spin_unlock(&imp->lock);
}
