/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structures of the Lustre wire protocol.
 *
 * Everything that we send is little-endian; peers on little-endian machines do the same (a
 * big-endian peer is refused when its first message arrives). Sizes and offsets are checked in
 * checks.c against the reference release's figures. Reserved fields are sent as zero and ignored
 * when received.
 */
#ifndef SHEEN_WIRE_STRUCTS_H
#define SHEEN_WIRE_STRUCTS_H

#include <linux/types.h>

#define WIRE_UUID_SIZE	40	/* bytes, NUL-terminated */
#define WIRE_JOBID_SIZE	32

/**
 * struct wire_msg - head of every request and reply; padded to 8 bytes, then the buffers, each
 * padded to 8 bytes
 */
struct wire_msg {
	__le32 bufcount;
	__le32 secflvr;		/* 0: null security */
	__le32 magic;
	__le32 repsize;		/* bytes that the sender can take as reply */
	__le32 cksum;		/* early replies: CRC of the body */
	__le32 flags;		/* WIRE_MSG_F_* */
	__le32 opc;		/* copy of the body's, or 0 */
	__le32 reserved;
	__le32 buflens[];	/* bytes of each buffer */
};

/** struct wire_body - buffer 0 of every message */
struct wire_body {
	/* request: export cookie from the connect reply; callback: the client's cookie */
	__le64 handle;
	__le32 type;		/* enum wire_msg_type */
	__le32 version;
	__le32 opc;
	__le32 status;		/* negative errno (x86 numbers), or a positive result */
	__le64 last_xid;	/* all replies up to this xid have arrived at the client */
	__le16 tag;		/* slot of a modifying request, 1-based; 0: none */
	__le16 reserved0;
	__le32 projid;
	__le64 last_committed;
	__le64 transno;
	__le32 flags;		/* MSG_* */
	__le32 op_flags;	/* MSG_CONNECT_* */
	__le32 conn_cnt;	/* how often the client has connected */
	/* request: seconds until the client gives up; reply: server's estimate */
	__le32 timeout;
	__le32 service_time;	/* seconds that the request took */
	__le32 limit;
	__le64 slv;
	__le64 pre_versions[WIRE_NR_VERSIONS];
	__le64 mbits;		/* match bits of bulk data */
	__le64 reserved1[2];
	__le32 uid;
	__le32 gid;
	char jobid[WIRE_JOBID_SIZE];
};

/**
 * struct wire_connect - what a client asks for and a server grants; fields count only with their
 * flag
 */
struct wire_connect {
	__le64 flags;		/* CONN_* */
	__le32 version;		/* major << 24 | minor << 16 | patch << 8 */
	__le32 grant;		/* bytes */
	__le32 index;
	__le32 brw_size;	/* bytes of one bulk RPC */
	__le64 ibits_known;
	u8 grant_blkbits;
	u8 grant_inobits;
	__le16 grant_tax_kb;
	__le32 grant_max_blks;
	__le64 transno;
	__le32 group;
	__le32 cksum_types;	/* CKSUM_* */
	__le32 max_easize;
	__le32 instance;	/* incarnation of the target: its mount count */
	__le64 maxbytes;	/* of an object */
	__le16 maxmodrpcs;
	u8 conn_policy;
	u8 reserved0;
	__le32 reserved1;
	__le64 flags2;
	__le64 compr_type;
	__le64 reserved2[12];
};

/**
 * struct wire_vendor - what Sheen's own nodes agree on beyond the protocol
 *
 * Follows struct wire_connect in its buffer. Stock servers ignore it, stock clients never send it.
 */
struct wire_vendor {
	u8 magic[16];
	__le32 version;		/* VENDOR_VERSION */
	__le32 reserved0;
	__le64 features[4];	/* VENDOR_* in the first; asked, or granted */
	__le64 reserved1;
};

/**
 * struct wire_sub - head of a message within a message, which follows, padded to 8 bytes
 * @len: bytes of the message without padding; a reply with 0: there is none
 * @status: reply without a message: why, a negative errno; -EAGAIN: to be asked for alone
 */
struct wire_sub {
	__le32 len;
	__le32 status;
};

struct wire_uuid {
	char uuid[WIRE_UUID_SIZE];
};

struct wire_handle {
	__le64 cookie;
};

/** struct wire_fid - file identifier */
struct wire_fid {
	__le64 seq;
	__le32 oid;
	__le32 ver;
};

/**
 * struct wire_ost_id - identifier of an object: a FID here; legacy ids (seq 0) are not used by us
 */
