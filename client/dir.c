// SPDX-License-Identifier: GPL-2.0
/*
 * Listing a directory: pages of entries in hash order from the MDT, a large part at a time, kept
 * with the open file. The position in a directory is the hash of the next entry.
 */
#include <linux/highmem.h>
#include <linux/slab.h>

#include "client/client.h"

#define PART_PAGES	64u	/* read at once: 256 KiB, some 4,000 entries */
#define DIR_POS_END	S64_MAX

/**
 * struct lustre_dir_part - entries with hashes from @start to below @end; does not change once it
 * has been read, as long as somebody else has it
 * @end: WIRE_DIR_END: to the end of the directory
 */
struct lustre_dir_part {
	refcount_t refs;
	u64 start;
	u64 end;
	unsigned int nr;
	struct page *pages[PART_PAGES];
};

struct lustre_dir_part *lustre_dir_part_get(struct lustre_dir_part *part)
{
	refcount_inc(&part->refs);
	return part;
}

void lustre_dir_part_put(struct lustre_dir_part *part)
{
	unsigned int i;

	if (!part || !refcount_dec_and_test(&part->refs))
		return;
	for (i = 0; i < PART_PAGES; i++)
		if (part->pages[i])
			__free_page(part->pages[i]);
	kfree(part);
}

static struct lustre_dir_part *part_new(void)
{
	struct lustre_dir_part *part = kzalloc(sizeof(*part), GFP_KERNEL);
	unsigned int i;

	if (!part)
		return NULL;
	refcount_set(&part->refs, 1);
	for (i = 0; i < PART_PAGES; i++) {
		part->pages[i] = alloc_page(GFP_KERNEL);
		if (!part->pages[i]) {
			lustre_dir_part_put(part);
			return NULL;
		}
	}
	return part;
}

/* One that may be read into. */
static struct lustre_dir_part *part_own(struct lustre_dir_part *part)
{
	if (part && refcount_read(&part->refs) == 1)
		return part;
	lustre_dir_part_put(part);
	return part_new();
}

static int part_read(struct inode *dir, u64 hash, struct lustre_dir_part *part)
{
	struct wire_dirpage *last;
	struct ldlm_lock *lock;
	int nr, rc;

	part->nr = 0;
	/*
	 * Under the lock of the listing, so that a missing name is known to be missing afterwards.
	 */
	rc = mdc_lock_dir(lustre_mdc(dir), &lustre_i(dir)->fid, &lock);
	if (rc)
		return rc;
	nr = mdc_readpage(lustre_mdc(dir), &lustre_i(dir)->fid, hash, part->pages, PART_PAGES);
	ldlm_decref(lock, LCK_PR);
	if (nr <= 0)
		return nr ?: -EPROTO;
	part->start = hash;
	last = kmap_local_page(part->pages[nr - 1]);
	part->end = le64_to_cpu(last->hash_end);
	kunmap_local(last);
	/* A part that does not get on would be read for ever. */
	if (part->end <= hash && part->end != WIRE_DIR_END)
		return -EUCLEAN;
	part->nr = nr;
	return 0;
}

static unsigned int entry_type(const struct wire_dirent *e, u32 namelen)
{
	const __le16 *mode = (const void *)(e->name + ((namelen + 1 + 1) & ~1u));

	if (!(le32_to_cpu(e->attrs) & LUDA_TYPE))
		return DT_UNKNOWN;
	return (le16_to_cpu(*mode) & S_IFMT) >> 12;
}

static u64 entry_ino(const struct wire_dirent *e)
{
	struct fid fid;

	mdc_fid_get(&e->fid, &fid);
	return (fid.seq << 24) + ((fid.seq >> 24) & 0xffffff0000ULL) + fid.oid;
}

/* Checks the entry at @off of a page; its length, 0 at the end of the page, or an error. */
static int entry_check(const void *page, u32 off)
{
	const struct wire_dirent *e = page + off;
	u32 namelen, len;

	if (off + sizeof(*e) > WIRE_DIRPAGE_SIZE)
		return 0;
	namelen = le16_to_cpu(e->namelen);
	len = sizeof(*e) + ((namelen + 1 + 1) & ~1u) + sizeof(__le16);
	if (!namelen || namelen > NAME_MAX || off + len > WIRE_DIRPAGE_SIZE)
		return -EUCLEAN;
	len = le16_to_cpu(e->reclen);
	return len >= sizeof(*e) || !len ? 0 : -EUCLEAN;
}

