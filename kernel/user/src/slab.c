// SPDX-License-Identifier: GPL-2.0
/* Memory: a table of live objects over malloc(), caches, pages, failure injection. */
#include "internal.h"

#include <linux/hash.h>
#include <linux/mm.h>

#define FILL_NEW	0xa5
#define REPORT_MAX	20

struct object {
	const void *addr;		/* NULL: free slot */
	size_t size;
	const void *caller;
};

static struct {
	struct object *slot;		/* open addressing; the size is 1 << bits */
	unsigned int bits;
	size_t live, bytes;
	u64 attempts;
	long fail_after;
	unsigned int fail_odds;
	struct floor_rng rng;
} mem = { .fail_after = -1 };

struct kmem_cache {
	const char *name;
	unsigned int size, align;
	void (*ctor)(void *obj);
	size_t live;
};

#define CALLER()	__builtin_return_address(0)

static void table_put(struct object obj)
{
	size_t mask = (1UL << mem.bits) - 1;
	size_t i = hash_ptr(obj.addr, mem.bits);

	while (mem.slot[i].addr)
		i = (i + 1) & mask;
	mem.slot[i] = obj;
}

static void table_grow(void)
{
	struct object *old = mem.slot;
	size_t i, size = old ? 1UL << mem.bits : 0;

	mem.bits = old ? mem.bits + 1 : 10;
	mem.slot = calloc(1UL << mem.bits, sizeof(*mem.slot));
	if (!mem.slot)
		abort();
	for (i = 0; i < size; i++)
		if (old[i].addr)
			table_put(old[i]);
	free(old);
}

static struct object *table_find(const void *addr)
{
	size_t mask = (1UL << mem.bits) - 1;
	size_t i;

	if (!mem.slot)
		return NULL;
	for (i = hash_ptr(addr, mem.bits); mem.slot[i].addr; i = (i + 1) & mask)
		if (mem.slot[i].addr == addr)
			return &mem.slot[i];
	return NULL;
}

/* Closes the gap, so that every object stays reachable from its own hash. */
static void table_del(struct object *obj)
{
	size_t mask = (1UL << mem.bits) - 1;
	size_t gap = (size_t)(obj - mem.slot), i = gap, home;

	for (;;) {
		mem.slot[gap].addr = NULL;
		do {
			i = (i + 1) & mask;
			if (!mem.slot[i].addr)
				return;
			home = hash_ptr(mem.slot[i].addr, mem.bits);
		} while (((i - home) & mask) < ((i - gap) & mask));
		mem.slot[gap] = mem.slot[i];
		gap = i;
	}
}

static void track(const void *addr, size_t size, const void *caller)
{
	struct object obj = { addr, size, caller };

	if (!mem.slot || mem.live * 2 >= 1UL << mem.bits)
		table_grow();
	table_put(obj);
	mem.live++;
	mem.bytes += size;
}

static void untrack(const void *addr)
{
	struct object *obj = table_find(addr);

	if (!obj)
		floor_bug(__FILE__, __LINE__, "free of %px, which is not allocated", addr);
	mem.live--;
	mem.bytes -= obj->size;
	table_del(obj);
}

static bool should_fail(gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM)
		might_sleep();
	mem.attempts++;
	if (gfp & __GFP_NOFAIL)
		return false;
	if (mem.fail_after >= 0 && mem.fail_after-- == 0)
		return true;
	return mem.fail_odds && floor_rng_next(&mem.rng) % mem.fail_odds == 0;
}

static void *allocate(size_t size, size_t align, gfp_t gfp, const void *caller)
{
	void *p;

	if (should_fail(gfp))
		return NULL;
	if (!size)
		return ZERO_SIZE_PTR;
	if (align > 16)
		p = aligned_alloc(align, ALIGN(size, align));
	else
		p = malloc(size);
	if (!p)
		return NULL;
	memset(p, gfp & __GFP_ZERO ? 0 : FILL_NEW, size);
	track(p, size, caller);
	return p;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	/* The kernel's limit, so that what needs kvmalloc() is found here. */
	if (size > KMALLOC_MAX_SIZE) {
		WARN(!(gfp & __GFP_NOWARN), "kmalloc() of %zu bytes", size);
		return NULL;
	}
	return allocate(size, 0, gfp, CALLER());
}

void *kzalloc(size_t size, gfp_t gfp)
{
	if (size > KMALLOC_MAX_SIZE)
		return kmalloc(size, gfp);
	return allocate(size, 0, gfp | __GFP_ZERO, CALLER());
}

void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes = size_mul(n, size);

	return bytes > KMALLOC_MAX_SIZE ? NULL : allocate(bytes, 0, gfp, CALLER());
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes = size_mul(n, size);

	return bytes > KMALLOC_MAX_SIZE ? NULL : allocate(bytes, 0, gfp | __GFP_ZERO, CALLER());
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	return size > INT_MAX ? NULL : allocate(size, 0, gfp, CALLER());
}

