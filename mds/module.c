// SPDX-License-Identifier: GPL-2.0
/* mds.ko: the types "mds", "mdt", "mgs", and the one of the MDT's connections to OSTs. */
#include <linux/module.h>

#include "kernel/node.h"
#include "mds/mds.h"
#include "mds/mds_internal.h"
#include "mds/mgs.h"
#include "mds/pool_type.h"

/* A node's table of types links them, so each node has its own copies. */
static DEFINE_NODE_VAR(struct obd_type, mds_node_type);
static DEFINE_NODE_VAR(struct obd_type, mdt_node_type);

int mds_init(void)
{
	struct obd_type *mds = node_var(mds_node_type), *mdt = node_var(mdt_node_type);
	int rc;

	*mds = mds_device_type;
	*mdt = mdt_device_type;
	rc = obd_type_register(mds);
	if (rc)
		return rc;
	rc = obd_type_register(mdt);
	if (rc)
		goto out_mds;
	rc = pool_type_init();
	if (rc)
		goto out_mdt;
	rc = mgs_type_init();
	if (rc)
		goto out_pool;
	return 0;
out_pool:
	pool_type_exit();
out_mdt:
	obd_type_unregister(mdt);
out_mds:
	obd_type_unregister(mds);
	return rc;
}

void mds_exit(void)
{
	mgs_type_exit();
	pool_type_exit();
	obd_type_unregister(node_var(mdt_node_type));
	obd_type_unregister(node_var(mds_node_type));
}

#ifdef __KERNEL__
static int __init mds_module_init(void)
{
	return mds_init();
}

static void __exit mds_module_exit(void)
{
	mds_exit();
}

module_init(mds_module_init);
module_exit(mds_module_exit);

MODULE_DESCRIPTION("Sheen metadata server and management server");
MODULE_LICENSE("GPL");
#endif
