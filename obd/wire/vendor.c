// SPDX-License-Identifier: GPL-2.0
/* What only Sheen's nodes say to each other, and the block by which they know each other. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "obd/wire/wire.h"

static const u8 vendor_magic[16] = {
	0x5e, 0x3b, 0x91, 0xd4, 0x0f, 0x6a, 0x4c, 0x27,
	0xa8, 0x72, 0xe9, 0x15, 0xc3, 0x8d, 0x46, 0xfb,
};

void wire_vendor_init(struct wire_vendor *vendor, u64 features)
{
	memset(vendor, 0, sizeof(*vendor));
	memcpy(vendor->magic, vendor_magic, sizeof(vendor->magic));
	vendor->version = cpu_to_le32(VENDOR_VERSION);
	vendor->features[0] = cpu_to_le64(features);
}
EXPORT_SYMBOL_GPL(wire_vendor_init);

u64 wire_vendor_features(const struct wire_connect *data, u32 len)
{
	const struct wire_vendor *vendor = (const struct wire_vendor *)(data + 1);

	if (len < sizeof(*data) + sizeof(*vendor) ||
	    memcmp(vendor->magic, vendor_magic, sizeof(vendor->magic)))
		return 0;
	return le64_to_cpu(vendor->features[0]);
}
EXPORT_SYMBOL_GPL(wire_vendor_features);

u32 wire_nsec(__le32 value)
{
	u32 ns = le32_to_cpu(value);

	return ns < NSEC_PER_SEC ? ns : 0;
}
EXPORT_SYMBOL_GPL(wire_nsec);
