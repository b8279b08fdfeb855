// SPDX-License-Identifier: GPL-2.0
/* File handles are the FID of a file, and that of the directory in which it was found. */
#include "client/client.h"
#include "client/handle.h"

struct handle {
	struct fid file;
	struct fid parent;
};

static_assert(sizeof(struct handle) == LUSTRE_HANDLE_WORDS * sizeof(u32));

void lustre_handle_fill(u32 *words, struct inode *inode, struct inode *parent)
{
	struct handle h = { .file = lustre_i(inode)->fid };

	if (parent)
		h.parent = lustre_i(parent)->fid;
	memcpy(words, &h, sizeof(h));
}

/*
 * A dentry for what the MDT finds by FID, or under a name in the directory @fid. It is asked even
 * when the file is known here: it may have been removed.
 */
static struct dentry *find(struct super_block *sb, const struct fid *fid, const char *name, u32 it)
{
	struct mdc *mdc = lustre_sb(sb)->mdc;
	struct inode *inode;
	struct mdc_cred cred;
	struct mdc_reply r;
	int rc;

	lustre_cred(NULL, NULL, &cred);
	rc = mdc_lookup(mdc, name ? fid : NULL, name, name ? strlen(name) : 0, name ? NULL : fid,
			it, &cred, &r);
	inode = rc ? ERR_PTR(lustre_gone(rc)) : lustre_iget(sb, &r);
	mdc_reply_put(&r);
	return d_obtain_alias(inode);
}

struct dentry *lustre_handle_open(struct super_block *sb, const u32 *words, bool parent)
{
	const struct fid *fid;
	struct handle h;

	memcpy(&h, words, sizeof(h));
	fid = parent ? &h.parent : &h.file;
	return fid_is_zero(fid) ? ERR_PTR(-ESTALE) : find(sb, fid, NULL, IT_GETATTR);
}

struct dentry *lustre_handle_parent(struct dentry *dir)
{
	return find(dir->d_sb, &lustre_i(d_inode(dir))->fid, "..", IT_LOOKUP);
}
