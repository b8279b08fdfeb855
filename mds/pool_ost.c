// SPDX-License-Identifier: GPL-2.0
/* Device type "osp": the MDT's connection to one OST, and its stock of objects there. */
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "mds/pool_internal.h"
#include "mds/pool_type.h"

#define STOCK		256u		/* objects kept ahead of the files */
#define STOCK_LOW	128u		/* below it more are asked for */
#define CHECK_PERIOD	(5 * HZ)	/* of free space, and whether it answers at all */
/* A later refill asks again; none outlives its OST. */
#define REFILL_FLAGS	(RPC_NO_DELAY | RPC_NO_RESEND)
#define FULL_BYTES	(16u << 20)	/* an OST with less is not given new files */
#define FIRST_CONNECT	(10 * HZ)	/* an OST that takes longer is down */
#define COMING_BACK	(15 * HZ)	/* one whose recovery takes longer is none to wait for */

static struct pool_ost *ost_of_dev(struct obd_device *dev)
{
	return dev->priv;
}

/* Who waits for objects may look again. */
static void pool_changed(struct ost_pool *pool)
{
	atomic_inc(&pool->changes);
	wake_up_all(&pool->changed);
}

/* ---- does it answer? ---- */

/*
 * An OST that has died is found out by its requests much later. With the period of checks this is
 * within a ping interval.
 */
static unsigned long patience(void)
{
	return msecs_to_jiffies(obd_ping_interval_ms() / 2);
}

static unsigned long check_period(void)
{
	return min_t(unsigned long, CHECK_PERIOD, patience());
}

static void ask_begin(struct pool_ost *ost)
{
	spin_lock(&ost->lock);
	ost->asking = true;
	ost->asked = jiffies;
	spin_unlock(&ost->lock);
}

static void ask_end(struct pool_ost *ost)
{
	bool again;

	spin_lock(&ost->lock);
	ost->asking = false;
	again = ost->silent;
	ost->silent = false;
	spin_unlock(&ost->lock);
	if (again)
		pool_changed(ost->pool);
}

bool pool_ost_answers(struct pool_ost *ost)
{
	bool silent, news;

	spin_lock(&ost->lock);
	silent = ost->asking && time_after(jiffies, ost->asked + patience());
	news = silent && !ost->silent;
	ost->silent |= silent;
	spin_unlock(&ost->lock);
	if (news)
		pr_warn("%s: the OST does not answer: new files use it only if there is no other\n",
			ost->dev->name);
	return !silent;
}

/* Is it in recovery, and has not been for long? Looked at regularly. */
static bool just_back(struct pool_ost *ost)
{
	enum rpc_import_state state = rpc_import_state(ost->imp);
	bool recovering = state >= IMP_REPLAY && state < IMP_FULL;

	spin_lock(&ost->lock);
	if (recovering && !ost->recovering)
		ost->back = jiffies;
	ost->recovering = recovering;
	recovering &= time_before(jiffies, ost->back + COMING_BACK);
	spin_unlock(&ost->lock);
	return recovering;
}

/* ---- requests to the OST ---- */

/* Asks that all objects up to @want exist; on success *have is the last that does. */
static int create_call(struct pool_ost *ost, u32 want, bool delorphan, u32 *have)
{
	struct wire_obdo oa = {
		.valid = cpu_to_le64(VALID_ID | VALID_GROUP | (delorphan ? VALID_FLAGS : 0)),
		.flags = cpu_to_le32(delorphan ? OFL_DELORPHAN : 0),
		.id.fid.seq = cpu_to_le64(FID_SEQ_OST(ost->index)),
		.id.fid.oid = cpu_to_le32(want),
	};
	/*
	 * An OST that restarts gets the objects back that it had made; removing is not done twice.
	 */
	u32 flags = REFILL_FLAGS | (delorphan ? 0 : RPC_REPLAY);
	int rc;

	ask_begin(ost);
	rc = rpc_call_obdo(ost->imp, OP_OST_CREATE, PORTAL_OST_CREATE, flags, &oa, NULL, &oa);
	ask_end(ost);
	if (!rc)
		*have = le32_to_cpu(oa.id.fid.oid);
	return rc;
}

/* ---- stock ---- */

