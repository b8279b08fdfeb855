/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_BUILD_BUG_H
#define FLOOR_LINUX_BUILD_BUG_H

#include <linux/compiler.h>

#ifdef __cplusplus
#define BUILD_BUG_ON_MSG(cond, msg)	static_assert(!(cond), msg)
#else
#undef static_assert
#define static_assert(expr, ...)	floor_static_assert(expr, ##__VA_ARGS__, #expr)
#define floor_static_assert(expr, msg, ...) _Static_assert(expr, msg)
/* Unlike static_assert() this also takes conditions that only fold when optimised. */
#define BUILD_BUG_ON_MSG(cond, msg) \
	do { \
		_Static_assert(!__builtin_choose_expr(__is_constexpr(!(cond)), (cond), 0), msg); \
	} while (0)
#endif
#define BUILD_BUG_ON(cond)		BUILD_BUG_ON_MSG(cond, "BUILD_BUG_ON: " #cond)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n)	BUILD_BUG_ON((n) == 0 || (((n) & ((n) - 1)) != 0))
#define BUILD_BUG_ON_ZERO(e)		((int)sizeof(struct { int : (-!!(e)); }))
#define BUILD_BUG_ON_INVALID(e)		((void)sizeof((long)(e)))

#endif
