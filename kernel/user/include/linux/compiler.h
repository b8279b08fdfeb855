/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compiler attributes and memory access helpers, as the kernel spells them.
 * The floor runs every kernel thread on one CPU thread, so barriers only
 * have to stop the compiler.
 */
#ifndef FLOOR_LINUX_COMPILER_H
#define FLOOR_LINUX_COMPILER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <stddef.h>
#include <stdarg.h>
#include <sys/cdefs.h>

/* Address spaces and lock contexts mean something to sparse only. */
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __private
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __cond_lock(x, c)	(c)

#define __must_check		__attribute__((__warn_unused_result__))
#define __maybe_unused		__attribute__((__unused__))
#define __always_unused		__attribute__((__unused__))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
#define __scanf(a, b)		__attribute__((__format__(scanf, a, b)))
#define __packed		__attribute__((__packed__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __noreturn		__attribute__((__noreturn__))
#define __section(s)		__attribute__((__section__(s)))
#define __malloc		__attribute__((__malloc__))
#define __nonstring		__attribute__((__nonstring__))
#define __designated_init
#define __counted_by(m)
#define __read_mostly
#define __ro_after_init
#define __cacheline_aligned
#define __cacheline_aligned_in_smp
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define __same_type(a, b)	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __compiletime_assert(c, m)

#ifndef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif

/* Plain words that C++ and its library use for themselves. */
#ifndef __cplusplus
#define noinline		__attribute__((__noinline__))
#define noinline_for_stack	noinline
#define fallthrough		__attribute__((__fallthrough__))
#define __used			__attribute__((__used__))
#define __weak			__attribute__((__weak__))
#define __cold			__attribute__((__cold__))
#define __pure			__attribute__((__pure__))
#define asmlinkage
#define __acquire(x)		((void)0)
#define __release(x)		((void)0)
#define unreachable()		__builtin_unreachable()
#define barrier()		floor_barrier()
#endif

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	do { *(volatile __typeof__(x) *)&(x) = (val); } while (0)
#define data_race(expr)		(expr)

#define floor_barrier()		__asm__ __volatile__("" : : : "memory")
#define OPTIMIZER_HIDE_VAR(v)	__asm__ __volatile__("" : "+r" (v))
#define smp_mb()		floor_barrier()
#define smp_rmb()		floor_barrier()
#define smp_wmb()		floor_barrier()
#define mb()			floor_barrier()
#define rmb()			floor_barrier()
#define wmb()			floor_barrier()
#define smp_mb__before_atomic()	floor_barrier()
#define smp_mb__after_atomic()	floor_barrier()
#define smp_mb__after_spinlock() floor_barrier()
#define smp_store_mb(v, x)	do { WRITE_ONCE(v, x); floor_barrier(); } while (0)
#define smp_load_acquire(p)	({ \
	__typeof__(*(p)) __lv = READ_ONCE(*(p)); \
	floor_barrier(); \
	__lv; })
#define smp_store_release(p, x)	do { floor_barrier(); WRITE_ONCE(*(p), x); } while (0)

#define __stringify_1(x...)	#x
#define __stringify(x...)	__stringify_1(x)
#define __PASTE_(a, b)		a##b
#define __PASTE(a, b)		__PASTE_(a, b)
#define __UNIQUE_ID(prefix)	__PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#define __is_constexpr(x) \
	(sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))

/* A member that C++ could not name: "private" is a keyword there. */
#ifdef __cplusplus
#define FLOOR_PRIVATE		private_
#else
#define FLOOR_PRIVATE		private
#endif

#endif
