// SPDX-License-Identifier: GPL-2.0
/* Locks to and from the wire. What comes in is checked here. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "obd/dlm/internal.h"

void ldlm_desc_of(const struct ldlm_lock *lock, struct ldlm_desc *d)
{
	d->type = lock->res->type;
	d->req_mode = lock->req_mode;
	d->granted_mode = lock->granted_mode;
	d->res = lock->res->id;
	d->policy = lock->policy;
}

void ldlm_desc_pack(const struct ldlm_desc *d, struct wire_lock_desc *w)
{
	unsigned int i;

	memset(w, 0, sizeof(*w));
	w->type = cpu_to_le32(d->type);
	w->req_mode = cpu_to_le32(d->req_mode);
	w->granted_mode = cpu_to_le32(d->granted_mode);
	for (i = 0; i < 4; i++)
		w->res.name[i] = cpu_to_le64(d->res.name[i]);
	switch (d->type) {
	case LDLM_PLAIN:
		break;
	case LDLM_EXTENT:
		w->policy.extent.start = cpu_to_le64(d->policy.extent.start);
		w->policy.extent.end = cpu_to_le64(d->policy.extent.end);
		w->policy.extent.gid = cpu_to_le64(d->policy.extent.gid);
		break;
	case LDLM_IBITS:
		w->policy.ibits.bits = cpu_to_le64(d->policy.ibits);
		break;
	case LDLM_FLOCK:
		w->policy.flock.start = cpu_to_le64(d->policy.flock.start);
		w->policy.flock.end = cpu_to_le64(d->policy.flock.end);
		w->policy.flock.owner = cpu_to_le64(d->policy.flock.owner);
		w->policy.flock.pid = cpu_to_le32(d->policy.flock.pid);
		break;
	}
}

static int policy_unpack(const union wire_policy *w, enum ldlm_type type, union ldlm_policy *p)
{
	memset(p, 0, sizeof(*p));
	switch (type) {
	case LDLM_PLAIN:
		return 0;
	case LDLM_EXTENT:
		p->extent.start = le64_to_cpu(w->extent.start);
		p->extent.end = le64_to_cpu(w->extent.end);
		p->extent.gid = le64_to_cpu(w->extent.gid);
		return p->extent.start <= p->extent.end ? 0 : -EPROTO;
	case LDLM_IBITS:
		p->ibits = le64_to_cpu(w->ibits.bits);
		return 0;
	case LDLM_FLOCK:
		p->flock.start = le64_to_cpu(w->flock.start);
		p->flock.end = le64_to_cpu(w->flock.end);
		p->flock.owner = le64_to_cpu(w->flock.owner);
		p->flock.pid = le32_to_cpu(w->flock.pid);
		return p->flock.start <= p->flock.end ? 0 : -EPROTO;
	}
	return -EPROTO;
}

int ldlm_desc_unpack(const struct wire_lock_desc *w, struct ldlm_desc *d)
{
	u32 req = le32_to_cpu(w->req_mode);
	u32 granted = le32_to_cpu(w->granted_mode);
	unsigned int i;

	if ((req && !ldlm_mode_valid(req)) || (granted && !ldlm_mode_valid(granted)))
		return -EPROTO;
	d->type = le32_to_cpu(w->type);
	d->req_mode = req;
	d->granted_mode = granted;
	for (i = 0; i < 4; i++)
		d->res.name[i] = le64_to_cpu(w->res.name[i]);
	if (!d->res.name[0] && !d->res.name[1] && !d->res.name[2] && !d->res.name[3])
		return -EPROTO;
	return policy_unpack(&w->policy, d->type, &d->policy);
}

int ldlm_req_handles(const struct wire_lock_req *lr, u32 len)
{
	u32 room, count;

	if (len < sizeof(*lr) + sizeof(lr->handle[0]))
		return -EPROTO;
	room = (len - sizeof(*lr)) / sizeof(lr->handle[0]);
	count = le32_to_cpu(lr->count);
	if (count > room)
		return -EPROTO;
	return count ? count : 1;
}

static bool later(__le64 sec_a, __le32 ns_a, __le64 sec_b, __le32 ns_b)
{
	s64 a = le64_to_cpu(sec_a), b = le64_to_cpu(sec_b);

	return a > b || (a == b && le32_to_cpu(ns_a) > le32_to_cpu(ns_b));
}

void ldlm_lvb_merge(struct wire_ost_lvb *lvb, const struct wire_ost_lvb *from)
{
	bool changed;

	/* A size with the top bit is an error mark. */
	if ((s64)le64_to_cpu(from->size) < 0)
		return;
	if (le64_to_cpu(from->size) > le64_to_cpu(lvb->size))
		lvb->size = from->size;
	if (le64_to_cpu(from->blocks) > le64_to_cpu(lvb->blocks))
		lvb->blocks = from->blocks;
	/* The later change says what the times are, even when it set them back. */
	changed = later(from->ctime, from->ctime_ns, lvb->ctime, lvb->ctime_ns);
	if (changed ||
	    (lvb->ctime == from->ctime && lvb->ctime_ns == from->ctime_ns &&
	     later(from->mtime, from->mtime_ns, lvb->mtime, lvb->mtime_ns))) {
		lvb->mtime = from->mtime;
		lvb->mtime_ns = from->mtime_ns;
	}
	if ((changed && from->atime) ||
	    later(from->atime, from->atime_ns, lvb->atime, lvb->atime_ns)) {
		lvb->atime = from->atime;
		lvb->atime_ns = from->atime_ns;
	}
	if (changed) {
		lvb->ctime = from->ctime;
		lvb->ctime_ns = from->ctime_ns;
	}
}

bool ldlm_lvb_read(struct wire_ost_lvb *lvb, const void *buf, u32 len)
{
	if (!buf || len < LDLM_LVB_V1_SIZE)
		return false;
	memset(lvb, 0, sizeof(*lvb));
	memcpy(lvb, buf, len >= sizeof(*lvb) ? sizeof(*lvb) : LDLM_LVB_V1_SIZE);
	return true;
}

void ldlm_res_str(const struct ldlm_res_id *id, char *buf, size_t size)
{
	snprintf(buf, size, "[%#llx:%#llx:%#llx:%#llx]", (unsigned long long)id->name[0],
		 (unsigned long long)id->name[1], (unsigned long long)id->name[2],
		 (unsigned long long)id->name[3]);
}
