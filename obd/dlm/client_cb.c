// SPDX-License-Identifier: GPL-2.0
/*
 * Callbacks from servers. The first handle of the lock request is ours, the description is that of
 * the other lock.
 *
 * A lock that we do not know is answered with -EINVAL: the server then takes it as cancelled.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

/* The lock that a callback is about; notes the server's handle when its reply has not come yet. */
static int callback_lock(struct rpc_srv_req *req, struct wire_lock_req **lrp,
			 struct ldlm_lock **lockp)
{
	struct wire_lock_req *lr;
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	u32 len;

	lr = rpc_srv_buf(req, WF_LOCK_REQ, &len);
	if (!lr || ldlm_req_handles(lr, len) < 0)
		return -EPROTO;
	lock = ldlm_handle_find(le64_to_cpu(lr->handle[0]));
	if (!lock)
		return -EINVAL;
	if (lock->res->ns->server) {
		ldlm_lock_put(lock);
		return -EINVAL;
	}
	if (len >= sizeof(*lr) + 2 * sizeof(lr->handle[0])) {
		res = ldlm_lock_lock(lock);
		if (!lock->remote && !lock->st->dead)
			lock->remote = le64_to_cpu(lr->handle[1]);
		ldlm_res_unlock(res);
	}
	*lrp = lr;
	*lockp = lock;
	return 0;
}

/*
 * Somebody wants the lock. The reply says that we know; the cancel follows when the lock is free
 * and flushed.
 */
int ldlm_bl_handler(struct rpc_srv_req *req)
{
	struct wire_lock_req *lr;
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	bool dead;
	int rc;

	rc = callback_lock(req, &lr, &lock);
	if (rc)
		return rc;
	res = ldlm_lock_lock(lock);
	dead = lock->st->dead;
	lock->flags |= LOCKF_BLOCKED;
	if (le32_to_cpu(lr->flags) & LDLM_FL_DISCARD_DATA)
		lock->st->discard = true;
	ldlm_lru_del(lock);
	ldlm_res_unlock(res);
	if (!dead)
		ldlm_cancel_start(lock, false);
	ldlm_lock_put(lock);
	return dead ? -EINVAL : rpc_srv_pack(req);
}

/* What an enqueue waits for; may come before the reply that says "queued". */
int ldlm_cp_handler(struct rpc_srv_req *req)
{
	struct wire_lock_req *lr;
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	struct ldlm_desc d;
	u32 flags, len = 0;
	void *lvb;
	int rc;

	rc = callback_lock(req, &lr, &lock);
	if (rc)
		return rc;
	flags = le32_to_cpu(lr->flags);
	rc = ldlm_desc_unpack(&lr->desc, &d);
	if (rc)
		goto out;
	if (flags & LDLM_FL_FLOCK_DEADLOCK || !d.granted_mode) {
		ldlm_client_fail(lock, flags & LDLM_FL_FLOCK_DEADLOCK ? -EDEADLK : -EIO);
		rc = rpc_srv_pack(req);
		goto out;
	}
	if (flags & LDLM_FL_AST_SENT) {
		res = ldlm_lock_lock(lock);
		lock->flags |= LOCKF_BLOCKED;
		ldlm_res_unlock(res);
	}
	lvb = rpc_srv_buf(req, WF_LVB, &len);
	if (lvb)
		ldlm_client_lvb(lock, lvb, len);
	rc = ldlm_client_granted(lock, &d, true);
	if (rc) {
		ldlm_client_fail(lock, rc);
		rc = -EINVAL;
	} else {
		rc = rpc_srv_pack(req);
	}
out:
	ldlm_lock_put(lock);
	return rc;
}

/* What nobody here has written to for so long is left to those who ask for it now. */
#define GLIMPSE_IDLE_MS	10000

static void give_up_idle(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	struct ldlm_namespace *ns = res->ns;
	bool idle = false;

	if (lock->granted_mode == LCK_PW && !ldlm_lock_used(lock)) {
		spin_lock(&ns->lru_lock);
		idle = ktime_ms_delta(ktime_get(), lock->st->last_used) > GLIMPSE_IDLE_MS;
		spin_unlock(&ns->lru_lock);
	}
	ldlm_res_unlock(res);
	if (idle)
		ldlm_cancel_start(lock, true);
}

/* What do we know of the object? */
int ldlm_gl_handler(struct rpc_srv_req *req)
{
	const struct ldlm_client_ops *ops;
	struct wire_lock_req *lr;
	struct wire_ost_lvb lvb;
	struct ldlm_lock *lock;
	int rc;

	rc = callback_lock(req, &lr, &lock);
	if (rc)
		return rc;
	ops = lock->res->ns->cops;
	memset(&lvb, 0, sizeof(lvb));
	if (!READ_ONCE(lock->granted_mode) || !ops->glimpse || ops->glimpse(lock, &lvb)) {
		rc = -ELDLM_NO_LOCK_DATA;
		goto out;
	}
	rpc_srv_rep_len(req, WF_LVB, sizeof(lvb));
	rc = rpc_srv_pack(req);
	if (!rc)
		memcpy(rpc_srv_rep_buf(req, WF_LVB), &lvb, sizeof(lvb));
	give_up_idle(lock);
out:
	ldlm_lock_put(lock);
	return rc;
}
