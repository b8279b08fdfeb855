// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of clients: enqueue and cancel.
 *
 * No thread waits here: a request that cannot be granted is answered "queued", and a completion
 * callback follows.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

/** struct ask - an enqueue as it was asked, checked */
struct ask {
	struct ldlm_desc d;
	u32 flags;
	u64 remote;
	bool intent;		/* an intent buffer is there */
};

u32 ldlm_lvb_len(const struct obd_export *exp)
{
	return export_flags(exp) & CONN_LVB_TYPE ? sizeof(struct wire_ost_lvb) : LDLM_LVB_V1_SIZE;
}

/* ================================ end of a lock ================================ */

/* The last steps for a lock that is dead: no client and no handle leads to it any more. */
static void server_bury(struct ldlm_lock *lock)
{
	struct obd_export *exp = lock->exp;

	ldlm_timer_stop(lock, LDLM_DUE_BL | LDLM_DUE_CP | LDLM_DUE_GL);
	if (exp) {
		spin_lock(&exp->lock);
		list_del_init(&lock->st->exp_link);
		spin_unlock(&exp->lock);
	}
	wake_up_all(&lock->st->wait);
	ldlm_handle_del(lock);
}

bool ldlm_server_kill(struct ldlm_lock *lock, struct ldlm_work *work)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	bool wrote;

	if (lock->st->dead) {
		ldlm_res_unlock(res);
		return false;
	}
	lock->st->dead = true;
	wrote = res->type == LDLM_EXTENT && lock->exp && ldlm_lock_granted(lock) &&
		!ldlm_mode_reads(lock->granted_mode);
	ldlm_queue_del(lock);
	ldlm_res_unlock(res);

	/* What it wrote is in the object by now; who is granted next is to know. */
	if (wrote)
		ldlm_lvb_refresh(res);
	ldlm_res_lock(res);
	ldlm_queue_reprocess(res, work);
	ldlm_res_unlock(res);
	server_bury(lock);
	return true;
}

static struct ldlm_lock *take_bl(struct list_head *list)
{
	struct ldlm_lock_state *st = list_first_entry(list, struct ldlm_lock_state, bl_link);

	list_del_init(&st->bl_link);
	return st->lock;
}

static struct ldlm_lock *take_cp(struct list_head *list)
{
	struct ldlm_lock_state *st = list_first_entry(list, struct ldlm_lock_state, cp_link);

	list_del_init(&st->cp_link);
	return st->lock;
}

static struct ldlm_lock *take_dead(struct list_head *list)
{
	struct ldlm_lock_state *st = list_first_entry(list, struct ldlm_lock_state, work_link);

	list_del_init(&st->work_link);
	return st->lock;
}

void ldlm_work_run(struct ldlm_work *work)
{
	struct ldlm_lock *lock;

	for (;;) {
		if (!list_empty(&work->dead)) {
			lock = take_dead(&work->dead);
			server_bury(lock);
		} else if (!list_empty(&work->bl)) {
			lock = take_bl(&work->bl);
			ldlm_send_blocking(lock);
			if (lock->st->req_flags & LDLM_FL_CANCEL_ON_BLOCK)
				ldlm_server_kill(lock, work);
		} else if (!list_empty(&work->cp)) {
			lock = take_cp(&work->cp);
			if (lock->exp)
				ldlm_send_completion(lock);
			else
				wake_up_all(&lock->st->wait);
		} else {
			return;
		}
		ldlm_lock_put(lock);
	}
}

/* ================================ value blocks ================================ */

static int lvb_fill(struct ldlm_resource *res)
{
	struct ldlm_namespace *ns = res->ns;
	struct wire_ost_lvb lvb;
	int rc;

	memset(&lvb, 0, sizeof(lvb));
	rc = ns->sops->lvb_fill(ns->dev, &res->id, &lvb);
	if (rc)
		return rc;
	spin_lock(&res->lock);
	res->lvb = lvb;
	res->lvb_ready = true;
	spin_unlock(&res->lock);
	return 0;
}

