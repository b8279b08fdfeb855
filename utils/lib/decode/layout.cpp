// SPDX-License-Identifier: GPL-2.0
// Structures field by field. A table names each byte of its structure: tests see to that.
#include "lib/decode/layout.h"

#include <cstddef>
#include <type_traits>

#include "lib/decode/record.h"
#include "lib/decode/wire.h"

namespace sheen::decode {

namespace {

// POSIX ACLs as extended attributes: not of the network's own making, and in no header of ours.
struct AclHead {
    uint32_t version;
};
struct AclEntry {
    uint16_t tag;
    uint16_t perm;
    uint32_t id;
};

// The wish of a user for a directory over several MDTs: we pass it on at most.
struct LmvUser {
    uint32_t magic;
    uint32_t stripe_count;
    uint32_t stripe_offset;
    uint32_t hash_type;
    uint32_t type;
    uint8_t max_inherit;
    uint8_t max_inherit_rr;
    uint16_t reserved0;
    uint32_t reserved1[2];
    char pool[16];
};

}  // namespace

#define UNIT(s, f) sizeof(std::remove_all_extents_t<decltype(s::f)>)
#define FIELD(s, f, kind, ...) {#f, offsetof(s, f), sizeof(s::f), UNIT(s, f), kind __VA_OPT__(, ) __VA_ARGS__}
#define DEC(s, f, ...) FIELD(s, f, Kind::kDecimal, __VA_ARGS__)
#define HEX(s, f, ...) FIELD(s, f, Kind::kHex, __VA_ARGS__)
#define TXT(s, f) {#f, offsetof(s, f), sizeof(s::f), sizeof(s::f), Kind::kText}
#define RAW(s, f) {#f, offsetof(s, f), sizeof(s::f), sizeof(s::f), Kind::kBytes}
#define SUB(s, f, layout) {#f, offsetof(s, f), sizeof(s::f), UNIT(s, f), Kind::kGroup, nullptr, &layout}

// ---- messages ----

const Layout kMsgHead = {"message", sizeof(wire_msg), {
    DEC(wire_msg, bufcount), DEC(wire_msg, secflvr), HEX(wire_msg, magic), DEC(wire_msg, repsize), HEX(wire_msg, cksum),
    HEX(wire_msg, flags), DEC(wire_msg, opc), DEC(wire_msg, reserved),
}};

const Layout kBody = {"body", sizeof(wire_body), {
    HEX(wire_body, handle), DEC(wire_body, type, &kMessageTypes), HEX(wire_body, version), DEC(wire_body, opc, &kOpcodes),
    HEX(wire_body, status), DEC(wire_body, last_xid), DEC(wire_body, tag), DEC(wire_body, reserved0), DEC(wire_body, projid),
    HEX(wire_body, last_committed), HEX(wire_body, transno), HEX(wire_body, flags, &kBodyFlags),
    HEX(wire_body, op_flags), DEC(wire_body, conn_cnt), DEC(wire_body, timeout), DEC(wire_body, service_time),
    DEC(wire_body, limit), DEC(wire_body, slv), HEX(wire_body, pre_versions), DEC(wire_body, mbits), HEX(wire_body, reserved1),
    DEC(wire_body, uid), DEC(wire_body, gid), TXT(wire_body, jobid),
}};

const Layout kConnect = {"connect", sizeof(wire_connect), {
    HEX(wire_connect, flags), HEX(wire_connect, version), DEC(wire_connect, grant), DEC(wire_connect, index),
    DEC(wire_connect, brw_size), HEX(wire_connect, ibits_known, &kInodeBits), DEC(wire_connect, grant_blkbits),
    DEC(wire_connect, grant_inobits), DEC(wire_connect, grant_tax_kb), DEC(wire_connect, grant_max_blks),
    HEX(wire_connect, transno), DEC(wire_connect, group), HEX(wire_connect, cksum_types), DEC(wire_connect, max_easize),
    DEC(wire_connect, instance), DEC(wire_connect, maxbytes), DEC(wire_connect, maxmodrpcs), DEC(wire_connect, conn_policy),
    DEC(wire_connect, reserved0), DEC(wire_connect, reserved1), HEX(wire_connect, flags2), HEX(wire_connect, compr_type),
    HEX(wire_connect, reserved2),
}};

const Layout kVendor = {"vendor", sizeof(wire_vendor), {
    RAW(wire_vendor, magic), DEC(wire_vendor, version), DEC(wire_vendor, reserved0), HEX(wire_vendor, features),
    HEX(wire_vendor, reserved1),
}};

const Layout kExtra = {"extra", sizeof(wire_extra), {
    HEX(wire_extra, rename_flags), DEC(wire_extra, atime_ns), DEC(wire_extra, mtime_ns), DEC(wire_extra, ctime_ns),
    DEC(wire_extra, btime_ns), DEC(wire_extra, nr_groups), HEX(wire_extra, shed), DEC(wire_extra, reserved),
}};

const Layout kHandle = {"handle", sizeof(wire_handle), {HEX(wire_handle, cookie)}};
const Layout kFid = {"fid", sizeof(wire_fid), {HEX(wire_fid, seq), HEX(wire_fid, oid), HEX(wire_fid, ver)}};
static const Layout kOstId = {"ost_id", sizeof(wire_ost_id), {SUB(wire_ost_id, fid, kFid)}};

// ---- logs ----

static const Layout kLlogId = {"llog_id", sizeof(wire_llog_id), {
    HEX(wire_llog_id, id), HEX(wire_llog_id, seq), DEC(wire_llog_id, gen),
}};

const Layout kLlogBody = {"llog_body", sizeof(wire_llog_body), {
    SUB(wire_llog_body, id, kLlogId), DEC(wire_llog_body, ctxt), HEX(wire_llog_body, flags), DEC(wire_llog_body, index),
    DEC(wire_llog_body, saved_index), DEC(wire_llog_body, len), DEC(wire_llog_body, cur_offset),
}};

const Layout kLlogRec = {"record", sizeof(wire_llog_rec), {
    DEC(wire_llog_rec, len), DEC(wire_llog_rec, index), HEX(wire_llog_rec, type, &kRecordTypes), HEX(wire_llog_rec, id),
}};

const Layout kLlogTail = {"tail", sizeof(wire_llog_tail), {DEC(wire_llog_tail, len), DEC(wire_llog_tail, index)}};
static const Layout kUuid = {"uuid", sizeof(wire_uuid), {TXT(wire_uuid, uuid)}};

const Layout kLlogHdr = {"llog_hdr", sizeof(wire_llog_hdr), {
    SUB(wire_llog_hdr, rec, kLlogRec), DEC(wire_llog_hdr, timestamp), DEC(wire_llog_hdr, count),
    DEC(wire_llog_hdr, bitmap_offset), DEC(wire_llog_hdr, size), HEX(wire_llog_hdr, flags), DEC(wire_llog_hdr, cat_idx),
    SUB(wire_llog_hdr, target, kUuid), DEC(wire_llog_hdr, reserved), RAW(wire_llog_hdr, bitmap),
    SUB(wire_llog_hdr, tail, kLlogTail),
}};

const Layout kCfg = {"cfg", sizeof(wire_cfg), {
    HEX(wire_cfg, version), HEX(wire_cfg, command, &kCfgCommands), DEC(wire_cfg, num), HEX(wire_cfg, flags), HEX(wire_cfg, nid, &kNids),
    HEX(wire_cfg, nal), DEC(wire_cfg, bufcount),
}};

const Layout kCfgMarker = {"marker", sizeof(wire_cfg_marker), {
    DEC(wire_cfg_marker, step), HEX(wire_cfg_marker, flags), HEX(wire_cfg_marker, version), DEC(wire_cfg_marker, reserved),
    DEC(wire_cfg_marker, create_time), DEC(wire_cfg_marker, cancel_time), TXT(wire_cfg_marker, target),
    TXT(wire_cfg_marker, comment),
}};

const Layout kConfigBody = {"config_body", sizeof(wire_config_body), {
    TXT(wire_config_body, name), DEC(wire_config_body, offset), DEC(wire_config_body, type), DEC(wire_config_body, nid_size),
    DEC(wire_config_body, unit_bits), DEC(wire_config_body, units),
}};

const Layout kConfigRes = {"config_res", sizeof(wire_config_res), {
    DEC(wire_config_res, offset), DEC(wire_config_res, size),
}};

const Layout kNidtbl = {"nidtbl", sizeof(wire_nidtbl), {
    DEC(wire_nidtbl, version), DEC(wire_nidtbl, instance), DEC(wire_nidtbl, index), DEC(wire_nidtbl, length),
    DEC(wire_nidtbl, type), DEC(wire_nidtbl, nid_type), DEC(wire_nidtbl, nid_size), DEC(wire_nidtbl, nid_count),
}};

const Layout kTargetInfo = {"target_info", sizeof(wire_target_info), {
    HEX(wire_target_info, version), DEC(wire_target_info, index), DEC(wire_target_info, config_version),
    HEX(wire_target_info, flags), DEC(wire_target_info, nid_count), DEC(wire_target_info, instance),
    TXT(wire_target_info, fsname), TXT(wire_target_info, name), TXT(wire_target_info, uuid),
    RAW(wire_target_info, nids), TXT(wire_target_info, params),
}};

const Layout kNid = {"nid", sizeof(wire_nid), {
    DEC(wire_nid, more), DEC(wire_nid, type), RAW(wire_nid, net), RAW(wire_nid, address),
}};

const Layout kLovDesc = {"lov_desc", sizeof(wire_lov_desc), {
    DEC(wire_lov_desc, tgt_count), HEX(wire_lov_desc, magic), DEC(wire_lov_desc, stripe_count), HEX(wire_lov_desc, pattern),
    DEC(wire_lov_desc, stripe_size), HEX(wire_lov_desc, stripe_offset), DEC(wire_lov_desc, reserved0),
    DEC(wire_lov_desc, qos_maxage), DEC(wire_lov_desc, reserved1), SUB(wire_lov_desc, uuid, kUuid),
}};

const Layout kLmvDesc = {"lmv_desc", sizeof(wire_lmv_desc), {
    DEC(wire_lmv_desc, tgt_count), HEX(wire_lmv_desc, active_tgt_count), DEC(wire_lmv_desc, stripe_count),
    HEX(wire_lmv_desc, pattern), DEC(wire_lmv_desc, hash_size), DEC(wire_lmv_desc, reserved0), DEC(wire_lmv_desc, reserved1),
    DEC(wire_lmv_desc, qos_maxage), DEC(wire_lmv_desc, reserved2), SUB(wire_lmv_desc, uuid, kUuid),
}};

// ---- locks ----

static const Layout kResId = {"res_id", sizeof(wire_res_id), {HEX(wire_res_id, name)}};

static const Layout kPolicyPlain = {"policy", sizeof(wire_policy), {HEX(wire_policy, pad)}};

static const Layout kExtent = {"extent", sizeof(wire_extent), {
    DEC(wire_extent, start), HEX(wire_extent, end), DEC(wire_extent, gid),
}};

// The union is longer than an extent.
static const Layout kPolicyExtent = {"policy", sizeof(wire_policy), {
    SUB(wire_policy, extent, kExtent), {"reserved", sizeof(wire_extent), 8, 8, Kind::kHex},
}};

static const Layout kIbits = {"ibits", sizeof(wire_ibits), {
    HEX(wire_ibits, bits, &kInodeBits), HEX(wire_ibits, try_bits, &kInodeBits), DEC(wire_ibits, gid), DEC(wire_ibits, reserved),
    DEC(wire_ibits, initiator),
}};
static const Layout kPolicyIbits = {"policy", sizeof(wire_policy), {SUB(wire_policy, ibits, kIbits)}};

static const Layout kFlock = {"flock", sizeof(wire_flock), {
    DEC(wire_flock, start), HEX(wire_flock, end), HEX(wire_flock, owner), DEC(wire_flock, reserved), DEC(wire_flock, pid),
}};
static const Layout kPolicyFlock = {"policy", sizeof(wire_policy), {SUB(wire_policy, flock, kFlock)}};

static Layout LockDesc(const Layout &policy) {
    return {"desc", sizeof(wire_lock_desc), {
        DEC(wire_lock_desc, type, &kLockTypes), DEC(wire_lock_desc, reserved), SUB(wire_lock_desc, res, kResId),
        DEC(wire_lock_desc, req_mode, &kLockModes), DEC(wire_lock_desc, granted_mode, &kLockModes),
        SUB(wire_lock_desc, policy, policy),
    }};
}

static const Layout kDescPlain = LockDesc(kPolicyPlain), kDescExtent = LockDesc(kPolicyExtent),
                    kDescIbits = LockDesc(kPolicyIbits), kDescFlock = LockDesc(kPolicyFlock);

static Layout LockReq(const Layout &desc) {
    return {"lock_req", sizeof(wire_lock_req), {
        HEX(wire_lock_req, flags, &kLockFlags), DEC(wire_lock_req, count), SUB(wire_lock_req, desc, desc),
    }};
}

static Layout LockRep(const Layout &desc) {
    return {"lock_rep", sizeof(wire_lock_rep), {
        HEX(wire_lock_rep, flags, &kLockFlags), DEC(wire_lock_rep, reserved), SUB(wire_lock_rep, desc, desc),
        HEX(wire_lock_rep, handle), HEX(wire_lock_rep, disposition, &kDispositions), HEX(wire_lock_rep, status),
    }};
}

const Layout kLockReqPlain = LockReq(kDescPlain), kLockReqExtent = LockReq(kDescExtent), kLockReqIbits = LockReq(kDescIbits),
             kLockReqFlock = LockReq(kDescFlock);
const Layout kLockRepPlain = LockRep(kDescPlain), kLockRepExtent = LockRep(kDescExtent), kLockRepIbits = LockRep(kDescIbits),
             kLockRepFlock = LockRep(kDescFlock);

const Layout kIntent = {"intent", sizeof(wire_intent), {HEX(wire_intent, opc, &kIntents)}};

const Layout kOstLvb = {"ost_lvb", sizeof(wire_ost_lvb), {
    DEC(wire_ost_lvb, size), DEC(wire_ost_lvb, mtime), DEC(wire_ost_lvb, atime), DEC(wire_ost_lvb, ctime),
    DEC(wire_ost_lvb, blocks), DEC(wire_ost_lvb, mtime_ns), DEC(wire_ost_lvb, atime_ns), DEC(wire_ost_lvb, ctime_ns),
    DEC(wire_ost_lvb, reserved),
}};

const Layout kLayoutIntent = {"layout_intent", sizeof(wire_layout_intent), {
    DEC(wire_layout_intent, opc), HEX(wire_layout_intent, flags), DEC(wire_layout_intent, start), HEX(wire_layout_intent, end),
}};

// ---- metadata ----

const Layout kMdtBody = {"mdt_body", sizeof(wire_mdt_body), {
    SUB(wire_mdt_body, fid1, kFid), SUB(wire_mdt_body, fid2, kFid), HEX(wire_mdt_body, handle), HEX(wire_mdt_body, valid),
    DEC(wire_mdt_body, size), DEC(wire_mdt_body, mtime), DEC(wire_mdt_body, atime), DEC(wire_mdt_body, ctime),
    DEC(wire_mdt_body, blocks), HEX(wire_mdt_body, version), HEX(wire_mdt_body, t_state), DEC(wire_mdt_body, fsuid),
    DEC(wire_mdt_body, fsgid), HEX(wire_mdt_body, capability), HEX(wire_mdt_body, mode), DEC(wire_mdt_body, uid),
    DEC(wire_mdt_body, gid), HEX(wire_mdt_body, flags), HEX(wire_mdt_body, rdev), DEC(wire_mdt_body, nlink),
    DEC(wire_mdt_body, layout_gen), HEX(wire_mdt_body, suppgid), DEC(wire_mdt_body, eadatasize), DEC(wire_mdt_body, aclsize),
    DEC(wire_mdt_body, max_mdsize), DEC(wire_mdt_body, reserved0), DEC(wire_mdt_body, uid_h), DEC(wire_mdt_body, gid_h),
    DEC(wire_mdt_body, projid), DEC(wire_mdt_body, dom_size), DEC(wire_mdt_body, dom_blocks), DEC(wire_mdt_body, btime),
    HEX(wire_mdt_body, reserved1),
}};

static const Layout kRecHead = {"head", sizeof(wire_rec_head), {
    DEC(wire_rec_head, opcode, &kReints), HEX(wire_rec_head, cap), DEC(wire_rec_head, fsuid), DEC(wire_rec_head, fsuid_h),
    DEC(wire_rec_head, fsgid), DEC(wire_rec_head, fsgid_h), HEX(wire_rec_head, suppgid1), HEX(wire_rec_head, suppgid1_h),
    HEX(wire_rec_head, suppgid2), HEX(wire_rec_head, suppgid2_h), SUB(wire_rec_head, fid1, kFid),
}};

const Layout kRecCreate = {"create", sizeof(wire_rec_create), {
    SUB(wire_rec_create, h, kRecHead), SUB(wire_rec_create, fid2, kFid), HEX(wire_rec_create, old_handle),
    DEC(wire_rec_create, time), HEX(wire_rec_create, rdev), DEC(wire_rec_create, ioepoch), HEX(wire_rec_create, reserved0),
    HEX(wire_rec_create, mode), HEX(wire_rec_create, bias), HEX(wire_rec_create, flags_l), HEX(wire_rec_create, flags_h),
    HEX(wire_rec_create, umask), DEC(wire_rec_create, reserved1),
}};

const Layout kRecSetattr = {"setattr", sizeof(wire_rec_setattr), {
    SUB(wire_rec_setattr, h, kRecHead), HEX(wire_rec_setattr, valid), DEC(wire_rec_setattr, uid), DEC(wire_rec_setattr, gid),
    DEC(wire_rec_setattr, size), DEC(wire_rec_setattr, blocks), DEC(wire_rec_setattr, mtime), DEC(wire_rec_setattr, atime),
    DEC(wire_rec_setattr, ctime), HEX(wire_rec_setattr, attr_flags), HEX(wire_rec_setattr, mode), HEX(wire_rec_setattr, bias),
    DEC(wire_rec_setattr, projid), DEC(wire_rec_setattr, reserved),
}};

const Layout kRecName = {"name", sizeof(wire_rec_name), {
    SUB(wire_rec_name, h, kRecHead), SUB(wire_rec_name, fid2, kFid), DEC(wire_rec_name, time), HEX(wire_rec_name, reserved0),
    HEX(wire_rec_name, bias), HEX(wire_rec_name, mode), DEC(wire_rec_name, reserved1),
}};

const Layout kRecSetxattr = {"setxattr", sizeof(wire_rec_setxattr), {
    SUB(wire_rec_setxattr, h, kRecHead), HEX(wire_rec_setxattr, reserved0), HEX(wire_rec_setxattr, valid),
    DEC(wire_rec_setxattr, time), HEX(wire_rec_setxattr, reserved1), DEC(wire_rec_setxattr, size),
    HEX(wire_rec_setxattr, flags), DEC(wire_rec_setxattr, reserved2),
}};

const Layout kIoepoch = {"ioepoch", sizeof(wire_ioepoch), {
    HEX(wire_ioepoch, handle), HEX(wire_ioepoch, reserved0), DEC(wire_ioepoch, reserved1), DEC(wire_ioepoch, reserved2),
}};

const Layout kDirpage = {"dirpage", sizeof(wire_dirpage), {
    HEX(wire_dirpage, hash_start), HEX(wire_dirpage, hash_end), HEX(wire_dirpage, flags), DEC(wire_dirpage, reserved),
}};

const Layout kDirent = {"dirent", sizeof(wire_dirent), {
    SUB(wire_dirent, fid, kFid), HEX(wire_dirent, hash), DEC(wire_dirent, reclen), DEC(wire_dirent, namelen),
    HEX(wire_dirent, attrs),
}};

const Layout kSeqRange = {"seq_range", sizeof(wire_seq_range), {
    HEX(wire_seq_range, start), HEX(wire_seq_range, end), DEC(wire_seq_range, index), HEX(wire_seq_range, flags),
}};

const Layout kBatchHead = {"batch_head", sizeof(wire_batch_head), {
    HEX(wire_batch_head, magic), DEC(wire_batch_head, count), DEC(wire_batch_head, inline_len), DEC(wire_batch_head, reply_size),
    DEC(wire_batch_head, updates), DEC(wire_batch_head, reserved),
}};
const Layout kBatchBuf = {"batch_buf", sizeof(wire_batch_buf), {DEC(wire_batch_buf, size), DEC(wire_batch_buf, reserved)}};
const Layout kSub = {"sub", sizeof(wire_sub), {DEC(wire_sub, len), DEC(wire_sub, status)}};
const Layout kBatch = {"batch", sizeof(wire_batch), {
    HEX(wire_batch, magic), DEC(wire_batch, count), DEC(wire_batch, reserved),
}};

const Layout kStatfs = {"statfs", sizeof(wire_statfs), {
    HEX(wire_statfs, type), DEC(wire_statfs, blocks), DEC(wire_statfs, bfree), DEC(wire_statfs, bavail),
    DEC(wire_statfs, files), DEC(wire_statfs, ffree), RAW(wire_statfs, fsid), DEC(wire_statfs, bsize),
    DEC(wire_statfs, namelen), DEC(wire_statfs, maxbytes), HEX(wire_statfs, state), DEC(wire_statfs, fprecreated),
    DEC(wire_statfs, granted), DEC(wire_statfs, reserved),
}};

// ---- layouts of files and directories ----

const Layout kObject = {"object", sizeof(wire_lov_object), {
    SUB(wire_lov_object, id, kOstId), DEC(wire_lov_object, gen), DEC(wire_lov_object, idx),
}};

const Layout kLovV1 = {"lov_v1", sizeof(wire_lov_v1), {
    HEX(wire_lov_v1, magic), HEX(wire_lov_v1, pattern), SUB(wire_lov_v1, id, kOstId), DEC(wire_lov_v1, stripe_size),
    DEC(wire_lov_v1, stripe_count), DEC(wire_lov_v1, layout_gen),
}};

const Layout kLovV3 = {"lov_v3", sizeof(wire_lov_v3), {
    HEX(wire_lov_v3, magic), HEX(wire_lov_v3, pattern), SUB(wire_lov_v3, id, kOstId), DEC(wire_lov_v3, stripe_size),
    DEC(wire_lov_v3, stripe_count), DEC(wire_lov_v3, layout_gen), TXT(wire_lov_v3, pool),
}};

const Layout kLovComp = {"lov_comp", sizeof(wire_lov_comp), {
    HEX(wire_lov_comp, magic), DEC(wire_lov_comp, size), DEC(wire_lov_comp, layout_gen), HEX(wire_lov_comp, flags),
    DEC(wire_lov_comp, entry_count), DEC(wire_lov_comp, mirror_count), DEC(wire_lov_comp, ec_count),
    DEC(wire_lov_comp, reserved0), DEC(wire_lov_comp, reserved1), DEC(wire_lov_comp, reserved2),
}};

const Layout kLovCompEntry = {"entry", sizeof(wire_lov_comp_entry), {
    HEX(wire_lov_comp_entry, id), HEX(wire_lov_comp_entry, flags), DEC(wire_lov_comp_entry, start),
    HEX(wire_lov_comp_entry, end), DEC(wire_lov_comp_entry, offset), DEC(wire_lov_comp_entry, size),
    DEC(wire_lov_comp_entry, layout_gen), DEC(wire_lov_comp_entry, timestamp), DEC(wire_lov_comp_entry, dstripe_count),
    DEC(wire_lov_comp_entry, cstripe_count), DEC(wire_lov_comp_entry, compr_type), DEC(wire_lov_comp_entry, compr_lvl),
}};

const Layout kLmv = {"lmv", sizeof(wire_lmv), {
    HEX(wire_lmv, magic), DEC(wire_lmv, stripe_count), DEC(wire_lmv, master_index), HEX(wire_lmv, hash_type),
    DEC(wire_lmv, layout_version), DEC(wire_lmv, migrate_offset), HEX(wire_lmv, migrate_hash), DEC(wire_lmv, reserved0),
    HEX(wire_lmv, reserved1), TXT(wire_lmv, pool),
}};

const Layout kLmvUser = {"lmv_user", sizeof(LmvUser), {
    HEX(LmvUser, magic), DEC(LmvUser, stripe_count), DEC(LmvUser, stripe_offset), HEX(LmvUser, hash_type), DEC(LmvUser, type),
    DEC(LmvUser, max_inherit), DEC(LmvUser, max_inherit_rr), DEC(LmvUser, reserved0), DEC(LmvUser, reserved1),
    TXT(LmvUser, pool),
}};

// ---- objects ----

static const Layout kOstLayout = {"ost_layout", sizeof(wire_ost_layout), {
    DEC(wire_ost_layout, stripe_size), DEC(wire_ost_layout, stripe_count), DEC(wire_ost_layout, comp_start),
    HEX(wire_ost_layout, comp_end), HEX(wire_ost_layout, comp_id),
}};

const Layout kObdo = {"obdo", sizeof(wire_obdo), {
    HEX(wire_obdo, valid), SUB(wire_obdo, id, kOstId), HEX(wire_obdo, parent_seq), DEC(wire_obdo, size), DEC(wire_obdo, mtime),
    DEC(wire_obdo, atime), DEC(wire_obdo, ctime), DEC(wire_obdo, blocks), DEC(wire_obdo, grant), DEC(wire_obdo, blksize),
    HEX(wire_obdo, mode), DEC(wire_obdo, uid), DEC(wire_obdo, gid), HEX(wire_obdo, flags), HEX(wire_obdo, nlink),
    HEX(wire_obdo, parent_oid), DEC(wire_obdo, misc), DEC(wire_obdo, ioepoch), DEC(wire_obdo, stripe_idx),
    HEX(wire_obdo, parent_ver), HEX(wire_obdo, handle), SUB(wire_obdo, layout, kOstLayout), DEC(wire_obdo, layout_version),
    DEC(wire_obdo, uid_h), DEC(wire_obdo, gid_h), HEX(wire_obdo, data_version), DEC(wire_obdo, projid),
    DEC(wire_obdo, reserved0), HEX(wire_obdo, reserved1),
}};

const Layout kFiemap = {"fiemap", sizeof(wire_fiemap), {
    DEC(wire_fiemap, start), DEC(wire_fiemap, length), HEX(wire_fiemap, flags), DEC(wire_fiemap, mapped),
    DEC(wire_fiemap, count), HEX(wire_fiemap, reserved),
}};

const Layout kFiemapExtent = {"extent", sizeof(wire_fiemap_extent), {
    DEC(wire_fiemap_extent, logical), DEC(wire_fiemap_extent, physical), DEC(wire_fiemap_extent, length),
    HEX(wire_fiemap_extent, reserved64), HEX(wire_fiemap_extent, flags), HEX(wire_fiemap_extent, device),
    HEX(wire_fiemap_extent, reserved),
}};

const Layout kFiemapKey = {"fiemap_key", sizeof(wire_fiemap_key), {
    TXT(wire_fiemap_key, name), SUB(wire_fiemap_key, oa, kObdo), SUB(wire_fiemap_key, map, kFiemap),
}};

const Layout kIoobj = {"ioobj", sizeof(wire_ioobj), {
    SUB(wire_ioobj, id, kOstId), HEX(wire_ioobj, max_brw), DEC(wire_ioobj, bufcnt),
}};

const Layout kNiobuf = {"niobuf", sizeof(wire_niobuf), {
    DEC(wire_niobuf, offset), DEC(wire_niobuf, len), HEX(wire_niobuf, flags),
}};

const Layout kAclHead = {"acl", sizeof(AclHead), {DEC(AclHead, version)}};
const Layout kAclEntry = {"entry", sizeof(AclEntry), {HEX(AclEntry, tag), HEX(AclEntry, perm), HEX(AclEntry, id)}};

// ---- LNet ----

const Layout kAccept = {"accept", sizeof(lnet_wire_accept), {
    HEX(lnet_wire_accept, magic), DEC(lnet_wire_accept, version), HEX(lnet_wire_accept, nid, &kNids),
}};

const Layout kHello = {"hello", sizeof(lnet_wire_hello), {
    HEX(lnet_wire_hello, magic), DEC(lnet_wire_hello, version), HEX(lnet_wire_hello, src_nid, &kNids), HEX(lnet_wire_hello, dst_nid, &kNids),
    DEC(lnet_wire_hello, src_pid), DEC(lnet_wire_hello, dst_pid), HEX(lnet_wire_hello, src_incarnation),
    HEX(lnet_wire_hello, dst_incarnation), DEC(lnet_wire_hello, conn_type, &kConnTypes), DEC(lnet_wire_hello, nr_ips),
}};

const Layout kSock = {"sock", sizeof(lnet_wire_sock), {
    HEX(lnet_wire_sock, type, &kSockTypes), HEX(lnet_wire_sock, checksum), HEX(lnet_wire_sock, zc_request),
    HEX(lnet_wire_sock, zc_ack),
}};

// What all LNet messages have, and then what those of one type have.
static Layout LnetHdr(const char *name, const Layout &rest) {
    constexpr size_t kCommon = offsetof(lnet_wire_hdr, put);
    Layout layout = {name, sizeof(lnet_wire_hdr), {
        HEX(lnet_wire_hdr, dst_nid, &kNids), HEX(lnet_wire_hdr, src_nid, &kNids), DEC(lnet_wire_hdr, dst_pid), DEC(lnet_wire_hdr, src_pid),
        DEC(lnet_wire_hdr, type, &kLnetTypes), DEC(lnet_wire_hdr, payload_length),
    }};
    for (const Field &field : rest.fields) {
        layout.fields.push_back(field);
        layout.fields.back().offset += kCommon;
    }
    const size_t end = kCommon + rest.size;
    if (end < layout.size)
        layout.fields.push_back({"reserved", end, layout.size - end, 4, Kind::kHex});
    return layout;
}

static const Layout kLnetHandle = {"handle", sizeof(lnet_wire_handle), {
    HEX(lnet_wire_handle, interface_cookie), HEX(lnet_wire_handle, object_cookie),
}};

const Layout kLnetAck = LnetHdr("ack", {"ack", sizeof(lnet_wire_ack), {
    SUB(lnet_wire_ack, handle, kLnetHandle), HEX(lnet_wire_ack, match_bits), DEC(lnet_wire_ack, mlength),
}});
const Layout kLnetPut = LnetHdr("put", {"put", sizeof(lnet_wire_put), {
    SUB(lnet_wire_put, ack_handle, kLnetHandle), HEX(lnet_wire_put, match_bits), HEX(lnet_wire_put, hdr_data),
    DEC(lnet_wire_put, portal, &kPortals), DEC(lnet_wire_put, offset),
}});
const Layout kLnetGet = LnetHdr("get", {"get", sizeof(lnet_wire_get), {
    SUB(lnet_wire_get, reply_handle, kLnetHandle), HEX(lnet_wire_get, match_bits), DEC(lnet_wire_get, portal, &kPortals),
    DEC(lnet_wire_get, src_offset), DEC(lnet_wire_get, sink_length),
}});
const Layout kLnetReply = LnetHdr("reply", {"reply", sizeof(lnet_wire_reply), {SUB(lnet_wire_reply, handle, kLnetHandle)}});

const Layout kPing = {"ping", sizeof(lnet_wire_ping), {
    HEX(lnet_wire_ping, magic), HEX(lnet_wire_ping, features), DEC(lnet_wire_ping, pid), DEC(lnet_wire_ping, nr_nis),
}};
const Layout kNiStatus = {"ni", sizeof(lnet_wire_ni_status), {
    HEX(lnet_wire_ni_status, nid, &kNids), HEX(lnet_wire_ni_status, status), DEC(lnet_wire_ni_status, msg_size),
}};

std::span<const Layout *const> AllLayouts() {
    static const Layout *const all[] = {
        &kMsgHead, &kBody, &kConnect, &kVendor, &kExtra, &kHandle, &kFid, &kOstId, &kLlogId, &kLlogBody, &kLlogRec, &kLlogTail, &kUuid, &kLlogHdr,
        &kCfg, &kCfgMarker, &kConfigBody, &kConfigRes, &kNidtbl, &kNid, &kLovDesc, &kLmvDesc, &kResId, &kPolicyPlain, &kExtent,
        &kPolicyExtent, &kIbits, &kPolicyIbits, &kFlock, &kPolicyFlock, &kDescPlain, &kDescExtent, &kDescIbits, &kDescFlock,
        &kLockReqPlain, &kLockReqExtent, &kLockReqIbits, &kLockReqFlock, &kLockRepPlain, &kLockRepExtent, &kLockRepIbits,
        &kLockRepFlock, &kIntent, &kOstLvb, &kLayoutIntent, &kMdtBody, &kRecHead, &kRecCreate, &kRecSetattr, &kRecName,
        &kRecSetxattr, &kIoepoch, &kDirpage, &kDirent, &kSeqRange, &kBatchHead, &kBatchBuf, &kBatch, &kStatfs, &kObject,
        &kLovV1, &kLovV3, &kLovComp, &kLovCompEntry, &kLmv, &kLmvUser, &kOstLayout, &kObdo, &kIoobj, &kNiobuf, &kFiemap,
        &kFiemapExtent, &kFiemapKey, &kAclHead, &kAclEntry,
        &kAccept, &kHello, &kSock, &kLnetHandle, &kLnetAck, &kLnetPut, &kLnetGet, &kLnetReply, &kPing, &kNiStatus,
    };
    return all;
}

// ---- decoding ----

namespace {

Value DecodeOne(const Field &field, std::string name, std::string_view bytes) {
    if (field.layout)
        return DecodeStruct(*field.layout, std::move(name), &bytes);
    if (field.kind == Kind::kText)
        return Text(std::move(name), bytes);
    if (field.kind == Kind::kBytes)
        return Bytes(std::move(name), bytes);
    Value number = Number(std::move(name), field.kind, bytes);
    if (field.names)
        number.note = field.names->Of(number.number);
    return number;
}

Value DecodeField(const Field &field, std::string_view bytes) {
    if (field.unit == field.size)
        return DecodeOne(field, field.name, bytes);
    Value list = List(field.name);
    while (!bytes.empty())
        list.Add(DecodeOne(field, std::to_string(list.members.size()), Take(&bytes, field.unit)));
    return list;
}

}  // namespace

Value DecodeStruct(const Layout &layout, std::string name, std::string_view *bytes) {
    Value group = Group(std::move(name));

    for (const Field &field : layout.fields) {
        if (bytes->empty())
            break;
        if (bytes->size() < field.size) {
            group.Add(Unknown(Take(bytes, field.size)));
            break;
        }
        group.Add(DecodeField(field, Take(bytes, field.size)));
    }
    return group;
}

Value DecodeArray(const Layout &layout, std::string name, std::string_view *bytes, size_t most) {
    Value list = List(std::move(name));

    while (bytes->size() >= layout.size && list.members.size() < most)
        list.Add(DecodeStruct(layout, std::to_string(list.members.size()), bytes));
    return list;
}

}  // namespace sheen::decode
