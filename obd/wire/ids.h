/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of the Lustre wire protocol: opcodes, portals, flags.
 *
 * Values are interface facts of releases 2.15 to 2.17; bits that we neither send nor understand are
 * not listed.
 */
#ifndef SHEEN_WIRE_IDS_H
#define SHEEN_WIRE_IDS_H

/* ---- portals: where requests go, and where their replies and bulk data come back ---- */
enum wire_portal {
	PORTAL_OSC_REPLY = 4,
	PORTAL_OST_IO = 6,
	PORTAL_OST_CREATE = 7,
	PORTAL_OST_BULK = 8,
	PORTAL_MDC_REPLY = 10,
	PORTAL_MDS_REQUEST = 12,
	PORTAL_MDS_IO = 13,
	PORTAL_MDS_BULK = 14,
	PORTAL_LDLM_CB_REQUEST = 15,
	PORTAL_LDLM_CB_REPLY = 16,
	PORTAL_LDLM_CANCEL_REQUEST = 17,
	PORTAL_LDLM_CANCEL_REPLY = 18,
	PORTAL_MDS_READPAGE = 23,	/* readdir, close and plain getattr */
	PORTAL_BATCH = 24,
	PORTAL_MGC_REPLY = 25,
	PORTAL_MGS_REQUEST = 26,
	PORTAL_OST_REQUEST = 28,
	PORTAL_FLD_REQUEST = 29,
	PORTAL_SEQ_METADATA = 30,
	PORTAL_MGS_BULK = 33,
};

/* ---- operations ---- */
enum wire_opc {
	OP_OST_GETATTR = 1,
	OP_OST_SETATTR = 2,
	OP_OST_READ = 3,
	OP_OST_WRITE = 4,
	OP_OST_CREATE = 5,
	OP_OST_DESTROY = 6,
	OP_OST_GET_INFO = 7,
	OP_OST_CONNECT = 8,
	OP_OST_DISCONNECT = 9,
	OP_OST_PUNCH = 10,
	OP_OST_STATFS = 13,
	OP_OST_SYNC = 16,
	OP_OST_SET_INFO = 17,
	OP_OST_QUOTACTL = 19,
	OP_OST_LADVISE = 21,
	OP_OST_FALLOCATE = 22,
	OP_OST_SEEK = 23,

	OP_MDS_GETATTR = 33,
	OP_MDS_GETATTR_NAME = 34,
	OP_MDS_CLOSE = 35,
	OP_MDS_REINT = 36,
	OP_MDS_READPAGE = 37,
	OP_MDS_CONNECT = 38,
	OP_MDS_DISCONNECT = 39,
	OP_MDS_GET_ROOT = 40,
	OP_MDS_STATFS = 41,
	OP_MDS_SYNC = 44,
	OP_MDS_SET_INFO = 46,
	OP_MDS_QUOTACTL = 48,
	OP_MDS_GETXATTR = 49,
	OP_MDS_GET_INFO = 53,
	OP_MDS_BATCH = 63,

	OP_LDLM_ENQUEUE = 101,
	OP_LDLM_CONVERT = 102,
	OP_LDLM_CANCEL = 103,
	OP_LDLM_BL_CALLBACK = 104,
	OP_LDLM_CP_CALLBACK = 105,
	OP_LDLM_GL_CALLBACK = 106,

	OP_MGS_CONNECT = 250,
	OP_MGS_DISCONNECT = 251,
	OP_MGS_TARGET_REG = 253,
	OP_MGS_CONFIG_READ = 256,

	OP_OBD_PING = 400,

	OP_LLOG_CREATE = 501,
	OP_LLOG_NEXT_BLOCK = 502,
	OP_LLOG_READ_HEADER = 503,

	OP_SEQ_QUERY = 700,
	OP_FLD_QUERY = 900,

	/* of Sheen's own nodes, with VENDOR_BATCH */
	OP_SHEEN_BATCH = 0x4d10,
};

