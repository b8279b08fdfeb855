// SPDX-License-Identifier: GPL-2.0
/* Credentials: one user namespace, root may do everything. */
#include "internal.h"

#include <linux/cred.h>

static struct group_info no_groups = { .usage = 1 };

struct user_namespace init_user_ns;
struct cred init_cred = {
	.usage = 1,
	.cap_effective = { ~0ull },
	.group_info = &no_groups,
	.user_ns = &init_user_ns,
};

static struct cred test_cred;

struct cred *prepare_creds(void)
{
	struct cred *cred = kmemdup(floor_current->cred, sizeof(*cred), GFP_KERNEL);

	if (cred) {
		cred->usage = 1;
		cred->group_info->usage++;
	}
	return cred;
}

void put_cred(const struct cred *cred)
{
	struct cred *c = (struct cred *)cred;

	if (!c || --c->usage || c == &init_cred || c == &test_cred)
		return;
	groups_free(c->group_info);
	kfree(c);
}

const struct cred *override_creds(const struct cred *cred)
{
	const struct cred *old = floor_current->cred;

	floor_current->cred = get_cred(cred);
	return old;
}

void revert_creds(const struct cred *old)
{
	put_cred(floor_current->cred);
	floor_current->cred = old;
}

struct group_info *groups_alloc(int ngroups)
{
	struct group_info *info;

	info = kvzalloc(struct_size(info, gid, (size_t)ngroups), GFP_KERNEL);
	if (info) {
		info->usage = 1;
		info->ngroups = ngroups;
	}
	return info;
}

void groups_free(struct group_info *info)
{
	if (--info->usage == 0 && info != &no_groups)
		kvfree(info);
}

bool capable(int cap)
{
	return cap_raised(floor_current->cred->cap_effective, cap);
}

void floor_set_ids(unsigned int uid, unsigned int gid)
{
	test_cred = init_cred;
	test_cred.uid = test_cred.euid = test_cred.suid = test_cred.fsuid = KUIDT_INIT(uid);
	test_cred.gid = test_cred.egid = test_cred.sgid = test_cred.fsgid = KGIDT_INIT(gid);
	test_cred.cap_effective.val = uid ? 0 : ~0ull;
	test_cred.usage = 2;
	floor_current->cred = &test_cred;
}