int ldlm_lvb_load(struct ldlm_resource *res)
{
	int rc = 0;

	if (res->type != LDLM_EXTENT)
		return 0;
	mutex_lock(&res->lvb_mutex);
	if (!res->lvb_ready)
		rc = lvb_fill(res);
	mutex_unlock(&res->lvb_mutex);
	return rc;
}

void ldlm_lvb_refresh(struct ldlm_resource *res)
{
	mutex_lock(&res->lvb_mutex);
	/* When the object cannot be read, what was known before is the best answer. */
	if (res->lvb_ready)
		lvb_fill(res);
	mutex_unlock(&res->lvb_mutex);
}

void ldlm_lvb_update(struct ldlm_namespace *ns, const struct ldlm_res_id *id)
{
	struct ldlm_resource *res = ldlm_resource_find(ns, id, LDLM_EXTENT, false);

	if (!res)
		return;
	ldlm_lvb_refresh(res);
	ldlm_resource_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_lvb_update);

/* ================================ enqueue ================================ */

int ldlm_server_attach(struct ldlm_lock *lock, struct obd_export *exp, u64 remote)
{
	lock->exp = export_get(exp);
	lock->remote = remote;
	spin_lock(&exp->lock);
	if (!exp->failed)
		list_add_tail(&lock->st->exp_link, &exp->locks);
	spin_unlock(&exp->lock);
	return list_empty(&lock->st->exp_link) ? -ENOTCONN : 0;
}

static bool ns_serves(const struct ldlm_namespace *ns, enum ldlm_type type, enum ldlm_mode mode)
{
	if (ns->sops->lvb_fill)
		return type == LDLM_EXTENT;
	switch (type) {
	case LDLM_PLAIN:
	case LDLM_IBITS:
		return mode != LCK_GROUP;
	case LDLM_FLOCK:
		return mode & (LCK_PR | LCK_PW | LCK_NL);
	case LDLM_EXTENT:
		return false;
	}
	return false;
}

/* Reads and checks the lock request; takes the cancels that come along. */
static int ask_read(struct rpc_srv_req *req, struct ldlm_namespace *ns, struct ask *ask)
{
	struct wire_lock_req *lr;
	int rc, nr;
	u32 len;

	lr = rpc_srv_buf(req, WF_LOCK_REQ, &len);
	if (!lr)
		return -EPROTO;
	nr = ldlm_req_handles(lr, len);
	if (nr < 0)
		return nr;
	rc = ldlm_desc_unpack(&lr->desc, &ask->d);
	if (rc)
		return rc;
	ask->flags = le32_to_cpu(lr->flags);
	if (req->sub)
		ask->flags |= LDLM_FL_BLOCK_NOWAIT;
	ask->remote = le64_to_cpu(lr->handle[0]);
	if (!ask->remote || !ask->d.req_mode || !ns_serves(ns, ask->d.type, ask->d.req_mode))
		return -EPROTO;
	ask->intent = le32_to_cpu(req->reqmsg->bufcount) > 2 &&
		      wire_msg_buflen(req->reqmsg, 2) >= sizeof(struct wire_intent);
	if (ask->d.type == LDLM_IBITS) {
		ask->d.policy.ibits &= LDLM_IBITS_KNOWN;
		if (!ask->d.policy.ibits && !(ask->flags & LDLM_FL_HAS_INTENT))
			return -EPROTO;
	}
	if (nr > 1)
		ldlm_server_cancel_list(req->exp, &lr->handle[1], nr - 1);
	return 0;
}

/*
 * A lock of this client that it calls @remote: the reply to an earlier sending of this request was
 * lost.
 */
int ldlm_req_remote(struct rpc_srv_req *req, u64 *remote)
{
	struct wire_lock_req *lr;
	u32 len;

	lr = rpc_srv_buf(req, WF_LOCK_REQ, &len);
	if (!lr || ldlm_req_handles(lr, len) < 0)
		return -EPROTO;
	*remote = le64_to_cpu(lr->handle[0]);
	return 0;
}

static struct ldlm_lock *find_remote(struct obd_export *exp, u64 remote)
{
	struct ldlm_lock_state *st;
	struct ldlm_lock *lock = NULL;

