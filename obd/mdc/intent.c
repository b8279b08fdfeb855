// SPDX-License-Identifier: GPL-2.0
/* Requests that bring a lock along: lookup, open, layout, the lock of a listing. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/mdc/internal.h"

#define GETATTR_VALID	(VALID_ID | VALID_ATIME | VALID_MTIME | VALID_CTIME | VALID_SIZE | \
			 VALID_BLOCKS | VALID_BLKSIZE | VALID_MODE | VALID_TYPE | VALID_UID | \
			 VALID_GID | VALID_FLAGS | VALID_NLINK | VALID_RDEV | VALID_FID | \
			 VALID_EASIZE | VALID_DIREA | VALID_MEA | VALID_MODEASIZE | VALID_ACL)

/* Room in the reply for what a file may have. */
static void reply_room(struct mdc *mdc, struct rpc_request *req)
{
	rpc_rep_len(req, WF_LAYOUT, max(READ_ONCE(mdc->max_ea), 4096u));
	rpc_rep_len(req, WF_ACL, MDC_MAX_ACL);
}

static int intent_status(const struct wire_lock_rep *rep)
{
	return rpc_errno((int)(s64)le64_to_cpu(rep->status));
}

/* The MDT waits for something itself, such as an OST that is to make objects. */
static bool intent_again(struct rpc_request *req)
{
	const struct wire_lock_rep *rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);

	return rep && intent_status(rep) == -EINPROGRESS;
}

/*
 * Takes in the reply of an intent. The server may have done what was asked without granting a lock;
 * what became of the intent itself stands in the lock reply's status.
 */
static int intent_finish(struct mdc *mdc, struct rpc_request *req, struct ldlm_lock *lock,
			 struct mdc_reply *r)
{
	const struct wire_lock_rep *rep;
	int rc = ldlm_enqueue_done(req, &lock);

	if (rc < 0)
		return rc;
	rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);
	if (!rep) {
		rc = -EPROTO;
		goto out;
	}
	r->disposition = le64_to_cpu(rep->disposition);
	r->status = intent_status(rep);
	if (!(r->disposition & DISP_IT_EXECD)) {
		rc = r->status < 0 ? r->status : -EPROTO;
		goto out;
	}
	rc = r->status;
	if (r->disposition & DISP_LOOKUP_NEG && !(r->disposition & DISP_OPEN_CREATE) && !rc)
		rc = -ENOENT;
	if (!rc)
		rc = mdc_reply_take(mdc, req, r);
out:
	if (lock) {
		r->lock = lock;
		r->mode = lock->granted_mode;
	}
	if (rc && r->lock && rc != -ENOENT) {
		ldlm_decref(r->lock, r->mode);
		r->lock = NULL;
	}
	return rc;
}

static int intent_call(struct mdc *mdc, struct rpc_request *req, struct ldlm_lock *lock,
		       struct mdc_reply *r)
{
	int rc;

	/* The result stays in the request, where ldlm_enqueue_done() finds it. */
	rpc_call(req);
	rc = intent_finish(mdc, req, lock, r);
	rpc_put(req);
	return rc;
}

/**
 * struct lookup - a look-up to be asked for
 * @name: in @parent, or NULL: @child
 */
struct lookup {
	const struct fid *parent;
	const char *name;
	size_t len;
	const struct fid *child;
	u32 it;
	const struct mdc_cred *cred;
	u32 flags;		/* RPC_* */
};

static void lookup_fill(struct mdc *mdc, struct rpc_request *req, const struct lookup *lu)
{
	struct wire_mdt_body *body = rpc_req_buf(req, WF_MDT_BODY);

	((struct wire_intent *)rpc_req_buf(req, WF_INTENT))->opc = cpu_to_le64(lu->it);
	mdc_body_fill(body, lu->name ? lu->parent : lu->child, lu->cred);
	if (lu->child)
		mdc_fid_put(lu->child, &body->fid2);
	body->valid = cpu_to_le64(GETATTR_VALID);
	body->eadatasize = cpu_to_le32(max(READ_ONCE(mdc->max_ea), 4096u));
	if (lu->name)
		mdc_str_put(req, WF_NAME, lu->name, lu->len);
	mdc_extra_fill(req, lu->cred);
}

static int lookup_new(struct mdc *mdc, const struct lookup *lu, struct rpc_request **req,
		      struct ldlm_lock **lock)
{
	struct ldlm_enqueue what = {
		.type = LDLM_IBITS,
		.mode = LCK_PR,
		.policy.ibits = lu->it & IT_GETATTR ? IBIT_LOOKUP | IBIT_UPDATE | IBIT_PERM :
				IBIT_LOOKUP | IBIT_PERM,
		.flags = LDLM_FL_HAS_INTENT,
		.data = mdc->priv,
	};
	int rc;

