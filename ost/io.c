// SPDX-License-Identifier: GPL-2.0
/*
 * What reads and writes have in common: checking what the client sent, and the lock when it has
 * none.
 */
#include <linux/atomic.h>

#include "kernel/node.h"
#include "ost/ost_internal.h"

/* Pieces must not overlap, or one write could be stored in two orders. */
static int niobufs_check(struct ost_io *io)
{
	u64 bytes = 0, end = 0, off;
	u32 i, len;

	for (i = 0; i < io->nr; i++) {
		off = le64_to_cpu(io->nio[i].offset);
		len = le32_to_cpu(io->nio[i].len);
		if (!len || off < end || off > S64_MAX - len)
			return -EPROTO;
		end = off + len;
		bytes += len;
	}
	if (!bytes || bytes > OST_MAX_BRW)
		return -EPROTO;
	io->bytes = bytes;
	return 0;
}

/* Is the data where the request says that it is? */
static int short_check(struct rpc_srv_req *req, struct ost_io *io)
{
	u32 len;

	io->is_short = le64_to_cpu(io->oa->valid) & VALID_FLAGS &&
		       le32_to_cpu(io->oa->flags) & OFL_SHORT_IO;
	if (!io->is_short)
		return 0;
	if (io->nr != 1 || io->bytes > OST_MAX_SHORT)
		return -EPROTO;
	if (io->mode != LCK_PW)
		return 0;
	io->inline_data = rpc_srv_buf(req, WF_SHORT_IO, &len);
	return len == io->bytes ? 0 : -EPROTO;
}

static struct ldlm_extent io_extent(const struct ost_io *io)
{
	const struct wire_niobuf *last = &io->nio[io->nr - 1];

	return (struct ldlm_extent){
		.start = le64_to_cpu(io->nio[0].offset),
		.end = le64_to_cpu(last->offset) + le32_to_cpu(last->len) - 1,
	};
}

/*
 * Requests that hold a lock of ours or wait for one, of all targets of the node: while they wait
 * for holders to write what they have in their caches, there must be threads for that.
 */
static DEFINE_NODE_VAR(atomic_t, locked_by_us);

/*
 * Stock clients have no lock for direct I/O: the server is to lock for them. All pieces say so, or
 * none.
 */
static bool lock_is_delegated(const struct ost_io *io)
{
	u32 i;

	for (i = 0; i < io->nr; i++)
		if (!(le32_to_cpu(io->nio[i].flags) & BRW_SRVLOCK))
			return false;
	return true;
}

int ost_lock_for(struct rpc_srv_req *req, struct osd_object *obj, u64 start, u64 end,
		 enum ldlm_mode mode, struct ldlm_lock **lock)
{
	union ldlm_policy policy = {
		.extent = { round_down(start, PAGE_SIZE), end | (PAGE_SIZE - 1) },
	};
	struct ldlm_res_id res;
	int rc;

	/* The client tries again. */
	if (atomic_inc_return(node_var(locked_by_us)) > OST_THREADS_MAX / 2) {
		rc = -EINPROGRESS;
		goto out;
	}
	ost_res_id(obj, &res);
	rc = ldlm_server_lock(req->dev->ns, LDLM_EXTENT, &res, mode, &policy, lock);
out:
	if (rc)
		atomic_dec(node_var(locked_by_us));
	return rc;
}

void ost_unlock_for(struct ldlm_lock *lock, enum ldlm_mode mode)
{
	ldlm_server_unlock(lock, mode);
	atomic_dec(node_var(locked_by_us));
}

static int lock_for_client(struct rpc_srv_req *req, struct ost_io *io)
{
	struct ldlm_extent ext = io_extent(io);

	return ost_lock_for(req, io->obj, ext.start, ext.end, io->mode, &io->lock);
}

static void keep_lock(struct rpc_srv_req *req, struct ost_io *io)
{
	const struct wire_obdo *oa = io->oa;
	struct fid file = {
		.seq = le64_to_cpu(oa->parent_seq),
		.oid = le32_to_cpu(oa->parent_oid),
		.ver = le32_to_cpu(oa->parent_ver),
	};
	struct ldlm_extent ext = io_extent(io);
	struct ldlm_res_id res;

	ost_res_id(io->obj, &res);
	ldlm_prolong(req->exp, &res, &ext,
		     le64_to_cpu(oa->valid) & VALID_PARENT ? &file : NULL);
}

int ost_io_start(struct rpc_srv_req *req, struct ost_io *io, enum ldlm_mode mode)
{
	const struct wire_ioobj *ioo = rpc_srv_buf(req, WF_IOOBJ, NULL);
	u32 len;
	int rc;

	io->mode = mode;
	io->lock = NULL;
	io->oa = rpc_srv_buf(req, WF_OBDO, NULL);
	io->nio = rpc_srv_buf(req, WF_NIOBUF, &len);
	if (!ioo || !io->oa || !io->nio)
		return -EPROTO;
	io->nr = le32_to_cpu(ioo->bufcnt);
	if (!io->nr || io->nr > OST_MAX_NIOBUFS || len < io->nr * sizeof(*io->nio))
		return -EPROTO;
	rc = niobufs_check(io) ?: short_check(req, io);
	if (rc)
		return rc;
	rc = ost_object(req, &ioo->id, &io->obj);
	if (rc)
		return rc;
	if (lock_is_delegated(io)) {
		rc = lock_for_client(req, io);
		if (rc)
			osd_object_put(io->obj);
		return rc;
	}
	keep_lock(req, io);
	return 0;
}

void ost_io_end(struct ost_io *io)
{
	if (io->lock)
		ost_unlock_for(io->lock, io->mode);
	osd_object_put(io->obj);
}
