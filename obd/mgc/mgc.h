/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Client of the MGS: reads the configuration log of a file system, command by command, and hears of
 * changes.
 */
#ifndef SHEEN_MGC_H
#define SHEEN_MGC_H

#include <linux/types.h>
#include "lnet/lnet.h"
#include "obd/rpc/rpc.h"

struct mgc;

#define MGC_MAX_BUFS 8
#define MGC_MAX_NIDS 16

/**
 * struct mgc_command - one record of a log (struct wire_cfg), checked: buffers lie within the
 * record
 * @nid: of LCFG_ADD_UUID: the NID in 64-bit form; @num: of LCFG_SET_TIMEOUT: seconds
 * @str: buffers as strings, "" when empty; NUL-terminated; binary ones (descriptors) with their
 *   length in @len
 */
struct mgc_command {
	u32 command;
	u32 num;
	u64 nid;
	unsigned int nr;
	const char *str[MGC_MAX_BUFS];
	u32 len[MGC_MAX_BUFS];
};

/**
 * Takes a command; commands between markers to be skipped are not shown. An error ends the
 * processing with it.
 */
typedef int (*mgc_command_fn)(void *data, const struct mgc_command *cmd);

/**
 * mgc_open() - connects to the MGS at one of the NIDs; @uuid: the client's. Waits until connected:
 * -ETIMEDOUT after a bound, -EINTR. One mgc per mount or server.
 */
int mgc_open(const lnet_nid_t *nids, unsigned int nr, const char *uuid, struct mgc **mgc);
void mgc_close(struct mgc *mgc);

/**
 * mgc_follow() - reads log @name (e.g. "sheen-client") to its end, calling @fn; returns 0, -ENOENT
 * (the MGS has no such log), or what @fn returned. Afterwards, whenever the MGS changes the log,
 * the new records are read from where the reading ended and given to @fn from a thread of the mgc.
 */
int mgc_follow(struct mgc *mgc, const char *name, mgc_command_fn fn, void *data);

/**
 * struct mgc_target - what groups of commands add up to: a target with its NIDs
 * Kept here since client and MDT both need it.
 */
struct mgc_target {
	bool is_mdt;
	u32 index;
	char uuid[40];
	lnet_nid_t nids[MGC_MAX_NIDS];
	unsigned int nr_nids;
};

struct mgc_layout_defaults {
	u64 stripe_size;
	u32 stripe_count;	/* as configured: 0 is 1, ~0 is all */
	s64 stripe_offset;
};

/**
 * struct mgc_targets_ops - a follower that thinks in targets instead of commands
 * @target: a new target, or one with more NIDs than before
 * @defaults: default striping
 */
struct mgc_targets_ops {
	int (*target)(void *data, const struct mgc_target *tgt);
	void (*defaults)(void *data, const struct mgc_layout_defaults *def);
};

/** mgc_follow_targets() - as mgc_follow() on "<fsname>-client" with the commands interpreted. */
int mgc_follow_targets(struct mgc *mgc, const char *fsname, const struct mgc_targets_ops *ops,
		       void *data);

/* ---- targets that tell of themselves ---- */

/** mgc_nids_parse() - "NID,NID,...", of the nodes where the MGS may be; -EINVAL with @why */
int mgc_nids_parse(const char *list, lnet_nid_t *nids, unsigned int *nr, char *why);

/**
 * mgc_announcement() - prepares to tell the MGS that @target is up, so that it tells the clients
 * The target's storage is open. NULL: no memory, and nothing will be told; the others take that.
 * mgc_announce() - tells it, once, as soon as the MGS can be reached. Does not wait.
 * mgc_announcement_free() - before the target's end
 */
struct mgc_announcement;
struct mgc_announcement *mgc_announcement(struct obd_device *target, const char *fsname,
					  const lnet_nid_t *mgs, unsigned int nr);
void mgc_announce(struct mgc_announcement *a);
void mgc_announcement_free(struct mgc_announcement *a);

/* ---- client devices of such targets ---- */

/**
 * mgc_device_start() - attaches a device and sets it up; its type's setup finds its state in
 * dev->priv
 * @uuid: the client's; @dev: with a reference
 * Complains when that fails.
 */
int mgc_device_start(const char *type, const char *name, const char *uuid,
		     const struct mgc_target *tgt, void *priv, struct obd_device **dev);

/** mgc_device_stop() - cleans the device up, detaches it and drops the reference */
void mgc_device_stop(struct obd_device *dev, bool force);

/** mgc_target_ask() - what to ask a target of this kind for; for mgc_target_connect() */
void mgc_target_ask(const struct mgc_target *tgt, struct wire_connect *ask);

/**
 * mgc_target_connect() - makes the device's import and starts connecting
 * Also when that fails there may be an import, to be closed by the caller.
 */
int mgc_target_connect(struct obd_device *dev, const struct mgc_target *tgt,
		       const struct wire_connect *ask,
		       void (*event)(struct obd_device *dev, enum rpc_import_event ev),
		       struct rpc_import **imp);

/** mgc_init(), mgc_exit() - registers the device type; called by obd.ko */
int mgc_init(void);
void mgc_exit(void);

#endif
