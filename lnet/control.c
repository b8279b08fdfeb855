// SPDX-License-Identifier: GPL-2.0
/* The control channel of LNet: generic netlink family "sheen_lnet". */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "kernel/compat/extack.h"
#include "kernel/uapi/sheen_netlink.h"
#include "lnet/internal.h"

#define LNET_PING_TIMEOUT_MS	10000u
#define LNET_NETWORKS_MAX	512
#define LNET_PEERS_LIST_MAX	4096u

static char networks[LNET_NETWORKS_MAX] = "tcp";
module_param_string(networks, networks, sizeof(networks), 0644);
MODULE_PARM_DESC(networks,
		 "networks to bring up when none are named, e.g. \"tcp0(eth0),tcp1(10.0.0.5)\"");

static struct genl_family lnet_genl_family;

static const struct nla_policy lnet_policy[SHEEN_LNET_ATTR_MAX + 1] = {
	[SHEEN_LNET_ATTR_NETWORKS] = { .type = NLA_NUL_STRING, .len = LNET_NETWORKS_MAX - 1 },
	[SHEEN_LNET_ATTR_NID] = { .type = NLA_NUL_STRING, .len = LNET_NIDSTR_SIZE - 1 },
	[SHEEN_LNET_ATTR_TIMEOUT] = { .type = NLA_U32 },
};

/* ---- NET_UP, NET_DOWN ---- */

static int cmd_net_up(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[SHEEN_LNET_ATTR_NETWORKS];
	struct lnet_report why = {};
	int rc;

	rc = lnet_net_up(attr ? nla_data(attr) : networks, &why);
	if (rc && why.text[0])
		sheen_extack_set(info->extack, why.text);
	return rc;
}

static int cmd_net_down(struct sk_buff *skb, struct genl_info *info)
{
	struct lnet_report why = {};
	int rc;

	rc = lnet_net_down(&why);
	if (rc && why.text[0])
		sheen_extack_set(info->extack, why.text);
	return rc;
}

/* ---- messages about interfaces ---- */

static int put_ni(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
		  const struct lnet_ping_ni *ni)
{
	char name[LNET_NIDSTR_SIZE];
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &lnet_genl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, SHEEN_LNET_ATTR_NID, lnet_nid_str(ni->nid, name)) ||
	    nla_put_string(skb, SHEEN_LNET_ATTR_STATUS, ni->up ? "up" : "down")) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump_nis(struct sk_buff *skb, struct netlink_callback *cb)
{
	lnet_nid_t nids[LNET_NIS_MAX];
	long nr = lnet_ni_list(nids, ARRAY_SIZE(nids));

	for (; cb->args[0] < nr; cb->args[0]++) {
		struct lnet_ping_ni ni = { .nid = nids[cb->args[0]], .up = true };

		if (put_ni(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI,
			   SHEEN_LNET_CMD_NI_GET, &ni))
			break;
	}
	return skb->len;
}

/* ---- PING ---- */

static void explain_ping(struct genl_info *info, const char *nid, int rc)
{
	struct lnet_report why;
	const char *text;

	switch (rc) {
	case -ETIMEDOUT:
		text = "no answer in time; is the node up, and its network started?";
		break;
	case -EHOSTUNREACH:
		text = "no network of this node leads there, or nobody listens at that address";
		break;
	case -ENETDOWN:
		text = "the network of this node is down; start it with \"lctl network up\"";
		break;
	case -EPROTO:
		text = "the answer is not that of an LNet node";
		break;
	default:
		return;
	}
	snprintf(why.text, sizeof(why.text), "%s: %s", nid, text);
	sheen_extack_set(info->extack, why.text);
}

