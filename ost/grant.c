// SPDX-License-Identifier: GPL-2.0
/*
 * Grants: promises of space, so that a client may cache writes and know that they will fit.
 *
 * A client gets a share when it connects, and with each write as much as it says that it could use,
 * as long as the disk has it. One that connects again keeps what it had. Whoever has none writes
 * through, and is told when the rest of the space is promised to others.
 */
#include <linux/math64.h>

#include "obd/class/recovery.h"
#include "ost/ost_internal.h"

#define GRANT_MIN	(2u << 20)	/* bytes */
#define GRANT_MAX	(64u << 20)
#define GRANT_SHARE	8		/* at most this fraction of the free space for one client */

static u64 free_bytes(struct obd_device *dev)
{
	struct osd_statfs st;

	return osd_statfs(target_osd(dev), &st) ? 0 : st.bavail * st.bsize;
}

/* Promises at most the @share-th part of what is left. */
static u64 grant_add(struct obd_export *exp, u64 want, u32 share)
{
	struct ost_target *ost = ost_of(exp->dev);
	u64 avail, give;

	mutex_lock(&ost->grant_lock);
	avail = free_bytes(exp->dev);
	give = avail > ost->granted ? min(want, div_u64(avail - ost->granted, share)) : 0;
	give = round_down(give, PAGE_SIZE);
	/* Of a client that is gone nobody gives anything back: see grant_disconnect(). */
	if (READ_ONCE(exp->failed))
		give = 0;
	ost->granted += give;
	exp->priv = (void *)((unsigned long)exp->priv + (unsigned long)give);
	mutex_unlock(&ost->grant_lock);
	return give;
}

u32 grant_connect(struct obd_export *exp, u32 asked)
{
	u64 have = (unsigned long)exp->priv, want = clamp(asked, GRANT_MIN, GRANT_MAX);
	bool known = have || target_recovering(exp->dev);

	/* Who is back asks for what it had been promised: its cache may be full of it. */
	if (want > have)
		have += grant_add(exp, want - have, known ? 1 : GRANT_SHARE);
	return (u32)have;
}

void grant_disconnect(struct obd_export *exp)
{
	struct ost_target *ost = ost_of(exp->dev);

	mutex_lock(&ost->grant_lock);
	ost->granted -= min_t(u64, ost->granted, (unsigned long)exp->priv);
	exp->priv = NULL;
	mutex_unlock(&ost->grant_lock);
}

u64 grant_write(struct obd_export *exp, u64 used, const struct wire_obdo *oa)
{
	struct ost_target *ost = ost_of(exp->dev);
	u64 wish = 0, dropped = 0, have;

	/* How much more it would like to have in its cache, and what it cannot use any more. */
	if (le64_to_cpu(oa->valid) & VALID_GRANT) {
		wish = min_t(u64, le32_to_cpu(oa->mode), GRANT_MAX);
		dropped = le32_to_cpu(oa->misc);
	}
	mutex_lock(&ost->grant_lock);
	have = (unsigned long)exp->priv;
	used = min(used + dropped, have);
	have -= used;
	exp->priv = (void *)(unsigned long)have;
	ost->granted -= min(ost->granted, used);
	mutex_unlock(&ost->grant_lock);
	return wish > have ? grant_add(exp, wish - have, GRANT_SHARE) : 0;
}

bool grant_reserve(struct obd_device *dev, u64 bytes)
{
	struct ost_target *ost = ost_of(dev);
	u64 avail;
	bool ok;

	mutex_lock(&ost->grant_lock);
	avail = free_bytes(dev);
	ok = !bytes || (avail >= ost->granted && avail - ost->granted >= bytes);
	if (ok)
		ost->granted += bytes;
	mutex_unlock(&ost->grant_lock);
	return ok;
}

void grant_release(struct obd_device *dev, u64 bytes)
{
	struct ost_target *ost = ost_of(dev);

	mutex_lock(&ost->grant_lock);
	ost->granted -= min(ost->granted, bytes);
	mutex_unlock(&ost->grant_lock);
}
