// SPDX-License-Identifier: GPL-2.0
/* What the commands of a client log mean: targets, their NIDs, default striping. */
#include <linux/kstrtox.h>
#include <linux/slab.h>

#include "obd/mgc/internal.h"

#define MAX_UUIDS	4096u	/* NIDs in one log */

/** struct node_nid - a NID of a node, known in the log by the node's name */
struct node_nid {
	struct list_head link;
	lnet_nid_t nid;
	char node[40];
};

/** struct known - a target that has been told of */
struct known {
	struct list_head link;
	bool is_mdt;
	u32 index;
	char uuid[40];
};

/**
 * struct mgc_targets - interpretation of one log
 * @lock: guards @known
 * @cur: the client device of the group being read, named @dev
 */
struct mgc_targets {
	const struct mgc_targets_ops *ops;
	void *data;
	struct list_head nids;
	unsigned int nr_nids;
	char dev[64];
	char type[8];
	struct mgc_target cur;
	struct mutex lock;
	struct list_head known;
};

struct mgc_targets *mgc_targets_new(const struct mgc_targets_ops *ops, void *data)
{
	struct mgc_targets *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->ops = ops;
	t->data = data;
	INIT_LIST_HEAD(&t->nids);
	mutex_init(&t->lock);
	INIT_LIST_HEAD(&t->known);
	return t;
}

void mgc_targets_free(struct mgc_targets *t)
{
	struct node_nid *n, *next;
	struct known *k, *k_next;

	if (!t)
		return;
	list_for_each_entry_safe(n, next, &t->nids, link)
		kfree(n);
	list_for_each_entry_safe(k, k_next, &t->known, link)
		kfree(k);
	kfree(t);
}

/* A node that has several targets is named with each of them. */
static bool nid_known(const struct mgc_targets *t, const struct mgc_command *cmd)
{
	const struct node_nid *n;

	list_for_each_entry(n, &t->nids, link)
		if (n->nid == cmd->nid && !strcmp(n->node, cmd->str[1]))
			return true;
	return false;
}

static int nid_add(struct mgc_targets *t, const struct mgc_command *cmd)
{
	struct node_nid *n;

	if (nid_known(t, cmd))
		return 0;
	if (t->nr_nids >= MAX_UUIDS)
		return -E2BIG;
	n = kzalloc(sizeof(*n), GFP_KERNEL);
	if (!n)
		return -ENOMEM;
	n->nid = cmd->nid;
	strscpy(n->node, cmd->str[1], sizeof(n->node));
	list_add_tail(&n->link, &t->nids);
	t->nr_nids++;
	return 0;
}

static void node_use(struct mgc_targets *t, const char *node)
{
	struct node_nid *n;

	list_for_each_entry(n, &t->nids, link)
		if (!strcmp(n->node, node) && t->cur.nr_nids < MGC_MAX_NIDS)
			t->cur.nids[t->cur.nr_nids++] = n->nid;
}

static void lov_defaults(struct mgc_targets *t, const struct mgc_command *cmd)
{
	const struct wire_lov_desc *d = (const void *)cmd->str[1];
	struct mgc_layout_defaults def;

	if (cmd->len[1] < sizeof(*d) || !t->ops->defaults)
		return;
	def.stripe_size = le64_to_cpu(d->stripe_size);
	def.stripe_count = le32_to_cpu(d->stripe_count);
	def.stripe_offset = (s64)le64_to_cpu(d->stripe_offset);
	t->ops->defaults(t->data, &def);
}

static void device_setup(struct mgc_targets *t, const struct mgc_command *cmd)
{
	if (!strcmp(t->type, "lov")) {
		lov_defaults(t, cmd);
		return;
	}
	if (strcmp(t->type, "osc") && strcmp(t->type, "mdc"))
		return;
	memset(&t->cur, 0, sizeof(t->cur));
	t->cur.is_mdt = !strcmp(t->type, "mdc");
	strscpy(t->cur.uuid, cmd->str[1], sizeof(t->cur.uuid));
	node_use(t, cmd->str[2]);
}

static struct known *known_find(struct mgc_targets *t, bool is_mdt, u32 index)
{
	struct known *k;

	list_for_each_entry(k, &t->known, link)
		if (k->is_mdt == is_mdt && k->index == index)
			return k;
	return NULL;
}

static int known_add(struct mgc_targets *t)
{
	struct known *k;
	int rc = 0;

	mutex_lock(&t->lock);
	k = known_find(t, t->cur.is_mdt, t->cur.index);
	if (!k) {
		k = kzalloc(sizeof(*k), GFP_KERNEL);
		if (k)
			list_add_tail(&k->link, &t->known);
	}
	if (k) {
		k->is_mdt = t->cur.is_mdt;
		k->index = t->cur.index;
		strscpy(k->uuid, t->cur.uuid, sizeof(k->uuid));
	} else {
		rc = -ENOMEM;
	}
	mutex_unlock(&t->lock);
	return rc;
}

bool mgc_targets_uuid(struct mgc_targets *t, bool is_mdt, u32 index, char *uuid)
{
	struct known *k;

	mutex_lock(&t->lock);
	k = known_find(t, is_mdt, index);
	if (k)
		strscpy(uuid, k->uuid, sizeof(k->uuid));
	mutex_unlock(&t->lock);
	return k;
}

/* "lmv|lov, target uuid, index, ..." ends the group of a target. */
static int target_add(struct mgc_targets *t, const struct mgc_command *cmd)
{
	if (strcmp(cmd->str[1], t->cur.uuid) || kstrtou32(cmd->str[2], 10, &t->cur.index) ||
	    !t->cur.nr_nids) {
		pr_err("MGC: configuration of target '%.39s' is incomplete: it is left out\n",
		       cmd->str[1]);
		return 0;
	}
	return known_add(t) ?: t->ops->target(t->data, &t->cur);
}

int mgc_targets_command(void *data, const struct mgc_command *cmd)
{
	struct mgc_targets *t = data;

	switch (cmd->command) {
	case LCFG_ADD_UUID:
		return nid_add(t, cmd);
	case LCFG_ATTACH:
		strscpy(t->dev, cmd->str[0], sizeof(t->dev));
		strscpy(t->type, cmd->str[1], sizeof(t->type));
		return 0;
	case LCFG_SETUP:
		device_setup(t, cmd);
		return 0;
	case LCFG_ADD_CONN:
		if (!strcmp(cmd->str[0], t->dev))
			node_use(t, cmd->str[1]);
		return 0;
	case LCFG_ADD_MDC:
	case LCFG_LOV_ADD_OBD:
		return target_add(t, cmd);
	case LCFG_SET_TIMEOUT:
		obd_timeout_set(cmd->num);
		return 0;
	case LCFG_MOUNTOPT:
	case LCFG_PARAM:
		return 0;
	}
	if (cmd->command & LCFG_F_REQUIRED) {
		pr_err("MGC: the configuration has a command %#x that this version does not know but must\n",
		       cmd->command);
		return -EOPNOTSUPP;
	}
	return 0;
}
