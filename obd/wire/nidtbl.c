// SPDX-License-Identifier: GPL-2.0
/* The table of targets that are up: packing and reading. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/wire/nidtbl.h"

/* ---- NIDs: network type, its number, address ---- */

static void nid_write(void *at, u64 nid, bool big)
{
	struct wire_nid *w = at;
	__le64 plain = cpu_to_le64(nid);

	if (!big) {
		memcpy(at, &plain, sizeof(plain));
		return;
	}
	w->type = nid >> 48;
	w->net[0] = nid >> 40;
	w->net[1] = nid >> 32;
	w->address[0] = nid >> 24;
	w->address[1] = nid >> 16;
	w->address[2] = nid >> 8;
	w->address[3] = nid;
}

/* false: it is none that fits into 64 bits */
static bool nid_read(const void *at, bool big, u64 *nid)
{
	const struct wire_nid *w = at;
	__le64 plain;

	if (!big) {
		memcpy(&plain, at, sizeof(plain));
		*nid = le64_to_cpu(plain);
		return true;
	}
	if (w->more)
		return false;
	*nid = (u64)w->type << 48 | (u64)w->net[0] << 40 | (u64)w->net[1] << 32 |
		(u64)w->address[0] << 24 | w->address[1] << 16 | w->address[2] << 8 |
		w->address[3];
	return true;
}

/* ---- writing ---- */

bool nidtbl_add(struct nidtbl_writer *w, const struct nidtbl_entry *e)
{
	u32 nid_size = w->big ? sizeof(struct wire_nid) : sizeof(__le64);
	u32 len = ALIGN(sizeof(*w->last) + e->nr_nids * nid_size, 8);
	u32 left = NIDTBL_UNIT - w->used % NIDTBL_UNIT;
	struct wire_nidtbl *at;
	unsigned int i;

	if (left >= len)
		left = 0;
	if (w->used + left + len > w->size)
		return false;
	if (left)
		w->last->length = cpu_to_le32(le32_to_cpu(w->last->length) + left);
	w->used += left;
	at = w->buf + w->used;
	at->version = cpu_to_le64(e->version);
	at->instance = cpu_to_le32(e->instance);
	at->index = cpu_to_le32(e->index);
	at->length = cpu_to_le32(len);
	at->type = e->is_mdt ? TARGET_TYPE_MDT : TARGET_TYPE_OST;
	at->nid_type = w->big;
	at->nid_size = nid_size;
	at->nid_count = e->nr_nids;
	for (i = 0; i < e->nr_nids; i++)
		nid_write((void *)(at + 1) + i * nid_size, e->nids[i], w->big);
	w->used += len;
	w->last = at;
	return true;
}
EXPORT_SYMBOL_GPL(nidtbl_add);

/* ---- reading ---- */

static void nids_read(const struct wire_nidtbl *at, const void *nids, struct nidtbl_entry *e)
{
	bool big = at->nid_type == 1;
	unsigned int i;

	e->nr_nids = 0;
	if (at->nid_size != (big ? sizeof(struct wire_nid) : sizeof(__le64)) || at->nid_type > 1)
		return;
	for (i = 0; i < at->nid_count && e->nr_nids < NIDTBL_MAX_NIDS; i++)
		if (nid_read(nids + i * at->nid_size, big, &e->nids[e->nr_nids]))
			e->nr_nids++;
}

int nidtbl_next(const void *buf, u32 len, u32 *off, struct nidtbl_entry *e)
{
	struct wire_nidtbl at;
	u32 length;

	if (*off == len)
		return 0;
	if (len - *off < sizeof(at))
		return -EPROTO;
	/* Whatever the lengths are, it may stand anywhere. */
	memcpy(&at, buf + *off, sizeof(at));
	length = le32_to_cpu(at.length);
	if (length > len - *off || length < sizeof(at) + at.nid_count * at.nid_size)
		return -EPROTO;
	e->version = le64_to_cpu(at.version);
	e->instance = le32_to_cpu(at.instance);
	e->index = le32_to_cpu(at.index);
	e->is_mdt = at.type == TARGET_TYPE_MDT;
	nids_read(&at, buf + *off + sizeof(at), e);
	*off += length;
	return 1;
}
EXPORT_SYMBOL_GPL(nidtbl_next);
