// SPDX-License-Identifier: GPL-2.0
/* Checksums of bulk data, as the reference client computes them. */
#include <linux/crc32.h>
#include <linux/crc32c.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/zutil.h>

#include "obd/wire/cksum.h"
#include "obd/wire/wire.h"

u32 wire_cksum_flag(u32 types)
{
	if (types & CKSUM_CRC32C)
		return OFL_CKSUM_CRC32C;
	if (types & CKSUM_CRC32)
		return OFL_CKSUM_CRC32;
	return types & CKSUM_ADLER ? OFL_CKSUM_ADLER : 0;
}
EXPORT_SYMBOL_GPL(wire_cksum_flag);

static u32 sum_add(u32 kind, u32 sum, const u8 *p, u32 n)
{
	switch (kind) {
	case OFL_CKSUM_CRC32C:
		return crc32c(sum, p, n);
	case OFL_CKSUM_CRC32:
		return crc32_le(sum, p, n);
	default:
		return zlib_adler32(sum, p, n);
	}
}

bool wire_cksum(u32 flags, const struct bio_vec *bv, unsigned int nr, u32 len, u32 *sum)
{
	u32 kind = flags & OFL_CKSUM_MASK, part;
	unsigned int i;

	if (kind != OFL_CKSUM_CRC32 && kind != OFL_CKSUM_CRC32C && kind != OFL_CKSUM_ADLER)
		return false;
	part = kind == OFL_CKSUM_ADLER ? 1 : ~0u;
	for (i = 0; i < nr && len; i++) {
		u32 n = min(len, bv[i].bv_len);
		void *p = kmap_local_page(bv[i].bv_page);

		part = sum_add(kind, part, p + bv[i].bv_offset, n);
		kunmap_local(p);
		len -= n;
	}
	*sum = kind == OFL_CKSUM_CRC32C ? ~part : part;
	return true;
}
EXPORT_SYMBOL_GPL(wire_cksum);
