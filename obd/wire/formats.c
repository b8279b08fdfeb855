// SPDX-License-Identifier: GPL-2.0
/*
 * Which buffers stand where in each kind of message. The order is an interface fact (releases 2.15
 * to 2.17).
 */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/wire/wire.h"

const struct wire_field_info wire_fields[WF_NR] = {
	[WF_BODY] = { "body", sizeof(struct wire_body) },
	[WF_TARGET_UUID] = { "target_uuid", WIRE_UUID_SIZE },
	[WF_CLIENT_UUID] = { "client_uuid", WIRE_UUID_SIZE },
	[WF_CONN_HANDLE] = { "conn_handle", sizeof(struct wire_handle) },
	[WF_CONNECT] = { "connect", sizeof(struct wire_connect) },
	[WF_SELINUX] = { "selinux_policy", 0 },
	[WF_MDT_BODY] = { "mdt_body", sizeof(struct wire_mdt_body) },
	[WF_CAPA1] = { "capa1", 0 },
	[WF_CAPA2] = { "capa2", 0 },
	[WF_NAME] = { "name", 0 },
	[WF_NAME2] = { "name2", 0 },
	[WF_EADATA] = { "eadata", 0 },
	[WF_LAYOUT] = { "layout", 0 },
	[WF_DEFAULT_LMV] = { "default_lmv", 0 },
	[WF_ACL] = { "acl", 0 },
	[WF_REC] = { "rec", sizeof(union wire_rec) },
	[WF_SECCTX_NAME] = { "secctx_name", 0 },
	[WF_SECCTX] = { "secctx", 0 },
	[WF_ENCCTX] = { "encctx", 0 },
	[WF_NIOBUF_INLINE] = { "niobuf_inline", 0 },
	[WF_LOGCOOKIES] = { "logcookies", 0 },
	[WF_LOCK_REQ] = { "lock_req", sizeof(struct wire_lock_req) },
	[WF_LOCK_REP] = { "lock_rep", sizeof(struct wire_lock_rep) },
	[WF_INTENT] = { "intent", sizeof(struct wire_intent) },
	[WF_LVB] = { "lvb", 0 },
	[WF_LAYOUT_INTENT] = { "layout_intent", sizeof(struct wire_layout_intent) },
	[WF_IOEPOCH] = { "ioepoch", sizeof(struct wire_ioepoch) },
	[WF_CLOSE_DATA] = { "close_data", 0 },
	[WF_U32] = { "u32", 0 },
	[WF_STATFS] = { "statfs", sizeof(struct wire_statfs) },
	[WF_SEQ_OPC] = { "seq_opc", sizeof(__le32) },
	[WF_SEQ_RANGE] = { "seq_range", sizeof(struct wire_seq_range) },
	[WF_FLD_OPC] = { "fld_opc", sizeof(__le32) },
	[WF_FLD_RANGE] = { "fld_range", sizeof(struct wire_seq_range) },
	[WF_OBDO] = { "obdo", sizeof(struct wire_obdo) },
	[WF_IOOBJ] = { "ioobj", sizeof(struct wire_ioobj) },
	[WF_NIOBUF] = { "niobuf", sizeof(struct wire_niobuf) },
	[WF_SHORT_IO] = { "short_io", 0 },
	[WF_RCS] = { "rcs", 0 },
	[WF_LLOG_BODY] = { "llog_body", sizeof(struct wire_llog_body) },
	[WF_LLOG_HDR] = { "llog_hdr", sizeof(struct wire_llog_hdr) },
	[WF_KEY] = { "key", 0 },
	[WF_VALUE] = { "value", 0 },
	[WF_EA_VALUES] = { "ea_values", 0 },
	[WF_EA_LENS] = { "ea_lens", 0 },
	[WF_CONFIG_BODY] = { "config_body", sizeof(struct wire_config_body) },
	[WF_CONFIG_RES] = { "config_res", sizeof(struct wire_config_res) },
	[WF_TARGET_INFO] = { "target_info", sizeof(struct wire_target_info) },
	[WF_BATCH_HEAD] = { "batch_head", sizeof(struct wire_batch_head) },
	[WF_BATCH_BUFS] = { "batch_bufs", sizeof(struct wire_batch_buf) },
	[WF_EXTRA] = { "extra", 0 },
	[WF_BATCH_REPLY] = { "batch_reply", sizeof(struct wire_batch) },
	[WF_SUBS] = { "subs", 0 },
};
EXPORT_SYMBOL_GPL(wire_fields);

