// SPDX-License-Identifier: GPL-2.0
/*
 * The control channel of devices: generic netlink family "sheen_obd" (kernel/uapi/sheen_netlink.h).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "kernel/compat/extack.h"
#include "kernel/uapi/sheen_netlink.h"
#include "obd/class/class.h"
#include "obd/class/internal.h"

#define MAX_ARGS	64

static const struct nla_policy obd_policy[SHEEN_OBD_ATTR_MAX + 1] = {
	[SHEEN_OBD_ATTR_TYPE] = { .type = NLA_NUL_STRING, .len = OBD_NAME_SIZE - 1 },
	[SHEEN_OBD_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = OBD_NAME_SIZE - 1 },
	[SHEEN_OBD_ATTR_UUID] = { .type = NLA_NUL_STRING, .len = WIRE_UUID_SIZE - 1 },
	[SHEEN_OBD_ATTR_ARG] = { .type = NLA_NUL_STRING, .len = 4095 },
	[SHEEN_OBD_ATTR_FLAGS] = { .type = NLA_U32 },
	[SHEEN_OBD_ATTR_OP] = { .type = NLA_NUL_STRING, .len = 63 },
	[SHEEN_OBD_ATTR_TEXT] = { .type = NLA_NUL_STRING, .len = SHEEN_CONF_TEXT_MAX - 1 },
	[SHEEN_OBD_ATTR_FSNAME] = { .type = NLA_NUL_STRING, .len = 15 },
};

static char *str_attr(struct genl_info *info, enum sheen_obd_attr attr)
{
	return info->attrs[attr] ? nla_data(info->attrs[attr]) : NULL;
}

/* The kernel's message for the administrator goes with the error number. */
static int answer(struct genl_info *info, int rc, const char *why)
{
	if (rc && *why)
		sheen_extack_set(info->extack, why);
	return rc;
}

/* Collects the repeated ARG attributes; the strings stay in the message. */
static int args_collect(struct genl_info *info, char **argv)
{
	struct nlattr *nla;
	int argc = 0, rem;

	nlmsg_for_each_attr(nla, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nla) != SHEEN_OBD_ATTR_ARG)
			continue;
		if (argc == MAX_ARGS)
			return -E2BIG;
		argv[argc++] = nla_data(nla);
	}
	return argc;
}

static int cmd_attach(struct sk_buff *skb, struct genl_info *info)
{
	char *type = str_attr(info, SHEEN_OBD_ATTR_TYPE);
	char *name = str_attr(info, SHEEN_OBD_ATTR_NAME);
	char *uuid = str_attr(info, SHEEN_OBD_ATTR_UUID);
	char why[OBD_WHY_SIZE] = "";

	if (!type || !name || !uuid)
		return -EINVAL;
	return answer(info, obd_attach(type, name, uuid, why), why);
}

static int cmd_setup(struct sk_buff *skb, struct genl_info *info)
{
	char *name = str_attr(info, SHEEN_OBD_ATTR_NAME);
	char why[OBD_WHY_SIZE] = "";
	char **argv;
	int argc, rc;

	if (!name)
		return -EINVAL;
	argv = kcalloc(MAX_ARGS, sizeof(*argv), GFP_KERNEL);
	if (!argv)
		return -ENOMEM;
	argc = args_collect(info, argv);
	rc = argc < 0 ? argc : obd_setup(name, argc, argv, why);
	kfree(argv);
	return answer(info, rc, why);
}

static int cmd_cleanup(struct sk_buff *skb, struct genl_info *info)
{
	char *name = str_attr(info, SHEEN_OBD_ATTR_NAME);
	struct nlattr *flags = info->attrs[SHEEN_OBD_ATTR_FLAGS];
	char why[OBD_WHY_SIZE] = "";

	if (!name)
		return -EINVAL;
	return answer(info, obd_cleanup(name, flags ? nla_get_u32(flags) : 0, why), why);
}

static int cmd_detach(struct sk_buff *skb, struct genl_info *info)
{
	char *name = str_attr(info, SHEEN_OBD_ATTR_NAME);
	char why[OBD_WHY_SIZE] = "";

	if (!name)
		return -EINVAL;
	return answer(info, obd_detach(name, why), why);
}