	spin_lock(&exp->lock);
	list_for_each_entry(st, &exp->locks, exp_link) {
		if (st->lock->remote == remote) {
			lock = ldlm_lock_get(st->lock);
			break;
		}
	}
	spin_unlock(&exp->lock);
	return lock;
}

/*
 * Puts a replayed lock where it was before the restart; grants nothing until all have replayed
 * theirs.
 */
static int queue_replayed(struct ldlm_lock *lock, const struct ask *ask, struct ldlm_work *work)
{
	if (ask->flags & LDLM_FL_BLOCK_GRANTED) {
		if (ask->d.granted_mode)
			lock->req_mode = ask->d.granted_mode;
		ldlm_queue_add(lock, LDLM_Q_GRANTED);
		return 0;
	}
	ldlm_queue_add(lock, LDLM_Q_WAITING);
	ldlm_queue_reprocess(lock->res, work);
	return 1;
}

static int queue_lock(struct ldlm_lock *lock, const struct ask *ask, struct ldlm_work *work)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	int rc;

	if (lock->st->dead)
		rc = -ENOTCONN;
	else if (ask->flags & LDLM_FL_REPLAY)
		rc = queue_replayed(lock, ask, work);
	else
		rc = ldlm_queue_enqueue(lock, work);
	ldlm_res_unlock(res);
	return rc;
}

/* Writes a lock into the reply; @asked: what the client thinks it gets, NULL: anything else. */
static void reply_fill(struct rpc_srv_req *req, struct ldlm_lock *lock,
		       const struct ldlm_desc *asked, u32 flags)
{
	struct wire_lock_rep *rep = rpc_srv_rep_buf(req, WF_LOCK_REP);
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	struct ldlm_desc d;

	ldlm_desc_of(lock, &d);
	if (!asked || d.req_mode != asked->req_mode ||
	    (d.type == LDLM_EXTENT && (d.policy.extent.start != asked->policy.extent.start ||
				       d.policy.extent.end != asked->policy.extent.end)) ||
	    (d.type == LDLM_IBITS && d.policy.ibits != asked->policy.ibits))
		flags |= LDLM_FL_LOCK_CHANGED;
	if (lock->flags & LOCKF_BLOCKED && ldlm_lock_granted(lock))
		flags |= LDLM_FL_AST_SENT;
	if (asked && res->type == LDLM_EXTENT && rpc_srv_rep_buf(req, WF_LVB))
		memcpy(rpc_srv_rep_buf(req, WF_LVB), &res->lvb, ldlm_lvb_len(req->exp));
	ldlm_res_unlock(res);

	rep->flags = cpu_to_le32(flags);
	rep->handle = cpu_to_le64(lock->handle);
	ldlm_desc_pack(&d, &rep->desc);
}

static struct ldlm_lock *lock_for(struct rpc_srv_req *req, struct ldlm_resource *res,
				  const struct ask *ask, int *rc)
{
	struct ldlm_lock *lock = ldlm_lock_new(res, ask->d.req_mode, &ask->d.policy);

	if (!lock) {
		*rc = -ENOMEM;
		return NULL;
	}
	lock->st->req_flags = ask->flags;
	*rc = ldlm_server_attach(lock, req->exp, ask->remote);
	if (*rc) {
		ldlm_handle_del(lock);
		ldlm_lock_put(lock);
		return NULL;
	}
	return lock;
}

static int reply_existing(struct rpc_srv_req *req, struct ldlm_lock *lock, const struct ask *ask)
{
	reply_fill(req, lock, &ask->d,
		   ldlm_lock_granted(lock) ? 0 : LDLM_FL_BLOCK_WAIT);
	ldlm_lock_put(lock);
	return 0;
}

/* The lock of a new request on @res; the reply is packed already. */
static int enqueue_new(struct rpc_srv_req *req, struct ldlm_resource *res, const struct ask *ask)
{
	struct ldlm_work work;
	struct ldlm_lock *lock;
	u32 flags = 0;
	int rc;

	lock = lock_for(req, res, ask, &rc);
	if (!lock)
		return rc;
	ldlm_work_init(&work);
	rc = queue_lock(lock, ask, &work);
	if (rc < 0 || ask->flags & LDLM_FL_TEST_LOCK) {
		/*
		 * A stock client takes the answer for a granted lock, and falls over it, without
		 * the flag.
		 */
		if (!rc)
			reply_fill(req, lock, NULL, LDLM_FL_TEST_LOCK);
		ldlm_server_kill(lock, &work);
	} else {
		if (rc == 1)
			flags = LDLM_FL_BLOCK_WAIT;
		reply_fill(req, lock, &ask->d, flags);
		rc = 0;
	}
	ldlm_work_run(&work);
	ldlm_lock_put(lock);
	return rc;
}

