// SPDX-License-Identifier: GPL-2.0
/* A target tells the MGS that it is up. Nobody waits for that: clients would find it anyhow. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/class/negotiate.h"
#include "obd/class/target.h"
#include "obd/mgc/internal.h"

/**
 * struct mgc_announcement
 * @nids, @nr: of the MGS
 * @lock: guards @mgc: the connection, while there is one
 */
struct mgc_announcement {
	const struct obd_device *target;
	struct wire_target_info info;
	lnet_nid_t nids[MGC_MAX_NIDS];
	unsigned int nr;
	struct work_struct work;
	struct mutex lock;
	struct mgc *mgc;
};

static void info_fill(struct wire_target_info *info, struct obd_device *target, const char *fsname)
{
	bool is_mdt = target->type->kind == TARGET_MDT;
	lnet_nid_t nid;
	unsigned int i;

	info->version = cpu_to_le32(OBD_VERSION);
	info->index = cpu_to_le32(target->index);
	info->flags = cpu_to_le32(is_mdt ? TARGET_TYPE_MDT : TARGET_TYPE_OST);
	info->instance = cpu_to_le32(osd_mount_count(target_osd(target)));
	strscpy(info->fsname, fsname, sizeof(info->fsname));
	snprintf(info->name, sizeof(info->name), "%.48s-%s%04x", fsname, is_mdt ? "MDT" : "OST",
		 target->index);
	strscpy(info->uuid, target->uuid, sizeof(info->uuid));
	for (i = 0; i < WIRE_TARGET_NIDS && !lnet_local_nid(i, &nid); i++)
		info->nids[i] = cpu_to_le64(nid);
	info->nid_count = cpu_to_le32(i);
}

static int tell(struct mgc_announcement *a)
{
	struct rpc_request *req = rpc_new(a->mgc->imp, &fmt_mgs_target_reg, OP_MGS_TARGET_REG);
	int rc;

	if (!req)
		return -ENOMEM;
	rc = rpc_pack(req);
	if (!rc) {
		memcpy(rpc_req_buf(req, WF_TARGET_INFO), &a->info, sizeof(a->info));
		rc = rpc_call(req);
	}
	rpc_put(req);
	return rc;
}

/* The import tries on by itself, until the target stops. */
static void announce_work(struct work_struct *work)
{
	struct mgc_announcement *a = container_of(work, struct mgc_announcement, work);
	struct mgc *mgc = a->mgc;
	int rc;

	do {
		rc = rpc_import_wait(mgc->imp, obd_timeout());
	} while (rc == -ETIMEDOUT || rc == -EBUSY);
	if (!rc)
		rc = tell(a);
	if (rc)
		pr_info("%s: the MGS does not tell clients that it is up: error %d\n",
			a->target->name, rc);
	mutex_lock(&a->lock);
	a->mgc = NULL;
	mutex_unlock(&a->lock);
	mgc_close(mgc);
}

struct mgc_announcement *mgc_announcement(struct obd_device *target, const char *fsname,
					  const lnet_nid_t *mgs, unsigned int nr)
{
	struct mgc_announcement *a = kzalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return NULL;
	a->target = target;
	info_fill(&a->info, target, fsname);
	a->nr = min_t(unsigned int, nr, MGC_MAX_NIDS);
	memcpy(a->nids, mgs, a->nr * sizeof(*mgs));
	mutex_init(&a->lock);
	INIT_WORK(&a->work, announce_work);
	return a;
}
EXPORT_SYMBOL_GPL(mgc_announcement);

void mgc_announce(struct mgc_announcement *a)
{
	char name[OBD_NAME_SIZE], uuid[WIRE_UUID_SIZE];

	if (!a)
		return;
	/* An MDT has another connection with the MGS, for its configuration. */
	snprintf(name, sizeof(name), "%.59s-mgc", a->target->name);
	snprintf(uuid, sizeof(uuid), "%.36s-up", a->target->uuid);
	if (!mgc_start(name, a->nids, a->nr, uuid, &a->mgc))
		queue_work(system_unbound_wq, &a->work);
}
EXPORT_SYMBOL_GPL(mgc_announce);

void mgc_announcement_free(struct mgc_announcement *a)
{
	if (!a)
		return;
	mutex_lock(&a->lock);
	if (a->mgc)
		rpc_import_set_active(a->mgc->imp, false);
	mutex_unlock(&a->lock);
	flush_work(&a->work);
	kfree(a);
}
EXPORT_SYMBOL_GPL(mgc_announcement_free);
