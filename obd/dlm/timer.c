// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that do not answer: a lock whose holder has been called back must come back in time, or
 * the client is evicted.
 *
 * One work item per namespace looks once a second while anything is due. I/O under a lock prolongs
 * its time.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "obd/dlm/internal.h"

#define TICK		HZ	/* jiffies */
#define MIN_TIMEOUT_S	20u
#define RECONNECT_S	10u	/* until a client is connected again to a server that is there */

/*
 * A client that has lost one message of its flush finds that out when its patience ends, connects
 * again and sends the message again: it must not be evicted meanwhile, however slow we are.
 */
u32 ldlm_lock_timeout(void)
{
	return max3(obd_timeout() / 2, MIN_TIMEOUT_S, 2 * rpc_service_patience() + RECONNECT_S);
}

static ktime_t deadline_from_now(void)
{
	return ktime_add_ms(ktime_get(), ldlm_lock_timeout() * MSEC_PER_SEC);
}

/* ns->timer_lock is held; the list takes a reference. */
static void timer_add(struct ldlm_namespace *ns, struct ldlm_lock *lock, u8 due)
{
	struct ldlm_lock_state *st = lock->st;

	if (!(st->due & due))
		st->deadline = deadline_from_now();
	st->due |= due;
	if (list_empty(&st->timer_link)) {
		ldlm_lock_get(lock);
		list_add_tail(&st->timer_link, &ns->timed);
	}
	if (!ns->closing)
		queue_delayed_work(ldlm_wq(), &ns->timer_work, TICK);
}

void ldlm_timer_start(struct ldlm_lock *lock, u8 due)
{
	struct ldlm_namespace *ns = lock->res->ns;

	spin_lock(&ns->timer_lock);
	timer_add(ns, lock, due);
	spin_unlock(&ns->timer_lock);
}

void ldlm_timer_stop(struct ldlm_lock *lock, u8 due)
{
	struct ldlm_namespace *ns = lock->res->ns;
	bool off;

	spin_lock(&ns->timer_lock);
	lock->st->due &= ~due;
	lock->st->resend &= ~due;
	off = !lock->st->due && !list_empty(&lock->st->timer_link);
	if (off)
		list_del_init(&lock->st->timer_link);
	spin_unlock(&ns->timer_lock);
	if (off)
		ldlm_lock_put(lock);
}

/* A callback did not arrive: it is sent again with the next tick. */
void ldlm_timer_resend(struct ldlm_lock *lock, u8 due)
{
	struct ldlm_namespace *ns = lock->res->ns;

	if (READ_ONCE(lock->exp->failed))
		return;
	spin_lock(&ns->timer_lock);
	if (due == LDLM_DUE_CP || lock->st->due & due) {
		timer_add(ns, lock, due);
		lock->st->resend |= due;
	}
	spin_unlock(&ns->timer_lock);
}

/* The client's time is up already. */
void ldlm_timer_expire(struct ldlm_lock *lock, u8 due)
{
	struct ldlm_namespace *ns = lock->res->ns;

	if (READ_ONCE(lock->exp->failed))
		return;
	spin_lock(&ns->timer_lock);
	timer_add(ns, lock, due);
	lock->st->deadline = ktime_get();
	spin_unlock(&ns->timer_lock);
}

/* The file of a lock, as its node or an administrator of the clients can find it. */
static void file_str(struct ldlm_lock *lock, char *text, size_t size)
{
	struct ldlm_resource *res = ldlm_lock_lock(lock);
	const u64 *name = res->id.name;
	struct fid file = res->file;

	ldlm_res_unlock(res);
	if (res->type != LDLM_EXTENT)
		snprintf(text, size, "file " FID_FMT, name[0], (u32)name[1], (u32)(name[1] >> 32));
	else if (fid_is_zero(&file))
		snprintf(text, size, "object %#llx:%llu", name[0], name[1]);
	else
		snprintf(text, size, "object %#llx:%llu of file " FID_FMT, name[0], name[1],
			 file.seq, file.oid, file.ver);
}

