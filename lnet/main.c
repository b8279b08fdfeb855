// SPDX-License-Identifier: GPL-2.0
/* lnet.ko: entry and parameters. */

#include <linux/module.h>

#include "lnet/internal.h"

static int __init lnet_module_init(void)
{
	int rc;

	rc = lnet_core_init();
	if (rc)
		return rc;
	rc = lnet_control_init();
	if (rc)
		lnet_core_exit();
	return rc;
}

static void __exit lnet_module_exit(void)
{
	lnet_control_exit();
	lnet_core_exit();
}

module_init(lnet_module_init);
module_exit(lnet_module_exit);

MODULE_DESCRIPTION("Sheen: messages between nodes");
MODULE_LICENSE("GPL");
