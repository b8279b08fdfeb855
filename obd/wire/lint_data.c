// SPDX-License-Identifier: GPL-2.0
/* Rules about reads and writes. */
#include <linux/kernel.h>

#include "obd/wire/lint.h"

static bool done(const struct wire_lint *l, u32 opc)
{
	return l->opc == opc && wire_lint_ok(l);
}

/* Does the data travel in the messages themselves? */
static bool is_short(const struct wire_lint *l)
{
	const struct wire_obdo *oa = wire_lint_req(l, WF_OBDO, sizeof(*oa));

	return oa && (le64_to_cpu(oa->valid) & VALID_FLAGS) &&
		(le32_to_cpu(oa->flags) & OFL_SHORT_IO);
}

static u32 niobufs(const struct wire_lint *l)
{
	int i = wire_field_index(l->fmt->req, l->fmt->nr_req, WF_NIOBUF);

	return i < 0 ? 0 : wire_msg_buflen(l->req, i) / sizeof(struct wire_niobuf);
}

static u64 bytes_asked(const struct wire_lint *l)
{
	const struct wire_niobuf *nio = wire_lint_req(l, WF_NIOBUF, 0);
	u32 i, nr = nio ? niobufs(l) : 0;
	u64 bytes = 0;

	for (i = 0; i < nr; i++)
		bytes += le32_to_cpu(nio[i].len);
	return bytes;
}

bool lint_short_io_length(const struct wire_lint *l)
{
	return done(l, OP_OST_READ) && is_short(l) &&
		le32_to_cpu(wire_msg_body(l->msg)->status) != wire_lint_rep_len(l, WF_SHORT_IO);
}

bool lint_read_bytes(const struct wire_lint *l)
{
	u32 bytes;

	if (!done(l, OP_OST_READ))
		return false;
	bytes = le32_to_cpu(wire_msg_body(l->msg)->status);
	return bytes > bytes_asked(l) || (!is_short(l) && bytes != l->bulk_bytes);
}

bool lint_write_rcs(const struct wire_lint *l)
{
	const __le32 *rcs;
	u32 i, nr;

	if (!done(l, OP_OST_WRITE))
		return false;
	nr = niobufs(l);
	rcs = wire_lint_rep(l, WF_RCS, nr * sizeof(*rcs));
	if (!rcs || wire_msg_body(l->msg)->status)
		return true;
	for (i = 0; i < nr; i++) {
		if ((s32)le32_to_cpu(rcs[i]) > 0)
			return true;
	}
	return false;
}

bool lint_write_bytes(const struct wire_lint *l)
{
	return done(l, OP_OST_WRITE) && !is_short(l) && l->bulk_bytes != bytes_asked(l);
}

/*
 * A client counts the versions of a table in an int, asks on until it has the last one, and gives
 * up when an answer that is not the last is empty.
 */
bool lint_table_version(const struct wire_lint *l)
{
	const struct wire_config_res *res;
	u64 offset, size;

	if (!done(l, OP_MGS_CONFIG_READ))
		return false;
	res = wire_lint_rep(l, WF_CONFIG_RES, sizeof(*res));
	if (!res)
		return true;
	offset = le64_to_cpu(res->offset);
	size = le64_to_cpu(res->size);
	return offset > size || size > S32_MAX || (offset < size && !l->bulk_bytes);
}

/* The client copies as much as it has asked for. */
bool lint_fiemap_room(const struct wire_lint *l)
{
	const struct wire_fiemap_key *key = wire_lint_req(l, WF_KEY, sizeof(*key));
	const struct wire_fiemap *map;
	u64 need;

	if (!done(l, OP_OST_GET_INFO) || !key)
		return false;
	map = wire_lint_rep(l, WF_VALUE, sizeof(*map));
	need = sizeof(*map) +
	       (u64)le32_to_cpu(key->map.count) * sizeof(struct wire_fiemap_extent);
	return !map || wire_lint_rep_len(l, WF_VALUE) < need ||
	       (key->map.count && le32_to_cpu(map->mapped) > le32_to_cpu(key->map.count));
}