/** Sub-operations of OP_MDS_REINT, first word of the record. */
enum wire_reint {
	REINT_SETATTR = 1,
	REINT_CREATE = 2,
	REINT_LINK = 3,
	REINT_UNLINK = 4,
	REINT_RENAME = 5,
	REINT_OPEN = 6,
	REINT_SETXATTR = 7,
};

/* ---- message header and body ---- */
#define WIRE_MSG_MAGIC		0x0BD00BD3u
#define WIRE_MSG_MAGIC_SWABBED	0xD30BD00Bu
/* lm_flags: sender takes early replies at offset 0, real ones at 224 */
#define WIRE_MSG_F_AT		0x1u
#define WIRE_BODY_VERSION	3u	/* low half of the version word */
#define WIRE_NR_VERSIONS	4	/* of objects that a request depends on */

#define WIRE_VERSION_OBD	0x00010000u
#define WIRE_VERSION_MDS	0x00020000u
#define WIRE_VERSION_OST	0x00030000u
#define WIRE_VERSION_DLM	0x00040000u
#define WIRE_VERSION_LOG	0x00050000u
#define WIRE_VERSION_MGS	0x00060000u

enum wire_msg_type {
	WIRE_MSG_REQUEST = 4711,
	WIRE_MSG_ERROR = 4712,
	WIRE_MSG_REPLY = 4713,
};

/* body flags */
#define MSG_RESENT		0x0002u
#define MSG_REPLAY		0x0004u
#define MSG_REQ_REPLAY_DONE	0x0040u
#define MSG_LOCK_REPLAY_DONE	0x0080u

/* body op_flags of connect requests and replies */
#define MSG_CONNECT_RECOVERING	0x01u
#define MSG_CONNECT_RECONNECT	0x02u
#define MSG_CONNECT_REPLAYABLE	0x04u
#define MSG_CONNECT_INITIAL	0x20u
#define MSG_CONNECT_NEXT_VER	0x80u

/* ---- connect flags, first word ---- */
#define CONN_RDONLY		0x1ULL
#define CONN_INDEX		0x2ULL
#define CONN_MDS		0x4ULL		/* the client is a metadata server */
#define CONN_GRANT		0x8ULL
#define CONN_SRVLOCK		0x10ULL
#define CONN_VERSION		0x20ULL
#define CONN_ACL		0x80ULL
#define CONN_XATTR		0x100ULL
#define CONN_LARGE_ACL		0x200ULL
#define CONN_TRANSNO		0x800ULL
#define CONN_IBITS		0x1000ULL
#define CONN_ATTRFID		0x4000ULL
#define CONN_NODEVOH		0x8000ULL
#define CONN_BRW_SIZE		0x40000ULL
#define CONN_CANCELSET		0x400000ULL
#define CONN_AT			0x1000000ULL
#define CONN_LRU_RESIZE		0x2000000ULL
#define CONN_CKSUM		0x20000000ULL
#define CONN_FID		0x40000000ULL
#define CONN_VBR		0x80000000ULL
#define CONN_LOV_V3		0x100000000ULL
#define CONN_GRANT_SHRINK	0x200000000ULL
#define CONN_MAX_EASIZE		0x800000000ULL
#define CONN_FULL20		0x1000000000ULL
#define CONN_LAYOUTLOCK		0x2000000000ULL
#define CONN_64BITHASH		0x4000000000ULL
#define CONN_MAXBYTES		0x8000000000ULL
#define CONN_IMP_RECOV		0x10000000000ULL
#define CONN_JOBSTATS		0x20000000000ULL
#define CONN_UMASK		0x40000000000ULL
#define CONN_EINPROGRESS	0x80000000000ULL
#define CONN_GRANT_PARAM	0x100000000000ULL
#define CONN_FLOCK_OWNER	0x200000000000ULL
#define CONN_LVB_TYPE		0x400000000000ULL
#define CONN_SHORTIO		0x2000000000000ULL
#define CONN_PINGLESS		0x4000000000000ULL
#define CONN_FLOCK_DEAD		0x8000000000000ULL
#define CONN_OPEN_BY_FID	0x20000000000000ULL
#define CONN_MULTIMODRPCS	0x200000000000000ULL
#define CONN_BULK_MBITS		0x2000000000000000ULL
#define CONN_FLAGS2		0x8000000000000000ULL

