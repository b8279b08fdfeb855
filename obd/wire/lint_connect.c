// SPDX-License-Identifier: GPL-2.0
/* Rules about connecting, and about what every reply has. */
#include <linux/kernel.h>

#include "obd/wire/lint.h"

#define PAGE_SIZE_MIN	4096u	/* bytes of the smallest page that a client can have */

/* What a connect reply grants, or NULL. */
static const struct wire_connect *granted(const struct wire_lint *l)
{
	if (!wire_opc_is_connect(l->opc) || !wire_lint_ok(l))
		return NULL;
	return wire_lint_rep(l, WF_CONNECT, sizeof(struct wire_connect));
}

static const struct wire_connect *asked(const struct wire_lint *l)
{
	return wire_lint_req(l, WF_CONNECT, sizeof(struct wire_connect));
}

static u32 op_flags(struct wire_msg *msg)
{
	return le32_to_cpu(wire_msg_body(msg)->op_flags);
}

bool lint_brw_size(const struct wire_lint *l)
{
	const struct wire_connect *g = granted(l);

	return g && (le64_to_cpu(g->flags) & CONN_BRW_SIZE) &&
		le32_to_cpu(g->brw_size) < PAGE_SIZE_MIN;
}

/*
 * The client believes its first connect reply: what that called not replayable must not be
 * replayed.
 */
bool lint_recovering(const struct wire_lint *l)
{
	u32 flags;

	if (!granted(l) || (op_flags(l->req) & MSG_CONNECT_INITIAL))
		return false;
	flags = op_flags(l->msg);
	if (!(flags & MSG_CONNECT_RECOVERING) || (flags & MSG_CONNECT_RECONNECT))
		return false;
	return !(flags & MSG_CONNECT_REPLAYABLE) || (l->peer.connected && !l->peer.replayable);
}

bool lint_connect_short(const struct wire_lint *l)
{
	return wire_opc_is_connect(l->opc) && wire_lint_ok(l) && !granted(l);
}

/*
 * A client that takes early replies takes whatever lands at the start for one; its connects come
 * before that.
 */
bool lint_reply_offset(const struct wire_lint *l)
{
	bool early = le32_to_cpu(l->req->flags) & WIRE_MSG_F_AT;

	return l->offset != (early && !wire_opc_is_connect(l->opc) ? WIRE_REPLY_OFFSET : 0);
}

bool lint_flags_unasked(const struct wire_lint *l)
{
	const struct wire_connect *g = granted(l), *a = asked(l);

	return g && a && ((g->flags & ~a->flags) || (g->flags2 & ~a->flags2));
}

bool lint_cksum_types(const struct wire_lint *l)
{
	const struct wire_connect *g = granted(l), *a = asked(l);

	return g && a && (le64_to_cpu(g->flags) & CONN_CKSUM) &&
		!(g->cksum_types & a->cksum_types);
}

bool lint_replay_transno(const struct wire_lint *l)
{
	const struct wire_body *req = wire_msg_body(l->req), *rep = wire_msg_body(l->msg);

	return (le32_to_cpu(req->flags) & MSG_REPLAY) && rep->transno &&
		rep->transno != req->transno;
}

bool lint_committed_backwards(const struct wire_lint *l)
{
	u64 committed = le64_to_cpu(wire_msg_body(l->msg)->last_committed);

	return committed && committed < l->peer.committed;
}

void wire_lint_sent(const struct wire_lint *l, struct wire_lint_peer *peer)
{
	u64 committed = le64_to_cpu(wire_msg_body(l->msg)->last_committed);

	if (granted(l) && !peer->connected) {
		peer->connected = true;
		peer->replayable = op_flags(l->msg) & MSG_CONNECT_REPLAYABLE;
	}
	peer->committed = max(peer->committed, committed);
}
