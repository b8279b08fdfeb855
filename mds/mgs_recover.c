// SPDX-License-Identifier: GPL-2.0
/*
 * Which targets have come up, and where: they tell the MGS, and it tells the clients by taking a
 * lock away that stands for this table, so that they connect at once instead of trying now and
 * then.
 *
 * The table is in memory only. Its versions grow over restarts of the MGS, since they begin with
 * how often its disk has been mounted; stock clients keep them as a positive int.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "mds/mgs_internal.h"
#include "obd/wire/nidtbl.h"

#define VERSION_BITS	16		/* for what happens between two restarts */
#define MOUNTS_MASK	0x7fffu
#define LOG_SUFFIX	"-cliir"	/* behind the name of the file system */

/** struct mgs_up - a target that is up: @version and @instance of its start, at @home */
struct mgs_up {
	struct list_head link;
	u64 version;
	u32 instance;
	u32 index;
	bool is_mdt;
	struct mgs_node home;
};

void mgs_ups_init(struct mgs *mgs, struct mgs_fs *fs)
{
	INIT_LIST_HEAD(&fs->ups);
	/* A client that knows nothing asks for 1, and must learn of a version beyond it. */
	fs->up_version = (u64)(osd_mount_count(mgs->osd) & MOUNTS_MASK) << VERSION_BITS | 2;
}

void mgs_ups_free(struct mgs_fs *fs)
{
	struct mgs_up *up, *next;

	list_for_each_entry_safe(up, next, &fs->ups, link)
		kfree(up);
	INIT_LIST_HEAD(&fs->ups);
}

/* ---- a target comes up ---- */

static const struct mgs_target *target_find(const struct mgs_conf *conf,
					    const struct wire_target_info *info)
{
	bool is_mdt = le32_to_cpu(info->flags) & TARGET_TYPE_MDT;
	unsigned int i;

	for (i = 0; i < conf->nr_targets; i++) {
		const struct mgs_target *t = &conf->targets[i];

		if (t->is_mdt == is_mdt && t->index == le32_to_cpu(info->index) &&
		    !strncmp(t->uuid, info->uuid, sizeof(info->uuid)))
			return t;
	}
	return NULL;
}

static bool node_has(const struct mgs_node *node, const struct wire_target_info *info)
{
	u32 nr = min_t(u32, le32_to_cpu(info->nid_count), WIRE_TARGET_NIDS), k;
	unsigned int i;

	for (i = 0; i < node->nr; i++)
		for (k = 0; k < nr; k++)
			if (node->nids[i] == le64_to_cpu(info->nids[k]))
				return true;
	return false;
}

/* Clients are only told of NIDs that they know from their log: others confuse stock ones. */
static const struct mgs_node *home_find(const struct mgs_target *t,
					const struct wire_target_info *info)
{
	unsigned int i;

	for (i = 0; i < t->nr_nodes; i++)
		if (node_has(&t->nodes[i], info))
			return &t->nodes[i];
	return NULL;
}

static struct mgs_up *up_of(struct mgs_fs *fs, const struct mgs_target *t)
{
	struct mgs_up *up;

	list_for_each_entry(up, &fs->ups, link)
		if (up->is_mdt == t->is_mdt && up->index == t->index)
			return up;
	up = kzalloc(sizeof(*up), GFP_KERNEL);
	if (!up)
		return NULL;
	up->is_mdt = t->is_mdt;
	up->index = t->index;
	list_add_tail(&up->link, &fs->ups);
	return up;
}

static int up_note(struct mgs *mgs, const struct wire_target_info *info)
{
	const struct mgs_target *t;
	const struct mgs_node *home;
	struct mgs_fs *fs;
	struct mgs_up *up;
	int rc = mgs_fs_get(mgs, info->fsname, &fs);

	if (rc)
		return rc;
	t = target_find(fs->conf, info);
	home = t ? home_find(t, info) : NULL;
	if (!home)
		return -ENOENT;
	up = up_of(fs, t);
	if (!up)
		return -ENOMEM;
	up->instance = le32_to_cpu(info->instance);
	up->home = *home;
	up->version = ++fs->up_version;
	list_move_tail(&up->link, &fs->ups);
	return 0;
}

