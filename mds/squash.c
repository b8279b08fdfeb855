// SPDX-License-Identifier: GPL-2.0
/*
 * Root squash: root of a client is nobody special here, except on nodes that are trusted.
 *
 * A client's word for who asks is taken as always; what root squash takes from it is root's: the
 * uid, the group 0 and all capabilities.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/* ---- the rules ---- */

static bool is_trusted(const struct mds_squash *s, lnet_nid_t nid)
{
	unsigned int i;

	for (i = 0; i < s->nr_nids; i++)
		if (s->nids[i] == nid)
			return true;
	return false;
}

static void drop_root_group(struct osd_cred *cred)
{
	u32 i, kept = 0;

	for (i = 0; i < cred->nr_groups; i++)
		if (cred->groups[i])
			cred->groups[kept++] = cred->groups[i];
	cred->nr_groups = kept;
	/* The list is in ascending order; of one that is not, what comes behind a 0 is left out. */
	if (cred->nr_more && !cred->more[0]) {
		cred->more++;
		cred->nr_more--;
	}
	for (i = 0; i < cred->nr_more; i++)
		if (!cred->more[i])
			cred->nr_more = i;
}

void mds_squash_cred(const struct mds_squash *s, lnet_nid_t nid, struct osd_cred *cred)
{
	if (!s->uid || is_trusted(s, nid))
		return;
	cred->cap = 0;
	if (!cred->uid) {
		cred->uid = s->uid;
		cred->gid = s->gid;
		cred->nr_groups = 0;
		cred->nr_more = 0;
		return;
	}
	if (!cred->gid)
		cred->gid = s->gid;
	drop_root_group(cred);
}

void mds_squash_caller(struct rpc_srv_req *req, struct osd_cred *cred)
{
	struct mds *mds = mds_of(req);

	if (!READ_ONCE(mds->squash.uid))
		return;
	spin_lock(&mds->squash_lock);
	mds_squash_cred(&mds->squash, req->exp->nid, cred);
	spin_unlock(&mds->squash_lock);
}

/* ---- as text ---- */

static int parse_ids(struct mds_squash *s, const char *word, char *why, size_t size)
{
	size_t len = strcspn(word, ":");
	char uid[sizeof("4294967295")];

	if (!word[len] || len >= sizeof(uid)) {
		snprintf(why, size, "root_squash: '%s' is not UID:GID", word);
		return -EINVAL;
	}
	memcpy(uid, word, len);
	uid[len] = '\0';
	if (kstrtou32(uid, 10, &s->uid) || kstrtou32(word + len + 1, 10, &s->gid) ||
	    s->uid == U32_MAX || s->gid == U32_MAX) {
		snprintf(why, size, "root_squash: '%s' is not UID:GID, both 0 to 4294967294", word);
		return -EINVAL;
	}
	if (!s->uid == !s->gid)
		return 0;
	snprintf(why, size, "root_squash: '%s' leaves root a 0; only 0:0 may have one, for off",
		 word);
	return -EINVAL;
}

int mds_squash_parse(struct mds_squash *s, int argc, char **argv, char *why, size_t size)
{
	int i, rc;

	memset(s, 0, sizeof(*s));
	rc = parse_ids(s, argv[0], why, size);
	if (rc)
		return rc;
	if (argc - 1 > SHEEN_SQUASH_NIDS_MAX) {
		snprintf(why, size, "root_squash: at most %u NIDs can be exempt",
			 SHEEN_SQUASH_NIDS_MAX);
		return -E2BIG;
	}
	for (i = 1; i < argc; i++) {
		if (lnet_nid_parse(argv[i], &s->nids[s->nr_nids++])) {
			snprintf(why, size, "root_squash: '%s' is not a NID, like 10.0.0.1@tcp",
				 argv[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static void show(const struct mds_squash *s, char *text, size_t size)
{
	char nid[LNET_NIDSTR_SIZE];
	unsigned int i;
	int n;

	n = scnprintf(text, size, "root_squash: %u:%u\n", s->uid, s->gid);
	for (i = 0; i < s->nr_nids; i++)
		n += scnprintf(text + n, size - n, "no_root_squash: %s\n",
			       lnet_nid_str(s->nids[i], nid));
}

int mds_squash_op(struct mds *mds, int argc, char **argv, char *text, size_t size)
{
	struct mds_squash s;
	int rc;

	if (!argc) {
		spin_lock(&mds->squash_lock);
		s = mds->squash;
		spin_unlock(&mds->squash_lock);
		show(&s, text, size);
		return 0;
	}
	rc = mds_squash_parse(&s, argc, argv, text, size);
	if (rc)
		return rc;
	spin_lock(&mds->squash_lock);
	mds->squash = s;
	spin_unlock(&mds->squash_lock);
	pr_info("%s: root squash is %u:%u now, with %u nodes exempt\n", mds->dev->name, s.uid,
		s.gid, s.nr_nids);
	return 0;
}
