// SPDX-License-Identifier: GPL-2.0
/*
 * Small files of the server itself: records inside transactions, and files that are replaced as a
 * whole.
 */
#include <linux/namei.h>
#include <linux/slab.h>

#include "kernel/compat/rename.h"
#include "obd/osd/ext4/ext4.h"

#define E4_RECORD_MAX	4096u	/* bytes of one write, which does not cross a multiple of it */

static struct e4_named *e4_named(struct osd_file *of)
{
	return container_of(of, struct e4_named, of);
}

/* ---- records ---- */

/* Called with files_lock held. */
static struct e4_named *e4_named_find(struct e4_device *dev, const char *name)
{
	struct e4_named *nf;

	list_for_each_entry(nf, &dev->files, link)
		if (!strcmp(nf->name, name))
			return nf;
	return NULL;
}

static struct e4_named *e4_named_new(struct e4_device *dev, const char *name)
{
	struct e4_named *nf;
	struct file *file;
	int rc;

	nf = kzalloc(sizeof(*nf), GFP_KERNEL);
	if (!nf)
		return ERR_PTR(-ENOMEM);
	nf->of.dev = &dev->od;
	rc = -ENOMEM;
	nf->name = kstrdup(name, GFP_KERNEL);
	if (!nf->name)
		goto out_free;
	file = e4_open_path(dev, name, O_RDWR | O_CREAT);
	if (IS_ERR(file)) {
		rc = PTR_ERR(file);
		goto out_name;
	}
	nf->bf = e4_bfile_new(dev, file, max_t(u64, E4_RECORD_MAX, dev->sb->s_blocksize));
	if (IS_ERR(nf->bf)) {
		rc = PTR_ERR(nf->bf);
		goto out_name;
	}
	list_add_tail(&nf->link, &dev->files);
	return nf;

out_name:
	kfree(nf->name);
out_free:
	kfree(nf);
	return ERR_PTR(rc);
}

int e4_file_open(struct osd_device *od, const char *name, u64 prealloc, struct osd_file **f)
{
	struct e4_device *dev = e4_dev(od);
	const struct cred *saved;
	struct e4_named *nf;
	int rc;

	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	mutex_lock(&dev->files_lock);
	rc = mnt_want_write(dev->mnt);
	if (rc)
		goto out;
	saved = override_creds(dev->cred);
	nf = e4_named_find(dev, name);
	if (!nf)
		nf = e4_named_new(dev, name);
	if (IS_ERR(nf)) {
		rc = PTR_ERR(nf);
		goto out_creds;
	}
	prealloc = round_up(prealloc, E4_RECORD_MAX);
	rc = e4_bfile_reserve(nf->bf, 0, prealloc);
	if (!rc && prealloc > nf->size)
		WRITE_ONCE(nf->size, prealloc);
	if (!rc)
		*f = &nf->of;
out_creds:
	revert_creds(saved);
	mnt_drop_write(dev->mnt);
out:
	mutex_unlock(&dev->files_lock);
	return rc;
}

/*
 * The file stays open until the device is unmounted: its contents are in buffers that its page
 * cache knows nothing of.
 */
void e4_file_close(struct osd_file *f)
{
}

int e4_file_write(struct osd_trans *ot, struct osd_file *of, u64 offset, const void *buf,
		  size_t len)
{
	struct e4_trans *th = e4_trans(ot);
	struct e4_named *nf = e4_named(of);

	if (!len || len > E4_RECORD_MAX || offset + len > READ_ONCE(nf->size) ||
	    offset / E4_RECORD_MAX != (offset + len - 1) / E4_RECORD_MAX)
		return -EINVAL;
	th->dirty = true;
	return e4_bfile_write(nf->bf, th->handle, offset, buf, len);
}

static ssize_t e4_bfile_load(struct e4_bfile *bf, u64 offset, void *buf, size_t len)
{
	u64 size = i_size_read(file_inode(bf->file));
	int rc;

	if (offset >= size)
		return 0;
	len = min_t(u64, len, size - offset);
	rc = e4_bfile_find(bf, offset, len);
	if (!rc)
		rc = e4_bfile_read(bf, offset, buf, len);
	return rc ? rc : len;
}

ssize_t e4_file_read(struct osd_file *of, u64 offset, void *buf, size_t len)
{
	return e4_bfile_load(e4_named(of)->bf, offset, buf, len);
}

void e4_files_close(struct e4_device *dev)
{
	struct e4_named *nf, *next;

	list_for_each_entry_safe(nf, next, &dev->files, link) {
		list_del(&nf->link);
		e4_bfile_close(nf->bf);
		kfree(nf->name);
		kfree(nf);
	}
}

