// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that are given up: what the administrator is told, and asks for; and those that have died
 * without a word. A live one sends at least a ping per period, so one that was silent for several
 * is given up: its locks and open files keep nobody waiting, and a restart does not wait for it.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include "obd/class/recovery.h"
#include "obd/class/target_internal.h"

#define SILENT_PERIODS	6	/* as stock servers have it: one and a half obd_timeout */

/* ---- whoever it is, and why ---- */

void evict_tell(struct obd_device *dev, lnet_nid_t nid, const char *uuid, const char *why)
{
	char text[LNET_NIDSTR_SIZE];

	pr_err("%s: client %s (uuid %s) is evicted: %s; what it had not stored here is lost\n",
	       dev->name, nid ? lnet_nid_str(nid, text) : "at an unknown NID", uuid, why);
}

void export_evict(struct obd_export *exp, const char *fmt, ...)
{
	char why[EVICT_WHY_SIZE];
	va_list args;
	bool tell;

	if (target_is_cut(exp->dev))
		return;
	spin_lock(&exp->lock);
	tell = !exp->failed && !exp->evicted;
	exp->evicted = true;
	spin_unlock(&exp->lock);
	if (tell) {
		va_start(args, fmt);
		vsnprintf(why, sizeof(why), fmt, args);
		va_end(args);
		evict_tell(exp->dev, exp->nid, exp->client_uuid, why);
	}
	export_fail(exp, true);
}
EXPORT_SYMBOL_GPL(export_evict);

/* ---- by the administrator ---- */

static bool is_meant(const char *uuid, lnet_nid_t nid, const char *who, lnet_nid_t who_nid)
{
	return who_nid ? nid == who_nid : !strcmp(uuid, who);
}

static unsigned int evict_connected(struct obd_device *dev, const char *who, lnet_nid_t who_nid)
{
	struct obd_export *exp;
	unsigned int nr = 0;
	unsigned long i;

	for (i = 0; (exp = export_next(dev, &i)); i++) {
		if (is_meant(exp->client_uuid, exp->nid, who, who_nid)) {
			export_evict(exp, "the administrator wants it");
			nr++;
		}
		export_put(exp);
	}
	return nr;
}

int evict_client(struct obd_device *dev, const char *who, char *text, size_t size)
{
	const char *name = strncmp(who, "nid:", 4) ? who : who + 4;
	lnet_nid_t nid = 0;
	unsigned int nr;

	if (strchr(name, '@') && lnet_nid_parse(name, &nid)) {
		snprintf(text, size, "'%s' is no NID like 10.0.0.1@tcp", name);
		return -EINVAL;
	}
	nr = evict_connected(dev, name, nid) + recovery_evict(dev->target, name, nid);
	if (!nr) {
		snprintf(text, size, "%s has no client %s", dev->name, name);
		return -ENOENT;
	}
	snprintf(text, size, "evicted: %u\n", nr);
	return 0;
}

/* ---- silence ---- */

static unsigned long period(void)
{
	return msecs_to_jiffies(obd_ping_interval_ms());
}

/*
 * Counted in visits of the evictor and not in time, so that a node that was stopped itself blames
 * nobody for what it did not hear.
 */
static bool is_dead(struct obd_export *exp)
{
	bool heard;

	spin_lock(&exp->lock);
	heard = exp->last_heard != exp->heard_before || !list_empty(&exp->requests);
	exp->heard_before = exp->last_heard;
	spin_unlock(&exp->lock);
	exp->silent = heard ? 0 : exp->silent + 1;
	return exp->silent > SILENT_PERIODS;
}

static void evictor_work(struct work_struct *work)
{
	struct target *t = container_of(to_delayed_work(work), struct target, evictor);
	struct obd_export *exp;
	unsigned long i;

	for (i = 0; (exp = export_next(t->dev, &i)); i++) {
		/* Recovery has its own clock. */
		if (is_dead(exp) && !target_recovering(t->dev))
			export_evict(exp, "nothing was heard of it for %llu s",
				     SILENT_PERIODS * obd_ping_interval_ms() / 1000);
		export_put(exp);
	}
	schedule_delayed_work(&t->evictor, period());
}

void evictor_start(struct target *t)
{
	INIT_DELAYED_WORK(&t->evictor, evictor_work);
	schedule_delayed_work(&t->evictor, period());
}

void evictor_stop(struct target *t)
{
	cancel_delayed_work_sync(&t->evictor);
}
