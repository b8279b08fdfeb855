// SPDX-License-Identifier: GPL-2.0
/* Configuration logs in memory. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/llog/llog.h"

#define LOG_MAX_CHUNKS	512u		/* 4 MiB: thousands of targets */
#define LOG_MAX_RECORDS	(8096u * 8)	/* bits of the head's bitmap */
#define CFG_MAX_BUFS	8u

/* ---- building ---- */

struct llog_image *llog_image_new(const char *target_uuid)
{
	struct llog_image *log = kvzalloc(sizeof(*log), GFP_KERNEL);

	if (!log)
		return NULL;
	strscpy(log->hdr.target.uuid, target_uuid, sizeof(log->hdr.target.uuid));
	return log;
}
EXPORT_SYMBOL_GPL(llog_image_new);

void llog_image_free(struct llog_image *log)
{
	if (!log)
		return;
	kvfree(log->chunks);
	kvfree(log->first_index);
	kvfree(log);
}
EXPORT_SYMBOL_GPL(llog_image_free);

static void rec_fill(void *at, u32 len, u32 index, u32 type)
{
	struct wire_llog_rec *rec = at;
	struct wire_llog_tail *tail = at + len - sizeof(*tail);

	rec->len = cpu_to_le32(len);
	rec->index = cpu_to_le32(index);
	rec->type = cpu_to_le32(type);
	tail->len = rec->len;
	tail->index = rec->index;
}

static int chunk_add(struct llog_image *log)
{
	u32 nr = log->nr_chunks + 1;
	u32 *first;
	u8 *chunks;

	if (nr > LOG_MAX_CHUNKS)
		return -EFBIG;
	first = kvcalloc(nr, sizeof(*first), GFP_KERNEL);
	chunks = kvzalloc((size_t)nr * LLOG_CHUNK_SIZE, GFP_KERNEL);
	if (!first || !chunks) {
		kvfree(first);
		kvfree(chunks);
		return -ENOMEM;
	}
	if (log->nr_chunks) {
		memcpy(first, log->first_index, log->nr_chunks * sizeof(*first));
		memcpy(chunks, log->chunks, (size_t)log->nr_chunks * LLOG_CHUNK_SIZE);
	}
	kvfree(log->first_index);
	kvfree(log->chunks);
	log->first_index = first;
	log->chunks = chunks;
	log->nr_chunks = nr;
	log->used = 0;
	return 0;
}

/*
 * Room for a record of @len bytes; the rest of a chunk that is too short becomes a padding record.
 */
static void *rec_room(struct llog_image *log, u32 len)
{
	u32 left = log->nr_chunks ? LLOG_CHUNK_SIZE - log->used : 0;
	u8 *at;

	if (log->last_index + 2 >= LOG_MAX_RECORDS)
		return ERR_PTR(-EFBIG);
	/* What is left over must itself hold a smallest record, so that it can be padded. */
	if (left != len &&
	    left < len + sizeof(struct wire_llog_rec) + sizeof(struct wire_llog_tail)) {
		int rc;

		if (left) {
			at = log->chunks + (size_t)log->nr_chunks * LLOG_CHUNK_SIZE - left;
			rec_fill(at, left, ++log->last_index, LLOG_REC_PAD);
		}
		rc = chunk_add(log);
		if (rc)
			return ERR_PTR(rc);
		log->first_index[log->nr_chunks - 1] = log->last_index + 1;
	}
	at = log->chunks + (size_t)(log->nr_chunks - 1) * LLOG_CHUNK_SIZE + log->used;
	log->used += len;
	log->last_index++;
	return at;
}

static int cfg_add(struct llog_image *log, u32 command, u64 nid, u32 num, unsigned int nr,
		   const void *const bufs[], const u32 lens[])
{
	u32 head = round_up((u32)sizeof(struct wire_cfg) + nr * 4, 8), size = head, i;
	struct wire_cfg *cfg;
	u8 *at;

	for (i = 0; i < nr; i++)
		size += round_up(lens[i], 8);
	size += sizeof(struct wire_llog_rec) + sizeof(struct wire_llog_tail);
	if (nr > CFG_MAX_BUFS || size > LLOG_CHUNK_SIZE / 2)
		return -EFBIG;
	at = rec_room(log, size);
	if (IS_ERR(at))
		return PTR_ERR(at);
	rec_fill(at, size, log->last_index, LLOG_REC_CFG);
	cfg = (struct wire_cfg *)(at + sizeof(struct wire_llog_rec));
	cfg->version = cpu_to_le32(LCFG_VERSION);
	cfg->command = cpu_to_le32(command);
	cfg->nid = cpu_to_le64(nid);
	cfg->num = cpu_to_le32(num);
	cfg->bufcount = cpu_to_le32(nr);
	at = (u8 *)cfg + head;
	for (i = 0; i < nr; i++) {
		cfg->buflens[i] = cpu_to_le32(lens[i]);
		if (lens[i])
			memcpy(at, bufs[i], lens[i]);
		at += round_up(lens[i], 8);
	}
	return 0;
}

int llog_add_cfg(struct llog_image *log, u32 command, u64 nid, unsigned int nr,
		 const void *const bufs[], const u32 lens[])
{
	return cfg_add(log, command, nid, 0, nr, bufs, lens);
}
EXPORT_SYMBOL_GPL(llog_add_cfg);

