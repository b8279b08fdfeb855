// SPDX-License-Identifier: GPL-2.0
/* What module_init() and module_exit() leave behind. */
#include <linux/module.h>

#include "../floor.h"
#include <floor_node.h>

#define MAX_MODULES	64

struct module floor_module = { .name = "floor" };

static struct {
	const char *file;
	int (*init)(void);
	void (*fini)(void);
} modules[MAX_MODULES];

static int nr_modules;
/* A bit for each module that is up on this node. */
static DEFINE_NODE_VAR(u64, modules_up);

/* Both functions of a module come from one file. */
void floor_register_module(const char *file, int (*init)(void), void (*fini)(void))
{
	int i;

	for (i = 0; i < nr_modules; i++)
		if (!strcmp(modules[i].file, file))
			break;
	BUG_ON(i == MAX_MODULES);
	if (i == nr_modules)
		nr_modules++;
	modules[i].file = file;
	if (init)
		modules[i].init = init;
	if (fini)
		modules[i].fini = fini;
}

int floor_modules_init(void)
{
	int i, err;

	for (i = 0; i < nr_modules; i++) {
		if (*node_var(modules_up) & BIT_ULL(i))
			continue;
		err = modules[i].init ? modules[i].init() : 0;
		if (err) {
			floor_modules_exit();
			return err;
		}
		*node_var(modules_up) |= BIT_ULL(i);
	}
	return 0;
}

void floor_modules_exit(void)
{
	int i;

	for (i = nr_modules - 1; i >= 0; i--) {
		if (*node_var(modules_up) & BIT_ULL(i) && modules[i].fini)
			modules[i].fini();
		*node_var(modules_up) &= ~BIT_ULL(i);
	}
}

bool try_module_get(struct module *module)
{
	__module_get(module);
	return true;
}

void __module_get(struct module *module)
{
	if (module)
		module->refs++;
}

void module_put(struct module *module)
{
	if (module)
		WARN_ON(--module->refs < 0);
}
