/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recovery of a target after a restart, as its device type, its connects and the request services
 * see it.
 */
#ifndef SHEEN_RECOVERY_H
#define SHEEN_RECOVERY_H

#include "obd/class/class.h"

/**
 * target_recovery_start() - at the end of a device's setup: waits for the clients of before, if
 * there are any. The type's recovered() is called when that is over, or at once.
 */
void target_recovery_start(struct obd_device *dev);

/**
 * target_recovery_stop() - before the exports of a device that stops are failed: nothing waits any
 * more
 */
void target_recovery_stop(struct obd_device *dev);

/**
 * target_recovery_abort() - evicts those whom recovery waits for at this moment (lctl
 * abort_recovery); -EALREADY: not recovering
 */
int target_recovery_abort(struct obd_device *dev);

/** target_recovery_status() - for people: one "name: value" per line */
void target_recovery_status(struct obd_device *dev, char *text, size_t size);

bool target_recovering(struct obd_device *dev);

/**
 * target_recovery_admit() - is a request of a client to be handled now? Called before its handler.
 * 1: yes. 0: it is kept here, and comes back through rpc_srv_requeue() when it is its turn.
 * Negative: answer with this.
 */
int target_recovery_admit(struct rpc_srv_req *req);
/** target_recovery_handled() - after the handler of an admitted request */
void target_recovery_handled(struct rpc_srv_req *req);

/**
 * target_recovery_refuses() - is this uuid that of a new client, which has to wait until recovery
 * is over?
 */
bool target_recovery_refuses(struct obd_device *dev, const char *uuid);

/**
 * target_recovery_keeps() - may a client that does not know its export here (it never heard our
 * answer) go on with it?
 */
bool target_recovery_keeps(struct obd_export *exp);

/** target_recovery_leave() - a client goes, for whatever reason: nobody waits for it */
void target_recovery_leave(struct obd_export *exp);

/** target_connect_flags() - MSG_CONNECT_* that a reply to a connect has to carry */
u32 target_connect_flags(struct obd_export *exp);

#endif
