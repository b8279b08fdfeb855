// SPDX-License-Identifier: GPL-2.0
/*
 * The recovery window of a target.
 *
 * Requests are replayed in order of transno across all clients.  A client sends one at a time, in
 * its own order, so once every client is back and has one waiting, or is through, the lowest that
 * waits is the next of all.  Gaps are what was lost with clients that are gone, or what those will
 * send again that have not heard the answer.  Locks come when no request can be in their way any
 * more, and new work when all locks are known.
 *
 * When nobody is lost, all is done again as it was.  Once somebody is, a replay is taken only if
 * what it depends on is what it was then (docs/architecture.md).
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "obd/class/recovery.h"
#include "obd/class/target_internal.h"
#include "obd/dlm/dlm.h"

#define REFUSAL_PERIOD	(30 * HZ)	/* between messages about new clients that wait */
#define HARD_WINDOWS	3u	/* no recovery takes longer than this many windows */

/* Seconds without progress after which those who are waited for are evicted. */
static unsigned int window_s(void)
{
	return max(obd_timeout(), 1u) * 5 / 2;
}

static struct recovery *recovery_of(struct obd_device *dev)
{
	return &dev->target->recovery;
}

static bool is_active(const struct recovery *r)
{
	return r->phase == RECOVERY_REPLAY || r->phase == RECOVERY_LOCKS;
}

bool target_recovering(struct obd_device *dev)
{
	return dev->target && READ_ONCE(recovery_of(dev)->phase) != RECOVERY_NONE;
}
EXPORT_SYMBOL_GPL(target_recovering);

/*
 * ---- progress; recovery::lock is held, requests that may go are moved to a list of the caller's
 * ----
 */

static void touch(struct recovery *r)
{
	unsigned long deadline = jiffies + window_s() * HZ;

	r->deadline = time_before(deadline, r->hard_deadline) ? deadline : r->hard_deadline;
}

static void let_go(struct rpc_srv_req *req, struct list_head *out)
{
	req->turn = true;
	list_move_tail(&req->recovery_link, out);
}

/* All up to there has been done. */
static u64 done_upto(struct recovery *r)
{
	struct target *t = container_of(r, struct target, recovery);

	return max(r->replayed, READ_ONCE(t->last_committed));
}

static void advance_replay(struct recovery *r, struct list_head *out)
{
	struct rpc_srv_req *req, *next;

	if (r->running || !list_empty(&r->missing) || r->nr_ready < r->nr_replaying)
		return;
	req = list_first_entry_or_null(&r->replays, struct rpc_srv_req, recovery_link);
	if (req) {
		r->running = req;
		r->gap |= req->transno > done_upto(r) + 1;
		req->exp->replay_queued = false;
		if (req->exp->recovery == EXPORT_REPLAYING)
			r->nr_ready--;
		let_go(req, out);
		return;
	}
	r->phase = RECOVERY_LOCKS;
	list_for_each_entry_safe(req, next, &r->locks, recovery_link)
		let_go(req, out);
}

/* Does what can be done now; the caller passes @out to go(). */
static void advance(struct recovery *r, struct list_head *out)
{
	if (r->phase == RECOVERY_REPLAY)
		advance_replay(r, out);
	if (r->phase == RECOVERY_LOCKS && !r->nr_locking) {
		r->phase = RECOVERY_ENDING;
		schedule_work(&r->end);
	}
}

static void go(struct list_head *out)
{
	struct rpc_srv_req *req, *next;

	list_for_each_entry_safe(req, next, out, recovery_link) {
		list_del_init(&req->recovery_link);
		rpc_srv_requeue(req);
	}
}

/* The client has got that far; recovery::lock is held. */
static void stage_set(struct recovery *r, struct obd_export *exp, enum export_recovery stage)
{
	if (exp->recovery == EXPORT_REPLAYING) {
		r->nr_replaying--;
		r->nr_ready -= exp->replay_queued;
		exp->replay_queued = false;
	} else if (exp->recovery == EXPORT_LOCKING) {
		r->nr_locking--;
	}
	exp->recovery = stage;
	r->nr_replaying += stage == EXPORT_REPLAYING;
	r->nr_locking += stage == EXPORT_LOCKING;
	touch(r);
}

/* ---- what is lost ---- */

/* A client goes that has not replayed all it had; recovery::lock is held. */
static void lose(struct recovery *r)
{
	struct target *t = container_of(r, struct target, recovery);

	r->lossy = true;
	WRITE_ONCE(t->lost_upto, t->first_transno - 1);
}

