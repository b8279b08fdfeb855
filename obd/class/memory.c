// SPDX-License-Identifier: GPL-2.0
/* When the kernel runs short of memory, or drop_caches is written to, unused locks are given up. */
#include "kernel/compat/shrinker.h"
#include "obd/class/internal.h"
#include "obd/dlm/dlm.h"

static struct shrinker *locks_shrinker;

static unsigned long locks_count(struct shrinker *s, struct shrink_control *sc)
{
	return ldlm_cache_count() ?: SHRINK_EMPTY;
}

static unsigned long locks_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long done = ldlm_cache_shrink(sc->nr_to_scan);

	return done ?: SHRINK_STOP;
}

int obd_memory_init(void)
{
	locks_shrinker = compat_shrinker_start("sheen-locks", locks_count, locks_scan);
	return locks_shrinker ? 0 : -ENOMEM;
}

void obd_memory_exit(void)
{
	compat_shrinker_stop(locks_shrinker);
}
