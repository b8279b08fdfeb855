// SPDX-License-Identifier: GPL-2.0
/* Types and devices: the table of a node, and the four verbs attach, setup, cleanup, detach. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "kernel/node.h"
#include "kernel/uapi/sheen_netlink.h"
#include "obd/class/class.h"
#include "obd/class/internal.h"

#define MAX_TYPES	16

/**
 * struct obd_table - devices of a node
 * @lock: guards @types, @devices, @next_minor and every device's state; held for lookups and state
 *   changes only
 * @types: NULL: free. Nodes of a simulation share the types themselves.
 */
struct obd_table {
	struct mutex lock;
	const struct obd_type *types[MAX_TYPES];
	struct list_head devices;	/* in order of minor */
	u32 next_minor;
	u32 timeout;			/* seconds */
	atomic64_t cookie;
	atomic64_t counts[OBD_COUNT_NR];
	struct xarray exports;		/* low bits of the cookie -> struct obd_export; own lock */
};

static DEFINE_NODE_VAR(struct obd_table, obd_table);

static const char *const count_names[OBD_COUNT_NR] = {
	[OBD_COUNT_REQUESTS] = "requests",
	[OBD_COUNT_SRV_REQUESTS] = "requests of clients",
	[OBD_COUNT_IMPORTS] = "imports",
	[OBD_COUNT_EXPORTS] = "exports",
	[OBD_COUNT_LOCKS] = "locks",
	[OBD_COUNT_RESOURCES] = "lock resources",
	[OBD_COUNT_OBJECTS] = "objects",
};

void obd_count(enum obd_count what, int by)
{
	atomic64_add(by, &node_var(obd_table)->counts[what]);
}
EXPORT_SYMBOL_GPL(obd_count);

u32 obd_timeout(void)
{
	return READ_ONCE(node_var(obd_table)->timeout);
}
EXPORT_SYMBOL_GPL(obd_timeout);

void obd_timeout_set(u32 seconds)
{
	WRITE_ONCE(node_var(obd_table)->timeout, clamp(seconds, 5u, 3600u));
}
EXPORT_SYMBOL_GPL(obd_timeout_set);

u64 obd_ping_interval_ms(void)
{
	return max(obd_timeout() / 4, 1u) * 1000ull;
}
EXPORT_SYMBOL_GPL(obd_ping_interval_ms);

u64 obd_cookie(void)
{
	/*
	 * A random start and an odd stride: unique, and a handle of before a restart is not met
	 * again.
	 */
	return (u64)atomic64_add_return(0x9e3779b97f4a7c15LL, &node_var(obd_table)->cookie) | 1;
}
EXPORT_SYMBOL_GPL(obd_cookie);

struct xarray *obd_export_index(void)
{
	return &node_var(obd_table)->exports;
}

/* ---- types ---- */

static const struct obd_type *type_find(const char *name)
{
	struct obd_table *t = node_var(obd_table);
	unsigned int i;

	for (i = 0; i < MAX_TYPES; i++)
		if (t->types[i] && !strcmp(t->types[i]->name, name))
			return t->types[i];
	return NULL;
}

/* Puts @new where @old is. */
static int type_replace(const struct obd_type *old, const struct obd_type *new)
{
	struct obd_table *t = node_var(obd_table);
	unsigned int i;

	for (i = 0; i < MAX_TYPES; i++) {
		if (t->types[i] == old) {
			t->types[i] = new;
			return 0;
		}
	}
	return -ENOSPC;
}

