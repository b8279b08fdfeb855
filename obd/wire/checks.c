// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes and offsets of the wire structures, as the reference release 2.17.0 has them on x86-64.
 * Nothing here runs:
 * the file compiles, or a structure is wrong.
 */
#include <linux/build_bug.h>
#include <linux/stddef.h>

#include "obd/wire/wire.h"

#define SIZE(s, n)	static_assert(sizeof(struct s) == (n))
#define AT(s, f, n)	static_assert(offsetof(struct s, f) == (n))

SIZE(wire_msg, 32);
AT(wire_msg, bufcount, 0);
AT(wire_msg, secflvr, 4);
AT(wire_msg, magic, 8);
AT(wire_msg, repsize, 12);
AT(wire_msg, cksum, 16);
AT(wire_msg, flags, 20);
AT(wire_msg, opc, 24);
AT(wire_msg, buflens, 32);

SIZE(wire_body, 184);
AT(wire_body, handle, 0);
AT(wire_body, type, 8);
AT(wire_body, version, 12);
AT(wire_body, opc, 16);
AT(wire_body, status, 20);
AT(wire_body, last_xid, 24);
AT(wire_body, tag, 32);
AT(wire_body, projid, 36);
AT(wire_body, last_committed, 40);
AT(wire_body, transno, 48);
AT(wire_body, flags, 56);
AT(wire_body, op_flags, 60);
AT(wire_body, conn_cnt, 64);
AT(wire_body, timeout, 68);
AT(wire_body, service_time, 72);
AT(wire_body, limit, 76);
AT(wire_body, slv, 80);
AT(wire_body, pre_versions, 88);
AT(wire_body, mbits, 120);
AT(wire_body, uid, 144);
AT(wire_body, gid, 148);
AT(wire_body, jobid, 152);

SIZE(wire_connect, 192);
AT(wire_connect, flags, 0);
AT(wire_connect, version, 8);
AT(wire_connect, grant, 12);
AT(wire_connect, index, 16);
AT(wire_connect, brw_size, 20);
AT(wire_connect, ibits_known, 24);
AT(wire_connect, grant_blkbits, 32);
AT(wire_connect, grant_inobits, 33);
AT(wire_connect, grant_tax_kb, 34);
AT(wire_connect, grant_max_blks, 36);
AT(wire_connect, transno, 40);
AT(wire_connect, group, 48);
AT(wire_connect, cksum_types, 52);
AT(wire_connect, max_easize, 56);
AT(wire_connect, instance, 60);
AT(wire_connect, maxbytes, 64);
AT(wire_connect, maxmodrpcs, 72);
AT(wire_connect, flags2, 80);
AT(wire_connect, compr_type, 88);

SIZE(wire_vendor, 64);
AT(wire_vendor, version, 16);
AT(wire_vendor, features, 24);

SIZE(wire_llog_id, 20);
AT(wire_llog_id, gen, 16);

SIZE(wire_llog_body, 48);
AT(wire_llog_body, ctxt, 20);
AT(wire_llog_body, flags, 24);
AT(wire_llog_body, index, 28);
AT(wire_llog_body, saved_index, 32);
AT(wire_llog_body, len, 36);
AT(wire_llog_body, cur_offset, 40);

SIZE(wire_llog_rec, 16);
AT(wire_llog_rec, len, 0);
AT(wire_llog_rec, index, 4);
AT(wire_llog_rec, type, 8);
AT(wire_llog_rec, id, 12);

SIZE(wire_llog_tail, 8);
AT(wire_llog_tail, len, 0);
AT(wire_llog_tail, index, 4);

SIZE(wire_llog_hdr, 8192);
AT(wire_llog_hdr, timestamp, 16);
AT(wire_llog_hdr, count, 24);
AT(wire_llog_hdr, bitmap_offset, 28);
AT(wire_llog_hdr, size, 32);
AT(wire_llog_hdr, flags, 36);
AT(wire_llog_hdr, cat_idx, 40);
AT(wire_llog_hdr, target, 44);
AT(wire_llog_hdr, bitmap, 88);
AT(wire_llog_hdr, tail, 8184);

