/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configuration logs: building one in memory (MGS) and reading one (mgc, decoder).
 *
 * A log is a head of one chunk and chunks of records; a record never crosses a chunk's border.
 */
#ifndef SHEEN_LLOG_H
#define SHEEN_LLOG_H

#include <linux/types.h>
#include "obd/wire/wire.h"

/**
 * struct llog_image - a log as the wire carries it
 * @hdr: its head
 * @chunks: nr_chunks of LLOG_CHUNK_SIZE bytes, kvmalloc'ed
 * @used: bytes of the last chunk
 * @last_index: of the last record; the head is index 0
 */
struct llog_image {
	struct wire_llog_hdr hdr;
	u8 *chunks;
	u32 nr_chunks;
	u32 used;
	u32 last_index;
	u32 *first_index;	/* of each chunk */
};

struct llog_image *llog_image_new(const char *target_uuid);
void llog_image_free(struct llog_image *log);

/** llog_add_cfg() - appends a configuration command with these buffers; -ENOMEM, -EFBIG */
int llog_add_cfg(struct llog_image *log, u32 command, u64 nid, unsigned int nr,
		 const void *const bufs[], const u32 lens[]);

/** llog_add_strs() - the same with strings; NULL is an empty buffer */
int llog_add_strs(struct llog_image *log, u32 command, u64 nid, unsigned int nr,
		  const char *const strs[]);

/** llog_add_marker() - a MARKER_* record around a group of commands */
int llog_add_marker(struct llog_image *log, u32 step, u32 flags, s64 now, const char *target,
		    const char *comment);

/** llog_add_timeout() - the base timeout of clients, in seconds */
int llog_add_timeout(struct llog_image *log, u32 seconds);

/** llog_finish() - fills in the head; to be called after the last record */
void llog_finish(struct llog_image *log);

/** llog_chunk_of() - number of the chunk that holds record @index; -ENOENT past the last */
int llog_chunk_of(const struct llog_image *log, u32 index);

/**
 * llog_rec_next() - walks the records of a chunk that came from outside
 * @offset: in: where to look, 0 first; out: after the record
 * Returns the record, checked to lie within @len with matching tail, or NULL at the end of the
 * chunk or at a broken record (then *broken is set). Padding is passed over.
 */
const struct wire_llog_rec *llog_rec_next(const void *chunk, u32 len, u32 *offset, bool *broken);

/**
 * llog_cfg_check() - the command in a record of type LLOG_REC_CFG if its buffers lie within it,
 * else NULL
 */
const struct wire_cfg *llog_cfg_check(const struct wire_llog_rec *rec);

/** llog_cfg_buf() - buffer of a checked command; NULL when empty or absent */
const void *llog_cfg_buf(const struct wire_cfg *cfg, unsigned int idx, u32 *len);

#endif
