// SPDX-License-Identifier: GPL-2.0
/* What only Sheen's servers understand: all groups of a caller, nanoseconds, kinds of rename. */
#include <linux/export.h>
#include <linux/overflow.h>
#include <linux/user_namespace.h>

#include "obd/mdc/internal.h"

bool mdc_extra(struct mdc *mdc)
{
	return rpc_import_vendor(mdc->imp) & VENDOR_EXTRA;
}
EXPORT_SYMBOL_GPL(mdc_extra);

/* Who has more gives only the group that counts for this file, in the record. */
static u32 nr_groups(const struct mdc_cred *cred)
{
	return cred && cred->nr_groups <= EXTRA_MAX_GROUPS ? cred->nr_groups : 0;
}

void mdc_extra_len(struct mdc *mdc, struct rpc_request *req, const struct mdc_cred *cred)
{
	struct wire_extra *x;

	if (!mdc_extra(mdc))
		return;
	rpc_req_len(req, WF_EXTRA, struct_size(x, groups, nr_groups(cred)));
	if (wire_field_index(req->fmt->rep, req->fmt->nr_rep, WF_EXTRA) >= 0)
		rpc_rep_len(req, WF_EXTRA, sizeof(*x));
}

struct wire_extra *mdc_extra_fill(struct rpc_request *req, const struct mdc_cred *cred)
{
	struct wire_extra *x = rpc_req_buf(req, WF_EXTRA);
	u32 i, nr = nr_groups(cred);

	if (!x)
		return NULL;
	x->nr_groups = cpu_to_le32(nr);
	for (i = 0; i < nr; i++)
		x->groups[i] = cpu_to_le32(from_kgid(&init_user_ns, cred->groups[i]));
	return x;
}

void mdc_extra_time(struct rpc_request *req, const struct mdc_cred *cred, struct timespec64 time)
{
	struct wire_extra *x = mdc_extra_fill(req, cred);

	if (x)
		x->ctime_ns = cpu_to_le32(time.tv_nsec);
}

void mdc_extra_attr(struct rpc_request *req, const struct mdc_cred *cred,
		    const struct mdc_attr *attr)
{
	struct wire_extra *x = mdc_extra_fill(req, cred);

	if (!x)
		return;
	x->atime_ns = cpu_to_le32(attr->atime_ns);
	x->mtime_ns = cpu_to_le32(attr->mtime_ns);
	x->ctime_ns = cpu_to_le32(attr->ctime_ns);
}

const struct wire_extra *mdc_extra_take(struct rpc_request *req)
{
	static const struct wire_extra none;
	const struct wire_extra *x;
	u32 len;

	/* A stock server that has something else there was not sent any. */
	if (wire_field_index(req->fmt->req, req->fmt->nr_req, WF_EXTRA) < 0 ||
	    !rpc_req_buf(req, WF_EXTRA))
		return &none;
	x = rpc_rep_buf(req, WF_EXTRA, &len);
	return x && len >= sizeof(*x) ? x : &none;
}

static struct timespec64 time_of(__le64 seconds, __le32 nsec)
{
	return (struct timespec64){ le64_to_cpu(seconds), wire_nsec(nsec) };
}

void mdc_reply_times(const struct mdc_reply *r, struct mdc_times *t)
{
	t->atime = time_of(r->body->atime, r->extra->atime_ns);
	t->mtime = time_of(r->body->mtime, r->extra->mtime_ns);
	t->ctime = time_of(r->body->ctime, r->extra->ctime_ns);
	t->btime = time_of(r->body->btime, r->extra->btime_ns);
}
EXPORT_SYMBOL_GPL(mdc_reply_times);
