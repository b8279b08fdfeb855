// SPDX-License-Identifier: GPL-2.0
/*
 * Callbacks to clients: give it back (blocking), you have it (completion), what do you know
 * (glimpse, in glimpse.c).
 *
 * They are sent without waiting. One that does not arrive is sent again by the timer until the
 * client's time is up.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

static struct rpc_request *callback_pack(struct ldlm_lock *lock, const struct ldlm_callback *cb)
{
	struct rpc_request *req = rpc_new(lock->exp->imp_rev, cb->fmt, cb->opc);
	struct wire_lock_req *lr;

	if (!req)
		return NULL;
	rpc_req_len(req, WF_LOCK_REQ, sizeof(*lr) + 2 * sizeof(lr->handle[0]));
	if (cb->lvb_len)
		rpc_req_len(req, WF_LVB, cb->lvb_len);
	if (cb->rep_lvb)
		rpc_rep_len(req, WF_LVB, cb->rep_lvb);
	if (rpc_pack(req)) {
		rpc_put(req);
		return NULL;
	}
	lr = rpc_req_buf(req, WF_LOCK_REQ);
	lr->flags = cpu_to_le32(cb->flags);
	lr->count = cpu_to_le32(1);
	ldlm_desc_pack(cb->desc, &lr->desc);
	lr->handle[0] = cpu_to_le64(lock->remote);
	lr->handle[1] = cpu_to_le64(lock->handle);
	if (cb->lvb_len)
		memcpy(rpc_req_buf(req, WF_LVB), cb->lvb, cb->lvb_len);
	return req;
}

int ldlm_callback_send(struct ldlm_lock *lock, const struct ldlm_callback *cb)
{
	struct ldlm_namespace *ns = lock->res->ns;
	struct rpc_request *req;
	int rc = 0;

	/* Held, the export's import cannot go: see ldlm_server_drop_export(). */
	down_read(&ns->ast_sem);
	if (READ_ONCE(lock->exp->failed)) {
		rc = -ENOTCONN;
		goto out;
	}
	req = callback_pack(lock, cb);
	if (req)
		rpc_send(req, cb->done, cb->arg);
	else
		rc = -ENOMEM;
out:
	up_read(&ns->ast_sem);
	return rc;
}

static void wanted_done(struct rpc_request *req, void *arg)
{
	struct ldlm_lock *lock = arg;
	struct ldlm_work work;

	if (req->status == -EINVAL) {
		/* The client has given it up already; its cancel is on the way. */
		ldlm_work_init(&work);
		ldlm_server_kill(lock, &work);
		ldlm_work_run(&work);
	} else if (req->status < 0) {
		ldlm_timer_resend(lock, LDLM_DUE_BL);
	}
	ldlm_lock_put(lock);
}

/* Asks the holder to give @lock back; from now on its time runs. */
void ldlm_send_blocking(struct ldlm_lock *lock)
{
	struct ldlm_callback cb = {
		.fmt = &fmt_bl_callback,
		.opc = OP_LDLM_BL_CALLBACK,
		.done = wanted_done,
		.arg = lock,
	};
	struct ldlm_resource *res;
	struct ldlm_desc blocker;
	bool dead;

	res = ldlm_lock_lock(lock);
	dead = lock->st->dead;
	blocker = lock->st->blocker;
	if (lock->st->discard)
		cb.flags = LDLM_FL_DISCARD_DATA;
	if (!dead && !(lock->st->req_flags & LDLM_FL_CANCEL_ON_BLOCK))
		ldlm_timer_start(lock, LDLM_DUE_BL);
	ldlm_res_unlock(res);
	if (dead)
		return;

	cb.desc = &blocker;
	ldlm_lock_get(lock);
	switch (ldlm_callback_send(lock, &cb)) {
	case 0:
		return;
	case -ENOMEM:
		ldlm_timer_resend(lock, LDLM_DUE_BL);
		break;
	}
	ldlm_lock_put(lock);
}

static void granted_done(struct rpc_request *req, void *arg)
{
	struct ldlm_lock *lock = arg;
	struct ldlm_work work;

	if (!req->status) {
		ldlm_timer_stop(lock, LDLM_DUE_CP);
	} else if (req->status == -EINVAL) {
		/* Nobody waits for it any more. */
		ldlm_work_init(&work);
		ldlm_server_kill(lock, &work);
		ldlm_work_run(&work);
	} else if (req->status < 0) {
		ldlm_timer_resend(lock, LDLM_DUE_CP);
	}
	ldlm_lock_put(lock);
}

/* Tells a client that a lock that it waits for is granted, or that waiting would never end. */
void ldlm_send_completion(struct ldlm_lock *lock)
{
	struct ldlm_callback cb = {
		.fmt = &fmt_cp_callback,
		.opc = OP_LDLM_CP_CALLBACK,
		.done = granted_done,
		.arg = lock,
	};
	struct wire_ost_lvb lvb;
	struct ldlm_resource *res;
	struct ldlm_desc d;
	bool gone;

	res = ldlm_lock_lock(lock);
	/* A dead flock lock has been joined to another, which the client has to know. */
	gone = lock->st->dead && res->type != LDLM_FLOCK;
	ldlm_desc_of(lock, &d);
	if (lock->st->error == -EDEADLK)
		cb.flags |= LDLM_FL_FLOCK_DEADLOCK;
	if (lock->flags & LOCKF_BLOCKED)
		cb.flags |= LDLM_FL_AST_SENT;
	if (res->type == LDLM_EXTENT && res->lvb_ready) {
		lvb = res->lvb;
		cb.lvb = &lvb;
		cb.lvb_len = ldlm_lvb_len(lock->exp);
	} else if (lock->layout) {
		cb.lvb = lock->layout;
		cb.lvb_len = lock->layout_len;
	}
	ldlm_res_unlock(res);
	if (gone)
		return;

	cb.desc = &d;
	ldlm_lock_get(lock);
	switch (ldlm_callback_send(lock, &cb)) {
	case 0:
		return;
	case -ENOMEM:
		ldlm_timer_resend(lock, LDLM_DUE_CP);
		break;
	}
	ldlm_lock_put(lock);
}
