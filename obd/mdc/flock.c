// SPDX-License-Identifier: GPL-2.0
/* Locks of programs (flock, fcntl): asked for at the MDT that keeps the file. */
#include <linux/export.h>

#include "obd/mdc/internal.h"

int mdc_flock(struct mdc *mdc, const struct fid *fid, enum ldlm_mode *mode, u32 flags,
	      struct ldlm_flock *range)
{
	struct ldlm_enqueue what = {
		.type = LDLM_FLOCK,
		.mode = *mode,
		.policy.flock = *range,
		.flags = flags,
	};
	int rc;

	ldlm_fid_res(fid, &what.res);
	/* Beside the file's inode-bits locks, not among them. */
	what.res.name[3] = LDLM_FLOCK;
	rc = ldlm_flock_call(mdc->dev->ns, mdc->imp, &what);
	if (!rc && flags & LDLM_FL_TEST_LOCK) {
		*mode = what.mode;
		*range = what.policy.flock;
	}
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_flock);