SIZE(wire_cfg, 32);
AT(wire_cfg, version, 0);
AT(wire_cfg, command, 4);
AT(wire_cfg, num, 8);
AT(wire_cfg, flags, 12);
AT(wire_cfg, nid, 16);
AT(wire_cfg, nal, 24);
AT(wire_cfg, bufcount, 28);
AT(wire_cfg, buflens, 32);

SIZE(wire_cfg_marker, 160);
AT(wire_cfg_marker, step, 0);
AT(wire_cfg_marker, flags, 4);
AT(wire_cfg_marker, version, 8);
AT(wire_cfg_marker, create_time, 16);
AT(wire_cfg_marker, cancel_time, 24);
AT(wire_cfg_marker, target, 32);
AT(wire_cfg_marker, comment, 96);

SIZE(wire_lov_desc, 88);
AT(wire_lov_desc, tgt_count, 0);
AT(wire_lov_desc, magic, 4);
AT(wire_lov_desc, stripe_count, 8);
AT(wire_lov_desc, pattern, 12);
AT(wire_lov_desc, stripe_size, 16);
AT(wire_lov_desc, stripe_offset, 24);
AT(wire_lov_desc, qos_maxage, 36);
AT(wire_lov_desc, uuid, 48);

SIZE(wire_lmv_desc, 88);
AT(wire_lmv_desc, tgt_count, 0);
AT(wire_lmv_desc, active_tgt_count, 4);
AT(wire_lmv_desc, stripe_count, 8);
AT(wire_lmv_desc, pattern, 12);
AT(wire_lmv_desc, hash_size, 16);
AT(wire_lmv_desc, qos_maxage, 36);
AT(wire_lmv_desc, uuid, 48);

SIZE(wire_extent, 24);
AT(wire_extent, start, 0);
AT(wire_extent, end, 8);
AT(wire_extent, gid, 16);

SIZE(wire_ibits, 32);
AT(wire_ibits, bits, 0);
AT(wire_ibits, gid, 16);
AT(wire_ibits, initiator, 28);

SIZE(wire_flock, 32);
AT(wire_flock, start, 0);
AT(wire_flock, end, 8);
AT(wire_flock, owner, 16);
AT(wire_flock, pid, 28);

SIZE(wire_lock_desc, 80);
AT(wire_lock_desc, req_mode, 40);
AT(wire_lock_desc, granted_mode, 44);
AT(wire_lock_desc, policy, 48);

SIZE(wire_lock_req, 88);
AT(wire_lock_req, flags, 0);
AT(wire_lock_req, count, 4);
AT(wire_lock_req, desc, 8);
AT(wire_lock_req, handle, 88);

SIZE(wire_lock_rep, 112);
AT(wire_lock_rep, flags, 0);
AT(wire_lock_rep, desc, 8);
AT(wire_lock_rep, handle, 88);
AT(wire_lock_rep, disposition, 96);
AT(wire_lock_rep, status, 104);

SIZE(wire_intent, 8);
AT(wire_intent, opc, 0);

SIZE(wire_ost_lvb, 56);
AT(wire_ost_lvb, size, 0);
AT(wire_ost_lvb, mtime, 8);
AT(wire_ost_lvb, atime, 16);
AT(wire_ost_lvb, ctime, 24);
AT(wire_ost_lvb, blocks, 32);
AT(wire_ost_lvb, mtime_ns, 40);
AT(wire_ost_lvb, atime_ns, 44);
AT(wire_ost_lvb, ctime_ns, 48);

SIZE(wire_config_body, 80);
AT(wire_config_body, name, 0);
AT(wire_config_body, offset, 64);
AT(wire_config_body, type, 72);
AT(wire_config_body, nid_size, 74);
AT(wire_config_body, unit_bits, 75);
AT(wire_config_body, units, 76);

SIZE(wire_config_res, 16);
AT(wire_config_res, size, 8);

