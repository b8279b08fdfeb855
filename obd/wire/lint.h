/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The linter: messages that parse, and yet make a stock peer panic, hang or give up. Most are
 * replies, since a client trusts its servers; servers insist on a few things in requests as well.
 *
 * Each such message is one named rule of wire_lint_rules[]; docs/protocol.md lists them with their
 * numbers. The rules are pure: they see a message, the request that it answers and what was agreed
 * on with the peer, and say whether it may be sent. obd/rpc/lint.c shows them every message that a
 * server sends to a client and every request of a client, in debug builds of the modules
 * (SHEEN_DEBUG) and always in user space.
 */
#ifndef SHEEN_WIRE_LINT_H
#define SHEEN_WIRE_LINT_H

#include <linux/types.h>

#include "obd/wire/wire.h"

#define WIRE_REPLY_OFFSET	224u	/* bytes of an early reply; where the real one goes */

/**
 * struct wire_lint_peer - what rules about more than one message remember of a client
 * @connected: it has been sent a connect reply, and the rest is valid
 * @replayable: the first connect reply said so
 * @committed: highest last_committed that it was told
 * Kept per export, under the export's lock.
 */
struct wire_lint_peer {
	bool connected;
	bool replayable;
	u64 committed;
};

/**
 * struct wire_lint - a message about to be sent, and what it is judged by
 * @req: the request that is answered; checked by wire_msg_check(). Callback: NULL. Request: itself
 * @msg: the reply, the callback, or the request
 * @fmt: how both are laid out; NULL: only their bodies are known
 * @size: bytes of @msg
 * @offset: where in the client's buffer the reply goes
 * @bulk_bytes: bulk data moved for the request
 * @granted: connect data of the connection; NULL: there is none yet
 * @vendor: VENDOR_* features of the connection
 * @peer: as it was before this message was made
 * @page: readdir: the first page of the answer
 */
struct wire_lint {
	u32 opc;
	struct wire_msg *req;
	struct wire_msg *msg;
	const struct wire_format *fmt;
	u32 size;
	u32 offset;
	u32 bulk_bytes;
	const struct wire_connect *granted;
	u64 vendor;
	struct wire_lint_peer peer;
	const struct wire_dirpage *page;
};

/** What a rule looks at. */
enum wire_lint_on {
	LINT_REPLY,
	LINT_CALLBACK,
	LINT_DIRPAGE,
	LINT_REQUEST,
};

/**
 * struct wire_lint_rule
 * @danger: number in the list of docs/protocol.md
 * @says: what is wrong with a message that breaks it
 */
struct wire_lint_rule {
	const char *name;
	u8 danger;
	enum wire_lint_on on;
	const char *says;
	bool (*broken)(const struct wire_lint *l);
};

extern const struct wire_lint_rule wire_lint_rules[];
extern const unsigned int wire_lint_nr;

/** wire_lint_check() - the first rule about such messages that this one breaks, or NULL */
const struct wire_lint_rule *wire_lint_check(const struct wire_lint *l, enum wire_lint_on on);

/** wire_lint_sent() - @l, a reply, has been sent: what @peer knows now */
void wire_lint_sent(const struct wire_lint *l, struct wire_lint_peer *peer);

/* ---- for the rules ---- */

/** wire_lint_ok() - a reply that says that the request was carried out */
bool wire_lint_ok(const struct wire_lint *l);

/**
 * wire_lint_req(), wire_lint_rep() - a buffer of the request or reply with at least @min bytes,
 * else NULL
 */
void *wire_lint_req(const struct wire_lint *l, enum wire_field f, u32 min);
void *wire_lint_rep(const struct wire_lint *l, enum wire_field f, u32 min);

/** wire_lint_rep_len() - bytes of a buffer of the reply, 0 when it has none */
u32 wire_lint_rep_len(const struct wire_lint *l, enum wire_field f);

/* lint_connect.c */
bool lint_brw_size(const struct wire_lint *l);
bool lint_recovering(const struct wire_lint *l);
bool lint_connect_short(const struct wire_lint *l);
bool lint_reply_offset(const struct wire_lint *l);
bool lint_flags_unasked(const struct wire_lint *l);
bool lint_cksum_types(const struct wire_lint *l);
bool lint_replay_transno(const struct wire_lint *l);
bool lint_committed_backwards(const struct wire_lint *l);

/* lint_lock.c */
bool lint_intent_not_executed(const struct wire_lint *l);
bool lint_open_created(const struct wire_lint *l);
bool lint_lock_resource(const struct wire_lint *l);
bool lint_open_fid(const struct wire_lint *l);
bool lint_lock_mode(const struct wire_lint *l);
bool lint_dom_unasked(const struct wire_lint *l);
bool lint_callback_flags(const struct wire_lint *l);
bool lint_callback_lock(const struct wire_lint *l);

/* lint_attr.c */
bool lint_statfs_bsize(const struct wire_lint *l);
bool lint_statfs_namelen(const struct wire_lint *l);
bool lint_fid_changed(const struct wire_lint *l);
bool lint_mode_zero(const struct wire_lint *l);
bool lint_create_body(const struct wire_lint *l);
bool lint_ea_size(const struct wire_lint *l);
bool lint_acl_size(const struct wire_lint *l);
bool lint_lmv_offsets(const struct wire_lint *l);
bool lint_layout(const struct wire_lint *l);
bool lint_dirpage_start(const struct wire_lint *l);

/* lint_data.c */
bool lint_short_io_length(const struct wire_lint *l);
bool lint_read_bytes(const struct wire_lint *l);
bool lint_write_rcs(const struct wire_lint *l);
bool lint_write_bytes(const struct wire_lint *l);
bool lint_fiemap_room(const struct wire_lint *l);
bool lint_table_version(const struct wire_lint *l);

/* lint_request.c */
bool lint_req_body_fid(const struct wire_lint *l);
bool lint_req_intent(const struct wire_lint *l);
bool lint_req_times(const struct wire_lint *l);
bool lint_req_xattr_time(const struct wire_lint *l);
bool lint_req_object(const struct wire_lint *l);
bool lint_req_max_brw(const struct wire_lint *l);
bool lint_req_log_body(const struct wire_lint *l);

#endif
