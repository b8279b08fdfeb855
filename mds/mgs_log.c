// SPDX-License-Identifier: GPL-2.0
/*
 * From a description to the log that clients read: WIRE.md A.4 has the records a stock client
 * expects.
 *
 * Targets stand in the order of the description, after all that does not change, so that a log only
 * ever grows while a description is only added to.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "mds/mgs_internal.h"

#define NAME_SIZE	64

/**
 * struct builder
 * @step: number of the group of records, the same in its two markers
 * @rc: first error; once set, nothing is added
 */
struct builder {
	const struct mgs_conf *conf;
	struct llog_image *log;
	u32 step;
	int rc;
	char lov[NAME_SIZE];
	char lmv[NAME_SIZE];
};

static void add(struct builder *b, u32 command, u64 nid, unsigned int nr, const char *const strs[])
{
	if (!b->rc)
		b->rc = llog_add_strs(b->log, command, nid, nr, strs);
}

static void mark(struct builder *b, u32 flag, const char *target, const char *comment)
{
	if (flag == MARKER_START)
		b->step++;
	if (!b->rc)
		b->rc = llog_add_marker(b->log, b->step, flag, 0, target, comment);
}

static void setup_desc(struct builder *b, const char *dev, const void *desc, u32 size)
{
	const void *bufs[2] = { dev, desc };
	const u32 lens[2] = { strlen(dev) + 1, size };

	if (!b->rc)
		b->rc = llog_add_cfg(b->log, LCFG_SETUP, 0, 2, bufs, lens);
}

static void uuid_of(char *buf, const char *name)
{
	snprintf(buf, NAME_SIZE, "%s_UUID", name);
}

static void lov_group(struct builder *b)
{
	const struct mgs_conf *c = b->conf;
	struct wire_lov_desc desc = {
		.magic = cpu_to_le32(LOV_DESC_MAGIC),
		.stripe_count = cpu_to_le32((u32)c->stripe_count),
		.pattern = cpu_to_le32(LOV_PATTERN_RAID0),
		.stripe_size = cpu_to_le64(c->stripe_size),
		.stripe_offset = cpu_to_le64((u64)(s64)c->stripe_offset),
		.qos_maxage = cpu_to_le32(5),
	};
	char uuid[NAME_SIZE];

	uuid_of(uuid, b->lov);
	strscpy(desc.uuid.uuid, uuid, sizeof(desc.uuid.uuid));
	mark(b, MARKER_START, b->lov, "lov setup");
	add(b, LCFG_ATTACH, 0, 3, (const char *const[]){ b->lov, "lov", uuid });
	setup_desc(b, b->lov, &desc, sizeof(desc));
	mark(b, MARKER_END, b->lov, "lov setup");
}

static void lmv_group(struct builder *b)
{
	struct wire_lmv_desc desc = { .qos_maxage = cpu_to_le32(60) };
	char uuid[NAME_SIZE];

	uuid_of(uuid, b->lmv);
	strscpy(desc.uuid.uuid, uuid, sizeof(desc.uuid.uuid));
	mark(b, MARKER_START, b->lmv, "lmv setup");
	add(b, LCFG_ATTACH, 0, 3, (const char *const[]){ b->lmv, "lmv", uuid });
	setup_desc(b, b->lmv, &desc, sizeof(desc));
	mark(b, MARKER_END, b->lmv, "lmv setup");
}

/* A node is known by the text of its first NID; all its NIDs are added under that name. */
static void node_uuids(struct builder *b, const struct mgs_node *node, char *name)
{
	unsigned int i;

	lnet_nid_str(node->nids[0], name);
	for (i = 0; i < node->nr; i++)
		add(b, LCFG_ADD_UUID, node->nids[i], 2, (const char *const[]){ NULL, name });
}

static void target_group(struct builder *b, const struct mgs_target *t)
{
	const char *comment = t->is_mdt ? "add mdc" : "add osc";
	const char *parent = t->is_mdt ? b->lmv : b->lov;
	char target[NAME_SIZE], dev[NAME_SIZE], uuid[NAME_SIZE], parent_uuid[NAME_SIZE];
	char node[LNET_NIDSTR_SIZE], index[12];
	unsigned int i;

	snprintf(target, sizeof(target), "%s-%s%04x", b->conf->fsname, t->is_mdt ? "MDT" : "OST",
		 t->index);
	snprintf(dev, sizeof(dev), "%s-%s", target, t->is_mdt ? "mdc" : "osc");
	snprintf(index, sizeof(index), "%u", t->index);
	uuid_of(uuid, dev);
	uuid_of(parent_uuid, parent);

	mark(b, MARKER_START, target, comment);
	node_uuids(b, &t->nodes[0], node);
	add(b, LCFG_ATTACH, 0, 3,
	    (const char *const[]){ dev, t->is_mdt ? "mdc" : "osc", parent_uuid });
	add(b, LCFG_SETUP, 0, 3, (const char *const[]){ dev, t->uuid, node });
	for (i = 1; i < t->nr_nodes; i++) {
		node_uuids(b, &t->nodes[i], node);
		add(b, LCFG_ADD_CONN, 0, 2, (const char *const[]){ dev, node });
	}
	if (t->is_mdt)
		add(b, LCFG_ADD_MDC, 0, 5,
		    (const char *const[]){ parent, t->uuid, index, "1", uuid });
	else
		add(b, LCFG_LOV_ADD_OBD, 0, 4,
		    (const char *const[]){ parent, t->uuid, index, "1" });
	mark(b, MARKER_END, target, comment);
}

static void mount_group(struct builder *b)
{
	char profile[NAME_SIZE];

	snprintf(profile, sizeof(profile), "%s-client", b->conf->fsname);
	mark(b, MARKER_START, profile, "mount opts");
	add(b, LCFG_MOUNTOPT, 0, 4, (const char *const[]){ NULL, profile, b->lov, b->lmv });
	mark(b, MARKER_END, profile, "mount opts");
}

static void timeout_group(struct builder *b)
{
	mark(b, MARKER_START, b->conf->fsname, "timeout");
	if (!b->rc)
		b->rc = llog_add_timeout(b->log, b->conf->timeout);
	mark(b, MARKER_END, b->conf->fsname, "timeout");
}

struct llog_image *mgs_log_build(const struct mgs_conf *conf)
{
	struct builder b = { .conf = conf, .log = llog_image_new("config_uuid") };
	unsigned int i;

	if (!b.log)
		return NULL;
	snprintf(b.lov, sizeof(b.lov), "%s-clilov", conf->fsname);
	snprintf(b.lmv, sizeof(b.lmv), "%s-clilmv", conf->fsname);
	lov_group(&b);
	lmv_group(&b);
	if (conf->timeout)
		timeout_group(&b);
	mount_group(&b);
	for (i = 0; i < conf->nr_targets; i++)
		target_group(&b, &conf->targets[i]);
	llog_finish(b.log);
	if (!b.rc)
		return b.log;
	llog_image_free(b.log);
	return NULL;
}

bool mgs_log_extends(const struct llog_image *before, const struct llog_image *after)
{
	size_t len;

	if (!before->nr_chunks)
		return true;
	len = (size_t)(before->nr_chunks - 1) * LLOG_CHUNK_SIZE + before->used;
	return after->last_index >= before->last_index && after->nr_chunks >= before->nr_chunks &&
	       !memcmp(before->chunks, after->chunks, len);
}