static int text_reply(struct genl_info *info, u8 cmd, const char *text)
{
	struct sk_buff *msg = genlmsg_new(nla_total_size(strlen(text) + 1), GFP_KERNEL);
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &obd_family, 0, cmd);
	if (!hdr || nla_put_string(msg, SHEEN_OBD_ATTR_TEXT, text)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static int device_op(struct genl_info *info, const char *name, const char *op, int argc,
		     char **argv)
{
	struct obd_device *dev = obd_find(name);
	char why[OBD_WHY_SIZE] = "", *text;
	int rc;

	if (!dev) {
		snprintf(why, sizeof(why), "there is no device '%s'", name);
		return answer(info, -ENODEV, why);
	}
	text = kvzalloc(SHEEN_CONF_TEXT_MAX, GFP_KERNEL);
	if (!text) {
		rc = -ENOMEM;
		goto out_put;
	}
	rc = dev->type->op && obd_state(dev) == OBD_UP ?
		dev->type->op(dev, op, argc, argv, text, SHEEN_CONF_TEXT_MAX) : -EOPNOTSUPP;
	if (rc == -EOPNOTSUPP)
		snprintf(why, sizeof(why), "device '%s' does not know '%s'", name, op);
	else if (rc)
		strscpy(why, text, sizeof(why));
	rc = rc ? answer(info, rc, why) : text_reply(info, info->genlhdr->cmd, text);
	kvfree(text);
out_put:
	obd_put(dev);
	return rc;
}

static int cmd_device_op(struct sk_buff *skb, struct genl_info *info)
{
	char *name = str_attr(info, SHEEN_OBD_ATTR_NAME);
	char *op = str_attr(info, SHEEN_OBD_ATTR_OP);
	char **argv;
	int argc, rc;

	if (!name || !op)
		return -EINVAL;
	argv = kcalloc(MAX_ARGS, sizeof(*argv), GFP_KERNEL);
	if (!argv)
		return -ENOMEM;
	argc = args_collect(info, argv);
	rc = argc < 0 ? argc : device_op(info, name, op, argc, argv);
	kfree(argv);
	return rc;
}

/* The description of a file system is the MGS's business: an operation of the device "MGS". */
static int cmd_conf_set(struct sk_buff *skb, struct genl_info *info)
{
	char *argv[2] = { str_attr(info, SHEEN_OBD_ATTR_FSNAME),
			  str_attr(info, SHEEN_OBD_ATTR_TEXT) };

	if (!argv[0] || !argv[1])
		return -EINVAL;
	return device_op(info, "MGS", "conf_set", 2, argv);
}

static int cmd_conf_get(struct sk_buff *skb, struct genl_info *info)
{
	char *argv[1] = { str_attr(info, SHEEN_OBD_ATTR_FSNAME) };

	if (!argv[0])
		return -EINVAL;
	return device_op(info, "MGS", "conf_get", 1, argv);
}

/* ---- dumps ---- */

static const char *status_name(struct obd_device *dev)
{
	switch (obd_state(dev)) {
	case OBD_ATTACHED:
		return "AT";
	case OBD_STOPPING:
		return "ST";
	default:
		return READ_ONCE(dev->inactive) ? "IN" : "UP";
	}
}

static int device_put(struct sk_buff *msg, struct netlink_callback *cb, struct obd_device *dev)
{
	void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &obd_family,
				NLM_F_MULTI, SHEEN_OBD_CMD_DEVICE_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, SHEEN_OBD_ATTR_INDEX, dev->minor) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_STATUS, status_name(dev)) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_TYPE, dev->type->name) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_NAME, dev->name) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_UUID, dev->uuid) ||
	    nla_put_u32(msg, SHEEN_OBD_ATTR_REFS, refcount_read(&dev->refs) - 1)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int dump_devices(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct obd_device *dev;
	u32 minor = cb->args[0];
	int rc;

	while ((dev = obd_next(&minor))) {
		rc = device_put(msg, cb, dev);
		obd_put(dev);
		if (rc)
			break;
		cb->args[0] = minor;
	}
	return msg->len;
}

static int export_put_msg(struct sk_buff *msg, struct netlink_callback *cb,
			  struct obd_export *exp)
{
	char nid[LNET_NIDSTR_SIZE];
	void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &obd_family,
				NLM_F_MULTI, SHEEN_OBD_CMD_EXPORT_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(msg, SHEEN_OBD_ATTR_NAME, exp->dev->name) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_UUID, exp->client_uuid) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_NID, lnet_nid_str(exp->nid, nid))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* args[0]: minor of the device being listed, args[1]: next export slot of it */
static int dump_exports(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct obd_device *dev;
	struct obd_export *exp;
	unsigned long slot;
	u32 minor = cb->args[0];
	int rc = 0;

	while (!rc && (dev = obd_next(&minor))) {
		xa_lock(&dev->exports);
		xa_for_each_start(&dev->exports, slot, exp, cb->args[1]) {
			rc = export_put_msg(msg, cb, exp);
			if (rc)
				break;
			cb->args[1] = slot + 1;
		}
		xa_unlock(&dev->exports);
		if (!rc) {
			cb->args[0] = minor;
			cb->args[1] = 0;
		}
		obd_put(dev);
	}
	return msg->len;
}