static int enqueue_plain(struct rpc_srv_req *req, struct ldlm_namespace *ns, const struct ask *ask)
{
	struct ldlm_lock *lock = NULL;
	struct ldlm_resource *res;
	int rc = -ENOMEM;

	res = ldlm_resource_find(ns, &ask->d.res, ask->d.type, true);
	if (!res)
		return rc;
	if (!(ask->flags & LDLM_FL_REPLAY)) {
		rc = ldlm_lvb_load(res);
		if (rc)
			goto out;
		if (res->type == LDLM_EXTENT)
			rpc_srv_rep_len(req, WF_LVB, ldlm_lvb_len(req->exp));
	}
	rc = rpc_srv_pack(req);
	if (rc)
		goto out;
	if (ask->flags & LDLM_FL_REPLAY || rpc_srv_resent(req))
		lock = find_remote(req->exp, ask->remote);
	if (lock)
		rc = reply_existing(req, lock, ask);
	else
		rc = enqueue_new(req, res, ask);
out:
	ldlm_resource_put(res);
	return rc;
}

/* ---- glimpse: granted when nobody is in the way, else answered with the value block alone ---- */

static int enqueue_glimpse(struct rpc_srv_req *req, struct ldlm_namespace *ns,
			   const struct ask *ask)
{
	struct ldlm_resource *res;
	struct ldlm_lock probe = {
		.req_mode = ask->d.req_mode,
		.policy = ask->d.policy,
	};
	struct ask at_once = *ask;
	bool busy;
	int rc;

	if (ask->d.type != LDLM_EXTENT)
		return -EPROTO;
	/*
	 * Whoever asks may hold locks on other objects of the file that whoever is in the way waits
	 * for: it is answered in any case, also when somebody else gets a lock in between.
	 */
	at_once.flags |= LDLM_FL_BLOCK_NOWAIT;
	res = ldlm_resource_find(ns, &ask->d.res, ask->d.type, true);
	if (!res)
		return -ENOMEM;
	rc = ldlm_lvb_load(res);
	if (rc)
		goto out;
	probe.res = res;
	ldlm_res_lock(res);
	busy = ldlm_queue_conflicts(&res->granted, &probe, NULL) ||
	       ldlm_queue_conflicts(&res->waiting, &probe, NULL);
	ldlm_res_unlock(res);
	rc = busy ? -EAGAIN : enqueue_plain(req, ns, &at_once);
	if (rc == -EAGAIN && !req->sub)
		rc = ldlm_glimpse(req, res);
out:
	ldlm_resource_put(res);
	return rc;
}

/* ---- intents: the server type runs them and may bring a lock ---- */

void ldlm_server_revoke(struct ldlm_lock *lock)
{
	struct ldlm_work work;

	ldlm_work_init(&work);
	ldlm_server_kill(lock, &work);
	ldlm_work_run(&work);
	ldlm_lock_put(lock);
}
EXPORT_SYMBOL_GPL(ldlm_server_revoke);

struct ldlm_lock *ldlm_server_resent(struct rpc_srv_req *req)
{
	struct ldlm_lock *lock;
	u64 remote;

	if (!rpc_srv_resent(req) || ldlm_req_remote(req, &remote))
		return NULL;
	lock = find_remote(req->exp, remote);
	if (lock && !ldlm_lock_granted(lock)) {
		ldlm_server_revoke(lock);
		lock = NULL;
	}
	return lock;
}
EXPORT_SYMBOL_GPL(ldlm_server_resent);

