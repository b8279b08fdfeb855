// SPDX-License-Identifier: GPL-2.0
/* obd.ko: brings its parts up in the order of their dependence and takes them down in reverse. */
#include <linux/module.h>
#include <linux/sysfs.h>

#include "obd/class/class.h"
#include "obd/class/internal.h"
#include "obd/class/obd_init.h"
#include "obd/dlm/dlm.h"
#include "obd/mdc/mdc.h"
#include "obd/mgc/mgc.h"
#include "obd/osc/osc.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

int obd_init(void)
{
	int rc;

	obd_table_init();
	rc = osd_init();
	if (rc)
		goto out_table;
	rc = rpc_init();
	if (rc)
		goto out_osd;
	rc = ldlm_init();
	if (rc)
		goto out_rpc;
	rc = mgc_init();
	if (rc)
		goto out_ldlm;
	rc = mdc_init();
	if (rc)
		goto out_mgc;
	rc = osc_init();
	if (rc)
		goto out_mdc;
	return 0;
out_mdc:
	mdc_exit();
out_mgc:
	mgc_exit();
out_ldlm:
	ldlm_exit();
out_rpc:
	rpc_exit();
out_osd:
	osd_exit();
out_table:
	obd_table_exit();
	return rc;
}

void obd_exit(void)
{
	osc_exit();
	mdc_exit();
	mgc_exit();
	ldlm_exit();
	rpc_exit();
	osd_exit();
	obd_table_exit();
}

#ifdef __KERNEL__
/* A client has the one that the MGS names, if that names one. */
static unsigned int start_timeout = 100;
static bool started;

static int timeout_param_set(const char *text, const struct kernel_param *kp)
{
	int rc = param_set_uint_minmax(text, kp, 5, 3600);

	if (!rc && started)
		obd_timeout_set(start_timeout);
	return rc;
}

static int timeout_param_get(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%u\n", started ? obd_timeout() : start_timeout);
}

static const struct kernel_param_ops timeout_param_ops = {
	.set = timeout_param_set,
	.get = timeout_param_get,
};
module_param_cb(timeout, &timeout_param_ops, &start_timeout, 0644);
MODULE_PARM_DESC(timeout, "seconds, base of all waits for other nodes");

static int __init obd_module_init(void)
{
	int rc = obd_init();

	if (rc)
		return rc;
	obd_timeout_set(start_timeout);
	started = true;
	rc = obd_memory_init();
	if (rc)
		goto out_exit;
	rc = obd_control_init();
	if (rc)
		goto out_memory;
	return 0;
out_memory:
	obd_memory_exit();
out_exit:
	obd_exit();
	return rc;
}

static void __exit obd_module_exit(void)
{
	obd_control_exit();
	obd_memory_exit();
	obd_exit();
}

module_init(obd_module_init);
module_exit(obd_module_exit);

MODULE_DESCRIPTION("Sheen object devices: requests, locks, storage interface");
MODULE_LICENSE("GPL");
#endif