int llog_add_timeout(struct llog_image *log, u32 seconds)
{
	return cfg_add(log, LCFG_SET_TIMEOUT, 0, seconds, 0, NULL, NULL);
}
EXPORT_SYMBOL_GPL(llog_add_timeout);

int llog_add_strs(struct llog_image *log, u32 command, u64 nid, unsigned int nr,
		  const char *const strs[])
{
	const void *bufs[CFG_MAX_BUFS];
	u32 lens[CFG_MAX_BUFS];
	unsigned int i;

	if (nr > CFG_MAX_BUFS)
		return -EFBIG;
	for (i = 0; i < nr; i++) {
		bufs[i] = strs[i];
		lens[i] = strs[i] ? strlen(strs[i]) + 1 : 0;
	}
	return llog_add_cfg(log, command, nid, nr, bufs, lens);
}
EXPORT_SYMBOL_GPL(llog_add_strs);

int llog_add_marker(struct llog_image *log, u32 step, u32 flags, s64 now, const char *target,
		    const char *comment)
{
	struct wire_cfg_marker m = {
		.step = cpu_to_le32(step),
		.flags = cpu_to_le32(flags),
		.create_time = cpu_to_le64(now),
	};
	const void *bufs[2] = { NULL, &m };
	const u32 lens[2] = { 0, sizeof(m) };

	strscpy(m.target, target, sizeof(m.target));
	strscpy(m.comment, comment, sizeof(m.comment));
	return llog_add_cfg(log, LCFG_MARKER, 0, 2, bufs, lens);
}
EXPORT_SYMBOL_GPL(llog_add_marker);

void llog_finish(struct llog_image *log)
{
	struct wire_llog_hdr *h = &log->hdr;
	u32 i;

	h->rec.len = cpu_to_le32(LLOG_CHUNK_SIZE);
	h->rec.type = cpu_to_le32(LLOG_REC_HDR);
	h->count = cpu_to_le32(log->last_index + 1);
	h->bitmap_offset = cpu_to_le32(offsetof(struct wire_llog_hdr, bitmap));
	h->flags = cpu_to_le32(LLOG_F_IS_PLAIN);
	for (i = 0; i <= log->last_index; i++)
		h->bitmap[i / 8] |= 1u << (i % 8);
	h->tail.len = cpu_to_le32(LLOG_CHUNK_SIZE);
	h->tail.index = cpu_to_le32(log->last_index);
}
EXPORT_SYMBOL_GPL(llog_finish);

int llog_chunk_of(const struct llog_image *log, u32 index)
{
	u32 i;

	if (!log->nr_chunks || index > log->last_index)
		return -ENOENT;
	for (i = log->nr_chunks - 1; i > 0 && log->first_index[i] > index; i--)
		;
	return i;
}
EXPORT_SYMBOL_GPL(llog_chunk_of);

/* ---- reading what came from outside ---- */

const struct wire_llog_rec *llog_rec_next(const void *chunk, u32 len, u32 *offset, bool *broken)
{
	const struct wire_llog_rec *rec;
	const struct wire_llog_tail *tail;
	u32 n;

	*broken = false;
	while (*offset + sizeof(*rec) + sizeof(*tail) <= len) {
		rec = chunk + *offset;
		n = le32_to_cpu(rec->len);
		/* Zeros follow the last record. */
		if (!n && !rec->type)
			return NULL;
		if (n < sizeof(*rec) + sizeof(*tail) || n % 8 || n > len - *offset)
			break;
		tail = chunk + *offset + n - sizeof(*tail);
		if (tail->len != rec->len || tail->index != rec->index)
			break;
		*offset += n;
		if (le32_to_cpu(rec->type) != LLOG_REC_PAD)
			return rec;
	}
	*broken = *offset + sizeof(*rec) + sizeof(*tail) <= len;
	return NULL;
}
EXPORT_SYMBOL_GPL(llog_rec_next);

const struct wire_cfg *llog_cfg_check(const struct wire_llog_rec *rec)
{
	u32 len = le32_to_cpu(rec->len) - sizeof(*rec) - sizeof(struct wire_llog_tail);
	const struct wire_cfg *cfg = (const void *)(rec + 1);
	u64 size;
	u32 nr, i;

	if (le32_to_cpu(rec->type) != LLOG_REC_CFG || len < sizeof(*cfg))
		return NULL;
	nr = le32_to_cpu(cfg->bufcount);
	if (le32_to_cpu(cfg->version) != LCFG_VERSION || nr > CFG_MAX_BUFS)
		return NULL;
	size = round_up(sizeof(*cfg) + nr * 4, 8);
	if (size > len)
		return NULL;
	for (i = 0; i < nr; i++)
		size += round_up((u64)le32_to_cpu(cfg->buflens[i]), 8);
	return size <= len ? cfg : NULL;
}
EXPORT_SYMBOL_GPL(llog_cfg_check);

const void *llog_cfg_buf(const struct wire_cfg *cfg, unsigned int idx, u32 *len)
{
	u32 nr = le32_to_cpu(cfg->bufcount), off, i;

	*len = 0;
	if (idx >= nr)
		return NULL;
	off = round_up((u32)sizeof(*cfg) + nr * 4, 8);
	for (i = 0; i < idx; i++)
		off += round_up(le32_to_cpu(cfg->buflens[i]), 8);
	*len = le32_to_cpu(cfg->buflens[idx]);
	return *len ? (const u8 *)cfg + off : NULL;
}
EXPORT_SYMBOL_GPL(llog_cfg_buf);
