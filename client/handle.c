// SPDX-License-Identifier: GPL-2.0
/* File handles, for NFS servers and open_by_handle_at(2): what the VFS sees of them. */
#include <linux/dcache.h>
#include <linux/exportfs.h>

#include "client/handle.h"

static int lustre_encode_fh(struct inode *inode, u32 *words, int *max, struct inode *parent)
{
	int room = *max;

	*max = LUSTRE_HANDLE_WORDS;
	if (room < LUSTRE_HANDLE_WORDS)
		return FILEID_INVALID;
	lustre_handle_fill(words, inode, parent);
	return FILEID_LUSTRE;
}

static struct dentry *lustre_fh_to_dentry(struct super_block *sb, struct fid *fid, int words,
					  int type)
{
	if (type != FILEID_LUSTRE || words < LUSTRE_HANDLE_WORDS)
		return NULL;
	return lustre_handle_open(sb, fid->raw, false);
}

static struct dentry *lustre_fh_to_parent(struct super_block *sb, struct fid *fid, int words,
					  int type)
{
	if (type != FILEID_LUSTRE || words < LUSTRE_HANDLE_WORDS)
		return NULL;
	return lustre_handle_open(sb, fid->raw, true);
}

/* Names are found by reading the directory, which the VFS does by itself. */
const struct export_operations lustre_export_ops = {
	.encode_fh = lustre_encode_fh,
	.fh_to_dentry = lustre_fh_to_dentry,
	.fh_to_parent = lustre_fh_to_parent,
	.get_parent = lustre_handle_parent,
};
