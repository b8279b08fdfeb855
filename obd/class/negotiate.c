// SPDX-License-Identifier: GPL-2.0
/* Connect flags: the one table of what we know, and on which kind of target we grant it. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>

#include "obd/class/negotiate.h"
#include "obd/class/target.h"

#define IBITS_KNOWN	(IBIT_LOOKUP | IBIT_UPDATE | IBIT_OPEN | IBIT_LAYOUT | IBIT_PERM)
#define CKSUMS_KNOWN	(CKSUM_CRC32 | CKSUM_ADLER | CKSUM_CRC32C)

/**
 * struct connect_flag
 * @grant: kinds of targets that grant it
 * @ask: kinds of targets that our client asks it of
 */
struct connect_flag {
	u64 bit;
	const char *name;
	u8 grant;
	u8 ask;
};

#define FLAGS2_KNOWN	CONN2_LSEEK	/* of OSTs; granted and asked for */

#define MGS	TARGET_MGS
#define MDT	TARGET_MDT
#define OST	TARGET_OST
#define ALL	(TARGET_MGS | TARGET_MDT | TARGET_OST)

static const struct connect_flag connect_flags[] = {
	{ CONN_INDEX, "index", OST, 0 },
	{ CONN_MDS, "mds", OST, 0 },
	{ CONN_GRANT, "grant", OST, OST },
	{ CONN_VERSION, "version", ALL, ALL },
	{ CONN_ACL, "acl", MDT, MDT },
	{ CONN_XATTR, "xattr", MDT, MDT },
	{ CONN_IBITS, "inode_bit_locks", MDT, MDT },
	{ CONN_ATTRFID, "getattr_by_fid", MDT, MDT },
	{ CONN_NODEVOH, "no_oh_for_devices", MDT, MDT },
	{ CONN_BRW_SIZE, "max_byte_per_rpc", MDT | OST, MDT | OST },
	{ CONN_CANCELSET, "early_lock_cancel", MDT, MDT },
	{ CONN_AT, "adaptive_timeouts", ALL, ALL },
	{ CONN_CKSUM, "write_checksum", OST, OST },
	{ CONN_FID, "fid_is_enabled", MDT | OST, MDT | OST },
	{ CONN_LOV_V3, "pools", MDT, MDT },
	{ CONN_MAX_EASIZE, "max_easize", MDT, MDT },
	{ CONN_FULL20, "full20", ALL, ALL },
	{ CONN_VBR, "version_recovery", MDT, MDT },
	{ CONN_LAYOUTLOCK, "layout_lock", MDT, MDT },
	{ CONN_64BITHASH, "64bithash", MDT, MDT },
	{ CONN_MAXBYTES, "object_max_bytes", MDT | OST, OST },
	{ CONN_IMP_RECOV, "imp_recov", MGS, MGS },
	{ CONN_UMASK, "umask", MDT, MDT },
	{ CONN_EINPROGRESS, "einprogress", MDT | OST, MDT | OST },
	{ CONN_FLOCK_DEAD, "flock_deadlock", MDT, MDT },
	{ CONN_LVB_TYPE, "lvb_type", MDT | OST, MDT | OST },
	{ CONN_OPEN_BY_FID, "open_by_fid", MDT, MDT },
	{ CONN_MULTIMODRPCS, "multi_mod_rpcs", MDT, MDT },
	{ CONN_BULK_MBITS, "bulk_mbits", ALL, ALL },
	{ CONN_SHORTIO, "short_io", OST, OST },
	{ CONN_FLAGS2, "flags2", OST, OST },
};

static u64 flags_of(enum target_kind kind, bool ask)
{
	u64 flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(connect_flags); i++)
		if ((ask ? connect_flags[i].ask : connect_flags[i].grant) & kind)
			flags |= connect_flags[i].bit;
	return flags;
}

static void keep_field32(u64 flags, u64 bit, __le32 *field, u32 limit)
{
	*field = flags & bit ? cpu_to_le32(min(le32_to_cpu(*field), limit)) : 0;
}