/* ---- whole files ---- */

/*
 * A file to be filled; one of this name is from a time that ended in the middle. Freeze protection
 * is taken here and there, not around it all: writing takes it too.
 */
static struct file *e4_temp_open(struct e4_device *dev, const char *name)
{
	struct file *file;
	int rc = mnt_want_write(dev->mnt);

	if (rc)
		return ERR_PTR(rc);
	file = e4_open_path(dev, name, O_RDWR | O_CREAT);
	mnt_drop_write(dev->mnt);
	return file;
}

static int e4_write_all(struct file *file, const void *buf, size_t len)
{
	int rc = vfs_truncate(&file->f_path, 0);
	loff_t pos = 0;
	ssize_t n;

	if (rc)
		return rc;
	while (pos < len) {
		n = kernel_write(file, buf + pos, len - pos, &pos);
		if (n < 0)
			return n;
		if (!n)
			return -ENOSPC;
	}
	return vfs_fsync(file, 0);
}

/* Gives the file behind @file the name @name in its directory. */
static int e4_rename_over(struct e4_device *dev, struct file *file, const char *name)
{
	struct dentry *dir, *new;
	int rc = mnt_want_write(dev->mnt);

	if (rc)
		return rc;
	dir = dget_parent(file->f_path.dentry);
	inode_lock_nested(d_inode(dir), E4_I_MUTEX_OWN);
	new = lookup_one_len(name, dir, strlen(name));
	if (IS_ERR(new)) {
		rc = PTR_ERR(new);
	} else {
		rc = compat_rename_within(d_inode(dir), file->f_path.dentry, new);
		dput(new);
	}
	inode_unlock(d_inode(dir));
	dput(dir);
	mnt_drop_write(dev->mnt);
	return rc;
}

int e4_file_replace(struct osd_device *od, const char *name, const void *buf, size_t len)
{
	struct e4_device *dev = e4_dev(od);
	const char *last = strrchr(name, '/');
	const struct cred *saved;
	struct file *file;
	char *temp;
	int rc;

	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	temp = kasprintf(GFP_KERNEL, "%s.new", name);
	if (!temp)
		return -ENOMEM;
	mutex_lock(&dev->files_lock);
	saved = override_creds(dev->cred);
	rc = -EBUSY;
	if (e4_named_find(dev, name))
		goto out;
	file = e4_temp_open(dev, temp);
	if (IS_ERR(file)) {
		rc = PTR_ERR(file);
		goto out;
	}
	rc = e4_write_all(file, buf, len);
	if (!rc)
		rc = e4_rename_over(dev, file, last ? last + 1 : name);
	e4_fput(file);
	if (!rc)
		rc = jbd2_journal_force_commit(dev->journal);
out:
	revert_creds(saved);
	mutex_unlock(&dev->files_lock);
	kfree(temp);
	return rc;
}

/*
 * Reads all of a file whose size is @size, from the page cache or, when it is one of records, from
 * its buffers.
 */
static int e4_load(struct e4_named *nf, struct file *file, size_t size, char **buf)
{
	loff_t pos = 0;
	ssize_t n = 0;
	char *all;

	all = kvmalloc(size + 1, GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	while (pos < size) {
		if (nf) {
			n = e4_bfile_load(nf->bf, pos, all + pos, size - pos);
			pos += max_t(ssize_t, n, 0);
		} else {
			n = kernel_read(file, all + pos, size - pos, &pos);
		}
		if (n <= 0)
			break;
	}
	if (pos < size) {
		kvfree(all);
		return n < 0 ? n : -EIO;
	}
	all[size] = '\0';
	*buf = all;
	return 0;
}

int e4_file_load(struct osd_device *od, const char *name, size_t max, char **buf, size_t *len)
{
	struct e4_device *dev = e4_dev(od);
	const struct cred *saved;
	struct file *file = NULL;
	struct e4_named *nf;
	loff_t size;
	int rc;

	if (WARN_ON_ONCE(e4_in_trans()))
		return -EDEADLK;
	mutex_lock(&dev->files_lock);
	saved = override_creds(dev->cred);
	nf = e4_named_find(dev, name);
	if (!nf) {
		file = e4_open_path(dev, name, O_RDONLY);
		if (IS_ERR(file)) {
			rc = PTR_ERR(file);
			goto out;
		}
	}
	size = i_size_read(file_inode(nf ? nf->bf->file : file));
	rc = -EFBIG;
	if (size <= max)
		rc = e4_load(nf, file, size, buf);
	if (!rc)
		*len = size;
	if (file)
		e4_fput(file);
out:
	revert_creds(saved);
	mutex_unlock(&dev->files_lock);
	return rc;
}
