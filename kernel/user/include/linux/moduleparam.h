/* SPDX-License-Identifier: GPL-2.0 */
/* Parameters keep their variables; nothing sets them but the code itself. */
#ifndef FLOOR_LINUX_MODULEPARAM_H
#define FLOOR_LINUX_MODULEPARAM_H

#include <linux/types.h>
#include <linux/stat.h>
#include <linux/kstrtox.h>

struct kernel_param;

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

struct kernel_param {
	const char *name;
	const struct kernel_param_ops *ops;
	void *arg;
};

#define floor_keep_param(name, ref) \
	static const void *const __maybe_unused floor_param_##name = (ref)
#define module_param(name, type, perm)	floor_keep_param(name, &(name))
#define module_param_named(name, value, type, perm) floor_keep_param(name, &(value))
#define module_param_string(name, string, len, perm) floor_keep_param(name, string)
#define module_param_array(name, type, nump, perm) floor_keep_param(name, name)
#define module_param_cb(name, ops, arg, perm) floor_keep_param(name, ops)
#define MODULE_PARM_DESC(name, desc)	_Static_assert(1, "")

#endif
