// SPDX-License-Identifier: GPL-2.0
/*
 * Who looks at file7, file8 and file9 of a directory is about to look at file10: names that differ
 * in one number, the last in the name, which counts up.
 */
#include <linux/ctype.h>
#include <linux/slab.h>

#include "client/ahead.h"

#define MAX_RUNS	8u	/* processes that are followed in one directory */
#define MAX_DIGITS	18u
#define IN_ORDER	16u	/* numbers between two that are looked at one after the other */

/**
 * struct numbered - a name with a number in it, from @prefix on, @digits long
 * @padded: it has leading zeros, as its like have
 */
struct numbered {
	u32 prefix;
	u32 digits;
	bool padded;
	u64 number;
};

/**
 * struct lustre_run - names that a process has looked for in a directory one after the other; all
 * under size_lock of the directory
 * @next: the number of the one that should come next
 * @in_order: names that came so
 * @batch: names to ask for at once; 0: nothing has been asked for yet
 * @name: the first one, @first says where its number is
 */
struct lustre_run {
	struct list_head link;
	pid_t pid;
	u64 next;
	unsigned int in_order;
	unsigned int batch;
	struct numbered first;
	u32 len;
	char name[];
};

static bool number_find(const struct qstr *name, struct numbered *n)
{
	u32 end = name->len, i;

	while (end && !isdigit(name->name[end - 1]))
		end--;
	for (i = end; i && isdigit(name->name[i - 1]) && end - i < MAX_DIGITS; i--)
		;
	if (i == end)
		return false;
	*n = (struct numbered){
		.prefix = i,
		.digits = end - i,
		.padded = end - i > 1 && name->name[i] == '0',
	};
	for (; i < end; i++)
		n->number = 10 * n->number + (name->name[i] - '0');
	return true;
}

/* Are they the same but for their numbers, and written in the same way? */
static bool alike(const struct lustre_run *run, const struct qstr *name, const struct numbered *n)
{
	const struct numbered *f = &run->first;
	u32 rest = name->len - n->prefix - n->digits;

	if (n->prefix != f->prefix || rest != run->len - f->prefix - f->digits)
		return false;
	/* 099 comes before 100, but 99 as well. */
	if ((n->padded || f->padded) && n->digits != f->digits)
		return false;
	return !memcmp(name->name, run->name, n->prefix) &&
	       !memcmp(name->name + name->len - rest, run->name + run->len - rest, rest);
}

static struct lustre_run *run_new(const struct qstr *name, const struct numbered *n)
{
	struct lustre_run *run = kmalloc(struct_size(run, name, name->len), GFP_KERNEL);

	if (!run)
		return NULL;
	*run = (struct lustre_run){
		.pid = current->pid,
		.next = n->number + 1,
		.first = *n,
		.len = name->len,
	};
	memcpy(run->name, name->name, name->len);
	return run;
}

static struct lustre_run *run_find(struct lustre_inode *li)
{
	struct lustre_run *run;

	lockdep_assert_held(&li->size_lock);
	list_for_each_entry(run, &li->runs, link)
		if (run->pid == current->pid)
			return run;
	return NULL;
}

/* Follows this process from this name on, and perhaps somebody else no longer. */
static void run_start(struct lustre_inode *li, const struct qstr *name, const struct numbered *n)
{
	struct lustre_run *run = run_new(name, n), *old;

	if (!run)
		return;
	spin_lock(&li->size_lock);
	old = run_find(li);
	if (!old && list_count_nodes(&li->runs) >= MAX_RUNS)
		old = list_last_entry(&li->runs, struct lustre_run, link);
	if (old)
		list_del(&old->link);
	list_add(&run->link, &li->runs);
	spin_unlock(&li->size_lock);
	kfree(old);
}

/* Is this the next of a run? Then *ask names may be asked for, if not 0. */
static bool run_goes_on(struct lustre_inode *li, const struct qstr *name, const struct numbered *n,
			unsigned int *ask)
{
	struct lustre_run *run;
	bool on;

	spin_lock(&li->size_lock);
	run = run_find(li);
	on = run && alike(run, name, n) && n->number >= run->next &&
	     n->number < run->next + IN_ORDER;
	if (on) {
		/* Twice is no habit. */
		if (++run->in_order > 1)
			run->batch = ahead_batch(run->batch);
		*ask = run->batch;
		run->next = n->number + max(run->batch, 1u);
		list_move(&run->link, &li->runs);
	}
	spin_unlock(&li->size_lock);
	return on;
}

/* Less than half of the names were there: it has come to its end, or is none. */
static void run_end(struct lustre_inode *li, u64 next)
{
	struct lustre_run *run;

	spin_lock(&li->size_lock);
	run = run_find(li);
	if (run) {
		run->in_order = 0;
		run->batch = 0;
		run->next = next;
	}
	spin_unlock(&li->size_lock);
}

void lustre_runs_free(struct inode *dir)
{
	struct lustre_run *run, *next;

	list_for_each_entry_safe(run, next, &lustre_i(dir)->runs, link)
		kfree(run);
	INIT_LIST_HEAD(&lustre_i(dir)->runs);
}

/* Writes the names from @n on, up to @nr, to @buf of AHEAD_NAME_BYTES; returns how many. */
static unsigned int names_make(const struct qstr *name, const struct numbered *n, unsigned int nr,
			       char *buf, struct mdc_named *named)
{
	u32 rest = n->prefix + n->digits, room = AHEAD_NAME_BYTES;
	unsigned int i;
	int len;

	for (i = 0; i < nr; i++) {
		len = snprintf(buf, room, "%.*s%0*llu%.*s", n->prefix, name->name,
			       n->padded ? n->digits : 1, n->number + i, name->len - rest,
			       name->name + rest);
		if (len >= room || len > NAME_MAX)
			break;
		named[i].name = buf;
		named[i].len = len;
		buf += len + 1;
		room -= len + 1;
	}
	return i;
}

static bool ask(struct inode *dir, struct dentry *dentry, const struct numbered *n,
		unsigned int nr, struct dentry **found)
{
	struct mdc_named *named = kvcalloc(nr, sizeof(*named), GFP_KERNEL);
	char *buf = kvmalloc(AHEAD_NAME_BYTES, GFP_KERNEL);
	unsigned int known = 0;

	if (named && buf)
		nr = names_make(&dentry->d_name, n, nr, buf, named);
	if (named && buf && nr)
		known = ahead_ask(dir, dentry, named, nr, found);
	if (2 * known < nr)
		run_end(lustre_i(dir), n->number + 1);
	kvfree(buf);
	kvfree(named);
	return known > 0;
}

bool ahead_numbered_lookup(struct inode *dir, struct dentry *dentry, struct dentry **found)
{
	struct lustre_inode *li = lustre_i(dir);
	struct numbered n;
	unsigned int nr = 0;

	if (!number_find(&dentry->d_name, &n))
		return false;
	if (!run_goes_on(li, &dentry->d_name, &n, &nr))
		run_start(li, &dentry->d_name, &n);
	return nr && ask(dir, dentry, &n, nr, found);
}
