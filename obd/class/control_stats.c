// SPDX-License-Identifier: GPL-2.0
/* The control channel's dumps of what the clients of this node have sent and what they keep. */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "kernel/uapi/sheen_netlink.h"
#include "obd/class/class.h"
#include "obd/class/internal.h"
#include "obd/dlm/dlm.h"
#include "obd/rpc/rpc.h"

#define PAD	SHEEN_OBD_ATTR_PAD

static void *message_begin(struct sk_buff *msg, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &obd_family,
			   NLM_F_MULTI, cmd);
}

static int message_end(struct sk_buff *msg, void *hdr, int rc)
{
	if (!rc)
		genlmsg_end(msg, hdr);
	else
		genlmsg_cancel(msg, hdr);
	return rc ? -EMSGSIZE : 0;
}

static int count_put(struct sk_buff *msg, struct netlink_callback *cb,
		     const struct obd_device *dev, const struct rpc_stats *s,
		     const struct rpc_count *c)
{
	void *hdr = message_begin(msg, cb, SHEEN_OBD_CMD_RPC_GET);

	if (!hdr)
		return -EMSGSIZE;
	return message_end(msg, hdr,
		nla_put_string(msg, SHEEN_OBD_ATTR_NAME, dev->name) ?:
		nla_put_string(msg, SHEEN_OBD_ATTR_UUID, s->target_uuid) ?:
		nla_put_string(msg, SHEEN_OBD_ATTR_STATUS, rpc_import_state_name(s->state)) ?:
		nla_put_u32(msg, SHEEN_OBD_ATTR_OPCODE, c->opc) ?:
		nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_SENT, c->sent, PAD) ?:
		nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_AGAIN, c->again, PAD));
}

/* args[0]: minor of the device being listed, args[1]: which of its counts is the next */
int obd_dump_rpcs(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct rpc_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	struct obd_device *dev;
	u32 minor = cb->args[0];
	int rc = 0;

	if (!stats)
		return -ENOMEM;
	while (!rc && (dev = obd_next(&minor))) {
		if (rpc_device_stats(dev, stats))
			stats->nr_counts = 0;
		for (; !rc && cb->args[1] < stats->nr_counts; cb->args[1] += !rc)
			rc = count_put(msg, cb, dev, stats, &stats->counts[cb->args[1]]);
		if (!rc) {
			cb->args[0] = minor;
			cb->args[1] = 0;
		}
		obd_put(dev);
	}
	kfree(stats);
	return msg->len;
}

static int cache_put(struct sk_buff *msg, struct netlink_callback *cb, struct obd_device *dev,
		     const struct rpc_stats *s)
{
	u64 locks = 0, unused = 0, resources;
	void *hdr;

	/* One that is being taken down may wait for its server. */
	if (!mutex_trylock(&dev->setup_lock))
		return 0;
	if (dev->ns)
		ldlm_namespace_counts(dev->ns, &locks, &unused, &resources);
	mutex_unlock(&dev->setup_lock);
	hdr = message_begin(msg, cb, SHEEN_OBD_CMD_CACHE_GET);
	if (!hdr)
		return -EMSGSIZE;
	return message_end(msg, hdr,
		nla_put_string(msg, SHEEN_OBD_ATTR_NAME, dev->name) ?:
		nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_LOCKS, locks, PAD) ?:
		nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_UNUSED, unused, PAD) ?:
		nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_PAGES, s->held_pages, PAD));
}

int obd_dump_caches(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct rpc_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	struct obd_device *dev;
	u32 minor = cb->args[0];
	int rc = 0;

	if (!stats)
		return -ENOMEM;
	while (!rc && (dev = obd_next(&minor))) {
		if (!rpc_device_stats(dev, stats))
			rc = cache_put(msg, cb, dev, stats);
		obd_put(dev);
		if (!rc)
			cb->args[0] = minor;
	}
	kfree(stats);
	return msg->len;
}
