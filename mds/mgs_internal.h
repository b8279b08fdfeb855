/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_MGS_INTERNAL_H
#define SHEEN_MGS_INTERNAL_H

#include "lnet/lnet.h"
#include "obd/class/class.h"
#include "obd/llog/llog.h"

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

#endif