static void lose_export(struct recovery *r, struct obd_export *exp)
{
	if (exp->recovery == EXPORT_REPLAYING && !r->stopped)
		lose(r);
}

void recovery_forget(struct target *t, struct obd_export *exp)
{
	spin_lock(&t->recovery.lock);
	lose_export(&t->recovery, exp);
	spin_unlock(&t->recovery.lock);
}

bool target_lossy(struct obd_device *dev)
{
	return READ_ONCE(recovery_of(dev)->lossy);
}
EXPORT_SYMBOL_GPL(target_lossy);

static bool knows_versions(struct rpc_srv_req *req)
{
	return export_flags(req->exp) & CONN_VBR;
}

int target_version(struct rpc_srv_req *req, unsigned int idx, u64 version)
{
	struct target *t = req->dev->target;
	struct recovery *r = &t->recovery;

	if (!knows_versions(req))
		return 0;
	if (!rpc_srv_replay(req)) {
		req->versions[idx] = version;
		return 0;
	}
	if (req->transno > READ_ONCE(t->lost_upto) ||
	    le64_to_cpu(req->body->pre_versions[idx]) == version)
		return 0;
	spin_lock(&r->lock);
	r->gap = true;
	r->nr_refused++;
	spin_unlock(&r->lock);
	pr_warn("%s: client %s: request %llu is not done again: what it followed on is lost\n",
		t->dev->name, req->exp->client_uuid, req->transno);
	return -ESTALE;
}
EXPORT_SYMBOL_GPL(target_version);

/*
 * Is this a replay of a client that knows no versions, and something before it may be lost? On an
 * OST nothing follows on anything. recovery::lock is held.
 */
static bool is_adrift(struct target *t, struct rpc_srv_req *req)
{
	struct recovery *r = &t->recovery;

	return t->transactions && r->running == req && r->gap && req->transno <= t->lost_upto &&
	       !knows_versions(req);
}

/* ---- requests ---- */

static void replay_insert(struct recovery *r, struct rpc_srv_req *req)
{
	struct rpc_srv_req *pos;

	list_for_each_entry_reverse(pos, &r->replays, recovery_link)
		if (pos->transno <= req->transno)
			break;
	list_add(&req->recovery_link, &pos->recovery_link);
	if (!req->exp->replay_queued) {
		req->exp->replay_queued = true;
		r->nr_ready++;
	}
}

/* What is committed is replayed at once: opens, before anything that might remove their files. */
static int admit_replay(struct target *t, struct rpc_srv_req *req)
{
	struct recovery *r = &t->recovery;

	req->transno = le64_to_cpu(req->body->transno);
	if (!req->transno || req->transno >= t->first_transno)
		return -EPROTO;
	if (req->transno <= done_upto(r))
		return 1;
	if (r->phase != RECOVERY_REPLAY || req->exp->recovery != EXPORT_REPLAYING)
		return -ENOTCONN;
	replay_insert(r, req);
	touch(r);
	return 0;
}

static int admit_lock(struct recovery *r, struct rpc_srv_req *req)
{
	if (req->exp->recovery == EXPORT_REPLAYING)
		stage_set(r, req->exp, EXPORT_LOCKING);
	if (r->phase != RECOVERY_REPLAY)
		return 1;
	list_add_tail(&req->recovery_link, &r->locks);
	return 0;
}

static int admit_final(struct recovery *r, struct rpc_srv_req *req)
{
	if (req->exp->recovery != EXPORT_WAITING)
		stage_set(r, req->exp, EXPORT_WAITING);
	list_add_tail(&req->recovery_link, &r->finals);
	return 0;
}

static int admit(struct target *t, struct rpc_srv_req *req)
{
	u32 flags = le32_to_cpu(req->body->flags);

	if (flags & MSG_REPLAY)
		return admit_replay(t, req);
	if (flags & MSG_LOCK_REPLAY_DONE)
		return admit_final(&t->recovery, req);
	if (flags & MSG_REQ_REPLAY_DONE)
		return admit_lock(&t->recovery, req);
	switch (req->opc) {
	case OP_OBD_PING:
	case OP_MDS_DISCONNECT:
	case OP_OST_DISCONNECT:
	case OP_LDLM_CANCEL:
		return 1;
	default:
		return -EAGAIN;
	}
}

