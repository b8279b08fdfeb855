// SPDX-License-Identifier: GPL-2.0
/*
 * Glimpse: what is the size of this object, without taking it from those who write?
 *
 * Only the holder of the write lock with the highest end can know of a size beyond what the disk
 * says. It is asked for its value block; when it turns out to have nothing, the next one down is
 * asked. The request is held meanwhile, no thread waits.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

/**
 * struct glimpse - one question under way
 * @below: holders at or above this end have been asked
 * @asked: the holder asked now, with a reference
 * @lvb: what holders know better than the object, with @answered. The resource's block is no place
 *	for that: an answer from before a truncation may come after it
 */
struct glimpse {
	struct rpc_srv_req *req;
	struct ldlm_resource *res;
	struct ldlm_lock *asked;
	u64 below;
	struct wire_ost_lvb lvb;
	bool answered;
};

static void glimpse_fill(struct rpc_srv_req *req, struct ldlm_resource *res,
			 const struct wire_ost_lvb *answer)
{
	struct wire_ost_lvb lvb;

	spin_lock(&res->lock);
	lvb = res->lvb;
	spin_unlock(&res->lock);
	if (answer)
		ldlm_lvb_merge(&lvb, answer);
	memcpy(rpc_srv_rep_buf(req, WF_LVB), &lvb, ldlm_lvb_len(req->exp));
}

static void glimpse_finish(struct glimpse *g)
{
	glimpse_fill(g->req, g->res, g->answered ? &g->lvb : NULL);
	rpc_srv_reply(g->req, ELDLM_LOCK_ABORTED);
	ldlm_resource_put(g->res);
	kfree(g);
}

static bool glimpse_step(struct glimpse *g);

/* Takes in the answer; true: it settles the question. */
static bool glimpse_answer(struct glimpse *g, struct rpc_request *rpc)
{
	struct wire_ost_lvb lvb;
	struct ldlm_work work;
	u32 len;
	void *buf;

	if (!rpc->status) {
		buf = rpc_rep_buf(rpc, WF_LVB, &len);
		if (ldlm_lvb_read(&lvb, buf, len)) {
			ldlm_lvb_merge(&g->lvb, &lvb);
			g->answered = true;
			/* Who has written nothing in its range does not know of what lies below. */
			return le64_to_cpu(lvb.size) > g->asked->policy.extent.start;
		}
	}
	if (rpc->status == -EINVAL) {
		/* It has just cancelled the lock: all that it wrote is in the object by now. */
		ldlm_work_init(&work);
		ldlm_server_kill(g->asked, &work);
		ldlm_work_run(&work);
	} else if (rpc->status < 0 && rpc->status != -ELDLM_NO_LOCK_DATA &&
		   rpc->status != -ENODATA) {
		ldlm_timer_expire(g->asked, LDLM_DUE_GL);
	}
	ldlm_lvb_refresh(g->res);
	return false;
}

static void glimpse_done(struct rpc_request *rpc, void *arg)
{
	struct glimpse *g = arg;
	bool settled = glimpse_answer(g, rpc);

	ldlm_lock_put(g->asked);
	g->asked = NULL;
	if (settled || !glimpse_step(g))
		glimpse_finish(g);
}

/* Asks the next holder; false: there is none. */
static bool glimpse_step(struct glimpse *g)
{
	struct ldlm_callback cb = {
		.fmt = &fmt_gl_callback,
		.opc = OP_LDLM_GL_CALLBACK,
		.rep_lvb = sizeof(struct wire_ost_lvb),
		.done = glimpse_done,
		.arg = g,
	};
	struct ldlm_lock *lock;
	struct ldlm_desc d;
	u64 end;

	for (;;) {
		spin_lock(&g->res->lock);
		lock = ldlm_glimpse_pick(g->res, g->below);
		if (lock) {
			ldlm_lock_get(lock);
			ldlm_desc_of(lock, &d);
		}
		spin_unlock(&g->res->lock);
		if (!lock)
			return false;
		/* The answer may come at once: set before, and not touched after. */
		end = d.policy.extent.end;
		g->asked = lock;
		g->below = end == ~0ULL ? end - 1 : end;	/* ~0 stands for no limit */
		cb.desc = &d;
		if (!ldlm_callback_send(lock, &cb))
			return true;
		g->asked = NULL;
		ldlm_lock_put(lock);
	}
}

int ldlm_glimpse(struct rpc_srv_req *req, struct ldlm_resource *res)
{
	struct glimpse *g;
	bool ask;
	int rc;

	rpc_srv_rep_len(req, WF_LVB, ldlm_lvb_len(req->exp));
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;

	spin_lock(&res->lock);
	ask = ldlm_glimpse_pick(res, ~0ULL);
	spin_unlock(&res->lock);
	if (!ask) {
		glimpse_fill(req, res, NULL);
		return ELDLM_LOCK_ABORTED;
	}

	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (!g)
		return -ENOMEM;
	g->req = req;
	g->res = ldlm_resource_get(res);
	g->below = ~0ULL;
	rpc_srv_hold(req);
	if (!glimpse_step(g))
		glimpse_finish(g);
	return 0;
}