int obd_negotiate(struct wire_connect *data, enum target_kind kind)
{
	struct wire_connect ask = *data;
	u64 flags = le64_to_cpu(ask.flags) & flags_of(kind, false);
	u32 brw = le32_to_cpu(ask.brw_size), cksum = le32_to_cpu(ask.cksum_types);

	if (flags & CONN_BRW_SIZE && brw < PAGE_SIZE)
		return -EPROTO;
	if (flags & CONN_CKSUM && !(cksum & CKSUMS_KNOWN))
		return -EPROTO;

	memset(data, 0, sizeof(*data));
	data->flags = cpu_to_le64(flags);
	if (flags & CONN_FLAGS2)
		data->flags2 = ask.flags2 & cpu_to_le64(FLAGS2_KNOWN);
	if (flags & CONN_VERSION)
		data->version = cpu_to_le32(OBD_VERSION);
	data->brw_size = ask.brw_size;
	keep_field32(flags, CONN_BRW_SIZE, &data->brw_size,
		     kind == TARGET_OST ? OBD_BRW_SIZE : MDT_BRW_SIZE);
	if (flags & CONN_IBITS)
		data->ibits_known = ask.ibits_known & cpu_to_le64(IBITS_KNOWN);
	if (flags & CONN_CKSUM)
		data->cksum_types = cpu_to_le32(cksum & CKSUMS_KNOWN);
	if (flags & CONN_MAX_EASIZE)
		data->max_easize = cpu_to_le32(MDT_MAX_EASIZE);
	if (flags & CONN_MULTIMODRPCS)
		data->maxmodrpcs = cpu_to_le16(TARGET_MAX_MODRPCS);
	if (flags & CONN_MAXBYTES)
		data->maxbytes = cpu_to_le64(S64_MAX);
	data->grant = ask.grant;
	keep_field32(flags, CONN_GRANT, &data->grant, U32_MAX);
	data->index = ask.index;
	keep_field32(flags, CONN_INDEX, &data->index, U32_MAX);
	return 0;
}
EXPORT_SYMBOL_GPL(obd_negotiate);

void obd_ask(struct wire_connect *data, enum target_kind kind)
{
	u64 flags = flags_of(kind, true);

	memset(data, 0, sizeof(*data));
	data->flags = cpu_to_le64(flags);
	data->version = cpu_to_le32(OBD_VERSION);
	if (flags & CONN_FLAGS2)
		data->flags2 = cpu_to_le64(FLAGS2_KNOWN);
	if (flags & CONN_BRW_SIZE)
		data->brw_size = cpu_to_le32(kind == TARGET_OST ? OBD_BRW_SIZE : MDT_BRW_SIZE);
	if (flags & CONN_IBITS)
		data->ibits_known = cpu_to_le64(IBITS_KNOWN);
	if (flags & CONN_CKSUM)
		data->cksum_types = cpu_to_le32(CKSUMS_KNOWN);
	if (flags & CONN_MAX_EASIZE)
		data->max_easize = cpu_to_le32(MDT_MAX_EASIZE);
	if (flags & CONN_MULTIMODRPCS)
		data->maxmodrpcs = cpu_to_le16(TARGET_MAX_MODRPCS);
	if (flags & CONN_GRANT)
		data->grant = cpu_to_le32(32u << 20);
}
EXPORT_SYMBOL_GPL(obd_ask);

/* Off, a node is what a stock one is to its peers: for tests, and to find out who is to blame. */
bool obd_vendor_on = true;
module_param_named(vendor, obd_vendor_on, bool, 0644);
MODULE_PARM_DESC(vendor, "use what only Sheen's nodes know with those that do");

u64 obd_vendor(enum target_kind kind)
{
	if (kind == TARGET_MGS || !READ_ONCE(obd_vendor_on))
		return 0;
	return VENDOR_BATCH | VENDOR_EXTRA | (kind == TARGET_MDT ? VENDOR_SHED : 0);
}
EXPORT_SYMBOL_GPL(obd_vendor);

int obd_flag_names(u64 flags, char *buf, size_t size)
{
	unsigned int i;
	int n = 0;

	if (size)
		*buf = 0;
	for (i = 0; i < ARRAY_SIZE(connect_flags); i++)
		if (flags & connect_flags[i].bit)
			n += scnprintf(buf + n, size - n, "%s%s", n ? " " : "",
				       connect_flags[i].name);
	return n;
}
EXPORT_SYMBOL_GPL(obd_flag_names);
