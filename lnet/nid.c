// SPDX-License-Identifier: GPL-2.0
/* NIDs and networks as text. */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lnet/internal.h"

static const struct {
	u32 type;
	const char *name;
} lnet_net_names[] = {
	{ LNET_NET_TCP, "tcp" },
	{ LNET_NET_O2IB, "o2ib" },
	{ LNET_NET_LO, "lo" },
};

/* The name of a type of networks, or NULL. */
const char *lnet_net_type_name(u32 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lnet_net_names); i++) {
		if (lnet_net_names[i].type == type)
			return lnet_net_names[i].name;
	}
	return NULL;
}

char *lnet_nid_str(lnet_nid_t nid, char *buf)
{
	u32 type = LNET_NID_TYPE(nid);
	u32 num = LNET_NID_NET(nid) & 0xffff;
	u32 addr = LNET_NID_ADDR(nid);
	const char *name = lnet_net_type_name(type);
	int len;

	if (nid == LNET_NID_ANY) {
		strscpy(buf, "*", LNET_NIDSTR_SIZE);
		return buf;
	}
	if (type == LNET_NET_LO)
		len = snprintf(buf, LNET_NIDSTR_SIZE, "%u@", addr);
	else
		len = snprintf(buf, LNET_NIDSTR_SIZE, "%u.%u.%u.%u@", addr >> 24,
			       (addr >> 16) & 0xff, (addr >> 8) & 0xff, addr & 0xff);
	if (name)
		len += snprintf(buf + len, LNET_NIDSTR_SIZE - len, "%s", name);
	else
		len += snprintf(buf + len, LNET_NIDSTR_SIZE - len, "<%u>", type);
	if (num)
		snprintf(buf + len, LNET_NIDSTR_SIZE - len, "%u", num);
	return buf;
}
EXPORT_SYMBOL_GPL(lnet_nid_str);

/* Reads a decimal number of at most @max and moves *@text behind it. */
static int parse_number(const char **text, u32 max, u32 *value)
{
	const char *s = *text;
	u64 v = 0;

	if (!isdigit(*s))
		return -EINVAL;
	for (; isdigit(*s); s++) {
		v = v * 10 + (*s - '0');
		if (v > max)
			return -EINVAL;
	}
	*text = s;
	*value = v;
	return 0;
}

/* Reads "tcp", "tcp0", "o2ib3"; the whole text must be used up. */
int lnet_net_parse(const char *text, u32 *type, u32 *num)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lnet_net_names); i++) {
		size_t len = strlen(lnet_net_names[i].name);
		const char *rest = text + len;

		if (strncmp(text, lnet_net_names[i].name, len))
			continue;
		*type = lnet_net_names[i].type;
		*num = 0;
		if (!*rest)
			return 0;
		if (parse_number(&rest, 0xffff, num) || *rest)
			return -EINVAL;
		return 0;
	}
	return -EINVAL;
}

int lnet_nid_parse(const char *str, lnet_nid_t *nid)
{
	const char *at = strchr(str, '@');
	const char *s = str;
	u32 type;
	u32 num;
	u32 addr = 0;
	int i;

	if (!at || lnet_net_parse(at + 1, &type, &num))
		return -EINVAL;
	if (type == LNET_NET_LO) {
		if (num || parse_number(&s, 0, &addr) || s != at)
			return -EINVAL;
		*nid = LNET_NID_LO;
		return 0;
	}
	for (i = 0; i < 4; i++) {
		u32 byte;

		if (i && *s++ != '.')
			return -EINVAL;
		if (parse_number(&s, 255, &byte))
			return -EINVAL;
		addr = addr << 8 | byte;
	}
	if (s != at)
		return -EINVAL;
	*nid = LNET_MKNID(type, num, addr);
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_nid_parse);
