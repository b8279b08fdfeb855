// SPDX-License-Identifier: GPL-2.0
/*
 * Rules about requests: what a stock server insists on, and what makes it panic. That a buffer is
 * missing altogether is seen by every server.
 */
#include <linux/kernel.h>
#include <linux/log2.h>

#include "obd/wire/lint.h"

static const struct wire_mdt_body *body_of(const struct wire_lint *l)
{
	return wire_lint_req(l, WF_MDT_BODY, sizeof(struct wire_mdt_body));
}

static const union wire_rec *rec_of(const struct wire_lint *l, enum wire_reint op)
{
	const union wire_rec *rec = wire_lint_req(l, WF_REC, sizeof(union wire_rec));

	return rec && le32_to_cpu(rec->h.opcode) == op ? rec : NULL;
}

/* A handler that takes the file for granted, of which only the flag says that it is named. */
bool lint_req_body_fid(const struct wire_lint *l)
{
	const struct wire_mdt_body *b = body_of(l);

	switch (l->opc) {
	case OP_MDS_GETATTR:
	case OP_MDS_GETXATTR:
	case OP_MDS_READPAGE:
		return b && !(le64_to_cpu(b->valid) & VALID_ID);
	case OP_MDS_SYNC:
		return b && b->fid1.seq && !(le64_to_cpu(b->valid) & VALID_ID);
	default:
		return false;
	}
}

/* A name buffer holds at least the NUL, and intents are one of a list, not sets of bits. */
bool lint_req_intent(const struct wire_lint *l)
{
	const struct wire_intent *it = wire_lint_req(l, WF_INTENT, sizeof(*it));

	if (l->opc != OP_LDLM_ENQUEUE || !it)
		return false;
	switch (le64_to_cpu(it->opc)) {
	case IT_LAYOUT:
		return false;
	case IT_OPEN:
	case IT_OPEN | IT_CREAT:
	case IT_GETATTR:
	case IT_LOOKUP:
		return !wire_lint_req(l, WF_NAME, 1);
	default:
		return true;
	}
}

/* A time without its flag to set it is no change, and a change without any is refused. */
bool lint_req_times(const struct wire_lint *l)
{
	const union wire_rec *rec = rec_of(l, REINT_SETATTR);
	u64 valid;

	if (l->opc != OP_MDS_REINT || !rec)
		return false;
	valid = le64_to_cpu(rec->setattr.valid);
	return (valid & MDS_ATTR_ATIME && !(valid & MDS_ATTR_ATIME_SET)) ||
	       (valid & MDS_ATTR_MTIME && !(valid & MDS_ATTR_MTIME_SET)) ||
	       (valid & MDS_ATTR_CTIME && !(valid & MDS_ATTR_CTIME_SET));
}

bool lint_req_xattr_time(const struct wire_lint *l)
{
	const union wire_rec *rec = rec_of(l, REINT_SETXATTR);

	return l->opc == OP_MDS_REINT && rec &&
	       !(le64_to_cpu(rec->setxattr.valid) & VALID_CTIME);
}

bool lint_req_object(const struct wire_lint *l)
{
	const struct wire_obdo *oa;

	switch (l->opc) {
	case OP_OST_GETATTR:
	case OP_OST_SETATTR:
	case OP_OST_READ:
	case OP_OST_WRITE:
	case OP_OST_PUNCH:
	case OP_OST_FALLOCATE:
	case OP_OST_SEEK:
		oa = wire_lint_req(l, WF_OBDO, sizeof(*oa));
		return oa && (!(le64_to_cpu(oa->valid) & VALID_ID) ||
			      (!oa->id.fid.seq && !oa->id.fid.oid));
	default:
		return false;
	}
}

bool lint_req_max_brw(const struct wire_lint *l)
{
	const struct wire_ioobj *ioo;

	if (l->opc != OP_OST_READ && l->opc != OP_OST_WRITE)
		return false;
	ioo = wire_lint_req(l, WF_IOOBJ, sizeof(*ioo));
	return ioo && !is_power_of_2((le32_to_cpu(ioo->max_brw) >> 16) + 1);
}

bool lint_req_log_body(const struct wire_lint *l)
{
	return l->opc == OP_LLOG_CREATE && !body_of(l) &&
	       wire_lint_req(l, WF_LLOG_BODY, sizeof(struct wire_llog_body));
}
