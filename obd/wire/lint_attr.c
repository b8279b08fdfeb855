// SPDX-License-Identifier: GPL-2.0
/* Rules about attributes of files, layouts and directories. */
#include <linux/kernel.h>
#include <linux/stat.h>

#include "obd/wire/lint.h"

/* ---- file systems ---- */

static const struct wire_statfs *statfs_of(const struct wire_lint *l)
{
	if ((l->opc != OP_MDS_STATFS && l->opc != OP_OST_STATFS) || !wire_lint_ok(l))
		return NULL;
	return wire_lint_rep(l, WF_STATFS, sizeof(struct wire_statfs));
}

bool lint_statfs_bsize(const struct wire_lint *l)
{
	const struct wire_statfs *st = statfs_of(l);

	return st && !st->bsize;
}

bool lint_statfs_namelen(const struct wire_lint *l)
{
	const struct wire_statfs *st = statfs_of(l);

	return st && !st->namelen;
}

/* ---- attributes ---- */

static const struct wire_mdt_body *body_of(const struct wire_lint *l)
{
	return wire_lint_ok(l) ? wire_lint_rep(l, WF_MDT_BODY, sizeof(struct wire_mdt_body)) : NULL;
}

static bool fid_is_zero(const struct wire_fid *fid)
{
	return !fid->seq && !fid->oid && !fid->ver;
}

static const union wire_rec *rec_of(const struct wire_lint *l)
{
	return wire_lint_req(l, WF_REC, sizeof(union wire_rec));
}

static bool is_reint(const struct wire_lint *l, enum wire_reint op)
{
	const union wire_rec *rec = rec_of(l);

	return l->opc == OP_MDS_REINT && rec && le32_to_cpu(rec->h.opcode) == op;
}

/*
 * The file that the client asked about by its FID, and whose attributes it will take the reply's
 * for; or NULL.
 */
static const struct wire_fid *fid_asked(const struct wire_lint *l)
{
	const struct wire_mdt_body *b = wire_lint_req(l, WF_MDT_BODY, sizeof(*b));

	switch (l->opc) {
	case OP_MDS_GETATTR:
	case OP_MDS_READPAGE:
		return b ? &b->fid1 : NULL;
	case OP_MDS_CLOSE:
		return rec_of(l) ? &rec_of(l)->h.fid1 : NULL;
	case OP_MDS_REINT:
		return is_reint(l, REINT_SETATTR) ? &rec_of(l)->h.fid1 : NULL;
	case OP_LDLM_ENQUEUE:
		if (!b || wire_lint_req(l, WF_NAME, 2))
			return NULL;
		return fid_is_zero(&b->fid2) ? &b->fid1 : &b->fid2;
	default:
		return NULL;
	}
}

bool lint_fid_changed(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = body_of(l);
	const struct wire_fid *asked = fid_asked(l);

	if (!body || !asked || !(le64_to_cpu(body->valid) & VALID_ID) || fid_is_zero(asked))
		return false;
	return body->fid1.seq != asked->seq || body->fid1.oid != asked->oid ||
		body->fid1.ver != asked->ver;
}

bool lint_mode_zero(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = body_of(l);

	return body && (le64_to_cpu(body->valid) & (VALID_MODE | VALID_TYPE)) &&
		!(le32_to_cpu(body->mode) & S_IFMT);
}

bool lint_create_body(const struct wire_lint *l)
{
	return is_reint(l, REINT_CREATE) && wire_lint_ok(l) && !body_of(l);
}

/* ---- what comes with them ---- */

bool lint_ea_size(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = body_of(l);
	u32 mode, len;
	u64 valid;

	if (!body || wire_field_index(l->fmt->rep, l->fmt->nr_rep, WF_LAYOUT) < 0)
		return false;
	valid = le64_to_cpu(body->valid);
	mode = le32_to_cpu(body->mode);
	len = le32_to_cpu(body->eadatasize);
	if ((valid & VALID_EASIZE) && (!S_ISREG(mode) || !len))
		return true;
	if ((valid & VALID_DIREA) && !S_ISDIR(mode))
		return true;
	return (valid & (VALID_EASIZE | VALID_DIREA | VALID_LINKNAME)) &&
		len > wire_lint_rep_len(l, WF_LAYOUT);
}

bool lint_acl_size(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = body_of(l);

	return body && (le64_to_cpu(body->valid) & VALID_ACL) &&
		wire_field_index(l->fmt->rep, l->fmt->nr_rep, WF_ACL) >= 0 &&
		le32_to_cpu(body->aclsize) != wire_lint_rep_len(l, WF_ACL);
}

/* Clients compute the stripe of a name from these numbers without another look at them. */
bool lint_lmv_offsets(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = body_of(l);
	const struct wire_lmv *lmv;
	u32 count, len;

	if (!body || !(le64_to_cpu(body->valid) & VALID_MEA))
		return false;
	lmv = wire_lint_rep(l, WF_LAYOUT, sizeof(*lmv));
	if (!lmv || le32_to_cpu(lmv->magic) != LMV_MAGIC_V1)
		return false;
	len = wire_lint_rep_len(l, WF_LAYOUT);
	count = le32_to_cpu(lmv->stripe_count);
	if (count > (len - sizeof(*lmv)) / sizeof(struct wire_fid))
		return true;
	return (le32_to_cpu(lmv->hash_type) & LMV_HASH_F_CHANGE) &&
		le32_to_cpu(lmv->migrate_offset) >= count;
}

/* ---- layouts of files ---- */

static bool objects_bad(const struct wire_lov_object *o, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (le64_to_cpu(o[i].id.fid.seq) != FID_SEQ_OST(le32_to_cpu(o[i].idx)) ||
		    le32_to_cpu(o[i].idx) >= LOV_MAX_STRIPE_COUNT)
			return true;
	}
	return false;
}

static bool layout_bad(const void *ea, u32 len)
{
	const struct wire_lov_v1 *v1 = ea;
	u32 head, count;

	if (len < sizeof(*v1))
		return true;
	switch (le32_to_cpu(v1->magic)) {
	case LOV_MAGIC_V1:
		head = sizeof(struct wire_lov_v1);
		break;
	case LOV_MAGIC_V3:
		head = sizeof(struct wire_lov_v3);
		break;
	default:
		return false;
	}
	count = le16_to_cpu(v1->stripe_count);
	if (len < head || !v1->stripe_size || le32_to_cpu(v1->stripe_size) % LOV_STRIPE_ALIGN)
		return true;
	if (count > (len - head) / sizeof(struct wire_lov_object))
		return true;
	return objects_bad(ea + head, count);
}

/*
 * What the linter cannot see is whether the OSTs are in the configuration: mds/pool.c uses no
 * others.
 */
bool lint_layout(const struct wire_lint *l)
{
	const struct wire_mdt_body *body = body_of(l);
	u32 len;

	if (body && (le64_to_cpu(body->valid) & VALID_EASIZE)) {
		len = wire_lint_rep_len(l, WF_LAYOUT);
		return len && layout_bad(wire_lint_rep(l, WF_LAYOUT, 0), len);
	}
	if (l->fmt == &fmt_intent_layout && wire_lint_ok(l)) {
		len = wire_lint_rep_len(l, WF_LVB);
		return len && layout_bad(wire_lint_rep(l, WF_LVB, 0), len);
	}
	return false;
}

/* ---- directories ---- */

bool lint_dirpage_start(const struct wire_lint *l)
{
	const struct wire_mdt_body *b = wire_lint_req(l, WF_MDT_BODY, sizeof(*b));

	return b && l->page && le64_to_cpu(l->page->hash_start) > le64_to_cpu(b->size);
}
