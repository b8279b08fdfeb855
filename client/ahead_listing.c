// SPDX-License-Identifier: GPL-2.0
/*
 * Who reads a directory and looks at each entry in the order of the listing (ls -l does) is about
 * to look at the next ones.
 */
#include <linux/slab.h>

#include "client/ahead.h"

#define IN_ORDER	16u	/* entries between two that are looked at one after the other */
#define MAX_MISSES	8u	/* names out of order after which nobody looks at all entries */

/**
 * struct lustre_ahead - a process that reads a directory through one open file
 * @refs: the file, and who is at it
 * @pid: that process; all but @refs and @link is used by it alone
 * @parts: of the listing, the later one second; NULL
 * @at: the entry in parts[0] that should be asked for next
 * @in_order: entries that were asked for in order; @misses: out of order, in a row
 * @batch: names to ask for at once; 0: nothing has been asked for yet
 */
struct lustre_ahead {
	refcount_t refs;
	struct list_head link;
	pid_t pid;
	struct lustre_dir_part *parts[2];
	struct lustre_dir_cursor at;
	unsigned int in_order;
	unsigned int misses;
	unsigned int batch;
};

/* ---- life ---- */

static void ahead_reset(struct lustre_ahead *a)
{
	lustre_dir_part_put(a->parts[0]);
	lustre_dir_part_put(a->parts[1]);
	a->parts[0] = NULL;
	a->parts[1] = NULL;
	a->at = (struct lustre_dir_cursor){};
	a->in_order = 0;
	a->misses = 0;
	a->batch = 0;
}

static void ahead_put(struct lustre_ahead *a)
{
	if (!refcount_dec_and_test(&a->refs))
		return;
	ahead_reset(a);
	kvfree(a);
}

static struct lustre_ahead *ahead_new(struct inode *dir)
{
	struct lustre_inode *li = lustre_i(dir);
	struct lustre_ahead *a;

	if (!rpc_batch_possible(mdc_import(lustre_mdc(dir))))
		return NULL;
	a = kvzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return NULL;
	refcount_set(&a->refs, 1);
	a->pid = current->pid;
	spin_lock(&li->size_lock);
	list_add(&a->link, &li->aheads);
	spin_unlock(&li->size_lock);
	return a;
}

/* The one of this process, with a reference. */
static struct lustre_ahead *ahead_get(struct inode *dir)
{
	struct lustre_inode *li = lustre_i(dir);
	struct lustre_ahead *a, *mine = NULL;

	if (list_empty(&li->aheads))
		return NULL;
	spin_lock(&li->size_lock);
	list_for_each_entry(a, &li->aheads, link) {
		if (a->pid == current->pid) {
			mine = a;
			refcount_inc(&a->refs);
			break;
		}
	}
	spin_unlock(&li->size_lock);
	return mine;
}

void lustre_ahead_end(struct inode *dir, struct lustre_ahead *a)
{
	if (!a)
		return;
	spin_lock(&lustre_i(dir)->size_lock);
	list_del(&a->link);
	spin_unlock(&lustre_i(dir)->size_lock);
	ahead_put(a);
}

/* ---- the listing ---- */

static void part_done(struct lustre_ahead *a)
{
	lustre_dir_part_put(a->parts[0]);
	a->parts[0] = a->parts[1];
	a->parts[1] = NULL;
	a->at = (struct lustre_dir_cursor){};
}

void lustre_ahead_part(struct file *file, struct lustre_dir_part *part, bool first)
{
	struct lustre_file *lf = file->private_data;
	struct lustre_ahead *a = lf->ahead;

	if (!a && first) {
		a = ahead_new(file_inode(file));
		lf->ahead = a;
	}
	if (!a || a->pid != current->pid)
		return;
	if (first)
		ahead_reset(a);
	if (a->parts[1])
		part_done(a);
	a->parts[a->parts[0] ? 1 : 0] = lustre_dir_part_get(part);
}

static bool entry_is_self(const struct wire_dirent *e)
{
	u32 len = le16_to_cpu(e->namelen);

	return e->name[0] == '.' && (len == 1 || (len == 2 && e->name[1] == '.'));
}

static bool entry_is(const struct wire_dirent *e, const struct qstr *name)
{
	return le16_to_cpu(e->namelen) == name->len && !memcmp(e->name, name->name, name->len);
}

/* Moves to the entry of that name if it is among the next @most; false: it is not. */
static bool part_seek(struct lustre_ahead *a, const struct qstr *name, unsigned int most)
{
	struct lustre_dir_cursor c = a->at, before = c;
	const struct wire_dirent *e;

	while (most && (e = lustre_dir_next(a->parts[0], &c))) {
		if (entry_is(e, name)) {
			a->at = before;
			return true;
		}
		most -= !entry_is_self(e);
		before = c;
	}
	return false;
}

/* Is this the next that somebody would ask for who looks at all? Then the place is there. */
static bool comes_next(struct lustre_ahead *a, const struct qstr *name)
{
	/* Those between are known already, perhaps: once it is clear what he does, all may be. */
	unsigned int most = a->batch ? ~0u : IN_ORDER;

	if (!a->parts[0] || a->misses > MAX_MISSES)
		return false;
	if (part_seek(a, name, most))
		goto found;
	if (a->parts[1]) {
		struct lustre_dir_cursor at = a->at;

		a->at = (struct lustre_dir_cursor){};
		swap(a->parts[0], a->parts[1]);
		if (part_seek(a, name, most)) {
			/* Nothing more is wanted of the earlier one. */
			lustre_dir_part_put(a->parts[1]);
			a->parts[1] = NULL;
			goto found;
		}
		swap(a->parts[0], a->parts[1]);
		a->at = at;
	}
	a->misses++;
	return false;
found:
	a->misses = 0;
	return true;
}

/* The names from the present place on. */
static unsigned int names_gather(struct lustre_ahead *a, struct mdc_named *named)
{
	unsigned int nr = 0, bytes = 0;
	const struct wire_dirent *e;

	while (nr < a->batch && bytes < AHEAD_NAME_BYTES &&
	       (e = lustre_dir_next(a->parts[0], &a->at))) {
		if (entry_is_self(e))
			continue;
		named[nr].name = e->name;
		named[nr].len = le16_to_cpu(e->namelen);
		bytes += named[nr++].len;
	}
	return nr;
}

static bool ask(struct lustre_ahead *a, struct inode *dir, struct dentry *dentry,
		struct dentry **found)
{
	struct lustre_dir_cursor second = a->at;
	struct mdc_named *named;
	bool done;

	a->batch = ahead_batch(a->batch);
	named = kvcalloc(a->batch, sizeof(*named), GFP_KERNEL);
	if (!named)
		return false;
	lustre_dir_next(a->parts[0], &second);
	done = ahead_ask(dir, dentry, named, names_gather(a, named), found) > 0;
	kvfree(named);
	/* This one has to be asked for alone; nothing is known of the others then. */
	if (!done) {
		a->at = second;
		a->batch = 0;
	}
	return done;
}

bool ahead_listing_lookup(struct inode *dir, struct dentry *dentry, struct dentry **found)
{
	struct lustre_ahead *a = ahead_get(dir);
	bool done = false;

	if (!a)
		return false;
	if (comes_next(a, &dentry->d_name)) {
		/* Once is no habit. */
		if (++a->in_order > 1)
			done = ask(a, dir, dentry, found);
		else
			lustre_dir_next(a->parts[0], &a->at);
	}
	ahead_put(a);
	return done;
}
