/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_UIDGID_H
#define FLOOR_LINUX_UIDGID_H

#include <linux/types.h>

typedef struct {
	uid_t val;
} kuid_t;

typedef struct {
	gid_t val;
} kgid_t;

/* One namespace: identifiers map to themselves. */
struct user_namespace {
	int level;
};

extern struct user_namespace init_user_ns;

#define KUIDT_INIT(v)		(kuid_t) { v }
#define KGIDT_INIT(v)		(kgid_t) { v }
#define GLOBAL_ROOT_UID		KUIDT_INIT(0)
#define GLOBAL_ROOT_GID		KGIDT_INIT(0)
#define INVALID_UID		KUIDT_INIT((uid_t)-1)
#define INVALID_GID		KGIDT_INIT((gid_t)-1)
#define __kuid_val(u)		((u).val)
#define __kgid_val(g)		((g).val)
#define uid_eq(a, b)		((a).val == (b).val)
#define gid_eq(a, b)		((a).val == (b).val)
#define uid_valid(u)		((u).val != (uid_t)-1)
#define gid_valid(g)		((g).val != (gid_t)-1)
#define make_kuid(ns, v)	((void)(ns), KUIDT_INIT(v))
#define make_kgid(ns, v)	((void)(ns), KGIDT_INIT(v))
#define from_kuid(ns, u)	((void)(ns), (u).val)
#define from_kgid(ns, g)	((void)(ns), (g).val)
#define from_kuid_munged(ns, u)	from_kuid(ns, u)
#define from_kgid_munged(ns, g)	from_kgid(ns, g)

#endif
