/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_CRED_H
#define FLOOR_LINUX_CRED_H

#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/capability.h>
#include <linux/sched.h>

struct group_info {
	int usage;
	int ngroups;
	kgid_t gid[];
};

struct cred {
	int usage;
	kuid_t uid, euid, suid, fsuid;
	kgid_t gid, egid, sgid, fsgid;
	kernel_cap_t cap_effective;
	struct group_info *group_info;
	struct user_namespace *user_ns;
};

__BEGIN_DECLS

extern struct cred init_cred;

struct cred *prepare_creds(void);
void put_cred(const struct cred *cred);
const struct cred *override_creds(const struct cred *cred);
void revert_creds(const struct cred *old);
struct group_info *groups_alloc(int ngroups);
void groups_free(struct group_info *info);

static inline const struct cred *get_cred(const struct cred *cred)
{
	((struct cred *)cred)->usage++;
	return cred;
}

__END_DECLS

#define current_cred()		(floor_current->cred)
#define get_current_cred()	get_cred(current_cred())
#define current_uid()		(current_cred()->uid)
#define current_gid()		(current_cred()->gid)
#define current_euid()		(current_cred()->euid)
#define current_egid()		(current_cred()->egid)
#define current_fsuid()		(current_cred()->fsuid)
#define current_fsgid()		(current_cred()->fsgid)
#define current_user_ns()	(&init_user_ns)

#endif
