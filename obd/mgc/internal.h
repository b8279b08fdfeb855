/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_MGC_INTERNAL_H
#define SHEEN_MGC_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "obd/class/class.h"
#include "obd/dlm/dlm.h"
#include "obd/llog/llog.h"
#include "obd/mgc/mgc.h"
#include "obd/rpc/rpc.h"

/**
 * struct mgc - a connection to the MGS: the private part of a device of type "mgc"
 * @lock: guards @follows and @closing
 */
struct mgc {
	struct obd_device *dev;
	struct rpc_import *imp;
	struct mutex lock;
	struct list_head follows;
	bool closing;
};

/**
 * struct mgc_follow - a log, or table, that is followed
 * @type: CONFIG_TYPE_*, 0: a log
 * @reading: serialises readers: the first reading and those after a change
 * @next: index of the next record to be processed, or version of a table; under @reading
 * @work: reads on after the lock was taken away
 * @read: processes what is new; under @reading
 * @targets: state of the interpretation as targets, or NULL; freed with the follow
 * @known: of a table: the interpretation of the log that names its targets; belongs to the follow
 *   of that log, and all follows of an mgc end together
 */
struct mgc_follow {
	struct mgc *mgc;
	struct list_head link;
	char name[64];
	u32 type;
	struct ldlm_res_id res;
	struct mutex reading;
	u32 next;
	struct delayed_work work;
	int (*read)(struct mgc_follow *f);
	mgc_command_fn fn;
	void *data;
	struct mgc_targets *targets;
	struct mgc_targets *known;
};

/** mgc_start() - mgc_open() that does not wait; nothing is left over when it fails */
int mgc_start(const char *name, const lnet_nid_t *nids, unsigned int nr, const char *uuid,
	      struct mgc **mgc);

/** mgc_log_read(), mgc_ups_read() - a log; the table of targets that are up */
int mgc_log_read(struct mgc_follow *f);
int mgc_ups_read(struct mgc_follow *f);

struct mgc_targets;
struct mgc_targets *mgc_targets_new(const struct mgc_targets_ops *ops, void *data);
void mgc_targets_free(struct mgc_targets *t);
int mgc_targets_command(void *data, const struct mgc_command *cmd);
/** mgc_targets_uuid() - of a target that has been seen; false: not yet */
bool mgc_targets_uuid(struct mgc_targets *t, bool is_mdt, u32 index, char *uuid);

#endif