static int reply_ping(struct genl_info *info, const struct lnet_ping_ni *nis, unsigned int nr)
{
	struct sk_buff *msg;
	unsigned int i;
	int rc = 0;

	msg = genlmsg_new(nr * (GENL_HDRLEN + NLMSG_HDRLEN + 128), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	for (i = 0; !rc && i < nr; i++)
		rc = put_ni(msg, info->snd_portid, info->snd_seq, 0, SHEEN_LNET_CMD_PING, &nis[i]);
	if (rc) {
		nlmsg_free(msg);
		return rc;
	}
	return genlmsg_reply(msg, info);
}

static int cmd_ping(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *timeout = info->attrs[SHEEN_LNET_ATTR_TIMEOUT];
	struct lnet_ping_ni nis[LNET_NIS_MAX];
	unsigned int timeout_ms = LNET_PING_TIMEOUT_MS;
	unsigned int nr = ARRAY_SIZE(nis);
	const char *text;
	lnet_nid_t nid;
	int rc;

	if (!info->attrs[SHEEN_LNET_ATTR_NID]) {
		sheen_extack_set(info->extack, "no NID given");
		return -EINVAL;
	}
	text = nla_data(info->attrs[SHEEN_LNET_ATTR_NID]);
	if (lnet_nid_parse(text, &nid)) {
		sheen_extack_set(info->extack, "bad NID; write for example 10.0.0.1@tcp");
		return -EINVAL;
	}
	if (timeout)
		timeout_ms = min(nla_get_u32(timeout), lnet_timeout_ms());
	rc = lnet_ping_nis(nid, timeout_ms, nis, &nr);
	if (rc) {
		explain_ping(info, text, rc);
		return rc;
	}
	return reply_ping(info, nis, nr);
}

/* ---- PEER_GET ---- */

static int put_peer(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct lnet_peer_info *peer)
{
	char name[LNET_NIDSTR_SIZE];
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &lnet_genl_family,
			  NLM_F_MULTI, SHEEN_LNET_CMD_PEER_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, SHEEN_LNET_ATTR_NID, lnet_nid_str(peer->nid, name)) ||
	    nla_put_u32(skb, SHEEN_LNET_ATTR_CONNS, peer->conns) ||
	    nla_put_s32(skb, SHEEN_LNET_ATTR_CREDITS, peer->credits) ||
	    nla_put_u32(skb, SHEEN_LNET_ATTR_QUEUED, peer->queued) ||
	    nla_put_u64_64bit(skb, SHEEN_LNET_ATTR_SENT, peer->sent, SHEEN_LNET_ATTR_UNSPEC) ||
	    nla_put_u64_64bit(skb, SHEEN_LNET_ATTR_RECEIVED, peer->received,
			      SHEEN_LNET_ATTR_UNSPEC)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump_peers(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lnet_peer_info *peers;
	long nr;

	peers = kvcalloc(LNET_PEERS_LIST_MAX, sizeof(*peers), GFP_KERNEL);
	if (!peers)
		return -ENOMEM;
	nr = lnet_peer_list(peers, LNET_PEERS_LIST_MAX);
	for (; cb->args[0] < nr; cb->args[0]++) {
		if (put_peer(skb, cb, &peers[cb->args[0]]))
			break;
	}
	kvfree(peers);
	return skb->len;
}

/* ---- the family ---- */

static const struct genl_ops lnet_genl_ops[] = {
	{
		.cmd = SHEEN_LNET_CMD_NET_UP,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_net_up,
	}, {
		.cmd = SHEEN_LNET_CMD_NET_DOWN,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_net_down,
	}, {
		.cmd = SHEEN_LNET_CMD_NI_GET,
		.dumpit = dump_nis,
	}, {
		.cmd = SHEEN_LNET_CMD_PING,
		.doit = cmd_ping,
	}, {
		.cmd = SHEEN_LNET_CMD_PEER_GET,
		.dumpit = dump_peers,
	},
};

static struct genl_family lnet_genl_family __ro_after_init = {
	.name = SHEEN_LNET_GENL_NAME,
	.version = SHEEN_LNET_GENL_VERSION,
	.maxattr = SHEEN_LNET_ATTR_MAX,
	.policy = lnet_policy,
	.ops = lnet_genl_ops,
	.n_ops = ARRAY_SIZE(lnet_genl_ops),
	.resv_start_op = SHEEN_LNET_CMD_LAST,
	.module = THIS_MODULE,
	/*
	 * A ping may wait for seconds and must not hold up other requests, of other families
	 * neither.
	 */
	.parallel_ops = true,
};

int __init lnet_control_init(void)
{
	return genl_register_family(&lnet_genl_family);
}

void lnet_control_exit(void)
{
	genl_unregister_family(&lnet_genl_family);
}
