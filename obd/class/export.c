// SPDX-License-Identifier: GPL-2.0
/* Exports: the clients of a server device, found by the handle that their requests carry. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "obd/class/class.h"
#include "obd/class/internal.h"
#include "obd/class/recovery.h"
#include "obd/rpc/rpc.h"

/*
 * A cookie is an index into the node's table below random bits, so that a guess or a leftover does
 * not hit.
 */
#define COOKIE_INDEX_BITS	24
#define COOKIE_INDEX_MAX	((1u << COOKIE_INDEX_BITS) - 1)

struct obd_export *export_get(struct obd_export *exp)
{
	refcount_inc(&exp->refs);
	return exp;
}
EXPORT_SYMBOL_GPL(export_get);

void export_put(struct obd_export *exp)
{
	if (!refcount_dec_and_test(&exp->refs))
		return;
	obd_count(OBD_COUNT_EXPORTS, -1);
	if (atomic_dec_and_test(&exp->dev->nr_exports))
		wake_up_all(&exp->dev->exports_gone);
	obd_put(exp->dev);
	kfree(exp);
}
EXPORT_SYMBOL_GPL(export_put);

struct obd_export *export_find(u64 cookie)
{
	struct xarray *index = obd_export_index();
	struct obd_export *exp;

	xa_lock(index);
	exp = xa_load(index, cookie & COOKIE_INDEX_MAX);
	if (exp && (exp->cookie != cookie || !refcount_inc_not_zero(&exp->refs)))
		exp = NULL;
	xa_unlock(index);
	return exp;
}
EXPORT_SYMBOL_GPL(export_find);

struct obd_export *export_find_client(struct obd_device *dev, const char *uuid)
{
	struct obd_export *exp, *found = NULL;
	unsigned long i;

	xa_lock(&dev->exports);
	xa_for_each(&dev->exports, i, exp) {
		if (!exp->failed && !strcmp(exp->client_uuid, uuid)) {
			found = export_get(exp);
			break;
		}
	}
	xa_unlock(&dev->exports);
	return found;
}
EXPORT_SYMBOL_GPL(export_find_client);

static struct obd_export *export_alloc(struct obd_device *dev, const char *client_uuid,
				       lnet_nid_t nid)
{
	struct obd_export *exp = kzalloc(sizeof(*exp), GFP_KERNEL);

	if (!exp)
		return NULL;
	refcount_set(&exp->refs, 1);
	exp->dev = dev;
	strscpy(exp->client_uuid, client_uuid, sizeof(exp->client_uuid));
	exp->nid = nid;
	spin_lock_init(&exp->lock);
	INIT_LIST_HEAD(&exp->locks);
	INIT_LIST_HEAD(&exp->requests);
	exp->slot = -1;
	exp->last_heard = ktime_get();
	return exp;
}

struct obd_export *export_next(struct obd_device *dev, unsigned long *i)
{
	struct obd_export *exp;

	xa_lock(&dev->exports);
	exp = xa_find(&dev->exports, i, ULONG_MAX, XA_PRESENT);
	if (exp)
		export_get(exp);
	xa_unlock(&dev->exports);
	return exp;
}
EXPORT_SYMBOL_GPL(export_next);

int export_create(struct obd_device *dev, const char *client_uuid, lnet_nid_t nid,
		  struct obd_export **expp)
{
	struct obd_export *exp = export_alloc(dev, client_uuid, nid);
	u32 id, slot;
	int rc;

	if (!exp)
		return -ENOMEM;
	rc = rpc_reverse_import(exp, &exp->imp_rev);
	if (rc)
		goto out_free;
	/*
	 * The node's table holds the first reference, the device's list the second, the caller the
	 * third.
	 */
	refcount_set(&exp->refs, 3);
	rc = xa_alloc(&dev->exports, &slot, exp, xa_limit_31b, GFP_KERNEL);
	if (rc)
		goto out_import;
	exp->dev_slot = slot;
	rc = xa_alloc(obd_export_index(), &id, NULL, XA_LIMIT(1, COOKIE_INDEX_MAX), GFP_KERNEL);
	if (rc)
		goto out_device;
	exp->cookie = ((u64)get_random_u32() << 32 | (u64)(get_random_u32() & 0xff) <<
		       COOKIE_INDEX_BITS) | id;
	refcount_inc(&dev->refs);
	atomic_inc(&dev->nr_exports);
	obd_count(OBD_COUNT_EXPORTS, 1);
	xa_store(obd_export_index(), id, exp, GFP_KERNEL);
	*expp = exp;
	return 0;
out_device:
	xa_erase(&dev->exports, slot);
out_import:
	rpc_import_close(exp->imp_rev, true);
out_free:
	kfree(exp);
	return rc;
}
EXPORT_SYMBOL_GPL(export_create);

void export_fail(struct obd_export *exp, bool evicted)
{
	struct obd_device *dev = exp->dev;
	bool first;

	spin_lock(&exp->lock);
	first = !exp->failed;
	exp->failed = true;
	spin_unlock(&exp->lock);
	if (!first)
		return;

	xa_erase(obd_export_index(), exp->cookie & COOKIE_INDEX_MAX);
	if (dev->target)
		target_recovery_leave(exp);
	if (dev->type->disconnect)
		dev->type->disconnect(exp, evicted);
	rpc_import_close(exp->imp_rev, true);
	exp->imp_rev = NULL;
	xa_erase(&dev->exports, exp->dev_slot);
	wake_up_all(&dev->exports_gone);
	export_put(exp);
	export_put(exp);
}
EXPORT_SYMBOL_GPL(export_fail);

void export_fail_all(struct obd_device *dev, bool evicted)
{
	struct obd_export *exp;
	unsigned long i = 0;

	for (; (exp = export_next(dev, &i)); i++) {
		export_fail(exp, evicted);
		/* Another thread may be at it: what it does needs the device. */
		wait_event(dev->exports_gone, xa_load(&dev->exports, i) != exp);
		export_put(exp);
	}
	/* Handlers that are still running keep their export; they are bounded in time. */
	while (!wait_event_timeout(dev->exports_gone, !atomic_read(&dev->nr_exports), 30 * HZ))
		pr_warn("%s: waits for requests that are still being handled\n", dev->name);
}
EXPORT_SYMBOL_GPL(export_fail_all);
