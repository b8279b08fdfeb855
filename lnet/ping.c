// SPDX-License-Identifier: GPL-2.0
/*
 * Ping: a GET of portal 0 fetches the NIDs of a node.
 *
 * We answer as a node that knows nothing of discovery, so that no peer pushes its own list to us; a
 * push that comes all the same finds no taker.
 */

#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "lnet/internal.h"

/* ---- the answer ---- */

static void ping_md_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	struct lnet_core *core = user;

	if (!ev->unlinked)
		return;
	spin_lock(&core->lock);
	core->ping_md = NULL;
	spin_unlock(&core->lock);
	wake_up(&core->ping_wait);
}

/* Publishes the interfaces of this node. Called with core->mutex held. */
int lnet_ping_start(struct lnet_core *core)
{
	struct lnet_md_desc desc = {
		.options = LNET_MD_GET | LNET_MD_TRUNCATE,
		.fn = ping_md_event,
		.user = core,
	};
	lnet_nid_t nids[LNET_NIS_MAX];
	struct lnet_wire_ping *info;
	struct lnet_md *md;
	int nr;
	int rc;
	int i;

	nr = lnet_ni_list(nids, ARRAY_SIZE(nids));
	info = kzalloc(struct_size(info, ni, nr), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	info->magic = cpu_to_le32(LNET_WIRE_PING_MAGIC);
	info->features = cpu_to_le32(LNET_WIRE_PING_FEAT_BASE | LNET_WIRE_PING_FEAT_NI_STATUS);
	info->pid = cpu_to_le32(LNET_WIRE_PID);
	info->nr_nis = cpu_to_le32(nr);
	for (i = 0; i < nr; i++) {
		info->ni[i].nid = cpu_to_le64(nids[i]);
		info->ni[i].status = cpu_to_le32(LNET_WIRE_NI_UP);
	}
	desc.buf.kaddr = info;
	desc.buf.len = struct_size(info, ni, nr);
	rc = lnet_md_attach_always(LNET_WIRE_PORTAL_PING, LNET_NID_ANY, LNET_WIRE_MATCH_PING, 0,
				   &desc, &md);
	if (rc) {
		kfree(info);
		return rc;
	}
	core->ping_info = info;
	core->ping_md = md;
	return 0;
}

/* Stops answering and waits for the answers under way. Called with core->mutex held. */
void lnet_ping_stop(struct lnet_core *core)
{
	if (!core->ping_info)
		return;
	lnet_md_unlink(core->ping_md);
	/* Bounded by the driver, which gives up a message that makes no progress. */
	wait_event(core->ping_wait, !READ_ONCE(core->ping_md));
	kfree(core->ping_info);
	core->ping_info = NULL;
}

/* ---- the question ---- */

struct ping_call {
	struct completion done;
	int status;
	u32 mlength;
};

static void ping_call_event(struct lnet_md *md, const struct lnet_event *ev, void *user)
{
	struct ping_call *call = user;

	if (ev->type == LNET_EVENT_REPLY || ev->status) {
		call->status = ev->status;
		call->mlength = ev->mlength;
	}
	if (ev->unlinked)
		complete(&call->done);
}

/* Waits for the end of the call, which comes soon after the time is up at the latest. */
static int ping_wait(struct ping_call *call, struct lnet_md *md, unsigned int timeout_ms)
{
	long left;

	left = wait_for_completion_killable_timeout(&call->done, msecs_to_jiffies(timeout_ms));
	if (left <= 0) {
		lnet_md_unlink(md);
		wait_for_completion(&call->done);
	}
	if (left < 0)
		return -EINTR;
	return call->status == -ECANCELED ? -ETIMEDOUT : call->status;
}

static int ping_parse(const struct lnet_wire_ping *info, u32 len, struct lnet_ping_ni *nis,
		      unsigned int *nr)
{
	u32 told;
	u32 i;

	if (len < sizeof(*info) || info->magic != cpu_to_le32(LNET_WIRE_PING_MAGIC))
		return -EPROTO;
	told = min_t(u32, le32_to_cpu(info->nr_nis), (len - sizeof(*info)) / sizeof(info->ni[0]));
	told = min_t(u32, told, *nr);
	for (i = 0; i < told; i++) {
		nis[i].nid = le64_to_cpu(info->ni[i].nid);
		/* Stock nodes number their answers where the status of the loopback would stand. */
		nis[i].up = info->ni[i].status == cpu_to_le32(LNET_WIRE_NI_UP) ||
			    LNET_NID_TYPE(nis[i].nid) == LNET_NET_LO;
	}
	*nr = told;
	return 0;
}

/* lnet_ping() with the status of every interface. */
int lnet_ping_nis(lnet_nid_t nid, unsigned int timeout_ms, struct lnet_ping_ni *nis,
		  unsigned int *nr)
{
	struct ping_call call = { .status = -ETIMEDOUT };
	struct lnet_md_desc desc = { .fn = ping_call_event, .user = &call };
	struct lnet_wire_ping *info;
	struct lnet_md *md;
	int rc;

	init_completion(&call.done);
	desc.buf.len = struct_size(info, ni, LNET_NIS_MAX);
	info = kzalloc(desc.buf.len, GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	desc.buf.kaddr = info;
	rc = lnet_md_bind(&desc, &md);
	if (rc)
		goto out_free;
	lnet_md_hold(md);
	rc = lnet_get(md, nid, LNET_WIRE_PORTAL_PING, LNET_WIRE_MATCH_PING, 0, true);
	if (rc) {
		lnet_md_unlink(md);
		wait_for_completion(&call.done);
	} else {
		rc = ping_wait(&call, md, timeout_ms);
	}
	lnet_md_drop(md);
	if (!rc)
		rc = ping_parse(info, call.mlength, nis, nr);
out_free:
	kfree(info);
	return rc;
}

int lnet_ping(lnet_nid_t nid, unsigned int timeout_ms, lnet_nid_t *nids, unsigned int *nr)
{
	struct lnet_ping_ni nis[LNET_NIS_MAX];
	unsigned int told = ARRAY_SIZE(nis);
	unsigned int i;
	int rc;

	rc = lnet_ping_nis(nid, timeout_ms, nis, &told);
	if (rc)
		return rc;
	*nr = min(*nr, told);
	for (i = 0; i < *nr; i++)
		nids[i] = nis[i].nid;
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_ping);