int target_recovery_admit(struct rpc_srv_req *req)
{
	struct target *t = req->dev->target;
	struct recovery *r = &t->recovery;
	LIST_HEAD(out);
	bool adrift;
	int rc;

	spin_lock(&r->lock);
	adrift = req->turn && is_adrift(t, req);
	r->nr_evicted += adrift;
	if (req->turn)
		rc = adrift ? -ENOTCONN : 1;
	else if (r->phase == RECOVERY_NONE)
		rc = rpc_srv_replay(req) ? -ENOTCONN : 1;
	else if (r->stopped || READ_ONCE(req->exp->failed))
		rc = -ENOTCONN;
	else
		rc = admit(t, req);
	advance(r, &out);
	spin_unlock(&r->lock);
	go(&out);
	if (adrift)
		export_evict(req->exp, "it knows no versions, and requests before its are lost");
	return rc;
}
EXPORT_SYMBOL_GPL(target_recovery_admit);

void target_recovery_handled(struct rpc_srv_req *req)
{
	struct recovery *r = recovery_of(req->exp->dev);
	LIST_HEAD(out);

	spin_lock(&r->lock);
	if (r->running == req) {
		r->replayed = max(r->replayed, req->transno);
		r->running = NULL;
		touch(r);
		if (!r->stopped)
			advance(r, &out);
	}
	spin_unlock(&r->lock);
	go(&out);
}
EXPORT_SYMBOL_GPL(target_recovery_handled);

/* ---- clients ---- */

int recovery_expect(struct target *t, int slot, const char *uuid, lnet_nid_t nid)
{
	struct missing_client *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->slot = slot;
	c->nid = nid;
	strscpy(c->uuid, uuid, sizeof(c->uuid));
	list_add_tail(&c->link, &t->recovery.missing);
	t->recovery.nr_known++;
	return 0;
}

static struct missing_client *missing_find(struct recovery *r, const char *uuid)
{
	struct missing_client *c;

	list_for_each_entry(c, &r->missing, link)
		if (!strcmp(c->uuid, uuid))
			return c;
	return NULL;
}

int recovery_join(struct target *t, struct obd_export *exp, int *slot)
{
	struct recovery *r = &t->recovery;
	struct missing_client *c = NULL;
	int rc = 0;

	*slot = -1;
	spin_lock(&r->lock);
	if (r->phase != RECOVERY_NONE) {
		c = missing_find(r, exp->client_uuid);
		rc = c ? 0 : -EBUSY;
	}
	if (c) {
		list_del(&c->link);
		*slot = c->slot;
		stage_set(r, exp, EXPORT_REPLAYING);
	}
	spin_unlock(&r->lock);
	kfree(c);
	return rc;
}

bool target_recovery_refuses(struct obd_device *dev, const char *uuid)
{
	struct recovery *r = recovery_of(dev);
	unsigned int missing = 0;
	struct missing_client *c;
	bool refuse, tell;

	spin_lock(&r->lock);
	refuse = r->phase != RECOVERY_NONE && !missing_find(r, uuid);
	tell = refuse && time_after_eq(jiffies, r->next_refusal);
	if (tell)
		r->next_refusal = jiffies + REFUSAL_PERIOD;
	list_for_each_entry(c, &r->missing, link)
		missing++;
	spin_unlock(&r->lock);
	if (tell)
		pr_info("%s: new client %s has to wait: recovery is under way, %u of %u known clients are not back yet\n",
			dev->name, uuid, missing, r->nr_known);
	return refuse;
}

bool target_recovery_keeps(struct obd_export *exp)
{
	struct recovery *r = recovery_of(exp->dev);
	bool keep;

	/* Nothing has come from it since its first connect. */
	spin_lock(&r->lock);
	keep = r->phase == RECOVERY_REPLAY && exp->recovery == EXPORT_REPLAYING &&
	       !exp->replay_queued;
	spin_unlock(&r->lock);
	return keep;
}

u32 target_connect_flags(struct obd_export *exp)
{
	struct recovery *r = recovery_of(exp->dev);
	u32 flags = exp->dev->failout ? 0 : MSG_CONNECT_REPLAYABLE;

	spin_lock(&r->lock);
	if (r->phase != RECOVERY_NONE)
		flags |= MSG_CONNECT_RECOVERING;
	spin_unlock(&r->lock);
	return flags;
}

/* Takes what @exp has in a queue; recovery::lock is held. */
static void take_requests(struct list_head *queue, struct obd_export *exp, struct list_head *out)
{
	struct rpc_srv_req *req, *next;

	list_for_each_entry_safe(req, next, queue, recovery_link)
		if (req->exp == exp)
			list_move_tail(&req->recovery_link, out);
}