/* ---- connect flags, second word ---- */
#define CONN2_LSEEK		0x40000ULL

/* ---- what Sheen's own nodes agree on: struct wire_vendor ---- */
#define VENDOR_VERSION		1u
#define VENDOR_EXTRA		0x1ULL	/* requests, replies of the MDT: struct wire_extra */
#define VENDOR_BATCH		0x2ULL	/* MDT, OST: OP_SHEEN_BATCH */
#define VENDOR_SHED		0x4ULL	/* MDT: wire_extra.shed; locks with IBIT_XATTR */

#define EXTRA_MAX_GROUPS	256u
/* the values of renameat2(2) */
#define EXTRA_RENAME_NOREPLACE	0x1u
#define EXTRA_RENAME_EXCHANGE	0x2u

/* ---- attributes present: mdt_body and obdo ---- */
#define VALID_ID		0x1ULL
#define VALID_ATIME		0x2ULL
#define VALID_MTIME		0x4ULL
#define VALID_CTIME		0x8ULL
#define VALID_SIZE		0x10ULL
#define VALID_BLOCKS		0x20ULL
#define VALID_BLKSIZE		0x40ULL
#define VALID_MODE		0x80ULL
#define VALID_TYPE		0x100ULL
#define VALID_UID		0x200ULL
#define VALID_GID		0x400ULL
#define VALID_FLAGS		0x800ULL
#define VALID_NLINK		0x2000ULL
#define VALID_PARENT		0x4000ULL	/* obdo: parent FID present */
#define VALID_RDEV		0x10000ULL
#define VALID_EASIZE		0x20000ULL
#define VALID_LINKNAME		0x40000ULL
#define VALID_HANDLE		0x80000ULL
#define VALID_CKSUM		0x100000ULL
#define VALID_GROUP		0x1000000ULL
#define VALID_FID		0x2000000ULL
#define VALID_GRANT		0x8000000ULL
#define VALID_DIREA		0x10000000ULL
#define VALID_MODEASIZE		0x80000000ULL	/* max_mdsize is valid */
#define VALID_REMOTE		0x100000000ULL	/* only the FID: the rest is on another MDT */
#define VALID_MEA		0x400000000ULL
#define VALID_XATTR		0x1000000000ULL
#define VALID_XATTRLS		0x2000000000ULL
#define VALID_XATTRRM		0x4000000000ULL
#define VALID_ACL		0x8000000000ULL
#define VALID_CROSSREF		0x100000000000ULL
#define VALID_OBJCOUNT		0x400000000000ULL	/* destroy: misc is a number of objects */
#define VALID_GETATTRLOCK	0x200000000000ULL
#define VALID_DATAVERSION	0x10000000000000ULL
#define VALID_CLOSE_INTENT_EXECED 0x20000000000000ULL
#define VALID_DEFAULT_MEA	0x40000000000000ULL
#define VALID_OSTLAYOUT		0x80000000000000ULL
#define VALID_PROJID		0x100000000000000ULL
#define VALID_LAZYSIZE		0x400000000000000ULL
#define VALID_LAZYBLOCKS	0x800000000000000ULL
#define VALID_BTIME		0x1000000000000000ULL

#define WIRE_MAX_DESTROY	32u	/* objects, one after the other, of one OST_DESTROY */

/* obdo flags */
/* create: destroy all objects above the id given (ours, MDS to OST) */
#define OFL_DELORPHAN		0x4u
#define OFL_SRVLOCK		0x800u
#define OFL_CKSUM_CRC32		0x1000u
#define OFL_CKSUM_ADLER		0x2000u
#define OFL_CKSUM_CRC32C	0x4000u
#define OFL_CKSUM_MASK		0xf000u
#define OFL_SHRINK_GRANT	0x20000u
#define OFL_MMAP		0x40000u
#define OFL_RECOV_RESEND	0x80000u
#define OFL_NOSPC_BLK		0x100000u
#define OFL_FLUSH		0x200000u
#define OFL_SHORT_IO		0x400000u

