// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes of a disk in memory, their states, and what a commit and a power cut make of them.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/osd/mem/disk.h"

/* ---- names ---- */

/** mem_name_hash() - 63 bits, stable; "." and ".." come first */
u64 mem_name_hash(const char *name, size_t len)
{
	u64 hash = 0xcbf29ce484222325ULL;
	size_t i;

	if (name[0] == '.' && len == 1)
		return 0;
	if (name[0] == '.' && len == 2 && name[1] == '.')
		return 1;
	for (i = 0; i < len; i++)
		hash = (hash ^ (u8)name[i]) * 0x100000001b3ULL;
	return max_t(u64, hash >> 1, 2);
}

static int mem_entry_cmp(const struct mem_entry *e, u64 hash, const char *name, size_t len)
{
	int rc;

	if (e->hash != hash)
		return hash < e->hash ? -1 : 1;
	rc = memcmp(name, e->name, min(len, e->len));
	if (rc)
		return rc;
	return len < e->len ? -1 : len > e->len;
}

struct mem_entry *mem_entry_find(struct mem_inode *dir, const char *name, size_t len)
{
	struct rb_node *node = dir->now.entries.rb_node;
	u64 hash = mem_name_hash(name, len);

	while (node) {
		struct mem_entry *e = rb_entry(node, struct mem_entry, node);
		int rc = mem_entry_cmp(e, hash, name, len);

		if (!rc)
			return e;
		node = rc < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * mem_entry_next() - the first entry from @hash on
 * @after: an entry, or a copy of one: then the first that comes behind it
 */
struct mem_entry *mem_entry_next(struct mem_inode *dir, u64 hash, const struct mem_entry *after)
{
	struct rb_node *node = dir->now.entries.rb_node;
	struct mem_entry *best = NULL;

	while (node) {
		struct mem_entry *e = rb_entry(node, struct mem_entry, node);
		bool right;

		if (after)
			right = mem_entry_cmp(e, after->hash, after->name, after->len) >= 0;
		else
			right = e->hash < hash;
		if (!right)
			best = e;
		node = right ? node->rb_right : node->rb_left;
	}
	return best;
}

static int mem_entry_insert(struct rb_root *root, const char *name, size_t len,
			    const struct fid *fid, u8 type)
{
	struct rb_node **p = &root->rb_node, *parent = NULL;
	u64 hash = mem_name_hash(name, len);
	struct mem_entry *e;

	while (*p) {
		int rc;

		parent = *p;
		rc = mem_entry_cmp(rb_entry(parent, struct mem_entry, node), hash, name, len);
		if (!rc)
			return -EEXIST;
		p = rc < 0 ? &parent->rb_left : &parent->rb_right;
	}
	e = kmalloc(sizeof(*e) + len + 1, GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->hash = hash;
	e->fid = *fid;
	e->type = type;
	e->len = len;
	memcpy(e->name, name, len);
	e->name[len] = '\0';
	rb_link_node(&e->node, parent, p);
	rb_insert_color(&e->node, root);
	return 0;
}

int mem_entry_add(struct mem_inode *dir, const char *name, size_t len, const struct fid *fid,
		  u8 type)
{
	return mem_entry_insert(&dir->now.entries, name, len, fid, type);
}

void mem_entry_del(struct mem_inode *dir, struct mem_entry *e)
{
	rb_erase(&e->node, &dir->now.entries);
	kfree(e);
}

/* ---- extended attributes ---- */

struct mem_xattr *mem_xattr_find(struct mem_inode *inode, const char *name)
{
	struct mem_xattr *x;

	list_for_each_entry(x, &inode->now.xattrs, link)
		if (!strcmp(x->name, name))
			return x;
	return NULL;
}

void mem_xattr_free(struct mem_xattr *x)
{
	kfree(x->name);
	kfree(x->value);
	kfree(x);
}

static int mem_xattr_append(struct list_head *list, const char *name, const void *buf, size_t size)
{
	struct mem_xattr *x = kzalloc(sizeof(*x), GFP_KERNEL);

	if (!x)
		return -ENOMEM;
	x->size = size;
	x->name = kstrdup(name, GFP_KERNEL);
	x->value = kmalloc(size ? size : 1, GFP_KERNEL);
	if (!x->name || !x->value) {
		mem_xattr_free(x);
		return -ENOMEM;
	}
	memcpy(x->value, buf, size);
	list_add_tail(&x->link, list);
	return 0;
}

/** mem_xattr_store() - sets or replaces */
int mem_xattr_store(struct mem_inode *inode, const char *name, const void *buf, size_t size)
{
	struct mem_xattr *old = mem_xattr_find(inode, name);
	int rc;

	rc = mem_xattr_append(&inode->now.xattrs, name, buf, size);
	if (!rc && old) {
		list_del(&old->link);
		mem_xattr_free(old);
	}
	return rc;
}

/* ---- states ---- */

static void mem_state_init(struct mem_state *s)
{
	memset(s, 0, sizeof(*s));
	INIT_LIST_HEAD(&s->xattrs);
	s->entries = RB_ROOT;
	xa_init(&s->pages);
}

static void mem_state_clear(struct mem_state *s)
{
	struct mem_xattr *x, *nextx;
	struct rb_node *node;
	struct page *page;
	unsigned long i;

	kfree(s->target);
	list_for_each_entry_safe(x, nextx, &s->xattrs, link)
		mem_xattr_free(x);
	while ((node = rb_first(&s->entries))) {
		rb_erase(node, &s->entries);
		kfree(rb_entry(node, struct mem_entry, node));
	}
	xa_for_each(&s->pages, i, page)
		put_page(page);
	xa_destroy(&s->pages);
	mem_state_init(s);
}

static int mem_state_copy(struct mem_state *to, struct mem_state *from)
{
	struct mem_xattr *x;
	struct rb_node *node;
	struct page *page;
	unsigned long i;
	int rc = 0;

	mem_state_init(to);
	to->exists = from->exists;
	to->orphan = from->orphan;
	to->attr = from->attr;
	to->parent = from->parent;
	if (from->target) {
		to->target = kstrdup(from->target, GFP_KERNEL);
		rc = to->target ? 0 : -ENOMEM;
	}
	list_for_each_entry(x, &from->xattrs, link)
		if (!rc)
			rc = mem_xattr_append(&to->xattrs, x->name, x->value, x->size);
	for (node = rb_first(&from->entries); node && !rc; node = rb_next(node)) {
		struct mem_entry *e = rb_entry(node, struct mem_entry, node);

		rc = mem_entry_insert(&to->entries, e->name, e->len, &e->fid, e->type);
	}
	xa_for_each(&from->pages, i, page) {
		if (!rc)
			rc = xa_err(xa_store(&to->pages, i, page, GFP_KERNEL));
		if (!rc)
			get_page(page);
	}
	if (rc)
		mem_state_clear(to);
	return rc;
}

/* Blocks that a state has of its own: those of committed states alone are as good as free. */
static u64 mem_state_blocks(struct mem_state *s)
{
	struct page *page;
	unsigned long i;
	u64 n = 0;

	xa_for_each(&s->pages, i, page)
		n++;
	return n;
}

/* ---- inodes ---- */

static struct hlist_head *mem_bucket(struct mem_disk *disk, const struct fid *fid)
{
	u64 key = (fid->seq * 0x9e3779b97f4a7c15ULL) ^ (fid->oid * 0xc2b2ae3d27d4eb4fULL);

	return &disk->inodes[(key >> 32) % MEM_HASH_BUCKETS];
}

/* An inode in whatever state. */
static struct mem_inode *mem_inode_any(struct mem_disk *disk, const struct fid *fid)
{
	struct mem_inode *inode;

	hlist_for_each_entry(inode, mem_bucket(disk, fid), hash)
		if (fid_eq(&inode->fid, fid))
			return inode;
	return NULL;
}

/** mem_inode_find() - NULL when there is none at present */
struct mem_inode *mem_inode_find(struct mem_disk *disk, const struct fid *fid)
{
	struct mem_inode *inode = mem_inode_any(disk, fid);

	return inode && inode->now.exists ? inode : NULL;
}

/** mem_inode_get() - one that does not exist, ready to be touched and filled; NULL: no memory */
struct mem_inode *mem_inode_get(struct mem_disk *disk, const struct fid *fid)
{
	struct mem_inode *inode = mem_inode_any(disk, fid);

	if (inode)
		return inode;
	inode = kzalloc(sizeof(*inode), GFP_KERNEL);
	if (!inode)
		return NULL;
	inode->fid = *fid;
	INIT_LIST_HEAD(&inode->dirty);
	mem_state_init(&inode->now);
	hlist_add_head(&inode->hash, mem_bucket(disk, fid));
	disk->nr_inodes++;
	return inode;
}

/** mem_inode_touch() - keeps the committed state aside before a change */
int mem_inode_touch(struct mem_disk *disk, struct mem_inode *inode)
{
	struct mem_state *copy;
	int rc;

	if (inode->committed)
		return 0;
	copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rc = mem_state_copy(copy, &inode->now);
	if (rc) {
		kfree(copy);
		return rc;
	}
	inode->committed = copy;
	list_add_tail(&inode->dirty, &disk->dirty);
	return 0;
}

/** mem_inode_release() - frees an inode that neither exists, now or on disk, nor is referred to */
void mem_inode_release(struct mem_disk *disk, struct mem_inode *inode)
{
	if (inode->now.exists || inode->committed || inode->refs)
		return;
	hlist_del(&inode->hash);
	disk->nr_inodes--;
	disk->used -= mem_state_blocks(&inode->now);
	mem_state_clear(&inode->now);
	kfree(inode);
}

/* ---- disks ---- */

bool mem_disk_full(struct mem_disk *disk)
{
	return (disk->used + disk->nr_inodes) * MEM_BLOCK >= disk->size;
}

/** mem_disk_commit() - what is now is on disk; no transaction is open */
void mem_disk_commit(struct mem_disk *disk)
{
	struct mem_inode *inode, *next;

	list_for_each_entry_safe(inode, next, &disk->dirty, dirty) {
		list_del_init(&inode->dirty);
		mem_state_clear(inode->committed);
		kfree(inode->committed);
		inode->committed = NULL;
		mem_inode_release(disk, inode);
	}
}

/** mem_disk_revert() - what is on disk is now */
void mem_disk_revert(struct mem_disk *disk)
{
	struct mem_inode *inode, *next;

	list_for_each_entry_safe(inode, next, &disk->dirty, dirty) {
		list_del_init(&inode->dirty);
		disk->used -= mem_state_blocks(&inode->now);
		mem_state_clear(&inode->now);
		/* a copy, because the heads of lists and arrays do not like to be moved */
		if (mem_state_copy(&inode->now, inode->committed))
			pr_err("mem: no memory to restore an inode of %s\n", disk->name);
		disk->used += mem_state_blocks(&inode->now);
		mem_state_clear(inode->committed);
		kfree(inode->committed);
		inode->committed = NULL;
		mem_inode_release(disk, inode);
	}
}

/** mem_disk_clear() - forgets all inodes; nothing is mounted */
void mem_disk_clear(struct mem_disk *disk)
{
	struct mem_inode *inode;
	struct hlist_node *next;
	unsigned int i;

	mem_disk_commit(disk);
	for (i = 0; i < MEM_HASH_BUCKETS; i++)
		hlist_for_each_entry_safe(inode, next, &disk->inodes[i], hash) {
			inode->now.exists = false;
			mem_inode_release(disk, inode);
		}
}
