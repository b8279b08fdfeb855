// SPDX-License-Identifier: GPL-2.0
/*
 * Devices of a metadata server: "mds", a target with its storage, and "mdt", the threads of the
 * node that serve all of its targets.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel/uapi/sheen_netlink.h"
#include "mds/mds_internal.h"
#include "obd/class/recovery.h"

/* ================================ mds ================================ */

struct mds *mds_of(struct rpc_srv_req *req)
{
	return req->dev->priv;
}

static const struct obd_handler mds_handlers[] = {
	{ OP_MDS_CONNECT, &fmt_connect, obd_connect_handler },
	{ OP_MDS_DISCONNECT, &fmt_ping, obd_disconnect_handler },
	{ OP_OBD_PING, &fmt_ping, obd_ping_handler },
	{ OP_MDS_GET_ROOT, &fmt_get_root, mds_get_root },
	{ OP_MDS_STATFS, &fmt_statfs, mds_statfs },
	{ OP_MDS_SYNC, &fmt_mds_sync, mds_sync },
	{ OP_MDS_SET_INFO, &fmt_set_info, mds_set_info },
	{ OP_MDS_GETATTR, &fmt_mds_getattr, mds_getattr },
	{ OP_MDS_GETATTR_NAME, &fmt_mds_getattr_name, mds_getattr_name },
	{ OP_MDS_GETXATTR, &fmt_mds_getxattr, mds_getxattr },
	{ OP_MDS_READPAGE, &fmt_mds_readpage, mds_readpage },
	{ OP_MDS_CLOSE, &fmt_mds_close, mds_close },
	{ OP_MDS_REINT, &fmt_reint, mds_reint },
	{ OP_LDLM_ENQUEUE, &fmt_enqueue, ldlm_enqueue_handler },
	{ OP_SHEEN_BATCH, &fmt_sheen_batch, ldlm_batch_handler },
	{ OP_LDLM_CANCEL, &fmt_lock_cancel, ldlm_cancel_handler },
	{ OP_SEQ_QUERY, &fmt_seq_query, mds_seq_query },
	{ OP_FLD_QUERY, &fmt_fld_query, mds_fld_query },
	{}
};

/** struct mds_args - what SETUP says, see kernel/uapi/sheen_netlink.h */
struct mds_args {
	const char *path;
	const char *fstype;
	const char *fsname;
	lnet_nid_t nids[MGC_MAX_NIDS];
	unsigned int nr_nids;
	struct mds_squash squash;
};

static int args_parse(struct mds_args *a, int argc, char **argv, char *why)
{
	int rc;

	memset(a, 0, sizeof(*a));
	if (argc < 6) {
		snprintf(why, OBD_WHY_SIZE,
			 "setup of an mds takes: device type f|n fsname index MGS-NIDs [UID:GID [NID...]]");
		return -EINVAL;
	}
	a->path = argv[0];
	a->fstype = argv[1];
	a->fsname = argv[3];
	/* Types that no back end knows are refused by osd_get(). */
	if (!strcmp(a->fstype, "xfs")) {
		snprintf(why, OBD_WHY_SIZE, "an MDT needs ext4, not %s", a->fstype);
		return -EINVAL;
	}
	if (strcmp(argv[4], "0")) {
		snprintf(why, OBD_WHY_SIZE, "MDT index %s: there is only one MDT, index 0",
			 argv[4]);
		return -EINVAL;
	}
	rc = mgc_nids_parse(argv[5], a->nids, &a->nr_nids, why);
	if (!rc && argc > 6)
		rc = mds_squash_parse(&a->squash, argc - 6, argv + 6, why, OBD_WHY_SIZE);
	return rc;
}

static struct mds *mds_alloc(struct obd_device *dev)
{
	struct mds *mds = kvzalloc(sizeof(*mds), GFP_KERNEL);

	if (!mds)
		return NULL;
	mds->dev = dev;
	mutex_init(&mds->rename_lock);
	spin_lock_init(&mds->open_lock);
	spin_lock_init(&mds->squash_lock);
	hash_init(mds->files);
	hash_init(mds->handles);
	return mds;
}

/* The storage is open: brings up what stands on it. */
static int mds_start(struct mds *mds, const struct mds_args *a, char *why)
{
	struct obd_device *dev = mds->dev;
	int rc;

	mds->osd = target_osd(dev);
	mds->squash = a->squash;
	rc = osd_root(mds->osd, &mds->root);
	if (rc)
		return rc;
	rc = mds_seq_start(mds);
	if (rc)
		goto out_root;
	rc = ldlm_namespace_server(dev, &mds_lock_ops, &dev->ns);
	if (rc)
		goto out_seq;
	rc = ost_pool_start(dev, a->fsname, a->nids, a->nr_nids, &mds->pool);
	if (rc)
		goto out_ns;
	mds->announcement = mgc_announcement(dev, a->fsname, a->nids, a->nr_nids);
	target_recovery_start(dev);
	return 0;
out_ns:
	ldlm_namespace_free(dev->ns, true);
	dev->ns = NULL;
out_seq:
	mds_seq_stop(mds);
out_root:
	osd_object_put(mds->root);
	if (!why[0])
		snprintf(why, OBD_WHY_SIZE, "%s: cannot start on %s: error %d", dev->name,
			 a->path, rc);
	return rc;
}

