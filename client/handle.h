/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File handles. Between the two halves of their implementation: the kernel's struct fid is a file
 * handle, ours is something else, so that one file cannot know both.
 */
#ifndef SHEEN_CLIENT_HANDLE_H
#define SHEEN_CLIENT_HANDLE_H

#include <linux/types.h>

struct dentry;
struct export_operations;
struct inode;
struct super_block;

extern const struct export_operations lustre_export_ops;

#define LUSTRE_HANDLE_WORDS	8	/* two FIDs; as reference clients lay it out */

/** lustre_handle_fill() - @parent may be NULL */
void lustre_handle_fill(u32 *words, struct inode *inode, struct inode *parent);
/**
 * lustre_handle_open() - any dentry of the file, or with @parent of its directory; ERR_PTR,
 * -ESTALE: there is none any more
 */
struct dentry *lustre_handle_open(struct super_block *sb, const u32 *words, bool parent);
/** lustre_handle_parent() - of a directory, as lustre_handle_open() */
struct dentry *lustre_handle_parent(struct dentry *dir);

#endif
