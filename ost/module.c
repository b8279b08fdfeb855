// SPDX-License-Identifier: GPL-2.0
/* ost.ko: the device types of an object storage server. */
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "kernel/uapi/sheen_netlink.h"
#include "obd/class/negotiate.h"
#include "obd/class/recovery.h"
#include "ost/ost.h"
#include "ost/ost_internal.h"

/* ---- obdfilter: a target ---- */

static const struct ldlm_server_ops ost_lock_ops = {
	.lvb_fill = ost_lvb_fill,
};

static int obdfilter_connect(struct obd_export *exp, struct wire_connect *data)
{
	struct osd_statfs st;
	int rc = obd_negotiate(data, TARGET_OST);

	if (!rc)
		rc = osd_statfs(target_osd(exp->dev), &st);
	if (!rc)
		rc = target_connect(exp, data);
	if (rc)
		return rc;
	ldlm_prolong_client(exp);
	if (le64_to_cpu(data->flags) & CONN_GRANT)
		data->grant = cpu_to_le32(grant_connect(exp, le32_to_cpu(data->grant)));
	if (le64_to_cpu(data->flags) & CONN_MAXBYTES)
		data->maxbytes = cpu_to_le64(st.maxbytes);
	if (le64_to_cpu(data->flags) & CONN_INDEX)
		data->index = cpu_to_le32(exp->dev->index);
	return 0;
}

static void obdfilter_disconnect(struct obd_export *exp, bool evicted)
{
	ost_stores_wait(exp);
	ldlm_server_drop_export(exp);
	grant_disconnect(exp);
	if (evicted)
		target_client_forget(exp, false);
}

static const struct obd_handler obdfilter_handlers[] = {
	{ OP_OST_CONNECT, &fmt_connect, obd_connect_handler },
	{ OP_OST_DISCONNECT, &fmt_ping, obd_disconnect_handler },
	{ OP_OBD_PING, &fmt_ping, obd_ping_handler },
	{ OP_OST_GETATTR, &fmt_ost_body, ost_getattr },
	{ OP_OST_SETATTR, &fmt_ost_body, ost_setattr },
	{ OP_OST_READ, &fmt_ost_read, ost_read },
	{ OP_OST_WRITE, &fmt_ost_write, ost_write },
	{ OP_OST_CREATE, &fmt_ost_body, ost_create },
	{ OP_OST_DESTROY, &fmt_ost_body, ost_destroy },
	{ OP_OST_PUNCH, &fmt_ost_body, ost_punch },
	{ OP_OST_FALLOCATE, &fmt_ost_body, ost_fallocate },
	{ OP_OST_SEEK, &fmt_ost_body, ost_seek },
	{ OP_OST_GET_INFO, &fmt_ost_fiemap, ost_get_info },
	{ OP_OST_STATFS, &fmt_statfs, ost_statfs },
	{ OP_OST_SYNC, &fmt_ost_body, ost_sync },
	{ OP_LDLM_ENQUEUE, &fmt_enqueue, ldlm_enqueue_handler },
	{ OP_SHEEN_BATCH, &fmt_sheen_batch, ldlm_batch_handler },
	{ OP_LDLM_CANCEL, &fmt_lock_cancel, ldlm_cancel_handler },
	{ }
};

static int obdfilter_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	lnet_nid_t mgs[MGC_MAX_NIDS];
	unsigned int nr_mgs = 0;
	struct ost_target *ost;
	int rc;

	if (argc < 5 || argc > 6 || kstrtou32(argv[4], 10, &dev->index)) {
		snprintf(why, OBD_WHY_SIZE,
			 "setup of obdfilter takes: DEVICE FSTYPE f|n FSNAME INDEX [MGS-NIDs]");
		return -EINVAL;
	}
	rc = target_mode_parse(dev, argv[2], why);
	if (!rc && argc > 5)
		rc = mgc_nids_parse(argv[5], mgs, &nr_mgs, why);
	if (rc)
		return rc;
	ost = kzalloc(sizeof(*ost), GFP_KERNEL);
	if (!ost)
		return -ENOMEM;
	mutex_init(&ost->create_lock);
	mutex_init(&ost->grant_lock);
	init_waitqueue_head(&ost->stored);
	dev->priv = ost;
	rc = target_start(dev, argv[0], argv[1], OSD_OST, why);
	if (rc)
		goto out_free;
	rc = ldlm_namespace_server(dev, &ost_lock_ops, &dev->ns);
	if (rc)
		goto out_target;
	if (nr_mgs)
		ost->announcement = mgc_announcement(dev, argv[3], mgs, nr_mgs);
	target_recovery_start(dev);
	return 0;
