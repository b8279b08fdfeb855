// SPDX-License-Identifier: GPL-2.0
/* Reading a log from the MGS, block by block. */
#include <linux/export.h>
#include <linux/slab.h>

#include "obd/mgc/internal.h"

/**
 * struct log_reader - one reading
 * @id: the MGS's name for the log
 * @last: index of the log's last record
 * @skip: between a marker that says to skip and its end
 */
struct log_reader {
	struct mgc_follow *f;
	struct wire_llog_id id;
	u32 last;
	bool skip;
};

static int log_open(struct log_reader *r)
{
	struct rpc_request *req = rpc_new(r->f->mgc->imp, &fmt_llog_create, OP_LLOG_CREATE);
	const struct wire_llog_body *body;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, strlen(r->f->name) + 1);
	rc = rpc_pack(req);
	if (rc)
		goto out;
	strcpy(rpc_req_buf(req, WF_NAME), r->f->name);
	rc = rpc_call(req);
	if (rc)
		goto out;
	body = rpc_rep_buf(req, WF_LLOG_BODY, NULL);
	if (body)
		r->id = body->id;
	else
		rc = -EPROTO;
out:
	rpc_put(req);
	return rc;
}

static int log_header(struct log_reader *r)
{
	struct rpc_request *req = rpc_new(r->f->mgc->imp, &fmt_llog_read_header,
					  OP_LLOG_READ_HEADER);
	const struct wire_llog_hdr *hdr;
	struct wire_llog_body *body;
	int rc;

	if (!req)
		return -ENOMEM;
	rc = rpc_pack(req);
	if (rc)
		goto out;
	body = rpc_req_buf(req, WF_LLOG_BODY);
	body->id = r->id;
	rc = rpc_call(req);
	if (rc)
		goto out;
	hdr = rpc_rep_buf(req, WF_LLOG_HDR, NULL);
	if (hdr && le32_to_cpu(hdr->rec.type) == LLOG_REC_HDR)
		r->last = le32_to_cpu(hdr->tail.index);
	else
		rc = -EPROTO;
out:
	rpc_put(req);
	return rc;
}

static bool marker(struct log_reader *r, const struct wire_cfg *cfg)
{
	const struct wire_cfg_marker *m;
	u32 len, flags;

	if (le32_to_cpu(cfg->command) != LCFG_MARKER)
		return false;
	m = llog_cfg_buf(cfg, 1, &len);
	if (m && len >= sizeof(*m)) {
		flags = le32_to_cpu(m->flags);
		if (flags & MARKER_END)
			r->skip = false;
		else if (flags & MARKER_SKIP)
			r->skip = true;
	}
	return true;
}

static int command(struct log_reader *r, const struct wire_cfg *cfg)
{
	struct mgc_command cmd = {
		.command = le32_to_cpu(cfg->command),
		.num = le32_to_cpu(cfg->num),
		.nid = le64_to_cpu(cfg->nid),
	};
	const char *s;
	u32 len, i;

	cmd.nr = min_t(u32, le32_to_cpu(cfg->bufcount), MGC_MAX_BUFS);
	for (i = 0; i < MGC_MAX_BUFS; i++) {
		s = llog_cfg_buf(cfg, i, &len);
		cmd.len[i] = s ? len : 0;
		/* A buffer without an end is no string; whoever wants bytes goes by the length. */
		cmd.str[i] = s ? s : "";
		if (s && strnlen(s, len) == len && cmd.command != LCFG_SETUP)
			return -EPROTO;
	}
	return r->f->fn(r->f->data, &cmd);
}

static int block_process(struct log_reader *r, const void *block, u32 len)
{
	const struct wire_llog_rec *rec;
	const struct wire_cfg *cfg;
	bool broken, progress = false;
	u32 off = 0, index;
	int rc;

	while ((rec = llog_rec_next(block, len, &off, &broken))) {
		index = le32_to_cpu(rec->index);
		if (index < r->f->next)
			continue;
		cfg = llog_cfg_check(rec);
		if (cfg && !marker(r, cfg) && !r->skip) {
			rc = command(r, cfg);
			if (rc)
				return rc;
		}
		r->f->next = index + 1;
		progress = true;
	}
	if (broken) {
		pr_err("MGC: log %s has a broken record after index %u\n", r->f->name, r->f->next);
		return -EPROTO;
	}
	return progress ? 0 : -EBADR;
}

static int block_read(struct log_reader *r)
{
	struct rpc_request *req = rpc_new(r->f->mgc->imp, &fmt_llog_next_block,
					  OP_LLOG_NEXT_BLOCK);
	struct wire_llog_body *body;
	const void *block;
	u32 len;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_rep_len(req, WF_EADATA, LLOG_CHUNK_SIZE);
	rc = rpc_pack(req);
	if (rc)
		goto out;
	body = rpc_req_buf(req, WF_LLOG_BODY);
	body->id = r->id;
	body->index = cpu_to_le32(r->f->next);
	body->saved_index = cpu_to_le32(r->f->next - 1);
	body->len = cpu_to_le32(LLOG_CHUNK_SIZE);
	body->cur_offset = cpu_to_le64(LLOG_CHUNK_SIZE);
	rc = rpc_call(req);
	if (rc)
		goto out;
	block = rpc_rep_buf(req, WF_EADATA, &len);
	rc = block ? block_process(r, block, len) : -EPROTO;
	/*
	 * The padding at the end of a block has an index too, and the next block begins after it.
	 */
	body = rpc_rep_buf(req, WF_LLOG_BODY, NULL);
	if (!rc && body && le32_to_cpu(body->saved_index) <= r->last)
		r->f->next = max(r->f->next, le32_to_cpu(body->saved_index) + 1);
out:
	rpc_put(req);
	return rc;
}

int mgc_log_read(struct mgc_follow *f)
{
	struct log_reader r = { .f = f };
	int rc = log_open(&r);

	if (!rc)
		rc = log_header(&r);
	while (!rc && f->next <= r.last)
		rc = block_read(&r);
	/* Padding at the end is no record: a block without any is the end too. */
	return rc == -EBADR ? 0 : rc;
}