#define LIST(...)	{ __VA_ARGS__ }
#define COUNT(...)	(sizeof((u8[]){ __VA_ARGS__ }))
#define REQ(...)	.nr_req = COUNT(__VA_ARGS__), .req = LIST(__VA_ARGS__)
#define REP(...)	.nr_rep = COUNT(__VA_ARGS__), .rep = LIST(__VA_ARGS__)

const struct wire_format fmt_ping = {
	.name = "ping",
	REQ(WF_BODY),
	REP(WF_BODY),
};
EXPORT_SYMBOL_GPL(fmt_ping);

const struct wire_format fmt_connect = {
	.name = "connect",
	REQ(WF_BODY, WF_TARGET_UUID, WF_CLIENT_UUID, WF_CONN_HANDLE, WF_CONNECT, WF_SELINUX),
	REP(WF_BODY, WF_CONNECT),
};
EXPORT_SYMBOL_GPL(fmt_connect);

const struct wire_format fmt_statfs = {
	.name = "statfs",
	REQ(WF_BODY),
	REP(WF_BODY, WF_STATFS),
};
EXPORT_SYMBOL_GPL(fmt_statfs);

const struct wire_format fmt_set_info = {
	.name = "set_info",
	REQ(WF_BODY, WF_KEY, WF_VALUE),
	REP(WF_BODY),
};
EXPORT_SYMBOL_GPL(fmt_set_info);

const struct wire_format fmt_get_info = {
	.name = "get_info",
	REQ(WF_BODY, WF_KEY),
	REP(WF_BODY, WF_VALUE),
};
EXPORT_SYMBOL_GPL(fmt_get_info);

const struct wire_format fmt_ost_fiemap = {
	.name = "ost_fiemap",
	REQ(WF_BODY, WF_KEY, WF_VALUE),
	REP(WF_BODY, WF_VALUE),
};
EXPORT_SYMBOL_GPL(fmt_ost_fiemap);

const struct wire_format fmt_llog_create = {
	.name = "llog_create",
	REQ(WF_BODY, WF_LLOG_BODY, WF_NAME, WF_MDT_BODY),
	REP(WF_BODY, WF_LLOG_BODY),
};
EXPORT_SYMBOL_GPL(fmt_llog_create);

const struct wire_format fmt_llog_next_block = {
	.name = "llog_next_block",
	REQ(WF_BODY, WF_LLOG_BODY),
	REP(WF_BODY, WF_LLOG_BODY, WF_EADATA),
};
EXPORT_SYMBOL_GPL(fmt_llog_next_block);

const struct wire_format fmt_llog_read_header = {
	.name = "llog_read_header",
	REQ(WF_BODY, WF_LLOG_BODY),
	REP(WF_BODY, WF_LLOG_HDR),
};
EXPORT_SYMBOL_GPL(fmt_llog_read_header);

const struct wire_format fmt_mgs_config_read = {
	.name = "mgs_config_read",
	REQ(WF_BODY, WF_CONFIG_BODY),
	REP(WF_BODY, WF_CONFIG_RES),
};
EXPORT_SYMBOL_GPL(fmt_mgs_config_read);

