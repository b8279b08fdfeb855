// SPDX-License-Identifier: GPL-2.0
/*
 * Headers of our files, and FORMAT, which says what a file system is.  docs/format.md describes
 * them.
 */
#include <linux/crc32c.h>
#include <linux/slab.h>
#include <linux/uuid.h>

#include "obd/osd/ext4/ext4.h"

static_assert(sizeof(struct osd_fmt_header) == OSD_FMT_HEADER);
static_assert(offsetof(struct osd_fmt_header, format) == 32);
static_assert(offsetof(struct osd_fmt_header, format.uuid) == 40);
static_assert(offsetof(struct osd_fmt_header, format.created) == 56);
static_assert(sizeof(struct osd_fmt_oi_slot) == 8);
static_assert(sizeof(struct osd_fmt_fid_record) == 16);
static_assert(sizeof(struct osd_fmt_fid_ea) == 16);

static __le32 e4_header_crc(struct osd_fmt_header *h)
{
	__le32 crc = h->crc;
	u32 sum;

	h->crc = 0;
	sum = ~crc32c(~0u, h, sizeof(*h));
	h->crc = crc;
	return cpu_to_le32(sum);
}

/** e4_header_fill() - the common fields; those of the kind are there already */
void e4_header_fill(struct osd_fmt_header *h, enum osd_fmt_kind kind)
{
	memcpy(h->magic, OSD_FMT_MAGIC, sizeof(h->magic));
	h->kind = cpu_to_le32(kind);
	h->version = cpu_to_le32(OSD_FMT_VERSION);
	h->compat = cpu_to_le32(OSD_FMT_COMPAT);
	h->ro_compat = cpu_to_le32(OSD_FMT_RO_COMPAT);
	h->incompat = cpu_to_le32(OSD_FMT_INCOMPAT);
	h->crc = e4_header_crc(h);
}

int e4_header_check(struct osd_fmt_header *h, enum osd_fmt_kind kind, const char *name, char *why)
{
	u32 ro = le32_to_cpu(h->ro_compat) & ~OSD_FMT_RO_COMPAT;
	u32 in = le32_to_cpu(h->incompat) & ~OSD_FMT_INCOMPAT;

	if (memcmp(h->magic, OSD_FMT_MAGIC, sizeof(h->magic)) ||
	    le32_to_cpu(h->kind) != kind) {
		snprintf(why, OSD_WHY_SIZE, "%s: not a file of this file system", name);
		return -EINVAL;
	}
	if (le32_to_cpu(h->version) != OSD_FMT_VERSION) {
		snprintf(why, OSD_WHY_SIZE, "%s: format version %u, this server knows %u", name,
			 le32_to_cpu(h->version), OSD_FMT_VERSION);
		return -EINVAL;
	}
	if (ro || in) {
		snprintf(why, OSD_WHY_SIZE,
			 "%s: unknown format features (incompat 0x%x, ro_compat 0x%x); use a newer server",
			 name, in, ro);
		return -EINVAL;
	}
	if (h->crc != e4_header_crc(h)) {
		snprintf(why, OSD_WHY_SIZE, "%s: header is damaged (checksum)", name);
		return -EUCLEAN;
	}
	return 0;
}

/* ---- FORMAT ---- */

/*
 * Names that a file system may have in its root before it is a target: an interrupted creation
 * leaves some.
 */
static const char *const e4_first_names[] = {
	"lost+found", "FORMAT", "ROOT", "PENDING", "oi", "ino2fid", "CONFIGS", "O",
};

static int e4_foreign_name(void *data, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(e4_first_names); i++)
		if (strlen(e4_first_names[i]) == len && !memcmp(e4_first_names[i], name, len))
			return 0;
	return 1;
}

static int e4_format_new(struct e4_device *dev, struct osd_fmt_header *h, const char *path,
			 char *why)
{
	int rc;

	rc = e4_iterate(dev, dev->sb->s_root, false, e4_foreign_name, NULL);
	if (rc > 0) {
		snprintf(why, OSD_WHY_SIZE,
			 "%s: holds files that are not a target's; use an empty ext4", path);
		return -EINVAL;
	}
	if (rc)
		return rc;
	h->format.role = cpu_to_le32(dev->role == OSD_MDT ? OSD_FMT_ROLE_MDT : OSD_FMT_ROLE_OST);
	generate_random_uuid(h->format.uuid);
	h->format.created = cpu_to_le64(ktime_get_real_seconds());
	return 0;
}

static int e4_format_role(struct e4_device *dev, struct osd_fmt_header *h, const char *path,
			  char *why)
{
	u32 role = le32_to_cpu(h->format.role);

	if (role == (dev->role == OSD_MDT ? OSD_FMT_ROLE_MDT : OSD_FMT_ROLE_OST))
		return 0;
	snprintf(why, OSD_WHY_SIZE, "%s: is an %s, not an %s", path,
		 role == OSD_FMT_ROLE_MDT ? "MDT" : "OST", dev->role == OSD_MDT ? "MDT" : "OST");
	return -EMEDIUMTYPE;
}

/**
 * e4_format_check() - reads FORMAT and checks that the device is a target of the role, or empty;
 * changes nothing
 * @h: receives it, with mount_count as it was
 */
int e4_format_check(struct e4_device *dev, struct osd_fmt_header *h, const char *path, char *why)
{
	struct file *file;
	int rc;

	file = e4_open_at(dev, dev->sb->s_root, "FORMAT", O_RDWR);
	if (PTR_ERR(file) == -ENOENT)
		return e4_format_new(dev, h, path, why);
	if (IS_ERR(file))
		return PTR_ERR(file);
	dev->format = e4_bfile_new(dev, file, OSD_FMT_HEADER);
	if (IS_ERR(dev->format))
		return PTR_ERR(dev->format);
	rc = e4_bfile_header(dev->format, h, OSD_FMT_FORMAT, path, why);
	if (rc > 0)
		return e4_format_new(dev, h, path, why);
	return rc ? rc : e4_format_role(dev, h, path, why);
}

/**
 * e4_format_write() - counts the mount, on disk
 * Comes last when mounting: what it writes says that all the rest is in place.
 */
int e4_format_write(struct e4_device *dev, struct osd_fmt_header *h)
{
	int rc;

	if (!dev->format)
		dev->format = e4_bfile_open(dev, dev->sb->s_root, "FORMAT", OSD_FMT_HEADER);
	if (IS_ERR(dev->format))
		return PTR_ERR(dev->format);
	le32_add_cpu(&h->format.mount_count, 1);
	e4_header_fill(h, OSD_FMT_FORMAT);
	rc = e4_bfile_header_write(dev->format, h);
	if (rc)
		return rc;
	dev->mount_count = le32_to_cpu(h->format.mount_count);
	return jbd2_journal_force_commit(dev->journal);
}
