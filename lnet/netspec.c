// SPDX-License-Identifier: GPL-2.0
/* The list of networks that an administrator writes: "tcp0(eth0),tcp1(10.0.0.5)". */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lnet/internal.h"

/*
 * Cuts @len bytes of @text at spaces on both ends and copies them; -EINVAL when empty or too long.
 */
static int copy_word(char *to, size_t size, const char *text, size_t len)
{
	while (len && isspace(*text)) {
		text++;
		len--;
	}
	while (len && isspace(text[len - 1]))
		len--;
	if (!len || len >= size)
		return -EINVAL;
	memcpy(to, text, len);
	to[len] = '\0';
	return 0;
}

/* Reads one element of the list, @len bytes long. */
static int parse_spec(const char *text, size_t len, struct lnet_net_spec *spec)
{
	const char *open = memchr(text, '(', len);
	const char *close = memchr(text, ')', len);
	size_t name_len = open ? open - text : len;
	char name[16];
	int rc;

	spec->interface[0] = '\0';
	rc = copy_word(name, sizeof(name), text, name_len);
	if (rc)
		return rc;
	rc = lnet_net_parse(name, &spec->type, &spec->num);
	if (rc || spec->type == LNET_NET_LO)
		return -EINVAL;
	if (!open)
		return close ? -EINVAL : 0;
	if (!close || close < open)
		return -EINVAL;
	rc = copy_word(spec->interface, sizeof(spec->interface), open + 1, close - open - 1);
	if (rc)
		return rc;
	for (close++; close < text + len; close++) {
		if (!isspace(*close))
			return -EINVAL;
	}
	return 0;
}

/*
 * Reads a list of networks.
 * Returns the number of entries of @specs, -EINVAL for bad syntax or a network that is named twice,
 * -E2BIG.
 */
int lnet_net_specs_parse(const char *text, struct lnet_net_spec *specs, unsigned int max)
{
	unsigned int nr = 0;
	unsigned int i;

	for (;;) {
		size_t len = strcspn(text, ",");
		int rc;

		if (nr == max)
			return -E2BIG;
		rc = parse_spec(text, len, &specs[nr]);
		if (rc)
			return rc;
		for (i = 0; i < nr; i++) {
			if (specs[i].type == specs[nr].type && specs[i].num == specs[nr].num)
				return -EINVAL;
		}
		nr++;
		if (!text[len])
			return nr;
		text += len + 1;
	}
}
