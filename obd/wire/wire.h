/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Lustre wire protocol above LNet: structures, numbers, message formats, packing.
 *
 * A message is a head with buffer lengths and up to WIRE_MAX_BUFS buffers. Which buffer stands at
 * which place is fixed per kind of message by a struct wire_format; code names buffers by enum
 * wire_field and never by index.
 */
#ifndef SHEEN_WIRE_H
#define SHEEN_WIRE_H

#include <linux/types.h>
#include "obd/wire/ids.h"
#include "obd/wire/structs.h"

#define WIRE_MAX_BUFS	14

/** What a buffer holds. */
enum wire_field {
	WF_BODY,		/* struct wire_body */
	WF_TARGET_UUID,		/* struct wire_uuid */
	WF_CLIENT_UUID,		/* struct wire_uuid */
	WF_CONN_HANDLE,		/* struct wire_handle: handle for callbacks to the client */
	WF_CONNECT,		/* struct wire_connect */
	WF_SELINUX,		/* ignored */
	WF_MDT_BODY,		/* struct wire_mdt_body */
	WF_CAPA1,		/* always empty */
	WF_CAPA2,		/* always empty */
	WF_NAME,		/* string with NUL */
	WF_NAME2,		/* second name or link target, with NUL */
	WF_EADATA,		/* bytes */
	WF_LAYOUT,		/* layout EA, or target of a symbolic link with NUL */
	WF_DEFAULT_LMV,		/* always empty */
	WF_ACL,			/* POSIX ACL, bytes */
	WF_REC,			/* union wire_rec */
	WF_SECCTX_NAME,
	WF_SECCTX,
	WF_ENCCTX,
	WF_NIOBUF_INLINE,	/* always empty */
	WF_LOGCOOKIES,		/* always empty */
	WF_LOCK_REQ,		/* struct wire_lock_req and its handles */
	WF_LOCK_REP,		/* struct wire_lock_rep */
	WF_INTENT,		/* struct wire_intent */
	WF_LVB,			/* struct wire_ost_lvb, or a layout EA */
	WF_LAYOUT_INTENT,	/* struct wire_layout_intent */
	WF_IOEPOCH,		/* struct wire_ioepoch */
	WF_CLOSE_DATA,
	WF_U32,
	WF_STATFS,		/* struct wire_statfs */
	WF_SEQ_OPC,		/* __le32 */
	WF_SEQ_RANGE,		/* struct wire_seq_range */
	WF_FLD_OPC,		/* __le32 */
	WF_FLD_RANGE,		/* struct wire_seq_range */
	WF_OBDO,		/* struct wire_obdo */
	WF_IOOBJ,		/* struct wire_ioobj */
	WF_NIOBUF,		/* array of struct wire_niobuf */
	WF_SHORT_IO,		/* bytes */
	WF_RCS,			/* array of __le32, one per niobuf */
	WF_LLOG_BODY,		/* struct wire_llog_body */
	WF_LLOG_HDR,		/* struct wire_llog_hdr */
	WF_KEY,			/* string */
	WF_VALUE,		/* bytes */
	WF_EA_VALUES,		/* values of extended attributes, one after the other */
	WF_EA_LENS,		/* array of __le32, their lengths */
	WF_CONFIG_BODY,		/* struct wire_config_body */
	WF_CONFIG_RES,		/* struct wire_config_res */
	WF_TARGET_INFO,		/* struct wire_target_info */
	WF_BATCH_HEAD,		/* struct wire_batch_head, and perhaps a struct wire_batch */
	WF_BATCH_BUFS,		/* array of struct wire_batch_buf */
	WF_BATCH_REPLY,		/* struct wire_batch */
	WF_SUBS,		/* struct wire_sub, several */
	WF_EXTRA,		/* struct wire_extra, left out when empty; Sheen's nodes only */
	WF_NR
};

/**
 * struct wire_field_info - what is known of a field
 * @size: bytes at least; 0: any length, possibly none
 */
struct wire_field_info {
	const char *name;
	u32 size;
};

extern const struct wire_field_info wire_fields[WF_NR];

/** struct wire_format - buffers of a request and of its reply, in order */
struct wire_format {
	const char *name;
	u8 nr_req;
	u8 nr_rep;
	u8 req[WIRE_MAX_BUFS];
	u8 rep[WIRE_MAX_BUFS];
};