SIZE(wire_ost_layout, 28);
AT(wire_ost_layout, comp_start, 8);
AT(wire_ost_layout, comp_end, 16);
AT(wire_ost_layout, comp_id, 24);

SIZE(wire_nid, 20);
AT(wire_nid, type, 1);
AT(wire_nid, net, 2);
AT(wire_nid, address, 4);

SIZE(wire_nidtbl, 24);
AT(wire_nidtbl, version, 0);
AT(wire_nidtbl, instance, 8);
AT(wire_nidtbl, index, 12);
AT(wire_nidtbl, length, 16);
AT(wire_nidtbl, type, 20);
AT(wire_nidtbl, nid_type, 21);
AT(wire_nidtbl, nid_size, 22);
AT(wire_nidtbl, nid_count, 23);

SIZE(wire_target_info, 4544);
AT(wire_target_info, index, 4);
AT(wire_target_info, config_version, 8);
AT(wire_target_info, flags, 12);
AT(wire_target_info, nid_count, 16);
AT(wire_target_info, instance, 20);
AT(wire_target_info, fsname, 24);
AT(wire_target_info, name, 88);
AT(wire_target_info, uuid, 152);
AT(wire_target_info, nids, 192);
AT(wire_target_info, params, 448);

SIZE(wire_batch_head, 24);
AT(wire_batch_head, magic, 0);
AT(wire_batch_head, count, 4);
AT(wire_batch_head, inline_len, 8);
AT(wire_batch_head, reply_size, 12);
AT(wire_batch_head, updates, 16);

SIZE(wire_batch_buf, 8);
AT(wire_batch_buf, size, 0);

SIZE(wire_sub, 8);
AT(wire_sub, len, 0);
AT(wire_sub, status, 4);

SIZE(wire_batch, 8);
AT(wire_batch, magic, 0);
AT(wire_batch, count, 4);

SIZE(wire_lmv, 56);
AT(wire_lmv, magic, 0);
AT(wire_lmv, stripe_count, 4);
AT(wire_lmv, master_index, 8);
AT(wire_lmv, hash_type, 12);
AT(wire_lmv, layout_version, 16);
AT(wire_lmv, migrate_offset, 20);
AT(wire_lmv, migrate_hash, 24);
AT(wire_lmv, pool, 40);
AT(wire_lmv, stripes, 56);

SIZE(wire_layout_intent, 24);
AT(wire_layout_intent, opc, 0);
AT(wire_layout_intent, flags, 4);
AT(wire_layout_intent, start, 8);

SIZE(wire_fid, 16);
AT(wire_fid, seq, 0);
AT(wire_fid, oid, 8);
AT(wire_fid, ver, 12);

SIZE(wire_mdt_body, 216);
AT(wire_mdt_body, fid1, 0);
AT(wire_mdt_body, fid2, 16);
AT(wire_mdt_body, handle, 32);
AT(wire_mdt_body, valid, 40);
AT(wire_mdt_body, size, 48);
AT(wire_mdt_body, mtime, 56);
AT(wire_mdt_body, atime, 64);
AT(wire_mdt_body, ctime, 72);
AT(wire_mdt_body, blocks, 80);
AT(wire_mdt_body, version, 88);
AT(wire_mdt_body, t_state, 96);
AT(wire_mdt_body, fsuid, 104);
AT(wire_mdt_body, fsgid, 108);
AT(wire_mdt_body, capability, 112);
AT(wire_mdt_body, mode, 116);
AT(wire_mdt_body, uid, 120);
AT(wire_mdt_body, gid, 124);
AT(wire_mdt_body, flags, 128);
AT(wire_mdt_body, rdev, 132);
AT(wire_mdt_body, nlink, 136);
AT(wire_mdt_body, layout_gen, 140);
AT(wire_mdt_body, suppgid, 144);
AT(wire_mdt_body, eadatasize, 148);
AT(wire_mdt_body, aclsize, 152);
AT(wire_mdt_body, max_mdsize, 156);
AT(wire_mdt_body, uid_h, 164);
AT(wire_mdt_body, gid_h, 168);
AT(wire_mdt_body, projid, 172);
AT(wire_mdt_body, dom_size, 176);
AT(wire_mdt_body, dom_blocks, 184);
AT(wire_mdt_body, btime, 192);

