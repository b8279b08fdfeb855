// SPDX-License-Identifier: GPL-2.0
/* Life of the layer: interfaces, drivers, users, the clock. */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kmod.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "lnet/internal.h"

DEFINE_NODE_VAR(struct lnet_core, lnet_core);

u64 lnet_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}
EXPORT_SYMBOL_GPL(lnet_now_ms);

unsigned int lnet_timeout_ms(void)
{
	return LNET_TIMEOUT_MS;
}
EXPORT_SYMBOL_GPL(lnet_timeout_ms);

static void report(struct lnet_report *why, const char *fmt, ...) __printf(2, 3);

static void report(struct lnet_report *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
}

/* ---- drivers ---- */

static struct lnet_lnd *lnd_find(struct lnet_core *core, u32 type)
{
	struct lnet_lnd *lnd;

	list_for_each_entry(lnd, &core->lnds, link) {
		if (lnd->type == type)
			return lnd;
	}
	return NULL;
}

int lnet_lnd_register(struct lnet_lnd *lnd)
{
	struct lnet_core *core = node_var(lnet_core);
	int rc = -EEXIST;

	spin_lock(&core->lock);
	if (!lnd_find(core, lnd->type)) {
		list_add_tail(&lnd->link, &core->lnds);
		rc = 0;
	}
	spin_unlock(&core->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_lnd_register);

void lnet_lnd_unregister(struct lnet_lnd *lnd)
{
	struct lnet_core *core = node_var(lnet_core);

	spin_lock(&core->lock);
	list_del(&lnd->link);
	spin_unlock(&core->lock);
}
EXPORT_SYMBOL_GPL(lnet_lnd_unregister);

static struct lnet_lnd *lnd_try_get(struct lnet_core *core, u32 type)
{
	struct lnet_lnd *lnd;

	spin_lock(&core->lock);
	lnd = lnd_find(core, type);
	if (lnd && !try_module_get(lnd->owner))
		lnd = NULL;
	spin_unlock(&core->lock);
	return lnd;
}

/* The driver of a type of networks, with its module held; loads the module when need be. */
static struct lnet_lnd *lnd_get(struct lnet_core *core, u32 type)
{
	struct lnet_lnd *lnd = lnd_try_get(core, type);

	if (lnd)
		return lnd;
	request_module("%s", type == LNET_NET_TCP ? "ksocklnd" : "ko2iblnd");
	return lnd_try_get(core, type);
}

/* ---- interfaces ---- */

static struct lnet_ni *ni_alloc(u32 type, u32 num)
{
	struct lnet_ni *ni;
	u32 i;

	ni = kzalloc(sizeof(*ni), GFP_KERNEL);
	if (!ni)
		return NULL;
	ni->peers = kmalloc_array(LNET_PEER_BUCKETS, sizeof(*ni->peers), GFP_KERNEL);
	if (!ni->peers) {
		kfree(ni);
		return NULL;
	}
	for (i = 0; i < LNET_PEER_BUCKETS; i++)
		INIT_HLIST_HEAD(&ni->peers[i]);
	spin_lock_init(&ni->lock);
	init_waitqueue_head(&ni->idle_wait);
	INIT_LIST_HEAD(&ni->ready);
	ni->credits = LNET_NI_CREDITS;
	ni->nid = LNET_MKNID(type, num, 0);
	ni->is_lo = type == LNET_NET_LO;
	return ni;
}

static void ni_free(struct lnet_ni *ni)
{
	kfree(ni->peers);
	kfree(ni);
}

static void ni_publish(struct lnet_core *core, struct lnet_ni *ni)
{
	spin_lock(&core->lock);
	list_add_tail(&ni->link, &core->nis);
	spin_unlock(&core->lock);
}

static struct lnet_ni *net_find(struct lnet_core *core, u32 type, u32 num)
{
	struct lnet_ni *ni;

	list_for_each_entry(ni, &core->nis, link) {
		if (LNET_NID_NET(ni->nid) == LNET_NID_NET(LNET_MKNID(type, num, 0)))
			return ni;
	}
	return NULL;
}

/* A network that is up serves those who name no interface, or its own. */
static int net_check(struct lnet_ni *ni, const struct lnet_net_spec *spec, struct lnet_report *why)
{
	char nid[LNET_NIDSTR_SIZE];
	int rc;

	if (!spec->interface[0])
		return 0;
	rc = ni->lnd->is_on(ni, spec->interface, why);
	if (rc == -EEXIST)
		report(why,
		       "the network is up already, on another interface than %s, as %s; take it down first",
		       spec->interface, lnet_nid_str(ni->nid, nid));
	return rc;
}

static int ni_start(struct lnet_core *core, const struct lnet_net_spec *spec,
		    struct lnet_report *why)
{
	const char *name = lnet_net_type_name(spec->type);
	struct lnet_lnd *lnd;
	struct lnet_ni *ni;
	int rc;

	lnd = lnd_get(core, spec->type);
	if (!lnd) {
		report(why,
		       "no driver for network %s%u: its kernel module is not loaded and cannot be",
		       name, spec->num);
		return -EPROTONOSUPPORT;
	}
	ni = ni_alloc(spec->type, spec->num);
	if (!ni) {
		rc = -ENOMEM;
		goto out_lnd;
	}
	ni->lnd = lnd;
	rc = lnd->startup(ni, spec->interface, why);
	if (rc)
		goto out_ni;
	ni_publish(core, ni);
	return 0;

out_ni:
	ni_free(ni);
out_lnd:
	module_put(lnd->owner);
	return rc;
}

static bool ni_is_idle(struct lnet_ni *ni)
{
	return !atomic_read(&ni->nr_msgs);
}

/* Takes an interface away; every message on it ends. */
static void ni_stop(struct lnet_core *core, struct lnet_ni *ni)
{
	spin_lock(&core->lock);
	list_del(&ni->link);
	spin_unlock(&core->lock);
	spin_lock(&ni->lock);
	ni->stopping = true;
	spin_unlock(&ni->lock);
	if (ni->lnd) {
		lnet_peers_expire(ni, U64_MAX, -ENETDOWN);
		ni->lnd->shutdown(ni);
	}
	wait_event(ni->idle_wait, ni_is_idle(ni));
	/* Whoever brought the count to 0 may still hold the lock. */
	spin_lock(&ni->lock);
	spin_unlock(&ni->lock);
	if (ni->lnd) {
		ni->lnd->release(ni);
		module_put(ni->lnd->owner);
	}
	lnet_peers_free(ni);
	ni_free(ni);
}

static bool nid_is_local_locked(struct lnet_core *core, lnet_nid_t nid)
{
	struct lnet_ni *ni;

	list_for_each_entry(ni, &core->nis, link) {
		if (ni->nid == nid)
			return true;
	}
	return false;
}

/*
 * The interface that leads to a node, with one more message counted on it; for our own NIDs the
 * loopback. -ENETDOWN, -EHOSTUNREACH when no network of ours is that of the NID.
 */
struct lnet_ni *lnet_ni_get_for(lnet_nid_t target)
{
	struct lnet_core *core = node_var(lnet_core);
	struct lnet_ni *found = ERR_PTR(-EHOSTUNREACH);
	struct lnet_ni *ni;
	bool local;

	spin_lock(&core->lock);
	if (!core->up) {
		spin_unlock(&core->lock);
		return ERR_PTR(-ENETDOWN);
	}
	local = nid_is_local_locked(core, target);
	list_for_each_entry(ni, &core->nis, link) {
		if (local ? ni->is_lo : LNET_NID_NET(ni->nid) == LNET_NID_NET(target)) {
			atomic_inc(&ni->nr_msgs);
			found = ni;
			break;
		}
	}
	spin_unlock(&core->lock);
	return found;
}

/* A message is through with its interface. */
void lnet_ni_put_msg(struct lnet_ni *ni)
{
	/* The lock keeps the interface until the waiter has been woken. */
	spin_lock(&ni->lock);
	if (atomic_dec_and_test(&ni->nr_msgs) && ni->stopping)
		wake_up(&ni->idle_wait);
	spin_unlock(&ni->lock);
}

/* Lists the NIDs of this node, loopback first; returns their number. */
int lnet_ni_list(lnet_nid_t *nids, unsigned int max)
{
	struct lnet_core *core = node_var(lnet_core);
	unsigned int nr = 0;
	struct lnet_ni *ni;

	spin_lock(&core->lock);
	list_for_each_entry(ni, &core->nis, link) {
		if (nr < max)
			nids[nr++] = ni->nid;
	}
	spin_unlock(&core->lock);
	return nr;
}

bool lnet_is_local(lnet_nid_t nid)
{
	struct lnet_core *core = node_var(lnet_core);
	bool local;

	spin_lock(&core->lock);
	local = nid_is_local_locked(core, nid);
	spin_unlock(&core->lock);
	return local;
}
EXPORT_SYMBOL_GPL(lnet_is_local);

int lnet_local_nid(unsigned int idx, lnet_nid_t *nid)
{
	lnet_nid_t nids[LNET_NIS_MAX];
	unsigned int nr = lnet_ni_list(nids, ARRAY_SIZE(nids));

	/* The loopback is the first. */
	if (idx + 1 >= nr)
		return -ENOENT;
	*nid = nids[idx + 1];
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_local_nid);

/* ---- up and down ---- */

/* Stops every interface and whatever waits for an answer. Called with core->mutex held. */
static void net_stop(struct lnet_core *core)
{
	lnet_ping_stop(core);
	spin_lock(&core->lock);
	core->up = false;
	spin_unlock(&core->lock);
	while (!list_empty(&core->nis))
		ni_stop(core, list_last_entry(&core->nis, struct lnet_ni, link));
	lnet_ops_expire(core, U64_MAX, -ENETDOWN);
}

static int lo_start(struct lnet_core *core)
{
	struct lnet_ni *ni = ni_alloc(LNET_NET_LO, 0);

	if (!ni)
		return -ENOMEM;
	ni_publish(core, ni);
	return 0;
}

static int nets_start(struct lnet_core *core, const struct lnet_net_spec *specs, int nr,
		      struct lnet_report *why)
{
	bool was_up = core->up;
	int rc;
	int i;

	lnet_ping_stop(core);
	rc = was_up ? 0 : lo_start(core);
	for (i = 0; !rc && i < nr; i++) {
		struct lnet_ni *ni = net_find(core, specs[i].type, specs[i].num);

		rc = ni ? net_check(ni, &specs[i], why) : ni_start(core, &specs[i], why);
	}
	if (!rc || was_up) {
		int rc2 = lnet_ping_start(core);

		rc = rc ?: rc2;
	}
	if (rc && !was_up) {
		net_stop(core);
		return rc;
	}
	spin_lock(&core->lock);
	core->up = true;
	spin_unlock(&core->lock);
	return rc;
}

/* Brings networks up, e.g. "tcp0(eth0)"; those that are up already stay as they are. */
int lnet_net_up(const char *networks, struct lnet_report *why)
{
	struct lnet_core *core = node_var(lnet_core);
	struct lnet_net_spec *specs;
	int nr;
	int rc;

	specs = kcalloc(LNET_NIS_MAX - 1, sizeof(*specs), GFP_KERNEL);
	if (!specs)
		return -ENOMEM;
	nr = lnet_net_specs_parse(networks, specs, LNET_NIS_MAX - 1);
	if (nr < 0) {
		report(why,
		       "bad list of networks \"%.64s\"; write for example \"tcp0(eth0),tcp1(10.0.0.5)\"",
		       networks);
		rc = nr;
		goto out;
	}
	mutex_lock(&core->mutex);
	rc = nets_start(core, specs, nr, why);
	mutex_unlock(&core->mutex);
out:
	kfree(specs);
	return rc;
}

/* Takes all networks down; -EBUSY while upper layers use them. */
int lnet_net_down(struct lnet_report *why)
{
	struct lnet_core *core = node_var(lnet_core);
	unsigned int users;

	mutex_lock(&core->mutex);
	spin_lock(&core->lock);
	users = core->users;
	if (!users)
		core->up = false;
	spin_unlock(&core->lock);
	if (!users)
		net_stop(core);
	mutex_unlock(&core->mutex);
	if (!users)
		return 0;
	report(why,
	       "the network is in use by %u devices or mounts; stop servers and unmount clients first",
	       users);
	return -EBUSY;
}

int lnet_user_get(void)
{
	struct lnet_core *core = node_var(lnet_core);
	int rc = -ENETDOWN;

	spin_lock(&core->lock);
	if (core->up) {
		core->users++;
		rc = 0;
	}
	spin_unlock(&core->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_user_get);

void lnet_user_put(void)
{
	struct lnet_core *core = node_var(lnet_core);

	spin_lock(&core->lock);
	core->users--;
	spin_unlock(&core->lock);
}
EXPORT_SYMBOL_GPL(lnet_user_put);

/* ---- connections that break ---- */

void lnet_watch_lost(void (*fn)(lnet_nid_t nid))
{
	struct lnet_core *core = node_var(lnet_core);

	down_write(&core->lost_sem);
	core->lost_fn = fn;
	up_write(&core->lost_sem);
}
EXPORT_SYMBOL_GPL(lnet_watch_lost);

void lnet_peer_lost(lnet_nid_t nid)
{
	struct lnet_core *core = node_var(lnet_core);

	down_read(&core->lost_sem);
	if (core->lost_fn)
		core->lost_fn(nid);
	up_read(&core->lost_sem);
}
EXPORT_SYMBOL_GPL(lnet_peer_lost);

void lnet_peer_doubt(lnet_nid_t nid)
{
	struct lnet_ni *ni = lnet_ni_get_for(nid);

	if (IS_ERR(ni))
		return;
	if (ni->lnd && ni->lnd->doubt)
		ni->lnd->doubt(ni, nid);
	lnet_ni_put_msg(ni);
}
EXPORT_SYMBOL_GPL(lnet_peer_doubt);

/* ---- counters and lists ---- */

static unsigned int conns_locked(struct lnet_ni *ni, lnet_nid_t nid)
{
	return ni->lnd && ni->lnd->nr_conns ? ni->lnd->nr_conns(ni, nid) : 0;
}

void lnet_counters_get(struct lnet_counters *c)
{
	struct lnet_core *core = node_var(lnet_core);
	struct lnet_ni *ni;

	c->mds = atomic64_read(&core->nr_mds);
	c->msgs = atomic64_read(&core->nr_msgs);
	c->peers = atomic64_read(&core->nr_peers);
	c->dropped = atomic64_read(&core->nr_dropped);
	c->conns = 0;
	mutex_lock(&core->mutex);
	list_for_each_entry(ni, &core->nis, link)
		c->conns += conns_locked(ni, LNET_NID_ANY);
	mutex_unlock(&core->mutex);
}
EXPORT_SYMBOL_GPL(lnet_counters_get);

static unsigned int ni_peer_list(struct lnet_ni *ni, struct lnet_peer_info *info, unsigned int max)
{
	struct lnet_peer *peer;
	unsigned int nr = 0;
	u32 i;

	spin_lock(&ni->lock);
	for (i = 0; i < LNET_PEER_BUCKETS; i++) {
		hlist_for_each_entry(peer, &ni->peers[i], hash) {
			if (nr == max)
				break;
			info[nr].nid = peer->nid;
			info[nr].credits = peer->credits;
			info[nr].queued = peer->nr_queued;
			info[nr].sent = peer->sent;
			info[nr].received = peer->received;
			nr++;
		}
	}
	spin_unlock(&ni->lock);
	for (i = 0; i < nr; i++)
		info[i].conns = conns_locked(ni, info[i].nid);
	return nr;
}

/* Lists the peers of all interfaces; returns their number. */
int lnet_peer_list(struct lnet_peer_info *info, unsigned int max)
{
	struct lnet_core *core = node_var(lnet_core);
	struct lnet_ni *ni;
	unsigned int nr = 0;

	mutex_lock(&core->mutex);
	list_for_each_entry(ni, &core->nis, link)
		nr += ni_peer_list(ni, info + nr, max - nr);
	mutex_unlock(&core->mutex);
	return nr;
}

/* ---- start and end ---- */

static void monitor_work(struct work_struct *work)
{
	struct lnet_core *core = container_of(work, struct lnet_core, monitor.work);
	u64 now_ms = lnet_now_ms();
	struct lnet_ni *ni;

	lnet_ops_expire(core, now_ms, -ETIMEDOUT);
	/* While a network comes or goes the queues can wait for the next round. */
	if (mutex_trylock(&core->mutex)) {
		list_for_each_entry(ni, &core->nis, link) {
			if (!ni->is_lo)
				lnet_peers_expire(ni, now_ms, -ETIMEDOUT);
		}
		mutex_unlock(&core->mutex);
	}
	queue_delayed_work(core->wq, &core->monitor, msecs_to_jiffies(LNET_MONITOR_MS));
}

/* Prepares the state of a node; the network stays down. */
int lnet_core_init(void)
{
	struct lnet_core *core = node_var(lnet_core);
	u64 first_cookie;
	u32 i;

	memset(core, 0, sizeof(*core));
	core->wq = alloc_workqueue("sheen_lnet", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!core->wq)
		return -ENOMEM;
	mutex_init(&core->mutex);
	spin_lock_init(&core->lock);
	init_rwsem(&core->lost_sem);
	INIT_LIST_HEAD(&core->nis);
	INIT_LIST_HEAD(&core->lnds);
	INIT_LIST_HEAD(&core->lo_queue);
	INIT_WORK(&core->lo_work, lnet_lo_work);
	INIT_DELAYED_WORK(&core->monitor, monitor_work);
	init_waitqueue_head(&core->ping_wait);
	lnet_portals_init(core);
	for (i = 0; i < LNET_OP_BUCKETS; i++) {
		spin_lock_init(&core->ops[i].lock);
		INIT_HLIST_HEAD(&core->ops[i].ops);
	}
	/* No cookie is all ones, the value that means none. */
	get_random_bytes(&core->interface_cookie, sizeof(core->interface_cookie));
	get_random_bytes(&first_cookie, sizeof(first_cookie));
	core->interface_cookie &= S64_MAX;
	atomic64_set(&core->next_cookie, first_cookie >> 2);
	queue_delayed_work(core->wq, &core->monitor, msecs_to_jiffies(LNET_MONITOR_MS));
	return 0;
}

/* Ends the state of a node; upper layers and drivers are gone or have no interface. */
void lnet_core_exit(void)
{
	struct lnet_core *core = node_var(lnet_core);
	struct lnet_counters left;

	mutex_lock(&core->mutex);
	net_stop(core);
	mutex_unlock(&core->mutex);
	cancel_delayed_work_sync(&core->monitor);
	destroy_workqueue(core->wq);
	lnet_counters_get(&left);
	if (left.mds || left.msgs || left.peers || left.conns)
		pr_err("leaked %llu memory descriptors, %llu messages, %llu peers, %llu connections\n",
		       left.mds, left.msgs, left.peers, left.conns);
	lnet_portals_exit(core);
}