extern const struct wire_format fmt_ping;		/* also disconnect, OST statfs request */
extern const struct wire_format fmt_connect;
extern const struct wire_format fmt_statfs;
extern const struct wire_format fmt_set_info;
extern const struct wire_format fmt_get_info;
extern const struct wire_format fmt_ost_fiemap;	/* get_info with the key WIRE_KEY_FIEMAP */
extern const struct wire_format fmt_llog_create;
extern const struct wire_format fmt_llog_next_block;
extern const struct wire_format fmt_llog_read_header;
extern const struct wire_format fmt_mgs_config_read;
extern const struct wire_format fmt_mgs_target_reg;
extern const struct wire_format fmt_seq_query;
extern const struct wire_format fmt_fld_query;
extern const struct wire_format fmt_get_root;
extern const struct wire_format fmt_mds_getattr;
extern const struct wire_format fmt_mds_getattr_name;
extern const struct wire_format fmt_mds_sync;
extern const struct wire_format fmt_mds_getxattr;
extern const struct wire_format fmt_mds_close;
extern const struct wire_format fmt_mds_readpage;
extern const struct wire_format fmt_mds_batch;
/* a request within a batch: without a body */
extern const struct wire_format fmt_batch_getattr;
extern const struct wire_format fmt_sheen_batch;
extern const struct wire_format fmt_reint;		/* any: body and record only */
extern const struct wire_format fmt_reint_create;
extern const struct wire_format fmt_reint_symlink;
extern const struct wire_format fmt_reint_link;
extern const struct wire_format fmt_reint_unlink;
extern const struct wire_format fmt_reint_rename;
extern const struct wire_format fmt_reint_setattr;
extern const struct wire_format fmt_reint_setxattr;
extern const struct wire_format fmt_reint_open;
extern const struct wire_format fmt_enqueue;		/* no intent */
/* any intent: lock request and intent only */
extern const struct wire_format fmt_intent;
extern const struct wire_format fmt_intent_getattr;
extern const struct wire_format fmt_intent_open;
extern const struct wire_format fmt_intent_layout;
extern const struct wire_format fmt_intent_getxattr;
extern const struct wire_format fmt_lock_cancel;
extern const struct wire_format fmt_bl_callback;
extern const struct wire_format fmt_cp_callback;
extern const struct wire_format fmt_gl_callback;
/* getattr, setattr, create, punch, sync, destroy */
extern const struct wire_format fmt_ost_body;
extern const struct wire_format fmt_ost_read;
extern const struct wire_format fmt_ost_write;

/** wire_field_index() - place of a field among @fields, or -1 */
int wire_field_index(const u8 *fields, unsigned int nr, enum wire_field f);

/**
 * wire_nr_bufs() - how many buffers a message of these fields and lengths has: one that stock peers
 * do not know is left out when it is empty
 */
unsigned int wire_nr_bufs(const u8 *fields, unsigned int nr, const u32 *lens);

/* ---- packing ---- */

/** wire_msg_size() - bytes of a message with these buffers; 0 when it would not fit into a u32 */
u32 wire_msg_size(unsigned int nr, const u32 *lens);

/** wire_msg_init() - writes head and lengths, clears the rest; @msg has wire_msg_size() bytes */
void wire_msg_init(struct wire_msg *msg, unsigned int nr, const u32 *lens);

/**
 * wire_msg_check() - is this a well-formed message of at most @len bytes?
 * Checks magic, buffer count, every length, and that buffer 0 is a body of at least 152 bytes (the
 * first 152 bytes of struct wire_body; the job id after them is optional).
 * Returns its true size, or -EPROTO, or -EAFNOSUPPORT for a peer of other byte order.
 */
int wire_msg_check(const struct wire_msg *msg, u32 len);

/**
 * wire_msg_buf() - buffer @idx if it has at least @min bytes, else NULL. The message has been
 * checked.
 */
void *wire_msg_buf(struct wire_msg *msg, unsigned int idx, u32 min);
u32 wire_msg_buflen(const struct wire_msg *msg, unsigned int idx);

/**
 * wire_msg_shrink() - makes a buffer shorter, moves those behind it; returns the new size of the
 * message
 */
u32 wire_msg_shrink(struct wire_msg *msg, unsigned int idx, u32 len);

static inline bool wire_opc_is_connect(u32 opc)
{
	return opc == OP_MDS_CONNECT || opc == OP_OST_CONNECT || opc == OP_MGS_CONNECT;
}

static inline struct wire_body *wire_msg_body(struct wire_msg *msg)
{
	return (struct wire_body *)wire_msg_buf(msg, 0, 152);
}

/* ---- what Sheen's own nodes agree on ---- */

/** wire_vendor_init() - a block that asks for, or grants, these VENDOR_* features */
void wire_vendor_init(struct wire_vendor *vendor, u64 features);

/**
 * wire_vendor_features() - the VENDOR_* features in a connect buffer of @len bytes; 0 when the peer
 * is not of our kind
 */
u64 wire_vendor_features(const struct wire_connect *data, u32 len);

/** wire_nsec() - nanoseconds as a peer says; 0 when he says nonsense */
u32 wire_nsec(__le32 value);

/* ---- reading what a peer sent ---- */

/**
 * wire_str() - the string in a buffer: NUL-terminated within its length, at least one character
 * unless @empty; else NULL
 */
const char *wire_str(struct wire_msg *msg, unsigned int idx, bool empty);

#endif
