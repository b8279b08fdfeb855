// SPDX-License-Identifier: GPL-2.0
/* Device type "mgc": connects to the MGS and follows logs under their locks. */
#include <linux/module.h>
#include <linux/slab.h>

#include "kernel/uapi/sheen_netlink.h"
#include "obd/class/negotiate.h"
#include "obd/mgc/internal.h"

#define RETRY_DELAY	(5 * HZ)	/* until a log that could not be read is tried again */

/* ---- following ---- */

/* Takes the log's lock, then reads: whatever changes after the lock was granted calls it back. */
static int follow_read(struct mgc_follow *f)
{
	const struct ldlm_enqueue what = {
		.type = LDLM_PLAIN,
		.mode = LCK_CR,
		.res = f->res,
		.data = f,
	};
	struct ldlm_lock *lock;
	int rc;

	mutex_lock(&f->reading);
	rc = ldlm_enqueue_call(f->mgc->dev->ns, f->mgc->imp, &what, &lock);
	if (!rc) {
		rc = f->read(f);
		ldlm_decref(lock, LCK_CR);
	}
	mutex_unlock(&f->reading);
	return rc;
}

static void follow_work(struct work_struct *work)
{
	struct mgc_follow *f = container_of(to_delayed_work(work), struct mgc_follow, work);
	int rc;

	if (READ_ONCE(f->mgc->closing))
		return;
	rc = follow_read(f);
	if (!rc || READ_ONCE(f->mgc->closing))
		return;
	pr_warn("%s: cannot read the changed configuration %s (error %d), trying again\n",
		f->mgc->dev->name, f->name, rc);
	schedule_delayed_work(&f->work, RETRY_DELAY);
}

/* The lock is taken away: the log has changed, or we were evicted. */
static void mgc_lock_cancel(struct ldlm_lock *lock, bool discard)
{
	struct mgc_follow *f = lock->data;

	if (f && !READ_ONCE(f->mgc->closing))
		schedule_delayed_work(&f->work, 0);
}

static const struct ldlm_client_ops mgc_lock_ops = {
	.cancel = mgc_lock_cancel,
};

/* The lock of a log is named by the file system, "sheen-client" -> "sheen", and by its type. */
static void log_res(const char *name, u32 type, struct ldlm_res_id *res)
{
	char fsname[8] = {};
	size_t len = strcspn(name, "-");
	__le64 word;

	/* The last dash ends the name; a file system name may contain others. */
	if (strrchr(name, '-'))
		len = strrchr(name, '-') - name;
	memset(res, 0, sizeof(*res));
	memcpy(fsname, name, min(len, sizeof(fsname)));
	memcpy(&word, fsname, sizeof(word));
	res->name[0] = le64_to_cpu(word);
	res->name[1] = type;
}

static void follow_free(struct mgc_follow *f)
{
	mgc_targets_free(f->targets);
	kfree(f);
}

/* @what: name, type and the functions; its targets are taken over */
static int follow_start(struct mgc *mgc, const struct mgc_follow *what)
{
	struct mgc_follow *f = kmemdup(what, sizeof(*f), GFP_KERNEL);
	int rc;

	if (!f) {
		mgc_targets_free(what->targets);
		return -ENOMEM;
	}
	f->mgc = mgc;
	log_res(f->name, f->type, &f->res);
	mutex_init(&f->reading);
	INIT_DELAYED_WORK(&f->work, follow_work);
	f->next = 1;
	mutex_lock(&mgc->lock);
	list_add_tail(&f->link, &mgc->follows);
	mutex_unlock(&mgc->lock);
	rc = follow_read(f);
	if (!rc)
		return 0;
	mutex_lock(&mgc->lock);
	list_del(&f->link);
	mutex_unlock(&mgc->lock);
	ldlm_resource_set_data(mgc->dev->ns, &f->res, NULL);
	cancel_delayed_work_sync(&f->work);
	follow_free(f);
	return rc;
}

int mgc_follow(struct mgc *mgc, const char *name, mgc_command_fn fn, void *data)
{
	struct mgc_follow what = { .read = mgc_log_read, .fn = fn, .data = data };

	strscpy(what.name, name, sizeof(what.name));
	return follow_start(mgc, &what);
}
EXPORT_SYMBOL_GPL(mgc_follow);

/* Without it targets that come back are found all the same, only later. */
static void ups_follow(struct mgc *mgc, const char *fsname, struct mgc_targets *known)
{
	struct mgc_follow what = {
		.type = CONFIG_TYPE_RECOVER, .read = mgc_ups_read, .known = known
	};
	int rc;

	if (!(rpc_import_flags(mgc->imp) & CONN_IMP_RECOV))
		return;
	snprintf(what.name, sizeof(what.name), "%s-cliir", fsname);
	rc = follow_start(mgc, &what);
	if (rc)
		pr_warn("%s: will not be told when targets of %s come back (error %d)\n",
			mgc->dev->name, fsname, rc);
}

int mgc_follow_targets(struct mgc *mgc, const char *fsname, const struct mgc_targets_ops *ops,
		       void *data)
{
	struct mgc_targets *t = mgc_targets_new(ops, data);
	struct mgc_follow what = {
		.read = mgc_log_read, .fn = mgc_targets_command, .data = t, .targets = t
	};
	int rc;

	if (!t)
		return -ENOMEM;
	snprintf(what.name, sizeof(what.name), "%s-client", fsname);
	rc = follow_start(mgc, &what);
	if (!rc)
		ups_follow(mgc, fsname, t);
	return rc;
}
EXPORT_SYMBOL_GPL(mgc_follow_targets);

/* ---- the device ---- */