static void full_set(struct pool_ost *ost, bool full)
{
	bool news;

	spin_lock(&ost->lock);
	news = ost->full != full;
	ost->full = full;
	spin_unlock(&ost->lock);
	if (!news)
		return;
	if (full)
		pr_warn("%s: the OST is full: new files will not use it\n", ost->dev->name);
	else
		pr_info("%s: the OST has room again\n", ost->dev->name);
}

/* The first word after a start of this MDT: objects that no committed file uses are removed. */
static int stock_sync(struct pool_ost *ost)
{
	u32 have = 0, used;
	int rc;

	mutex_lock(&ost->pool->objid_lock);
	used = ost->pool->used[ost->index];
	mutex_unlock(&ost->pool->objid_lock);
	rc = create_call(ost, used, true, &have);
	if (rc)
		return rc;
	if (have <= used)
		return -EPROTO;
	spin_lock(&ost->lock);
	ost->next = have;
	ost->last = have;
	ost->synced = true;
	spin_unlock(&ost->lock);
	return 0;
}

static int stock_fill(struct pool_ost *ost)
{
	u32 want, have = 0;
	bool low;
	int rc;

	spin_lock(&ost->lock);
	low = ost->last + 1 - ost->next < STOCK_LOW;
	want = ost->next - 1 + STOCK;
	spin_unlock(&ost->lock);
	if (!low)
		return 0;
	rc = create_call(ost, want, false, &have);
	if (rc)
		return rc;
	spin_lock(&ost->lock);
	ost->last = max(ost->last, have);
	spin_unlock(&ost->lock);
	pool_changed(ost->pool);
	return 0;
}

/* Its answer also tells that the OST is there. */
static void space_check(struct pool_ost *ost)
{
	struct wire_statfs st;
	int rc;

	ask_begin(ost);
	rc = rpc_call_statfs(ost->imp, OP_OST_STATFS, REFILL_FLAGS, &st);
	ask_end(ost);
	if (!rc)
		full_set(ost, le64_to_cpu(st.bavail) * le32_to_cpu(st.bsize) < FULL_BYTES);
}

static void refill_work(struct work_struct *work)
{
	struct pool_ost *ost = container_of(to_delayed_work(work), struct pool_ost, refill);
	int rc = 0;

	just_back(ost);
	if (READ_ONCE(ost->pool->recovered) && rpc_import_state(ost->imp) == IMP_FULL) {
		if (!ost->synced)
			rc = stock_sync(ost);
		if (!rc)
			rc = stock_fill(ost);
		if (!rc)
			space_check(ost);
		if (rc == -ENOSPC)
			full_set(ost, true);
		else if (rc && rc != -ENOTCONN)
			pr_warn("%s: cannot create objects in advance (error %d), trying again\n",
				ost->dev->name, rc);
	}
	if (!READ_ONCE(ost->pool->stopping))
		queue_delayed_work(ost->pool->wq, &ost->refill, check_period());
}

bool pool_ost_usable(struct pool_ost *ost)
{
	bool ok;

	spin_lock(&ost->lock);
	ok = ost->synced && !ost->full && !READ_ONCE(ost->dev->inactive);
	spin_unlock(&ost->lock);
	return ok && rpc_import_state(ost->imp) == IMP_FULL;
}

bool pool_ost_soon(struct pool_ost *ost)
{
	bool fits, young;

	spin_lock(&ost->lock);
	fits = !ost->full && !READ_ONCE(ost->dev->inactive);
	young = !ost->synced && time_before(jiffies, ost->since + FIRST_CONNECT);
	spin_unlock(&ost->lock);
	return fits && (young || just_back(ost) ||
			(rpc_import_state(ost->imp) == IMP_FULL && pool_ost_answers(ost)));
}

u32 pool_ost_take(struct pool_ost *ost)
{
	u32 id = 0;
	bool low;

	spin_lock(&ost->lock);
	if (ost->synced && ost->next <= ost->last)
		id = ost->next++;
	low = ost->last + 1 - ost->next < STOCK_LOW;
	spin_unlock(&ost->lock);
	if (low && !READ_ONCE(ost->pool->stopping))
		mod_delayed_work(ost->pool->wq, &ost->refill, 0);
	return id;
}

