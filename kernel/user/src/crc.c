// SPDX-License-Identifier: GPL-2.0
/* Checksums, from tables that are built on first use. */
#include <linux/crc-t10dif.h>
#include <linux/crc32c.h>
#include <linux/zutil.h>

#define POLY_CRC32_LE	0xedb88320u
#define POLY_CRC32C_LE	0x82f63b78u
#define POLY_T10DIF	0x8bb7u
#define ADLER_BASE	65521u
/* So many bytes can be added up before the sums overflow 32 bits. */
#define ADLER_RUN	5552u

static u32 crc32_table[256], crc32c_table[256];
static u16 t10dif_table[256];

static void build_le(u32 *table, u32 poly)
{
	u32 i, c;
	int bit;

	for (i = 0; i < 256; i++) {
		for (c = i, bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ poly : c >> 1;
		table[i] = c;
	}
}

static u32 update_le(const u32 *table, u32 crc, const unsigned char *p, size_t len)
{
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return crc;
}

u32 crc32_le(u32 crc, const unsigned char *p, size_t len)
{
	if (!crc32_table[1])
		build_le(crc32_table, POLY_CRC32_LE);
	return update_le(crc32_table, crc, p, len);
}

u32 __crc32c_le(u32 crc, const unsigned char *p, size_t len)
{
	if (!crc32c_table[1])
		build_le(crc32c_table, POLY_CRC32C_LE);
	return update_le(crc32c_table, crc, p, len);
}

static void build_t10dif(void)
{
	unsigned int i, c, bit;

	for (i = 0; i < 256; i++) {
		for (c = i << 8, bit = 0; bit < 8; bit++)
			c = c & 0x8000 ? c << 1 ^ POLY_T10DIF : c << 1;
		t10dif_table[i] = (u16)c;
	}
}

u16 crc_t10dif_update(u16 crc, const unsigned char *p, size_t len)
{
	if (!t10dif_table[1])
		build_t10dif();
	while (len--)
		crc = (u16)(crc << 8 ^ t10dif_table[(crc >> 8 ^ *p++) & 0xff]);
	return crc;
}

unsigned long zlib_adler32(unsigned long adler, const unsigned char *buf, unsigned int len)
{
	unsigned long a = adler & 0xffff, b = adler >> 16 & 0xffff;

	while (len) {
		unsigned int run = len < ADLER_RUN ? len : ADLER_RUN;

		len -= run;
		while (run--) {
			a += *buf++;
			b += a;
		}
		a %= ADLER_BASE;
		b %= ADLER_BASE;
	}
	return b << 16 | a;
}
