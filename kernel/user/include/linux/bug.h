/* SPDX-License-Identifier: GPL-2.0 */
/* BUG() prints a backtrace and aborts; WARN_ON() prints one and counts. */
#ifndef FLOOR_LINUX_BUG_H
#define FLOOR_LINUX_BUG_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/build_bug.h>

__BEGIN_DECLS

void __noreturn __printf(3, 4) floor_bug(const char *file, int line, const char *fmt, ...);
void __printf(3, 4) floor_warn(const char *file, int line, const char *fmt, ...);
void dump_stack(void);

__END_DECLS

#define BUG()		floor_bug(__FILE__, __LINE__, "BUG()")
#define BUG_ON(cond) \
	do { if (unlikely(cond)) floor_bug(__FILE__, __LINE__, "%s", #cond); } while (0)
#define WARN(cond, fmt...) ({ \
	bool __w = !!(cond); \
	if (unlikely(__w)) \
		floor_warn(__FILE__, __LINE__, fmt); \
	unlikely(__w); })
#define WARN_ON(cond)	WARN(cond, "%s", #cond)
#define WARN_ONCE(cond, fmt...) ({ \
	static bool __warned; \
	bool __wo = !!(cond); \
	if (unlikely(__wo && !__warned)) { \
		__warned = true; \
		floor_warn(__FILE__, __LINE__, fmt); \
	} \
	unlikely(__wo); })
#define WARN_ON_ONCE(cond)	WARN_ONCE(cond, "%s", #cond)
#define WARN_ON_SMP(cond)	WARN_ON(cond)
#define VM_BUG_ON(cond)		BUG_ON(cond)
#define VM_WARN_ON_ONCE(cond)	WARN_ON_ONCE(cond)
#define WARN_TAINT(cond, taint, fmt...) WARN(cond, fmt)

#endif