int mgs_target_reg(struct rpc_srv_req *req)
{
	const struct wire_target_info *info = rpc_srv_buf(req, WF_TARGET_INFO, NULL);
	struct mgs *mgs = req->dev->priv;
	struct ldlm_res_id res;
	u32 type;
	int rc;

	if (!info || !info->instance ||
	    strnlen(info->fsname, MGS_FSNAME_SIZE) == MGS_FSNAME_SIZE)
		return -EPROTO;
	type = le32_to_cpu(info->flags) & (TARGET_TYPE_MDT | TARGET_TYPE_OST);
	if (type != TARGET_TYPE_MDT && type != TARGET_TYPE_OST)
		return -EPROTO;
	mutex_lock(&mgs->lock);
	rc = up_note(mgs, info);
	mutex_unlock(&mgs->lock);
	if (rc)
		return rc;
	mgs_lock_res(info->fsname, CONFIG_TYPE_RECOVER, &res);
	ldlm_server_recall_plain(req->dev->ns, &res);
	rc = rpc_srv_pack(req);
	if (!rc)
		memcpy(rpc_srv_rep_buf(req, WF_TARGET_INFO), info, sizeof(*info));
	return rc;
}

/* ---- a client asks ---- */

static void entry_fill(struct nidtbl_entry *e, const struct mgs_up *up)
{
	unsigned int i;

	BUILD_BUG_ON(MGS_MAX_NIDS > NIDTBL_MAX_NIDS);
	e->version = up->version;
	e->instance = up->instance;
	e->index = up->index;
	e->is_mdt = up->is_mdt;
	e->nr_nids = up->home.nr;
	for (i = 0; i < up->home.nr; i++)
		e->nids[i] = up->home.nids[i];
}

/* What is as new as @from, as far as there is room. Returns the last version that is in it. */
static u64 table_write(const struct mgs_fs *fs, u64 from, struct nidtbl_writer *w)
{
	struct nidtbl_entry e;
	struct mgs_up *up;
	u64 last = from;

	list_for_each_entry(up, &fs->ups, link) {
		if (up->version < from)
			continue;
		entry_fill(&e, up);
		if (!nidtbl_add(w, &e))
			return last;
		last = up->version;
	}
	return fs->up_version;
}

/** struct table - an answer: a page at a time, the client asks on until @offset is @size */
struct table {
	struct page *page;
	struct nidtbl_writer w;
	u64 offset;
	u64 size;
};

static int table_make(struct mgs *mgs, const char *name, u64 from, struct table *t)
{
	const char *dash = strrchr(name, '-');
	char fsname[MGS_FSNAME_SIZE];
	struct mgs_fs *fs;
	int rc;

	if (!dash || strcmp(dash, LOG_SUFFIX) || dash == name || dash - name >= MGS_FSNAME_SIZE)
		return -ENOENT;
	strscpy(fsname, name, dash - name + 1);
	mutex_lock(&mgs->lock);
	rc = mgs_fs_get(mgs, fsname, &fs);
	if (!rc) {
		t->offset = table_write(fs, from, &t->w);
		t->size = fs->up_version;
	}
	mutex_unlock(&mgs->lock);
	return rc;
}

static int table_send(struct rpc_srv_req *req, const struct table *t)
{
	struct wire_config_res *out;
	struct bio_vec bv;
	int rc = rpc_srv_pack(req);

	if (rc)
		return rc;
	bvec_set_page(&bv, t->page, t->w.used, 0);
	rc = rpc_srv_bulk_put(req, PORTAL_MGS_BULK, &bv, !!t->w.used, t->w.used);
	out = rpc_srv_rep_buf(req, WF_CONFIG_RES);
	out->offset = cpu_to_le64(t->offset);
	out->size = cpu_to_le64(t->size);
	return min(rc, 0);
}

int mgs_config_read(struct rpc_srv_req *req)
{
	const struct wire_config_body *body = rpc_srv_buf(req, WF_CONFIG_BODY, NULL);
	struct table t = {};
	int rc;

	/* Its memory is a number of units of a power of two, which entries must not cross. */
	if (!body || strnlen(body->name, sizeof(body->name)) == sizeof(body->name) ||
	    body->unit_bits < ilog2(NIDTBL_UNIT) || !body->units)
		return -EPROTO;
	if (le16_to_cpu(body->type) != CONFIG_TYPE_RECOVER)
		return -EOPNOTSUPP;
	t.page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!t.page)
		return -ENOMEM;
	t.w.buf = page_address(t.page);
	t.w.size = NIDTBL_UNIT;
	t.w.big = body->nid_size >= sizeof(struct wire_nid);
	rc = table_make(req->dev->priv, body->name, le64_to_cpu(body->offset), &t);
	if (!rc)
		rc = table_send(req, &t);
	put_page(t.page);
	return rc;
}