const struct wire_format fmt_mgs_target_reg = {
	.name = "mgs_target_reg",
	REQ(WF_BODY, WF_TARGET_INFO),
	REP(WF_BODY, WF_TARGET_INFO),
};
EXPORT_SYMBOL_GPL(fmt_mgs_target_reg);

const struct wire_format fmt_seq_query = {
	.name = "seq_query",
	REQ(WF_BODY, WF_SEQ_OPC, WF_SEQ_RANGE),
	REP(WF_BODY, WF_SEQ_RANGE),
};
EXPORT_SYMBOL_GPL(fmt_seq_query);

const struct wire_format fmt_fld_query = {
	.name = "fld_query",
	REQ(WF_BODY, WF_FLD_OPC, WF_FLD_RANGE),
	REP(WF_BODY, WF_FLD_RANGE),
};
EXPORT_SYMBOL_GPL(fmt_fld_query);

const struct wire_format fmt_get_root = {
	.name = "get_root",
	REQ(WF_BODY, WF_MDT_BODY, WF_NAME),
	REP(WF_BODY, WF_MDT_BODY, WF_CAPA1),
};
EXPORT_SYMBOL_GPL(fmt_get_root);

const struct wire_format fmt_mds_getattr = {
	.name = "mds_getattr",
	REQ(WF_BODY, WF_MDT_BODY, WF_CAPA1, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_CAPA2, WF_ENCCTX, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_mds_getattr);

const struct wire_format fmt_mds_getattr_name = {
	.name = "mds_getattr_name",
	REQ(WF_BODY, WF_MDT_BODY, WF_CAPA1, WF_NAME, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_CAPA2, WF_ENCCTX, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_mds_getattr_name);

const struct wire_format fmt_mds_sync = {
	.name = "mds_sync",
	REQ(WF_BODY, WF_MDT_BODY, WF_CAPA1),
	REP(WF_BODY, WF_MDT_BODY),
};
EXPORT_SYMBOL_GPL(fmt_mds_sync);

const struct wire_format fmt_mds_getxattr = {
	.name = "mds_getxattr",
	REQ(WF_BODY, WF_MDT_BODY, WF_CAPA1, WF_NAME, WF_EADATA, WF_SELINUX, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_EADATA),
};
EXPORT_SYMBOL_GPL(fmt_mds_getxattr);

const struct wire_format fmt_mds_close = {
	.name = "mds_close",
	REQ(WF_BODY, WF_IOEPOCH, WF_REC, WF_CAPA1, WF_CLOSE_DATA, WF_U32, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2),
};
EXPORT_SYMBOL_GPL(fmt_mds_close);

const struct wire_format fmt_mds_readpage = {
	.name = "mds_readpage",
	REQ(WF_BODY, WF_MDT_BODY, WF_CAPA1),
	REP(WF_BODY, WF_MDT_BODY),
};
EXPORT_SYMBOL_GPL(fmt_mds_readpage);

const struct wire_format fmt_mds_batch = {
	.name = "mds_batch",
	REQ(WF_BODY, WF_BATCH_HEAD, WF_BATCH_BUFS),
	REP(WF_BODY, WF_BATCH_REPLY),
};
EXPORT_SYMBOL_GPL(fmt_mds_batch);

const struct wire_format fmt_batch_getattr = {
	.name = "batch_getattr",
	REQ(WF_LOCK_REQ, WF_INTENT, WF_MDT_BODY, WF_CAPA1, WF_NAME, WF_SECCTX_NAME),
	REP(WF_LOCK_REP, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_SECCTX, WF_DEFAULT_LMV,
	    WF_ENCCTX),
};
EXPORT_SYMBOL_GPL(fmt_batch_getattr);

const struct wire_format fmt_sheen_batch = {
	.name = "sheen_batch",
	REQ(WF_BODY, WF_SUBS),
	REP(WF_BODY, WF_SUBS),
};
EXPORT_SYMBOL_GPL(fmt_sheen_batch);

const struct wire_format fmt_reint = {
	.name = "reint",
	REQ(WF_BODY, WF_REC),
	REP(WF_BODY, WF_MDT_BODY),
};
EXPORT_SYMBOL_GPL(fmt_reint);

const struct wire_format fmt_reint_create = {
	.name = "reint_create",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_NAME, WF_EADATA, WF_LOCK_REQ, WF_SECCTX_NAME, WF_SECCTX,
	    WF_SELINUX, WF_ENCCTX, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_CAPA1, WF_LAYOUT, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_reint_create);

const struct wire_format fmt_reint_symlink = {
	.name = "reint_symlink",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_NAME, WF_NAME2, WF_LOCK_REQ, WF_SECCTX_NAME, WF_SECCTX,
	    WF_SELINUX, WF_ENCCTX, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_CAPA1, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_reint_symlink);

const struct wire_format fmt_reint_link = {
	.name = "reint_link",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_CAPA2, WF_NAME, WF_LOCK_REQ, WF_SELINUX, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY),
};
EXPORT_SYMBOL_GPL(fmt_reint_link);

const struct wire_format fmt_reint_unlink = {
	.name = "reint_unlink",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_NAME, WF_LOCK_REQ, WF_SELINUX, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2),
};
EXPORT_SYMBOL_GPL(fmt_reint_unlink);