static int mds_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct mds_args *a = kmalloc(sizeof(*a), GFP_KERNEL);
	struct mds *mds = NULL;
	int rc;

	if (!a)
		return -ENOMEM;
	why[0] = '\0';
	rc = args_parse(a, argc, argv, why);
	if (!rc)
		rc = target_mode_parse(dev, argv[2], why);
	if (rc)
		goto out_args;
	rc = -ENOMEM;
	mds = mds_alloc(dev);
	if (!mds)
		goto out_args;
	dev->index = 0;
	rc = target_start(dev, a->path, a->fstype, OSD_MDT, why);
	if (rc)
		goto out_mds;
	dev->priv = mds;
	rc = mds_start(mds, a, why);
	if (!rc)
		goto out_args;
	dev->priv = NULL;
	target_stop(dev);
out_mds:
	kvfree(mds);
out_args:
	kfree(a);
	return rc;
}

static void mds_started(struct obd_device *dev)
{
	struct mds *mds = dev->priv;

	mgc_announce(mds->announcement);
}

static bool has_clients(struct obd_device *dev)
{
	return !xa_empty(&dev->exports);
}

static int mds_cleanup(struct obd_device *dev, u32 flags)
{
	struct mds *mds = dev->priv;

	if (has_clients(dev) && !(flags & (SHEEN_CLEANUP_FORCE | SHEEN_CLEANUP_FAILOVER)))
		return -EBUSY;
	mgc_announcement_free(mds->announcement);
	target_recovery_stop(dev);
	export_fail_all(dev, obd_cleanup_forgets(flags));
	/* What clients had removed and open goes with them; the pool hears when that is safe. */
	target_sync(dev);
	ost_pool_stop(mds->pool);
	ldlm_namespace_free(dev->ns, true);
	dev->ns = NULL;
	mds_seq_stop(mds);
	osd_object_put(mds->root);
	target_stop(dev);
	dev->priv = NULL;
	kvfree(mds);
	return 0;
}

/*
 * What clients had open they have opened again: the rest of the removed files goes, and objects
 * nobody has.
 */
static void mds_recovered(struct obd_device *dev)
{
	struct mds *mds = dev->priv;

	/* Changes that never were, by those who are lost or of requests that were refused. */
	if (target_lossy(dev))
		ldlm_server_recall(dev->ns);
	mds_orphans_destroy(mds);
	ost_pool_recovered(mds->pool);
}

static int mds_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
		  size_t size)
{
	if (!strcmp(op, "root_squash"))
		return mds_squash_op(dev->priv, argc, argv, text, size);
	return target_op(dev, op, argc, argv, text, size);
}

static void mds_disconnect(struct obd_export *exp, bool evicted)
{
	struct mds *mds = exp->dev->priv;

	ldlm_server_drop_export(exp);
	mds_handles_drop(mds, exp);
	if (evicted)
		target_client_forget(exp, false);
}

const struct obd_type mds_device_type = {
	.name = "mds",
	.owner = THIS_MODULE,
	.kind = TARGET_MDT,
	.setup = mds_setup,
	.started = mds_started,
	.cleanup = mds_cleanup,
	.connect = mds_connect,
	.disconnect = mds_disconnect,
	.recovered = mds_recovered,
	.op = mds_op,
	.handlers = mds_handlers,
};

/* ================================ mdt ================================ */

/*
 * Requests that end others' waits (close, readdir, plain getattr), and those that clients need in
 * the middle of an operation (sequences), have portals and threads of their own: they must not
 * queue behind those that wait.
 */
static const struct rpc_service_desc mdt_services[] = {
	{ .name = "mdt", .portals = { PORTAL_MDS_REQUEST }, .threads_min = 4, .threads_max = 64 },
	{ .name = "mdt_rdpg", .portals = { PORTAL_MDS_READPAGE }, .threads_min = 2,
	  .threads_max = 16 },
	{ .name = "mdt_seq", .portals = { PORTAL_SEQ_METADATA }, .threads_min = 1,
	  .threads_max = 2 },
	{ .name = "mdt_fld", .portals = { PORTAL_FLD_REQUEST }, .threads_min = 1,
	  .threads_max = 2 },
};

/** struct mdt - private data of an "mdt" device; entries of @services are NULL when not started */
struct mdt {
	struct rpc_service *services[ARRAY_SIZE(mdt_services)];
};

static void mdt_stop(struct mdt *mdt)
{
	unsigned int i;

	for (i = ARRAY_SIZE(mdt_services); i-- > 0;)
		if (mdt->services[i])
			rpc_service_stop(mdt->services[i]);
	kfree(mdt);
}

static int mdt_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct mdt *mdt = kzalloc(sizeof(*mdt), GFP_KERNEL);
	unsigned int i;
	int rc;

	if (!mdt)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(mdt_services); i++) {
		rc = rpc_service_start(&mdt_services[i], &mdt->services[i]);
		if (rc) {
			mdt->services[i] = NULL;
			snprintf(why, OBD_WHY_SIZE, "service %s does not start: error %d",
				 mdt_services[i].name, rc);
			mdt_stop(mdt);
			return rc;
		}
	}
	dev->priv = mdt;
	return 0;
}

static int mdt_cleanup(struct obd_device *dev, u32 flags)
{
	mdt_stop(dev->priv);
	dev->priv = NULL;
	return 0;
}

const struct obd_type mdt_device_type = {
	.name = "mdt",
	.owner = THIS_MODULE,
	.setup = mdt_setup,
	.cleanup = mdt_cleanup,
};
