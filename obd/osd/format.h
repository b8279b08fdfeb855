/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What storage devices write to disk; docs/format.md describes it.  Offsets are checked where the
 * sizes are used.
 */
#ifndef SHEEN_OSD_FORMAT_H
#define SHEEN_OSD_FORMAT_H

#include <linux/types.h>

#define OSD_FMT_MAGIC		"SHEEN\0\0"	/* with its terminator 8 bytes */
#define OSD_FMT_HEADER		4096u		/* bytes; header of every file of ours */
#define OSD_FMT_VERSION		1u

#define OSD_FMT_COMPAT		0u		/* features known */
#define OSD_FMT_RO_COMPAT	0u
#define OSD_FMT_INCOMPAT	0u

enum osd_fmt_kind {
	OSD_FMT_FORMAT = 1,
	OSD_FMT_OI = 2,
	OSD_FMT_INO2FID = 3,
};

enum osd_fmt_role {
	OSD_FMT_ROLE_MDT = 1,
	OSD_FMT_ROLE_OST = 2,
};

struct osd_fmt_header {
	u8 magic[8];
	__le32 kind;
	__le32 version;
	__le32 compat;
	__le32 ro_compat;
	__le32 incompat;
	__le32 crc;		/* of all 4096 bytes with this field zero */
	union {
		struct {
			__le32 role;
			__le32 mount_count;
			u8 uuid[16];
			__le64 created;		/* seconds */
		} format;
		struct {
			__le64 seq;
		} oi;
		u8 rest[OSD_FMT_HEADER - 32];
	};
};

/* oi/<seq>, after the header, by object number */
struct osd_fmt_oi_slot {
	__le32 ino;		/* 0: free */
	__le32 generation;
};

#define OSD_FMT_OI_SLOTS	0x20000u
#define OSD_FMT_OI_GROW		16384u		/* bytes */

/* ino2fid, after the header, by inode number */
struct osd_fmt_fid_record {
	__le64 seq;		/* 0: not known */
	__le32 oid;
	__le32 generation;
};

#define OSD_FMT_INO2FID_GROW	65536u		/* bytes */

/* extended attributes of ours begin with this, and nobody sees them */
#define OSD_FMT_EA_PREFIX	"trusted.sheen."

/* extended attribute of every object of an MDT */
#define OSD_FMT_FID_EA		"trusted.sheen.fid"
#define OSD_FMT_FID_EA_VERSION	1u
#define OSD_FMT_FID_ORPHAN	0x1u

struct osd_fmt_fid_ea {
	u8 version;
	u8 flags;
	__le16 zero;
	__le32 oid;
	__le64 seq;
};

/* and of those that were changed since they may have it: a __le64 */
#define OSD_FMT_VERSION_EA	"trusted.sheen.version"

#endif
