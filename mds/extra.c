// SPDX-License-Identifier: GPL-2.0
/* What Sheen's own clients say, and are told, beyond the protocol: struct wire_extra. */
#include <linux/kernel.h>

#include "mds/mds_internal.h"

struct timespec64 mds_time(struct rpc_srv_req *req, __le64 seconds)
{
	const struct wire_extra *x = rpc_srv_extra(req);

	return (struct timespec64){ le64_to_cpu(seconds), x ? wire_nsec(x->ctime_ns) : 0 };
}

void mds_extra_times(struct rpc_srv_req *req, struct osd_attr *ns)
{
	const struct wire_extra *x = rpc_srv_extra(req);

	ns->atime_ns = x ? wire_nsec(x->atime_ns) : 0;
	ns->mtime_ns = x ? wire_nsec(x->mtime_ns) : 0;
	ns->ctime_ns = x ? wire_nsec(x->ctime_ns) : 0;
}

u32 mds_rename_flags(struct rpc_srv_req *req)
{
	const struct wire_extra *x = rpc_srv_extra(req);

	return x ? le32_to_cpu(x->rename_flags) : 0;
}

u64 mds_extra_shed(struct rpc_srv_req *req)
{
	const struct wire_extra *x = rpc_srv_extra(req);

	return x ? le32_to_cpu(x->shed) : 0;
}

void mds_extra_groups(struct rpc_srv_req *req, struct osd_cred *cred)
{
	const struct wire_extra *x = rpc_srv_extra(req);

	if (!x)
		return;
	cred->more = x->groups;
	cred->nr_more = min(le32_to_cpu(x->nr_groups), EXTRA_MAX_GROUPS);
}

void mds_extra_lens(struct rpc_srv_req *req)
{
	if (rpc_srv_extra(req))
		rpc_srv_rep_len(req, WF_EXTRA, sizeof(struct wire_extra));
}

void mds_extra_pack(struct rpc_srv_req *req, const struct osd_attr *attr)
{
	struct wire_extra *x = rpc_srv_rep_buf(req, WF_EXTRA);

	if (!x)
		return;
	x->atime_ns = cpu_to_le32(attr->atime_ns);
	x->mtime_ns = cpu_to_le32(attr->mtime_ns);
	x->ctime_ns = cpu_to_le32(attr->ctime_ns);
	x->btime_ns = cpu_to_le32(attr->btime_ns);
}