struct wire_ost_id {
	struct wire_fid fid;
};

/* ---- MGS, logs ---- */

struct wire_llog_id {
	__le64 id;
	__le64 seq;
	__le32 gen;
} __packed;

struct wire_llog_body {
	struct wire_llog_id id;
	__le32 ctxt;
	__le32 flags;
	__le32 index;		/* of the record wanted */
	__le32 saved_index;
	__le32 len;		/* bytes asked */
	__le64 cur_offset;	/* bytes from the start of the log */
} __packed;

struct wire_llog_rec {
	__le32 len;		/* bytes, head and tail included */
	__le32 index;
	__le32 type;
	__le32 id;
};

struct wire_llog_tail {
	__le32 len;
	__le32 index;
};

struct wire_llog_hdr {
	struct wire_llog_rec rec;
	__le64 timestamp;
	__le32 count;		/* live records, this head included */
	__le32 bitmap_offset;
	__le32 size;
	__le32 flags;
	__le32 cat_idx;
	struct wire_uuid target;
	__le32 reserved;
	u8 bitmap[8096];	/* bit of record index set: live; little-endian bit order */
	struct wire_llog_tail tail;
};

/**
 * struct wire_cfg - a configuration command; then buflens[bufcount], padding to 8, buffers padded
 * to 8 each
 */
struct wire_cfg {
	__le32 version;		/* LCFG_VERSION */
	__le32 command;		/* LCFG_* */
	__le32 num;
	__le32 flags;
	__le64 nid;
	__le32 nal;
	__le32 bufcount;
	__le32 buflens[];
};

struct wire_cfg_marker {
	__le32 step;
	__le32 flags;		/* MARKER_* */
	__le32 version;
	__le32 reserved;
	__le64 create_time;	/* seconds since 1970 */
	__le64 cancel_time;
	char target[64];
	char comment[64];
};

/** struct wire_config_body - asks the MGS for a part of a table; the answer comes as bulk data */
struct wire_config_body {
	char name[64];
	__le64 offset;		/* first version that is not known yet */
	__le16 type;		/* CONFIG_TYPE_* */
	u8 nid_size;		/* of each NID in the answer; 0: of struct wire_nidtbl's type 0 */
	u8 unit_bits;		/* log2 of the bytes of a unit */
	__le32 units;		/* how many there is room for */
};

struct wire_config_res {
	__le64 offset;		/* version that is known with this */
	__le64 size;		/* version of the whole table */
};

/** struct wire_nid - a NID with room for longer addresses than those of IPv4 */
struct wire_nid {
	u8 more;		/* bytes of the address beyond 4 */
	u8 type;		/* of the network */
	u8 net[2];		/* its number; high byte first */
	u8 address[16];		/* as written: high byte first */
};

/** struct wire_nidtbl - where a target is now; its NIDs follow */
struct wire_nidtbl {
	__le64 version;
	__le32 instance;
	__le32 index;
	__le32 length;		/* bytes, NIDs included */
	u8 type;		/* TARGET_TYPE_* */
	u8 nid_type;		/* 0: __le64, 1: struct wire_nid */
	u8 nid_size;		/* bytes of each */
	u8 nid_count;
};

#define WIRE_TARGET_NIDS	32

/** struct wire_target_info - a target tells the MGS that it is up, and where */
struct wire_target_info {
	__le32 version;		/* of its software */
	__le32 index;
	__le32 config_version;
	__le32 flags;		/* TARGET_TYPE_*, and more */
	__le32 nid_count;
	__le32 instance;	/* how often it was started; as in replies to connects */
	char fsname[64];
	char name[64];
	char uuid[WIRE_UUID_SIZE];
	__le64 nids[WIRE_TARGET_NIDS];
	char params[4096];
};

struct wire_lov_desc {
	__le32 tgt_count;
	__le32 magic;		/* LOV_DESC_MAGIC */
	__le32 stripe_count;
	__le32 pattern;
	__le64 stripe_size;	/* bytes */
	__le64 stripe_offset;	/* -1: any */
	__le32 reserved0;
	__le32 qos_maxage;	/* seconds */
	__le32 reserved1[2];
	struct wire_uuid uuid;
};

struct wire_lmv_desc {
	__le32 tgt_count;
	__le32 active_tgt_count;
	__le32 stripe_count;
	__le32 pattern;
	__le64 hash_size;
	__le64 reserved0;
	__le32 reserved1;
	__le32 qos_maxage;
	__le32 reserved2[2];
	struct wire_uuid uuid;
};

/* ---- locks ---- */

