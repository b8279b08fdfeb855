/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_WIRE_CKSUM_H
#define SHEEN_WIRE_CKSUM_H

#include <linux/bvec.h>
#include <linux/types.h>

/** wire_cksum_flag() - the OFL_CKSUM_* bit for the best of the CKSUM_* types agreed on; 0: none */
u32 wire_cksum_flag(u32 types);

/**
 * wire_cksum() - checksum of bulk data
 * @flags: obdo flags: OFL_CKSUM_CRC32 (IEEE polynomial, start ~0, not inverted), OFL_CKSUM_CRC32C
 *   (Castagnoli, start ~0, inverted at the end) or OFL_CKSUM_ADLER (Adler-32, start 1)
 * @len: bytes; @bv holds at least as many
 * Returns false for a kind that we do not have.
 */
bool wire_cksum(u32 flags, const struct bio_vec *bv, unsigned int nr, u32 len, u32 *sum);

#endif