static void evict(struct ldlm_lock *lock, u8 due)
{
	struct obd_export *exp = export_get(lock->exp);
	char file[128];
	const char *why;

	if (due & LDLM_DUE_BL)
		why = "did not give back";
	else if (due & LDLM_DUE_CP)
		why = "could not be told that it was granted";
	else
		why = "did not answer a question about";
	file_str(lock, file, sizeof(file));
	export_evict(exp, "it %s %s lock %#llx on %s within %u s", why,
		     ldlm_mode_name(lock->granted_mode), (unsigned long long)lock->handle, file,
		     ldlm_lock_timeout());
	export_put(exp);
}

/* Takes one lock whose time is up off the list, with the list's reference. */
static struct ldlm_lock *take_expired(struct ldlm_namespace *ns, u8 *due)
{
	struct ldlm_lock_state *st;
	ktime_t now = ktime_get();
	struct ldlm_lock *lock = NULL;

	spin_lock(&ns->timer_lock);
	list_for_each_entry(st, &ns->timed, timer_link) {
		if (ktime_before(now, st->deadline))
			continue;
		list_del_init(&st->timer_link);
		lock = st->lock;
		*due = st->due;
		st->due = 0;
		st->resend = 0;
		break;
	}
	spin_unlock(&ns->timer_lock);
	return lock;
}

/* One lock with a callback to be sent again, with a reference of its own. */
static struct ldlm_lock *take_resend(struct ldlm_namespace *ns, u8 *what)
{
	struct ldlm_lock_state *st;
	struct ldlm_lock *lock = NULL;

	spin_lock(&ns->timer_lock);
	list_for_each_entry(st, &ns->timed, timer_link) {
		if (!st->resend)
			continue;
		*what = st->resend;
		st->resend = 0;
		lock = ldlm_lock_get(st->lock);
		break;
	}
	spin_unlock(&ns->timer_lock);
	return lock;
}

void ldlm_timer_tick(struct work_struct *work)
{
	struct ldlm_namespace *ns = container_of(to_delayed_work(work), struct ldlm_namespace,
						 timer_work);
	unsigned int nr = 0;
	struct ldlm_lock *lock;
	u8 what;

	while ((lock = take_expired(ns, &what))) {
		evict(lock, what);
		ldlm_lock_put(lock);
	}
	/* What fails at once is due again: leave it for the next tick. */
	while (nr++ < 1000 && (lock = take_resend(ns, &what))) {
		if (what & LDLM_DUE_CP)
			ldlm_send_completion(lock);
		if (what & LDLM_DUE_BL)
			ldlm_send_blocking(lock);
		ldlm_lock_put(lock);
	}
	spin_lock(&ns->timer_lock);
	if (!list_empty(&ns->timed) && !ns->closing)
		queue_delayed_work(ldlm_wq(), &ns->timer_work, TICK);
	spin_unlock(&ns->timer_lock);
}

void ldlm_prolong(struct obd_export *exp, const struct ldlm_res_id *id,
		  const struct ldlm_extent *ext, const struct fid *file)
{
	struct ldlm_namespace *ns = exp->dev->ns;
	struct ldlm_resource *res = ldlm_resource_find(ns, id, LDLM_EXTENT, false);
	struct ldlm_lock_state *st;
	ktime_t until;

	if (!res)
		return;
	until = deadline_from_now();
	ldlm_res_lock(res);
	if (file)
		res->file = *file;
	spin_lock(&ns->timer_lock);
	list_for_each_entry(st, &res->granted, queue_link) {
		const struct ldlm_extent *e = &st->lock->policy.extent;

		if (st->due && st->lock->exp == exp && e->start <= ext->end &&
		    ext->start <= e->end)
			st->deadline = until;
	}
	spin_unlock(&ns->timer_lock);
	ldlm_res_unlock(res);
	ldlm_resource_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_prolong);

void ldlm_prolong_client(struct obd_export *exp)
{
	struct ldlm_namespace *ns = exp->dev->ns;
	ktime_t until = deadline_from_now();
	struct ldlm_lock_state *st;

	spin_lock(&ns->timer_lock);
	list_for_each_entry(st, &ns->timed, timer_link) {
		if (st->lock->exp == exp && st->due & (LDLM_DUE_BL | LDLM_DUE_CP))
			st->deadline = until;
	}
	spin_unlock(&ns->timer_lock);
}
EXPORT_SYMBOL_GPL(ldlm_prolong_client);
