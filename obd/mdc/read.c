// SPDX-License-Identifier: GPL-2.0
/* Requests without a lock: attributes by FID, extended attributes, directory pages; and close. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "obd/mdc/internal.h"

#define GETATTR_VALID	(VALID_ID | VALID_ATIME | VALID_MTIME | VALID_CTIME | VALID_SIZE | \
			 VALID_BLOCKS | VALID_BLKSIZE | VALID_MODE | VALID_TYPE | VALID_UID | \
			 VALID_GID | VALID_FLAGS | VALID_NLINK | VALID_RDEV | VALID_FID | \
			 VALID_MODEASIZE)

int mdc_getattr(struct mdc *mdc, const struct fid *fid, bool link, struct mdc_reply *r)
{
	static const struct mdc_cred nobody = { .suppgid = { ~0u, ~0u } };
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_mds_getattr, OP_MDS_GETATTR);
	struct wire_mdt_body *body;
	int rc;

	memset(r, 0, sizeof(*r));
	if (!req)
		return -ENOMEM;
	rpc_set_portal(req, PORTAL_MDS_READPAGE);
	rpc_rep_len(req, WF_LAYOUT, max(READ_ONCE(mdc->max_ea), 4096u));
	rpc_rep_len(req, WF_ACL, MDC_MAX_ACL);
	mdc_extra_len(mdc, req, NULL);
	rc = rpc_pack(req);
	if (rc)
		goto out;
	body = rpc_req_buf(req, WF_MDT_BODY);
	mdc_body_fill(body, fid, &nobody);
	body->valid = cpu_to_le64(GETATTR_VALID |
				  (link ? VALID_LINKNAME : VALID_EASIZE | VALID_ACL));
	body->eadatasize = cpu_to_le32(max(READ_ONCE(mdc->max_ea), 4096u));
	rc = rpc_call(req);
	if (!rc)
		rc = mdc_reply_take(mdc, req, r);
out:
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_getattr);

static int getxattr_result(struct rpc_request *req, void *buf, size_t size)
{
	const struct wire_mdt_body *rep = rpc_rep_buf(req, WF_MDT_BODY, NULL);
	const void *data;
	u32 len, room;

	if (!rep)
		return -EPROTO;
	len = le32_to_cpu(rep->eadatasize);
	if (!size)
		return len;
	data = rpc_rep_buf(req, WF_EADATA, &room);
	if (len > size)
		return -ERANGE;
	if (len && (!data || room < len))
		return -EPROTO;
	if (len)
		memcpy(buf, data, len);
	return len;
}

int mdc_getxattr(struct mdc *mdc, const struct fid *fid, const char *name, void *buf, size_t size,
		 const struct mdc_cred *cred)
{
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_mds_getxattr, OP_MDS_GETXATTR);
	struct wire_mdt_body *body;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_NAME, name ? strlen(name) + 1 : 0);
	rpc_rep_len(req, WF_EADATA, size);
	mdc_extra_len(mdc, req, cred);
	rc = rpc_pack(req);
	if (rc)
		goto out;
	mdc_extra_fill(req, cred);
	body = rpc_req_buf(req, WF_MDT_BODY);
	mdc_body_fill(body, fid, cred);
	body->valid |= cpu_to_le64(name ? VALID_XATTR : VALID_XATTRLS);
	body->eadatasize = cpu_to_le32(size);
	if (name)
		mdc_str_put(req, WF_NAME, name, strlen(name));
	rc = rpc_call(req);
	if (!rc)
		rc = getxattr_result(req, buf, size);
out:
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_getxattr);

/*
 * There is always a page. An answer that comes late, to a sending before the last, is for memory
 * that was taken back from it.
 */
static bool came_without_pages(struct rpc_request *req)
{
	return !rpc_bulk_moved(req);
}

