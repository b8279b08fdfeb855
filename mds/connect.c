// SPDX-License-Identifier: GPL-2.0
/* A client connects to the MDT: what it must be able to do, then what it may use of us. */
#include <linux/kernel.h>

#include "mds/mds_internal.h"
#include "obd/class/negotiate.h"

/* Without these a client means other things by its requests than we do. */
#define MDS_REQUIRED	(CONN_IBITS | CONN_ATTRFID | CONN_FID | CONN_FULL20)

int mds_connect(struct obd_export *exp, struct wire_connect *data)
{
	u64 missing = MDS_REQUIRED & ~le64_to_cpu(data->flags);
	char names[128];
	int rc;

	if (missing) {
		obd_flag_names(missing, names, sizeof(names));
		pr_warn("%s: client %s refused: it is too old and has no '%s'\n", exp->dev->name,
			exp->client_uuid, names);
		return -EPROTO;
	}
	rc = obd_negotiate(data, TARGET_MDT);
	if (!rc)
		rc = target_connect(exp, data);
	if (!rc)
		ldlm_prolong_client(exp);
	return rc;
}