void target_recovery_leave(struct obd_export *exp)
{
	struct recovery *r = recovery_of(exp->dev);
	struct rpc_srv_req *req, *next;
	LIST_HEAD(drop);
	LIST_HEAD(out);

	spin_lock(&r->lock);
	take_requests(&r->replays, exp, &drop);
	take_requests(&r->locks, exp, &drop);
	take_requests(&r->finals, exp, &drop);
	lose_export(r, exp);
	if (exp->recovery != EXPORT_RECOVERED)
		stage_set(r, exp, EXPORT_RECOVERED);
	if (!r->stopped)
		advance(r, &out);
	spin_unlock(&r->lock);
	list_for_each_entry_safe(req, next, &drop, recovery_link) {
		list_del_init(&req->recovery_link);
		rpc_srv_drop(req);
	}
	go(&out);
}

/* ---- eviction ---- */

static void evict_missing(struct target *t, struct list_head *missing, const char *why)
{
	struct missing_client *c, *next;

	list_for_each_entry_safe(c, next, missing, link) {
		evict_tell(t->dev, c->nid, c->uuid, why);
		lr_slot_free(t, c->slot, c->uuid, false);
		list_del(&c->link);
		kfree(c);
	}
}

/* Is it this client that the others wait for? recovery::lock is held. */
static bool is_late(struct recovery *r, struct obd_export *exp)
{
	if (exp->recovery == EXPORT_REPLAYING)
		return !exp->replay_queued && !(r->running && r->running->exp == exp);
	return exp->recovery == EXPORT_LOCKING && r->phase == RECOVERY_LOCKS;
}

static bool give_up(struct recovery *r, struct obd_export *exp)
{
	bool late;

	spin_lock(&r->lock);
	late = is_late(r, exp);
	r->nr_evicted += late;
	spin_unlock(&r->lock);
	return late;
}

static void evict_late(struct target *t)
{
	struct obd_device *dev = t->dev;
	struct obd_export *exp;
	unsigned long i = 0;

	for (; (exp = export_next(dev, &i)); i++) {
		if (give_up(&t->recovery, exp))
			export_evict(exp, "it has stopped in the middle of recovery");
		export_put(exp);
	}
}

/*
 * Evicts those who are waited for. While some are missing nobody else can go on, so the others are
 * not late.
 */
static void evict(struct target *t)
{
	struct recovery *r = &t->recovery;
	struct missing_client *c;
	LIST_HEAD(missing);
	LIST_HEAD(out);
	bool late;

	spin_lock(&r->lock);
	late = list_empty(&r->missing);
	list_splice_init(&r->missing, &missing);
	if (!late)
		lose(r);
	list_for_each_entry(c, &missing, link)
		r->nr_evicted++;
	touch(r);
	spin_unlock(&r->lock);
	if (late)
		evict_late(t);
	else
		evict_missing(t, &missing, "it has not come back after the restart");
	spin_lock(&r->lock);
	advance(r, &out);
	spin_unlock(&r->lock);
	go(&out);
}

unsigned int recovery_evict(struct target *t, const char *uuid, lnet_nid_t nid)
{
	struct recovery *r = &t->recovery;
	struct missing_client *c, *next;
	unsigned int nr = 0;
	LIST_HEAD(missing);
	LIST_HEAD(out);

	spin_lock(&r->lock);
	list_for_each_entry_safe(c, next, &r->missing, link) {
		if (nid ? c->nid != nid : strcmp(c->uuid, uuid))
			continue;
		list_move_tail(&c->link, &missing);
		nr++;
	}
	if (nr)
		lose(r);
	r->nr_evicted += nr;
	spin_unlock(&r->lock);
	evict_missing(t, &missing, "the administrator wants it, and it has not come back");
	spin_lock(&r->lock);
	if (nr && !r->stopped)
		advance(r, &out);
	spin_unlock(&r->lock);
	go(&out);
	return nr;
}

static void timer_work(struct work_struct *work)
{
	struct recovery *r = container_of(to_delayed_work(work), struct recovery, timer);
	struct target *t = container_of(r, struct target, recovery);
	bool active, late;
	long left;

	spin_lock(&r->lock);
	active = is_active(r) && !r->stopped;
	left = (long)(r->deadline - jiffies);
	late = left <= 0;
	spin_unlock(&r->lock);
	if (!active)
		return;
	if (late)
		evict(t);
	schedule_delayed_work(&r->timer, late ? HZ : left);
}

int target_recovery_abort(struct obd_device *dev)
{
	struct recovery *r = recovery_of(dev);
	bool active;

	spin_lock(&r->lock);
	active = is_active(r) && !r->stopped;
	spin_unlock(&r->lock);
	if (!active)
		return -EALREADY;
	pr_warn("%s: recovery is aborted by the administrator\n", dev->name);
	evict(dev->target);
	return 0;
}
EXPORT_SYMBOL_GPL(target_recovery_abort);