/* checksum types offered at connect */
#define CKSUM_CRC32		0x1u
#define CKSUM_ADLER		0x2u
#define CKSUM_CRC32C		0x4u

/* niobuf flags */
#define BRW_READ		0x1u
#define BRW_WRITE		0x2u
#define BRW_SYNC		0x8u
#define BRW_CHECK		0x10u
#define BRW_FROM_GRANT		0x20u
#define BRW_GRANTED		0x40u
#define BRW_NOQUOTA		0x100u
#define BRW_SRVLOCK		0x200u
#define BRW_ASYNC		0x400u
#define BRW_MEMALLOC		0x800u
#define BRW_SOFT_SYNC		0x4000u

/* statfs state */
#define OS_STATFS_DEGRADED	0x1u
#define OS_STATFS_READONLY	0x2u
#define OS_STATFS_NOCREATE	0x4u
#define OS_STATFS_ENOSPC	0x20u
#define OS_STATFS_ENOINO	0x40u

/* ---- where an object's data lies on the disk ---- */
#define WIRE_KEY_FIEMAP		"fiemap"	/* what OP_OST_GET_INFO asks for */

/* ---- locks ---- */
enum ldlm_type {
	LDLM_PLAIN = 10,
	LDLM_EXTENT = 11,
	LDLM_FLOCK = 12,
	LDLM_IBITS = 13,
};

enum ldlm_mode {
	LCK_EX = 1,
	LCK_PW = 2,
	LCK_PR = 4,
	LCK_CW = 8,
	LCK_CR = 16,
	LCK_NL = 32,
	LCK_GROUP = 64,
};

#define IBIT_LOOKUP	0x01ULL
#define IBIT_UPDATE	0x02ULL
#define IBIT_OPEN	0x04ULL
#define IBIT_LAYOUT	0x08ULL
#define IBIT_PERM	0x10ULL
#define IBIT_XATTR	0x20ULL
#define IBIT_DOM	0x40ULL

/* lock flags as sent */
/* resource, mode or policy differ from what was asked */
#define LDLM_FL_LOCK_CHANGED	0x1u
#define LDLM_FL_BLOCK_GRANTED	0x2u		/* replay: was granted */
#define LDLM_FL_BLOCK_CONV	0x4u
#define LDLM_FL_BLOCK_WAIT	0x8u		/* queued; a completion callback follows */
#define LDLM_FL_AST_SENT	0x20u		/* already contended: cancel when unused */
#define LDLM_FL_REPLAY		0x100u
#define LDLM_FL_INTENT_ONLY	0x200u
#define LDLM_FL_HAS_INTENT	0x1000u
#define LDLM_FL_FLOCK_DEADLOCK	0x8000u
#define LDLM_FL_DISCARD_DATA	0x10000u
#define LDLM_FL_NO_TIMEOUT	0x20000u
#define LDLM_FL_BLOCK_NOWAIT	0x40000u
#define LDLM_FL_TEST_LOCK	0x80000u
#define LDLM_FL_CANCEL_ON_BLOCK	0x800000u

/* body status of an enqueue whose intent was executed without granting a lock */
#define ELDLM_LOCK_ABORTED	301
#define ELDLM_NO_LOCK_DATA	303

/* intents */
#define IT_OPEN		0x1u
#define IT_CREAT	0x2u
#define IT_READDIR	0x4u
#define IT_GETATTR	0x8u
#define IT_LOOKUP	0x10u
#define IT_GETXATTR	0x80u
#define IT_LAYOUT	0x400u
#define IT_GLIMPSE	0x4000u
#define IT_BRW		0x8000u

