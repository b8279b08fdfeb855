// SPDX-License-Identifier: GPL-2.0
/* Client devices of the targets that a configuration names, made by whoever follows it. */
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "kernel/uapi/sheen_netlink.h"
#include "obd/class/class.h"
#include "obd/class/negotiate.h"
#include "obd/mgc/mgc.h"
#include "obd/rpc/rpc.h"

int mgc_nids_parse(const char *list, lnet_nid_t *nids, unsigned int *nr, char *why)
{
	char nid[LNET_NIDSTR_SIZE];
	size_t len;

	for (*nr = 0; *list; ++*nr) {
		len = strcspn(list, ",");
		if (*nr == MGC_MAX_NIDS || len >= sizeof(nid)) {
			snprintf(why, OBD_WHY_SIZE, "too many or too long NIDs of the MGS");
			return -EINVAL;
		}
		memcpy(nid, list, len);
		nid[len] = '\0';
		if (lnet_nid_parse(nid, &nids[*nr])) {
			snprintf(why, OBD_WHY_SIZE, "'%s' is not a NID of the MGS", nid);
			return -EINVAL;
		}
		list += len + (list[len] == ',');
	}
	if (*nr)
		return 0;
	snprintf(why, OBD_WHY_SIZE, "the NIDs of the MGS are missing");
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(mgc_nids_parse);

int mgc_device_start(const char *type, const char *name, const char *uuid,
		     const struct mgc_target *tgt, void *priv, struct obd_device **devp)
{
	char why[OBD_WHY_SIZE] = "";
	struct obd_device *dev;
	int rc = obd_attach(type, name, uuid, why);

	if (rc)
		goto out;
	dev = obd_find(name);
	dev->priv = priv;
	dev->index = tgt->index;
	strscpy(dev->target_uuid, tgt->uuid, sizeof(dev->target_uuid));
	rc = obd_setup(name, 0, NULL, why);
	if (rc)
		goto out_detach;
	*devp = dev;
	return 0;
out_detach:
	obd_detach(name, why);
	obd_put(dev);
out:
	pr_err("%s: cannot make a %s device for %s: %s (error %d)\n", name, type, tgt->uuid, why,
	       rc);
	return rc;
}
EXPORT_SYMBOL_GPL(mgc_device_start);

void mgc_device_stop(struct obd_device *dev, bool force)
{
	char name[OBD_NAME_SIZE], why[OBD_WHY_SIZE];

	strscpy(name, dev->name, sizeof(name));
	obd_cleanup(name, force ? SHEEN_CLEANUP_FORCE : 0, why);
	obd_detach(name, why);
	obd_put(dev);
}
EXPORT_SYMBOL_GPL(mgc_device_stop);

void mgc_target_ask(const struct mgc_target *tgt, struct wire_connect *ask)
{
	obd_ask(ask, tgt->is_mdt ? TARGET_MDT : TARGET_OST);
}
EXPORT_SYMBOL_GPL(mgc_target_ask);

int mgc_target_connect(struct obd_device *dev, const struct mgc_target *tgt,
		       const struct wire_connect *ask,
		       void (*event)(struct obd_device *dev, enum rpc_import_event ev),
		       struct rpc_import **imp)
{
	struct rpc_import_desc desc = {
		.dev = dev,
		.target_uuid = tgt->uuid,
		.client_uuid = dev->uuid,
		.connect_opc = tgt->is_mdt ? OP_MDS_CONNECT : OP_OST_CONNECT,
		.request_portal = tgt->is_mdt ? PORTAL_MDS_REQUEST : PORTAL_OST_REQUEST,
		.reply_portal = tgt->is_mdt ? PORTAL_MDC_REPLY : PORTAL_OSC_REPLY,
		.ask = *ask,
		.vendor = obd_vendor(tgt->is_mdt ? TARGET_MDT : TARGET_OST),
		.nids = tgt->nids,
		.nr_nids = tgt->nr_nids,
		.failout = true,
		.event = event,
	};
	int rc = rpc_import_create(&desc, imp);

	return rc ?: rpc_import_connect(*imp);
}
EXPORT_SYMBOL_GPL(mgc_target_connect);