int mdc_readpage(struct mdc *mdc, const struct fid *dir, u64 hash, struct page **pages,
		 unsigned int nr)
{
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_mds_readpage, OP_MDS_READPAGE);
	struct bio_vec *bv = kcalloc(nr, sizeof(*bv), GFP_KERNEL);
	struct wire_mdt_body *body;
	unsigned int i;
	int rc = -ENOMEM;

	if (!req || !bv)
		goto out;
	rpc_set_portal(req, PORTAL_MDS_READPAGE);
	for (i = 0; i < nr; i++)
		bv[i] = (struct bio_vec){ .bv_page = pages[i], .bv_len = PAGE_SIZE };
	rc = rpc_pack(req);
	if (!rc)
		rc = rpc_bulk(req, false, PORTAL_MDS_BULK, bv, nr, nr * PAGE_SIZE);
	if (rc)
		goto out;
	rpc_set_again(req, came_without_pages);
	body = rpc_req_buf(req, WF_MDT_BODY);
	mdc_body_name(body, dir);
	body->valid |= cpu_to_le64(VALID_FID);
	body->size = cpu_to_le64(hash);
	body->nlink = cpu_to_le32(nr * PAGE_SIZE);
	body->mode = cpu_to_le32(LUDA_FID | LUDA_TYPE | LUDA_64BITHASH);
	rc = rpc_call(req);
	if (!rc)
		rc = rpc_bulk_moved(req) / WIRE_DIRPAGE_SIZE;
out:
	if (req)
		rpc_put(req);
	kfree(bv);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_readpage);

static struct rpc_request *close_new(struct mdc *mdc, const struct fid *fid, u64 handle,
				     const struct mdc_attr *attr)
{
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_mds_close, OP_MDS_CLOSE);
	struct wire_rec_setattr *rec;
	struct wire_ioepoch *epoch;

	if (!req)
		return NULL;
	rpc_set_portal(req, PORTAL_MDS_READPAGE);
	rpc_set_flags(req, RPC_MODIFY);
	rpc_rep_len(req, WF_LAYOUT, READ_ONCE(mdc->max_ea));
	if (attr)
		mdc_extra_len(mdc, req, NULL);
	if (rpc_pack(req)) {
		rpc_put(req);
		return NULL;
	}
	epoch = rpc_req_buf(req, WF_IOEPOCH);
	epoch->handle = cpu_to_le64(mdc_close_handle(mdc, handle, req));
	rec = rpc_req_buf(req, WF_REC);
	if (attr) {
		*rec = attr->rec;
		mdc_extra_attr(req, NULL, attr);
	}
	rec->h.opcode = cpu_to_le32(REINT_SETATTR);
	rec->h.suppgid1 = cpu_to_le32(~0u);
	rec->h.suppgid2 = cpu_to_le32(~0u);
	mdc_fid_put(fid, &rec->h.fid1);
	return req;
}

static void close_done(struct rpc_request *req, void *arg)
{
	const struct wire_rec_setattr *rec = rpc_req_buf(req, WF_REC);
	struct mdc *mdc = arg;
	int rc = req->status;

	mdc_close_done(mdc, req);
	/* With a connection that ends, the MDT closes all that was open over it. */
	if (rc && rc != -ENOTCONN && rc != -ESHUTDOWN && rc != -ESTALE)
		pr_warn_ratelimited("%s: closing file %#llx:%#x at the MDT failed with error %d; it is closed there at the latest when this client unmounts\n",
				    mdc->dev->name, le64_to_cpu(rec->h.fid1.seq),
				    le32_to_cpu(rec->h.fid1.oid), rc);
}

static struct rpc_request *close_ready(struct mdc *mdc, const struct fid *fid, u64 handle,
				       const struct mdc_attr *attr)
{
	struct rpc_request *req = close_new(mdc, fid, handle, attr);

	if (!req)
		pr_warn_ratelimited("%s: no memory to close file %#llx:%#x at the MDT; it is closed there when this client unmounts\n",
				    mdc->dev->name, fid->seq, fid->oid);
	return req;
}

int mdc_close(struct mdc *mdc, const struct fid *fid, u64 handle, const struct mdc_attr *attr)
{
	struct rpc_request *req = close_ready(mdc, fid, handle, attr);

	/* A handle that is not given back keeps an unlinked file alive: no signal stops this. */
	return req ? rpc_send_wait(req, close_done, mdc) : -ENOMEM;
}
EXPORT_SYMBOL_GPL(mdc_close);

void mdc_close_start(struct mdc *mdc, const struct fid *fid, u64 handle,
		     const struct mdc_attr *attr)
{
	struct rpc_request *req = close_ready(mdc, fid, handle, attr);

	if (req)
		rpc_send(req, close_done, mdc);
}
EXPORT_SYMBOL_GPL(mdc_close_start);