	ldlm_fid_res(lu->name ? lu->parent : lu->child, &what.res);
	rc = ldlm_enqueue_new(mdc->dev->ns, mdc->imp, &what, &fmt_intent_getattr, req, lock);
	if (rc)
		return rc;
	rpc_set_flags(*req, lu->flags);
	rpc_set_again(*req, intent_again);
	rpc_req_len(*req, WF_NAME, lu->name ? lu->len + 1 : 1);
	mdc_extra_len(mdc, *req, lu->cred);
	reply_room(mdc, *req);
	rc = ldlm_enqueue_pack(*req, *lock);
	if (rc)
		return rc;
	lookup_fill(mdc, *req, lu);
	return 0;
}

int mdc_lookup(struct mdc *mdc, const struct fid *parent, const char *name, size_t len,
	       const struct fid *child, u32 it, const struct mdc_cred *cred, struct mdc_reply *r)
{
	const struct lookup lu = {
		.parent = parent, .name = name, .len = len, .child = child, .it = it, .cred = cred,
	};
	struct rpc_request *req;
	struct ldlm_lock *lock;
	int rc;

	memset(r, 0, sizeof(*r));
	rc = lookup_new(mdc, &lu, &req, &lock);
	return rc ?: intent_call(mdc, req, lock, r);
}
EXPORT_SYMBOL_GPL(mdc_lookup);

/* Makes the requests of a batch; returns how many there are. */
static unsigned int batch_lookups(struct mdc *mdc, const struct fid *parent,
				  struct mdc_named *named, unsigned int nr,
				  const struct mdc_cred *cred, struct rpc_request **reqs,
				  struct ldlm_lock **locks)
{
	struct lookup lu = {
		.parent = parent, .it = IT_GETATTR, .cred = cred, .flags = RPC_SUB,
	};
	unsigned int i;

	for (i = 0; i < nr; i++) {
		memset(&named[i].reply, 0, sizeof(named[i].reply));
		lu.name = named[i].name;
		lu.len = named[i].len;
		if (lookup_new(mdc, &lu, &reqs[i], &locks[i]))
			break;
	}
	return i;
}