/* ---- start and end ---- */

static void end_work(struct work_struct *work)
{
	struct recovery *r = container_of(work, struct recovery, end);
	struct obd_device *dev = container_of(r, struct target, recovery)->dev;
	struct rpc_srv_req *req, *next;
	LIST_HEAD(out);

	ldlm_server_recovered(dev->ns);
	if (dev->type->recovered)
		dev->type->recovered(dev);
	pr_info("%s: recovery is over after %lu s: %u of %u clients are back, %u requests were refused\n",
		dev->name, (jiffies - r->started) / HZ, r->nr_known - r->nr_evicted, r->nr_known,
		r->nr_refused);
	spin_lock(&r->lock);
	r->phase = RECOVERY_NONE;
	list_for_each_entry_safe(req, next, &r->finals, recovery_link)
		let_go(req, &out);
	spin_unlock(&r->lock);
	go(&out);
}

void recovery_init(struct target *t)
{
	struct recovery *r = &t->recovery;

	spin_lock_init(&r->lock);
	INIT_LIST_HEAD(&r->missing);
	INIT_LIST_HEAD(&r->replays);
	INIT_LIST_HEAD(&r->locks);
	INIT_LIST_HEAD(&r->finals);
	INIT_DELAYED_WORK(&r->timer, timer_work);
	INIT_WORK(&r->end, end_work);
}

void target_recovery_start(struct obd_device *dev)
{
	struct recovery *r = recovery_of(dev);

	if (!r->nr_known) {
		if (dev->type->recovered)
			dev->type->recovered(dev);
		return;
	}
	pr_info("%s: recovery: waiting for %u clients of before the restart, %u s without progress at most\n",
		dev->name, r->nr_known, window_s());
	ldlm_server_recovering(dev->ns);
	spin_lock(&r->lock);
	r->phase = RECOVERY_REPLAY;
	r->started = jiffies;
	r->next_refusal = jiffies;
	r->hard_deadline = jiffies + HARD_WINDOWS * window_s() * HZ;
	touch(r);
	spin_unlock(&r->lock);
	schedule_delayed_work(&r->timer, window_s() * HZ);
}
EXPORT_SYMBOL_GPL(target_recovery_start);

void target_recovery_stop(struct obd_device *dev)
{
	struct recovery *r = recovery_of(dev);

	spin_lock(&r->lock);
	r->stopped = true;
	spin_unlock(&r->lock);
	cancel_delayed_work_sync(&r->timer);
	cancel_work_sync(&r->end);
}
EXPORT_SYMBOL_GPL(target_recovery_stop);

void recovery_fini(struct target *t)
{
	struct missing_client *c, *next;

	list_for_each_entry_safe(c, next, &t->recovery.missing, link)
		kfree(c);
}

u64 recovery_horizon(struct target *t)
{
	struct recovery *r = &t->recovery;
	bool replaying;
	u64 upto;

	spin_lock(&r->lock);
	replaying = r->phase == RECOVERY_REPLAY;
	upto = r->replayed;
	spin_unlock(&r->lock);
	if (replaying)
		return upto;
	spin_lock(&t->lock);
	upto = t->last_transno;
	spin_unlock(&t->lock);
	return upto;
}

/* ---- for people ---- */

void target_recovery_status(struct obd_device *dev, char *text, size_t size)
{
	static const char * const names[] = {
		[RECOVERY_NONE] = "complete", [RECOVERY_REPLAY] = "replaying requests",
		[RECOVERY_LOCKS] = "replaying locks", [RECOVERY_ENDING] = "ending",
	};
	struct recovery *r = recovery_of(dev);
	struct missing_client *c;
	long left;
	int n;

	spin_lock(&r->lock);
	left = is_active(r) ? max_t(long, (long)(r->deadline - jiffies), 0) / HZ : 0;
	n = scnprintf(text, size, "status: %s\nknown clients: %u\nevicted clients: %u\n",
		      r->nr_known ? names[r->phase] : "not needed", r->nr_known, r->nr_evicted);
	n += scnprintf(text + n, size - n, "refused requests: %u\n", r->nr_refused);
	n += scnprintf(text + n, size - n, "last transno: %llu\ntime left: %ld s\n",
		       target_last_committed(dev), left);
	list_for_each_entry(c, &r->missing, link)
		n += scnprintf(text + n, size - n, "missing client: %s\n", c->uuid);
	spin_unlock(&r->lock);
}
EXPORT_SYMBOL_GPL(target_recovery_status);
