// SPDX-License-Identifier: GPL-2.0
/* Device type "osc". */
#include <linux/module.h>
#include <linux/slab.h>

#include "kernel/uapi/sheen_netlink.h"
#include "obd/osc/internal.h"

static void grant_reset(struct osc *osc)
{
	u64 granted = le32_to_cpu(rpc_import_granted(osc->imp)->grant);

	spin_lock(&osc->lock);
	osc->avail = granted > osc->dirty ? granted - osc->dirty : 0;
	osc->lost = 0;
	spin_unlock(&osc->lock);
}

/* What is in the cache goes by promises, which a server that restarts knows from us only. */
static void grant_ask(struct osc *osc)
{
	u64 have;

	spin_lock(&osc->lock);
	have = osc->avail + osc->dirty;
	spin_unlock(&osc->lock);
	rpc_import_ask_grant(osc->imp, (u32)min_t(u64, have, U32_MAX));
}

static void osc_event(struct obd_device *dev, enum rpc_import_event ev)
{
	struct osc *osc = dev->priv;

	switch (ev) {
	case IMP_EVENT_ACTIVE:
		grant_reset(osc);
		WRITE_ONCE(osc->sync_by_object, false);
		break;
	case IMP_EVENT_EVICTED:
		osc_evicted(osc);
		break;
	case IMP_EVENT_REPLAY_LOCKS:
		ldlm_client_replay(dev->ns, osc->imp);
		break;
	case IMP_EVENT_DISCON:
		grant_ask(osc);
		break;
	}
}

/* Set up by osc_start() only, which has put its struct osc into dev->priv. */
static int osc_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct osc *osc = dev->priv;

	if (!osc) {
		snprintf(why, OBD_WHY_SIZE, "devices of type osc are made by mounting");
		return -EOPNOTSUPP;
	}
	return ldlm_namespace_client(dev, osc->ops->locks, &dev->ns);
}

static int osc_cleanup(struct obd_device *dev, u32 flags)
{
	struct osc *osc = dev->priv;
	bool force = flags & SHEEN_CLEANUP_FORCE;

	if (!osc)
		return 0;
	if (osc->imp)
		rpc_import_leave(osc->imp);
	ldlm_namespace_free(dev->ns, force);
	dev->ns = NULL;
	if (osc->imp)
		rpc_import_close(osc->imp, force);
	osc->imp = NULL;
	return 0;
}

static int osc_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
		  size_t size)
{
	struct osc *osc = dev->priv;

	if (!strcmp(op, "activate") || !strcmp(op, "deactivate")) {
		osc_set_active(osc, op[0] == 'a');
		return 0;
	}
	if (!strcmp(op, "recover"))
		return rpc_import_recover(osc->imp, LNET_NID_ANY);
	if (!strcmp(op, "state")) {
		strscpy(text, rpc_import_state_name(rpc_import_state(osc->imp)), size);
		return 0;
	}
	return -EOPNOTSUPP;
}

static int osc_dev_statfs(struct obd_device *dev, struct wire_statfs *st)
{
	return osc_statfs(dev->priv, st);
}

static struct obd_type osc_type = {
	.name = "osc",
	.owner = THIS_MODULE,
	.rank = OBD_RANK_CLIENT,
	.setup = osc_setup,
	.cleanup = osc_cleanup,
	.op = osc_op,
	.statfs = osc_dev_statfs,
};

int osc_init(void)
{
	return obd_type_register(&osc_type);
}

void osc_exit(void)
{
	obd_type_unregister(&osc_type);
}

int osc_start(const char *name, const char *uuid, const struct mgc_target *tgt,
	      const struct osc_ops *ops, void *priv, struct osc **oscp)
{
	struct osc *osc = kzalloc(sizeof(*osc), GFP_KERNEL);
	struct wire_connect ask = {};
	int rc;

	if (!osc)
		return -ENOMEM;
	osc->priv = priv;
	osc->ops = ops;
	spin_lock_init(&osc->lock);
	INIT_LIST_HEAD(&osc->queue);
	init_waitqueue_head(&osc->idle);
	rc = mgc_device_start("osc", name, uuid, tgt, osc, &osc->dev);
	if (rc) {
		kfree(osc);
		return rc;
	}
	mgc_target_ask(tgt, &ask);
	rc = mgc_target_connect(osc->dev, tgt, &ask, osc_event, &osc->imp);
	if (rc) {
		pr_err("%s: cannot connect to %s: error %d\n", name, tgt->uuid, rc);
		osc_stop(osc, true);
		return rc;
	}
	*oscp = osc;
	return 0;
}
EXPORT_SYMBOL_GPL(osc_start);

void osc_stop(struct osc *osc, bool force)
{
	mgc_device_stop(osc->dev, force);
	kfree(osc);
}
EXPORT_SYMBOL_GPL(osc_stop);

void osc_set_active(struct osc *osc, bool active)
{
	WRITE_ONCE(osc->dev->inactive, !active);
	rpc_import_set_active(osc->imp, active);
}
EXPORT_SYMBOL_GPL(osc_set_active);

struct ldlm_namespace *osc_namespace(struct osc *osc)
{
	return osc->dev->ns;
}
EXPORT_SYMBOL_GPL(osc_namespace);

struct rpc_import *osc_import(struct osc *osc)
{
	return osc->imp;
}
EXPORT_SYMBOL_GPL(osc_import);

void *osc_priv_of(struct obd_device *dev)
{
	return ((struct osc *)dev->priv)->priv;
}
EXPORT_SYMBOL_GPL(osc_priv_of);

u64 osc_max_object(struct osc *osc)
{
	const struct wire_connect *granted = rpc_import_granted(osc->imp);
	u64 max = le64_to_cpu(granted->flags) & CONN_MAXBYTES ? le64_to_cpu(granted->maxbytes) : 0;

	return max ?: S64_MAX;
}
EXPORT_SYMBOL_GPL(osc_max_object);

bool osc_usable(struct osc *osc)
{
	return !READ_ONCE(osc->dev->inactive);
}
EXPORT_SYMBOL_GPL(osc_usable);
