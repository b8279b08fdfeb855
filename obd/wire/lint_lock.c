// SPDX-License-Identifier: GPL-2.0
/* Rules about locks: granted with intents and without, and called back. */
#include <linux/kernel.h>
#include <linux/log2.h>

#include "obd/wire/lint.h"

/* Intents after which a client looks at what the server says it did. */
#define IT_ANSWERED	(IT_OPEN | IT_CREAT | IT_GETATTR | IT_LOOKUP)
/* And those whose reply has attributes. */
#define IT_WITH_BODY	(IT_OPEN | IT_GETATTR | IT_LOOKUP)

/* All that a callback may say. */
#define CALLBACK_FLAGS	(LDLM_FL_FLOCK_DEADLOCK | LDLM_FL_DISCARD_DATA | LDLM_FL_AST_SENT)

static u64 intent_of(const struct wire_lint *l)
{
	const struct wire_intent *it;

	if (l->opc != OP_LDLM_ENQUEUE)
		return 0;
	it = wire_lint_req(l, WF_INTENT, sizeof(*it));
	return it ? le64_to_cpu(it->opc) : 0;
}

/* The lock part of the reply to an enqueue that was carried out, or NULL. */
static const struct wire_lock_rep *enqueued(const struct wire_lint *l)
{
	if (l->opc != OP_LDLM_ENQUEUE || !wire_lint_ok(l))
		return NULL;
	return wire_lint_rep(l, WF_LOCK_REP, sizeof(struct wire_lock_rep));
}

/* The same, if the client gets a lock by it. */
static const struct wire_lock_rep *locked(const struct wire_lint *l)
{
	const struct wire_lock_rep *rep = enqueued(l);

	return rep && !wire_msg_body(l->msg)->status ? rep : NULL;
}

static const struct wire_lock_req *lock_req(const struct wire_lint *l)
{
	return wire_lint_req(l, WF_LOCK_REQ, sizeof(struct wire_lock_req));
}

bool lint_intent_not_executed(const struct wire_lint *l)
{
	const struct wire_lock_rep *rep = enqueued(l);

	return rep && (intent_of(l) & IT_ANSWERED) && !rep->status &&
		!(le64_to_cpu(rep->disposition) & DISP_IT_EXECD);
}

bool lint_open_created(const struct wire_lint *l)
{
	const struct wire_lock_rep *rep = enqueued(l);

	return rep && intent_of(l) == IT_OPEN &&
		(le64_to_cpu(rep->disposition) & DISP_OPEN_CREATE);
}

/* Is this the resource of locks on the object? */
static bool resource_of(const struct wire_res_id *res, const struct wire_fid *fid)
{
	u64 low = (u64)le32_to_cpu(fid->ver) << 32 | le32_to_cpu(fid->oid);

	return res->name[0] == fid->seq && le64_to_cpu(res->name[1]) == low && !res->name[2] &&
		!res->name[3];
}

bool lint_lock_resource(const struct wire_lint *l)
{
	const struct wire_lock_rep *rep = locked(l);
	const struct wire_lock_req *req = lock_req(l);
	const struct wire_mdt_body *body = wire_lint_rep(l, WF_MDT_BODY, sizeof(*body));

	if (!rep || !req || !rep->handle || !(intent_of(l) & IT_WITH_BODY))
		return false;
	if (!body)
		return true;
	return !resource_of(le32_to_cpu(rep->flags) & LDLM_FL_LOCK_CHANGED ? &rep->desc.res :
			    &req->desc.res, &body->fid1);
}

/* FIDs of clients' files, and the few that have been there from the beginning. */
static bool fid_is_sane(const struct wire_fid *fid)
{
	return le64_to_cpu(fid->seq) >= FID_SEQ_LOCAL && fid->oid && !fid->ver;
}

bool lint_open_fid(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = wire_lint_rep(l, WF_MDT_BODY, sizeof(*body));
	const struct wire_lock_rep *rep = enqueued(l);

	if (!rep || !(intent_of(l) & IT_OPEN) || rep->status ||
	    !(le64_to_cpu(rep->disposition) & DISP_OPEN_OPEN))
		return false;
	return !body || !fid_is_sane(&body->fid1);
}

/* @granted_not: it waits, or was only asked about */
static bool desc_bad(const struct wire_lock_desc *desc, bool granted_not)
{
	const struct wire_extent *e = &desc->policy.extent;
	u32 granted = le32_to_cpu(desc->granted_mode);

	if (!is_power_of_2(le32_to_cpu(desc->req_mode)))
		return true;
	if (!is_power_of_2(granted) && (granted || !granted_not))
		return true;
	return le32_to_cpu(desc->type) == LDLM_EXTENT &&
		le64_to_cpu(e->start) > le64_to_cpu(e->end);
}

bool lint_lock_mode(const struct wire_lint *l)
{
	const struct wire_lock_rep *rep = locked(l);
	u32 flags;

	if (!rep || !rep->handle)
		return false;
	flags = le32_to_cpu(rep->flags);
	return desc_bad(&rep->desc, flags & (LDLM_FL_BLOCK_WAIT | LDLM_FL_BLOCK_CONV |
					     LDLM_FL_TEST_LOCK));
}

/* Bits of inode locks beyond what the client said it knows, or what it has to prepare for. */
bool lint_dom_unasked(const struct wire_lint *l)
{
	const struct wire_lock_rep *rep = locked(l);
	const struct wire_lock_req *req = lock_req(l);
	u64 bits, wanted, known = l->vendor & VENDOR_SHED ? IBIT_XATTR : 0;

	if (!rep || !req || !rep->handle || le32_to_cpu(rep->desc.type) != LDLM_IBITS)
		return false;
	bits = le64_to_cpu(rep->desc.policy.ibits.bits);
	wanted = le64_to_cpu(req->desc.policy.ibits.bits | req->desc.policy.ibits.try_bits);
	if (l->granted && (le64_to_cpu(l->granted->flags) & CONN_IBITS) &&
	    (bits & ~(le64_to_cpu(l->granted->ibits_known) | known)))
		return true;
	return bits & IBIT_DOM & ~wanted;
}

/* ---- callbacks ---- */

static const struct wire_lock_req *callback(const struct wire_lint *l)
{
	int i = l->fmt ? wire_field_index(l->fmt->req, l->fmt->nr_req, WF_LOCK_REQ) : -1;

	return i < 0 ? NULL : wire_msg_buf(l->msg, i, sizeof(struct wire_lock_req));
}

bool lint_callback_flags(const struct wire_lint *l)
{
	const struct wire_lock_req *req = callback(l);

	return req && (le32_to_cpu(req->flags) & ~CALLBACK_FLAGS);
}

/* The other callbacks tell of a lock of somebody else, or of one that is as it was. */
bool lint_callback_lock(const struct wire_lint *l)
{
	const struct wire_lock_req *req = callback(l);

	if (l->opc != OP_LDLM_CP_CALLBACK || !req)
		return false;
	return desc_bad(&req->desc, le32_to_cpu(req->flags) & LDLM_FL_FLOCK_DEADLOCK);
}