SIZE(wire_rec_create, 136);
AT(wire_rec_create, fid2, 56);
AT(wire_rec_create, old_handle, 72);
AT(wire_rec_create, time, 80);
AT(wire_rec_create, ioepoch, 96);
AT(wire_rec_create, mode, 112);
AT(wire_rec_create, bias, 116);
AT(wire_rec_create, flags_l, 120);
AT(wire_rec_create, flags_h, 124);
AT(wire_rec_create, umask, 128);

SIZE(wire_rec_setattr, 136);
AT(wire_rec_setattr, valid, 56);
AT(wire_rec_setattr, uid, 64);
AT(wire_rec_setattr, gid, 68);
AT(wire_rec_setattr, size, 72);
AT(wire_rec_setattr, blocks, 80);
AT(wire_rec_setattr, mtime, 88);
AT(wire_rec_setattr, atime, 96);
AT(wire_rec_setattr, ctime, 104);
AT(wire_rec_setattr, attr_flags, 112);
AT(wire_rec_setattr, mode, 116);
AT(wire_rec_setattr, bias, 120);
AT(wire_rec_setattr, projid, 124);

SIZE(wire_rec_name, 136);
AT(wire_rec_name, fid2, 56);
AT(wire_rec_name, time, 72);
AT(wire_rec_name, bias, 112);
AT(wire_rec_name, mode, 116);

SIZE(wire_rec_setxattr, 136);
AT(wire_rec_setxattr, valid, 72);
AT(wire_rec_setxattr, time, 80);
AT(wire_rec_setxattr, size, 112);
AT(wire_rec_setxattr, flags, 116);

SIZE(wire_ioepoch, 24);
AT(wire_ioepoch, handle, 0);

SIZE(wire_extra, 32);
AT(wire_extra, atime_ns, 4);
AT(wire_extra, btime_ns, 16);
AT(wire_extra, nr_groups, 20);
AT(wire_extra, shed, 24);
AT(wire_extra, groups, 32);

SIZE(wire_dirent, 32);
AT(wire_dirent, fid, 0);
AT(wire_dirent, hash, 16);
AT(wire_dirent, reclen, 24);
AT(wire_dirent, namelen, 26);
AT(wire_dirent, attrs, 28);
AT(wire_dirent, name, 32);

SIZE(wire_dirpage, 24);
AT(wire_dirpage, hash_start, 0);
AT(wire_dirpage, hash_end, 8);
AT(wire_dirpage, flags, 16);

SIZE(wire_seq_range, 24);
AT(wire_seq_range, start, 0);
AT(wire_seq_range, end, 8);
AT(wire_seq_range, index, 16);
AT(wire_seq_range, flags, 20);

SIZE(wire_statfs, 144);
AT(wire_statfs, type, 0);
AT(wire_statfs, blocks, 8);
AT(wire_statfs, bfree, 16);
AT(wire_statfs, bavail, 24);
AT(wire_statfs, files, 32);
AT(wire_statfs, ffree, 40);
AT(wire_statfs, fsid, 48);
AT(wire_statfs, bsize, 88);
AT(wire_statfs, namelen, 92);
AT(wire_statfs, maxbytes, 96);
AT(wire_statfs, state, 104);
AT(wire_statfs, fprecreated, 108);
AT(wire_statfs, granted, 112);

SIZE(wire_lov_object, 24);
AT(wire_lov_object, idx, 20);

SIZE(wire_lov_v1, 32);
AT(wire_lov_v1, magic, 0);
AT(wire_lov_v1, pattern, 4);
AT(wire_lov_v1, stripe_size, 24);
AT(wire_lov_v1, stripe_count, 28);
AT(wire_lov_v1, layout_gen, 30);
AT(wire_lov_v1, objects, 32);

