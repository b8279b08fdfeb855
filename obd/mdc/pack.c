// SPDX-License-Identifier: GPL-2.0
/* Pieces that many metadata requests and replies share. */
#include <linux/export.h>
#include <linux/string.h>

#include "obd/mdc/internal.h"

void mdc_head_fill(struct wire_rec_head *h, u32 opcode, const struct mdc_cred *cred)
{
	h->opcode = cpu_to_le32(opcode);
	h->cap = cpu_to_le32(cred->cap);
	h->fsuid = cpu_to_le32(cred->uid);
	h->fsgid = cpu_to_le32(cred->gid);
	h->suppgid1 = cpu_to_le32(cred->suppgid[0]);
	h->suppgid2 = cpu_to_le32(cred->suppgid[1]);
}

void mdc_body_name(struct wire_mdt_body *b, const struct fid *fid)
{
	mdc_fid_put(fid, &b->fid1);
	/* Else a server does not look for the file, and some handlers take one for granted. */
	b->valid |= cpu_to_le64(VALID_ID);
}

void mdc_body_fill(struct wire_mdt_body *b, const struct fid *fid, const struct mdc_cred *cred)
{
	mdc_body_name(b, fid);
	b->fsuid = cpu_to_le32(cred->uid);
	b->fsgid = cpu_to_le32(cred->gid);
	b->capability = cpu_to_le32(cred->cap);
	b->suppgid = cpu_to_le32(cred->suppgid[0]);
}

void mdc_str_put(struct rpc_request *req, enum wire_field f, const char *s, size_t len)
{
	memcpy(rpc_req_buf(req, f), s, len);
}

int mdc_reply_take(struct mdc *mdc, struct rpc_request *req, struct mdc_reply *r)
{
	const struct wire_mdt_body *b = rpc_rep_buf(req, WF_MDT_BODY, NULL);
	u64 valid;
	u32 len;

	if (!b)
		return -EPROTO;
	r->req = rpc_get(req);
	r->body = b;
	r->extra = mdc_extra_take(req);
	valid = le64_to_cpu(b->valid);
	if (valid & (VALID_EASIZE | VALID_LINKNAME | VALID_DIREA | VALID_MEA) && b->eadatasize) {
		r->layout = rpc_rep_buf(req, WF_LAYOUT, &len);
		r->layout_len = le32_to_cpu(b->eadatasize);
		if (!r->layout || r->layout_len > len)
			goto broken;
	}
	if (valid & VALID_ACL && b->aclsize) {
		r->acl = rpc_rep_buf(req, WF_ACL, &len);
		r->acl_len = le32_to_cpu(b->aclsize);
		if (!r->acl || r->acl_len > len)
			goto broken;
	}
	if (valid & VALID_MODEASIZE)
		WRITE_ONCE(mdc->max_ea, max(mdc->max_ea, min(le32_to_cpu(b->max_mdsize), 65536u)));
	return 0;
broken:
	rpc_put(req);
	r->req = NULL;
	return -EPROTO;
}

void mdc_reply_put(struct mdc_reply *r)
{
	if (r->lock)
		ldlm_decref(r->lock, r->mode);
	if (r->req)
		rpc_put(r->req);
	memset(r, 0, sizeof(*r));
}
EXPORT_SYMBOL_GPL(mdc_reply_put);

/* ---- locks given up on the way ---- */

void mdc_elc_take(struct mdc *mdc, struct mdc_elc *elc, const struct fid *fid, u64 ibits)
{
	struct ldlm_res_id res;

	if (!(rpc_import_flags(mdc->imp) & CONN_CANCELSET))
		return;
	ldlm_fid_res(fid, &res);
	elc->nr += ldlm_cancel_take(mdc->dev->ns, &res, ibits, elc->handles + elc->nr,
				    MDC_MAX_ELC - elc->nr);
}

void mdc_elc_shed(struct mdc *mdc, struct mdc_elc *elc, const struct fid *fid, u64 ibits)
{
	struct ldlm_res_id res;

	ldlm_fid_res(fid, &res);
	if (rpc_import_vendor(mdc->imp) & VENDOR_SHED)
		elc->handles[0] = ldlm_shed_take(mdc->dev->ns, &res, ibits);
	if (elc->handles[0]) {
		elc->shed = ibits;
		elc->nr = 1;
	}
	mdc_elc_take(mdc, elc, fid, ibits);
}

void mdc_elc_len(struct rpc_request *req, const struct mdc_elc *elc)
{
	/* The structure always has room for two. */
	if (elc->nr)
		rpc_req_len(req, WF_LOCK_REQ, sizeof(struct wire_lock_req) +
			    max(elc->nr, 2u) * sizeof(__le64));
}

void mdc_elc_fill(struct rpc_request *req, const struct mdc_elc *elc)
{
	struct wire_lock_req *lr;
	struct wire_extra *x;
	unsigned int i;

	if (!elc->nr)
		return;
	lr = rpc_req_buf(req, WF_LOCK_REQ);
	lr->count = cpu_to_le32(elc->nr);
	for (i = 0; i < elc->nr; i++)
		lr->handle[i] = cpu_to_le64(elc->handles[i]);
	/* None: the server has restarted as another one, and does not know the handle. */
	x = rpc_req_buf(req, WF_EXTRA);
	if (x)
		x->shed = cpu_to_le32(elc->shed);
}