int mdc_lookup_batch(struct mdc *mdc, const struct fid *parent, struct mdc_named *named,
		     unsigned int nr, const struct mdc_cred *cred)
{
	struct rpc_request **reqs = kcalloc(nr, sizeof(*reqs), GFP_NOFS);
	struct ldlm_lock **locks = kcalloc(nr, sizeof(*locks), GFP_NOFS);
	unsigned int made = 0, i;

	if (reqs && locks)
		made = batch_lookups(mdc, parent, named, nr, cred, reqs, locks);
	if (made)
		rpc_batch_call(mdc->imp, reqs, made);
	for (i = 0; i < nr; i++) {
		named[i].rc = -ENOMEM;
		if (i >= made)
			continue;
		named[i].rc = intent_finish(mdc, reqs[i], locks[i], &named[i].reply);
		rpc_put(reqs[i]);
	}
	kfree(locks);
	kfree(reqs);
	return made ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(mdc_lookup_batch);

static void open_fill(struct rpc_request *req, const struct mdc_open *op,
		      const struct mdc_cred *cred)
{
	struct wire_rec_create *rec = rpc_req_buf(req, WF_REC);
	u64 flags = op->flags | (op->ea ? MDS_OPEN_HAS_EA : 0) | (op->name ? 0 : MDS_OPEN_BY_FID);

	mdc_head_fill(&rec->h, REINT_OPEN, cred);
	mdc_fid_put(op->name ? &op->parent : &op->fid, &rec->h.fid1);
	mdc_fid_put(&op->fid, &rec->fid2);
	rec->time = cpu_to_le64(op->time.tv_sec);
	mdc_extra_time(req, cred, op->time);
	rec->mode = cpu_to_le32(op->mode);
	rec->umask = cpu_to_le32(op->umask);
	rec->flags_l = cpu_to_le32(lower_32_bits(flags));
	rec->flags_h = cpu_to_le32(upper_32_bits(flags));
	if (op->name)
		mdc_str_put(req, WF_NAME, op->name, op->len);
	if (op->ea)
		memcpy(rpc_req_buf(req, WF_EADATA), op->ea, op->ea_len);
}

int mdc_open(struct mdc *mdc, const struct mdc_open *op, const struct mdc_cred *cred,
	     struct mdc_reply *r)
{
	struct ldlm_enqueue what = {
		.type = LDLM_IBITS,
		.mode = op->flags & MDS_OPEN_CREAT ? LCK_CW : LCK_CR,
		.policy.ibits = op->flags & MDS_OPEN_CREAT ? IBIT_UPDATE : IBIT_LOOKUP,
		.flags = LDLM_FL_HAS_INTENT,
		.data = mdc->priv,
	};
	u32 it = IT_OPEN | (op->flags & MDS_OPEN_CREAT ? IT_CREAT : 0);
	struct rpc_request *req;
	struct ldlm_lock *lock;
	int rc;

	memset(r, 0, sizeof(*r));
	ldlm_fid_res(op->name ? &op->parent : &op->fid, &what.res);
	rc = ldlm_enqueue_new(mdc->dev->ns, mdc->imp, &what, &fmt_intent_open, &req, &lock);
	if (rc)
		return rc;
	rpc_req_len(req, WF_NAME, op->name ? op->len + 1 : 1);
	rpc_req_len(req, WF_EADATA, op->ea_len);
	mdc_extra_len(mdc, req, cred);
	rpc_set_flags(req, RPC_MODIFY);
	rpc_set_again(req, intent_again);
	mdc_open_keep(mdc, req);
	reply_room(mdc, req);
	rc = ldlm_enqueue_pack(req, lock);
	if (rc)
		return rc;
	((struct wire_intent *)rpc_req_buf(req, WF_INTENT))->opc = cpu_to_le64(it);
	/* A new name would make the server call back the lock on the listing: it goes along. */
	if (op->name && op->flags & MDS_OPEN_CREAT)
		ldlm_enqueue_cancels(req, mdc->dev->ns, &what.res, IBIT_UPDATE);
	open_fill(req, op, cred);
	/* Whose program was killed the server opens none the less. */
	if (!rpc_call_or_leave(req, mdc_open_left, mdc)) {
		ldlm_decref(lock, what.mode);
		return -EINTR;
	}
	rc = intent_finish(mdc, req, lock, r);
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_open);

/*
 * The layout is the value of the lock. It comes with the reply, or with the callback that grants a
 * lock which had to be waited for.
 */
static int layout_finish(struct mdc *mdc, struct rpc_request *req, struct ldlm_lock *lock,
			 struct mdc_reply *r)
{
	const struct wire_lock_rep *rep;
	int rc = ldlm_enqueue_done(req, &lock);

	if (rc < 0)
		return rc;
	rep = rpc_rep_buf(req, WF_LOCK_REP, NULL);
	rc = rep ? intent_status(rep) : -EPROTO;
	if (!lock)
		return rc < 0 ? rc : -EPROTO;
	if (rc < 0) {
		ldlm_decref(lock, lock->granted_mode);
		return rc;
	}
	r->lock = lock;
	r->mode = lock->granted_mode;
	r->layout = lock->layout;
	r->layout_len = lock->layout_len;
	WRITE_ONCE(mdc->max_ea, max(mdc->max_ea, min(lock->layout_len, 65536u)));
	return 0;
}

int mdc_layout(struct mdc *mdc, const struct fid *fid, enum wire_layout_opc opc, u64 start,
	       u64 end, struct mdc_reply *r)
{
	bool write = opc != LAYOUT_INTENT_ACCESS;
	struct ldlm_enqueue what = {
		.type = LDLM_IBITS,
		.mode = write ? LCK_EX : LCK_CR,
		.policy.ibits = IBIT_LAYOUT,
		.flags = LDLM_FL_HAS_INTENT,
		.data = mdc->priv,
	};
	struct wire_layout_intent *intent;
	struct rpc_request *req;
	struct ldlm_lock *lock;
	int rc;

	memset(r, 0, sizeof(*r));
	ldlm_fid_res(fid, &what.res);
	rc = ldlm_enqueue_new(mdc->dev->ns, mdc->imp, &what, &fmt_intent_layout, &req, &lock);
	if (rc)
		return rc;
	rpc_set_again(req, intent_again);
	if (write) {
		rpc_set_flags(req, RPC_MODIFY);
		mdc_layout_keep(mdc, req);
	}
	rpc_rep_len(req, WF_LVB, max(READ_ONCE(mdc->max_ea), 4096u));
	rc = ldlm_enqueue_pack(req, lock);
	if (rc)
		return rc;
	((struct wire_intent *)rpc_req_buf(req, WF_INTENT))->opc = cpu_to_le64(IT_LAYOUT);
	intent = rpc_req_buf(req, WF_LAYOUT_INTENT);
	intent->opc = cpu_to_le32(opc);
	intent->start = cpu_to_le64(start);
	intent->end = cpu_to_le64(end == U64_MAX ? end : end + 1);
	/* The server would call back what we hold. */
	if (write)
		ldlm_enqueue_cancels(req, mdc->dev->ns, &what.res, IBIT_LAYOUT);
	rpc_call(req);
	rc = layout_finish(mdc, req, lock, r);
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_layout);

int mdc_lock_dir(struct mdc *mdc, const struct fid *dir, struct ldlm_lock **lock)
{
	struct ldlm_enqueue what = {
		.type = LDLM_IBITS,
		.mode = LCK_PR,
		.policy.ibits = IBIT_UPDATE,
		.data = mdc->priv,
	};

	ldlm_fid_res(dir, &what.res);
	return ldlm_enqueue_call(mdc->dev->ns, mdc->imp, &what, lock);
}
EXPORT_SYMBOL_GPL(mdc_lock_dir);