static int enqueue_intent(struct rpc_srv_req *req, struct ldlm_namespace *ns)
{
	struct ldlm_lock *lock = NULL;
	int rc;

	if (!ns->sops->intent)
		return -EOPNOTSUPP;
	rc = ns->sops->intent(req, &lock);
	if (!lock)
		return rc ? rc : ELDLM_LOCK_ABORTED;
	if (rc || !req->repmsg || !rpc_srv_rep_buf(req, WF_LOCK_REP)) {
		ldlm_server_revoke(lock);
		return rc ? rc : -EPROTO;
	}
	reply_fill(req, lock, NULL, 0);
	ldlm_lock_put(lock);
	return 0;
}

int ldlm_enqueue_handler(struct rpc_srv_req *req)
{
	struct ldlm_namespace *ns;
	struct ask ask;
	int rc;

	if (!req->exp)
		return -ENOTCONN;
	ns = req->exp->dev->ns;
	if (!ns || !ns->server)
		return -EOPNOTSUPP;
	rc = ask_read(req, ns, &ask);
	if (rc)
		return rc;
	if (!(ask.flags & LDLM_FL_HAS_INTENT) || ask.flags & LDLM_FL_REPLAY)
		return enqueue_plain(req, ns, &ask);
	if (ask.intent)
		return enqueue_intent(req, ns);
	/* Stock clients set the flag for readdir's lock, too, where it means nothing. */
	if (ask.d.type != LDLM_EXTENT)
		return enqueue_plain(req, ns, &ask);
	return enqueue_glimpse(req, ns, &ask);
}
EXPORT_SYMBOL_GPL(ldlm_enqueue_handler);

/* ================================ cancel ================================ */

/* Handles that we do not know are no error: the lock went another way. */
void ldlm_server_cancel_list(struct obd_export *exp, const __le64 *handles, unsigned int nr)
{
	struct ldlm_work work;
	struct ldlm_lock *lock;
	unsigned int i;

	ldlm_work_init(&work);
	for (i = 0; i < nr; i++) {
		lock = ldlm_handle_find(le64_to_cpu(handles[i]));
		if (!lock)
			continue;
		if (lock->res->ns->server && lock->exp == exp)
			ldlm_server_kill(lock, &work);
		ldlm_lock_put(lock);
	}
	ldlm_work_run(&work);
}

/* Takes bits from a client's lock; without any left it goes. */
static void server_shed(struct obd_export *exp, __le64 handle, u64 ibits)
{
	struct ldlm_lock *lock = ldlm_handle_find(le64_to_cpu(handle));
	struct ldlm_resource *res;
	struct ldlm_work work;
	u64 rest;

	if (!lock)
		return;
	ldlm_work_init(&work);
	if (lock->res->ns->server && lock->exp == exp && lock->res->type == LDLM_IBITS) {
		res = ldlm_lock_lock(lock);
		rest = lock->policy.ibits & ~ibits;
		if (rest && !lock->st->dead) {
			lock->policy.ibits = rest;
			ldlm_queue_reprocess(res, &work);
		}
		ldlm_res_unlock(res);
		if (!rest)
			ldlm_server_kill(lock, &work);
	}
	ldlm_lock_put(lock);
	ldlm_work_run(&work);
}

int ldlm_server_cancels(struct rpc_srv_req *req, u64 shed)
{
	struct wire_lock_req *lr;
	int nr, kept = shed ? 1 : 0;
	u32 len;

	lr = rpc_srv_buf(req, WF_LOCK_REQ, &len);
	if (!lr || !lr->count)
		return 0;
	nr = ldlm_req_handles(lr, len);
	if (nr < 0)
		return nr;
	if (kept)
		server_shed(req->exp, lr->handle[0], shed);
	ldlm_server_cancel_list(req->exp, &lr->handle[kept], nr - kept);
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_server_cancels);

int ldlm_cancel_handler(struct rpc_srv_req *req)
{
	struct wire_lock_req *lr;
	int rc, nr;
	u32 len;

	if (!req->exp)
		return -ENOTCONN;
	lr = rpc_srv_buf(req, WF_LOCK_REQ, &len);
	if (!lr)
		return -EPROTO;
	nr = ldlm_req_handles(lr, len);
	if (nr < 0)
		return nr;
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	ldlm_server_cancel_list(req->exp, lr->handle, nr);
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_cancel_handler);