int obd_type_register(const struct obd_type *type)
{
	struct obd_table *t = node_var(obd_table);
	int rc;

	mutex_lock(&t->lock);
	rc = type_find(type->name) ? -EEXIST : type_replace(NULL, type);
	mutex_unlock(&t->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(obd_type_register);

void obd_type_unregister(const struct obd_type *type)
{
	struct obd_table *t = node_var(obd_table);

	mutex_lock(&t->lock);
	type_replace(type, NULL);
	mutex_unlock(&t->lock);
}
EXPORT_SYMBOL_GPL(obd_type_unregister);

/* ---- looking up ---- */

static struct obd_device *device_find_locked(const char *name)
{
	struct obd_device *dev;

	list_for_each_entry(dev, &node_var(obd_table)->devices, link)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

struct obd_device *obd_find(const char *name)
{
	struct obd_table *t = node_var(obd_table);
	struct obd_device *dev;

	mutex_lock(&t->lock);
	dev = device_find_locked(name);
	if (dev)
		refcount_inc(&dev->refs);
	mutex_unlock(&t->lock);
	return dev;
}
EXPORT_SYMBOL_GPL(obd_find);

struct obd_device *obd_find_uuid(const char *uuid)
{
	struct obd_table *t = node_var(obd_table);
	struct obd_device *dev, *found = NULL;

	mutex_lock(&t->lock);
	list_for_each_entry(dev, &t->devices, link) {
		/* Client devices of a mount share its uuid; only servers are looked for by uuid. */
		if (dev->type->connect && !strcmp(dev->uuid, uuid)) {
			found = dev;
			refcount_inc(&dev->refs);
			break;
		}
	}
	mutex_unlock(&t->lock);
	return found;
}
EXPORT_SYMBOL_GPL(obd_find_uuid);

struct obd_device *obd_next(u32 *minor)
{
	struct obd_table *t = node_var(obd_table);
	struct obd_device *dev, *found = NULL;

	mutex_lock(&t->lock);
	list_for_each_entry(dev, &t->devices, link) {
		if (dev->minor >= *minor) {
			found = dev;
			refcount_inc(&dev->refs);
			*minor = dev->minor + 1;
			break;
		}
	}
	mutex_unlock(&t->lock);
	return found;
}
EXPORT_SYMBOL_GPL(obd_next);

void obd_put(struct obd_device *dev)
{
	if (!refcount_dec_and_test(&dev->refs))
		return;
	xa_destroy(&dev->exports);
	module_put(dev->type->owner);
	kfree(dev);
}
EXPORT_SYMBOL_GPL(obd_put);

enum obd_state obd_state(struct obd_device *dev)
{
	return READ_ONCE(dev->state);
}
EXPORT_SYMBOL_GPL(obd_state);

static void state_set(struct obd_device *dev, enum obd_state state)
{
	struct obd_table *t = node_var(obd_table);

	mutex_lock(&t->lock);
	WRITE_ONCE(dev->state, state);
	mutex_unlock(&t->lock);
}

/* ---- attach, setup, cleanup, detach ---- */

static struct obd_device *device_new(const struct obd_type *type, const char *name,
				     const char *uuid)
{
	struct obd_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	strscpy(dev->name, name, sizeof(dev->name));
	strscpy(dev->uuid, uuid, sizeof(dev->uuid));
	dev->type = type;
	dev->state = OBD_ATTACHED;
	refcount_set(&dev->refs, 1);
	mutex_init(&dev->setup_lock);
	mutex_init(&dev->connect_lock);
	xa_init_flags(&dev->exports, XA_FLAGS_ALLOC1);
	init_waitqueue_head(&dev->exports_gone);
	return dev;
}

int obd_attach(const char *type_name, const char *name, const char *uuid, char *why)
{
	struct obd_table *t = node_var(obd_table);
	const struct obd_type *type;
	struct obd_device *dev;
	int rc = 0;

	if (!*name || strlen(name) >= OBD_NAME_SIZE || !*uuid || strlen(uuid) >= WIRE_UUID_SIZE) {
		snprintf(why, OBD_WHY_SIZE, "a device name has 1 to %d characters, a uuid 1 to %d",
			 OBD_NAME_SIZE - 1, WIRE_UUID_SIZE - 1);
		return -EINVAL;
	}
	mutex_lock(&t->lock);
	type = type_find(type_name);
	if (!type || !try_module_get(type->owner)) {
		snprintf(why, OBD_WHY_SIZE, "no device type '%s': is its module loaded?",
			 type_name);
		rc = -ENODEV;
		goto out;
	}
	if (device_find_locked(name)) {
		snprintf(why, OBD_WHY_SIZE, "device '%s' exists already", name);
		rc = -EEXIST;
		goto out_module;
	}
	dev = device_new(type, name, uuid);
	if (!dev) {
		rc = -ENOMEM;
		goto out_module;
	}
	dev->minor = t->next_minor++;
	list_add_tail(&dev->link, &t->devices);
	goto out;
out_module:
	module_put(type->owner);
out:
	mutex_unlock(&t->lock);
	return rc;
}
EXPORT_SYMBOL_GPL(obd_attach);

static struct obd_device *device_named(const char *name, char *why)
{
	struct obd_device *dev = obd_find(name);

	if (!dev)
		snprintf(why, OBD_WHY_SIZE, "there is no device '%s'", name);
	return dev;
}

static void setup_lock(struct obd_device *dev)
{
	mutex_lock_nested(&dev->setup_lock, dev->type->rank);
}

int obd_setup(const char *name, int argc, char **argv, char *why)
{
	struct obd_device *dev = device_named(name, why);
	int rc;

	if (!dev)
		return -ENODEV;
	setup_lock(dev);
	if (dev->state != OBD_ATTACHED) {
		snprintf(why, OBD_WHY_SIZE, "device '%s' is set up already", name);
		rc = -EALREADY;
		goto out;
	}
	rc = dev->type->setup(dev, argc, argv, why);
	if (rc)
		goto out;
	state_set(dev, OBD_UP);
	if (dev->type->started)
		dev->type->started(dev);
out:
	mutex_unlock(&dev->setup_lock);
	obd_put(dev);
	return rc;
}
EXPORT_SYMBOL_GPL(obd_setup);

int obd_cleanup(const char *name, u32 flags, char *why)
{
	struct obd_device *dev = device_named(name, why);
	int rc = 0;

	if (!dev)
		return -ENODEV;
	setup_lock(dev);
	if (dev->state == OBD_ATTACHED)
		goto out;
	/* From here on new clients and new requests are refused. */
	state_set(dev, OBD_STOPPING);
	rc = dev->type->cleanup(dev, flags);
	if (rc)
		snprintf(why, OBD_WHY_SIZE, "device '%s' is in use", name);
	state_set(dev, rc ? OBD_UP : OBD_ATTACHED);
out:
	mutex_unlock(&dev->setup_lock);
	obd_put(dev);
	return rc;
}
EXPORT_SYMBOL_GPL(obd_cleanup);

int obd_detach(const char *name, char *why)
{
	struct obd_table *t = node_var(obd_table);
	struct obd_device *dev;
	int rc = 0;

	mutex_lock(&t->lock);
	dev = device_find_locked(name);
	if (!dev) {
		snprintf(why, OBD_WHY_SIZE, "there is no device '%s'", name);
		rc = -ENODEV;
	} else if (dev->state != OBD_ATTACHED) {
		snprintf(why, OBD_WHY_SIZE, "device '%s' is set up; clean it up first", name);
		rc = -EBUSY;
	} else {
		list_del_init(&dev->link);
	}
	mutex_unlock(&t->lock);
	if (!rc)
		obd_put(dev);
	return rc;
}
EXPORT_SYMBOL_GPL(obd_detach);

/* ---- the table's own life ---- */

void obd_table_init(void)
{
	struct obd_table *t = node_var(obd_table);

	mutex_init(&t->lock);
	memset(t->types, 0, sizeof(t->types));
	INIT_LIST_HEAD(&t->devices);
	xa_init_flags(&t->exports, XA_FLAGS_ALLOC1);
	t->next_minor = 0;
	t->timeout = 100;
	atomic64_set(&t->cookie, (s64)get_random_u64());
}

void obd_table_exit(void)
{
	struct obd_table *t = node_var(obd_table);
	unsigned int i;

	xa_destroy(&t->exports);
	for (i = 0; i < OBD_COUNT_NR; i++) {
		s64 n = atomic64_read(&t->counts[i]);

		if (n)
			pr_err("%lld %s leaked\n", (long long)n, count_names[i]);
	}
}