struct wire_res_id {
	__le64 name[4];
};

struct wire_extent {
	__le64 start;		/* first byte */
	__le64 end;		/* last byte; ~0: end of file */
	__le64 gid;
};

struct wire_ibits {
	__le64 bits;		/* IBIT_* */
	__le64 try_bits;
	__le64 gid;
	__le32 reserved;
	__le32 initiator;
};

struct wire_flock {
	__le64 start;
	__le64 end;
	__le64 owner;
	__le32 reserved;
	__le32 pid;
};

union wire_policy {
	struct wire_extent extent;
	struct wire_ibits ibits;
	struct wire_flock flock;
	__le64 pad[4];
};

struct wire_lock_desc {
	__le32 type;		/* enum ldlm_type */
	__le32 reserved;
	struct wire_res_id res;
	__le32 req_mode;	/* enum ldlm_mode */
	__le32 granted_mode;
	union wire_policy policy;
};

/**
 * struct wire_lock_req - enqueue, cancel, callback: @count handles follow the first; at least one
 * is always sent
 */
struct wire_lock_req {
	__le32 flags;		/* LDLM_FL_* */
	__le32 count;
	struct wire_lock_desc desc;
	__le64 handle[];
};

struct wire_lock_rep {
	__le32 flags;
	__le32 reserved;
	struct wire_lock_desc desc;
	__le64 handle;		/* the server's, 0: none */
	__le64 disposition;	/* DISP_* */
	__le64 status;		/* of the intent */
};

struct wire_intent {
	__le64 opc;		/* IT_* */
};

struct wire_ost_lvb {
	__le64 size;		/* bytes; a negative errno << 32 marks an error */
	__le64 mtime;		/* seconds */
	__le64 atime;
	__le64 ctime;
	__le64 blocks;		/* of 512 bytes */
	__le32 mtime_ns;
	__le32 atime_ns;
	__le32 ctime_ns;
	__le32 reserved;
};

struct wire_layout_intent {
	__le32 opc;
	__le32 flags;
	__le64 start;
	__le64 end;
};

/* ---- metadata ---- */

struct wire_mdt_body {
	struct wire_fid fid1;
	struct wire_fid fid2;
	__le64 handle;		/* open handle */
	__le64 valid;		/* VALID_* */
	__le64 size;		/* bytes; readdir: hash to start at */
	__le64 mtime;		/* seconds */
	__le64 atime;
	__le64 ctime;
	__le64 blocks;		/* of 512 bytes */
	__le64 version;
	__le64 t_state;
	__le32 fsuid;
	__le32 fsgid;
	__le32 capability;
	__le32 mode;
	__le32 uid;
	__le32 gid;
	__le32 flags;		/* inode flags */
	__le32 rdev;
	__le32 nlink;		/* readdir: bytes wanted */
	__le32 layout_gen;
	__le32 suppgid;
	__le32 eadatasize;	/* bytes of the layout or link buffer */
	__le32 aclsize;
	__le32 max_mdsize;
	__le32 reserved0;
	__le32 uid_h;
	__le32 gid_h;
	__le32 projid;
	__le64 dom_size;
	__le64 dom_blocks;
	__le64 btime;
	__le64 reserved1[2];
};

/**
 * struct wire_rec - the common form of reint records; records of one kind give other names to the
 * same bytes
 */
struct wire_rec_head {
	__le32 opcode;		/* enum wire_reint */
	__le32 cap;
	__le32 fsuid;
	__le32 fsuid_h;
	__le32 fsgid;
	__le32 fsgid_h;
	__le32 suppgid1;	/* ~0: none */
	__le32 suppgid1_h;
	__le32 suppgid2;
	__le32 suppgid2_h;
	struct wire_fid fid1;
};

/**
 * create and open: fid1 is the parent (or the file of an open by FID), fid2 the new file, chosen by
 * the client
 */
struct wire_rec_create {
	struct wire_rec_head h;
	struct wire_fid fid2;
	__le64 old_handle;	/* replayed open: its handle before */
	__le64 time;		/* seconds */
	__le64 rdev;
	__le64 ioepoch;
	__le64 reserved0;
	__le32 mode;
	__le32 bias;
	__le32 flags_l;		/* MDS_OPEN_* */
	__le32 flags_h;
	__le32 umask;
	__le32 reserved1;
};

struct wire_rec_setattr {
	struct wire_rec_head h;
	__le64 valid;		/* MDS_ATTR_* */
	__le32 uid;
	__le32 gid;
	__le64 size;
	__le64 blocks;
	__le64 mtime;
	__le64 atime;
	__le64 ctime;
	__le32 attr_flags;
	__le32 mode;
	__le32 bias;
	__le32 projid;
	__le32 reserved[2];
};

