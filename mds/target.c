// SPDX-License-Identifier: GPL-2.0
/* Requests about the file system as a whole: its root, its space, sync, settings of a client. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "mds/mds_internal.h"

#define FS_TYPE		0x0BD00BD0u	/* what statfs(2) shows as type */

/*
 * The directory that a client mounts: at a path below the root. The directory's own name, ".",
 * ends the path: no other kind of file has it.
 */
static int root_subdir(struct mds *mds, const char *path, struct fid *fid)
{
	struct osd_object *dir;
	size_t len;
	int rc;

	*fid = *osd_object_fid(mds->root);
	for (;;) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		rc = osd_object_find(mds->osd, fid, &dir);
		if (rc)
			return rc;
		rc = len == 2 && !memcmp(path, "..", 2) ? -EINVAL :
			osd_lookup(dir, len ? path : ".", len ?: 1, fid);
		osd_object_put(dir);
		if (rc || !len)
			return rc;
		path += len;
	}
}

int mds_refuse(struct rpc_srv_req *req, int rc)
{
	if (rc < 0 && rc != -EPROTO && rc != -EOPNOTSUPP && rc != -ENOMEM && !req->repmsg &&
	    rpc_srv_pack(req))
		return -ENOMEM;
	return rc;
}

int mds_get_root(struct rpc_srv_req *req)
{
	const char *path = rpc_srv_str(req, WF_NAME, NULL);
	struct mds *mds = mds_of(req);
	struct wire_mdt_body *b;
	struct fid fid;
	int rc;

	rc = root_subdir(mds, path ? path : "", &fid);
	if (rc)
		return rc;
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	b = rpc_srv_rep_buf(req, WF_MDT_BODY);
	mds_fid_write(&b->fid1, &fid);
	b->valid = cpu_to_le64(VALID_ID);
	return 0;
}

int mds_statfs(struct rpc_srv_req *req)
{
	struct wire_statfs *w;
	struct osd_statfs st;
	int rc;

	rc = osd_statfs(mds_of(req)->osd, &st);
	if (rc)
		return rc;
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	w = rpc_srv_rep_buf(req, WF_STATFS);
	w->type = cpu_to_le64(FS_TYPE);
	w->blocks = cpu_to_le64(st.blocks);
	w->bfree = cpu_to_le64(st.bfree);
	w->bavail = cpu_to_le64(st.bavail);
	w->files = cpu_to_le64(st.files);
	w->ffree = cpu_to_le64(st.ffree);
	strscpy((char *)w->fsid, req->dev->uuid, sizeof(w->fsid));
	/* A client divides by it. */
	w->bsize = cpu_to_le32(st.bsize ? st.bsize : WIRE_DIRPAGE_SIZE);
	w->namelen = cpu_to_le32(st.namelen ? st.namelen : 255);
	w->maxbytes = cpu_to_le64(st.maxbytes);
	w->state = cpu_to_le32(st.readonly ? OS_STATFS_READONLY : 0);
	return 0;
}

int mds_sync(struct rpc_srv_req *req)
{
	const struct wire_mdt_body *b = rpc_srv_buf(req, WF_MDT_BODY, NULL);
	struct fid fid;
	int rc;

	if (!b)
		return -EPROTO;
	rc = target_sync(req->dev);
	if (rc)
		return rc;
	mds_fid_read(&b->fid1, &fid);
	return fid_is_zero(&fid) ? rpc_srv_pack(req) : mds_reply_fid(req, &fid);
}

/*
 * Clients announce things here that servers of other kinds want to know; there is nothing to
 * refuse.
 */
int mds_set_info(struct rpc_srv_req *req)
{
	u32 len;

	if (!rpc_srv_buf(req, WF_KEY, &len))
		return -EPROTO;
	return rpc_srv_pack(req);
}
