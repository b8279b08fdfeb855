/* SPDX-License-Identifier: GPL-2.0 */
/* One CPU thread: plain arithmetic is atomic already. Overflow wraps. */
#ifndef FLOOR_LINUX_ATOMIC_H
#define FLOOR_LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	{ (i) }

#define floor_atomic_ops(pfx, vtype, utype, atype) \
static inline vtype pfx##_read(const atype *v) { return READ_ONCE(v->counter); } \
static inline void pfx##_set(atype *v, vtype i) { WRITE_ONCE(v->counter, i); } \
static inline vtype pfx##_read_acquire(const atype *v) { return pfx##_read(v); } \
static inline void pfx##_set_release(atype *v, vtype i) { pfx##_set(v, i); } \
static inline vtype pfx##_add_return(vtype i, atype *v) \
{ \
	v->counter = (vtype)((utype)v->counter + (utype)i); \
	return v->counter; \
} \
static inline vtype pfx##_sub_return(vtype i, atype *v) \
{ \
	v->counter = (vtype)((utype)v->counter - (utype)i); \
	return v->counter; \
} \
static inline void pfx##_add(vtype i, atype *v) { pfx##_add_return(i, v); } \
static inline void pfx##_sub(vtype i, atype *v) { pfx##_sub_return(i, v); } \
static inline void pfx##_inc(atype *v) { pfx##_add_return(1, v); } \
static inline void pfx##_dec(atype *v) { pfx##_sub_return(1, v); } \
static inline vtype pfx##_inc_return(atype *v) { return pfx##_add_return(1, v); } \
static inline vtype pfx##_dec_return(atype *v) { return pfx##_sub_return(1, v); } \
static inline bool pfx##_inc_and_test(atype *v) { return pfx##_add_return(1, v) == 0; } \
static inline bool pfx##_dec_and_test(atype *v) { return pfx##_sub_return(1, v) == 0; } \
static inline bool pfx##_sub_and_test(vtype i, atype *v) \
{ \
	return pfx##_sub_return(i, v) == 0; \
} \
static inline bool pfx##_add_negative(vtype i, atype *v) \
{ \
	return pfx##_add_return(i, v) < 0; \
} \
static inline vtype pfx##_xchg(atype *v, vtype i) \
{ \
	vtype was = v->counter; \
	v->counter = i; \
	return was; \
} \
static inline vtype pfx##_cmpxchg(atype *v, vtype was, vtype i) \
{ \
	vtype now = v->counter; \
	if (now == was) \
		v->counter = i; \
	return now; \
} \
static inline bool pfx##_try_cmpxchg(atype *v, vtype *was, vtype i) \
{ \
	vtype now = pfx##_cmpxchg(v, *was, i); \
	if (now == *was) \
		return true; \
	*was = now; \
	return false; \
} \
static inline vtype pfx##_fetch_add(vtype i, atype *v) \
{ \
	vtype was = v->counter; \
	pfx##_add_return(i, v); \
	return was; \
} \
static inline vtype pfx##_fetch_sub(vtype i, atype *v) \
{ \
	vtype was = v->counter; \
	pfx##_sub_return(i, v); \
	return was; \
} \
static inline vtype pfx##_fetch_inc(atype *v) { return pfx##_fetch_add(1, v); } \
static inline vtype pfx##_fetch_dec(atype *v) { return pfx##_fetch_sub(1, v); } \
static inline vtype pfx##_fetch_or(vtype i, atype *v) \
{ \
	vtype was = v->counter; \
	v->counter |= i; \
	return was; \
} \
static inline vtype pfx##_fetch_and(vtype i, atype *v) \
{ \
	vtype was = v->counter; \
	v->counter &= i; \
	return was; \
} \
static inline void pfx##_or(vtype i, atype *v) { v->counter |= i; } \
static inline void pfx##_and(vtype i, atype *v) { v->counter &= i; } \
static inline void pfx##_andnot(vtype i, atype *v) { v->counter &= ~i; } \
static inline void pfx##_xor(vtype i, atype *v) { v->counter ^= i; } \
static inline vtype pfx##_fetch_add_unless(atype *v, vtype a, vtype u) \
{ \
	vtype was = v->counter; \
	if (was != u) \
		pfx##_add_return(a, v); \
	return was; \
} \
static inline bool pfx##_add_unless(atype *v, vtype a, vtype u) \
{ \
	return pfx##_fetch_add_unless(v, a, u) != u; \
} \
static inline bool pfx##_inc_not_zero(atype *v) { return pfx##_add_unless(v, 1, 0); } \
static inline bool pfx##_inc_unless_negative(atype *v) \
{ \
	if (v->counter < 0) \
		return false; \
	pfx##_inc(v); \
	return true; \
} \
static inline vtype pfx##_dec_if_positive(atype *v) \
{ \
	vtype next = v->counter - 1; \
	if (next >= 0) \
		v->counter = next; \
	return next; \
}

floor_atomic_ops(atomic, int, unsigned int, atomic_t)
floor_atomic_ops(atomic64, s64, u64, atomic64_t)
floor_atomic_ops(atomic_long, long, unsigned long, atomic_long_t)

#undef floor_atomic_ops

#define atomic_add_return_relaxed(i, v)	atomic_add_return(i, v)
#define atomic_inc_return_relaxed(v)	atomic_inc_return(v)
#define atomic_cmpxchg_relaxed(v, o, n)	atomic_cmpxchg(v, o, n)

#define xchg(ptr, val) ({ \
	__typeof__(*(ptr)) __xwas = *(ptr); \
	*(ptr) = (val); \
	__xwas; })
#define cmpxchg(ptr, was, val) ({ \
	__typeof__(*(ptr)) __cnow = *(ptr); \
	if (__cnow == (was)) \
		*(ptr) = (val); \
	__cnow; })
#define try_cmpxchg(ptr, wasp, val) ({ \
	__typeof__(*(ptr)) __tnow = *(ptr); \
	bool __tok = __tnow == *(wasp); \
	if (__tok) \
		*(ptr) = (val); \
	else \
		*(wasp) = __tnow; \
	__tok; })
#define cmpxchg64(ptr, was, val)	cmpxchg(ptr, was, val)

#endif
