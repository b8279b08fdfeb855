// SPDX-License-Identifier: GPL-2.0
/*
 * Directories in the order of ext4's 63-bit name hashes, with FIDs from the reverse index.
 */
#include "obd/osd/ext4/ext4.h"

struct e4_readdir_ctx {
	struct dir_context ctx;
	struct e4_object *dir;
	osd_dirent_fn fn;
	void *data;
	u64 start;
	int rc;
};

static int e4_entry_fid(struct e4_object *dir, const char *name, int len, u64 ino,
			struct fid *fid)
{
	if (name[0] == '.' && len == 1) {
		*fid = dir->oo.fid;
		return 0;
	}
	if (name[0] == '.' && name[1] == '.' && len == 2)
		return e4_parent(&dir->oo, fid);
	return e4_ino2fid(e4_odev(dir), ino, fid);
}

/* An entry whose object has no FID is left out: it was put there by hand. */
static bool e4_readdir_entry(struct dir_context *ctx, const char *name, int len, loff_t hash,
			     u64 ino, unsigned int type)
{
	struct e4_readdir_ctx *rd = container_of(ctx, struct e4_readdir_ctx, ctx);
	struct fid fid;
	int rc;

	if (hash < rd->start)
		return true;
	rc = e4_entry_fid(rd->dir, name, len, ino, &fid);
	if (rc == -ENODATA || rc == -ESTALE || rc == -ENOENT)
		return true;
	rd->rc = rc ? rc : rd->fn(rd->data, name, len, hash, &fid, type);
	return !rd->rc;
}

static int e4_readdir_all(struct file *file, struct e4_readdir_ctx *rd)
{
	loff_t before;
	int rc;

	/* past the end is the end */
	if (rd->start > S64_MAX || vfs_llseek(file, rd->start, SEEK_SET) < 0)
		return 0;
	do {
		before = file->f_pos;
		rd->ctx.pos = before;
		rc = iterate_dir(file, &rd->ctx);
	} while (!rc && !rd->rc && file->f_pos != before);
	if (rc == -ENOENT)
		rc = 0;		/* removed while open: empty */
	return rd->rc ? rd->rc : rc;
}

int e4_readdir(struct osd_object *oo, u64 start, osd_dirent_fn fn, void *data)
{
	struct e4_object *dir = e4_obj(oo);
	struct e4_device *dev = e4_odev(dir);
	struct path path = { .mnt = dev->mnt, .dentry = dir->dentry };
	struct e4_readdir_ctx rd = {
		.ctx.actor = e4_readdir_entry,
		.dir = dir,
		.fn = fn,
		.data = data,
		.start = start,
	};
	const struct cred *saved;
	struct file *file;
	int rc;

	if (!d_is_dir(dir->dentry))
		return -ENOTDIR;
	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	saved = override_creds(dev->cred);
	file = dentry_open(&path, O_RDONLY | O_DIRECTORY | O_NOATIME, dev->cred);
	if (IS_ERR(file)) {
		rc = PTR_ERR(file);
	} else {
		file->f_mode |= FMODE_64BITHASH;
		rc = e4_readdir_all(file, &rd);
		e4_fput(file);
	}
	revert_creds(saved);
	return rc;
}
