/* SPDX-License-Identifier: GPL-2.0 */
/*
 * There are no modules in user space. module_init() and module_exit() register
 * their functions, which floor_modules_init() and floor_modules_exit() call.
 */
#ifndef FLOOR_LINUX_MODULE_H
#define FLOOR_LINUX_MODULE_H

#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>

struct module {
	const char *name;
	int refs;
};

__BEGIN_DECLS

extern struct module floor_module;

void floor_register_module(const char *file, int (*init)(void), void (*fini)(void));
bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);

__END_DECLS

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME		"floor"
#endif
#define THIS_MODULE		(&floor_module)
#define MODULE_LICENSE(x)	_Static_assert(1, "")
#define MODULE_AUTHOR(x)	_Static_assert(1, "")
#define MODULE_DESCRIPTION(x)	_Static_assert(1, "")
#define MODULE_VERSION(x)	_Static_assert(1, "")
#define MODULE_ALIAS(x)		_Static_assert(1, "")
#define MODULE_ALIAS_FS(x)	_Static_assert(1, "")
#define MODULE_SOFTDEP(x)	_Static_assert(1, "")
#define MODULE_INFO(tag, info)	_Static_assert(1, "")
#define MODULE_IMPORT_NS(x)	_Static_assert(1, "")
#define module_refcount(m)	((m)->refs)
#define module_name(m)		((m)->name)
#define symbol_get(x)		(&(x))
#define symbol_put(x)		((void)0)

#define module_init(fn) \
static void __attribute__((__constructor__)) fn##_floor_register(void) \
{ \
	floor_register_module(__FILE__, fn, NULL); \
} \
_Static_assert(1, "")
#define module_exit(fn) \
static void __attribute__((__constructor__)) fn##_floor_register(void) \
{ \
	floor_register_module(__FILE__, NULL, fn); \
} \
_Static_assert(1, "")
#define late_initcall(fn)	module_init(fn)
#define fs_initcall(fn)		module_init(fn)

#endif
