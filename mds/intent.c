// SPDX-License-Identifier: GPL-2.0
/*
 * Intents: a lock request that carries the operation which the lock is for.
 *
 * The operation runs under locks of the server's own; the one on the object found is handed over
 * to the client.  Two results go back: what was done (disposition) and how it ended (status).  A
 * disposition always says at least that the intent was executed: a stock client that finds
 * neither that nor an error stops its machine.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

int mds_answer_pack(struct rpc_srv_req *req, struct mds_answer *a)
{
	struct wire_mdt_body *body;
	struct wire_lock_rep *rep;
	int rc = a->status;

	/* Nothing was done; clients look for this one in the message's status and ask again. */
	if (rc == -EINPROGRESS)
		goto out;
	if (a->shown)
		mds_show_lens(req, &a->show);
	rc = rpc_srv_pack(req);
	if (rc)
		goto out;
	rep = rpc_srv_rep_buf(req, WF_LOCK_REP);
	rep->disposition = cpu_to_le64(a->disposition | DISP_IT_EXECD);
	rep->status = cpu_to_le64((s64)a->status);
	if (a->shown) {
		mds_show_pack(req, &a->show);
		body = rpc_srv_rep_buf(req, WF_MDT_BODY);
		body->handle = cpu_to_le64(a->handle);
	}
out:
	if (a->shown)
		mds_show_free(&a->show);
	a->shown = false;
	return rc;
}

/* ---- look-up and getattr ---- */

/**
 * struct lookup - a look-up under way
 * @op: IT_*: a client that only passes by on its way to another name does not ask for IT_GETATTR
 * @dir, @obj: found so far; NULL
 * @child: lock on what was found
 */
struct lookup {
	struct rpc_srv_req *req;
	const struct wire_mdt_body *body;
	u64 op;
	struct osd_cred cred;
	struct osd_object *dir;
	struct osd_object *obj;
	struct mds_lock parent;
	struct mds_lock child;
};

static int lookup_name(struct lookup *lu, const struct mds_name *name, struct mds_answer *a)
{
	struct mds *mds = mds_of(lu->req);
	struct fid fid;
	int rc;

	mds_fid_read(&lu->body->fid1, &fid);
	rc = osd_object_find(mds->osd, &fid, &lu->dir);
	if (rc)
		return rc == -ENOENT ? -ESTALE : rc;
	rc = mds_lock_for(lu->req, &fid, IBIT_UPDATE, LCK_PR, &lu->parent);
	if (rc)
		return rc;
	rc = mds_child(mds, lu->dir, &lu->cred, name, &lu->obj);
	if (rc != -ENOENT)
		return rc;
	a->disposition |= DISP_LOOKUP_NEG;
	return rc;
}

static int lookup_fid(struct lookup *lu)
{
	struct fid fid;

	mds_fid_read(&lu->body->fid2, &fid);
	if (fid_is_zero(&fid))
		mds_fid_read(&lu->body->fid1, &fid);
	return osd_object_find(mds_of(lu->req)->osd, &fid, &lu->obj);
}

/*
 * As long as the client has the lock that an earlier sending brought it, what it was found by is
 * what it was.
 */
static bool lookup_was_done(struct lookup *lu)
{
	struct fid fid;

	if (!mds_lock_resent(lu->req, &lu->child, &fid))
		return false;
	if (!osd_object_find(mds_of(lu->req)->osd, &fid, &lu->obj))
		return true;
	mds_lock_revoke(&lu->child);
	return false;
}

static int lookup_object(struct lookup *lu, struct mds_answer *a)
{
	struct mds_name name;
	int rc;

	a->disposition |= DISP_LOOKUP_EXECD;
	if (lookup_was_done(lu))
		rc = 0;
	else if (mds_name_get(lu->req, WF_NAME, &name))
		rc = lookup_fid(lu);
	else
		rc = lookup_name(lu, &name, a);
	if (!rc)
		a->disposition |= DISP_LOOKUP_POS;
	return rc;
}

/* Locks what was found; what the reply shows is read under that lock. */
static int lookup_lock(struct lookup *lu, struct mds_answer *a)
{
	u64 bits = lu->op & IT_GETATTR ? mds_attr_bits(lu->req) : IBIT_LOOKUP | IBIT_PERM;
	struct osd_attr attr;
	u32 what, room;
	int rc;

	rc = osd_attr_get(lu->obj, &attr);
	if (rc)
		return rc;
	if (S_ISREG(attr.mode) && lu->body->eadatasize &&
	    (export_flags(lu->req->exp) & CONN_LAYOUTLOCK))
		bits |= IBIT_LAYOUT;
	if (!lu->child.lock)
		rc = mds_lock_for(lu->req, osd_object_fid(lu->obj), bits, LCK_PR, &lu->child);
	if (rc)
		return rc;
	what = mds_show_wanted(lu->req, lu->body) | MDS_SHOW_MAXEA;
	rc = mds_show_load(mds_of(lu->req), lu->obj, what, &a->show);
	if (rc)
		return rc;
	a->shown = true;
	/*
	 * A layout that the client has no room for: it asks for the layout by itself when it
	 * needs it.
	 */
	room = le32_to_cpu(lu->body->eadatasize);
	if (a->show.show_ea && !a->show.link && a->show.ea_len > room)
		a->show.show_ea = false;
	return 0;
}

static void lookup_end(struct lookup *lu)
{
	mds_unlock(&lu->child);
	mds_unlock(&lu->parent);
	if (lu->obj)
		osd_object_put(lu->obj);
	if (lu->dir)
		osd_object_put(lu->dir);
}

static int intent_getattr(struct rpc_srv_req *req, u64 op, struct ldlm_lock **lockp)
{
	struct lookup lu = { .req = req, .op = op };
	struct mds_answer *a;
	int rc;

	rc = rpc_srv_switch(req, &fmt_intent_getattr);
	if (rc)
		return rc;
	lu.body = rpc_srv_buf(req, WF_MDT_BODY, NULL);
	if (!lu.body)
		return -EPROTO;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	mds_cred_body(req, lu.body, &lu.cred);
	rc = lookup_object(&lu, a);
	if (!rc)
		rc = lookup_lock(&lu, a);
	/* "There is no such name" is an answer, not an error. */
	a->status = a->disposition & DISP_LOOKUP_NEG ? 0 : rc;
	rc = mds_answer_pack(req, a);
	if (!rc && !a->status)
		mds_lock_hand_over(req, &lu.child, lockp);
	lookup_end(&lu);
	kfree(a);
	return rc;
}

static int mds_intent(struct rpc_srv_req *req, struct ldlm_lock **lockp)
{
	const struct wire_intent *it = rpc_srv_buf(req, WF_INTENT, NULL);
	u64 op;
	int rc;

	if (!it) {
		rc = rpc_srv_switch(req, &fmt_intent);
		it = rc ? NULL : rpc_srv_buf(req, WF_INTENT, NULL);
	}
	if (!it)
		return -EPROTO;
	op = le64_to_cpu(it->opc);
	/* In a batch there is no waiting, and nothing that would have to be replayed. */
	if (req->sub && op & ~(u64)(IT_GETATTR | IT_LOOKUP))
		return -EOPNOTSUPP;
	if (op & IT_OPEN)
		return mds_intent_open(req, lockp);
	if (op & (IT_GETATTR | IT_LOOKUP))
		return intent_getattr(req, op, lockp);
	if (op & IT_LAYOUT)
		return mds_intent_layout(req, lockp);
	return -EOPNOTSUPP;
}

const struct ldlm_server_ops mds_lock_ops = {
	.intent = mds_intent,
};
