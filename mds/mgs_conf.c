// SPDX-License-Identifier: GPL-2.0
/* Descriptions of file systems: text to structure. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mds/mgs_internal.h"

#define MAX_TARGETS	4096u
#define MAX_WORDS	(3 + MGS_MAX_NODES)

/** struct parser - @line: number of the line being read, for messages */
struct parser {
	struct mgs_conf *conf;
	unsigned int line;
	unsigned int room;	/* targets allocated */
	bool lov_seen;
	char *why;
};

static int bad(struct parser *p, const char *what)
{
	snprintf(p->why, OBD_WHY_SIZE, "line %u of the configuration: %s", p->line, what);
	return -EINVAL;
}

static int read_uuid(struct parser *p, char *dst, const char *word)
{
	if (strlen(word) >= WIRE_UUID_SIZE)
		return bad(p, "a uuid has at most 39 characters");
	strscpy(dst, word, WIRE_UUID_SIZE);
	return 0;
}

static int read_fsname(struct parser *p, const char *word)
{
	size_t len = strlen(word), i;

	if (!len || len >= MGS_FSNAME_SIZE)
		return bad(p, "a file system name has 1 to 8 characters");
	for (i = 0; i < len; i++)
		if (!isalnum(word[i]) && word[i] != '-' && word[i] != '_')
			return bad(p, "a file system name has only letters, digits, '-' and '_'");
	strscpy(p->conf->fsname, word, MGS_FSNAME_SIZE);
	return 0;
}

static int read_lov(struct parser *p, char **w)
{
	struct mgs_conf *c = p->conf;

	if (read_uuid(p, c->lov_uuid, w[1]))
		return -EINVAL;
	if (kstrtou64(w[2], 10, &c->stripe_size) || !c->stripe_size ||
	    c->stripe_size % LOV_STRIPE_ALIGN || c->stripe_size > U32_MAX)
		return bad(p, "a stripe size is a multiple of 65536 bytes below 4 GiB");
	if (kstrtos32(w[3], 10, &c->stripe_count) || c->stripe_count < -1 ||
	    c->stripe_count > (s32)LOV_MAX_STRIPE_COUNT)
		return bad(p, "a stripe count is -1 (all) to 2000");
	if (kstrtos32(w[4], 10, &c->stripe_offset) || c->stripe_offset < -1)
		return bad(p, "a stripe offset is -1 (any) or the index of an OST");
	if (kstrtou32(w[5], 10, &c->pattern) || c->pattern > 1)
		return bad(p, "the only stripe pattern is 0 (RAID0)");
	if (!c->stripe_count)
		c->stripe_count = 1;
	p->lov_seen = true;
	return 0;
}

static int read_nids(struct parser *p, struct mgs_node *node, char *word)
{
	char *nid;

	while ((nid = strsep(&word, ","))) {
		if (node->nr == MGS_MAX_NIDS)
			return bad(p, "too many NIDs for one node");
		if (lnet_nid_parse(nid, &node->nids[node->nr]))
			return bad(p, "a NID looks like 10.0.0.1@tcp");
		node->nr++;
	}
	return 0;
}

static int targets_room(struct parser *p)
{
	struct mgs_target *bigger;
	unsigned int room = max(16u, p->room * 2);

	if (p->conf->nr_targets < p->room)
		return 0;
	if (p->conf->nr_targets >= MAX_TARGETS)
		return bad(p, "too many targets");
	bigger = kvcalloc(room, sizeof(*bigger), GFP_KERNEL);
	if (!bigger)
		return -ENOMEM;
	if (p->conf->nr_targets)
		memcpy(bigger, p->conf->targets, p->conf->nr_targets * sizeof(*bigger));
	kvfree(p->conf->targets);
	p->conf->targets = bigger;
	p->room = room;
	return 0;
}

static bool target_exists(const struct mgs_conf *c, bool is_mdt, u32 index, const char *uuid)
{
	unsigned int i;

	for (i = 0; i < c->nr_targets; i++)
		if ((c->targets[i].is_mdt == is_mdt && c->targets[i].index == index) ||
		    !strcmp(c->targets[i].uuid, uuid))
			return true;
	return false;
}

static int read_target(struct parser *p, char **w, unsigned int nr, bool is_mdt)
{
	struct mgs_target *t;
	unsigned int i;
	u32 index;
	int rc = targets_room(p);

	if (rc)
		return rc;
	if (kstrtou32(w[1], 10, &index) || index > 0xffff)
		return bad(p, "a target index is 0 to 65535");
	if (target_exists(p->conf, is_mdt, index, w[2]))
		return bad(p, "index or uuid of this target stands in an earlier line");
	t = &p->conf->targets[p->conf->nr_targets];
	memset(t, 0, sizeof(*t));
	t->is_mdt = is_mdt;
	t->index = index;
	rc = read_uuid(p, t->uuid, w[2]);
	for (i = 3; i < nr && !rc; i++)
		rc = read_nids(p, &t->nodes[t->nr_nodes++], w[i]);
	if (!rc)
		p->conf->nr_targets++;
	return rc;
}

static int read_line(struct parser *p, char *line)
{
	char *w[MAX_WORDS], *word;
	unsigned int nr = 0;

	line[strcspn(line, "#")] = 0;
	while ((word = strsep(&line, " \t\r"))) {
		if (!*word)
			continue;
		if (nr == MAX_WORDS)
			return bad(p, "too many words");
		w[nr++] = word;
	}
	if (!nr)
		return 0;
	if (!strcmp(w[0], "sheen-config"))
		return nr == 2 && !strcmp(w[1], "1") ? 0 : bad(p, "only version 1 is known here");
	if (!strcmp(w[0], "fsname") && nr == 2)
		return read_fsname(p, w[1]);
	if (!strcmp(w[0], "lov") && nr == 6)
		return read_lov(p, w);
	if (!strcmp(w[0], "mdt") && nr >= 4)
		return read_target(p, w, nr, true);
	if (!strcmp(w[0], "ost") && nr >= 4)
		return read_target(p, w, nr, false);
	if (!strcmp(w[0], "timeout") && nr == 2)
		return kstrtou32(w[1], 10, &p->conf->timeout) ? bad(p, "bad number of seconds") : 0;
	return bad(p, "not understood");
}

int mgs_conf_parse(char *text, struct mgs_conf **conf, char *why)
{
	struct parser p = { .why = why };
	char *line;
	int rc = 0;

	p.conf = kzalloc(sizeof(*p.conf), GFP_KERNEL);
	if (!p.conf)
		return -ENOMEM;
	while (!rc && (line = strsep(&text, "\n"))) {
		p.line++;
		rc = read_line(&p, line);
	}
	if (!rc && !(p.conf->fsname[0] && p.lov_seen && p.conf->nr_targets &&
		     target_exists(p.conf, true, 0, "")))
		rc = bad(&p, "end reached without fsname, lov and the MDT of index 0");
	if (rc) {
		mgs_conf_free(p.conf);
		return rc;
	}
	*conf = p.conf;
	return 0;
}

void mgs_conf_free(struct mgs_conf *conf)
{
	if (!conf)
		return;
	kvfree(conf->targets);
	kfree(conf);
}