const struct wire_format fmt_reint_rename = {
	.name = "reint_rename",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_CAPA2, WF_NAME, WF_NAME2, WF_LOCK_REQ, WF_SELINUX,
	    WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2),
};
EXPORT_SYMBOL_GPL(fmt_reint_rename);

const struct wire_format fmt_reint_setattr = {
	.name = "reint_setattr",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_IOEPOCH, WF_EADATA, WF_LOGCOOKIES, WF_LOCK_REQ, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_CAPA2, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_reint_setattr);

const struct wire_format fmt_reint_setxattr = {
	.name = "reint_setxattr",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_NAME, WF_EADATA, WF_LOCK_REQ, WF_SELINUX, WF_EXTRA),
	REP(WF_BODY, WF_MDT_BODY),
};
EXPORT_SYMBOL_GPL(fmt_reint_setxattr);

const struct wire_format fmt_reint_open = {
	.name = "reint_open",
	REQ(WF_BODY, WF_REC, WF_CAPA1, WF_CAPA2, WF_NAME, WF_EADATA, WF_SECCTX_NAME, WF_SECCTX,
	    WF_SELINUX, WF_ENCCTX),
	REP(WF_BODY, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_CAPA2),
};
EXPORT_SYMBOL_GPL(fmt_reint_open);

const struct wire_format fmt_enqueue = {
	.name = "enqueue",
	REQ(WF_BODY, WF_LOCK_REQ),
	REP(WF_BODY, WF_LOCK_REP, WF_LVB),
};
EXPORT_SYMBOL_GPL(fmt_enqueue);

const struct wire_format fmt_intent = {
	.name = "intent",
	REQ(WF_BODY, WF_LOCK_REQ, WF_INTENT),
	REP(WF_BODY, WF_LOCK_REP),
};
EXPORT_SYMBOL_GPL(fmt_intent);