/* ---- the device ---- */

static void osp_event(struct obd_device *dev, enum rpc_import_event ev)
{
	struct pool_ost *ost = ost_of_dev(dev);
	u32 next;

	if (ev == IMP_EVENT_EVICTED)
		pr_err("%s: evicted by %s: %u requests that it had not stored when it restarted are lost\n",
		       dev->name, dev->target_uuid, rpc_each_lost(ost->imp, NULL, NULL));
	if (ev != IMP_EVENT_ACTIVE || READ_ONCE(ost->pool->stopping))
		return;
	/* A restarted OST may have lost objects of the stock: they are asked for anew. */
	spin_lock(&ost->lock);
	next = ost->next;
	if (ost->synced)
		ost->last = next - 1;
	spin_unlock(&ost->lock);
	mod_delayed_work(ost->pool->wq, &ost->refill, 0);
}

static int osp_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
		  size_t size)
{
	struct pool_ost *ost = ost_of_dev(dev);

	if (!strcmp(op, "activate") || !strcmp(op, "deactivate")) {
		WRITE_ONCE(dev->inactive, op[0] == 'd');
		rpc_import_set_active(ost->imp, op[0] != 'd');
		return 0;
	}
	if (!strcmp(op, "recover"))
		return rpc_import_recover(ost->imp, LNET_NID_ANY);
	return -EOPNOTSUPP;
}

/* Set up from within the pool only, which has put its pool_ost into dev->priv. */
static int osp_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	if (dev->priv)
		return 0;
	snprintf(why, OBD_WHY_SIZE, "devices of type osp are made by the MDT itself");
	return -EOPNOTSUPP;
}

static int osp_cleanup(struct obd_device *dev, u32 flags)
{
	return 0;
}

static struct obd_type osp_type = {
	.name = "osp",
	.owner = THIS_MODULE,
	.rank = OBD_RANK_CLIENT,
	.setup = osp_setup,
	.cleanup = osp_cleanup,
	.op = osp_op,
};

int pool_type_init(void)
{
	return obd_type_register(&osp_type);
}

void pool_type_exit(void)
{
	obd_type_unregister(&osp_type);
}

static int import_start(struct pool_ost *ost, const struct mgc_target *tgt)
{
	struct wire_connect ask = {};

	mgc_target_ask(tgt, &ask);
	ask.flags |= cpu_to_le64(CONN_MDS | CONN_INDEX);
	/* We write no data there and cache none: no grant. */
	ask.flags &= ~cpu_to_le64(CONN_GRANT);
	ask.grant = 0;
	ask.index = cpu_to_le32(tgt->index);
	return mgc_target_connect(ost->dev, tgt, &ask, osp_event, &ost->imp);
}

int pool_ost_new(struct ost_pool *pool, const struct mgc_target *tgt, struct pool_ost **ostp)
{
	struct pool_ost *ost = kzalloc(sizeof(*ost), GFP_KERNEL);
	char name[OBD_NAME_SIZE];
	int rc;

	if (!ost)
		return -ENOMEM;
	ost->pool = pool;
	ost->index = tgt->index;
	ost->since = jiffies;
	spin_lock_init(&ost->lock);
	INIT_DELAYED_WORK(&ost->refill, refill_work);
	ost->next = 1;
	snprintf(name, sizeof(name), "OST%04x-osc-MDT%04x", tgt->index, pool->mds->index);
	rc = mgc_device_start("osp", name, pool->mds->uuid, tgt, ost, &ost->dev);
	if (rc)
		goto out_free;
	rc = import_start(ost, tgt);
	if (rc)
		goto out_device;
	*ostp = ost;
	queue_delayed_work(pool->wq, &ost->refill, check_period());
	return 0;
out_device:
	rpc_import_close(ost->imp, true);
	mgc_device_stop(ost->dev, true);
out_free:
	pr_err("%s: cannot use OST %u: error %d\n", pool->mds->name, tgt->index, rc);
	kfree(ost);
	return rc;
}

void pool_ost_free(struct pool_ost *ost)
{
	cancel_delayed_work_sync(&ost->refill);
	rpc_import_close(ost->imp, false);
	mgc_device_stop(ost->dev, false);
	kfree(ost);
}
