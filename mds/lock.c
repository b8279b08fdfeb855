// SPDX-License-Identifier: GPL-2.0
/* Inode-bits locks of the server's own operations. */
#include <linux/kernel.h>

#include "mds/mds_internal.h"

static int lock_take(struct mds *mds, const struct fid *fid, u64 bits, enum ldlm_mode mode,
		     bool wait, struct mds_lock *l)
{
	union ldlm_policy policy = { .ibits = bits };
	struct ldlm_namespace *ns = mds->dev->ns;
	struct ldlm_res_id res;
	int rc;

	ldlm_fid_res(fid, &res);
	l->mode = mode;
	rc = wait ? ldlm_server_lock(ns, LDLM_IBITS, &res, mode, &policy, &l->lock) :
		ldlm_server_trylock(ns, LDLM_IBITS, &res, mode, &policy, &l->lock);
	if (rc)
		l->lock = NULL;
	return rc;
}

int mds_lock_beside(const struct mds_lock *held, u64 bits, enum ldlm_mode mode, struct mds_lock *l)
{
	union ldlm_policy policy = { .ibits = bits };
	int rc;

	l->mode = mode;
	rc = ldlm_server_lock_beside(held->lock, mode, &policy, &l->lock);
	if (rc)
		l->lock = NULL;
	return rc;
}

int mds_lock(struct mds *mds, const struct fid *fid, u64 bits, enum ldlm_mode mode,
	     struct mds_lock *l)
{
	return lock_take(mds, fid, bits, mode, true, l);
}

int mds_lock_for(struct rpc_srv_req *req, const struct fid *fid, u64 bits, enum ldlm_mode mode,
		 struct mds_lock *l)
{
	return lock_take(mds_of(req), fid, bits, mode, !req->sub, l);
}

bool mds_lock_resent(struct rpc_srv_req *req, struct mds_lock *l, struct fid *fid)
{
	l->lock = ldlm_server_resent(req);
	if (!l->lock)
		return false;
	l->clients = true;
	ldlm_res_fid(ldlm_lock_res(l->lock), fid);
	return true;
}

u64 mds_attr_bits(struct rpc_srv_req *req)
{
	u64 bits = IBIT_LOOKUP | IBIT_UPDATE | IBIT_PERM;

	return req->exp->vendor & VENDOR_SHED ? bits | IBIT_XATTR : bits;
}

void mds_lock_revoke(struct mds_lock *l)
{
	ldlm_server_revoke(l->lock);
	l->lock = NULL;
	l->clients = false;
}

void mds_unlock(struct mds_lock *l)
{
	if (!l->lock)
		return;
	if (l->clients)
		ldlm_lock_put(l->lock);
	else
		ldlm_server_unlock(l->lock, l->mode);
	l->lock = NULL;
}

void mds_lock_hand_over(struct rpc_srv_req *req, struct mds_lock *l, struct ldlm_lock **lockp)
{
	if (!l->lock)
		return;
	if (!l->clients && ldlm_server_grant(l->lock, req, l->mode)) {
		mds_unlock(l);
		return;
	}
	*lockp = l->lock;
	l->lock = NULL;
}
