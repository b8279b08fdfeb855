// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a mount: MGS, MDT, OSTs. OSTs that are added later join while the file system
 * is in use.
 */
#include "client/client.h"

#define NEW_OST_WAIT	(10 * HZ)	/* until we hear of one from the MGS, too */

/*
 * Whether the administrator does not want this OST to be used: its uuid or its name is in the list.
 */
static bool is_excluded(const struct lustre_sb *sbi, const struct mgc_target *tgt)
{
	const char *word = sbi->exclude;
	char name[OBD_NAME_SIZE];
	size_t len;

	if (!word)
		return false;
	snprintf(name, sizeof(name), "%s-OST%04x", sbi->fsname, tgt->index);
	for (;;) {
		len = strcspn(word, ":");
		if (len && ((len == strlen(tgt->uuid) && !memcmp(word, tgt->uuid, len)) ||
			    (len == strlen(name) && !memcmp(word, name, len))))
			return true;
		if (!word[len])
			return false;
		word += len + 1;
	}
}

static int ost_add(struct lustre_sb *sbi, const struct mgc_target *tgt)
{
	char name[OBD_NAME_SIZE];
	struct osc *osc;
	int rc;

	if (xa_load(&sbi->oscs, tgt->index))
		return 0;
	snprintf(name, sizeof(name), "%s-OST%04x-osc-%s", sbi->fsname, tgt->index, sbi->instance);
	rc = osc_start(name, sbi->uuid, tgt, &lustre_osc_ops, sbi, &osc);
	if (rc)
		return rc;
	if (is_excluded(sbi, tgt)) {
		pr_info("%s: %s is excluded: what lies there cannot be used\n", sbi->fsname,
			tgt->uuid);
		osc_set_active(osc, false);
	}
	rc = xa_err(xa_store(&sbi->oscs, tgt->index, osc, GFP_KERNEL));
	if (rc)
		osc_stop(osc, true);
	else
		wake_up_all(&sbi->oscs_grown);
	return rc;
}

static int target_seen(void *data, const struct mgc_target *tgt)
{
	struct lustre_sb *sbi = data;

	if (!tgt->is_mdt)
		return ost_add(sbi, tgt);
	if (tgt->index) {
		pr_warn("%s: more than one MDT is not supported: what lies on MDT %u cannot be used here\n",
			sbi->fsname, tgt->index);
		return 0;
	}
	sbi->mdt = *tgt;
	sbi->mdt_known = true;
	return 0;
}

static const struct mgc_targets_ops conf_ops = {
	.target = target_seen,
};

static int mdt_connect(struct lustre_sb *sbi)
{
	char name[OBD_NAME_SIZE];

	if (!sbi->mdt_known) {
		pr_err("%s: the configuration names no MDT\n", sbi->fsname);
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "%s-MDT0000-mdc-%s", sbi->fsname, sbi->instance);
	return mdc_start(name, sbi->uuid, &sbi->mdt, &lustre_mdc_lock_ops, sbi, &sbi->mdc);
}

int lustre_connect(struct lustre_sb *sbi)
{
	int rc = lnet_user_get();

	if (rc) {
		pr_err("%s: the network is not up: lctl network up\n", sbi->fsname);
		return rc;
	}
	rc = mgc_open(sbi->mgs_nids, sbi->nr_mgs_nids, sbi->uuid, &sbi->mgc);
	if (rc) {
		lnet_user_put();
		return rc;
	}
	rc = mgc_follow_targets(sbi->mgc, sbi->fsname, &conf_ops, sbi);
	if (rc == -ENOENT)
		pr_err("%s: the MGS has no file system of this name\n", sbi->fsname);
	return rc ?: mdt_connect(sbi);
}

/* Also after a lustre_connect() that failed half way. */
void lustre_disconnect(struct lustre_sb *sbi)
{
	struct osc *osc;
	unsigned long i;

	if (!sbi->mgc)
		return;
	/* First, so that no OST is added any more. */
	mgc_close(sbi->mgc);
	xa_for_each(&sbi->oscs, i, osc)
		osc_stop(osc, sbi->force);
	if (sbi->mdc)
		mdc_stop(sbi->mdc, sbi->force);
	lnet_user_put();
}

struct osc *lustre_osc(struct lustre_sb *sbi, u32 index)
{
	struct osc *osc = NULL;

	wait_event_killable_timeout(sbi->oscs_grown, (osc = xa_load(&sbi->oscs, index)),
				    NEW_OST_WAIT);
	return osc;
}