SIZE(wire_lov_v3, 48);
AT(wire_lov_v3, magic, 0);
AT(wire_lov_v3, pattern, 4);
AT(wire_lov_v3, stripe_size, 24);
AT(wire_lov_v3, stripe_count, 28);
AT(wire_lov_v3, layout_gen, 30);
AT(wire_lov_v3, objects, 48);

SIZE(wire_lov_comp, 32);
AT(wire_lov_comp, magic, 0);
AT(wire_lov_comp, size, 4);
AT(wire_lov_comp, layout_gen, 8);
AT(wire_lov_comp, flags, 12);
AT(wire_lov_comp, entry_count, 14);
AT(wire_lov_comp, mirror_count, 16);
AT(wire_lov_comp, ec_count, 18);
AT(wire_lov_comp, entries, 32);

SIZE(wire_lov_comp_entry, 48);
AT(wire_lov_comp_entry, id, 0);
AT(wire_lov_comp_entry, flags, 4);
AT(wire_lov_comp_entry, start, 8);
AT(wire_lov_comp_entry, offset, 24);
AT(wire_lov_comp_entry, size, 28);
AT(wire_lov_comp_entry, layout_gen, 32);
AT(wire_lov_comp_entry, timestamp, 36);

SIZE(wire_obdo, 208);
AT(wire_obdo, valid, 0);
AT(wire_obdo, id, 8);
AT(wire_obdo, parent_seq, 24);
AT(wire_obdo, size, 32);
AT(wire_obdo, mtime, 40);
AT(wire_obdo, atime, 48);
AT(wire_obdo, ctime, 56);
AT(wire_obdo, blocks, 64);
AT(wire_obdo, grant, 72);
AT(wire_obdo, blksize, 80);
AT(wire_obdo, mode, 84);
AT(wire_obdo, uid, 88);
AT(wire_obdo, gid, 92);
AT(wire_obdo, flags, 96);
AT(wire_obdo, nlink, 100);
AT(wire_obdo, parent_oid, 104);
AT(wire_obdo, misc, 108);
AT(wire_obdo, ioepoch, 112);
AT(wire_obdo, stripe_idx, 120);
AT(wire_obdo, parent_ver, 124);
AT(wire_obdo, handle, 128);
AT(wire_obdo, layout, 136);
AT(wire_obdo, layout_version, 164);
AT(wire_obdo, uid_h, 168);
AT(wire_obdo, gid_h, 172);
AT(wire_obdo, data_version, 176);
AT(wire_obdo, projid, 184);

SIZE(wire_fiemap, 32);
AT(wire_fiemap, start, 0);
AT(wire_fiemap, length, 8);
AT(wire_fiemap, flags, 16);
AT(wire_fiemap, mapped, 20);
AT(wire_fiemap, count, 24);

SIZE(wire_fiemap_extent, 56);
AT(wire_fiemap_extent, logical, 0);
AT(wire_fiemap_extent, physical, 8);
AT(wire_fiemap_extent, length, 16);
AT(wire_fiemap_extent, flags, 40);
AT(wire_fiemap_extent, device, 44);

SIZE(wire_fiemap_key, 248);
AT(wire_fiemap_key, name, 0);
AT(wire_fiemap_key, oa, 8);
AT(wire_fiemap_key, map, 216);

SIZE(wire_ioobj, 24);
AT(wire_ioobj, id, 0);
AT(wire_ioobj, max_brw, 16);
AT(wire_ioobj, bufcnt, 20);

SIZE(wire_niobuf, 16);
AT(wire_niobuf, offset, 0);
AT(wire_niobuf, len, 8);
AT(wire_niobuf, flags, 12);

/* Heads of all reint records stand at the same places. */
AT(wire_rec_head, opcode, 0);
AT(wire_rec_head, cap, 4);
AT(wire_rec_head, fsuid, 8);
AT(wire_rec_head, fsgid, 16);
AT(wire_rec_head, suppgid1, 24);
AT(wire_rec_head, suppgid2, 32);
AT(wire_rec_head, fid1, 40);
AT(wire_rec_create, rdev, 88);
static_assert(sizeof(union wire_rec) == 136);
static_assert(sizeof(union wire_policy) == 32);
