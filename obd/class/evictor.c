// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that have died without a word. A live one sends at least a ping per period, so one that
 * was silent for several is given up: its locks and open files keep nobody waiting, and a restart
 * does not wait for it.
 */
#include <linux/kernel.h>

#include "obd/class/recovery.h"
#include "obd/class/target_internal.h"

#define SILENT_PERIODS	6	/* as stock servers have it: one and a half obd_timeout */

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
		if (is_dead(exp) && !target_recovering(t->dev)) {
			pr_warn("%s: client %s was not heard of for %llu s and is evicted\n",
				t->dev->name, exp->client_uuid,
				SILENT_PERIODS * obd_ping_interval_ms() / 1000);
			export_fail(exp, true);
		}
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
