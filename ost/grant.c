// SPDX-License-Identifier: GPL-2.0
/*
 * Grants: promises of space, so that a client may cache writes and know that they will fit.
 *
 * A client gets a share when it connects and gets back what its writes used, as long as the disk
 * has it.
 */
#include "ost/ost_internal.h"

#define GRANT_MIN	(2u << 20)	/* bytes */
#define GRANT_MAX	(64u << 20)
#define GRANT_SHARE	8		/* at most this fraction of the free space for one client */

static u64 free_bytes(struct obd_device *dev)
{
	struct osd_statfs st;

	return osd_statfs(target_osd(dev), &st) ? 0 : st.bavail * st.bsize;
}

static u64 grant_add(struct obd_export *exp, u64 want)
{
	struct ost_target *ost = ost_of(exp->dev);
	u64 avail = free_bytes(exp->dev), give;

	spin_lock(&ost->grant_lock);
	give = avail > ost->granted ? min(want, (avail - ost->granted) / GRANT_SHARE) : 0;
	give = round_down(give, PAGE_SIZE);
	ost->granted += give;
	exp->priv = (void *)((unsigned long)exp->priv + (unsigned long)give);
	spin_unlock(&ost->grant_lock);
	return give;
}

u32 grant_connect(struct obd_export *exp, u32 asked)
{
	/* A client that is back has kept nothing of what it was promised before. */
	grant_disconnect(exp);
	return (u32)grant_add(exp, clamp(asked, GRANT_MIN, GRANT_MAX));
}

void grant_disconnect(struct obd_export *exp)
{
	struct ost_target *ost = ost_of(exp->dev);

	spin_lock(&ost->grant_lock);
	ost->granted -= min_t(u64, ost->granted, (unsigned long)exp->priv);
	exp->priv = NULL;
	spin_unlock(&ost->grant_lock);
}

u64 grant_write(struct obd_export *exp, u64 used)
{
	struct ost_target *ost = ost_of(exp->dev);
	unsigned long have;

	spin_lock(&ost->grant_lock);
	have = (unsigned long)exp->priv;
	used = min_t(u64, used, have);
	exp->priv = (void *)(have - (unsigned long)used);
	ost->granted -= min(ost->granted, used);
	spin_unlock(&ost->grant_lock);
	return used ? grant_add(exp, used) : 0;
}