/* disposition of an intent: what the server did */
#define DISP_IT_EXECD		0x1u
#define DISP_LOOKUP_EXECD	0x2u
#define DISP_LOOKUP_NEG		0x4u
#define DISP_LOOKUP_POS		0x8u
#define DISP_OPEN_CREATE	0x10u
#define DISP_OPEN_OPEN		0x20u
#define DISP_OPEN_LOCK		0x2000000u
#define DISP_OPEN_STRIPE	0x8000000u

/* ---- metadata requests ---- */

/* open flags, 64 bits in two halves */
#define MDS_FMODE_READ		0x1ULL
#define MDS_FMODE_WRITE		0x2ULL
#define MDS_FMODE_EXEC		0x4ULL
#define MDS_OPEN_CREATED	0x8ULL
#define MDS_OPEN_CREAT		0x40ULL
#define MDS_OPEN_EXCL		0x80ULL
#define MDS_OPEN_TRUNC		0x200ULL
#define MDS_OPEN_APPEND		0x400ULL
#define MDS_OPEN_SYNC		0x1000ULL
#define MDS_OPEN_DIRECTORY	0x10000ULL
#define MDS_OPEN_NOFOLLOW	0x20000ULL
#define MDS_OPEN_BY_FID		0x800000ULL
#define MDS_OPEN_DELAY_CREATE	0x1000000ULL
#define MDS_OPEN_OWNEROVERRIDE	0x2000000ULL
#define MDS_OPEN_LOCK		0x20000000ULL
#define MDS_OPEN_HAS_EA		0x40000000ULL
#define MDS_OPEN_HAS_OBJS	0x80000000ULL
#define MDS_OPEN_NEWSTRIPE	0x400000000ULL
#define MDS_OPEN_VOLATILE	0x800000000ULL
#define MDS_OPEN_LEASE		0x1000000000ULL

/* setattr: what is to be set */
#define MDS_ATTR_MODE		0x1ULL
#define MDS_ATTR_UID		0x2ULL
#define MDS_ATTR_GID		0x4ULL
#define MDS_ATTR_SIZE		0x8ULL
#define MDS_ATTR_ATIME		0x10ULL
#define MDS_ATTR_MTIME		0x20ULL
#define MDS_ATTR_CTIME		0x40ULL
#define MDS_ATTR_ATIME_SET	0x80ULL
#define MDS_ATTR_MTIME_SET	0x100ULL
#define MDS_ATTR_FORCE		0x200ULL
#define MDS_ATTR_ATTR_FLAG	0x400ULL
#define MDS_ATTR_KILL_SUID	0x800ULL
#define MDS_ATTR_KILL_SGID	0x1000ULL
#define MDS_ATTR_CTIME_SET	0x2000ULL
#define MDS_ATTR_FROM_OPEN	0x4000ULL
#define MDS_ATTR_BLOCKS		0x8000ULL
#define MDS_ATTR_PROJID		0x10000ULL
#define MDS_ATTR_OVERRIDE	0x2000000ULL

/* bias: hints of reint records */
#define MDS_BIAS_CROSS_REF	0x2u
#define MDS_BIAS_PERM_BYPASS	0x8u
#define MDS_BIAS_KEEP_ORPHAN	0x80u
#define MDS_BIAS_CREATE_VOLATILE 0x400u
#define MDS_BIAS_OWNEROVERRIDE	0x800u
#define MDS_BIAS_DATA_MODIFIED	0x200u

/* several requests in one */
#define BATCH_HEAD_MAGIC	0xBADF0001u
#define BATCH_REQUEST_MAGIC	0xBADE0001u
#define BATCH_REPLY_MAGIC	0x00AD0001u

/* directory pages */
#define WIRE_DIR_END		0xfffffffffffffffeULL	/* hash after the last entry */
#define WIRE_DIRPAGE_SIZE	4096u
#define LDF_EMPTY		0x1u
#define LDF_COLLIDE		0x2u
#define LUDA_FID		0x1u
#define LUDA_TYPE		0x2u
#define LUDA_64BITHASH		0x4u

