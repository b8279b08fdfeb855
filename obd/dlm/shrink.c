// SPDX-License-Identifier: GPL-2.0
/*
 * Unused locks are a cache. It gives way when memory is short, oldest locks first, and with them
 * goes what they keep true.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mutex.h>

#include "obd/dlm/internal.h"

/**
 * struct ldlm_caches - client namespaces of a node
 * @list: struct ldlm_namespace by cache_link
 * @lock: guards @list, and is held while one of them is worked on. Taken when memory is short, so
 *   nothing is allocated under it
 */
struct ldlm_caches {
	struct mutex lock;
	struct list_head list;
};

static DEFINE_NODE_VAR(struct ldlm_caches, ldlm_caches);

void ldlm_caches_init(void)
{
	mutex_init(&node_var(ldlm_caches)->lock);
	INIT_LIST_HEAD(&node_var(ldlm_caches)->list);
}

void ldlm_cache_add(struct ldlm_namespace *ns)
{
	struct ldlm_caches *caches = node_var(ldlm_caches);

	mutex_lock(&caches->lock);
	list_add_tail(&ns->cache_link, &caches->list);
	mutex_unlock(&caches->lock);
}

void ldlm_cache_del(struct ldlm_namespace *ns)
{
	mutex_lock(&node_var(ldlm_caches)->lock);
	list_del_init(&ns->cache_link);
	mutex_unlock(&node_var(ldlm_caches)->lock);
}

/* Under the lock. */
static unsigned long count_unused(const struct ldlm_caches *caches)
{
	struct ldlm_namespace *ns;
	unsigned long nr = 0;

	list_for_each_entry(ns, &caches->list, cache_link)
		nr += READ_ONCE(ns->nr_unused);
	return nr;
}

unsigned long ldlm_cache_count(void)
{
	struct ldlm_caches *caches = node_var(ldlm_caches);
	unsigned long nr;

	mutex_lock(&caches->lock);
	nr = count_unused(caches);
	mutex_unlock(&caches->lock);
	return nr;
}
EXPORT_SYMBOL_GPL(ldlm_cache_count);

unsigned long ldlm_cache_shrink(unsigned long nr)
{
	struct ldlm_caches *caches = node_var(ldlm_caches);
	unsigned long all, share, done = 0;
	struct ldlm_namespace *ns;

	mutex_lock(&caches->lock);
	all = count_unused(caches);
	/* Of each its part, rounded up. */
	list_for_each_entry(ns, &caches->list, cache_link) {
		share = DIV64_U64_ROUND_UP((u64)READ_ONCE(ns->nr_unused) * nr, max(all, 1UL));
		done += ldlm_lru_shrink(ns, share);
	}
	mutex_unlock(&caches->lock);
	return done;
}
EXPORT_SYMBOL_GPL(ldlm_cache_shrink);
