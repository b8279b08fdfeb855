// SPDX-License-Identifier: GPL-2.0
/*
 * Reading directories: entries in pages of 4 KiB, in the order of their hashes.
 *
 * A client goes on at the hash at which the last page ended, so a run of entries with equal
 * hashes should not be cut: the run that does not fit moves to the next page as a whole.  Only
 * one that is longer than a page is cut, and the page says so (LDF_COLLIDE).
 */
#include <linux/align.h>
#include <linux/bvec.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

/* ---- pages ---- */

static u32 type_offset(size_t namelen)
{
	return ALIGN(sizeof(struct wire_dirent) + namelen + 1, 2);
}

static u32 entry_size(size_t namelen)
{
	return ALIGN(type_offset(namelen) + sizeof(__le16), 8);
}

static struct wire_dirpage *page_head(struct mds_dirpages *d)
{
	return d->pages[d->used];
}

static struct wire_dirent *page_entry(struct mds_dirpages *d, u32 offset)
{
	return d->pages[d->used] + offset;
}

static void page_start(struct mds_dirpages *d, u64 hash)
{
	page_head(d)->hash_start = cpu_to_le64(hash);
	d->fill = sizeof(struct wire_dirpage);
	d->last = 0;
	d->run = d->fill;
}

void mds_dirpages_init(struct mds_dirpages *d, void **pages, unsigned int nr, u64 start)
{
	memset(d, 0, sizeof(*d));
	d->pages = pages;
	d->nr = nr;
	d->next = start;
	page_start(d, start);
}

/* Ends the page at work; the next one begins at @next. */
static void page_close(struct mds_dirpages *d, u64 next)
{
	struct wire_dirpage *head = page_head(d);
	u32 flags = 0;

	if (!d->last)
		flags |= LDF_EMPTY;
	else
		page_entry(d, d->last)->reclen = 0;
	if (d->last && d->last_hash == next)
		flags |= LDF_COLLIDE;
	head->hash_end = cpu_to_le64(next);
	head->flags = cpu_to_le32(flags);
	d->next = next;
	d->used++;
}

/* The last entry before @offset, 0: none. */
static u32 entry_before(struct mds_dirpages *d, u32 offset)
{
	u32 at = sizeof(struct wire_dirpage), prev = 0;

	while (at < offset) {
		prev = at;
		at += le16_to_cpu(page_entry(d, at)->reclen);
	}
	return prev;
}

/*
 * The page is full and the next entry has the hash @hash: closes it, without the run that the
 * entry belongs to. Returns 1 when that was the last page.
 */
static int page_turn(struct mds_dirpages *d, u64 hash)
{
	bool move = d->last && d->last_hash == hash && d->run > sizeof(struct wire_dirpage);
	void *old = d->pages[d->used];
	u32 run = d->run, len = d->fill - run, last = d->last;

	if (move) {
		d->last = entry_before(d, run);
		d->last_hash = le64_to_cpu(page_entry(d, d->last)->hash);
	}
	page_close(d, hash);
	if (d->used == d->nr) {
		if (move)
			memset(old + run, 0, len);
		return 1;
	}
	page_start(d, hash);
	if (!move)
		return 0;
	memcpy(d->pages[d->used] + d->fill, old + run, len);
	memset(old + run, 0, len);
	d->last = d->fill + (last - run);
	d->fill += len;
	d->last_hash = hash;
	return 0;
}

static void entry_write(struct wire_dirent *e, const char *name, size_t len, u64 hash,
			const struct fid *fid, unsigned int type)
{
	__le16 *mode = (void *)e + type_offset(len);

	mds_fid_write(&e->fid, fid);
	e->hash = cpu_to_le64(hash);
	e->reclen = cpu_to_le16(entry_size(len));
	e->namelen = cpu_to_le16(len);
	e->attrs = cpu_to_le32(LUDA_FID | LUDA_TYPE);
	memcpy(e->name, name, len);
	*mode = cpu_to_le16(type << 12);
}

