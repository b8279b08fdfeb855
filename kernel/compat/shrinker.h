/* SPDX-License-Identifier: GPL-2.0 */
/* Shrinkers are allocated by the kernel since 6.7. */
#ifndef SHEEN_COMPAT_SHRINKER_H
#define SHEEN_COMPAT_SHRINKER_H

#include <linux/slab.h>
#include <linux/version.h>

/* It lacks some of what it needs. */
#include <linux/shrinker.h>

typedef unsigned long (*compat_shrink_fn)(struct shrinker *s, struct shrink_control *sc);

/** compat_shrinker_start() - a shrinker at work, ended by compat_shrinker_stop(); NULL: no memory */
static inline struct shrinker *compat_shrinker_start(const char *name, compat_shrink_fn count,
						     compat_shrink_fn scan)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct shrinker *s = shrinker_alloc(0, "%s", name);
#else
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);
#endif

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	s->seeks = DEFAULT_SEEKS;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_register(s);
#else
	if (register_shrinker(s, "%s", name)) {
		kfree(s);
		return NULL;
	}
#endif
	return s;
}

static inline void compat_shrinker_stop(struct shrinker *s)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_free(s);
#else
	unregister_shrinker(s);
	kfree(s);
#endif
}

#endif
