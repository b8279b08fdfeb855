// SPDX-License-Identifier: GPL-2.0
/* The table of rules, and what they have in common. */
#include <linux/kernel.h>

#include "obd/wire/lint.h"

#define MESSAGE_MAX	1048576u	/* bytes that LNet carries in one piece */

static bool lint_message_size(const struct wire_lint *l)
{
	return l->size > MESSAGE_MAX;
}

const struct wire_lint_rule wire_lint_rules[] = {
	{ "brw_size", 1, LINT_REPLY, "grants a bulk size below a page", lint_brw_size },
	{ "statfs_bsize", 2, LINT_REPLY, "has block size 0", lint_statfs_bsize },
	{ "recovering", 3, LINT_REPLY,
	  "sends a client into replay that was told that this target has none", lint_recovering },
	{ "intent_not_executed", 4, LINT_REPLY,
	  "says neither that the intent was executed nor why not", lint_intent_not_executed },
	{ "open_created", 5, LINT_REPLY, "says that an open created what it must not create",
	  lint_open_created },
	{ "lock_resource", 6, LINT_REPLY, "has a lock on another object than its attributes",
	  lint_lock_resource },
	{ "fid_changed", 7, LINT_REPLY, "has the attributes of another file than was asked for",
	  lint_fid_changed },
	{ "mode_zero", 8, LINT_REPLY, "has a mode without a file type", lint_mode_zero },
	{ "create_body", 9, LINT_REPLY, "has no attributes of the new file", lint_create_body },
	{ "open_fid", 10, LINT_REPLY, "opens a file without a proper FID", lint_open_fid },
	{ "short_io_length", 11, LINT_REPLY, "has another length than its inline data",
	  lint_short_io_length },
	{ "dirpage_start", 12, LINT_DIRPAGE, "starts behind the hash that was asked for",
	  lint_dirpage_start },
	{ "lock_mode", 13, LINT_REPLY, "has a lock with no, or several modes, or a bad extent",
	  lint_lock_mode },
	{ "callback_lock", 13, LINT_CALLBACK,
	  "has a lock with no, or several modes, or a bad extent", lint_callback_lock },
	{ "dom_unasked", 14, LINT_REPLY, "has a lock with bits that the client cannot know",
	  lint_dom_unasked },
	{ "replay_transno", 15, LINT_REPLY, "answers a replay with another transno",
	  lint_replay_transno },
	{ "lmv_offsets", 16, LINT_REPLY, "has a directory layout that points outside of itself",
	  lint_lmv_offsets },
	{ "connect_short", 17, LINT_REPLY, "has too little connect data", lint_connect_short },
	{ "reply_offset", 18, LINT_REPLY, "goes to the wrong place in the client's buffer",
	  lint_reply_offset },
	{ "flags_unasked", 19, LINT_REPLY, "grants flags that were not asked for",
	  lint_flags_unasked },
	{ "cksum_types", 20, LINT_REPLY, "grants checksums without a common type",
	  lint_cksum_types },
	{ "committed_backwards", 21, LINT_REPLY, "takes back that something was committed",
	  lint_committed_backwards },
	{ "layout", 22, LINT_REPLY, "has a broken layout, or objects on the wrong OST",
	  lint_layout },
	{ "read_bytes", 23, LINT_REPLY, "has another length than the data that was sent",
	  lint_read_bytes },
	{ "write_rcs", 23, LINT_REPLY, "lacks results of pieces", lint_write_rcs },
	{ "write_bytes", 23, LINT_REPLY, "says success, but not all data was fetched",
	  lint_write_bytes },
	{ "callback_flags", 24, LINT_CALLBACK, "has flags that a callback must not have",
	  lint_callback_flags },
	{ "message_size", 25, LINT_REPLY, "is longer than LNet carries", lint_message_size },
	{ "statfs_namelen", 27, LINT_REPLY, "has name length 0", lint_statfs_namelen },
	{ "ea_size", 27, LINT_REPLY, "tells of a layout that is not there, or of the wrong kind",
	  lint_ea_size },
	{ "acl_size", 27, LINT_REPLY, "tells another length of the ACL than it has",
	  lint_acl_size },
	{ "fiemap_room", 28, LINT_REPLY, "has less room for extents than was asked for",
	  lint_fiemap_room },
	{ "table_version", 29, LINT_REPLY, "has versions of a table that do not fit together",
	  lint_table_version },
	{ "req_body_fid", 30, LINT_REQUEST, "does not say that it names a file",
	  lint_req_body_fid },
	{ "req_intent", 31, LINT_REQUEST, "has no intent that a server knows, or no name buffer",
	  lint_req_intent },
	{ "req_times", 32, LINT_REQUEST, "has times that are not to be set", lint_req_times },
	{ "req_xattr_time", 33, LINT_REQUEST, "sets an attribute without the time",
	  lint_req_xattr_time },
	{ "req_object", 34, LINT_REQUEST, "names no object", lint_req_object },
	{ "req_max_brw", 35, LINT_REQUEST,
	  "has a number of bulk descriptors that is no power of two", lint_req_max_brw },
	{ "req_log_body", 36, LINT_REQUEST, "opens a log without saying for whom",
	  lint_req_log_body },
};

const unsigned int wire_lint_nr = ARRAY_SIZE(wire_lint_rules);

const struct wire_lint_rule *wire_lint_check(const struct wire_lint *l, enum wire_lint_on on)
{
	unsigned int i;

	for (i = 0; i < wire_lint_nr; i++) {
		if (wire_lint_rules[i].on == on && wire_lint_rules[i].broken(l))
			return &wire_lint_rules[i];
	}
	return NULL;
}

bool wire_lint_ok(const struct wire_lint *l)
{
	const struct wire_body *body = wire_msg_body(l->msg);

	return le32_to_cpu(body->type) == WIRE_MSG_REPLY && (s32)le32_to_cpu(body->status) >= 0;
}

void *wire_lint_req(const struct wire_lint *l, enum wire_field f, u32 min)
{
	int i = l->fmt ? wire_field_index(l->fmt->req, l->fmt->nr_req, f) : -1;

	return i < 0 ? NULL : wire_msg_buf(l->req, i, min);
}

void *wire_lint_rep(const struct wire_lint *l, enum wire_field f, u32 min)
{
	int i = l->fmt ? wire_field_index(l->fmt->rep, l->fmt->nr_rep, f) : -1;

	return i < 0 ? NULL : wire_msg_buf(l->msg, i, min);
}

u32 wire_lint_rep_len(const struct wire_lint *l, enum wire_field f)
{
	int i = l->fmt ? wire_field_index(l->fmt->rep, l->fmt->nr_rep, f) : -1;

	return i < 0 ? 0 : wire_msg_buflen(l->msg, i);
}