static void mgc_event(struct obd_device *dev, enum rpc_import_event ev)
{
	if (ev == IMP_EVENT_EVICTED)
		ldlm_client_evicted(dev->ns);
}

static int mgc_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct rpc_import_desc desc = {
		.dev = dev,
		.target_uuid = "MGS",
		.client_uuid = dev->uuid,
		.connect_opc = OP_MGS_CONNECT,
		.request_portal = PORTAL_MGS_REQUEST,
		.reply_portal = PORTAL_MGC_REPLY,
		.event = mgc_event,
	};
	lnet_nid_t nids[MGC_MAX_NIDS];
	struct mgc *mgc;
	int i, rc;

	for (i = 0; i < argc && i < MGC_MAX_NIDS; i++) {
		if (lnet_nid_parse(argv[i], &nids[i])) {
			snprintf(why, OBD_WHY_SIZE, "'%s' is no NID like 10.0.0.1@tcp", argv[i]);
			return -EINVAL;
		}
	}
	mgc = kzalloc(sizeof(*mgc), GFP_KERNEL);
	if (!mgc)
		return -ENOMEM;
	mgc->dev = dev;
	mutex_init(&mgc->lock);
	INIT_LIST_HEAD(&mgc->follows);
	dev->priv = mgc;
	strscpy(dev->target_uuid, desc.target_uuid, sizeof(dev->target_uuid));
	rc = ldlm_namespace_client(dev, &mgc_lock_ops, &dev->ns);
	if (rc)
		goto out_free;
	obd_ask(&desc.ask, TARGET_MGS);
	desc.nids = nids;
	desc.nr_nids = i;
	rc = rpc_import_create(&desc, &mgc->imp);
	if (rc)
		goto out_ns;
	return 0;
out_ns:
	ldlm_namespace_free(dev->ns, true);
	dev->ns = NULL;
out_free:
	dev->priv = NULL;
	kfree(mgc);
	return rc;
}

static int mgc_cleanup(struct obd_device *dev, u32 flags)
{
	bool force = flags & SHEEN_CLEANUP_FORCE;
	struct mgc *mgc = dev->priv;
	struct mgc_follow *f, *next;

	mutex_lock(&mgc->lock);
	WRITE_ONCE(mgc->closing, true);
	mutex_unlock(&mgc->lock);
	/* A reading that waits for an MGS which is away must not hold us up. */
	if (rpc_import_state(mgc->imp) != IMP_FULL) {
		force = true;
		rpc_import_set_active(mgc->imp, false);
	}
	list_for_each_entry(f, &mgc->follows, link) {
		ldlm_resource_set_data(dev->ns, &f->res, NULL);
		cancel_delayed_work_sync(&f->work);
	}
	rpc_import_leave(mgc->imp);
	ldlm_namespace_free(dev->ns, force);
	dev->ns = NULL;
	rpc_import_close(mgc->imp, force);
	list_for_each_entry_safe(f, next, &mgc->follows, link)
		follow_free(f);
	kfree(mgc);
	dev->priv = NULL;
	return 0;
}

static struct obd_type mgc_type = {
	.name = "mgc",
	.owner = THIS_MODULE,
	.rank = OBD_RANK_MGC,
	.setup = mgc_setup,
	.cleanup = mgc_cleanup,
};

int mgc_start(const char *name, const lnet_nid_t *nids, unsigned int nr, const char *uuid,
	      struct mgc **mgcp)
{
	char text[MGC_MAX_NIDS][LNET_NIDSTR_SIZE], why[OBD_WHY_SIZE] = "";
	char *argv[MGC_MAX_NIDS];
	struct mgc *mgc;
	unsigned int i;
	int rc;

	if (!nr)
		return -EINVAL;
	nr = min_t(unsigned int, nr, MGC_MAX_NIDS);
	for (i = 0; i < nr; i++)
		argv[i] = lnet_nid_str(nids[i], text[i]);
	rc = obd_attach("mgc", name, uuid, why);
	if (rc)
		goto out;
	rc = obd_setup(name, nr, argv, why);
	if (rc)
		goto out_detach;
	mgc = obd_find(name)->priv;
	rc = rpc_import_connect(mgc->imp);
	if (rc)
		mgc_close(mgc);
	else
		*mgcp = mgc;
	return rc;
out_detach:
	obd_detach(name, why);
out:
	pr_err("%s: %s (error %d)\n", name, why, rc);
	return rc;
}

int mgc_open(const lnet_nid_t *nids, unsigned int nr, const char *uuid, struct mgc **mgcp)
{
	char name[OBD_NAME_SIZE], text[LNET_NIDSTR_SIZE];
	struct mgc *mgc;
	int rc;

	snprintf(name, sizeof(name), "MGC%s-%.8s", nr ? lnet_nid_str(nids[0], text) : "", uuid);
	rc = mgc_start(name, nids, nr, uuid, &mgc);
	if (rc)
		return rc;
	rc = rpc_import_wait(mgc->imp, obd_timeout());
	if (!rc) {
		*mgcp = mgc;
		return 0;
	}
	pr_err("%s: the MGS does not answer: is it running there? (error %d)\n", name, rc);
	mgc_close(mgc);
	return rc;
}
EXPORT_SYMBOL_GPL(mgc_open);

void mgc_close(struct mgc *mgc)
{
	struct obd_device *dev = mgc->dev;
	char name[OBD_NAME_SIZE], why[OBD_WHY_SIZE];

	strscpy(name, dev->name, sizeof(name));
	obd_put(dev);
	obd_cleanup(name, 0, why);
	obd_detach(name, why);
}
EXPORT_SYMBOL_GPL(mgc_close);

int mgc_init(void)
{
	return obd_type_register(&mgc_type);
}

void mgc_exit(void)
{
	obd_type_unregister(&mgc_type);
}