const struct wire_format fmt_intent_getattr = {
	.name = "intent_getattr",
	REQ(WF_BODY, WF_LOCK_REQ, WF_INTENT, WF_MDT_BODY, WF_CAPA1, WF_NAME, WF_SECCTX_NAME,
	    WF_EXTRA),
	REP(WF_BODY, WF_LOCK_REP, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_SECCTX,
	    WF_DEFAULT_LMV, WF_ENCCTX, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_intent_getattr);

const struct wire_format fmt_intent_open = {
	.name = "intent_open",
	REQ(WF_BODY, WF_LOCK_REQ, WF_INTENT, WF_REC, WF_CAPA1, WF_CAPA2, WF_NAME, WF_EADATA,
	    WF_SECCTX_NAME, WF_SECCTX, WF_SELINUX, WF_ENCCTX, WF_EXTRA),
	REP(WF_BODY, WF_LOCK_REP, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_CAPA1, WF_CAPA2,
	    WF_NIOBUF_INLINE, WF_SECCTX, WF_ENCCTX, WF_DEFAULT_LMV, WF_EXTRA),
};
EXPORT_SYMBOL_GPL(fmt_intent_open);

const struct wire_format fmt_intent_layout = {
	.name = "intent_layout",
	REQ(WF_BODY, WF_LOCK_REQ, WF_INTENT, WF_LAYOUT_INTENT, WF_EADATA),
	REP(WF_BODY, WF_LOCK_REP, WF_LVB),
};
EXPORT_SYMBOL_GPL(fmt_intent_layout);

const struct wire_format fmt_intent_getxattr = {
	.name = "intent_getxattr",
	REQ(WF_BODY, WF_LOCK_REQ, WF_INTENT, WF_MDT_BODY, WF_CAPA1, WF_SELINUX),
	REP(WF_BODY, WF_LOCK_REP, WF_MDT_BODY, WF_LAYOUT, WF_ACL, WF_EADATA, WF_EA_VALUES,
	    WF_EA_LENS),
};
EXPORT_SYMBOL_GPL(fmt_intent_getxattr);

const struct wire_format fmt_lock_cancel = {
	.name = "lock_cancel",
	REQ(WF_BODY, WF_LOCK_REQ),
	REP(WF_BODY),
};
EXPORT_SYMBOL_GPL(fmt_lock_cancel);

const struct wire_format fmt_bl_callback = {
	.name = "bl_callback",
	REQ(WF_BODY, WF_LOCK_REQ),
	REP(WF_BODY),
};
EXPORT_SYMBOL_GPL(fmt_bl_callback);

const struct wire_format fmt_cp_callback = {
	.name = "cp_callback",
	REQ(WF_BODY, WF_LOCK_REQ, WF_LVB),
	REP(WF_BODY),
};
EXPORT_SYMBOL_GPL(fmt_cp_callback);

const struct wire_format fmt_gl_callback = {
	.name = "gl_callback",
	REQ(WF_BODY, WF_LOCK_REQ),
	REP(WF_BODY, WF_LVB),
};
EXPORT_SYMBOL_GPL(fmt_gl_callback);

const struct wire_format fmt_ost_body = {
	.name = "ost_body",
	REQ(WF_BODY, WF_OBDO, WF_CAPA1, WF_EXTRA),
	REP(WF_BODY, WF_OBDO),
};
EXPORT_SYMBOL_GPL(fmt_ost_body);

const struct wire_format fmt_ost_read = {
	.name = "ost_read",
	REQ(WF_BODY, WF_OBDO, WF_IOOBJ, WF_NIOBUF, WF_CAPA1, WF_SHORT_IO),
	REP(WF_BODY, WF_OBDO, WF_SHORT_IO),
};
EXPORT_SYMBOL_GPL(fmt_ost_read);

const struct wire_format fmt_ost_write = {
	.name = "ost_write",
	REQ(WF_BODY, WF_OBDO, WF_IOOBJ, WF_NIOBUF, WF_CAPA1, WF_SHORT_IO, WF_EXTRA),
	REP(WF_BODY, WF_OBDO, WF_RCS),
};
EXPORT_SYMBOL_GPL(fmt_ost_write);

unsigned int wire_nr_bufs(const u8 *fields, unsigned int nr, const u32 *lens)
{
	return nr && fields[nr - 1] == WF_EXTRA && !lens[nr - 1] ? nr - 1 : nr;
}
EXPORT_SYMBOL_GPL(wire_nr_bufs);

int wire_field_index(const u8 *fields, unsigned int nr, enum wire_field f)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (fields[i] == f)
			return i;
	return -1;
}
EXPORT_SYMBOL_GPL(wire_field_index);
