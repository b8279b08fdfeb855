// SPDX-License-Identifier: GPL-2.0
/* What a client may use of us: the one table of connect flags. */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "mds/mds_internal.h"

#define MDS_VERSION	(2u << 24 | 15u << 16)	/* release whose protocol we speak: 2.15.0 */
#define MDS_IBITS	(IBIT_LOOKUP | IBIT_UPDATE | IBIT_OPEN | IBIT_LAYOUT | IBIT_PERM)
#define MDS_MAXBYTES	BIT_ULL(60)		/* bytes of a file, all stripes together */

/**
 * struct connect_flag - a feature of the protocol
 * @required: a client without it cannot work with us
 * @grant: fills in what comes with the flag and says whether to grant it; NULL: always
 */
struct connect_flag {
	const char *name;
	u64 bit;
	bool required;
	bool (*grant)(struct wire_connect *data);
};

static bool grant_version(struct wire_connect *data)
{
	data->version = cpu_to_le32(MDS_VERSION);
	return true;
}

/* A client that is told a size of 0 dies, so no flag without a size. */
static bool grant_brw_size(struct wire_connect *data)
{
	u32 size = min(le32_to_cpu(data->brw_size), MDS_BRW_SIZE);

	size &= ~(WIRE_DIRPAGE_SIZE - 1);
	data->brw_size = cpu_to_le32(size);
	return size;
}

static bool grant_ibits(struct wire_connect *data)
{
	data->ibits_known &= cpu_to_le64(MDS_IBITS);
	return true;
}

static bool grant_max_easize(struct wire_connect *data)
{
	data->max_easize = cpu_to_le32(MDS_MAX_EASIZE);
	return true;
}

static bool grant_maxbytes(struct wire_connect *data)
{
	data->maxbytes = cpu_to_le64(MDS_MAXBYTES);
	return true;
}

static bool grant_multimodrpcs(struct wire_connect *data)
{
	data->maxmodrpcs = cpu_to_le16(TARGET_MAX_MODRPCS);
	return true;
}

static const struct connect_flag connect_flags[] = {
	{ "version", CONN_VERSION, false, grant_version },
	{ "acl", CONN_ACL, false, NULL },
	{ "xattr", CONN_XATTR, false, NULL },
	{ "ibits", CONN_IBITS, true, grant_ibits },
	{ "attrfid", CONN_ATTRFID, true, NULL },
	{ "nodevoh", CONN_NODEVOH, false, NULL },
	{ "brw_size", CONN_BRW_SIZE, false, grant_brw_size },
	{ "cancelset", CONN_CANCELSET, false, NULL },
	{ "at", CONN_AT, false, NULL },
	{ "fid", CONN_FID, true, NULL },
	{ "lov_v3", CONN_LOV_V3, false, NULL },
	{ "max_easize", CONN_MAX_EASIZE, false, grant_max_easize },
	{ "full20", CONN_FULL20, true, NULL },
	{ "layoutlock", CONN_LAYOUTLOCK, false, NULL },
	{ "64bithash", CONN_64BITHASH, false, NULL },
	{ "maxbytes", CONN_MAXBYTES, false, grant_maxbytes },
	{ "umask", CONN_UMASK, false, NULL },
	{ "einprogress", CONN_EINPROGRESS, false, NULL },
	{ "lvb_type", CONN_LVB_TYPE, false, NULL },
	{ "open_by_fid", CONN_OPEN_BY_FID, false, NULL },
	{ "multimodrpcs", CONN_MULTIMODRPCS, false, grant_multimodrpcs },
	{ "bulk_mbits", CONN_BULK_MBITS, false, NULL },
};

int mds_connect_negotiate(struct wire_connect *data)
{
	u64 ask = le64_to_cpu(data->flags), granted = 0;
	const struct connect_flag *f;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(connect_flags); i++) {
		f = &connect_flags[i];
		if (!(ask & f->bit)) {
			if (!f->required)
				continue;
			pr_warn("client without '%s' refused: it is too old\n", f->name);
			return -EPROTO;
		}
		if (!f->grant || f->grant(data))
			granted |= f->bit;
	}
	data->flags = cpu_to_le64(granted);
	data->flags2 = 0;
	return 0;
}

int mds_connect(struct obd_export *exp, struct wire_connect *data)
{
	int rc = mds_connect_negotiate(data);

	return rc ?: target_connect(exp, data);
}
