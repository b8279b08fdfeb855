// SPDX-License-Identifier: GPL-2.0
/* Locks of programs (flock, fcntl): asked for at the MDT that keeps the file. */
#include <linux/export.h>

#include "obd/mdc/internal.h"

static void flock_res(const struct fid *fid, struct ldlm_res_id *res)
{
	ldlm_fid_res(fid, res);
	/* Beside the file's inode-bits locks, not among them. */
	res->name[3] = LDLM_FLOCK;
}

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

	flock_res(fid, &what.res);
	rc = ldlm_flock_call(mdc->dev->ns, mdc->imp, &what);
	if (!rc && flags & LDLM_FL_TEST_LOCK) {
		*mode = what.mode;
		*range = what.policy.flock;
	}
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_flock);

bool mdc_flock_holds(struct mdc *mdc, const struct fid *fid, const struct ldlm_flock *range)
{
	struct ldlm_enqueue what = {
		.type = LDLM_FLOCK,
		.policy.flock = *range,
	};

	flock_res(fid, &what.res);
	return ldlm_flock_holds(mdc->dev->ns, &what);
}
EXPORT_SYMBOL_GPL(mdc_flock_holds);
