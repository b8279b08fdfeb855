// SPDX-License-Identifier: GPL-2.0
/*
 * Who looks at many files of a directory one after the other, in an order that can be foreseen,
 * gets the attributes of the next ones with those that he asks for: names, attributes and locks in
 * one request to the MDT, and sizes in one to each OST. There is no thread: he waits for the first
 * a little longer and not at all for the others, which are in the dentry cache then.
 *
 * Only servers of our own kind are asked like that.
 */
#include <linux/dcache.h>
#include <linux/slab.h>

#include "client/ahead.h"

static struct inode *found_inode(struct inode *dir, struct mdc_named *named, unsigned long *era)
{
	struct inode *inode = NULL;

	if (!named->rc)
		inode = lustre_iget(dir->i_sb, &named->reply);
	if (IS_ERR(inode))
		inode = NULL;
	*era = inode ? lustre_name_era(inode, &named->reply) : 0;
	mdc_reply_put(&named->reply);
	return inode;
}

/*
 * Ties a name to what was found under it, unless somebody has done so meanwhile; takes the
 * reference. The caller has the directory locked shared, and no dentry in lookup: this may wait for
 * the lookup of another process.
 */
static void name_prime(struct dentry *parent, const struct mdc_named *named, struct inode *inode,
		       unsigned long era)
{
	struct qstr name = QSTR_INIT(named->name, named->len);
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);
	struct dentry *dentry, *alias;

	name.hash = full_name_hash(parent, name.name, name.len);
	dentry = d_alloc_parallel(parent, &name, &wq);
	if (IS_ERR(dentry)) {
		iput(inode);
		return;
	}
	if (d_in_lookup(dentry)) {
		alias = lustre_tie_name(inode, dentry, era);
		d_lookup_done(dentry);
		if (!IS_ERR_OR_NULL(alias))
			dput(alias);
	} else {
		/* Known already, but perhaps not by a lock that holds. */
		if (d_inode(dentry) == inode)
			dentry->d_time = era;
		iput(inode);
	}
	dput(dentry);
}

/* @inodes: with a reference each, which goes; some are NULL */
static void names_tie(struct dentry *dentry, struct mdc_named *named, struct inode **inodes,
		      unsigned long *eras, unsigned int nr, struct dentry **found)
{
	unsigned int i;

	/* First: whoever waits for another's lookup must not have one of his own open. */
	if (inodes[0])
		*found = lustre_tie_name(inodes[0], dentry, eras[0]);
	for (i = 1; i < nr; i++) {
		if (!inodes[i])
			continue;
		if (inodes[0])
			name_prime(dentry->d_parent, &named[i], inodes[i], eras[i]);
		else
			iput(inodes[i]);
	}
}

unsigned int ahead_ask(struct inode *dir, struct dentry *dentry, struct mdc_named *named,
		       unsigned int nr, struct dentry **found)
{
	struct inode **inodes = kvcalloc(nr, sizeof(*inodes), GFP_KERNEL);
	unsigned long *eras = kvcalloc(nr, sizeof(*eras), GFP_KERNEL);
	unsigned int i, known = 0;
	struct mdc_cred cred;

	if (!inodes || !eras)
		goto out;
	lustre_cred(dir, NULL, &cred);
	if (mdc_lookup_batch(lustre_mdc(dir), &lustre_i(dir)->fid, named, nr, &cred))
		goto out;
	for (i = 0; i < nr; i++) {
		inodes[i] = found_inode(dir, &named[i], &eras[i]);
		known += !!inodes[i];
	}
	lustre_glimpse_many(inodes, nr);
	if (!inodes[0])
		known = 0;
	names_tie(dentry, named, inodes, eras, nr, found);
out:
	kvfree(eras);
	kvfree(inodes);
	return known;
}

bool lustre_ahead_lookup(struct inode *dir, struct dentry *dentry, struct dentry **found)
{
	if (!rpc_batch_possible(mdc_import(lustre_mdc(dir))))
		return false;
	return ahead_listing_lookup(dir, dentry, found) ||
	       ahead_numbered_lookup(dir, dentry, found);
}
