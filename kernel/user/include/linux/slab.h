/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory comes from malloc(), so AddressSanitizer watches every byte. Fresh
 * memory is filled with a pattern, live objects are counted, and any
 * allocation can be made to fail (see floor.h).
 */
#ifndef FLOOR_LINUX_SLAB_H
#define FLOOR_LINUX_SLAB_H

#include <linux/types.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/overflow.h>

#define SLAB_HWCACHE_ALIGN	0x2000u
#define SLAB_RECLAIM_ACCOUNT	0x20000u
#define SLAB_TYPESAFE_BY_RCU	0x80000u
#define SLAB_MEM_SPREAD		0x100000u
#define SLAB_PANIC		0x40000u
#define SLAB_ACCOUNT		0x4000000u

#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(x)	((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)
#define KMALLOC_MAX_SIZE	(1UL << 22)
#define ARCH_KMALLOC_MINALIGN	8
#define NUMA_NO_NODE		(-1)

__BEGIN_DECLS

struct kmem_cache;

void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void *kmalloc_array(size_t n, size_t size, gfp_t gfp);
void *kcalloc(size_t n, size_t size, gfp_t gfp);
void *krealloc(const void *p, size_t size, gfp_t gfp);
void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp);
void *kvmalloc(size_t size, gfp_t gfp);
void *kvzalloc(size_t size, gfp_t gfp);
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp);
void *kvcalloc(size_t n, size_t size, gfp_t gfp);
void kfree(const void *p);
void kvfree(const void *p);
void kfree_sensitive(const void *p);
size_t ksize(const void *p);

#define kvfree_sensitive(p, len)	kfree_sensitive(p)
#define kmalloc_node(size, gfp, node)	((void)(node), kmalloc(size, gfp))
#define kzalloc_node(size, gfp, node)	((void)(node), kzalloc(size, gfp))
#define kcalloc_node(n, size, gfp, node) ((void)(node), kcalloc(n, size, gfp))
#define kvmalloc_node(size, gfp, node)	((void)(node), kvmalloc(size, gfp))
#define kvzalloc_node(size, gfp, node)	((void)(node), kvzalloc(size, gfp))

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *obj);
unsigned int kmem_cache_size(struct kmem_cache *cache);
void kmem_cache_shrink(struct kmem_cache *cache);

#define KMEM_CACHE(tag, flags) \
	kmem_cache_create(#tag, sizeof(struct tag), __alignof__(struct tag), flags, NULL)

__END_DECLS

#endif
