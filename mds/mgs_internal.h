/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_MGS_INTERNAL_H
#define SHEEN_MGS_INTERNAL_H

#include "lnet/lnet.h"
#include "obd/class/class.h"
#include "obd/dlm/dlm.h"
#include "obd/llog/llog.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

#define MGS_FSNAME_SIZE	9	/* bytes, NUL included */
#define MGS_MAX_NODES	4	/* homes of one target */
#define MGS_MAX_NIDS	4	/* of one home */

/** struct mgs_node - a home of a target */
struct mgs_node {
	lnet_nid_t nids[MGS_MAX_NIDS];
	unsigned int nr;
};

struct mgs_target {
	bool is_mdt;
	u32 index;
	char uuid[WIRE_UUID_SIZE];
	struct mgs_node nodes[MGS_MAX_NODES];
	unsigned int nr_nodes;
};

/**
 * struct mgs_conf - a description of a file system, parsed (format: kernel/uapi/sheen_netlink.h)
 * @stripe_count: -1: all; @stripe_offset: -1: any
 * @timeout: seconds, 0: not given
 */
struct mgs_conf {
	char fsname[MGS_FSNAME_SIZE];
	char lov_uuid[WIRE_UUID_SIZE];
	u64 stripe_size;
	s32 stripe_count;
	s32 stripe_offset;
	u32 pattern;
	u32 timeout;
	unsigned int nr_targets;
	struct mgs_target *targets;
};

/**
 * mgs_conf_parse() - reads a description, which it takes apart in place
 * @why: on error: what is wrong, with the line number (OBD_WHY_SIZE bytes)
 * Returns 0, -EINVAL, -ENOMEM. mgs_conf_free() frees it.
 */
int mgs_conf_parse(char *text, struct mgs_conf **conf, char *why);
void mgs_conf_free(struct mgs_conf *conf);

/** mgs_log_build() - the client log of a file system, or NULL */
struct llog_image *mgs_log_build(const struct mgs_conf *conf);

/**
 * mgs_log_extends() - is @before the beginning of @after, so that a client that has read one can go
 * on with the other?
 */
bool mgs_log_extends(const struct llog_image *before, const struct llog_image *after);

/**
 * struct mgs_fs - a file system
 * @conf, @log: the description, and what clients are given; replaced as a whole
 * @ups: targets that have told that they are up: struct mgs_up, in the order in which they did
 * @up_version: of the last of them; clients ask for what is newer than they know
 */
struct mgs_fs {
	struct list_head link;
	u32 id;
	char fsname[MGS_FSNAME_SIZE];
	struct mgs_conf *conf;
	struct llog_image *log;
	struct list_head ups;
	u64 up_version;
};

/**
 * struct mgs
 * @lock: guards @filesystems and all of them; not held across waits for clients
 */
struct mgs {
	struct osd_device *osd;
	struct rpc_service *svc;
	struct mutex lock;
	struct list_head filesystems;
	u32 next_id;
};

/** mgs_fs_get() - a file system by name; -ENOENT, or what keeps it from being read; under @lock */
int mgs_fs_get(struct mgs *mgs, const char *fsname, struct mgs_fs **fs);

/** mgs_lock_res() - the lock that stands for a table of a file system: CONFIG_TYPE_*, 0: its log */
void mgs_lock_res(const char *fsname, u32 type, struct ldlm_res_id *res);

/* ---- mgs_recover.c: which targets are up ---- */

void mgs_ups_init(struct mgs *mgs, struct mgs_fs *fs);
void mgs_ups_free(struct mgs_fs *fs);
int mgs_target_reg(struct rpc_srv_req *req);
int mgs_config_read(struct rpc_srv_req *req);

#endif