/* ---- configuration logs ---- */
#define LLOG_REC_HDR		0x10645539u
#define LLOG_REC_CFG		0x10620000u
#define LLOG_REC_PAD		0x10600000u
#define LLOG_CHUNK_SIZE		8192u
#define LLOG_F_IS_PLAIN		0x4u

#define LCFG_VERSION		0x1cf60001u
#define LCFG_ATTACH		0xcf001u
#define LCFG_DETACH		0xcf002u
#define LCFG_SETUP		0xcf003u
#define LCFG_CLEANUP		0xcf004u
#define LCFG_ADD_UUID		0xcf005u
#define LCFG_DEL_UUID		0xcf006u
#define LCFG_MOUNTOPT		0xcf007u
#define LCFG_SET_TIMEOUT	0xcf009u
#define LCFG_ADD_CONN		0xcf00bu
#define LCFG_LOV_ADD_OBD	0xcf00du
#define LCFG_PARAM		0xcf00fu
#define LCFG_MARKER		0xcf010u
#define LCFG_ADD_MDC		0xcf014u
#define LCFG_F_REQUIRED		0x1000u		/* a command with this bit must not be ignored */

/* tables of the MGS, each with a lock of its own: second word of the lock's name */
#define CONFIG_TYPE_RECOVER	2u

#define TARGET_TYPE_MDT		0x1u
#define TARGET_TYPE_OST		0x2u

#define MARKER_START		0x1u
#define MARKER_END		0x2u
#define MARKER_SKIP		0x4u

/* ---- layouts ---- */
#define LOV_MAGIC_V1		0x0BD10BD0u
#define LOV_MAGIC_V3		0x0BD30BD0u
#define LOV_MAGIC_COMP_V1	0x0BD60BD0u
#define LOV_MAGIC_FOREIGN	0x0BD70BD0u
#define LOV_DESC_MAGIC		0xB0CCDE5Cu
#define LOV_PATTERN_RAID0	0x1u
#define LOV_PATTERN_MDT		0x100u
#define LOV_PATTERN_OVERSTRIPING 0x200u
#define LOV_PATTERN_F_RELEASED	0x80000000u
#define LOV_STRIPE_ALIGN	65536u		/* bytes; stripe sizes are multiples of it */
#define LOV_MAX_STRIPE_COUNT	2000u
#define LOV_ALL_STRIPES		0xffffu		/* stripe_count: as many as there are */
#define LOV_OFFSET_DEFAULT	0xffffu		/* stripe_offset: server's choice */

/* flags of a component */
#define LCME_FL_PREF		0x6u		/* mirror that is to be read or written first */
#define LCME_FL_OFFLINE		0x8u
#define LCME_FL_INIT		0x10u		/* has objects */
#define LCME_FL_NOSYNC		0x20u
#define LCME_FL_EXTENSION	0x40u		/* room that the component before may take */
#define LCME_FL_NOCOMPR		0x400u

/** what a client is about to do with a file when it asks for the layout: IT_LAYOUT */
enum wire_layout_opc {
	LAYOUT_INTENT_ACCESS = 0,
	LAYOUT_INTENT_WRITE = 2,
	LAYOUT_INTENT_TRUNC = 4,
};

#define LMV_MAGIC_V1		0x0CD20CD0u
/* hash_type: the stripes are being moved, split or merged */
#define LMV_HASH_F_CHANGE	0x8C000000u

/* ---- FID sequences ---- */
#define FID_SEQ_NORMAL		0x200000400ULL	/* first sequence for files */
#define FID_SEQ_ROOT		0x200000007ULL
#define FID_OID_ROOT		1u
#define FID_SEQ_LOCAL		0x200000001ULL	/* internal files of a server */
#define FID_SEQ_WIDTH		0x20000u	/* FIDs of a client's sequence */
/**
 * Sequence of the objects of OST @idx: distinct per OST, far above what clients are given for
 * files.
 */
#define FID_SEQ_OST(idx)	(0x100000000000ULL + (u64)(idx))

#endif