/**
 * link: fid1 the file, fid2 the directory; unlink: fid1 the directory, fid2 the file; rename:
 * source and target directory
 */
struct wire_rec_name {
	struct wire_rec_head h;
	struct wire_fid fid2;
	__le64 time;
	__le64 reserved0[4];
	__le32 bias;
	__le32 mode;
	__le32 reserved1[4];
};

struct wire_rec_setxattr {
	struct wire_rec_head h;
	__le64 reserved0[2];
	__le64 valid;		/* VALID_XATTR: set, VALID_XATTRRM: remove */
	__le64 time;
	__le64 reserved1[3];
	__le32 size;
	__le32 flags;		/* XATTR_CREATE, XATTR_REPLACE */
	__le32 reserved2[4];
};

union wire_rec {
	struct wire_rec_head h;
	struct wire_rec_create create;
	struct wire_rec_setattr setattr;
	struct wire_rec_name name;
	struct wire_rec_setxattr setxattr;
};

/**
 * struct wire_extra - what the records and struct wire_mdt_body have no room for; the last buffer
 * of a request between Sheen's nodes, and of the reply to it
 */
struct wire_extra {
	__le32 rename_flags;	/* EXTRA_RENAME_* */
	__le32 atime_ns;
	__le32 mtime_ns;
	__le32 ctime_ns;	/* of a record with one time: that one's */
	__le32 btime_ns;
	__le32 nr_groups;	/* request: all of the caller's, up to EXTRA_MAX_GROUPS */
	/*
	 * Request with VENDOR_SHED: IBIT_* that the lock of the first handle in it loses; the lock
	 * stays for its other bits. 0: it goes, as all others do.
	 */
	__le32 shed;
	__le32 reserved;
	__le32 groups[];
};

struct wire_ioepoch {
	__le64 handle;		/* open handle to close */
	__le64 reserved0;
	__le32 reserved1;
	__le32 reserved2;
};

struct wire_dirent {
	struct wire_fid fid;
	__le64 hash;
	__le16 reclen;		/* 0: last of its page */
	__le16 namelen;
	/* LUDA_*; with LUDA_TYPE a __le16 mode follows the name, 2-aligned */
	__le32 attrs;
	char name[];
};

struct wire_dirpage {
	__le64 hash_start;
	__le64 hash_end;	/* hash of the next page's first entry, or WIRE_DIR_END */
	__le32 flags;		/* LDF_* */
	__le32 reserved;
};

struct wire_seq_range {
	__le64 start;
	__le64 end;		/* exclusive */
	__le32 index;
	__le32 flags;
};

/**
 * struct wire_batch_head - several requests in one; a struct wire_batch follows when it is short
 */
struct wire_batch_head {
	__le32 magic;		/* BATCH_HEAD_MAGIC */
	__le32 count;		/* of struct wire_batch_buf */
	__le32 inline_len;	/* bytes that follow */
	__le32 reply_size;
	__le32 updates;		/* requests in all */
	__le32 reserved;
};

/** struct wire_batch_buf - a part that is fetched as bulk data */
struct wire_batch_buf {
	__le32 size;
	__le32 reserved;
};

/**
 * struct wire_batch - messages without bodies follow, each padded to 8 bytes; their results are in
 * the heads' opc
 */
struct wire_batch {
	__le32 magic;		/* BATCH_REQUEST_MAGIC, BATCH_REPLY_MAGIC */
	__le16 count;
	__le16 reserved;
};

struct wire_statfs {
	__le64 type;
	__le64 blocks;		/* in bsize */
	__le64 bfree;
	__le64 bavail;
	__le64 files;
	__le64 ffree;
	u8 fsid[40];
	__le32 bsize;		/* bytes, never 0 */
	__le32 namelen;
	__le64 maxbytes;
	__le32 state;		/* OS_STATFS_* */
	__le32 fprecreated;
	__le32 granted;
	__le32 reserved[7];
};

/* ---- layouts (always little-endian, on the wire and as EA) ---- */

struct wire_lov_object {
	struct wire_ost_id id;
	__le32 gen;
	__le32 idx;		/* OST index */
};

struct wire_lov_v1 {
	__le32 magic;
	__le32 pattern;
	/* the file; order of the halves differs from objects': oid first, then seq */
	struct wire_ost_id id;
	__le32 stripe_size;	/* bytes */
	__le16 stripe_count;
	__le16 layout_gen;	/* from users: stripe_offset */
	struct wire_lov_object objects[];
};