const struct wire_dirent *lustre_dir_next(const struct lustre_dir_part *part,
					  struct lustre_dir_cursor *c)
{
	const struct wire_dirpage *head;
	const struct wire_dirent *e;

	for (; c->page < part->nr; c->page++, c->off = 0) {
		head = page_address(part->pages[c->page]);
		if (le32_to_cpu(head->flags) & LDF_EMPTY)
			continue;
		c->off = c->off ?: sizeof(*head);
		if (c->off + sizeof(*e) > WIRE_DIRPAGE_SIZE || entry_check(head, c->off))
			return NULL;
		e = (const void *)head + c->off;
		c->off += le16_to_cpu(e->reclen);
		if (!e->reclen) {
			c->page++;
			c->off = 0;
		}
		return e;
	}
	return NULL;
}

/* Emits entries of a page; 1 when the caller's buffer is full. */
static int page_emit(const void *page, struct dir_context *ctx)
{
	const struct wire_dirpage *head = page;
	const struct wire_dirent *e;
	u32 off = sizeof(*head), namelen;
	int rc;

	if (le32_to_cpu(head->flags) & LDF_EMPTY)
		return 0;
	for (;;) {
		if (off + sizeof(*e) > WIRE_DIRPAGE_SIZE)
			return -EUCLEAN;
		rc = entry_check(page, off);
		if (rc)
			return rc;
		e = page + off;
		namelen = le16_to_cpu(e->namelen);
		if (le64_to_cpu(e->hash) >= (u64)ctx->pos) {
			ctx->pos = le64_to_cpu(e->hash);
			if (!dir_emit(ctx, e->name, namelen, entry_ino(e), entry_type(e, namelen)))
				return 1;
		}
		if (!e->reclen)
			return 0;
		off += le16_to_cpu(e->reclen);
	}
}

static int part_emit(struct lustre_dir_part *part, struct dir_context *ctx)
{
	unsigned int i;
	void *page;
	int rc = 0;

	for (i = 0; i < part->nr && !rc; i++) {
		page = kmap_local_page(part->pages[i]);
		rc = page_emit(page, ctx);
		kunmap_local(page);
	}
	return rc;
}

static bool part_has(const struct lustre_dir_part *part, u64 pos)
{
	return part && part->nr && pos && pos >= part->start && pos < part->end;
}

static int lustre_readdir(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file_inode(file);
	struct lustre_file *lf = file->private_data;
	int rc = READ_ONCE(lustre_i(dir)->layout_error);

	if (rc)
		return rc;
	while (!rc && ctx->pos != DIR_POS_END) {
		u64 pos = ctx->pos;

		/* From the beginning: what has changed meanwhile is to be seen. */
		if (!part_has(lf->dir, pos)) {
			lf->dir = part_own(lf->dir);
			rc = lf->dir ? part_read(dir, pos, lf->dir) : -ENOMEM;
			if (rc)
				break;
			lustre_ahead_part(file, lf->dir, !pos);
		}
		rc = part_emit(lf->dir, ctx);
		if (!rc)
			ctx->pos = lf->dir->end == WIRE_DIR_END ? DIR_POS_END : lf->dir->end;
	}
	return rc > 0 ? 0 : rc;
}

static loff_t lustre_dir_llseek(struct file *file, loff_t off, int whence)
{
	return generic_file_llseek_size(file, off, whence, S64_MAX, DIR_POS_END);
}

static int lustre_dir_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *dir = file_inode(file);

	return mdc_sync(lustre_mdc(dir), &lustre_i(dir)->fid);
}

const struct file_operations lustre_dir_fops = {
	.open = lustre_open,
	.release = lustre_release,
	.iterate_shared = lustre_readdir,
	.llseek = lustre_dir_llseek,
	.read = generic_read_dir,
	.fsync = lustre_dir_fsync,
	.flock = lustre_flock,
	.lock = lustre_flock,
	.unlocked_ioctl = lustre_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
