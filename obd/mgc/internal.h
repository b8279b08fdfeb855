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
 * struct mgc_follow - a log that is followed
 * @reading: serialises readers: the first reading and those after a change
 * @next: index of the next record to be processed; under @reading
 * @work: reads on after the log's lock was taken away
 * @targets: state of the interpretation as targets, or NULL; freed with the follow
 */
struct mgc_follow {
	struct mgc *mgc;
	struct list_head link;
	char name[64];
	struct ldlm_res_id res;
	struct mutex reading;
	u32 next;
	struct delayed_work work;
	mgc_command_fn fn;
	void *data;
	struct mgc_targets *targets;
};

/** mgc_log_read() - processes what is new in the log; under @reading */
int mgc_log_read(struct mgc_follow *f);

struct mgc_targets;
struct mgc_targets *mgc_targets_new(const struct mgc_targets_ops *ops, void *data);
void mgc_targets_free(struct mgc_targets *t);
int mgc_targets_command(void *data, const struct mgc_command *cmd);

int mgc_follow_start(struct mgc *mgc, const char *name, mgc_command_fn fn, void *data,
		     struct mgc_targets *targets);

#endif