out_target:
	target_stop(dev);
out_free:
	dev->priv = NULL;
	kfree(ost);
	return rc;
}

static void obdfilter_started(struct obd_device *dev)
{
	mgc_announce(ost_of(dev)->announcement);
}

static int obdfilter_cleanup(struct obd_device *dev, u32 flags)
{
	mgc_announcement_free(ost_of(dev)->announcement);
	target_recovery_stop(dev);
	export_fail_all(dev, obd_cleanup_forgets(flags));
	ldlm_namespace_free(dev->ns, true);
	dev->ns = NULL;
	target_stop(dev);
	kfree(dev->priv);
	dev->priv = NULL;
	return 0;
}

static int obdfilter_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
			size_t size)
{
	return target_op(dev, op, argc, argv, text, size);
}

static struct obd_type obdfilter_type = {
	.name = "obdfilter",
	.owner = THIS_MODULE,
	.kind = TARGET_OST,
	.setup = obdfilter_setup,
	.started = obdfilter_started,
	.cleanup = obdfilter_cleanup,
	.connect = obdfilter_connect,
	.disconnect = obdfilter_disconnect,
	.op = obdfilter_op,
	.handlers = obdfilter_handlers,
};

/* ---- ost: the threads of the node ---- */

/**
 * struct ost_services - a service per kind of work, so that a flood of one does not hold up the
 * others:
 * objects must be created while all I/O threads wait for the network
 */
struct ost_services {
	struct rpc_service *request;
	struct rpc_service *io;
	struct rpc_service *create;
};

static const struct rpc_service_desc ost_request_desc = {
	.name = "ll_ost",
	.portals = { PORTAL_OST_REQUEST },
	.threads_min = 2,
	.threads_max = OST_THREADS_MAX,
};

static const struct rpc_service_desc ost_io_desc = {
	.name = "ll_ost_io",
	.portals = { PORTAL_OST_IO },
	.threads_min = 2,
	.threads_max = OST_THREADS_MAX,
};

static const struct rpc_service_desc ost_create_desc = {
	.name = "ll_ost_create",
	.portals = { PORTAL_OST_CREATE },
	.threads_min = 1,
	.threads_max = 4,
};

static int ost_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct ost_services *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int rc;

	if (!s)
		return -ENOMEM;
	rc = rpc_service_start(&ost_request_desc, &s->request);
	if (rc)
		goto out_free;
	rc = rpc_service_start(&ost_io_desc, &s->io);
	if (rc)
		goto out_request;
	rc = rpc_service_start(&ost_create_desc, &s->create);
	if (rc)
		goto out_io;
	dev->priv = s;
	return 0;
out_io:
	rpc_service_stop(s->io);
out_request:
	rpc_service_stop(s->request);
out_free:
	kfree(s);
	snprintf(why, OBD_WHY_SIZE, "cannot start the service threads: is the network up?");
	return rc;
}

static int ost_cleanup(struct obd_device *dev, u32 flags)
{
	struct ost_services *s = dev->priv;

	rpc_service_stop(s->create);
	rpc_service_stop(s->io);
	rpc_service_stop(s->request);
	kfree(s);
	dev->priv = NULL;
	return 0;
}

static struct obd_type ost_type = {
	.name = "ost",
	.owner = THIS_MODULE,
	.setup = ost_setup,
	.cleanup = ost_cleanup,
};

int ost_init(void)
{
	int rc = obd_type_register(&obdfilter_type);

	if (rc)
		return rc;
	rc = obd_type_register(&ost_type);
	if (rc)
		obd_type_unregister(&obdfilter_type);
	return rc;
}

void ost_exit(void)
{
	obd_type_unregister(&ost_type);
	obd_type_unregister(&obdfilter_type);
}

#ifdef __KERNEL__
module_init(ost_init);
module_exit(ost_exit);

MODULE_DESCRIPTION("Sheen object storage server");
MODULE_LICENSE("GPL");
#endif
