// SPDX-License-Identifier: GPL-2.0
/*
 * Targets that have come up, as the MGS tells us: the imports of this node that wait for one
 * connect to it at once.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "obd/mgc/internal.h"
#include "obd/wire/nidtbl.h"

static int table_apply(struct mgc_follow *f, const void *table, u32 len)
{
	struct nidtbl_entry e;
	char uuid[WIRE_UUID_SIZE];
	u32 off = 0;
	int rc;

	while ((rc = nidtbl_next(table, len, &off, &e)) > 0)
		if (mgc_targets_uuid(f->known, e.is_mdt, e.index, uuid))
			rpc_target_is_up(uuid, e.nids, e.nr_nids, e.instance);
	return rc;
}

/* What the answer says of versions: 1: there is more to read; 0: that was all; -EPROTO */
static int versions_take(struct mgc_follow *f, const struct wire_config_res *res)
{
	u64 offset = res ? le64_to_cpu(res->offset) : U64_MAX;
	bool more = res && offset < le64_to_cpu(res->size);

	if (offset >= U32_MAX || offset > le64_to_cpu(res->size) || (more && offset < f->next))
		return -EPROTO;
	f->next = offset + 1;
	return more;
}

static int page_read(struct mgc_follow *f, struct page *page)
{
	struct rpc_request *req = rpc_new(f->mgc->imp, &fmt_mgs_config_read, OP_MGS_CONFIG_READ);
	struct wire_config_body *body;
	struct bio_vec bv;
	int rc;

	if (!req)
		return -ENOMEM;
	bvec_set_page(&bv, page, NIDTBL_UNIT, 0);
	rc = rpc_pack(req);
	if (!rc)
		rc = rpc_bulk(req, false, PORTAL_MGS_BULK, &bv, 1, NIDTBL_UNIT);
	if (rc)
		goto out;
	body = rpc_req_buf(req, WF_CONFIG_BODY);
	strscpy(body->name, f->name, sizeof(body->name));
	body->offset = cpu_to_le64(f->next);
	body->type = cpu_to_le16(f->type);
	body->unit_bits = ilog2(NIDTBL_UNIT);
	body->units = cpu_to_le32(1);
	rc = rpc_call(req);
	if (rc)
		goto out;
	rc = table_apply(f, page_address(page), min(rpc_bulk_moved(req), NIDTBL_UNIT));
	if (!rc)
		rc = versions_take(f, rpc_rep_buf(req, WF_CONFIG_RES, NULL));
out:
	rpc_put(req);
	return rc;
}

int mgc_ups_read(struct mgc_follow *f)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int rc;

	if (!page)
		return -ENOMEM;
	do {
		rc = page_read(f, page);
	} while (rc > 0);
	put_page(page);
	return rc;
}