int mds_dirpages_add(void *data, const char *name, size_t len, u64 hash, const struct fid *fid,
		     unsigned int type)
{
	struct mds_dirpages *d = data;
	u32 size = entry_size(len);

	if (d->fill + size > WIRE_DIRPAGE_SIZE && page_turn(d, hash))
		return 1;
	/* After a run has moved the entry may still not fit; then the run is longer than a page. */
	if (d->fill + size > WIRE_DIRPAGE_SIZE && page_turn(d, hash))
		return 1;
	if (!d->last || d->last_hash != hash)
		d->run = d->fill;
	entry_write(page_entry(d, d->fill), name, len, hash, fid, type);
	d->last = d->fill;
	d->last_hash = hash;
	d->fill += size;
	return 0;
}

unsigned int mds_dirpages_end(struct mds_dirpages *d, bool eof)
{
	if (eof)
		page_close(d, WIRE_DIR_END);
	return d->used;
}

/* ---- the request ---- */

struct dir_memory {
	unsigned int nr;
	void **pages;
	struct bio_vec *bv;
};

static void memory_free(struct dir_memory *m)
{
	unsigned int i;

	for (i = 0; m->bv && i < m->nr; i++)
		if (m->bv[i].bv_page)
			put_page(m->bv[i].bv_page);
	kvfree(m->bv);
	kvfree(m->pages);
}

static int memory_alloc(struct dir_memory *m, unsigned int nr)
{
	unsigned int i;

	BUILD_BUG_ON(PAGE_SIZE != WIRE_DIRPAGE_SIZE);
	m->nr = nr;
	m->pages = kvcalloc(nr, sizeof(*m->pages), GFP_KERNEL);
	m->bv = kvcalloc(nr, sizeof(*m->bv), GFP_KERNEL);
	if (!m->pages || !m->bv)
		goto nomem;
	for (i = 0; i < nr; i++) {
		m->bv[i].bv_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!m->bv[i].bv_page)
			goto nomem;
		m->bv[i].bv_len = PAGE_SIZE;
		m->pages[i] = page_address(m->bv[i].bv_page);
	}
	return 0;
nomem:
	memory_free(m);
	return -ENOMEM;
}

static int dir_send(struct rpc_srv_req *req, struct osd_object *dir, u64 start, unsigned int nr)
{
	struct dir_memory m;
	struct mds_dirpages d;
	unsigned int used;
	int rc;

	rc = memory_alloc(&m, nr);
	if (rc)
		return rc;
	mds_dirpages_init(&d, m.pages, nr, start);
	rc = osd_readdir(dir, start, mds_dirpages_add, &d);
	if (rc < 0)
		goto out;
	used = mds_dirpages_end(&d, !rc);
	rc = mds_reply_attr(req, dir, 0);
	if (rc)
		goto out;
	rc = rpc_srv_bulk_put(req, PORTAL_MDS_BULK, m.bv, used, used * WIRE_DIRPAGE_SIZE);
	rc = min(rc, 0);
out:
	memory_free(&m);
	return rc;
}

int mds_readpage(struct rpc_srv_req *req)
{
	const struct wire_mdt_body *b = rpc_srv_buf(req, WF_MDT_BODY, NULL);
	struct osd_object *dir;
	struct fid fid;
	u32 bytes;
	int rc;

	if (!b)
		return -EPROTO;
	bytes = min(le32_to_cpu(b->nlink), MDS_BRW_SIZE);
	if (!bytes || bytes % WIRE_DIRPAGE_SIZE)
		return -EPROTO;
	mds_fid_read(&b->fid1, &fid);
	rc = osd_object_find(mds_of(req)->osd, &fid, &dir);
	if (rc)
		return rc;
	rc = dir_send(req, dir, le64_to_cpu(b->size), bytes / WIRE_DIRPAGE_SIZE);
	osd_object_put(dir);
	return rc;
}
