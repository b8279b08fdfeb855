// SPDX-License-Identifier: GPL-2.0
/* Checksums of bulk data, as the reference client computes them. */
#include <linux/crc32.h>
#include <linux/crc32c.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/kernel.h>

#include "obd/wire/cksum.h"
#include "obd/wire/wire.h"

u32 wire_cksum_flag(u32 types)
{
	if (types & CKSUM_CRC32C)
		return OFL_CKSUM_CRC32C;
	return types & CKSUM_CRC32 ? OFL_CKSUM_CRC32 : 0;
}
EXPORT_SYMBOL_GPL(wire_cksum_flag);

bool wire_cksum(u32 flags, const struct bio_vec *bv, unsigned int nr, u32 len, u32 *sum)
{
	u32 kind = flags & OFL_CKSUM_MASK, crc = ~0u;
	unsigned int i;

	if (kind != OFL_CKSUM_CRC32 && kind != OFL_CKSUM_CRC32C)
		return false;
	for (i = 0; i < nr && len; i++) {
		u32 n = min(len, bv[i].bv_len);
		void *p = kmap_local_page(bv[i].bv_page);

		if (kind == OFL_CKSUM_CRC32C)
			crc = crc32c(crc, p + bv[i].bv_offset, n);
		else
			crc = crc32_le(crc, p + bv[i].bv_offset, n);
		kunmap_local(p);
		len -= n;
	}
	*sum = kind == OFL_CKSUM_CRC32C ? ~crc : crc;
	return true;
}
EXPORT_SYMBOL_GPL(wire_cksum);