static int statfs_put(struct sk_buff *msg, struct netlink_callback *cb, struct obd_device *dev,
		      const struct wire_statfs *st)
{
	void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &obd_family,
				NLM_F_MULTI, SHEEN_OBD_CMD_STATFS);
	int pad = SHEEN_OBD_ATTR_PAD;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(msg, SHEEN_OBD_ATTR_NAME, dev->name) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_UUID, dev->target_uuid) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_TYPE, dev->type->name) ||
	    nla_put_u32(msg, SHEEN_OBD_ATTR_INDEX, dev->index) ||
	    nla_put_string(msg, SHEEN_OBD_ATTR_STATUS, st ? status_name(dev) : "IN") ||
	    (st && (nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_BSIZE, le32_to_cpu(st->bsize), pad) ||
		    nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_BLOCKS, le64_to_cpu(st->blocks), pad) ||
		    nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_BFREE, le64_to_cpu(st->bfree), pad) ||
		    nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_BAVAIL, le64_to_cpu(st->bavail), pad) ||
		    nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_FILES, le64_to_cpu(st->files), pad) ||
		    nla_put_u64_64bit(msg, SHEEN_OBD_ATTR_FFREE, le64_to_cpu(st->ffree), pad)))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static const char *dump_name(struct netlink_callback *cb)
{
	struct nlattr *nla = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, SHEEN_OBD_ATTR_NAME);

	return nla ? nla_data(nla) : NULL;
}

static int dump_statfs(struct sk_buff *msg, struct netlink_callback *cb)
{
	const char *mount = dump_name(cb);
	struct wire_statfs st;
	struct obd_device *dev;
	u32 minor = cb->args[0];
	int rc = 0;

	while (!rc && (dev = obd_next(&minor))) {
		if (dev->type->statfs && obd_state(dev) == OBD_UP &&
		    (!mount || strstr(dev->name, mount)))
			rc = statfs_put(msg, cb, dev, dev->type->statfs(dev, &st) ? NULL : &st);
		obd_put(dev);
		if (!rc)
			cb->args[0] = minor;
	}
	return msg->len;
}

static const struct genl_ops obd_ops[] = {
	{ .cmd = SHEEN_OBD_CMD_ATTACH, .doit = cmd_attach, .flags = GENL_ADMIN_PERM },
	{ .cmd = SHEEN_OBD_CMD_SETUP, .doit = cmd_setup, .flags = GENL_ADMIN_PERM },
	{ .cmd = SHEEN_OBD_CMD_CLEANUP, .doit = cmd_cleanup, .flags = GENL_ADMIN_PERM },
	{ .cmd = SHEEN_OBD_CMD_DETACH, .doit = cmd_detach, .flags = GENL_ADMIN_PERM },
	{ .cmd = SHEEN_OBD_CMD_DEVICE_OP, .doit = cmd_device_op, .flags = GENL_ADMIN_PERM },
	{ .cmd = SHEEN_OBD_CMD_CONF_SET, .doit = cmd_conf_set, .flags = GENL_ADMIN_PERM },
	{ .cmd = SHEEN_OBD_CMD_CONF_GET, .doit = cmd_conf_get },
	{ .cmd = SHEEN_OBD_CMD_DEVICE_GET, .dumpit = dump_devices },
	{ .cmd = SHEEN_OBD_CMD_EXPORT_GET, .dumpit = dump_exports },
	{ .cmd = SHEEN_OBD_CMD_STATFS, .dumpit = dump_statfs },
	{ .cmd = SHEEN_OBD_CMD_RPC_GET, .dumpit = obd_dump_rpcs },
	{ .cmd = SHEEN_OBD_CMD_CACHE_GET, .dumpit = obd_dump_caches },
};

struct genl_family obd_family __ro_after_init = {
	.name = SHEEN_OBD_GENL_NAME,
	.version = SHEEN_OBD_GENL_VERSION,
	.maxattr = SHEEN_OBD_ATTR_MAX,
	.policy = obd_policy,
	.module = THIS_MODULE,
	.ops = obd_ops,
	.n_ops = ARRAY_SIZE(obd_ops),
	.parallel_ops = true,	/* a setup that waits must not hold up a dump */
};

int obd_control_init(void)
{
	return genl_register_family(&obd_family);
}

void obd_control_exit(void)
{
	genl_unregister_family(&obd_family);
}