void *kvzalloc(size_t size, gfp_t gfp)
{
	return size > INT_MAX ? NULL : allocate(size, 0, gfp | __GFP_ZERO, CALLER());
}

void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes = size_mul(n, size);

	return bytes > INT_MAX ? NULL : allocate(bytes, 0, gfp, CALLER());
}

void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes = size_mul(n, size);

	return bytes > INT_MAX ? NULL : allocate(bytes, 0, gfp | __GFP_ZERO, CALLER());
}

size_t ksize(const void *p)
{
	struct object *obj = ZERO_OR_NULL_PTR(p) ? NULL : table_find(p);

	return obj ? obj->size : 0;
}

void kfree(const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	untrack(p);
	free((void *)p);
}

void kvfree(const void *p)
{
	kfree(p);
}

void kfree_sensitive(const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	memzero_explicit((void *)p, ksize(p));
	kfree(p);
}

/* Always moves, so that stale pointers are found. */
void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	size_t old = ksize(p);
	void *fresh;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	fresh = size > KMALLOC_MAX_SIZE ? NULL : allocate(size, 0, gfp, CALLER());
	if (!fresh)
		return NULL;
	if (old)
		memcpy(fresh, p, min(old, size));
	kfree(p);
	return fresh;
}

void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp)
{
	return krealloc(p, size_mul(n, size), gfp);
}

/* Caches */

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = allocate(sizeof(*cache), 0, GFP_KERNEL | __GFP_ZERO, CALLER());

	(void)flags;
	if (!cache)
		return NULL;
	cache->name = name;
	cache->size = size;
	cache->align = align;
	cache->ctor = ctor;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	WARN(cache->live, "cache %s is destroyed with %zu objects in use", cache->name,
	     cache->live);
	kfree(cache);
}

static void *cache_alloc(struct kmem_cache *cache, gfp_t gfp, const void *caller)
{
	void *obj = allocate(cache->size, cache->align, gfp, caller);

	if (!obj)
		return NULL;
	cache->live++;
	if (cache->ctor)
		cache->ctor(obj);
	return obj;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return cache_alloc(cache, gfp, CALLER());
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return cache_alloc(cache, gfp | __GFP_ZERO, CALLER());
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	if (!obj)
		return;
	WARN(ksize(obj) != cache->size, "object freed to the wrong cache %s", cache->name);
	cache->live--;
	kfree(obj);
}

unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return cache->size;
}

void kmem_cache_shrink(struct kmem_cache *cache)
{
	(void)cache;
}

/* Pages: one object each for the page and its bytes, counted as one */

struct page *alloc_page(gfp_t gfp)
{
	struct page *page = allocate(sizeof(*page), 0, gfp | __GFP_ZERO, CALLER());

	if (!page)
		return NULL;
	page->virt = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	if (!page->virt)
		abort();
	memset(page->virt, gfp & __GFP_ZERO ? 0 : FILL_NEW, PAGE_SIZE);
	page->_refcount.counter = 1;
	INIT_LIST_HEAD(&page->lru);
	return page;
}

void put_page(struct page *page)
{
	if (WARN(page->_refcount.counter <= 0, "page released too often"))
		return;
	if (--page->_refcount.counter)
		return;
	free(page->virt);
	kfree(page);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return (unsigned long)allocate(PAGE_SIZE << order, PAGE_SIZE, gfp, CALLER());
}

void free_pages(unsigned long addr, unsigned int order)
{
	(void)order;
	kfree((void *)addr);
}

unsigned long totalram_pages(void)
{
	return (4UL << 30) >> PAGE_SHIFT;
}

/* What tests see */

void floor_slab_reset(void)
{
	free(mem.slot);
	memset(&mem, 0, sizeof(mem));
	mem.fail_after = -1;
	mem.rng.state = 1;
}

size_t floor_slab_report(void)
{
	size_t i, said = 0, size = mem.slot ? 1UL << mem.bits : 0;

	if (mem.live)
		floor_say("floor: %zu objects (%zu bytes) were not freed; allocated at:",
			  mem.live, mem.bytes);
	for (i = 0; i < size && said < REPORT_MAX; i++) {
		void *caller = (void *)mem.slot[i].caller;

		if (!mem.slot[i].addr)
			continue;
		floor_say("  %zu bytes", mem.slot[i].size);
		floor_backtrace(&caller, 1);
		said++;
	}
	return mem.live;
}

size_t floor_live_allocs(void)
{
	return mem.live;
}

size_t floor_live_bytes(void)
{
	return mem.bytes;
}

uint64_t floor_alloc_attempts(void)
{
	return mem.attempts;
}

void floor_fail_alloc_after(long n)
{
	mem.fail_after = n;
}

void floor_fail_alloc_odds(unsigned int odds)
{
	mem.fail_odds = odds;
}