struct wire_lov_v3 {
	__le32 magic;
	__le32 pattern;
	struct wire_ost_id id;
	__le32 stripe_size;
	__le16 stripe_count;
	__le16 layout_gen;
	char pool[16];
	struct wire_lov_object objects[];
};

struct wire_lov_comp_entry {
	__le32 id;
	__le32 flags;
	__le64 start;
	__le64 end;
	__le32 offset;
	__le32 size;
	__le32 layout_gen;
	__le64 timestamp;
	u8 dstripe_count;
	u8 cstripe_count;
	u8 compr_type;
	u8 compr_lvl;
} __packed;

struct wire_lov_comp {
	__le32 magic;
	__le32 size;
	__le32 layout_gen;
	__le16 flags;
	__le16 entry_count;
	__le16 mirror_count;
	u8 ec_count;
	u8 reserved0;
	__le16 reserved1[2];
	__le64 reserved2;
	struct wire_lov_comp_entry entries[];
};

/** struct wire_lmv - layout of a directory over several MDTs; the FIDs of its stripes follow */
struct wire_lmv {
	__le32 magic;		/* LMV_MAGIC_V1 */
	__le32 stripe_count;
	__le32 master_index;	/* MDT of the first stripe */
	__le32 hash_type;	/* LMV_HASH_* */
	__le32 layout_version;
	__le32 migrate_offset;	/* stripes from here on belong to the layout that is being left */
	__le32 migrate_hash;
	__le32 reserved0;
	__le64 reserved1;
	char pool[16];
	struct wire_fid stripes[];
};

/* ---- objects ---- */

/** struct wire_ost_layout - the part of a file's layout that an object belongs to */
struct wire_ost_layout {
	__le32 stripe_size;	/* bytes */
	__le32 stripe_count;
	__le64 comp_start;
	__le64 comp_end;
	__le32 comp_id;
} __packed;

/** struct wire_obdo - attributes of an object */
struct wire_obdo {
	__le64 valid;		/* VALID_* */
	struct wire_ost_id id;
	__le64 parent_seq;	/* FID of the file that the object is part of */
	__le64 size;		/* punch, fallocate: start; seek: place */
	__le64 mtime;
	__le64 atime;
	__le64 ctime;
	__le64 blocks;		/* punch, fallocate: end; brw write: bytes dirty */
	__le64 grant;		/* bytes */
	__le32 blksize;
	__le32 mode;		/* brw write: grant wished for; seek: whence */
	__le32 uid;
	__le32 gid;
	__le32 flags;		/* OFL_* */
	__le32 nlink;		/* with VALID_CKSUM: checksum of the data; fallocate: mode */
	__le32 parent_oid;
	__le32 misc;		/* brw write: grant dropped; create: number of objects */
	__le64 ioepoch;
	__le32 stripe_idx;
	__le32 parent_ver;
	__le64 handle;		/* lock under which this is done */
	struct wire_ost_layout layout;
	__le32 layout_version;
	__le32 uid_h;
	__le32 gid_h;
	__le64 data_version;
	__le32 projid;
	__le32 reserved0;
	__le64 reserved1[2];
};

/**
 * struct wire_fiemap - which of an object's extents are wanted, or follow (linux/fiemap.h)
 * @mapped: answer: how many there are
 * @count: room for so many; 0: only their number is wanted
 */
struct wire_fiemap {
	__le64 start;		/* bytes */
	__le64 length;
	__le32 flags;		/* FIEMAP_FLAG_* */
	__le32 mapped;
	__le32 count;
	__le32 reserved;
};

struct wire_fiemap_extent {
	__le64 logical;		/* bytes */
	__le64 physical;
	__le64 length;
	__le64 reserved64[2];
	__le32 flags;		/* FIEMAP_EXTENT_* */
	__le32 device;
	__le32 reserved[2];
};

/** struct wire_fiemap_key - key of OP_OST_GET_INFO; @name: WIRE_KEY_FIEMAP */
struct wire_fiemap_key {
	char name[8];
	struct wire_obdo oa;
	struct wire_fiemap map;
};

struct wire_ioobj {
	struct wire_ost_id id;
	__le32 max_brw;		/* high 16 bits: number of bulk descriptors - 1 */
	__le32 bufcnt;		/* niobufs of this object */
};

struct wire_niobuf {
	__le64 offset;		/* bytes */
	__le32 len;
	__le32 flags;		/* BRW_* */
};

#endif
